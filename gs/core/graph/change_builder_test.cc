// Goal: what the engine relies on while it fills a change. Method: examples at each border.
#include <gtest/gtest.h>

#include <algorithm>

#include "gs/core/graph/samples_test.h"

namespace gs::graph {
namespace {

using testing::digest_of;
using testing::Maker;

TEST(ChangeBuilder, OperationsAreInTheirFinalPlaceFromTheBeginning) {
  Maker maker;
  maker.begin();
  const Buffer payload(24, 0x5a);
  const Digest shape = digest_of("shape");
  const std::size_t first = maker.add(Kind::set, 0, &shape, nullptr, payload);
  const std::size_t second = maker.add(Kind::set, kLastOfTransaction, &shape, nullptr, payload);
  const Buffer bytes = maker.close();
  const ChangeView change = ChangeView::parse(bytes).value();
  auto cursor = change.operations();
  OperationView operation;
  ASSERT_TRUE(cursor.next(operation));
  EXPECT_EQ(cursor.offset(), first);
  ASSERT_TRUE(cursor.next(operation));
  EXPECT_EQ(cursor.offset(), second);
  EXPECT_TRUE(equal(change.operation_at(second).payload, payload));
}

TEST(ChangeBuilder, PaddingIsZeroWhateverLayThere) {
  Buffer space(4096, 0xff);
  ChangeBuilder builder;
  Maker maker;
  builder.begin(maker.spec(), space);
  for (std::size_t bytes = 0; bytes <= 9; ++bytes) {
    const auto at = builder.append(6, 1, nullptr, nullptr, maker.spec().hlc, bytes);
    std::memset(at.payload, 0xaa, bytes);
    for (std::size_t i = bytes; i < (bytes + 7) / 8 * 8; ++i) EXPECT_EQ(at.payload[i], 0) << bytes;
  }
  EXPECT_TRUE(ChangeView::parse(builder.close(maker.key())).ok());
}

TEST(ChangeBuilder, LinksMayBeSetUntilClose) {
  Maker maker;
  maker.begin();
  maker.add(Kind::expect, 1, nullptr, nullptr, Buffer(32));
  std::vector<Digest> parents = {digest_of("b"), digest_of("a")};
  maker.builder().set_links(digest_of("late"), parents);
  const Buffer bytes = maker.close();
  const ChangeView change = ChangeView::parse(bytes).value();
  std::sort(parents.begin(), parents.end());
  EXPECT_EQ(change.prev(), digest_of("late"));
  EXPECT_EQ(change.parent(0), parents[0]);
  EXPECT_EQ(change.parent(1), parents[1]);
  EXPECT_EQ(change.digest(), maker.builder().digest());
  EXPECT_FALSE(maker.builder().is_open());
  EXPECT_EQ(maker.builder().room(), 0u);
}

TEST(ChangeBuilder, OwnWriterTakesNoTableEntry) {
  Maker maker;
  maker.begin();
  EXPECT_EQ(maker.builder().writer_index(maker.spec().writer), kThisWriter);
  EXPECT_EQ(maker.builder().writer_index(digest_of("a")), 0u);
  EXPECT_EQ(maker.builder().writer_index(digest_of("b")), 1u);
  EXPECT_EQ(maker.builder().writer_index(digest_of("a")), 0u);
  EXPECT_EQ(maker.builder().writer_room(), kWritersMax - 2);
}

TEST(ChangeBuilder, StampsReachExactlyTheLastOneItPromises) {
  Maker maker;
  maker.begin();
  maker.add(Kind::expect, 1, nullptr, nullptr, Buffer(32), kHlcDeltaMax);
  EXPECT_EQ(maker.builder().hlc_max(), maker.spec().hlc + kHlcDeltaMax);
  const Buffer bytes = maker.close();
  const ChangeView change = ChangeView::parse(bytes).value();
  EXPECT_EQ(testing::operation_of(change, 0).hlc, maker.spec().hlc + kHlcDeltaMax);
}

TEST(ChangeBuilder, RoomKeepsTheChangeErasable) {
  // Many tiny operations: explicit salts would need more than the operations themselves.
  Maker maker(kChangeBytesMax);
  maker.begin();
  while (maker.builder().room() >= ChangeBuilder::cost(0, 0)) {
    maker.builder().append(6, 1, nullptr, nullptr, maker.spec().hlc, 0);
  }
  const std::size_t explicit_bytes =
      maker.builder().bytes() - 32 + std::size_t{maker.builder().operation_count()} * 32;
  EXPECT_LE(explicit_bytes, kChangeBytesMax);
  EXPECT_GT(explicit_bytes + 256, kChangeBytesMax);
}

TEST(ChangeBuilder, TableLimitsAreExact) {
  Maker maker(std::size_t{8} << 20);
  maker.begin();
  Digest shape;
  while (maker.builder().shape_room() > 0) {
    store_u32(shape.bytes.data(), maker.builder().operation_count());
    maker.builder().append(3, 1, &shape, nullptr, maker.spec().hlc, 0);
  }
  EXPECT_EQ(maker.builder().operation_count(), kShapesMax);
  Buffer bytes = maker.close();
  EXPECT_EQ(ChangeView::parse(bytes)->shape_count(), kShapesMax);
  EXPECT_EQ(ChangeView::parse(bytes)->shape(0xfffe), shape);
}

TEST(ChangeBuilder, ForgetsIdsBetweenChangesThroughEveryGeneration) {
  Maker maker(4096);
  for (int i = 0; i < 70'000; ++i) {  // past the 16-bit generation of the tables
    ChangeBuilder& builder = maker.builder();
    if (builder.is_open()) builder.discard();
    maker.begin();
    const Id id{{static_cast<std::uint8_t>(i), 1}};
    const auto at = builder.append(6, 1, nullptr, &id, maker.spec().hlc, 0);
    ASSERT_EQ(load_u32(at.payload - 8), 0u) << i;
    ASSERT_EQ(builder.bytes(), ChangeBuilder::overhead(2) + 16 + 16) << i;
  }
  EXPECT_TRUE(ChangeView::parse(maker.close()).ok());
}

TEST(ChangeBuilder, GivesBackMemoryAfterAGiant) {
  Maker maker(std::size_t{16} << 20);
  for (int round = 0; round < 2; ++round) {
    maker.begin();
    for (std::uint32_t i = 0; i < 100'000; ++i) {
      Id id;
      store_u32(id.bytes.data(), i);
      maker.builder().append(6, 1, nullptr, &id, maker.spec().hlc, 0);
    }
    EXPECT_EQ(ChangeView::parse(maker.close())->id_count(), 100'000u);
    maker.begin();
    const Id id{{9}};
    maker.builder().append(6, 1, nullptr, &id, maker.spec().hlc, 0);
    EXPECT_EQ(ChangeView::parse(maker.close())->id_count(), 1u);
  }
}

}  // namespace
}  // namespace gs::graph
