// Included before every unit test that is compiled for WebAssembly, so that the tests themselves
// need to know nothing about it.
//
//   EXPECT_DEATH, ASSERT_DEATH   compile to nothing: a program cannot start another one here
//   std::ifstream                reads whole files; libc++ for WASI comes without <fstream>
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <ios>
#include <istream>
#include <sstream>
#include <string>

#if !GTEST_HAS_DEATH_TEST
#define EXPECT_DEATH(statement, pattern) EXPECT_DEATH_IF_SUPPORTED(statement, pattern)
#define ASSERT_DEATH(statement, pattern) ASSERT_DEATH_IF_SUPPORTED(statement, pattern)
#endif

#if defined(_LIBCPP_HAS_NO_FILESYSTEM)
// libc++ declares this template without ever defining it; tests only need to read from it.
template <>
class std::basic_ifstream<char> : public std::istream {
 public:
  explicit basic_ifstream(const std::string& path, std::ios_base::openmode = std::ios_base::in)
      : std::istream(&content_) {
    std::FILE* file = std::fopen(path.c_str(), "rb");
    if (file == nullptr) {
      setstate(failbit);
      return;
    }
    is_open_ = true;
    char piece[4096];
    while (const std::size_t bytes = std::fread(piece, 1, sizeof piece, file)) {
      content_.sputn(piece, static_cast<std::streamsize>(bytes));
    }
    std::fclose(file);
  }

  bool is_open() const { return is_open_; }

 private:
  std::stringbuf content_;
  bool is_open_ = false;
};
#endif
