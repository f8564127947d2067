// Memory that is given out in small pieces, stays in place and goes back all at once.
//
// Threads: one takes; what was taken is for anybody, and so is memory_bytes().
#pragma once

#include <algorithm>
#include <atomic>
#include <memory>
#include <new>
#include <vector>

#include "gs/base/endian.h"

namespace gs::index {

class Arena {
 public:
  static constexpr std::size_t kAlignment = 64;  // of a cache line, where it is asked for

  Arena() = default;
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // `alignment`: a power of two up to kAlignment.
  void* take(std::size_t bytes, std::size_t alignment) {
    std::size_t at = align_up(used_, alignment);
    if (chunks_.empty() || at + bytes > chunk_bytes_) {
      add_chunk(bytes);
      at = 0;
    }
    used_ = at + bytes;
    return chunks_.back().get() + at;
  }

  std::size_t memory_bytes() const noexcept {
    return memory_bytes_.load(std::memory_order_relaxed);
  }

 private:
  // Of an index that hardly anybody writes to stays little; a busy one asks seldom.
  static constexpr std::size_t kChunkBytesFirst = std::size_t{4} << 10;
  static constexpr std::size_t kChunkBytesMost = std::size_t{1} << 20;

  struct Free {
    void operator()(std::uint8_t* chunk) const noexcept {
      ::operator delete (chunk, std::align_val_t{kAlignment});
    }
  };

  void add_chunk(std::size_t bytes) {
    chunk_bytes_ = std::max(bytes, next_bytes_);
    next_bytes_ = std::min(next_bytes_ * 2, kChunkBytesMost);
    chunks_.emplace_back(
        static_cast<std::uint8_t*>(::operator new (chunk_bytes_, std::align_val_t{kAlignment})));
    memory_bytes_.fetch_add(chunk_bytes_, std::memory_order_relaxed);
  }

  std::vector<std::unique_ptr<std::uint8_t, Free>> chunks_;
  std::size_t chunk_bytes_ = 0;  // of the newest
  std::size_t used_ = 0;         // of it
  std::size_t next_bytes_ = kChunkBytesFirst;
  std::atomic<std::size_t> memory_bytes_{0};
};

}  // namespace gs::index
