// Goal: each scalar has exactly one text. Method: known examples, the ends of ranges, round trips.
#include "gs/core/record/text_forms.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "gs/core/record/utf8.h"

namespace gs::record {
namespace {

std::string date(std::int64_t ms) {
  std::string text;
  append_date(ms, text);
  return text;
}

TEST(TextForms, DatesPrintAsEcmaScriptPrintsThem) {
  EXPECT_EQ(date(0), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(date(-1), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(date(951782400000), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(date(253402300799999), "9999-12-31T23:59:59.999Z");
  EXPECT_EQ(date(253402300800000), "+010000-01-01T00:00:00.000Z");
  EXPECT_EQ(date(-62167219200000), "0000-01-01T00:00:00.000Z");
  EXPECT_EQ(date(-62167219200001), "-000001-12-31T23:59:59.999Z");
  EXPECT_EQ(date(8640000000000000), "+275760-09-13T00:00:00.000Z");
  EXPECT_EQ(date(-8640000000000000), "-271821-04-20T00:00:00.000Z");
  EXPECT_EQ(date(std::numeric_limits<std::int64_t>::max()), "+292278994-08-17T07:12:55.807Z");
  EXPECT_EQ(date(std::numeric_limits<std::int64_t>::min()), "-292275055-05-16T16:47:04.192Z");
}

TEST(TextForms, EveryDateReadsBack) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const auto ms = static_cast<std::int64_t>(random()) >> (random() % 64);
    ASSERT_EQ(parse_date(date(ms)), ms) << date(ms);
  }
  EXPECT_EQ(parse_date(date(std::numeric_limits<std::int64_t>::max())),
            std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(parse_date(date(std::numeric_limits<std::int64_t>::min())),
            std::numeric_limits<std::int64_t>::min());
}

TEST(TextForms, OtherDatesAreRefused) {
  for (const char* text : {"",
                           "Z",
                           "1970-01-01",
                           "1970-01-01T00:00:00Z",
                           "1970-01-01T00:00:00.000",
                           "1970-1-1T00:00:00.000Z",
                           "1970-01-01T00:00:00.000z",
                           "1970-01-01 00:00:00.000Z",
                           "1970-13-01T00:00:00.000Z",
                           "1970-00-01T00:00:00.000Z",
                           "1970-01-00T00:00:00.000Z",
                           "1970-02-29T00:00:00.000Z",
                           "1970-01-32T00:00:00.000Z",
                           "1970-01-01T24:00:00.000Z",
                           "1970-01-01T00:60:00.000Z",
                           "1970-01-01T00:00:60.000Z",
                           "-000000-01-01T00:00:00.000Z",
                           "+001970-01-01T00:00:00.000Z",
                           "+292278994-08-17T07:12:55.808Z",
                           "-292275055-05-16T16:47:04.191Z",
                           "+999999999-01-01T00:00:00.000Z",
                           "1970-01-01T00:00:00.000Z ",
                           "19 0-01-01T00:00:00.000Z",
                           "1970--1-01T00:00:00.000Z"}) {
    EXPECT_FALSE(parse_date(text)) << text;
  }
}

TEST(TextForms, Base64IsThatOfRfc4648) {
  const char* const pairs[][2] = {{"", ""},
                                  {"f", "Zg=="},
                                  {"fo", "Zm8="},
                                  {"foo", "Zm9v"},
                                  {"foob", "Zm9vYg=="},
                                  {"fooba", "Zm9vYmE="},
                                  {"foobar", "Zm9vYmFy"}};
  for (const auto& pair : pairs) {
    std::string text;
    append_base64(as_bytes(pair[0]), text);
    EXPECT_EQ(text, pair[1]);
    Buffer bytes;
    EXPECT_TRUE(parse_base64(text, bytes));
    EXPECT_EQ(as_text(bytes), pair[0]);
  }
  Buffer bytes;
  for (const char* text :
       {"Z", "Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zg==Zg==", "Zm9v\n", "Zm9-"}) {
    EXPECT_FALSE(parse_base64(text, bytes)) << text;
  }
}

TEST(TextForms, EveryDoubleReadsBack) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t digits = random() >> (random() % 64);
    const std::string text = std::to_string(digits) + "." + std::to_string(random() % 100'000);
    ASSERT_EQ(parse_double(text), std::strtod(text.c_str(), nullptr)) << text;
    const std::string power = text + "e" + std::to_string(static_cast<int>(random() % 700) - 350);
    const double expected = std::strtod(power.c_str(), nullptr);
    if (expected - expected == 0) {
      ASSERT_EQ(parse_double(power), expected) << power;
    } else {
      ASSERT_FALSE(parse_double(power)) << power;
    }
  }
}

TEST(Utf8, AcceptsExactlyRfc3629) {
  // Every code point, encoded without looking: valid exactly when it is no surrogate.
  for (std::uint32_t code = 0x800; code < 0x10000; ++code) {
    const char text[] = {static_cast<char>(0xe0 | code >> 12),
                         static_cast<char>(0x80 | (code >> 6 & 63)),
                         static_cast<char>(0x80 | (code & 63))};
    ASSERT_EQ(valid_utf8(std::string_view(text, 3)), code < 0xd800 || code > 0xdfff) << code;
  }
  for (const char* text : {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2", "\xe0\x9f\xbf", "\xed\xa0\x80",
                           "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff",
                           "12345678\x80", "\xe2\x82", "\xf0\x9f\x98"}) {
    EXPECT_FALSE(valid_utf8(std::string_view(text))) << text;
  }
  for (const char* text :
       {"", "12345678", "\x7f", "\xc2\x80", "\xf4\x8f\xbf\xbf", "1234567é", "日本語日本語"}) {
    EXPECT_TRUE(valid_utf8(std::string_view(text))) << text;
  }
}

}  // namespace
}  // namespace gs::record
