// Goal: whatever several writers do to a field that holds a tree (create, move, set and remove
// nodes, replace it, take it away, remove the record and bring it back), in whatever order it
// arrives, all get one record; and what that shows is what the definition in docs/FORMAT.md says,
// worked out naively.
#include "gs/base/test_share.h"
#include "gs/core/crdt/tree/place_index.h"
#include "gs/core/merge/edited_tree.h"
#include "gs/core/merge/test_edit_world.h"
#include "gs/core/merge/tree_nodes.h"
#include "gs/core/record/json.h"

namespace gs::merge {
namespace {

using testing::EditedOp;
using testing::kTypists;
using tree::NodeId;

constexpr std::uint64_t kPlantingSeeds = 600;

Buffer node_value(std::uint64_t number) {
  return {static_cast<std::uint8_t>(Type::string), static_cast<std::uint8_t>('a' + number % 26)};
}

// A tree done by the book: all moves in their order, each looked at alone.
class NaiveTree {
 public:
  explicit NaiveTree(const std::string& value) {
    std::map<NodeId, NodeId> last;  // child of each parent
    std::vector<NodeId> planted;
    for (const NodeInArray& node : nodes_of_array(value)) {
      const NodeId id{1, {}, static_cast<std::uint32_t>(planted.size())};
      const NodeId parent =
          node.parent == NodeInArray::kNone ? tree::kRoot : planted.at(node.parent);
      const auto before = last.find(parent);
      std::string index;
      if (before == last.end()) {
        index = tree::index_between(nullptr, nullptr).value();
      } else {
        const tree::PlaceKey lower{nodes_[before->second].index, view_of(before->second)};
        index = tree::index_between(&lower, nullptr).value();
      }
      nodes_[id] = {parent, index, Buffer(node.value.begin(), node.value.end()), id};
      last[parent] = id;
      planted.push_back(id);
    }
  }

  void add(const EditedOp& op) {
    const auto content = tree_content(op.edits);
    ASSERT_TRUE(content.has_value());
    const auto view = tree::OperationView::parse(content->operation);
    ASSERT_TRUE(view.ok());
    const tree::Stamp stamp{op.stamp.hlc, kTypists.key(op.stamp.writer)};
    std::uint32_t number = 0;
    const auto named = [&](const tree::NodeName& name) -> NodeId {
      if (name.source == tree::NodeName::kOfRoot) return tree::kRoot;
      if (name.source == tree::NodeName::kOfThis) return {stamp.hlc, stamp.writer, name.number};
      const tree::Source& source = view->sources()[name.source - 2];
      return {stamp.hlc - source.back,
              source.writer == 0 ? stamp.writer : content->table[source.writer - 1], name.number};
    };
    view->edits([&](const tree::EditView& edit) {
      const NodeId id{stamp.hlc, stamp.writer, number++};
      const Buffer value(edit.value.begin(), edit.value.end());
      const NodeId node = named(edit.node);
      switch (edit.kind) {
        case tree::Kind::create:
          nodes_[id] = {named(edit.parent), std::string(edit.index), value, id};
          break;
        case tree::Kind::set:
          if (nodes_.at(node).valued < id) nodes_.at(node).value = value;
          nodes_.at(node).valued = std::max(nodes_.at(node).valued, id);
          break;
        case tree::Kind::move:
          moves_[id] = {node, named(edit.parent), std::string(edit.index)};
          break;
        case tree::Kind::remove:
          moves_[id] = {node, tree::kTrash, ""};
          break;
      }
    });
  }

  std::string shown() {
    for (const auto& [id, move] : moves_) {
      if (is_above(move.node, move.parent)) continue;
      nodes_.at(move.node).parent = move.parent;
      nodes_.at(move.node).index = move.index;
    }
    std::vector<NodeInArray> all;
    add_below(tree::kRoot, NodeInArray::kNone, all);
    std::vector<std::string> texts;
    std::string json = "[";
    for (const NodeInArray& node : all) {
      json += (json.size() > 1 ? ",{\"id\":\"" : "{\"id\":\"") + std::string(node.id) + "\"";
      if (node.parent != NodeInArray::kNone) {
        json += ",\"parent\":\"" + std::string(all[node.parent].id) + "\"";
      }
      json += ",\"value\":";
      record::append_json({static_cast<Type>(node.value[0]), node.value.subspan(1)}, json);
      json += "}";
    }
    record::Encoder encoder;
    const auto made = encoder.encode_json("T", "{\"body\":" + json + "]}");
    EXPECT_TRUE(made.ok()) << json;
    const record::RecordView view(made->shape.get(), made->bytes.data());
    return std::string(as_text(view.find(testing::kBody)->content));
  }

 private:
  struct Node {
    NodeId parent;
    std::string index;
    Buffer value;
    NodeId valued;
  };
  struct Move {
    NodeId node;
    NodeId parent;
    std::string index;
  };

  bool is_above(const NodeId& node, NodeId at) const {
    for (; at != tree::kRoot && at != tree::kTrash; at = nodes_.at(at).parent) {
      if (at == node) return true;
    }
    return false;
  }
  void add_below(const NodeId& parent, std::size_t at, std::vector<NodeInArray>& all) {
    std::map<std::string, NodeId> children;
    for (const auto& [id, node] : nodes_) {
      if (node.parent != parent) continue;
      std::string key = node.index + std::string(1, '\0');
      for (int i = 7; i >= 0; --i) key += static_cast<char>(id.hlc >> (8 * i));
      key.append(id.writer.bytes.begin(), id.writer.bytes.end());
      for (int i = 3; i >= 0; --i) key += static_cast<char>(id.number >> (8 * i));
      children[key] = id;
    }
    for (const auto& [key, id] : children) {
      ids_.push_back(std::make_unique<std::string>(node_text(id)));
      all.push_back({*ids_.back(), at, nodes_.at(id).value});
      add_below(id, all.size() - 1, all);
    }
  }

  std::map<NodeId, Node> nodes_;
  std::map<NodeId, Move> moves_;
  std::vector<std::unique_ptr<std::string>> ids_;
};

class Planting final : public testing::EditKind {
 public:
  Rule rule() const override { return Rule::tree; }
  std::string some_value(std::mt19937_64& random) const override {
    static const char* const kValues[] = {
        "[]", "[1]", R"([1,{"value":2,"children":[3,{"children":["x"]}]}])",
        R"([{"id":"x","value":4},"z",{"id":"y","parent":"x"},{"parent":"y","value":[1]}])",
        R"([{"id":"1","value":"a"},{"id":"0","parent":"1"},{"other":1},{"id":"0"}])"};
    return kValues[random() % std::size(kValues)];
  }
  bool is_nothing(Bytes edits) const override { return !is_tree_operation(edits); }

  // What is shown in another order, with less and with more.
  std::string wish(const std::string& shown, std::mt19937_64& random) const override {
    std::vector<NodeInArray> nodes = nodes_of_array(shown);
    if (nodes.empty() || random() % 4 == 0) return some_value(random);
    for (int i = 0; i < 3; ++i) std::swap(nodes[random() % nodes.size()], nodes[0]);
    if (random() % 2 == 0) nodes.pop_back();
    std::string json = "[";
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (i != 0) json += ",";
      json +=
          "{\"id\":\"" + std::string(nodes[i].id) + "\",\"value\":" + std::to_string(random() % 3);
      if (i != 0 && random() % 2 == 0) {
        json += ",\"parent\":\"" + std::string(nodes[random() % i].id) + "\"";
      }
      json += "}";
      if (random() % 4 == 0) json += ",{\"value\":true,\"children\":[\"new\"]}";
    }
    return json + "]";
  }
  bool fulfills(const std::string& shown, const std::string& wanted) const override {
    const auto is = nodes_of_array(shown);
    const auto wants = nodes_of_array(wanted);
    return std::equal(is.begin(), is.end(), wants.begin(), wants.end(),
                      [](const NodeInArray& a, const NodeInArray& b) {
                        return a.parent == b.parent && as_text(a.value) == as_text(b.value);
                      });
  }

  Buffer edits(MergedRecord& merged, const std::string& shown, const LocalStamp& stamp,
               std::mt19937_64& random) const override {
    for (int i = 0; i < 20; ++i) {
      auto made = merged.tree_edits(testing::kBody, some_edits(shown, random), stamp);
      if (made.ok() && !made->empty()) return std::move(*made);
    }
    auto made = merged.tree_edits(testing::kBody, {0, {{.value = node_value(0)}}, {}}, stamp);
    EXPECT_TRUE(made.ok());
    return std::move(*made);
  }

  std::string made(const std::string& value, const std::vector<EditedOp>& ops,
                   const std::vector<std::size_t>& edits) const override {
    if (edits.empty()) return value;
    NaiveTree naive(value);
    for (const std::size_t i : edits) naive.add(ops[i]);
    return naive.shown();
  }

 private:
  static TreeEdits some_edits(const std::string& shown, std::mt19937_64& random) {
    std::vector<std::string> ids{""};
    const std::vector<NodeInArray> nodes = nodes_of_array(shown);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const bool is_known = node_text({1, {}, static_cast<std::uint32_t>(i)}) == nodes[i].id ||
                            nodes[i].id.size() > 2;
      // Those of a value that nobody edited are counted.
      ids.push_back(is_known ? std::string(nodes[i].id) : std::to_string(i));
    }
    TreeEdits made;
    std::uint32_t fresh = 0;
    for (std::size_t left = 1 + random() % 4; left > 0; --left) {
      TreeEdit edit;
      edit.what = static_cast<tree::Kind>(random() % 4);
      if (nodes.empty()) edit.what = tree::Kind::create;
      if (edit.what != tree::Kind::create) edit.node = ids[1 + random() % nodes.size()];
      if (edit.what == tree::Kind::create || edit.what == tree::Kind::move) {
        edit.parent = ids[random() % ids.size()];
        if (random() % 4 == 0 && !nodes.empty()) {
          const std::size_t before = random() % nodes.size();
          edit.before = ids[1 + before];
          edit.parent =
              nodes[before].parent == NodeInArray::kNone ? "" : ids[1 + nodes[before].parent];
        }
      }
      edit.value = node_value(random());
      if (edit.what == tree::Kind::create) ids.push_back("+" + std::to_string(fresh++));
      made.edits.push_back(std::move(edit));
    }
    return made;
  }
};

TEST(MergedTreesLaw, IsAFunctionOfTheSetOfItsWrites) {
  const Planting planting;
  for (std::uint64_t seed = 1; seed <= kPlantingSeeds / gs::testing::kSanitizedShare; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    testing::EditWorld world(planting, seed);
    for (std::uint64_t left = 10 + seed % 50; left != 0; --left) world.step();
    world.end();
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace gs::merge
