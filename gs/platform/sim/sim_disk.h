// The machine around the simulated disk: power, lives, space, locks, and which call fails.
//
// Shared by a SimFileSystem and its open files. Callers hold `mutex` around everything else.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "gs/platform/mutex.h"
#include "gs/platform/sim/sim_tree.h"

namespace gs::platform {

// What happened so far, for reports and to see that a test meets what it is meant to meet.
struct SimCounts {
  std::uint64_t calls = 0;
  std::uint64_t writes = 0;
  std::uint64_t syncs = 0;
  std::uint64_t calls_failed = 0;  // by chance or by number, with io
  std::uint64_t disk_full = 0;     // calls that met no_space
  std::uint64_t reads_short = 0;
  std::uint64_t power_cuts = 0;
  SimLosses losses;
};

struct SimDisk {
  enum class Call { read, write, sync, name, other };

  // What to do with a call: carry it out (perhaps in part), and what to return after that.
  struct Verdict {
    Error error;
    bool proceed = true;
    bool reached = true;  // false: the handle is dead or there is no power, so nothing happens
  };

  SimDisk(std::uint64_t seed, const Faults& what) : faults(what), random(seed) {}

  // Counts the call and decides. `life` is that of the handle it was made on.
  Verdict judge(Call call, std::string_view path, std::uint64_t at_life);
  Verdict judge(Call call, std::string_view path) { return judge(call, path, life); }

  // Takes space so that `file` can be written up to `end`; returns how far it can be now.
  std::uint64_t charge(SimNode& file, std::uint64_t end) noexcept;
  void give_back(SimNode& file, std::uint64_t down_to) noexcept;
  // A handle or a mapping of that life is gone.
  void let_go(SimNode& file, std::uint64_t at_life) noexcept;
  // The file has lost its last name. Its space is free when nobody holds it any more.
  void unlink(SimNode& file) noexcept;

  // Writes, with the disk's space and the faults in `verdict`.
  Error write(SimNode& file, std::string_view path, std::uint64_t offset, Bytes bytes,
              Verdict verdict);
  Error sync(SimNode& file, Verdict verdict);

  void cut_power() noexcept;
  void restart();

  static Error fail(Code code, std::string_view path, std::string_view what);

  Mutex mutex;
  Faults faults;
  SeededRandom random;
  SimTree tree;
  SimCounts counts;
  std::set<std::string, std::less<>> locked;
  std::uint64_t life = 1;
  std::uint64_t used_bytes = 0;
  std::uint64_t last_id = 0;  // of files, locks and temporary names
  bool powered = true;
};

}  // namespace gs::platform
