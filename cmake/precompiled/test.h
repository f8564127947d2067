// The same for files of tests.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "cmake/precompiled/library.h"
