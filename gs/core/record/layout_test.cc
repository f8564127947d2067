// Goal: what a schema says about links and defaults is in the bytes, whether text goes the fast way
// or the general one, or values come instead.

#include "gs/core/record/layout.h"

#include <gtest/gtest.h>

#include "gs/core/record/encoder.h"
#include "gs/core/record/json.h"

namespace gs::record {
namespace {

const char* const kUuid = "0190b7a8-5f2e-7cc1-8f00-0123456789ab";

Layout layout() {
  Layout made;
  made.add_link("country", Layout::Link::one, "Country");
  made.add_link("partners", Layout::Link::many, "City");
  EXPECT_TRUE(made.add_default("status", Value("draft")).ok());
  EXPECT_TRUE(made.add_default("tags", Value(Array{Value("a")})).ok());
  return made;
}

std::string text(const Encoded& encoded) {
  std::string out;
  append_json(RecordView(encoded.shape.get(), encoded.bytes.data()), out);
  return out;
}

std::string id_text(const Id& id) { return R"({"$id":")" + id.text() + "\"}"; }

TEST(Layout, TextsBecomeIdsAndDefaultsAreThere) {
  const Layout made = layout();
  Encoder encoder;
  const std::string ukraine = id_text(keyed_id(collection_id("Country"), "UA"));
  const std::string lviv = id_text(keyed_id(collection_id("City"), "lviv"));
  const std::string uuid = id_text(*Id::parse(kUuid));
  const std::string rest = R"(,"status":"draft","tags":["a"]})";
  for (int round = 0; round < 3; ++round) {  // the first goes the general way
    const auto one = encoder.encode_json("City", R"({"name":"Kyiv","country":"UA"})", {}, &made);
    ASSERT_TRUE(one.ok()) << one.error().text();
    EXPECT_EQ(text(*one), R"({"name":"Kyiv","country":)" + ukraine + rest);
    const auto whole = encoder.encode_json(
        "City", R"({"name":"Kyiv","country":"UA","status":"x","tags":[]})", {}, &made);
    ASSERT_TRUE(whole.ok());
    EXPECT_EQ(text(*whole),
              R"({"name":"Kyiv","country":)" + ukraine + R"(,"status":"x","tags":[]})");
    const auto many = encoder.encode_json(
        "City",
        std::string(R"({"status":null,"tags":null,"partners":["lviv",")") + kUuid + R"(",5]})", {},
        &made);
    ASSERT_TRUE(many.ok());
    EXPECT_EQ(text(*many),
              R"({"status":null,"tags":null,"partners":[)" + lviv + "," + uuid + ",5]}");
  }
}

TEST(Layout, AUuidThatNoIdCanBeIsAForeignKey) {
  const std::string random = "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d";  // version 4
  EXPECT_EQ(said_id(random), std::nullopt);
  EXPECT_EQ(said_id(kUuid), Id::parse(kUuid));
  const Id keyed = keyed_id(collection_id("City"), random);
  EXPECT_EQ(said_id(keyed.text()), keyed);
  EXPECT_EQ(linked_id(collection_id("City"), random), keyed);
  EXPECT_EQ(linked_id(collection_id("City"), kUuid), Id::parse(kUuid));
}

TEST(Layout, TheFastWayGivesTheSameBytes) {
  const Layout made = layout();
  Encoder fast;
  for (int i = 0; i < 5; ++i) {
    const std::string json = R"({"name":"n)" + std::to_string(i) + R"(","country":"C)" +
                             std::to_string(i) + R"(","status":"s","tags":[]})";
    Encoder general;
    const auto a = fast.encode_json("City", json, {}, &made);
    const auto b = general.encode_json("City", json, {}, &made);
    ASSERT_TRUE(a.ok() && b.ok());
    EXPECT_EQ(Buffer(a->bytes.begin(), a->bytes.end()), Buffer(b->bytes.begin(), b->bytes.end()));
    EXPECT_EQ(a->shape->digest(), b->shape->digest());
  }
}

TEST(Layout, AnotherLayoutIsNotMistaken) {
  const Layout first = layout();
  Layout second;
  second.add_link("country", Layout::Link::one, "Land");
  Encoder encoder;
  const char* const json = R"({"country":"UA","status":"s","tags":[]})";
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(text(encoder.encode_json("City", json, {}, &first).value()),
              R"({"country":)" + id_text(keyed_id(collection_id("Country"), "UA")) +
                  R"(,"status":"s","tags":[]})");
    EXPECT_EQ(text(encoder.encode_json("City", json, {}, &second).value()),
              R"({"country":)" + id_text(keyed_id(collection_id("Land"), "UA")) +
                  R"(,"status":"s","tags":[]})");
    EXPECT_EQ(text(encoder.encode_json("City", json).value()), json);
    // A field that was left out would have had a default in the first layout.
    EXPECT_EQ(text(encoder.encode_json("City", R"({"country":5})").value()), R"({"country":5})");
  }
}

// An encoder is used longer than a schema is in force, and memory comes again.
TEST(Layout, ALayoutInThePlaceOfAnotherIsNotMistaken) {
  Encoder encoder;
  for (int i = 0; i < 8; ++i) {
    const std::string target = "Land" + std::to_string(i);
    auto made = std::make_unique<Layout>();
    made->add_link("country", Layout::Link::one, target);
    for (int round = 0; round < 3; ++round) {
      EXPECT_EQ(text(encoder.encode_json("City", R"({"country":"UA"})", {}, made.get()).value()),
                R"({"country":)" + id_text(keyed_id(collection_id(target), "UA")) + "}");
    }
  }
}

TEST(Layout, AnUpdateGetsNoDefaults) {
  const Layout made = layout();
  Encoder encoder;
  const auto delta = encoder.encode_delta_json({}, R"({"country":"UA"})", &made);
  ASSERT_TRUE(delta.ok());
  EXPECT_EQ(text(*delta),
            R"({"country":)" + id_text(keyed_id(collection_id("Country"), "UA")) + "}");
}

TEST(Layout, ValuesGetTheSame) {
  const Layout made = layout();
  Encoder values;
  Encoder texts;
  const Object object = {{"name", Value("Kyiv")},
                         {"country", Value("UA")},
                         {"partners", Value(Set{{Value("lviv"), Value(kUuid)}})}};
  const auto a = values.encode("City", object, {}, &made);
  const auto b = texts.encode_json(
      "City",
      std::string(R"({"name":"Kyiv","country":"UA","partners":{"$set":["lviv",")") + kUuid +
          "\"]}}",
      {}, &made);
  ASSERT_TRUE(a.ok() && b.ok());
  EXPECT_EQ(text(*a), text(*b));
  EXPECT_EQ(a->shape->digest(), b->shape->digest());
}

// { street: { zone: relation to Zone, kind: 'flat' by default }, pairs of cities, a tuple }
Layout nested() {
  Layout made;
  Layout::Nest zone;
  zone.name = "zone";
  zone.target = collection_id("Zone");
  Layout::Nest street;
  street.members.push_back(std::move(zone));
  street.defaults.emplace_back("kind", Value("flat"));
  Layout::Nest city;
  city.target = collection_id("City");
  Layout::Nest cities;
  cities.target = collection_id("City");
  cities.is_list = true;
  Layout::Nest streets;
  streets.element = std::make_unique<Layout::Nest>(std::move(street));
  Layout::Nest routes;
  routes.is_map = true;
  routes.element = std::make_unique<Layout::Nest>(std::move(city));
  Layout::Nest pair;
  pair.items.resize(2);
  pair.items[1] = std::move(cities);
  streets.name = "streets";
  made.add_nest(std::move(streets));
  routes.name = "routes";
  made.add_nest(std::move(routes));
  pair.name = "pair";
  made.add_nest(std::move(pair));
  return made;
}

TEST(Layout, WhatIsInsideOfValuesIsFilledIn) {
  const Layout made = nested();
  const std::string zone = id_text(keyed_id(collection_id("Zone"), "z"));
  const std::string lviv = id_text(keyed_id(collection_id("City"), "lviv"));
  const std::pair<std::string, std::string> cases[] = {
      {R"({"streets":[{"zone":"z"},{"kind":"x","more":1},5]})",
       R"({"streets":[{"zone":)" + zone + R"(,"kind":"flat"},{"kind":"x","more":1},5]})"},
      {R"({"routes":{"a":"lviv","b":7}})", R"({"routes":{"a":)" + lviv + R"(,"b":7}})"},
      {R"({"routes":[[1,"lviv"],[2],"x"]})", R"({"routes":[[1,)" + lviv + R"(],[2],"x"]})"},
      {R"({"pair":["lviv",["lviv"],"lviv"]})", R"({"pair":["lviv",[)" + lviv + R"(],"lviv"]})"},
      {R"({"pair":"lviv","streets":null})", R"({"pair":"lviv","streets":null})"},
      {R"({"streets":{"$set":[{"zone":"z"}]}})",
       R"({"streets":{"$set":[{"zone":)" + zone + R"(,"kind":"flat"}]}})"}};
  Encoder texts;
  Encoder values;
  for (const auto& [given, expected] : cases) {
    for (int round = 0; round < 3; ++round) {
      EXPECT_EQ(text(texts.encode_json("City", given, {}, &made).value()), expected);
    }
    Encoder general;
    const Encoded plain = general.encode_json("City", given).value();
    const Object object = RecordView(plain.shape.get(), plain.bytes.data()).to_object();
    EXPECT_EQ(text(values.encode("City", object, {}, &made).value()), expected);
    EXPECT_EQ(text(texts.encode_delta_json({}, given, &made).value()), expected);
  }
}

// A default may make a value deeper than a record may be.
TEST(Layout, WhatIsFilledInStaysWithinTheLimits) {
  Layout made;
  Layout::Nest inner;
  inner.defaults.emplace_back("deep", Value(Array{Value(Array{})}));
  for (std::size_t i = 0; i < kNestingMax - 3; ++i) {
    Layout::Nest outer;
    outer.element = std::make_unique<Layout::Nest>(std::move(inner));
    inner = std::move(outer);
  }
  inner.name = "f";
  made.add_nest(std::move(inner));
  std::string value = "{}";
  for (std::size_t i = 0; i < kNestingMax - 3; ++i) value = "[" + value + "]";
  Encoder encoder;
  EXPECT_TRUE(encoder.encode_json("A", "{\"f\":" + value + "}").ok());
  EXPECT_EQ(encoder.encode_json("A", "{\"f\":" + value + "}", {}, &made).code(), Code::too_large);
}

// Too many fields, or one with a long name: nothing is remembered of how it looked.
TEST(Layout, ARecordThatDescribesItselfIsLaidOutAsTheFirstAndAsALaterOne) {
  const Layout made = layout();
  std::string wide = "{";
  for (std::size_t i = 0; i <= kFieldsMax; ++i) wide += "\"f" + std::to_string(i) + "\":1,";
  wide.back() = '}';
  const std::string long_name = "{\"" + std::string(kFieldNameBytesMax + 1, 'k') + "\":1}";
  for (const std::string& text : {wide, long_name}) {
    Encoder encoder;
    for (int i = 0; i < 2; ++i) {
      const auto encoded = encoder.encode_json("City", text, {}, &made);
      ASSERT_TRUE(encoded.ok()) << encoded.error().text();
      EXPECT_TRUE(encoded->shape->self_describing());
      ASSERT_TRUE(encoder.encode_json("City", "{\"name\":\"x\"}", {}, &made).ok());
    }
  }
}

}  // namespace
}  // namespace gs::record
