#include "tests/simulation/simulator.h"

#include "tests/simulation/schedule.h"

namespace gs::simulation {

Schedule::Schedule(std::uint64_t seed, Totals& totals)
    : random_(seed * 7919 + 1),
      secrets_(seed ^ 0x5eed),
      clock_(seed),
      files_(seed),
      totals_(totals) {
  change_bytes_ = std::size_t{512} << random_.below(5);
  options_.segment_bytes = 8192 << random_.below(4);
  options_.checkpoint_log_bytes = 4096 << random_.below(5);
  options_.memory_bytes = 4096 << random_.below(6);
  options_.cache_bytes = random_.chance(500) ? 1 : std::uint64_t{1} << 40;  // images or pointers
  options_.durability = Durability::batch;
  if (random_.chance(500)) erased_at_once_ = 1 + random_.below(3);  // several transactions
}

std::string Schedule::run() {
  ++totals_.schedules;
  std::string failure = first_life();
  const std::uint64_t lives = 2 + random_.below(4);
  for (std::uint64_t life = 0; failure.empty() && life < lives; ++life) {
    ++totals_.lives;
    failure = live();
    if (!failure.empty()) break;
    end_life();
    failure = unexplained_.empty() ? open_and_check() : unexplained_;
  }
  if (failure.empty()) return {};
  return failure + disk_before_ + "\n  now:    " + files_.text();
}

engine::DatabaseSetup Schedule::setup(platform::FileSystem& files) {
  engine::DatabaseSetup setup;
  setup.env.files = &files;
  setup.env.clock = &clock_;
  setup.env.random = &secrets_;
  setup.options = options_;
  setup.change_bytes = change_bytes_;
  setup.erased_at_once = erased_at_once_;
  return setup;
}

std::string run_schedule(std::uint64_t seed, Totals& totals) {
  return Schedule(seed, totals).run();
}

}  // namespace gs::simulation
