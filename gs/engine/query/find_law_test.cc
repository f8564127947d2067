// Goal: every query gives what docs/QUERY.md says, whatever the records are and wherever they lie,
// with indexes and without them, before and after a restart.
// Method: random records in rows, images, runs and the log, also deleted ones, and random queries,
// against lists of Values that are filtered, sorted, cut and grouped without the engine.
#include <gtest/gtest.h>

#include "gs/base/test_share.h"
#include "gs/core/query/test_exact.h"
#include "gs/core/query/test_naive.h"
#include "gs/core/query/test_parameters.h"
#include "gs/engine/query/test_rows.h"

namespace gs::engine {
namespace {

namespace naive = query::naive;
using naive::json_of;
using testing::find_rows;

constexpr std::uint64_t kSeeds = 12 / gs::testing::kSanitizedShare;
constexpr int kQueries = 120;
// Some of the records have values of these types.
const char* const kIndexed = R"g({"files":{"T.js":"({
  a: { type: 'string', index: true }, b: { array: 'string', index: true },
  c: { type: 'number', index: true }, d: '?string', ac: { index: ['a', 'c'] },
  cd: { index: ['c', 'd'] }, bc: { index: ['b', 'c'] }, cb: { index: ['c', 'b'] } })"}})g";

const char* const kFewerIndexed = R"g({"files":{"T.js":"({
  a: 'string', b: { array: 'string' }, c: { type: 'number', index: true }, d: '?string',
  cb: { index: ['c', 'b'] } })"}})g";

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

struct Stored {
  Id id;
  std::string collection;
  Object object;
};

class Walk {
 public:
  Walk(std::uint64_t seed, bool indexed) : make_(seed), world_(seed), indexed_(indexed) {
    world_.options.memory_bytes = std::uint64_t{4} << (10 + seed % 4);
    store_ = world_.create();
    if (indexed && !store_->put_schema(one_line(kIndexed), {}).ok()) std::abort();
    for (int i = 0; i < 60; ++i) write();
  }

  void query_all() {
    for (int i = 0; i < kQueries; ++i) {
      if (i % 10 == 0) write();
      if (make_.below(4) == 0) {
        ASSERT_NO_FATAL_FAILURE(check_groups());
      } else {
        ASSERT_NO_FATAL_FAILURE(check_rows());
      }
    }
  }
  std::uint64_t rows() const { return rows_; }
  std::uint64_t by_index() const { return by_index_; }
  std::uint64_t prepared_rows() const { return prepared_rows_; }

 private:
  void write() {
    world_.clock.advance_ms(make_.below(3));
    const std::uint64_t kind = make_.below(12);
    if (make_.below(40) == 0) {
      ASSERT_FALSE(store_->close());
      store_ = world_.open();
    }
    if (indexed_ && make_.below(30) == 0) {
      has_fewer_ = !has_fewer_;
      const char* const schema = has_fewer_ ? kFewerIndexed : kIndexed;
      ASSERT_TRUE(store_->put_schema(one_line(schema), store_->schema().digest).ok());
    }
    if (kind == 0 && store_->checkpoint()) FAIL();
    if (kind <= 1 && !all_.empty()) {
      const std::size_t gone = make_.below(all_.size());
      ASSERT_FALSE(store_.remove(all_[gone].id));
      all_.erase(all_.begin() + static_cast<std::ptrdiff_t>(gone));
    }
    if (kind <= 3 && !all_.empty()) {
      Stored& changed = all_[make_.below(all_.size())];
      const Member field{"c", make_.value(1)};
      ASSERT_FALSE(store_.update(changed.id, json_of(Value(Object{field}))));
      const auto place = std::find_if(changed.object.begin(), changed.object.end(),
                                      [](const Member& each) { return each.first == "c"; });
      if (place == changed.object.end()) {
        changed.object.push_back(field);
      } else {
        *place = field;
      }
    }
    const std::string collection = make_.below(4) == 0 ? "U" : "T";
    Object object = make_.object(3);
    const Id id = store_.insert(collection, json_of(Value(object))).value();
    all_.push_back({id, collection, std::move(object)});
  }

  // The query's common part as JSON, and what passes.
  std::string choose(std::vector<const Stored*>& passing) {
    const bool one_collection = make_.below(4) != 0;
    Value filter = make_.below(4) == 0 ? Value(Object{}) : make_.filter(2);
    if (indexed_ && make_.below(3) != 0) filter = simple_filter();
    for (const Stored& each : all_) {
      if (one_collection && each.collection != "T") continue;
      if (naive::passes(each.object, filter)) passing.push_back(&each);
    }
    std::sort(passing.begin(), passing.end(),
              [](const Stored* a, const Stored* b) { return a->id < b->id; });
    filter_ = json_of(filter);
    return std::string(one_collection ? "{\"collection\":\"T\"," : "{") + "\"filter\":" + filter_;
  }

  // Of the kind that indexes are made for.
  Value simple_filter() {
    static constexpr const char* kOrders[] = {"$gt", "$gte", "$lt", "$lte"};
    static constexpr const char* kPaths[] = {"a", "b", "c", "d"};
    Object made;
    for (const char* const path : kPaths) {
      const auto order = [&] {
        Value with = make_.scalar();
        while (with.type() == Type::null) with = make_.scalar();
        return Member{kOrders[make_.below(4)], std::move(with)};
      };
      switch (make_.below(9)) {
        case 0:
        case 1:
          made.emplace_back(path, make_.scalar());
          break;
        case 2:
          made.emplace_back(path, Object{{"$in", Array{make_.scalar(), make_.scalar()}}});
          break;
        case 3:
          made.emplace_back(path, Object{order()});
          break;
        case 4:
          made.emplace_back(
              "$and", Array{Object{{path, Object{order()}}}, Object{{path, Object{order()}}}});
          break;
        case 5:
        case 6:
          made.emplace_back(path, Object{{"$contains", make_.scalar()}});
          break;
        default:
          break;
      }
      const auto same = [&](const Member& each) { return each.first == made.back().first; };
      if (!made.empty() && std::count_if(made.begin(), made.end(), same) > 1) made.pop_back();
    }
    return made;
  }

  static Value value_at(const Object& object, const std::string& path) {
    return naive::at(Value(object), path).value_or(Value());
  }

  void check_rows() {
    std::vector<const Stored*> expected;
    std::string query = choose(expected);
    std::vector<std::pair<std::string, bool>> sort;
    const bool simple = make_.below(2) == 0;
    for (std::uint64_t i = make_.below(4); i > 0; --i) {
      static constexpr const char* kIndexedPaths[] = {"c", "d", "a"};
      const std::string path = simple ? kIndexedPaths[make_.below(3)] : make_.path();
      if (std::none_of(sort.begin(), sort.end(), [&](const auto& e) { return e.first == path; })) {
        sort.emplace_back(path, make_.below(2) == 0);
      }
    }
    if (!sort.empty()) {
      query += ",\"sort\":{";
      for (std::size_t i = 0; i < sort.size(); ++i) {
        query += (i == 0 ? "" : ",") + json_of(Value(sort[i].first)) + ":" +
                 (sort[i].second ? "\"desc\"" : "\"asc\"");
      }
      query += "}";
    }
    std::stable_sort(expected.begin(), expected.end(), [&](const Stored* a, const Stored* b) {
      for (const auto& [path, descending] : sort) {
        const int order = naive::compare(value_at(a->object, path), value_at(b->object, path));
        if (order != 0) return descending ? order > 0 : order < 0;
      }
      return false;
    });
    ASSERT_NO_FATAL_FAILURE(check_whole(query, expected));
    ASSERT_NO_FATAL_FAILURE(check_pages(query, expected));
  }

  void check_whole(std::string query, const std::vector<const Stored*>& expected) {
    const std::uint64_t offset = make_.below(4) == 0 ? make_.below(5) : 0;
    const std::uint64_t limit = make_.below(2) == 0 ? make_.below(10) : query::kNoLimit;
    const std::string path = make_.path();
    if (offset != 0) query += ",\"offset\":" + std::to_string(offset);
    if (limit != query::kNoLimit) query += ",\"limit\":" + std::to_string(limit);
    const bool select = make_.below(2) == 0;
    if (select) query += ",\"select\":[" + json_of(Value(path)) + "]";
    const auto found = find_rows(store_, query + "}");
    ASSERT_NO_FATAL_FAILURE(check_prepared(query + "}"));
    by_index_ += found.by_index ? 1 : 0;
    std::vector<std::string> rows;
    for (std::size_t i = offset; i < expected.size() && rows.size() < limit; ++i) {
      const auto value = naive::at(Value(expected[i]->object), path);
      if (!select) {
        rows.push_back(json_of(Value(expected[i]->object)));
      } else {
        rows.push_back(value ? "{" + json_of(Value(path)) + ":" + json_of(*value) + "}" : "{}");
      }
    }
    ASSERT_EQ(found.rows, rows) << query;
    rows_ += rows.size();
  }

  // Prepared now, and those that were prepared before the last writes, restarts and other schemas.
  void check_prepared(const std::string& query) {
    const std::size_t end = query.find(filter_) + filter_.size();
    Kept made;
    const Value holes =
        query::testing::parametrized(record::parse_json(filter_).value(), made.values);
    made.before = query.substr(0, end - filter_.size());
    made.behind = query.substr(end);
    if (made.values.size() <= query::kParametersMax) {
      made.query = Prepared::make(made.before + json_of(holes) + made.behind).value();
      made.filter = filter_;
      kept_.insert(kept_.begin(), std::move(made));
    }
    if (kept_.size() > kKept) kept_.pop_back();
    for (Kept& each : kept_) {
      const auto expected = find_rows(store_, each.before + each.filter + each.behind);
      const auto found = testing::prepared_rows(store_, *each.query, each.values);
      ASSERT_EQ(found.rows, expected.rows) << each.before << each.filter << each.behind;
      ASSERT_EQ(found.ids, expected.ids);
      ASSERT_EQ(found.cursor, expected.cursor);
      ASSERT_EQ(found.by_index, expected.by_index);
      prepared_rows_ += found.rows.size();
    }
    // With other values: of the newest, in another order.
    if (kept_.empty() || kept_.front().values.size() < 2) return;
    Kept& newest = kept_.front();
    std::rotate(newest.values.begin(), newest.values.begin() + 1, newest.values.end());
    std::size_t number = 0;
    newest.filter = json_of(query::testing::filled(holes, newest.values, number));
  }

  // Page after page, with a write between them that does not touch what is asked for.
  void check_pages(const std::string& query, const std::vector<const Stored*>& expected) {
    std::vector<Id> ids;
    std::string cursor;
    for (std::size_t pages = 0; pages <= expected.size() + 1; ++pages) {
      const auto page =
          find_rows(store_, query + ",\"limit\":" + std::to_string(1 + make_.below(8)) +
                                ",\"cursor\":\"" + cursor + "\"}");
      if (page.rows.empty()) break;
      ids.insert(ids.end(), page.ids.begin(), page.ids.end());
      cursor = page.cursor;
    }
    std::vector<Id> wanted;
    for (const Stored* each : expected) wanted.push_back(each->id);
    ASSERT_EQ(ids, wanted) << query;
  }

  // Of equal values the one with the least bytes.
  static Value least(const Value& a, const Value& b) {
    Buffer any_a;
    Buffer any_b;
    if (record::encode_any(a, any_a) || record::encode_any(b, any_b)) std::abort();
    return any_b < any_a ? b : a;
  }

  struct Group {
    std::vector<Value> by;
    std::uint64_t count = 0;
    std::optional<Value> low;
    std::optional<Value> high;
    naive::Exact total;
    std::uint64_t numbers = 0;
  };

  void check_groups() {
    std::vector<const Stored*> passing;
    std::string query = choose(passing);
    std::vector<std::string> by;
    for (std::uint64_t i = make_.below(3); i > 0; --i) {
      const std::string path = make_.path();
      if (std::find(by.begin(), by.end(), path) == by.end()) by.push_back(path);
    }
    const std::string path = make_.path();
    std::vector<Group> groups;
    if (by.empty()) groups.emplace_back();
    for (const Stored* each : passing) add_to(groups, *each, by, path);
    std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
      return record::naive::compare_lists(a.by, b.by) < 0;
    });
    query += ",\"group\":{\"by\":[";
    for (std::size_t i = 0; i < by.size(); ++i)
      query += (i == 0 ? "" : ",") + json_of(Value(by[i]));
    const std::string quoted = json_of(Value(path));
    query += "],\"fields\":{\"#n\":{\"$count\":true},\"#low\":{\"$min\":" + quoted +
             "},\"#high\":{\"$max\":" + quoted + "},\"#sum\":{\"$sum\":" + quoted +
             "},\"#avg\":{\"$avg\":" + quoted + "}}}}";
    const auto found = find_rows(store_, query);
    ASSERT_EQ(found.rows.size(), groups.size()) << query;
    for (std::size_t i = 0; i < groups.size(); ++i) {
      ASSERT_NO_FATAL_FAILURE(check_group(found.rows[i], groups[i], by, query));
    }
    rows_ += groups.size();
  }

  static void add_to(std::vector<Group>& groups, const Stored& record,
                     const std::vector<std::string>& by, const std::string& path) {
    std::vector<Value> values;
    for (const std::string& each : by) values.push_back(value_at(record.object, each));
    auto group = std::find_if(groups.begin(), groups.end(), [&](const Group& each) {
      return record::naive::compare_lists(each.by, values) == 0;
    });
    if (group == groups.end()) group = groups.insert(groups.end(), Group{values, 0, {}, {}, {}, 0});
    ++group->count;
    for (std::size_t i = 0; i < by.size(); ++i) group->by[i] = least(group->by[i], values[i]);
    const Value value = value_at(record.object, path);
    if (value.type() == Type::null) return;
    const auto take = [&](std::optional<Value>& best, int sign) {
      const int order = best ? sign * naive::compare(value, *best) : -1;
      if (order < 0) best = value;
      if (order == 0) best = least(*best, value);
    };
    take(group->low, 1);
    take(group->high, -1);
    if (record::naive::rank(value) != 2) return;
    group->total = naive::add(group->total, naive::exact(value));
    ++group->numbers;
  }

  static void check_group(const std::string& row, const Group& expected,
                          const std::vector<std::string>& by, const std::string& query) {
    const Value parsed = record::parse_json(row).value();
    const Object& object = *parsed.get<Object>();
    ASSERT_EQ(object.size(), by.size() + 5) << row;
    for (std::size_t i = 0; i < by.size(); ++i) {
      ASSERT_EQ(object[i].first, by[i]);
      ASSERT_EQ(json_of(object[i].second), json_of(expected.by[i])) << query;
    }
    const auto field = [&](std::size_t i) { return object[by.size() + i].second; };
    ASSERT_EQ(field(0), Value(static_cast<double>(expected.count))) << query;
    ASSERT_EQ(json_of(field(1)), json_of(expected.low.value_or(Value()))) << query;
    ASSERT_EQ(json_of(field(2)), json_of(expected.high.value_or(Value()))) << query;
    if (field(3).type() == Type::number) {
      ASSERT_TRUE(naive::is_nearest(*field(3).get<double>(), expected.total, 1)) << row;
    } else {
      ASSERT_EQ(record::naive::compare_exact(naive::exact(field(3)), expected.total), 0) << row;
    }
    if (expected.numbers == 0) {
      ASSERT_EQ(field(4), Value()) << row;
    } else {
      ASSERT_TRUE(naive::is_nearest(*field(4).get<double>(), expected.total, expected.numbers))
          << row;
    }
  }

  static constexpr std::size_t kKept = 4;
  struct Kept {
    std::unique_ptr<Prepared> query;
    std::vector<Value> values;
    std::string before, filter, behind;  // the text with the values in it
  };

  naive::QueryMaker make_;
  testing::World world_;
  testing::Store store_;
  std::vector<Stored> all_;
  std::string filter_;  // of the query that was chosen last
  std::vector<Kept> kept_;
  std::uint64_t rows_ = 0;
  std::uint64_t by_index_ = 0;
  std::uint64_t prepared_rows_ = 0;
  bool indexed_;
  bool has_fewer_ = false;  // indexes
};

TEST(FindLaw, RowsAreThoseOfTheDefinition) {
  std::uint64_t rows = 0;
  std::uint64_t prepared = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    Walk walk(seed, false);
    ASSERT_NO_FATAL_FAILURE(walk.query_all()) << "seed " << seed;
    EXPECT_EQ(walk.by_index(), 0u);
    rows += walk.rows();
    prepared += walk.prepared_rows();
  }
  EXPECT_GT(rows, 400 * kSeeds);
  EXPECT_GT(prepared, 1000 * kSeeds);
}

TEST(FindLaw, IndexesChangeNothingButTheTime) {
  std::uint64_t rows = 0;
  std::uint64_t prepared = 0;
  std::uint64_t by_index = 0;
  for (std::uint64_t seed = 1; seed <= 2 * kSeeds; ++seed) {
    Walk walk(seed, true);
    ASSERT_NO_FATAL_FAILURE(walk.query_all()) << "seed " << seed;
    rows += walk.rows();
    prepared += walk.prepared_rows();
    by_index += walk.by_index();
  }
  EXPECT_GT(rows, 400 * kSeeds);
  EXPECT_GT(prepared, 1000 * kSeeds);
  EXPECT_GT(by_index, 40 * kSeeds);
}

}  // namespace
}  // namespace gs::engine
