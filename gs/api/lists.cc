// Editing lists of records: elements inserted, deleted, moved and set.
#include "globalstorage/storage.h"
#include "gs/api/elements_json.h"
#include "gs/api/staging.h"
#include "gs/engine/database/staging.h"

namespace gs {

namespace {

using engine::ListEdit;
using engine::TransactionState;

Result<const rules::Rules*> rules_of_list(TransactionState& tx, const Id& id,
                                          std::string_view field) {
  if (field.empty()) return Error(Code::invalid, "a field has a name");
  if (tx.catalog == nullptr) return nullptr;
  return api::rules_of_record(tx, id);
}

// As the schema has elements of the field: the encoder makes ids of keys that it names.
Result<std::vector<Buffer>> encode_elements(TransactionState& tx, const rules::Rules* rules,
                                            std::string_view field, Array elements) {
  const Object delta{{std::string(field), Value(std::move(elements))}};
  GS_TRY(const record::Encoded encoded, tx.encoder.encode_delta({}, delta, api::layout_of(rules)));
  const record::RecordView view(encoded.shape.get(), encoded.bytes.data());
  std::vector<Buffer> values;
  const auto list = view.find(field);
  for (std::uint32_t i = 0; list && i < list->count(); ++i) {
    const record::ValueView element = list->element(i);
    Buffer& value = values.emplace_back();
    value.push_back(static_cast<std::uint8_t>(element.type));
    value.insert(value.end(), element.content.begin(), element.content.end());
  }
  return values;
}

Error edit_list(TransactionState& tx, const Id& id, std::string_view field, ListEdit edit,
                Array elements = {}) {
  GS_TRY(const rules::Rules* const rules, rules_of_list(tx, id, field));
  if (!elements.empty()) {
    GS_TRY(edit.values, encode_elements(tx, rules, field, std::move(elements)));
  }
  return engine::Staging(tx).stage_list_edit(id, rules, field, edit);
}

// A position is one of the list that the caller has seen: nothing is tried again.
template <typename Stage>
Error commit_edit(Storage& storage, const Stage& stage) {
  Transaction tx = storage.begin();
  GS_TRY_OK(stage(tx));
  return tx.commit().error();
}

}  // namespace

Error Transaction::list_insert(const Id& id, std::string_view field, std::uint64_t position,
                               std::string_view elements) {
  GS_TRY(Array values, api::elements_of_json(elements));
  return edit_list(*state_, id, field, {crdt::ListEdit::insert, position, 0, 0, {}},
                   std::move(values));
}

Error Transaction::list_delete(const Id& id, std::string_view field, std::uint64_t position,
                               std::uint64_t count) {
  return edit_list(*state_, id, field, {crdt::ListEdit::erase, position, count, 0, {}});
}

Error Transaction::list_move(const Id& id, std::string_view field, std::uint64_t from,
                             std::uint64_t to) {
  return edit_list(*state_, id, field, {crdt::ListEdit::move, from, 0, to, {}});
}

Error Transaction::list_set(const Id& id, std::string_view field, std::uint64_t position,
                            std::string_view element) {
  GS_TRY(Array values, api::elements_of_json(std::string("[").append(element).append("]")));
  if (values.size() != 1) return Error(Code::invalid, "one element is set at a time");
  return edit_list(*state_, id, field, {crdt::ListEdit::set, position, 0, 0, {}},
                   std::move(values));
}

Error Storage::list_insert(const Id& id, std::string_view field, std::uint64_t position,
                           std::string_view elements) {
  return commit_edit(
      *this, [&](Transaction& tx) { return tx.list_insert(id, field, position, elements); });
}

Error Storage::list_delete(const Id& id, std::string_view field, std::uint64_t position,
                           std::uint64_t count) {
  return commit_edit(*this,
                     [&](Transaction& tx) { return tx.list_delete(id, field, position, count); });
}

Error Storage::list_move(const Id& id, std::string_view field, std::uint64_t from,
                         std::uint64_t to) {
  return commit_edit(*this, [&](Transaction& tx) { return tx.list_move(id, field, from, to); });
}

Error Storage::list_set(const Id& id, std::string_view field, std::uint64_t position,
                        std::string_view element) {
  return commit_edit(*this,
                     [&](Transaction& tx) { return tx.list_set(id, field, position, element); });
}

}  // namespace gs
