// Editing trees of records: nodes created, moved, set and deleted.
#include "globalstorage/storage.h"
#include "gs/api/elements_json.h"
#include "gs/api/staging.h"
#include "gs/api/tree_json.h"
#include "gs/core/merge/tree_nodes.h"
#include "gs/core/record/json.h"
#include "gs/engine/database/staging.h"

namespace gs {

std::vector<TreeNode> api::tree_nodes_of(std::string_view array) {
  std::vector<TreeNode> nodes;
  for (const merge::NodeInArray& node : merge::nodes_of_array(array)) {
    TreeNode one{std::string(node.id), {}, 0, {}};
    if (node.parent != merge::NodeInArray::kNone) {
      one.parent = nodes[node.parent].id;
      one.depth = nodes[node.parent].depth + 1;
    }
    record::append_json({static_cast<Type>(node.value[0]), node.value.subspan(1)}, one.value);
    nodes.push_back(std::move(one));
  }
  return nodes;
}

namespace {

using engine::TransactionState;
using merge::TreeEdit;

// As the schema has values of nodes: the encoder makes ids of keys that it names.
Result<Buffer> encode_node_value(TransactionState& tx, const rules::Rules* rules,
                                 std::string_view field, std::string_view json) {
  GS_TRY(Array values, api::elements_of_json(std::string("[").append(json).append("]")));
  if (values.size() != 1) return Error(Code::invalid, "a node has one value");
  Array nodes;
  nodes.emplace_back(Object{{"value", std::move(values.front())}});
  const Object delta{{std::string(field), Value(std::move(nodes))}};
  GS_TRY(const record::Encoded encoded, tx.encoder.encode_delta({}, delta, api::layout_of(rules)));
  const record::RecordView view(encoded.shape.get(), encoded.bytes.data());
  const auto array = view.find(field);
  const record::ValueView node = array ? array->element(0) : record::ValueView{};
  if (node.type != Type::object || node.count() != 1) {
    return Error(Code::invalid, "the field holds no array of objects, so it has no nodes");
  }
  const record::ValueView member = node.member(0);
  Buffer value{static_cast<std::uint8_t>(member.type)};
  value.insert(value.end(), member.content.begin(), member.content.end());
  return value;
}

Result<std::string> edit_tree(TransactionState& tx, const Id& id, std::string_view field,
                              TreeEdit edit, const std::string_view* json = nullptr) {
  if (field.empty()) return Error(Code::invalid, "a field has a name");
  const rules::Rules* rules = nullptr;
  if (tx.catalog != nullptr) {
    GS_TRY(rules, api::rules_of_record(tx, id));
  }
  if (json != nullptr) {
    GS_TRY(edit.value, encode_node_value(tx, rules, field, *json));
  }
  return engine::Staging(tx).stage_tree_edit(id, rules, field, std::move(edit));
}

TreeEdit placed(tree::Kind what, std::string_view node, const TreePlace& place) {
  return {what, std::string(node), std::string(place.parent), std::string(place.before), {}};
}

// Nodes are named: nothing is tried again.
template <typename Stage>
Error commit_tree_edit(Storage& storage, const Stage& stage) {
  Transaction tx = storage.begin();
  GS_TRY_OK(stage(tx));
  return tx.commit().error();
}

}  // namespace

Result<std::string> Transaction::tree_create(const Id& id, std::string_view field,
                                             std::string_view value, const TreePlace& place) {
  return edit_tree(*state_, id, field, placed(tree::Kind::create, {}, place), &value);
}

Error Transaction::tree_move(const Id& id, std::string_view field, std::string_view node,
                             const TreePlace& place) {
  return edit_tree(*state_, id, field, placed(tree::Kind::move, node, place)).error();
}

Error Transaction::tree_set(const Id& id, std::string_view field, std::string_view node,
                            std::string_view value) {
  return edit_tree(*state_, id, field, placed(tree::Kind::set, node, {}), &value).error();
}

Error Transaction::tree_delete(const Id& id, std::string_view field, std::string_view node) {
  return edit_tree(*state_, id, field, placed(tree::Kind::remove, node, {})).error();
}

Result<std::string> Storage::tree_create(const Id& id, std::string_view field,
                                         std::string_view value, const TreePlace& place) {
  Transaction tx = begin();
  GS_TRY_OK(tx.tree_create(id, field, value, place).error());
  GS_TRY_OK(tx.commit().error());
  return merge::node_text({tx.state_->committed.hlc, tx.state_->committed.writer, 0});
}

Error Storage::tree_move(const Id& id, std::string_view field, std::string_view node,
                         const TreePlace& place) {
  return commit_tree_edit(*this,
                          [&](Transaction& tx) { return tx.tree_move(id, field, node, place); });
}

Error Storage::tree_set(const Id& id, std::string_view field, std::string_view node,
                        std::string_view value) {
  return commit_tree_edit(*this,
                          [&](Transaction& tx) { return tx.tree_set(id, field, node, value); });
}

Error Storage::tree_delete(const Id& id, std::string_view field, std::string_view node) {
  return commit_tree_edit(*this, [&](Transaction& tx) { return tx.tree_delete(id, field, node); });
}

}  // namespace gs
