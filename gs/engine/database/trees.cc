// Staging edits of trees. A transaction says what it does to nodes, by their names; it is made into
// an operation when the transaction is committed (merging.h), which says then what cannot be. When
// others have edited the tree since, both count (gs/core/crdt/tree). edits.cc has what texts, lists
// and trees share.

#include "gs/core/crdt/tree/operation.h"
#include "gs/core/merge/taken_text.h"
#include "gs/core/merge/tree_nodes.h"
#include "gs/engine/database/database.h"
#include "gs/engine/database/staging.h"

namespace gs::engine {

namespace {

// `rule`: of the field, null when there is none.
Error check_tree_field(const rules::Rules& rules, std::string_view field,
                       const rules::FieldRule* rule) {
  const auto wrong = [&](const std::string& what) {
    return Error(Code::invalid, rules.collection() + "." + std::string(field) + " " + what);
  };
  if (rule == nullptr) return wrong("is no field of the schema");
  switch (rule->rule.kind) {
    case rules::Rule::Kind::array:
    case rules::Rule::Kind::json:
    case rules::Rule::Kind::custom:
      return {};
    default:
      return wrong("is " + rule->rule.expected() + ": only arrays are edited as trees");
  }
}

// The commit counts exactly; this bounds memory until then.
Error check_room(const StagedEdits& tree, std::size_t more_bytes) {
  const std::size_t bytes = tree.tree_bytes + more_bytes;
  if (bytes <= tree::kOperationBytesMax && tree.tree.edits.size() < tree::kEditsMax) return {};
  return Error(Code::too_large,
               "a transaction edits one tree with at most 1,048,576 edits of 16 MiB together");
}

std::size_t bytes_of(const merge::TreeEdit& edit) noexcept {
  return edit.node.size() + edit.parent.size() + edit.before.size() + edit.value.size();
}

}  // namespace

Result<std::string> Staging::stage_tree_edit(const Id& id, const rules::Rules* rules,
                                             std::string_view field, merge::TreeEdit edit) {
  if (rules != nullptr) GS_TRY_OK(check_tree_field(*rules, field, rules->find(field)));
  GS_TRY(OpenEdits open, open_edits(id, rules, field, merge::Rule::tree));
  StagedEdits& staged = open.edits(tx_);
  const std::size_t bytes = bytes_of(edit);
  GS_TRY_OK(check_room(staged, bytes));
  const bool is_new = edit.what == tree::Kind::create;
  staged.tree_bytes += bytes;
  staged.tree.edits.push_back(std::move(edit));
  GS_TRY_OK(keep_edits(std::move(open)));
  return is_new ? "+" + std::to_string(tx_.new_nodes++) : std::string();
}

Result<std::string> Database::tree_array(const Id& id, std::string_view field) const {
  const Moment now = moment();
  Found found;
  if (!find_stored(now, id, found)) {
    return Error(Code::not_found, "no record " + id.text() + ". Insert it first, or check the id");
  }
  const Current current = current_of(found, tables_);
  const auto value = current.view().find(field);
  if (!value || value->is_null()) return merge::array_of_nodes({});
  if (value->type != Type::array) {
    return Error(Code::invalid, "field \"" + std::string(field) + "\": it holds no array");
  }
  const std::string_view content = as_text(value->content);
  const merge::Stored stored{&current.shape, current.record, current.image, current.base};
  if (merge::tree_field(stored, field)) return std::string(content);
  return merge::array_of_nodes(merge::nodes_of_array(content));
}

}  // namespace gs::engine
