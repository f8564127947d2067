#include "bindings/node/napi.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace gs::node {

napi_value undefined(napi_env env) noexcept {
  napi_value value = nullptr;
  napi_get_undefined(env, &value);
  return value;
}

napi_value null(napi_env env) noexcept {
  napi_value value = nullptr;
  napi_get_null(env, &value);
  return value;
}

napi_value number(napi_env env, double value) noexcept {
  napi_value made = nullptr;
  napi_create_double(env, value, &made);
  return made;
}

napi_value boolean(napi_env env, bool value) noexcept {
  napi_value made = nullptr;
  napi_get_boolean(env, value, &made);
  return made;
}

napi_value text(napi_env env, std::string_view value) noexcept {
  napi_value made = nullptr;
  napi_create_string_utf8(env, value.data(), value.size(), &made);
  return made;
}

napi_value array_buffer(napi_env env, Bytes bytes) noexcept {
  void* memory = nullptr;
  napi_value made = nullptr;
  if (!ok(napi_create_arraybuffer(env, bytes.size(), &memory, &made))) return nullptr;
  if (!bytes.empty()) std::memcpy(memory, bytes.data(), bytes.size());
  return made;
}

napi_value error_value(napi_env env, const Error& error) noexcept {
  napi_value made = nullptr;
  napi_create_error(env, nullptr, text(env, error.message()), &made);
  napi_set_named_property(env, made, "code", number(env, static_cast<double>(error.code())));
  return made;
}

napi_value throw_error(napi_env env, const Error& error) noexcept {
  napi_throw(env, error_value(env, error));
  return nullptr;
}

napi_value throw_type(napi_env env, const char* expected) noexcept {
  return throw_error(env, Error(Code::invalid, std::string(expected)));
}

napi_value define_class(napi_env env, const char* name, std::initializer_list<Method> methods) {
  std::vector<napi_property_descriptor> properties;
  for (const Method& one : methods) {
    properties.push_back(
        {one.name, nullptr, one.call, nullptr, nullptr, nullptr, napi_default_method, nullptr});
  }
  const auto construct = [](napi_env there, napi_callback_info info) {
    return Arguments<0>(there, info).self;
  };
  napi_value made = nullptr;
  napi_define_class(env, name, NAPI_AUTO_LENGTH, construct, nullptr, properties.size(),
                    properties.data(), &made);
  return made;
}

bool read_text(napi_env env, napi_value value, std::string& out) {
  // A key pressed, mostly.
  constexpr std::size_t kShort = 31;
  char few[kShort + 1];
  std::size_t size = 0;
  if (!ok(napi_get_value_string_utf8(env, value, few, sizeof few, &size))) return false;
  // The last character may have been cut.
  constexpr std::size_t kCharacterMax = 4;
  if (size + kCharacterMax <= kShort) {
    out.assign(few, size);
    return true;
  }
  napi_get_value_string_utf8(env, value, nullptr, 0, &size);
  out.resize(size);
  napi_get_value_string_utf8(env, value, out.data(), size + 1, &size);
  return true;
}

std::optional<std::string> text_of(napi_env env, napi_value value) {
  std::string made;
  if (!read_text(env, value, made)) return std::nullopt;
  return made;
}

std::optional<double> number_of(napi_env env, napi_value value) noexcept {
  double made = 0;
  if (!ok(napi_get_value_double(env, value, &made))) return std::nullopt;
  return made;
}

std::optional<std::size_t> count_of(napi_env env, napi_value value) noexcept {
  constexpr double kMax = 9007199254740991;  // 2^53 - 1
  const std::optional<double> given = number_of(env, value);
  if (!given) return std::nullopt;
  return *given > 0 ? static_cast<std::size_t>(std::min(*given, kMax)) : 0;
}

bool truth_of(napi_env env, napi_value value) noexcept {
  bool made = false;
  return ok(napi_get_value_bool(env, value, &made)) && made;
}

std::optional<std::span<std::uint8_t>> memory_of(napi_env env, napi_value value) noexcept {
  bool is_array = false;
  if (!ok(napi_is_typedarray(env, value, &is_array)) || !is_array) return std::nullopt;
  napi_typedarray_type type = napi_int8_array;
  std::size_t size = 0;
  void* memory = nullptr;
  if (!ok(napi_get_typedarray_info(env, value, &type, &size, &memory, nullptr, nullptr)) ||
      type != napi_uint8_array) {
    return std::nullopt;
  }
  return std::span(static_cast<std::uint8_t*>(memory), size);
}

std::optional<Bytes> bytes_of(napi_env env, napi_value value) noexcept {
  const auto memory = memory_of(env, value);
  if (!memory) return std::nullopt;
  return Bytes(*memory);
}

std::optional<Id> id_of(napi_env env, napi_value value) noexcept {
  // Room for one more character of any kind: a longer text is cut, and must not become an id.
  std::array<char, Id::kTextBytes + 6> characters;
  std::size_t size = 0;
  if (!ok(napi_get_value_string_utf8(env, value, characters.data(), characters.size(), &size))) {
    return std::nullopt;
  }
  return Id::parse({characters.data(), size});
}

napi_value member(napi_env env, napi_value object, const char* name) noexcept {
  napi_value value = nullptr;
  if (!ok(napi_get_named_property(env, object, name, &value))) return undefined(env);
  return value;
}

}  // namespace gs::node
