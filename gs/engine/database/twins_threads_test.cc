// Goal: who writes while the key changes signs each change with the key that it names. Run under
// the thread sanitizer.
// Method: one thread commits all the time and leaves its changes open, while this one takes twins
// of the same key, so that the storage goes on as a new writer; then every signature is verified,
// and another replica takes all of it.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "gs/engine/database/test_exchange.h"

namespace gs::engine::testing {
namespace {

// Commits without waiting for the disk, and stays in the midst of a change.
void write_until(const std::atomic<bool>& is_over, const Store& store, std::atomic<int>& written) {
  while (!is_over) {
    Batch batch(store.db);
    ASSERT_TRUE(batch.put("City", "lviv", R"({"n":1})").ok());
    const Error error = batch.commit(Durability::lazy);
    // Of a transaction that began with the key before.
    ASSERT_TRUE(!error || error.code() == Code::conflict) << error.text();
    written += error.ok();
  }
}

TEST(TwinsThreads, EachChangeIsSignedByWhomItNames) {
  constexpr std::uint64_t kRounds = 20;
  for (std::uint64_t round = 1; round <= kRounds; ++round) {
    World world(round);
    const Store first = world.create();
    ASSERT_TRUE(first.put("City", "kyiv", R"({"n":0})").ok());
    ASSERT_TRUE(first->sync().ok());
    const Files files = read_files(world.memory);
    platform::MemoryFileSystem disks[4];
    write_files_at_home(disks[0], files);
    const Store twin = world.open(disks[0]);
    std::vector<Store> stores;
    for (std::size_t i = 1; i < std::size(disks); ++i) {
      write_files(disks[i], files);
      stores.push_back(world.open(disks[i]));
    }
    ASSERT_TRUE(first.put("City", "odesa", R"({"n":1})").ok());
    ASSERT_TRUE(twin.put("City", "odesa", R"({"n":2})").ok());
    const Store& store = stores[0];
    give(store, changes_of(first));
    for (std::size_t i = 1; i < stores.size(); ++i) {  // so many that their side counts
      give(stores[i], changes_of(twin));
      ASSERT_TRUE(stores[i].put("City", "odesa", R"({"n":3})").ok());
      give(stores[1], changes_of(stores[i]));
    }
    const std::vector<Buffer> changes = changes_of(stores[1]);
    const graph::Writer before = store->writer();
    std::atomic<bool> is_over{false};
    std::atomic<int> written{0};
    std::thread writer([&] { write_until(is_over, store, written); });
    while (written < 2) std::this_thread::yield();
    const ReceiveReport report = give(store, changes);
    const int then = written;
    while (written < then + 2) std::this_thread::yield();
    is_over = true;
    writer.join();
    EXPECT_EQ(report.refused, 0u);
    EXPECT_NE(store->writer(), before);
    ASSERT_TRUE(store->sync().ok());
    EXPECT_EQ(store.complaints(), "");
    EXPECT_EQ(give(stores[1], changes_of(store)).refused, 0u);
    EXPECT_EQ(stores[1].digest(), store.digest());
  }
}

}  // namespace
}  // namespace gs::engine::testing
