#include "gs/core/record/shape.h"

#include <algorithm>

#include "gs/base/endian.h"
#include "gs/core/crypto/sha256.h"
#include "gs/core/record/utf8.h"

namespace gs::record {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::size_t kHeadBytes = 24;
constexpr std::size_t kFieldHeadBytes = 4;
constexpr std::size_t kFieldsPerWord = 32;
constexpr std::uint8_t kFlagsKnown = Shape::kSelfDescribing | Shape::kKeyed;

std::string quoted(std::string_view name) { return "\"" + std::string(name) + "\""; }

Error check_collection(std::string_view name) {
  if (name.size() > kCollectionNameBytesMax) {
    return {Code::too_large, "collection name: " + std::to_string(name.size()) +
                                 " bytes, the limit is " + std::to_string(kCollectionNameBytesMax)};
  }
  if (!valid_utf8(name)) return {Code::invalid, "collection name: not UTF-8"};
  return {};
}

// Bytes of the fixed slot; 0 for variable fields and null.
std::uint32_t slot_bytes(Type type) noexcept {
  switch (type) {
    case Type::id:
      return 16;
    case Type::number:
    case Type::integer:
    case Type::date:
      return 8;
    case Type::boolean:
      return 1;
    default:
      return 0;
  }
}

bool is_variable(Type type) noexcept { return type != Type::null && slot_bytes(type) == 0; }

}  // namespace

CollectionId collection_id(std::string_view name) {
  CollectionId id;
  if (name.empty()) return id;
  const Digest digest = crypto::sha256({as_bytes("gs collection"), as_bytes(name)});
  std::copy_n(digest.bytes.begin(), id.bytes.size(), id.bytes.begin());
  return id;
}

Id keyed_id(const CollectionId& collection, std::string_view key) {
  const Digest digest = crypto::sha256({as_bytes("gs key"), collection.bytes, as_bytes(key)});
  Id id;
  std::copy_n(digest.bytes.begin(), id.bytes.size(), id.bytes.begin());
  id.bytes[6] = static_cast<std::uint8_t>((id.bytes[6] & 0x0f) | 0x80);  // version 8
  id.bytes[8] = static_cast<std::uint8_t>((id.bytes[8] & 0x3f) | 0x80);  // variant of RFC 9562
  return id;
}

std::optional<Id> said_id(std::string_view text) noexcept {
  constexpr int kMinted = 7;
  constexpr int kKeyed = 8;
  const std::optional<Id> id = Id::parse(text);
  const bool may_be_there = id && (id->version() == kMinted || id->version() == kKeyed);
  return may_be_there ? id : std::nullopt;
}

// The sizes of so few names tell most of them apart sooner than a hash does.
constexpr std::size_t kFewFields = 16;

std::uint64_t name_hash(std::string_view name) noexcept {
  constexpr std::uint64_t kFactor = 0x9fb21c651e98df25u;
  const auto* at = reinterpret_cast<const std::uint8_t*>(name.data());
  std::size_t left = name.size();
  std::uint64_t hash = left * kFactor;
  for (; left >= 8; at += 8, left -= 8) {
    hash = (hash ^ load_u64(at)) * kFactor;
    hash ^= hash >> 32;
  }
  std::uint64_t tail = 0;
  if (left > 0) std::memcpy(&tail, at, left);
  hash = (hash ^ tail) * kFactor;
  return hash ^ (hash >> 29);
}

Result<ShapePtr> Shape::make(std::string_view collection, std::vector<Field> fields,
                             std::uint8_t flags) {
  GS_TRY_OK(check_collection(collection));
  std::shared_ptr<Shape> shape(new Shape);
  shape->collection_ = collection;
  shape->collection_id_ = record::collection_id(collection);
  shape->flags_ = flags;
  shape->fields_ = std::move(fields);
  GS_TRY_OK(shape->check_fields());
  GS_TRY_OK(shape->index_names());
  shape->plan();
  shape->write_definition();
  return ShapePtr(std::move(shape));
}

Error Shape::check_fields() const {
  if ((flags_ & ~kFlagsKnown) != 0) return {Code::invalid, "shape: unknown flags"};
  if (fields_.size() > kFieldsMax) {
    return {Code::too_large, "shape: " + std::to_string(fields_.size()) + " fields, the limit is " +
                                 std::to_string(kFieldsMax)};
  }
  for (const Field& field : fields_) {
    if (field.type > Type::any) return {Code::invalid, "shape: unknown type of a field"};
    if (field.name.size() > kFieldNameBytesMax) {
      return {Code::too_large, "shape: a field name of " + std::to_string(field.name.size()) +
                                   " bytes, the limit is " + std::to_string(kFieldNameBytesMax)};
    }
    if (!valid_utf8(field.name)) return {Code::invalid, "shape: a field name is not UTF-8"};
  }
  const std::size_t keys = keyed() ? 1 : 0;
  if (keyed() && (fields_.empty() || !fields_[0].name.empty() || fields_[0].type != Type::string)) {
    return {Code::invalid, "shape: keyed, but field 0 is not a string named \"\""};
  }
  if (!self_describing()) return {};
  if (fields_.size() != keys + 1 || !fields_[keys].name.empty() ||
      fields_[keys].type != Type::object) {
    return {Code::invalid, "shape: self-describing, but has not just one object named \"\""};
  }
  return {};
}

Error Shape::index_names() {
  for (std::size_t i = keyed() ? 1 : 0; i < fields_.size(); ++i) {
    by_hash_.emplace_back(name_hash(fields_[i].name), static_cast<std::uint16_t>(i));
  }
  std::sort(by_hash_.begin(), by_hash_.end());
  for (std::size_t i = 0; i < by_hash_.size(); ++i) {
    // Names with one hash stand together; at most kFieldsMax of them bound the work.
    for (std::size_t j = i + 1; j < by_hash_.size() && by_hash_[j].first == by_hash_[i].first;
         ++j) {
      const std::string& name = fields_[by_hash_[i].second].name;
      if (name == fields_[by_hash_[j].second].name) {
        return {Code::invalid, "shape: two fields are named " + quoted(name)};
      }
    }
  }
  return {};
}

void Shape::plan() {
  words_ = static_cast<std::uint32_t>((fields_.size() + kFieldsPerWord - 1) / kFieldsPerWord);
  places_.resize(fields_.size());
  std::uint32_t offset = 8 + 8 * words_;
  for (const std::uint32_t group : {16u, 8u, 1u}) {
    for (std::size_t i = 0; i < fields_.size(); ++i) {
      if (slot_bytes(fields_[i].type) != group) continue;
      places_[i] = {fields_[i].type, false, offset};
      offset += group;
    }
  }
  fixed_end_ = align_up(offset, 4u);
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (is_variable(fields_[i].type)) places_[i] = {fields_[i].type, true, variable_count_++};
  }
  heap_begin_ = fixed_end_ + 4 * variable_count_;
}

void Shape::write_definition() {
  std::size_t size = kHeadBytes + collection_.size();
  for (const Field& field : fields_) size += kFieldHeadBytes + field.name.size();
  definition_.resize(align_up(size, std::size_t{8}));
  std::uint8_t* at = definition_.data();
  at[0] = kVersion;
  at[1] = flags_;
  store_u16(at + 2, static_cast<std::uint16_t>(fields_.size()));
  store_u16(at + 4, static_cast<std::uint16_t>(collection_.size()));
  std::copy(collection_id_.bytes.begin(), collection_id_.bytes.end(), at + 8);
  at = std::copy(collection_.begin(), collection_.end(), at + kHeadBytes);
  for (const Field& field : fields_) {
    at[0] = static_cast<std::uint8_t>(field.type);
    store_u16(at + 2, static_cast<std::uint16_t>(field.name.size()));
    at = std::copy(field.name.begin(), field.name.end(), at + kFieldHeadBytes);
  }
  digest_ = crypto::sha256(definition_);
}

Result<ShapePtr> Shape::decode(Bytes definition) {
  const Error cut(Code::invalid, "shape: the definition is cut off");
  if (definition.size() < kHeadBytes) return cut.copy();
  if (definition[0] > kVersion) {
    return Error(Code::newer_format, "shape: version " + std::to_string(definition[0]) +
                                         "; this program knows " + std::to_string(kVersion));
  }
  const std::size_t count = load_u16(definition.data() + 2);
  const std::size_t name_bytes = load_u16(definition.data() + 4);
  const std::uint8_t flags = definition[1];
  const Bytes all = definition;
  definition = definition.subspan(kHeadBytes);
  if (definition.size() < name_bytes) return cut.copy();
  const std::string_view collection = as_text(definition.first(name_bytes));
  definition = definition.subspan(name_bytes);
  if (count > kFieldsMax) {
    return Error(Code::too_large, "shape: " + std::to_string(count) + " fields, the limit is " +
                                      std::to_string(kFieldsMax));
  }
  std::vector<Field> fields;
  fields.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (definition.size() < kFieldHeadBytes) return cut.copy();
    const Type type = static_cast<Type>(definition[0]);
    const std::size_t size = load_u16(definition.data() + 2);
    definition = definition.subspan(kFieldHeadBytes);
    if (definition.size() < size) return cut.copy();
    fields.push_back({std::string(as_text(definition.first(size))), type});
    definition = definition.subspan(size);
  }
  GS_TRY(ShapePtr shape, make(collection, std::move(fields), flags));
  // Finds wrong collection ids, padding and bytes that should be zero, all at once.
  if (!equal(shape->definition(), all)) {
    return Error(Code::invalid, "shape: the definition is not canonical");
  }
  return shape;
}

int Shape::find(std::string_view name) const noexcept {
  if (fields_.size() <= kFewFields) {
    for (std::size_t i = key_fields(); i < fields_.size(); ++i) {
      if (fields_[i].name == name) return static_cast<int>(i);
    }
    return -1;
  }
  const std::uint64_t hash = name_hash(name);
  auto at =
      std::lower_bound(by_hash_.begin(), by_hash_.end(), hash,
                       [](const auto& entry, std::uint64_t want) { return entry.first < want; });
  for (; at != by_hash_.end() && at->first == hash; ++at) {
    if (fields_[at->second].name == name) return at->second;
  }
  return -1;
}

}  // namespace gs::record
