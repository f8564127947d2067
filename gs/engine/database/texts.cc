// Staging edits of texts. A transaction says of a field what it does to the text that it saw; when
// others have typed since, both count (gs/core/crdt/text). What comes of it is decided by the
// commit (merging.h); here is what positions mean, and what the schema says of the field.

#include "gs/core/crdt/text/measure.h"
#include "gs/core/crdt/text/operation.h"
#include "gs/core/record/utf8.h"
#include "gs/engine/catalog/lifter.h"
#include "gs/engine/database/database.h"

namespace gs::engine {

using crdt::EditRun;
using graph::Kind;
using record::FieldView;
using record::RecordView;
using record::ValueView;

namespace {

// `rule`: of the field, null when there is none.
Error check_text_field(const rules::Rules& rules, std::string_view field,
                       const rules::FieldRule* rule) {
  const auto wrong = [&](const std::string& what) {
    return Error(Code::invalid, rules.collection() + "." + std::string(field) + " " + what);
  };
  if (rule == nullptr) return wrong("is no field of the schema");
  switch (rule->rule.kind) {
    case rules::Rule::Kind::string:
    case rules::Rule::Kind::json:
    case rules::Rule::Kind::custom:
      return {};
    default:
      return wrong("is " + rule->rule.expected() + ": only texts are edited");
  }
}

std::string characters(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " character" : " characters");
}

Error check_position(const TextEdit& edit, std::uint32_t length) {
  if (edit.position > length) {
    return Error(Code::invalid, "position " + std::to_string(edit.position) +
                                    " is behind the end of the text, which has " +
                                    characters(length));
  }
  const std::uint64_t left = length - edit.position;
  if (edit.deleted <= left) return {};
  return Error(Code::invalid, characters(edit.deleted) + " cannot be deleted at position " +
                                  std::to_string(edit.position) + ": behind it " +
                                  (left == 1 ? "is " : "are ") + characters(left));
}

// The text may be known only when the transaction is committed: then the edits are checked there.
Error check_edit(const TextEdit& edit, std::optional<std::uint32_t> length) {
  if (!record::valid_utf8(as_bytes(edit.inserted))) {
    return Error(Code::invalid, "what is inserted is not UTF-8");
  }
  if (length) return check_position(edit, *length);
  if (edit.position <= crdt::kEventsMax && edit.deleted <= crdt::kEventsMax) return {};
  return Error(Code::invalid, "a text has at most 1,073,741,824 characters");
}

void add(const TextEdit& edit, StagedText& text) {
  const auto pos = static_cast<std::uint32_t>(edit.position);
  const auto deleted = static_cast<std::uint32_t>(edit.deleted);
  const std::uint32_t inserted = crdt::measure(edit.inserted).points;
  if (deleted != 0) text.runs.push_back({crdt::Edit::erase, pos, deleted});
  if (inserted != 0) text.runs.push_back({crdt::Edit::insert, pos, inserted});
  text.inserted += edit.inserted;
  if (text.length) *text.length += inserted - deleted;
  text.is_encoded = false;
}

// In place of what the operation had.
Error encode(TransactionState& tx, StagedText& text, std::string_view field) {
  const Buffer edits = crdt::encode_edits(text.runs, text.inserted);
  const FieldView view{field, ValueView{Type::bytes, edits}};
  GS_TRY(const record::Encoded encoded, tx.encoder.encode_views({}, {&view, 1}));
  StagedOperation& staged = tx.operations[text.operation];
  staged.shape = &encoded.shape;
  staged.begin = tx.encoder.keep(encoded);
  staged.bytes = encoded.bytes.size();
  text.is_encoded = true;
  return {};
}

}  // namespace

void TransactionState::close_texts(const Id& id) {
  auto at = open_texts.lower_bound({id, std::string()});
  while (at != open_texts.end() && at->first.first == id) at = open_texts.erase(at);
}

// A field that the transaction has written already has what it wrote; any other what readers see.
Result<StagedText> Database::begin_text(TransactionState& tx, const Id& id,
                                        std::string_view field) {
  StagedText text;
  text.operation = tx.operations.size();
  if (staged_content(tx, id) != nullptr || wrote_field(tx, id, field)) return text;
  const Moment now = moment();
  Found found;
  if (!find_stored(now, id, found)) {
    return Error(Code::not_found, "no record " + id.text() + ". Insert it first, or check the id");
  }
  const Current current = current_of(found, tables_);
  Merger merger(tables_);
  merger.load(current);
  GS_TRY(text.stands_on, merger.record().see_text(field, 0));
  const auto value = current.view().find(field);
  text.length =
      value && value->type == Type::string ? crdt::measure(as_text(value->content)).points : 0;
  return text;
}

Error Database::stage_edit(TransactionState& tx, const Id& id, const rules::Rules* rules,
                           std::string_view field, const TextEdit& edit) {
  if (rules != nullptr) {
    GS_TRY_OK(check_text_field(*rules, field, rules->find(field)));
    if (rules->may_lift()) GS_TRY_OK(stage_shown(tx, id, *rules, field));
  }
  const std::pair<Id, std::string> key(id, field);
  const auto open = tx.open_texts.find(key);
  StagedText begun;
  if (open == tx.open_texts.end()) {
    auto text = begin_text(tx, id, field);
    if (!text.ok()) return std::move(text).error().in("field \"" + key.second + "\"");
    begun = std::move(*text);
  }
  StagedText& text = open == tx.open_texts.end() ? begun : tx.texts[open->second];
  GS_TRY_OK(check_edit(edit, text.length));
  if (text.inserted.size() + edit.inserted.size() > crdt::kOperationBytesMax) {
    return Error(Code::too_large, "a transaction inserts at most 16 MiB into one text");
  }
  add(edit, text);
  if (open != tx.open_texts.end() || text.runs.empty()) return {};
  return stage_text(tx, id, rules, key, std::move(text));
}

// As an operation that grows until the transaction is committed.
Error Database::stage_text(TransactionState& tx, const Id& id, const rules::Rules* rules,
                           const std::pair<Id, std::string>& key, StagedText text) {
  StagedOperation operation;
  operation.kind = Kind::update;
  operation.id = id;
  operation.change = merge::Rule::text;
  operation.text = tx.texts.size();
  operation.rules = rules;
  // The field has to fit with all that is typed.
  operation.needs_whole_check = rules != nullptr;
  tx.operations.push_back(operation);
  if (Error error = encode(tx, text, key.second)) {
    tx.operations.pop_back();
    return error;
  }
  if (rules != nullptr) ++tx.whole_checks;
  tx.open_texts.emplace(key, tx.texts.size());
  tx.texts.push_back(std::move(text));
  return {};
}

Error Database::stage_difference(TransactionState& tx, const Id& id, const rules::Rules* rules,
                                 std::string_view field, const crdt::Difference& difference) {
  std::string_view text = difference.text;
  for (const EditRun& run : difference.runs) {
    TextEdit edit{run.pos, run.count, {}};
    if (run.edit == crdt::Edit::insert) {
      const std::size_t bytes = crdt::bytes_of_points(text, run.count);
      edit = {run.pos, 0, text.substr(0, bytes)};
      text.remove_prefix(bytes);
    }
    GS_TRY_OK(stage_edit(tx, id, rules, field, edit));
  }
  return {};
}

Error Database::encode_texts(TransactionState& tx) {
  for (StagedText& text : tx.texts) {
    if (text.is_encoded) continue;
    const StagedOperation& staged = tx.operations[text.operation];
    const RecordView delta(staged.shape->get(), tx.record(staged));
    const bool is_loose = delta.shape().self_describing();
    const auto first = static_cast<std::uint32_t>(is_loose ? 0 : delta.shape().key_fields());
    const std::string field(merge::name_of_field(delta, first));
    GS_TRY_OK(encode(tx, text, field));
  }
  return {};
}

}  // namespace gs::engine
