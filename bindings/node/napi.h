// What all files of the addon use of Node-API: version 8, errors as values, and short words for
// what is said often. No file includes v8.h or uv.h: their ABI is not stable.
#pragma once

#define NAPI_VERSION 8
#define NODE_API_NO_EXTERNAL_BUFFERS_ALLOWED
#include <node_api.h>

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "globalstorage/storage.h"

namespace gs::node {

// A call of Node-API that only a bug of ours, or an exception that is under way, can make fail.
inline bool ok(napi_status status) noexcept { return status == napi_ok; }

napi_value undefined(napi_env env) noexcept;
napi_value null(napi_env env) noexcept;
napi_value number(napi_env env, double value) noexcept;
napi_value boolean(napi_env env, bool value) noexcept;
napi_value text(napi_env env, std::string_view value) noexcept;
// A new ArrayBuffer with a copy.
napi_value array_buffer(napi_env env, Bytes bytes) noexcept;

// An Error of JavaScript with the code of ours as `code`, a number (code.def). lib/errors.js makes
// it what users see.
napi_value error_value(napi_env env, const Error& error) noexcept;
napi_value throw_error(napi_env env, const Error& error) noexcept;   // returns null
napi_value throw_type(napi_env env, const char* expected) noexcept;  // the same

// Arguments of a call, and what it was called on.
template <std::size_t kCount>
struct Arguments {
  napi_value self = nullptr;
  napi_value values[kCount == 0 ? 1 : kCount] = {};
  std::size_t given = kCount;

  Arguments(napi_env env, napi_callback_info info) noexcept {
    napi_get_cb_info(env, info, &given, values, &self, nullptr);
  }
  napi_value operator[](std::size_t at) const noexcept { return values[at]; }
};

// A class whose objects only the addon makes, with these methods.
struct Method {
  const char* name;
  napi_callback call;
};
napi_value define_class(napi_env env, const char* name, std::initializer_list<Method> methods);

// Nothing when the value is of another type; lone surrogates become U+FFFD.
std::optional<std::string> text_of(napi_env env, napi_value value);
bool read_text(napi_env env, napi_value value, std::string& out);  // the same, false for nothing
std::optional<double> number_of(napi_env env, napi_value value) noexcept;
// What counts something: below 0, or no number at all, is 0; fractions are cut.
std::optional<std::size_t> count_of(napi_env env, napi_value value) noexcept;
bool truth_of(napi_env env, napi_value value) noexcept;  // false when it is no boolean
// The memory of a Uint8Array; it stays until JavaScript runs again.
std::optional<std::span<std::uint8_t>> memory_of(napi_env env, napi_value value) noexcept;
std::optional<Bytes> bytes_of(napi_env env, napi_value value) noexcept;
std::optional<Id> id_of(napi_env env, napi_value value) noexcept;
napi_value member(napi_env env, napi_value object, const char* name) noexcept;

}  // namespace gs::node
