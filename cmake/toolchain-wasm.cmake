# WebAssembly by clang-19, wasi-libc and libc++ of the system: 32 bit, no threads, no exceptions.
set(CMAKE_SYSTEM_NAME WASI)
set(CMAKE_SYSTEM_VERSION 1)
set(CMAKE_SYSTEM_PROCESSOR wasm32)
set(GS_WASM ON)

set(CMAKE_C_COMPILER clang-19)
set(CMAKE_CXX_COMPILER clang++-19)
# Any LLVM archiver understands WebAssembly objects; GNU ar does not.
find_program(GS_WASM_AR NAMES llvm-ar-19 llvm-ar-14 llvm-ar REQUIRED)
find_program(GS_WASM_RANLIB NAMES llvm-ranlib-19 llvm-ranlib-14 llvm-ranlib REQUIRED)
set(CMAKE_AR ${GS_WASM_AR})
set(CMAKE_RANLIB ${GS_WASM_RANLIB})
# The compiler tests need the platform file beside this one.
list(APPEND CMAKE_MODULE_PATH ${CMAKE_CURRENT_LIST_DIR})
set(CMAKE_C_COMPILER_TARGET wasm32-wasi)
set(CMAKE_CXX_COMPILER_TARGET wasm32-wasi)
set(CMAKE_CXX_FLAGS_INIT "-stdlib=libc++")
set(CMAKE_EXE_LINKER_FLAGS_INIT "-fuse-ld=lld")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
