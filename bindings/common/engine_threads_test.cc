// Goal: whoever opens a directory in this process has the one engine of it; what is given to it is
// applied in order, told once and kept, also when the last one goes or the disk fails.
// Method: one directory by several paths and from many threads at once; writers beside each other
// whose batches are counted; a listener that holds the engine up, so that writes wait; a limit of
// the process for the size of files, beyond which each write to the disk fails.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include "bindings/common/engine.h"
#include "bindings/common/test_batch.h"
#include "gs/api/test_directory.h"

namespace gs::bindings::testing {
namespace {

using Engines = std::shared_ptr<Engine>;

class EngineThreads : public gs::testing::InDirectory {
 protected:
  static Engines open(const std::string& directory, bool read_only = false,
                      std::size_t pending_bytes_max = kPendingBytesMax) {
    EngineOptions options;
    options.storage.durability = Durability::lazy;
    options.storage.read_only = read_only;
    options.storage.segment_bytes = 8192;
    options.create = !read_only;
    options.pending_bytes_max = pending_bytes_max;
    auto opened = Engine::open(directory, options);
    EXPECT_TRUE(opened.ok()) << opened.error().text();
    return opened.ok() ? *opened : nullptr;
  }
};

// What was told of batches, from whichever thread.
class Answers {
 public:
  Engine::Done next(int number = 0) {
    return [this, number](Error error, Buffer outcome) {
      const std::lock_guard lock(mutex_);
      numbers_.push_back(number);
      errors_.push_back(std::move(error));
      outcomes_.push_back(std::move(outcome));
      came_.notify_all();
    };
  }
  void wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [&] { return errors_.size() >= count; });
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return errors_.size();
  }
  // When nothing more comes.
  const std::vector<int>& numbers() const { return numbers_; }
  const std::vector<Error>& errors() const { return errors_; }
  const std::vector<Buffer>& outcomes() const { return outcomes_; }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<int> numbers_;
  std::vector<Error> errors_;
  std::vector<Buffer> outcomes_;
};

// Holds up the thread that commits, from its first commit on.
class Holdup {
 public:
  explicit Holdup(Engine& engine) : engine_(engine) {
    listener_.call = [this] {
      std::unique_lock lock(mutex_);
      is_held_ = true;
      changed_.notify_all();
      changed_.wait(lock, [this] { return is_over_; });
    };
    engine_.add_listener(&listener_);
  }
  ~Holdup() {
    end();
    engine_.remove_listener(&listener_);
  }
  Holdup(const Holdup&) = delete;
  Holdup& operator=(const Holdup&) = delete;

  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_held_; });
  }
  void end() {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
    changed_.notify_all();
  }

 private:
  Engine& engine_;
  Engine::Listener listener_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_held_ = false;
  bool is_over_ = false;
};

Buffer one_city(std::string_view key = "kyiv") { return batch_of({{put("City", key, "{}")}}); }

// --- one engine for a directory ---

TEST_F(EngineThreads, EveryPathToADirectoryLeadsToItsEngine) {
  const std::string relative = std::filesystem::relative(path("a")).string();
  const Engines first = open(relative);  // which is not there yet
  std::filesystem::create_directory_symlink(path("a"), path("link"));
  for (const std::string& way :
       {path("a"), path("a") + "/", path("./a"), path("link"), path("link/../a/."), relative}) {
    const Engines other = open(way);
    EXPECT_EQ(other, first) << way;
    EXPECT_FALSE(Engine::release(other));
  }
  EXPECT_FALSE(Engine::release(first));
}

TEST_F(EngineThreads, ASlashBehindADirectoryThatIsNotThereYetIsNoOtherOne) {
  const Engines first = open(path("a") + "/");
  const Engines other = open(path("a"));
  EXPECT_EQ(other, first);
  EXPECT_FALSE(Engine::release(other));
  EXPECT_FALSE(Engine::release(first));
}

TEST_F(EngineThreads, ReadersHaveAnEngineOfTheirOwn) {
  const Engines writer = open(path("a"));
  const Engines reader = open(path("a"), true);
  EXPECT_NE(reader, writer);
  EXPECT_TRUE(reader->storage().read_only());
  EXPECT_FALSE(Engine::release(reader));
  EXPECT_FALSE(Engine::release(writer));
}

TEST_F(EngineThreads, WhatCannotBeOpenedIsToldEachTime) {
  EngineOptions options;
  options.create = false;
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(Engine::open(path("nothing"), options).code(), Code::not_a_storage);
  }
  const Engines made = open(path("nothing"));
  EXPECT_EQ(Engine::open(path("nothing"), options).value(), made);
  EXPECT_FALSE(Engine::release(made));
  EXPECT_FALSE(Engine::release(made));
}

// The directory is free when the last one has let it go, and not before.
TEST_F(EngineThreads, TheLastOneClosesIt) {
  const Engines first = open(path("a"));
  const Engines other = open(path("a"));
  EXPECT_FALSE(Engine::release(first));
  EXPECT_EQ(Storage::open(path("a")).code(), Code::locked);
  EXPECT_FALSE(other->storage().sync());
  EXPECT_FALSE(Engine::release(other));
  EXPECT_EQ(other->storage().insert("City", "{}").code(), Code::closed);
  EXPECT_TRUE(Storage::open(path("a")).ok());
  EXPECT_EQ(other->write(one_city(), true, {}).code(), Code::closed);
}

TEST_F(EngineThreads, ManyOpenAndCloseAtOnce) {
  constexpr int kThreads = 4;
  constexpr int kRounds = 15;
  std::vector<std::thread> threads;
  std::atomic<int> told{0};
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int round = 0; round < kRounds; ++round) {
        const Engines engine = open(path("a"));
        const std::string key = std::to_string(t) + "." + std::to_string(round);
        EXPECT_FALSE(engine->write(one_city(key), false,
                                   [&](Error error, Buffer) { told += error ? 0 : 1; }));
        EXPECT_FALSE(Engine::release(engine));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(told, kThreads * kRounds);
  const Storage storage = Storage::open(path("a")).value();
  EXPECT_EQ(storage.count(R"({"collection":"City"})").value(), kThreads * kRounds);
}

// --- writes ---

TEST_F(EngineThreads, WritesOfManyAreAppliedAndToldInOrder) {
  constexpr int kThreads = 4;
  constexpr int kBatches = 60;
  const Engines engine = open(path("a"));
  const Id list = engine->storage().put("City", "kyiv", R"({"list":[]})").value();
  std::vector<Answers> answers(kThreads);
  std::vector<std::thread> threads;
  const auto number = [](int n) { return R"({"n":)" + std::to_string(n) + '}'; };
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      const Id own = Storage::resolve(std::to_string(t), "City");
      for (int i = 0; i < kBatches; ++i) {
        // The next number, if the one before is there.
        const Buffer batch =
            batch_of({{i == 0 ? put("City", std::to_string(t), R"({"n":0})")
                              : Operation(kSwap, own).object(number(i - 1)).object(number(i))},
                      {Operation(kAdd, list).text("all").i64(1)}});
        EXPECT_FALSE(
            engine->write(batch, i % 8 == 0, answers[static_cast<std::size_t>(t)].next(i)));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int t = 0; t < kThreads; ++t) {
    Answers& own = answers[static_cast<std::size_t>(t)];
    own.wait_for(kBatches);
    for (int i = 0; i < kBatches; ++i) {
      const auto at = static_cast<std::size_t>(i);
      EXPECT_EQ(own.numbers()[at], i);
      EXPECT_FALSE(own.errors()[at]) << own.errors()[at].text();
      const std::vector<Told> told = outcome_of(own.outcomes()[at]);
      ASSERT_EQ(told.size(), 2u);
      if (i > 0) {
        EXPECT_EQ(told[0].results, Buffer{1}) << "of " << t << ", " << i;
      }
    }
  }
  EXPECT_EQ(engine->storage().get(list)->find("all")->number(), kThreads * kBatches);
  EXPECT_FALSE(Engine::release(engine));
}

TEST_F(EngineThreads, TheLastReleaseWaitsForAllThatWasGiven) {
  constexpr int kBatches = 100;
  const Engines engine = open(path("a"));
  Answers answers;
  for (int i = 0; i < kBatches; ++i) {
    ASSERT_FALSE(engine->write(one_city(std::to_string(i)), i % 2 == 0, answers.next(i)));
  }
  EXPECT_FALSE(Engine::release(engine));
  ASSERT_EQ(answers.count(), static_cast<std::size_t>(kBatches));
  for (int i = 0; i < kBatches; ++i) EXPECT_EQ(answers.numbers()[static_cast<std::size_t>(i)], i);
  const Storage storage = Storage::open(path("a")).value();
  EXPECT_EQ(storage.count(R"({"collection":"City"})").value(), kBatches);
}

TEST_F(EngineThreads, OneThatIsDroppedWithoutAWordAppliesWhatItHas) {
  Answers answers;
  {
    Options options;
    options.durability = Durability::lazy;
    Engine engine(Storage::create(path("a"), {}, options).value(), kPendingBytesMax);
    ASSERT_FALSE(engine.write(one_city(), true, answers.next()));
  }
  ASSERT_EQ(answers.count(), 1u);
  EXPECT_FALSE(answers.errors()[0]);
  EXPECT_TRUE(Storage::open(path("a"))->has(Storage::resolve("kyiv", "City")));
}

TEST_F(EngineThreads, ABatchThatIsNoneHarmsNobodyElse) {
  const Engines engine = open(path("a"));
  Answers answers;
  ASSERT_FALSE(engine->write({1, 2, 3}, true, answers.next(0)));
  ASSERT_FALSE(engine->write(one_city(), true, answers.next(1)));
  answers.wait_for(2);
  EXPECT_EQ(answers.errors()[0].code(), Code::invalid);
  EXPECT_FALSE(answers.errors()[1]);
  EXPECT_FALSE(Engine::release(engine));
}

// One that is larger alone is taken when nothing else waits.
TEST_F(EngineThreads, WhoWritesMoreThanMayWaitIsTold) {
  const Buffer batch = one_city();
  const Engines engine = open(path("a"), false, 2 * batch.size());
  Answers answers;
  {
    Holdup holdup(*engine);
    ASSERT_FALSE(engine->write(batch, false, answers.next()));
    holdup.wait();
    EXPECT_FALSE(engine->write(batch, false, answers.next()));
    const Error refused = engine->write(batch, false, answers.next());
    EXPECT_EQ(refused.code(), Code::too_large);
  }
  answers.wait_for(2);
  const Buffer large = batch_of({{insert("City", R"({"text":")" + std::string(999, 'x') + "\"}")}});
  EXPECT_FALSE(engine->write(large, false, answers.next()));
  answers.wait_for(3);
  for (const Error& error : answers.errors()) EXPECT_FALSE(error) << error.text();
  EXPECT_FALSE(Engine::release(engine));
}

// --- who is told of commits ---

TEST_F(EngineThreads, ASmallBatchIsAppliedAtOnceUnlessSomebodyWaits) {
  const Engines engine = open(path("a"));
  const auto now = [&](const Buffer& batch) {
    Error error;
    Buffer outcome;
    const bool is_done = engine->write_now(batch, error, outcome);
    EXPECT_FALSE(error);
    EXPECT_EQ(outcome.empty(), !is_done);
    return is_done;
  };
  EXPECT_TRUE(now(one_city()));
  EXPECT_EQ(engine->storage().count(R"({"collection":"City"})").value(), 1u);
  EXPECT_FALSE(now(Buffer(kNowBytesMax + 1)));
  {
    const Engine::LongCall under_way(*engine);
    EXPECT_FALSE(now(one_city()));
  }
  Answers answers;
  {
    Holdup holdup(*engine);
    ASSERT_FALSE(engine->write(one_city(), false, answers.next()));
    holdup.wait();
    EXPECT_FALSE(now(one_city())) << "another batch is on its way";
  }
  answers.wait_for(1);
  EXPECT_FALSE(Engine::release(engine));
  EXPECT_FALSE(now(one_city())) << "it is closed";
}

TEST_F(EngineThreads, ListenersAreToldOfEveryCommitUntilTheyAreRemoved) {
  const Engines engine = open(path("a"));
  alignas(4) std::uint32_t counter = 7;
  std::atomic<int> calls{0};
  Engine::Listener counting;
  counting.counter = &counter;
  Engine::Listener calling;
  calling.call = [&] { ++calls; };
  engine->add_listener(&counting);
  engine->add_listener(&calling);
  Answers answers;
  for (int i = 0; i < 3; ++i) {
    ASSERT_FALSE(engine->write(one_city(), false, answers.next()));
    answers.wait_for(static_cast<std::size_t>(i) + 1);
    EXPECT_EQ(std::atomic_ref<std::uint32_t>(counter).load(), 8u + static_cast<unsigned>(i));
  }
  EXPECT_EQ(calls, 3);
  // Whoever commits.
  ASSERT_TRUE(engine->storage().insert("City", "{}").ok());
  EXPECT_EQ(calls, 4);
  engine->remove_listener(&calling);
  engine->remove_listener(&counting);
  ASSERT_TRUE(engine->storage().insert("City", "{}").ok());
  EXPECT_EQ(calls, 4);
  EXPECT_EQ(counter, 11u);
  EXPECT_FALSE(Engine::release(engine));
}

// It may be gone as soon as it was removed.
TEST_F(EngineThreads, AListenerThatWasRemovedIsNotCalled) {
  const Engines engine = open(path("a"));
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    while (!stop) EXPECT_TRUE(engine->storage().insert("City", "{}").ok());
  });
  for (int i = 0; i < 200; ++i) {
    auto calls = std::make_unique<int>(0);
    Engine::Listener listener;
    listener.call = [&] { ++*calls; };
    engine->add_listener(&listener);
    engine->remove_listener(&listener);
  }
  stop = true;
  writer.join();
  EXPECT_FALSE(Engine::release(engine));
}

// --- a disk that fails ---

// While it lives, no file of this process can grow.
class FailingDisk {
 public:
  FailingDisk() : signal_(std::signal(SIGXFSZ, SIG_IGN)) {
    EXPECT_EQ(getrlimit(RLIMIT_FSIZE, &before_), 0);
    rlimit none = before_;
    none.rlim_cur = 1;
    EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &none), 0);
  }
  ~FailingDisk() {
    EXPECT_EQ(setrlimit(RLIMIT_FSIZE, &before_), 0);
    std::signal(SIGXFSZ, signal_);
  }
  FailingDisk(const FailingDisk&) = delete;
  FailingDisk& operator=(const FailingDisk&) = delete;

 private:
  void (*signal_)(int);
  rlimit before_ = {};
};

// What waits for the log is in memory that is there already; a new segment is not.
TEST_F(EngineThreads, ADiskThatFailsIsToldAndNothingIsLostThatWasTold) {
  const auto is_done = [](const Error& error, const Buffer& outcome) {
    const std::vector<Told> told = outcome_of(outcome);
    return !error && told.size() == 1 && told[0].code == 0;
  };
  const std::string large = R"({"text":")" + std::string(20'000, 'x') + "\"}";
  Answers answers;
  const Engines engine = open(path("a"));
  ASSERT_FALSE(engine->write(one_city("a"), true, answers.next()));
  answers.wait_for(1);
  {
    const FailingDisk disk;
    ASSERT_FALSE(engine->write(batch_of({{put("City", "b", large)}}), true, answers.next()));
    answers.wait_for(2);
  }
  ASSERT_FALSE(engine->write(one_city("c"), true, answers.next()));
  answers.wait_for(3);
  Engine::release(engine).ignore();  // may have failed, as the storage has

  EXPECT_TRUE(is_done(answers.errors()[0], answers.outcomes()[0]));
  EXPECT_FALSE(is_done(answers.errors()[1], answers.outcomes()[1]));
  const Storage storage = Storage::open(path("a")).value();
  EXPECT_TRUE(storage.has(Storage::resolve("a", "City")));
  EXPECT_FALSE(storage.has(Storage::resolve("b", "City")));
  EXPECT_EQ(storage.has(Storage::resolve("c", "City")),
            is_done(answers.errors()[2], answers.outcomes()[2]));
}

}  // namespace
}  // namespace gs::bindings::testing
