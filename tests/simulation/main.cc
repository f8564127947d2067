// gs_simulation: schedules from a seed on, until the first broken promise.

#include "tests/seeds.h"
#include "tests/simulation/simulator.h"

namespace {

std::string text_of(const gs::simulation::Totals& totals) {
  std::string text;
  const auto add = [&](std::uint64_t number, const char* what) {
    text += std::to_string(number) + what;
  };
  add(totals.schedules, " schedules, ");
  add(totals.lives, " lives, ");
  add(totals.transactions, " transactions, ");
  add(totals.refused, " refused, ");
  add(totals.torn_tails, " torn tails cut, ");
  add(totals.failed_writes, " failed writes, ");
  add(totals.full_disks, " full disks, ");
  add(totals.erasures, " erasures, ");
  add(totals.rebuilt, " states rebuilt, ");
  add(totals.restored, " backups restored, ");
  add(totals.cut_opens, " openings cut off, ");
  add(totals.checked_indexes, " indexes checked, ");
  add(totals.built_indexes, " of them made again, ");
  add(totals.looked_back, " records looked back at, ");
  add(totals.proven, " proofs checked, ");
  add(totals.lost_unacknowledged, " unacknowledged lost: every promise held");
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  gs::simulation::Totals totals;
  return gs::testing::try_seeds(
      argc, argv,
      {.usage = "gs_simulation [--seconds N] [--seed S] [--count C]",
       .run = [&](std::uint64_t seed) { return gs::simulation::run_schedule(seed, totals); },
       .totals = [&] { return text_of(totals); }});
}
