// Goal: files become rules that records are checked against, with all errors at once; hostile files
// are refused in bounded time.

#include "gs/engine/catalog/catalog.h"

#include <gtest/gtest.h>

#include "gs/core/record/encoder.h"
#include "gs/platform/memory/memory_file_system.h"

namespace gs::engine {
namespace {

using CatalogPtr = std::shared_ptr<const Catalog>;

CatalogPtr compile(std::map<std::string, std::string> files) {
  auto made = Catalog::compile(Bundle{std::move(files)}, nullptr);
  EXPECT_TRUE(made.ok()) << made.error().text();
  return made.ok() ? *made : nullptr;
}

Error refused(std::map<std::string, std::string> files) {
  auto made = Catalog::compile(Bundle{std::move(files)}, nullptr);
  EXPECT_FALSE(made.ok());
  return made.ok() ? Error() : std::move(made).error();
}

// All violations of a record, a line each; the quick answer must agree.
std::string check(const Catalog& compiled, std::string_view collection, std::string_view json) {
  const rules::Rules* const rules = compiled.find(collection);
  if (rules == nullptr) return "<no rules>";
  record::Encoder encoder;
  const auto encoded = encoder.encode_json(collection, json, {}, &rules->layout());
  if (!encoded.ok()) return encoded.error().text();
  const record::RecordView view(encoded->shape.get(), encoded->bytes.data());
  const auto plan = rules->plan(encoded->shape);
  std::string text;
  for (const rules::Violation& each : rules->check(view, compiled.functions())) {
    text += (text.empty() ? "" : "\n") + each.text();
  }
  EXPECT_EQ(rules->accepts(*plan, view, compiled.functions()), text.empty()) << json << text;
  return text;
}

CatalogPtr world() {
  return compile({
      {"Country.js",
       "({ Registry: {}, name: { type: 'string', unique: true }, code: { type: "
       "'string', pattern: /^[A-Z]{2}$/ } })"},
      {"City.js",
       "({ Entity: {}, name: { type: 'string', length: { min: 1, max: 20 } }, country: 'Country',"
       " lat: { type: 'number', min: -90, max: 90 }, tags: { array: 'string', required: false },"
       " status: { enum: ['draft', 'live'], default: 'draft' },"
       " address: { schema: { street: 'string', house: '?number' }, required: false },"
       " twins: { many: 'City', required: false },"
       " byCountry: { index: ['country', 'name'] } })"},
  });
}

TEST(Catalog, ARecordThatIsRightIsAccepted) {
  const CatalogPtr schema = world();
  EXPECT_EQ(check(*schema, "City", R"({"name":"Kyiv","country":"UA","lat":50.45})"), "");
  EXPECT_EQ(check(*schema, "City",
                  R"({"name":"Kyiv","country":"UA","lat":50.45,"tags":["a"],"status":"live",)"
                  R"("address":{"street":"x"},"twins":["b","c"]})"),
            "");
  EXPECT_EQ(check(*schema, "Country", R"({"name":"Ukraine","code":"UA"})"), "");
  EXPECT_EQ(check(*schema, "Other", "{}"), "<no rules>");
}

TEST(Catalog, AllThatIsWrongIsToldAtOnce) {
  const CatalogPtr schema = world();
  EXPECT_EQ(check(*schema, "City",
                  R"({"name":"","country":5,"lat":"north","tags":["a",7],"status":"gone",)"
                  R"("address":{"house":"x","more":1},"twins":[8],"extra":true})"),
            "name: expected a length of at least 1, got 0\n"
            "country: expected id of Country, got number 5\n"
            "lat: expected number, got string \"north\"\n"
            "tags[1]: expected string, got number 7\n"
            "status: expected one of draft, live, got string \"gone\"\n"
            "address.house: expected number, got string \"x\"\n"
            "address.more: expected no such field, got one\n"
            "address.street: expected string, got nothing\n"
            "twins[0]: expected id of City, got number 8\n"
            "extra: expected no such field, got one");
  EXPECT_EQ(check(*schema, "City", R"({"name":"x","country":"UA","lat":91})"),
            "lat: expected at most 90, got number 91");
  EXPECT_EQ(check(*schema, "City", "{}"),
            "country: expected id of Country, got nothing\n"
            "lat: expected number, got nothing\n"
            "name: expected string, got nothing");
  EXPECT_EQ(check(*schema, "Country", R"({"name":"U","code":"ua"})"),
            "code: expected a text that matches /^[A-Z]{2}$/, got string \"ua\"");
  EXPECT_EQ(check(*schema, "City", R"({"name":null,"country":null,"lat":null,"tags":null})"),
            "name: expected string, got null\n"
            "country: expected id of Country, got null\n"
            "lat: expected number, got null");
}

// A shape may have a field that this record lacks, as an update that removes it leaves it.
TEST(Catalog, ARequiredFieldThatTheShapeHasMustBeThere) {
  const CatalogPtr schema = compile({{"A.js", "({ Entity: {}, n: 'number', s: '?string' })"}});
  const auto shape = record::Shape::make("A", {{"n", Type::number}, {"s", Type::string}}).value();
  const Value number(5.0);
  for (const bool is_there : {true, false}) {
    const Value* const values[] = {is_there ? &number : nullptr, nullptr};
    Buffer bytes;
    ASSERT_TRUE(record::encode(*shape, values, bytes).ok());
    const record::RecordView view(shape.get(), bytes.data());
    const rules::Rules& rules = *schema->find("A");
    EXPECT_EQ(rules.accepts(*rules.plan(shape), view, nullptr), is_there);
    EXPECT_EQ(rules.check(view, nullptr).empty(), is_there);
  }
}

TEST(Catalog, IndexesComeFromTheSchema) {
  const CatalogPtr schema = world();
  std::string text;
  for (const auto& rules : schema->collections()) {
    for (const rules::IndexDefinition& index : rules->indexes()) text += index.text() + "\n";
  }
  EXPECT_EQ(text, "City(country)\nCity(twins)\nCity(country, name)\nCountry(name) unique\n");
  const rules::Rules& city = *schema->find("City");
  EXPECT_NE(city.indexes()[0].digest(), city.indexes()[1].digest());
  EXPECT_EQ(city.indexes()[0].digest(), world()->find("City")->indexes()[0].digest());
}

TEST(Catalog, FunctionsOfASchemaAreCalled) {
  const CatalogPtr schema =
      compile({{"A.js",
                "({ Entity: {}, n: { type: 'number', validate: (v) => v % 2 === 0 },"
                " s: { type: 'string', required: false, validate: (v, path) => path + ' is ' + v },"
                " validate: (record) => { if (record.n > 10) throw new Error('too many') } })"}});
  EXPECT_EQ(check(*schema, "A", R"({"n":2})"), "");
  EXPECT_EQ(check(*schema, "A", R"({"n":3})"),
            "n: expected a value that validates, got one that does not");
  EXPECT_EQ(check(*schema, "A", R"({"n":2,"s":"x"})"), "s: s is x");
  EXPECT_EQ(check(*schema, "A", R"({"n":12})"), "its validation failed: Error: too many");
}

TEST(Catalog, PatternsThatBacktrackEnd) {
  const CatalogPtr schema =
      compile({{"A.js", "({ Entity: {}, s: { type: 'string', pattern: /^(a+)+$/ } })"}});
  EXPECT_EQ(check(*schema, "A", R"({"s":"aaa"})"), "");
  const std::string said = check(*schema, "A", "{\"s\":\"" + std::string(64, 'a') + "b\"}");
  EXPECT_NE(said.find("stopped"), std::string::npos) << said;
}

TEST(Catalog, WhatTheSchemaSaysOfItsCollection) {
  const CatalogPtr schema = compile({
      {"Log.js", "({ Journal: { allow: 'append', scope: 'local' }, text: 'string' })"},
      {"Cache.js", "({ Struct: { store: 'memory' }, text: 'string' })"},
      {"Plain.js",
       "({ text: 'string', count: { type: 'number', merge: 'counter' },"
       " title: { type: 'string', was: ['name', 'caption'], convert: (v) => v } })"},
      {"Json.json", "{ \"Entity\": { \"removal\": \"archive\" }, \"a\": \"?string\" }"},
  });
  EXPECT_EQ(schema->find("Log")->allow(), rules::Allow::append);
  EXPECT_EQ(schema->find("Log")->scope(), rules::Scope::local);
  EXPECT_FALSE(schema->find("Log")->in_memory());
  EXPECT_TRUE(schema->find("Cache")->in_memory());
  EXPECT_FALSE(schema->find("Plain")->in_memory());
  EXPECT_EQ(schema->find("Plain")->find("count")->merge, rules::Merge::counter);
  EXPECT_EQ(schema->find("Plain")->find("title")->was.size(), 2u);
  EXPECT_TRUE(schema->find("Plain")->find("title")->convert.has_value());
  EXPECT_EQ(schema->find("Json")->removal(), rules::Removal::archive);
  EXPECT_EQ(check(*schema, "Json", "{}"), "");
}

TEST(Catalog, RelationsAndDefaultsAreFilledInAtAnyDepth) {
  const CatalogPtr schema =
      compile({{"A.js",
                "({ Entity: {}, address: { schema: { zone: 'Zone', kind: { type: 'string', "
                "default: 'flat' }"
                " } }, all: { array: { schema: { zones: { many: 'Zone' } } }, required: false },"
                " by: { object: { string: 'Zone' }, required: false } })"},
               {"Zone.js", "({ Registry: {}, name: 'string' })"}});
  EXPECT_EQ(check(*schema, "A",
                  R"({"address":{"zone":"z"},"all":[{"zones":["a","b"]}],)"
                  R"("by":{"x":"y"}})"),
            "");
  EXPECT_EQ(check(*schema, "A", R"({"address":{"zone":5}})"),
            "address.zone: expected id of Zone, got number 5");
}

TEST(Catalog, WhatCannotBeKeptIsRefused) {
  const auto with = [](std::string field) {
    return refused({{"A.js", "({ Entity: {}, f: " + field + " })"}});
  };
  EXPECT_NE(with("{ type: 'number', min: 'x' }").message().find("have to be numbers"),
            std::string_view::npos);
  EXPECT_NE(with("{ type: 'string', pattern: '(' }").message().find("SyntaxError"),
            std::string_view::npos);
  EXPECT_NE(with("{ type: 'string', merge: 'best' }").message().find("none of lww"),
            std::string_view::npos);
  EXPECT_NE(with("{ type: 'string', merge: 'counter' }").message().find("only a number"),
            std::string_view::npos);
  EXPECT_NE(with("{ type: 'string', merge: 'set' }").message().find("only an array"),
            std::string_view::npos);
  EXPECT_NE(with("'strnig'").message().find("Unknown type strnig"), std::string_view::npos);
  EXPECT_NE(refused({{"A.js", "({ Entity: { allow: 'all' } })"}}).message().find("write, append"),
            std::string_view::npos);
  EXPECT_NE(refused({{"A.js", "({ Entity: {}, a: 'string', i: { index: ['a', 'b'] } })"}})
                .message()
                .find("\"b\" that is not there"),
            std::string_view::npos);
  EXPECT_TRUE(refused({{"A.js", "({\n a: 'string' b })"}}).message().starts_with("A.js:2:"));
  EXPECT_EQ(refused({{"A.js", "({ a: 'string' })"}, {"B.json", "{\"b\":\"strnig\"}"}}).message(),
            "B.json: field \"b\": Error: Unknown type strnig");
}

// Without parentheses `{ name: 'string' }` is a block whose value is a text, which Metaschema would
// take for a schema of its own.
TEST(Catalog, AFileThatIsNoObjectIsRefused) {
  const auto said = [](const std::string& name, const std::string& text) {
    return std::string(refused({{name, text}}).message());
  };
  const std::string in_parentheses =
      "A.js: put the object in parentheses, as in ({ name: 'string' }): without them braces are a "
      "block of statements";
  EXPECT_EQ(said("A.js", "{ name: 'string' }"), in_parentheses);
  EXPECT_EQ(said("A.js", "{ name: 'string', code: 'string' }"), in_parentheses);
  EXPECT_EQ(said("A.js", "// Cities.\n{ Entity: {}, name: 'string' }"), in_parentheses);
  const std::string no_object =
      "A.js: one object with fields is expected, for example ({ name: 'string' })";
  for (const char* const text : {"'string'", "['string']", "7", "null", "", "({})", "() => 1"}) {
    EXPECT_EQ(said("A.js", text), no_object) << text;
  }
  EXPECT_EQ(said("A.json", "\"string\""),
            "A.json: one object with fields is expected, for example ({ name: 'string' })");
  EXPECT_EQ(said("A.js", "({ name: strnig })"),
            "A.js:1:10: ReferenceError: 'strnig' is not defined");
}

TEST(Catalog, HostileFilesEndInBoundedTime) {
  const Error endless = refused({{"A.js", "for (;;) ;"}});
  EXPECT_EQ(endless.code(), Code::too_large);
  EXPECT_NE(endless.message().find(" steps."), std::string_view::npos) << endless.message();
  const Error hungry = refused({{"A.js", "const a = []; for (;;) a.push({})"}});
  EXPECT_EQ(hungry.code(), Code::too_large);
  EXPECT_TRUE(hungry.message().ends_with("MiB of memory")) << hungry.message();
  EXPECT_NE(refused({{"A.js",
                      "let d = 'string'; for (let i = 0; i < 1000; i++) d = { f: d }; "
                      "({ Entity: {}, d })"}})
                .code(),
            Code::ok);
  EXPECT_NE(refused({{"A.js", "const a = {}; a.a = a; ({ Entity: {}, a })"}}).code(), Code::ok);
  const CatalogPtr wide = compile(
      {{"A.js",
        "const f = { Entity: {} }; for (let i = 0; i < 10000; i++) f['f' + i] = '?string'; f"}});
  EXPECT_EQ(check(*wide, "A", R"({"f1":"x","f9999":"y"})"), "");
}

TEST(Bundle, ComesFromADirectoryAndFromText) {
  platform::MemoryFileSystem files;
  ASSERT_TRUE(files.make_directory("", true).ok());
  EXPECT_EQ(Bundle::read(files).code(), Code::not_found);
  ASSERT_TRUE(files.write_whole("B.js", as_bytes("({ a: 'string' })")).ok());
  ASSERT_TRUE(files.write_whole("A.json", as_bytes("{}")).ok());
  ASSERT_TRUE(files.write_whole("notes.txt", as_bytes("x")).ok());
  const auto bundle = Bundle::read(files);
  ASSERT_TRUE(bundle.ok()) << bundle.error().text();
  const char* const expected = R"g({"files":{"A.json":"{}","B.js":"({ a: 'string' })"}})g";
  EXPECT_EQ(bundle->json(), expected);
  EXPECT_EQ(Bundle::parse(bundle->json())->files, bundle->files);
  ASSERT_TRUE(files.write_whole("A.json", Buffer((1 << 20) + 1)).ok());
  const Error large = Bundle::read(files).error().copy();
  EXPECT_EQ(large.code(), Code::too_large);
  EXPECT_EQ(large.message().find("A.json"), large.message().rfind("A.json")) << large.message();
  for (const char* text :
       {"", "{}", "[]", R"({"files":1})", R"({"files":{"a.js":1}})", R"({"files":{"a":""}})",
        R"({"files":{"a/b.js":""}})", R"({"files":{},"more":1})"}) {
    EXPECT_EQ(Bundle::parse(text).code(), Code::invalid) << text;
  }
  EXPECT_EQ(Bundle::parse(std::string((1 << 20) + 1, ' ')).code(), Code::too_large);
}

}  // namespace
}  // namespace gs::engine
