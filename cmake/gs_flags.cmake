# Our compiler flags, on a target of their own, so that a parent project keeps its own.
#
# gs_flags      what every file of ours is compiled with
# gs_pure       in addition for library code: no exceptions (GS_NOEXCEPT), and for WebAssembly no
#               run-time types
# gs_test_code  in addition for sources of tests, and of programs and benchmarks where there are
#               tests: there they only have to work
# gs_cold       in addition for library code that mostly calls other code of the library

add_library(gs_flags INTERFACE)
target_compile_features(gs_flags INTERFACE cxx_std_20)
target_compile_options(gs_flags INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion
  # g++ 12 sees overlapping copies in std::string inserts that are none (its bug 105651), and some
  # beyond their end where headers come precompiled.
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict -Wno-array-bounds -Wno-stringop-overflow>
  # Of g++'s library, whose std::stable_sort uses what the standard calls deprecated.
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>
  $<$<BOOL:${GS_WERROR}>:-Werror>)

if(GS_SANITIZE)
  target_compile_options(gs_flags INTERFACE
    -fsanitize=${GS_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  if(GS_TESTS AND GS_SANITIZE MATCHES "address,undefined")
    # What the address sanitizer sees as well, once memory is touched, takes a third of the time to
    # compile. Fuzzers have it.
    target_compile_options(gs_flags INTERFACE
      -fno-sanitize=null,vptr,object-size,pointer-overflow)
  endif()
  target_link_options(gs_flags INTERFACE -fsanitize=${GS_SANITIZE})
  if(GS_SANITIZE MATCHES "address")
    # Compilers tell it in different ways.
    target_compile_definitions(gs_flags INTERFACE GS_SANITIZE_ADDRESS)
  endif()
endif()
# LLD, which the preset `wasm` needs anyway, links the many programs of the tests in a third of the
# time; g++ finds it by its folder only.
find_program(GS_LLD NAMES ld.lld PATHS /usr/lib/llvm-19/bin)
mark_as_advanced(GS_LLD)
if(GS_LLD AND GS_TESTS AND NOT GS_WASM)
  get_filename_component(lld_folder ${GS_LLD} DIRECTORY)
  target_link_options(gs_flags INTERFACE -B${lld_folder} -fuse-ld=lld)
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
    # Natively GoogleTest wants the types of classes that tests derive from.
    target_compile_options(gs_pure INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)
  endif()
endif()

# What GoogleTest's macros become is dear to optimise: that takes longer than the tests, whose time
# is mostly the library's, lose by running unoptimised.
add_library(gs_test_code INTERFACE)
if(GS_TESTS)
  target_compile_options(gs_test_code INTERFACE -O0)
endif()

# See COLD of gs_module. Fuzzers look for as many inputs as they can, and natively `dev` runs all
# tests with all that they do.
add_library(gs_cold INTERFACE)
if(GS_TESTS AND (GS_SANITIZE MATCHES "address" OR GS_WASM))
  set(GS_COLD ON)
  target_compile_options(gs_cold INTERFACE -O0)
endif()
