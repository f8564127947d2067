// Goal: a stranger's definition or value costs bounded time and memory, and is refused by name.
// Method: both sides of each limit, and shapes that would cost the square of their size.
#include "gs/core/schema/limits.h"
#include "gs/base/test_share.h"

#include <gtest/gtest.h>

#include "gs/core/schema/model.h"
#include "gs/core/schema/test_js.h"

namespace gs::schema {
namespace {

JsValue fields(std::size_t count, std::string_view type) {
  JsValue out = js("{}");
  for (std::size_t i = 0; i < count; ++i) {
    out.members.emplace_back("f" + std::to_string(i), js_string(type));
  }
  return out;
}

Code code(const JsValue& definition) { return Schema::create("", definition).code(); }

// { array: { array: ... 'string' } }
JsValue nested_definition(std::size_t depth) {
  JsValue out = js_string("string");
  for (std::size_t i = 0; i < depth; ++i) {
    JsValue outer = js("{}");
    outer.members.emplace_back("array", std::move(out));
    out = std::move(outer);
  }
  return out;
}

TEST(Limits, TenThousandFieldsAreOrdinary) {
  const SchemaPtr schema = Schema::create("", fields(10'000, "string")).value();
  JsValue value = fields(10'000, "value");
  EXPECT_TRUE(schema->accepts(value));
  std::reverse(value.members.begin(), value.members.end());
  EXPECT_TRUE(schema->accepts(value)) << "in any order";
  for (auto& [name, member] : value.members) name.insert(0, "x");
  EXPECT_EQ(schema->check(value).value().errors.size(), 20'000u);
}

TEST(Limits, NumberOfFieldsIsExact) {
  GS_TEST_OF_VOLUME();
  EXPECT_EQ(code(fields(kFieldsMax, "string")), Code::ok);
  EXPECT_EQ(code(fields(kFieldsMax + 1, "string")), Code::too_large);
  EXPECT_EQ(code(fields(100'000, "string")), Code::too_large);
}

TEST(Limits, AModelHasALimitOfItsOwn) {
  GS_TEST_OF_VOLUME();
  Definitions entities;
  for (int i = 0; i < 3; ++i) {
    entities.emplace_back("E" + std::to_string(i), fields(kFieldsMax - 1, "string"));
  }
  EXPECT_EQ(Model::create(js("{}"), entities).code(), Code::too_large);
  entities.pop_back();
  EXPECT_EQ(Model::create(js("{}"), entities).code(), Code::ok);
  entities.assign(kEntitiesMax + 1, {"E", js("{'a':'string'}")});
  EXPECT_EQ(Model::create(js("{}"), entities).code(), Code::too_large);
}

TEST(Limits, NestingOfDefinitionsIsExact) {
  EXPECT_EQ(code(nested_definition(kDefinitionNestingMax)), Code::ok);
  EXPECT_EQ(code(nested_definition(kDefinitionNestingMax + 1)), Code::too_large);
  EXPECT_EQ(code(nested_definition(1000)), Code::too_large);
}

TEST(Limits, NestingOfValuesIsExact) {
  const auto model = Model::create(js("{}"), {{"Node", js("{'next':'?Node'}")}}).value();
  const auto chain = [](std::size_t depth) {
    JsValue out = js("{}");
    for (std::size_t i = 0; i < depth; ++i) {
      JsValue outer = js("{}");
      outer.members.emplace_back("next", std::move(out));
      out = std::move(outer);
    }
    return out;
  };
  const Schema& node = *model->find("Node");
  EXPECT_TRUE(node.check(chain(kValueNestingMax)).value().valid);
  EXPECT_EQ(node.check(chain(kValueNestingMax + 1)).code(), Code::too_large);
  EXPECT_FALSE(node.accepts(chain(kValueNestingMax + 1)));
}

TEST(Limits, RelationsWithoutAnEndEndAsInJavaScript) {
  const auto model =
      Model::create(js("{}"), {{"A", js_string("A")}, {"M", js("{'many':'M'}")}}).value();
  const std::vector<std::string> full = {
      "Field \"A\" validation failed RangeError: Maximum call stack size exceeded"};
  EXPECT_EQ(model->find("A")->check(js("5")).value().errors, full);
  EXPECT_EQ(model->find("M")->check(js("'text'")).value().errors.size(), 1u);
}

TEST(Limits, NamesTextsAndValuesInDefinitionsAreBounded) {
  JsValue long_name = js("{}");
  long_name.members.emplace_back(std::string(kNameBytesMax + 1, 'n'), js_string("string"));
  EXPECT_EQ(code(long_name), Code::too_large);
  EXPECT_EQ(Schema::create(std::string(kNameBytesMax + 1, 'n'), js("{'a':'string'}")).code(),
            Code::too_large);
  EXPECT_EQ(code(js_string(std::string(kDefinitionTextBytesMax + 1, 't'))), Code::too_large);
  JsValue many = js("{'type':'json','default':[]}");
  many.members[1].second.items.resize(kDefinitionNodesMax);
  EXPECT_EQ(code(many), Code::too_large);
  JsValue spread = js("{'Some':'','a':'string'}");
  spread.members[0].second.text.assign(kSpreadUnitsMax + 1, 's');
  EXPECT_EQ(code(spread), Code::too_large);
}

TEST(Limits, ErrorsOfOneValueAreBounded) {
  const SchemaPtr schema = Schema::create("", js("{'a':{'array':'number'}}")).value();
  JsValue value = js("{'a':[]}");
  value.members[0].second.items.resize(kErrorsMax);
  EXPECT_EQ(schema->check(value).value().errors.size(), kErrorsMax);
  value.members[0].second.items.resize(kErrorsMax + 1);
  EXPECT_EQ(schema->check(value).code(), Code::too_large);
}

// Each embeds the one before twice: a hundred of them would print 2^100 fields.
TEST(Limits, SchemasThatEmbedEachOtherAreNotPrintedForEver) {
  std::vector<SchemaPtr> schemas = {Schema::create("", js("{'a':'string'}")).value()};
  for (std::uint32_t i = 0; i < 60; ++i) {
    JsValue inner = js("{}");
    inner.text = "Schema";
    inner.function = i;
    JsValue definition = js("{}");
    definition.members.emplace_back("l", inner);
    definition.members.emplace_back("r", inner);
    schemas.push_back(Schema::create("", definition, {}, {nullptr, schemas}).value());
  }
  EXPECT_EQ(schemas.back()->to_json().code(), Code::too_large);
  EXPECT_FALSE(schemas.back()->accepts(js("{}")));
}

TEST(Limits, SchemasMayEmbedEachOtherOnlySoDeep) {
  std::vector<SchemaPtr> schemas = {Schema::create("", js("{'a':'string'}")).value()};
  const auto deeper = [&] {
    JsValue inner = js("{}");
    inner.text = "Schema";
    inner.function = static_cast<std::uint32_t>(schemas.size() - 1);
    JsValue definition = js("{}");
    definition.members.emplace_back("l", inner);
    return Schema::create("", definition, {}, {nullptr, schemas});
  };
  for (std::size_t i = 0; i < kDefinitionNestingMax; ++i) schemas.push_back(deeper().value());
  EXPECT_EQ(deeper().code(), Code::too_large);
}

// Ten thousand entities in one line, each needing the next.
TEST(Limits, LongChainsOfReferencesNeedNoStack) {
  Definitions entities;
  for (int i = 0; i < 10'000; ++i) {
    JsValue definition = js("{}");
    definition.members.emplace_back("next", js_string("E" + std::to_string(i + 1)));
    entities.emplace_back("E" + std::to_string(i), std::move(definition));
  }
  const auto model = Model::create(js("{}"), entities).value();
  EXPECT_EQ(model->order().front(), "E9999");
  EXPECT_EQ(model->warnings().size(), 1u);
}

}  // namespace
}  // namespace gs::schema
