# QuickJS, compiled with our compiler from the source that tools/fetch_quickjs.sh gets: the first
# configuration fetches it by apt. Included by gs_dependencies.cmake.
#
# gs_quickjs            objects; part of the library (gs_library.cmake)
# gs_external_quickjs   its header

set(GS_DEPS ${PROJECT_SOURCE_DIR}/build/deps CACHE PATH "Where sources of other projects are kept")
execute_process(COMMAND ${PROJECT_SOURCE_DIR}/tools/fetch_quickjs.sh ${GS_DEPS}
                COMMAND_ERROR_IS_FATAL ANY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS
             ${PROJECT_SOURCE_DIR}/tools/fetch_quickjs.sh)

set(quickjs ${GS_DEPS}/quickjs)
add_library(gs_quickjs STATIC ${quickjs}/quickjs.c ${quickjs}/cutils.c ${quickjs}/dtoa.c
            ${quickjs}/libregexp.c ${quickjs}/libunicode.c)
set_target_properties(gs_quickjs PROPERTIES POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden
                      UNITY_BUILD OFF)
# What its makefile says; its warnings are its own. Optimised where tests run scripts, of whose time
# that takes four fifths away; the last steps of it take longer than tests would gain.
if(NOT GS_TESTS)
  set(quickjs_level -O2)
elseif(GS_WASM OR GS_SANITIZE STREQUAL "thread")
  set(quickjs_level -O0)
else()
  set(quickjs_level -O1)
endif()
target_compile_definitions(gs_quickjs PRIVATE _GNU_SOURCE CONFIG_VERSION="2025-04-26")
target_compile_options(gs_quickjs PRIVATE -w ${quickjs_level} -fwrapv -funsigned-char)
if(GS_WASM)
  # What it does not have there: threads, labels as values, a stack whose end it could ask for.
  target_compile_definitions(gs_quickjs PRIVATE EMSCRIPTEN)
endif()
if(GS_SANITIZE AND NOT GS_SANITIZE STREQUAL "thread") # of threads it knows nothing
  # It casts function types and counts on shifts: undefined behaviour that every compiler defines.
  string(REPLACE "undefined" "" quickjs_sanitize "${GS_SANITIZE}")
  string(REGEX REPLACE ",$" "" quickjs_sanitize "${quickjs_sanitize}")
  target_compile_options(gs_quickjs PRIVATE -fsanitize=${quickjs_sanitize})
endif()
if(GS_FUZZ)
  target_compile_options(gs_quickjs PRIVATE -fsanitize=fuzzer-no-link)  # scripts are its inputs
endif()

add_library(gs_external_quickjs INTERFACE)
target_include_directories(gs_external_quickjs SYSTEM INTERFACE ${quickjs})
target_link_libraries(gs_external_quickjs INTERFACE gs_quickjs m)
