// Record ids that are looked for among many: nearly every id that is none of them is told by one
// bit, and the rest by a search. Does not change. 8 KiB beside the ids.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "globalstorage/id.h"
#include "gs/core/graph/change.h"

namespace gs::engine {

class IdSet {
 public:
  // Of any range of ids, in any order.
  template <typename Ids>
  explicit IdSet(const Ids& ids) : sorted_(ids.begin(), ids.end()), ends_(kEnds / kWordBits) {
    std::sort(sorted_.begin(), sorted_.end());
    sorted_.erase(std::unique(sorted_.begin(), sorted_.end()), sorted_.end());
    for (const Id& id : sorted_) ends_[end_of(id) / kWordBits] |= bit_of(id);
  }

  bool has(const Id& id) const noexcept {
    if ((ends_[end_of(id) / kWordBits] & bit_of(id)) == 0) return false;
    return std::binary_search(sorted_.begin(), sorted_.end(), id);
  }
  bool empty() const noexcept { return sorted_.empty(); }
  std::span<const Id> sorted() const noexcept { return sorted_; }

 private:
  static constexpr std::size_t kEnds = std::size_t{1} << 16;
  static constexpr std::size_t kWordBits = 64;
  // The last two bytes: of a digest in either kind of id, so they are spread.
  static std::size_t end_of(const Id& id) noexcept {
    return id.bytes[14] << std::size_t{8} | id.bytes[15];
  }
  static std::uint64_t bit_of(const Id& id) noexcept {
    return std::uint64_t{1} << (end_of(id) % kWordBits);
  }

  std::vector<Id> sorted_;
  std::vector<std::uint64_t> ends_;
};

// Whether the change has an operation on one of these records.
inline bool has_any_of(const graph::ChangeView& change, const IdSet& ids) {
  for (std::uint32_t i = 0; i < change.id_count(); ++i) {
    if (ids.has(change.id(i))) return true;
  }
  return false;
}

}  // namespace gs::engine
