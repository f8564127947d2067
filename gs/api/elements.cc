// Elements of arrays and sets, added and removed: their JSON, and how they are staged.
#include "globalstorage/storage.h"
#include "gs/api/elements_json.h"
#include "gs/api/staging.h"
#include "gs/engine/database/staging.h"

namespace gs {

namespace {

using engine::TransactionState;

constexpr const char* kMember = "elements";

}  // namespace

// Of an array or a set. The encoder is its own, because what it is given must not count as a shape
// of the storage.
Result<Array> api::elements_of_json(std::string_view json) {
  const auto wrong = [](const char* what) {
    return Error(
        Code::invalid,
        std::string("elements are given as a JSON array, like [\"new\"], ") + "not " + what);
  };
  record::Encoder encoder;
  std::string text = std::string("{\"") + kMember + "\":";
  text.append(json).append("}");
  auto encoded = encoder.encode_json({}, text);
  if (!encoded.ok()) return std::move(encoded).error().in("elements");
  const record::RecordView record(encoded->shape.get(), encoded->bytes.data());
  const auto value = record.find(kMember);
  if (!value || record.to_object().size() != 1) return wrong("as members");
  if (value->type != Type::array && value->type != Type::set) return wrong("as another value");
  if (value->count() == 0) return Error(Code::invalid, "no elements are given. Name at least one");
  Array elements;
  elements.reserve(value->count());
  for (std::uint32_t i = 0; i < value->count(); ++i) {
    elements.push_back(value->element(i).to_value());
  }
  return elements;
}

namespace {

Error change_elements(TransactionState& tx, const Id& id, std::string_view field,
                      merge::Rule change, std::string_view json) {
  if (field.empty()) return Error(Code::invalid, "a field has a name");
  GS_TRY(Array elements, api::elements_of_json(json));
  const rules::Rules* rules = nullptr;
  if (tx.catalog != nullptr) {
    GS_TRY(rules, api::rules_of_record(tx, id));
  }
  GS_TRY(const bool is_set, engine::Staging(tx).is_set(id, rules, field));
  Value value = is_set ? Value(Set{std::move(elements)}) : Value(std::move(elements));
  const Object delta{{std::string(field), std::move(value)}};
  GS_TRY(const record::Encoded encoded, tx.encoder.encode_delta({}, delta, api::layout_of(rules)));
  return engine::Staging(tx).stage_elements(id, rules, field, change, encoded);
}

}  // namespace

Error Transaction::add_elements(const Id& id, std::string_view field, std::string_view elements) {
  return change_elements(*state_, id, field, merge::Rule::included, elements);
}

Error Transaction::remove_elements(const Id& id, std::string_view field,
                                   std::string_view elements) {
  return change_elements(*state_, id, field, merge::Rule::excluded, elements);
}

Error Storage::add_elements(const Id& id, std::string_view field, std::string_view elements) {
  return api::commit_change(*this,
                            [&](Transaction& tx) { return tx.add_elements(id, field, elements); });
}

Error Storage::remove_elements(const Id& id, std::string_view field, std::string_view elements) {
  return api::commit_change(
      *this, [&](Transaction& tx) { return tx.remove_elements(id, field, elements); });
}

}  // namespace gs
