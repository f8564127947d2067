// Replicas that write, erase, exchange, merge runs and restart at random. For tests of laws.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "gs/engine/database/test_exchange.h"

namespace gs::engine::testing {

inline constexpr std::size_t kErasing = 3;
inline constexpr const char* kErasedKeys[] = {"kyiv", "lviv"};

class Erasing {
 public:
  virtual ~Erasing() = default;

  explicit Erasing(std::uint64_t seed = 1) : world_(seed), random_(seed) {
    world_.change_bytes = 512;
    world_.files = &disks_[0];
    Store first = world_.create();
    EXPECT_TRUE(first.put("City", "kyiv", R"({"name":"Kyiv","n":0})").ok());
    minted_.push_back(first.insert("City", R"({"name":"a","x":1})").value());
    EXPECT_TRUE(first->close().ok());
    first.db.reset();
    const Files files = read_files(disks_[0]);
    for (std::size_t i = 1; i < kErasing; ++i) write_files(disks_[i], files);
    for (auto& disk : disks_) all_.push_back(world_.open(disk));
  }

  const Store& operator[](std::size_t replica) {
    world_.clock.advance_ms(1);
    return all_[replica];
  }
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  void play(std::size_t steps) {
    for (std::size_t i = 0; i < steps; ++i) {
      if (below(3) == 0) world_.clock.advance_ms(below(3));
      const std::size_t at = below(kErasing);
      switch (below(8)) {
        case 0:
          give_some(below(kErasing), at);
          break;
        case 1:
          rearrange(at);
          break;
        case 2:
          erase(at, any_id());
          break;
        default:
          write(all_[at]);
      }
    }
  }

  void erase(std::size_t at, const Id& id) {
    const auto erased = all_[at]->erase(id, "asked for");
    EXPECT_TRUE(erased.ok() || erased.code() == Code::not_found) << erased.error().text();
    erased_ += erased.ok() && *erased != 0 ? 1 : 0;
  }

  // All that `from` has, in the order of its log.
  void give_all(std::size_t from, std::size_t to) { receive(to, changes_of(all_[from])); }

  void settle() {
    for (int round = 0; round < 2; ++round) {
      for (std::size_t to = 0; to < kErasing; ++to) {
        for (std::size_t from = 0; from < kErasing; ++from) {
          if (from != to) give_all(from, to);
        }
      }
    }
  }

  void expect_same() {
    const Digest digest = all_[0].digest();
    const Content content = all_[0].content();
    for (std::size_t i = 0; i < kErasing; ++i) {
      SCOPED_TRACE("replica " + std::to_string(i));
      EXPECT_EQ(all_[i].digest(), digest);
      EXPECT_EQ(all_[i].content(), content);
      restart(i, false);
      EXPECT_EQ(all_[i].digest(), digest);
      ASSERT_TRUE(all_[i]->compact().ok());
      EXPECT_EQ(all_[i].complaints(), "");
      restart(i, true);
      EXPECT_EQ(all_[i].digest(), digest);
      EXPECT_EQ(all_[i]->stats()->records, content.size());
    }
  }

  void restart(std::size_t at, bool loses_state) {
    ASSERT_TRUE(all_[at]->close().ok());
    all_[at].db.reset();
    if (loses_state) lose_state(disks_[at]);
    all_[at] = world_.open(disks_[at]);
  }

  std::size_t erased() const { return erased_; }
  std::size_t completed() const { return completed_; }
  platform::FileSystem& disk(std::size_t replica) { return disks_[replica]; }

 protected:
  // What somebody does to some changes on their way.
  virtual void carry(std::vector<Buffer>& changes) { static_cast<void>(changes); }

 private:
  Id any_id() {
    if (below(3) == 0) return minted_[below(minted_.size())];
    return id_of_key("City", kErasedKeys[below(std::size(kErasedKeys))]);
  }

  void write(const Store& store) {
    const std::string n = std::to_string(below(100));
    const Id id = any_id();
    Error error;
    switch (below(6)) {
      case 0: {
        const auto made = store.insert("City", R"({"name":"b","y":)" + n + "}");
        ASSERT_TRUE(made.ok());
        minted_.push_back(*made);
        break;
      }
      case 1:
      case 2:
        ASSERT_TRUE(store
                        .put("City", kErasedKeys[below(std::size(kErasedKeys))],
                             R"({"name":"c","z)" + n.substr(0, 1) + R"(":)" + n + "}")
                        .ok());
        break;
      case 3:
        error = store.remove(id);
        break;
      default:
        error = store.update(id, R"({"new)" + n.substr(0, 1) + R"(":"x","n":)" + n + "}");
    }
    EXPECT_TRUE(error.ok() || error.code() == Code::not_found) << error.text();
  }

  void give_some(std::size_t from, std::size_t to) {
    std::vector<Buffer> changes = changes_of(all_[from]);
    std::shuffle(changes.begin(), changes.end(), random_);
    changes.resize(below(changes.size() + 1));
    carry(changes);
    receive(to, changes);
  }

  void receive(std::size_t to, const std::vector<Buffer>& changes) {
    const ReceiveReport report = give(all_[to], changes);
    for (const Refusal& one : report.refusals) ADD_FAILURE() << one.why.text();
    completed_ += report.completed;
  }

  void rearrange(std::size_t at) {
    switch (below(3)) {
      case 0:
        ASSERT_TRUE(all_[at]->compact().ok());
        break;
      case 1:
        restart(at, false);
        break;
      default:
        restart(at, true);
    }
  }

  World world_;
  std::mt19937_64 random_;
  std::array<platform::MemoryFileSystem, kErasing> disks_;
  std::vector<Store> all_;
  std::vector<Id> minted_;
  std::size_t erased_ = 0;
  std::size_t completed_ = 0;
};

}  // namespace gs::engine::testing
