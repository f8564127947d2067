// Goal: the log alone leads to the same storage, whatever was erased from it.
// Method: one small story for each thing that replay once got wrong.
#include <gtest/gtest.h>

#include "gs/core/id/mint.h"
#include "gs/engine/database/test_world.h"

namespace gs::engine::testing {
namespace {

// The expectation of a swap cannot be checked again when what it expected was erased; neither the
// shape nor the other record that came with it may be lost for that.
TEST(Erasure, ReplayKeepsWhatWasCommittedUnderAnErasedExpectation) {
  World world;
  Store db = world.create();
  const Id id = db.insert("T", R"({"a":1,"b":2})").value();
  const Id other = db.insert("T", R"({"c":1})").value();
  ASSERT_TRUE(db.set(id, "T", R"({"a":2,"b":3})").ok());
  {
    Batch batch(db.db);
    ASSERT_TRUE(batch.expect(id, db.version(id)).ok());
    ASSERT_TRUE(batch.update(id, R"({"a":3})").ok());
    ASSERT_TRUE(batch.update(other, R"({"c":2})").ok());
    ASSERT_TRUE(batch.commit().ok());
  }
  ASSERT_TRUE(db->erase(id, "asked for").ok());
  const Id later = db.insert("", R"({"a":1})").value();  // has the shape that the update brought
  EXPECT_EQ(db.complaints(), "");
  EXPECT_EQ(db.text(other), R"({"c":2})");
  const Content content = db.content();
  ASSERT_TRUE(db->close().ok());
  db.db.reset();
  lose_state(world.memory);
  db = world.open();
  EXPECT_EQ(db.content(), content);
  EXPECT_EQ(db.text(later), R"({"a":1})");
  EXPECT_EQ(db.complaints(), "");
}

// The simulation found it: the counter of an erased insert is gone with its payload, so that a
// writer that had lost its state made the same id again while its clock stood.
TEST(Erasure, AnErasedIdIsNotMintedAgain) {
  World world;
  Store db = world.create();
  ASSERT_TRUE(db.insert("", "{}").ok());
  const Id refused = [&] {
    Batch batch(db.db);
    return batch.insert("", "{}").value();  // its counter is used up, and in no change
  }();
  const Id older = db.insert("", "{}").value();
  const Id id = db.insert("", "{}").value();
  ASSERT_TRUE(db->erase(older, "asked for").ok());
  ASSERT_TRUE(db->erase(id, "asked for").ok());
  ASSERT_TRUE(db->close().ok());
  db.db.reset();
  lose_state(world.memory);
  db = world.open();
  const Id next = db.insert("", "{}").value();
  EXPECT_LT(refused, id);
  EXPECT_LT(id, next);
  constexpr std::uint64_t kMintedBefore = 4;
  EXPECT_TRUE(id::minted_by(next, db->writer(), kMintedBefore));
  EXPECT_EQ(db.complaints(), "");
}

}  // namespace
}  // namespace gs::engine::testing
