// Where a failed GS_CHECK ends: tell the handler, then stop the program.
#include "gs/base/check.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace gs {
namespace {

// Pieces instead of printf, which would be the largest part of a WebAssembly
// build.
void print_to_stderr(const char* expression, const char* file, int line) noexcept {
  char digits[12];
  char* begin = digits + sizeof digits;
  *--begin = '\0';
  for (int rest = line; rest > 0; rest /= 10) *--begin = static_cast<char>('0' + rest % 10);
  for (const char* piece : {"gs: check failed: ", expression, " at ", file, ":",
                            static_cast<const char*>(begin), "\n"}) {
    std::fputs(piece, stderr);
  }
}

std::atomic<CheckHandler> current_handler{&print_to_stderr};

}  // namespace

CheckHandler set_check_handler(CheckHandler handler) noexcept {
  return current_handler.exchange(handler == nullptr ? &print_to_stderr : handler);
}

void check_failed(const char* expression, const char* file, int line) noexcept {
  current_handler.load()(expression, file, line);
  std::abort();
}

}  // namespace gs
