// Goal: hexadecimal, ids, digests and little-endian numbers have one text or byte form each.
#include <gtest/gtest.h>

#include "globalstorage/id.h"
#include "gs/base/endian.h"
#include "gs/base/hex.h"

namespace gs {
namespace {

constexpr char kIdText[] = "018bcfe5-6800-7abc-9def-0123456789ab";

TEST(Hex, IsLowerCaseAndReadsBothCases) {
  const std::uint8_t bytes[] = {0x00, 0x9f, 0xa0, 0xff};
  EXPECT_EQ(to_hex(bytes), "009fa0ff");
  EXPECT_EQ(to_hex({}), "");
  std::uint8_t out[4] = {};
  EXPECT_TRUE(from_hex("009FA0ff", out));
  EXPECT_TRUE(equal(out, bytes));
}

TEST(Hex, OtherLengthsAndCharactersAreRefused) {
  std::uint8_t out[2];
  for (const char* text :
       {"", "0", "00", "000", "00000", "000000", "00g0", "000G", "00 0", "0x00", "00-0",
        "00\xff"
        "0"}) {
    EXPECT_FALSE(from_hex(text, out)) << text;
  }
  EXPECT_TRUE(from_hex("", {}));
}

TEST(Id, TextIsThatOfAUuid) {
  const auto id = Id::parse(kIdText);
  ASSERT_TRUE(id.has_value());
  EXPECT_EQ(id->text(), kIdText);
  EXPECT_EQ(id->version(), 7);
  EXPECT_EQ(id->bytes[0], 0x01);
  EXPECT_EQ(id->bytes[15], 0xab);
  EXPECT_EQ(Id::parse("018BCFE5-6800-7ABC-9DEF-0123456789AB"), id);
  EXPECT_EQ(Id{}.text(), "00000000-0000-0000-0000-000000000000");
  EXPECT_TRUE(Id{}.is_zero());
}

TEST(Id, OtherTextsAreRefused) {
  const std::string good = kIdText;
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char c : {'-', 'g', ' ', '\0', '0'}) {
      std::string text = good;
      text[i] = c;
      const bool dash_place = good[i] == '-';
      const bool expected = dash_place ? c == '-' : c == '0';
      EXPECT_EQ(Id::parse(text).has_value(), expected) << text;
    }
    EXPECT_FALSE(Id::parse(good.substr(0, i)).has_value());
  }
  EXPECT_FALSE(Id::parse(good + "0").has_value());
  EXPECT_FALSE(Id::parse("{" + good + "}").has_value());
}

TEST(Id, OrderOfBytesIsOrderOfText) {
  const Id low = *Id::parse("018bcfe5-6800-7abc-9def-0123456789ab");
  const Id high = *Id::parse("018bcfe5-6800-7abc-9def-0123456789ac");
  EXPECT_LT(low, high);
  EXPECT_LT(low.text(), high.text());
}

TEST(Digest, TextIs64HexadecimalCharacters) {
  const std::string text = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  const auto digest = Digest::parse(text);
  ASSERT_TRUE(digest.has_value());
  EXPECT_EQ(digest->text(), text);
  EXPECT_FALSE(Digest::parse(text.substr(1)).has_value());
  EXPECT_FALSE(Digest::parse(text + "00").has_value());
  EXPECT_FALSE(Digest::parse("").has_value());
}

TEST(Endian, StoresTheLowByteFirst) {
  std::uint8_t bytes[9] = {};
  store_u32(bytes + 1, 0x11223344);
  EXPECT_EQ(to_hex(bytes), "004433221100000000");
  EXPECT_EQ(load_u32(bytes + 1), 0x11223344u);
  store_u64_be(bytes, 0x0102030405060708);
  EXPECT_EQ(to_hex(bytes), "010203040506070800");
  EXPECT_EQ(load_u64_be(bytes), 0x0102030405060708u);
  EXPECT_EQ(align_up(0u, 8u), 0u);
  EXPECT_EQ(align_up(1u, 8u), 8u);
  EXPECT_EQ(align_up(8u, 8u), 8u);
}

}  // namespace
}  // namespace gs
