// Goal: a model orders, warns and prints as that of Metaschema 2.2.2.
// Method: frozen examples; tests/schema has random ones and npm's xxii-schema.
#include "gs/core/schema/model.h"

#include <gtest/gtest.h>

#include "gs/core/schema/test_js.h"

namespace gs::schema {
namespace {

using Texts = std::vector<std::string>;

Result<std::unique_ptr<Model>> model(std::string_view types, const Definitions& entities,
                                     Host host = {}) {
  return Model::create(js(types), entities, {}, host);
}

std::string error(std::string_view types, const Definitions& entities) {
  return std::string(model(types, entities).error().message());
}

TEST(Model, OrderAndWarningsAreFrozen) {
  const auto made = model("{}", {{"B", js("{'a':'A','c':'Missing'}")},
                                 {"A", js("{'b':'B'}")},
                                 {".hidden", js("{'x':'Nobody'}")},
                                 {"Identifier", js("{'x':'string'}")}})
                        .value();
  EXPECT_EQ(made->order(), (Texts{"Identifier", "A", "B"}));
  EXPECT_EQ(made->warnings(), (Texts{"Warning: \"Missing\" referenced by \"B\" is not found",
                                     "Recursive dependency: A.B"}));
  EXPECT_EQ(made->dts().value(),
            "interface Identifier {\n  x: string;\n}\n\ninterface A {\n  bId: string;\n}\n\n"
            "interface B {\n  aId: string;\n  cId: string;\n}\n");
}

TEST(Model, RelationsAreCheckedAgainstTheOtherSchema) {
  const auto made =
      model("{}", {{"A", js("{'b':{'many':'B'},'c':'?B'}")}, {"B", js("{'x':'string'}")}}).value();
  const Schema& a = *made->find("A");
  EXPECT_TRUE(a.accepts(js("{'b':[{'x':'1'},{'x':'2'}],'c':{'x':'3'}}")));
  EXPECT_EQ(a.check(js("{'b':[{'x':1},{}],'c':{}}")).value().errors,
            (Texts{"Field \"A.b.x\" not of expected type: string", "Field \"A.c.x\" is required"}));
}

// What a schema said of a value before it threw is lost with it.
TEST(Model, AThrowTakesTheErrorsOfItsStepWithIt) {
  Answers answers({{false, js("'is bad'"), ""}});
  const auto made =
      model("{}", {{"A", js("{'b':'B'}")}, {"B", js("{'x':'string','validate':'fn:0'}")}},
            {&answers, {}})
          .value();
  EXPECT_EQ(made->find("A")->check(js("{'b':null}"), &answers).value().errors,
            Texts{"Field \"A.b\" validation failed TypeError: Cannot convert undefined or null to "
                  "object"});
}

TEST(Model, ProjectionsComeLastAndTakeFieldsOfTheirParent) {
  const auto made =
      model("{}", {{"P", js("{'Projection':{'schema':'A','fields':['x','y']}}")},
                   {"A", js("{'Entity':{},'x':'string','y':{'array':'number'},'z':'string'}")}})
          .value();
  ASSERT_EQ(made->entities().size(), 2u);
  EXPECT_EQ(made->entities()[1].name, "P");
  EXPECT_EQ(made->find("P")->parent(), "A");
  EXPECT_TRUE(made->find("P")->accepts(js("{'x':'','y':[1]}")));
  EXPECT_FALSE(made->find("P")->accepts(js("{'x':'','y':[''] }")));
}

// Metaschema reads a field that was made before once more, and takes `many` for `one` by that; what
// it notes about the field it notes in the parent.
TEST(Model, AProjectedManyIsCheckedAsOneAndNotedInItsParent) {
  const auto made = model("{}", {{"A", js("{'Entity':{},'b':{'many':'B'}}")},
                                 {"B", js("{'x':'string'}")},
                                 {"P", js("{'Projection':{'schema':'A','fields':['b']}}")}})
                        .value();
  EXPECT_EQ(made->find("A")->relations().size(), 2u);
  EXPECT_TRUE(made->find("P")->relations().empty());
  EXPECT_TRUE(made->find("P")->references().empty());
  EXPECT_TRUE(made->find("A")->accepts(js("{'b':[{'x':'1'}]}")));
  EXPECT_TRUE(made->find("P")->accepts(js("{'b':{'x':'1'}}")));
  EXPECT_EQ(made->find("P")->to_json().value(),
            R"({"b":{"one":"B","required":true,"many":"B","type":"B"}})");
}

TEST(Model, TypesMayBeAliasesAndOnesOwn) {
  Answers answers({{}, {false, js("'is no point'"), ""}});
  const auto made =
      model(
          "{'datetime':{'js':'string','metadata':{'pg':'timestamp'}},'string':{'metadata':"
          "{'pg':'text'}},'point':{'kind':'scalar','construct':'fn:0','checkType':'fn:1'}}",
          {{"A", js("{'at':'datetime','p':'?point'}")}}, {&answers, {}})
          .value();
  EXPECT_EQ(answers.calls, 1u);
  EXPECT_EQ(made->find("A")->check(js("{'at':5,'p':1}"), &answers).value().errors,
            (Texts{"Field \"A.at\" not of expected type: string", "Field \"A.p\" is no point"}));
  EXPECT_EQ((*made->types().find("datetime"))->metadata[0].second.text, "timestamp");
  EXPECT_EQ((*made->types().find("string"))->metadata[0].second.text, "text");
  EXPECT_TRUE((*Types::builtin().find("string"))->metadata.empty()) << "of this model only";
}

TEST(Model, ErrorsAreFrozen) {
  EXPECT_EQ(error("{'x':'geometry'}", {}),
            "Error: Custom type must contain \"construct\" and \"checkType\" methods");
  EXPECT_EQ(error("{'x':null}", {}),
            "TypeError: Cannot destructure property 'js' of 'value' as it is null.");
  EXPECT_EQ(error("{'x':{'construct':1,'checkType':1}}", {}),
            "Error: \"construct\" and \"checkType\" must be functions");
  EXPECT_EQ(error("{}", {{"A", js("null")}}),
            "TypeError: Cannot convert undefined or null to object");
  EXPECT_EQ(error("{}", {{"A", js("{'b':'B'}")}, {"B", js("{'c':'C'}")}, {"C", js("{'b':'B'}")}}),
            "RangeError: Maximum call stack size exceeded");
}

TEST(Model, NamespacesAreAttachedAndTakenAway) {
  const auto made = model("{}", {{"City", js("{'x':'string'}")}}).value();
  const SchemaPtr schema = Schema::create("S", js("{'c':'City'}")).value();
  EXPECT_EQ(schema->check_consistency().size(), 1u);
  schema->attach(*made);
  schema->attach(*made);
  EXPECT_EQ(schema->namespaces().size(), 1u);
  EXPECT_TRUE(schema->accepts(js("{'c':{'x':'1'}}")));
  schema->detouch(*made);
  EXPECT_FALSE(schema->accepts(js("{'c':{'x':'1'}}")));
}

}  // namespace
}  // namespace gs::schema
