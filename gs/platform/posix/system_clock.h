// The clocks of the machine. Safe to call from any thread.
#pragma once

#include "gs/platform/environment.h"

namespace gs::platform {

class SystemClock final : public Clock {
 public:
  std::uint64_t wall_ms() override;
  std::uint64_t monotonic_ns() override;
  void sleep_ms(std::uint64_t time_ms) override;
};

}  // namespace gs::platform
