#include "gs/core/record/shape_cache.h"

#include "gs/base/endian.h"

namespace gs::record {
namespace {

constexpr std::uint64_t kFactor = 0xff51afd7ed558ccdu;

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) noexcept {
  hash = (hash ^ value) * kFactor;
  return hash ^ (hash >> 32);
}

std::size_t key_fields(bool keyed) noexcept { return keyed ? 1 : 0; }

std::vector<FieldKey> keys_of(const Shape& shape) {
  std::vector<FieldKey> keys;
  for (std::size_t i = shape.key_fields(); i < shape.field_count(); ++i) {
    keys.push_back({shape.fields()[i].name, shape.fields()[i].type});
  }
  return keys;
}

// True when the name stands between quotes in JSON text without escapes.
bool plain(std::string_view name) noexcept {
  for (const char c : name) {
    if (static_cast<std::uint8_t>(c) < 0x20 || c == '"' || c == '\\') return false;
  }
  return true;
}

Buffer make_head(const Shape& shape) {
  Buffer head(shape.heap_begin());
  for (std::size_t i = 0; i < shape.field_count(); ++i) {
    std::uint8_t* word = head.data() + 8 + 8 * (i / 32);
    const std::uint64_t bit = std::uint64_t{1} << (i % 32);
    const std::uint64_t null = shape.fields()[i].type == Type::null ? bit << 32 : 0;
    store_u64(word, load_u64(word) | bit | null);
  }
  return head;
}

}  // namespace

std::uint64_t fields_hash(std::string_view collection, bool keyed,
                          std::span<const FieldKey> fields) noexcept {
  std::uint64_t hash = mix(name_hash(collection), fields.size() * 2 + (keyed ? 1 : 0));
  for (const FieldKey& field : fields) {
    hash = mix(hash, name_hash(field.name) + static_cast<std::uint64_t>(field.type));
  }
  return hash;
}

bool same_fields(const Shape& shape, std::string_view collection, bool keyed,
                 std::span<const FieldKey> fields) noexcept {
  const std::size_t first = key_fields(keyed);
  if (shape.keyed() != keyed || shape.self_describing()) return false;
  if (shape.field_count() != fields.size() + first || shape.collection() != collection)
    return false;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const Field& field = shape.fields()[first + i];
    if (field.type != fields[i].type || field.name != fields[i].name) return false;
  }
  return true;
}

PlanPtr make_plan(ShapePtr shape) {
  auto plan = std::make_shared<Plan>();
  plan->hash = fields_hash(shape->collection(), shape->keyed(), keys_of(*shape));
  plan->direct = !shape->self_describing();
  for (std::size_t i = 0; i < shape->field_count(); ++i) {
    if (i >= shape->key_fields()) {
      const std::string& name = shape->fields()[i].name;
      plan->direct = plan->direct && plain(name);
      plan->keys.append("\"").append(name).append("\":");
    }
    plan->key_ends.push_back(static_cast<std::uint32_t>(plan->keys.size()));
  }
  plan->head = make_head(*shape);
  plan->shape = std::move(shape);
  return plan;
}

Result<ShapePtr> make_shape(std::string_view collection, bool keyed,
                            std::span<const FieldKey> fields) {
  std::vector<Field> list;
  list.reserve(fields.size() + 1);
  if (keyed) list.push_back({"", Type::string});
  for (const FieldKey& field : fields) list.push_back({std::string(field.name), field.type});
  const int flags = keyed ? Shape::kKeyed : 0;
  return Shape::make(collection, std::move(list), static_cast<std::uint8_t>(flags));
}

Result<ShapePtr> make_self_describing(std::string_view collection, bool keyed) {
  std::vector<Field> fields;
  if (keyed) fields.push_back({"", Type::string});
  fields.push_back({"", Type::object});
  const int flags = Shape::kSelfDescribing | (keyed ? Shape::kKeyed : 0);
  return Shape::make(collection, std::move(fields), static_cast<std::uint8_t>(flags));
}

ShapeCache::Collection& ShapeCache::collection(std::string_view name) {
  auto found = collections_.find(name);
  if (found == collections_.end()) found = collections_.try_emplace(std::string(name)).first;
  return found->second;
}

PlanPtr ShapeCache::find(const Collection& in, std::string_view collection, bool keyed,
                         std::uint64_t hash, std::span<const FieldKey> fields) const {
  const auto [begin, end] = in.plans.equal_range(hash);
  for (auto at = begin; at != end; ++at) {
    if (same_fields(*at->second->shape, collection, keyed, fields)) return at->second;
  }
  return nullptr;
}

// Strangers choose names so that hashes collide; then only the digest tells shapes apart quickly.
void ShapeCache::add(const ShapePtr& shape) {
  const std::lock_guard<Mutex> lock(mutex_);
  Collection& in = collection(shape->collection());
  if (shape->self_describing()) {
    PlanPtr& known = in.self_describing[shape->key_fields()];
    if (!known) known = make_plan(shape);
    return;
  }
  if (in.plans.size() >= kLearnedShapesMax || !in.digests.insert(shape->digest()).second) return;
  PlanPtr plan = make_plan(shape);
  if (in.plans.count(plan->hash) >= kSameHashMax) return;
  in.plans.emplace(plan->hash, std::move(plan));
}

Result<PlanPtr> ShapeCache::implicit(std::string_view name, bool keyed, std::uint64_t hash,
                                     std::span<const FieldKey> fields) {
  if (fields.size() + key_fields(keyed) > kFieldsMax) return PlanPtr();
  for (const FieldKey& field : fields) {
    if (field.name.size() > kFieldNameBytesMax) return PlanPtr();
  }
  const std::lock_guard<Mutex> lock(mutex_);
  Collection& in = collection(name);
  PlanPtr plan = find(in, name, keyed, hash, fields);
  if (!plan) {
    if (in.plans.size() >= shapes_max_ || in.plans.count(hash) >= kSameHashMax) return PlanPtr();
    GS_TRY(ShapePtr shape, make_shape(name, keyed, fields));
    plan = make_plan(std::move(shape));
    in.plans.emplace(hash, plan);
    in.digests.insert(plan->shape->digest());
  }
  in.last[key_fields(keyed)] = plan;
  return plan;
}

Result<PlanPtr> ShapeCache::self_describing(std::string_view name, bool keyed) {
  const std::lock_guard<Mutex> lock(mutex_);
  PlanPtr& plan = collection(name).self_describing[key_fields(keyed)];
  if (!plan) {
    GS_TRY(ShapePtr shape, make_self_describing(name, keyed));
    plan = make_plan(std::move(shape));
  }
  return plan;
}

PlanPtr ShapeCache::last(std::string_view name, bool keyed) const {
  const std::lock_guard<Mutex> lock(mutex_);
  const auto found = collections_.find(name);
  return found == collections_.end() ? nullptr : found->second.last[key_fields(keyed)];
}

Result<ShapePtr> ShapeCache::merged(std::string_view name, bool keyed,
                                    std::span<const FieldKey> fields) {
  const std::uint64_t hash = fields_hash(name, keyed, fields);
  const std::lock_guard<Mutex> lock(mutex_);
  if (const auto found = collections_.find(name); found != collections_.end()) {
    if (const PlanPtr plan = find(found->second, name, keyed, hash, fields)) return plan->shape;
  }
  const auto [begin, end] = merged_.equal_range(hash);
  for (auto at = begin; at != end; ++at) {
    if (same_fields(*at->second, name, keyed, fields)) return at->second;
  }
  GS_TRY(ShapePtr shape, make_shape(name, keyed, fields));
  if (merged_.size() >= kMergedShapesMax) merged_.clear();
  if (merged_.count(hash) < kSameHashMax) merged_.emplace(hash, shape);
  return shape;
}

std::size_t ShapeCache::count(std::string_view name) const {
  const std::lock_guard<Mutex> lock(mutex_);
  const auto found = collections_.find(name);
  return found == collections_.end() ? 0 : found->second.plans.size();
}

}  // namespace gs::record
