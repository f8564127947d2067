// Reading properties of a piece of a definition.
#include "gs/core/schema/source.h"

#include "gs/core/schema/js_text.h"
#include "gs/core/schema/limits.h"
#include "gs/core/schema/schema.h"
#include "gs/core/schema/thrown.h"

namespace gs::schema {
namespace {

bool is_first_lower(std::string_view text) noexcept {
  return !text.empty() && text[0] >= 'a' && text[0] <= 'z';
}

const JsValue& boolean_value(bool value) {
  static const std::pair<JsValue, JsValue> both = [] {
    std::pair<JsValue, JsValue> made;
    made.first.kind = made.second.kind = Kind::boolean;
    made.second.boolean = true;
    return made;
  }();
  return value ? both.second : both.first;
}

Source plain(const std::unique_ptr<JsValue>& value) {
  return value == nullptr ? Source() : Source(*value);
}

Source source_of(const Field& field, const Property& property) {
  switch (property.slot) {
    case Property::Slot::required:
      return property.js != nullptr ? Source(*property.js) : Source(boolean_value(field.required));
    case Property::Slot::type:
      if (property.js != nullptr) return Source(*property.js);
      return field.has_target ? Source(field.type->name_value) : Source();
    case Property::Slot::value:
      return Source(*field.value);
    case Property::Slot::structure:
      return Source(field.structure);
    case Property::Slot::shared:
      return Source(*property.shared);
    case Property::Slot::items: {
      Source source;
      source.what = Source::What::items;
      source.items = &field.items;
      return source;
    }
    case Property::Slot::js:
      break;
  }
  return plain(property.js);
}

Source property_of_field(const Field& field, std::string_view name) {
  const Property* const found = field.find(name);
  if (name == "root") return Source(*field.root);
  return found == nullptr ? Source() : source_of(field, *found);
}

Source member_source(const Member& member) {
  return member.field == nullptr ? Source(member.function) : Source(*member.field);
}

// One entry for each UTF-16 unit of a string, as `{ ...'text' }` has. UTF-8 has no halves of
// surrogate pairs: U+FFFD stands for each.
Error spread(std::string_view text, Entries& out, Arena& arena) {
  if (utf16_length(text) > kSpreadUnitsMax) {
    return Error(Code::too_large, "definition: a string of more than " +
                                      std::to_string(kSpreadUnitsMax) + " units as an object");
  }
  std::size_t units = 0;
  const auto add = [&](std::string_view part) {
    JsValue value;
    value.kind = Kind::string;
    value.text = part;
    out.set(arena.name(std::to_string(units++)), Source(arena.value(std::move(value))));
  };
  constexpr std::string_view kHalf = "\xef\xbf\xbd";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = character_size(text, at);
    const bool is_pair = size == 4;
    add(is_pair ? kHalf : text.substr(at, size));
    if (is_pair) add(kHalf);
    at += size;
  }
  return {};
}

Result<Entries> entries_of_js(const JsValue& value, Arena& arena) {
  Entries out;
  if (value.kind == Kind::object) {
    for (const auto& [key, member] : value.members) out.set(key, Source(member));
  } else if (value.kind == Kind::array) {
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      out.set(arena.name(std::to_string(i)), Source(value.items[i]));
    }
  } else if (value.kind == Kind::string) {
    GS_TRY_OK(spread(value.text, out, arena));
  }
  return out;
}

Entries entries_of_field(const Field& field) {
  Entries out;
  out.set("root", Source(*field.root));
  for (const Property& property : field.properties)
    out.set(property.name, source_of(field, property));
  return out;
}

}  // namespace

bool is_first_upper(std::string_view text) noexcept {
  return !text.empty() && text[0] >= 'A' && text[0] <= 'Z';
}

void Entries::set(std::string_view key, Source value) {
  if (const std::size_t known = place(key); known < list_.size()) {
    list_[known].value = std::move(value);
    return;
  }
  list_.push_back({key, std::move(value)});
  if (list_.size() < kIndexedMembersMin) return;
  if (index_.empty()) {
    for (std::size_t i = 0; i < list_.size(); ++i) index_.emplace(list_[i].key, i);
  } else {
    index_.emplace(key, list_.size() - 1);
  }
}

const Source* Entries::find(std::string_view key) const noexcept {
  const std::size_t known = place(key);
  return known < list_.size() ? &list_[known].value : nullptr;
}

std::size_t Entries::place(std::string_view key) const noexcept {
  if (!index_.empty()) {
    const auto found = index_.find(key);
    return found == index_.end() ? list_.size() : found->second;
  }
  std::size_t at = 0;
  while (at < list_.size() && list_[at].key != key) ++at;
  return at;
}

void Entries::order() {
  order_keys(list_, [](const Entry& entry) { return entry.key; });
  index_.clear();
  if (list_.size() < kIndexedMembersMin) return;
  for (std::size_t i = 0; i < list_.size(); ++i) index_.emplace(list_[i].key, i);
}

std::string_view Arena::name(std::string text) {
  return *names.emplace_back(std::make_unique<std::string>(std::move(text)));
}

const JsValue& Arena::value(JsValue value) {
  return *values.emplace_back(std::make_unique<JsValue>(std::move(value)));
}

Entries& Arena::object() { return *objects.emplace_back(std::make_unique<Entries>()); }

Source property(const Source& source, std::string_view name) {
  switch (source.what) {
    case Source::What::js: {
      const JsValue* const found = source.js == nullptr ? nullptr : find_member(*source.js, name);
      return found == nullptr ? Source() : Source(*found);
    }
    case Source::What::field:
      return property_of_field(*source.field, name);
    case Source::What::structure: {
      const Member* const member = source.structure->find(name);
      return member == nullptr ? Source() : member_source(*member);
    }
    case Source::What::entries:
      return source.entries->get(name);
    default:
      return {};
  }
}

Result<Entries> own_entries(const Source& source, Arena& arena) {
  if (source.nullish()) return thrown_error(kNoObject);
  switch (source.what) {
    case Source::What::js:
      return entries_of_js(*source.js, arena);
    case Source::What::field:
      return entries_of_field(*source.field);
    case Source::What::structure: {
      Entries out;
      for (const Member& member : source.structure->members) {
        out.set(member.name, member_source(member));
      }
      return out;
    }
    case Source::What::entries:
      return *source.entries;
    default:
      return unsupported("a schema as a list of fields");
  }
}

std::string_view first_letter_key(const Source& source) {
  const auto is_letter = [](std::string_view key) {
    return is_first_upper(key) || is_first_lower(key);
  };
  if (source.is_js()) {
    for (const auto& [key, member] : source.js->members) {
      if (is_letter(key)) return key;
    }
  } else if (source.what == Source::What::entries) {
    for (const Entry& entry : source.entries->list()) {
      if (is_letter(entry.key)) return entry.key;
    }
  } else if (source.what == Source::What::field) {
    return "root";
  }
  return {};
}

}  // namespace gs::schema
