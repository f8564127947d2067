// Goal: readers that follow beside writers, checkpoints and merges see one moment at each look, and
// no commit leaves one of them asleep. Run under the thread sanitizer.
// Method: writers on their own threads, readers that look only when they are woken, until each has
// seen the last record.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "gs/engine/live/test_reader.h"
#include "gs/platform/posix/thread_executor.h"

namespace gs::engine::testing {
namespace {

constexpr int kWriters = 2;
constexpr int kReaders = 3;
constexpr int kCommits = 150;
// No commit takes that long: whoever waits longer was not woken.
constexpr std::chrono::seconds kAsleep{30};

struct SmallWorld : World {
  platform::ThreadExecutor threads{2};
  SmallWorld() {
    background = &threads;
    options.memory_bytes = 16 << 10;
    options.checkpoint_log_bytes = 16 << 10;
    options.segment_bytes = 32 << 10;
    change_bytes = 2048;
  }
};

struct Bell {
  std::mutex mutex;
  std::condition_variable rung;
  bool is_rung = false;

  void ring() {
    std::lock_guard lock(mutex);
    is_rung = true;
    rung.notify_all();
  }
  bool wait() {
    std::unique_lock lock(mutex);
    const bool woken = rung.wait_for(lock, kAsleep, [this] { return is_rung; });
    is_rung = false;
    return woken;
  }
};

void write_some(const Store& db, int writer) {
  std::vector<Id> mine;
  for (int i = 0; i < kCommits; ++i) {
    Batch batch(db.db);
    const std::string n = std::to_string((i * 7919 + writer) % 1000);
    ASSERT_TRUE(batch.put("Country", n.substr(0, 1), R"({"n":)" + n + "}").ok());
    const auto id = batch.insert(
        "City", R"({"n":)" + n + R"(,"country":")" + id_of_key("Country", "7").text() + R"("})");
    ASSERT_TRUE(id.ok());
    if (i % 3 == 0 && !mine.empty()) {
      ASSERT_FALSE(batch.remove(mine.back()));
      mine.pop_back();
    } else if (i % 3 == 1 && !mine.empty()) {
      ASSERT_FALSE(batch.update(mine.front(), R"({"n":)" + std::to_string(i) + "}"));
    }
    ASSERT_FALSE(batch.commit(i % 4 == 0 ? Durability::batch : Durability::lazy));
    mine.push_back(*id);
  }
}

// What a fresh walk through the moment of the last look finds.
std::vector<std::string> cities_in(const Store& db, const Moment& moment) {
  std::vector<std::string> rows;
  ScanState scan(db.db, moment, "City", Id{}, ~std::uint64_t{0});
  while (const state::Met* const met = scan.next())
    rows.push_back(json_of(scan.hold(*met)->view()));
  return rows;
}

void follow(const Store& db, const char* query, bool all) {
  Bell bell;
  Reader reader(db, query, {}, [&bell] { bell.ring(); });
  ASSERT_EQ(reader.error(), "");
  const auto has_last = [&] {
    return std::any_of(reader.rows().begin(), reader.rows().end(), [](const std::string& row) {
      return row.find("\"last\":true") != std::string::npos;
    });
  };
  while (!has_last()) {
    ASSERT_TRUE(bell.wait());
    const std::string told = reader.look();
    ASSERT_EQ(told.find("damaged"), std::string::npos) << told;
    if (all) ASSERT_EQ(reader.rows(), cities_in(db, reader.live()->context()->moment));
  }
  EXPECT_EQ(reader.rows(), rows_of(db, query));
}

TEST(LiveThreads, ReadersFollowBesideWriters) {
  SmallWorld world;
  const Store db = world.create();
  std::vector<std::thread> readers;
  static constexpr const char* kQueries[kReaders] = {
      R"({"collection":"City"})",
      R"({"collection":"City","sort":["last:desc","n"],"limit":10,"include":{"country":true}})",
      R"({"collection":"City","filter":{"last":true},"group":{"by":["last"],"fields":{"n":{"$count":true}}}})",
  };
  for (int i = 0; i < kReaders; ++i) {
    readers.emplace_back([&, i] { follow(db, kQueries[i], i == 0); });
  }
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) writers.emplace_back([&, i] { write_some(db, i); });
  for (std::thread& writer : writers) writer.join();
  ASSERT_TRUE(db.insert("City", R"({"n":1,"last":true})").ok());
  for (std::thread& reader : readers) reader.join();
}

// Commits that come while a reader begins or looks: each is seen, or wakes it afterwards.
TEST(LiveThreads, WhoLooksBesideACommitHasSeenItOrIsWoken) {
  World world;
  world.change_bytes = std::size_t{1} << 20;
  const Store db = world.create();
  constexpr int kRounds = 600;
  constexpr int kCommitsEach = 8;
  for (int round = 0; round < kRounds; ++round) {
    const std::string collection = "C" + std::to_string(round);
    std::atomic<bool> begins{false};
    std::thread writer([&] {
      while (!begins) std::this_thread::yield();
      for (int i = 0; i < kCommitsEach; ++i) {
        Batch batch(db.db);
        ASSERT_TRUE(batch.insert(collection, "{}").ok());
        for (int k = (round * 13 + i * 29) % 200; k > 0; --k) begins.load();  // earlier and later
        ASSERT_FALSE(batch.commit(Durability::lazy));
      }
    });
    Bell bell;
    begins = true;
    Reader reader(db, R"({"collection":")" + collection + "\"}", {}, [&bell] { bell.ring(); });
    while (reader.rows().size() < kCommitsEach) {
      if (!bell.wait()) break;
      reader.look();
    }
    writer.join();
    ASSERT_EQ(reader.rows().size(), static_cast<std::size_t>(kCommitsEach)) << "round " << round;
  }
}

}  // namespace
}  // namespace gs::engine::testing
