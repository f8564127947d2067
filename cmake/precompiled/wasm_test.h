// The same for files of tests as WebAssembly.
#pragma once

#include <random>

#include "cmake/precompiled/library.h"
#include "tests/wasm/prelude.h"
