// Staging edits of texts. A transaction says of a field what it does to the text that it saw; when
// others have typed since, both count (gs/core/crdt/text). What comes of it is decided by the
// commit (merging.h); here is what positions mean, and what the schema says of the field. edits.cc
// has what texts and lists share.

#include "gs/base/check.h"
#include "gs/core/crdt/text/measure.h"
#include "gs/core/record/utf8.h"
#include "gs/engine/database/database.h"
#include "gs/engine/database/staging.h"

namespace gs::engine {

using crdt::EditRun;

Error Staging::check_text_field(const rules::Rules& rules, std::string_view field) {
  const rules::FieldRule* const rule = rules.find(field);
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

namespace {

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

Error check_inserted(const StagedEdits& text, std::string_view more) {
  if (text.inserted.size() + more.size() <= crdt::kOperationBytesMax) return {};
  return Error(Code::too_large, "a transaction inserts at most 16 MiB into one text");
}

void add(const TextEdit& edit, StagedEdits& text) {
  const auto pos = static_cast<std::uint32_t>(edit.position);
  const auto deleted = static_cast<std::uint32_t>(edit.deleted);
  const std::uint32_t inserted = crdt::measure(edit.inserted).points;
  if (deleted != 0) text.runs.push_back({crdt::Edit::erase, pos, deleted});
  if (inserted != 0) text.runs.push_back({crdt::Edit::insert, pos, inserted});
  text.inserted += edit.inserted;
  if (text.length) *text.length += inserted - deleted;
  text.is_encoded = false;
}

}  // namespace

Error Staging::stage_edits(const Id& id, const rules::Rules* rules, std::string_view field,
                           std::span<const TextEdit> edits) {
  if (rules != nullptr) GS_TRY_OK(check_text_field(*rules, field));
  GS_TRY(OpenEdits open, open_edits(id, rules, field, merge::Rule::text));
  StagedEdits& text = open.edits(tx_);
  const StagedEdits before = edits.size() > 1 ? text : StagedEdits();
  Error wrong;
  for (const TextEdit& edit : edits) {
    wrong = check_edit(edit, text.length);
    if (!wrong) wrong = check_inserted(text, edit.inserted);
    if (wrong) break;
    add(edit, text);
  }
  if (!wrong) return keep_edits(std::move(open));
  if (edits.size() > 1) text = before;
  return wrong;
}

Result<std::string> Staging::begin_text(const Id& id, const rules::Rules* rules,
                                        std::string_view field) {
  if (rules != nullptr) GS_TRY_OK(check_text_field(*rules, field));
  std::string text;
  GS_TRY(OpenEdits open, open_edits(id, rules, field, merge::Rule::text, &text));
  tx_.begun_texts.insert_or_assign(std::move(open.key), std::move(open.begun));
  return text;
}

Error Staging::stage_runs(const Id& id, const rules::Rules* rules, std::string_view field,
                          std::span<const EditRun> runs, std::string_view inserted) {
  const std::pair<Id, std::string> key{id, field};
  GS_CHECK(tx_.begun_texts.count(key) + tx_.open_edits.count(key) != 0);
  GS_TRY(OpenEdits open, open_edits(id, rules, field, merge::Rule::text));
  StagedEdits& text = open.edits(tx_);
  // What they stand on stays for another try.
  const bool is_begun = open.index == OpenEdits::kNone;
  if (is_begun) tx_.begun_texts.insert_or_assign(key, text);
  GS_TRY_OK(check_inserted(text, inserted));
  std::uint32_t length = text.length.value_or(0);
  for (const EditRun& run : runs) length = crdt::length_after(run, length);
  GS_CHECK(length != crdt::kNoLength);  // who made them checked positions
  text.length = length;
  text.runs.insert(text.runs.end(), runs.begin(), runs.end());
  text.inserted += inserted;
  GS_TRY_OK(keep_edits(std::move(open)));
  if (is_begun) tx_.begun_texts.erase(key);
  return {};
}

Error Staging::stage_difference(const Id& id, const rules::Rules* rules, std::string_view field,
                                const crdt::Difference& difference) {
  std::string_view text = difference.text;
  std::vector<TextEdit> edits;
  for (const EditRun& run : difference.runs) {
    TextEdit edit{run.pos, run.count, {}};
    if (run.edit == crdt::Edit::insert) {
      const std::size_t bytes = crdt::bytes_of_points(text, run.count);
      edit = {run.pos, 0, text.substr(0, bytes)};
      text.remove_prefix(bytes);
    }
    edits.push_back(edit);
  }
  return edits.empty() ? Error() : stage_edits(id, rules, field, edits);
}

}  // namespace gs::engine
