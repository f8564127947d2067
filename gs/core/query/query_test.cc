// Goal: a query is read strictly; what is wrong with one is said with its place and what is known.
// Method: one good query with everything, every kind of misuse with its message, each limit at its
// edge, and cursors that were changed or belong elsewhere.
#include "gs/core/query/query.h"

#include <gtest/gtest.h>

#include "gs/core/query/cursor.h"
#include "gs/core/query/json_walk.h"

namespace gs::query {
namespace {

std::string error_of(std::string_view json) {
  const auto query = parse_query(json);
  return query.ok() ? "" : query.error().text();
}
std::string filter_error(const std::string& filter) {
  return error_of("{\"filter\":" + filter + "}");
}
std::string repeated(std::string_view text, std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

TEST(Query, EveryKeyIsRead) {
  const auto query = parse_query(R"( {
    "collection": "City", "filter": {"a.b": {"$gt": 1, "$lte": {"$int":"5"}}, "c": null},
    "sort": ["name", "lat:desc"], "limit": 18446744073709551615, "offset": {"$int":"7"},
    "cursor": "abc", "select": ["a", "b.c"],
    "include": {"country": {"select": ["name"], "filter": {"x": 1}, "sort": "x:desc", "limit": 3,
                            "include": {"continent": true}}}} )");
  ASSERT_TRUE(query.ok()) << query.error().text();
  EXPECT_EQ(query->collection, "City");
  EXPECT_EQ(query->filter.condition_count(), 3u);
  EXPECT_EQ(query->filter.paths().size(), 2u);
  ASSERT_EQ(query->sort.size(), 2u);
  EXPECT_FALSE(query->sort[0].descending);
  EXPECT_TRUE(query->sort[1].descending);
  EXPECT_EQ(query->sort[1].path.text(), "lat");
  EXPECT_EQ(query->limit, kNoLimit);
  EXPECT_EQ(query->offset, 7u);
  EXPECT_EQ(query->cursor, "abc");
  EXPECT_EQ(query->select->at(1).text(), "b.c");
  ASSERT_EQ(query->include.size(), 1u);
  EXPECT_EQ(query->include[0].include[0].field, "continent");
  EXPECT_EQ(query->include[0].limit, 3u);
  const auto group =
      parse_query(R"({"group":{"by":["a"],"fields":{"n":{"$count":true},"s":{"$sum":"x.y"}}}})");
  ASSERT_TRUE(group.ok());
  EXPECT_EQ(group->group->fields[1].path->text(), "x.y");
  for (const char* sort : {R"("a:b:asc")", R"({"a:b":"asc"})", R"(["a:b:asc"])"}) {
    const auto sorted = parse_query(std::string("{\"sort\":") + sort + "}");
    ASSERT_TRUE(sorted.ok()) << sort;
    EXPECT_EQ(sorted->sort[0].path.text(), "a:b");
  }
}

TEST(Query, WhatIsUnknownIsNamedWithWhatIsKnown) {
  EXPECT_EQ(
      error_of(R"({"fliter":{}})"),
      "invalid: query: fliter: unknown key 'fliter'. Did you mean 'filter'? Known: collection, "
      "filter, sort, limit, offset, cursor, select, include, group");
  EXPECT_EQ(
      filter_error(R"({"$or":[{},{"a":{"$not":{"$gtt":5}}}]})"),
      "invalid: query: filter.$or[1].a.$not.$gtt: unknown operator '$gtt'. Did you mean '$gt'? "
      "Known: $eq, $ne, $gt, $gte, $lt, $lte, $in, $nin, $exists, $like, $contains, $not");
  EXPECT_EQ(
      filter_error(R"({"$nor":[]})"),
      "invalid: query: filter.$nor: unknown operator '$nor'. Did you mean '$or'? Known: $and, "
      "$or, $not");
  EXPECT_NE(filter_error(R"({"a":{"$gt":1,"b":2}})").find("filter.a.b: unknown operator 'b'"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"include":{"a":{"where":{}}}})").find("include.a.where: unknown key"),
            std::string::npos);
  EXPECT_NE(error_of(R"({"group":{"by":[],"fields":{"n":{"$median":"x"}}}})")
                .find("group.fields.n.$median: unknown function '$median'"),
            std::string::npos);
  EXPECT_EQ(parse_count(R"({"limit":1})").error().text(),
            "invalid: query: limit: unknown key of a count 'limit'. Known: collection, filter");
}

TEST(Query, WrongOperandsAreNamedWithTheirPlace) {
  const std::pair<const char*, const char*> kWrong[] = {
      {R"({"filter":[]})", "filter: a filter is an object"},
      {R"({"filter":{"$and":{}}})", "filter.$and: takes an array of filters"},
      {R"({"filter":{"$or":[5]}})", "filter.$or[0]: a filter is an object"},
      {R"({"filter":{"a":{"$in":5}}})", "filter.a.$in: takes an array of values"},
      {R"({"filter":{"a":{"$exists":1}}})", "filter.a.$exists: takes true or false"},
      {R"({"filter":{"a":{"$like":1}}})", "filter.a.$like: takes a text"},
      {R"({"filter":{"a":{"$like":"x\\"}}})", "filter.a.$like: the pattern ends with \\"},
      {R"({"filter":{"a":{"$gt":null}}})", "filter.a.$gt: null has no order"},
      {R"({"filter":{"a":{"$not":5}}})", "filter.a.$not: takes an object of operators"},
      {R"({"filter":{"$not":[]}})", "filter.$not: a filter is an object"},
      {R"({"filter":{"a":{"$gt":{"$date":"soon"}}}})", "query: JSON line 1, column"},
      {R"({"sort":5})", "sort: takes"},
      {R"({"sort":["a",5]})", "sort[1]: takes"},
      {R"({"sort":"a:down"})", "sort: behind the colon"},
      {R"({"sort":{"a":"down"}})", "sort.a: the order is asc or desc"},
      {R"({"limit":-1})", "limit: takes a whole number"},
      {R"({"limit":1.5})", "limit: takes a whole number"},
      {R"({"limit":18446744073709551616})", "limit: takes a whole number"},
      {R"({"offset":"5"})", "offset: takes a whole number"},
      {R"({"cursor":5})", "cursor: takes"},
      {R"({"collection":5})", "collection: takes"},
      {R"({"select":"a"})", "select: takes an array"},
      {R"({"select":["a",1]})", "select[1]: takes an array"},
      {R"({"select":["a","a"]})", "select: 'a' is named twice"},
      {R"({"include":true})", "include: takes an object"},
      {R"({"include":{"a":false}})", "include.a: takes true"},
      {R"({"group":[]})", "group: takes an object"},
      {R"({"group":{}})", "group: has neither"},
      {R"({"group":{"by":["n"],"fields":{"n":{"$count":true}}}})", "group: 'n' is a path"},
      {R"({"group":{"fields":{"n":{"$count":false}}}})", "group.fields.n.$count: takes true"},
      {R"({"group":{"fields":{"n":{"$sum":5}}}})", "group.fields.n.$sum: takes a path"},
      {R"({"group":{"fields":{"n":{"$sum":"a","$max":"a"}}}})", "group.fields.n: takes one"},
      {R"({"group":{"by":["a"]},"sort":"a"})", "sort: does not go with `group`"},
      {R"({"group":{"by":["a"]},"select":["a"]})", "select: does not go with `group`"},
      {R"({"group":{"by":["a"]},"include":{"a":true}})", "include: does not go with `group`"},
      {R"([])", "a query is a JSON object"},
      {R"({"$int":"5"})", "unknown key '$int'"},
      {R"({"limit":1,"limit":2})", "line 1, column"},
      {R"({"limit":1)", "line 1, column"},
      {"", "line 1, column"},
  };
  for (const auto& [json, message] : kWrong) {
    const std::string error = error_of(json);
    EXPECT_TRUE(error.starts_with("invalid: ")) << json << " " << error;
    EXPECT_NE(error.find(message), std::string::npos) << json << " " << error;
  }
}

TEST(Query, WhatLooksLikeAFormOrAnOperatorIsOneUnlessItIsWrapped) {
  const auto value_of = [](const char* filter) {
    const auto made = parse_filter(filter, {});
    EXPECT_TRUE(made.ok()) << filter;
    return made->operands().at(0).view().to_value();
  };
  EXPECT_EQ(value_of(R"({"a":{"$int":"5"}})"), Value::integer(5));
  EXPECT_EQ(value_of(R"({"a":{"$literal":{"$gt":1}}})"), Value(Object{{"$gt", 1}}));
  EXPECT_EQ(value_of(R"({"a":{"$eq":{"$gt":1}}})"), Value(Object{{"$gt", 1}}));
  EXPECT_EQ(value_of(R"({"a":{"b":{"$gt":1}}})"), Value(Object{{"b", Object{{"$gt", 1}}}}));
  EXPECT_EQ(value_of(R"({"a":{}})"), Value(Object{}));
  EXPECT_EQ(value_of(R"({"a":{"$ne":{"$date":"1970-01-01T00:00:00.005Z"}}})"), Value(Date{5}));
  EXPECT_FALSE(parse_filter(R"({"a":{"$int":"5","$gt":1}})", {}).ok());
}

// --- limits ---

TEST(QueryLimits, TextIsExact) {
  const std::string head = R"({"collection":"C"})";
  EXPECT_EQ(error_of(head + std::string(kQueryBytesMax - head.size(), ' ')), "");
  EXPECT_TRUE(error_of(head + std::string(kQueryBytesMax - head.size() + 1, ' '))
                  .starts_with("too_large: a query of 1048577 bytes"));
}

TEST(QueryLimits, NestingIsExactAndAThousandLevelsAreOnlyAnError) {
  const auto nested = [](std::size_t levels) {
    return filter_error(repeated("{\"$not\":", levels) + "{}" + repeated("}", levels));
  };
  EXPECT_EQ(nested(kFilterDepthMax - 1), "");
  EXPECT_TRUE(nested(kFilterDepthMax).starts_with("too_large: ")) << nested(kFilterDepthMax);
  EXPECT_TRUE(nested(1000).starts_with("too_large: "));
  EXPECT_TRUE(filter_error(repeated("{\"$and\":[", 1000) + repeated("]}", 1000))
                  .starts_with("too_large: "));
  const std::string inner =
      repeated("{\"$not\":", kFilterDepthMax) + "{\"$gt\":1}" + repeated("}", kFilterDepthMax);
  EXPECT_TRUE(filter_error("{\"a\":" + inner + "}").starts_with("too_large: "));
}

// What holds them together does not count as conditions.
TEST(QueryLimits, ConditionsAreExact) {
  const auto many = [](const char* head, const char* before, const char* after, const char* tail,
                       std::size_t count) {
    std::string filter = head;
    for (std::size_t i = 0; i < count; ++i) {
      if (i != 0) filter += ',';
      filter += before;
      filter += "\"a" + std::to_string(i);
      filter += after;
    }
    return filter_error(filter + tail);
  };
  const auto flat = [&](std::size_t count) { return many("{", "", "\":1", "}", count); };
  EXPECT_EQ(flat(kConditionsMax), "");
  EXPECT_EQ(flat(kConditionsMax + 1),
            "too_large: query: filter.a4096: 4097 conditions, the limit is 4096");
  const auto any = [&](std::size_t count) {
    return many(R"({"$or":[)", "{", "\":1}", "]}", count);
  };
  EXPECT_EQ(any(kConditionsMax), "");
  EXPECT_EQ(any(kConditionsMax + 1),
            "too_large: query: filter.$or[4096].a4096: 4097 conditions, the limit is 4096");
  const auto none = [&](std::size_t count) {
    return many(R"({"$or":[)", "{", R"(":{"$not":{"$gt":1}}})", "]}", count);
  };
  EXPECT_EQ(none(kConditionsMax), "");
  EXPECT_TRUE(none(kConditionsMax + 1).starts_with("too_large: "));
}

TEST(QueryLimits, WhatHoldsConditionsTogetherIsExact) {
  const auto empty = [](std::size_t count) {
    return filter_error(R"({"$or":[)" + repeated("{},", count - 1) + "{}]}");
  };
  EXPECT_EQ(empty(kFilterGroupsMax - 2), "");  // the filter itself, and its $or
  EXPECT_EQ(empty(kFilterGroupsMax - 1),
            "too_large: query: filter.$or[16382]: 16385 logical operators and filters in them, the "
            "limit is 16384");
}

TEST(QueryLimits, ListsAreExact) {
  const auto in = [](std::size_t count) {
    return filter_error("{\"a\":{\"$in\":[" + repeated("1,", count - 1) + "1]}}");
  };
  EXPECT_EQ(in(kInMax), "");
  EXPECT_EQ(in(kInMax + 1), "too_large: query: filter.a.$in: 65537 values, the limit is 65536");
  const auto list = [](const char* key, std::size_t count) {
    std::string json;
    for (std::size_t i = 0; i < count; ++i)
      json += (i == 0 ? "\"a" : ",\"a") + std::to_string(i) + '"';
    return error_of(std::string("{\"") + key + "\":[" + json + "]}");
  };
  EXPECT_EQ(list("sort", kSortFieldsMax), "");
  EXPECT_TRUE(list("sort", kSortFieldsMax + 1).starts_with("too_large: query: sort: "));
  EXPECT_EQ(list("select", kSelectMax), "");
  EXPECT_TRUE(list("select", kSelectMax + 1).starts_with("too_large: query: select: "));
  const std::string path(kPathBytesMax, 'p');
  EXPECT_EQ(filter_error("{\"" + path + "\":1}"), "");
  EXPECT_TRUE(filter_error("{\"" + path + "p\":1}").starts_with("too_large: "));
  const auto includes = [](std::size_t levels) {
    std::string json = "true";
    for (std::size_t i = 1; i < levels; ++i) json = R"({"include":{"a":)" + json + "}}";
    return error_of(R"({"include":{"a":)" + json + "}}");
  };
  EXPECT_EQ(includes(kIncludeDepthMax), "");
  EXPECT_TRUE(includes(kIncludeDepthMax + 1).starts_with("too_large: "));
}

// --- cursors ---

TEST(Cursor, ComesBackAndOnlyWithItsQuery) {
  const auto fingerprint = [](const char* json) { return parse_query(json)->fingerprint(); };
  const Digest own = fingerprint(R"({"collection":"A","filter":{"a":1},"sort":"b"})");
  const Buffer key{1, 2, 3, 0, 255, 254};
  const std::string text = make_cursor(own, key).value();
  EXPECT_EQ(
      text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
      std::string::npos);
  EXPECT_EQ(read_cursor(own, text).value(), key);
  // Parts of the same rows in the same order:
  EXPECT_EQ(own, fingerprint(R"({"sort":["b:asc"],"limit":5,"filter":{ "a":1.0 },"offset":2,)"
                             R"("collection":"A","select":["x"],"include":{"y":true}})"));
  for (const char* other :
       {R"({"filter":{"a":1},"sort":"b"})", R"({"collection":"A","filter":{"a":2},"sort":"b"})",
        R"({"collection":"A","filter":{"a":{"$ne":1}},"sort":"b"})",
        R"({"collection":"A","filter":{"b":1},"sort":"b"})",
        R"({"collection":"A","filter":{"a":1},"sort":"b:desc"})",
        R"({"collection":"A","filter":{"a":1}})",
        R"({"collection":"A","filter":{"a":1},"group":{"by":["b"]}})"}) {
    EXPECT_EQ(read_cursor(fingerprint(other), text).code(), Code::invalid) << other;
  }
}

TEST(Cursor, EveryChangedCharacterIsNoticed) {
  const Digest own = parse_query("{}")->fingerprint();
  const std::string text = make_cursor(own, Buffer(16, 7)).value();
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(read_cursor(own, changed).code(), Code::invalid) << i;
    EXPECT_EQ(read_cursor(own, text.substr(0, i)).code(), Code::invalid) << i;
  }
  EXPECT_EQ(read_cursor(own, "no cursor").code(), Code::invalid);
  EXPECT_EQ(make_cursor(own, Buffer(kCursorBytesMax)).code(), Code::too_large);
}

TEST(JsonWalk, SlicesAreTheValuesWithoutSpace) {
  const auto members = members_of(R"({ "a\u0062" : [1 , "]" ] ,"c":{"d":"}\""},"e":-1.5e3})");
  ASSERT_EQ(members.size(), 3u);
  EXPECT_EQ(members[0].name, "ab");
  EXPECT_EQ(members[0].value, R"([1 , "]" ])");
  EXPECT_EQ(members[1].value, R"({"d":"}\""})");
  EXPECT_EQ(members[2].value, "-1.5e3");
  EXPECT_EQ(elements_of(members[0].value), (std::vector<std::string_view>{"1", "\"]\""}));
  EXPECT_TRUE(members_of("{ }").empty());
  EXPECT_TRUE(elements_of("[ ]").empty());
}

}  // namespace
}  // namespace gs::query
