// Goal: changes come back from columns as the same bytes, whatever they are; and columns that
// somebody changed give an error or other bytes, within the bounds.
// Method: chains of changes of one to three writers from seeds, in blocks; changes with something
// erased and bytes that are no change among them; each bit of each stream changed; cuts.
#include <gtest/gtest.h>

#include "gs/base/test_share.h"
#include "gs/core/columns/columns.h"
#include "gs/core/columns/test_changes.h"

namespace gs::columns::testing {
namespace {

// Both sides of a file.
struct Pair {
  Encoder encoder{Chain::storage()};
  Decoder decoder{Chain::storage()};
  std::vector<Buffer> streams;

  // The bytes of the streams; none: not in columns.
  std::size_t round(const std::vector<Buffer>& changes) {
    const Buffer raw = raw_of(changes);
    if (!encoder.encode(views_of(changes), streams)) {
      encoder.forget();
      decoder.forget();
      return 0;
    }
    Buffer out;
    const Error error = decoder.decode(views_of(streams), raw.size(), out);
    EXPECT_TRUE(error.ok()) << error.text();
    EXPECT_TRUE(out == raw);
    std::size_t bytes = 0;
    for (const Buffer& stream : streams) bytes += stream.size();
    return bytes;
  }
};

Buffer erased(const Buffer& change) {
  const auto view = graph::ChangeView::parse(change).value();
  std::vector<std::uint32_t> list;
  auto cursor = view.operations();
  for (graph::OperationView operation; cursor.next(operation);) {
    if (graph::is_erasable(operation.kind) && cursor.index() % 3 == 0) {
      list.push_back(cursor.index());
    }
  }
  return list.empty() ? change : graph::erase_operations(view, list).value();
}

TEST(Columns, ChainsOfChangesComeBackAsTheSameBytes) {
  for (std::uint64_t seed = 0; seed < 60 / gs::testing::kSanitizedShare + 1; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const std::size_t writers = 1 + seed % 3;
    Chain chain(seed, writers);
    Pair pair;
    std::size_t in_columns = 0;
    for (int block = 0; block < 5; ++block) {
      std::vector<Buffer> changes;
      for (std::size_t i = 0; i < 4; ++i) {
        changes.push_back(chain.inserts(1 + random() % 30, random() % writers));
        changes.push_back(chain.updates(1 + random() % 60, random() % writers));
        changes.push_back(chain.mixed(random() % writers));
        if (random() % 4 == 0) changes.back() = erased(changes.back());
        if (random() % 8 == 0) changes.emplace_back(16 + random() % 64, std::uint8_t{5});
      }
      if (pair.round(changes) != 0) ++in_columns;
    }
    EXPECT_EQ(in_columns, 5u);
  }
}

TEST(Columns, UpdatesTakeTheBytesOfTheirPlacesAndValues) {
  Chain chain(1);
  Pair pair;
  std::vector<Buffer> changes;
  for (int i = 0; i < 8; ++i) changes.push_back(chain.inserts(500));
  ASSERT_NE(pair.round(changes), 0u);
  changes.clear();
  constexpr std::size_t kUpdates = 20'000;
  for (std::size_t i = 0; i < kUpdates; i += 500) changes.push_back(chain.updates(500));
  // A class and a stamp that nearly always say the same, 2 bytes of record, 2 bits of field, 3 of
  // value; of each change its signature, seed and root. Compressed the first two are nothing.
  EXPECT_LT(pair.round(changes), kUpdates * 13 / 2 + changes.size() * 256);
  EXPECT_LT(pair.streams[0].size(), 1000u);
}

TEST(Columns, WhatWasWrittenInAnEarlierBlockIsForeseen) {
  Chain chain(2);
  Pair pair;
  ASSERT_NE(pair.round({chain.inserts(50), chain.updates(2000)}), 0u);
  const std::size_t known = pair.round({chain.updates(100)});
  pair.encoder.forget();
  pair.decoder.forget();
  const std::size_t unknown = pair.round({chain.updates(100)});
  EXPECT_LT(known + 500, unknown);
}

TEST(Columns, NothingIsTakenFromBlocksOfAnotherOrder) {
  Chain chain(3);
  Pair pair;
  ASSERT_NE(pair.round({chain.inserts(20)}), 0u);
  const std::vector<Buffer> changes = {chain.updates(20)};
  ASSERT_TRUE(pair.encoder.encode(views_of(changes), pair.streams));
  pair.decoder.forget();
  Buffer out;
  EXPECT_EQ(pair.decoder.decode(views_of(pair.streams), raw_of(changes).size(), out).code(),
            Code::damaged);
}

TEST(Columns, LargerBlocksStayAsTheyAre) {
  Encoder encoder(Chain::storage());
  std::vector<Buffer> streams;
  const std::vector<Buffer> fits = {Buffer(kBlockBytesMax - kLengthBytes)};
  const std::vector<Buffer> larger = {Buffer(kBlockBytesMax - kLengthBytes + 1)};
  EXPECT_FALSE(encoder.encode(views_of(larger), streams));
  Decoder decoder(Chain::storage());
  Buffer out;
  encoder.forget();
  EXPECT_FALSE(encoder.encode(views_of(fits), streams)) << "nothing is gained";
  EXPECT_EQ(decoder.decode(views_of(streams), kBlockBytesMax + 1, out).code(), Code::damaged);
}

// A base stamp that an entry states and no operation needs can be changed unseen: the sums of a
// bundle tell that.
TEST(Columns, EachChangedBitGivesAnErrorOrNearlyAlwaysOtherBytes) {
  Chain chain(4, 2);
  const std::vector<Buffer> changes = {chain.inserts(6), chain.updates(20, 1), chain.mixed(),
                                       Buffer(24, 9)};
  const Buffer raw = raw_of(changes);
  Encoder encoder(Chain::storage());
  std::vector<Buffer> streams;
  ASSERT_TRUE(encoder.encode(views_of(changes), streams));
  std::string told;  // all messages
  std::size_t unseen = 0;
  for (Buffer& stream : streams) {
    for (std::size_t bit = 0; bit < stream.size() * 8; bit += gs::testing::kSanitizedStep) {
      stream[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
      Decoder decoder(Chain::storage());
      Buffer out;
      const Error error = decoder.decode(views_of(streams), raw.size(), out);
      if (error) {
        EXPECT_EQ(error.code(), Code::damaged);
        if (told.find(error.message()) == std::string::npos) told += error.message();
      } else {
        ASSERT_EQ(out.size(), raw.size());
        unseen += out == raw ? 1 : 0;
      }
      stream[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    }
  }
  for (const char* what : {"an operation of no class", "a record that is not known",
                           "a shape that is not known", "a writer that is not known"}) {
    EXPECT_NE(told.find(what), std::string::npos) << what;
  }
  EXPECT_LE(unseen, changes.size() + 6) << "one for each record, and their column";
}

TEST(Columns, WhatIsCutOrTooLongIsRefused) {
  Chain chain(5);
  const std::vector<Buffer> changes = {chain.inserts(600), chain.updates(600)};
  const Buffer raw = raw_of(changes);
  Encoder encoder(Chain::storage());
  std::vector<Buffer> streams;
  ASSERT_TRUE(encoder.encode(views_of(changes), streams));
  const auto code_of = [&](std::size_t raw_bytes) {
    Decoder decoder(Chain::storage());
    Buffer out;
    return decoder.decode(views_of(streams), raw_bytes, out).code();
  };
  EXPECT_EQ(code_of(raw.size()), Code::ok);
  EXPECT_EQ(code_of(raw.size() - 1), Code::damaged);
  EXPECT_EQ(code_of(raw.size() + 1), Code::damaged);
  EXPECT_EQ(code_of(0), Code::damaged);
  Decoder bounded(Chain::storage());
  Buffer less;
  const Error error = bounded.decode(views_of(streams), raw.size() - 1, less);
  EXPECT_NE(error.message().find("more bytes"), std::string_view::npos) << "not at the end only";
  for (Buffer& stream : streams) {
    const Buffer whole = stream;
    stream.push_back(0);
    EXPECT_EQ(code_of(raw.size()), Code::damaged);
    stream = whole;
    if (stream.empty()) continue;
    stream.pop_back();
    EXPECT_EQ(code_of(raw.size()), Code::damaged);
    stream = whole;
  }
  streams.emplace_back();
  EXPECT_EQ(code_of(raw.size()), Code::damaged);
}

}  // namespace
}  // namespace gs::columns::testing
