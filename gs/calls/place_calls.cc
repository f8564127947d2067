// Marks and places of texts, and nodes of trees.
#include "gs/calls/methods.h"

namespace gs::calls {
namespace {

// What is told of a field begins with whose it is.
ReportObject about(const Id& id) {
  ReportObject line(kSpelling);
  line.text("id", id.text());
  return line;
}

Made text_marks(Storage& storage, const Arguments& arguments, const Progress&) {
  const Id id = arguments.id(storage);
  GS_TRY(const std::optional<Version> version, arguments.version(storage, "version"));
  GS_TRY(const std::vector<TextMark> marks,
         storage.text_marks(id, arguments.text("field"), version));
  GS_TRY(const std::string list, list_of(marks, mark_json));
  return about(id).raw("marks", list).take();
}

Made text_delta(Storage& storage, const Arguments& arguments, const Progress&) {
  const Id id = arguments.id(storage);
  GS_TRY(const std::optional<Version> version, arguments.version(storage, "version"));
  GS_TRY(const std::string delta, storage.text_delta(id, arguments.text("field"), version));
  return about(id).raw("delta", delta).take();
}

Made text_cursor(Storage& storage, const Arguments& arguments, const Progress&) {
  const Id id = arguments.id(storage);
  const TextSide side = arguments.text("side") == "after" ? TextSide::after : TextSide::before;
  GS_TRY(const std::string cursor,
         storage.text_cursor(id, arguments.text("field"), arguments.count("position"), side));
  return about(id).text("cursor", cursor).take();
}

Made text_position(Storage& storage, const Arguments& arguments, const Progress&) {
  const Id id = arguments.id(storage);
  GS_TRY(const std::optional<Version> version, arguments.version(storage, "version"));
  GS_TRY(const std::uint64_t position,
         storage.text_position(id, arguments.text("field"), arguments.text("cursor"), version));
  return about(id).number("position", position).take();
}

Made tree_nodes(Storage& storage, const Arguments& arguments, const Progress&) {
  const Id id = arguments.id(storage);
  GS_TRY(const std::vector<TreeNode> nodes, storage.tree_nodes(id, arguments.text("field")));
  GS_TRY(const std::string list, list_of(nodes, [](const TreeNode& node, Spelling spelling) {
           return node_object(node, spelling).number("depth", node.depth).take();
         }));
  return about(id).raw("value", list).take();
}

}  // namespace

std::span<const StorageMethod> place_methods() {
  static constexpr StorageMethod kMethods[] = {
      {"textMarks", text_marks, {kId, kCollection, kField, kVersion}},
      {"textDelta", text_delta, {kId, kCollection, kField, kVersion}},
      {"textCursor",
       text_cursor,
       {kId, kCollection, kField, required("position", Kind::count), optional("side", Kind::side)}},
      {"textPosition",
       text_position,
       {kId, kCollection, kField, required("cursor", Kind::text), kVersion}},
      {"treeNodes", tree_nodes, {kId, kCollection, kField}},
  };
  return kMethods;
}

}  // namespace gs::calls
