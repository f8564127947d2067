// Looking for keys that are not where they were expected.
#include "gs/core/schema/own_keys.h"

namespace gs::schema {

std::size_t OwnKeys::count() const noexcept {
  switch (source_.kind) {
    case Kind::object:
      return source_.members.size();
    case Kind::array:
      return source_.items.size();
    case Kind::string:
      return utf16_length(source_.text);
    default:
      return 0;
  }
}

const JsValue* OwnKeys::find_elsewhere(std::string_view name) {
  const auto& members = source_.members;
  if (members.size() <= kWalkMax) {
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (members[i].first != name) continue;
      next_ = i + 1;
      return &members[i].second;
    }
    return nullptr;
  }
  if (table_.empty()) {
    table_.reserve(members.size());
    for (std::size_t i = 0; i < members.size(); ++i) table_.emplace(members[i].first, i);
  }
  const auto found = table_.find(name);
  if (found == table_.end()) return nullptr;
  next_ = found->second + 1;
  return &members[found->second].second;
}

const JsValue* OwnKeys::find_index(std::string_view name) {
  std::uint32_t index = 0;
  if (!is_index_key(name, index) || index >= count()) return nullptr;
  if (source_.kind == Kind::array) return &source_.items[index];
  // What matters of a character is that it is a string.
  character_.kind = Kind::string;
  character_.text = source_.text.substr(std::min<std::size_t>(index, source_.text.size()), 1);
  return &character_;
}

}  // namespace gs::schema
