// One Storage used from several threads, as storage.h allows.
#include <gtest/gtest.h>
#include <pthread.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "globalstorage/storage.h"
#include "gs/api/test_directory.h"

namespace gs {
namespace {

class StorageThreads : public testing::InDirectory {};

// Each reset the same pointer to the thread that ticks. Only one may do the work; whoever returns
// can rely on it.
TEST_F(StorageThreads, CloseFromSeveralAtOnceClosesOnce) {
  constexpr int kRounds = 20;
  constexpr int kThreads = 4;
  Storage::create(path("gs")).value().close().ignore();
  for (int round = 0; round < kRounds; ++round) {
    Storage db = Storage::open(path("gs")).value();
    const Id id = db.insert("City", R"({"n":0})").value();
    Transaction late = db.begin();
    ASSERT_TRUE(late.update(id, R"({"n":1})").ok());
    ASSERT_TRUE(late.commit(Durability::lazy).ok());
    std::atomic<int> ready{0};
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        ++ready;
        while (ready < kThreads) std::this_thread::yield();
        EXPECT_TRUE(db.close().ok());
        EXPECT_EQ(db.insert("City", "{}").code(), Code::closed);
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(Storage::open(path("gs"))->get(id)->json(), R"({"n":1})");
  }
}

// Whoever executes a prepared query or fills a row again uses memory that others have had: only
// when they are done with it.
TEST_F(StorageThreads, RowsOfAPreparedQueryAreReadByOthers) {
  Storage db = Storage::create(path("gs")).value();
  for (int n = 0; n < 100; ++n) {
    ASSERT_TRUE(db.insert("T", R"({"n":)" + std::to_string(n) + "}").ok());
  }
  PreparedQuery query =
      db.prepare(R"({"collection":"T","filter":{"n":{"$param":"n"}},"select":["n"]})").value();
  Row row;
  for (int n = 0; n < 100; ++n) {
    const std::vector<Value> values = {n};
    Rows rows = query.find(values).value();
    ASSERT_TRUE(rows.next(row));
    std::thread reader([copy = row, rest = std::move(rows), n]() mutable {
      EXPECT_EQ(copy.record().find("n")->number(), n);
      EXPECT_EQ(copy.json().value(), "{\"n\":" + std::to_string(n) + "}");
      EXPECT_FALSE(rest.next(copy));
    });
    if (n % 3 == 0) reader.join();
    Rows others = query.find(values).value();
    ASSERT_TRUE(others.next(row));
    if (reader.joinable()) reader.join();
  }
}

// Threads with stacks of 64 TiB are not to be had.
class NoThreads {
 public:
  NoThreads() {
    pthread_getattr_default_np(&before_);
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, std::size_t{1} << 46);
    EXPECT_EQ(pthread_setattr_default_np(&attributes), 0);
  }
  ~NoThreads() { pthread_setattr_default_np(&before_); }

 private:
  pthread_attr_t before_;
};

// Opening hung here: the thread that syncs now and then ran as the caller's.
TEST_F(StorageThreads, WithoutAThreadToBeHadAStorageWorks) {
  const NoThreads none;
  Storage db = Storage::create(path("gs")).value();
  std::vector<Id> ids;
  for (int n = 0; n < 1000; ++n) {
    Transaction tx = db.begin();
    ids.push_back(tx.insert("City", "{\"n\":" + std::to_string(n) + '}').value());
    ASSERT_TRUE(tx.commit(Durability::lazy).ok());
  }
  ASSERT_TRUE(db.sync().ok());
  ASSERT_TRUE(db.compact().ok());
  ASSERT_TRUE(db.close().ok());
  db = Storage::open(path("gs")).value();
  for (int n = 0; n < 1000; ++n) {
    EXPECT_EQ(db.get(ids[n])->json(), "{\"n\":" + std::to_string(n) + '}');
  }
}

}  // namespace
}  // namespace gs
