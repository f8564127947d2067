// tree create, move, set, delete and show: edits of a tree of a record.
#include "cmd/gstore/commands.h"
#include "cmd/gstore/element_words.h"
#include "cmd/gstore/report_json.h"
#include "cmd/gstore/support/json_text.h"

namespace gs::cli {
namespace {

// One word as JSON.
std::string json_of_word(const std::string& word) {
  const std::string array = json_of_words({word});
  return array.substr(1, array.size() - 2);  // without the brackets
}

TreePlace place_in(const Arguments& arguments) { return {arguments.under, arguments.before_node}; }

// A node a line, set in by what is above it; as JSON the nodes one by one.
Error show_tree(Session& session, const Storage& storage, const Id& id) {
  GS_TRY(const std::vector<TreeNode> nodes, storage.tree_nodes(id, session.arguments.field));
  if (session.arguments.json) {
    const auto node_json = [](const TreeNode& node) {
      return calls::node_object(node, kSpelling).take();
    };
    JsonObject line;
    line.text("id", id.text()).raw("value", calls::json_list(nodes, node_json));
    session.out.line(line.take());
    return {};
  }
  constexpr std::size_t kDepthShown = 100;  // what is below that is not set in further
  for (const TreeNode& node : nodes) {
    session.out.line(std::string(2 * std::min(node.depth, kDepthShown), ' ') + node.value + "  " +
                     node.id);
  }
  return {};
}

// What is not there may be a node, or the record.
Error about_tree(Session& session, const Storage& storage, const Id& id, Error error) {
  return storage.has(id) ? std::move(error) : about_record(session, storage, std::move(error));
}

template <typename Edit>
Result<Exit> edit_tree(Session& session, const Edit& edit) {
  GS_TRY(Storage storage, open_storage(session, Access::write));
  GS_TRY(const Id id, id_of(session, storage));
  GS_TRY_OK(about_tree(session, storage, id, edit(storage, id)));
  GS_TRY_OK(show_tree(session, storage, id));
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

}  // namespace

Result<Exit> tree_create(Session& session) {
  const Arguments& arguments = session.arguments;
  GS_TRY(Storage storage, open_storage(session, Access::write));
  GS_TRY(const Id id, id_of(session, storage));
  auto node = storage.tree_create(id, arguments.field, json_of_word(arguments.node_value),
                                  place_in(arguments));
  if (!node.ok()) return about_tree(session, storage, id, std::move(node).error());
  if (arguments.json) {
    JsonObject line;
    line.text("id", id.text()).text("node", *node);
    session.out.line(line.take());
  } else {
    session.out.line(*node);
  }
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

Result<Exit> tree_move(Session& session) {
  const Arguments& arguments = session.arguments;
  return edit_tree(session, [&](Storage& storage, const Id& id) {
    return storage.tree_move(id, arguments.field, arguments.node, place_in(arguments));
  });
}

Result<Exit> tree_set(Session& session) {
  const Arguments& arguments = session.arguments;
  const std::string json = json_of_word(arguments.node_value);
  return edit_tree(session, [&](Storage& storage, const Id& id) {
    return storage.tree_set(id, arguments.field, arguments.node, json);
  });
}

Result<Exit> tree_delete(Session& session) {
  const Arguments& arguments = session.arguments;
  return edit_tree(session, [&](Storage& storage, const Id& id) {
    return storage.tree_delete(id, arguments.field, arguments.node);
  });
}

Result<Exit> tree_show(Session& session) {
  GS_TRY(Storage storage, open_storage(session, Access::read));
  GS_TRY(const Id id, id_of(session, storage));
  GS_TRY_OK(about_tree(session, storage, id, show_tree(session, storage, id)));
  GS_TRY_OK(storage.close());
  return Exit::ok;
}

}  // namespace gs::cli
