// Goal: commits, reads and looks at history go on while an erasure works, and each of them sees
// what is right. Run under the thread sanitizer.
// Method: the erasure stops where it makes a file, until everybody else has got further. If it held
// what they need, nobody would.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "gs/engine/database/test_watched_files.h"
#include "gs/engine/database/test_world.h"
#include "gs/platform/posix/thread_executor.h"

namespace gs::engine::testing {
namespace {

constexpr int kWriters = 2;
constexpr int kErasures = 3;
constexpr std::uint64_t kSteps = 2;  // of each thread, wherever the erasure stops
// Commits of one writer for each step of the threads that read, which are slower: a long log would
// only make them slower still.
constexpr std::uint64_t kCommitsAhead = 10;
// After that the test has failed; it says so instead of standing still for ever.
constexpr auto kPatience = std::chrono::seconds(60);

struct GatedWorld : World {
  platform::ThreadExecutor threads{2};
  WatchedFileSystem watched{memory};

  GatedWorld() {
    files = &watched;
    background = &threads;
    // Where it stops nobody writes tables, so that three of them must hold what is committed then.
    options.memory_bytes = 8 << 20;
    options.checkpoint_log_bytes = 8 << 20;
    options.segment_bytes = 64 << 10;
    change_bytes = 2048;
  }
};

TEST(ErasureThreads, EverybodyElseGoesOnBesideIt) {
  GatedWorld world;
  const Store db = world.create();
  const std::string filler = "\"t\":\"" + std::string(300, 'x') + "\"}";
  std::vector<Id> secrets;
  secrets.reserve(kErasures);
  for (int i = 0; i < kErasures; ++i) {
    secrets.push_back(
        db.put("Secret", "key" + std::to_string(i), R"({"s":"hidden","n":0})").value());
  }
  Content kept;
  for (int i = 0; i < 300; ++i) {
    const std::string json = "{\"n\":" + std::to_string(i) + "," + filler;
    kept[db.insert("City", json).value()] = json;
    if (i % 100 == 50) {
      for (const Id& id : secrets) {
        ASSERT_FALSE(db.update(id, R"({"n":)" + std::to_string(i) + "}"));
      }
    }
  }
  ASSERT_FALSE(db->checkpoint());
  ASSERT_GE(db->stats()->segments, 2u);

  std::atomic<bool> done{false};
  std::array<std::atomic<std::uint64_t>, kWriters + 2> steps{};
  std::array<Content, kWriters> written;
  std::vector<std::thread> others;
  for (std::size_t t = 0; t < kWriters; ++t) {
    others.emplace_back([&, t] {
      for (std::uint64_t n = 0; !done; ++n) {
        const std::string json = "{\"w\":" + std::to_string(t * 1'000'000 + n) + "}";
        const auto id = db.insert("Town", json);
        ASSERT_TRUE(id.ok()) << id.error().text();
        written[t][id.value()] = json;
        ++steps[t];
        while (steps[t] > kCommitsAhead * (1 + steps[kWriters + 1]) && !done) {
          std::this_thread::yield();
        }
      }
    });
  }
  others.emplace_back([&] {
    for (auto next = kept.begin(); !done;) {
      for (int i = 0; i < 10; ++i) {
        ASSERT_EQ(db.text(next->first), next->second);
        if (++next == kept.end()) next = kept.begin();
      }
      const Moment moment = db->moment();
      const Content once = db.content(moment);
      ASSERT_EQ(db.content(moment), once);
      for (const auto& [id, json] : kept) ASSERT_EQ(once.at(id), json);
      ++steps[kWriters];
    }
  });
  others.emplace_back([&] {
    const Id& id = kept.begin()->first;
    while (!done) {
      ASSERT_EQ(db.text_at(id, db.head()), kept.at(id));
      ++steps[kWriters + 1];
    }
  });

  int stops = 0;
  bool is_erasing = false;
  const auto eraser = std::this_thread::get_id();
  world.watched.on_create = [&](std::string_view path) {
    // The log makes a new segment while commits wait; that is one of the short moments.
    const bool waits = path.find('-') != std::string_view::npos || path.starts_with("state/");
    if (!waits || std::this_thread::get_id() != eraser || !is_erasing) return;
    ++stops;
    const auto give_up = std::chrono::steady_clock::now() + kPatience;
    for (std::size_t t = 0; t < steps.size(); ++t) {
      const std::uint64_t now = steps[t];
      while (steps[t] < now + kSteps && !HasFatalFailure()) {
        if (std::chrono::steady_clock::now() > give_up) {
          ADD_FAILURE() << "thread " << t << " stands still while " << path << " is made";
          return;
        }
        std::this_thread::yield();
      }
    }
  };
  for (const Id& id : secrets) {
    is_erasing = true;
    const auto erased = db->erase(id, "asked to");
    is_erasing = false;
    ASSERT_TRUE(erased.ok()) << erased.error().text();
    EXPECT_EQ(erased.value(), 4u);
    EXPECT_EQ(db.text(id), "<not_found>");
  }
  done = true;
  for (std::thread& thread : others) thread.join();
  EXPECT_GT(stops, kErasures * 3);  // a table, a merge and each segment
  EXPECT_EQ(files_with(world.memory, "hidden"), std::vector<std::string>());
  for (const Content& each : written) kept.insert(each.begin(), each.end());
  EXPECT_EQ(db.content(), kept);
  EXPECT_EQ(db.complaints(), "");
}

// Of what was written last it told while commits waited, and so did whoever asked for numbers.
TEST(ErasureThreads, WhoeverHearsOfItMayAskForNumbers) {
  World world;
  const Store db = world.create();
  const Id id = db.put("Secret", "key", R"({"s":"hidden"})").value();
  std::vector<std::future<bool>> asked;
  const auto hear = [&](std::uint64_t, std::uint64_t) {
    // Something is left to be looked at in the end.
    if (asked.empty()) std::thread([&] { EXPECT_TRUE(db.insert("City", "{}").ok()); }).join();
    asked.push_back(std::async(std::launch::async, [&] { return db->stats().ok(); }));
    EXPECT_EQ(asked.back().wait_for(kPatience), std::future_status::ready);
  };
  ASSERT_EQ(db->erase(id, "", hear).value(), 1u);
  EXPECT_GE(asked.size(), 2u);
}

}  // namespace
}  // namespace gs::engine::testing
