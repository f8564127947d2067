// The marks of a text of a field: what all that was ever said of stretches of it comes to.
//
// A mark is said of positions in the text that its writer saw, and holds on to the characters
// there: its beginning and its end are sides of characters, which keep their place in the order of
// all when they are deleted. Where it grows, it holds on to the character outside. So what others
// insert meanwhile is in it or not, whatever order anything comes in. Of marks of one key the one
// with the greater stamp counts where they overlap (docs/FORMAT.md, "Text marks").
//
// Nothing is kept but the edits themselves: O(n log n) in all that was ever typed and marked, and
// O(operations) for a text without marks. Pure.
#pragma once

#include <functional>
#include <vector>

#include "gs/core/crdt/text/mark_spans.h"
#include "gs/core/merge/taken_text.h"

namespace gs::merge {

struct TextMarks {
  std::vector<crdt::MarkSpan> spans;  // whose keys and values lie in the field's edits
  std::uint64_t work = 0;             // steps, for tests
};

// Errors: damaged.
Result<TextMarks> marks_of(const TypedField& field, const WriterOrder& order);

}  // namespace gs::merge
