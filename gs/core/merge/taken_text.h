// Taking back what was typed: edits upon a text as it is now, after which it is as if some others
// had never been. What they inserted goes, as far as it is there; what they deleted comes back
// where it was, unless somebody else deleted it as well. So nothing of others goes, and nothing
// that others deleted comes back. Whoever takes back one step after the other takes back all steps
// each time, and what took them back with them: what a step brought back is no new text. Pure.
#pragma once

#include <functional>

#include "gs/core/crdt/text/difference.h"
#include "gs/core/merge/edits_log.h"
#include "gs/core/merge/merged_record.h"

namespace gs::merge {

// What a field shows that holds a text into which was typed.
struct TypedField {
  LocalStamp on;           // the value that it stands on; hlc 0: none
  std::string_view value;  // that
  Bytes edits;             // a EditsLog
};
// Nothing: nobody typed into what the field shows.
std::optional<TypedField> typed_field(const Stored& stored, std::string_view name);

// The value that a list stands on which a field shows and which was edited; hlc 0: none. Nothing:
// there is no such list.
std::optional<LocalStamp> list_stands_on(const Stored& stored, std::string_view name);
// The same of a tree.
std::optional<LocalStamp> tree_stands_on(const Stored& stored, std::string_view name);
// The first edit of such a list or tree that `is_taken`; nothing: none is.
std::optional<LocalStamp> taken_edit(const Stored& stored, std::string_view name,
                                     const std::function<bool(const LocalStamp&)>& is_taken);

// Errors: damaged (the log says what cannot be).
Result<crdt::Difference> take_back_edits(const TypedField& field, const WriterOrder& order,
                                         const std::function<bool(const LocalStamp&)>& is_taken);

}  // namespace gs::merge
