// The shapes that encoding has met, shared by all Encoders of a storage.
//
// Counts the shapes of each collection: beyond kImplicitShapesMax no new one is made and records
// describe themselves, so that data with ever-changing keys cannot flood the log with shapes.
//
// Thread-safe; one short lock per call. Encoders keep what they used last and rarely come here.
// Errors: those of Shape::make().
#pragma once

#include <map>
#include <unordered_set>

#include "gs/base/endian.h"
#include "gs/core/record/mutex.h"
#include "gs/core/record/shape.h"

namespace gs::record {

// A collection with more shapes than this has keys that are data. 4,096 shapes are about 1 MB.
inline constexpr std::size_t kImplicitShapesMax = 4096;
// Shapes made by merges that are remembered; more start the memory anew. Same size, same reason.
inline constexpr std::size_t kMergedShapesMax = 4096;

// Shapes of a collection that are learned from logs: as many as some writers make.
inline constexpr std::size_t kLearnedShapesMax = 4 * kImplicitShapesMax;
// Shapes of one hash that are remembered: chance makes two at most, and each lookup compares them.
inline constexpr std::size_t kSameHashMax = 8;

struct FieldKey {
  std::string_view name;
  Type type = Type::null;
};

// The fields of a shape in order, without its key field.
std::uint64_t fields_hash(std::string_view collection, bool keyed,
                          std::span<const FieldKey> fields) noexcept;
bool same_fields(const Shape& shape, std::string_view collection, bool keyed,
                 std::span<const FieldKey> fields) noexcept;

// A shape prepared for encoding JSON text straight into a record.
struct Plan {
  ShapePtr shape;
  std::uint64_t hash = 0;
  bool direct = false;                  // every name stands in JSON text as it is, nothing escaped
  std::string keys;                     // `"name":` of all fields but the key, joined
  std::vector<std::uint32_t> key_ends;  // per field, 0 for the key field
  Buffer head;                          // a record up to its heap, every field present
};
using PlanPtr = std::shared_ptr<const Plan>;

PlanPtr make_plan(ShapePtr shape);

class ShapeCache {
 public:
  explicit ShapeCache(std::size_t shapes_max = kImplicitShapesMax) : shapes_max_(shapes_max) {}

  // Makes a shape known that exists already, for instance in the log. It counts. Beyond
  // kLearnedShapesMax it is not remembered.
  void add(const ShapePtr& shape);
  // The shape with these fields; null when there is none and the collection has its fill, or the
  // fields are beyond the limits of a shape.
  Result<PlanPtr> implicit(std::string_view collection, bool keyed, std::uint64_t hash,
                           std::span<const FieldKey> fields);
  Result<PlanPtr> self_describing(std::string_view collection, bool keyed);
  // The shape used last in the collection, as a first guess; may be null.
  PlanPtr last(std::string_view collection, bool keyed) const;
  // Of what writes make of a record: the shape with these fields, never refused for their number in
  // the collection.
  Result<ShapePtr> merged(std::string_view collection, bool keyed,
                          std::span<const FieldKey> fields);

  std::size_t count(std::string_view collection) const;

 private:
  // A digest is random already; its first bytes do.
  struct DigestHash {
    std::size_t operator()(const Digest& digest) const noexcept {
      return static_cast<std::size_t>(load_u64(digest.bytes.data()));
    }
  };
  struct Collection {
    std::multimap<std::uint64_t, PlanPtr> plans;     // a tree: strangers choose the hashes
    std::unordered_set<Digest, DigestHash> digests;  // of their shapes
    PlanPtr last[2];                                 // without and with key
    PlanPtr self_describing[2];
  };
  Collection& collection(std::string_view name);
  PlanPtr find(const Collection& in, std::string_view collection, bool keyed, std::uint64_t hash,
               std::span<const FieldKey> fields) const;

  const std::size_t shapes_max_;
  mutable Mutex mutex_;
  std::map<std::string, Collection, std::less<>> collections_;
  std::multimap<std::uint64_t, ShapePtr> merged_;
};

// A new shape from the fields, with the key field before them when `keyed`.
Result<ShapePtr> make_shape(std::string_view collection, bool keyed,
                            std::span<const FieldKey> fields);
Result<ShapePtr> make_self_describing(std::string_view collection, bool keyed);

}  // namespace gs::record
