#include "gs/platform/sim/sim_tree.h"

#include <algorithm>
#include <utility>

#include "gs/platform/path.h"

namespace gs::platform {
namespace {

void put(SimDirectory& directory, const std::string& name, SimEntry entry) {
  if (entry.empty()) {
    directory.entries.erase(name);
  } else {
    directory.entries.insert_or_assign(name, std::move(entry));
  }
}

// The states that one name has had since the directory was synced, oldest first.
struct History {
  std::vector<SimEntry> states;
  bool renamed_away = false;
};

bool has_file(const SimDirectory& directory, const std::shared_ptr<SimNode>& file) {
  for (const auto& [name, entry] : directory.entries) {
    if (file && entry.file == file) return true;
  }
  return false;
}

void crash_names(SimDirectory& directory, const Faults& faults, SeededRandom& random,
                 SimLosses& losses) {
  if (directory.changes.empty()) return;
  std::map<std::string, History> histories;
  for (SimDirectory::Change& change : directory.changes) {
    History& history = histories[change.name];
    if (history.states.empty()) history.states.push_back(std::move(change.before));
    history.states.push_back(std::move(change.after));
    history.renamed_away |= change.renamed_away;
  }
  directory.changes.clear();
  // Names that files were renamed from come last: once the file has its new name, it has left them.
  for (const bool renamed_away : {false, true}) {
    for (auto& [name, history] : histories) {
      if (history.renamed_away != renamed_away) continue;
      std::size_t state = history.states.size() - 1;
      if (random.chance(faults.name_lost)) {
        state = random.below(state);
        ++losses.names_lost;
      }
      SimEntry entry = std::move(history.states[state]);
      directory.entries.erase(name);
      if (renamed_away && has_file(directory, entry.file)) continue;
      put(directory, name, std::move(entry));
    }
  }
}

}  // namespace

SimDirectory* SimTree::directory(std::string_view path) const {
  SimDirectory* at = root_.get();
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const auto found = at->entries.find(path.substr(0, slash));
    if (found == at->entries.end() || !found->second.directory) return nullptr;
    at = found->second.directory.get();
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  return at;
}

SimEntry SimTree::find(std::string_view path) const {
  const SimDirectory* const parent = directory(parent_path(path));
  if (parent == nullptr) return {};
  const auto found = parent->entries.find(last_name(path));
  return found == parent->entries.end() ? SimEntry() : found->second;
}

void SimTree::set(SimDirectory& directory, std::string_view name, SimEntry entry,
                  bool renamed_away) {
  SimDirectory::Change change;
  change.name = name;
  const auto found = directory.entries.find(name);
  if (found != directory.entries.end()) change.before = found->second;
  change.after = entry;
  change.renamed_away = renamed_away;
  put(directory, change.name, std::move(entry));
  directory.changes.push_back(std::move(change));
}

void SimTree::sync(SimDirectory& directory, std::string_view name) {
  std::erase_if(directory.changes,
                [&](const SimDirectory::Change& change) { return change.name == name; });
}

bool SimTree::is_durable(const SimDirectory& directory, std::string_view name) {
  return std::none_of(directory.changes.begin(), directory.changes.end(),
                      [&](const SimDirectory::Change& change) { return change.name == name; });
}

void SimTree::crash(const Faults& faults, SeededRandom& random, SimLosses& losses) {
  std::vector<SimDirectory*> waiting{root_.get()};
  while (!waiting.empty()) {
    SimDirectory& directory = *waiting.back();
    waiting.pop_back();
    crash_names(directory, faults, random, losses);
    for (auto& [name, entry] : directory.entries) {
      if (entry.file) entry.file->crash(faults, random, losses);
      if (entry.directory) waiting.push_back(entry.directory.get());
    }
  }
}

void SimTree::each_file(
    const std::function<void(const std::string& path, SimNode& file)>& visit) const {
  std::vector<std::pair<std::string, SimDirectory*>> waiting{{"", root_.get()}};
  while (!waiting.empty()) {
    const auto [prefix, directory] = std::move(waiting.back());
    waiting.pop_back();
    for (const auto& [name, entry] : directory->entries) {
      if (entry.file) visit(prefix + name, *entry.file);
      if (entry.directory) waiting.emplace_back(prefix + name + "/", entry.directory.get());
    }
  }
}

}  // namespace gs::platform
