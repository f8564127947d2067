#include "gs/platform/sim/faults.h"

#include "gs/platform/memory/seeded_random.h"

namespace gs::platform {

Faults Faults::from_seed(std::uint64_t seed) {
  // A stream of its own: the disk draws from the seed itself.
  SeededRandom random(seed ^ 0x6661756c74730000u);
  const auto up_to = [&random](std::uint32_t most) {
    return 1 + static_cast<std::uint32_t>(random.below(most));
  };
  Faults faults;
  faults.write_kept = up_to(600) - 1;
  faults.write_dropped = up_to(1000 - faults.write_kept) - 1;
  faults.name_lost = up_to(1001) - 1;
  if (random.chance(250)) faults.sector_garbage = up_to(500);
  if (random.chance(250)) faults.power_cut_call = up_to(2'000);
  if (random.chance(60)) faults.fail_call = up_to(2'000);
  if (random.chance(60)) faults.writes_fail_from = up_to(1'000);
  if (random.chance(60)) faults.write_fails = up_to(20);
  if (random.chance(60)) faults.sync_fails = up_to(50);
  if (random.chance(30)) faults.read_fails = up_to(10);
  if (random.chance(120)) faults.disk_bytes = std::uint64_t{1} << (16 + random.below(8));
  faults.lost_is_seen = up_to(1001) - 1;
  return faults;
}

std::string Faults::text() const {
  std::string text;
  const auto add = [&text](const char* name, std::uint64_t value) {
    if (!text.empty()) text += ' ';
    text += name;
    text += '=';
    text += value == kUnlimited ? "unlimited" : std::to_string(value);
  };
  add("fail_call", fail_call);
  add("power_cut_call", power_cut_call);
  add("writes_fail_from", writes_fail_from);
  add("write_fails", write_fails);
  add("sync_fails", sync_fails);
  add("lost_is_seen", lost_is_seen);
  add("read_fails", read_fails);
  add("read_short", read_short);
  add("disk_bytes", disk_bytes);
  add("write_kept", write_kept);
  add("write_dropped", write_dropped);
  add("sector_garbage", sector_garbage);
  add("name_lost", name_lost);
  return text;
}

}  // namespace gs::platform
