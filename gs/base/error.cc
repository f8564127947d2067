// Errors: the words of code.def, and the few functions that allocate.
#include "globalstorage/error.h"

#include "globalstorage/result.h"
#include "gs/base/check.h"

namespace gs {

const char* code_name(Code code) noexcept {
  switch (code) {
    case Code::ok:
      return "ok";
#define GS_CODE(name, number, advice, meaning) \
  case Code::name:                             \
    return #name;
#include "globalstorage/code.def"
#undef GS_CODE
  }
  return "unknown";  // a number from a newer version
}

const char* code_meaning(Code code) noexcept {
  switch (code) {
    case Code::ok:
      return "the call succeeded";
#define GS_CODE(name, number, advice, meaning) \
  case Code::name:                             \
    return meaning;
#include "globalstorage/code.def"
#undef GS_CODE
  }
  return "a code of a newer version";
}

// NOLINTBEGIN(bugprone-branch-clone): a table, one row for each code
Advice code_advice(Code code) noexcept {
  switch (code) {
    case Code::ok:
      return Advice::none;
#define GS_CODE(name, number, advice, meaning) \
  case Code::name:                             \
    return Advice::advice;
#include "globalstorage/code.def"
#undef GS_CODE
  }
  return Advice::none;
}
// NOLINTEND(bugprone-branch-clone)

Error::Error(Code code, std::string message) {
  GS_CHECK(code != Code::ok);  // success is Error(), so that its test is one null pointer
  detail_ = std::make_unique<Detail>(Detail{code, std::move(message)});
}

std::string Error::text() const {
  std::string text = code_name(code());
  if (detail_ && !detail_->message.empty()) {
    text += ": ";
    text += detail_->message;
  }
  return text;
}

Error Error::in(std::string_view where) && {
  if (detail_) {
    std::string message(where);
    message += ": ";
    message += detail_->message;
    detail_->message = std::move(message);
  }
  return std::move(*this);
}

Error Error::copy() const { return detail_ ? Error(detail_->code, detail_->message) : Error(); }

void result_without_value(const Error& error) noexcept {
  const std::string text = "Result::value() of a failure: " + error.text();
  check_failed(text.c_str(), __FILE__, __LINE__);
}

}  // namespace gs
