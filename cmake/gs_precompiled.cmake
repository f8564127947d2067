# Headers that are read once a build: a good part of what a compiler does for a small file of ours
# is to read those of the standard library. A set for each set of flags.
# CMAKE_DISABLE_PRECOMPILE_HEADERS does without.
#
# gs_use_precompiled(<target> library|cold|test|harness|wasm_test)
#
# library   as gs_module compiles the library
# cold      as it compiles the cold modules of it
# test      gs_flags and gs_test_code, with GoogleTest
# harness   gs_flags and gs_test_code: fuzzers, programs, and what else is no GoogleTest
# wasm_test as tests/wasm compiles tests

function(gs_precompiled kind header)
  set(source ${PROJECT_BINARY_DIR}/precompiled_${kind}.cc)
  file(CONFIGURE OUTPUT ${source} CONTENT "// Only brings its headers.\n")
  add_library(gs_precompiled_${kind} OBJECT EXCLUDE_FROM_ALL ${source})
  set_target_properties(gs_precompiled_${kind} PROPERTIES UNITY_BUILD OFF)
  target_precompile_headers(gs_precompiled_${kind} PRIVATE
                            ${PROJECT_SOURCE_DIR}/cmake/precompiled/${header})
  target_include_directories(gs_precompiled_${kind} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(gs_precompiled_${kind} PRIVATE ${ARGN})
endfunction()

gs_precompiled(library library.h gs_pure)
gs_precompiled(cold library.h gs_pure gs_cold)
set_target_properties(gs_precompiled_library gs_precompiled_cold PROPERTIES
  POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
if(NOT GS_WASM)
  gs_precompiled(harness library.h gs_flags gs_test_code)
  if(GS_TESTS)
    gs_precompiled(test test.h gs_flags gs_test_code GTest::gtest gs_external_threads)
  endif()
endif()

function(gs_use_precompiled target kind)
  if(kind STREQUAL "cold" AND NOT GS_COLD) # the same flags, so the same headers
    set(kind library)
  endif()
  target_precompile_headers(${target} REUSE_FROM gs_precompiled_${kind})
endfunction()
