// Goal: the bytes of text operations never drift, one list of edits has one form, and nothing that
// a stranger sends is taken for something else.
// Method: frozen examples, each rule broken once, every truncation and every flipped bit.
#include <gtest/gtest.h>

#include "gs/core/crdt/text/test_history.h"

namespace gs::crdt {
namespace {

Buffer hex(std::string_view spaced) {
  Buffer bytes;
  std::string digits;
  for (const char digit : spaced) {
    if (digit == ' ') continue;
    digits.push_back(digit);
    if (digits.size() < 2) continue;
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(digits, nullptr, 16)));
    digits.clear();
  }
  return bytes;
}

// The same as `bytes` with zeros to 8.
Buffer padded(std::string_view spaced) {
  Buffer bytes = hex(spaced);
  while (bytes.size() % 8 != 0) bytes.push_back(0);
  return bytes;
}

OperationParts parts_of(const OperationView& view) {
  OperationParts parts{.first_seq = view.first_seq(), .text = view.edits().text};
  view.parents([&](const Parent& parent) { parts.parents.push_back(parent); });
  EditsReader reader(view.edits().heads, view.edits().positions);
  for (EditRun run; reader.next(run);) parts.runs.push_back(run);
  return parts;
}

// The examples of docs/FORMAT.md, "Text edits".
TEST(TextOperation, BytesAreFrozen) {
  const OperationParts key{
      .first_seq = 259, .parents = {{true, 0, 258}}, .runs = {{Edit::insert, 70, 1}}, .text = "a"};
  EXPECT_EQ(encode_operation(key), hex("8302 01 0000 01 00 02 8c01 01 61 00000000"));
  const OperationParts many{
      .first_seq = 3,
      .parents = {{false, 1, 7}, {false, 0, 5}, {true, 0, 0}},
      .runs = {{Edit::insert, 4, 2}, {Edit::erase_back, 5, 3}, {Edit::erase, 9, 2}},
      .text = "\xc3\xa9!"};
  EXPECT_EQ(encode_operation(many),
            hex("03 03 0002 0105 0207 03 03 08 04 03 08 01 0c 03 c3a921 00000000"));
  EXPECT_EQ(parts_of(OperationView::parse(encode_operation(many)).value()).runs, many.runs);
}

TEST(TextOperation, EditsAloneAreFrozen) {
  const std::vector<EditRun> runs = {{Edit::erase, 0, 5}, {Edit::insert, 0, 2}};
  const Buffer bytes = encode_edits(runs, "H\xc3\xa9");
  EXPECT_EQ(bytes, hex("02 0d03 02 0000 03 48c3a9"));
  EXPECT_EQ(parse_edits(bytes)->counts.events, 7u);
  EXPECT_EQ(encode_edits({}, {}), hex("00 00 00"));
  EXPECT_EQ(parse_edits(hex("00 00 00"))->counts.events, 0u);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    EXPECT_FALSE(parse_edits(Bytes(bytes).first(cut)).ok()) << cut;
  }
  Buffer longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(parse_edits(longer).ok());
  EXPECT_FALSE(parse_edits(hex("01 03 01 00 01 61")).ok()) << "two inserted, one given";
  EXPECT_FALSE(parse_edits(hex("01 00 01 00 01 ff")).ok()) << "no UTF-8";
}

TEST(TextOperation, LiveBytesAreFrozen) {
  Session session;
  const OperationParts first{
      .first_seq = 259, .parents = {{false, 2, 9}}, .runs = {{Edit::insert, 70, 1}}, .text = "a"};
  const OperationParts second{
      .first_seq = 260, .parents = {{true, 0, 259}}, .runs = {{Edit::insert, 71, 1}}, .text = "b"};
  EXPECT_EQ(session.encode(3, first), hex("07 8604 01 0309 01 00 02 8c01 01 61"));
  EXPECT_EQ(session.encode(3, second), hex("06 00 01 00 02 8e01 01 62"));
}

TEST(TextOperation, RunsAreJoinedFromTheFront) {
  const auto columns = [](const std::vector<EditRun>& runs) {
    EditsWriter writer;
    for (const EditRun& run : runs) writer.add(run);
    writer.finish();
    std::vector<EditRun> joined;
    EditsReader reader(writer.heads(), writer.positions());
    for (EditRun run; reader.next(run);) joined.push_back(run);
    EXPECT_TRUE(reader.complete());
    return joined;
  };
  using Runs = std::vector<EditRun>;
  const EditRun one{Edit::erase, 5, 1};
  EXPECT_EQ(columns({{Edit::insert, 1, 2}, {Edit::insert, 3, 1}}), (Runs{{Edit::insert, 1, 3}}));
  EXPECT_EQ(columns({{Edit::insert, 1, 2}, {Edit::insert, 1, 1}}),
            (Runs{{Edit::insert, 1, 2}, {Edit::insert, 1, 1}}));
  EXPECT_EQ(columns({one, one, one}), (Runs{{Edit::erase, 5, 3}}));
  EXPECT_EQ(columns({one, {Edit::erase, 4, 1}}), (Runs{{Edit::erase_back, 5, 2}}));
  EXPECT_EQ(columns({one, {Edit::erase, 4, 3}}),
            (Runs{{Edit::erase_back, 5, 2}, {Edit::erase, 4, 2}}));
  EXPECT_EQ(columns({one, {Edit::erase_back, 5, 3}}),
            (Runs{{Edit::erase, 5, 2}, {Edit::erase_back, 4, 2}}));
  EXPECT_EQ(columns({{Edit::erase_back, 9, 2}, {Edit::erase, 7, 2}}),
            (Runs{{Edit::erase_back, 9, 3}, {Edit::erase, 7, 1}}));
}

// Each of these says something that has another form, or nothing.
TEST(TextOperation, RefusesWhatIsNotTheOneForm) {
  struct Case {
    const char* why;
    const char* bytes;
  };
  const Case cases[] = {
      {"nothing", ""},
      {"a seq with a byte too many", "8000 00 01 00 01 00 01 61"},
      {"a seq beyond 32 bits", "ffffffff1f 00 01 00 01 00 01 61"},
      {"no edits", "00 00 00 00 00"},
      {"the same parent twice", "05 02 0001 0001 01 00 01 00 01 61"},
      {"parents not in order", "05 02 0105 0001 01 00 01 00 01 61"},
      {"an own parent that is not before", "00 01 0000 01 00 01 00 01 61"},
      {"two runs that are one insertion", "00 00 02 0000 02 0000 02 6162"},
      {"two runs that are one deletion", "00 00 02 0101 02 0a00 00"},
      {"two deletions that go back", "00 00 02 0101 02 0a01 00"},
      {"one deletion that goes back", "00 00 01 02 01 0a 00"},
      {"a deletion back over the beginning", "00 00 01 08 01 02 00"},
      {"a position too few", "00 00 02 0001 01 00 01 61"},
      {"a position too many", "00 00 01 00 02 0000 01 61"},
      {"a position before the text", "00 00 01 00 01 01 01 61"},
      {"a text too short", "00 00 01 03 01 00 01 61"},
      {"a text too long", "00 00 01 00 01 00 02 6161"},
      {"half a letter", "00 00 01 00 01 00 01 c3"},
      {"a text that ends before its end", "00 00 01 00 01 00 20 61"},
      {"padding that is not zero", "00 00 01 00 01 00 01 61 01"},
      {"eight bytes of padding", "00 00 01 00 01 00 01 61 0000000000000000"},
  };
  for (const Case& broken : cases) {
    EXPECT_EQ(OperationView::parse(padded(broken.bytes)).code(), Code::invalid) << broken.why;
  }
  EXPECT_TRUE(OperationView::parse(padded("00 00 01 00 01 00 01 61")).ok());
  EXPECT_EQ(OperationView::parse(hex("00 00 01 00 01 00 01")).code(), Code::invalid) << "no eight";
  EXPECT_EQ(OperationView::parse(Buffer(kOperationBytesMax + 8)).code(), Code::too_large);
}

TEST(TextOperation, RefusesLiveFormsThatHaveAShorterOne) {
  const auto decode = [](std::string_view bytes) { return Session().decode(hex(bytes)).code(); };
  EXPECT_EQ(decode("01 00 00 01 00 01 00 01 61"), Code::ok);
  EXPECT_EQ(decode("00 00 01 00 01 00 01 61"), Code::invalid) << "a first edit on an edit before";
  EXPECT_EQ(decode("01 06 01 0000 01 00 01 00 01 61"), Code::invalid) << "the edit before, in full";
  EXPECT_EQ(decode("01 06 01 0001 01 00 01 00 01 61"), Code::ok);
  EXPECT_EQ(decode("01 00 00 01 00 01 00 01 61 00"), Code::invalid) << "a byte more";
  EXPECT_EQ(decode("01 01 00 01 00 01 00 01 61"), Code::invalid) << "a seq before the first";
  EXPECT_EQ(decode("81808002 00 00 01 00 01 00 01 61"), Code::invalid) << "too many writers";
}

TEST(TextOperation, EveryTruncationAndEveryBitIsNoticedOrMeansSomethingElse) {
  const testing::TestHistory history(11, {.steps = 60, .edits_max = 6});
  std::size_t refused = 0;
  for (const testing::TestOperation& operation : history.operations()) {
    const Bytes whole(operation.payload);
    const OperationParts said = parts_of(OperationView::parse(whole).value());
    for (std::size_t size = 0; size < whole.size(); size += 8) {
      EXPECT_FALSE(OperationView::parse(whole.first(size)).ok());
    }
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
      Buffer harmed = operation.payload;
      harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
      const auto view = OperationView::parse(harmed);
      if (!view.ok()) {
        ++refused;
        continue;
      }
      EXPECT_EQ(encode_operation(parts_of(*view)), harmed);
    }
  }
  EXPECT_GT(refused, 1000u);
}

// A position that no text had once made the search for an older text go on for ever.
TEST(TextSnapshot, EveryTruncationIsDamageAndNoBitIsFatal) {
  const testing::TestHistory history(12, {.steps = 40});
  Text text;
  for (const auto& operation : history.shuffled(1)) ASSERT_FALSE(testing::apply(text, operation));
  const Buffer saved = text.save().value();
  for (std::size_t size = 0; size < saved.size(); ++size) {
    EXPECT_EQ(Text::load(Bytes(saved).first(size)).code(), Code::damaged) << size;
  }
  std::size_t noticed = 0;
  for (std::size_t bit = 0; bit < saved.size() * 8; ++bit) {
    Buffer harmed = saved;
    harmed[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    auto loaded = Text::load(harmed);
    bool sound = loaded.ok();
    if (sound) sound = loaded->text_at({}).ok();
    if (sound) sound = loaded->insert(loaded->writer_number(testing::test_writer(60)), 0, "x").ok();
    if (!sound) ++noticed;
  }
  EXPECT_GT(noticed, 500u);  // writers and texts have no sums: whoever stores them has
}

TEST(TextSnapshot, BytesAreFrozen) {
  Text text;
  const std::uint32_t self = text.writer_number(testing::test_writer(2));
  ASSERT_FALSE(text.insert(self, 0, "hello"));
  ASSERT_FALSE(text.erase(self, 4, 1));
  const Buffer saved = text.save().value();
  EXPECT_EQ(saved,
            hex("67737478 01000000 04000000 01000000 04000000 02000000 02000000 05000000"
                "68656c6c 81000000 00000000 00000000 00000000 00000000 00000000 00000000 00000200"
                "00000600 0c01 0001 68656c6c6f 00000000000000"));
  EXPECT_EQ(Text::load(saved)->text(), "hell");
}

TEST(TextSnapshot, OfALaterFormatIsRefusedAsSuch) {
  Buffer saved = Text().save().value();
  saved[4] = 2;
  EXPECT_EQ(Text::load(saved).code(), Code::newer_format);
  EXPECT_EQ(Text::load({}).code(), Code::damaged);
}

}  // namespace
}  // namespace gs::crdt
