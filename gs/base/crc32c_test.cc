// Goal: the checksum is CRC-32C whatever the processor offers, and continues over pieces.
// Method: the vectors of RFC 3720, then a bit-by-bit judge around the sizes where the code changes.
#include "gs/base/crc32c.h"
#include "gs/base/crc32c_parts.h"

#include <gtest/gtest.h>

#include <random>

namespace gs {
namespace {

std::uint32_t bit_by_bit(Bytes bytes) {
  std::uint32_t crc = ~0u;
  for (const std::uint8_t byte : bytes) {
    crc ^= byte;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82f63b78u : 0u);
  }
  return ~crc;
}

TEST(Crc32c, MatchesTheVectorsOfRfc3720) {
  EXPECT_EQ(crc32c(Buffer(32, 0x00)), 0x8a9136aau);
  EXPECT_EQ(crc32c(Buffer(32, 0xff)), 0x62a8ab43u);
  Buffer ascending(32);
  for (std::size_t i = 0; i < 32; ++i) ascending[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(crc32c(ascending), 0x46dd794eu);
  EXPECT_EQ(crc32c(Buffer(ascending.rbegin(), ascending.rend())), 0x113fdb5cu);
  EXPECT_EQ(crc32c(as_bytes("123456789")), 0xe3069283u);
  EXPECT_EQ(crc32c({}), 0u);
}

TEST(Crc32c, EqualsTheBitByBitDefinitionAtEverySizeAndAlignment) {
  std::mt19937_64 random(1);
  RecordProperty("seed", 1);
  Buffer bytes(20'000);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  for (const std::size_t size : {1, 7, 8, 9, 63, 64, 1024, 3071, 3072, 3073, 6144, 6151, 19'990}) {
    for (std::size_t at = 0; at < 9; ++at) {
      const Bytes view = Bytes(bytes).subspan(at, size);
      EXPECT_EQ(crc32c(view), bit_by_bit(view)) << size << " at " << at;
    }
  }
}

TEST(Crc32c, ContinuesOverPieces) {
  std::mt19937_64 random(2);
  RecordProperty("seed", 2);
  Buffer bytes(10'000);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  const Bytes view = bytes;
  for (int i = 0; i < 200; ++i) {
    const std::size_t cut = random() % (view.size() + 1);
    EXPECT_EQ(crc32c(view.subspan(cut), crc32c(view.first(cut))), crc32c(view)) << cut;
  }
}

TEST(Crc32c, EverySingleBitChangeIsNoticed) {
  Buffer bytes(300, 0x5a);
  const std::uint32_t sum = crc32c(bytes);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_NE(crc32c(bytes), sum) << "bit " << bit;
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
  }
}

TEST(Crc32cParts, EachPartHasTheChecksumOfItsBytes) {
  std::mt19937_64 random(2);
  RecordProperty("seed", 2);
  Buffer bytes(200'000);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  Crc32cParts parts(bytes);
  for (int i = 0; i < 3000; ++i) {
    const std::size_t end = random() % (bytes.size() + 1);
    const std::size_t begin = i % 3 == 0 ? end - end % 700 : random() % (end + 1);
    const auto previous = static_cast<std::uint32_t>(i % 2 == 0 ? 0 : random());
    ASSERT_EQ(parts.sum(begin, end, previous),
              crc32c(Bytes(bytes).subspan(begin, end - begin), previous))
        << begin << " to " << end;
  }
  EXPECT_EQ(parts.sum(5, 5, 77), 77u);
  EXPECT_EQ(Crc32cParts({}).sum(0, 0), 0u);
}

}  // namespace
}  // namespace gs
