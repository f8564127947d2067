// Goal: definitions mean what they mean to Metaschema 2.2.2, and fail with its words.
// Method: frozen examples, which tests/schema compares with Metaschema itself by the thousand.
#include "gs/core/schema/schema.h"

#include <gtest/gtest.h>

#include "gs/core/schema/test_js.h"

namespace gs::schema {
namespace {

SchemaPtr made(std::string_view definition, std::string_view name = "") {
  return Schema::create(name, js(definition)).value();
}

std::string json(std::string_view definition) { return made(definition)->to_json().value(); }

std::string error(std::string_view definition) {
  const auto schema = Schema::create("", js(definition));
  EXPECT_FALSE(schema.ok()) << definition;
  return schema ? "" : std::string(schema.error().message());
}

TEST(Schema, FormsOfAFieldAreFrozen) {
  EXPECT_EQ(json(R"({'a':'string','b':'?number','c?':'string'})"),
            R"({"a":{"required":true,"type":"string"},"b":{"required":false,"type":"number"},)"
            R"("c":{"required":false,"type":"string"}})");
  EXPECT_EQ(json(R"({'x':'string','a':{'type':'string','length':[1,5],'default':'y'}})"),
            R"({"x":{"required":true,"type":"string"},"a":{"required":true,)"
            R"("length":{"min":1,"max":5},"default":"y","type":"string"}})");
  EXPECT_EQ(json(R"({'x':{'array':'string'},'y':{'object':{'string':'number'}},'z':{'many':'X'}})"),
            R"({"x":{"required":true,"value":{"required":true,"type":"string"},"type":"array"},)"
            R"("y":{"required":true,"key":"string","value":{"required":true,"type":"number"},)"
            R"("type":"object"},"z":{"required":true,"many":"X","type":"X"}})");
  EXPECT_EQ(json(R"({'a':['string',{'lat':'number'}],'b':{'c':'boolean'},'d':{'enum':[1,'x']}})"),
            R"({"a":{"value":[{"required":true,"type":"string"},{"required":true,"type":"number",)"
            R"("name":"lat"}],"type":"tuple"},"b":{"required":true,"schema":{"c":{"required":true,)"
            R"("type":"boolean"}},"type":"schema"},"d":{"required":true,"enum":[1,"x"],)"
            R"("type":"enum"}})");
}

TEST(Schema, NumberedFieldsComeFirst) {
  EXPECT_EQ(json(R"({'b':'string','10?':'string','2':'string'})"),
            R"({"2":{"required":true,"type":"string"},"10":{"required":false,"type":"string"},)"
            R"("b":{"required":true,"type":"string"}})");
}

TEST(Schema, KindSetsScopeStoreAndTheIdentifier) {
  const SchemaPtr schema =
      made(R"({'Entity':{'allow':'append','realm':'x'},'name':'string'})", "City");
  EXPECT_EQ(schema->kind(), "entity");
  EXPECT_EQ(schema->scope(), "application");
  EXPECT_EQ(schema->store(), "persistent");
  EXPECT_EQ(schema->allow(), "append");
  ASSERT_EQ(schema->custom().size(), 1u);
  EXPECT_EQ(schema->custom()[0].first, "realm");
  ASSERT_EQ(schema->structure()->members.size(), 2u);
  EXPECT_EQ(schema->structure()->members[1].name, "cityId");
  EXPECT_FALSE(schema->structure()->members[1].field->required);
  EXPECT_EQ(made(R"({'Form':{},'name':'string'})")->store(), "memory");
}

TEST(Schema, CompositeIndexesAndOptionsAreNoFields) {
  const SchemaPtr schema = made(
      R"({'a':'string','nk':{'unique':['a','b']},'validate':'fn:1','other':'fn:2',
          'list':{'many':'X'}})");
  ASSERT_EQ(schema->indexes().size(), 2u);
  EXPECT_EQ(schema->indexes()[0].name, "nk");
  EXPECT_EQ(schema->indexes()[1].name, "list");
  EXPECT_EQ(schema->options().validate, 1u);
  ASSERT_EQ(schema->structure()->members.size(), 3u);
  EXPECT_EQ(schema->structure()->members[1].name, "other");
  EXPECT_EQ(schema->structure()->members[1].field, nullptr);
  EXPECT_EQ(schema->references(), (std::vector<std::string>{"string", "X"}));
  ASSERT_EQ(schema->relations().size(), 1u);
  EXPECT_EQ(schema->relations()[0]->type(), "many-to-one");
}

TEST(Schema, FlagsAndLengthsAreCompiled) {
  const SchemaPtr schema =
      made(R"({'x':'string','a':{'type':'string','unique':true,'length':{'min':2,'max':7}}})");
  const Field& field = *schema->structure()->find("a")->field;
  EXPECT_EQ(field.type->kind, TypeKind::string);
  EXPECT_TRUE(field.unique);
  EXPECT_FALSE(field.index);
  EXPECT_EQ(field.length_min, 2);
  EXPECT_EQ(field.length_max, 7);
}

TEST(Schema, ErrorsOfDefinitionsAreFrozen) {
  EXPECT_EQ(error("{}"), "TypeError: Cannot read properties of undefined (reading 'endsWith')");
  EXPECT_EQ(error("null"), "TypeError: Cannot read properties of null (reading 'schema')");
  EXPECT_EQ(error("5"), "Error: Invalid definition: \"5\" of type number");
  EXPECT_EQ(error("'fn:0'"), "TypeError: Cannot read properties of undefined (reading 'type')");
  EXPECT_EQ(error("'unknown'"), "Error: Unknown type unknown");
  EXPECT_EQ(error("{'schema':'string','b':'string'}"), "Error: Unknown type s");
  EXPECT_EQ(error("{'a':null}"),
            "TypeError: Cannot destructure property 'index' of 'field' as it is null.");
  EXPECT_EQ(error("{'a':{'b':'string','required':false}}"),
            "Error: Invalid definition: \"false\" of type boolean");
  EXPECT_EQ(error("{'type':5}"), "TypeError: type.startsWith is not a function");
  EXPECT_EQ(error("{'a':['Address']}"), "TypeError: Type Address is not a scalar");
  EXPECT_EQ(error("{'a':{'array':'fn:0'}}"), "TypeError: Type is not a constructor");
  EXPECT_EQ(error("{'Projection':{}}"), "Error: Invalid Projection");
  EXPECT_EQ(error("{'x':'string','a':{'index':'gin (a)'}}"), "Error: Unknown type gin (a)");
}

TEST(Schema, WhatWouldBreakAnyCheckIsRefused) {
  EXPECT_EQ(error("{'a':{'type':'string','check':'> 0'}}"),
            "Error: Unsupported definition: the option check");
  EXPECT_EQ(error("{'a':{'many':5}}"),
            "Error: Unsupported definition: a relation to what is not a name");
  EXPECT_EQ(error("{'a':'string','__proto__':'string'}"),
            "Error: Unsupported definition: a field named __proto__");
}

TEST(Schema, EmbeddedSchemasShareTheirFieldsAndStayAlive) {
  std::vector<SchemaPtr> schemas = {made(R"({'b':'string','to':'X'})", "Inner")};
  JsValue inner = js("{}");
  inner.text = "Schema";
  JsValue definition = js("{}");
  definition.members.emplace_back("a", inner);
  definition.members.emplace_back("c?", inner);
  const SchemaPtr outer = Schema::create("", definition, {}, {nullptr, schemas}).value();
  EXPECT_EQ(Schema::create("Other", inner, {}, {nullptr, schemas}).value(), schemas[0]);
  schemas.clear();
  EXPECT_EQ(outer->relations().size(), 1u);
  EXPECT_EQ(outer->check(js("{'a':{'b':5,'to':1}}")).value().errors,
            (std::vector<std::string>{"Field \"a.b\" not of expected type: string",
                                      "Field \"a.to\" validation failed TypeError: Cannot read "
                                      "properties of null (reading 'check')"}));
}

TEST(Schema, InterfaceIsFrozen) {
  const SchemaPtr schema = made(
      R"({'a':'string','b?':'number','c':{'many':'City'},'d':'?City','e':['string'],
          'f':'fn:0'})",
      "Some");
  EXPECT_EQ(schema->to_interface().value(),
            "interface Some {\n  a: string;\n  b?: number;\n  cId: string[];\n  dId?: string;\n"
            "  e?: string;\n}");
}

}  // namespace
}  // namespace gs::schema
