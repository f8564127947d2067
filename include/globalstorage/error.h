// What happened when a call did not succeed: one word, null for success.
//
// An Error holds a code from code.def and a message that says what, where and what to do next.
// Success costs one null pointer and no allocation. Errors are values: return them where they
// happen, add context with in() on the way up, decide at the top. Ignoring one is the visible
// word ignore(). Not thread-safe; move it to the thread that needs it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace gs {

enum class Code : std::uint16_t {
  ok = 0,
#define GS_CODE(name, number, advice, meaning) name = number,
#include "globalstorage/code.def"
#undef GS_CODE
};

enum class Advice : std::uint8_t { none, retry, reopen, repair };

// The word in code.def ("ok" for success); never null, static storage.
const char* code_name(Code code) noexcept;
const char* code_meaning(Code code) noexcept;
Advice code_advice(Code code) noexcept;

class [[nodiscard]] Error {
 public:
  Error() noexcept = default;
  Error(Code code, std::string message);

  Error(Error&&) noexcept = default;
  Error& operator=(Error&&) noexcept = default;
  Error(const Error&) = delete;
  Error& operator=(const Error&) = delete;
  ~Error() = default;

  // True when something failed, so `if (Error error = f()) return error;` reads well.
  explicit operator bool() const noexcept { return detail_ != nullptr; }
  bool ok() const noexcept { return detail_ == nullptr; }

  Code code() const noexcept { return detail_ ? detail_->code : Code::ok; }
  std::string_view message() const noexcept {
    return detail_ ? std::string_view(detail_->message) : std::string_view();
  }
  // "name: message", for people.
  std::string text() const;

  // Puts `where` and ": " before the message. No effect on success.
  Error in(std::string_view where) &&;
  Error copy() const;
  // Says in the code that this failure changes nothing; the caller gives the reason beside it.
  void ignore() const noexcept {}

 private:
  struct Detail {
    Code code;
    std::string message;
  };
  std::unique_ptr<Detail> detail_;
};

}  // namespace gs
