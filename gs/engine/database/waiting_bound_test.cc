// Goal: whoever sends changes whose predecessors never come fills what may wait, and nothing else:
// the bound is named, what waits and what was taken stays, honest changes get through.
// Method: more changes than may wait, each upon one that does not exist; then a restart.
#include <gtest/gtest.h>

#include "gs/engine/database/test_exchange.h"
#include "gs/engine/database/test_stranger.h"

namespace gs::engine::testing {
namespace {

class WaitingBoundTest : public ::testing::Test {
 protected:
  WaitingBoundTest() {
    honest_ = world_.create();
    EXPECT_TRUE(honest_.put("City", "kyiv", R"({"n":0})").ok());
    EXPECT_TRUE(honest_->sync().ok());
    write_files(disk_, read_files(world_.memory));
    store_ = world_.open(disk_);
  }

  // Changes upon some that nobody has.
  std::vector<Buffer> orphans(std::size_t count) const {
    Stranger stranger(honest_->storage());
    const StrangeOperations all = stranger.operations();
    const std::vector<StrangeOperation> put = {all.list[StrangeOperations::keyed_shape],
                                               all.list[StrangeOperations::put]};
    std::vector<Buffer> changes;
    for (std::size_t i = 0; i < count; ++i) {
      Digest missing;
      store_u64(missing.bytes.data(), i + 1);
      stranger.parents = {missing};
      changes.push_back(stranger.change(put));
    }
    return changes;
  }
  void expect_honest_changes_come(const std::string& json) {
    const auto before = honest_->heads();
    ASSERT_TRUE(honest_.update(id_of_key("City", "kyiv"), json).ok());
    const std::vector<Buffer> changes = changes_of(honest_, before);
    const ReceiveReport report = give(store_, changes);
    EXPECT_EQ(report.applied, 1u);
    EXPECT_EQ(report.refused, 0u);
    EXPECT_EQ(report.waiting, WaitingChanges::kChangesMax);
    EXPECT_EQ(store_.digest(), honest_.digest());
  }

  World world_;
  platform::MemoryFileSystem disk_;
  Store honest_;
  Store store_;
};

TEST_F(WaitingBoundTest, WhatNeverCanBeTakenKeepsNothingOut) {
  const std::size_t more = ReceiveReport::kRefusalsMax + 20;
  const ReceiveReport flood = give(store_, orphans(WaitingChanges::kChangesMax + more));
  EXPECT_EQ(flood.applied, 0u);
  EXPECT_EQ(flood.waiting, WaitingChanges::kChangesMax);
  EXPECT_EQ(flood.refused, more);
  ASSERT_EQ(flood.refusals.size(), ReceiveReport::kRefusalsMax);
  EXPECT_EQ(flood.refusals[0].why.code(), Code::too_large);
  EXPECT_NE(flood.refusals[0].why.text().find("4096 changes wait already"), std::string::npos)
      << flood.refusals[0].why.text();
  expect_honest_changes_come(R"({"n":1})");

  ASSERT_TRUE(store_->close().ok());
  store_.db.reset();
  store_ = world_.open(disk_);
  EXPECT_EQ(store_.digest(), honest_.digest());
  EXPECT_EQ(disk_.list("pending").value().size(), WaitingChanges::kChangesMax);
  expect_honest_changes_come(R"({"n":2})");
  EXPECT_EQ(give(store_, orphans(1)).waiting, WaitingChanges::kChangesMax);  // waits already
  EXPECT_EQ(store_.complaints(), "");
}

// A file that somebody else put there is looked at like any change that comes.
TEST_F(WaitingBoundTest, WhatLiesInPendingIsNotTrusted) {
  const std::vector<Buffer> changes = orphans(2);
  EXPECT_EQ(give(store_, changes).waiting, 2u);
  ASSERT_TRUE(store_->close().ok());
  store_.db.reset();
  std::vector<std::string> names = disk_.list("pending").value();
  ASSERT_EQ(names.size(), 2u);
  Buffer bytes = disk_.read_whole("pending/" + names[0], graph::kChangeBytesMax).value();
  bytes[bytes.size() - 1] ^= 1;
  ASSERT_TRUE(disk_.write_whole("pending/" + names[0], bytes).ok());
  ASSERT_TRUE(disk_.write_whole("pending/" + std::string(64, '0'), bytes).ok());
  store_ = world_.open(disk_);
  EXPECT_EQ(give(store_, {}).waiting, 1u);
  EXPECT_EQ(disk_.list("pending").value(), std::vector<std::string>{names[1]});
}

}  // namespace
}  // namespace gs::engine::testing
