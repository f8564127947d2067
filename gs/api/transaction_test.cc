// Transactions through the public interface: what one staged operation needs of those before it,
// and that long transactions take time in proportion to their length.
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "globalstorage/storage.h"
#include "gs/api/test_directory.h"
#include "gs/base/test_share.h"

namespace gs {
namespace {

class TransactionTest : public testing::InDirectory {
 protected:
  void SetUp() override {
    InDirectory::SetUp();
    db_.emplace(Storage::create(path("gs")).value());
  }
  void TearDown() override {
    db_.reset();
    InDirectory::TearDown();
  }

  std::vector<std::string> kinds_of_newest() {
    std::vector<OperationInfo> operations;
    const Digest newest = db_->log(1).value().front().digest;
    EXPECT_TRUE(db_->change(newest, &operations).ok());
    std::vector<std::string> kinds;
    for (const OperationInfo& each : operations) {
      if (each.kind != "shape") kinds.push_back(each.kind);
    }
    return kinds;
  }

  std::optional<Storage> db_;
};

using Kinds = std::vector<std::string>;

TEST_F(TransactionTest, ASetStaysInTheCollectionOfWhatTheSameTransactionStaged) {
  const Id there = db_->put("Town", "t", R"({"n":0})").value();
  Transaction tx = db_->begin();
  ASSERT_TRUE(tx.set(there, R"({"n":1})").ok());
  const Id inserted = tx.insert("City", R"({"n":1})").value();
  ASSERT_TRUE(tx.set(inserted, R"({"n":2})").ok());
  const Id put = tx.put("Village", "v", R"({"n":1})").value();
  ASSERT_TRUE(tx.expect_absent(put).ok());
  ASSERT_TRUE(tx.update(put, R"({"m":1})").ok());
  ASSERT_TRUE(tx.set(put, R"({"n":3})").ok());
  EXPECT_EQ(tx.set(Id{}, "{}").code(), Code::not_found);
  EXPECT_EQ(tx.operations(), 7U);
  ASSERT_TRUE(tx.commit().ok());

  const std::vector<std::pair<Id, std::string>> all = {
      {there, "Town t {\"n\":1}"}, {inserted, "City  {\"n\":2}"}, {put, "Village v {\"n\":3}"}};
  for (const auto& [id, text] : all) {
    const Record record = db_->get(id).value();
    EXPECT_EQ(
        std::string(record.collection()) + ' ' + std::string(record.key()) + ' ' + record.json(),
        text);
  }
}

TEST_F(TransactionTest, ASetAfterARemovalIsRefusedAtCommit) {
  const Id id = db_->insert("City", R"({"n":0})").value();
  Transaction tx = db_->begin();
  ASSERT_TRUE(tx.set(id, R"({"n":1})").ok());
  ASSERT_TRUE(tx.remove(id).ok());
  ASSERT_TRUE(tx.set(id, R"({"n":2})").ok());
  EXPECT_EQ(tx.commit().code(), Code::not_found);
  EXPECT_EQ(db_->get(id)->json(), R"({"n":0})");
}

TEST_F(TransactionTest, ExpectationsComeFirstWheneverTheyAreStaged) {
  const Id id = db_->insert("City", R"({"n":0})").value();
  const Digest version = db_->get(id)->version();
  Transaction tx = db_->begin();
  ASSERT_TRUE(tx.set(id, R"({"n":1})").ok());
  ASSERT_TRUE(tx.expect(id, version).ok());
  ASSERT_TRUE(tx.remove(id).ok());
  ASSERT_TRUE(tx.expect_absent(Storage::resolve("x", "City")).ok());
  ASSERT_TRUE(tx.commit(Durability::batch).ok());
  EXPECT_EQ(kinds_of_newest(), (Kinds{"expect", "expect", "set", "remove"}));
}

TEST_F(TransactionTest, OneWhoseCommitFailedKeepsWhatWasStagedAndItsOrder) {
  const Id id = db_->insert("City", R"({"n":0})").value();
  const Id other = db_->insert("Town", R"({"n":0})").value();
  Transaction tx = db_->begin();
  const Id key = tx.put("Village", "v", R"({"n":1})").value();
  ASSERT_TRUE(tx.put("Village", "w", R"({"n":1})").ok());
  ASSERT_TRUE(tx.set(id, R"({"n":1})").ok());
  ASSERT_TRUE(tx.expect_absent(other).ok());
  EXPECT_EQ(tx.commit().code(), Code::conflict);
  ASSERT_TRUE(db_->remove(other).ok());
  ASSERT_TRUE(tx.expect(id, db_->get(id)->version()).ok());
  // The expectations moved what was staged: it is still found.
  ASSERT_TRUE(tx.set(key, R"({"n":2})").ok());
  ASSERT_TRUE(tx.set(id, R"({"n":3})").ok());
  EXPECT_EQ(tx.operations(), 7U);
  ASSERT_TRUE(tx.commit(Durability::batch).ok());
  EXPECT_EQ(db_->get(key)->collection(), "Village");
  EXPECT_EQ(db_->get(key)->json(), R"({"n":2})");
  EXPECT_EQ(db_->get(id)->json(), R"({"n":3})");
  EXPECT_EQ(kinds_of_newest(),
            (Kinds{"expect", "expect", "insert", "insert", "set", "set", "set"}));
}

TEST_F(TransactionTest, ExpectationsAloneAreATransaction) {
  const Id id = db_->insert("City", R"({"n":0})").value();
  Transaction tx = db_->begin();
  ASSERT_TRUE(tx.expect_absent(id).ok());
  EXPECT_EQ(tx.commit().code(), Code::conflict);
  Transaction holds = db_->begin();
  ASSERT_TRUE(holds.expect(id, db_->get(id)->version()).ok());
  EXPECT_TRUE(holds.commit().ok());
}

std::vector<Id> stage_many(Transaction& tx, std::size_t records) {
  std::vector<Id> ids;
  for (std::size_t i = 0; i < records; ++i) {
    ids.push_back(tx.insert("City", R"({"n":0})").value());
  }
  for (std::size_t i = 0; i < records; ++i) {
    EXPECT_TRUE(tx.set(ids[i], R"({"n":1})").ok());
    EXPECT_TRUE(tx.expect_absent(Storage::resolve(std::to_string(i), "City")).ok());
  }
  EXPECT_EQ(tx.operations(), 3 * records);
  return ids;
}

// Each set walked, and each expectation moved, all operations before it. The time limit of the
// tests ends that.
TEST_F(TransactionTest, TheTimeOfALongOneGrowsWithItsLength) {
  GS_TEST_OF_VOLUME();
  constexpr std::size_t kStaged = 130'000;  // about as much as one can hold
  constexpr std::size_t kCommitted = 100'000;
  {
    Transaction forgotten = db_->begin();
    stage_many(forgotten, kStaged);
  }
  Transaction tx = db_->begin();
  const std::vector<Id> ids = stage_many(tx, kCommitted);
  ASSERT_TRUE(tx.commit(Durability::lazy).ok());
  EXPECT_EQ(db_->stats()->records, kCommitted);
  for (const Id& id : {ids.front(), ids[kCommitted / 2], ids.back()}) {
    EXPECT_EQ(db_->get(id)->collection(), "City");
    EXPECT_EQ(db_->get(id)->json(), R"({"n":1})");
  }
}

}  // namespace
}  // namespace gs
