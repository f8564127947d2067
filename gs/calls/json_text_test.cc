// Goal: what is told of a storage is JSON whatever it holds.
// Method: frozen examples of each escape, of objects, and of text that is not UTF-8.
#include "gs/calls/json_text.h"

#include <gtest/gtest.h>

namespace gs::calls {
namespace {

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(text, out);
  return out;
}

TEST(JsonText, EscapesWhatJsonRequiresAndNothingElse) {
  EXPECT_EQ(quoted("plain"), "\"plain\"");
  EXPECT_EQ(quoted("a\"b\\c/\n\r\t\x01\x1f"), R"("a\"b\\c/\n\r\t\u0001\u001f")");
  EXPECT_EQ(quoted("Київ"), "\"Київ\"");
  EXPECT_EQ(quoted(""), "\"\"");
}

TEST(JsonText, ObjectsKeepTheOrderOfTheirMembers) {
  JsonObject object;
  object.text("b", "x\"").number("a", ~std::uint64_t{0}).boolean("t", true).raw("n", "[1]");
  object.number("r", 0.5);
  EXPECT_EQ(object.take(), R"({"b":"x\"","a":18446744073709551615,"t":true,"n":[1],"r":0.500})");
  EXPECT_EQ(JsonObject().take(), "{}");
}

TEST(JsonText, MessagesAreValidUtf8WhateverTheArgumentWas) {
  EXPECT_EQ(valid_utf8("Київ \xF0\x9F\x98\x80"), "Київ \xF0\x9F\x98\x80");
  EXPECT_EQ(valid_utf8("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(valid_utf8("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");           // overlong
  EXPECT_EQ(valid_utf8("\xED\xA0\x80").substr(0, 3), "\xEF\xBF\xBD");      // surrogate
  EXPECT_EQ(valid_utf8("\xF4\x90\x80\x80").substr(0, 3), "\xEF\xBF\xBD");  // beyond U+10FFFF
  EXPECT_EQ(valid_utf8("end\xE2\x82").substr(0, 3), "end");
}

}  // namespace
}  // namespace gs::calls
