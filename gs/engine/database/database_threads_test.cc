// Goal: many threads on one database, with checkpoints and merges beside them. Run under the thread
// sanitizer.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <numeric>
#include <thread>

#include "gs/engine/database/test_world.h"
#include "gs/platform/posix/thread_executor.h"

namespace gs::engine::testing {
namespace {

constexpr int kThreads = 4;

// Small limits, so that little work makes many changes, segments, runs and merges.
struct BusyWorld : World {
  platform::ThreadExecutor threads{2};

  BusyWorld() {
    background = &threads;
    options.memory_bytes = 16 << 10;
    options.checkpoint_log_bytes = 16 << 10;
    options.segment_bytes = 32 << 10;
    options.cache_bytes = 64 << 10;  // merges point into the log first, then write images
    change_bytes = 2048;
  }
};

void run_on_threads(int count, const std::function<void(int)>& work) {
  std::vector<std::thread> threads;
  threads.reserve(static_cast<std::size_t>(count));
  for (int t = 0; t < count; ++t) threads.emplace_back(work, t);
  for (std::thread& thread : threads) thread.join();
}

TEST(DatabaseThreads, WriteReadScanAndCheckpointAtOnce) {
  BusyWorld world;
  Store db = world.create();
  std::vector<Content> acknowledged(kThreads);
  std::atomic<int> writing{kThreads};
  std::thread reader([&] {
    while (writing.load() > 0) {
      const Moment moment = db->moment();
      const Content once = db.content(moment);
      EXPECT_EQ(db.content(moment), once);  // a moment does not move
      for (const auto& [id, json] : once) {
        ASSERT_EQ(db.text_in(moment, id), json);
        ASSERT_NE(db.text(id), "<not_found>");  // nobody removes what scans can see for long
        break;
      }
      EXPECT_TRUE(db->stats().ok());
    }
  });
  std::thread carer([&] {
    for (int i = 0; writing.load() > 0; ++i) {
      EXPECT_TRUE(i % 3 == 0 ? db->compact().ok() : db->checkpoint().ok());
      EXPECT_TRUE(db->digest().ok());
      std::this_thread::yield();
    }
  });
  run_on_threads(kThreads, [&](int t) {
    Content& mine = acknowledged[static_cast<std::size_t>(t)];
    const std::string collection = "C" + std::to_string(t % 2);
    for (int i = 0; i < 150; ++i) {
      const std::string n = std::to_string(t * 1000 + i);
      Batch batch(db.db);
      const Id id = batch.insert(collection, "{\"n\":" + n + "}").value();
      const Id gone = batch.insert(collection, "{\"gone\":true}").value();
      ASSERT_TRUE(batch.remove(gone).ok());
      ASSERT_TRUE(batch.commit(i % 4 == 0 ? Durability::batch : Durability::lazy).ok());
      mine[id] = "{\"n\":" + n + "}";
      ASSERT_EQ(db.text(id), mine[id]);  // one's own writes are seen at once
      if (i % 3 == 0) {
        ASSERT_TRUE(db.update(id, "{\"u\":" + n + "}").ok());
        mine[id] = "{\"n\":" + n + ",\"u\":" + n + "}";
        ASSERT_EQ(db.text(id), mine[id]);
      }
    }
    writing.fetch_sub(1);
  });
  reader.join();
  carer.join();

  Content expected;
  for (const Content& each : acknowledged) expected.insert(each.begin(), each.end());
  EXPECT_EQ(db.content(), expected);
  EXPECT_EQ(db->stats()->records, expected.size());
  EXPECT_EQ(db.complaints(), "");
  const Digest digest = db.digest();
  ASSERT_TRUE(db->close().ok());
  db.db.reset();
  db = world.open();
  EXPECT_EQ(db.content(), expected);
  EXPECT_EQ(db.digest(), digest);
}

TEST(DatabaseThreads, ExpectationHasExactlyOneWinnerPerRound) {
  BusyWorld world;
  const Store db = world.create();
  const Id id = db.put("Counter", "one", R"({"n":0})").value();
  for (int round = 1; round <= 40; ++round) {
    const Digest seen = db.version(id);
    std::atomic<int> winners{0};
    std::atomic<int> waiting{kThreads};
    run_on_threads(kThreads, [&](int t) {
      waiting.fetch_sub(1);
      while (waiting.load() > 0) std::this_thread::yield();
      Batch batch(db.db);
      ASSERT_TRUE(batch.expect(id, seen).ok());
      ASSERT_TRUE(batch.update(id, "{\"n\":" + std::to_string(round * 10 + t) + "}").ok());
      const Error error = batch.commit(t % 2 == 0 ? Durability::batch : Durability::lazy);
      if (error.ok()) {
        winners.fetch_add(1);
      } else {
        EXPECT_EQ(error.code(), Code::conflict);
      }
    });
    ASSERT_EQ(winners.load(), 1) << "round " << round;
  }
  EXPECT_EQ(db.complaints(), "");
}

TEST(DatabaseThreads, TransactionsAreSeenWholeOrNotAtAll) {
  BusyWorld world;
  const Store db = world.create();
  const Id left = db.put("Account", "left", R"({"n":0})").value();
  const Id right = db.put("Account", "right", R"({"n":0})").value();
  std::atomic<bool> done{false};
  std::thread writer([&] {
    for (int i = 1; i <= 400; ++i) {
      const std::string json = "{\"n\":" + std::to_string(i) + "}";
      Batch batch(db.db);
      ASSERT_TRUE(batch.update(left, json).ok());
      ASSERT_TRUE(batch.update(right, json).ok());
      ASSERT_TRUE(batch.commit(Durability::lazy).ok());
    }
    done.store(true);
  });
  while (!done.load()) {
    const Moment moment = db->moment();
    ASSERT_EQ(db.text_in(moment, left), db.text_in(moment, right));
  }
  writer.join();
  EXPECT_EQ(db.text(left), R"({"n":400})");
}

// One half of each transaction is in memory only, and the memory is renewed again and again beside
// the commits.
TEST(DatabaseThreads, WhatIsInMemoryOnlyIsSeenWithWhatIsLogged) {
  BusyWorld world;
  const Store db = world.create();
  const char* const schema =
      R"g({"files":{"Seat.js":"({ Struct: { store: 'memory' }, n: { type: 'number', index: true } })"}})g";
  ASSERT_TRUE(db->put_schema(schema, {}).ok());
  const Id seat = db.put("Seat", "one", R"({"n":0})").value();
  const Id logged = db.put("Account", "one", R"({"n":0})").value();
  constexpr int kWrites = 200;
  const std::string last = std::to_string(kWrites);
  constexpr std::uint64_t kOthers = 6'000;  // so that a copy of the memory takes its time
  Batch others(db.db);
  for (std::uint64_t i = 0; i < kOthers; ++i) {
    ASSERT_TRUE(others.insert("Seat", R"({"n":-1})").ok());
  }
  ASSERT_TRUE(others.commit().ok());
  const Moment first = db->moment();
  std::atomic<bool> done{false};
  std::thread writer([&] {
    const std::string more = R"(,"text":")" + std::string(200'000, 'x') + "\"";
    for (int i = 1; i <= kWrites; ++i) {
      const std::string n = "{\"n\":" + std::to_string(i);
      Batch batch(db.db);
      ASSERT_TRUE(batch.update(seat, n + more + "}").ok());
      ASSERT_TRUE(batch.update(logged, n + "}").ok());
      ASSERT_TRUE(batch.insert("Seat", n + "}").ok());
      ASSERT_TRUE(batch.commit(Durability::lazy).ok());
    }
    done.store(true);
  });
  int tables = 0;
  std::shared_ptr<state::RowTable> seen;
  while (!done.load()) {
    const Moment moment = db->moment();
    const std::string text = db.text_in(moment, logged);
    ASSERT_TRUE(db.text_in(moment, seat).starts_with(text.substr(0, text.size() - 1)));
    const IndexView::One& one = moment.indexes->all.front();
    if (one.is_whole && seen != moment.version->unlogged) {
      const Error wrong = check_index(one, db->tables(), moment.version, moment.at);
      ASSERT_TRUE(wrong.ok()) << wrong.text();
    }
    tables += std::exchange(seen, moment.version->unlogged) != moment.version->unlogged ? 1 : 0;
  }
  writer.join();
  EXPECT_GT(tables, 1) << "the memory was never renewed";
  EXPECT_EQ(db.text(logged), "{\"n\":" + last + "}");
  EXPECT_TRUE(db.text(seat).starts_with("{\"n\":" + last + ","));
  EXPECT_EQ(db.text_in(first, seat), R"({"n":0})");
  EXPECT_EQ(db->stats()->memory_records, kOthers + kWrites + 1);
  EXPECT_EQ(db.content().size(), kOthers + kWrites + 2) << "also what was inserted beside a copy";
}

// What one looks up before the commit lock another one has added to by then: also the last key that
// there is memory for.
TEST(DatabaseThreads, AUniqueIndexHoldsHoweverMuchMemoryItsKeysWant) {
  BusyWorld world;
  world.options.memory_bytes = 64 << 20;
  world.options.checkpoint_log_bytes = 64 << 20;
  world.table_keys_bytes_max = 8 << 10;
  const Store db = world.create();
  const char* const schema =
      R"g({"files":{"User.js":"({ login: { type: 'string', unique: true } })"}})g";
  ASSERT_TRUE(db->put_schema(schema, {}).ok());
  std::atomic<int> added{0};
  constexpr int kUsers = 1000;
  run_on_threads(kThreads, [&](int) {
    for (int i = 0; i < kUsers; ++i) {
      const std::string login = std::to_string(i) + std::string(1000, 'x');
      Batch batch(db.db);
      ASSERT_TRUE(batch.insert("User", R"({"login":")" + login + "\"}").ok());
      const Error error = batch.commit(Durability::lazy);
      ASSERT_TRUE(!error || error.code() == Code::exists) << error.text();
      added += error ? 0 : 1;
    }
  });
  EXPECT_EQ(added, kUsers);
  EXPECT_EQ(db->stats()->records, kUsers);
  EXPECT_GT(db->moment().version->runs.size(), 0u) << "all keys are in memory";
}

// A checkpoint that began between an erasure's own checkpoint and its lock put a run of the old
// state into the rebuilt one, and freed memory twice.
TEST(DatabaseThreads, ErasesAndVerifiesBesideWriters) {
  BusyWorld world;
  world.options.memory_bytes = 4 << 10;
  world.options.checkpoint_log_bytes = 4 << 10;
  const Store db = world.create();
  std::atomic<int> writing{2};
  std::thread eraser([&] {
    for (int i = 0; writing.load() > 0; ++i) {
      const Id id = db.put("Secret", "key" + std::to_string(i), R"({"s":"hidden"})").value();
      const auto erased = db->erase(id, "asked to");
      ASSERT_TRUE(erased.ok()) << erased.error().text();
      EXPECT_EQ(db.text(id), "<not_found>");
      EXPECT_EQ(db.complaints(), "");
    }
  });
  std::vector<std::size_t> counts(2);
  run_on_threads(2, [&](int t) {
    for (int i = 0; i < 600; ++i) {
      const auto id = db.insert("City", "{\"n\":" + std::to_string(i) + "}");
      ASSERT_TRUE(id.ok()) << id.error().text();
      ASSERT_EQ(db.text(id.value()), "{\"n\":" + std::to_string(i) + "}");
      ++counts[static_cast<std::size_t>(t)];
    }
    writing.fetch_sub(1);
  });
  eraser.join();
  EXPECT_EQ(db->stats()->records, counts[0] + counts[1]);
  EXPECT_EQ(db.complaints(), "");
}

TEST(DatabaseThreads, ReadersKeepTheirMomentsWhileTheStorageCloses) {
  BusyWorld world;
  Store db = world.create();
  Content content;
  for (int i = 0; i < 200; ++i) {
    const std::string json = "{\"n\":" + std::to_string(i) + "}";
    content[db.insert("City", json).value()] = json;
  }
  std::atomic<int> reading{0};
  std::atomic<bool> closed{false};
  std::vector<std::thread> readers;
  readers.reserve(kThreads);
  for (int t = 0; t < kThreads; ++t) {
    readers.emplace_back([&, held = db] {
      const Moment moment = held->moment();
      reading.fetch_add(1);
      do {
        ASSERT_EQ(held.content(moment), content);
      } while (!closed.load());
      ASSERT_EQ(held.content(moment), content);
    });
  }
  while (reading.load() < kThreads) std::this_thread::yield();
  EXPECT_TRUE(db->close().ok());
  closed.store(true);
  db.db.reset();  // the last reader's handle ends it
  for (std::thread& reader : readers) reader.join();
  db = world.open();
  EXPECT_EQ(db.content(), content);
}

// Large commits are written ahead of their frames; what reads files beside them must know.
TEST(DatabaseThreads, VerifyAndBackupBesideLargeCommitsFindNoDamage) {
  BusyWorld world;
  world.change_bytes = 64 << 10;
  world.options.segment_bytes = 256 << 10;
  Store db = world.create();
  std::atomic<int> writing{2};
  std::vector<std::thread> threads;
  threads.reserve(3);
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&db, &writing] {
      const std::string json = "{\"t\":\"" + std::string(3000, 'x') + "\"}";
      for (int n = 0; n < 40; ++n) {
        Batch batch(db.db);
        for (int i = 0; i < 20; ++i) ASSERT_TRUE(batch.insert("City", json).ok());
        ASSERT_TRUE(batch.commit().ok());
      }
      --writing;
    });
  }
  threads.emplace_back([&db, &writing] {
    while (writing.load() > 0) db->tick();
  });
  do {
    EXPECT_EQ(db.complaints(), "");
    platform::MemoryFileSystem copy;
    const Error error = db->backup(copy);
    ASSERT_TRUE(error.ok()) << error.text();
    const auto opened = world.try_open(copy);
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    EXPECT_TRUE(opened.value()->recovery().damage.empty());
    EXPECT_FALSE(opened.value()->recovery().torn_tail_cut);
  } while (writing.load() > 0);
  for (std::thread& thread : threads) thread.join();
}

// The end wrote and synced what was committed meanwhile; who then came to sync it met a closed log,
// and said that the write had failed.
TEST(DatabaseThreads, WhatACloseMadeDurableIsConfirmed) {
  for (int round = 0; round < 100; ++round) {
    World world;
    Store db = world.create();
    std::array<std::size_t, kThreads> confirmed{};
    std::atomic<int> began{0};
    std::vector<std::thread> writers;
    writers.reserve(kThreads);
    for (std::size_t t = 0; t < kThreads; ++t) {
      writers.emplace_back([&, t] {
        for (Error error; !error; began += ++confirmed[t] == 1 ? 1 : 0) {
          Batch batch(db.db);
          EXPECT_TRUE(batch.insert("City", "{}").ok());
          error = batch.commit(Durability::batch);
          if (!error) continue;
          EXPECT_EQ(error.code(), Code::closed) << error.text();
          return;
        }
      });
    }
    while (began < kThreads) std::this_thread::yield();
    EXPECT_TRUE(db->close().ok());
    for (std::thread& writer : writers) writer.join();
    db.db.reset();
    const std::size_t all = std::accumulate(confirmed.begin(), confirmed.end(), std::size_t{0});
    ASSERT_EQ(world.open()->stats()->records, all) << "round " << round;
    if (HasFailure()) return;
  }
}

// A lazy commit between the last sync and the end was confirmed, and dropped.
TEST(DatabaseThreads, WhatIsCommittedBesideACloseLasts) {
  for (int round = 0; round < 150; ++round) {
    World world;
    Store db = world.create();
    std::size_t confirmed = 0;
    std::atomic<bool> began{false};
    std::thread writer([&] {
      for (;; began = true) {
        Batch batch(db.db);
        if (!batch.insert("City", "{}").ok() || batch.commit(Durability::lazy)) return;
        ++confirmed;
      }
    });
    while (!began) std::this_thread::yield();
    EXPECT_TRUE(db->close().ok());
    writer.join();
    db.db.reset();
    ASSERT_EQ(world.open()->stats()->records, confirmed) << "round " << round;
  }
}

}  // namespace
}  // namespace gs::engine::testing
