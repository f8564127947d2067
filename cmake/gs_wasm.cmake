# What is different for WebAssembly. Included by gs_dependencies.cmake.
#
# gs_external_crypto is SHA-256 and Ed25519 of libsodium, compiled from the system's source package
# (tools/build_wasm_deps.sh; the first configuration fetches it by apt).

set(GS_WASM_DEPS ${PROJECT_SOURCE_DIR}/build/deps CACHE PATH
    "Where tools/build_wasm_deps.sh keeps what it builds")
execute_process(COMMAND ${PROJECT_SOURCE_DIR}/tools/build_wasm_deps.sh ${GS_WASM_DEPS}
                COMMAND_ERROR_IS_FATAL ANY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             ${PROJECT_SOURCE_DIR}/tools/build_wasm_deps.sh)

target_include_directories(gs_external_crypto SYSTEM INTERFACE
  ${GS_WASM_DEPS}/libsodium-wasm/include)
target_link_libraries(gs_external_crypto INTERFACE ${GS_WASM_DEPS}/libsodium-wasm/libsodium.a)

# clang 19 calls it shadowing when a nested class uses a name of the class around it; the native
# compilers look for the shadowing that matters.
target_compile_options(gs_flags INTERFACE -Wno-shadow)
