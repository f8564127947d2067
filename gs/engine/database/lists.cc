// Staging edits of lists. A transaction says what it does to the elements of the list that it saw;
// when others have edited it since, both count (gs/core/crdt/list). What comes of it is decided by
// the commit (merging.h); here is what positions mean, and what the schema says of the field.
// edits.cc has what texts and lists share.

#include "gs/engine/database/database.h"
#include "gs/engine/database/staging.h"

namespace gs::engine {

using crdt::ListRun;

namespace {

// `rule`: of the field, null when there is none.
Error check_list_field(const rules::Rules& rules, std::string_view field,
                       const rules::FieldRule* rule) {
  const auto wrong = [&](const std::string& what) {
    return Error(Code::invalid, rules.collection() + "." + std::string(field) + " " + what);
  };
  if (rule == nullptr) return wrong("is no field of the schema");
  switch (rule->rule.kind) {
    case rules::Rule::Kind::array:
    case rules::Rule::Kind::links:
    case rules::Rule::Kind::json:
    case rules::Rule::Kind::custom:
      return {};
    default:
      return wrong("is " + rule->rule.expected() + ": only arrays are edited as lists");
  }
}

Error behind_the_end(std::uint64_t position, std::uint32_t length) {
  return Error(Code::invalid, "position " + std::to_string(position) +
                                  " is behind the end of the list, which has " +
                                  std::to_string(length) +
                                  (length == 1 ? " element" : " elements"));
}

// How many positions it takes from its own on.
std::uint64_t extent_of(const ListEdit& edit) noexcept {
  switch (edit.what) {
    case crdt::ListEdit::insert:
      return 0;
    case crdt::ListEdit::move:
    case crdt::ListEdit::set:
      return 1;
    default:
      return edit.count;
  }
}

// The list may be known only when the transaction is committed: then positions are checked there.
Error check_edit(const ListEdit& edit, std::optional<std::uint32_t> length) {
  const std::uint32_t end = length.value_or(crdt::kListEditsMax);
  const std::uint64_t extent = extent_of(edit);
  if (edit.position > end || (extent != 0 && edit.position == end)) {
    return behind_the_end(edit.position, end);
  }
  if (extent > end - edit.position) {
    return Error(Code::invalid, std::to_string(edit.count) + " elements cannot be deleted at " +
                                    "position " + std::to_string(edit.position) +
                                    ": from there on the list has " +
                                    std::to_string(end - edit.position));
  }
  if (edit.what == crdt::ListEdit::move && edit.to >= end) return behind_the_end(edit.to, end);
  return {};
}

// Each value at its place. `target`: takes the edits of an outline.
template <typename Target>
Error edit_list(const ListEdit& edit, Target& target) {
  const auto position = static_cast<std::uint32_t>(edit.position);
  switch (edit.what) {
    case crdt::ListEdit::move:
      return target.move(position, static_cast<std::uint32_t>(edit.to));
    case crdt::ListEdit::set:
      return target.set(position, edit.values.front());
    case crdt::ListEdit::insert:
      break;
    default:
      return edit.count == 0 ? Error()
                             : target.erase(position, static_cast<std::uint32_t>(edit.count));
  }
  std::uint32_t at = position;
  for (const Buffer& value : edit.values) GS_TRY_OK(target.insert(at++, value));
  return {};
}

// All of it, or nothing.
Error edit_whole(const ListEdit& edit, crdt::ListOutline& outline) {
  if (edit.values.size() < 2) return edit_list(edit, outline);
  crdt::ListOutline edited = outline;
  GS_TRY_OK(edit_list(edit, edited));
  outline = std::move(edited);
  return {};
}

// Edits of a list that is not known yet: all of them, or nothing.
class AsShown {
 public:
  explicit AsShown(crdt::ListEditsWriter& writer) : writer_(writer) {}
  Error check_room(const std::vector<Buffer>& values) const {
    std::size_t bytes = writer_.bytes_max();
    for (const Buffer& value : values) bytes += kEditBytesMax + value.size();
    if (bytes + kEditBytesMax <= crdt::kOperationBytesMax) return {};
    return Error(Code::too_large, "a transaction edits one list with at most 16 MiB");
  }
  Error insert(std::uint32_t position, Bytes value) {
    return add({crdt::ListEdit::insert, position, 1, 0}, value);
  }
  Error set(std::uint32_t position, Bytes value) {
    return add({crdt::ListEdit::set, position, 1, 0}, value);
  }
  Error erase(std::uint32_t position, std::uint32_t count) {
    return add({crdt::ListEdit::erase, position, count, 0}, {});
  }
  Error move(std::uint32_t from, std::uint32_t to) {
    return add({crdt::ListEdit::move, from, 1, to}, {});
  }

 private:
  Error add(const ListRun& run, Bytes value) {
    writer_.add(run);
    if (run.has_values()) writer_.add_value(value);
    return {};
  }

  // Beside its value.
  static constexpr std::size_t kEditBytesMax =
      crdt::ListEditsWriter::kRunBytesMax + crdt::kVarintBytesMax;

  crdt::ListEditsWriter& writer_;
};

}  // namespace

Error Staging::stage_list_edit(const Id& id, const rules::Rules* rules, std::string_view field,
                               const ListEdit& edit) {
  if (rules != nullptr) GS_TRY_OK(check_list_field(*rules, field, rules->find(field)));
  GS_TRY(OpenEdits open, open_edits(id, rules, field, merge::Rule::list));
  StagedEdits& list = open.edits(tx_);
  std::optional<std::uint32_t> length;
  if (list.outline) length = list.outline->length();
  GS_TRY_OK(check_edit(edit, length));
  if (list.outline) {
    GS_TRY_OK(edit_whole(edit, *list.outline));
  } else {
    AsShown as_shown(list.as_shown);
    GS_TRY_OK(as_shown.check_room(edit.values));
    GS_TRY_OK(edit_list(edit, as_shown));
  }
  list.has_list_edits = list.has_list_edits || extent_of(edit) != 0 || !edit.values.empty();
  return keep_edits(std::move(open));
}

Error Staging::stage_list_edits(const Id& id, const rules::Rules* rules, std::string_view field,
                                Bytes edits) {
  GS_TRY(const crdt::ListEditsView view, crdt::ListEditsView::parse(edits));
  GS_TRY(OpenEdits open, open_edits(id, rules, field, merge::Rule::list));
  StagedEdits& list = open.edits(tx_);
  if (!list.outline) {
    return Error(Code::conflict, "the list changed while it was looked at. Try again");
  }
  GS_TRY_OK(list.outline->add(view));
  list.has_list_edits = !list.outline->empty();
  return keep_edits(std::move(open));
}

}  // namespace gs::engine
