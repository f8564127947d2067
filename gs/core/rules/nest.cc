// Relations and defaults inside of values: from a field of a schema to a part of a layout.

#include "gs/core/rules/check.h"

namespace gs::rules {

using record::Layout;
using schema::Field;

namespace {

Error add_default(const Field& field, const std::string& name, Layout::Nest& out) {
  const schema::JsValue* const given = field.data("default");
  if (given == nullptr || given->kind == schema::JsValue::Kind::function) return {};
  std::optional<Value> value = from_js(*given);
  Buffer bytes;
  if (!value || record::encode_any(*value, bytes, record::kFieldDepth)) {
    return Error(Code::invalid, "field \"" + name + "\": its default cannot be stored");
  }
  out.defaults.emplace_back(name, std::move(*value));
  return {};
}

Error read_members(const Field& field, const Rule& rule, Layout::Nest& out) {
  for (const schema::Member& member : field.structure->members) {
    const Rule* const inner = member.field == nullptr ? nullptr : rule.member(member.name);
    if (inner == nullptr) continue;
    Layout::Nest nest;
    GS_TRY_OK(read_nest(*member.field, *inner, nest));
    GS_TRY_OK(add_default(*member.field, member.name, out));
    nest.name = member.name;
    if (!nest.is_empty()) out.members.push_back(std::move(nest));
  }
  return {};
}

}  // namespace

Error read_nest(const Field& field, const Rule& rule, Layout::Nest& out) {
  switch (rule.kind) {
    case Rule::Kind::link:
    case Rule::Kind::links:
      out.target = record::collection_id(rule.target);
      out.is_list = rule.kind == Rule::Kind::links;
      return {};
    case Rule::Kind::structure:
      return read_members(field, rule, out);
    case Rule::Kind::array:
    case Rule::Kind::set:
    case Rule::Kind::object:
    case Rule::Kind::map: {
      auto element = std::make_unique<Layout::Nest>();
      GS_TRY_OK(read_nest(*field.value, *rule.element, *element));
      out.is_map = rule.kind == Rule::Kind::map;
      if (!element->is_empty()) out.element = std::move(element);
      return {};
    }
    case Rule::Kind::tuple: {
      std::vector<Layout::Nest> items(rule.items.size());
      bool any = false;
      for (std::size_t i = 0; i < items.size(); ++i) {
        GS_TRY_OK(read_nest(*field.items[i], rule.items[i], items[i]));
        any = any || !items[i].is_empty();
      }
      if (any) out.items = std::move(items);
      return {};
    }
    default:
      return {};
  }
}

}  // namespace gs::rules
