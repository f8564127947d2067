// Goal: what several writers give to one object and remove from it counts, whoever made the object,
// and whatever else happens to the record; through the public interface.
// Method: replicas of one storage patch objects, write whole ones and exchange by bundles; schemas,
// versions, conflicts, undo.
#include <gtest/gtest.h>

#include <filesystem>

#include "gs/api/test_two_replicas.h"

namespace gs {
namespace {

class MembersOfRecords : public testing::TwoReplicas {
 protected:
  MembersOfRecords()
      : TwoReplicas("Person",
                    R"({"name":"One","at":{"city":"Kyiv","zip":1,"geo":{"lat":1,"lon":2}}})",
                    "at") {}

  void use_object_schema(const std::string& merge = {}) {
    use_schema(
        "({ Entity: {}, name: '?string', at: { schema: { city: '?string', zip: '?number', "
        "geo: { schema: { lat: 'number', lon: 'number' }, required: false } }, "
        "required: false" +
        merge + " }, n: '?number' })");
  }
  std::string at(const Storage& storage) const { return field(storage, "at"); }
  std::string at() const { return at(*a_); }
  std::string told() const {
    std::string text;
    for (const HiddenWrite& one : a_->conflicts(id_).value().hidden) {
      text += one.field + ":" + one.json + "<" + one.shown_json + " ";
    }
    return text;
  }
  // So that what b writes next is later than all that a wrote, also in the same millisecond.
  void let_b_be_later() {
    for (int i = 0; i < 4; ++i) ASSERT_FALSE(b_->update(id_, R"({"n":1})"));
  }
};

TEST_F(MembersOfRecords, WhatEachGivesStays) {
  ASSERT_FALSE(a_->patch(id_, R"({"at":{"city":"Lviv"}})"));
  ASSERT_FALSE(b_->patch(id_, R"({"name":"Two","at":{"zip":2,"geo":{"lat":3}}})"));
  EXPECT_EQ(at(), R"({"city":"Lviv","geo":{"lat":1,"lon":2},"zip":1})");
  exchange();
  EXPECT_EQ(a_->get(id_)->json(),
            R"({"name":"Two","at":{"city":"Lviv","geo":{"lat":3,"lon":2},"zip":2}})");
  EXPECT_EQ(told(), "");
  give(*a_, *b_);  // once more
  ASSERT_FALSE(a_->patch(id_, R"({"at":{"geo":{"$unset":true},"zip":{"$unset":true}}})"));
  ASSERT_FALSE(b_->patch(id_, R"({"at":{"geo":{"alt":9}}})"));
  exchange();
  EXPECT_EQ(at(), R"({"city":"Lviv","geo":{"alt":9}})");
}

TEST_F(MembersOfRecords, WholeObjectsAreWhatTheyGiveAndRemove) {
  ASSERT_FALSE(a_->update(id_, R"({"at":{"city":"Lviv","zip":1}})"));
  ASSERT_FALSE(b_->update(id_, R"({"at":{"city":"Kyiv","zip":7,"geo":{"lat":1,"lon":2}}})"));
  EXPECT_EQ(at(), R"({"city":"Lviv","zip":1})");
  exchange();
  EXPECT_EQ(at(), R"({"city":"Lviv","zip":7})");
  EXPECT_EQ(told(), "");
}

TEST_F(MembersOfRecords, WhoMakesOneObjectAtTheSameTimeMakesOne) {
  ASSERT_FALSE(a_->update(id_, R"({"job":{"title":"baker","boss":{"name":"A"}}})"));
  ASSERT_FALSE(b_->patch(id_, R"({"job":{"since":2020,"boss":{"age":50}}})"));
  exchange();
  const std::string job = field(*a_, "job");
  for (const char* const part :
       {R"("title":"baker")", R"("since":2020)", R"("name":"A")", R"("age":50)"}) {
    EXPECT_NE(job.find(part), std::string::npos) << job;
  }
  // Whole records of one key as well.
  const Id other = a_->put("Person", "two", R"({"at":{"city":"Odesa"}})").value();
  ASSERT_TRUE(b_->put("Person", "two", R"({"at":{"zip":5}})").ok());
  exchange();
  const std::string made = a_->get(other)->json();
  EXPECT_NE(made.find(R"("city":"Odesa")"), std::string::npos) << made;
  EXPECT_NE(made.find(R"("zip":5)"), std::string::npos) << made;
}

TEST_F(MembersOfRecords, OfOneMemberTheLaterShowsAndTheOtherIsTold) {
  ASSERT_FALSE(a_->patch(id_, R"({"at":{"city":"Lviv","geo":{"lat":5}}})"));
  let_b_be_later();
  ASSERT_FALSE(b_->patch(id_, R"({"at":{"city":"Odesa"}})"));
  exchange();
  EXPECT_NE(at().find(R"("city":"Odesa")"), std::string::npos) << at();
  EXPECT_NE(at().find(R"("lat":5)"), std::string::npos) << at();
  EXPECT_EQ(told(), R"(at.city:"Lviv"<"Odesa" )");
  EXPECT_EQ(a_->conflicts(id_).value().hidden[0].rule, "object");
  // Who writes the member decides, and nothing else.
  ASSERT_FALSE(a_->patch(id_, R"({"at":{"city":"Lviv"}})"));
  exchange();
  EXPECT_EQ(told(), "");
  EXPECT_NE(at(*b_).find(R"("city":"Lviv")"), std::string::npos);
}

TEST_F(MembersOfRecords, AnObjectAndAValueAreToldAtTheirPath) {
  ASSERT_FALSE(a_->patch(id_, R"({"at":{"zip":{"code":1,"more":2}}})"));
  let_b_be_later();
  ASSERT_FALSE(b_->patch(id_, R"({"at":{"zip":9}})"));
  exchange();
  EXPECT_EQ(told(), R"(at.zip:{"code":1,"more":2}<9 )");
  ASSERT_FALSE(a_->update(id_, R"({"at":"far"})"));
  EXPECT_EQ(at(), R"("far")");
  EXPECT_EQ(told(), "");
  let_b_be_later();
  ASSERT_FALSE(b_->patch(id_, R"({"at":{"zip":10}})"));
  exchange();
  EXPECT_EQ(at(), R"("far")");
  EXPECT_NE(told().find(R"(at:{"zip":10}<"far")"), std::string::npos) << told();
  // A patch of what is no object replaces it.
  ASSERT_FALSE(a_->patch(id_, R"({"at":{"zip":11}})"));
  exchange();
  EXPECT_EQ(at(*b_), R"({"zip":11})");
  EXPECT_EQ(told(), "");
}

TEST_F(MembersOfRecords, OneValueWhereTheSchemaSaysSo) {
  use_object_schema(", merge: 'lww'");
  ASSERT_FALSE(a_->update(id_, R"({"at":{"city":"Lviv"}})"));
  let_b_be_later();
  ASSERT_FALSE(b_->update(id_, R"({"at":{"zip":3}})"));
  exchange();
  EXPECT_EQ(at(), R"({"zip":3})");
  EXPECT_EQ(told(), R"(at:{"city":"Lviv"}<{"zip":3} )");
}

TEST_F(MembersOfRecords, WhatAPatchMakesFitsTheSchema) {
  use_object_schema();
  ASSERT_FALSE(a_->patch(id_, R"({"at":{"geo":{"lat":4}}})"));
  EXPECT_EQ(at(), R"({"city":"Kyiv","geo":{"lat":4,"lon":2},"zip":1})");
  const Error wrong = a_->patch(id_, R"({"at":{"geo":{"lat":{"$unset":true}}}})");
  EXPECT_EQ(wrong.code(), Code::invalid);
  EXPECT_NE(wrong.text().find("lat"), std::string::npos) << wrong.text();
  EXPECT_EQ(a_->patch(id_, R"({"at":{"zip":"x"}})").code(), Code::invalid);
  EXPECT_EQ(a_->patch(id_, R"({"at":{"other":1}})").code(), Code::invalid);
  EXPECT_EQ(a_->patch(id_, R"({"job":{"other":1}})").code(), Code::invalid);
  EXPECT_EQ(at(), R"({"city":"Kyiv","geo":{"lat":4,"lon":2},"zip":1})");
}

TEST_F(MembersOfRecords, WrongPatchesAreRefused) {
  EXPECT_EQ(a_->patch(Storage::resolve("no", "Person"), R"({"at":{"x":1}})").code(),
            Code::not_found);
  EXPECT_EQ(a_->patch(id_, R"([1])").code(), Code::invalid);
  EXPECT_EQ(a_->patch(id_, R"({"at":{"x":[{"$unset":true}]}})").code(), Code::invalid);
  EXPECT_EQ(a_->patch(id_, R"({"at":{"x":1,"x":2}})").code(), Code::invalid);
  ASSERT_FALSE(a_->patch(id_, R"({"at":{"x":{"$literal":{"$unset":true}}}})"));
  EXPECT_NE(at().find(R"({"$literal":{"$unset":true}})"), std::string::npos) << at();
  ASSERT_FALSE(a_->patch(id_, R"({"name":{"$unset":true},"at":{}})"));
  EXPECT_EQ(field(*a_, "name"), "none");
}

TEST_F(MembersOfRecords, SeveralPatchesOfOneTransactionAreOne) {
  Transaction tx = a_->begin();
  ASSERT_FALSE(tx.patch(id_, R"({"at":{"city":"Lviv","geo":{"lat":4}}})"));
  ASSERT_FALSE(tx.patch(id_, R"({"at":{"city":{"$unset":true},"geo":{"lon":5}}})"));
  ASSERT_FALSE(tx.patch(id_, R"({"fresh":{"x":{"y":1}}})"));
  ASSERT_FALSE(tx.patch(id_, R"({"fresh":{"x":{"z":2}}})"));
  ASSERT_TRUE(tx.commit().ok());
  EXPECT_EQ(at(), R"({"geo":{"lat":4,"lon":5},"zip":1})");
  EXPECT_EQ(field(*a_, "fresh"), R"({"x":{"y":1,"z":2}})");
  exchange();
}

TEST_F(MembersOfRecords, UndoTakesBackOnesOwnMembers) {
  ASSERT_FALSE(a_->patch(id_, R"({"at":{"city":"Lviv","zip":2,"new":1,"geo":{"$unset":true}}})"));
  ASSERT_FALSE(b_->patch(id_, R"({"at":{"house":7}})"));
  exchange();
  ASSERT_FALSE(b_->patch(id_, R"({"at":{"zip":3}})"));
  give(*b_, *a_);
  const auto undone = a_->undo();
  ASSERT_TRUE(undone.ok()) << undone.error().text();
  EXPECT_EQ(undone->kept.size(), 1u);  // zip is b's by now
  const std::string now = at();
  EXPECT_NE(now.find(R"("city":"Kyiv")"), std::string::npos) << now;
  EXPECT_NE(now.find(R"("zip":3)"), std::string::npos) << now;
  EXPECT_NE(now.find(R"("house":7)"), std::string::npos) << now;
  EXPECT_NE(now.find(R"("geo":{"lat":1,"lon":2})"), std::string::npos) << now;
  EXPECT_EQ(now.find("new"), std::string::npos) << now;
  ASSERT_TRUE(a_->redo().ok());
  EXPECT_NE(at().find(R"("city":"Lviv")"), std::string::npos) << at();
  EXPECT_EQ(at().find("geo"), std::string::npos) << at();
  exchange();
}

TEST_F(MembersOfRecords, UndoBringsBackNothingThatSomebodyElseRemoved) {
  ASSERT_FALSE(a_->patch(id_, R"({"at":{"city":{"$unset":true}}})"));
  ASSERT_FALSE(b_->patch(id_, R"({"at":{"city":{"$unset":true}}})"));
  exchange();
  ASSERT_TRUE(a_->undo().ok());
  EXPECT_EQ(at().find("city"), std::string::npos) << at();
}

TEST_F(MembersOfRecords, UndoLeavesWhatSomebodyElseGaveAgain) {
  ASSERT_FALSE(a_->patch(id_, R"({"at":{"city":"Lviv","zip":2}})"));
  exchange();
  ASSERT_FALSE(b_->patch(id_, R"({"at":{"city":"Lviv"}})"));
  exchange();
  const auto undone = a_->undo();
  ASSERT_TRUE(undone.ok()) << undone.error().text();
  EXPECT_EQ(undone->kept.size(), 1u);
  EXPECT_EQ(at(), R"({"city":"Lviv","geo":{"lat":1,"lon":2},"zip":1})");
}

TEST_F(MembersOfRecords, TheLogSaysWhatAPatchDid) {
  ASSERT_FALSE(a_->patch(
      id_, R"({"at":{"city":"Lviv","geo":{"lat":{"$unset":true}},"zip":{"$unset":true}}})"));
  const auto history = a_->history(id_, 2);
  ASSERT_TRUE(history.ok());
  EXPECT_EQ((*history)[0].operation.kind, "patch");
  EXPECT_EQ(
      (*history)[0].operation.json,
      R"({"at":{"$patch":{"city":"Lviv","geo":{"lat":{"$unset":true}},"zip":{"$unset":true}}}})");
  const Version before = a_->find_version((*history)[1].change.digest.text()).value();
  EXPECT_EQ(a_->get(id_, before)->find("at")->json(),
            R"({"city":"Kyiv","zip":1,"geo":{"lat":1,"lon":2}})");
}

TEST_F(MembersOfRecords, AreTheSameAfterARestartAndReplay) {
  ASSERT_FALSE(a_->patch(id_, R"({"at":{"city":"Lviv","zip":{"$unset":true}}})"));
  ASSERT_FALSE(b_->patch(id_, R"({"at":{"city":"Odesa","geo":{"lat":8}}})"));
  exchange();
  const std::string before = at();
  const Digest digest = a_->digest()->digest;
  ASSERT_FALSE(a_->close());
  a_.emplace(Storage::open(path("a")).value());
  EXPECT_EQ(at(), before);
  ASSERT_FALSE(a_->close());
  std::filesystem::remove_all(path("a") + "/state");
  a_.emplace(Storage::open(path("a")).value());
  EXPECT_EQ(at(), before);
  EXPECT_EQ(a_->digest()->digest, digest);
}

}  // namespace
}  // namespace gs
