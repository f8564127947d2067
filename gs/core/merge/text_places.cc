#include "gs/core/merge/text_places.h"

#include <algorithm>

#include "gs/core/crdt/text/measure.h"
#include "gs/core/crdt/text/varint.h"
#include "gs/core/merge/field_writes.h"
#include "gs/core/merge/typed_operations.h"
#include "gs/core/record/text_forms.h"

namespace gs::merge {

using crdt::EditRun;
using Of = TextCursor::Of;
using Point = OrderedText::Point;

namespace {

constexpr std::uint8_t kAfterBit = 4;
// A first byte, an hlc, the beginning of a key and a number; four letters for three bytes.
constexpr std::size_t kCursorTextMax =
    (1 + crdt::kVarint64BytesMax + 8 + crdt::kVarintBytesMax) * 4 / 3 + 1;

Error no_cursor() {
  return Error(Code::invalid, "that is no cursor. One is made of a position in a text");
}

Error not_in_this_text() {
  return Error(Code::not_found,
               "the cursor is not in the text that the field shows: the text was replaced since, "
               "or what the cursor stands beside has not come here yet");
}

TextCursor::KeyBegin beginning_of(const Digest& key) {
  TextCursor::KeyBegin begin{};
  std::copy_n(key.bytes.begin(), begin.size(), begin.begin());
  return begin;
}

bool is_by(const LocalStamp& stamp, const TextCursor& cursor, const WriterOrder& order) {
  return stamp.hlc == cursor.hlc && beginning_of(order.key(stamp.writer)) == cursor.writer;
}

std::vector<EditRun> runs_in(const crdt::EditsView& edits) {
  std::vector<EditRun> runs;
  runs.reserve(edits.counts.runs);
  crdt::EditsReader reader(edits.heads, edits.positions);
  for (EditRun run; reader.next(run);) runs.push_back(run);
  return runs;
}

std::uint32_t lowest_of(const EditRun& run) {
  return run.edit == crdt::Edit::insert ? run.pos : crdt::cursor_after(run);
}

// Of operations of which each stands on the one before, backwards: whose the character is.
Point point_in_chain(const TypedOperations& operations, std::uint32_t position) {
  for (std::size_t i = operations.all().size(); i-- > 0;) {
    const crdt::EditsView& edits = operations.all()[i].edits;
    const std::vector<EditRun> runs = runs_in(edits);
    std::uint32_t inserted = edits.counts.inserted;
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
      const std::uint32_t lowest = lowest_of(*run);
      if (run->edit != crdt::Edit::insert) {
        if (position >= lowest) position += run->count;
        continue;
      }
      inserted -= run->count;
      if (position < lowest) continue;
      if (position - lowest < run->count) {
        return {static_cast<std::uint32_t>(i), inserted + position - lowest};
      }
      position -= run->count;
    }
  }
  return {std::nullopt, position};
}

// A character, as edits go by. What is put in where a deleted one was stands before it, as in the
// order of all characters.
struct Followed {
  std::uint32_t position = 0;
  bool is_there = true;

  void pass(const EditRun& run) {
    const std::uint32_t lowest = lowest_of(run);
    if (run.edit == crdt::Edit::insert) {
      if (lowest <= position) position += run.count;
    } else if (lowest <= position) {
      const std::uint32_t before = position - lowest;
      if (is_there && before < run.count) is_there = false;
      position -= std::min(before, run.count);
    }
  }
};

Followed follow_in_chain(const TypedOperations& operations, const Point& point) {
  Followed followed{point.number, true};
  bool is_found = !point.operation;
  std::uint32_t left = point.number;
  for (std::size_t i = point.operation.value_or(0); i < operations.all().size(); ++i) {
    for (const EditRun& run : runs_in(operations.all()[i].edits)) {
      if (is_found) {
        followed.pass(run);
      } else if (run.edit == crdt::Edit::insert) {
        is_found = left < run.count;
        if (is_found) followed.position = run.pos + left;
        left -= std::min(left, run.count);
      }
    }
  }
  return followed;
}

Result<std::uint32_t> length_of(const TypedField& field, const WriterOrder& order,
                                const TypedOperations& operations) {
  std::uint32_t length = crdt::measure(field.value).points;
  if (!operations.is_chain()) {
    GS_TRY(OrderedText text, OrderedText::make(field, order, operations));
    return text.text().length();
  }
  for (const TypedOperations::One& one : operations.all()) {
    length += one.edits.counts.inserted;
    length -= one.edits.counts.events - one.edits.counts.inserted;
  }
  return length;
}

TextCursor name_of(const TypedField& field, const TypedOperations& operations,
                   const WriterOrder& order, const Point& point, bool is_after) {
  const LocalStamp stamp = point.operation ? operations.all()[*point.operation].stamp : field.on;
  TextCursor cursor{point.operation ? Of::edit : Of::value, is_after, stamp.hlc,
                    beginning_of(order.key(stamp.writer)), point.number};
  if (point.operation) {
    cursor.number = operations.number_by_stamp({*point.operation, point.number});
  }
  return cursor;
}

std::optional<Point> point_named(const TypedField& field, const TypedOperations& operations,
                                 const WriterOrder& order, const TextCursor& cursor) {
  if (cursor.of == Of::value) {
    const bool is_here =
        is_by(field.on, cursor, order) && cursor.number < crdt::measure(field.value).points;
    if (!is_here) return std::nullopt;
    return Point{std::nullopt, cursor.number};
  }
  for (const TypedOperations::One& one : operations.all()) {
    if (!is_by(one.stamp, cursor, order)) continue;
    const auto found = operations.with_stamp(one.stamp, cursor.number);
    if (!found) return std::nullopt;
    return Point{found->operation, found->number};
  }
  return std::nullopt;
}

}  // namespace

std::string cursor_text(const TextCursor& cursor) {
  Buffer bytes;
  bytes.push_back(static_cast<std::uint8_t>(static_cast<std::uint8_t>(cursor.of) |
                                            (cursor.is_after ? kAfterBit : 0)));
  if (cursor.of == Of::value || cursor.of == Of::edit) {
    crdt::append_varint64(bytes, cursor.hlc);
    bytes.insert(bytes.end(), cursor.writer.begin(), cursor.writer.end());
    crdt::append_varint(bytes, cursor.number);
  }
  std::string text;
  record::append_base64(bytes, text);
  text.erase(text.find_last_not_of('=') + 1);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  return text;
}

Result<TextCursor> parse_cursor(std::string_view text) {
  if (text.empty() || text.size() > kCursorTextMax) return no_cursor();
  if (text.find_first_of("+/=") != std::string_view::npos) return no_cursor();
  std::string padded(text);
  std::replace(padded.begin(), padded.end(), '-', '+');
  std::replace(padded.begin(), padded.end(), '_', '/');
  padded.append((4 - padded.size() % 4) % 4, '=');
  Buffer bytes;
  if (!record::parse_base64(padded, bytes) || bytes.empty() || bytes[0] > 7) return no_cursor();
  TextCursor cursor;
  cursor.of = static_cast<Of>(bytes[0] & 3);
  cursor.is_after = (bytes[0] & kAfterBit) != 0;
  Bytes rest = Bytes(bytes).subspan(1);
  if (cursor.of == Of::begin || cursor.of == Of::end) {
    // One form for each: no character is there that it could be before, or behind.
    if (!rest.empty() || cursor.is_after != (cursor.of == Of::begin)) return no_cursor();
    return cursor;
  }
  if (!crdt::take_varint64(rest, cursor.hlc) || rest.size() < cursor.writer.size()) {
    return no_cursor();
  }
  std::copy_n(rest.begin(), cursor.writer.size(), cursor.writer.begin());
  rest = rest.subspan(cursor.writer.size());
  if (!crdt::take_varint(rest, cursor.number) || !rest.empty()) return no_cursor();
  return cursor;
}

Result<TypedField> text_field(const Stored& stored, std::string_view name) {
  if (auto typed = typed_field(stored, name)) return *typed;
  std::optional<FieldWrite> found;
  each_field_write(stored, [&](const FieldWrite& one) {
    if (one.field == name) found = one;
  });
  if (!found) return Error(Code::not_found, "there is no such field");
  if (found->value.type != Type::string) return Error(Code::invalid, "it holds no text");
  return TypedField{found->stamp, as_text(found->value.content), {}};
}

Result<TextCursor> name_place(const TypedField& field, const WriterOrder& order,
                              std::uint64_t position, bool is_after) {
  GS_TRY(const TypedOperations operations, TypedOperations::read(field.edits));
  GS_TRY(const std::uint32_t length, length_of(field, order, operations));
  if (position > length) {
    return Error(Code::invalid, "position " + std::to_string(position) +
                                    " is behind the end of the text, which has " +
                                    std::to_string(length) +
                                    (length == 1 ? " character" : " characters"));
  }
  if (is_after && position == 0) return TextCursor{Of::begin, true, 0, {}, 0};
  if (!is_after && position == length) return TextCursor{Of::end, false, 0, {}, 0};
  const std::uint32_t at = static_cast<std::uint32_t>(position) - (is_after ? 1 : 0);
  if (operations.is_chain()) {
    return name_of(field, operations, order, point_in_chain(operations, at), is_after);
  }
  GS_TRY(const OrderedText text, OrderedText::make(field, order, operations));
  return name_of(field, operations, order, text.point_at(at), is_after);
}

Result<std::uint32_t> find_place(const TypedField& field, const WriterOrder& order,
                                 const TextCursor& cursor) {
  GS_TRY(const TypedOperations operations, TypedOperations::read(field.edits));
  if (cursor.of == Of::begin) return 0;
  if (cursor.of == Of::end) return length_of(field, order, operations);
  const auto point = point_named(field, operations, order, cursor);
  if (!point) return not_in_this_text();
  Followed followed;
  if (operations.is_chain()) {
    followed = follow_in_chain(operations, *point);
  } else {
    GS_TRY(const OrderedText text, OrderedText::make(field, order, operations));
    followed.position = text.position_of(text.unit_of(*point), followed.is_there);
  }
  return followed.position + (cursor.is_after && followed.is_there ? 1 : 0);
}

}  // namespace gs::merge
