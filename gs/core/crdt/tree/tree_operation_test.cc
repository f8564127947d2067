// Goal: the bytes of tree operations never drift, one list of edits has one form, and nothing that
// a stranger sends is taken for something else.
// Method: frozen examples, each rule broken once, every truncation and every other byte at each
// place.
#include <gtest/gtest.h>

#include "gs/base/test_share.h"
#include "gs/core/crdt/tree/test_tree_peer.h"

namespace gs::tree {
namespace {

using testing::text_value;
using testing::tree_writer;

// With zeros to 8.
Buffer tree_hex(std::string_view spaced) {
  Buffer bytes;
  std::string digits;
  for (const char digit : spaced) {
    if (digit == ' ') continue;
    digits.push_back(digit);
    if (digits.size() < 2) continue;
    bytes.push_back(static_cast<std::uint8_t>(std::stoi(digits, nullptr, 16)));
    digits.clear();
  }
  while (bytes.size() % 8 != 0) bytes.push_back(0);
  return bytes;
}

constexpr std::uint64_t kHlc = std::uint64_t{1} << 40;
const Writer kSelf = tree_writer(1);
const Writer kOther = tree_writer(2);

// The second example of docs/FORMAT.md.
Operation example() {
  const NodeId fresh{kHlc, kSelf, 0};
  const NodeId others{kHlc - 300, kOther, 2};
  Operation made{.stamp = {kHlc, kSelf}};
  made.edits = {
      {.kind = Kind::create, .node = fresh, .parent = kRoot, .index = "\x90", .value = {0}},
      {.kind = Kind::move, .node = others, .parent = fresh, .index = "\x80"},
      {.kind = Kind::set, .node = {kHlc - 5, kSelf, 0}, .value = {1, 1}},
      {.kind = Kind::remove, .node = others}};
  return made;
}
constexpr const char* kExample = "02 0005 01ac02 04 00 0190 0100 0d02 0100 0180 0a00 020101 0f02";

TEST(TreeOperation, BytesAreFrozen) {
  Operation first{.stamp = {kHlc, kSelf}};
  first.edits = {
      {.kind = Kind::create, .parent = kRoot, .index = "\x80", .value = text_value("a")}};
  EXPECT_EQ(encode_operation(first, {}), tree_hex("00 01 00 0180 020661"));
  EXPECT_EQ(encode_operation(first, {}).size(), 8u);
  const std::vector<Writer> table{kOther};
  EXPECT_EQ(named_writers(example()), table);
  EXPECT_EQ(encode_operation(example(), table), tree_hex(kExample));
}

TEST(TreeOperation, AreReadAsTheyWereWritten) {
  const std::vector<Writer> table{kOther};
  const Buffer payload = tree_hex(kExample);
  const OperationView view = OperationView::parse(payload).value();
  const std::vector<Source> sources{{0, 5}, {1, 300}};
  EXPECT_EQ(view.sources(), sources);
  const auto read = testing::operation_of(view, {{kHlc, kSelf}, payload, table});
  EXPECT_EQ(read->edits, example().edits);
}

// Each of these says something that has another form, or nothing.
TEST(TreeOperation, RefusesWhatIsNotTheOneForm) {
  struct Case {
    const char* why;
    const char* bytes;
  };
  const Case cases[] = {
      {"nothing", ""},
      {"no edits", "00 00"},
      {"a count with a byte too many", "00 8100 00 0180 0100"},
      {"more edits than there are", "00 02 00 0180 020661 "},
      {"more sources than bytes", "ff7f 01 0700"},
      {"a source of another writer with this operation's hlc", "01 0100 01 0b00"},
      {"sources not in order", "02 0105 0005 02 0b00 0f00"},
      {"a source twice", "02 0005 0005 02 0b00 0f00"},
      {"a source that nothing names", "02 0004 0005 01 0b00"},
      {"a source that is not there", "01 0005 02 0b00 0f00"},
      {"an hlc of more than 64 bits", "01 00 80808080808080808002 01 0b00"},
      {"an hlc with a byte too many", "01 00 8500 01 0b00"},
      {"the root is removed", "00 01 03 00"},
      {"the root is moved", "00 01 01 00 0180"},
      {"the root has a value", "00 01 02 0100"},
      {"a node of this operation that a later edit creates", "00 02 0701 00 0180 0100"},
      {"a node of this operation that is its own parent", "00 01 0400 0180 0100"},
      {"a node of this operation that no edit creates", "00 03 00 0180 0100 0600 0100 0701"},
      {"a number beyond all edits", "01 0005 01 0b 808040"},
      {"no index", "00 01 00 00 0100"},
      {"an index that is none", "00 01 00 0101 0100"},
      {"an index that is cut off", "00 01 00 7f80 0100"},
      {"no value", "00 01 00 0180 00"},
      {"a value of no type", "00 01 00 0180 010e"},
      {"a value with another's end", "00 01 00 0180 020000"},
      {"a value that is cut off", "00 01 00 0180 7f00"},
      {"a string that is not UTF-8", "00 01 00 0180 0206ff"},
  };
  for (const Case& bad : cases) {
    EXPECT_EQ(OperationView::parse(tree_hex(bad.bytes)).code(), Code::invalid) << bad.why;
  }
  EXPECT_TRUE(OperationView::parse(tree_hex("01 0005 01 0b 00")).ok());
  EXPECT_TRUE(OperationView::parse(tree_hex("00 02 00 0180 0100 0700")).ok());
}

TEST(TreeOperation, RefusesWrongPaddingAndWhatIsTooLarge) {
  Buffer bytes = tree_hex("01 0005 01 0b 00");
  ASSERT_TRUE(OperationView::parse(bytes).ok());
  bytes.resize(bytes.size() + 8);
  EXPECT_EQ(OperationView::parse(bytes).code(), Code::invalid);
  bytes.resize(7);
  EXPECT_EQ(OperationView::parse(bytes).code(), Code::invalid);
  bytes.push_back(1);
  EXPECT_EQ(OperationView::parse(bytes).code(), Code::invalid);
  EXPECT_EQ(OperationView::parse(Buffer(kOperationBytesMax + 8)).code(), Code::too_large);
}

TEST(TreeOperation, TooManyEditsAreRefused) {
  Buffer bytes = tree_hex("00 8180 40");  // 2^20 + 1
  bytes.resize(std::size_t{8} << 20);
  EXPECT_EQ(OperationView::parse(bytes).code(), Code::invalid);
}

// What a damaged operation may be: another one, in its one form; nothing else.
TEST(TreeOperation, EveryTruncationAndEveryByteIsNoticedOrMeansSomethingElse) {
  Operation large = example();
  large.edits.push_back({.kind = Kind::create,
                         .node = {kHlc, kSelf, 4},
                         .parent = {kHlc, kSelf, 0},
                         .index = std::string("\x80\0", 2) + std::string(44, 'n') + "\xc1\x02",
                         .value = text_value("\xc3\xa9")});
  const std::vector<Writer> one{kOther};
  const Buffer whole = encode_operation(large, one);
  ASSERT_TRUE(OperationView::parse(whole).ok());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(OperationView::parse(Bytes(whole).first(size)).ok()) << size;
  }
  // Entries of a table are different, so that each number of an entry is of one writer.
  std::vector<Writer> writers;
  for (std::uint32_t i = 0; i < 16; ++i) writers.push_back(tree_writer(2 + i));
  std::size_t other = 0;
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (int value = 0; value < 256; value += gs::testing::kSanitizedStep) {
      Buffer changed = whole;
      changed[at] = static_cast<std::uint8_t>(value);
      const auto view = OperationView::parse(changed);
      if (!view.ok()) continue;
      const auto read = testing::operation_of(*view, {large.stamp, changed, writers});
      if (!read) continue;  // refused when it is applied
      EXPECT_EQ(encode_operation(*read, writers), changed) << "byte " << at << " = " << value;
      ++other;
    }
  }
  EXPECT_GT(other, whole.size());
}

}  // namespace
}  // namespace gs::tree
