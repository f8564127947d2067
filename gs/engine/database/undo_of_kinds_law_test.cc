// Goal: of all kinds of values that are merged, undo of all that one writer did leaves what there
// was before, with what others did beside it; and redo of all leads to what there was then.
// Nothing is told as kept, as nobody did anything to what somebody else did. On two branches each
// leads back its own way.
//
// Method: random transactions of three writers on one record with a list, a tree, a text with
// marks, a set, an object, a counter and plain fields. Each touches what it made itself, by the
// first letter of values, and one of them what was there in the beginning, which are digits. So
// what there is to be is known: the digits as they were, and what others made. In half of the runs
// they go on while that one undoes.
//
// GS_SEED=n repeats one run, GS_RUNS=n makes more of them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "gs/base/test_share.h"
#include "gs/core/merge/tree_nodes.h"
#include "gs/core/record/json.h"
#include "gs/engine/database/test_replicas.h"

namespace gs::engine::testing {
namespace {

constexpr std::uint32_t kKindSeeds = 16;
constexpr int kKindSteps = 30;
constexpr std::size_t kUndoes = 1;  // the writer that does
constexpr const char* kAtFirst =
    R"({"list":["0","1","2","3","4","5"],"set":{"$set":["0","1","2"]},"text":"0123456789",)"
    R"("tree":[{"value":"0","children":[{"value":"1"},{"value":"2"}]},{"value":"3"},)"
    R"({"value":"4","children":[{"value":"5","children":[{"value":"6"}]}]}],)"
    R"("o":{"m0":0,"m1":1},"n":0,"f0":0,"f1":0,"f2":0})";

std::uint32_t seed_from(const char* name, std::uint32_t otherwise) {
  const char* const text = std::getenv(name);
  return text == nullptr ? otherwise : static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

std::string text_in(Bytes any) { return std::string(as_text(any.subspan(1))); }

Buffer any_of_word(const std::string& word) {
  Buffer bytes;
  EXPECT_FALSE(record::encode_any(Value(word), bytes));
  return bytes;
}

struct Node {
  std::string id;
  std::string value;
  std::size_t parent;
};

// What a field of a record shows.
class Shown {
 public:
  Shown(const Store& store, const Id& id) : hold_(store->get(id).value()) {}

  std::vector<std::string> list() const {
    std::vector<std::string> values;
    const auto field = hold_->view().find("list");
    for (std::uint32_t i = 0; i < field->count(); ++i) {
      values.emplace_back(field->element(i).text());
    }
    return values;
  }
  std::string text() const { return std::string(hold_->view().find("text")->text()); }
  std::vector<Node> tree() const {
    std::vector<Node> nodes;
    for (const auto& node : merge::nodes_of_array(as_text(hold_->view().find("tree")->content))) {
      const std::string id = node.id.empty() ? std::to_string(nodes.size()) : std::string(node.id);
      nodes.push_back({id, text_in(node.value), node.parent});
    }
    return nodes;
  }
  std::string json_of_field(const char* name) const {
    std::string json;
    const auto field = hold_->view().find(name);
    if (field) record::append_json(*field, json);
    return json;
  }

 private:
  std::shared_ptr<RecordHold> hold_;
};

class UndoOfKinds : public Replicas {
 public:
  explicit UndoOfKinds(std::uint32_t seed) : random_(seed) {
    id_ = *next(0).insert("City", kAtFirst);
    // Before its first edit the nodes of a tree have no names.
    Batch batch(next(0).db);
    EXPECT_FALSE(batch.edit_tree(id_, "tree", {tree::Kind::set, "0", "", "", any_of_word("0")}));
    EXPECT_FALSE(batch.commit());
    copy();
  }

  Shown shown(std::size_t writer) const { return {(*this)[writer], id_}; }
  std::uint32_t random(std::size_t below) { return static_cast<std::uint32_t>(random_() % below); }

  // A transaction of one to three kinds; false: nothing of it could be done.
  bool write(std::size_t writer) {
    const Store& store = next(writer);
    Batch batch(store.db);
    bool is_any = false;
    const std::uint32_t kinds = 1 + random(3);
    const std::uint32_t first = random(kKinds);
    for (std::uint32_t i = 0; i < kinds; ++i) {
      is_any = write_kind((first + i * 3) % kKinds, writer, batch) || is_any;
    }
    return is_any && !batch.commit();
  }

  // Everything that is shown, of the first one.
  std::string all() {
    std::string text = (*this)[0].text(id_);
    const auto marks = (*this)[0]->text_marks(id_, "text", std::nullopt);
    EXPECT_TRUE(marks.ok());
    for (const TextMark& mark : *marks) {
      text += "\n" + mark.key + " " + std::to_string(mark.from) + " " + std::to_string(mark.to);
    }
    expect_all(id_, (*this)[0].text(id_));
    return text;
  }

  // As at first, but for what others did.
  void expect_without_own() {
    const Shown now = shown(0);
    EXPECT_EQ(without_letters(now.list()), "0 1 2 3 4 5 ");
    EXPECT_EQ(now.text().find('b'), std::string::npos) << now.text();
    std::string digits = now.text();
    std::erase_if(digits, [](char c) { return c < '0' || c > '9'; });
    EXPECT_EQ(digits, "0123456789");
    EXPECT_EQ(tree_of(now.tree(), merge::NodeInArray::kNone), "0(12)34(5(6))");
    const auto marks = (*this)[0]->text_marks(id_, "text", std::nullopt);
    EXPECT_TRUE(marks.ok());
    for (const TextMark& mark : *marks) {
      EXPECT_NE(mark.key, key_of(kUndoes));
    }
    const std::string json = (*this)[0].text(id_);
    EXPECT_EQ(json.find("\"b"), std::string::npos) << json;
    EXPECT_EQ(now.json_of_field("f1"), "0");
    for (const char* const member : {"\"m0\":0", "\"m1\":1"}) {
      EXPECT_NE(now.json_of_field("o").find(member), std::string::npos) << json;
    }
    for (const char* const element : {"\"0\"", "\"1\"", "\"2\""}) {
      EXPECT_NE(now.json_of_field("set").find(element), std::string::npos) << json;
    }
    EXPECT_EQ(now.json_of_field("n"), std::to_string(added_by_others_));
  }

  // What others made is shown, in its order where nothing of it can be out of sight.
  std::string of_others() {
    const Shown now = shown(0);
    std::string text;
    for (const std::string& value : now.list()) text += is_of_others(value) ? value + " " : "";
    text += "| ";
    for (const char c : now.text()) text += is_of_others(std::string(1, c)) ? c : ' ';
    std::erase(text, ' ');
    return text + " | " + now.json_of_field("f0") + " " + now.json_of_field("f2");
  }
  std::set<std::string> nodes_of_others() {
    std::set<std::string> values;
    for (const Node& node : shown(0).tree()) {
      if (is_of_others(node.value)) values.insert(node.value);
    }
    return values;
  }
  const std::set<std::string>& nodes_made_by_others() const noexcept { return nodes_; }

 private:
  static constexpr std::uint32_t kKinds = 8;

  static char letter_of(std::size_t writer) { return static_cast<char>('a' + writer); }
  static std::string key_of(std::size_t writer) { return std::string(1, letter_of(writer)); }
  static bool is_of_others(const std::string& value) {
    return value[0] == letter_of(0) || value[0] == letter_of(2);
  }
  static bool may_touch(std::size_t writer, const std::string& value) {
    const bool is_at_first = value[0] >= '0' && value[0] <= '9';
    return value[0] == letter_of(writer) || (is_at_first && writer == kUndoes);
  }
  std::string new_value(std::size_t writer) { return letter_of(writer) + std::to_string(++count_); }

  static std::string without_letters(const std::vector<std::string>& values) {
    std::string text;
    for (const std::string& value : values) text += value[0] <= '9' ? value + " " : "";
    return text;
  }
  static std::string tree_of(const std::vector<Node>& nodes, std::size_t parent) {
    std::string text;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i].parent != parent) continue;
      const std::string below = tree_of(nodes, i);
      if (nodes[i].value[0] <= '9') text += nodes[i].value;
      if (!below.empty()) text += nodes[i].value[0] <= '9' ? "(" + below + ")" : below;
    }
    return text;
  }

  bool write_kind(std::uint32_t kind, std::size_t writer, Batch& batch) {
    switch (kind) {
      case 0:
        return write_list(writer, batch);
      case 1:
        return write_tree(writer, batch);
      case 2:
        return write_text(writer, batch);
      case 3:
        return write_mark(writer, batch);
      case 4:
        return write_set(writer, batch);
      case 5:
        return write_member(writer, batch);
      case 6:
        return add(writer, batch);
      default:
        return !batch.update(
            id_, "{\"f" + std::to_string(writer) + "\":" + std::to_string(random(100)) + "}");
    }
  }

  bool write_list(std::size_t writer, Batch& batch) {
    const std::vector<std::string> values = shown(writer).list();
    const std::uint32_t at = random(values.size() + 1);
    const bool is_own = at < values.size() && may_touch(writer, values[at]);
    ListEdit edit{crdt::ListEdit::insert, at, 0, 0, {}};
    if (is_own)
      edit.what = std::array{crdt::ListEdit::erase, crdt::ListEdit::move, crdt::ListEdit::set,
                             crdt::ListEdit::insert}[random(4)];
    if (edit.what == crdt::ListEdit::erase) edit.count = 1;
    if (edit.what == crdt::ListEdit::move) edit.to = random(values.size());
    const bool gives = edit.what == crdt::ListEdit::insert || edit.what == crdt::ListEdit::set;
    if (gives) edit.values.push_back(any_of_word(new_value(writer)));
    return !batch.edit_list(id_, "list", edit);
  }

  // Below what is of others nobody puts anything, and others remove what has nothing below it.
  bool write_tree(std::size_t writer, Batch& batch) {
    const std::vector<Node> nodes = shown(writer).tree();
    const auto is_place = [&](const Node& node) {
      const bool is_at_first = node.value[0] <= '9';
      return is_at_first || node.value[0] == letter_of(writer);
    };
    merge::TreeEdit edit{tree::Kind::create, "", "", "", any_of_word(new_value(writer))};
    const std::size_t in = random(nodes.size() + 1);
    if (in < nodes.size() && is_place(nodes[in])) edit.parent = nodes[in].id;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const bool is_child = edit.parent.empty() ? nodes[i].parent == merge::NodeInArray::kNone
                                                : nodes[i].parent == in;
      if (is_child && random(3) == 0) edit.before = nodes[i].id;
    }
    const std::size_t at = random(nodes.size() + 2);
    std::string gone;
    if (at < nodes.size() && may_touch(writer, nodes[at].value)) {
      edit.node = nodes[at].id;
      edit.what = std::array{tree::Kind::move, tree::Kind::set, tree::Kind::remove}[random(3)];
      if (edit.what != tree::Kind::move) edit.parent = edit.before = "";
      if (edit.what != tree::Kind::set) edit.value.clear();
      if (edit.what == tree::Kind::move && is_below(nodes, edit.parent, at)) return false;
      const bool has_below = std::any_of(nodes.begin(), nodes.end(),
                                         [&](const Node& one) { return one.parent == at; });
      if (writer != kUndoes && edit.what == tree::Kind::remove && has_below) return false;
      if (edit.what != tree::Kind::move) gone = nodes[at].value;
    }
    const std::string made = edit.value.empty() ? std::string() : text_in(edit.value);
    if (batch.edit_tree(id_, "tree", edit)) return false;
    if (writer != kUndoes) {
      nodes_.erase(gone);
      if (!made.empty()) nodes_.insert(made);
    }
    return true;
  }
  static bool is_below(const std::vector<Node>& nodes, const std::string& node, std::size_t above) {
    std::size_t at = 0;
    while (at < nodes.size() && nodes[at].id != node) ++at;
    if (at == nodes.size()) return false;  // the root
    while (at != merge::NodeInArray::kNone && at != above) at = nodes[at].parent;
    return at == above;
  }

  bool write_text(std::size_t writer, Batch& batch) {
    const std::string text = shown(writer).text();
    const std::uint32_t at = random(text.size() + 1);
    const bool deletes =
        at < text.size() && may_touch(writer, std::string(1, text[at])) && random(3) != 0;
    return !batch.splice(id_, "text",
                         {at, deletes ? 1u : 0u, deletes ? "" : std::string(1, letter_of(writer))});
  }

  bool write_mark(std::size_t writer, Batch& batch) {
    const std::size_t length = shown(writer).text().size();
    if (length < 2) return false;
    const std::uint32_t from = random(length - 1);
    const auto to = static_cast<std::uint32_t>(from + 1 + random(length - from));
    return !batch.mark(id_, "text",
                       {from, std::min<std::uint64_t>(to, length), false, true, key_of(writer),
                        any_of_word(new_value(writer))});
  }

  bool write_set(std::size_t writer, Batch& batch) {
    const bool takes = random(2) == 0;
    const bool is_at_first = takes && writer == kUndoes && random(2) == 0;
    const std::string element =
        is_at_first ? std::to_string(random(3)) : letter_of(writer) + std::to_string(random(4));
    return !batch.change(id_, "set", takes ? merge::Rule::excluded : merge::Rule::included,
                         "{\"$set\":[\"" + element + "\"]}");
  }

  bool write_member(std::size_t writer, Batch& batch) {
    const bool is_at_first = writer == kUndoes && random(2) == 0;
    const std::string name = is_at_first ? "m" + std::to_string(random(2))
                                         : letter_of(writer) + std::to_string(random(3));
    const std::string value =
        random(2) == 0 ? R"({"x":)" + std::to_string(random(9)) + "}" : std::to_string(random(9));
    return !batch.give_members(
        id_, "o",
        random(3) == 0 ? "[{},{\"" + name + "\":true}]" : "{\"" + name + "\":" + value + "}");
  }

  bool add(std::size_t writer, Batch& batch) {
    const int number = 1 + static_cast<int>(random(9));
    if (batch.add(id_, "n", number)) return false;
    if (writer != kUndoes) added_by_others_ += number;
    return true;
  }

  std::mt19937 random_;
  Id id_;
  int count_ = 0;
  int added_by_others_ = 0;
  std::set<std::string> nodes_;  // of others, by their values
};

void run_undo_of_kinds(std::uint32_t seed, bool others_go_on) {
  UndoOfKinds world(seed);
  int written = 0;
  for (int i = 0; i < kKindSteps; ++i) {
    const std::size_t writer = world.random(Replicas::kCount);
    if (world.write(writer) && writer == kUndoes) ++written;
    if (world.random(4) == 0) world.exchange();
  }
  world.exchange();
  const auto go_on = [&] {
    if (!others_go_on || world.random(3) != 0) return;
    world.write(2 * world.random(2));
    world.exchange();
  };
  for (int round = 0; round < 2; ++round) {
    const std::string then = world.all();
    for (int i = 0; i < written; ++i) {
      const std::string others = world.of_others();
      const auto undone = world.next(kUndoes)->undo();
      ASSERT_TRUE(undone.ok()) << undone.error().text();
      EXPECT_TRUE(undone->kept.empty()) << undone->kept.front().field;
      world.exchange();
      ASSERT_EQ(world.of_others(), others);
      go_on();
    }
    EXPECT_EQ(world.next(kUndoes)->undo().code(), Code::not_found);
    world.expect_without_own();
    EXPECT_EQ(world.nodes_of_others(), world.nodes_made_by_others());
    for (int i = 0; i < written; ++i) {
      const std::string others = world.of_others();
      const auto redone = world.next(kUndoes)->redo();
      ASSERT_TRUE(redone.ok()) << redone.error().text();
      // Others may have put something below a node that came back, which is not removed again.
      for (const KeptWrite& kept : redone->kept) {
        EXPECT_TRUE(others_go_on && kept.field == "tree") << kept.field;
      }
      world.exchange();
      ASSERT_EQ(world.of_others(), others);
      go_on();
    }
    if (!others_go_on) ASSERT_EQ(world.all(), then);
  }
}

TEST(UndoOfKindsLaw, AllThatOneWriterDidGoesAndComesAgainBesideWhatOthersDid) {
  const std::uint32_t first = seed_from("GS_SEED", 1);
  const std::uint32_t runs =
      std::getenv("GS_SEED") != nullptr
          ? 1
          : seed_from("GS_RUNS", kKindSeeds / gs::testing::kSanitizedShareOfLong);
  for (std::uint32_t seed = first; seed < first + runs; ++seed) {
    SCOPED_TRACE("repeat with GS_SEED=" + std::to_string(seed));
    run_undo_of_kinds(seed, seed % 2 == 0);
    if (::testing::Test::HasFailure()) return;
  }
}

// Two branches of one writer: each has its way back, and the other one stays where it is.
TEST(UndoOfKindsLaw, EachBranchGoesBackItsOwnWay) {
  const std::uint32_t first = seed_from("GS_SEED", 1);
  const std::uint32_t runs =
      std::getenv("GS_SEED") != nullptr
          ? 1
          : seed_from("GS_RUNS", kKindSeeds / 4 / gs::testing::kSanitizedShareOfLong);
  for (std::uint32_t seed = first; seed < first + runs; ++seed) {
    SCOPED_TRACE("repeat with GS_SEED=" + std::to_string(seed));
    UndoOfKinds world(seed);
    const Store& store = world[kUndoes];
    static constexpr std::array kBranches = {"main", "draft"};
    ASSERT_FALSE(
        store->name_version(NamedVersion::Kind::branch, "draft", std::nullopt, Naming::create));
    const auto look = [&] { return store.content().begin()->second; };
    struct Way {
      std::vector<std::string> states;
      std::size_t at = 0;
    };
    std::array<Way, 2> ways{Way{{look()}}, Way{{look()}}};
    std::size_t branch = 0;
    for (int i = 0; i < 3 * kKindSteps; ++i) {
      Way& way = ways[branch];
      const std::uint32_t what = world.random(5);
      if (what < 2) {
        if (!world.write(kUndoes)) continue;
        way.states.resize(++way.at);
        way.states.push_back(look());
      } else if (what < 4) {
        const bool is_back = what == 2;
        const bool is_end = is_back ? way.at == 0 : way.at + 1 == way.states.size();
        const auto moved = is_back ? world.next(kUndoes)->undo() : world.next(kUndoes)->redo();
        ASSERT_EQ(moved.ok(), !is_end);
        if (is_end) continue;
        EXPECT_TRUE(moved->kept.empty());
        way.at = is_back ? way.at - 1 : way.at + 1;
      } else {
        branch = 1 - branch;
        world.next(kUndoes);
        ASSERT_FALSE(store->checkout(kBranches[branch]));
      }
      ASSERT_EQ(look(), ways[branch].states[ways[branch].at]) << kBranches[branch];
    }
  }
}

}  // namespace
}  // namespace gs::engine::testing
