# Run by ctest: install, configure the stranger's project, build it, run its programs.
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE status)
  if(NOT status EQUAL 0)
    list(JOIN ARGV " " command)
    message(FATAL_ERROR "exit status ${status}: ${command}")
  endif()
endfunction()

file(REMOVE_RECURSE ${FOLDER})
run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${FOLDER}/prefix)
run(${CMAKE_COMMAND} -G Ninja -S ${STRANGER} -B ${FOLDER}/build
    -D CMAKE_PREFIX_PATH=${FOLDER}/prefix
    -D CMAKE_C_COMPILER=${C_COMPILER} -D CMAKE_CXX_COMPILER=${CXX_COMPILER})
run(${CMAKE_COMMAND} --build ${FOLDER}/build)
run(${FOLDER}/build/stranger_cpp ${FOLDER}/storage)
run(${FOLDER}/build/stranger_c ${FOLDER}/storage_c)

# The same program in a project of C alone, where no C++ compiler can be found.
run(${CMAKE_COMMAND} -E env CXX=/nowhere/c++
    ${CMAKE_COMMAND} -G Ninja -S ${STRANGER}/c -B ${FOLDER}/build_c
    -D CMAKE_PREFIX_PATH=${FOLDER}/prefix -D CMAKE_C_COMPILER=${C_COMPILER})
run(${CMAKE_COMMAND} --build ${FOLDER}/build_c)
run(${FOLDER}/build_c/stranger_c ${FOLDER}/storage_in_c)

# The project that README.md shows, word for word.
file(READ ${README} readme)
foreach(part IN ITEMS cpp cmake)
  if(NOT readme MATCHES "```${part}\n([^`]*)```")
    message(FATAL_ERROR "README.md shows no ${part}")
  endif()
  set(${part} "${CMAKE_MATCH_1}")
endforeach()
file(WRITE ${FOLDER}/first/first.cc "${cpp}")
file(WRITE ${FOLDER}/first/CMakeLists.txt "${cmake}")
run(${CMAKE_COMMAND} -S ${FOLDER}/first -B ${FOLDER}/first/build
    -D CMAKE_PREFIX_PATH=${FOLDER}/prefix -D CMAKE_CXX_COMPILER=${CXX_COMPILER})
run(${CMAKE_COMMAND} --build ${FOLDER}/first/build)
run(${CMAKE_COMMAND} -E chdir ${FOLDER}/first ${FOLDER}/first/build/first)
