// Goal: what went wrong in other systems when nested data was undone, by the number that it has
// there: what is shown after each step is what was there before, once and whole, on two replicas
// that exchange.
//
// Method: the steps of each report, as near as records come: maps are objects whose members are
// given, or records; arrays are lists that are edited; elements of a tree are nodes.
//
// Source: the issues of github.com/yjs/yjs and of github.com/y-crdt/y-crdt.
#include <gtest/gtest.h>

#include "gs/core/record/json.h"
#include "gs/engine/database/test_replicas.h"

namespace gs::engine::testing {
namespace {

class UndoElsewhere : public ::testing::Test, protected Replicas {
 protected:
  void begin(const char* json) {
    id_ = *next(0).insert("Design", json);
    copy();
  }

  const Store& a() { return next(0); }
  const Store& b() { return next(1); }

  template <typename Do>
  void in_one(const Store& store, const Do& act) {
    Batch batch(store.db);
    ASSERT_FALSE(act(batch));
    ASSERT_FALSE(batch.commit());
  }
  // `change` as Batch::give_members has it.
  void give(const Store& store, const std::string& change) {
    in_one(store, [&](Batch& batch) { return batch.give_members(id_, "o", change); });
  }
  void take_away(const Store& store, const std::string& names) {
    give(store, "[{}," + names + "]");
  }
  static Buffer any_of_json(const std::string& json) {
    record::Encoder encoder;
    const auto encoded = encoder.encode_delta_json({}, "{\"v\":" + json + "}");
    EXPECT_TRUE(encoded.ok());
    const record::RecordView record(encoded->shape.get(), encoded->bytes.data());
    Buffer bytes;
    EXPECT_FALSE(record::encode_any(record.find("v")->to_value(), bytes));
    return bytes;
  }
  static ListEdit insertion(std::uint64_t at, const std::vector<std::string>& values) {
    ListEdit edit{crdt::ListEdit::insert, at, 0, 0, {}};
    for (const std::string& value : values) edit.values.push_back(any_of_json(value));
    return edit;
  }
  static ListEdit deletion(std::uint64_t at, std::uint64_t count) {
    return {crdt::ListEdit::erase, at, count, 0, {}};
  }
  static ListEdit value_at(std::uint64_t at, const std::string& value) {
    return {crdt::ListEdit::set, at, 0, 0, {any_of_json(value)}};
  }
  void edit(const Store& store, const std::vector<ListEdit>& edits) {
    in_one(store, [&](Batch& batch) -> Error {
      for (const ListEdit& one : edits) GS_TRY_OK(batch.edit_list(id_, "l", one));
      return {};
    });
  }
  void type(const Store& store, std::uint64_t at, std::uint64_t deleted, const char* text) {
    in_one(store, [&](Batch& batch) {
      return batch.splice(id_, "t", {at, deleted, std::string(text)});
    });
  }

  void undo(const Store& store) { done(store->undo()); }
  void redo(const Store& store) { done(store->redo()); }
  static void done(const Result<Reverted>& reverted) {
    ASSERT_TRUE(reverted.ok()) << reverted.error().text();
    EXPECT_TRUE(reverted->kept.empty());
  }

  void expect(const std::string& json) {
    exchange();
    expect_all(id_, json);
  }
  // Back through these, the last of which is shown, and forth again; twice.
  void expect_ways(const std::vector<std::string>& ways) {
    expect(ways.back());
    for (int walk = 0; walk < 2; ++walk) {
      for (std::size_t i = ways.size() - 1; i-- > 0;) {
        undo(a());
        expect(ways[i]);
      }
      for (std::size_t i = 1; i < ways.size(); ++i) {
        redo(a());
        expect(ways[i]);
      }
    }
  }

  Id id_;
};

TEST_F(UndoElsewhere, Yjs241PositionsAreRightBehindAnUndo) {
  begin(R"({"t":"1221"})");
  const std::string cursor = *a()->text_cursor(id_, "t", 2, false);
  type(a(), 2, 0, "3");
  type(a(), 3, 0, "3");
  expect(R"({"t":"123321"})");
  EXPECT_EQ(*a()->text_position(id_, "t", cursor, std::nullopt), 4u);
  undo(a());
  undo(a());
  expect(R"({"t":"1221"})");
  EXPECT_EQ(*a()->text_position(id_, "t", cursor, std::nullopt), 2u);
  EXPECT_EQ(*b()->text_position(id_, "t", cursor, std::nullopt), 2u);
  type(a(), 2, 0, "3");
  expect(R"({"t":"12321"})");
  EXPECT_EQ(*b()->text_position(id_, "t", cursor, std::nullopt), 3u);
}

TEST_F(UndoElsewhere, Yjs317WhatIsNestedComesBackOnce) {
  begin(R"({"o":{}})");
  give(a(), R"({"text":{"blocks":{"text":"Type Something"}}})");
  give(a(), R"([{"text":{"blocks":{"text":"Something"}}},{}])");
  expect_ways({R"({"o":{}})", R"({"o":{"text":{"blocks":{"text":"Type Something"}}}})",
               R"({"o":{"text":{"blocks":{"text":"Something"}}}})"});
}

TEST_F(UndoElsewhere, Yjs343AfterThreeChangesAndMore) {
  begin(R"({"o":{}})");
  std::vector<std::string> ways = {R"({"o":{}})"};
  for (const char* text : {"Type Something", "Something", "Something Else", "Else", "Type"}) {
    const std::string block = R"({"text":{"blocks":{"text":")" + std::string(text) + R"("}}})";
    give(a(), block);
    ways.push_back("{\"o\":" + block + "}");
  }
  expect_ways(ways);
}

TEST_F(UndoElsewhere, Yjs355KeysOfARecreatedMapAreAllRedone) {
  begin(R"({"o":{}})");
  std::vector<std::string> ways = {R"({"o":{}})"};
  for (const char* at : {"0", "100", "200", "300"}) {
    const std::string point =
        R"({"a":{"x":)" + std::string(at) + R"(,"y":)" + std::string(at) + "}}";
    give(a(), point);
    ways.push_back("{\"o\":" + point + "}");
  }
  expect_ways(ways);
}

// A map that one changes and takes out of its array in one transaction.
TEST_F(UndoElsewhere, Yjs642WhatWasChangedAndDeletedAtOnceComesBackAsItWas) {
  begin(R"({"l":[],"o":{}})");
  edit(a(), {insertion(0, {R"({"color":"red","n":1})"})});
  edit(a(), {value_at(0, R"({"color":"blue","n":1})"), deletion(0, 1)});
  expect_ways(
      {R"({"l":[],"o":{}})", R"({"l":[{"color":"red","n":1}],"o":{}})", R"({"l":[],"o":{}})"});
  undo(a());
  expect(R"({"l":[{"color":"red","n":1}],"o":{}})");
  give(a(), R"({"foo":{"bar":"value1","baz":"value2"}})");
  in_one(a(), [&](Batch& batch) -> Error {
    GS_TRY_OK(batch.give_members(id_, "o", R"({"foo":{"bar":"value3"}})"));
    return batch.give_members(id_, "o", R"([{},{"foo":true}])");
  });
  expect(R"({"l":[{"color":"red","n":1}],"o":{}})");
  undo(a());
  expect(R"({"l":[{"color":"red","n":1}],"o":{"foo":{"bar":"value1","baz":"value2"}}})");
}

// Somebody else takes out what holds that which is undone then.
TEST_F(UndoElsewhere, Yjs699NothingIsUndoneInWhatSomebodyElseRemoved) {
  begin(R"({"o":{"p":{"x":1}},"l":[{"x":1},2],"t":"ab","n":0})");
  give(a(), R"({"p":{"x":2,"y":3}})");
  edit(a(), {value_at(0, R"({"x":2})")});
  expect(R"({"o":{"p":{"x":2,"y":3}},"l":[{"x":2},2],"t":"ab","n":0})");
  take_away(b(), R"({"p":true})");
  edit(b(), {deletion(0, 1)});
  const std::string without = R"({"o":{},"l":[2],"t":"ab","n":0})";
  expect(without);
  EXPECT_TRUE(a()->undo().ok());
  expect(without);
  EXPECT_TRUE(a()->undo().ok());
  expect(without);
  EXPECT_TRUE(a()->redo().ok());
  EXPECT_TRUE(a()->redo().ok());
  expect(without);
  type(a(), 1, 1, "xy");
  exchange();
  ASSERT_FALSE(b().remove(id_));
  expect("<not_found>");
  EXPECT_TRUE(a()->undo().ok());
  expect("<not_found>");
  undo(b());  // without the letters that a took back
  expect(without);
  EXPECT_TRUE((*this)[1]->verify({})->ok);
}

TEST_F(UndoElsewhere, Yjs736AnArrayGoesBackStepByStep) {
  begin(R"({"l":[]})");
  edit(a(), {insertion(0, {"1", "2", "3"})});
  edit(a(), {insertion(2, {"6", "7"})});
  edit(a(), {deletion(1, 1), insertion(1, {"8"})});
  edit(a(), {deletion(0, 1)});
  edit(a(), {deletion(1, 2)});
  expect_ways({R"({"l":[]})", R"({"l":[1,2,3]})", R"({"l":[1,2,6,7,3]})", R"({"l":[1,8,6,7,3]})",
               R"({"l":[8,6,7,3]})", R"({"l":[8,3]})"});
}

// What was below a parent when it was deleted, somebody else changed at the same time.
TEST_F(UndoElsewhere, Yjs736AParentComesBackWithWhatOthersDidBelowIt) {
  begin(R"({"tree":[{"value":"p","children":[{"value":"c"},{"value":"d"}]}],"n":0})");
  in_one(a(), [&](Batch& batch) {
    return batch.edit_tree(id_, "tree", {tree::Kind::remove, "0", "", "", {}});
  });
  in_one(b(), [&](Batch& batch) -> Error {
    GS_TRY_OK(batch.edit_tree(id_, "tree", {tree::Kind::set, "1", "", "", any_of_json("\"C\"")}));
    return batch.edit_tree(id_, "tree", {tree::Kind::remove, "2", "", "", {}});
  });
  expect(R"({"tree":[],"n":0})");
  undo(a());
  expect(R"({"tree":[{"id":"0","value":"p"},{"id":"1","parent":"0","value":"C"}],"n":0})");
}

TEST_F(UndoElsewhere, Yjs736ARecordComesBackWithWhatOthersGaveIt) {
  begin(R"({"o":{"x":1},"l":["e"],"t":"ab"})");
  ASSERT_FALSE(a().remove(id_));
  give(b(), R"({"y":2})");
  edit(b(), {insertion(1, {"\"f\""})});
  type(b(), 2, 0, "c");
  exchange();
  a()->undo().error().ignore();
  expect(R"({"o":{"x":1,"y":2},"l":["e","f"],"t":"abc"})");
}

// Elements of nested arrays went lost after changes, undos and redos that took turns.
TEST_F(UndoElsewhere, Yrs412NoElementIsLostByTurns) {
  begin(R"({"l":[["A1","A2"],["B1","B2"]],"f21":false,"f22":"C"})");
  const auto with = [](const std::string& list, const char* f21) {
    return "{\"l\":" + list + ",\"f21\":" + f21 + R"(,"f22":"C"})";
  };
  const std::string at_first = R"([["A1","A2"],["B1","B2"]])";
  const std::string with_new = R"([["N"],["A1","A2"],["B1","B2"]])";
  const std::string without_a = R"([["N"],["B1","B2","B3"]])";
  edit(a(), {insertion(0, {R"(["N"])"})});
  ASSERT_FALSE(a().update(id_, R"({"f21":true})"));
  expect(with(with_new, "true"));
  undo(a());
  undo(a());
  expect(with(at_first, "false"));
  redo(a());
  expect(with(with_new, "false"));
  edit(a(), {deletion(1, 1), value_at(1, R"(["B1","B2","B3"])")});
  expect(with(without_a, "false"));
  undo(a());
  expect(with(with_new, "false"));
  ASSERT_FALSE(a().update(id_, R"({"f21":true})"));
  for (int turn = 0; turn < 3; ++turn) {
    undo(a());
    undo(a());
    expect(with(at_first, "false"));
    redo(a());
    redo(a());
    expect(with(with_new, "true"));
  }
  edit(a(), {{crdt::ListEdit::move, 0, 0, 2, {}}});
  expect(with(R"([["A1","A2"],["B1","B2"],["N"]])", "true"));
  for (int i = 0; i < 3; ++i) undo(a());
  expect(with(at_first, "false"));
  for (int i = 0; i < 3; ++i) redo(a());
  expect(with(R"([["A1","A2"],["B1","B2"],["N"]])", "true"));
}

// A key that is set while what holds it is undone (yjs 472): the redo brings back what was there,
// and what somebody else gave meanwhile stays.
TEST_F(UndoElsewhere, Yjs472WhatOthersGaveMeanwhileIsThereAfterARedo) {
  begin(R"({"o":{}})");
  give(a(), R"({"nested":{"foo":10}})");
  undo(a());
  expect(R"({"o":{}})");
  give(b(), R"({"nested":{"bar":11}})");
  exchange();
  EXPECT_TRUE(a()->redo().ok());
  expect(R"({"o":{"nested":{"bar":11,"foo":10}}})");
}

// What was typed into is another value since, which was taken back.
// Letters that an undo brought back are typed anew; whoever deletes these has deleted the first
// ones.
TEST_F(UndoElsewhere, Yjs402LettersThatCameBackAndWereDeletedByOthersStayDeleted) {
  begin(R"({"t":"abcde"})");
  type(a(), 5, 0, "x");
  type(a(), 1, 3, "");
  undo(a());
  exchange();
  expect_all(id_, R"({"t":"abcdex"})");
  type(b(), 0, 0, "yc");
  type(b(), 4, 1, "");  // the c that came back
  exchange();
  expect_all(id_, R"({"t":"ycabdex"})");
  undo(a());
  exchange();
  expect_all(id_, R"({"t":"ycabde"})");
  redo(a());
  redo(a());
  exchange();
  expect_all(id_, R"({"t":"ycaex"})");
  undo(a());
  undo(a());
  exchange();
  expect_all(id_, R"({"t":"ycabde"})");
  type(b(), 3, 1, "");  // the b, which came back once more
  exchange();
  redo(a());
  exchange();
  expect_all(id_, R"({"t":"ycadex"})");
}

TEST_F(UndoElsewhere, ATextThatWasReplacedMeanwhileGoesBackOn) {
  begin(R"({"t":"abc"})");
  type(a(), 1, 1, "xy");
  ASSERT_FALSE(a().update(id_, R"({"t":7})"));
  expect_ways({R"({"t":"abc"})", R"({"t":"axyc"})", R"({"t":7})"});
  undo(a());
  exchange();
  ASSERT_FALSE(b().update(id_, R"({"t":"other"})"));
  exchange();
  EXPECT_EQ(a()->undo()->kept.size(), 1u);
  expect(R"({"t":"other"})");
}

// Marks go with the letters that they are on, and come back with them, once.
TEST_F(UndoElsewhere, MarksOnWhatCameBackAreThereOnce) {
  begin(R"({"t":"a bold word"})");
  in_one(a(), [&](Batch& batch) {
    return batch.mark(id_, "t", {2, 6, false, true, "bold", any_of_json("true")});
  });
  type(a(), 2, 4, "");
  expect(R"({"t":"a  word"})");
  undo(a());
  expect(R"({"t":"a bold word"})");
  for (std::size_t i = 0; i < 2; ++i) {
    const auto marks = (*this)[i]->text_marks(id_, "t", std::nullopt);
    ASSERT_TRUE(marks.ok());
    ASSERT_EQ(marks->size(), 1u);
    EXPECT_EQ((*marks)[0].from, 2u);
    EXPECT_EQ((*marks)[0].to, 6u);
  }
  undo(a());
  exchange();
  EXPECT_TRUE((*this)[1]->text_marks(id_, "t", std::nullopt)->empty());
}

}  // namespace
}  // namespace gs::engine::testing
