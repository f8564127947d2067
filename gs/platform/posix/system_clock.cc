#include "gs/platform/posix/system_clock.h"

#include <time.h>

#include <chrono>
#include <thread>

namespace gs::platform {
namespace {

template <typename Unit, typename Time>
std::uint64_t since_start(Time time) {
  const auto count = std::chrono::duration_cast<Unit>(time.time_since_epoch()).count();
  // A machine whose battery died may believe that it is 1969.
  return count > 0 ? static_cast<std::uint64_t>(count) : 0;
}

}  // namespace

std::uint64_t SystemClock::wall_ms() {
#if defined(CLOCK_REALTIME_COARSE)
  // Asked for every record that is inserted; a tick of the kernel (1 to 10 ms) is exact enough, and
  // costs a quarter.
  timespec now{};
  if (::clock_gettime(CLOCK_REALTIME_COARSE, &now) == 0) {
    return since_start<std::chrono::milliseconds>(std::chrono::system_clock::time_point(
        std::chrono::seconds(now.tv_sec) + std::chrono::milliseconds(now.tv_nsec / 1'000'000)));
  }
#endif
  return since_start<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::uint64_t SystemClock::monotonic_ns() {
  return since_start<std::chrono::nanoseconds>(std::chrono::steady_clock::now());
}

void SystemClock::sleep_ms(std::uint64_t time_ms) {
  std::this_thread::sleep_for(std::chrono::milliseconds(time_ms));
}

}  // namespace gs::platform
