// Goal: what others send is taken, kept until it can be, or refused by name; never half.
// Method: copies of one directory write apart; their changes are given to each other in bad orders,
// twice, from the future, from a key that is in two places, and as bytes that are none.
#include <gtest/gtest.h>

#include "gs/engine/database/staging.h"
#include "gs/engine/database/test_exchange.h"

namespace gs::engine::testing {
namespace {

class ReceiveTest : public ::testing::Test {
 protected:
  ReceiveTest() {
    first_ = world_.create();
    EXPECT_TRUE(first_.put("City", "kyiv", R"({"n":0})").ok());
    EXPECT_TRUE(first_->sync().ok());
    write_files(second_disk_, read_files(world_.memory));
    second_ = world_.open(second_disk_);
  }

  World world_;
  platform::MemoryFileSystem second_disk_;
  Store first_;
  Store second_;
  const Id kyiv_ = id_of_key("City", "kyiv");
};

TEST_F(ReceiveTest, ChangesAreTakenOnce) {
  ASSERT_TRUE(first_.update(kyiv_, R"({"n":1})").ok());
  const ReceiveReport report = give(second_, changes_of(first_));
  EXPECT_EQ(report.applied, 1u);
  EXPECT_EQ(report.refused, 0u);
  EXPECT_EQ(second_.text(kyiv_), R"({"n":1})");
  const ReceiveReport again = give(second_, changes_of(first_));
  EXPECT_EQ(again.applied, 0u);
  EXPECT_EQ(again.known, changes_of(first_).size());
  EXPECT_EQ(second_.digest(), first_.digest());
}

TEST_F(ReceiveTest, WhatWaitsOutlivesTheProcess) {
  const auto before = first_->heads();
  ASSERT_TRUE(first_.update(kyiv_, R"({"n":1})").ok());
  ASSERT_TRUE(first_.update(kyiv_, R"({"n":2})").ok());
  const std::vector<Buffer> changes = changes_of(first_, before);
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(give(second_, {changes[1]}).waiting, 1u);
  EXPECT_EQ(second_.text(kyiv_), R"({"n":0})");
  ASSERT_TRUE(second_->close().ok());
  second_.db.reset();
  second_ = world_.open(second_disk_);
  const ReceiveReport report = give(second_, {changes[0]});
  EXPECT_EQ(report.applied, 2u);
  EXPECT_EQ(report.waiting, 0u);
  EXPECT_EQ(second_.text(kyiv_), R"({"n":2})");
  EXPECT_TRUE(second_disk_.list("pending").value().empty());
}

// Whoever wrote on with the key of an older copy may still do so.
class OlderCopy : public ReceiveTest {
 protected:
  OlderCopy() {
    write_files_at_home(old_disk_, read_files(world_.memory));
    EXPECT_TRUE(first_.update(kyiv_, R"({"n":1})").ok());
    EXPECT_TRUE(second_.update(kyiv_, R"({"m":2})").ok());
    EXPECT_EQ(give(second_, changes_of(first_)).applied, 1u);
  }

  platform::MemoryFileSystem old_disk_;
};

TEST_F(OlderCopy, TakesWhatItsOwnKeyWroteElsewhereAndGoesOnAsAnotherWriter) {
  Store old = world_.open(old_disk_);
  ASSERT_EQ(old->writer(), first_->writer());
  const ReceiveReport report = give(old, changes_of(second_));
  EXPECT_EQ(report.applied, 2u);
  EXPECT_EQ(report.refused, 0u);
  EXPECT_NE(old->writer(), first_->writer());
  EXPECT_EQ(old.digest(), second_.digest());
  ASSERT_TRUE(old.update(kyiv_, R"({"o":3})").ok());
  ASSERT_TRUE(first_.update(kyiv_, R"({"n":4})").ok());  // with the key that both had
  EXPECT_EQ(give(first_, changes_of(old)).refused, 0u);
  EXPECT_EQ(give(old, changes_of(first_)).refused, 0u);
  EXPECT_EQ(old.digest(), first_.digest());
  EXPECT_EQ(old.text(kyiv_), R"({"n":4,"m":2,"o":3})");
  const graph::Writer renewed = old->writer();
  old = Store();
  old = world_.open(old_disk_);
  EXPECT_EQ(old->writer(), renewed);
  EXPECT_EQ(old.complaints(), "");
}

TEST_F(OlderCopy, WhatBeganBeforeItIsRefused) {
  const Store old = world_.open(old_disk_);
  const auto begun = old->begin();
  const auto encoded = begun->encoder.encode_json("City", R"({"n":9})");
  Id id;
  ASSERT_FALSE(Staging(*begun).stage_insert(encoded.value(), id));
  EXPECT_EQ(give(old, changes_of(second_)).applied, 2u);
  EXPECT_EQ(old->commit(*begun, Durability::lazy).code(), Code::conflict);
}

TEST_F(OlderCopy, ThatIsToKeepItsKeyGoesOnBehindWhatItWrote) {
  ASSERT_TRUE(first_.insert("City", R"({"name":"b"})").ok());  // with the id that comes next
  EXPECT_EQ(give(second_, changes_of(first_)).applied, 1u);
  world_.options.keep_writer = true;
  const Store old = world_.open(old_disk_);
  EXPECT_EQ(give(old, changes_of(second_)).applied, 3u);
  EXPECT_EQ(old->writer(), first_->writer());
  const Result<Id> minted = old.insert("City", R"({"name":"a"})");
  ASSERT_TRUE(minted.ok());
  EXPECT_EQ(give(second_, changes_of(old)).applied, 1u);
  EXPECT_TRUE(second_->twins()->empty());
  EXPECT_EQ(old.digest(), second_.digest());
  EXPECT_EQ(old.complaints(), "");
}

TEST_F(ReceiveTest, AClockFarAheadWaitsForTime) {
  World later(7);
  later.clock.advance_ms(10ull * 365 * 24 * 3600 * 1000);
  platform::MemoryFileSystem disk;
  write_files(disk, read_files(world_.memory));
  const Store ahead = later.open(disk);
  ASSERT_TRUE(ahead.update(kyiv_, R"({"n":9})").ok());
  ASSERT_TRUE(ahead.update(kyiv_, R"({"n":10})").ok());
  const ReceiveReport early = give(second_, changes_of(ahead));
  EXPECT_EQ(early.waiting, 2u);
  ASSERT_EQ(early.early_count, 1u);  // the other one waits for it
  EXPECT_EQ(early.early[0].writer, ahead->writer());
  EXPECT_GT(id::hlc_ms(early.early[0].hlc), world_.clock.wall_ms() + id::kAheadMsMax);
  EXPECT_EQ(second_.text(kyiv_), R"({"n":0})");
  world_.clock.advance_ms(11ull * 365 * 24 * 3600 * 1000);
  const ReceiveReport report = give(second_, {});
  EXPECT_EQ(report.applied, 2u);
  EXPECT_EQ(report.waiting + report.early_count, 0u);
  EXPECT_EQ(second_.text(kyiv_), R"({"n":10})");
}

TEST_F(ReceiveTest, ChangesOfAnotherStorageAndAlteredOnesAreRefused) {
  World other(9);
  const Store stranger = other.create();
  ASSERT_TRUE(stranger.put("City", "lviv", "{}").ok());
  const Digest digest = second_.digest();
  EXPECT_EQ(give(second_, changes_of(stranger)).refused, changes_of(stranger).size());
  ASSERT_TRUE(first_.update(kyiv_, R"({"n":1})").ok());
  std::vector<Buffer> changes = changes_of(first_, second_->heads());
  for (std::size_t at = 16; at < changes[0].size(); at += 7) {
    Buffer altered = changes[0];
    altered[at] ^= 1;
    const Bytes bytes(altered);
    ReceiveReport report;
    const Error error = second_->receive({&bytes, 1}, report);
    EXPECT_TRUE(error || report.refused + report.waiting + report.known == 1) << at;
    EXPECT_EQ(report.applied, 0u) << at;
  }
  EXPECT_EQ(second_.digest(), digest);
  EXPECT_EQ(give(second_, changes).applied, 1u);
}

}  // namespace
}  // namespace gs::engine::testing
