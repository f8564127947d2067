// A clock for simulations: it moves only when told, and then sometimes where nobody expects it.
//
// wander() is what a long-lived machine sees: mostly small steps forward, now and then a wall clock
// that stands, jumps back (a time server, a person) or far ahead. The monotonic side only advances.
// Safe to call from any thread.
#pragma once

#include "gs/platform/memory/manual_clock.h"
#include "gs/platform/memory/seeded_random.h"

namespace gs::platform {

class SimClock final : public ManualClock {
 public:
  explicit SimClock(std::uint64_t seed, std::uint64_t start_ms = kStartMs) noexcept
      : ManualClock(start_ms), random_(seed ^ 0x636c6f636b000000u) {}

  // One random step.
  void wander() noexcept;

 private:
  SeededRandom random_;
};

}  // namespace gs::platform
