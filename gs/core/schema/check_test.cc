// Goal: a check gives the errors of Metaschema 2.2.2: the same, in the same order, in its words.
// Method: frozen examples of each type and rule; tests/schema has thousands of random ones.
#include <gtest/gtest.h>

#include "gs/core/schema/schema.h"
#include "gs/core/schema/test_js.h"

namespace gs::schema {
namespace {

using Texts = std::vector<std::string>;

Texts errors(std::string_view definition, const JsValue& value, Functions* functions = nullptr) {
  const SchemaPtr schema = Schema::create("", js(definition)).value();
  const auto report = schema->check(value, functions);
  EXPECT_EQ(schema->accepts(value, functions), report.ok() && report->valid);
  if (!report) return {"threw " + std::string(report.error().message())};
  EXPECT_EQ(report->valid, report->errors.empty());
  return report->errors;
}

Texts errors(std::string_view definition, std::string_view value) {
  return errors(definition, js(value));
}

TEST(Check, ScalarsAreComparedByTypeof) {
  constexpr const char* kAll = "{'s':'string','n':'number','b':'boolean','i':'?bigint'}";
  EXPECT_EQ(errors(kAll, "{'s':'','n':0,'b':false}"), Texts());
  EXPECT_EQ(
      errors(kAll, "{'s':1,'n':null,'b':'undefined','i':5}"),
      (Texts{"Field \"s\" not of expected type: string", "Field \"n\" not of expected type: number",
             "Field \"b\" not of expected type: boolean",
             "Field \"i\" not of expected type: bigint"}));
}

TEST(Check, DeclaredFieldsComeBeforeUnexpectedOnes) {
  EXPECT_EQ(errors("{'a':'string','b':{'c':'string'}}", "{'z':1,'b':{'y':2},'toString':3}"),
            (Texts{"Field \"a\" is required", "Field \"b.c\" is required",
                   "Field \"y\" is not expected", "Field \"z\" is not expected"}));
}

TEST(Check, NamesPrefixPathsAndAPathMayBeGiven) {
  const SchemaPtr schema = Schema::create("User", js("{'a':'string'}")).value();
  EXPECT_EQ(schema->check(js("{'a':1}")).value().errors,
            Texts{"Field \"User.a\" not of expected type: string"});
  EXPECT_EQ(schema->check(js("{}"), "p", nullptr).value().errors,
            Texts{"Field \"p.a\" is required"});
}

TEST(Check, CollectionsAreFrozen) {
  EXPECT_EQ(errors("{'a':{'array':'number'}}", "{'a':[1,'x',null]}"),
            (Texts{"Field \"a[1]\" not of expected type: number",
                   "Field \"a[2]\" not of expected type: number"}));
  EXPECT_EQ(errors("{'a':{'set':'number'}}", "{'a':[1]}"),
            Texts{"Field \"a\" not of expected type: set"});
  EXPECT_EQ(errors("{'a':{'object':{'string':'number'}}}", "{'a':{}}"),
            Texts{"Field \"a\" Filed \"a\" is required"});
  EXPECT_EQ(errors("{'a':{'object':{'string':'number'}}}", "{'a':5}"),
            Texts{"Field \"a\" Filed \"a\" is not a object"});
  EXPECT_EQ(errors("{'a':{'object':{'number':'number'}}}", "{'a':{'k':1}}"),
            Texts{"Field \"a\" In object \"a\": type of key must be a number"});
  JsValue map = js_of(JsValue::Kind::map);
  map.items = {js_number(5), js_string("x"), js_number(6), js_number(7)};
  JsValue value = js("{}");
  value.members.emplace_back("a", map);
  EXPECT_EQ(errors("{'a':{'map':{'number':'string'}}}", value),
            Texts{"Field \"a.6\" not of expected type: string"});
}

TEST(Check, TuplesAreFrozen) {
  constexpr const char* kPoint = "{'x':'?string','p':[{'lat':'number'},'?number']}";
  EXPECT_EQ(errors(kPoint, "{'p':[1]}"), Texts());
  EXPECT_EQ(errors(kPoint, "{}"), Texts()) << "the bare form is optional";
  EXPECT_EQ(errors(kPoint, "{'p':['a','b']}"),
            Texts{"Field \"p(lat0)\" not of expected type: number"});
  EXPECT_EQ(errors(kPoint, "{'p':[1,2,3]}"),
            Texts{"Field \"p\" value length is more then expected in tuple"});
  EXPECT_EQ(errors(kPoint, "{'p':5}"), Texts{"Field \"p\" not of expected type: tuple"});
}

TEST(Check, EnumAndJsonAreFrozen) {
  EXPECT_EQ(errors("{'a':{'enum':['x',2,null]}}", "{'a':'y'}"),
            Texts{"Field \"a\" value is not of enum: x, 2, "});
  EXPECT_EQ(errors("{'a':'json'}", "{'a':'text'}"),
            Texts{"Field \"a\" not of expected type: object"});
  EXPECT_EQ(errors("{'a':'json'}", "{'a':[]}"), Texts());
}

TEST(Check, LengthIsOfTextsArraysObjectsAndNumbers) {
  constexpr const char* kText = "{'x':'?string','a':{'type':'string','length':{'min':2,'max':3}}}";
  EXPECT_EQ(errors(kText, "{'a':'їж'}"), Texts()) << "counted in UTF-16 units";
  EXPECT_EQ(errors(kText, "{'a':'😀😀'}"), Texts{"Field \"a\" exceeds the maximum length"});
  EXPECT_EQ(errors(kText, "{'a':''}"), Texts{"Field \"a\" value is too short"});
  EXPECT_EQ(errors(kText, "{'a':9}"), (Texts{"Field \"a\" not of expected type: string",
                                             "Field \"a\" exceeds the maximum length"}));
  EXPECT_EQ(errors(kText, "{'a':null}"),
            (Texts{"Field \"a\" not of expected type: string",
                   "Field \"a\" validation failed TypeError: Cannot read properties of null "
                   "(reading 'length')"}));
}

TEST(Check, NestedNullAndRootNullAreToldDifferently) {
  EXPECT_EQ(errors("{'x':'?string','a':{'b':'string'}}", "{'a':null}"),
            Texts{"Field \"a\" validation failed TypeError: Cannot convert undefined or null to "
                  "object"});
  EXPECT_EQ(errors("{'a':'string'}", "null"),
            Texts{"threw TypeError: Cannot convert undefined or null to object"});
}

TEST(Check, FunctionsAnswerInAnyForm) {
  constexpr const char* kDefinition = "{'x':'?string','a':{'type':'string','validate':'fn:0'}}";
  const auto told = [&](Outcome outcome) {
    Answers answers({std::move(outcome)});
    const Texts texts = errors(kDefinition, js("{'a':'v'}"), &answers);
    EXPECT_EQ(answers.calls, 2u);  // once more by accepts()
    EXPECT_EQ(answers.last.at(0).text, "v");
    EXPECT_EQ(answers.last.at(1).text, "a");
    return texts;
  };
  EXPECT_EQ(told({false, js("true"), ""}), Texts());
  EXPECT_EQ(told({false, js("null"), ""}), Texts());
  EXPECT_EQ(told({false, js("false"), ""}), Texts{"Field \"a\" validation error"});
  EXPECT_EQ(told({false, js("['bad','Field x']"), ""}), (Texts{"Field \"a\" bad", "Field x"}));
  EXPECT_EQ(told({false, js("{'errors':['as it is']}"), ""}), Texts{"as it is"});
  EXPECT_EQ(told({true, {}, "Error: no"}), Texts{"Field \"a\" validation failed Error: no"});
  EXPECT_EQ(told({false, js("5"), ""}),
            Texts{"Field \"a\" validation failed TypeError: e.startsWith is not a function"});
}

TEST(Check, TheSchemasOwnFunctionComesFirst) {
  Answers answers({{false, js("'is odd'"), ""}});
  EXPECT_EQ(errors("{'a':'string','validate':'fn:0'}", js("{'a':1}"), &answers),
            (Texts{"Field \"\" is odd", "Field \"a\" not of expected type: string"}));
}

}  // namespace
}  // namespace gs::schema
