// Goal: a value knows its type, equals its like, and big integers keep every digit.
// Method: frozen examples, a round trip for all sizes, the exact limit, misuse.
#include "globalstorage/value.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace gs {
namespace {

TEST(Value, TypeIsThatOfItsContent) {
  EXPECT_EQ(Value().type(), Type::null);
  EXPECT_EQ(Value(true).type(), Type::boolean);
  EXPECT_EQ(Value(1).type(), Type::number);
  EXPECT_EQ(Value::integer(1).type(), Type::integer);
  EXPECT_EQ(Value(Date{5}).type(), Type::date);
  EXPECT_EQ(Value(Id{}).type(), Type::id);
  EXPECT_EQ(Value("text").type(), Type::string);
  EXPECT_EQ(Value(Buffer{1}).type(), Type::bytes);
  EXPECT_EQ(Value(Big{}).type(), Type::big);
  EXPECT_EQ(Value(Array{}).type(), Type::array);
  EXPECT_EQ(Value(Object{}).type(), Type::object);
  EXPECT_EQ(Value(Set{}).type(), Type::set);
  EXPECT_EQ(Value(BlobRef{}).type(), Type::blob);
}

TEST(Value, TypeNamesAreStable) {
  const char* const names[] = {"null",  "boolean", "number", "integer", "date", "id",   "string",
                               "bytes", "big",     "array",  "object",  "set",  "blob", "any"};
  for (std::size_t i = 0; i < std::size(names); ++i) {
    EXPECT_STREQ(type_name(static_cast<Type>(i)), names[i]);
  }
  EXPECT_STREQ(type_name(static_cast<Type>(200)), "unknown");
}

TEST(Value, EqualMeansSameTypeAndContentAllTheWayDown) {
  const Value deep = Object{{"list", Array{1, "two", Set{{Value(), true}}}}, {"date", Date{3}}};
  EXPECT_EQ(deep, Value(deep));
  EXPECT_FALSE(deep == Value(Object{{"date", Date{3}}}));
  EXPECT_FALSE(Value(1) == Value::integer(1));
  EXPECT_FALSE(Value("a") == Value("b"));
  EXPECT_FALSE(Value(Array{1}) == Value(Set{{1}}));
  EXPECT_FALSE(Value(Set{{1, 2}}) == Value(Set{{2, 1}}));
  EXPECT_FALSE(Value(Object{{"a", 1}, {"b", 2}}) == Value(Object{{"b", 2}, {"a", 1}}));
}

TEST(Big, KeepsEveryDigit) {
  for (const char* text :
       {"0", "1", "-1", "255", "256", "18446744073709551615", "18446744073709551616",
        "9999999999999999999", "10000000000000000000", "-100000000000000000000000000000000000000",
        "340282366920938463463374607431768211456", "123456789012345678901234567890"}) {
    Big big;
    ASSERT_TRUE(Big::parse(text, big)) << text;
    EXPECT_EQ(big.text(), text);
  }
}

TEST(Big, MagnitudeIsLittleEndianWithoutLeadingZeros) {
  Big big;
  ASSERT_TRUE(Big::parse("-66051", big));  // 0x010203
  EXPECT_TRUE(big.negative);
  EXPECT_EQ(big.magnitude, (Buffer{3, 2, 1}));
  ASSERT_TRUE(Big::parse("0", big));
  EXPECT_FALSE(big.negative);
  EXPECT_TRUE(big.magnitude.empty());
}

TEST(Big, OtherTextsAreRefusedAndChangeNothing) {
  Big big{true, {7}};
  for (const char* text : {"", "-", "-0", "00", "01", "-01", "+1", " 1", "1 ", "1.0", "1e3", "0x1",
                           "1n", "--1", "12a45678901234567890"}) {
    EXPECT_FALSE(Big::parse(text, big)) << text;
  }
  EXPECT_EQ(big, (Big{true, {7}}));
}

TEST(Big, EverySizeSurvivesTheRoundTrip) {
  std::mt19937_64 random(1);
  RecordProperty("seed", 1);
  for (std::size_t size = 1; size < 700; size += size < 70 ? 1 : 53) {
    Big big{random() % 2 == 0, Buffer(size)};
    for (std::uint8_t& byte : big.magnitude) byte = static_cast<std::uint8_t>(random());
    if (size % 3 == 0) std::fill(big.magnitude.begin(), big.magnitude.end(), 0xff);
    if (size % 7 == 0) std::fill(big.magnitude.begin(), big.magnitude.end() - 1, 0);
    big.magnitude.back() |= 1;
    Big again;
    ASSERT_TRUE(Big::parse(big.text(), again));
    EXPECT_EQ(again, big) << size;
  }
}

TEST(Big, LimitIsExact) {
  const Big largest{false, Buffer(kBigBytesMax, 0xff)};
  std::string text = largest.text();
  EXPECT_EQ(text.size(), kBigDigitsMax);
  Big big;
  ASSERT_TRUE(Big::parse(text, big));
  EXPECT_EQ(big, largest);
  // 2^131072 ends with 6, so 2^131072 - 1 with 5: one more does not fit any more.
  ASSERT_EQ(text.back(), '5');
  text.back() = '6';
  EXPECT_FALSE(Big::parse(text, big));
  EXPECT_FALSE(Big::parse(std::string(kBigDigitsMax + 1, '1'), big));
  EXPECT_EQ(big, largest);
}

TEST(Big, ZeroBytesAboveTheMagnitudeAddNoDigits) {
  EXPECT_EQ((Big{false, {1, 0, 0, 0, 0, 0, 0, 0, 0, 0}}).text(), "1");
  EXPECT_EQ((Big{true, Buffer(20)}).text(), "0");
}

}  // namespace
}  // namespace gs
