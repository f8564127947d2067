// Goal: the bytes of list operations never drift, one list of edits has one form, and nothing that
// a stranger sends is taken for something else.
// Method: a frozen example, each rule broken once, every truncation and every changed byte.
#include <gtest/gtest.h>

#include "gs/base/hex.h"
#include "gs/core/crdt/list/test_list_history.h"
#include "gs/core/record/record.h"

namespace gs::crdt {
namespace {

Buffer list_hex(std::string_view spaced) {
  std::string digits;
  for (const char digit : spaced) {
    if (digit != ' ') digits.push_back(digit);
  }
  Buffer bytes(digits.size() / 2);
  EXPECT_TRUE(from_hex(digits, bytes)) << spaced;
  return bytes;
}

std::vector<ListRun> runs_of(const ListEditsView& view) {
  std::vector<ListRun> runs;
  ListEditsReader reader = view.runs();
  for (ListRun run; reader.next(run);) runs.push_back(run);
  return runs;
}

Buffer encode(const std::vector<ListRun>& runs, Bytes values) {
  ListEditsWriter writer;
  for (const ListRun& run : runs) writer.add(run);
  Bytes value;
  while (take_block(values, value)) writer.add_value(value);
  return writer.bytes();
}

const std::vector<ListRun> kExample = {{ListEdit::insert, 3, 2},
                                       {ListEdit::move, 5, 1, 0},
                                       {ListEdit::set, 2, 1},
                                       {ListEdit::erase_back, 7, 2}};
constexpr const char* kExampleBytes = "04 05030407 05 0600090408 020661 0100 020101";

// The example of docs/FORMAT.md, "List operation".
TEST(ListEdits, BytesAreFrozen) {
  const Buffer bytes = list_hex(kExampleBytes);
  EXPECT_EQ(encode(kExample, list_hex("020661 0100 020101")), bytes);
  const auto view = ListEditsView::parse(bytes);
  ASSERT_TRUE(view.ok()) << view.error().text();
  EXPECT_EQ(runs_of(*view), kExample);
  EXPECT_EQ(view->events(), 7u);
}

TEST(ListEdits, RunsAreJoinedFromTheFront) {
  const auto joined = [](const std::vector<ListRun>& runs) {
    ListEditsWriter writer;
    for (const ListRun& run : runs) {
      writer.add(run);
      for (std::uint32_t i = 0; run.has_values() && i < run.count; ++i) {
        writer.add_value(list_hex("00"));
      }
    }
    return runs_of(ListEditsView::parse(writer.bytes()).value());
  };
  using Runs = std::vector<ListRun>;
  using enum ListEdit;
  EXPECT_EQ(joined({{insert, 1, 2}, {insert, 3, 1}}), (Runs{{insert, 1, 3}}));
  EXPECT_EQ(joined({{set, 1, 1}, {set, 2, 1}, {set, 3, 2}}), (Runs{{set, 1, 4}}));
  EXPECT_EQ(joined({{set, 1, 1}, {set, 1, 1}}), (Runs{{set, 1, 1}, {set, 1, 1}}));
  EXPECT_EQ(joined({{insert, 1, 1}, {set, 2, 1}}), (Runs{{insert, 1, 1}, {set, 2, 1}}));
  EXPECT_EQ(joined({{erase, 5, 1}, {set, 5, 1}, {erase, 5, 1}}),
            (Runs{{erase, 5, 1}, {set, 5, 1}, {erase, 5, 1}}));
  EXPECT_EQ(joined({{erase, 5, 1}, {erase, 4, 1}}), (Runs{{erase_back, 5, 2}}));
  EXPECT_EQ(joined({{erase_back, 5, 1}}), (Runs{{erase, 5, 1}}));
  EXPECT_EQ(joined({{move, 5, 1, 5}, {erase, 5, 1}, {move, 5, 1, 5}, {move, 5, 1, 5}}),
            (Runs{{move, 5, 1, 5}, {erase, 5, 1}, {move, 5, 1, 5}, {move, 5, 1, 5}}));
}

// Each of these says something that has another form, or nothing.
TEST(ListEdits, RefusesWhatIsNotTheOneForm) {
  struct Case {
    const char* why;
    const char* bytes;
  };
  const Case cases[] = {
      {"nothing", ""},
      {"no edits", "00 00"},
      {"no positions", "01 00"},
      {"heads longer than the rest", "05 00"},
      {"a number with a byte too many", "02 8000 01 00 0100"},
      {"a position too few", "02 0001 01 00 0100"},
      {"a position too many", "01 00 02 0000 0100"},
      {"a move with one position", "01 03 01 0a"},
      {"a move of two", "01 08 02 0a00"},
      {"a move to before the list", "01 03 02 0a0b"},
      {"a position before the list", "01 00 01 01 0100"},
      {"two runs that are one insertion", "02 0000 02 0000 0100 0100"},
      {"two runs that are one setting", "02 0404 02 0000 0100 0100"},
      {"two runs that are one deletion", "02 0101 02 0a00"},
      {"two deletions that go back", "02 0101 02 0a01"},
      {"one deletion that goes back", "01 02 01 0a"},
      {"a deletion back over the beginning", "01 0c 01 02"},
      {"a value missing", "01 05 01 00 0100"},
      {"a value too many", "01 00 01 00 0100 0100"},
      {"a value of a deletion", "01 01 01 00 0100"},
      {"a value without bytes", "01 00 01 00 00"},
      {"a value longer than the rest", "01 00 01 00 0206"},
      {"a null with content", "01 00 01 00 020000"},
      {"a boolean of 2", "01 00 01 00 020102"},
      {"a string that is no UTF-8", "01 00 01 00 0206ff"},
      {"a type that is none", "01 00 01 00 010e"},
      {"an absent member", "01 00 01 00 010d"},
      {"a byte behind the values", "01 00 01 00 0100 00"},
      {"a position above 2^29", "01 01 05 8280808004"},
      {"more edits than 2^29", "05 868080800a 01 00"},
  };
  for (const Case& broken : cases) {
    EXPECT_EQ(ListEditsView::parse(list_hex(broken.bytes)).code(), Code::invalid) << broken.why;
  }
  EXPECT_TRUE(ListEditsView::parse(list_hex("01 00 01 00 0100")).ok());
  EXPECT_TRUE(ListEditsView::parse(list_hex("01 03 02 0a09")).ok()) << "a move to the front";
  EXPECT_TRUE(ListEditsView::parse(list_hex("01 01 05 8080808004")).ok()) << "at 2^29";
  EXPECT_TRUE(ListEditsView::parse(list_hex("05 fcffffff09 01 00")).ok()) << "2^29 edits";
  EXPECT_EQ(ListEditsView::parse(Buffer(kOperationBytesMax + 1)).code(), Code::too_large);
}

TEST(ListEdits, AValueNestsAsDeepAsAnElementOfAFieldMay) {
  const auto nested = [](std::size_t depth) {
    Value value;
    for (std::size_t i = 0; i < depth; ++i) value = Array{value};
    Buffer bytes;
    EXPECT_FALSE(record::encode_any(value, bytes));
    ListEditsWriter writer;
    writer.add({ListEdit::insert, 0, 1});
    writer.add_value(bytes);
    return ListEditsView::parse(writer.bytes()).code();
  };
  EXPECT_EQ(nested(126), Code::ok);
  EXPECT_EQ(nested(127), Code::invalid);
}

// All there is to say about bytes: refused, or written back as they are.
std::size_t refused_or_canonical(const Buffer& whole) {
  std::size_t refused = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
      Buffer harmed = whole;
      harmed[at] = static_cast<std::uint8_t>(byte);
      const auto view = ListEditsView::parse(harmed);
      if (!view.ok()) {
        ++refused;
      } else {
        EXPECT_EQ(encode(runs_of(*view), view->values()), harmed);
      }
    }
  }
  return refused;
}

TEST(ListEdits, EveryTruncationAndEveryByteIsNoticedOrMeansSomethingElse) {
  std::size_t refused = refused_or_canonical(list_hex(kExampleBytes));
  const testing::ListHistory history(11, {.steps = 60, .edits_max = 6});
  for (const testing::ListOperation& operation : history.operations()) {
    ASSERT_TRUE(ListEditsView::parse(operation.edits).ok());
    refused += refused_or_canonical(operation.edits);
    for (std::size_t size = 0; size < operation.edits.size(); ++size) {
      EXPECT_FALSE(ListEditsView::parse(Bytes(operation.edits).first(size)).ok());
    }
  }
  EXPECT_GT(refused, 10'000u);
}

}  // namespace
}  // namespace gs::crdt
