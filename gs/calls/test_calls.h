// For tests of calls: a storage in a directory of its own, calls to it, and looking into results.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "gs/api/test_directory.h"
#include "gs/calls/calls.h"
#include "gs/core/record/json.h"

namespace gs::calls::testing {

// The value of a JSON text; null and a failure when it is none.
inline Value value_of(const Result<std::string>& json) {
  if (!json.ok()) {
    ADD_FAILURE() << json.error().text();
    return {};
  }
  auto value = record::parse_json(*json);
  if (value.ok()) return std::move(value).value();
  ADD_FAILURE() << value.error().text() << ": " << *json;
  return {};
}

inline bool has(const Value& object, std::string_view name) {
  const Object* const members = object.get<Object>();
  if (members == nullptr) return false;
  for (const Member& member : *members) {
    if (member.first == name) return true;
  }
  return false;
}

// A member of an object; null and a failure when it is not there.
inline Value at(const Value& object, std::string_view name) {
  if (const Object* const members = object.get<Object>()) {
    for (const Member& member : *members) {
      if (member.first == name) return member.second;
    }
  }
  ADD_FAILURE() << "no member " << name;
  return {};
}
inline std::string text(const Value& object, std::string_view name) {
  const Value value = at(object, name);
  const auto* const found = value.get<std::string>();
  return found == nullptr ? "no text" : *found;
}
inline std::uint64_t number(const Value& object, std::string_view name) {
  const Value value = at(object, name);
  const auto* const found = value.get<double>();
  return found == nullptr ? ~std::uint64_t{0} : static_cast<std::uint64_t>(*found);
}
inline bool flag(const Value& object, std::string_view name) { return at(object, name) == true; }

inline Array items(const Value& value) {
  const Array* const found = value.get<Array>();
  if (found != nullptr) return *found;
  ADD_FAILURE() << "no array";
  return {};
}
inline Value texts(const std::vector<Digest>& digests) {
  Array made;
  for (const Digest& digest : digests) made.emplace_back(digest.text());
  return made;
}

// `name` with `text` as it stands in JSON, for arguments.
inline std::string argument(std::string_view name, std::string_view text) {
  std::string json;
  record::append_json_string(name, json);
  json += ':';
  record::append_json_string(text, json);
  return json;
}

class CallsTest : public gs::testing::InDirectory {
 protected:
  void SetUp() override {
    InDirectory::SetUp();
    storage_.emplace(Storage::create(path("a")).value());
  }
  void TearDown() override {
    storage_.reset();
    InDirectory::TearDown();
  }

  // Of arguments without their braces.
  Result<std::string> made(std::string_view method, const std::string& arguments = "") {
    return call(*storage_, method, '{' + arguments + '}');
  }
  Value result(std::string_view method, const std::string& arguments = "") {
    return value_of(made(method, arguments));
  }
  static Value free_result(std::string_view method, const std::string& arguments = "") {
    return value_of(call(method, '{' + arguments + '}'));
  }
  std::string now() { return storage_->find_version("now").value().heads.front().text(); }

  std::optional<Storage> storage_;
};

constexpr const char* kKyiv = R"("id":"kyiv","collection":"City")";

}  // namespace gs::calls::testing
