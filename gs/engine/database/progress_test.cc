// Goal: long calls tell how far they are, never backwards and never beyond the end; compacting what
// is compact does nothing.
#include <gtest/gtest.h>

#include "gs/engine/database/test_world.h"

namespace gs::engine::testing {
namespace {

// What a call said, checked as it comes.
class Heard {
 public:
  Progress listener() {
    return [this](std::uint64_t done, std::uint64_t total) {
      EXPECT_LE(done, total) << calls_;
      EXPECT_GE(done, done_) << calls_;
      EXPECT_GE(done * total_, done_ * total) << calls_;  // nor does a bar
      done_ = done;
      total_ = total;
      ++calls_;
    };
  }
  int calls() const { return calls_; }
  std::uint64_t done() const { return done_; }
  std::uint64_t total() const { return total_; }

 private:
  std::uint64_t done_ = 0;
  std::uint64_t total_ = 0;
  int calls_ = 0;
};

class ProgressTest : public ::testing::Test {
 protected:
  ProgressTest() {
    world.options.segment_bytes = 64 << 10;
    db = world.create();
    const std::string text(1000, 'x');
    id = db.insert("City", R"({"t":"first"})").value();
    for (int i = 0; i < 3000; ++i) {
      Batch batch(db.db);
      EXPECT_TRUE(batch.insert("City", R"({"t":")" + text + R"("})").ok());
      EXPECT_FALSE(batch.commit(Durability::lazy));
    }
    EXPECT_FALSE(db.update(id, R"({"t":"last"})"));
  }

  World world{1};
  Store db;
  Id id;
};

TEST_F(ProgressTest, LongCallsTellHowFarTheyAre) {
  Heard backup;
  platform::MemoryFileSystem target;
  ASSERT_FALSE(db->backup(target, backup.listener()));
  EXPECT_EQ(backup.done(), backup.total());
  EXPECT_GE(backup.total(), 2 * db->stats()->log_bytes);

  Heard compact;
  ASSERT_FALSE(db->compact(compact.listener()));
  EXPECT_GE(compact.total(), 3001u);
  EXPECT_GE(compact.done(), 2000u);  // told once a MiB

  Heard erase;
  const std::uint64_t changes = db->stats()->changes;
  ASSERT_TRUE(db->erase(id, "", erase.listener()).ok());
  EXPECT_GT(erase.calls(), static_cast<int>(changes));  // and those that were written again
  EXPECT_GE(erase.done(), db->stats()->log_bytes / 2);
}

// Each round counted from the beginning.
TEST(ErasureProgress, GoesOnlyForwardOverManyRounds) {
  World world;
  world.erased_at_once = 3;
  world.options.segment_bytes = 16 << 10;
  const Store db = world.create();
  const std::string text = R"({"t":")" + std::string(1000, 'x') + R"("})";
  const Id id = db.put("City", "key", text).value();
  constexpr std::uint64_t kVersions = 40;
  for (std::uint64_t i = 1; i < kVersions; ++i) ASSERT_FALSE(db.set(id, "City", text));
  Heard erase;
  ASSERT_EQ(db->erase(id, "", erase.listener()).value(), kVersions);
  EXPECT_GT(10 * erase.done(), 8 * erase.total());
}

// It wrote the same run and another checkpoint once more.
TEST_F(ProgressTest, CompactingWhatIsCompactWritesNothing) {
  ASSERT_FALSE(db->compact());
  const Content content = db.content();
  const Files before = read_files(world.memory);
  Heard again;
  ASSERT_FALSE(db->compact(again.listener()));
  EXPECT_EQ(again.calls(), 0);
  EXPECT_EQ(read_files(world.memory), before);

  ASSERT_FALSE(db.remove(id));  // one run and a tombstone
  ASSERT_FALSE(db->compact());
  EXPECT_NE(read_files(world.memory), before);
  EXPECT_EQ(db->stats()->runs, 1u);
  EXPECT_EQ(db.content().size(), content.size() - 1);
  ASSERT_TRUE(db.insert("City", "{}").ok());
  ASSERT_FALSE(db->checkpoint());
  ASSERT_FALSE(db->compact());
  EXPECT_EQ(db->stats()->runs, 1u);
  EXPECT_EQ(db.complaints(), "");
}

// A run that points into the log is not compact, although it is one run.
TEST(Compact, OneRunOfPointersIsCompacted) {
  World world;
  const Store db = world.create();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(db.insert("City", R"({"t":"some text"})").ok());
  ASSERT_FALSE(db->checkpoint());
  ASSERT_EQ(db->stats()->runs, 1u);
  const std::uint64_t before = db->stats()->state_bytes;
  ASSERT_FALSE(db->compact());
  EXPECT_EQ(db->stats()->runs, 1u);
  EXPECT_GT(db->stats()->state_bytes, before + 1000);  // now it has the records
}

}  // namespace
}  // namespace gs::engine::testing
