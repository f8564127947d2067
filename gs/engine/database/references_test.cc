// Goal: names of versions are made, moved, renamed and removed, and are the same after each kind of
// open; what others say of names is taken only when it can be.

#include <gtest/gtest.h>

#include "gs/engine/database/test_exchange.h"
#include "gs/engine/database/test_stranger.h"

namespace gs::engine::testing {
namespace {

constexpr auto kTag = NamedVersion::Kind::tag;
constexpr auto kBranch = NamedVersion::Kind::branch;

// "tag v1 <number of heads>" of each.
std::vector<std::string> named_lines(const Store& store) {
  std::vector<std::string> lines;
  for (const NamedVersion& one : store->references().value()) {
    lines.push_back((one.kind == kTag ? "tag " : "branch ") + one.name + ' ' +
                    std::to_string(one.heads.size()));
  }
  return lines;
}
StrangeOperation strange_reference(const graph::Reference& reference) {
  StrangeOperation operation;
  operation.kind = static_cast<std::uint8_t>(graph::Kind::reference);
  operation.payload = graph::encode_reference(reference);
  return operation;
}
using NamedLines = std::vector<std::string>;

struct NamedVersions : ::testing::Test {
  World world;
  Store db = world.create();
  Error tag(std::string_view name) {
    return db->name_version(kTag, name, std::nullopt, Naming::create);
  }
};

TEST_F(NamedVersions, AreMadeMovedRenamedAndRemoved) {
  const Digest genesis = db.head();
  ASSERT_TRUE(db.insert("City", "{}").ok());
  const Digest first = db.head();
  EXPECT_TRUE(tag("v1").ok());
  EXPECT_TRUE(db->name_version(kBranch, "draft", Version(genesis), Naming::create).ok());
  const std::vector<NamedVersion> all = db->references().value();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].name, "draft");
  EXPECT_EQ(all[0].kind, kBranch);
  EXPECT_EQ(all[0].heads, std::vector{genesis});
  EXPECT_EQ(all[1].name, "v1");
  EXPECT_EQ(all[1].heads, std::vector{first});
  EXPECT_EQ(all[1].writer, db->writer());
  EXPECT_EQ(all[1].time_ms, world.clock.wall_ms());

  EXPECT_EQ(tag("v1").code(), Code::exists);
  EXPECT_EQ(tag("draft").code(), Code::exists);
  EXPECT_EQ(db->name_version(kTag, "v2", std::nullopt, Naming::move).code(), Code::not_found);
  EXPECT_EQ(db->name_version(kTag, "draft", std::nullopt, Naming::move).code(), Code::invalid);
  EXPECT_TRUE(db->name_version(kTag, "v1", Version(genesis), Naming::move).ok());
  EXPECT_EQ(db->references().value()[1].heads, std::vector{genesis});

  EXPECT_EQ(db->rename_version(kBranch, "draft", "v1").code(), Code::exists);
  EXPECT_EQ(db->rename_version(kTag, "draft", "other").code(), Code::invalid);
  EXPECT_EQ(db->rename_version(kBranch, "draft", "main").code(), Code::invalid);
  EXPECT_TRUE(db->rename_version(kBranch, "draft", "work").ok());
  EXPECT_EQ(named_lines(db), (NamedLines{"tag v1 1", "branch work 1"}));

  EXPECT_EQ(db->remove_version_name(kTag, "work").code(), Code::invalid);
  EXPECT_TRUE(db->remove_version_name(kBranch, "work").ok());
  EXPECT_EQ(db->remove_version_name(kBranch, "work").code(), Code::not_found);
  EXPECT_TRUE(db->remove_version_name(kTag, "v1").ok());
  EXPECT_EQ(named_lines(db), NamedLines());
  EXPECT_TRUE(tag("work").ok());  // a name may be used again
  EXPECT_EQ(db.complaints(), "");
}

TEST_F(NamedVersions, SayWhatIsWrong) {
  ASSERT_TRUE(tag("version-1").ok());
  const Error meant = db->remove_version_name(kTag, "verison-1");
  EXPECT_EQ(meant.message(),
            "no version is called 'verison-1'. Did you mean 'version-1'? `gstore tag` and `gstore "
            "branch` list the names, `gstore log` the changes");
  Digest stranger;
  stranger.bytes[0] = 1;
  const auto name = [&](const Version& version) {
    return db->name_version(kTag, "x", version, Naming::create).code();
  };
  EXPECT_EQ(name(stranger), Code::not_found);
  EXPECT_EQ(name(Version(std::vector<Digest>())), Code::invalid);
  EXPECT_EQ(name(Version(std::vector<Digest>(2000, db.head()))), Code::ok);  // all the same one
  EXPECT_EQ(tag("cafe").code(), Code::invalid);
  EXPECT_EQ(named_lines(db), (NamedLines{"tag version-1 1", "tag x 1"}));
}

// From a checkpoint, from the log behind it, and from the log alone.
TEST_F(NamedVersions, AreThereAfterEachOpen) {
  const auto reopen = [&] {
    ASSERT_TRUE(db->close().ok());
    db = world.open();
  };
  ASSERT_TRUE(db.insert("City", "{}").ok());
  ASSERT_TRUE(tag("in-checkpoint").ok());
  ASSERT_TRUE(tag("removed").ok());
  ASSERT_TRUE(db->remove_version_name(kTag, "removed").ok());
  ASSERT_TRUE(db->checkpoint().ok());
  ASSERT_TRUE(tag("behind-it").ok());
  const NamedLines lines = named_lines(db);
  const Digest digest = db.digest();
  ASSERT_EQ(lines.size(), 2u);
  ASSERT_NO_FATAL_FAILURE(reopen());
  EXPECT_EQ(db->recovery().changes_replayed, 1u);  // the others come from the checkpoint
  EXPECT_EQ(named_lines(db), lines);
  EXPECT_EQ(db.digest(), digest);
  EXPECT_EQ(db.complaints(), "");
  ASSERT_TRUE(db->close().ok());
  lose_state(world.memory);
  db = world.open();
  EXPECT_EQ(named_lines(db), lines);
  EXPECT_EQ(db.digest(), digest);
  // A copy of somebody else's directory, which no checkpoint is believed of.
  platform::MemoryFileSystem disk;
  write_files(disk, read_files(world.memory));
  EXPECT_EQ(named_lines(world.open(disk)), lines);
}

TEST_F(NamedVersions, DamageOfTheCheckpointIsFound) {
  ASSERT_TRUE(db.insert("City", "{}").ok());
  ASSERT_TRUE(tag("the-name").ok());
  ASSERT_TRUE(db->checkpoint().ok());
  const NamedLines lines = named_lines(db);
  const Digest digest = db.digest();
  ASSERT_TRUE(db->close().ok());
  const Files files = read_files(world.memory);
  std::size_t damaged = 0;
  for (const auto& [path, bytes] : files) {
    const std::size_t at = as_text(bytes).find("the-name");
    if (!path.ends_with(".gsp") || at == std::string_view::npos) continue;
    for (std::size_t byte = at - 48; byte < at + 8; ++byte, ++damaged) {
      platform::MemoryFileSystem disk;
      Files harmed = files;
      harmed[path][byte] ^= 1;
      write_files_at_home(disk, harmed);
      const Store opened = world.open(disk);
      ASSERT_EQ(named_lines(opened), lines) << byte;
      ASSERT_EQ(opened.digest(), digest) << byte;
    }
  }
  EXPECT_GT(damaged, 0u);
}

TEST_F(NamedVersions, CountInTheStateDigest) {
  const Digest before = db.digest();
  ASSERT_TRUE(tag("v1").ok());
  const Digest with = db.digest();
  EXPECT_NE(with, before);
  world.clock.advance_ms(1);
  ASSERT_TRUE(db->remove_version_name(kTag, "v1").ok());
  EXPECT_NE(db.digest(), with);
  EXPECT_NE(db.digest(), before);  // that it was removed is to be known
}

TEST_F(NamedVersions, HaveABound) {
  ASSERT_TRUE(db->close().ok());
  world.references_bytes_max = 1000;
  db = world.open();
  Error error;
  std::size_t count = 0;
  for (; !error && count < 100; ++count) error = tag("name-" + std::to_string(count));
  EXPECT_EQ(error.code(), Code::too_large);
  EXPECT_EQ(count, 5u);
  EXPECT_EQ(named_lines(db).size(), 4u);
  // So it is for what others wrote: nothing of the change is taken.
  ASSERT_TRUE(db->sync().ok());
  platform::MemoryFileSystem disk;
  write_files(disk, read_files(world.memory));
  world.references_bytes_max = 100000;
  const Store other = world.open(disk);
  const std::vector<Digest> since = db->heads();
  world.clock.advance_ms(1);
  ASSERT_TRUE(other->name_version(kTag, "one-more", std::nullopt, Naming::create).ok());
  const ReceiveReport report = give(db, changes_of(other, since));
  EXPECT_EQ(report.refused, 1u);
  EXPECT_EQ(report.refusals.at(0).why.code(), Code::too_large);
  EXPECT_EQ(named_lines(db).size(), 4u);
  EXPECT_EQ(db.complaints(), "");
}

// Whoever has the name has the version.
TEST_F(NamedVersions, OfOthersWaitForWhatTheyName) {
  const Digest genesis = db.head();
  ASSERT_TRUE(db.insert("City", "{}").ok());
  const Digest beside = db.head();
  const auto refused = [&](const graph::Reference& reference) {
    Stranger stranger(db->storage(), static_cast<std::uint8_t>(10 + reference.name.size()));
    stranger.hlc = id::hlc_of_ms(world.clock.wall_ms());
    stranger.parents = {genesis};
    const ReceiveReport report = give(db, {stranger.change({strange_reference(reference)})});
    EXPECT_EQ(report.applied + report.refused, 1u);
    return report.refused == 0 ? "" : std::string(report.refusals.at(0).why.message());
  };
  using graph::Refers;
  Digest unknown;
  unknown.bytes[0] = 1;
  Stranger early(db->storage(), 9);
  early.hlc = id::hlc_of_ms(world.clock.wall_ms());
  early.parents = {genesis};
  const Buffer naming = early.change({strange_reference({Refers::tag, "bb", {unknown}})});
  EXPECT_EQ(give(db, {naming}).waiting, 1u);
  EXPECT_EQ(named_lines(db), NamedLines());
  EXPECT_NE(refused({Refers::tag, "main", {genesis}})
                .find("it is the branch that each storage begins with"),
            std::string::npos);
  EXPECT_EQ(named_lines(db), NamedLines());
  EXPECT_EQ(refused({Refers::tag, "right", {genesis}}), "");
  EXPECT_EQ(refused({Refers::removed, "nobody-had-it", {}}), "");
  EXPECT_EQ(refused({Refers::tag, "a", {beside}}), "");
  EXPECT_EQ(named_lines(db), (NamedLines{"tag a 1", "tag right 1"}));
  EXPECT_EQ(db.complaints(), "");
}

}  // namespace
}  // namespace gs::engine::testing
