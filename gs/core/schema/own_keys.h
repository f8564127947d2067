// The own keys of a value that a struct looks at, found fast when they come in the struct's order.
//
// Of objects, arrays and strings; other values have none. Pure; allocates only for large objects
// whose keys come in another order. For one thread.
#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>

#include "gs/core/schema/js_text.h"

namespace gs::schema {

// What a struct of Metaschema has without being given it: such keys are never unexpected.
bool is_inherited_key(std::string_view key) noexcept;

class OwnKeys {
 public:
  explicit OwnKeys(const JsValue& source) noexcept
      : source_(source), units_(source.kind == Kind::string ? utf16_length(source.text) : 0) {}

  std::size_t count() const noexcept;
  // Calls `each(key)` until it returns false.
  template <typename Each>
  bool for_each(const Each& each) const;

  // What a value has beside its keys: the length of an array, the size of a map. Undefined else.
  JsValue hidden(std::string_view name) const;

  // The value of an own key, or null.
  const JsValue* find(std::string_view name) {
    if (source_.kind == Kind::object) return find_member(name);
    return find_index(name);
  }

 private:
  // Walking past this many keys one by one costs less than a table of them.
  static constexpr std::size_t kWalkMax = 24;

  const JsValue* find_member(std::string_view name) {
    const auto& members = source_.members;
    if (next_ < members.size() && members[next_].first == name) return &members[next_++].second;
    return find_elsewhere(name);
  }
  const JsValue* find_elsewhere(std::string_view name);
  const JsValue* find_index(std::string_view name);

  const JsValue& source_;
  std::size_t next_ = 0;
  // Made when they are needed, as almost no value needs them.
  std::unique_ptr<std::unordered_map<std::string_view, std::size_t>> table_;
  std::unique_ptr<JsValue> character_;
  // Of a string: its length, and the character that was found last, which the next one follows.
  std::size_t units_;
  std::size_t unit_ = 0;
  std::size_t at_ = 0;
};

template <typename Each>
bool OwnKeys::for_each(const Each& each) const {
  if (source_.kind == Kind::object) {
    for (const auto& [key, member] : source_.members) {
      if (!each(std::string_view(key))) return false;
    }
    return true;
  }
  for (std::size_t i = 0; i < count(); ++i) {
    if (!each(std::string_view(std::to_string(i)))) return false;
  }
  return true;
}

}  // namespace gs::schema
