// Goal: rows are those of docs/QUERY.md: filtered, in order, limited, continued, selected,
// included, grouped; from one moment; and every bound is told with what to do.
// Method: frozen examples on a small database, its limits at their edges, and damage.
#include <gtest/gtest.h>

#include "gs/engine/query/test_rows.h"

namespace gs::engine {
namespace {

using testing::find_rows;
using testing::rows_of;
using testing::Store;
using testing::World;
using Texts = std::vector<std::string>;

class FindTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = world_.create();
    ukraine_ = put("Country", "UA",
                   R"({"name":"Ukraine","continent":{"$id":")" +
                       put("Continent", "EU", R"({"name":"Europe"})").text() + R"("}})");
    andorra_ = put("Country", "AD", R"({"name":"Andorra"})");
    const std::string ua = R"({"$id":")" + ukraine_.text() + R"("})";
    insert("City", R"({"name":"Kyiv","n":3,"country":)" + ua + "}");
    insert("City", R"({"name":"Lviv","n":1,"country":)" + ua + "}");
    insert("City", R"({"name":"Odesa","n":{"$int":"2"},"country":")" + ukraine_.text() + R"("})");
    insert("City", R"({"name":"Ordino","country":{"$id":")" + andorra_.text() +
                       R"("},"at":{"lat":42.5,"tags":["a","b"]}})");
  }
  Id insert(const char* collection, const std::string& json) {
    world_.clock.advance_ms(1);
    return store_.insert(collection, json).value();
  }
  Id put(const char* collection, const char* key, const std::string& json) {
    return store_.put(collection, key, json).value();
  }
  Texts names(const std::string& query) {
    Texts names;
    for (const std::string& row : rows_of(store_, query)) {
      names.push_back(row.substr(9, row.find('"', 9) - 9));  // {"name":"
    }
    return names;
  }

  World world_;
  Store store_;
  Id ukraine_;
  Id andorra_;
};

TEST_F(FindTest, RowsComeInTheOrderOfIdsOrOfSortFields) {
  EXPECT_EQ(names(R"({"collection":"City"})"), (Texts{"Kyiv", "Lviv", "Odesa", "Ordino"}));
  EXPECT_EQ(names(R"({"collection":"City","sort":"n"})"),
            (Texts{"Ordino", "Lviv", "Odesa", "Kyiv"}));
  EXPECT_EQ(names(R"({"collection":"City","sort":"n:desc"})"),
            (Texts{"Kyiv", "Odesa", "Lviv", "Ordino"}));
  // Ids before texts, of which Odesa has one.
  const Texts by_country = names(R"({"collection":"City","sort":["country","name:desc"]})");
  EXPECT_EQ(by_country.back(), "Odesa");
  EXPECT_EQ(by_country, names(R"({"collection":"City","sort":{"country":"asc","name":"desc"}})"));
  EXPECT_EQ(names(R"({"collection":"City","filter":{"n":{"$gte":2}}})"), (Texts{"Kyiv", "Odesa"}));
  EXPECT_EQ(names(R"({"collection":"City","sort":"name","offset":1,"limit":2})"),
            (Texts{"Lviv", "Odesa"}));
  EXPECT_EQ(names(R"({"collection":"City","offset":3})"), (Texts{"Ordino"}));
  EXPECT_EQ(names(R"({"collection":"City","limit":0})"), Texts());
  EXPECT_EQ(names(R"({"collection":"City","offset":18446744073709551615,"limit":5,"sort":"n"})"),
            Texts());
  EXPECT_EQ(names(R"({"collection":"Nobody"})"), Texts());
  EXPECT_EQ(rows_of(store_, "{}").size(), 7u);
}

TEST_F(FindTest, ACursorGoesOnBehindItsRowWhateverHappenedSince) {
  for (const char* sort :
       {"", R"(,"sort":"n")", R"(,"sort":"n:desc")", R"(,"sort":["x","name"])"}) {
    const std::string query = std::string(R"({"collection":"City","limit":2)") + sort;
    const auto first = find_rows(store_, query + "}");
    ASSERT_EQ(first.rows.size(), 2u);
    const std::string behind = query + R"(,"cursor":")" + first.cursor + "\"}";
    const auto second = find_rows(store_, behind);
    const auto all = find_rows(store_, std::string(R"({"collection":"City")") + sort + "}");
    EXPECT_EQ(Texts({first.rows[0], first.rows[1], second.rows[0], second.rows[1]}), all.rows);
    EXPECT_EQ(rows_of(store_, query + R"(,"cursor":")" + second.cursor + "\"}"), Texts());
  }
  const auto first = find_rows(store_, R"({"collection":"City","sort":"name","limit":2})");
  insert("City", R"({"name":"Bar"})");
  insert("City", R"({"name":"Mykolaiv"})");
  ASSERT_FALSE(store_.remove(first.ids[1]));
  EXPECT_EQ(
      names(R"({"collection":"City","sort":"name","limit":2,"cursor":")" + first.cursor + "\"}"),
      (Texts{"Mykolaiv", "Odesa"}));
}

TEST_F(FindTest, ACursorOfAnotherQueryIsRefused) {
  const auto first = find_rows(store_, R"({"collection":"City","limit":1})");
  const std::string cursor = R"(,"cursor":")" + first.cursor + "\"}";
  EXPECT_EQ(rows_of(store_, R"({"collection":"Country")" + cursor)[0].substr(0, 50),
            "invalid: query: cursor: it does not belong to this");
  EXPECT_EQ(find_rows(store_, R"({"collection":"City","limit":0})").cursor, "");
}

TEST_F(FindTest, RowsAreOfOneMoment) {
  auto find = Find::start(store_.db, R"({"collection":"City"})").value();
  QueryRow row;
  ASSERT_TRUE(find->next(row));
  insert("City", R"({"name":"New"})");
  ASSERT_FALSE(store_.update(ukraine_, R"({"name":"Changed"})"));
  std::size_t rows = 1;
  while (find->next(row)) ++rows;
  EXPECT_EQ(rows, 4u);
  EXPECT_FALSE(find->error());
  auto included =
      Find::start(store_.db, R"({"collection":"City","limit":1,"include":{"country":true}})")
          .value();
  ASSERT_TRUE(included->next(row));
  ASSERT_FALSE(store_.update(ukraine_, R"({"name":"Again"})"));
  std::string text;
  ASSERT_FALSE(
      append_row_json(*included->context(), included->context()->record(row.found).view(), text));
  EXPECT_NE(text.find("Changed"), std::string::npos) << text;
}

TEST_F(FindTest, SelectTakesPathsInItsOrder) {
  EXPECT_EQ(rows_of(store_, R"({"collection":"City","filter":{"at":{"$ne":null}},)"
                            R"("select":["at.lat","name","none","at.tags.1"]})"),
            (Texts{R"({"at.lat":42.5,"name":"Ordino","at.tags.1":"b"})"}));
  EXPECT_EQ(rows_of(store_, R"({"collection":"City","limit":1,"select":[]})"), (Texts{"{}"}));
}

TEST_F(FindTest, IncludePutsRecordsInThePlaceOfTheirIds) {
  const auto include = [&](const std::string& city, const std::string& how) {
    return rows_of(store_, R"({"collection":"City","filter":{"name":")" + city +
                               R"("},"select":["name"],"include":)" + how + "}")[0];
  };
  EXPECT_EQ(include("Ordino", R"({"country":true})"),
            R"({"name":"Ordino","country":{"name":"Andorra"}})");
  EXPECT_EQ(include("Odesa", R"({"country":{"select":["name"]}})"),
            R"({"name":"Odesa","country":{"name":"Ukraine"}})");  // a text in the form of a UUID
  EXPECT_EQ(include("Kyiv", R"({"country":{"include":{"continent":true}}})"),
            R"({"name":"Kyiv","country":{"name":"Ukraine","continent":{"name":"Europe"}}})");
  EXPECT_EQ(include("Kyiv", R"({"country":{"filter":{"name":"Andorra"}}})"),
            R"({"name":"Kyiv","country":null})");
  EXPECT_EQ(include("Kyiv", R"({"name":true,"nothing":true})"), R"({"name":"Kyiv"})");
  ASSERT_FALSE(store_.remove(andorra_));
  EXPECT_EQ(include("Ordino", R"({"country":true})"), R"({"name":"Ordino","country":null})");
}

TEST_F(FindTest, IncludeFollowsArrays) {
  std::string ids;
  for (const char* name : {"c", "a", "b"}) {
    const Id id = insert("Tag", std::string(R"({"name":")") + name + "\"}");
    ids += (ids.empty() ? "" : ",") + (R"({"$id":")" + id.text() + "\"}");
  }
  ids += R"(,{"$id":"00000000-0000-0000-0000-000000000000"})";
  insert("Post", R"({"tags":[)" + ids + R"(],"mixed":[1,)" + ids + R"(],"none":[]})");
  const auto tags = [&](const std::string& how) {
    return rows_of(store_,
                   R"({"collection":"Post","select":["tags"],"include":{"tags":)" + how + "}}")[0];
  };
  EXPECT_EQ(tags("true"), R"({"tags":[{"name":"c"},{"name":"a"},{"name":"b"}]})");
  EXPECT_EQ(tags(R"({"sort":"name","limit":2})"), R"({"tags":[{"name":"a"},{"name":"b"}]})");
  EXPECT_EQ(tags(R"({"sort":"name:desc","filter":{"name":{"$ne":"c"}}})"),
            R"({"tags":[{"name":"b"},{"name":"a"}]})");
  EXPECT_EQ(tags(R"({"limit":1})"), R"({"tags":[{"name":"c"}]})");
  EXPECT_EQ(
      rows_of(store_, R"({"collection":"Post","select":["none"],"include":{"none":true}})")[0],
      R"({"none":[]})");
  EXPECT_NE(
      rows_of(store_, R"({"collection":"Post","select":["mixed"],"include":{"mixed":true}})")[0]
          .find(R"({"mixed":[1,{"$id")"),
      std::string::npos);
}

TEST_F(FindTest, GroupsAreInTheOrderOfTheirValues) {
  EXPECT_EQ(rows_of(store_,
                    R"({"collection":"City","group":{"by":["n"],"fields":{"c":{"$count":true}}}})"),
            (Texts{R"({"n":null,"c":1})", R"({"n":1,"c":1})", R"({"n":{"$int":"2"},"c":1})",
                   R"({"n":3,"c":1})"}));
  EXPECT_EQ(
      rows_of(store_,
              R"({"collection":"City","group":{"by":[],"fields":{"s":{"$sum":"n"},)"
              R"("m":{"$avg":"n"},"lo":{"$min":"name"},"hi":{"$max":"n"},"no":{"$min":"x"}}}})"),
      (Texts{R"({"s":6,"m":2,"lo":"Kyiv","hi":3,"no":null})"}));
  EXPECT_EQ(rows_of(store_, R"({"collection":"Nobody","group":{"by":["n"]}})"), Texts());
  EXPECT_EQ(rows_of(store_, R"({"collection":"Nobody","group":{"fields":{"c":{"$count":true}}}})"),
            (Texts{R"({"c":0})"}));
  const std::string query = R"({"collection":"City","group":{"by":["name"]})";
  const auto first = find_rows(store_, query + R"(,"limit":1,"offset":1})");
  EXPECT_EQ(first.rows, (Texts{R"({"name":"Lviv"})"}));
  EXPECT_EQ(rows_of(store_, query + R"(,"cursor":")" + first.cursor + "\"}"),
            (Texts{R"({"name":"Odesa"})", R"({"name":"Ordino"})"}));
}

TEST_F(FindTest, EqualValuesAreOneGroupWhateverCameFirst) {
  const char* const kOnes[] = {"1", R"({"$int":"1"})", R"({"$big":"1"})"};
  for (std::size_t first = 0; first < 3; ++first) {
    const std::string collection = "G" + std::to_string(first);
    for (std::size_t i = 0; i < 3; ++i) {
      insert(collection.c_str(), std::string(R"({"v":)") + kOnes[(first + i) % 3] + "}");
    }
    EXPECT_EQ(rows_of(store_, R"({"collection":")" + collection +
                                  R"(","group":{"by":["v"],"fields":{"x":{"$max":"v"}}}})"),
              (Texts{R"({"v":1,"x":1})"}));
  }
}

TEST_F(FindTest, CountTakesOnlyCollectionAndFilter) {
  EXPECT_EQ(count_matches(store_.db, R"({"collection":"City","filter":{"n":{"$gt":1}}})").value(),
            2u);
  EXPECT_EQ(count_matches(store_.db, "{}").value(), 7u);
  EXPECT_EQ(count_matches(store_.db, R"({"sort":"n"})").code(), Code::invalid);
}

TEST_F(FindTest, ExplainTellsStepsAndCounts) {
  auto find =
      Find::start(store_.db,
                  R"({"collection":"City","filter":{"n":{"$gte":1}},"sort":["n:desc","name"],)"
                  R"("limit":2,"offset":1,"select":["name"],"include":{"country":true}})")
          .value();
  QueryRow row;
  while (find->next(row)) {
  }
  EXPECT_EQ(find->explain(),
            R"({"steps":[{"step":"scan","collection":"City"},{"step":"filter","conditions":1},)"
            R"({"step":"sort","by":["n:desc","name"],"keep":3},{"step":"offset","rows":1},)"
            R"({"step":"limit","rows":2},{"step":"include","fields":["country"]},)"
            R"({"step":"select","paths":["name"]}],)"
            R"("index":null,"examined":4,"matched":3,"returned":2})");
}

// An index that says all of the conditions does not say all of the filter.
TEST(FindByIndex, WhatDecidesWithoutAConditionIsNotForgotten) {
  World world;
  const Store store = world.create();
  const char* const schema = R"g({"files":{"T.js":"({ n: { type: 'number', index: true } })"}})g";
  ASSERT_TRUE(store.db->put_schema(schema, {}).ok());
  for (const char* const record : {R"({"n":1})", R"({"n":2})", R"({"n":3})"}) {
    ASSERT_TRUE(store.insert("T", record).ok());
  }
  const auto query = [](const std::string& more) {
    return R"({"collection":"T","filter":{"n":{"$gt":1})" + more + "}}";
  };
  for (const auto& [more, expected] : {std::pair<const char*, std::size_t>{"", 2},
                                       {R"(,"$and":[])", 2},
                                       {R"(,"$not":{})", 0},
                                       {R"(,"$or":[])", 0},
                                       {R"(,"$or":[{}])", 2}}) {
    EXPECT_EQ(rows_of(store, query(more)).size(), expected) << more;
    EXPECT_EQ(count_matches(store.db, query(more)).value(), expected) << more;
  }
}

// --- bounds ---

// Walked backward, many records with one value are too many to be put in order: what comes before
// them is not lost for that.
TEST(FindByIndex, GivesWhatComesBeforeABound) {
  World world;
  const Store store = world.create();
  ASSERT_TRUE(
      store->put_schema(R"g({"files":{"T.js":"({ n: { type: 'number', index: true } })"}})g", {})
          .ok());
  for (int i = 0; i < 112; ++i) {
    const std::string n = std::to_string(i < 12 ? 100 + i : 0);
    ASSERT_TRUE(store.insert("T", R"({"n":)" + n + "}").ok());
  }
  QueryBounds bounds;
  bounds.sort_bytes = 50 * sizeof(Id);
  const auto first = [&](int limit) {
    return rows_of(store,
                   R"({"collection":"T","sort":"n:desc","limit":)" + std::to_string(limit) + "}",
                   bounds);
  };
  EXPECT_EQ(first(12).back(), R"({"n":100})");
  const Texts one_more = first(13);
  ASSERT_EQ(one_more.size(), 13u);
  EXPECT_EQ(one_more[11], R"({"n":100})");
  EXPECT_TRUE(one_more[12].starts_with("too_large: query: sort: ")) << one_more[12];
}

TEST_F(FindTest, WhatTakesTooMuchMemoryIsToldWhatToDo) {
  QueryBounds bounds;
  bounds.sort_bytes = 300;
  const std::string sorted = R"({"collection":"City","sort":"name")";
  EXPECT_EQ(rows_of(store_, sorted + R"(,"limit":2})", bounds).size(), 2u);
  const Texts refused = rows_of(store_, sorted + "}", bounds);
  EXPECT_TRUE(refused[0].starts_with("too_large: query: sort: ")) << refused[0];
  EXPECT_NE(refused[0].find("Give a limit"), std::string::npos);
  bounds.group_bytes = 300;
  const Texts groups = rows_of(store_, R"({"collection":"City","group":{"by":["name"]}})", bounds);
  EXPECT_TRUE(groups[0].starts_with("too_large: query: group: ")) << groups[0];
  bounds.included = 1;
  const std::string deep =
      R"({"collection":"City","filter":{"name":"Kyiv"},"include":{"country":{"include":{"continent":true}}}})";
  EXPECT_TRUE(rows_of(store_, deep, bounds)[0].starts_with("too_large: query: include: "));
  bounds.included = 2;
  EXPECT_FALSE(rows_of(store_, deep, bounds)[0].starts_with("too_large"));
  bounds.row_bytes = 20;
  EXPECT_TRUE(rows_of(store_, deep, bounds)[0].starts_with("too_large: query: a row has"));
}

// A run whose bytes change on disk: rows that came before are right, and nobody can take them for
// all of them.
TEST_F(FindTest, DamageIsToldAndNeverTakenForTheEnd) {
  for (int i = 0; i < 2000; ++i) insert("Many", R"({"n":)" + std::to_string(i) + "}");
  ASSERT_FALSE(store_->compact());
  ASSERT_FALSE(store_->close());
  const testing::Files files = testing::read_files(world_.memory);
  // Opened, then harmed: opening looks only at the ends of a run.
  const auto open_harmed = [&](World& world) {
    testing::write_files_at_home(world.memory, files);
    const Store store = world.open();
    for (const auto& [path, bytes] : files) {
      if (!path.ends_with(".gsr")) continue;
      const std::uint8_t byte = bytes[bytes.size() / 2] ^ 1;
      const auto file = world.memory.open(path, platform::OpenMode::write).value();
      EXPECT_TRUE(file->write(bytes.size() / 2, {&byte, 1}).ok());
    }
    return store;
  };
  for (const char* rest : {"", R"(,"sort":"n")", R"(,"sort":"n","limit":1)",
                           R"(,"group":{"fields":{"c":{"$count":true}}})"}) {
    World world;
    const Texts rows =
        rows_of(open_harmed(world), std::string(R"({"collection":"Many")") + rest + "}");
    EXPECT_TRUE(rows.back().starts_with("damaged: ")) << rest << rows.back();
    EXPECT_LT(rows.size(), 2001u);
  }
  World world;
  EXPECT_EQ(count_matches(open_harmed(world).db, R"({"collection":"Many"})").code(), Code::damaged);
}

TEST_F(FindTest, RecordsOfEveryPlaceAreSeen) {
  ASSERT_FALSE(store_->checkpoint());
  insert("City", R"({"name":"Run and row"})");
  ASSERT_FALSE(store_.update(insert("City", R"({"name":"x"})"), R"({"name":"Image"})"));
  EXPECT_EQ(names(R"({"collection":"City","sort":"name"})"),
            (Texts{"Image", "Kyiv", "Lviv", "Odesa", "Ordino", "Run and row"}));
}

}  // namespace
}  // namespace gs::engine
