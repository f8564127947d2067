// GS_CHECK: what must be true unless we made a mistake. On in every build.
//
// Never used for anything that a user, a file or a peer can cause: those get an Error.
#pragma once

namespace gs {

// Hands the failed expression to the handler (default: stderr), then stops the program.
[[noreturn]] void check_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace gs

#define GS_CHECK(expression)                                             \
  do {                                                                   \
    if (!(expression)) [[unlikely]] {                                    \
      ::gs::check_failed(#expression, __FILE__, __LINE__);               \
    }                                                                    \
  } while (false)
