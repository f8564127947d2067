// Editing texts of records.
#include "globalstorage/storage.h"
#include "gs/api/staging.h"
#include "gs/core/record/json.h"
#include "gs/core/record/record.h"
#include "gs/engine/database/staging.h"

namespace gs {

Error Transaction::splice(const Id& id, std::string_view field, std::uint64_t position,
                          std::uint64_t deleted, std::string_view inserted) {
  const TextSplice edit{position, deleted, inserted};
  return splice(id, field, std::span(&edit, 1));
}

Error Transaction::splice(const Id& id, std::string_view field, std::span<const TextSplice> edits) {
  if (field.empty()) return Error(Code::invalid, "a field has a name");
  if (edits.empty()) return {};
  engine::TransactionState& tx = *state_;
  const rules::Rules* rules = nullptr;
  if (tx.catalog != nullptr) {
    GS_TRY(rules, api::rules_of_record(tx, id));
  }
  return engine::Staging(tx).stage_edits(id, rules, field, edits);
}

Error Transaction::mark(const Id& id, std::string_view field, std::uint64_t from, std::uint64_t to,
                        std::string_view key, std::string_view value_json, MarkGrowth growth) {
  if (field.empty()) return Error(Code::invalid, "a field has a name");
  engine::TransactionState& tx = *state_;
  const rules::Rules* rules = nullptr;
  if (tx.catalog != nullptr) {
    GS_TRY(rules, api::rules_of_record(tx, id));
  }
  const bool is_both = growth == MarkGrowth::both;
  engine::StagedMark mark{from, to, is_both || growth == MarkGrowth::before,
                          is_both || growth == MarkGrowth::after, std::string(key)};
  GS_TRY(const Value value, record::parse_json(value_json));
  GS_TRY_OK(record::encode_any(value, mark.value, record::kElementDepth));
  return engine::Staging(tx).stage_mark(id, rules, field, std::move(mark));
}

Error Storage::mark(const Id& id, std::string_view field, std::uint64_t from, std::uint64_t to,
                    std::string_view key, std::string_view value_json, MarkGrowth growth) {
  Transaction tx = begin();
  GS_TRY_OK(tx.mark(id, field, from, to, key, value_json, growth));
  return tx.commit().error();
}

Result<std::vector<TextMark>> Storage::text_marks(const Id& id, std::string_view field,
                                                  const std::optional<Version>& version) const {
  return database()->text_marks(id, field, version);
}

Result<std::string> Storage::text_delta(const Id& id, std::string_view field,
                                        const std::optional<Version>& version) const {
  return database()->text_delta(id, field, version);
}

// A position is one of the text that the caller has seen: nothing is tried again.
Error Storage::splice(const Id& id, std::string_view field, std::uint64_t position,
                      std::uint64_t deleted, std::string_view inserted) {
  Transaction tx = begin();
  GS_TRY_OK(tx.splice(id, field, position, deleted, inserted));
  return tx.commit().error();
}

Result<std::string> Storage::text_cursor(const Id& id, std::string_view field,
                                         std::uint64_t position, TextSide side) const {
  return database()->text_cursor(id, field, position, side == TextSide::after);
}

Result<std::uint64_t> Storage::text_position(const Id& id, std::string_view field,
                                             std::string_view cursor,
                                             const std::optional<Version>& version) const {
  return database()->text_position(id, field, cursor, version);
}

}  // namespace gs
