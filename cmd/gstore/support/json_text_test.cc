// Goal: members are found without a parser.
// Method: frozen examples, malformed text, and every cut of a valid object.
#include "cmd/gstore/support/json_text.h"

#include <gtest/gtest.h>

namespace gs::cli {
namespace {

TEST(JsonFind, MembersAreFoundByName) {
  constexpr std::string_view kObject =
      R"( { "a" : 1, "b":"x,}\"", "c\u0041":[{"a":2},"]"], "d": {"a":"}"} , "e":true} )";
  EXPECT_EQ(find_member(kObject, "a"), "1");
  EXPECT_EQ(find_member(kObject, "b"), R"("x,}\"")");
  EXPECT_EQ(find_member(kObject, "cA"), R"([{"a":2},"]"])");
  EXPECT_EQ(find_member(kObject, "d"), R"({"a":"}"})");
  EXPECT_EQ(find_member(kObject, "e"), "true");
  EXPECT_FALSE(find_member(kObject, "f"));
}

TEST(JsonFind, EveryCutOfAnObjectIsSafe) {
  const std::string object = R"({"a":"\"x\\","b":[1,{"c":"é"}],"z":-1.5e3})";
  for (std::size_t n = 0; n <= object.size(); ++n) {
    const std::string cut(object, 0, n);  // its own memory, so that a sanitizer sees overreads
    const auto found = find_member(cut, "z");
    if (n == object.size()) {
      EXPECT_EQ(found, "-1.5e3");
    }
    is_one_value(cut);
    unquote(cut);
    extended_text(cut);
  }
}

TEST(JsonFind, MalformedObjectsHaveNoMembers) {
  for (const char* text :
       {"", "[]", "{", "{a:1}", "{\"a\"}", "{\"a\":}", "{\"a\" 1}", "{\"a\":\"x"}) {
    EXPECT_FALSE(find_member(text, "a")) << text;
  }
}

TEST(JsonFind, StringsAreReadWithAllEscapes) {
  EXPECT_EQ(unquote(R"("a\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud83d\ude00")"),
            "a\"\\/\b\f\n\r\tA\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
  for (const char* text : {"", "\"", "a", R"("\x")", R"("\u12")", R"("\ud800")",
                           R"("\ud800\u0041")", R"("\udc00")", R"("a"b")", R"("\)"}) {
    EXPECT_FALSE(unquote(text)) << text;
  }
}

TEST(JsonFind, OneValueIsOneValue) {
  for (const char* text : {"1", " {\"a\":[1,2]} ", "\"x,y\"", "[{},[]]", "true"}) {
    EXPECT_TRUE(is_one_value(text)) << text;
  }
  for (const char* text : {"", " ", "1,2", "1,\"evil\":2", "{}{}", "[1", "\"a", "}", "1}"}) {
    EXPECT_FALSE(is_one_value(text)) << text;
  }
}

TEST(JsonFind, ExtendedValuesShowTheirText) {
  EXPECT_EQ(extended_text(R"({"$int":"-5"})"), "-5");
  EXPECT_EQ(extended_text(R"({"$date":"2026-11-23T00:00:00.000Z"})"), "2026-11-23T00:00:00.000Z");
  for (const char* text : {R"({"$set":[1]})", R"({"int":"5"})", "5", "", R"({"$a":"b","c":"d"})"}) {
    EXPECT_FALSE(extended_text(text)) << text;
  }
}

TEST(JsonFind, QuotesAreFoundAtEveryPositionOfAWord) {
  for (std::size_t length = 0; length < 40; ++length) {
    for (std::size_t at = 0; at < length; ++at) {
      std::string text(length, '\xA2');  // differs from a quote only in its high bit
      text[at] = at % 2 == 0 ? '"' : '\\';
      const char* const end = text.data() + text.size();
      EXPECT_EQ(find_quote_or_backslash(text.data(), end), text.data() + at);
    }
  }
}

}  // namespace
}  // namespace gs::cli
