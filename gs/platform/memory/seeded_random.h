// Random numbers that a seed determines: the same on every machine and compiler. For tests and
// simulation only; anybody who sees eight bytes knows the rest.
//
// SplitMix64: a counter and a mixing function, so it is lock-free, safe to call from any thread,
// and cheap to make. Bytes are the numbers of next() in little-endian order.
// Source: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
#pragma once

#include <atomic>
#include <cstdint>

#include "gs/platform/environment.h"

namespace gs::platform {

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) noexcept : counter_(seed) {}

  void fill(MutableBytes out) override {
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
      number = i % 8 == 0 ? next() : number >> 8;
      out[i] = static_cast<std::uint8_t>(number);
    }
  }

  std::uint64_t next() noexcept {
    std::uint64_t mixed = counter_.fetch_add(kStep, std::memory_order_relaxed) + kStep;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9u;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebu;
    return mixed ^ (mixed >> 31);
  }
  // 0 .. count - 1; count is not 0. The bias of the remainder does not matter to a test.
  std::uint64_t below(std::uint64_t count) noexcept { return next() % count; }
  // True in `permille` of 1,000 cases.
  bool chance(std::uint32_t permille) noexcept { return below(1000) < permille; }

 private:
  static constexpr std::uint64_t kStep = 0x9e3779b97f4a7c15u;
  std::atomic<std::uint64_t> counter_;
};

}  // namespace gs::platform
