// Goal: a text names one version or none, and the version of a time is the largest without anything
// later.

#include <gtest/gtest.h>

#include <algorithm>

#include "gs/base/dates.h"
#include "gs/engine/database/test_exchange.h"
#include "gs/engine/database/test_stranger.h"

namespace gs::engine::testing {
namespace {

constexpr auto kTagKind = NamedVersion::Kind::tag;

struct FindVersion : ::testing::Test {
  World world;
  Store db = world.create();

  std::vector<Digest> heads(std::string_view text) {
    auto version = db->find_version(text);
    EXPECT_TRUE(version.ok()) << version.error().text();
    return version.ok() ? version->heads : std::vector<Digest>();
  }
  Code code(std::string_view text) { return db->find_version(text).code(); }
  std::string now() { return date_text(static_cast<std::int64_t>(world.clock.wall_ms())); }
  Digest write() {
    EXPECT_TRUE(db.insert("City", "{}").ok());
    return db.head();
  }
};

TEST_F(FindVersion, ByDigestNameAndNow) {
  const Digest first = write();
  const Digest second = write();
  const auto is = [](const Digest& change) { return std::vector{change}; };
  EXPECT_EQ(heads(first.text()), is(first));
  EXPECT_EQ(heads(first.text().substr(0, 12)), is(first));
  EXPECT_EQ(heads("main"), is(second));
  ASSERT_TRUE(db->name_version(kTagKind, "v1", Version(first), Naming::create).ok());
  EXPECT_EQ(heads("v1"), is(first));
  EXPECT_EQ(heads("now"), is(db.head()));
  const Id id = db.insert("City", R"({"n":1})").value();
  EXPECT_EQ(db.text_at(id, *db->find_version("main")), R"({"n":1})");
}

TEST_F(FindVersion, SaysWhatNamesNothing) {
  ASSERT_TRUE(db->name_version(kTagKind, "release", std::nullopt, Naming::create).ok());
  EXPECT_EQ(code("abcd"), Code::not_found);
  EXPECT_EQ(code(std::string(64, 'a')), Code::not_found);
  EXPECT_EQ(code(std::string(65, 'a')), Code::not_found);  // could be a name
  EXPECT_EQ(code("2026-13-01"), Code::invalid);
  EXPECT_EQ(code("2026-11-29 noon"), Code::invalid);
  EXPECT_EQ(code("1999-01-01"), Code::not_found);
  EXPECT_EQ(code(""), Code::not_found);
  const Error meant = db->find_version("relaese").error().copy();
  EXPECT_NE(meant.message().find("Did you mean 'release'?"), std::string::npos);
  const Error early = db->find_version("1999-01-01").error().copy();
  EXPECT_NE(early.message().find("the storage began at " + now()), std::string::npos);
}

TEST_F(FindVersion, ByTime) {
  const std::string begin = now();
  const Digest genesis = db.head();
  world.clock.advance_ms(10);
  const Digest first = write();
  const std::string at_first = now();
  world.clock.advance_ms(10);
  const std::string between = now();
  world.clock.advance_ms(10);
  const Digest second = write();
  EXPECT_EQ(heads(begin), std::vector{genesis});
  EXPECT_EQ(heads(at_first), std::vector{first});  // the time that `gstore log` shows
  EXPECT_EQ(heads(between), std::vector{first});
  EXPECT_EQ(heads(now()), std::vector{second});
  EXPECT_EQ(heads("2999-01-01"), std::vector{second});
}

// What two wrote apart is both of it, until somebody joins them.
TEST_F(FindVersion, ByTimeHasSeveralHeads) {
  platform::MemoryFileSystem disk;
  ASSERT_TRUE(db->sync().ok());
  write_files(disk, read_files(world.memory));
  const Store other = world.open(disk);
  world.clock.advance_ms(5);
  const Digest mine = write();
  world.clock.advance_ms(5);
  ASSERT_TRUE(other.insert("City", "{}").ok());
  const Digest theirs = other.head();
  const std::string apart = now();
  give(db, changes_of(other, db->heads()));
  world.clock.advance_ms(5);
  const Digest joined = write();
  std::vector<Digest> both{mine, theirs};
  std::sort(both.begin(), both.end());
  EXPECT_EQ(heads(apart), both);
  EXPECT_EQ(heads("main"), std::vector{joined});
  ASSERT_TRUE(
      db->name_version(kTagKind, "apart", db->find_version(apart).value(), Naming::create).ok());
  EXPECT_EQ(heads("apart"), both);
}

// Its writer says that it was early, but it follows what was late.
TEST_F(FindVersion, ByTimeHasNothingBehindWhatIsLater) {
  const Digest genesis = db.head();
  world.clock.advance_ms(100);
  const std::string before = now();
  world.clock.advance_ms(100);
  const Digest late = write();
  Stranger stranger(db->storage());
  stranger.hlc = id::hlc_of_ms(world.clock.wall_ms() - 150);
  stranger.parents = {late};
  StrangeOperation name;
  name.kind = static_cast<std::uint8_t>(graph::Kind::reference);
  name.payload = graph::encode_reference({graph::Refers::tag, "early", {late}});
  ASSERT_EQ(give(db, {stranger.change({name})}).applied, 1u);
  EXPECT_EQ(heads(before), std::vector{genesis});
}

}  // namespace
}  // namespace gs::engine::testing
