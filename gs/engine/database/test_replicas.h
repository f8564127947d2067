// Copies of one storage that are written apart and exchange their changes. For tests.
#pragma once

#include <gtest/gtest.h>

#include <array>

#include "gs/engine/database/test_exchange.h"

namespace gs::engine::testing {

class Replicas {
 public:
  static constexpr std::size_t kCount = 3;

  Replicas() { stores_[0] = world_.create(); }

  const Store& operator[](std::size_t replica) const { return stores_[replica]; }
  // The same, whose next stamp is behind all earlier ones.
  const Store& next(std::size_t replica) {
    world_.clock.advance_ms(1);
    return stores_[replica];
  }

  // From what is in the first one.
  void copy() {
    EXPECT_TRUE(stores_[0]->sync().ok());
    for (std::size_t i = 1; i < kCount; ++i) {
      write_files(disks_[i], read_files(world_.memory));
      stores_[i] = world_.open(disks_[i]);
    }
    for (const Store& store : stores_) before_.push_back(store->heads());
  }

  // `loses_state`: only what cannot be made again is left.
  void reopen(std::size_t replica, bool loses_state = false) {
    ASSERT_FALSE(stores_[replica]->close());
    stores_[replica].db.reset();
    if (loses_state) lose_state(disk(replica));
    stores_[replica] = world_.open(disk(replica));
  }
  platform::ManualClock& clock() { return world_.clock; }
  // What a replica has made since copy().
  std::vector<Buffer> made_by(std::size_t replica) const {
    return changes_of(stores_[replica], before_[replica]);
  }

  // Each takes the changes of the others since copy(), in its own order.
  void exchange() {
    std::array<std::vector<Buffer>, kCount> sent;
    for (std::size_t i = 0; i < kCount; ++i) sent[i] = made_by(i);
    for (std::size_t to = 0; to < kCount; ++to) {
      for (std::size_t step = 1; step < kCount; ++step) {
        const std::size_t from = (to + (to % 2 == 0 ? step : kCount - step)) % kCount;
        EXPECT_EQ(give(stores_[to], sent[from]).refused, 0u);
      }
    }
    for (const Store& store : stores_) EXPECT_EQ(store.digest(), stores_[0].digest());
  }

  void expect_all(const Id& id, std::string_view text) const {
    for (const Store& store : stores_) EXPECT_EQ(store.text(id), text);
  }

 private:
  platform::FileSystem& disk(std::size_t replica) {
    return replica == 0 ? world_.memory : disks_[replica];
  }

  World world_;
  std::array<platform::MemoryFileSystem, kCount> disks_;
  std::array<Store, kCount> stores_;
  std::vector<std::vector<Digest>> before_;
};

}  // namespace gs::engine::testing
