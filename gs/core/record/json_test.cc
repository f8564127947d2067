// Goal: JSON goes in and out without any change, and wrong text is refused with its place.
// Method: one example of each form and each mistake, number vectors of ECMAScript, exact limits.
#include "gs/core/record/json.h"
#include "gs/base/test_share.h"

#include <gtest/gtest.h>

#include "gs/core/record/test_values.h"

namespace gs::record {
namespace {

std::string again(std::string_view text) {
  const auto value = parse_json(text);
  return value.ok() ? json_of(*value) : value.error().text();
}

std::string problem(std::string_view text) {
  return std::string(parse_json(text).error().message());
}

TEST(Json, CanonicalTextStaysAsItIs) {
  for (
      const char* text :
      {"null",
       "true",
       "false",
       "0",
       "-0",
       "1.5",
       "\"\"",
       "[]",
       "{}",
       "[null,[true,[]]]",
       R"({"b":1,"a":2,"":{}})",
       R"("\"\\\b\f\n\r\t\u0000\u001f")",
       "\"Zürich 日本 😀 \x7f\"",
       R"({"$int":"-9223372036854775808"})",
       R"({"$big":"123456789012345678901234567890"})",
       R"({"$date":"2026-11-23T00:00:00.000Z"})",
       R"({"$bytes":"AP8="})",
       R"({"$id":"00112233-4455-6677-8899-aabbccddeeff"})",
       R"({"$set":["a","b"]})",
       R"({"$blob":{"sha256":"1111111111111111111111111111111111111111111111111111111111111111","size":7}})",
       R"({"$blob":{"sha256":"1111111111111111111111111111111111111111111111111111111111111111","size":"9007199254740993"}})",
       R"({"$literal":{"$int":"5"}})",
       R"({"$literal":{"$literal":{}}})",
       R"({"$literal":{"$literal":1,"a":2}})",
       R"({"$literal":{"$unset":true}})",
       R"({"$literal":{"$set":{"$set":[]}}})",
       R"({"$int":"5","more":1})",
       R"({"$set":[1],"a":[]})",
       R"({"$ref":"x"})",
       R"({"a":1,"$literal":2})"}) {
    EXPECT_EQ(again(text), text);
  }
}

TEST(Json, OtherSpellingsBecomeCanonical) {
  EXPECT_EQ(again(" [ 1 , \"\\u0041\\/\\ud83d\\ude00\" ]\r\n\t"), "[1,\"A/😀\"]");
  EXPECT_EQ(again("[1.0,10e-1,1E0,100e+2,-0.0,0e5]"), "[1,1,1,10000,-0,0]");
  EXPECT_EQ(again(R"({"$set":["b","a","b"]})"), R"({"$set":["a","b"]})");
  EXPECT_EQ(again(R"({"$set":[1,2]})"), R"({"$set":[2,1]})") << "in the order of encoded bytes";
  EXPECT_EQ(again(R"({"$literal":{"a":1}})"), R"({"a":1})");
  EXPECT_EQ(again(R"({"$id":"00112233-4455-6677-8899-AABBCCDDEEFF"})"),
            R"({"$id":"00112233-4455-6677-8899-aabbccddeeff"})");
}

TEST(Json, FormsBecomeTheirTypes) {
  EXPECT_EQ(*parse_json(R"({"$int":"-5"})")->get<std::int64_t>(), -5);
  EXPECT_EQ(parse_json(R"({"$date":"1970-01-01T00:00:00.001Z"})")->get<Date>()->ms, 1);
  EXPECT_EQ(parse_json(R"({"$big":"-256"})")->get<Big>()->magnitude, (Buffer{0, 1}));
  EXPECT_EQ(*parse_json(R"({"$bytes":"AP8="})")->get<Buffer>(), (Buffer{0, 0xff}));
  EXPECT_EQ(parse_json(R"({"$set":[]})")->get<Set>()->elements.size(), 0u);
  const Value literal = parse_json(R"({"$literal":{"$int":{"$int":"5"}}})").value();
  const Object& object = *literal.get<Object>();
  EXPECT_EQ(object[0].first, "$int");
  EXPECT_EQ(*object[0].second.get<std::int64_t>(), 5);
}

TEST(Json, ErrorsTellLineAndColumn) {
  EXPECT_EQ(
      problem("{\n  \"a\": x}"),
      "JSON line 2, column 8: expected a value: an object, array, string, number, true, false or "
      "null");
  EXPECT_EQ(problem("[1,]").substr(0, 22), "JSON line 1, column 4:");
  EXPECT_EQ(problem("[\"日本\"1]").substr(0, 22), "JSON line 1, column 6:")
      << "characters, not bytes";
  EXPECT_NE(problem(R"({"$date":"yesterday"})").find("$literal"), std::string::npos) << "a hint";
  EXPECT_EQ(problem("[{\"a\":1,\"b\":2,\"a\":3}]"),
            "JSON line 1, column 2: the object that begins here has the key \"a\" twice");
}

TEST(Json, WrongTextIsRefused) {
  for (
      const char* text :
      {"",
       " ",
       "[",
       "]",
       "{",
       "{]",
       "[}",
       "[1",
       "[1 2]",
       "[,1]",
       "[1,]",
       "{\"a\"}",
       "{\"a\":}",
       "{\"a\":1,}",
       "{a:1}",
       "{'a':1}",
       "\"",
       "\"\\\"",
       "\"\\x\"",
       "\"\\u12\"",
       "\"\\u12g4\"",
       "\"\n\"",
       "\"\t\"",
       "01",
       "-",
       "-a",
       "+1",
       ".5",
       "1.",
       "1.e5",
       "1e",
       "1e+",
       "0x1",
       "NaN",
       "Infinity",
       "-Infinity",
       "1e309",
       "-1e999999999999",
       "tru",
       "nul",
       "True",
       "a value",
       "1 1",
       "{} {}",
       "//",
       "[1]//",
       "\xef\xbb\xbf{}",
       "\"\xff\"",
       "\"\xc0\x80\"",
       "\"\xed\xa0\x80\"",
       "\"\xf5\x80\x80\x80\"",
       "\"\xe2\x82\"",
       "\"\\ud800\"",
       "\"\\udc00\"",
       "\"\\ud800\\u0041\"",
       "\"\\ud800\\ud800\"",
       "\"\\ud800x\"",
       R"({"a":1,"a":1})",
       R"({"a":1,"\u0061":1})",
       R"({"$int":5})",
       R"({"$int":"05"})",
       R"({"$int":"-0"})",
       R"({"$int":"+1"})",
       R"({"$int":"9223372036854775808"})",
       R"({"$int":""})",
       R"({"$big":"1.5"})",
       R"({"$big":"-0"})",
       R"({"$big":""})",
       R"({"$date":"2026-02-29T00:00:00.000Z"})",
       R"({"$date":"2026-01-01T24:00:00.000Z"})",
       R"({"$date":"2026-01-01"})",
       R"({"$date":5})",
       R"({"$id":"0011"})",
       R"({"$bytes":"AP8"})",
       R"({"$bytes":"AP9="})",
       R"({"$bytes":"A=8="})",
       R"({"$bytes":"===="})",
       R"({"$bytes":"A\u0000=="})",
       R"({"$set":1})",
       R"({"$set":{}})",
       R"({"$blob":{}})",
       R"({"$blob":{"size":1,"sha256":""}})",
       R"({"$literal":1})",
       R"({"$literal":{},"a":1})",
       R"({"$unset":true})",
       R"({"$blob":{"sha256":"1111111111111111111111111111111111111111111111111111111111111111","size":1.5}})",
       R"({"$blob":{"sha256":"1111111111111111111111111111111111111111111111111111111111111111","size":-1}})",
       R"({"$blob":{"sha256":"1111111111111111111111111111111111111111111111111111111111111111","size":"7"}})"}) {
    EXPECT_EQ(parse_json(text).code(), Code::invalid) << text;
  }
  EXPECT_EQ(parse_json(std::string_view("\"a\0b\"", 5)).code(), Code::invalid);
  EXPECT_EQ(parse_json(std::string_view("\0", 1)).code(), Code::invalid);
}

TEST(Json, NumbersPrintAsEcmaScriptPrintsThem) {
  for (const char* text : {"0",
                           "1",
                           "-1",
                           "0.1",
                           "0.000001",
                           "1e-7",
                           "1.5e-7",
                           "123456789012345680000",
                           "1e+21",
                           "1.5e+300",
                           "100000000000000000000",
                           "0.1234567890123456",
                           "9007199254740991",
                           "9007199254740992",
                           "9007199254740994",
                           "5e-324",
                           "2.2250738585072014e-308",
                           "1.7976931348623157e+308",
                           "-1e-7",
                           "4.35",
                           "0.000035",
                           "12345.678",
                           "1e+22",
                           "123e-20",
                           "18014398509481984",
                           "-123456789.125"}) {
    const std::string expected = std::string(text) == "123e-20" ? "1.23e-18" : text;
    EXPECT_EQ(again(text), expected);
  }
}

TEST(Json, NumbersReadToTheNearestDouble) {
  const auto read = [](std::string_view text) { return *parse_json(text)->get<double>(); };
  EXPECT_EQ(read("9007199254740993"), 9007199254740992.0) << "a tie goes to even";
  EXPECT_EQ(read("9007199254740993.0000000000000000000000000000000000000000000000001"),
            9007199254740994.0);
  EXPECT_EQ(read("2.4703282292062327208e-324"), 0.0);
  EXPECT_EQ(read("2.4703282292062328e-324"), 5e-324);
  EXPECT_EQ(read("1e-400"), 0.0);
  EXPECT_TRUE(std::signbit(read("-1e-400")));
  EXPECT_EQ(read("0.0000000000000000000000000000001e-999999999999"), 0.0);
  EXPECT_EQ(read("0e999999999999"), 0.0);
  EXPECT_EQ(read("1.7976931348623158e308"), 1.7976931348623157e308);
  EXPECT_EQ(read("0.000" + std::string(400, '0') + "1e404"), 1.0);
  EXPECT_EQ(read(std::string(400, '1') + "e-399"), 1.1111111111111112);
}

// --- limits ---

std::string nested(std::size_t levels, const std::string& open, const std::string& close,
                   const std::string& inside = "") {
  std::string text;
  for (std::size_t i = 0; i < levels; ++i) text += open;
  text += inside;
  for (std::size_t i = 0; i < levels; ++i) text += close;
  return text;
}

TEST(JsonLimits, NestingIsExact) {
  EXPECT_TRUE(parse_json(nested(128, "[", "]")).ok());
  EXPECT_EQ(parse_json(nested(129, "[", "]")).code(), Code::too_large);
  EXPECT_TRUE(parse_json(nested(128, "{\"a\":", "}", "1")).ok());
  EXPECT_EQ(parse_json(nested(129, "{\"a\":", "}", "1")).code(), Code::too_large);
  EXPECT_EQ(parse_json(nested(100'000, "[", "]")).code(), Code::too_large);
  EXPECT_EQ(parse_json(nested(100'000, "{\"a\":", "}", "1")).code(), Code::too_large);
}

TEST(JsonLimits, BracesOfFormsAreNoLevels) {
  const std::string literal = "{\"$literal\":{\"$set\":";
  EXPECT_TRUE(parse_json(nested(128, literal, "}}", "1")).ok());
  EXPECT_EQ(parse_json(nested(129, literal, "}}", "1")).code(), Code::too_large);
  EXPECT_TRUE(parse_json(nested(128, "{\"$set\":[", "]}")).ok());
  EXPECT_EQ(parse_json(nested(129, "{\"$set\":[", "]}")).code(), Code::too_large);
  EXPECT_EQ(parse_json(nested(100'000, "{\"$set\":[", "]}")).code(), Code::too_large);
  EXPECT_EQ(parse_json(nested(100'000, "{\"$set\":", "}", "1")).code(), Code::too_large);
  EXPECT_EQ(parse_json(nested(100'000, literal, "}}", "1")).code(), Code::too_large);
  EXPECT_TRUE(parse_json(nested(128, "[", "]", R"({"$int":"1"})")).ok());
  EXPECT_TRUE(
      parse_json(nested(128, "[", "]",
                        R"({"$blob":{"sha256":")" + std::string(64, '1') + R"(","size":1}})"))
          .ok());
  EXPECT_EQ(parse_json(nested(128, "[", "]", R"({"$int":"1","a":1})")).code(), Code::too_large);
}

TEST(JsonLimits, BlobsThatAreNoneCountTheirBraces) {
  EXPECT_TRUE(parse_json(nested(126, "[", "]", R"({"$blob":{},"a":1})")).ok());
  EXPECT_EQ(parse_json(nested(127, "[", "]", R"({"$blob":{},"a":1})")).code(), Code::too_large);
  EXPECT_EQ(parse_json(nested(127, "[", "]", R"({"$blob":{"$blob":{}},"a":1})")).code(),
            Code::invalid);
  EXPECT_EQ(parse_json(nested(100'000, "{\"$blob\":", "}", "1")).code(), Code::too_large);
}

// An object that begins like a set but has more members is an ordinary object, with its own level.
TEST(JsonLimits, SetsThatAreNoneCountTheirBraces) {
  const std::string no_set_open = "{\"$set\":[";
  const std::string no_set_close = "],\"a\":1}";
  EXPECT_TRUE(parse_json(nested(64, no_set_open, no_set_close)).ok());
  EXPECT_EQ(parse_json(nested(65, no_set_open, no_set_close)).code(), Code::too_large);
  Buffer bytes;
  EXPECT_TRUE(encode_any(parse_json(nested(64, no_set_open, no_set_close)).value(), bytes).ok());
}

TEST(JsonLimits, TextSizeIsExact) {
  EXPECT_TRUE(parse_json("1" + std::string(kJsonBytesMax - 1, ' ')).ok());
  EXPECT_EQ(parse_json("1" + std::string(kJsonBytesMax, ' ')).code(), Code::too_large);
}

TEST(JsonLimits, SmallTextThatEncodesHugeIsRefused) {
  GS_TEST_OF_VOLUME();
  std::string text = "[0";
  text.reserve(kJsonBytesMax);
  while (text.size() + 3 < kJsonBytesMax / 2) text += ",0";
  EXPECT_EQ(parse_json(text + "]").code(), Code::too_large);
}

TEST(Json, ManyKeysWithOneTwiceAreRefused) {
  std::string text = "{";
  for (int i = 0; i < 20'000; ++i) text += "\"" + std::to_string(i) + "\":1,";
  EXPECT_TRUE(parse_json(text + "\"x\":1}").ok());
  EXPECT_EQ(parse_json(text + "\"777\":1}").code(), Code::invalid);
}

}  // namespace
}  // namespace gs::record
