// Marks of a text as bytes: what edits say of stretches of it, bold or a link, beside what they
// insert and delete (docs/FORMAT.md, "Text marks"). For each, one behind the other:
//
//   varint    edits of the chain since the mark before, or since its beginning: it is done behind
//             them, and its positions count the text as it is then
//   varint    position of its first code point
//   varint    how many code points, less one
//   u8        where it grows: 1 at its beginning, 2 at its end, 3 at both, 0 nowhere
//   block     key, 1 to 255 bytes of UTF-8
//   block     value, an any value (record.h); null takes marks with this key away
//
// Each takes one seq, behind those of the edits that it is done behind. Pure. Readers do not
// allocate. Errors: invalid.
#pragma once

#include <span>
#include <string_view>

#include "gs/core/crdt/text/edits.h"

namespace gs::crdt {

inline constexpr std::size_t kMarkKeyBytesMax = 255;

struct TextMark {
  std::uint32_t behind = 0;  // so many edits of the chain, without marks
  std::uint32_t from = 0;
  std::uint32_t count = 0;
  bool grows_at_begin = false;
  bool grows_at_end = false;
  std::string_view key{};
  Bytes value{};

  std::uint32_t to() const noexcept { return from + count; }
  // As an event of a history: it is about a code point that has to be there.
  EditRun event() const noexcept { return {Edit::touch, to() - 1, 1}; }
};

// Null takes marks away.
inline bool takes_away(Bytes value) noexcept { return value.size() == 1 && value[0] == 0; }

// How many marks there are, in a chain of so many edits.
Result<std::uint32_t> check_marks(Bytes marks, std::uint32_t edits);
// In the order in which they are done.
Buffer encode_marks(std::span<const TextMark> marks);

// Reads marks that check_marks() has accepted; they must outlive it.
class MarksReader {
 public:
  explicit MarksReader(Bytes marks) noexcept : rest_(marks) {}
  bool next(TextMark& mark) noexcept;

 private:
  Bytes rest_;
  std::uint32_t behind_ = 0;
};

}  // namespace gs::crdt
