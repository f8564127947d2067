// Names and directories of the simulated disk.
//
// Each change of a name is kept until its directory is synced. A power cut takes every changed name
// back to a random one of the states it has had since, each name for itself; only the two names of
// a rename go together, because file systems do that in one step.
//
// Not thread-safe: the disk locks.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gs/platform/sim/sim_node.h"

namespace gs::platform {

struct SimDirectory;

// What a name means: a file, a directory, or nothing.
struct SimEntry {
  std::shared_ptr<SimNode> file;
  std::shared_ptr<SimDirectory> directory;

  bool empty() const noexcept { return !file && !directory; }
};

struct SimDirectory {
  struct Change {
    std::string name;
    SimEntry before;
    SimEntry after;
    bool renamed_away = false;  // the file left for another name of this directory
  };

  std::map<std::string, SimEntry, std::less<>> entries;
  std::vector<Change> changes;
};

class SimTree {
 public:
  SimTree() : root_(std::make_shared<SimDirectory>()) {}

  // Null when there is no such directory.
  SimDirectory* directory(std::string_view path) const;
  SimEntry find(std::string_view path) const;

  // Gives `name` a meaning (empty: none); durable after sync().
  static void set(SimDirectory& directory, std::string_view name, SimEntry entry,
                  bool renamed_away = false);
  static void sync(SimDirectory& directory) noexcept { directory.changes.clear(); }
  // The same for one name.
  static void sync(SimDirectory& directory, std::string_view name);
  static bool is_durable(const SimDirectory& directory, std::string_view name);

  void crash(const Faults& faults, SeededRandom& random, SimLosses& losses);
  // Every file that has a name, with its path, in the order of directories and names.
  void each_file(const std::function<void(const std::string& path, SimNode& file)>& visit) const;

 private:
  std::shared_ptr<SimDirectory> root_;
};

}  // namespace gs::platform
