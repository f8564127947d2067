// Numbers for shapes, writers and collections.

#include "gs/storage/state/tables.h"

#include <mutex>
#include <utility>

#include "gs/storage/state/id_key.h"

namespace gs::state {

std::size_t Tables::IdHash::operator()(const Id& id) const noexcept {
  return static_cast<std::size_t>(hash_id(id));
}

// A digest is random already; its first bytes do.
std::size_t Tables::DigestHash::operator()(const Digest& digest) const noexcept {
  return static_cast<std::size_t>(load_u64(digest.bytes.data()));
}

std::uint32_t Tables::add_shape(record::ShapePtr shape) {
  if (const std::uint32_t known = find_shape(shape->digest()); known != kUnknown) return known;
  if (shapes_.size() >= numbers_max_) return kUnknown;
  const std::uint32_t collection = add_collection(shape->collection_id(), shape->collection());
  if (collection == kUnknown) return kUnknown;
  const Digest digest = shape->digest();
  const auto number =
      static_cast<std::uint32_t>(shapes_.push_back(ShapeRow{std::move(shape), collection}));
  shape_numbers_.emplace(digest, number);
  return number;
}

std::uint32_t Tables::add_writer(const id::Writer& writer) {
  if (const std::uint32_t known = find_writer(writer); known != kUnknown) return known;
  if (writers_.size() >= numbers_max_) return kUnknown;
  const auto number = static_cast<std::uint32_t>(writers_.push_back(writer));
  writer_numbers_.emplace(writer, number);
  return number;
}

std::uint32_t Tables::add_collection(const record::CollectionId& id, std::string_view name) {
  std::lock_guard lock(collections_mutex_);
  if (const auto found = collection_numbers_.find(id); found != collection_numbers_.end()) {
    return found->second;
  }
  if (collections_.size() >= numbers_max_) return kUnknown;
  const auto number =
      static_cast<std::uint32_t>(collections_.push_back(Collection{id, std::string(name)}));
  collection_numbers_.emplace(id, number);
  return number;
}

void Tables::define(std::uint32_t shape) {
  if (shape >= defined_.size()) defined_.resize(shape + std::size_t{1});
  defined_[shape] = true;
}

std::uint32_t Tables::find_shape(const Digest& digest) const {
  const auto found = shape_numbers_.find(digest);
  return found == shape_numbers_.end() ? kUnknown : found->second;
}

std::uint32_t Tables::find_writer(const id::Writer& writer) const {
  const auto found = writer_numbers_.find(writer);
  return found == writer_numbers_.end() ? kUnknown : found->second;
}

std::uint32_t Tables::find_collection(const record::CollectionId& id) const {
  std::lock_guard lock(collections_mutex_);
  const auto found = collection_numbers_.find(id);
  return found == collection_numbers_.end() ? kUnknown : found->second;
}

Error Tables::full(const char* what) const {
  return Error(Code::too_large, "this storage has " + std::to_string(numbers_max_) + " " + what +
                                    ", and no number for another. Keep what differs from record "
                                    "to record in values, not in names of fields or collections");
}

void Tables::clear() {
  shapes_.clear();
  writers_.clear();
  collections_.clear();
  shape_numbers_.clear();
  defined_.clear();
  writer_numbers_.clear();
  collection_numbers_.clear();
}

}  // namespace gs::state
