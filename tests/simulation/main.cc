// gs_simulation --seconds N --seed S: runs schedules from seed S on for N seconds, stops at the
// first
// broken promise (exit 1) and prints how to repeat it.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/simulation/simulator.h"

int main(int argc, char** argv) {
  std::uint64_t seconds = 60;
  std::uint64_t seed = 1;
  std::uint64_t count = ~std::uint64_t{0};
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::uint64_t value = std::strtoull(argv[i + 1], nullptr, 10);
    if (name == "--seconds") seconds = value;
    if (name == "--seed") seed = value;
    if (name == "--count") count = value;
  }
  gs::simulation::Totals totals;
  const auto start = std::chrono::steady_clock::now();
  const auto end = start + std::chrono::seconds(seconds);
  for (std::uint64_t i = 0; i < count && std::chrono::steady_clock::now() < end; ++i) {
    const std::string failure = gs::simulation::run_schedule(seed + i, totals);
    if (failure.empty()) continue;
    std::printf("seed %llu broke a promise: %s\nrepeat with: gs_simulation --count 1 --seed %llu\n",
                static_cast<unsigned long long>(seed + i), failure.c_str(),
                static_cast<unsigned long long>(seed + i));
    return 1;
  }
  std::printf(
      "%llu schedules, %llu lives, %llu transactions, %llu torn tails cut, %llu failed writes, "
      "%llu full disks, "
      "%llu erasures, %llu unacknowledged lost: every promise held\n",
      static_cast<unsigned long long>(totals.schedules),
      static_cast<unsigned long long>(totals.lives),
      static_cast<unsigned long long>(totals.transactions),
      static_cast<unsigned long long>(totals.torn_tails),
      static_cast<unsigned long long>(totals.failed_writes),
      static_cast<unsigned long long>(totals.full_disks),
      static_cast<unsigned long long>(totals.erasures),
      static_cast<unsigned long long>(totals.lost_unacknowledged));
  return 0;
}
