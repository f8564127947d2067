// Goal: what JavaScript's operators say, said without JavaScript.
#include "gs/core/schema/js_text.h"

#include <gtest/gtest.h>

#include <limits>

#include "gs/core/schema/test_js.h"

namespace gs::schema {
namespace {

std::string text(const JsValue& value) {
  std::string thrown;
  const auto made = text_of(value, thrown);
  return made ? *made : thrown;
}

JsValue date(double ms) {
  JsValue out = js_of(Kind::date);
  out.number = ms;
  return out;
}

TEST(JsText, StringOfAValueIsFrozen) {
  EXPECT_EQ(text(js("[1,null,['x',true],{}]")), "1,,x,true,[object Object]");
  EXPECT_EQ(text(js_number(-0.0)), "0");
  EXPECT_EQ(text(js_number(1e21)), "1e+21");
  EXPECT_EQ(text(js_number(std::numeric_limits<double>::quiet_NaN())), "NaN");
  EXPECT_EQ(text(js_of(Kind::symbol)), "TypeError: Cannot convert a Symbol value to a string");
  EXPECT_EQ(text(js_of(Kind::map)), "[object Map]");
  EXPECT_EQ(text(js("{'toString':1}")), "TypeError: Cannot convert object to primitive value");
}

TEST(JsText, DatesAreFrozen) {
  EXPECT_EQ(text(date(0)), "Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)");
  EXPECT_EQ(text(date(951'827'696'789)),
            "Tue Feb 29 2000 12:34:56 GMT+0000 (Coordinated Universal Time)");
  EXPECT_EQ(text(date(-1)), "Wed Dec 31 1969 23:59:59 GMT+0000 (Coordinated Universal Time)");
  EXPECT_EQ(text(date(8.65e15)), "Invalid Date");
}

TEST(JsText, TypeofAndTruth) {
  EXPECT_EQ(type_of(js("null")), "object");
  EXPECT_EQ(type_of(js_of(Kind::date)), "object");
  EXPECT_EQ(type_of(js("'fn:0'")), "function");
  EXPECT_FALSE(is_truthy(js("''")));
  EXPECT_FALSE(is_truthy(js_number(std::numeric_limits<double>::quiet_NaN())));
  EXPECT_TRUE(is_truthy(js("[]")));
}

TEST(JsText, LessThanConvertsAsJavaScriptDoes) {
  std::string thrown;
  EXPECT_EQ(less(js("'10'"), js("'9'"), thrown), true) << "two texts";
  EXPECT_EQ(less(js("'10'"), js("9"), thrown), false) << "a number";
  EXPECT_EQ(less(js("' -03.50 '"), js("-3"), thrown), true);
  EXPECT_EQ(less(js("[]"), js("1"), thrown), true);
  EXPECT_EQ(less(js("{}"), js("1"), thrown), false);
  EXPECT_EQ(less(js_of(Kind::symbol), js("1"), thrown), std::nullopt);
  EXPECT_EQ(thrown, "TypeError: Cannot convert a Symbol value to a number");
}

TEST(JsText, KeysAreOrderedAsJavaScriptOrdersThem) {
  std::vector<std::pair<std::string, JsValue>> members;
  for (const char* key : {"b", "10", "-1", "2", "01", "a", "4294967295", "4294967294"}) {
    members.emplace_back(key, JsValue());
  }
  order_keys(members);
  std::string order;
  for (const auto& [key, value] : members) order += key + " ";
  EXPECT_EQ(order, "2 10 4294967294 b -1 01 a 4294967295 ");
}

TEST(JsText, SameValueIsThatOfIncludes) {
  EXPECT_TRUE(same_value(js("'x'"), js("'x'")));
  EXPECT_TRUE(same_value(js_number(0), js_number(-0.0)));
  EXPECT_FALSE(same_value(js("[]"), js("[]")));
  EXPECT_FALSE(same_value(js("1"), js("'1'")));
}

}  // namespace
}  // namespace gs::schema
