// The check of one value against its rule, and what else the files of this module share.
#pragma once

#include "gs/core/record/record.h"
#include "gs/core/rules/rules.h"

namespace gs::rules {

// Collects what is wrong, or only whether something is: without a list nothing is written.
class Checker {
 public:
  Checker(schema::Functions* functions, std::vector<Violation>* out) noexcept
      : functions_(functions), out_(out) {}

  // Whether the value is right. `name`: the last part of its path.
  bool field(const Rule& rule, const record::ValueView& value, std::string_view name);
  // A member of a structure that is not there.
  bool missing(const Rule& rule, std::string_view name);
  bool unexpected(std::string_view name);
  // What the function says about the whole record.
  bool whole(std::uint32_t function, schema::JsValue record);

 private:
  bool value(const Rule& rule, const record::ValueView& value);
  bool has_type(const Rule& rule, const record::ValueView& value);
  bool elements(const Rule& rule, const record::ValueView& value);
  bool members(const Rule& rule, const record::ValueView& value);
  bool values(const Rule& rule, const record::ValueView& value);
  bool pairs(const Rule& rule, const record::ValueView& value);
  bool wrong_key(const Rule& rule, const std::string& got);
  bool tuple(const Rule& rule, const record::ValueView& value);
  bool bounds(const Rule& rule, const record::ValueView& value);
  bool calls(const Rule& rule, const record::ValueView& value);
  bool said(const schema::Outcome& outcome);
  bool fail(std::string expected, std::string got);

  schema::Functions* const functions_;
  std::vector<Violation>* const out_;
  std::string path_;  // only kept with a list
};

// Whether a value of this type is right for the rule whatever it is.
bool needs_no_look(const Rule& rule, Type type) noexcept;

// Calls visit(name, present, value) for each field of the record, or each member of its object.
template <typename Visit>
void each_member(const record::RecordView& record, const Visit& visit) {
  const record::Shape& shape = record.shape();
  const std::size_t first = shape.key_fields();
  if (!shape.self_describing()) {
    for (std::size_t i = first; i < shape.field_count(); ++i) {
      visit(shape.fields()[i].name, record.present(i), record.field(i));
    }
    return;
  }
  const record::ValueView object = record.field(first);
  for (std::uint32_t i = 0; i < object.count(); ++i) {
    const record::ValueView member = object.member(i);
    visit(object.member_name(i), member.type != Type::any, member);
  }
}

// A value as JavaScript sees it.
schema::JsValue to_js(const record::ValueView& value);
schema::JsValue to_js(const record::RecordView& record);
// A value of JavaScript as a record holds it. Functions and undefined give none.
std::optional<Value> from_js(const schema::JsValue& js);
// What a value of the field has inside of it; the rule was made of the field.
Error read_nest(const schema::Field& field, const Rule& rule, record::Layout::Nest& out);
// What decides about keys of the index when older records are lifted: nullopt when nothing does.
// `source`: digest of all files of the schema.
std::optional<Digest> lift_digest(const Rules& rules, const IndexDefinition& index,
                                  const Digest& source);
// For messages: what a value is, and a short one itself.
std::string described(const record::ValueView& value);

}  // namespace gs::rules
