// Goal: the key of a directory's writer is never replaced without need, and whoever has signed with
// it can do so after a power cut.
// Method: each call of an opening fails on a simulated disk, with the key there and without it;
// then the storage is opened again and written to, and the power goes.
#include <gtest/gtest.h>

#include "gs/engine/database/keys.h"
#include "gs/engine/database/test_world.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::engine::testing {
namespace {

using platform::Faults;
using platform::SimFileSystem;

// A storage on a disk that loses every name that is not synced.
struct KeyedWorld {
  SimFileSystem disk{7};
  World world;

  KeyedWorld() {
    world.files = &disk;
    const Store db = world.create();
    EXPECT_TRUE(db.insert("City", R"({"n":1})").ok());
    EXPECT_FALSE(db->close());
  }
  // Opens it while one call fails, and ends the process. False: it had no such call.
  bool open_with_failing(std::uint64_t call) {
    Faults faults;
    faults.fail_call = call;
    disk.set_faults(faults);
    world.try_open().ok();
    const bool happened = disk.calls() >= call;
    disk.set_faults({});
    disk.kill_process();
    return happened;
  }
  graph::Writer write_and_lose_power() {
    graph::Writer writer;
    {
      const Store db = world.open();
      writer = db->writer();
      EXPECT_TRUE(db.insert("City", R"({"n":2})").ok());
      Faults faults;
      faults.name_lost = 1000;
      disk.set_faults(faults);
      disk.cut_power();
    }
    disk.restart();
    disk.set_faults({});
    return writer;
  }
};

// A read that failed once, as it does in a process with too many open files, made the key look like
// that of a copied directory: a new one was written over it.
TEST(WriterKey, IsNotReplacedWhereverACallOfAnOpeningFails) {
  std::uint64_t call = 1;
  for (;; ++call) {
    SCOPED_TRACE(call);
    KeyedWorld keyed;
    const graph::Writer before = keyed.world.open()->writer();
    if (!keyed.open_with_failing(call)) break;
    ASSERT_EQ(keyed.world.open()->writer(), before);
  }
  EXPECT_GT(call, 10u);
}

// The last call that made a key failed: its names were there, and gone after a power cut, when the
// log had changes that were signed with it.
TEST(WriterKey, OfAnOpeningThatFailedIsCertainBeforeItIsUsed) {
  std::uint64_t call = 1;
  for (;; ++call) {
    SCOPED_TRACE(call);
    KeyedWorld keyed;
    ASSERT_FALSE(keyed.disk.remove("keys/instance"));
    ASSERT_FALSE(keyed.disk.remove("keys/writer"));
    ASSERT_FALSE(keyed.disk.sync_directory(kKeyDirectory));
    if (!keyed.open_with_failing(call)) break;
    const graph::Writer writer = keyed.write_and_lose_power();
    ASSERT_EQ(keyed.world.open()->writer(), writer);
  }
  EXPECT_GT(call, 20u);
}

}  // namespace
}  // namespace gs::engine::testing
