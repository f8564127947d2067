// Goal: what several writers add to an array or set stays, what they remove goes, and who adds wins
// over who removes at the same time; through the public interface.
// Method: replicas of one storage change elements, write whole values and exchange by bundles;
// schemas, transactions, indexes, live queries and limits.
#include <gtest/gtest.h>

#include "globalstorage/live.h"
#include "gs/api/test_two_replicas.h"

namespace gs {
namespace {

class Elements : public testing::TwoReplicas {
 protected:
  Elements() : TwoReplicas("Post", R"({"title":"One","tags":["x","y"]})", "tags") {}

  std::string tags() const { return field(*a_, "tags"); }
};

TEST_F(Elements, WhatEachAddsStaysAndWhoAddsWins) {
  ASSERT_FALSE(a_->add_elements(id_, "tags", R"(["a","x"])"));
  ASSERT_FALSE(b_->remove_elements(id_, "tags", R"(["x","y"])"));
  ASSERT_FALSE(b_->add_elements(id_, "tags", R"(["b"])"));
  EXPECT_EQ(tags(), R"(["x","y","a"])");
  EXPECT_EQ(field(*b_, "tags"), R"(["b"])");
  exchange();
  EXPECT_EQ(tags(), R"(["a","x","b"])");
  EXPECT_TRUE(a_->conflicts(id_).value().hidden.empty());
  give(*a_, *b_);  // once more
  EXPECT_EQ(field(*b_, "tags"), tags());
  ASSERT_FALSE(b_->remove_elements(id_, "tags", R"(["x"])"));
  exchange();
  EXPECT_EQ(tags(), R"(["a","b"])");
}

TEST_F(Elements, RemovalsOfOneWhoWasAwayTakeWhatItSaw) {
  const Digest before = a_->get(id_)->version();
  ASSERT_FALSE(b_->remove_elements(id_, "tags", R"(["x"])"));
  for (int i = 0; i < 100; ++i) {
    const std::string one = "[" + std::to_string(i % 3) + "]";
    ASSERT_FALSE(a_->add_elements(id_, "tags", one));
    ASSERT_FALSE(a_->remove_elements(id_, "tags", one));
  }
  EXPECT_NE(a_->get(id_)->version(), before) << "it was changed, though it looks the same";
  exchange();
  EXPECT_EQ(tags(), R"(["y"])");
}

TEST_F(Elements, AllOfOneTransactionCounts) {
  Transaction tx = a_->begin();
  ASSERT_FALSE(tx.add_elements(id_, "tags", R"(["a","b"])"));
  ASSERT_FALSE(tx.add_elements(id_, "tags", R"(["c"])"));
  ASSERT_FALSE(tx.remove_elements(id_, "tags", R"(["b","x"])"));
  const Id other = tx.insert("Post", R"({"title":"Two"})").value();
  ASSERT_FALSE(tx.add_elements(other, "tags", "[1]"));
  ASSERT_FALSE(tx.remove_elements(other, "tags", "[1]"));
  ASSERT_TRUE(tx.commit().ok());
  EXPECT_EQ(tags(), R"(["y","a","c"])");
  EXPECT_EQ(a_->get(other)->json(), R"({"title":"Two","tags":[]})");
  exchange();
}

TEST_F(Elements, StayAcrossARestart) {
  ASSERT_FALSE(a_->add_elements(id_, "tags", R"([{"a":1},[2]])"));
  ASSERT_FALSE(b_->remove_elements(id_, "tags", R"(["x"])"));
  exchange();
  const Digest digest = a_->digest().value().digest;
  ASSERT_FALSE(a_->close());
  a_.emplace(Storage::open(path("a")).value());
  EXPECT_EQ(tags(), R"(["y",{"a":1},[2]])");
  EXPECT_EQ(a_->digest().value().digest, digest);
  EXPECT_TRUE(a_->verify({}).value().ok);
  ASSERT_FALSE(a_->remove_elements(id_, "tags", R"([[2]])"));
  EXPECT_EQ(tags(), R"(["y",{"a":1}])");
}

// Whoever looks at a change sees what it and those before it made, whatever came since.
TEST_F(Elements, ThePastIsAsItWas) {
  std::vector<std::pair<Digest, std::string>> seen;
  for (int i = 0; i < 12; ++i) {
    const std::string one = "[" + std::to_string(i % 5) + ",\"x\"]";
    if (i % 3 == 2) {
      ASSERT_FALSE(a_->remove_elements(id_, "tags", one));
    } else if (i == 7) {
      ASSERT_FALSE(a_->update(id_, R"({"tags":["w",3]})"));
    } else {
      ASSERT_FALSE(a_->add_elements(id_, "tags", one));
    }
    ASSERT_FALSE(a_->sync());
    seen.emplace_back(a_->heads().value().front(), tags());
    ASSERT_FALSE(b_->add_elements(id_, "tags", "[4,\"b\"]"));
    if (i == 6) give(*b_, *a_);
  }
  exchange();
  for (const auto& [change, json] : seen) {
    EXPECT_EQ(a_->get(id_, change)->find("tags")->json(), json);
    EXPECT_EQ(b_->get(id_, change)->find("tags")->json(), json);
  }
}

TEST_F(Elements, RecordsInMemoryHaveThemToo) {
  ASSERT_FALSE(a_->apply_schema(R"g({"files":{"Note.js":"({ Registry: { store: 'memory' }, )g"
                                R"g(tags: { array: 'string', merge: 'set' } })"}})g",
                                true));
  const Id note = a_->insert("Note", R"({"tags":["x"]})").value();
  ASSERT_FALSE(a_->add_elements(note, "tags", R"(["a","b"])"));
  ASSERT_FALSE(a_->remove_elements(note, "tags", R"(["x","a"])"));
  EXPECT_EQ(a_->get(note)->json(), R"({"tags":["b"]})");
  ASSERT_FALSE(a_->update(note, R"({"tags":["c"]})"));
  EXPECT_EQ(a_->get(note)->json(), R"({"tags":["c"]})");
}

TEST_F(Elements, OnlyArraysAndSetsHaveThem) {
  EXPECT_EQ(a_->add_elements(id_, "title", "[1]").message(),
            "field \"title\": it holds no array or set. Write one first");
  EXPECT_EQ(a_->remove_elements(id_, "other", "[1]").message(),
            "field \"other\": it is not there, so it has no elements to remove");
  EXPECT_EQ(a_->add_elements(id_, "tags", "[]").message(),
            "no elements are given. Name at least one");
  EXPECT_EQ(a_->add_elements(id_, "tags", "1").code(), Code::invalid);
  EXPECT_EQ(a_->add_elements(id_, "tags", "[1],\"more\":[2]").code(), Code::invalid);
  EXPECT_EQ(a_->add_elements(id_, "tags", "[1").code(), Code::invalid);
  EXPECT_EQ(a_->add_elements(id_, "", "[1]").code(), Code::invalid);
  ASSERT_FALSE(a_->update(id_, R"({"at":{"n":[1]}})"));
  EXPECT_EQ(a_->add_elements(id_, "at.n", "[1]").code(), Code::invalid);  // would hide it
  EXPECT_EQ(a_->add_elements(Storage::resolve("none", "Post"), "tags", "[1]").code(),
            Code::not_found);
  ASSERT_FALSE(a_->add_elements(id_, "list", "[1]"));
  EXPECT_EQ(a_->add(id_, "list", 1).code(), Code::invalid);
  ASSERT_FALSE(a_->add(id_, "sum", 1));
  EXPECT_EQ(a_->add_elements(id_, "sum", "[1]").code(), Code::invalid);
}

TEST_F(Elements, SetsStaySetsAndAreFoundByTheirElements) {
  ASSERT_FALSE(a_->update(id_, R"({"marks":{"$set":["b"]}})"));
  ASSERT_FALSE(a_->add_elements(id_, "marks", R"(["c","a"])"));
  EXPECT_EQ(field(*a_, "marks"), R"({"$set":["a","b","c"]})");
  ASSERT_FALSE(a_->remove_elements(id_, "marks", R"({"$set":["b"]})"));
  EXPECT_EQ(field(*a_, "marks"), R"({"$set":["a","c"]})");
}

TEST_F(Elements, IndexesAndLiveQueriesSeeWhatWasMerged) {
  ASSERT_FALSE(a_->apply_schema(R"g({"files":{"Post.js":"({ Registry: {}, title: 'string', )g"
                                R"g(tags: { array: 'string', index: true, merge: 'set' } })"}})g",
                                true));
  constexpr const char* kQuery = R"({"collection":"Post","filter":{"tags":{"$contains":"new"}}})";
  LiveQuery live = a_->watch(kQuery).value();
  EXPECT_EQ(live.size(), 0u);
  ASSERT_FALSE(b_->add_elements(id_, "tags", R"(["new"])"));
  ASSERT_FALSE(a_->remove_elements(id_, "tags", R"(["x"])"));
  exchange();
  EXPECT_EQ(a_->count(kQuery).value(), 1u);
  EXPECT_EQ(live.changes().value().size(), 1u);
  EXPECT_EQ(live.size(), 1u);
  ASSERT_FALSE(a_->remove_elements(id_, "tags", R"(["new"])"));
  EXPECT_EQ(a_->count(kQuery).value(), 0u);
  EXPECT_EQ(live.changes().value().size(), 1u);
  EXPECT_EQ(live.size(), 0u);
  EXPECT_EQ(tags(), R"(["y"])");
}

TEST_F(Elements, ASchemaSaysWhatElementsAre) {
  ASSERT_FALSE(a_->apply_schema(
      R"g({"files":{"Post.js":"({ Registry: {}, title: 'string', )g"
      R"g(tags: { array: 'string', length: { min: 1, max: 4 } }, )g"
      R"g(links: { many: 'Post', required: false }, more: { array: 'string', default: ['m'] } })"}})g",
      true));
  EXPECT_EQ(a_->add_elements(id_, "title", "[1]").message(),
            "Post.title is string: only arrays, sets and lists of relations have elements to add "
            "and remove");
  EXPECT_EQ(a_->add_elements(id_, "other", "[1]").message(),
            "Post.other is no field of the schema");
  const Error wrong = a_->add_elements(id_, "tags", "[1]");
  EXPECT_EQ(wrong.code(), Code::invalid);
  EXPECT_NE(wrong.message().find("tags[2]: expected string, got number"), std::string::npos)
      << wrong.text();
  ASSERT_FALSE(a_->add_elements(id_, "tags", R"(["a","b"])"));
  EXPECT_EQ(a_->add_elements(id_, "tags", R"(["c"])").code(), Code::invalid) << "too many";
  ASSERT_FALSE(a_->remove_elements(id_, "tags", R"(["a","b","x"])"));
  EXPECT_EQ(a_->remove_elements(id_, "tags", R"(["y"])").code(), Code::invalid) << "too few";
  EXPECT_EQ(tags(), R"(["y"])");
  // Texts are ids of records, and a default was shown.
  ASSERT_FALSE(a_->add_elements(id_, "links", R"(["one"])"));
  EXPECT_EQ(field(*a_, "links"), R"([{"$id":")" + id_.text() + R"("}])");
  ASSERT_FALSE(a_->add_elements(id_, "more", R"(["n"])"));
  EXPECT_EQ(field(*a_, "more"), R"(["m","n"])");
}

}  // namespace
}  // namespace gs
