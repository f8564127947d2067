// A clock that stands still until it is told to move.
//
// The wall may jump in either direction, as people and time servers make it; the monotonic side
// only ever advances. Safe to call from any thread.
#pragma once

#include <atomic>
#include <cstdint>

#include "gs/platform/environment.h"

namespace gs::platform {

class ManualClock : public Clock {
 public:
  static constexpr std::uint64_t kStartMs = 1'700'000'000'000;  // 2023-11-14 22:13:20 UTC

  explicit ManualClock(std::uint64_t start_ms = kStartMs) noexcept : wall_ms_(start_ms) {}

  std::uint64_t wall_ms() override { return wall_ms_.load(); }
  std::uint64_t monotonic_ns() override { return monotonic_ns_.load(); }
  void sleep_ms(std::uint64_t time_ms) override { advance_ms(time_ms); }

  // Time passes on both sides.
  void advance_ms(std::uint64_t time_ms) noexcept {
    wall_ms_.fetch_add(time_ms);
    monotonic_ns_.fetch_add(time_ms * 1'000'000);
  }
  void advance_ns(std::uint64_t time_ns) noexcept { monotonic_ns_.fetch_add(time_ns); }
  // Somebody sets the wall clock; no time passes.
  void set_wall_ms(std::uint64_t time_ms) noexcept { wall_ms_.store(time_ms); }

 private:
  std::atomic<std::uint64_t> wall_ms_;
  std::atomic<std::uint64_t> monotonic_ns_{0};
};

}  // namespace gs::platform
