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

// What a field shows that holds a text into which was typed, or a list or tree that was edited.
struct TypedField {
  LocalStamp on;           // the value that it stands on; hlc 0: none
  std::string_view value;  // that: the text, or the content of an array
  Bytes edits;             // a EditsLog
};
// Nothing: nobody typed into what the field shows.
std::optional<TypedField> typed_field(const Stored& stored, std::string_view name);
// Nothing: it shows no list that was edited.
std::optional<TypedField> list_field(const Stored& stored, std::string_view name);
// The same of a tree.
std::optional<TypedField> tree_field(const Stored& stored, std::string_view name);

// Of what is taken back, undos and redos have typed anew what had been deleted: `restores`. What
// somebody deleted of that stays deleted. Errors: damaged (the log says what cannot be).
Result<crdt::Difference> take_back_edits(const TypedField& field, const WriterOrder& order,
                                         const std::function<bool(const LocalStamp&)>& is_taken,
                                         const std::function<bool(const LocalStamp&)>& restores);

}  // namespace gs::merge
