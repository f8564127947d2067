// Goal: trees in records, one promise at a time: what edits at the same time come to, what a whole
// array becomes, how nodes are spelled, that edits which cannot be change nothing, and what it
// costs, counted in steps.
#include <gtest/gtest.h>

#include "gs/core/merge/edited_tree.h"
#include "gs/core/merge/field_writes.h"
#include "gs/core/merge/hidden_writes.h"
#include "gs/core/merge/image_bound.h"
#include "gs/core/merge/test_writers.h"
#include "gs/core/merge/tree_nodes.h"
#include "gs/core/record/encoder.h"
#include "gs/core/record/json.h"

namespace gs::merge {
namespace {

using tree::Kind;

const NumberedWriters kPlanters;
constexpr auto kTreeRule = static_cast<std::uint8_t>(Rule::tree);

struct TreeWrite {
  record::ShapePtr shape;
  Buffer record;
  LocalStamp stamp;
  std::vector<Seen> seen;
  bool is_whole = false;
};

Buffer leaf(std::string_view text) {
  Buffer value{static_cast<std::uint8_t>(Type::string)};
  value.insert(value.end(), text.begin(), text.end());
  return value;
}
TreeEdit made(std::string_view value, std::string parent = {}, std::string before = {}) {
  return {Kind::create, {}, std::move(parent), std::move(before), leaf(value)};
}
TreeEdit moved(std::string node, std::string parent = {}, std::string before = {}) {
  return {Kind::move, std::move(node), std::move(parent), std::move(before), {}};
}
TreeEdit given(std::string node, std::string_view value) {
  return {Kind::set, std::move(node), {}, {}, leaf(value)};
}
TreeEdit gone(std::string node) { return {Kind::remove, std::move(node), {}, {}, {}}; }

// One replica of a record with the field "items".
class Planter {
 public:
  explicit Planter(std::string_view json = R"({"items":["a",{"value":"b","children":["c"]}]})") {
    TreeWrite insert = encoded(json, true);
    insert.stamp = {2, 0};
    apply(insert);
  }

  TreeWrite encoded(std::string_view json, bool is_whole) {
    const auto written =
        is_whole ? encoder_.encode_json("T", json) : encoder_.encode_delta_json("T", json);
    EXPECT_TRUE(written.ok());
    return {written->shape, {written->bytes.begin(), written->bytes.end()}, {}, {}, is_whole};
  }
  TreeWrite edits_of(const LocalStamp& stamp, Bytes edits) {
    const record::FieldView view{"items", record::ValueView{Type::bytes, edits}};
    const auto written = encoder_.encode_views("T", {&view, 1});
    EXPECT_TRUE(written.ok());
    auto seen = merged_.see_edits("items", 0, Rule::tree);
    EXPECT_TRUE(seen.ok());
    return {written->shape,
            {written->bytes.begin(), written->bytes.end()},
            stamp,
            std::move(*seen),
            false};
  }
  Result<Buffer> draft(const LocalStamp& stamp, std::vector<TreeEdit> edits) {
    return merged_.tree_edits("items", {0, std::move(edits), {}}, stamp);
  }
  // Upon all that is here; it is not done here.
  TreeWrite edit(const LocalStamp& stamp, std::vector<TreeEdit> edits) {
    const auto bytes = draft(stamp, std::move(edits));
    EXPECT_TRUE(bytes.ok()) << bytes.error().text();
    return edits_of(stamp, bytes.ok() ? Bytes(*bytes) : Bytes());
  }
  void do_edit(const LocalStamp& stamp, std::vector<TreeEdit> edits) {
    apply(edit(stamp, std::move(edits)));
  }
  // A whole array, as what it becomes.
  void become(const LocalStamp& stamp, const std::string& array) {
    TreeWrite write = encoded("{\"items\":" + array + "}", false);
    write.stamp = stamp;
    const MergedRecord::FieldRule rule{0, kTreeRule};
    Buffer stored;
    std::vector<MergedRecord::FieldRule> changes;
    auto shape = merged_.as_changes(write.shape, write.record.data(), {&rule, 1}, stamp, nullptr,
                                    stored, changes);
    ASSERT_TRUE(shape != nullptr);
    edited_ = !changes.empty();
    write.shape = std::move(shape);
    write.record = std::move(stored);
    merged_.see({write.shape.get(), write.record.data()}, changes, write.seen);
    apply(write);
  }

  void apply(const TreeWrite& write) {
    merged_.write({&write.shape, write.record.data(), write.stamp, write.is_whole, merged_.base(),
                   write.seen});
    Buffer image;
    auto shape = merged_.encode(image, record_at_, nullptr);
    ASSERT_TRUE(shape.ok());
    shape_ = std::move(*shape);
    image_ = std::move(image);
    base_ = merged_.base();
    merged_.load(stored());
  }
  Stored stored() const { return {&shape_, image_.data() + record_at_, image_.data(), base_}; }
  MergedRecord& merged() { return merged_; }
  bool edited() const { return edited_; }
  const Buffer& image() const { return image_; }
  std::string json() const {
    std::string text;
    record::append_json(record::RecordView(shape_.get(), image_.data() + record_at_), text);
    return text;
  }
  std::string content() const {
    const auto found = record::RecordView(shape_.get(), image_.data() + record_at_).find("items");
    return found ? std::string(as_text(found->content)) : std::string();
  }
  // Of each node: the value, and that of its parent.
  std::string nodes() const {
    const std::string array = content();
    const std::vector<NodeInArray> all = nodes_of_array(array);
    std::string text;
    for (const NodeInArray& node : all) {
      if (!text.empty()) text += ' ';
      if (node.parent != NodeInArray::kNone) {
        text += std::string(as_text(all[node.parent].value.subspan(1))) + '/';
      }
      text += as_text(node.value.subspan(1));
    }
    return text;
  }
  // The id of the node with a value.
  std::string id(std::string_view value) const {
    const std::string array = content();
    for (const NodeInArray& node : nodes_of_array(array)) {
      if (as_text(node.value.subspan(1)) == value) return std::string(node.id);
    }
    return {};
  }

 private:
  record::Encoder encoder_;
  MergedRecord merged_{kPlanters};
  record::ShapePtr shape_;
  Buffer image_;
  std::size_t record_at_ = 0;
  LocalStamp base_;
  bool edited_ = false;
};

// The same edits in every order come to one thing, which is told.
std::string all_orders(std::vector<std::vector<TreeEdit>> edits,
                       std::string_view json = R"({"items":["a","b","c",{"value":"d"}]})") {
  std::vector<TreeWrite> writes;
  for (std::size_t i = 0; i < edits.size(); ++i) {
    Planter writer(json);
    writes.push_back(writer.edit({10 + i, static_cast<std::uint32_t>(1 + i)}, edits[i]));
  }
  std::vector<std::size_t> order(writes.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::string first;
  do {
    Planter one(json);
    for (const std::size_t i : order) one.apply(writes[i]);
    const std::string text = one.json() + "\n" + one.nodes();
    if (first.empty()) first = text;
    EXPECT_EQ(text, first);
  } while (std::next_permutation(order.begin(), order.end()));
  return first.substr(first.find('\n') + 1);
}

TEST(MergedTrees, OneNodeThatTwoMoveIsThereOnce) {
  EXPECT_EQ(all_orders({{moved("0", "1")}, {moved("0", "2")}}), "b c c/a d");
  EXPECT_EQ(all_orders({{moved("0", "2")}, {moved("0", "1")}}), "b b/a c d");
}

TEST(MergedTrees, MovesThatTogetherMakeACycleAreDoneButForTheLast) {
  EXPECT_EQ(all_orders({{moved("0", "1")}, {moved("1", "0")}}), "b b/a c d");
  EXPECT_EQ(all_orders({{moved("0", "1")}, {moved("1", "2")}, {moved("2", "0")}}), "c c/b b/a d");
  EXPECT_EQ(
      all_orders({{moved("0", "1")}, {moved("1", "2")}, {moved("2", "3")}, {moved("3", "0")}}),
      "d d/c c/b b/a");
}

TEST(MergedTrees, WhatIsMovedIntoWhatIsDeletedGoesWithItAndComesBackByAMove) {
  EXPECT_EQ(all_orders({{gone("0")}, {moved("1", "0")}}), "c d");
  EXPECT_EQ(all_orders({{moved("1", "0")}, {gone("0")}}), "c d");
  EXPECT_EQ(all_orders({{gone("0")}, {made("x", "0")}}), "b c d");
  EXPECT_EQ(all_orders({{gone("0")}, {given("0", "A")}}), "b c d");
  EXPECT_EQ(all_orders({{gone("0")}, {moved("0", "2")}}), "b c c/a d");  // the later one counts
  EXPECT_EQ(all_orders({{moved("0", "2")}, {gone("0")}}), "b c d");
  Planter one(R"({"items":["a","b"]})");
  one.do_edit({10, 1}, {moved("1", "0")});
  one.do_edit({11, 1}, {gone("0")});
  EXPECT_EQ(one.nodes(), "");
  one.do_edit({12, 1}, {moved("1")});
  EXPECT_EQ(one.nodes(), "b");
  one.do_edit({13, 1}, {moved("0", "1")});
  EXPECT_EQ(one.nodes(), "b b/a");
}

TEST(MergedTrees, OfTwoSetsTheLaterCountsAndNewNodesAreAllThere) {
  EXPECT_EQ(all_orders({{given("0", "x")}, {given("0", "y")}, {given("1", "z")}}), "y z c d");
  EXPECT_EQ(all_orders({{made("x", "0")}, {made("y", "0")}}), "a a/x a/y b c d");
  EXPECT_EQ(all_orders({{made("x", "", "0")}, {made("y", "", "0")}}), "x y a b c d");
}

TEST(MergedTrees, NodesAreSpelledByWhoCreatedThem) {
  Planter one;
  EXPECT_EQ(one.json(), R"({"items":["a",{"value":"b","children":["c"]}]})");
  one.do_edit({0x123, 3}, {made("x", "1"), made("y", "+0"), moved("0", "+1")});
  EXPECT_EQ(one.nodes(), "b b/c b/x x/y y/a");
  const std::string x = one.id("x");
  EXPECT_EQ(x.substr(0, 4), "123-");
  EXPECT_EQ(x.size(), 4u + 16);
  EXPECT_EQ(one.id("y"), x + "-1");
  EXPECT_EQ(one.json(), R"({"items":[{"id":"1","value":"b"},{"id":"2","parent":"1","value":"c"},)"
                        R"({"id":")" +
                            x + R"(","parent":"1","value":"x"},{"id":")" + x + R"(-1","parent":")" +
                            x + R"(","value":"y"},{"id":"0","parent":")" + x +
                            R"(-1","value":"a"}]})");
  for (const char* wrong : {"01", "x", "3", "-1", "", "1-", "123-0"}) {
    EXPECT_EQ(one.draft({0x200, 3}, {gone(wrong)}).code(), Code::not_found) << wrong;
  }
  for (const std::string& wrong : {x + "-0", x + "-01", x + "-9", "0" + x, x + "0"}) {
    EXPECT_EQ(one.draft({0x200, 3}, {gone(wrong)}).code(), Code::not_found) << wrong;
  }
}

TEST(MergedTrees, EditsThatCannotBeAreRefusedAndChangeNothing) {
  Planter one;
  one.do_edit({10, 1}, {given("0", "A")});
  const std::string before = one.json();
  EXPECT_EQ(one.draft({11, 1}, {moved("1", "2")}).code(), Code::invalid);
  EXPECT_EQ(one.draft({11, 1}, {moved("1", "1")}).code(), Code::invalid);
  EXPECT_EQ(one.draft({11, 1}, {moved("1", "", "2")}).code(), Code::invalid);
  EXPECT_EQ(one.draft({11, 1}, {made("x"), moved("+0", "+1")}).code(), Code::not_found);
  EXPECT_EQ(one.draft({11, 1}, {gone("1"), made("x", "2")}).code(), Code::not_found);
  EXPECT_EQ(one.draft({11, 1}, {gone("1"), gone("1")}).code(), Code::not_found);
  EXPECT_EQ(one.json(), before);
  one.do_edit({11, 1}, {moved("0", "2")});
  EXPECT_EQ(one.nodes(), "b b/c c/A");
}

// What was drafted and then not written is no part of the tree.
TEST(MergedTrees, ADraftThatIsNotWrittenLeavesNothing) {
  Planter one;
  one.do_edit({10, 1}, {made("x")});
  ASSERT_TRUE(one.draft({11, 1}, {gone("1"), made("lost")}).ok());
  one.do_edit({11, 1}, {made("y", "1")});
  EXPECT_EQ(one.nodes(), "a b b/c b/y x");
  ASSERT_TRUE(one.draft({12, 1}, {gone("1")}).ok());
  Planter other;
  other.do_edit({12, 2}, {moved("0", "1")});
  const TreeWrite late = Planter().edit({9, 3}, {given("2", "C")});
  one.apply(late);
  EXPECT_EQ(one.nodes(), "a b b/C b/y x");
}

TEST(MergedTrees, AWholeArrayBecomesFewEdits) {
  Planter one;
  one.do_edit({10, 1}, {made("x"), made("y", "+0")});
  const std::string x = one.id("x");
  const std::string y = one.id("y");
  // c to the front, b and so not c goes, y has another value, a new one below it.
  one.become({11, 1}, R"([{"id":"2","value":"c"},{"id":"0","value":"a"},{"id":")" + x +
                          R"(","value":"x","children":[{"id":")" + y +
                          R"(","value":"Y","children":["z"]}]}])");
  EXPECT_TRUE(one.edited());
  EXPECT_EQ(one.nodes(), "c a x x/Y Y/z");
  EXPECT_EQ(one.id("c"), "2");
  EXPECT_EQ(one.id("Y"), y);
  // What is shown, written again, is nothing new.
  std::string array = one.json();
  array = array.substr(9, array.size() - 10);
  const std::string before = one.json();
  one.become({12, 1}, array);
  EXPECT_EQ(one.json(), before);
  // One that was deleted comes back as what it was, others are new; names count once.
  one.become({13, 1}, R"([{"id":"1","value":"b"},{"id":"1","value":"b2"},{"id":"unknown"}])");
  EXPECT_EQ(one.id("b"), "1");
  EXPECT_NE(one.id("b2"), "1");
  EXPECT_EQ(one.nodes(), "b b2 ");
  one.become({14, 1}, "[]");
  EXPECT_EQ(one.json(), R"({"items":[]})");
}

TEST(MergedTrees, AWholeArrayAndEditsBesideItBothCount) {
  Planter one;
  one.do_edit({10, 1}, {given("0", "A")});
  Planter two;
  two.do_edit({10, 1}, {given("0", "A")});
  const TreeWrite beside = two.edit({12, 2}, {made("x", "2")});
  one.become(
      {11, 1},
      R"([{"id":"1","value":"b"},{"id":"0","value":"A","parent":"1"},{"id":"2","value":"c"}])");
  one.apply(beside);
  EXPECT_EQ(one.nodes(), "b b/A c c/x");
}

// A value that decides between others gets the ids that its nodes have.
TEST(MergedTrees, AnArrayThatIsWrittenAsAValueIsSpelledAsATree) {
  Planter one(R"({"title":1})");
  one.become({10, 1}, R"(["a",{"id":"k","children":[{"parent":"z"}]},{"parent":"k","value":1}])");
  EXPECT_FALSE(one.edited());
  EXPECT_EQ(one.json(),
            R"({"title":1,"items":[{"id":"0","value":"a"},{"id":"1","value":null},)"
            R"({"id":"2","parent":"1","value":null},{"id":"3","parent":"1","value":1}]})");
  const std::string before = one.json();
  one.do_edit({11, 1}, {given("3", "x"), given("3", "y")});
  one.do_edit({12, 1}, {{Kind::set,
                         "3",
                         {},
                         {},
                         {static_cast<std::uint8_t>(Type::number), 0, 0, 0, 0, 0, 0, 0xf0, 0x3f}}});
  EXPECT_EQ(one.json(), before);
}

// Two transactions' worth of operations with one stamp, one upon the other.
TEST(MergedTrees, OneTransactionMayEditTwice) {
  Planter one;
  one.do_edit({10, 1}, {made("x")});
  one.do_edit({10, 1}, {made("y", one.id("x")), moved("0", "+0")});
  EXPECT_EQ(one.nodes(), "b b/c x x/y y/a");
  EXPECT_EQ(one.id("y"), one.id("x") + "-1");
  Planter two;
  TreeWrite first = two.edit({10, 1}, {made("x")});
  two.apply(first);
  TreeWrite second = two.edit({10, 1}, {made("y", two.id("x")), moved("0", "+0")});
  Planter three;
  three.apply(first);
  three.apply(second);
  EXPECT_EQ(three.json(), one.json());
}

// Whoever names what is not in the past of the write, names nothing, whoever else has it.
TEST(MergedTrees, NamesThatAreNotInThePastChangeNothing) {
  Planter one;
  const TreeWrite x = one.edit({10, 1}, {made("x")});
  one.apply(x);
  TreeWrite lie = one.edit({11, 2}, {moved("0", one.id("x"))});
  lie.seen.pop_back();  // it says to stand on the value alone
  Planter two;
  two.apply(lie);
  EXPECT_EQ(two.nodes(), "a b b/c");
  two.apply(x);
  EXPECT_EQ(two.nodes(), "a b b/c x");
  one.apply(lie);
  EXPECT_EQ(one.json(), two.json());
  // One whose stamp is not above what it stands on.
  TreeWrite late = one.edit({20, 1}, {given("0", "A")});
  late.stamp = {9, 2};
  one.apply(late);
  EXPECT_EQ(one.json(), two.json());
}

TEST(MergedTrees, BytesThatAreNoEditsChangeNothing) {
  Planter one;
  const auto bytes = one.draft({10, 1}, {made("x"), moved("0", "1")});
  ASSERT_TRUE(bytes.ok());
  const std::string before = one.json();
  for (std::size_t size = 0; size < bytes->size(); ++size) {
    Planter two;
    two.apply(two.edits_of({10, 1}, Bytes(*bytes).first(size)));
    EXPECT_EQ(two.json(), before) << size;
  }
  Planter two;
  Buffer keys{2};  // not in order, and for nothing
  keys.resize(1 + 64);
  keys.insert(keys.end(), bytes->begin() + 1, bytes->end());
  two.apply(two.edits_of({10, 1}, keys));
  keys[64] = 1;
  two.apply(two.edits_of({10, 1}, keys));
  EXPECT_EQ(two.json(), before);
}

TEST(MergedTrees, ADamagedLogOfEditsIsReadWithoutHarm) {
  Planter one;
  one.do_edit({10, 1}, {made("x"), moved("0", "+0")});
  one.do_edit({11, 2}, {gone("1")});
  const Stored stored = one.stored();
  for (std::size_t at = 0; at < one.image().size(); ++at) {
    HiddenView hidden = ImageView(one.image().data()).first_hidden();
    while (hidden.kind() != HiddenKind::tree) hidden = hidden.next();
    const auto begin = static_cast<std::size_t>(hidden.content().data() - one.image().data());
    if (at < begin || at >= begin + hidden.content().size()) continue;
    Buffer image = one.image();
    image[at] ^= 0x41;
    MergedRecord merged(kPlanters);
    const auto record_at = static_cast<std::size_t>(stored.record - one.image().data());
    merged.load({stored.shape, image.data() + record_at, image.data(), stored.base});
    merged.tree_edits("items", {0, {made("y")}, {}}, {12, 1}).error().ignore();
    Buffer again;
    std::size_t place = 0;
    (void)merged.encode(again, place, nullptr);
  }
}

// Deeper than any value may nest: what is shown is flat.
TEST(MergedTrees, TwentyThousandDeep) {
  constexpr std::uint32_t kDeep = 20000;
  Planter one(R"({"items":[]})");
  std::vector<TreeEdit> edits{made("0")};
  for (std::uint32_t i = 1; i < kDeep; ++i) {
    edits.push_back(made("x", "+" + std::to_string(i - 1)));
  }
  one.do_edit({10, 1}, std::move(edits));
  const std::string array = one.content();
  const std::vector<NodeInArray> all = nodes_of_array(array);
  ASSERT_EQ(all.size(), kDeep);
  EXPECT_EQ(all.back().parent, kDeep - 2);
  const std::string last(all.back().id);
  one.do_edit({11, 1}, {moved(last)});
  EXPECT_EQ(one.draft({12, 1}, {moved(one.id("0"), std::string(all[kDeep - 2].id))}).code(),
            Code::invalid);
  one.become({12, 1}, R"([{"id":")" + last + R"(","value":"x"}])");
  EXPECT_EQ(one.nodes(), "x");
}

// Small values and small edits show large objects; the bound of an image knows.
TEST(MergedTrees, TakeNoMoreThanTheirBound) {
  constexpr std::size_t kNodes = 2000;
  constexpr std::uint64_t kLate = std::uint64_t{1} << 62;  // names are as long as they can be
  std::string nulls = "null";
  for (std::size_t i = 1; i < kNodes; ++i) nulls += ",null";
  Planter one("{\"items\":[" + nulls + "]}");
  const auto grow = [&](std::uint64_t hlc, std::vector<TreeEdit> edits) {
    const std::size_t had = settled_bytes(one.stored());
    const TreeWrite write = one.edit({hlc, 1}, std::move(edits));
    one.apply(write);
    EXPECT_LE(one.image().size(), had + added_bytes({write.shape.get(), write.record.data()}));
  };
  const Buffer null{static_cast<std::uint8_t>(Type::null)};
  grow(kLate, {{Kind::create, {}, {}, {}, null}});
  std::vector<TreeEdit> below;
  for (std::size_t i = 0; i < kNodes; ++i) {
    below.push_back({Kind::create, {}, i == 0 ? "" : "+0", {}, null});
  }
  grow(kLate + 1, std::move(below));
  EXPECT_GT(one.image().size(), 100 * kNodes);
}

// A late operation is put where it belongs by steps in proportion to the moves that are later.
TEST(MergedTrees, ALateOperationTakesStepsInProportionToTheMovesBehindIt) {
  constexpr std::uint64_t kMoves = 10000;
  const crdt::Writer early = kPlanters.key(1);
  const crdt::Writer late = kPlanters.key(2);
  const Planter value(R"({"items":["a","b","c"]})");
  EditedTree all(value.content());
  for (std::uint32_t i = 0; i < kMoves; ++i) {
    const auto bytes = all.draft({100 + i, early}, {0, {moved("0", i % 2 == 0 ? "1" : "2")}, {}});
    ASSERT_TRUE(bytes.ok());
    const std::uint32_t on = i - 1;
    ASSERT_FALSE(all.add(early, 100 + i, {&on, i == 0 ? 0u : 1u}, *bytes));
  }
  const std::uint64_t local = all.work();
  EXPECT_LT(local, 10 * kMoves);
  EditedTree other(value.content());
  std::vector<Buffer> writes;
  for (std::uint32_t i = 0; i < 50; ++i) {
    const auto bytes = other.draft({10 + i, late}, {0, {moved("2", "1")}, {}});
    ASSERT_TRUE(bytes.ok());
    const std::uint32_t on = i - 1;
    ASSERT_FALSE(other.add(late, 10 + i, {&on, i == 0 ? 0u : 1u}, *bytes));
    writes.push_back(*bytes);
  }
  // All fifty at once, as a bundle brings them: one pass.
  for (std::uint32_t i = 0; i < writes.size(); ++i) {
    const auto on = static_cast<std::uint32_t>(kMoves + i - 1);
    ASSERT_FALSE(all.add(late, 10 + i, {&on, i == 0 ? 0u : 1u}, writes[i]));
  }
  EXPECT_FALSE(all.shown().empty());
  EXPECT_LT(all.work() - local, 10 * kMoves);
}

}  // namespace
}  // namespace gs::merge
