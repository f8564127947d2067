// What JavaScript's operators say about values: typeof, truth, String(), <, order of keys.
//
// Only as far as texts of errors and the check of a length need them. Two things are not knowable
// here and differ from an engine: the source of a function, printed as
// `function name() { [native code] }`, and the local time zone, which is taken as UTC.
// Pure; recursion is bounded by the nesting of the value.
#pragma once

#include <algorithm>
#include <optional>
#include <string_view>

#include "gs/core/schema/js_value.h"

namespace gs::schema {

using Kind = JsValue::Kind;

inline bool is_nullish(const JsValue& value) noexcept { return value.kind <= Kind::null; }
// As typeof says it: "undefined", "object", "boolean", "number", ...
std::string_view type_of(const JsValue& value) noexcept;
bool is_truthy(const JsValue& value) noexcept;
// The member of an object, or null.
const JsValue* find_member(const JsValue& value, std::string_view name) noexcept;

// Number.prototype.toString: "-0" is "0", and "NaN", "Infinity" are words.
std::string number_text(double number);
// `${value}`. Empty, with the text of the TypeError in `thrown`, for what has no text.
std::optional<std::string> text_of(const JsValue& value, std::string& thrown);
// Array.prototype.join.
std::optional<std::string> join(const std::vector<JsValue>& items, std::string_view separator,
                                std::string& thrown);
// String(error): as text_of, but for symbols too.
std::string described(const JsValue& value);

// Length of a string as JavaScript counts it, in UTF-16 units.
std::size_t utf16_length(std::string_view text) noexcept;
// Bytes of the character that begins at `at`.
std::size_t character_size(std::string_view text, std::size_t at) noexcept;
// a < b; empty, with the text of the TypeError, for symbols.
std::optional<bool> less(const JsValue& a, const JsValue& b, std::string& thrown);
// SameValueZero, of values from different trees: objects are never the same.
bool same_value(const JsValue& a, const JsValue& b) noexcept;

// True for the canonical text of an array index: 0 to 2^32 - 2.
bool is_index_key(std::string_view key, std::uint32_t& index) noexcept;

// Orders entries as JavaScript orders an object's own keys: indexes ascending, then the others as
// they are. `name(entry)` gives the key of an entry.
template <typename Entry, typename Name>
void order_keys(std::vector<Entry>& entries, const Name& name) {
  std::uint32_t index = 0;
  const auto is_index = [&](const Entry& entry) { return is_index_key(name(entry), index); };
  if (std::none_of(entries.begin(), entries.end(), is_index)) return;
  std::vector<std::pair<std::uint32_t, Entry>> indexed;
  std::vector<Entry> others;
  for (Entry& entry : entries) {
    if (is_index(entry)) {
      indexed.emplace_back(index, std::move(entry));
    } else {
      others.push_back(std::move(entry));
    }
  }
  std::sort(indexed.begin(), indexed.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  entries.clear();
  for (auto& [place, entry] : indexed) entries.push_back(std::move(entry));
  for (Entry& entry : others) entries.push_back(std::move(entry));
}

// For hosts that parse JSON text: puts the members of an object into JavaScript's order. Keys must
// be unique.
inline void order_keys(std::vector<std::pair<std::string, JsValue>>& members) {
  order_keys(members, [](const auto& member) -> std::string_view { return member.first; });
}

}  // namespace gs::schema
