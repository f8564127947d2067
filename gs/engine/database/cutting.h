// How a shallow storage loses what its records were before a cut (shallow.cc).
#pragma once

#include "gs/engine/database/database.h"

namespace gs::engine {

class Database::Cutting {
 public:
  struct Cut {
    Settled settled;
    std::uint64_t changes = 0;
  };
  // What is there to drop, by segment, each with the places of its changes, ascending.
  struct Droppable {
    std::map<std::uint32_t, std::vector<log::Location>> places;
    std::set<Digest> heads;  // of the cut
    std::uint64_t operations = 0;
    std::uint64_t bytes = 0;

    std::vector<bool> segments() const {
      std::vector<bool> numbers(places.rbegin()->first + std::size_t{1});
      for (const auto& place : places) numbers[place.first] = true;
      return numbers;
    }
  };

  explicit Cutting(Database& db) noexcept : db_(db) {}

  Result<Cut> plan_cut(const std::optional<Version>& before);
  Result<std::shared_ptr<const Base>> write_base(const Cut& cut, platform::FileSystem& files);
  void use_base(std::shared_ptr<const Base> base);
  Error make_state_one(const std::vector<bool>& segments);
  Result<Droppable> find_droppable(const Settled& settled, std::uint64_t changes) const;
  Error drop_contents(const Droppable& droppable, const Progress& progress);
  Error erase_in_base(const Id& id);
  void remove_stray_base_files() const;

 private:
  Error replay_to_cut(const Cut& cut, Applier& past, state::Checkpoint& at, Digest& all_left) const;
  Result<std::shared_ptr<const Base>> keep_base(
      platform::FileSystem& files, const std::vector<std::shared_ptr<const state::Run>>& runs,
      state::Checkpoint at, const Digest& left);

  Database& db_;
};

}  // namespace gs::engine
