# What we link from outside, each with its reason in docs/DEPENDENCIES.md. All from the system.
#
# gs_external_crypto   SHA-256 and Ed25519: OpenSSL libcrypto and libsodium. For WebAssembly only
#                      libsodium, compiled from the system's source package.
# gs_external_zstd     changes in a bundle: zstd
# gs_external_edit     lines at a terminal, for the command line: libedit
# gs_external_traces   where recorded editing sessions are, unpacked, for tests and benchmarks

set(THREADS_PREFER_PTHREAD_FLAG ON)
add_library(gs_external_crypto INTERFACE)
add_library(gs_external_threads INTERFACE)
if(NOT GS_WASM)
  find_package(Threads REQUIRED)
  target_link_libraries(gs_external_threads INTERFACE Threads::Threads)
  find_package(OpenSSL 3.0 REQUIRED COMPONENTS Crypto)
  find_library(GS_SODIUM_LIBRARY sodium REQUIRED)
  find_path(GS_SODIUM_INCLUDE sodium.h REQUIRED)
  mark_as_advanced(GS_SODIUM_LIBRARY GS_SODIUM_INCLUDE)
  add_library(gs_sodium UNKNOWN IMPORTED)
  set_target_properties(gs_sodium PROPERTIES
    IMPORTED_LOCATION "${GS_SODIUM_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${GS_SODIUM_INCLUDE}")
  target_link_libraries(gs_external_crypto INTERFACE OpenSSL::Crypto gs_sodium)
  find_library(GS_ZSTD_LIBRARY zstd REQUIRED)
  find_path(GS_ZSTD_INCLUDE zstd.h REQUIRED)
  mark_as_advanced(GS_ZSTD_LIBRARY GS_ZSTD_INCLUDE)
  add_library(gs_zstd UNKNOWN IMPORTED)
  set_target_properties(gs_zstd PROPERTIES
    IMPORTED_LOCATION "${GS_ZSTD_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${GS_ZSTD_INCLUDE}")
  add_library(gs_external_zstd INTERFACE)
  target_link_libraries(gs_external_zstd INTERFACE gs_zstd)
  if(GS_TOOLS)
    find_library(GS_EDIT_LIBRARY edit REQUIRED)
    find_path(GS_EDIT_INCLUDE histedit.h REQUIRED)
    mark_as_advanced(GS_EDIT_LIBRARY GS_EDIT_INCLUDE)
    add_library(gs_external_edit INTERFACE)
    target_link_libraries(gs_external_edit INTERFACE ${GS_EDIT_LIBRARY})
    target_include_directories(gs_external_edit SYSTEM INTERFACE ${GS_EDIT_INCLUDE})
  endif()
else()
  include(gs_wasm)
endif()
include(gs_quickjs)

add_library(gs_external_traces INTERFACE)
if(GS_TESTS OR GS_BENCH OR GS_FUZZ)
  target_compile_definitions(gs_external_traces INTERFACE GS_TRACES="${PROJECT_BINARY_DIR}/traces")
  file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/traces)
  file(GLOB packed CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/data/traces/*.json.gz)
  foreach(trace IN LISTS packed)
    get_filename_component(unpacked ${trace} NAME_WLE)
    execute_process(COMMAND gzip -dc INPUT_FILE ${trace}
                    OUTPUT_FILE ${PROJECT_BINARY_DIR}/traces/${unpacked}
                    COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
endif()

if(GS_TESTS AND NOT GS_WASM)
  find_package(GTest REQUIRED)
endif()
if(GS_BENCH AND NOT GS_WASM)
  find_package(benchmark REQUIRED)
endif()
