// Finds the leaf of the tracker in which a unit is: an ordered map from first units to leaves.
//
// Sorted chunks under a sorted list of chunks: adding costs a move of at most kChunk entries, and
// once in kChunk / 2 additions a move of the list. Not thread-safe. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gs::crdt {

class SpanIndex {
 public:
  // `first` is not in the map yet.
  void add(std::uint32_t first, std::uint32_t leaf);
  void move(std::uint32_t first, std::uint32_t leaf) noexcept;
  void remove(std::uint32_t first) noexcept;
  // The leaf of the greatest key at or below `unit`; there must be one.
  std::uint32_t leaf_of(std::uint32_t unit) const noexcept;
  std::size_t memory_bytes() const noexcept;

 private:
  static constexpr std::size_t kChunk = 128;
  struct Entry {
    std::uint32_t first;
    std::uint32_t leaf;
  };
  struct Where {
    std::size_t chunk;
    std::size_t at;
  };
  // The entry of the greatest key at or below `unit`, or the first one of all.
  Where find(std::uint32_t unit) const noexcept;

  std::vector<std::uint32_t> keys_;         // of chunks: their first keys
  std::vector<std::vector<Entry>> chunks_;  // none is empty
};

}  // namespace gs::crdt
