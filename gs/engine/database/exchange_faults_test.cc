// Goal: what is given to others is on the disk for certain; what waits goes on waiting, and a
// branch stays as it was, when the disk is full in the midst of a delivery.
// Method: a simulated disk loses all that was not synced, or has no space for one of many changes.
#include <gtest/gtest.h>

#include "gs/engine/database/test_exchange.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::engine::testing {
namespace {

using platform::Faults;
using platform::SimFileSystem;

// More than fit into what is reserved of a log.
constexpr int kSmallChanges = 400;

class ExchangeOnBadDisks : public ::testing::Test {
 protected:
  ExchangeOnBadDisks() : disk_(1) {
    other_ = world_.create();
    EXPECT_TRUE(other_.put("City", "kyiv", R"({"n":0})").ok());
    EXPECT_TRUE(other_->sync().ok());
    write_files(disk_, read_files(world_.memory));
    store_ = world_.open(disk_);
    EXPECT_TRUE(store_.put("City", "odesa", R"({"n":0})").ok());
    EXPECT_EQ(give(other_, changes_of(store_)).applied, 1u);
  }

  void lose_all_that_was_not_synced() {
    Faults faults;
    faults.write_kept = 0;
    faults.write_dropped = 1000;
    disk_.set_faults(faults);
    disk_.cut_power();
    store_.db.reset();
    disk_.restart();
    disk_.set_faults({});
    store_ = world_.open(disk_);
  }
  // Nothing more is reserved. What is reserved already takes small changes still.
  void fill_disk() {
    Faults full;
    full.disk_bytes = disk_.used_bytes();
    disk_.set_faults(full);
  }
  // By small changes of somebody else, one after the other.
  void use_all_space(const std::vector<Buffer>& small) {
    for (const Buffer& one : small) {
      ReceiveReport report;
      if (take({one}, report).code() == Code::no_space) return;
    }
    ADD_FAILURE() << "there was space for all of them";
  }
  std::vector<Buffer> small_changes() {
    platform::MemoryFileSystem files;
    write_files(files, read_files(world_.memory));
    const Store third = world_.open(files);
    const auto before = third->heads();
    for (int i = 0; i < kSmallChanges; ++i) {
      EXPECT_TRUE(third.put("City", "small", R"({"n":0})").ok());
    }
    return changes_of(third, before);
  }
  Error take(const std::vector<Buffer>& changes, ReceiveReport& report) const {
    const std::vector<Bytes> bytes(changes.begin(), changes.end());
    return store_->receive(bytes, report);
  }

  World world_;
  SimFileSystem disk_;
  Store other_;
  Store store_;
  const Id kyiv_ = id_of_key("City", "kyiv");
};

// Else its writer would sign another change with the same number, and be taken for a liar.
TEST_F(ExchangeOnBadDisks, WhatWasGivenIsNotLost) {
  for (int round = 0; round < 2; ++round) {
    Batch lazy(store_.db);
    ASSERT_TRUE(lazy.update(kyiv_, R"({"n":1})").ok());
    ASSERT_TRUE(lazy.commit(Durability::lazy).ok());
    EXPECT_EQ(give(other_, changes_of(store_)).applied, 1u);
    lose_all_that_was_not_synced();
    ASSERT_TRUE(store_.update(kyiv_, R"({"n":2})").ok());
    const ReceiveReport report = give(other_, changes_of(store_));
    for (const Refusal& one : report.refusals) ADD_FAILURE() << one.why.text();
    EXPECT_EQ(report.applied, 1u);
    EXPECT_EQ(other_.digest(), store_.digest());
  }
}

TEST_F(ExchangeOnBadDisks, WhatWaitedStaysWhenThereIsNoSpaceForIt) {
  const auto before = other_->heads();
  ASSERT_TRUE(other_.update(kyiv_, R"({"n":1})").ok());
  const std::string large(100'000, 'x');
  ASSERT_TRUE(other_.update(kyiv_, R"({"text":")" + large + R"("})").ok());
  const std::vector<Buffer> changes = changes_of(other_, before);
  ASSERT_EQ(changes.size(), 2u);
  ASSERT_EQ(give(store_, {changes[1]}).waiting, 1u);
  fill_disk();
  ReceiveReport report;
  ASSERT_EQ(take({changes[0]}, report).code(), Code::no_space);
  ASSERT_EQ(report.applied, 1u);
  disk_.set_faults({});
  const ReceiveReport again = give(store_, {});
  EXPECT_EQ(again.applied, 1u);
  EXPECT_EQ(again.waiting, 0u);
  EXPECT_EQ(store_.digest(), other_.digest());
  EXPECT_TRUE(disk_.list(WaitingChanges::kDirectory)->empty());
}

// Its file goes when the log has it for certain.
TEST_F(ExchangeOnBadDisks, WhatWaitedIsThereWhereverThePowerGoesWhileItIsTaken) {
  const auto before = other_->heads();
  ASSERT_TRUE(other_.update(kyiv_, R"({"n":1})").ok());
  ASSERT_TRUE(other_.update(kyiv_, R"({"n":2})").ok());
  const std::vector<Buffer> changes = changes_of(other_, before);
  ASSERT_EQ(changes.size(), 2u);
  const Digest waits = graph::ChangeView::parse(changes[1])->digest();
  ASSERT_EQ(give(store_, {changes[1]}).waiting, 1u);
  bool was_cut = true;
  for (std::uint64_t call = 1; was_cut; ++call) {
    Faults faults;
    faults.power_cut_call = call;
    faults.write_kept = 0;
    faults.write_dropped = 1000;
    faults.name_lost = 0;  // what was removed stays so
    disk_.set_faults(faults);
    ReceiveReport report;
    take({changes[0]}, report).ignore();
    was_cut = !disk_.powered();
    disk_.cut_power();
    store_.db.reset();
    disk_.restart();
    disk_.set_faults({});
    store_ = world_.open(disk_);
    const std::string file = std::string(WaitingChanges::kDirectory) + "/" + waits.text();
    EXPECT_TRUE(disk_.exists(file).value() || store_->check_known({&waits, 1}).ok()) << call;
  }
  EXPECT_EQ(store_.digest(), other_.digest());
}

// A change that merges makes the state take what it merges before there is room for itself.
TEST_F(ExchangeOnBadDisks, ABranchStaysAsItWasWhenThereIsNoSpaceForItsMerge) {
  const std::vector<Buffer> small = small_changes();
  const auto before = other_->heads();
  ASSERT_FALSE(
      other_->name_version(NamedVersion::Kind::branch, "draft", std::nullopt, Naming::create));
  ASSERT_FALSE(other_->checkout("draft"));
  ASSERT_TRUE(other_.put("City", "lviv", R"({"n":1})").ok());
  ASSERT_FALSE(other_->checkout("main"));
  ASSERT_EQ(give(store_, changes_of(other_, before)).applied, 2u);
  const auto unmerged = other_->heads();
  ASSERT_TRUE(other_->merge("draft", {}).ok());
  const std::vector<Buffer> merge = changes_of(other_, unmerged);
  ASSERT_EQ(merge.size(), 1u);
  fill_disk();
  use_all_space(small);
  const Digest digest = store_.digest();
  ReceiveReport report;
  ASSERT_EQ(take(merge, report).code(), Code::no_space);
  EXPECT_EQ(store_.digest(), digest);
  EXPECT_EQ(store_.text(id_of_key("City", "lviv")), "<not_found>");
  EXPECT_EQ(store_.complaints(), "");
  disk_.set_faults({});
  EXPECT_EQ(give(store_, merge).applied, 1u);
  EXPECT_EQ(store_.text(id_of_key("City", "lviv")), R"({"n":1})");
  EXPECT_EQ(give(other_, changes_of(store_)).refused, 0u);
  EXPECT_EQ(other_.digest(), store_.digest());
  EXPECT_EQ(store_.complaints(), "");
}

// What was taken of it for a moment is nothing that a later change may count on.
TEST_F(ExchangeOnBadDisks, ABranchThatWasLeftAgainHasDefinedNothing) {
  ASSERT_TRUE(store_->sync().ok());
  platform::MemoryFileSystem third_disk;
  write_files(third_disk, read_files(disk_));
  const Store third = world_.open(third_disk);
  const std::vector<Buffer> small = small_changes();
  ASSERT_FALSE(
      other_->name_version(NamedVersion::Kind::branch, "draft", std::nullopt, Naming::create));
  ASSERT_FALSE(other_->checkout("draft"));
  ASSERT_TRUE(other_.put("City", "lviv", R"({"fresh":1})").ok());
  ASSERT_FALSE(other_->checkout("main"));
  give(store_, changes_of(other_));
  ASSERT_TRUE(other_->merge("draft", {}).ok());
  const std::vector<Buffer> merge = changes_of(other_, store_->heads());
  fill_disk();
  use_all_space(small);
  ReceiveReport report;
  ASSERT_EQ(take(merge, report).code(), Code::no_space);
  disk_.set_faults({});
  ASSERT_TRUE(store_.put("City", "poltava", R"({"fresh":2})").ok());
  std::vector<Buffer> changes = changes_of(store_);
  std::erase_if(changes, [](const Buffer& change) {
    return !graph::ChangeView::parse(change)->branch().is_zero();
  });
  for (const Refusal& one : give(third, changes).refusals) ADD_FAILURE() << one.why.text();
  EXPECT_EQ(third.text(id_of_key("City", "poltava")), R"({"fresh":2})");
}

}  // namespace
}  // namespace gs::engine::testing
