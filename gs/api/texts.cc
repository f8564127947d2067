// Editing texts of records.
#include "globalstorage/storage.h"
#include "gs/api/staging.h"

namespace gs {

Error Transaction::splice(const Id& id, std::string_view field, std::uint64_t position,
                          std::uint64_t deleted, std::string_view inserted) {
  if (field.empty()) return Error(Code::invalid, "a field has a name");
  engine::TransactionState& tx = *state_;
  const rules::Rules* rules = nullptr;
  if (tx.catalog != nullptr) {
    GS_TRY(rules, api::rules_of_record(tx, id));
  }
  return tx.db->stage_edit(tx, id, rules, field, {position, deleted, inserted});
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
