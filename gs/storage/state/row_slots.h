// The hash table of a row table: from an id to the number of its newest row.
//
// Open addressing with linear probing over 32-bit slots. A slot is 0 (free) or 6 bits of the hash
// over a row number + 1; it is only ever set or replaced, so readers need no lock. A table that is
// 5/8 full is replaced by one of twice the size; readers may still be in the old one, therefore it
// lives as long as the row table.
//
// Threads: one writer; readers may call get() and home().
#pragma once

#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <new>

#include "gs/storage/state/large_memory.h"

namespace gs::state {

class RowSlots {
 public:
  static constexpr std::uint32_t kRowBits = 26;
  static constexpr std::uint32_t kRowMask = (std::uint32_t{1} << kRowBits) - 1;
  static constexpr std::uint32_t kTagMask = ~kRowMask;

  // `count`: a power of two, at least 2.
  explicit RowSlots(std::size_t count)
      : values_(make_slots(count), FreeAligned{count * sizeof(Values)}),
        mask_(count - 1),
        shift_(64 - static_cast<std::uint32_t>(std::countr_zero(std::uint64_t{count}))) {}

  std::size_t count() const noexcept { return mask_ + 1; }
  // The place comes from the high bits of the hash, the tag from the low ones.
  std::size_t home(std::uint64_t hash) const noexcept {
    return static_cast<std::size_t>(hash >> shift_);
  }
  std::size_t after(std::size_t slot) const noexcept { return (slot + 1) & mask_; }
  static std::uint32_t tag(std::uint64_t hash) noexcept {
    return static_cast<std::uint32_t>(hash) << kRowBits;
  }

  std::uint32_t get(std::size_t slot) const noexcept {
    return values_[slot].load(std::memory_order_acquire);
  }
  void set(std::size_t slot, std::uint32_t value) noexcept {
    values_[slot].store(value, std::memory_order_release);
  }
  void prefetch(std::uint64_t hash) const noexcept { __builtin_prefetch(&values_[home(hash)]); }

  static std::uint32_t row(std::uint32_t value) noexcept { return (value & kRowMask) - 1; }
  static std::uint32_t value(std::uint32_t tag, std::uint32_t row) noexcept {
    return tag | (row + 1);
  }

 private:
  using Values = std::atomic<std::uint32_t>;

  static Values* make_slots(std::size_t count) {
    const std::size_t bytes = count * sizeof(Values);
    void* const memory = allocate_aligned(bytes);
    prefer_large_pages(memory, bytes);
    auto* const values = static_cast<Values*>(memory);
    for (std::size_t i = 0; i < count; ++i) new (values + i) Values(0);
    return values;
  }
  std::unique_ptr<Values[], FreeAligned> values_;
  std::size_t mask_;
  std::uint32_t shift_;
};

}  // namespace gs::state
