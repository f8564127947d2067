// Goal: what concurrent writes hide is told with its writer, on every replica alike, until somebody
// who has seen it decides.
#include <gtest/gtest.h>

#include "gs/engine/database/test_replicas.h"

namespace gs::engine::testing {
namespace {

class ConflictsTest : public ::testing::Test, protected Replicas {
 protected:
  // As "field:json<shown", a removal as "removal".
  std::string told(std::size_t replica, const Id& id) const {
    const auto conflict = (*this)[replica]->conflicts(id);
    if (!conflict.ok()) return std::string("<") + code_name(conflict.code()) + ">";
    std::string text;
    for (const HiddenWrite& one : conflict->hidden) {
      if (!text.empty()) text += ' ';
      text += one.is_removal ? "removal" : one.field + ":" + one.json + "<" + one.shown_json;
    }
    return text;
  }
  void expect_told(const Id& id, std::string_view text) const {
    for (std::size_t i = 0; i < kCount; ++i) EXPECT_EQ(told(i, id), text) << i;
  }
};

TEST_F(ConflictsTest, AreToldWithTheirWritersUntilSomebodyDecides) {
  const Id id = *(*this)[0].insert("City", R"({"name":"Kyiv","n":1,"at":{"x":1}})");
  copy();
  ASSERT_FALSE(next(2).update(id, R"({"n":3,"at":"far"})"));
  ASSERT_FALSE(next(1).update(id, R"({"n":2,"at":{"x":2}})"));
  ASSERT_FALSE(next(0).update(id, R"({"name":"Kiev"})"));
  EXPECT_EQ(told(0, id), "");
  exchange();
  expect_all(id, R"({"name":"Kiev","n":2,"at":"far"})");
  expect_told(id, R"(n:3<2 at:{"x":2}<"far")");
  const Conflict conflict = *(*this)[0]->conflicts(id);
  EXPECT_EQ(conflict.id, id);
  EXPECT_EQ(conflict.collection, "City");
  EXPECT_FALSE(conflict.is_removed);
  EXPECT_EQ(conflict.hidden[0].writer, (*this)[2]->writer());
  EXPECT_EQ(conflict.hidden[0].rule, "lww");
  EXPECT_GT(conflict.hidden[0].time_ms, 0u);
  EXPECT_EQ((*this)[1]->conflicts(10)->size(), 1u);
  EXPECT_TRUE((*this)[1]->conflicts(0)->empty());
  // Who writes one field decides about that one, whatever he takes.
  ASSERT_FALSE(next(1).update(id, R"({"n":3})"));
  EXPECT_EQ(told(1, id), R"(at:{"x":2}<"far")");
  ASSERT_FALSE(next(1).update(id, R"({"at":{"x":2}})"));
  EXPECT_EQ(told(1, id), "");
  EXPECT_TRUE((*this)[1]->conflicts(10)->empty());
}

// They are kept: who replaces one of them has not seen the other.
TEST_F(ConflictsTest, EqualValuesAreNone) {
  const Id id = *(*this)[0].insert("City", R"({"n":1,"at":"here"})");
  const Id replaced = *(*this)[0].insert("City", R"({"n":1})");
  copy();
  ASSERT_FALSE(next(2).update(id, R"({"n":2,"at":[1,"a"]})"));
  ASSERT_FALSE(next(2).update(replaced, R"({"n":2})"));
  give((*this)[0], made_by(2));
  ASSERT_FALSE(next(1).update(id, R"({"n":2,"at":[1,"a"]})"));
  ASSERT_FALSE(next(1).update(replaced, R"({"n":2})"));
  ASSERT_FALSE(next(0).update(replaced, R"({"n":4})"));
  exchange();
  expect_told(id, "");
  expect_told(replaced, "n:2<4");
  EXPECT_EQ((*this)[2]->conflicts(10)->size(), 1u);
}

TEST_F(ConflictsTest, AnUpdateThatARemovalHidesIsTold) {
  const Id id = *(*this)[0].insert("City", R"({"name":"Kyiv","n":1})");
  const Id alone = *(*this)[0].insert("City", R"({"name":"Lviv"})");
  copy();
  ASSERT_FALSE(next(1).update(id, R"({"n":2})"));
  ASSERT_FALSE(next(2).update(id, R"({"n":3})"));
  ASSERT_FALSE(next(0).remove(id));
  ASSERT_FALSE(next(0).remove(alone));
  exchange();
  expect_all(id, "<not_found>");
  expect_told(id, "n:3< n:2<");
  EXPECT_TRUE((*this)[2]->conflicts(id)->is_removed);
  expect_told(alone, "");
  EXPECT_EQ((*this)[0]->conflicts(10)->size(), 1u);
  EXPECT_EQ((*this)[0]->conflicts(Id{}).code(), Code::not_found);
}

TEST_F(ConflictsTest, ARemovalThatAnUpdateHidesIsTold) {
  const char* const schema =
      R"g({"files":{"City.js":"({ Registry: { removal: 'update-wins' }, n: '?number' })"}})g";
  ASSERT_TRUE((*this)[0]->put_schema(schema, {}).ok());
  const Id id = *(*this)[0].insert("City", R"({"n":1})");
  copy();
  ASSERT_FALSE(next(1).update(id, R"({"n":2})"));
  ASSERT_FALSE(next(0).remove(id));
  exchange();
  expect_all(id, R"({"n":2})");
  expect_told(id, "removal");
  EXPECT_EQ((*this)[2]->conflicts(id)->hidden[0].writer, (*this)[0]->writer());
  ASSERT_FALSE(next(2).update(id, R"({"n":2})"));
  EXPECT_EQ(told(2, id), "");
}

// It was nowhere to be seen but in the log.
TEST_F(ConflictsTest, AWriteUnderAnEarlierNameIsTold) {
  const Id id = *(*this)[0].insert("City", R"({"name":"Kyiv","n":"1"})");
  copy();
  ASSERT_FALSE(next(2).update(id, R"({"name":"Kiew"})"));
  ASSERT_FALSE(next(1).update(id, R"({"name":"Kiev","n":"2"})"));
  const char* const schema =
      R"g({"files":{"City.js":"({ Entity: {}, title: { type: 'string', was: 'name', )g"
      R"g(convert: (name) => name.toUpperCase() }, size: { type: '?number', was: 'n', )g"
      R"g(convert: Number } })"}})g";
  ASSERT_TRUE((*this)[0]->put_schema(schema, {}).ok());
  ASSERT_FALSE(next(0).update(id, R"({"title":"KYIW"})"));
  exchange();
  // Of the two that nobody replaced one stands under the earlier name, the other is hidden there.
  expect_told(id, R"(title:"KIEW"<"KYIW" title:"KIEV"<"KYIW")");
  const Conflict conflict = *(*this)[1]->conflicts(id);
  ASSERT_EQ(conflict.hidden.size(), 2u);
  EXPECT_EQ(conflict.hidden[0].was, "name");
  EXPECT_EQ(conflict.hidden[0].rule, "lww");
  EXPECT_EQ(conflict.hidden[1].rule, "was");
  EXPECT_EQ(conflict.hidden[1].writer, (*this)[1]->writer());
  EXPECT_EQ((*this)[2]->conflicts(10)->size(), 1u);
  // As an update with the schema does.
  ASSERT_FALSE(next(2).update(id, R"({"title":"KYIV","name":{"$unset":true}})"));
  EXPECT_EQ(told(2, id), "");
  exchange();
  expect_told(id, "");
}

// What one transaction wrote, or what says the same, nobody has to decide about.
TEST_F(ConflictsTest, NamesThatCameTogetherOrSayTheSameAreNone) {
  const Store& db = (*this)[0];
  const Id both = *db.insert("City", R"({"name":"Kyiv","cap":"C"})");
  const Id own = *db.insert("City", R"({"name":"Kyiv","title":"Capital"})");
  const Id later = *db.insert("City", R"({"title":"Lviv"})");
  ASSERT_FALSE(next(0).update(later, R"({"name":"Lviv"})"));
  const Id other = *db.insert("City", R"({"title":"Lviv"})");
  ASSERT_FALSE(next(0).update(other, R"({"name":"Lvov"})"));
  const char* const schema =
      R"g({"files":{"City.js":"({ Entity: {}, title: { type: 'string', was: ['name', 'cap'] } })"}})g";
  ASSERT_TRUE(db->put_schema(schema, {}).ok());
  EXPECT_EQ(told(0, both), "");
  EXPECT_EQ(told(0, own), "");
  EXPECT_EQ(told(0, later), "");
  // By an older schema, after the other: nothing is concurrent, and still it is not seen.
  EXPECT_EQ(told(0, other), R"(title:"Lvov"<"Lviv")");
  EXPECT_EQ(db->conflicts(10)->size(), 1u);
}

// What stands there cannot be written again under the schema in force.
TEST_F(ConflictsTest, HiddenValuesAreToldAsTheyWouldBeRead) {
  const Id id = *(*this)[0].insert("City", R"({"n":"1"})");
  copy();
  ASSERT_FALSE(next(1).update(id, R"({"n":"12"})"));
  const char* const schema =
      R"g({"files":{"City.js":"({ Entity: {}, n: { type: 'number', convert: Number } })"}})g";
  ASSERT_TRUE((*this)[0]->put_schema(schema, {}).ok());
  ASSERT_FALSE(next(0).update(id, R"({"n":11})"));
  exchange();
  expect_told(id, "n:12<11");
}

TEST_F(ConflictsTest, OutliveRunsAndRestarts) {
  const Id id = *(*this)[0].insert("City", R"({"n":1})");
  copy();
  ASSERT_FALSE(next(1).update(id, R"({"n":2})"));
  ASSERT_FALSE(next(0).update(id, R"({"n":3})"));
  exchange();
  ASSERT_FALSE((*this)[0]->checkpoint());
  reopen(0);
  expect_told(id, "n:2<3");
  ASSERT_TRUE((*this)[0]->erase(id, "", nullptr).ok());
  EXPECT_EQ(told(0, id), "<not_found>");
}

}  // namespace
}  // namespace gs::engine::testing
