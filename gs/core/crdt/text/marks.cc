#include "gs/core/crdt/text/marks.h"

#include "gs/core/crdt/text/varint.h"
#include "gs/core/record/record.h"
#include "gs/core/record/utf8.h"

namespace gs::crdt {
namespace {

constexpr std::uint8_t kGrowsAtBegin = 1;
constexpr std::uint8_t kGrowsAtEnd = 2;

Error broken_mark(const char* what) {
  return Error(Code::invalid, std::string("mark of a text: ") + what);
}

// Takes one off the front of `in`, whose numbers are not checked. False: it is cut off.
bool take_mark(Bytes& in, TextMark& mark, std::uint32_t& step, std::uint8_t& growth) noexcept {
  Bytes key;
  if (!take_varint(in, step) || !take_varint(in, mark.from) || !take_varint(in, mark.count) ||
      in.empty()) {
    return false;
  }
  growth = in[0];
  in = in.subspan(1);
  if (!take_block(in, key) || !take_block(in, mark.value)) return false;
  mark.key = as_text(key);
  mark.grows_at_begin = (growth & kGrowsAtBegin) != 0;
  mark.grows_at_end = (growth & kGrowsAtEnd) != 0;
  return true;
}

Error check_one(const TextMark& mark, std::uint8_t growth) {
  if (mark.from >= kEventsMax || mark.count >= kEventsMax - mark.from) {
    return broken_mark("a position is too large");
  }
  if (growth > (kGrowsAtBegin | kGrowsAtEnd)) return broken_mark("it grows as no mark does");
  if (mark.key.empty() || mark.key.size() > kMarkKeyBytesMax) {
    return broken_mark("its key has no 1 to 255 bytes");
  }
  if (!record::valid_utf8(as_bytes(mark.key))) return broken_mark("its key is not UTF-8");
  Error error = record::validate_any(mark.value, record::kElementDepth);
  return error ? std::move(error).in("mark of a text") : Error();
}

}  // namespace

Result<std::uint32_t> check_marks(Bytes marks, std::uint32_t edits) {
  std::uint32_t count = 0;
  std::uint32_t behind = 0;
  while (!marks.empty()) {
    TextMark mark;
    std::uint32_t step = 0;
    std::uint8_t growth = 0;
    if (!take_mark(marks, mark, step, growth)) return broken_mark("it is cut off");
    if (step > edits - behind) return broken_mark("it is behind more edits than there are");
    behind += step;
    GS_TRY_OK(check_one(mark, growth));
    if (++count > kEventsMax - edits) return broken_mark("there are more than a text can have");
  }
  return count;
}

Buffer encode_marks(std::span<const TextMark> marks) {
  Buffer out;
  std::uint32_t behind = 0;
  for (const TextMark& mark : marks) {
    append_varint(out, mark.behind - behind);
    behind = mark.behind;
    append_varint(out, mark.from);
    append_varint(out, mark.count - 1);
    out.push_back(static_cast<std::uint8_t>((mark.grows_at_begin ? kGrowsAtBegin : 0) |
                                            (mark.grows_at_end ? kGrowsAtEnd : 0)));
    append_block(out, as_bytes(mark.key));
    append_block(out, mark.value);
  }
  return out;
}

bool MarksReader::next(TextMark& mark) noexcept {
  std::uint32_t step = 0;
  std::uint8_t growth = 0;
  if (rest_.empty() || !take_mark(rest_, mark, step, growth)) return false;
  behind_ += step;
  mark.behind = behind_;
  ++mark.count;
  return true;
}

}  // namespace gs::crdt
