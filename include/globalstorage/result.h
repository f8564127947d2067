// A value or the Error that took its place.
//
// Keep T light: a number, a handle, a view. Reading value() of a failure is our own mistake and
// stops the program. GS_TRY and GS_TRY_OK return the error of an expression to the caller.
#pragma once

#include <optional>
#include <utility>

#include "globalstorage/error.h"

namespace gs {

// Stops the program because value() was called on a failure; never returns.
[[noreturn]] void result_without_value(const Error& error) noexcept;

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const noexcept { return error_.ok(); }
  explicit operator bool() const noexcept { return ok(); }
  Code code() const noexcept { return error_.code(); }
  const Error& error() const& noexcept { return error_; }
  Error& error() & noexcept { return error_; }
  Error&& error() && noexcept { return std::move(error_); }

  T& value() & {
    if (!value_) result_without_value(error_);
    return *value_;
  }
  const T& value() const& {
    if (!value_) result_without_value(error_);
    return *value_;
  }
  // By value, so that a loop over a temporary Result's value is safe.
  T value() && {
    if (!value_) result_without_value(error_);
    return std::move(*value_);
  }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }

 private:
  std::optional<T> value_;
  Error error_;
};

}  // namespace gs

#define GS_CONCAT_(a, b) a##b
#define GS_CONCAT(a, b) GS_CONCAT_(a, b)

// GS_TRY(const Digest digest, seal(link, payload));
#define GS_TRY(declaration, expression) \
  GS_TRY_AS(GS_CONCAT(gs_result_, __COUNTER__), declaration, expression)
#define GS_TRY_AS(result, declaration, expression) \
  auto result = (expression);                      \
  if (!result.ok()) [[unlikely]] {                 \
    return std::move(result).error();              \
  }                                                \
  declaration = std::move(result).value()

// GS_TRY_OK(file.sync());
#define GS_TRY_OK(expression) GS_TRY_OK_AS(GS_CONCAT(gs_error_, __COUNTER__), expression)
#define GS_TRY_OK_AS(error, expression)                  \
  do {                                                   \
    if (::gs::Error error = (expression)) [[unlikely]] { \
      return error;                                      \
    }                                                    \
  } while (false)
