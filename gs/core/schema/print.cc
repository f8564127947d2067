// A schema as JSON of its fields, and as a TypeScript interface.
#include <cmath>

#include "gs/core/record/json.h"
#include "gs/core/record/text_forms.h"
#include "gs/core/schema/js_date.h"
#include "gs/core/schema/js_text.h"
#include "gs/core/schema/limits.h"
#include "gs/core/schema/schema.h"
#include "gs/core/schema/source.h"
#include "gs/core/schema/thrown.h"

namespace gs::schema {
namespace {

// JSON.stringify, without properties named `root`, wherever they are.
class Printer {
 public:
  Error structure(const Struct& structure) {
    GS_TRY_OK(enter());
    out_.push_back('{');
    bool comma = false;
    for (const Member& member : structure.members) {
      if (member.field == nullptr || member.name == "root") continue;
      key(member.name, comma);
      GS_TRY_OK(field(*member.field));
    }
    out_.push_back('}');
    --depth_;
    return {};
  }

  Error field(const Field& field) {
    GS_TRY_OK(enter());
    out_.push_back('{');
    bool comma = false;
    for (const Property& property : field.properties) {
      if (property.name != "root") GS_TRY_OK(this->property(field, property, comma));
    }
    out_.push_back('}');
    --depth_;
    return {};
  }

  std::string text() && { return std::move(out_); }

 private:
  Error property(const Field& field, const Property& property, bool& comma) {
    const JsValue* js = property.js.get();
    switch (property.slot) {
      case Property::Slot::js:
        break;
      case Property::Slot::required:
        if (js != nullptr) break;
        key(property.name, comma);
        out_.append(field.required ? "true" : "false");
        return {};
      case Property::Slot::type:
        if (js == nullptr && field.has_target) js = &field.type->name_value;
        break;
      case Property::Slot::value:
        key(property.name, comma);
        return this->field(*field.value);
      case Property::Slot::structure:
        key(property.name, comma);
        return structure(*field.structure);
      case Property::Slot::shared:
        key(property.name, comma);
        return this->field(*property.shared);
      case Property::Slot::items:
        key(property.name, comma);
        return items(field);
    }
    if (js == nullptr || is_left_out(*js)) return {};
    key(property.name, comma);
    return value(*js);
  }

  Error items(const Field& field) {
    out_.push_back('[');
    for (std::size_t i = 0; i < field.items.size(); ++i) {
      if (i > 0) out_.push_back(',');
      GS_TRY_OK(this->field(*field.items[i]));
    }
    out_.push_back(']');
    return {};
  }

  Error value(const JsValue& value) {
    GS_TRY_OK(enter());
    GS_TRY_OK(value_inside(value));
    --depth_;
    return {};
  }

  Error value_inside(const JsValue& value) {
    switch (value.kind) {
      case Kind::boolean:
        out_.append(value.boolean ? "true" : "false");
        return {};
      case Kind::number:
        out_.append(std::isfinite(value.number) ? number_text(value.number) : "null");
        return {};
      case Kind::bigint:
        return thrown_error("TypeError: Do not know how to serialize a BigInt");
      case Kind::string:
        record::append_json_string(value.text, out_);
        return {};
      case Kind::array:
        return array(value);
      case Kind::object:
        return object(value);
      case Kind::date:
        return date(value.number);
      case Kind::set:
      case Kind::map:
      case Kind::regexp:
        out_.append("{}");
        return {};
      default:
        out_.append("null");
        return {};
    }
  }

  Error array(const JsValue& value) {
    out_.push_back('[');
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      if (i > 0) out_.push_back(',');
      GS_TRY_OK(this->value(value.items[i]));
    }
    out_.push_back(']');
    return {};
  }

  Error object(const JsValue& value) {
    out_.push_back('{');
    bool comma = false;
    for (const auto& [name, member] : value.members) {
      if (name == "root" || is_left_out(member)) continue;
      key(name, comma);
      GS_TRY_OK(this->value(member));
    }
    out_.push_back('}');
    return {};
  }

  Error date(double ms) {
    if (!is_valid_date(ms)) {
      out_.append("null");
      return {};
    }
    out_.push_back('"');
    record::append_date(static_cast<std::int64_t>(ms), out_);
    out_.push_back('"');
    return {};
  }

  static bool is_left_out(const JsValue& value) noexcept {
    return value.kind == Kind::undefined || value.kind == Kind::function ||
           value.kind == Kind::symbol;
  }

  void key(std::string_view name, bool& comma) {
    if (comma) out_.push_back(',');
    comma = true;
    record::append_json_string(name, out_);
    out_.push_back(':');
  }

  // Schemas that embed each other share parts: deeper, and longer, than any one of them.
  Error enter() {
    if (++depth_ <= 4 * kDefinitionNestingMax && out_.size() <= kPrintedBytesMax) return {};
    return Error(Code::too_large, "schema: text exceeds " + std::to_string(kPrintedBytesMax) +
                                      " bytes or " + std::to_string(4 * kDefinitionNestingMax) +
                                      " levels");
  }

  std::string out_;
  std::size_t depth_ = 0;
};

void append_line(std::string_view name, std::string_view type, bool required, bool many,
                 std::string& out) {
  if (type.empty()) return;
  const bool entity = is_first_upper(type);
  const bool plain = type == "number" || type == "string" || type == "boolean";
  out.append("  ").append(name).append(entity ? "Id" : "").append(required ? ": " : "?: ");
  out.append(entity ? (many ? "string[]" : "string") : plain ? type : "string").append(";\n");
}

bool has_many(const Field& field) {
  const JsValue* const many = field.data("many");
  return many != nullptr && is_truthy(*many);
}

void append_field(std::string_view name, const Field& field, std::string& out) {
  append_line(name, field.type_name(), field.required, has_many(field), out);
}

// Of a schema that is one type, Metaschema takes the properties of that type for fields.
Error append_properties(const Field& field, std::string& out) {
  for (const Property& property : field.properties) {
    if (property.slot == Property::Slot::value) append_field(property.name, *field.value, out);
    const bool plain = property.slot == Property::Slot::js ||
                       (property.slot == Property::Slot::required && property.js != nullptr) ||
                       (property.slot == Property::Slot::type && !field.has_target);
    if (!plain) continue;
    if (property.js == nullptr || is_nullish(*property.js)) {
      const bool null = property.js != nullptr && property.js->kind == Kind::null;
      return thrown_error("TypeError: Cannot destructure property 'type' of 'def' as it is " +
                          std::string(null ? "null." : "undefined."));
    }
    const JsValue* const type = find_member(*property.js, "type");
    if (type == nullptr || !is_truthy(*type)) continue;
    const JsValue* const required = find_member(*property.js, "required");
    const JsValue* const many = find_member(*property.js, "many");
    append_line(property.name, type->kind == Kind::string ? std::string_view(type->text) : "json",
                required != nullptr && is_truthy(*required), many != nullptr && is_truthy(*many),
                out);
  }
  return {};
}

}  // namespace

Result<std::string> Schema::to_json() const {
  Printer printer;
  GS_TRY_OK(structure_ != nullptr ? printer.structure(*structure_) : printer.field(*field_));
  return std::move(printer).text();
}

Result<std::string> Schema::to_interface() const {
  std::string out = "interface " + name_ + " {\n";
  if (structure_ == nullptr) {
    GS_TRY_OK(append_properties(*field_, out));
  } else {
    for (const Member& member : structure_->members) {
      if (member.field != nullptr) append_field(member.name, *member.field, out);
    }
  }
  out.push_back('}');
  return out;
}

}  // namespace gs::schema
