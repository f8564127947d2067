// Looking for keys that are not where they were expected.
#include "gs/core/schema/own_keys.h"

namespace gs::schema {
namespace {

// What an object of JavaScript has without being given it: such keys are never unexpected.
constexpr std::string_view kInherited[] = {"check",
                                           "constructor",
                                           "__defineGetter__",
                                           "__defineSetter__",
                                           "hasOwnProperty",
                                           "__lookupGetter__",
                                           "__lookupSetter__",
                                           "isPrototypeOf",
                                           "propertyIsEnumerable",
                                           "toString",
                                           "valueOf",
                                           "__proto__",
                                           "toLocaleString"};

}  // namespace

bool is_inherited_key(std::string_view key) noexcept {
  return std::find(std::begin(kInherited), std::end(kInherited), key) != std::end(kInherited);
}

std::size_t OwnKeys::count() const noexcept {
  switch (source_.kind) {
    case Kind::object:
      return source_.members.size();
    case Kind::array:
      return source_.items.size();
    case Kind::string:
      return units_;
    default:
      return 0;
  }
}

JsValue OwnKeys::hidden(std::string_view name) const {
  JsValue out;
  const auto number = [&](std::size_t value) {
    out.kind = Kind::number;
    out.number = static_cast<double>(value);
  };
  switch (source_.kind) {
    case Kind::array:
    case Kind::string:
      if (name == "length") number(count());
      break;
    case Kind::set:
      if (name == "size") number(source_.items.size());
      break;
    case Kind::map:
      if (name == "size") number(source_.items.size() / 2);
      break;
    case Kind::function:
      if (name == "length") number(0);  // of parameters, which nobody told us
      if (name == "name") {
        out.kind = Kind::string;
        out.text = source_.text;
      }
      break;
    default:
      break;
  }
  return out;
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
  if (table_ == nullptr) {
    table_ = std::make_unique<std::unordered_map<std::string_view, std::size_t>>(members.size());
    for (std::size_t i = 0; i < members.size(); ++i) table_->emplace(members[i].first, i);
  }
  const auto found = table_->find(name);
  if (found == table_->end()) return nullptr;
  next_ = found->second + 1;
  return &members[found->second].second;
}

const JsValue* OwnKeys::find_index(std::string_view name) {
  std::uint32_t index = 0;
  if (!is_index_key(name, index) || index >= count()) return nullptr;
  if (source_.kind == Kind::array) return &source_.items[index];
  if (character_ == nullptr) character_ = std::make_unique<JsValue>();
  character_->kind = Kind::string;
  character_->text = "\xef\xbf\xbd";  // half of a surrogate pair
  if (index < unit_) at_ = unit_ = 0;
  while (unit_ <= index) {
    const std::size_t size = character_size(source_.text, at_);
    const std::size_t units = size < 4 ? 1 : 2;
    if (unit_ == index && size < 4) character_->text = source_.text.substr(at_, size);
    if (unit_ + units > index) break;
    unit_ += units;
    at_ += size;
  }
  return character_.get();
}

}  // namespace gs::schema
