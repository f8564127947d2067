// Goal: of changes that one key signed with one number all are kept, and one counts, the same one
// for whoever has the same changes: the one on which more other writers stand.
// Method: copies of a directory with its key write apart; what counts is looked at as one writer
// after the other takes sides, in both orders, after restarts without the state, and with versions,
// names and merges in between.
#include <gtest/gtest.h>

#include "gs/engine/database/test_exchange.h"
#include "gs/engine/database/test_stranger.h"

namespace gs::engine::testing {
namespace {

class TwinsTest : public ::testing::Test {
 protected:
  TwinsTest() {
    first_ = world_.create();
    EXPECT_TRUE(first_.put("City", "kyiv", R"({"n":0})").ok());
    EXPECT_TRUE(first_->sync().ok());
    base_ = first_->heads();
    twin_ = open_copy(true);
    // Two in this order, that the rule for a tie would not choose.
    EXPECT_TRUE(first_.update(kyiv_, R"({"n":1})").ok());
    EXPECT_TRUE(twin_.update(kyiv_, R"({"n":2})").ok());
    is_first_less_ = first_.head() < twin_.head();
  }

  // Of the directory as it was before both wrote.
  Store open_copy(bool with_key = false) {
    if (origin_.empty()) origin_ = read_files(world_.memory);
    disks_.push_back(std::make_unique<platform::MemoryFileSystem>());
    if (with_key) {
      write_files_at_home(*disks_.back(), origin_);
    } else {
      write_files(*disks_.back(), origin_);
    }
    return world_.open(*disks_.back());
  }
  // The side that counts while nobody stands on either, and the other one.
  const Store& less() const { return is_first_less_ ? first_ : twin_; }
  const Store& greater() const { return is_first_less_ ? twin_ : first_; }

  static void exchange(const Store& a, const Store& b) {
    EXPECT_EQ(give(a, changes_of(b)).refused, 0u);
    EXPECT_EQ(give(b, changes_of(a)).refused, 0u);
  }
  // They know the same, and so are the same, also after the state was made anew.
  void expect_equal(const Store& a, const Store& b) {
    EXPECT_EQ(a->heads(), b->heads());
    EXPECT_EQ(a.digest(), b.digest());
    EXPECT_EQ(a.complaints(), "");
    EXPECT_EQ(b.complaints(), "");
  }
  static const TwinsFound::Twin& counting(const TwinsFound& found) {
    return *std::find_if(found.twins.begin(), found.twins.end(),
                         [](const TwinsFound::Twin& twin) { return twin.counts; });
  }

  World world_;
  Files origin_;
  std::vector<std::unique_ptr<platform::MemoryFileSystem>> disks_;
  const Id kyiv_ = id_of_key("City", "kyiv");
  std::vector<Digest> base_;
  Store first_;
  Store twin_;
  bool is_first_less_ = false;
};

Digest digest_of(std::uint8_t first) {
  Digest digest;
  digest.bytes[0] = first;
  return digest;
}

// What came last is not what was written last.
TEST(TwinVotes, TheNewestChangeOfAWriterSays) {
  Twins twins;
  twins.add(digest_of(1), 5, {10, digest_of(0xa0)}, {20, digest_of(0xb0)});
  const Twins::Side a = twins.own_side(10);
  const Twins::Side b = twins.own_side(20);
  const auto counting = [&] { return twins.twin(twins.sets()[0].counts).number; };
  const auto vote = [&](Twins::Side side, std::uint8_t writer, graph::Hlc hlc) {
    twins.vote(side, digest_of(writer), hlc, digest_of(static_cast<std::uint8_t>(hlc)));
    twins.decide();
  };
  twins.decide();
  EXPECT_EQ(counting(), 10u);  // the lesser one
  vote(b, 2, 100);
  EXPECT_EQ(counting(), 20u);
  vote(b, 3, 100);
  vote(a, 2, 90);   // an older one
  vote(a, 1, 200);  // of the writer itself
  vote(0, 2, 300);  // that stands upon neither
  EXPECT_EQ(counting(), 20u);
  EXPECT_EQ(twins.sets()[0].votes.size(), 2u);
  vote(a, 2, 110);
  EXPECT_EQ(counting(), 10u);  // one each
  vote(a, 3, 110);
  vote(b, 4, 120);
  EXPECT_EQ(counting(), 10u);
  EXPECT_TRUE(twins.counts(a));
  EXPECT_FALSE(twins.counts(b));
  EXPECT_TRUE(twins.has_both(a | b));
  EXPECT_FALSE(twins.has_both(a));
}

TEST_F(TwinsTest, BothAreKeptAndOneCounts) {
  const Store second = open_copy();
  EXPECT_EQ(give(second, changes_of(greater())).applied, 1u);
  const ReceiveReport report = give(second, changes_of(less()));
  EXPECT_EQ(report.applied, 1u);
  EXPECT_EQ(report.refused, 0u);
  ASSERT_EQ(report.twins.size(), 1u);
  EXPECT_EQ(report.twins[0].writer, first_->writer());
  EXPECT_EQ(report.twins[0].sequence, 2u);
  EXPECT_EQ(report.twins[0].twins.size(), 2u);
  EXPECT_EQ(counting(report.twins[0]).change, less().head());
  EXPECT_EQ(second.text(kyiv_), less().text(kyiv_));
  EXPECT_EQ(give(second, changes_of(less())).twins.size(), 0u);  // nothing new
  const Store third = open_copy();                               // in the other order
  give(third, changes_of(less()));
  EXPECT_EQ(give(third, changes_of(greater())).twins.size(), 1u);
  expect_equal(second, third);
}

TEST_F(TwinsTest, MoreWritersDecide) {
  const Store second = open_copy();
  const Store third = open_copy();
  give(second, changes_of(greater()));
  ASSERT_TRUE(second.update(kyiv_, R"({"m":1})").ok());
  give(third, changes_of(less()));
  ASSERT_TRUE(third.put("City", "lviv", R"({"n":7})").ok());
  exchange(second, third);
  EXPECT_EQ(second.text(kyiv_), less().text(kyiv_));  // one vote each
  EXPECT_EQ(second.text(id_of_key("City", "lviv")), R"({"n":7})");
  expect_equal(second, third);
  const Store fourth = open_copy();
  give(fourth, changes_of(greater()));
  ASSERT_TRUE(fourth.put("City", "odesa", R"({"n":8})").ok());
  const std::string there = greater().text(kyiv_);
  exchange(second, fourth);
  exchange(third, fourth);
  const auto found = second->twins();
  EXPECT_EQ(counting(found->front()).change, greater().head());
  EXPECT_EQ(counting(found->front()).votes, 2u);
  EXPECT_EQ(second.text(kyiv_), there.substr(0, there.size() - 1) + R"(,"m":1})");
  EXPECT_EQ(second.text(id_of_key("City", "lviv")), "<not_found>");
  EXPECT_EQ(second.text(id_of_key("City", "odesa")), R"({"n":8})");
  expect_equal(second, third);
  expect_equal(second, fourth);
}

// Whoever comes late with a twin, of which nobody knew, takes nothing from those who went on.
TEST_F(TwinsTest, ALateTwinTakesNothingAway) {
  const Store second = open_copy();
  give(second, changes_of(greater()));
  ASSERT_TRUE(second.update(kyiv_, R"({"m":1})").ok());
  const std::string before = second.text(kyiv_);
  const Digest digest = second.digest();
  const auto heads = second->heads();
  EXPECT_EQ(give(second, changes_of(less())).applied, 1u);
  EXPECT_EQ(second.text(kyiv_), before);
  EXPECT_EQ(second.digest(), digest);
  EXPECT_NE(second->heads(), heads);
}

TEST_F(TwinsTest, WhoseWorkDoesNotCountGoesOnAsANewWriter) {
  const Store second = open_copy();
  const Store third = open_copy();
  give(second, changes_of(greater()));
  ASSERT_TRUE(second.update(kyiv_, R"({"m":1})").ok());
  give(third, changes_of(less()));
  ASSERT_TRUE(third.update(kyiv_, R"({"o":1})").ok());
  const graph::Writer was = second->writer();
  exchange(second, third);
  EXPECT_NE(second->writer(), was);
  ASSERT_TRUE(second.update(kyiv_, R"({"m":2})").ok());
  exchange(second, third);
  EXPECT_EQ(counting(second->twins()->front()).votes, 2u);
  expect_equal(second, third);
  EXPECT_NE(third.text(kyiv_).find(R"("m":2)"), std::string::npos);
}

TEST_F(TwinsTest, TheStateIsTheSameWhenItIsMadeAnew) {
  const Store second = open_copy();
  give(second, changes_of(greater()));
  ASSERT_TRUE(second.put("City", "lviv", "{}").ok());
  ASSERT_TRUE(second->erase(id_of_key("City", "lviv"), "").ok());
  give(second, changes_of(less()));
  for (Store* const one : {&first_, &twin_}) exchange(*one, second);
  const Digest digest = second.digest();
  for (const bool is_lost : {false, true}) {
    for (std::size_t i = 0; i < 2; ++i) {
      Store& side = i == 0 ? first_ : twin_;
      platform::FileSystem& disk = i == 0 ? world_.memory : *disks_.front();
      ASSERT_TRUE(side->close().ok());
      side = Store();
      if (is_lost) lose_state(disk);
      side = world_.open(disk);
      EXPECT_EQ(side.digest(), digest);
      EXPECT_EQ(side.complaints(), "");
      const std::string key = "odesa" + std::to_string(i) + (is_lost ? "lost" : "");
      ASSERT_TRUE(side.put("City", key, "{}").ok());
      exchange(side, second);
      expect_equal(side, second);
      ASSERT_TRUE(side.remove(id_of_key("City", key)).ok());
      exchange(side, second);
      EXPECT_EQ(side.digest(), second.digest());
    }
  }
  EXPECT_EQ(second->twins()->size(), 1u);
}

// What the other side has can be looked at, and not be taken.
TEST_F(TwinsTest, TheOtherSideCanBeReadAndNotMerged) {
  const Store second = open_copy();
  give(second, changes_of(less()));
  const std::string shown = second.text(kyiv_);
  give(second, changes_of(greater()));
  const Version other({greater().head()});
  EXPECT_EQ(second.text_at(kyiv_, other), greater().text(kyiv_));
  for (const auto kind : {NamedVersion::Kind::tag, NamedVersion::Kind::branch}) {
    const bool is_tag = kind == NamedVersion::Kind::tag;
    ASSERT_TRUE(second->name_version(kind, is_tag ? "lost" : "side", other, Naming::create).ok());
  }
  const auto merged = second->merge("lost", {});
  EXPECT_EQ(merged.code(), Code::conflict);
  EXPECT_NE(merged.error().message().find("no version can have both"), std::string_view::npos);
  EXPECT_EQ(second->checkout("side").code(), Code::not_found);
  EXPECT_EQ(second->revert(greater().head()).code(), Code::invalid);
  EXPECT_EQ(second.text(kyiv_), shown);
  EXPECT_EQ(second->branch().value(), "main");
  EXPECT_EQ(second.text_at(kyiv_, second->find_version("lost").value()), greater().text(kyiv_));
}

TEST_F(TwinsTest, NamesThatTheOtherSideGaveAreNone) {
  const Store second = open_copy();
  const Store third = open_copy();
  give(second, changes_of(greater()));
  ASSERT_TRUE(
      second->name_version(NamedVersion::Kind::tag, "mine", std::nullopt, Naming::create).ok());
  ASSERT_TRUE(
      second->name_version(NamedVersion::Kind::branch, "ours", std::nullopt, Naming::create).ok());
  ASSERT_TRUE(second->checkout("ours").ok());
  ASSERT_TRUE(second.update(kyiv_, R"({"m":1})").ok());
  EXPECT_TRUE(second->find_version("mine").ok());
  give(third, changes_of(less()));
  ASSERT_TRUE(third.update(kyiv_, R"({"o":1})").ok());
  exchange(second, third);
  EXPECT_EQ(second->find_version("mine").code(), Code::not_found);
  EXPECT_EQ(second->branch().value(), "main");  // nothing of the one that was checked out counts
  expect_equal(second, third);
}

// Where nobody else may write the key stays, and nobody has a vote.
TEST_F(TwinsTest, AnOwnerGoesOnBehindTheOneThatCounts) {
  World world;
  world.options.keep_writer = true;
  const Store one{Database::create(world.setup(world.memory), {.policy = Policy::closed}).value()};
  ASSERT_TRUE(one.put("City", "kyiv", R"({"n":0})").ok());
  ASSERT_TRUE(one->sync().ok());
  platform::MemoryFileSystem disk;
  write_files_at_home(disk, read_files(world.memory));
  const Store other = world.open(disk);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(one.insert("City", R"({"n":1})").ok());
    ASSERT_TRUE(other.insert("City", R"({"n":2})").ok());
  }
  exchange(one, other);
  expect_equal(one, other);
  const Store* const both[] = {&one, &other};
  for (const Store* const store : both) {
    ASSERT_TRUE(store->insert("City", R"({"n":3})").ok());
    exchange(one, other);
    expect_equal(one, other);
    EXPECT_EQ((*store)->twins()->size(), 1u);
    EXPECT_EQ((*store)->stats()->records, 4u + (store == &other ? 2 : 1));
  }
}

// A key of which anything can be had makes no end of them.
TEST_F(TwinsTest, OnlySoManyAreTaken) {
  const Store second = open_copy();
  Stranger stranger(second->storage());
  std::size_t refused = 0;
  for (std::uint32_t i = 0; i < 2 * Twins::kMax; ++i) {
    stranger.hlc += 65536;
    StrangeOperations right = stranger.operations();
    right.list.resize(StrangeOperations::set);  // a shape and an insert
    const ReceiveReport report = give(second, {stranger.change(right.list)});
    refused += report.refused;
    if (report.refused == 0) continue;
    EXPECT_EQ(report.refusals[0].why.code(), Code::conflict);
    EXPECT_NE(report.refusals[0].why.message().find("revoke it"), std::string_view::npos);
  }
  ASSERT_EQ(second->twins()->size(), 1u);
  EXPECT_EQ(second->twins()->front().twins.size() + refused, 2 * Twins::kMax);
  EXPECT_LE(second->twins()->front().twins.size(), Twins::kMax);
  EXPECT_EQ(second.complaints(), "");
  EXPECT_EQ(second->stats()->records, 2u);  // that of one of them
}

TEST_F(TwinsTest, NothingStandsUponBoth) {
  const Store second = open_copy();
  give(second, changes_of(first_));
  give(second, changes_of(twin_));
  Stranger liar(second->storage());
  liar.parents = {first_.head(), twin_.head()};
  std::sort(liar.parents.begin(), liar.parents.end());
  liar.hlc += std::uint64_t{65536} * 1000;
  StrangeOperations right = liar.operations();
  right.list.resize(StrangeOperations::set);
  const ReceiveReport report = give(second, {liar.change(right.list)});
  ASSERT_EQ(report.refused, 1u);
  EXPECT_EQ(report.refusals[0].why.code(), Code::invalid);
  EXPECT_NE(report.refusals[0].why.message().find("two changes with one number"),
            std::string_view::npos);
}

// What was before both was dropped, so there is no way back to it.
TEST_F(TwinsTest, AShallowStorageOfTheOtherSideStaysToBeRead) {
  platform::MemoryFileSystem disk;
  write_files(disk, origin_);
  Store shallow = world_.open(disk);
  give(shallow, changes_of(greater()));
  ASSERT_TRUE(shallow->make_shallow({}).ok());
  const std::string before = shallow.text(kyiv_);
  ReceiveReport report;
  const std::vector<Buffer> changes = changes_of(less());
  const std::vector<Bytes> bytes(changes.begin(), changes.end());
  const Error error = shallow->receive(bytes, report);
  EXPECT_EQ(error.code(), Code::dropped) << error.text();
  EXPECT_EQ(shallow.text(kyiv_), before);
  ASSERT_TRUE(shallow->close().ok());
  shallow = Store();
  for (const bool is_lost : {false, true}) {
    if (is_lost) lose_state(disk);
    shallow = world_.open(disk);
    EXPECT_TRUE(shallow->read_only());
    EXPECT_EQ(shallow.text(kyiv_), before);
    const Error refused = shallow.update(kyiv_, R"({"n":9})");
    EXPECT_EQ(refused.code(), Code::dropped);
    EXPECT_NE(refused.message().find("clone"), std::string_view::npos);
    shallow = Store();
  }
}

}  // namespace
}  // namespace gs::engine::testing
