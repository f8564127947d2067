// What a transaction is to do, operation by operation: encoded, checked against what the schema
// says of its fields, and kept until the commit. Nothing here touches the log.
#pragma once

#include "gs/engine/database/database.h"

namespace gs::engine {

// One thread, as the transaction.
class Staging {
 public:
  explicit Staging(TransactionState& tx) noexcept : db_(*tx.db), tx_(tx) {}

  // stage.cc
  Error stage_insert(const record::Encoded& encoded, Id& id);
  Error stage_keyed(const record::Encoded& encoded, const Id& id);
  Error stage(graph::Kind kind, const Id& id, const record::Encoded& encoded);
  Error stage_remove(const Id& id);
  Error stage_expect(const Id& id, const Digest& version);
  // The last staged operation that gives the record its whole content or removes it; null: none.
  const StagedOperation* staged_content(const Id& id);

  // Checks as well what the rules say about the update; null says nothing. What it makes of the
  // record is checked by the commit (update_check.cc).
  Error stage_update(const Id& id, const rules::Rules* rules, const record::Encoded& delta);
  // Adds to a number (add.cc). Errors as well: invalid (what the schema says of the field).
  Error stage_add(const Id& id, const rules::Rules* rules, std::string_view field, double addition);

  // elements.cc
  // Whether the field is a set, not an array.
  Result<bool> is_set(const Id& id, const rules::Rules* rules, std::string_view field);
  // Includes elements in a field or excludes them, as `change` says: an update with an array or a
  // set of them, as is_set() wants it. Errors of both as well: invalid (the same).
  Error stage_elements(const Id& id, const rules::Rules* rules, std::string_view field,
                       merge::Rule change, const record::Encoded& delta);
  // Of an update that gives members to objects and takes some away: what is given to each field, or
  // an array of that and of what is removed (gs/core/merge/members.h).
  Error stage_members(const Id& id, const rules::Rules* rules, const record::Encoded& change);

  // texts.cc
  // Edits a text. Errors of the record and of the positions, too: not_found, invalid; the commit
  // may say conflict (somebody replaced the text).
  Error stage_edits(const Id& id, const rules::Rules* rules, std::string_view field,
                    std::span<const TextEdit> edits);
  // The text of a field as readers see it now: runs that the transaction stages later stand on
  // that, whatever is written meanwhile. Before anything else is staged. When only the schema gives
  // the value, it is staged, to be committed before a transaction that begins anew. Errors:
  // not_found, invalid (the field holds something else).
  Result<std::string> begin_text(const Id& id, const rules::Rules* rules, std::string_view field);
  // Edits in the text that begin_text() told; `inserted`: by its insertions, one behind the other.
  Error stage_runs(const Id& id, const rules::Rules* rules, std::string_view field,
                   std::span<const crdt::EditRun> runs, std::string_view inserted);
  Error stage_difference(const Id& id, const rules::Rules* rules, std::string_view field,
                         const crdt::Difference& difference);
  // Marks a stretch of a text (text_marks.cc). The same errors.
  Error stage_mark(const Id& id, const rules::Rules* rules, std::string_view field,
                   StagedMark mark);

  // Edits a list (lists.cc). The same errors.
  Error stage_list_edit(const Id& id, const rules::Rules* rules, std::string_view field,
                        const ListEdit& edit);
  // Edits of a list (list_edits.h), whose positions count what is shown. Error as well: conflict
  // (this transaction has written to it).
  Error stage_list_edits(const Id& id, const rules::Rules* rules, std::string_view field,
                         Bytes edits);

  // Edits a tree (trees.cc). Returns the name of a new node, for what the transaction does to the
  // field next. Errors of nodes come with the commit: not_found, invalid.
  Result<std::string> stage_tree_edit(const Id& id, const rules::Rules* rules,
                                      std::string_view field, merge::TreeEdit edit);

  // When all is staged (edits.cc).
  Error encode_edits();

 private:
  Error check_delta(const Id& id, const rules::Rules& rules, const record::ShapePtr& shape,
                    const record::RecordView& delta) const;
  bool wrote_field(const Id& id, std::string_view field);
  Error stage_shown(const Id& id, const rules::Rules& rules, std::string_view field);
  static Error check_text_field(const rules::Rules& rules, std::string_view field);

  // edits.cc
  // `text`: becomes that of the field, if it has one.
  Result<StagedEdits> begin_edits(const Id& id, std::string_view field, merge::Rule rule,
                                  std::string* text);
  // Those that the transaction has begun, or new ones; what is done to them is to be kept.
  Result<OpenEdits> open_edits(const Id& id, const rules::Rules* rules, std::string_view field,
                               merge::Rule rule, std::string* text = nullptr);
  Error keep_edits(OpenEdits open);

  Database& db_;
  TransactionState& tx_;
};

}  // namespace gs::engine
