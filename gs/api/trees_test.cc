// Goal: what several writers do to a tree counts, wherever in it they did it, moves never make a
// cycle, and whatever else happens to the record leaves it a tree; through the public interface.
// Method: replicas of one storage edit, write whole arrays and exchange by bundles; schemas,
// transactions, restarts, versions, branches, undo.
#include <gtest/gtest.h>

#include "gs/api/test_two_replicas.h"

namespace gs {
namespace {

class TreesOfRecords : public testing::TwoReplicas {
 protected:
  TreesOfRecords()
      : TwoReplicas("Mail", R"({"title":"One","folders":["a",{"value":"b","children":["c"]}]})",
                    "folders") {}

  void use_tree_schema() {
    use_schema(
        "({ Entity: {}, title: '?string', folders: { type: 'json', required: false, "
        "merge: 'tree' }, n: '?number' })");
  }

  std::string json(const Storage& storage) const {
    const auto record = storage.get(id_);
    return record.ok() ? record->json() : record.error().text();
  }
  std::string json() const { return json(*a_); }
  // Of each node its value, behind that of its parent.
  static std::string nodes(const Storage& storage, const Id& id) {
    const auto all = storage.tree_nodes(id, "folders");
    if (!all.ok()) return all.error().text();
    std::string text;
    std::map<std::string, std::string> values;
    for (const TreeNode& node : *all) {
      values[node.id] = node.value;
      text += (text.empty() ? "" : " ") + (node.parent.empty() ? "" : values[node.parent] + "/");
      text += node.value;
    }
    return text;
  }
  std::string nodes() const { return nodes(*a_, id_); }
};

TEST_F(TreesOfRecords, WhatBothDoCounts) {
  const std::string x = a_->tree_create(id_, "folders", R"({"name":"x"})", {"1", "2"}).value();
  ASSERT_FALSE(a_->tree_move(id_, "folders", "0", {x, ""}));
  ASSERT_FALSE(b_->tree_set(id_, "folders", "0", R"("A")"));
  ASSERT_FALSE(b_->tree_move(id_, "folders", "2"));
  EXPECT_EQ(nodes(), R"("b" "b"/{"name":"x"} {"name":"x"}/"a" "b"/"c")");
  EXPECT_EQ(nodes(*b_, id_), R"("A" "b" "c")");
  exchange();
  EXPECT_EQ(nodes(), R"("b" "b"/{"name":"x"} {"name":"x"}/"A" "c")");
  EXPECT_EQ(json(), R"({"title":"One","folders":[{"id":"1","value":"b"},{"id":")" + x +
                        R"(","parent":"1","value":{"name":"x"}},{"id":"0","parent":")" + x +
                        R"(","value":"A"},{"id":"2","value":"c"}]})");
  EXPECT_EQ(hidden(), 0u);
  ASSERT_FALSE(b_->tree_delete(id_, "folders", x));
  ASSERT_FALSE(a_->update(id_, R"({"title":"Two"})"));
  exchange();
  EXPECT_EQ(nodes(), R"("b" "c")");
}

TEST_F(TreesOfRecords, MovesNeverMakeACycle) {
  ASSERT_FALSE(a_->tree_move(id_, "folders", "0", {"1", ""}));
  for (int i = 0; i < 4; ++i) ASSERT_FALSE(b_->update(id_, R"({"n":1})"));  // b is the later one
  ASSERT_FALSE(b_->tree_move(id_, "folders", "1", {"0", ""}));
  exchange();
  EXPECT_EQ(nodes(), R"("b" "b"/"c" "b"/"a")");
  EXPECT_EQ(a_->tree_move(id_, "folders", "1", {"2", ""}).code(), Code::invalid);
  EXPECT_EQ(a_->tree_move(id_, "folders", "1", {"1", ""}).code(), Code::invalid);
}

TEST_F(TreesOfRecords, WhatCannotBeIsSaid) {
  EXPECT_EQ(a_->tree_set(id_, "folders", "9", "1").code(), Code::not_found);
  EXPECT_EQ(a_->tree_create(id_, "folders", "1", {"x", ""}).code(), Code::not_found);
  EXPECT_EQ(a_->tree_create(id_, "folders", "1", {"0", "2"}).code(), Code::invalid);
  EXPECT_EQ(a_->tree_create(id_, "folders", "1,2").code(), Code::invalid);
  EXPECT_EQ(a_->tree_create(id_, "folders", "]").code(), Code::invalid);
  EXPECT_EQ(a_->tree_create(id_, "", "1").code(), Code::invalid);
  EXPECT_EQ(a_->tree_create(id_, "title", "1").code(), Code::invalid);
  EXPECT_EQ(a_->tree_nodes(id_, "title").code(), Code::invalid);
  const Id none = Storage::resolve("no", "Mail");
  EXPECT_EQ(a_->tree_create(none, "folders", "1").code(), Code::not_found);
  EXPECT_EQ(a_->tree_nodes(none, "folders").code(), Code::not_found);
  EXPECT_TRUE(a_->tree_nodes(id_, "nothing").value().empty());
  EXPECT_EQ(json(), R"({"title":"One","folders":["a",{"value":"b","children":["c"]}]})");
}

TEST_F(TreesOfRecords, ATransactionEditsWhatItHasDone) {
  Transaction tx = a_->begin();
  const std::string x = tx.tree_create(id_, "folders", R"("x")", {"2", ""}).value();
  ASSERT_FALSE(tx.tree_move(id_, "folders", "0", {x, ""}));
  EXPECT_EQ(tx.operations(), 1u);
  ASSERT_FALSE(tx.update(id_, R"({"title":"Two"})"));
  const std::string y = tx.tree_create(id_, "folders", R"("y")").value();
  ASSERT_FALSE(tx.tree_move(id_, "folders", "1", {y, ""}));
  const Id other = tx.insert("Mail", R"({"folders":[1]})").value();
  const std::string z = tx.tree_create(other, "folders", "2", {"0", ""}).value();
  ASSERT_FALSE(tx.tree_create(other, "folders", "3", {z, ""}).error());
  ASSERT_FALSE(tx.tree_create(other, "more", "4").error());
  ASSERT_TRUE(tx.commit().ok());
  EXPECT_EQ(nodes(), R"("y" "y"/"b" "b"/"c" "c"/"x" "x"/"a")");
  EXPECT_EQ(nodes(*a_, other), "1 1/2 2/3");
  exchange();
  Transaction late = a_->begin();
  const std::string lost = late.tree_create(id_, "folders", "1").value();
  ASSERT_FALSE(late.update(id_, R"({"n":1})"));
  ASSERT_FALSE(late.tree_delete(id_, "folders", lost));  // said by the commit
  EXPECT_EQ(late.commit().code(), Code::not_found);
  EXPECT_EQ(a_->get(id_)->find("n"), std::nullopt);
}

TEST_F(TreesOfRecords, ATransactionEditsWhatIsThereWhenItIsCommitted) {
  Transaction tx = a_->begin();
  ASSERT_FALSE(tx.tree_set(id_, "folders", "2", R"("C")"));
  ASSERT_FALSE(a_->tree_move(id_, "folders", "2"));
  ASSERT_TRUE(tx.commit().ok());
  EXPECT_EQ(nodes(), R"("a" "b" "C")");
  Transaction late = a_->begin();
  ASSERT_FALSE(late.tree_set(id_, "folders", "2", "1"));
  ASSERT_FALSE(a_->tree_delete(id_, "folders", "2"));
  EXPECT_EQ(late.commit().code(), Code::not_found);
  ASSERT_FALSE(a_->tree_move(id_, "folders", "2", {"0", ""}));  // it comes back
  EXPECT_EQ(nodes(), R"("a" "a"/"C" "b")");
  exchange();
}

TEST_F(TreesOfRecords, OutliveRunsAndRestarts) {
  ASSERT_FALSE(a_->tree_move(id_, "folders", "0", {"1", ""}));
  ASSERT_FALSE(b_->tree_move(id_, "folders", "0", {"2", ""}));
  exchange();
  const std::string shown = json();
  const Digest digest = a_->digest().value().digest;
  for (int i = 0; i < 2; ++i) {
    ASSERT_FALSE(a_->close());
    a_.emplace(Storage::open(path("a")).value());
    EXPECT_EQ(a_->digest().value().digest, digest);
    EXPECT_EQ(json(), shown);
    EXPECT_TRUE(a_->verify({}).value().ok);
  }
  ASSERT_TRUE(a_->tree_create(id_, "folders", "1", {"0", ""}).ok());
  ASSERT_FALSE(b_->tree_delete(id_, "folders", "2"));
  exchange();
}

TEST_F(TreesOfRecords, ThePastIsAsItWas) {
  std::vector<std::pair<Digest, std::string>> seen;
  for (int i = 0; i < 12; ++i) {
    ASSERT_TRUE(a_->tree_create(id_, "folders", std::to_string(i), {"1", ""}).ok());
    ASSERT_FALSE(a_->tree_move(id_, "folders", "0", {i % 2 == 0 ? "2" : "1", ""}));
    ASSERT_FALSE(a_->sync());
    seen.emplace_back(a_->heads().value().front(), json());
    ASSERT_FALSE(b_->tree_move(id_, "folders", "2", {i % 2 == 0 ? "" : "1", ""}));
    if (i % 4 == 3) exchange();
  }
  for (const auto& [head, shown] : seen) {
    EXPECT_EQ(a_->get(id_, Version{{head}})->json(), shown);
  }
}

TEST_F(TreesOfRecords, WholeArraysAreTheEditsThatTheyAreWhereTheSchemaSaysSo) {
  use_tree_schema();
  ASSERT_FALSE(a_->update(
      id_,
      R"({"folders":[{"id":"1","value":"b"},{"id":"0","parent":"1","value":"a"},{"id":"2","value":"c"}]})"));
  ASSERT_TRUE(b_->tree_create(id_, "folders", R"("x")", {"0", ""}).ok());
  exchange();
  EXPECT_EQ(nodes(), R"("b" "b"/"a" "a"/"x" "c")");
  EXPECT_EQ(hidden(), 0u);
  ASSERT_FALSE(a_->update(id_, R"({"folders":{"$unset":true}})"));
  ASSERT_TRUE(b_->tree_create(id_, "folders", R"("y")").ok());
  exchange();
  EXPECT_EQ(nodes(), R"("y")");
  // One that is written where none was has ids from the beginning.
  const Id other = a_->put("Mail", "you", R"({"folders":["a",{"children":["b"]}]})").value();
  EXPECT_EQ(
      a_->get(other)->json(),
      R"({"folders":[{"id":"0","value":"a"},{"id":"1","value":null},{"id":"2","parent":"1","value":"b"}]})");
  EXPECT_EQ(a_->tree_create(other, "title", "1").code(), Code::invalid);
  EXPECT_EQ(a_->tree_create(other, "nothing", "1").code(), Code::invalid);
  const Error wrong = a_->apply_schema(
      R"x({"files":{"Mail.js":"({ Entity: {}, n: { type: 'number', merge: 'tree' } })"}})x");
  EXPECT_EQ(wrong.code(), Code::invalid);
}

TEST_F(TreesOfRecords, AValueReplacesTheTreeThatItsWriterSaw) {
  ASSERT_TRUE(a_->tree_create(id_, "folders", "1").ok());
  exchange();
  ASSERT_FALSE(a_->update(id_, R"({"folders":["new"]})"));
  ASSERT_FALSE(b_->tree_move(id_, "folders", "0", {"1", ""}));
  exchange();
  EXPECT_EQ(nodes(), R"("new")");
}

// Nodes have the names of who created them, whoever edits them then.
TEST_F(TreesOfRecords, OutliveTheirHistoryWhoeverEditsWhoseNodes) {
  const std::string x = a_->tree_create(id_, "folders", R"("x")", {"1", ""}).value();
  const std::string y = a_->tree_create(id_, "folders", R"("y")").value();
  exchange();
  ASSERT_FALSE(b_->tree_set(id_, "folders", x, R"("X")"));
  const std::string z = b_->tree_create(id_, "folders", R"("z")", {x, ""}).value();
  ASSERT_FALSE(b_->tree_move(id_, "folders", y, {z, ""}));
  ASSERT_FALSE(b_->tree_delete(id_, "folders", "0"));
  exchange();
  ASSERT_FALSE(a_->tree_move(id_, "folders", z));
  exchange();
  const std::string expected = nodes();
  for (Storage* const one : {&*a_, &*b_}) {
    const std::string name = one == &*a_ ? "a" : "b";
    ASSERT_TRUE(one->create_checkpoint_bundle(path(name + ".gsb")).ok());
    const auto joined = Storage::join(path(name + ".gsb"), path("joined-" + name));
    ASSERT_TRUE(joined.ok()) << joined.error().text();
    EXPECT_EQ(nodes(Storage::open(path("joined-" + name)).value(), id_), expected);
    ASSERT_TRUE(one->make_shallow().ok());
    EXPECT_TRUE(one->verify()->ok);
    EXPECT_EQ(nodes(*one, id_), expected);
    ASSERT_FALSE(one->backup(path("backup-" + name)));
    const Error error = Storage::restore(path("backup-" + name), path("restored-" + name));
    EXPECT_FALSE(error) << error.text();
  }
}

TEST_F(TreesOfRecords, BeginWhereNothingWas) {
  ASSERT_TRUE(a_->tree_create(id_, "more", "1").ok());
  ASSERT_TRUE(b_->tree_create(id_, "more", "2").ok());
  exchange();
  EXPECT_EQ(a_->tree_nodes(id_, "more").value().size(), 2u);
}

TEST_F(TreesOfRecords, UndoTakesBackEditsBesideThoseOfOthers) {
  ASSERT_FALSE(a_->tree_move(id_, "folders", "0", {"1", ""}));
  ASSERT_FALSE(a_->tree_delete(id_, "folders", "1"));
  EXPECT_EQ(nodes(), "");
  ASSERT_TRUE(a_->undo().ok());
  EXPECT_EQ(nodes(), R"("b" "b"/"c" "b"/"a")");
  ASSERT_TRUE(a_->undo().ok());
  EXPECT_EQ(nodes(), R"("a" "b" "b"/"c")");
  EXPECT_EQ(a_->tree_nodes(id_, "folders").value()[1].id, "1");  // as it was
  ASSERT_TRUE(a_->redo().ok());
  EXPECT_EQ(nodes(), R"("b" "b"/"c" "b"/"a")");
  exchange();
  ASSERT_TRUE(b_->tree_create(id_, "folders", "1").ok());
  exchange();
  const auto undone = a_->undo();
  ASSERT_TRUE(undone.ok());
  EXPECT_TRUE(undone->kept.empty());
  EXPECT_EQ(nodes(), R"("a" "b" "b"/"c" 1)");
  ASSERT_FALSE(a_->tree_set(id_, "folders", "0", R"("A")"));
  exchange();
  ASSERT_FALSE(b_->tree_set(id_, "folders", "0", R"("B")"));
  exchange();
  const auto kept = a_->undo();
  ASSERT_EQ(kept->kept.size(), 1u);
  EXPECT_EQ(kept->kept[0].field, "folders");
  EXPECT_EQ(kept->kept[0].writer, b_->writer());
  EXPECT_EQ(nodes(), R"("B" "b" "b"/"c" 1)");
}

TEST_F(TreesOfRecords, BlameAndHistoryTellWhoEdited) {
  const std::string x = b_->tree_create(id_, "folders", R"("x")", {"1", ""}).value();
  ASSERT_FALSE(b_->tree_move(id_, "folders", x));
  ASSERT_FALSE(b_->tree_set(id_, "folders", "0", "null"));
  ASSERT_FALSE(b_->tree_delete(id_, "folders", x));
  exchange();
  const Blame blame = a_->blame(id_).value();
  const auto field = std::find_if(blame.fields.begin(), blame.fields.end(),
                                  [](const auto& one) { return one.field == "folders"; });
  ASSERT_NE(field, blame.fields.end());
  EXPECT_EQ(field->writer, b_->writer());
  std::vector<std::string> told;
  for (const HistoryEntry& one : a_->history(id_, 10).value()) told.push_back(one.operation.json);
  ASSERT_GE(told.size(), 4u);
  EXPECT_EQ(told[0], R"({"folders":{"$edits":[["delete",")" + x + R"("]]}})");
  EXPECT_EQ(told[1], R"({"folders":{"$edits":[["set","0",null]]}})");
  EXPECT_EQ(told[2], R"({"folders":{"$edits":[["move",")" + x + R"(",null]]}})");
  EXPECT_EQ(told[3], R"({"folders":{"$edits":[["create","+0","1","x"]]}})");
}

TEST_F(TreesOfRecords, BranchesMergeAsReplicasDo) {
  ASSERT_FALSE(a_->name_version(NamedVersion::Kind::branch, "draft"));
  ASSERT_FALSE(a_->checkout("draft"));
  const std::string x = a_->tree_create(id_, "folders", R"("x")").value();
  ASSERT_FALSE(a_->tree_move(id_, "folders", "0", {x, ""}));
  ASSERT_FALSE(a_->checkout("main"));
  EXPECT_EQ(nodes(), R"("a" "b" "b"/"c")");
  ASSERT_FALSE(a_->tree_set(id_, "folders", "0", R"("A")"));
  ASSERT_TRUE(a_->merge("draft").ok());
  EXPECT_EQ(nodes(), R"("b" "b"/"c" "x" "x"/"A")");
  EXPECT_EQ(hidden(), 0u);
  exchange();
}

}  // namespace
}  // namespace gs
