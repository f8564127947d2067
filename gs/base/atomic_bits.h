// Bits that any thread may set and test without locks: what was looked at once and needs no second
// look. A bit says nothing about other memory; what it stands for must not change.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace gs {

class AtomicBits {
 public:
  AtomicBits() = default;
  // All clear.
  explicit AtomicBits(std::size_t count)
      : words_(std::make_unique<std::atomic<std::uint64_t>[]>((count + 63) / 64)) {}

  bool test(std::size_t bit) const noexcept {
    return (words_[bit / 64].load(std::memory_order_relaxed) >> (bit % 64) & 1) != 0;
  }
  void set(std::size_t bit) noexcept {
    words_[bit / 64].fetch_or(std::uint64_t{1} << (bit % 64), std::memory_order_relaxed);
  }

 private:
  std::unique_ptr<std::atomic<std::uint64_t>[]> words_;
};

}  // namespace gs
