// Staging changes of elements and of members. What they make of a field is decided by the commit
// (merging.h); here is what the schema says of it.

#include "gs/engine/database/database.h"
#include "gs/engine/database/staging.h"

namespace gs::engine {

using graph::Kind;
using record::RecordView;

namespace {

// `rule`: of the field, null when there is none.
Error check_set_field(const rules::Rules& rules, std::string_view field,
                      const rules::FieldRule* rule) {
  const auto wrong = [&](const std::string& what) {
    return Error(Code::invalid, rules.collection() + "." + std::string(field) + " " + what);
  };
  if (rule == nullptr) return wrong("is no field of the schema");
  switch (rule->rule.kind) {
    case rules::Rule::Kind::array:
    case rules::Rule::Kind::set:
    case rules::Rule::Kind::links:
    case rules::Rule::Kind::json:
    case rules::Rule::Kind::custom:
      return {};
    default:
      return wrong("is " + rule->rule.expected() +
                   ": only arrays, sets and lists of relations have elements to add and remove");
  }
}

}  // namespace

Result<bool> Staging::is_set(const Id& id, const rules::Rules* rules, std::string_view field) {
  const rules::FieldRule* const rule = rules == nullptr ? nullptr : rules->find(field);
  if (rules != nullptr) {
    GS_TRY_OK(check_set_field(*rules, field, rule));
    if (rule->rule.kind == rules::Rule::Kind::set) return true;
    if (rule->rule.kind == rules::Rule::Kind::array) return false;
  }
  std::optional<record::ValueView> value;
  Found found;
  const Moment now = db_.moment();
  if (const StagedOperation* const staged = staged_content(id)) {
    if (staged->shape != nullptr) {
      value = RecordView(staged->shape->get(), tx_.record(*staged)).find(field);
    }
  } else if (db_.find_stored(now, id, found)) {
    value = RecordView(db_.tables_.shape(found.entry.shape).shape.get(), found.record).find(field);
  }
  return value && value->type == Type::set;
}

Error Staging::stage_elements(const Id& id, const rules::Rules* rules, std::string_view field,
                              merge::Rule change, const record::Encoded& delta) {
  // The encoder's bytes are gone when it encodes the value that the schema gives.
  const record::ShapePtr shape = delta.shape;
  const Buffer bytes(delta.bytes.begin(), delta.bytes.end());
  if (rules != nullptr && rules->may_lift()) GS_TRY_OK(stage_shown(id, *rules, field));
  const RecordView view(shape.get(), bytes.data());
  const record::FieldView one{field, view.find(field)};
  GS_TRY(const record::Encoded encoded, tx_.encoder.encode_views({}, {&one, 1}));
  GS_TRY_OK(stage(Kind::update, id, encoded));
  StagedOperation& staged = tx_.operations.back();
  staged.change = change;
  staged.rules = rules;
  // The field has to fit with all its elements.
  staged.needs_whole_check = rules != nullptr;
  if (staged.needs_whole_check) ++tx_.whole_checks;
  return {};
}

Error Staging::stage_members(const Id& id, const rules::Rules* rules,
                             const record::Encoded& change) {
  const record::ShapePtr shape = change.shape;
  const Buffer bytes(change.bytes.begin(), change.bytes.end());
  const RecordView view(shape.get(), bytes.data());
  std::vector<record::FieldView> fields;
  const auto first = static_cast<std::uint32_t>(shape->self_describing() ? 0 : shape->key_fields());
  for (std::uint32_t i = first; i < merge::field_numbers_end(view); ++i) {
    const std::string_view name = merge::name_of_field(view, i);
    if (rules != nullptr && rules->find(name) == nullptr) {
      return Error(Code::invalid,
                   rules->collection() + "." + std::string(name) + " is no field of the schema");
    }
    if (rules != nullptr && rules->may_lift()) GS_TRY_OK(stage_shown(id, *rules, name));
    fields.push_back({name, view.find(name)});
  }
  GS_TRY(const record::Encoded encoded, tx_.encoder.encode_views({}, fields));
  GS_TRY_OK(stage(Kind::update, id, encoded));
  StagedOperation& staged = tx_.operations.back();
  staged.change = merge::Rule::members;
  staged.rules = rules;
  // The fields have to fit with all that is in them.
  staged.needs_whole_check = rules != nullptr;
  if (staged.needs_whole_check) ++tx_.whole_checks;
  return {};
}

}  // namespace gs::engine
