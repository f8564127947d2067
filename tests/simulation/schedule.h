// One schedule of the simulation: everything that follows from one seed.
//
// A life is lived in life.cc until it ends; reopening.cc says what must be true after it. Methods
// return what is wrong, or nothing.
#pragma once

#include "gs/platform/sim/sim_clock.h"
#include "gs/platform/sim/sim_file_system.h"
#include "tests/simulation/checks.h"
#include "tests/simulation/simulator.h"
#include "tests/simulation/workload.h"

namespace gs::simulation {

class Schedule {
 public:
  Schedule(std::uint64_t seed, Totals& totals);
  std::string run();

 private:
  engine::DatabaseSetup setup(platform::FileSystem& files);

  // life.cc
  std::string first_life();
  std::string live();
  std::string step();
  bool notice(const Error& error);
  bool is_explained(const Error& error) const;
  std::string transact(Durability durability);
  std::string commit(engine::TransactionState& tx, Planned& planned, Durability durability);
  std::string erase();
  void put_blob();
  void add_landmark();
  std::string verify_beside_work();
  bool readable() const;
  void end_life();
  void end_process(bool killed);

  // reopening.cc
  std::string open_and_check();
  std::string check_log();
  std::string open_cut_off();
  std::string open();
  std::string match(const Found& found);
  std::string rebuild();
  std::string restore();
  std::string check_same(const DatabasePtr& db, const Digest& digest);
  std::string check_blobs(const engine::Database& db) const;
  std::string look_back();

  platform::SeededRandom random_;
  platform::SeededRandom secrets_;
  platform::SimClock clock_;
  platform::SimFileSystem files_;
  Totals& totals_;
  Options options_;
  std::size_t change_bytes_ = 0;
  std::size_t erased_at_once_ = engine::DatabaseSetup().erased_at_once;
  DatabasePtr db_;
  graph::Writer writer_;
  bool keys_removed_ = false;  // since the last opening, so that there may be another writer
  bool broken_ = false;
  platform::SimCounts before_;    // what the disk had done when it was given its faults
  std::string disk_before_;       // with which faults the last life ended, and openings after it
  std::string unexplained_;       // an error that the disk did not bring about
  std::set<std::string> erased_;  // marks of what was erased for certain
  Model model_;
  Workload workload_{random_, model_};
  Landmarks landmarks_;
  std::map<Digest, BlobRef> blobs_;
};

}  // namespace gs::simulation
