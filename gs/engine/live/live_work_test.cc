// Goal: a live query beside somebody who types in a long text costs what it shows: nothing of the
// text when it shows other fields, and the text once a look when it shows it, however often it was
// edited in between.
// Method: bytes of the rows that are compared are counted, not timed.
#include <gtest/gtest.h>

#include "gs/engine/live/live.h"
#include "gs/engine/live/test_reader.h"

namespace gs::engine {
namespace {

constexpr std::size_t kLongText = 1'000'000;
constexpr std::size_t kRecordsBeside = 200;
constexpr std::uint64_t kKeystrokes = 30;
constexpr std::uint64_t kShortRow = 64;

class LiveWork : public ::testing::Test {
 protected:
  LiveWork() {
    world_.options.memory_bytes = std::uint64_t{256} << 20;  // tables stay while it is typed
    store_ = world_.create();
    const std::string text(kLongText, 'x');
    id_ = store_.insert("Note", R"({"name":"long","text":")" + text + "\"}").value();
    for (std::size_t i = 0; i < kRecordsBeside; ++i) {
      EXPECT_TRUE(store_.insert("Note", R"({"name":"short","text":""})").ok());
    }
  }
  void type(std::size_t at) const {
    testing::Batch batch(store_.db);
    ASSERT_FALSE(batch.splice(id_, "text", {at, 0, "y"}));
    ASSERT_FALSE(batch.commit());
  }

  testing::World world_;
  testing::Store store_;
  Id id_;
};

TEST_F(LiveWork, OfOtherFieldsNothingOfTheTextIsLookedAt) {
  testing::Reader reader(store_, R"({"collection":"Note","sort":"name","select":["name"]})");
  for (std::uint64_t i = 0; i < kKeystrokes; ++i) {
    type(i * 1000);
    EXPECT_EQ(reader.look(), "");
  }
  EXPECT_EQ(reader.live()->replaced(), 0u);
  EXPECT_LE(reader.live()->compared_bytes(), 2 * kKeystrokes * kShortRow);
}

TEST_F(LiveWork, OfTheTextItIsLookedAtOnceALook) {
  testing::Reader reader(store_, R"({"collection":"Note","sort":"name"})");
  for (std::uint64_t looks = 1; looks <= 2; ++looks) {
    for (std::uint64_t i = 0; i < kKeystrokes; ++i) type(i * 1000);
    EXPECT_NE(reader.look(), "");
    EXPECT_LE(reader.live()->compared_bytes(),
              looks * 2 * (kLongText + 2 * kKeystrokes + kShortRow));
  }
  EXPECT_EQ(reader.live()->replaced(), 0u);
}

// Nor is a row that nobody sees.
TEST_F(LiveWork, OfARowOutsideOfTheViewNothingIsLookedAt) {
  testing::Reader reader(store_, R"({"collection":"Note","sort":"name","offset":1,"limit":5})");
  for (std::uint64_t i = 0; i < kKeystrokes; ++i) {
    type(i * 1000);
    EXPECT_EQ(reader.look(), "");
  }
  EXPECT_EQ(reader.live()->compared_bytes(), 0u);
}

}  // namespace
}  // namespace gs::engine
