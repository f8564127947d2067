// Staging additions to numbers. What they come to is decided by the commit (merging.h); here is
// what the schema says of the fields, and how records of older shapes get the value that they show.

#include "gs/engine/catalog/lifter.h"
#include "gs/engine/database/database.h"
#include "gs/engine/database/staging.h"

namespace gs::engine {

using graph::Kind;
using record::FieldView;
using record::RecordView;

namespace {

// `rule`: of the field, null when there is none.
Error check_field(const rules::Rules& rules, std::string_view field, const rules::FieldRule* rule) {
  const auto wrong = [&](const std::string& what) {
    return Error(Code::invalid, rules.collection() + "." + std::string(field) + " " + what);
  };
  if (rule == nullptr) return wrong("is no field of the schema");
  if (rule->rule.kind == rules::Rule::Kind::number) return {};
  return wrong("is " + rule->rule.expected() + ": only numbers are added to");
}

}  // namespace

Error Staging::stage_add(const Id& id, const rules::Rules* rules, std::string_view field,
                         double addition) {
  const rules::FieldRule* const rule = rules == nullptr ? nullptr : rules->find(field);
  if (rules != nullptr) {
    GS_TRY_OK(check_field(*rules, field, rule));
    if (rules->may_lift()) GS_TRY_OK(stage_shown(id, *rules, field));
  }
  Buffer number;
  GS_TRY_OK(record::encode_any(Value(addition), number));
  const FieldView view{field, record::ValueView{Type::number, Bytes(number).subspan(1)}};
  GS_TRY(const record::Encoded encoded, tx_.encoder.encode_views({}, {&view, 1}));
  GS_TRY_OK(stage(Kind::update, id, encoded));
  StagedOperation& staged = tx_.operations.back();
  staged.change = merge::Rule::added;
  staged.rules = rules;
  // The sum has to fit, too.
  staged.needs_whole_check =
      rules != nullptr && (rules->needs_whole_check() || !rule->rule.is_plain());
  if (staged.needs_whole_check) ++tx_.whole_checks;
  return {};
}

// Looks at each operation once, however often it is asked.
bool Staging::wrote_field(const Id& id, std::string_view field) {
  for (; tx_.fields_indexed < tx_.operations.size(); ++tx_.fields_indexed) {
    const StagedOperation& staged = tx_.operations[tx_.fields_indexed];
    if (staged.kind != Kind::update) continue;
    const RecordView delta(staged.shape->get(), tx_.record(staged));
    const bool is_loose = delta.shape().self_describing();
    const auto begin = static_cast<std::uint32_t>(is_loose ? 0 : delta.shape().key_fields());
    for (std::uint32_t i = begin; i < merge::field_numbers_end(delta); ++i) {
      tx_.fields.emplace(staged.id, merge::name_of_field(delta, i));
    }
  }
  return tx_.fields.count({id, std::string(field)}) != 0;
}

// A value that only the schema gives, such as a default, is written first, to be added to.
Error Staging::stage_shown(const Id& id, const rules::Rules& rules, std::string_view field) {
  // What this transaction wrote, it wrote under the present schema.
  if (staged_content(id) != nullptr || wrote_field(id, field)) return {};
  const Moment now = db_.moment();
  Found found;
  if (!db_.find_stored(now, id, found)) return {};  // the commit will say so
  const record::ShapePtr& shape = db_.tables_.shape(found.entry.shape).shape;
  const LiftedRecord lifted(tx_.catalog.get(), shape, found.record);
  const auto shown = lifted.is_lifted() ? lifted.view().find(field) : std::nullopt;
  if (!shown) return {};
  const auto stored = RecordView(shape.get(), found.record).find(field);
  const bool is_same = stored && stored->type == shown->type &&
                       std::equal(stored->content.begin(), stored->content.end(),
                                  shown->content.begin(), shown->content.end());
  if (is_same) return {};
  const FieldView view{field, shown};
  GS_TRY(const record::Encoded encoded, tx_.encoder.encode_views({}, {&view, 1}));
  // Somebody else's write of the field would be lost.
  GS_TRY_OK(stage_expect(id, version_digest(found, db_.tables_)));
  return stage_update(id, &rules, encoded);
}

}  // namespace gs::engine
