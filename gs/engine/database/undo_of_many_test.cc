// Goal: what its own writer took back does not come again by the undo of somebody else, and what
// one writer inserted and another one removed is gone when both have taken their writes back,
// whoever did so first. Who then does his own again has it back. Of the work of a third one nothing
// goes, and all replicas have the same.
//
// Method: one piece of each kind that is merged, a record, an element of a set and of a list, a
// member of an object, a part of a text, a node of a tree: a adds it, b takes it out, and both
// undo, knowing of each other or not.
#include <gtest/gtest.h>

#include "gs/core/record/json.h"
#include "gs/engine/database/test_replicas.h"

namespace gs::engine::testing {
namespace {

constexpr std::string_view kPiece = "piece";
constexpr const char* kAround =
    R"({"set":["x"],"list":["x"],"tree":["x"],"text":"x","object":{"x":1},"n":0})";

Buffer any_of_piece() {
  Buffer bytes;
  EXPECT_FALSE(record::encode_any(Value(std::string(kPiece)), bytes));
  return bytes;
}

Buffer any_of_other() {
  Buffer bytes;
  EXPECT_FALSE(record::encode_any(Value(std::string("y")), bytes));
  return bytes;
}

class UndoOfMany : public Replicas {
 public:
  UndoOfMany() {
    id_ = *next(0).insert("City", kAround);
    copy();
  }

  const Store& a() { return next(0); }
  const Store& b() { return next(1); }
  const Store& c() { return next(2); }
  const Id& id() const noexcept { return id_; }

  void update(const Store& store, const char* json) { ASSERT_FALSE(store.update(id_, json)); }
  // What is kept.
  static std::size_t undo(const Store& store) {
    const auto undone = store->undo();
    EXPECT_TRUE(undone.ok()) << undone.error().text();
    return undone.ok() ? undone->kept.size() : 0;
  }
  static void redo(const Store& store) {
    const auto redone = store->redo();
    EXPECT_TRUE(redone.ok()) << redone.error().text();
  }

 protected:
  Id id_;
};

struct PieceKind {
  const char* name;
  void (*add)(UndoOfMany& world, const Store& store, Id& id);
  void (*take)(const Store& store, const Id& id);
};

template <typename Do>
void in_batch(const Store& store, const Do& act) {
  Batch batch(store.db);
  ASSERT_FALSE(act(batch));
  ASSERT_FALSE(batch.commit());
}

// The last node that a record shows.
std::string last_node(const Store& store, const Id& id) {
  const std::string text = store.text(id);
  static constexpr std::string_view kBegin = "{\"id\":\"";
  const std::size_t begin = text.rfind(kBegin) + kBegin.size();
  return text.substr(begin, text.find('"', begin) - begin);
}

void add_record(UndoOfMany&, const Store& store, Id& id) {
  id = *store.insert("City", R"({"name":"piece"})");
}
void take_record(const Store& store, const Id& id) { ASSERT_FALSE(store.remove(id)); }

void change_set(const Store& store, const Id& id, merge::Rule rule) {
  in_batch(store, [&](Batch& batch) { return batch.change(id, "set", rule, R"(["piece"])"); });
}
void add_to_set(UndoOfMany&, const Store& store, Id& id) {
  change_set(store, id, merge::Rule::included);
}
void take_from_set(const Store& store, const Id& id) {
  change_set(store, id, merge::Rule::excluded);
}

void add_member(UndoOfMany&, const Store& store, Id& id) {
  in_batch(store, [&](Batch& batch) { return batch.give_members(id, "object", R"({"piece":1})"); });
}
void take_member(const Store& store, const Id& id) {
  in_batch(store, [&](Batch& batch) {
    return batch.give_members(id, "object", R"([{},{"piece":true}])");
  });
}

void add_to_list(UndoOfMany&, const Store& store, Id& id) {
  in_batch(store, [&](Batch& batch) {
    return batch.edit_list(id, "list", {crdt::ListEdit::insert, 1, 0, 0, {any_of_piece()}});
  });
}
void take_from_list(const Store& store, const Id& id) {
  in_batch(store, [&](Batch& batch) {
    return batch.edit_list(id, "list", {crdt::ListEdit::erase, 1, 1, 0, {}});
  });
}

void add_to_text(UndoOfMany&, const Store& store, Id& id) {
  in_batch(store, [&](Batch& batch) {
    return batch.splice(id, "text", {1, 0, std::string(kPiece)});
  });
}
void take_from_text(const Store& store, const Id& id) {
  in_batch(store, [&](Batch& batch) { return batch.splice(id, "text", {1, kPiece.size(), ""}); });
}

// A tree has other names of its nodes before its first edit.
void add_to_tree(UndoOfMany& world, const Store& store, Id& id) {
  in_batch(world.c(), [&](Batch& batch) {
    return batch.edit_tree(id, "tree", {tree::Kind::set, "0", "", "", any_of_other()});
  });
  world.exchange();
  in_batch(store, [&](Batch& batch) {
    return batch.edit_tree(id, "tree", {tree::Kind::create, "", "", "", any_of_piece()});
  });
}
void take_from_tree(const Store& store, const Id& id) {
  in_batch(store, [&](Batch& batch) {
    return batch.edit_tree(id, "tree", {tree::Kind::remove, last_node(store, id), "", "", {}});
  });
}

class UndoOfPieces : public ::testing::TestWithParam<PieceKind>, protected UndoOfMany {
 protected:
  // a adds it and b takes it out; both know.
  void add_and_take() {
    GetParam().add(*this, a(), id_);
    exchange();
    expect_there();
    GetParam().take(b(), id_);
    exchange();
    expect_gone();
  }
  void expect_there() { expect(true); }
  void expect_gone() { expect(false); }

 private:
  void expect(bool there) {
    const std::string text = (*this)[0].text(id_);
    EXPECT_EQ(text.find(kPiece) != std::string::npos, there) << text;
    expect_all(id_, text);
  }
};

TEST_P(UndoOfPieces, WhoAddedItUndoesFirst) {
  add_and_take();
  undo(a());
  exchange();
  undo(b());
  exchange();
  expect_gone();
  EXPECT_TRUE((*this)[0]->verify({})->ok);
}

TEST_P(UndoOfPieces, WhoTookItOutUndoesFirst) {
  add_and_take();
  undo(b());
  exchange();
  expect_there();
  undo(a());
  exchange();
  expect_gone();
}

// Neither knows what the other one takes back, so each does what there is to do.
TEST_P(UndoOfPieces, BothUndoAtTheSameTime) {
  add_and_take();
  undo(a());
  undo(b());
  exchange();
  expect_there();
  GetParam().take(c(), id_);
  exchange();
  expect_gone();
}

TEST_P(UndoOfPieces, RedoBringsOnesOwnBack) {
  add_and_take();
  undo(a());
  exchange();
  undo(b());
  exchange();
  redo(a());
  exchange();
  expect_there();
}

TEST_P(UndoOfPieces, WhatWasDoneAgainCounts) {
  add_and_take();
  undo(a());
  redo(a());
  exchange();
  expect_gone();  // b took it out
  undo(b());
  exchange();
  expect_there();
}

TEST_P(UndoOfPieces, TheLogTellsItAfterARestart) {
  GetParam().add(*this, b(), id_);
  exchange();
  GetParam().take(a(), id_);
  exchange();
  undo(b());
  exchange();
  reopen(0);
  undo(a());
  exchange();
  expect_gone();
}

INSTANTIATE_TEST_SUITE_P(Kinds, UndoOfPieces,
                         ::testing::Values(PieceKind{"Record", add_record, take_record},
                                           PieceKind{"Set", add_to_set, take_from_set},
                                           PieceKind{"Member", add_member, take_member},
                                           PieceKind{"List", add_to_list, take_from_list},
                                           PieceKind{"Text", add_to_text, take_from_text},
                                           PieceKind{"Tree", add_to_tree, take_from_tree}),
                         [](const auto& kind) { return std::string(kind.param.name); });

class UndoOfValues : public ::testing::Test, protected UndoOfMany {
 protected:
  void expect_n(std::string_view n) {
    expect_all(id_, R"({"set":["x"],"list":["x"],"tree":["x"],"text":"x","object":{"x":1},"n":)" +
                        std::string(n) + "}");
  }
  // b removes the record; then a takes back its last write, and b the removal.
  void remove_and_undo_both() {
    ASSERT_FALSE(b().remove(id_));
    exchange();
    undo(a());
    exchange();
    undo(b());
    exchange();
  }
};

TEST_F(UndoOfValues, AValueThatWasTakenBackDoesNotComeAgain) {
  update(a(), R"({"n":1})");
  exchange();
  update(b(), R"({"n":2})");
  exchange();
  EXPECT_EQ(undo(a()), 1u);  // b wrote over it
  exchange();
  undo(b());
  exchange();
  expect_n("0");
  redo(a());
  exchange();
  expect_n("1");
}

TEST_F(UndoOfValues, ARecordComesBackWithoutWhatWasTakenBackOfIt) {
  update(a(), R"({"n":1})");
  exchange();
  remove_and_undo_both();
  expect_n("0");
}

// The insert of a record stays when somebody else wrote to it, also when it is removed meanwhile.
TEST_F(UndoOfValues, WorkOfAThirdOneStays) {
  id_ = *a().insert("City", R"({"n":0,"m":0})");
  exchange();
  update(c(), R"({"m":3})");
  exchange();
  remove_and_undo_both();
  expect_all(id_, R"({"n":0,"m":3})");
  undo(c());
  exchange();
  expect_all(id_, R"({"n":0,"m":0})");
}

TEST_F(UndoOfValues, WhoWroteToWhatStayedUndoesThat) {
  id_ = *a().insert("City", R"({"n":0})");
  exchange();
  update(b(), R"({"n":1})");
  exchange();
  EXPECT_EQ(undo(a()), 1u);
  update(a(), R"({"m":1})");
  exchange();
  undo(b());
  undo(a());
  exchange();
  expect_all(id_, R"({"n":0})");
}

}  // namespace
}  // namespace gs::engine::testing
