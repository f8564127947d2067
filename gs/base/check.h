// GS_CHECK: what must be true unless we made a mistake. On in every build.
//
// Never used for anything that a user, a file or a peer can cause: those get an Error.
#pragma once

namespace gs {

// Hands the failed expression to the handler (default: stderr), then stops the program.
[[noreturn]] void check_failed(const char* expression, const char* file, int line) noexcept;

// Called once with the failed expression before the program stops; must not return to the failed
// code by any other way than returning. One per process; safe from any thread.
using CheckHandler = void (*)(const char* expression, const char* file, int line) noexcept;
// Installs `handler` (null: the default) and returns the one before.
CheckHandler set_check_handler(CheckHandler handler) noexcept;

}  // namespace gs

#define GS_CHECK(expression)                               \
  do {                                                     \
    if (!(expression)) [[unlikely]] {                      \
      ::gs::check_failed(#expression, __FILE__, __LINE__); \
    }                                                      \
  } while (false)
