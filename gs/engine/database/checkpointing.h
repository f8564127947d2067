// What the one job of the background does, and whoever has its place (job.h): tables are written as
// runs, runs merged, and checkpoints saved (checkpoint.cc); the same of indexes (indexes.cc).
#pragma once

#include "gs/engine/database/database.h"

namespace gs::engine {

class Database::Checkpointing {
 public:
  explicit Checkpointing(Database& db) noexcept : db_(db) {}

  Error write_frozen();
  Error write_all_frozen();
  Error write_waiting(std::size_t runs_max);
  Result<std::uint64_t> number_of_new_run();
  Error merge_if_needed();
  Error merge_all_small();
  Error merge_runs(std::size_t runs, state::MergeOptions options);
  Error save_checkpoint();
  // How many runs to merge, from the newest on, that none points into these segments (erase.cc).
  Result<std::size_t> runs_to_leave(const std::vector<bool>& segments, const Id* id) const;
  Error save_replayed();  // recover.cc
  Error compact_indexes(std::string_view collection);

  // When the storage is closed.
  bool wants_checkpoint_at_end();
  void checkpoint_at_end();

 private:
  std::vector<std::uint64_t> run_sizes() const;
  bool outgrown() const;
  Error keep_replayed();  // recover.cc

  // indexes.cc
  void note_indexes();
  NewIndexRuns write_frozen_indexes();
  bool replace_index_runs(const Digest& digest, const IndexRunList& inputs,
                          const std::shared_ptr<const index::Run>& made);
  Error merge_index(const IndexView::One& one, std::size_t count);
  Error merge_indexes_if_needed();

  Database& db_;
};

}  // namespace gs::engine
