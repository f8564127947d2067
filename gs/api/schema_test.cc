// Goal: a schema through the public interface: put in force, enforced on every way to write, kept
// over a restart, changed with a warning when records may not fit.

#include <gtest/gtest.h>

#include "globalstorage/storage.h"
#include "gs/api/test_directory.h"

namespace gs::testing {
namespace {

constexpr const char* kWorld =
    R"g({"files":{)g"
    R"g("Country.js":"({ Registry: {}, name: { type: 'string', unique: true } })",)g"
    R"g("City.js":"({ Entity: {}, name: { type: 'string', length: 20 }, country: 'Country', )g"
    R"g(population: '?number', status: { enum: ['draft', 'live'], default: 'draft' } })",)g"
    R"g("Log.js":"({ Journal: { allow: 'append' }, text: 'string' })"}})g";

class Schemas : public InDirectory {
 protected:
  void SetUp() override {
    InDirectory::SetUp();
    db_.emplace(Storage::create(path("db")).value());
    ASSERT_TRUE(db_->apply_schema(kWorld).ok());
  }
  void TearDown() override {
    db_.reset();
    InDirectory::TearDown();
  }
  std::string text(const Id& id) { return db_->get(id).value().json(); }

  std::optional<Storage> db_;
};

TEST_F(Schemas, RecordsAreLaidOutAndChecked) {
  const Id country = db_->put("Country", "UA", R"({"name":"Ukraine"})").value();
  const Id city = db_->insert("City", R"({"name":"Kyiv","country":"UA"})").value();
  EXPECT_EQ(text(city),
            R"({"name":"Kyiv","country":{"$id":")" + country.text() + R"("},"status":"draft"})");
  const auto wrong = db_->insert("City", R"({"name":5,"more":1})");
  EXPECT_EQ(wrong.code(), Code::invalid);
  EXPECT_EQ(wrong.error().message(),
            "the record does not fit the schema of City\n"
            "  name: expected string, got number 5\n"
            "  country: expected id of Country, got nothing\n"
            "  more: expected no such field, got one");
  EXPECT_EQ(db_->insert("City", Object{{"name", Value("Lviv")}}).code(), Code::invalid);
  EXPECT_EQ(db_->put("City", "k", R"({"name":"x"})").code(), Code::invalid);
  EXPECT_TRUE(db_->insert("Anything", R"({"at":"all"})").ok());
}

TEST_F(Schemas, WhoPutItInForceAndItsFilesAreInTheLog) {
  EXPECT_FALSE(Storage::create(path("none")).value().schema_origin());
  const auto origin = db_->schema_origin();
  const std::vector<ChangeInfo> changes = db_->log(1).value();
  ASSERT_TRUE(origin);
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(origin->writer, db_->writer());
  EXPECT_EQ(origin->time_ms, changes[0].time_ms);
  std::vector<OperationInfo> operations;
  ASSERT_TRUE(db_->change(changes[0].digest, &operations).ok());
  ASSERT_EQ(operations.size(), 1u);
  EXPECT_EQ(operations[0].kind, "schema");
  EXPECT_EQ(operations[0].json, db_->schema());
}

TEST_F(Schemas, UpdatesAreCheckedToo) {
  const Id city = db_->insert("City", R"({"name":"Kyiv","country":"UA"})").value();
  EXPECT_EQ(db_->update(city, R"({"population":"many"})").code(), Code::invalid);
  EXPECT_EQ(db_->update(city, R"({"name":{"$unset":true}})").code(), Code::invalid);
  EXPECT_TRUE(db_->update(city, R"({"population":3000000})").ok());
  EXPECT_TRUE(db_->update(city, R"({"population":{"$unset":true}})").ok());
  EXPECT_TRUE(db_->update(city, R"({"country":"PL"})").ok());
  EXPECT_EQ(db_->get(city)->find("country")->type(), Type::id);
  EXPECT_EQ(db_->set(city, R"({"name":"Kyiv"})").code(), Code::invalid);
  EXPECT_EQ(db_->update(Storage::resolve("nobody", "City"), R"({"a":1})").code(), Code::not_found);
}

TEST_F(Schemas, WhatMayOnlyGrowOnlyGrows) {
  const Id line = db_->insert("Log", R"({"text":"one"})").value();
  ASSERT_TRUE(db_->put("Log", "k", R"({"text":"two"})").ok());
  EXPECT_EQ(db_->update(line, R"({"text":"other"})").code(), Code::read_only);
  EXPECT_EQ(db_->remove(line).code(), Code::read_only);
  EXPECT_EQ(db_->put("Log", "k", R"({"text":"three"})").code(), Code::read_only);
  EXPECT_EQ(text(line), R"({"text":"one"})");
}

TEST_F(Schemas, WhatMayOnlyBeReadIsOnlyRead) {
  const Id line = db_->insert("Old", R"({"text":"one"})").value();
  const Id unknown = db_->insert("Other", R"({"text":"two"})").value();
  const char* const sealed =
      R"g({"files":{"Old.js":"({ Registry: { allow: 'read' }, text: 'string' })"}})g";
  ASSERT_TRUE(db_->apply_schema(sealed, true).ok());
  EXPECT_EQ(db_->insert("Old", R"({"text":"x"})").code(), Code::read_only);
  EXPECT_EQ(db_->put("Old", "k", R"({"text":"x"})").code(), Code::read_only);
  EXPECT_EQ(db_->set(line, R"({"text":"x"})").code(), Code::read_only);
  EXPECT_EQ(db_->update(line, R"({"text":"x"})").code(), Code::read_only);
  EXPECT_EQ(db_->swap(line, R"({"text":"one"})", R"({"text":"x"})").code(), Code::read_only);
  EXPECT_EQ(db_->remove(line).code(), Code::read_only);
  EXPECT_EQ(text(line), R"({"text":"one"})");
  EXPECT_TRUE(db_->remove(unknown).ok());  // of a collection that the schema does not name
}

TEST_F(Schemas, StaysInForceAfterARestart) {
  ASSERT_TRUE(db_->close().ok());
  db_.emplace(Storage::open(path("db")).value());
  EXPECT_EQ(db_->insert("City", R"({"name":5})").code(), Code::invalid);
  EXPECT_NE(db_->schema().find("Country.js"), std::string::npos);
  EXPECT_TRUE(db_->compare_schema(kWorld)->empty());
  EXPECT_TRUE(db_->apply_schema(kWorld).ok());
}

TEST_F(Schemas, AnUnsafeChangeSaysSo) {
  const std::string next =
      R"g({"files":{"Country.js":"({ Registry: {}, title: { type: 'string', was: 'name' } })",)g"
      R"g("City.js":"({ Entity: {}, name: { type: 'string', length: 10 }, country: 'Country', )g"
      R"g(area: 'number', status: { enum: ['draft', 'live'], default: 'draft' } })",)g"
      R"g("Log.js":"({ Journal: { allow: 'append' }, text: 'string', extra: '?string' })"}})g";
  for (const SchemaDifference& each : db_->compare_schema(next).value()) {
    EXPECT_NE(each.risk, SchemaDifference::Risk::unsafe) << each.what << ": there is no record";
  }
  ASSERT_TRUE(db_->insert("City", R"({"name":"Kyiv","country":"UA"})").ok());
  const auto found = db_->compare_schema(next);
  ASSERT_TRUE(found.ok()) << found.error().text();
  std::string all;
  for (const SchemaDifference& each : *found) {
    all += std::to_string(static_cast<int>(each.risk)) + " " + each.collection + "." + each.field +
           " " + each.what.substr(0, each.what.find(':')) + "\n";
  }
  EXPECT_EQ(all,
            "2 City.area is new, required and without a default\n"
            "2 City.name has a narrower length\n"
            "2 City.population is gone\n"
            "1 Country.title was name\n"
            "0 Country. has no index Country(name) unique any more\n"
            "0 Log.extra is new\n");
  EXPECT_EQ(db_->apply_schema(next).code(), Code::conflict);
  EXPECT_NE(db_->schema().find("population"), std::string::npos);
  EXPECT_TRUE(db_->apply_schema(next, true).ok());
  EXPECT_EQ(db_->schema().find("population"), std::string::npos);
}

TEST_F(Schemas, WhatIsWrongChangesNothing) {
  const std::string before = db_->schema();
  EXPECT_EQ(db_->apply_schema("{}").code(), Code::invalid);
  const Error error = db_->apply_schema(R"g({"files":{"A.js":"({ a: 'strnig' })"}})g");
  EXPECT_EQ(error.code(), Code::invalid);
  EXPECT_NE(error.message().find("strnig"), std::string_view::npos) << error.message();
  EXPECT_EQ(db_->apply_schema(R"g({"files":{"A.js":"for (;;) ;"}})g").code(), Code::too_large);
  EXPECT_EQ(db_->schema(), before);
}

TEST_F(Schemas, TypesAreThoseOfMetaschema) {
  const auto types = Storage::schema_types(kWorld);
  ASSERT_TRUE(types.ok()) << types.error().text();
  EXPECT_NE(types->find("interface City {\n  name: string;\n  countryId: string;"),
            std::string::npos)
      << *types;
}

}  // namespace
}  // namespace gs::testing
