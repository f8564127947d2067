// Goal: what several writers add to a number counts, each addition once, whatever they write beside
// it and however their changes reach each other.
// Method: replicas of one storage add, write, remove and exchange by bundles; schemas, transactions
// and limits.
#include <gtest/gtest.h>

#include "globalstorage/storage.h"
#include "gs/api/test_directory.h"

namespace gs {
namespace {

class Counter : public testing::InDirectory {
 protected:
  void SetUp() override {
    InDirectory::SetUp();
    a_.emplace(Storage::create(path("a")).value());
    id_ = a_->put("Post", "one", R"({"title":"One","likes":10})").value();
    ASSERT_TRUE(a_->sync().ok());
    ASSERT_TRUE(Storage::clone(path("a"), path("b")).ok());
    b_.emplace(Storage::open(path("b")).value());
  }
  void TearDown() override {
    a_.reset();
    b_.reset();
    InDirectory::TearDown();
  }

  void give(const Storage& from, Storage& to) {
    ASSERT_TRUE(from.create_bundle(path("bundle")).ok());
    ASSERT_TRUE(to.apply_bundle(path("bundle")).ok());
  }
  void exchange() {
    give(*a_, *b_);
    give(*b_, *a_);
    EXPECT_EQ(a_->digest().value().digest, b_->digest().value().digest);
    EXPECT_EQ(likes(), likes(*b_, id_));
  }
  static std::string likes(const Storage& storage, const Id& id) {
    const auto record = storage.get(id);
    if (!record.ok()) return record.error().text();
    const auto field = record->find("likes");
    return field ? field->json() : "none";
  }
  std::string likes() const { return likes(*a_, id_); }
  std::size_t conflicts() const { return a_->conflicts(id_).value().hidden.size(); }

  std::optional<Storage> a_;
  std::optional<Storage> b_;
  Id id_;
};

TEST_F(Counter, AdditionsOfAllCount) {
  ASSERT_FALSE(a_->add(id_, "likes", 1));
  ASSERT_FALSE(a_->add(id_, "likes", 2));
  ASSERT_FALSE(b_->add(id_, "likes", 30));
  EXPECT_EQ(likes(), "13");
  EXPECT_EQ(likes(*b_, id_), "40");
  exchange();
  EXPECT_EQ(likes(), "43");
  ASSERT_FALSE(b_->add(id_, "likes", -3));
  ASSERT_FALSE(a_->add(id_, "likes", 4));
  exchange();
  EXPECT_EQ(likes(), "44");
  EXPECT_EQ(conflicts(), 0u);
  give(*a_, *b_);  // once more
  EXPECT_EQ(likes(*b_, id_), "44");
}

TEST_F(Counter, AValueIsGoneOnFromAndKeepsWhatItsWriterDidNotSee) {
  ASSERT_FALSE(a_->add(id_, "likes", 5));
  exchange();
  ASSERT_FALSE(a_->update(id_, R"({"likes":0})"));
  EXPECT_EQ(likes(), "0");
  ASSERT_FALSE(b_->add(id_, "likes", 1));
  exchange();
  EXPECT_EQ(likes(), "1");
  ASSERT_FALSE(a_->put("Post", "one", R"({"title":"Two","likes":100})").error());
  EXPECT_EQ(likes(), "100");
  ASSERT_FALSE(a_->add(id_, "likes", 1));
  exchange();
  EXPECT_EQ(likes(*b_, id_), "101");
}

TEST_F(Counter, TwoWhoResetItAtOnceResetItOnce) {
  ASSERT_FALSE(b_->add(id_, "likes", 7));
  exchange();
  ASSERT_FALSE(a_->update(id_, R"({"likes":0})"));
  ASSERT_FALSE(b_->update(id_, R"({"likes":0})"));
  exchange();
  EXPECT_EQ(likes(), "0");
  EXPECT_TRUE(a_->conflicts(id_)->hidden.empty());  // both agree, as of any field
}

TEST_F(Counter, ARemovedFieldBeginsAgain) {
  ASSERT_FALSE(a_->add(id_, "likes", 5));
  ASSERT_FALSE(a_->update(id_, R"({"likes":{"$unset":true}})"));
  EXPECT_EQ(likes(), "none");
  ASSERT_FALSE(a_->add(id_, "likes", 2));
  EXPECT_EQ(likes(), "2");
  exchange();
  ASSERT_FALSE(a_->add(id_, "other", 3));  // was never there
  EXPECT_EQ(a_->get(id_)->json(), R"({"title":"One","likes":2,"other":3})");
}

TEST_F(Counter, ADeletedRecordStaysDeletedAndItsAdditionIsTold) {
  ASSERT_FALSE(a_->remove(id_));
  EXPECT_EQ(a_->add(id_, "likes", 1).code(), Code::not_found);
  ASSERT_FALSE(b_->add(id_, "likes", 1));
  exchange();
  EXPECT_EQ(a_->get(id_).code(), Code::not_found);
  EXPECT_EQ(conflicts(), 1u);
  ASSERT_FALSE(a_->put("Post", "one", R"({"title":"Again","likes":3})").error());
  EXPECT_EQ(likes(), "3");
  exchange();
}

TEST_F(Counter, AllOfOneTransactionCounts) {
  Transaction tx = a_->begin();
  ASSERT_FALSE(tx.add(id_, "likes", 1));
  ASSERT_FALSE(tx.add(id_, "likes", 2));
  ASSERT_FALSE(tx.update(id_, R"({"likes":50})"));
  ASSERT_FALSE(tx.add(id_, "likes", 4));
  const Id other = tx.insert("Post", R"({"title":"Two"})").value();
  ASSERT_FALSE(tx.add(other, "likes", 8));
  ASSERT_TRUE(tx.commit().ok());
  EXPECT_EQ(likes(), "54");
  EXPECT_EQ(likes(*a_, other), "8");
  exchange();
  EXPECT_EQ(likes(*b_, other), "8");
}

TEST_F(Counter, WhoAddedLastIsBlamedAndHistoryTellsAdditions) {
  ASSERT_FALSE(b_->add(id_, "likes", 2));
  exchange();
  const Blame blame = a_->blame(id_).value();
  ASSERT_EQ(blame.fields.size(), 2u);
  EXPECT_EQ(blame.fields[0].writer, a_->writer());
  EXPECT_EQ(blame.fields[1].json, "12");
  EXPECT_EQ(blame.fields[1].writer, b_->writer());
  EXPECT_EQ(blame.fields[1].change, b_->heads().value().front());
  const auto history = a_->history(id_, 10).value();
  EXPECT_EQ(history.front().operation.kind, "add");
  EXPECT_EQ(history.front().operation.json, R"({"likes":2})");
  const Digest before = history.back().change.digest;
  EXPECT_EQ(a_->get(id_, before)->json(), R"({"title":"One","likes":10})");
}

TEST_F(Counter, StaysAcrossARestart) {
  ASSERT_FALSE(a_->add(id_, "likes", 1));
  ASSERT_FALSE(b_->add(id_, "likes", 2));
  exchange();
  const Digest digest = a_->digest().value().digest;
  ASSERT_FALSE(a_->close());
  a_.emplace(Storage::open(path("a")).value());
  EXPECT_EQ(likes(), "13");
  EXPECT_EQ(a_->digest().value().digest, digest);
  VerifyOptions options;
  options.full = true;
  EXPECT_TRUE(a_->verify(options).ok());
  ASSERT_FALSE(a_->add(id_, "likes", 1));
  EXPECT_EQ(likes(), "14");
}

TEST_F(Counter, OnlyNumbersAreAddedTo) {
  EXPECT_EQ(a_->add(id_, "title", 1).message(),
            "field \"title\": it holds no number to add to. Write one first");
  EXPECT_EQ(a_->add(id_, "", 1).code(), Code::invalid);
  ASSERT_FALSE(a_->update(id_, R"({"at":{"n":1}})"));
  EXPECT_EQ(a_->add(id_, "at.n", 1).code(), Code::invalid);  // would hide it
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  EXPECT_EQ(a_->add(id_, "likes", kMost + 1).code(), Code::too_large);
  EXPECT_EQ(a_->add(id_, "likes", -kMost - 1).code(), Code::too_large);
  ASSERT_FALSE(a_->add(id_, "likes", kMost));
  EXPECT_EQ(likes(), "9007199254741002");  // shown as exactly as a number can
  EXPECT_EQ(a_->add(id_, "likes", 1).code(), Code::too_large);
  ASSERT_FALSE(a_->add(id_, "likes", -kMost));
  ASSERT_FALSE(a_->add(id_, "likes", 1));
  EXPECT_EQ(likes(), "11");
  EXPECT_EQ(a_->update(id_, R"({"likes":0.5})").code(), Code::invalid);
  ASSERT_FALSE(a_->update(id_, R"({"likes":"many"})"));  // then it is no number any more
  EXPECT_EQ(likes(), "\"many\"");
  EXPECT_EQ(a_->add(id_, "likes", 1).code(), Code::invalid);
  ASSERT_FALSE(a_->update(id_, R"({"likes":2})"));
  EXPECT_EQ(likes(), "2");
}

TEST_F(Counter, WhatIsTooMuchTogetherIsTheSameEverywhere) {
  constexpr std::int64_t kMost = std::int64_t{1} << 53;
  for (int i = 0; i < 3; ++i) {  // none of them is too much for its writer, who sees no other
    ASSERT_FALSE(a_->add(id_, "likes", kMost / 4));
    ASSERT_FALSE(b_->add(id_, "likes", kMost / 4));
  }
  exchange();
  EXPECT_EQ(likes(), "13510798882111498");  // 1.5 * 2^53 + 10
  ASSERT_FALSE(b_->add(id_, "likes", -kMost));
  exchange();
  EXPECT_EQ(likes(), "4503599627370506");
}

TEST_F(Counter, AnAdditionBesideARemovalOfTheFieldIsAdded) {
  ASSERT_FALSE(a_->update(id_, R"({"likes":{"$unset":true}})"));
  ASSERT_FALSE(b_->add(id_, "likes", 5));
  exchange();
  EXPECT_EQ(likes(), "5");  // to nothing, as of an addition that its writer did not see
}

TEST_F(Counter, BigIntegersAreAddedTo) {
  ASSERT_FALSE(a_->update(id_, R"({"likes":{"$int":"9007199254740993"}})"));
  ASSERT_FALSE(a_->add(id_, "likes", 1));
  EXPECT_EQ(likes(), R"({"$int":"9007199254740994"})");
}

TEST_F(Counter, ASchemaSaysWhatIsAddedTo) {
  ASSERT_FALSE(a_->apply_schema(
      R"g({"files":{"Post.js":"({ Registry: {}, title: 'string', likes: { type: 'number', )g"
      R"g(merge: 'counter' }, views: { type: 'number', default: 5, max: 10 }, )g"
      R"g(stars: { type: 'number', was: 'points', required: false } })"}})g",
      true));
  ASSERT_FALSE(a_->add(id_, "likes", 1));
  EXPECT_EQ(likes(), "11");
  EXPECT_EQ(a_->add(id_, "title", 1).message(), "Post.title is string: only numbers are added to");
  EXPECT_EQ(a_->add(id_, "more", 1).message(), "Post.more is no field of the schema");
  // Its default was shown, and is added to, once.
  Transaction tx = a_->begin();
  ASSERT_FALSE(tx.add(id_, "views", 1));
  ASSERT_FALSE(tx.add(id_, "views", 1));
  ASSERT_TRUE(tx.commit().ok());
  EXPECT_EQ(a_->get(id_)->find("views")->json(), "7");
  const Error beyond = a_->add(id_, "views", 4);
  EXPECT_EQ(beyond.message(),
            "the record does not fit the schema of Post\n"
            "  views: expected at most 10, got number 11");
  EXPECT_EQ(a_->get(id_)->find("views")->json(), "7");
  ASSERT_FALSE(a_->add(id_, "views", 3));
  ASSERT_FALSE(a_->add(id_, "stars", 2));
  EXPECT_EQ(a_->get(id_)->find("stars")->json(), "2");
}

}  // namespace
}  // namespace gs
