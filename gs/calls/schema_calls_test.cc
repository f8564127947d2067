// Goal: schemas are read, compared and put in force by calls as by the methods of Storage.
// Method: a directory of schema files, given back as what the calls before gave.
#include <fstream>

#include "gs/calls/test_calls.h"

namespace gs::calls::testing {
namespace {

class SchemaCalls : public CallsTest {
 protected:
  std::string schema_of(const std::string& city) {
    std::filesystem::create_directories(path("schemas"));
    std::ofstream(path("schemas/City.js")) << city;
    return call("readSchema", '{' + argument("directory", path("schemas")) + '}').value();
  }
};

constexpr const char* kCity = "({ Entity: {}, name: 'string' })\n";
constexpr const char* kOther = "({ Entity: {}, name: 'string', area: 'number' })\n";

TEST_F(SchemaCalls, WhatReadSchemaGivesIsTakenAsItIs) {
  const std::string schema = schema_of(kCity);
  EXPECT_EQ(schema, Storage::read_schema(path("schemas")).value());
  EXPECT_EQ(made("schema").value(), "null");
  EXPECT_EQ(made("schemaOrigin").value(), "null");
  const Value applied = result("applySchema", "\"schema\":" + schema);
  EXPECT_TRUE(flag(applied, "applied"));
  EXPECT_EQ(text(items(at(applied, "differences")).at(0), "risk"), "safe");
  EXPECT_TRUE(items(at(applied, "warnings")).empty());
  EXPECT_EQ(storage_->schema(), schema);
  EXPECT_EQ(made("schema").value(), schema);
  EXPECT_FALSE(flag(result("applySchema", argument("schema", schema)), "applied"));
  const Value origin = result("schemaOrigin");
  EXPECT_EQ(text(origin, "writer"), storage_->writer().text());
  EXPECT_EQ(number(origin, "timeMs"), storage_->schema_origin()->time_ms);
  EXPECT_EQ(text(free_result("schemaTypes", "\"schema\":" + schema), "types"),
            Storage::schema_types(schema).value());
}

TEST_F(SchemaCalls, DifferencesAreToldAndUnsafeOnesRefused) {
  ASSERT_TRUE(storage_->apply_schema(schema_of(kCity)).ok());
  ASSERT_TRUE(storage_->insert("City", R"({"name":"Kyiv"})").ok());
  const std::string other = schema_of(kOther);
  const auto differences = storage_->compare_schema(other).value();
  const Array told = items(result("compareSchema", "\"schema\":" + other));
  ASSERT_EQ(told.size(), differences.size());
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(text(told[0], "risk"), "unsafe");
  EXPECT_EQ(text(told[0], "collection"), "City");
  EXPECT_EQ(text(told[0], "field"), "area");
  EXPECT_EQ(text(told[0], "what"), differences[0].what);
  EXPECT_EQ(made("applySchema", "\"schema\":" + other).code(), Code::conflict);
  EXPECT_TRUE(
      flag(result("applySchema", "\"schema\":" + other + R"(,"allowUnsafe":true)"), "applied"));
  EXPECT_EQ(storage_->schema(), other);
}

TEST_F(SchemaCalls, DoubtsAreWarnings) {
  const std::string schema = schema_of("({ Entity: {}, name: { type: 'string', uniqe: true } })\n");
  const Array warnings = items(at(result("applySchema", "\"schema\":" + schema), "warnings"));
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(text(warnings[0], "collection"), "City");
  EXPECT_EQ(text(warnings[0], "field"), "name");
  EXPECT_NE(text(warnings[0], "what").find("uniqe"), std::string::npos);
}

TEST_F(SchemaCalls, CollectionsTellWhichAreInMemory) {
  ASSERT_TRUE(storage_->insert("Note", R"({"a":1})").ok());
  const std::string schema = schema_of("({ Struct: { store: 'memory' }, name: 'string' })\n");
  ASSERT_FALSE(made("applySchema", "\"schema\":" + schema).error());
  std::string expected;
  for (const std::string& name : storage_->collections()) {
    expected += expected.empty() ? "" : ",";
    expected += '{' + argument("name", name) +
                (storage_->is_in_memory(name) ? ",\"inMemory\":true}" : ",\"inMemory\":false}");
  }
  EXPECT_EQ(made("collections").value(), '[' + expected + ']');
}

TEST_F(SchemaCalls, WhatIsNoSchemaIsRefused) {
  for (const char* const method : {"compareSchema", "applySchema"}) {
    EXPECT_EQ(made(method, R"("schema":{"no":"schema"})").code(), Code::invalid) << method;
    EXPECT_EQ(made(method, R"("schema":{"files":{"City.js":"({"}})").code(), Code::invalid);
  }
  EXPECT_EQ(call("schemaTypes", R"({"schema":"no JSON"})").code(), Code::invalid);
  EXPECT_EQ(call("readSchema", '{' + argument("directory", path("nowhere")) + '}').code(),
            Code::not_found);
}

}  // namespace
}  // namespace gs::calls::testing
