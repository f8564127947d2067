// What a simulated disk does to those who use it. Everything is decided by a seed, so that a
// failure can be repeated from the line that text() prints.
#pragma once

#include <cstdint>
#include <string>

namespace gs::platform {

struct Faults {
  static constexpr std::uint64_t kUnlimited = ~std::uint64_t{0};

  // --- calls; counted from 1 over the whole file system (SimFileSystem::calls()); 0: never ---

  std::uint64_t fail_call = 0;  // this one call fails with io, having done some, all or nothing
  std::uint64_t power_cut_call = 0;    // the power goes during this call: it and all later ones
                                       // fail with io until restart()
  std::uint64_t writes_fail_from = 0;  // this write (counting writes only) and all later ones fail

  // --- chances, in 1,000 ---

  std::uint32_t write_fails = 0;  // io; a random part is written
  std::uint32_t sync_fails = 0;   // io; then a random part of what was not synced is lost for good,
                                  // and the next sync succeeds: as Linux does
  std::uint32_t lost_is_seen = 0;  // what such a sync has lost is read as if it were there until
                                   // the power goes, unless it is written again: as Linux does
                                   // while its memory lasts. Else it is lost at once
  std::uint32_t read_fails = 0;    // io
  // A read that ends early although the file goes on. No file system may do that by its contract,
  // so from_seed() leaves it out; it finds callers who do not look at the count.
  std::uint32_t read_short = 0;

  // --- space ---

  std::uint64_t disk_bytes = kUnlimited;  // more is no_space; reserved space never fails later

  // --- what a power cut does to each write since the last sync: kept, dropped, or else torn ---

  std::uint32_t write_kept = 300;
  std::uint32_t write_dropped = 300;
  // Of each lost sector of a torn write: its bytes become noise instead of what was there before.
  std::uint32_t sector_garbage = 0;
  // Of each name created, removed or replaced since the last sync_directory(): goes back to some
  // earlier state.
  std::uint32_t name_lost = 500;

  // A mixture that is different for every seed: most have only the effects of power cuts, some also
  // fail calls, some fill up.
  static Faults from_seed(std::uint64_t seed);

  // "fail_call=0 power_cut_call=17 ...", all fields.
  std::string text() const;
};

}  // namespace gs::platform
