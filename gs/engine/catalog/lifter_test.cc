// Goal: records of older shapes are read as the schema says: under their new names, converted, with
// defaults; what needs no lifting is not touched; conversions that fail leave what is stored.

#include "gs/engine/catalog/lifter.h"

#include <set>

#include "gs/engine/catalog/difference.h"
#include "gs/engine/catalog/test_catalog.h"

namespace gs::engine::testing {
namespace {

// What a record of A reads as under `({ Entity: {}, <fields> })`.
class Lifting : public ::testing::Test {
 protected:
  void use(const std::string& fields) {
    catalog_ = catalog_of({{"A.js", "({ Entity: {}, " + fields + " })"}});
  }
  std::string lifted(std::string_view json, std::string_view key = {}) {
    const Stored stored = Stored::of(encoder_, "A", json, key);
    Lifter lifter(catalog_);
    const record::RecordView view = lifter.lift(stored.shape, stored.bytes.data());
    EXPECT_FALSE(record::validate(view.shape(), view.bytes()));
    EXPECT_EQ(view.key(), key);
    const std::string text = text_of(view);
    const LiftedRecord owned(catalog_.get(), stored.shape, stored.bytes.data());
    EXPECT_EQ(text_of(owned.view()), text);
    EXPECT_EQ(owned.is_lifted(), view.start() != stored.bytes.data());
    return text;
  }
  bool is_touched(std::string_view json) {
    const Stored stored = Stored::of(encoder_, "A", json);
    return LiftedRecord(catalog_.get(), stored.shape, stored.bytes.data()).is_lifted();
  }

  record::Encoder encoder_;
  std::shared_ptr<const Catalog> catalog_;
};

TEST_F(Lifting, AnEarlierNameIsReadUnderThePresentOne) {
  use("title: { type: 'string', was: ['name', 'caption'] }, size: '?number'");
  EXPECT_EQ(lifted(R"({"name":"Kyiv","size":1})"), R"({"title":"Kyiv","size":1})");
  EXPECT_EQ(lifted(R"({"caption":"Kyiv"})"), R"({"title":"Kyiv"})");
  EXPECT_EQ(lifted(R"({"caption":"old","size":2,"name":"new"})"), R"({"size":2,"title":"new"})");
  EXPECT_EQ(lifted(R"({"name":"old","title":"new"})"), R"({"title":"new"})");
  EXPECT_EQ(lifted(R"({"name":"old","title":null})"), R"({"title":null})");
  EXPECT_EQ(lifted(R"({"name":"Kyiv","more":[1]})", "kyiv"), R"({"title":"Kyiv","more":[1]})");
}

TEST_F(Lifting, OneEarlierFieldMayBecomeSeveral) {
  use("first: { type: 'string', was: 'name', convert: (v) => v.split(' ')[0] },"
      " last: { type: 'string', was: 'name', convert: (v) => v.split(' ')[1] }");
  EXPECT_EQ(lifted(R"({"name":"Ada Lovelace","n":1})"),
            R"({"first":"Ada","last":"Lovelace","n":1})");
}

TEST_F(Lifting, WhatDoesNotFitIsConverted) {
  use("n: { type: 'number', convert: Number }, o: { type: 'number', required: false,"
      " convert: (v) => v === 'none' ? undefined : 0 }");
  EXPECT_EQ(lifted(R"({"n":"12.5"})"), R"({"n":12.5})");
  EXPECT_EQ(lifted(R"({"n":null,"o":"x"})"), R"({"n":0,"o":0})");
  EXPECT_EQ(lifted(R"({"n":1,"o":"none"})"), R"({"n":1})");
  EXPECT_FALSE(is_touched(R"({"n":12.5,"o":null})"));
  use("s: { enum: ['a', 'b'], convert: (v) => v.toLowerCase() }");
  EXPECT_EQ(lifted(R"({"s":"A"})"), R"({"s":"a"})");
  EXPECT_FALSE(is_touched(R"({"s":"b"})"));
}

TEST_F(Lifting, AConversionSeesTheWholeRecordAsItIsStored) {
  use("full: { type: 'string', was: ['first', 'last'],"
      " convert: (v, record) => record.first + ' ' + record.last }");
  EXPECT_EQ(lifted(R"({"first":"Ada","last":"Lovelace"})"), R"({"full":"Ada Lovelace"})");
  use("n: 'number', double: { type: 'number', convert: (v, { n }) => v ?? n * 2 }");
  EXPECT_EQ(lifted(R"({"n":4})"), R"({"n":4,"double":8})");
}

TEST_F(Lifting, WhatAConversionCannotMakeStaysAsItIsStored) {
  for (const char* const body :
       {"{ throw new Error('no') }", "{ for (;;) ; }", "{ const a = []; for (;;) a.push('x') }",
        "'text'", "(() => 1)", "NaN", "({ a: 1n })"}) {
    use(std::string("n: { type: 'number', was: 'm', convert: () => ") + body + " }");
    EXPECT_EQ(lifted(R"({"m":"x","o":1})"), R"({"n":"x","o":1})") << body;
    EXPECT_EQ(lifted(R"({"n":"x"})"), R"({"n":"x"})") << body;
    EXPECT_EQ(lifted(R"({"o":1})"), R"({"o":1})") << body;
  }
}

TEST_F(Lifting, DefaultsAreReadWhereNothingIs) {
  use("n: 'number', status: { enum: ['draft', 'live'], default: 'draft' },"
      " tags: { array: 'string', default: [] }");
  EXPECT_EQ(lifted(R"({"n":1})"), R"({"n":1,"status":"draft","tags":[]})");
  EXPECT_EQ(lifted(R"({"status":"live"})"), R"({"status":"live","tags":[]})");
  EXPECT_FALSE(is_touched(R"({"tags":["x"],"status":"live","n":1})"));
  EXPECT_FALSE(is_touched(R"({"tags":null,"status":"live"})"));
}

TEST_F(Lifting, TextsBecomeIdsAndIntegersStayIntegers) {
  catalog_ = catalog_of({{"Country.js", "({ Registry: {}, name: 'string' })"},
                         {"A.js",
                          "({ Entity: {}, country: { type: 'Country', was: 'code',"
                          " convert: (v) => v }, big: { type: 'bigint', convert: BigInt } })"}});
  const std::string id = record::keyed_id(record::collection_id("Country"), "UA").text();
  EXPECT_EQ(lifted(R"({"code":"UA","big":"12"})"),
            R"({"country":{"$id":")" + id + R"("},"big":{"$int":"12"}})");
  EXPECT_EQ(lifted(R"({"big":"-9223372036854775809"})"),
            R"({"big":{"$big":"-9223372036854775809"}})");
  EXPECT_EQ(lifted(R"({"big":"-9223372036854775808"})"),
            R"({"big":{"$int":"-9223372036854775808"}})");
}

// A shape may have a field that this record lacks, as an update that removes it leaves it.
TEST_F(Lifting, FieldsThatTheShapeHasMayBeAbsent) {
  use("title: { type: 'string', was: 'name' }, status: { type: 'string', default: 'draft' }");
  const auto shape =
      record::Shape::make(
          "A", {{"name", Type::string}, {"title", Type::string}, {"status", Type::string}})
          .value();
  const Value text("x");
  const auto read = [&](bool name, bool title, bool status) {
    const Value* const values[] = {name ? &text : nullptr, title ? &text : nullptr,
                                   status ? &text : nullptr};
    Buffer bytes;
    EXPECT_FALSE(record::encode(*shape, values, bytes));
    return text_of(LiftedRecord(catalog_.get(), shape, bytes.data()).view());
  };
  EXPECT_EQ(read(false, true, true), R"({"title":"x","status":"x"})");
  EXPECT_EQ(read(true, false, true), R"({"title":"x","status":"x"})");
  EXPECT_EQ(read(false, true, false), R"({"title":"x","status":"draft"})");
  EXPECT_EQ(read(false, false, true), R"({"status":"x"})");
}

TEST_F(Lifting, RecordsThatDescribeThemselvesAreLiftedToo) {
  use("title: { type: 'string', was: 'name' }, n: { type: 'number', convert: Number, default: 1 }");
  const auto shape = record::Shape::make("A", {{"", Type::object}}, record::Shape::kSelfDescribing);
  const auto read = [&](Object object) {
    const Value value(std::move(object));
    const Value* const values[] = {&value};
    Buffer bytes;
    EXPECT_FALSE(record::encode(**shape, values, bytes));
    const LiftedRecord lifted(catalog_.get(), *shape, bytes.data());
    return (lifted.is_lifted() ? "" : "as stored: ") + text_of(lifted.view());
  };
  EXPECT_EQ(read({{"name", "x"}}), R"({"title":"x","n":1})");
  EXPECT_EQ(read({{"title", "x"}, {"n", "2"}}), R"({"title":"x","n":2})");
  EXPECT_EQ(read({{"n", 2}, {"more", 1}}), R"(as stored: {"n":2,"more":1})");
}

TEST_F(Lifting, WithoutAPastNothingIsTouched) {
  use("name: 'string', n: '?number'");
  EXPECT_FALSE(is_touched(R"({"name":5,"other":1})"));
  EXPECT_FALSE(catalog_->may_lift());
  const Stored other = Stored::of(encoder_, "Other", R"({"name":5})");
  use("title: { type: 'string', was: 'name' }");
  EXPECT_FALSE(LiftedRecord(catalog_.get(), other.shape, other.bytes.data()).is_lifted());
  EXPECT_FALSE(LiftedRecord(nullptr, other.shape, other.bytes.data()).is_lifted());
}

TEST(Past, AnEarlierNameIsNoFieldToo) {
  const auto made = Catalog::compile(
      Bundle{{{"A.js", "({ Entity: {}, a: 'string', b: { type: 'string', was: 'a' } })"}}},
      nullptr);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(made.error().message(), "A: field \"b\": its earlier name \"a\" is that of a field");
}

TEST(Past, ADifferenceSaysWhatIsLifted) {
  const auto before = catalog_of({{"A.js",
                                   "({ Entity: {}, name: 'string', n: 'string', s: { enum: ['a', "
                                   "'b'] }, m: { type: 'number', max: 9 }, old: 'string' })"}});
  const auto after = catalog_of(
      {{"A.js",
        "({ Entity: {}, title: { type: 'string', was: 'name', convert: (v) => v },"
        " n: { type: 'number', convert: Number }, s: { enum: ['a'], convert: () => 'a' },"
        " m: { type: 'number', max: 5 }, young: { type: 'number', was: 'old' } })"}});
  std::string all;
  for (const Difference& each : differences(before.get(), *after)) {
    all += std::to_string(static_cast<int>(each.risk)) + " " + each.text() + "\n";
  }
  EXPECT_EQ(all,
            "2 A.m has a narrower range: records that are there may not fit\n"
            "1 A.n was string and is number: values are converted\n"
            "1 A.n is converted where it does not fit\n"
            "1 A.s allows fewer values: others are converted\n"
            "1 A.s is converted where it does not fit\n"
            "1 A.title was name, its values are converted\n"
            "1 A.young was old\n"
            "2 A.young was string and is number: records that are there do not fit\n");
}

// What changes from one definition of A to another, a line each with the number of its risk.
std::string differences_between(const std::string& before, const std::string& after) {
  const auto first = catalog_of({{"A.js", "({ " + before + " })"}});
  const auto second = catalog_of({{"A.js", "({ " + after + " })"}});
  std::string all;
  for (const Difference& each : differences(first.get(), *second)) {
    all += std::to_string(static_cast<int>(each.risk)) + " " + each.text() + "\n";
  }
  return all;
}

// The new name was a field already, so its values hide those of the old one: nothing said so.
TEST(Past, AFieldThatBecomesTheEarlierNameOfAnotherOneIsGone) {
  EXPECT_EQ(differences_between("Entity: {}, a: 'string', n: { type: 'number' }",
                                "Entity: {}, a: { was: 'n', type: 'string' }"),
            "1 A.a was n in records that do not have it\n"
            "2 A.a was number and is string: records that are there do not fit\n"
            "2 A.n is gone: records that have it keep it, but it is no longer known\n");
  // Records that have both lose the second.
  EXPECT_EQ(differences_between("Entity: {}, a: 'string', b: 'string'",
                                "Entity: {}, c: { type: 'string', was: ['a', 'b'] }"),
            "1 A.c was a\n"
            "2 A.b is gone: records that have it keep it, but it is no longer known\n");
  EXPECT_EQ(differences_between("Entity: {}, a: 'string', b: 'string'",
                                "Entity: {}, c: { type: 'string', was: ['a', 'b'], "
                                "convert: (a, { b }) => a + b }"),
            "1 A.c was a, its values are converted\n");
}

TEST(Past, AnEarlierNameThatIsForgottenIsUnsafe) {
  const std::string lost =
      "has no earlier name name any more: records that have it there lose it\n";
  EXPECT_EQ(differences_between("Entity: {}, title: { type: 'string', was: 'name' }",
                                "Entity: {}, title: 'string'"),
            "2 A.title " + lost);
  EXPECT_EQ(differences_between("Entity: {}, title: { type: 'string', was: 'name' }",
                                "Entity: {}, caption: { type: 'string', was: 'title' }"),
            "1 A.caption was title\n2 A.caption " + lost);
  EXPECT_EQ(differences_between("Entity: {}, title: { type: 'string', was: 'name' }",
                                "Entity: {}, caption: { type: 'string', was: ['title', 'name'] }"),
            "1 A.caption was title\n");
}

TEST(Past, FunctionsAreComparedByTheirSource) {
  EXPECT_EQ(differences_between("Entity: {}, n: 'number'",
                                "Entity: {}, n: { type: 'number', validate: (n) => n > 0 }, "
                                "validate: (r) => r.n < 9"),
            "2 A has a validate now: records that are there may not pass it\n"
            "2 A.n has a validate now: records that are there may not pass it\n");
  EXPECT_EQ(differences_between("Entity: {}, s: { a: { type: 'number', validate: (n) => n > 0 } }, "
                                "validate: (r) => true",
                                "Entity: {}, s: { a: { type: 'number', validate: (n) => n > 1 } }, "
                                "validate: (r) => true"),
            "2 A.s.a has another validate: records that are there may not pass it\n");
  EXPECT_EQ(differences_between("Entity: {}, n: 'number', validate: (r) => true",
                                "Entity: {}, n: 'number'"),
            "0 A has no validate any more\n");
  EXPECT_EQ(differences_between("Entity: {}, n: { type: 'number', convert: Number }",
                                "Entity: {}, n: { type: 'number', convert: (n) => n * 1 }"),
            "1 A.n is converted in another way\n");
  EXPECT_EQ(differences_between("Entity: {}, n: { type: 'number', convert: Number }",
                                "Entity: {}, n: 'number'"),
            "2 A.n has no conversion any more: records that were converted may not fit\n");
}

TEST(Past, KindsAndDefaultsAreTold) {
  EXPECT_EQ(differences_between("Entity: {}, n: { type: 'number', default: 1 }",
                                "Registry: {}, n: { type: 'number', default: 2 }"),
            "0 A was of the kind entity and is of the kind registry\n0 A.n has another default\n");
  EXPECT_EQ(differences_between("Entity: {}, n: { type: 'number', default: 1 }",
                                "Entity: {}, n: 'number'"),
            "2 A.n has no default any more: records that lack it have no value then\n");
  EXPECT_EQ(differences_between("Entity: {}, n: 'number'",
                                "Entity: {}, n: 'number', m: { type: 'number', "
                                "convert: (own, { n }) => n }"),
            "1 A.m is new, its values are converted\n");
}

TEST(Past, AnIndexIsAnotherWhenItsFieldsAreReadInAnotherWay) {
  const auto digest = [](const std::string& field) {
    return catalog_of(
               {{"A.js", "({ Entity: {}, f: { type: 'string', index: true" + field + " } })"}})
        ->find("A")
        ->indexes()
        .front()
        .digest();
  };
  const std::vector<std::string> fields = {"",
                                           ", was: 'a'",
                                           ", was: 'b'",
                                           ", was: ['a', 'b']",
                                           ", default: 'x'",
                                           ", default: 'y'",
                                           ", convert: (v) => v + 'x'",
                                           ", convert: (v) => v + 'y'"};
  std::set<Digest> all;
  for (const std::string& field : fields) {
    EXPECT_EQ(digest(field), digest(field)) << field;
    all.insert(digest(field));
  }
  EXPECT_EQ(all.size(), fields.size());
  EXPECT_EQ(digest(""), digest(", length: 5"));
}

}  // namespace
}  // namespace gs::engine::testing
