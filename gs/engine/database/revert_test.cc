// Goal: what is taken back is what one writer wrote and nothing else: not what others wrote since,
// or at the same time, no removal of somebody else; undo and redo know where they are, whatever
// came between and after a restart; and every replica has the same in the end.
#include <gtest/gtest.h>

#include "gs/core/record/json.h"
#include "gs/engine/database/test_replicas.h"

namespace gs::engine::testing {
namespace {

// "name:before>after" of each field, records by a space, then what was kept as "!field:why".
std::string told_of(const Result<Reverted>& reverted) {
  if (!reverted.ok()) return std::string("<") + code_name(reverted.code()) + ">";
  static constexpr std::array kSigns = {"+", "-", "", "?"};
  std::string text;
  for (const RecordDifference& record : reverted->records) {
    if (!text.empty()) text += ' ';
    text += kSigns[static_cast<std::size_t>(record.kind)];
    for (const FieldDifference& field : record.fields) {
      text += field.field + ":" + field.before_json + ">" + field.after_json + ";";
    }
  }
  static constexpr std::array kWhys = {"written", "removed", "erased"};
  for (const KeptWrite& kept : reverted->kept) {
    text += " !" + kept.field + ":" + kWhys[static_cast<std::size_t>(kept.why)];
  }
  return text;
}

class RevertTest : public ::testing::Test, protected Replicas {
 protected:
  const Store& a() { return next(0); }
  const Store& b() { return next(1); }
  const Store& c() { return next(2); }
  std::string revert(const Store& store, const Digest& change) {
    return told_of(store->revert(change));
  }
  std::string undo(const Store& store) { return told_of(store->undo()); }
  std::string redo(const Store& store) { return told_of(store->redo()); }
  void add(const Store& store, const Id& id, double number) {
    Batch batch(store.db);
    ASSERT_FALSE(batch.add(id, "n", number));
    ASSERT_FALSE(batch.commit());
  }
};

TEST_F(RevertTest, OfTextsTellsHunks) {
  const Id id = *a().insert("Post", R"({"body":"The quick fox","title":"One fox"})");
  ASSERT_FALSE(a().update(id, R"({"title":"Two fox"})"));
  Batch batch(a().db);
  ASSERT_FALSE(batch.splice(id, "body", {4, 5, "slow"}));
  ASSERT_FALSE(batch.commit());
  for (const auto& [field, removed] : {std::pair("body", "slow"), std::pair("title", "Two")}) {
    const auto undone = a()->undo();
    ASSERT_TRUE(undone.ok());
    ASSERT_EQ(undone->records.size(), 1u);
    ASSERT_EQ(undone->records[0].fields[0].field, field);
    ASSERT_EQ(undone->records[0].fields[0].hunks.size(), 1u);
    EXPECT_EQ(undone->records[0].fields[0].hunks[0].removed, removed);
  }
}

TEST_F(RevertTest, FieldsGetBackWhatTheyHad) {
  const Id id = *a().insert("City", R"({"name":"Kyiv","n":1})");
  ASSERT_FALSE(a().update(id, R"({"name":"Kiev","at":5})"));
  const Digest change = a().head();
  ASSERT_FALSE(a().update(id, R"({"n":2})"));
  const auto reverted = a()->revert(change);
  EXPECT_EQ(told_of(reverted), R"(name:"Kiev">"Kyiv";at:5>;)");
  EXPECT_EQ(reverted->change, change);
  EXPECT_EQ(reverted->records[0].id, id);
  EXPECT_EQ(reverted->records[0].collection, "City");
  EXPECT_GT(reverted->time_ms, 0u);
  EXPECT_EQ(a().text(id), R"({"name":"Kyiv","n":2})");
  // Once more: others wrote since, this one.
  EXPECT_EQ(revert(a(), change), " !name:written !at:written");
  EXPECT_EQ(a().text(id), R"({"name":"Kyiv","n":2})");
  EXPECT_EQ(revert(a(), Digest{}), "<not_found>");
  EXPECT_TRUE(a()->verify({})->ok);
}

TEST_F(RevertTest, WhatWasInsertedGoesAndWhatWasRemovedComesBack) {
  const Id id = *a().insert("City", R"({"name":"Kyiv","n":1})");
  const Digest inserted = a().head();
  const Id keyed = *a().put("City", "lviv", R"({"name":"Lviv"})");
  const Digest put = a().head();
  ASSERT_FALSE(a().remove(id));
  const Digest removed = a().head();
  EXPECT_EQ(revert(a(), inserted), "");  // it is gone already
  EXPECT_EQ(revert(a(), removed), R"(+name:>"Kyiv";n:>1;)");
  EXPECT_EQ(a().text(id), R"({"name":"Kyiv","n":1})");
  EXPECT_EQ(revert(a(), put), R"(-name:"Lviv">;)");
  EXPECT_EQ(a().text(keyed), "<not_found>");
  const Digest gone = a().head();
  EXPECT_EQ(revert(a(), gone), R"(+name:>"Lviv";)");
  EXPECT_EQ(a().text(keyed), R"({"name":"Lviv"})");
  EXPECT_EQ(*a().put("City", "lviv", R"({"name":"LVIV"})"), keyed);
  // What was inserted was written to since.
  ASSERT_FALSE(a().update(id, R"({"n":7})"));
  EXPECT_EQ(revert(a(), inserted), " !name:written !n:written");
  EXPECT_EQ(a().text(id), R"({"name":"Kyiv","n":7})");
}

TEST_F(RevertTest, OthersKeepTheirWork) {
  const Id id = *a().insert("City", R"({"name":"Kyiv","n":1,"m":1})");
  const Id other = *a().insert("City", R"({"name":"Lviv"})");
  const Id third = *a().insert("City", R"({"name":"Odesa","n":1})");
  copy();
  Batch batch(a().db);
  ASSERT_FALSE(batch.update(id, R"({"name":"Kiev","n":2,"m":2})"));
  ASSERT_FALSE(batch.update(other, R"({"name":"Lvov"})"));
  ASSERT_FALSE(batch.remove(third));
  ASSERT_FALSE(batch.commit());
  const Digest change = a().head();
  ASSERT_FALSE(b().update(third, R"({"n":5})"));
  ASSERT_FALSE(c().update(id, R"({"m":3})"));  // beside, and later: it is shown
  exchange();
  ASSERT_FALSE(b().update(id, R"({"n":9})"));  // on top of it
  ASSERT_FALSE(c().remove(other));
  exchange();
  // b takes back what a did.
  EXPECT_EQ(revert(b(), change),
            R"(name:"Kiev">"Kyiv"; +name:>"Odesa";n:>5; !n:written !m:written !:removed)");
  exchange();
  expect_all(id, R"({"name":"Kyiv","n":9,"m":3})");
  expect_all(other, "<not_found>");
  expect_all(third, R"({"name":"Odesa","n":5})");
}

TEST_F(RevertTest, WhatSomebodyElseWroteAlikeIsNotOurs) {
  const Id id = *a().insert("City", R"({"n":1})");
  copy();
  ASSERT_FALSE(a().update(id, R"({"n":2})"));
  exchange();
  ASSERT_FALSE(b().update(id, R"({"n":2})"));
  exchange();
  EXPECT_EQ(undo(a()), " !n:written");
  expect_all(id, R"({"n":2})");
}

TEST_F(RevertTest, WhatSomebodyElseRemovedAsWellStaysRemoved) {
  const Id id = *a().insert("City", R"({"name":"Kyiv"})");
  copy();
  ASSERT_FALSE(a().remove(id));
  ASSERT_FALSE(b().remove(id));
  exchange();
  EXPECT_EQ(undo(a()), " !:removed");
  EXPECT_EQ(undo(b()), " !:removed");
  exchange();
  expect_all(id, "<not_found>");
}

TEST_F(RevertTest, AdditionsAreTakenBackWhateverOthersAdded) {
  const Id id = *a().insert("City", R"({"n":10})");
  copy();
  add(a(), id, 5);
  const Digest change = a().head();
  add(b(), id, 100);
  exchange();
  add(a(), id, 1);
  EXPECT_EQ(revert(a(), change), "n:116>111;");
  exchange();
  expect_all(id, R"({"n":111})");
  EXPECT_EQ(undo(a()), "n:111>116;");
  EXPECT_EQ(redo(a()), "n:116>111;");
  // It is in what somebody wrote then.
  ASSERT_FALSE(b().update(id, R"({"n":7})"));
  exchange();
  EXPECT_EQ(revert(a(), change), " !n:written");
  expect_all(id, R"({"n":7})");
}

TEST_F(RevertTest, ElementsAreTakenBackButForThoseOfOthers) {
  const Id id = *a().insert("City", R"({"tags":["x","y"]})");
  copy();
  const auto change = [&](const Store& store, merge::Rule rule, const char* json) {
    Batch batch(store.db);
    ASSERT_FALSE(batch.change(id, "tags", rule, json));
    ASSERT_FALSE(batch.commit());
  };
  change(a(), merge::Rule::included, R"(["own","both"])");
  change(b(), merge::Rule::included, R"(["both","other"])");
  exchange();
  change(a(), merge::Rule::excluded, R"(["x"])");
  exchange();
  EXPECT_EQ(told_of(a()->undo()),
            R"(tags:["y","own","both","other"]>["y","own","both","other","x"];)");
  exchange();
  EXPECT_EQ(told_of(a()->undo()),
            R"(tags:["y","own","both","other","x"]>["y","both","other","x"];)");
  exchange();
  expect_all(id, R"({"tags":["y","both","other","x"]})");
  EXPECT_TRUE(a()->redo().ok());
  EXPECT_TRUE(a()->redo().ok());
  exchange();
  expect_all(id, R"({"tags":["y","both","other","own"]})");
  EXPECT_TRUE(a()->verify({})->ok);
}

TEST_F(RevertTest, AMemberThatBecameAnObjectIsTheValueAgain) {
  const Id id = *a().insert("City", R"({"o":{"m":1}})");
  copy();
  const auto give = [&](const Store& store, const char* json) {
    Batch batch(store.db);
    ASSERT_FALSE(batch.give_members(id, "o", json));
    ASSERT_FALSE(batch.commit());
  };
  give(a(), R"({"m":{"x":{"y":1}}})");
  exchange();
  expect_all(id, R"({"o":{"m":{"x":{"y":1}}}})");
  EXPECT_TRUE(a()->undo().ok());
  exchange();
  expect_all(id, R"({"o":{"m":1}})");
  EXPECT_TRUE(a()->redo().ok());
  give(b(), R"({"m":{"z":2}})");
  exchange();
  EXPECT_TRUE(a()->undo().ok());  // what b gave stays
  exchange();
  EXPECT_EQ(a().text(id).find("\"x\""), std::string::npos);
  EXPECT_NE(a().text(id).find("\"z\":2"), std::string::npos);
}

TEST_F(RevertTest, UndoGoesBackAndRedoForward) {
  const Id id = *a().insert("City", R"({"n":0})");
  for (const char* json : {R"({"n":1})", R"({"n":2})", R"({"n":3})"}) {
    ASSERT_FALSE(a().update(id, json));
  }
  EXPECT_EQ(redo(a()), "<not_found>");
  EXPECT_EQ(undo(a()), "n:3>2;");
  EXPECT_EQ(undo(a()), "n:2>1;");
  reopen(0);
  EXPECT_EQ(redo(a()), "n:1>2;");
  EXPECT_EQ(undo(a()), "n:2>1;");
  EXPECT_EQ(redo(a()), "n:1>2;");
  EXPECT_EQ(redo(a()), "n:2>3;");
  EXPECT_EQ(redo(a()), "<not_found>");
  EXPECT_EQ(undo(a()), "n:3>2;");
  ASSERT_FALSE(a().update(id, R"({"n":9})"));
  EXPECT_EQ(redo(a()), "<not_found>");  // something was written since
  EXPECT_EQ(undo(a()), "n:9>2;");
  EXPECT_EQ(undo(a()), "n:2>1;");
  EXPECT_EQ(undo(a()), "n:1>0;");
  EXPECT_EQ(undo(a()), "-n:0>;");
  EXPECT_EQ(undo(a()), "<not_found>");
  for (const char* told : {"+n:>0;", "n:0>1;", "n:1>2;", "n:2>9;", "<not_found>"}) {
    EXPECT_EQ(redo(a()), told);
  }
  EXPECT_EQ(a().text(id), R"({"n":9})");
  EXPECT_TRUE(a()->verify({})->ok);
}

// A change has many transactions when they come quickly.
TEST_F(RevertTest, UndoIsAboutOneTransaction) {
  const Store& store = a();
  const Id id = *store.insert("City", R"({"n":0})");
  for (int i = 1; i <= 4; ++i) {
    Batch batch(store.db);
    ASSERT_FALSE(batch.update(id, R"({"n":)" + std::to_string(i) + "}"));
    if (i == 2) ASSERT_TRUE(batch.insert("City", R"({"n":20})").ok());
    ASSERT_FALSE(batch.commit(Durability::lazy));
  }
  EXPECT_EQ(store->log(2)->front().transactions, 4u);
  EXPECT_EQ(undo(a()), "n:4>3;");
  EXPECT_EQ(undo(a()), "n:3>2;");
  EXPECT_EQ(undo(a()), "n:2>1; -n:20>;");
  EXPECT_EQ(store.text(id), R"({"n":1})");
  EXPECT_EQ(redo(a()), "n:1>2; +n:>20;");
}

// yjs#402 and its kin: what others removed does not come back, and nothing stands in the way of
// what was written before.
TEST_F(RevertTest, UndoNeverBringsBackWhatOthersRemoved) {
  const Id id = *a().insert("City", R"({"n":0})");
  const Id other = *a().insert("City", R"({"n":5})");
  copy();
  ASSERT_FALSE(a().update(other, R"({"n":6})"));
  ASSERT_FALSE(a().update(id, R"({"n":1})"));
  exchange();
  ASSERT_FALSE(b().remove(id));
  exchange();
  EXPECT_EQ(undo(a()), " !:removed");
  EXPECT_EQ(undo(a()), "n:6>5;");
  EXPECT_EQ(undo(b()), "+n:>1;");  // its own removal; b knows nothing of the undo yet
  exchange();
  expect_all(id, R"({"n":1})");
  expect_all(other, R"({"n":5})");
  // The undo that did nothing is redone with as little.
  EXPECT_EQ(redo(a()), "n:5>6;");
  EXPECT_EQ(redo(a()), "");
  EXPECT_EQ(redo(a()), "<not_found>");
  exchange();
  expect_all(id, R"({"n":1})");
}

TEST_F(RevertTest, OnlyOwnWritesAreUndone) {
  const Id id = *a().insert("City", R"({"n":0})");
  copy();
  ASSERT_FALSE(b().update(id, R"({"n":1})"));
  exchange();
  EXPECT_EQ(undo(c()), "<not_found>");
  EXPECT_EQ(undo(a()), " !n:written");  // the insert of what b has written to
  expect_all(id, R"({"n":1})");
  EXPECT_EQ(undo(b()), "n:1>0;");
}

TEST_F(RevertTest, SchemasAndErasedRecordsStay) {
  const Id id = *a().insert("City", R"({"n":0})");
  const Digest inserted = a().head();
  const Id other = *a().insert("City", R"({"n":1})");
  ASSERT_TRUE(a()->put_schema(R"g({"files":{"City.js":"({ n: '?number' })"}})g", {}).ok());
  ASSERT_TRUE(a()->erase(id, "", nullptr).ok());
  EXPECT_EQ(undo(a()), "-n:1>;");
  EXPECT_EQ(a().text(other), "<not_found>");
  EXPECT_EQ(revert(a(), inserted), " !:erased");
  EXPECT_EQ(a().text(id), "<not_found>");
  EXPECT_TRUE(a()->verify({})->ok);
}

TEST_F(RevertTest, HistoryAndVersionsTellOfIt) {
  const Id id = *a().insert("City", R"({"n":0})");
  ASSERT_FALSE(a().update(id, R"({"n":1})"));
  const Digest then = a().head();
  EXPECT_EQ(undo(a()), "n:1>0;");
  std::vector<OperationInfo> operations;
  ASSERT_TRUE(a()->change(a().head(), &operations).ok());
  ASSERT_EQ(operations.size(), 3u);
  EXPECT_EQ(operations[0].kind, "revert");
  EXPECT_EQ(operations[1].kind, "expect");
  EXPECT_EQ(operations[2].kind, "update");
  EXPECT_EQ(a().text_at(id, then), R"({"n":1})");
  EXPECT_EQ(a()->history(id, 10)->size(), 4u);
}

}  // namespace
}  // namespace gs::engine::testing
