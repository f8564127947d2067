// Staging edits of texts, lists and trees: operations that grow until their transaction is
// committed, and what they stand on. texts.cc, lists.cc and trees.cc say what is done.

#include "gs/core/crdt/text/measure.h"
#include "gs/core/crdt/text/operation.h"
#include "gs/engine/database/database.h"
#include "gs/engine/database/staging.h"

namespace gs::engine {

using graph::Kind;
using record::FieldView;
using record::RecordView;
using record::ValueView;

namespace {

Buffer bytes_of(const StagedEdits& edits) {
  if (edits.rule == merge::Rule::text) {
    std::vector<crdt::TextMark> marks;
    for (const StagedMark& one : edits.marks) {
      marks.push_back({one.behind, static_cast<std::uint32_t>(one.from),
                       static_cast<std::uint32_t>(one.to - one.from), one.grows_at_begin,
                       one.grows_at_end, one.key, one.value});
    }
    return crdt::encode_edits(edits.runs, edits.inserted, marks);
  }
  if (edits.rule == merge::Rule::tree) return {};  // the commit makes them
  return edits.outline ? edits.outline->edits() : edits.as_shown.bytes();
}

// In place of what the operation had.
Error encode(TransactionState& tx, StagedEdits& edits, std::string_view field) {
  const Buffer bytes = bytes_of(edits);
  const FieldView view{field, ValueView{Type::bytes, bytes}};
  GS_TRY(const record::Encoded encoded, tx.encoder.encode_views({}, {&view, 1}));
  StagedOperation& staged = tx.operations[edits.operation];
  staged.shape = &encoded.shape;
  staged.begin = tx.encoder.keep(encoded);
  staged.bytes = encoded.bytes.size();
  edits.is_encoded = true;
  return {};
}

}  // namespace

void TransactionState::close_edits(const Id& id) {
  auto at = open_edits.lower_bound({id, std::string()});
  while (at != open_edits.end() && at->first.first == id) at = open_edits.erase(at);
}

// A field that the transaction has written already has what it wrote; any other what readers see.
Result<StagedEdits> Staging::begin_edits(const Id& id, std::string_view field, merge::Rule rule,
                                         std::string* text) {
  StagedEdits edits;
  edits.rule = rule;
  edits.tree.first_new = tx_.new_nodes;
  if (staged_content(id) != nullptr || wrote_field(id, field)) return edits;
  const Moment now = db_.moment();
  Found found;
  if (!db_.find_stored(now, id, found)) {
    return Error(Code::not_found, "no record " + id.text() + ". Insert it first, or check the id");
  }
  const Current current = current_of(found, db_.tables_);
  Merger merger(db_.tables_);
  merger.load(current);
  GS_TRY(std::vector<Seen> stands_on, merger.record().see_edits(field, 0, rule));
  if (rule == merge::Rule::tree) return edits;  // nodes have names: what is there then counts
  edits.stands_on = std::move(stands_on);
  if (rule == merge::Rule::list) {
    edits.outline = merger.record().list_outline(field);
    return edits;
  }
  const auto value = current.view().find(field);
  const auto shown = value && value->type == Type::string ? as_text(value->content) : "";
  edits.length = crdt::measure(shown).points;
  if (text == nullptr) return edits;
  if (value && value->type != Type::string && value->type != Type::null) {
    return Error(Code::invalid, "it holds no text");
  }
  *text = shown;
  return edits;
}

Result<OpenEdits> Staging::open_edits(const Id& id, const rules::Rules* rules,
                                      std::string_view field, merge::Rule rule, std::string* text) {
  OpenEdits open{{id, std::string(field)}, rules, OpenEdits::kNone, {}};
  if (rule == merge::Rule::text) {
    if (auto begun = tx_.begun_texts.extract(open.key)) {
      open.begun = std::move(begun.mapped());
      return open;
    }
  }
  if (rules != nullptr && rules->may_lift()) GS_TRY_OK(stage_shown(id, *rules, field));
  const auto found = tx_.open_edits.find(open.key);
  if (found != tx_.open_edits.end() && tx_.edits[found->second].rule == rule) {
    open.index = found->second;
    return open;
  }
  auto begun = begin_edits(id, field, rule, text);
  if (!begun.ok()) return std::move(begun).error().in("field \"" + open.key.second + "\"");
  open.begun = std::move(*begun);
  return open;
}

Error Staging::keep_edits(OpenEdits open) {
  StagedEdits& edits = open.edits(tx_);
  edits.is_encoded = false;
  if (open.index != OpenEdits::kNone || edits.is_nothing()) return {};
  edits.operation = tx_.operations.size();
  StagedOperation operation;
  operation.kind = Kind::update;
  operation.id = open.key.first;
  operation.change = edits.rule;
  operation.edits = tx_.edits.size();
  operation.rules = open.rules;
  // The field has to fit with all that is done to it.
  operation.needs_whole_check = open.rules != nullptr;
  tx_.operations.push_back(operation);
  if (Error error = encode(tx_, edits, open.key.second)) {
    tx_.operations.pop_back();
    return error;
  }
  if (open.rules != nullptr) ++tx_.whole_checks;
  tx_.open_edits.insert_or_assign(std::move(open.key), tx_.edits.size());
  tx_.edits.push_back(std::move(edits));
  return {};
}

Error Staging::encode_edits() {
  for (StagedEdits& edits : tx_.edits) {
    if (edits.is_encoded) continue;
    const StagedOperation& staged = tx_.operations[edits.operation];
    const RecordView delta(staged.shape->get(), tx_.record(staged));
    const bool is_loose = delta.shape().self_describing();
    const auto first = static_cast<std::uint32_t>(is_loose ? 0 : delta.shape().key_fields());
    const std::string field(merge::name_of_field(delta, first));
    GS_TRY_OK(encode(tx_, edits, field));
  }
  return {};
}

}  // namespace gs::engine
