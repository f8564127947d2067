// Goal: whenever the power goes while a run and a checkpoint are written, opening finds the one
// before or the new one, whole and with its runs; surely the new one when writing it succeeded.
// Method: a power cut at every call, on a disk that loses and tears what was not synced.

#include "gs/base/test_share.h"
#include "gs/platform/sim/sim_file_system.h"
#include "gs/storage/state/test_support.h"

namespace gs::state {
namespace {

using platform::Faults;
using platform::SimFileSystem;

// Checkpoint n has run n, with n entries.
Error write(platform::FileSystem& files, const Tables& names, std::uint64_t number) {
  RowTable table;
  for (std::uint64_t i = 0; i < number; ++i) {
    table.put(test::make_entry(test::make_id(i, number), Entry::Kind::log, i), 1, 0);
  }
  GS_TRY_OK(write_run(files, run_path(number), number, table));
  Checkpoint checkpoint;
  checkpoint.number = number;
  checkpoint.runs = {number};
  return write_checkpoint(files, checkpoint, names, number);
}

// The checkpoint that is there, 0 for none.
std::uint64_t found(platform::FileSystem& files) {
  Tables names;
  auto loaded = read_checkpoint(files, names);
  if (!loaded.ok()) {
    EXPECT_EQ(loaded.code(), Code::not_found) << loaded.error().text();
    return 0;
  }
  const std::uint64_t number = loaded->checkpoint.number;
  EXPECT_EQ(loaded->checkpoint.runs, std::vector<std::uint64_t>{number});
  const auto run = test::open_run(files, number);
  EXPECT_TRUE(run != nullptr && run->entry_count() == number);
  return number;
}

// The power goes during call `call` while checkpoint `before + 1` is written. False when writing
// needs fewer calls.
bool check_cut(std::uint64_t seed, std::uint64_t before, std::uint64_t call) {
  SimFileSystem files(seed);
  Tables names;
  test::fill_tables(names);
  for (std::uint64_t number = 1; number <= before; ++number) {
    EXPECT_TRUE(write(files, names, number).ok());
  }
  Faults faults;
  faults.power_cut_call = call;
  files.set_faults(faults);
  const Error error = write(files, names, before + 1);
  const bool was_cut = !files.powered();
  SCOPED_TRACE(files.text());
  files.crash();
  files.set_faults({});
  const std::uint64_t number = found(files);
  if (error.ok()) {
    EXPECT_EQ(number, before + 1);
  } else {
    EXPECT_TRUE(number == before || number == before + 1) << number;
  }
  // Life goes on: the same checkpoint is written again over what was left.
  const Error again = write(files, names, before + 1);
  EXPECT_TRUE(again.ok()) << again.text();
  files.crash();
  EXPECT_EQ(found(files), before + 1);
  return was_cut;
}

TEST(CheckpointCrash, AtEveryCallThereIsTheOldOneOrTheNewOne) {
  for (std::uint64_t seed = 1; seed <= 12 / gs::testing::kSanitizedShare; ++seed) {
    for (const std::uint64_t before : {0u, 1u, 2u, 3u}) {
      std::uint64_t call = 1;
      while (check_cut(seed, before, call)) ++call;
      EXPECT_GT(call, 10u);  // the loop did meet calls
    }
  }
}

TEST(CheckpointCrash, AFailedCallLeavesTheCheckpointBefore) {
  for (std::uint64_t call = 1; call <= 30; ++call) {
    SimFileSystem files(call);
    Tables names;
    test::fill_tables(names);
    ASSERT_TRUE(write(files, names, 1).ok());
    Faults faults;
    faults.fail_call = call;
    files.set_faults(faults);
    const Error error = write(files, names, 2);
    files.set_faults({});
    const std::uint64_t number = found(files);
    if (error.ok()) {
      EXPECT_EQ(number, 2u);
    } else {
      EXPECT_TRUE(number == 1 || number == 2) << files.text();
    }
  }
}

}  // namespace
}  // namespace gs::state
