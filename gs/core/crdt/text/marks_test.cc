// Goal: marks have the bytes of docs/FORMAT.md, "Text marks", one form each; nothing else is taken
// for marks; and a chain of edits with marks is read as the events that it is.
#include "gs/core/crdt/text/marks.h"

#include <gtest/gtest.h>

#include "gs/core/crdt/text/mark_spans.h"
#include "gs/core/crdt/text/text.h"

namespace gs::crdt {
namespace {

constexpr std::uint8_t kYes[] = {1, 1};
constexpr std::uint8_t kNull[] = {0};

Buffer bytes_of_hex(std::string_view hex) {
  Buffer bytes;
  std::string packed;
  for (const char c : hex) {
    if (c != ' ' && c != '|') packed += c;
  }
  for (std::size_t i = 0; i + 1 < packed.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(packed.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

TextMark bold(std::uint32_t behind, std::uint32_t from, std::uint32_t count) {
  return {behind, from, count, false, true, "bold", kYes};
}

TEST(TextMarks, HaveTheBytesOfTheFormat) {
  const EditRun typed{Edit::insert, 0, 2};
  const TextMark behind = bold(2, 0, 2);
  EXPECT_EQ(encode_edits({&typed, 1}, "ab", {&behind, 1}),
            bytes_of_hex("01 03 | 01 00 | 02 6162 | 0c 02 00 01 02 04626f6c64 020101"));
  const TextMark alone = bold(0, 0, 2);
  EXPECT_EQ(encode_edits({}, {}, {&alone, 1}),
            bytes_of_hex("00 | 00 | 00 | 0c 00 00 01 02 04626f6c64 020101"));
  EXPECT_EQ(encode_edits({&typed, 1}, "ab"), bytes_of_hex("01 03 | 01 00 | 02 6162"));
}

TEST(TextMarks, AreReadBehindTheEditsThatTheyAreDoneBehind) {
  const EditRun typed{Edit::insert, 3, 4};
  const TextMark marks[] = {bold(0, 0, 3), bold(1, 1, 2), bold(1, 2, 1), bold(4, 5, 1)};
  const Buffer bytes = encode_edits({&typed, 1}, "abcd", marks);
  const EditsView edits = parse_edits(bytes).value();
  EXPECT_EQ(edits.events(), 8u);
  std::vector<EditRun> read;
  ChainReader reader(edits);
  for (EditRun run; reader.next(run);) read.push_back(run);
  const std::vector<EditRun> expected = {{Edit::touch, 2, 1},  {Edit::insert, 3, 1},
                                         {Edit::touch, 2, 1},  {Edit::touch, 2, 1},
                                         {Edit::insert, 4, 3}, {Edit::touch, 5, 1}};
  EXPECT_EQ(read, expected);
}

TEST(TextMarks, HostileBytesAreRefused) {
  const struct {
    const char* marks;
    const char* why;
  } kBad[] = {
      {"00", "has none"},                             // says that there are some
      {"05 0c 00 00 01 02", "cut off"},               // a key that is not there
      {"0b 00 00 01 02 04626f6c64 0201", "cut off"},  // a value that is not
      {"0c 03 00 01 02 04626f6c64 020101", "behind more edits"},
      {"0c 00 00 01 04 04626f6c64 020101", "grows"},
      {"08 00 00 01 02 00 020101", "1 to 255"},
      {"0c 00 00 01 02 04ffffffff 020101", "UTF-8"},
      {"0c 00 00 01 02 04626f6c64 020102", "value"},
      {"0a 00 00 01 02 04626f6c64 00", "value"},
      {"14 00 ffffffff0f 01 02 04626f6c64 0100 0000000000", "too large"},
      {"14 00 00 ffffffff0f 02 04626f6c64 0100 0000000000", "too large"},
      {"0d 00 00 8100 02 04626f6c64 020101", "cut off"},  // a number in two forms
      {"0c 00 00 01 02 04626f6c64 020101 00", "behind its end"},
  };
  for (const auto& [marks, why] : kBad) {
    const Buffer bytes = bytes_of_hex(std::string("01 03 01 00 02 6162") + marks);
    const auto parsed = parse_edits(bytes);
    ASSERT_EQ(parsed.code(), Code::invalid) << marks;
    EXPECT_NE(parsed.error().text().find(why), std::string::npos)
        << marks << ": " << parsed.error().text();
  }
}

// An operation that stands by itself has none.
TEST(TextMarks, AreForFieldsOnly) {
  const TextMark mark = bold(0, 0, 1);
  Buffer bytes = bytes_of_hex("00 00");
  const Buffer edits = encode_edits({}, {}, {&mark, 1});
  bytes.insert(bytes.end(), edits.begin(), edits.end());
  bytes.resize((bytes.size() + 7) / 8 * 8);
  EXPECT_EQ(OperationView::parse(bytes).code(), Code::invalid);
}

TEST(TextMarks, ChangeNothingInTheTextAndHaveToBeInIt) {
  Text text;
  const std::uint32_t writer = text.writer_number({});
  ASSERT_FALSE(text.insert(writer, 0, "abc"));
  const EventId last{writer, 2};
  const TextMark in = bold(0, 1, 2);
  const TextMark behind = bold(0, 1, 3);
  const Buffer good = encode_edits({}, {}, {&in, 1});
  const Buffer bad = encode_edits({}, {}, {&behind, 1});
  Changes changes;
  EXPECT_EQ(text.apply(parse_edits(bad).value(), {writer, 3}, {&last, 1}).code(), Code::invalid);
  ASSERT_FALSE(text.apply(parse_edits(good).value(), {writer, 3}, {&last, 1}, &changes));
  EXPECT_TRUE(changes.list.empty());
  EXPECT_EQ(text.text(), "abc");
  EXPECT_EQ(text.next_seq(writer).value(), 4u);
  // The same beside others.
  const EventId first{writer, 0};
  const std::uint32_t other = text.writer_number({1});
  const TextMark one = bold(0, 0, 1);
  const Buffer of_one = encode_edits({}, {}, {&one, 1});
  EXPECT_EQ(text.apply(parse_edits(good).value(), {other, 0}, {&first, 1}).code(), Code::invalid);
  ASSERT_FALSE(text.apply(parse_edits(of_one).value(), {other, 0}, {&first, 1}));
  EXPECT_EQ(text.text(), "abc");
  EXPECT_EQ(text.save().code(), Code::invalid);
}

TEST(TextMarks, TheLastOneOfAKeyCovers) {
  const MarkSpan marks[] = {{0, 10, "a", kYes}, {2, 4, "a", kNull}, {3, 6, "a", kYes},
                            {5, 5, "a", kNull}, {3, 4, "b", kYes},  {10, 12, "a", kYes}};
  const auto spans = cover_marks(marks);
  ASSERT_EQ(spans.size(), 3u);
  EXPECT_EQ(spans[0].to, 2u);
  EXPECT_EQ(spans[1].from, 3u);
  EXPECT_EQ(spans[1].to, 12u);
  EXPECT_EQ(spans[2].key, "b");
}

}  // namespace
}  // namespace gs::crdt
