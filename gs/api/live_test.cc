// Goal: programs subscribe once and are told what changed, in the documented form.
// Method: the public interface on a real directory; frozen lines.
#include "globalstorage/live.h"

#include <gtest/gtest.h>

#include "gs/api/test_directory.h"

namespace gs {
namespace {

using std::chrono::milliseconds;

class LiveApi : public testing::InDirectory {
 protected:
  void SetUp() override {
    InDirectory::SetUp();
    db_.emplace(Storage::create(path("db")).value());
    kyiv_ = db_->put("City", "kyiv", R"({"name":"Kyiv","n":3})").value();
    lviv_ = db_->put("City", "lviv", R"({"name":"Lviv","n":1})").value();
  }
  static std::vector<std::string> lines(LiveQuery& live) {
    const auto changes = live.changes();
    if (!changes) return {changes.error().text()};
    std::vector<std::string> lines;
    for (const LiveChange& change : *changes) lines.push_back(change.json().value());
    return lines;
  }
  static std::string id(const char* key) { return Storage::resolve(key, "City").text(); }
  using Lines = std::vector<std::string>;

  std::optional<Storage> db_;
  Id kyiv_;
  Id lviv_;
};

TEST_F(LiveApi, TellsEachKindOfChangeAsALine) {
  LiveQuery live =
      db_->watch(R"({"collection":"City","sort":"n","select":["name"],"limit":3})").value();
  ASSERT_EQ(live.size(), 2u);
  EXPECT_EQ(live.row(0)->json().value(), R"({"name":"Lviv"})");
  EXPECT_EQ(live.row(1)->record().id(), kyiv_);
  EXPECT_EQ(live.row(2).code(), Code::not_found);
  EXPECT_EQ(lines(live), Lines{});

  ASSERT_TRUE(db_->put("City", "odesa", R"({"name":"Odesa","n":2})").ok());
  EXPECT_EQ(lines(live),
            (Lines{R"({"added":{"name":"Odesa"},"id":")" + id("odesa") + R"(","at":1})"}));
  ASSERT_FALSE(db_->update(lviv_, R"({"n":9})"));
  EXPECT_EQ(lines(live),
            (Lines{R"({"moved":{"name":"Lviv"},"id":")" + id("lviv") + R"(","from":0,"at":2})"}));
  ASSERT_FALSE(db_->update(lviv_, R"({"name":"Lemberg"})"));
  EXPECT_EQ(lines(live),
            (Lines{R"({"changed":{"name":"Lemberg"},"id":")" + id("lviv") + R"(","at":2})"}));
  ASSERT_FALSE(db_->update(lviv_, R"({"n":10,"area":149})"));  // nothing of it shows
  EXPECT_EQ(lines(live), Lines{});
  ASSERT_FALSE(db_->remove(kyiv_));
  EXPECT_EQ(lines(live), (Lines{R"({"removed":")" + id("kyiv") + R"(","at":1})"}));
}

TEST_F(LiveApi, CountsAndGroupsAreRowsThatChange) {
  LiveQuery live =
      db_->watch(R"({"collection":"City","group":{"by":[],"fields":{"n":{"$count":true}}}})")
          .value();
  EXPECT_EQ(live.row(0)->json().value(), R"({"n":2})");
  ASSERT_TRUE(db_->insert("City", R"({"name":"Kyiv"})").ok());
  EXPECT_EQ(lines(live), Lines{R"({"changed":{"n":3},"at":0})"});
  LiveQuery names =
      db_->watch(R"({"collection":"City","group":{"by":["name"],"fields":{"n":{"$count":true}}}})")
          .value();
  ASSERT_FALSE(db_->remove(lviv_));
  EXPECT_EQ(lines(names), (Lines{R"({"removed":{"name":"Lviv","n":1},"at":1})"}));
}

TEST_F(LiveApi, RowsOutliveTheNextLookAndTheStorage) {
  LiveQuery live = db_->watch(R"({"collection":"City"})").value();
  ASSERT_FALSE(db_->update(kyiv_, R"({"n":4})"));
  const std::vector<LiveChange> changes = live.changes().value();
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].kind, LiveChange::Kind::changed);
  EXPECT_EQ(changes[0].id, kyiv_);
  ASSERT_FALSE(db_->update(kyiv_, R"({"n":5})"));
  ASSERT_TRUE(live.changes().ok());
  live = LiveQuery();
  db_.reset();
  EXPECT_EQ(changes[0].row.json().value(), R"({"name":"Kyiv","n":4})");
}

TEST_F(LiveApi, WakesOnceBetweenTwoLooks) {
  int woken = 0;
  LiveQuery live = db_->watch(R"({"collection":"City"})", [&] { ++woken; }).value();
  EXPECT_FALSE(live.wait(milliseconds(0)));
  ASSERT_TRUE(db_->insert("Other", "{}").ok());
  ASSERT_TRUE(db_->insert("City", "{}").ok());
  EXPECT_EQ(woken, 1);
  EXPECT_TRUE(live.wait(milliseconds(0)));
  EXPECT_EQ(live.changes()->size(), 1u);
  EXPECT_FALSE(live.wait(milliseconds(0)));
  ASSERT_TRUE(db_->insert("Other", "{}").ok());
  EXPECT_EQ(woken, 2);  // whether it shows is for the look to find out
  EXPECT_TRUE(live.changes()->empty());
  ASSERT_TRUE(db_->erase(kyiv_, "asked for").ok());
  EXPECT_EQ(woken, 3);
  EXPECT_EQ(live.changes()->size(), 1u);
  ASSERT_FALSE(db_->close());
  EXPECT_EQ(woken, 4);
  EXPECT_EQ(live.changes().code(), Code::closed);
}

TEST_F(LiveApi, GoesOnInAnotherHandle) {
  LiveQuery live = db_->watch(R"({"collection":"City","sort":"n"})").value();
  ASSERT_FALSE(db_->update(lviv_, R"({"n":7})"));
  ASSERT_FALSE(db_->close());
  db_.emplace(Storage::open(path("db")).value());
  const auto changes = live.move_to(*db_);
  ASSERT_TRUE(changes.ok()) << changes.error().text();
  ASSERT_EQ(changes->size(), 1u);
  EXPECT_EQ((*changes)[0].kind, LiveChange::Kind::moved);
  ASSERT_FALSE(db_->update(kyiv_, R"({"n":0})"));
  EXPECT_EQ(lines(live).size(), 1u);
  const Storage other = Storage::create(path("other")).value();
  EXPECT_EQ(live.move_to(other).code(), Code::invalid);
}

TEST_F(LiveApi, AnEmptyOneHasNothing) {
  LiveQuery live;
  EXPECT_EQ(live.size(), 0u);
  EXPECT_EQ(live.row(0).code(), Code::not_found);
  EXPECT_TRUE(live.changes()->empty());
  EXPECT_FALSE(live.wait(milliseconds(0)));
  EXPECT_EQ(db_->watch("{").code(), Code::invalid);
  EXPECT_EQ(db_->watch(R"({"cursor":"x"})").code(), Code::invalid);
}

TEST_F(LiveApi, AListenerHearsOfEveryCommitUntilItIsGone) {
  int heard = 0;
  {
    const CommitListener listener = db_->listen([&heard] { ++heard; }).value();
    ASSERT_FALSE(db_->update(kyiv_, R"({"n":4})"));
    EXPECT_EQ(heard, 1);
    ASSERT_FALSE(db_->update(kyiv_, R"({"n":5})"));
    EXPECT_EQ(heard, 2) << "also when nobody looked in between";
    ASSERT_FALSE(db_->apply_schema(R"js({"files":{"Town.js":"({ Entity: {}, a: 'string' })"}})js"));
    EXPECT_EQ(heard, 3);
    ASSERT_TRUE(db_->erase(lviv_).ok());
    EXPECT_GT(heard, 3);
    heard = 0;
  }
  ASSERT_FALSE(db_->update(kyiv_, R"({"n":6})"));
  EXPECT_EQ(heard, 0);
}

}  // namespace
}  // namespace gs
