// Names for places in the text of a field that stay beside a character, whatever is typed around
// it: what a cursor is. A character is named by who inserted it: by the stamp of the edit and its
// number among all that edits with this stamp insert, or by the stamp of the value and its number
// there. So a name means the same on every replica (docs/FORMAT.md, "Text cursor").
//
// While nobody has typed beside somebody else, a name is found by going through the edits once,
// without the text: O(runs of edits). Else their order has to be made from all of them: O(n log n)
// in what was ever typed into the field. Pure.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "gs/core/merge/edits_log.h"
#include "gs/core/merge/taken_text.h"

namespace gs::merge {

struct TextCursor {
  enum class Of : std::uint8_t { begin = 0, end = 1, value = 2, edit = 3 };
  // Of a key only as much as tells writers apart.
  using KeyBegin = std::array<std::uint8_t, 8>;

  Of of = Of::begin;
  bool is_after = false;  // behind the character, else before it
  std::uint64_t hlc = 0;  // and what follows: of a character only
  KeyBegin writer{};
  std::uint32_t number = 0;
};

std::string cursor_text(const TextCursor& cursor);
// Error: invalid.
Result<TextCursor> parse_cursor(std::string_view text);

// The text that a field shows, whether or not somebody typed into it. Errors: not_found (there is
// no such field), invalid (it holds no text).
Result<TypedField> text_field(const Stored& stored, std::string_view name);

// A name for the place before character `position`, from 0. `is_after`: it stays behind the
// character before the place, else before the one behind it. Errors: invalid (the text is shorter),
// damaged.
Result<TextCursor> name_place(const TypedField& field, const WriterOrder& order,
                              std::uint64_t position, bool is_after);
// Where that is now; of a character that was deleted, where it was. Errors: not_found (it is in
// another text, or not here yet), damaged.
Result<std::uint32_t> find_place(const TypedField& field, const WriterOrder& order,
                                 const TextCursor& cursor);

}  // namespace gs::merge
