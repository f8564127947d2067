# gs_module(<name> [DIR <folder>] [DEPS <target>...] [TEST_DEPS <target>...] [PROGRAM] [COLD])
#
# Makes one module of the folder (default: the folder that calls). Files are found by their names:
#
#   *_test.cc, *_law_test.cc  <name>_test   GoogleTest, label `unit`. Files that include <thread>
#                                           make <name>_threads_test instead, with label `threads`
#                                           too: it also runs under tsan
#   x_fuzz.cc                 x_fuzz        label `fuzz`: libFuzzer program with GS_FUZZ, else, with
#                                           the address sanitizer, a run over tests/data/corpus/x
#                                           and seeded inputs
#   *_bench.cc                <name>_bench  Google Benchmark, label `bench`: run small
#   test_*.cc                               support for tests, in each of the programs above
#   *_native.cc, *_wasm.cc    <name>        the library, only natively or only for WebAssembly
#   other *.cc                <name>        the library; header-only when there are none
#
# COLD: mostly calls modules below it, which do the work. Where only tests run it, under sanitizers
# and as WebAssembly, it is not optimised: that takes longer than its tests gain.
#
# A folder's subfolders are modules of their own; but PROGRAM: the parts of a program, without
# main.cc and with all subfolders that have no CMakeLists.txt, which do not belong to the library
# that users link. Test programs write what they ran to <build>/reports/<program>.xml, from which
# tools/count_tests.py counts.

set(GS_REPORTS ${PROJECT_BINARY_DIR}/reports)
file(MAKE_DIRECTORY ${GS_REPORTS})
set_property(GLOBAL PROPERTY GS_MODULES "")

function(gs_module name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "PROGRAM;COLD" "DIR" "DEPS;TEST_DEPS")
  if(ARG_DIR)
    set(dir ${PROJECT_SOURCE_DIR}/${ARG_DIR})
  else()
    set(dir ${CMAKE_CURRENT_SOURCE_DIR})
  endif()

  if(ARG_PROGRAM)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${dir}/*.cc)
    list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
    file(GLOB modules CONFIGURE_DEPENDS ${dir}/*/CMakeLists.txt)
    foreach(module IN LISTS modules)
      get_filename_component(module ${module} DIRECTORY)
      list(FILTER sources EXCLUDE REGEX "^${module}/")
    endforeach()
  else()
    file(GLOB sources CONFIGURE_DEPENDS ${dir}/*.cc)
  endif()
  set(tests ${sources})
  set(fuzzers ${sources})
  set(benches ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cc$")
  list(FILTER benches INCLUDE REGEX "_bench\\.cc$")
  set(support ${sources})
  list(FILTER support INCLUDE REGEX "/test_[^/]*\\.cc$")
  list(FILTER sources EXCLUDE REGEX "(_(test|fuzz|bench)\\.cc$)|(/test_[^/]*\\.cc$)")
  if(GS_WASM)
    list(FILTER sources EXCLUDE REGEX "_native\\.cc$")
  else()
    list(FILTER sources EXCLUDE REGEX "_wasm\\.cc$")
  endif()
  # For tests/wasm, which builds the tests of the core into one program.
  set_property(GLOBAL APPEND PROPERTY GS_TEST_SOURCES ${tests} ${support})

  if(sources)
    add_library(${name} STATIC ${sources})
    target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
    target_link_libraries(${name} PUBLIC ${ARG_DEPS})
    if(ARG_PROGRAM)
      target_link_libraries(${name} PRIVATE gs_flags gs_test_code)  # its speed is the library's
      gs_use_precompiled(${name} harness)
    else()
      set_target_properties(${name} PROPERTIES
        POSITION_INDEPENDENT_CODE ON
        CXX_VISIBILITY_PRESET hidden
        VISIBILITY_INLINES_HIDDEN ON)
      if(ARG_COLD)
        set_target_properties(${name} PROPERTIES GS_COLD ON)
        target_link_libraries(${name} PRIVATE gs_pure gs_cold)
        gs_use_precompiled(${name} cold)
      else()
        target_link_libraries(${name} PRIVATE gs_pure)
        gs_use_precompiled(${name} library)
      endif()
      set_property(GLOBAL APPEND PROPERTY GS_MODULES ${name})
    endif()
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE
      ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
    target_link_libraries(${name} INTERFACE ${ARG_DEPS})
  endif()

  if(GS_TESTS AND NOT GS_WASM)
    gs_split_threads("${tests}" tests threads_tests)
    if(tests AND NOT GS_SANITIZE MATCHES "thread")
      gs_test(${name}_test SOURCES ${tests} ${support} DEPS ${name} ${ARG_TEST_DEPS})
    endif()
    if(threads_tests AND NOT GS_SANITIZE MATCHES "address") # tsan runs them, and sees as much
      gs_test(${name}_threads_test SOURCES ${threads_tests} ${support} DEPS ${name} ${ARG_TEST_DEPS}
              LABELS threads)
    endif()
  endif()
  if(GS_FUZZ OR (GS_TESTS AND NOT GS_WASM AND GS_SANITIZE MATCHES "address"))
    foreach(source IN LISTS fuzzers)
      gs_fuzz(${source} SUPPORT ${support} DEPS ${name} ${ARG_TEST_DEPS})
    endforeach()
  endif()
  if(GS_BENCH AND benches AND NOT GS_WASM)
    gs_bench(${name}_bench SOURCES ${benches} ${support} DEPS ${name} ${ARG_TEST_DEPS})
  endif()
endfunction()

# Of test sources, those that start threads: the only ones that tsan has something to say about.
function(gs_split_threads files plain_out threads_out)
  set(plain "")
  set(threads "")
  foreach(file IN LISTS files)
    file(STRINGS ${file} found REGEX "^#include <thread>" LIMIT_COUNT 1)
    if(found)
      list(APPEND threads ${file})
    else()
      list(APPEND plain ${file})
    endif()
  endforeach()
  set(${plain_out} "${plain}" PARENT_SCOPE)
  set(${threads_out} "${threads}" PARENT_SCOPE)
endfunction()

# Of a function in a header the linker takes the first copy that it meets. That of a test is not
# optimised (gs_test_code), and the library would run on it: the library comes first. So do modules
# before cold ones.
function(gs_library_first name)
  if(GS_FUZZ)
    return()
  endif()
  set(found "")
  set(cold "")
  set(open ${ARGN})
  while(open)
    list(POP_FRONT open dependency)
    if(NOT TARGET ${dependency} OR dependency IN_LIST found OR dependency IN_LIST cold)
      continue()
    endif()
    get_target_property(type ${dependency} TYPE)
    get_target_property(below ${dependency} INTERFACE_LINK_LIBRARIES)
    get_target_property(is_cold ${dependency} GS_COLD)
    if(type STREQUAL "STATIC_LIBRARY" AND is_cold)
      list(APPEND cold ${dependency})
    elseif(type STREQUAL "STATIC_LIBRARY")
      list(APPEND found ${dependency})
    endif()
    if(below)
      list(APPEND open ${below})
    endif()
  endwhile()
  list(APPEND found ${cold})
  list(TRANSFORM found REPLACE "(.+)" "$<TARGET_FILE:\\1>")
  target_link_options(${name} PRIVATE
    "SHELL:-Wl,--whole-archive $<JOIN:${found}, > -Wl,--no-whole-archive")
endfunction()

# One GoogleTest program and its test.
function(gs_test name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;DEPS;LABELS")
  add_executable(${name} ${ARG_SOURCES})
  gs_library_first(${name} ${ARG_DEPS})
  target_link_libraries(${name} PRIVATE gs_flags gs_test_code ${ARG_DEPS}
                        GTest::gtest GTest::gtest_main gs_external_threads)
  gs_use_precompiled(${name} test)
  # GoogleTest's macros guard against this themselves; GCC warns nevertheless.
  target_compile_options(${name} PRIVATE -Wno-dangling-else)
  target_compile_definitions(${name} PRIVATE GS_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
  add_test(NAME ${name}
           COMMAND ${name} --gtest_brief=1 --gtest_output=xml:${GS_REPORTS}/${name}.xml
           WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  # A new clone does not know which tests take long, and those must not be the last to begin.
  list(LENGTH ARG_SOURCES cost)
  set_tests_properties(${name} PROPERTIES LABELS "unit;${ARG_LABELS}" TIMEOUT 600 COST ${cost})
endfunction()

# One fuzzer. Without libFuzzer the same entry point runs over the corpus and seeded inputs.
function(gs_fuzz source)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SUPPORT;DEPS")
  get_filename_component(name ${source} NAME_WE)
  string(REGEX REPLACE "_fuzz$" "" subject ${name})
  set(corpus ${PROJECT_SOURCE_DIR}/tests/data/corpus/${subject})
  if(GS_FUZZ)
    add_executable(${name} ${source} ${ARG_SUPPORT})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    set_property(GLOBAL APPEND PROPERTY GS_FUZZERS ${name})
  else()
    add_executable(${name} ${source} ${ARG_SUPPORT} ${PROJECT_SOURCE_DIR}/tests/fuzz_main.cc)
  endif()
  gs_library_first(${name} ${ARG_DEPS})
  target_link_libraries(${name} PRIVATE gs_flags gs_test_code ${ARG_DEPS} gs_external_threads)
  gs_use_precompiled(${name} harness)
  if(GS_TESTS AND NOT GS_FUZZ)
    # Of a fuzzer that takes long for one input.
    file(STRINGS ${source} runs REGEX "^// Made inputs of a test: [0-9]+$" LIMIT_COUNT 1)
    string(REGEX REPLACE "[^0-9]" "" runs "${runs}")
    add_test(NAME ${name} COMMAND ${name} ${corpus} ${runs} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT 300)
  endif()
endfunction()

# One Google Benchmark program; as a test it runs every benchmark for a moment.
function(gs_bench name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES;DEPS")
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE gs_flags gs_test_code ${ARG_DEPS} benchmark::benchmark
                        benchmark::benchmark_main gs_external_threads)
  gs_use_precompiled(${name} harness)
  if(GS_TESTS)
    # Without the cases of a million rows and of as many as there are cities: what they show is
    # speed, not that the program works.
    add_test(NAME ${name}
             COMMAND ${name} --benchmark_min_time=0.001 "--benchmark_filter=-1048576|171075"
             WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES LABELS bench TIMEOUT 300 FAIL_REGULAR_EXPRESSION
                                                              "ERROR OCCURRED")
  endif()
endfunction()
