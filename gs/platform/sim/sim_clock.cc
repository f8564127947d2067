#include "gs/platform/sim/sim_clock.h"

#include <algorithm>

namespace gs::platform {

void SimClock::wander() noexcept {
  constexpr std::uint64_t kStepMsMax = 50;
  constexpr std::uint64_t kBackMsMax = 3'600'000;            // an hour: a wrong time zone
  constexpr std::uint64_t kAheadMsMax = 30ull * 86'400'000;  // a month: a battery that died
  const std::uint64_t draw = random_.below(1000);
  if (draw < 100) {
    advance_ns(random_.below(1'000'000));  // within one millisecond
  } else if (draw < 115) {
    const std::uint64_t now = wall_ms();
    set_wall_ms(now - std::min(now, random_.below(kBackMsMax)));
  } else if (draw < 120) {
    set_wall_ms(wall_ms() + random_.below(kAheadMsMax));
  } else {
    advance_ms(random_.below(kStepMsMax));
  }
}

}  // namespace gs::platform
