// Goal: a cursor beside a character is where that character is, whoever typed, deleted or replaced
// what, and in whatever order it arrived; of a character that is gone, all have it at one place.
// Method: random histories in which no character is inserted twice, so that a text itself says
// where each of its characters is.
#include "gs/base/test_share.h"
#include "gs/core/crdt/text/measure.h"
#include "gs/core/crdt/text/text.h"
#include "gs/core/merge/test_edit_world.h"
#include "gs/core/merge/text_places.h"
#include "gs/core/merge/typed_operations.h"

namespace gs::merge {
namespace {

using testing::EditedOp;
using testing::KeptRecord;
using testing::kTypists;

constexpr std::uint64_t kPlacesSeeds = 300;
constexpr std::size_t kPointBytes = 3;  // of each character here

class UniqueTyping final : public testing::EditKind {
 public:
  Rule rule() const override { return Rule::text; }
  std::string some_value(std::mt19937_64& random) const override {
    return '"' + fresh(random() % 5) + '"';
  }
  bool is_nothing(Bytes edits) const override {
    return crdt::parse_edits(edits)->counts.events == 0;
  }
  Buffer edits(MergedRecord& /*merged*/, const std::string& shown, const LocalStamp& /*stamp*/,
               std::mt19937_64& random) const override {
    const auto length = crdt::measure(shown).points;
    const auto pos = static_cast<std::uint32_t>(random() % (length + 1));
    const auto deleted = static_cast<std::uint32_t>(random() % (std::min(3u, length - pos) + 1));
    const std::string text = fresh(random() % 4 + (deleted == 0 ? 1 : 0));
    std::vector<crdt::EditRun> runs;
    const auto inserted = crdt::measure(text).points;
    const bool is_back = deleted > 1 && random() % 2 == 0;
    if (deleted != 0) {
      runs.push_back({is_back ? crdt::Edit::erase_back : crdt::Edit::erase,
                      is_back ? pos + deleted - 1 : pos, deleted});
    }
    if (inserted != 0) runs.push_back({crdt::Edit::insert, pos, inserted});
    return crdt::encode_edits(runs, text);
  }
  std::string made(const std::string& value, const std::vector<EditedOp>& ops,
                   const std::vector<std::size_t>& edits) const override {
    crdt::Text text;
    std::map<std::pair<std::uint64_t, std::uint32_t>, crdt::EventId> last;
    const std::uint32_t nobody = text.writer_number({});
    if (!value.empty()) EXPECT_FALSE(text.insert(nobody, 0, value));
    const std::uint32_t points = text.length();
    for (const std::size_t i : edits) {
      const EditedOp& op = ops[i];
      const std::uint32_t writer = text.writer_number(kTypists.key(op.stamp.writer));
      std::vector<crdt::EventId> parents;
      for (const LocalStamp& one : op.parents) parents.push_back(last.at({one.hlc, one.writer}));
      if (parents.empty() && points != 0) parents.push_back({nobody, points - 1});
      const auto parsed = crdt::parse_edits(op.edits);
      const std::uint32_t seq = *text.next_seq(writer);
      EXPECT_FALSE(text.apply(*parsed, {writer, seq}, parents));
      last[{op.stamp.hlc, op.stamp.writer}] = {writer, seq + parsed->counts.events - 1};
    }
    return text.text();
  }

  // Makes cursors of what is shown, and finds those that were made before.
  std::string look(const KeptRecord& kept) const override {
    const auto field = text_field(kept.stored(), testing::kBody);
    if (!field.ok()) return {};
    const std::string shown = testing::body_of(kept).value();
    std::string places;
    for (const auto& [point, cursor] : cursors_) places += find(*field, shown, point, cursor) + ",";
    for (std::size_t at = 0; at + kPointBytes <= shown.size(); at += kPointBytes) {
      const std::string point = shown.substr(at, kPointBytes);
      const auto position = static_cast<std::uint32_t>(at / kPointBytes);
      const bool is_after = made_.size() % 2 == 0;
      const auto cursor = name_place(*field, kTypists, position + (is_after ? 1 : 0), is_after);
      EXPECT_TRUE(cursor.ok());
      if (cursors_.size() < kCursorsMax) cursors_.emplace(point, cursor_text(*cursor));
      if (cursors_.count(point) == 0) continue;
      const TextCursor first = parse_cursor(cursors_.at(point)).value();
      EXPECT_TRUE(cursor->hlc == first.hlc && cursor->number == first.number);
      EXPECT_TRUE(cursor->of == first.of && cursor->writer == first.writer);
    }
    EXPECT_FALSE(name_place(*field, kTypists, shown.size() / kPointBytes + 1, false).ok());
    return places;
  }

 private:
  static constexpr std::size_t kCursorsMax = 60;

  std::string find(const TypedField& field, const std::string& shown, const std::string& point,
                   const std::string& text) const {
    const TextCursor cursor = parse_cursor(text).value();
    EXPECT_EQ(cursor_text(cursor), text);
    const auto place = find_place(field, kTypists, cursor);
    const std::size_t at = shown.find(point);
    if (!place.ok()) {
      EXPECT_EQ(place.code(), Code::not_found);
      EXPECT_EQ(at, std::string::npos);
      return "none";
    }
    EXPECT_LE(*place, shown.size() / kPointBytes);
    if (at != std::string::npos) {
      EXPECT_EQ(*place, at / kPointBytes + (cursor.is_after ? 1 : 0));
    }
    compare_with_order(field, cursor, *place);
    return std::to_string(*place);
  }

  // Going through a chain and ordering all characters are two ways to one place.
  static void compare_with_order(const TypedField& field, const TextCursor& cursor,
                                 std::uint32_t place) {
    const auto operations = TypedOperations::read(field.edits).value();
    if (!operations.is_chain() || cursor.of != TextCursor::Of::edit) return;
    const auto ordered = OrderedText::make(field, kTypists, operations);
    ASSERT_TRUE(ordered.ok());
    for (const TypedOperations::One& one : operations.all()) {
      if (one.stamp.hlc != cursor.hlc) continue;
      const auto found = operations.with_stamp(one.stamp, cursor.number);
      if (!found || kTypists.key(one.stamp.writer).bytes[0] != cursor.writer[0]) continue;
      bool is_there = false;
      const std::uint32_t at =
          ordered->position_of(ordered->unit_of({found->operation, found->number}), is_there);
      EXPECT_EQ(at + (cursor.is_after && is_there ? 1 : 0), place);
    }
  }

  std::string fresh(std::size_t count) const {
    std::string text;
    for (; count > 0; --count) {
      const std::uint32_t point = 0x4e00 + static_cast<std::uint32_t>(made_.size());
      made_.push_back('.');
      text += static_cast<char>(0xe0 | (point >> 12));
      text += static_cast<char>(0x80 | ((point >> 6) & 0x3f));
      text += static_cast<char>(0x80 | (point & 0x3f));
    }
    return text;
  }

  mutable std::string made_;  // one for each character
  mutable std::map<std::string, std::string> cursors_;
};

TEST(TextPlacesLaw, ACursorIsBesideItsCharacterWhateverIsTyped) {
  for (std::uint64_t seed = 1; seed <= kPlacesSeeds / gs::testing::kSanitizedShare; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const UniqueTyping typing;
    testing::EditWorld world(typing, seed);
    for (std::uint64_t left = 10 + seed % 40; left != 0; --left) world.step();
    world.end();
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(TextPlaces, WhatIsNoCursorIsRefused) {
  const TextCursor cursor{TextCursor::Of::edit, true, 0x1234567890, {1, 2, 3}, 70000};
  const std::string text = cursor_text(cursor);
  ASSERT_TRUE(parse_cursor(text).ok());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto shorter = parse_cursor(text.substr(0, i));
    EXPECT_FALSE(shorter.ok()) << i;
    std::string other = text;
    other[i] = '=';
    EXPECT_FALSE(parse_cursor(other).ok());
  }
  for (const char* const bad :
       {"", "A", "AA", "BQ", "DA", "____", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}) {
    const auto parsed = parse_cursor(bad);
    EXPECT_EQ(parsed.code(), Code::invalid) << bad;
  }
  EXPECT_EQ(parse_cursor("BA").value().of, TextCursor::Of::begin);
  EXPECT_EQ(parse_cursor("AQ").value().of, TextCursor::Of::end);
}

}  // namespace
}  // namespace gs::merge
