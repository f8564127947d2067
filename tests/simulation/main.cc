// gs_simulation [--seconds N] [--seed S] [--count C]: runs schedules from seed S on, for N seconds
// or C schedules, stops at the first broken promise (exit 1) and prints how to repeat it.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "tests/simulation/simulator.h"

namespace {

int misuse() {
  std::fputs("usage: gs_simulation [--seconds N] [--seed S] [--count C]\n", stderr);
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  std::uint64_t seconds = 60;
  std::uint64_t seed = 1;
  std::uint64_t count = ~std::uint64_t{0};
  if (argc % 2 == 0) return misuse();
  for (int i = 1; i < argc; i += 2) {
    const std::string_view name = argv[i];
    char* end = nullptr;
    const std::uint64_t value = std::strtoull(argv[i + 1], &end, 10);
    if (end == argv[i + 1] || *end != '\0') return misuse();
    if (name == "--seconds") {
      seconds = value;
    } else if (name == "--seed") {
      seed = value;
    } else if (name == "--count") {
      count = value;
    } else {
      return misuse();
    }
  }
  gs::simulation::Totals totals;
  const auto start = std::chrono::steady_clock::now();
  const auto end = start + std::chrono::seconds(seconds);
  for (std::uint64_t i = 0; i < count && std::chrono::steady_clock::now() < end; ++i) {
    const auto number = static_cast<unsigned long long>(seed) + i;
    const std::string failure = gs::simulation::run_schedule(number, totals);
    if (failure.empty()) continue;
    std::printf("seed %llu broke a promise: %s\nrepeat with: %s --count 1 --seed %llu\n", number,
                failure.c_str(), argv[0], number);
    return 1;
  }
  const auto print = [](const char* format, std::uint64_t number) {
    std::printf(format, static_cast<unsigned long long>(number));
  };
  print("%llu schedules", totals.schedules);
  print(", %llu lives", totals.lives);
  print(", %llu transactions", totals.transactions);
  print(", %llu refused", totals.refused);
  print(", %llu torn tails cut", totals.torn_tails);
  print(", %llu failed writes", totals.failed_writes);
  print(", %llu full disks", totals.full_disks);
  print(", %llu erasures", totals.erasures);
  print(", %llu states rebuilt", totals.rebuilt);
  print(", %llu backups restored", totals.restored);
  print(", %llu unacknowledged lost: every promise held\n", totals.lost_unacknowledged);
  return 0;
}
