// Goal: an integer and its digits are one key, and what is neither text nor integer is none.
// Method: examples at the edge of each form.
#include "cmd/gstore/support/key_text.h"

#include <gtest/gtest.h>

namespace gs::cli {
namespace {

TEST(KeyText, OfTextsIsTheText) {
  EXPECT_EQ(key_text(R"("kyiv")"), "kyiv");
  EXPECT_EQ(key_text(R"("a\"b")"), "a\"b");
  EXPECT_EQ(key_text(R"("1.5")"), "1.5");
}

TEST(KeyText, OfIntegersIsTheirDigits) {
  for (const char* digits : {"0", "7", "42", "-5", "9007199254740993", "123456789012345678901"}) {
    const std::string text(digits);
    EXPECT_EQ(key_text(text), text);
    EXPECT_EQ(key_text('"' + text + '"'), text);
    EXPECT_EQ(key_text(R"({"$int":")" + text + "\"}"), text);
    EXPECT_EQ(key_text(R"({ "$big" :  ")" + text + "\" }"), text);
  }
}

TEST(KeyText, OfNothingElse) {
  for (const char* value : {"1.5",
                            "1.0",
                            "1e3",
                            "-0",
                            "007",
                            "-",
                            "",
                            "true",
                            "null",
                            "[1]",
                            "{}",
                            R"({"id":"1"})",
                            R"({"$int":"1.5"})",
                            R"({"$int":1})",
                            R"({"$int":"1","a":2})",
                            R"({"a":2,"$int":"1"})",
                            R"({"$date":"2026-11-23T00:00:00.000Z"})",
                            R"({"$bytes":"1"})",
                            R"({"$int":"1")",
                            "\"open"}) {
    EXPECT_FALSE(key_text(value)) << value;
  }
}

}  // namespace
}  // namespace gs::cli
