// Goal: writes that each are within the limit merge whatever they make together: nobody's storage
// fails on them, and what would be too much even so is refused before it is kept.
// Method: copies of one storage write megabytes into one record apart and give them to each other
// in different orders; then they are restarted, flushed, merged and verified.
#include <gtest/gtest.h>

#include <array>

#include "gs/base/test_share.h"
#include "gs/engine/database/test_exchange.h"

namespace gs::engine::testing {
namespace {

constexpr std::size_t kNineMebibytes = std::size_t{9} << 20;
constexpr std::size_t kCopies = 3;

class LargeMergeTest : public ::testing::Test {
 protected:
  LargeMergeTest() { world_.change_bytes = graph::kChangeBytesTarget; }

  void begin() {
    copies_[0] = world_.create();
    EXPECT_TRUE(copies_[0].put("City", "kyiv", R"({"n":0})").ok());
    EXPECT_TRUE(copies_[0]->sync().ok());
    base_ = copies_[0]->heads();
    const Files files = read_files(world_.memory);
    for (std::size_t i = 1; i < kCopies; ++i) {
      write_files(disks_[i], files);
      copies_[i] = world_.open(disks_[i]);
    }
  }
  platform::FileSystem& disk(std::size_t i) { return i == 0 ? world_.memory : disks_[i]; }
  void restart(std::size_t i, bool loses_state = false) {
    EXPECT_TRUE(copies_[i]->close().ok());
    copies_[i].db.reset();
    if (loses_state) lose_state(disk(i));
    auto opened = world_.try_open(disk(i));
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    copies_[i] = *opened;
  }

  static std::string member(std::string_view name, char fill, std::size_t bytes = kNineMebibytes) {
    return "\"" + std::string(name) + "\":\"" + std::string(bytes, fill) + "\"";
  }
  static std::string object(const std::string& members) { return "{" + members + "}"; }

  // Each copy takes what the others wrote since begin(), the next ones first.
  void exchange() {
    std::array<std::vector<Buffer>, kCopies> sent;
    for (std::size_t i = 0; i < kCopies; ++i) sent[i] = changes_of(copies_[i], base_);
    for (std::size_t to = 0; to < kCopies; ++to) {
      for (std::size_t step = 1; step < kCopies; ++step) {
        const ReceiveReport report = give(copies_[to], sent[(to + step) % kCopies]);
        for (const Refusal& one : report.refusals) ADD_FAILURE() << one.why.text();
      }
    }
  }
  void expect_same(const std::string& text) {
    for (const Store& copy : copies_) {
      EXPECT_EQ(copy.digest(), copies_[0].digest());
      EXPECT_TRUE(copy.text(kyiv_) == text);  // EXPECT_EQ would print megabytes
    }
  }
  // That it stays so when it is read from the log, from runs and from merged ones.
  void expect_kept(const std::string& text) {
    expect_same(text);
    restart(0);
    restart(1, true);
    ASSERT_TRUE(copies_[2]->compact().ok());
    expect_same(text);
    for (const Store& copy : copies_) {
      ASSERT_TRUE(copy->compact().ok());
      EXPECT_EQ(copy.complaints(), "");
    }
    for (std::size_t i = 0; i < kCopies; ++i) restart(i);
    expect_same(text);
  }

  World world_;
  std::array<platform::MemoryFileSystem, kCopies> disks_;
  std::array<Store, kCopies> copies_;
  std::vector<Digest> base_;
  const Id kyiv_ = id_of_key("City", "kyiv");
};

TEST_F(LargeMergeTest, FieldsThatAreLargerTogetherThanOneWriteMayBeAreAllThere) {
  GS_TEST_OF_VOLUME();
  begin();
  ASSERT_FALSE(copies_[0].update(kyiv_, object(member("a", 'a'))));
  ASSERT_FALSE(copies_[1].update(kyiv_, object(member("b", 'b'))));
  exchange();
  EXPECT_GT(copies_[0]->get(kyiv_).value()->view().size(), record::kRecordBytesMax);
  expect_kept(object("\"n\":0," + member("a", 'a') + "," + member("b", 'b')));
  for (const Store& copy : copies_) EXPECT_TRUE(copy->conflicts(10)->empty());
}

TEST_F(LargeMergeTest, HiddenWritesThatAreLargerTogetherThanOneWriteMayBeAreKept) {
  GS_TEST_OF_VOLUME();
  begin();
  for (std::size_t i = 0; i < kCopies; ++i) {
    world_.clock.advance_ms(1);
    const char fill = static_cast<char>('a' + i);
    ASSERT_FALSE(copies_[i].update(kyiv_, object(member("a", fill))));
  }
  exchange();
  expect_kept(object("\"n\":0," + member("a", 'c')));
  const Conflict conflict = copies_[1]->conflicts(kyiv_).value();
  ASSERT_EQ(conflict.hidden.size(), 2u);
  EXPECT_EQ(conflict.hidden[0].json.size(), kNineMebibytes + 2);
  // Whoever decides makes it small again, everywhere.
  base_ = copies_[1]->heads();
  ASSERT_FALSE(copies_[1].update(kyiv_, R"({"a":"decided"})"));
  exchange();
  expect_same(R"({"n":0,"a":"decided"})");
}

TEST_F(LargeMergeTest, AWriteHereMakesALargeRecordOnlySmaller) {
  GS_TEST_OF_VOLUME();
  begin();
  ASSERT_FALSE(copies_[0].update(kyiv_, object(member("a", 'a'))));
  // What one writer writes is within the limit of one write.
  EXPECT_EQ(copies_[0].update(kyiv_, object(member("b", 'b'))).code(), Code::too_large);
  ASSERT_FALSE(copies_[1].update(kyiv_, object(member("b", 'b'))));
  exchange();
  const Error larger = copies_[0].update(kyiv_, R"({"c":"more"})");
  EXPECT_EQ(larger.code(), Code::too_large);
  EXPECT_NE(larger.text().find("Make it smaller first"), std::string::npos) << larger.text();
  EXPECT_FALSE(copies_[0].update(kyiv_, R"({"n":1})"));  // as large as it was
  EXPECT_FALSE(copies_[0].update(kyiv_, object(member("b", 'B', kNineMebibytes - 100))));
  EXPECT_FALSE(copies_[0].update(kyiv_, R"({"a":{"$unset":true}})"));
  EXPECT_FALSE(copies_[0].update(kyiv_, R"({"c":"more"})"));
  exchange();
  expect_same(object("\"n\":1," + member("b", 'B', kNineMebibytes - 100) + R"(,"c":"more")"));
}

TEST_F(LargeMergeTest, WhatIsTooLargeEvenSoIsRefusedBeforeItIsKept) {
  GS_TEST_OF_VOLUME();
  world_.image_bytes_max = std::size_t{20} << 20;
  begin();
  const char* const names[] = {"a", "b", "c"};
  for (std::size_t i = 0; i < kCopies; ++i) {
    ASSERT_FALSE(copies_[i].update(kyiv_, object(member(names[i], 'x'))));
  }
  const std::vector<Buffer> third = changes_of(copies_[2], base_);
  ASSERT_EQ(give(copies_[0], changes_of(copies_[1], base_)).applied, 1u);
  const Digest before = copies_[0].digest();
  const ReceiveReport report = give(copies_[0], third);
  EXPECT_EQ(report.applied, 0u);
  ASSERT_EQ(report.refusals.size(), 1u);
  EXPECT_EQ(report.refusals[0].why.code(), Code::too_large);
  const std::string why = report.refusals[0].why.text();
  EXPECT_NE(why.find("Nothing of the change was taken"), std::string::npos) << why;
  EXPECT_EQ(copies_[0].digest(), before);
  // Nothing is lost, and all of it works.
  EXPECT_EQ(copies_[0].complaints(), "");
  restart(0, true);
  EXPECT_EQ(copies_[0].digest(), before);
  ASSERT_FALSE(copies_[0].update(kyiv_, R"({"a":{"$unset":true}})"));
  EXPECT_EQ(give(copies_[0], third).applied, 1u);
  EXPECT_TRUE(copies_[0].text(kyiv_) ==
              object("\"n\":0," + member("b", 'x') + "," + member("c", 'x')));
}

// The sum that is asked first says that this could be too large; the merge itself says that not.
TEST_F(LargeMergeTest, ManyWritesToOneRecordAreTakenWhenTheyReplaceEachOther) {
  world_.image_bytes_max = std::size_t{64} << 10;
  begin();
  Batch batch(copies_[0].db);
  for (int i = 0; i < 2000; ++i) {
    ASSERT_FALSE(batch.update(kyiv_, "{\"n\":" + std::to_string(i) + ",\"m\":[1,2,3]}"));
  }
  ASSERT_FALSE(batch.commit());
  exchange();
  expect_same(R"({"n":1999,"m":[1,2,3]})");
}

}  // namespace
}  // namespace gs::engine::testing
