// Goal: blocks in columns are read as what they were made of, in every later release; what cannot
// be in columns goes around as a frame; streams that are not what they say are refused.
// Method: a frozen file; chains of changes with others between them; streams forged with sums that
// are right.
#include <gtest/gtest.h>

#include <fstream>

#include "gs/base/hex.h"
#include "gs/base/test_share.h"
#include "gs/core/columns/test_changes.h"
#include "gs/storage/bundle/test_bundle.h"

namespace gs::bundle::testing {
namespace {

using columns::testing::Chain;

constexpr const char* kFrozen = "tests/data/v1/bundle-columns.hex";

// What the frozen file is made of.
std::vector<Buffer> frozen_changes() {
  Chain chain(5, 2);
  return {chain.inserts(4), chain.updates(12), chain.mixed(1), chain.updates(12, 1)};
}

// The forms of the blocks of a file, by their magics.
std::string forms_of(const Buffer& file) {
  std::string forms;
  std::size_t at = header_size(Bytes(file).first(kHeaderBytes)).value();
  for (; at + kEndBytes < file.size();) {
    const Bytes head = Bytes(file).subspan(at, kBlockHeadBytes);
    forms += mark_at(head) == Mark::columns ? 'c' : 'f';
    at += kBlockHeadBytes + load_u32(head.data() + 4);
  }
  return forms;
}

void expect_same(const Buffer& file, const std::vector<Buffer>& changes) {
  std::vector<Buffer> got;
  const Error error = read_bundle(file, got);
  ASSERT_TRUE(error.ok()) << error.text();
  EXPECT_TRUE(got == changes);
}

TEST(BundleColumns, TheFrozenFileIsReadAsWhatItWasMadeOf) {
  std::ifstream file(kFrozen);
  std::string hex;
  ASSERT_TRUE(file >> hex) << kFrozen << " is missing";
  Buffer bytes(hex.size() / 2);
  ASSERT_TRUE(from_hex(hex, bytes));
  EXPECT_EQ(forms_of(bytes), "c");
  expect_same(bytes, frozen_changes());
}

TEST(BundleColumns, ChangesOfAStorageTakeAFewBytesForEachUpdate) {
  Chain chain(1);
  std::vector<Buffer> changes;
  for (int i = 0; i < 4; ++i) changes.push_back(chain.inserts(500));
  Header before;
  make_bundle(changes, {}, &before);
  constexpr std::size_t kUpdates = 20'000;
  for (std::size_t i = 0; i < kUpdates; i += 1000) changes.push_back(chain.updates(1000));
  Header after;
  const Buffer file = make_bundle(changes, {}, &after);
  EXPECT_EQ(forms_of(file), "c");
  expect_same(file, changes);
  // 11 bits of record, 2 of field, 23 of value; signature, seed and root of each thousand.
  EXPECT_LT(after.file_bytes - before.file_bytes, kUpdates * 49 / 10);
}

TEST(BundleColumns, BlocksThatAreFramesStandBetweenOthers) {
  GS_TEST_OF_VOLUME();
  Chain chain(2, 3);
  std::vector<Buffer> changes = {chain.inserts(400), chain.inserts(400, 1)};
  const auto add = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) changes.push_back(chain.updates(1000, i % 3));
  };
  add(60);
  changes.push_back(change_of(3 * kBlockBytes, 1));  // no change, and larger than a block
  add(70);
  const Buffer file = make_bundle(changes);
  EXPECT_EQ(forms_of(file), "ccfcc");
  expect_same(file, changes);
}

TEST(BundleColumns, EveryChangedBitIsTold) {
  const Buffer file = make_bundle(frozen_changes());
  ASSERT_EQ(forms_of(file), "c");
  for (std::size_t bit = 0; bit < file.size() * 8; bit += gs::testing::kSanitizedStep) {
    Buffer changed = file;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    std::vector<Buffer> got;
    ASSERT_TRUE(read_bundle(changed, got)) << "bit " << bit;
  }
}

// The code for a block whose stored bytes are these.
Code code_of_stored(const Buffer& stored, std::size_t raw_bytes) {
  const BlockHeadBytes head =
      encode_block_head(static_cast<std::uint32_t>(raw_bytes), stored, BlockForm::columns);
  Buffer block(head.begin(), head.end());
  block.insert(block.end(), stored.begin(), stored.end());
  std::vector<Buffer> got;
  return read_bundle(forge({digest_of(9), 1, raw_bytes - kLengthBytes, 0, {}}, {block}), got)
      .code();
}

TEST(BundleColumns, StreamsAreNotBelieved) {
  Chain chain(3);
  const std::vector<Buffer> changes = {chain.inserts(40)};
  const std::size_t raw_bytes = changes[0].size() + kLengthBytes;
  columns::Encoder encoder(digest_of(9));
  std::vector<Buffer> streams;
  ASSERT_TRUE(encoder.encode(columns::testing::views_of(changes), streams));
  Compressor compressor;
  Buffer good;
  ASSERT_TRUE(compressor.streams(streams, good).ok());
  EXPECT_EQ(code_of_stored(good, raw_bytes), Code::ok);
  EXPECT_EQ(code_of_stored(good, raw_bytes - 1), Code::damaged);
  EXPECT_EQ(code_of_stored(good, raw_bytes + 1), Code::damaged);
  Buffer longer = good;
  longer.push_back(0);
  EXPECT_EQ(code_of_stored(longer, raw_bytes), Code::damaged);
  for (const Buffer& wrong :
       {Buffer{0}, Buffer{0x80}, Buffer{1, 5}, Buffer{1, 1, 2, 0, 0}, Buffer{0xff, 0xff, 3},
        Buffer{1, 0xff, 0xff, 0xff, 0xff, 0xf, 1, 0}}) {
    EXPECT_EQ(code_of_stored(wrong, raw_bytes), Code::damaged);
  }
  // A frame that unpacks to more than its stream says, of bytes that would fit.
  Buffer frame;
  ASSERT_TRUE(compressor.frame(Buffer(100), frame).ok());
  Buffer bomb = {1, 99, static_cast<std::uint8_t>(frame.size())};
  bomb.insert(bomb.end(), frame.begin(), frame.end());
  EXPECT_EQ(code_of_stored(bomb, raw_bytes), Code::damaged);
  EXPECT_EQ(parse_block_head(encode_block_head(kBlockBytes + 1, good, BlockForm::columns)).code(),
            Code::damaged);
  EXPECT_EQ(parse_block_head(encode_block_head(8, good, BlockForm::columns)).code(), Code::damaged);
}

}  // namespace
}  // namespace gs::bundle::testing
