// Patches: members of objects, given and removed one by one.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "globalstorage/storage.h"
#include "gs/api/staging.h"
#include "gs/core/merge/field_writes.h"
#include "gs/core/record/content.h"
#include "gs/engine/database/staging.h"

namespace gs {

namespace {

using engine::TransactionState;
using record::ValueView;

constexpr const char* kUnset = "$unset";

// What a patch does to the members of one object.
struct PatchedObject {
  Object given;
  Object removed;  // `true`, or what is removed inside
};

// Nesting is bounded by that of JSON.
PatchedObject patched(const ValueView& object) {
  PatchedObject made;
  const std::uint32_t count = object.count();
  for (std::uint32_t i = 0; i < count; ++i) {
    std::string name(object.member_name(i));
    const ValueView value = object.member(i);
    if (value.type == record::kAbsentMember) {
      made.removed.emplace_back(std::move(name), true);
    } else if (value.type == Type::object) {
      PatchedObject inner = patched(value);
      if (!inner.removed.empty()) made.removed.emplace_back(name, std::move(inner.removed));
      made.given.emplace_back(std::move(name), std::move(inner.given));
    } else {
      made.given.emplace_back(std::move(name), value.to_value());
    }
  }
  return made;
}

// A patch, taken apart: fields that are written, and objects whose members are.
struct Patch {
  Object values;
  std::vector<std::pair<std::string, PatchedObject>> objects;
};

// The encoder is its own: what it is given must not count as a shape of the storage.
Result<Patch> read_patch(std::string_view json) {
  record::Encoder encoder;
  GS_TRY(const record::Encoded encoded, encoder.encode_patch_json(json));
  const record::RecordView record(encoded.shape.get(), encoded.bytes.data());
  Patch patch;
  merge::each_field_of(record, [&](std::string_view name, const std::optional<ValueView>& value) {
    if (!value) {
      patch.values.emplace_back(std::string(name), Object{{kUnset, true}});
    } else if (value->type == Type::object) {
      patch.objects.emplace_back(std::string(name), patched(*value));
    } else {
      patch.values.emplace_back(std::string(name), value->to_value());
    }
  });
  return patch;
}

// What is given, as the schema stores it, and what is removed.
Object changes_of(Patch&& patch, const record::Layout* layout) {
  Object given;
  for (auto& [name, object] : patch.objects) given.emplace_back(name, std::move(object.given));
  if (layout != nullptr) given = layout->linked_inside(given);
  for (std::size_t i = 0; i < given.size(); ++i) {
    Object& removed = patch.objects[i].second.removed;
    if (removed.empty()) continue;
    given[i].second = Array{std::move(given[i].second), std::move(removed)};
  }
  return given;
}

Error stage_patch(Transaction& transaction, TransactionState& tx, const Id& id,
                  std::string_view json) {
  GS_TRY(Patch patch, read_patch(json));
  if (!patch.values.empty() || patch.objects.empty()) {
    GS_TRY_OK(transaction.update(id, patch.values));
  }
  if (patch.objects.empty()) return {};
  const rules::Rules* rules = nullptr;
  if (tx.catalog != nullptr) {
    GS_TRY(rules, api::rules_of_record(tx, id));
  }
  const Object changes = changes_of(std::move(patch), api::layout_of(rules));
  GS_TRY(const record::Encoded encoded, tx.encoder.encode_delta({}, changes));
  return engine::Staging(tx).stage_members(id, rules, encoded);
}

}  // namespace

Error Transaction::patch(const Id& id, std::string_view json) {
  return stage_patch(*this, *state_, id, json);
}

Error Storage::patch(const Id& id, std::string_view json) {
  return api::commit_change(*this, [&](Transaction& tx) { return tx.patch(id, json); });
}

}  // namespace gs
