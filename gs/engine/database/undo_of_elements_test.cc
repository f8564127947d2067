// Goal: undo takes back of a list only what its own writer did to it, element by element, beside
// what others did to the same list: their elements, removals, moves and values stay, and nothing
// that somebody took out comes back. Redo is the way back. All replicas have the same.
//
// Method: a list of letters that two edit, knowing of each other or not; what is shown after each
// undo, and how much of it is told as kept.
#include <gtest/gtest.h>

#include "gs/core/record/json.h"
#include "gs/engine/database/test_undo.h"

namespace gs::engine::testing {
namespace {

Buffer any_of_letter(char letter) {
  Buffer bytes;
  EXPECT_FALSE(record::encode_any(Value(std::string(1, letter)), bytes));
  return bytes;
}

class UndoOfElements : public ::testing::Test, protected UndoingReplicas {
 protected:
  UndoOfElements() { begin("abc"); }

  void begin(std::string_view letters) {
    id_ = *next(0).insert("List", "{\"l\":" + array_of(letters) + "}");
    if (!is_copied_) copy();
    is_copied_ = true;
    exchange();
  }
  static std::string array_of(std::string_view letters) {
    std::string json = "[";
    for (const char letter : letters) {
      json += json.size() == 1 ? "\"" : ",\"";
      json += letter;
      json += '"';
    }
    return json + "]";
  }

  void edit(const Store& store, std::vector<ListEdit> edits) {
    Batch batch(store.db);
    for (const ListEdit& one : edits) ASSERT_FALSE(batch.edit_list(id_, "l", one));
    ASSERT_FALSE(batch.commit());
  }
  void put(const Store& store, std::uint64_t at, std::string_view letters) {
    std::vector<Buffer> values;
    for (const char letter : letters) values.push_back(any_of_letter(letter));
    edit(store, {{crdt::ListEdit::insert, at, 0, 0, values}});
  }
  void erase(const Store& store, std::uint64_t at, std::uint64_t count = 1) {
    edit(store, {{crdt::ListEdit::erase, at, count, 0, {}}});
  }
  void move(const Store& store, std::uint64_t from, std::uint64_t to) {
    edit(store, {{crdt::ListEdit::move, from, 0, to, {}}});
  }
  void set(const Store& store, std::uint64_t at, char letter) {
    edit(store, {{crdt::ListEdit::set, at, 0, 0, {any_of_letter(letter)}}});
  }

  void expect(std::string_view letters) {
    exchange();
    expect_all(id_, "{\"l\":" + array_of(letters) + "}");
  }

  Id id_;

 private:
  bool is_copied_ = false;
};

TEST_F(UndoOfElements, AnInsertedOneGoesBesideThoseOfOthers) {
  put(a(), 1, "xy");
  expect("axybc");
  put(b(), 2, "p");
  put(b(), 0, "q");
  erase(b(), 5);
  expect("qaxpyc");
  EXPECT_EQ(undo(a()), 0u);
  expect("qapc");
  EXPECT_EQ(redo(a()), 0u);
  expect("qaxpyc");
  EXPECT_EQ(undo(a()), 0u);
  expect("qapc");
}

TEST_F(UndoOfElements, ADeletedOneComesBackWhereItWas) {
  erase(a(), 0, 2);
  put(b(), 1, "p");
  expect("pc");
  put(b(), 2, "q");
  expect("pcq");
  EXPECT_EQ(undo(a()), 0u);
  expect("apbcq");
  EXPECT_EQ(redo(a()), 0u);
  expect("pcq");
  EXPECT_EQ(undo(a()), 0u);
  expect("apbcq");
}

TEST_F(UndoOfElements, AMovedOneGoesBackBesideThoseOfOthers) {
  move(a(), 0, 2);
  put(b(), 0, "p");
  put(b(), 2, "q");
  expect("pqbca");
  EXPECT_EQ(undo(a()), 0u);
  expect("paqbc");
  EXPECT_EQ(redo(a()), 0u);
  expect("pqbca");
  EXPECT_EQ(undo(a()), 0u);
  expect("paqbc");
}

TEST_F(UndoOfElements, AValueGoesBack) {
  set(a(), 1, 'x');
  put(b(), 0, "p");
  expect("paxc");
  EXPECT_EQ(undo(a()), 0u);
  expect("pabc");
  EXPECT_EQ(redo(a()), 0u);
  expect("paxc");
}

TEST_F(UndoOfElements, OnlyWhatOthersUsedIsKept) {
  put(a(), 1, "xyz");
  expect("axyzbc");
  set(b(), 1, 'X');
  move(b(), 3, 5);
  expect("aXybcz");
  EXPECT_EQ(undo(a()), 2u);  // x has a value of b, z a place
  expect("aXbcz");
  EXPECT_EQ(redo(a()), 0u);
  expect("aXybcz");
}

TEST_F(UndoOfElements, WhatOthersTookOutStaysOut) {
  put(a(), 1, "x");
  expect("axbc");
  erase(b(), 1);
  expect("abc");
  EXPECT_EQ(undo(a()), 0u);
  expect("abc");
  erase(a(), 0);
  erase(b(), 0, 2);
  expect("c");
  EXPECT_EQ(undo(a()), 1u);
  expect("c");
  EXPECT_EQ(undo(b()), 0u);  // now both have taken that back
  expect("abc");
}

TEST_F(UndoOfElements, WhatCameBackAndWasTakenOutByOthersStaysOut) {
  put(a(), 0, "x");
  erase(a(), 2);
  EXPECT_EQ(undo(a()), 0u);
  expect("xabc");
  erase(b(), 2);
  expect("xac");
  EXPECT_EQ(undo(a()), 0u);
  expect("ac");
}

TEST_F(UndoOfElements, WhatOthersTookOutOfWhereItWasMovedStaysOut) {
  move(a(), 0, 2);
  expect("bca");
  erase(b(), 2);
  expect("bc");
  EXPECT_EQ(undo(a()), 1u);
  expect("bc");
  EXPECT_EQ(undo(b()), 0u);
  expect("abc");
}

TEST_F(UndoOfElements, WhatOthersMovedOrSetSinceStays) {
  move(a(), 0, 2);
  set(a(), 0, 'x');
  expect("xca");
  move(b(), 2, 1);
  set(b(), 0, 'y');
  expect("yac");
  EXPECT_EQ(undo(a()), 1u);
  EXPECT_EQ(undo(a()), 1u);
  expect("yac");
  EXPECT_EQ(undo(b()), 0u);
  EXPECT_EQ(undo(b()), 0u);
  expect("abc");
}

// Neither knew of the other one: when what counted is undone, the other one's counts.
TEST_F(UndoOfElements, OfTwoAtOnceTheOtherOneIsLeft) {
  move(a(), 0, 1);
  set(a(), 0, 'x');
  move(b(), 0, 2);
  set(b(), 0, 'y');
  expect("yca");
  EXPECT_EQ(undo(b()), 0u);
  EXPECT_EQ(undo(b()), 0u);
  expect("xac");
  EXPECT_EQ(undo(a()), 0u);
  EXPECT_EQ(undo(a()), 0u);
  expect("abc");
}

// b did it to what a brought back, which is what was there before.
TEST_F(UndoOfElements, WhatCameBackIsWhatItWas) {
  erase(a(), 1);
  EXPECT_EQ(undo(a()), 0u);
  expect("abc");
  set(b(), 1, 'x');
  move(b(), 1, 0);
  expect("xac");
  EXPECT_EQ(redo(a()), 1u);
  expect("xac");
  EXPECT_EQ(undo(b()), 0u);
  EXPECT_EQ(undo(b()), 0u);
  expect("abc");
}

TEST_F(UndoOfElements, EqualOnesKeepApart) {
  begin("xxx");
  erase(a(), 0, 2);
  EXPECT_EQ(undo(a()), 0u);
  expect("xxx");
  set(b(), 0, 'p');
  expect("pxx");
  put(a(), 1, "xx");
  erase(a(), 3);
  expect("pxxx");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(undo(a()), 0u);
  expect("pxx");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(redo(a()), 0u);
  expect("pxxx");
}

TEST_F(UndoOfElements, StepByStepBackAndForth) {
  put(a(), 3, "d");
  move(a(), 3, 0);
  set(a(), 1, 'A');
  erase(a(), 0, 3);
  put(a(), 1, "e");
  put(b(), 2, "p");  // between b and c
  const std::vector<std::string> ways = {"abpc", "abpcd", "dabpc", "dAbpc", "pc", "pce"};
  expect(ways.back());
  walk(ways, [&](const std::string& shown) { expect(shown); });
}

TEST_F(UndoOfElements, ARevertLeavesWhatCameLater) {
  put(a(), 1, "x");
  const Digest change = a().head();
  put(a(), 2, "y");
  put(b(), 0, "p");
  expect("paxybc");
  EXPECT_EQ(kept_of(b()->revert(change)), 0u);
  expect("paybc");
  EXPECT_EQ(undo(b()), 0u);
  expect("paxybc");
}

// What was edited is another value since, which was taken back.
TEST_F(UndoOfElements, OfAListThatWasReplacedMeanwhile) {
  put(a(), 1, "x");
  ASSERT_FALSE(a().update(id_, R"({"l":"none"})"));
  EXPECT_EQ(undo(a()), 0u);
  expect("axbc");
  EXPECT_EQ(undo(a()), 0u);
  expect("abc");
  EXPECT_EQ(redo(a()), 0u);
  expect("axbc");
}

TEST_F(UndoOfElements, InAFieldThatWasNotThere) {
  id_ = *a().insert("List", R"({"n":1})");
  exchange();
  put(a(), 0, "xy");
  exchange();
  put(b(), 1, "p");
  exchange();
  EXPECT_EQ(undo(a()), 0u);
  exchange();
  expect_all(id_, R"({"n":1,"l":["p"]})");
}

}  // namespace
}  // namespace gs::engine::testing
