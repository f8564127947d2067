// Goal: marks, cursors and trees are told by calls as by the methods of Storage.
// Method: a text that is marked and typed into, and a tree, each call beside its method.
#include "gs/calls/test_calls.h"

namespace gs::calls::testing {
namespace {

class PlaceCalls : public CallsTest {
 protected:
  void SetUp() override {
    CallsTest::SetUp();
    id_ = storage_->put("Note", "plan", R"({"left":3})").value();
    ASSERT_TRUE(storage_->splice(id_, "text", 0, 0, "Hello you").ok());
    ASSERT_TRUE(storage_->mark(id_, "text", 0, 5, "bold").ok());
    ASSERT_TRUE(storage_->sync().ok());
    version_ = now();
  }
  std::string of(const char* field, const std::string& more = "") {
    return R"("id":"plan","collection":"Note",)" + argument("field", field) + more;
  }

  Id id_;
  std::string version_;
};

TEST_F(PlaceCalls, MarksAndDeltaOfNowAndOfAVersion) {
  ASSERT_TRUE(storage_->mark(id_, "text", 6, 9, "link", R"("x")").ok());
  const std::string id = '{' + argument("id", id_.text());
  EXPECT_EQ(made("textMarks", of("text")).value(),
            id + R"(,"marks":[{"from":0,"to":5,"key":"bold","value":true},)"
                 R"({"from":6,"to":9,"key":"link","value":"x"}]})");
  EXPECT_EQ(made("textDelta", of("text")).value(),
            id + ",\"delta\":" + storage_->text_delta(id_, "text").value() + '}');
  const std::string past = of("text", ',' + argument("version", version_));
  EXPECT_EQ(items(at(result("textMarks", past), "marks")).size(), 1u);
  EXPECT_EQ(made("textDelta", past).value(),
            id + R"(,"delta":[{"insert":"Hello","attributes":{"bold":true}},{"insert":" you"}]})");
  EXPECT_EQ(made("textMarks", of("left")).code(), Code::invalid);
  EXPECT_EQ(made("textDelta", R"("id":"nobody","field":"text")").code(), Code::not_found);
}

TEST_F(PlaceCalls, ACursorStaysAtItsPlace) {
  for (const char* const side : {"", R"(,"side":"before")", R"(,"side":"after")"}) {
    const Value told = result("textCursor", of("text", R"(,"position":6)" + std::string(side)));
    const auto expected =
        std::string_view(side).ends_with("\"after\"") ? TextSide::after : TextSide::before;
    EXPECT_EQ(text(told, "cursor"), storage_->text_cursor(id_, "text", 6, expected).value());
  }
  const std::string cursor =
      ',' + argument("cursor", storage_->text_cursor(id_, "text", 6).value());
  ASSERT_TRUE(storage_->splice(id_, "text", 0, 0, ">>").ok());
  EXPECT_EQ(made("textPosition", of("text", cursor)).value(),
            '{' + argument("id", id_.text()) + R"(,"position":8})");
  const std::string past = cursor + ',' + argument("version", version_);
  EXPECT_EQ(number(result("textPosition", of("text", past)), "position"), 6u);
  EXPECT_EQ(made("textCursor", of("text", R"(,"position":100)")).code(), Code::invalid);
  EXPECT_EQ(made("textPosition", of("text", R"(,"cursor":"nonsense")")).code(), Code::invalid);
}

TEST_F(PlaceCalls, NodesOfATreeComeWithTheirDepth) {
  const std::string top = storage_->tree_create(id_, "tree", R"({"name":"a"})").value();
  TreePlace below;
  below.parent = top;
  ASSERT_TRUE(storage_->tree_create(id_, "tree", "2", below).ok());
  const std::vector<TreeNode> nodes = storage_->tree_nodes(id_, "tree").value();
  const Value told = result("treeNodes", of("tree"));
  EXPECT_EQ(text(told, "id"), id_.text());
  const Array list = items(at(told, "value"));
  ASSERT_EQ(list.size(), 2u);
  for (std::size_t i = 0; i < list.size(); ++i) {
    EXPECT_EQ(text(list[i], "id"), nodes[i].id);
    EXPECT_EQ(number(list[i], "depth"), nodes[i].depth);
    EXPECT_EQ(at(list[i], "value"), value_of(nodes[i].value));
  }
  EXPECT_FALSE(has(list[0], "parent"));
  EXPECT_EQ(text(list[1], "parent"), nodes[0].id);
  EXPECT_EQ(made("treeNodes", of("left")).code(), Code::invalid);
}

}  // namespace
}  // namespace gs::calls::testing
