// Chunks of images: 16 KiB at first, doubling up to 1 MiB.

#include "gs/storage/state/row_arena.h"

#include <algorithm>

#include "gs/base/check.h"
#include "gs/base/endian.h"

namespace gs::state {

RowArena::~RowArena() {
  for (std::uint32_t chunk = 0; chunk < chunk_count_; ++chunk) {
    Block* block = blocks_[chunk / kBlockChunks].load(std::memory_order_relaxed);
    delete[](*block)[chunk % kBlockChunks].load(std::memory_order_relaxed);
  }
  for (auto& block : blocks_) delete block.load(std::memory_order_relaxed);
}

void RowArena::add_chunk(std::size_t bytes) {
  GS_CHECK(chunk_count_ < RowTable::kArenaChunksMax);
  auto& block = blocks_[chunk_count_ / kBlockChunks];
  if (block.load(std::memory_order_relaxed) == nullptr) {
    block.store(new Block{}, std::memory_order_release);
  }
  chunk_ = new std::uint8_t[bytes];  // aligned for every basic type
  (*block.load(std::memory_order_relaxed))[chunk_count_ % kBlockChunks].store(
      chunk_, std::memory_order_release);
  ++chunk_count_;
  chunk_used_ = 0;
  chunk_bytes_ = bytes;
  memory_bytes_.fetch_add(bytes, std::memory_order_relaxed);
}

RowTable::Space RowArena::allocate(std::size_t bytes) {
  GS_CHECK(bytes < (std::size_t{1} << 31));  // offsets have 32 bits; images have 256 MiB at most
  bytes = align_up<std::size_t>(bytes, 8);
  if (bytes > chunk_bytes_ - chunk_used_) {
    add_chunk(std::max(bytes, next_bytes_));
    next_bytes_ = std::min(next_bytes_ * 2, kChunkBytes);
  }
  const std::uint64_t position = (std::uint64_t{chunk_count_ - 1} << 32) | chunk_used_;
  std::uint8_t* const space = chunk_ + chunk_used_;
  chunk_used_ += bytes;
  return {space, position};
}

}  // namespace gs::state
