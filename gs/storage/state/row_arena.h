// Memory for images that stays in place while it grows, readable beside the writer.
//
// A position is the chunk number over the offset in the chunk, 32 bits each.
// Threads: one writer (allocate); any thread may call at() for a position that was published to it.
#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <vector>

#include "gs/storage/state/row_table.h"

namespace gs::state {

class RowArena {
 public:
  RowArena() = default;
  RowArena(const RowArena&) = delete;
  RowArena& operator=(const RowArena&) = delete;
  ~RowArena();

  RowTable::Space allocate(std::size_t bytes);
  const std::uint8_t* at(std::uint64_t position) const noexcept {
    const auto chunk = static_cast<std::uint32_t>(position >> 32);
    const Block* block = blocks_[chunk / kBlockChunks].load(std::memory_order_acquire);
    return (*block)[chunk % kBlockChunks].load(std::memory_order_acquire) +
           static_cast<std::uint32_t>(position);
  }
  std::size_t memory_bytes() const noexcept {
    return memory_bytes_.load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::size_t kChunkBytesFirst = std::size_t{16} << 10;  // doubles ...
  static constexpr std::size_t kChunkBytes = std::size_t{1} << 20;        // ... up to this
  static constexpr std::uint32_t kBlockChunks = 256;
  static constexpr std::uint32_t kBlocks = RowTable::kArenaChunksMax / kBlockChunks;
  using Block = std::array<std::atomic<std::uint8_t*>, kBlockChunks>;

  void add_chunk(std::size_t bytes);

  std::array<std::atomic<Block*>, kBlocks> blocks_{};
  std::uint32_t chunk_count_ = 0;
  std::uint8_t* chunk_ = nullptr;  // the newest
  std::size_t chunk_used_ = 0;
  std::size_t chunk_bytes_ = 0;
  std::size_t next_bytes_ = kChunkBytesFirst;
  std::atomic<std::size_t> memory_bytes_{0};
};

}  // namespace gs::state
