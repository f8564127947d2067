// Goal: what it costs to compare two versions grows with what differs between them and with the
// history of the records concerned, not with all that was written before.
// Method: changes that are read in the log again are counted, not timed, in a short history and in
// one that is four times as long.
#include <gtest/gtest.h>

#include "gs/engine/database/test_world.h"
#include "gs/engine/database/written_ids.h"

namespace gs::engine::testing {
namespace {

constexpr std::uint64_t kFewChanges = 100;
constexpr std::uint64_t kManyChanges = 4 * kFewChanges;
constexpr std::uint64_t kRecordsOfChange = 16;
constexpr std::uint64_t kDifferences = 4;
constexpr std::uint64_t kUpdatesBefore = 3;  // of each record that will differ
// Which changes write to a record is known by groups: those that do, and one of 120 that do not,
// for each record.
constexpr std::uint64_t kChangesOfGroup = WrittenIds::kGroupIds / kRecordsOfChange;
constexpr std::uint64_t kStrangersShare = 10;

struct ComparedWork {
  std::uint64_t read = 0;
  std::uint64_t told = 0;
};

class DifferencesWork : public ::testing::Test {
 protected:
  DifferencesWork() {
    world_.change_bytes = 64 << 10;
    store_ = world_.create();
  }
  // New records, so many in each change.
  void write(std::uint64_t changes) {
    for (std::uint64_t i = 0; i < changes; ++i) {
      Batch batch(store_.db);
      for (std::uint64_t k = 0; k < kRecordsOfChange; ++k) {
        ids_.push_back(batch.insert("City", R"({"n":0})").value());
      }
      ASSERT_FALSE(batch.commit());
    }
  }
  // The first ones, in a change for each.
  void update_first(std::uint64_t n) {
    for (std::uint64_t i = 0; i < kDifferences; ++i) {
      ASSERT_FALSE(store_.update(ids_[i], R"({"n":)" + std::to_string(n) + "}"));
    }
  }
  ComparedWork compare(const Digest& before, const Digest& after) const {
    ComparedWork compared;
    const auto take = [&](const RecordDifference&) {
      ++compared.told;
      return true;
    };
    EXPECT_FALSE(store_->diff(before, after, {}, take));  // once, so that the graph is known
    compared.told = 0;
    const std::uint64_t read = store_->changes_read();
    EXPECT_FALSE(store_->diff(before, after, {}, take));
    compared.read = store_->changes_read() - read;
    return compared;
  }

  World world_;
  Store store_;
  std::vector<Id> ids_;
};

TEST_F(DifferencesWork, OfNewRecordsIsReadingTheirChanges) {
  write(kManyChanges);
  const Digest before = store_.head();
  write(kDifferences);
  const ComparedWork compared = compare(before, store_.head());
  EXPECT_EQ(compared.told, kDifferences * kRecordsOfChange);
  EXPECT_EQ(compared.read, kDifferences);
  EXPECT_EQ(compare(store_.head(), before).read, kDifferences);
}

TEST_F(DifferencesWork, OfOldRecordsIsReadingTheirHistory) {
  write(1);
  for (const std::uint64_t changes : {kFewChanges, kManyChanges}) {
    write(changes);
    for (std::uint64_t n = 0; n < kUpdatesBefore; ++n) update_first(changes + n);
    write(changes);
    const Digest before = store_.head();
    update_first(changes + kUpdatesBefore);
    const Digest after = store_.head();
    write(changes);  // behind both
    const ComparedWork compared = compare(before, after);
    EXPECT_EQ(compared.told, kDifferences);
    const std::uint64_t history = 1 + 2 * kDifferences * (kUpdatesBefore + 1);
    const std::uint64_t beside = 5 * kChangesOfGroup + 2 * changes / kStrangersShare;
    EXPECT_LE(compared.read, history + beside);
    EXPECT_EQ(compare(after, before).read, compared.read);
  }
}

TEST_F(DifferencesWork, OfOneVersionWithItselfIsNone) {
  write(kFewChanges);
  EXPECT_EQ(compare(store_.head(), store_.head()).read, 0u);
}

}  // namespace
}  // namespace gs::engine::testing
