# Our compiler flags, on a target of their own, so that a parent project keeps its own.
#
# gs_flags      what every file of ours is compiled with
# gs_pure       in addition for library code: no exceptions (GS_NOEXCEPT), and for WebAssembly no
#               run-time types
# gs_test_code  in addition for sources of tests, and of programs' parts that are built with them

add_library(gs_flags INTERFACE)
target_compile_features(gs_flags INTERFACE cxx_std_20)
target_compile_options(gs_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
  # g++ 12 sees overlapping copies in std::string inserts that are none (its bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  # Of g++'s library, whose std::stable_sort uses what the standard calls deprecated.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>
  $<$<BOOL:${GS_WERROR}>:-Werror>)

if(GS_SANITIZE)
  target_compile_options(gs_flags INTERFACE
    -fsanitize=${GS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(gs_flags INTERFACE -fsanitize=${GS_SANITIZE})
  if(GS_SANITIZE MATCHES "address")
    # Compilers tell it in different ways.
    target_compile_definitions(gs_flags INTERFACE GS_SANITIZE_ADDRESS)
  endif()
  # Programs with checks are large, and lld (which the preset `wasm` needs anyway) links them in
  # half the time.
  find_program(GS_LLD NAMES ld.lld-19)
  mark_as_advanced(GS_LLD)
  if(GS_LLD AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_link_options(gs_flags INTERFACE -fuse-ld=lld)
  endif()
endif()
if(CMAKE_UNITY_BUILD)
  # Of a class in one file that has a member of a type of that file only; g++ takes the file for a
  # header because it is included.
  target_compile_options(gs_flags INTERFACE
    $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-subobject-linkage>)
endif()
if(GS_COVERAGE)
  target_compile_options(gs_flags INTERFACE --coverage -O0)
  target_link_options(gs_flags INTERFACE --coverage)
endif()
if(GS_FUZZ)
  # Coverage feedback in library code; the programs themselves add the driver.
  target_compile_options(gs_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

add_library(gs_pure INTERFACE)
target_link_libraries(gs_pure INTERFACE gs_flags)
if(GS_NOEXCEPT)
  target_compile_options(gs_pure INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions>)
  if(GS_WASM)
    # Natively GoogleTest and rapidcheck want the types of classes that tests derive from.
    target_compile_options(gs_pure INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)
  endif()
endif()

# What GoogleTest's macros become is dear to optimise with checks of sanitizers: that takes longer
# than the tests, whose time is mostly the library's, lose by running unoptimised.
# And g++ spends a third of its time for them on the line tables of a debugger: who wants to look at
# a test in one sets GS_TEST_DEBUG.
option(GS_TEST_DEBUG "Keep what a debugger asks for in tests, too" OFF)
add_library(gs_test_code INTERFACE)
if(GS_SANITIZE AND NOT GS_FUZZ)
  target_compile_options(gs_test_code INTERFACE -O0)
elseif(NOT GS_TEST_DEBUG AND NOT GS_FUZZ)
  target_compile_options(gs_test_code INTERFACE -g0)
endif()
