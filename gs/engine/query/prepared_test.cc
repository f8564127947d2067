// Goal: a prepared query gives what its text with the values in it gives, at every execution, says
// what is wrong with values, and keeps nothing of an execution whose rows are gone.
// Method: small worlds by example; find_law_test.cc has the comparison for all queries.
#include <gtest/gtest.h>

#include "gs/engine/query/prepared.h"
#include "gs/engine/query/test_rows.h"

namespace gs::engine {
namespace {

using testing::find_rows;
using testing::prepared_rows;
using testing::Store;
using testing::World;
using Texts = std::vector<std::string>;
using Values = std::vector<Value>;

class PreparedTest : public ::testing::Test {
 protected:
  void SetUp() override {
    store_ = world_.create();
    for (int n = 0; n < 6; ++n) {
      ids_.push_back(store_
                         .insert("T", R"({"n":)" + std::to_string(n) + R"(,"s":"s)" +
                                          std::to_string(n % 2) + "\"}")
                         .value());
    }
  }
  static std::unique_ptr<Prepared> prepare(const std::string& rest) {
    return Prepared::make(R"({"collection":"T",)" + rest + "}").value();
  }
  static std::string refusal(const std::string& json) {
    const auto made = Prepared::make(json);
    return made ? "taken" : made.error().text();
  }
  Texts rows(Prepared& query, const Values& values) {
    return prepared_rows(store_, query, values).rows;
  }
  std::string error(Prepared& query, const Values& values) {
    const auto started = query.start(store_.db, values);
    return started ? "taken" : started.error().text();
  }

  World world_;
  Store store_;
  std::vector<Id> ids_;
};

constexpr const char* kByN = R"("filter":{"n":{"$gte":{"$param":"from"},"$lt":{"$param":"to"}}})";

TEST_F(PreparedTest, ValuesTakeThePlaceOfParametersEachTimeAnew) {
  const auto query = prepare(std::string(kByN) + R"(,"select":["n"])");
  EXPECT_EQ(query->parameters(), (Texts{"from", "to"}));
  EXPECT_EQ(rows(*query, {1, 3}), (Texts{R"({"n":1})", R"({"n":2})"}));
  EXPECT_EQ(rows(*query, {4, 5}), (Texts{R"({"n":4})"}));
  EXPECT_EQ(rows(*query, {4, 4}), Texts());
  EXPECT_EQ(rows(*query, {"a", "b"}), Texts());  // of another class
  const auto twice = prepare(R"("filter":{"$or":[{"n":{"$param":"x"}},{"s":{"$param":"x"}}]})");
  EXPECT_EQ(twice->parameters(), Texts{"x"});
  EXPECT_EQ(rows(*twice, {Value("s1")}).size(), 3u);
  EXPECT_EQ(rows(*twice, {Value(4)}).size(), 1u);
}

TEST_F(PreparedTest, EveryOperandMayBeOne) {
  const auto ask = [&](const std::string& condition, const Value& value) {
    const auto query = prepare(R"("select":["n"],"filter":)" + condition);
    return rows(*query, {value}).size();
  };
  EXPECT_EQ(ask(R"({"n":{"$in":{"$param":"x"}}})", Array{1, 2, 9}), 2u);
  EXPECT_EQ(ask(R"({"n":{"$nin":{"$param":"x"}}})", Array{1, 2, 9}), 4u);
  EXPECT_EQ(ask(R"({"s":{"$like":{"$param":"x"}}})", "%0"), 3u);
  EXPECT_EQ(ask(R"({"s":{"$contains":{"$param":"x"}}})", "1"), 3u);
  EXPECT_EQ(ask(R"({"s":{"$exists":{"$param":"x"}}})", false), 0u);
  EXPECT_EQ(ask(R"({"s":{"$exists":{"$param":"x"}}})", true), 6u);
  EXPECT_EQ(ask(R"({"$not":{"n":{"$ne":{"$param":"x"}}}})", 3), 1u);
  const auto object = prepare(R"("filter":{"n":{"$literal":{"$param":"x"}}})");  // and no parameter
  EXPECT_EQ(object->parameters(), Texts());
  EXPECT_EQ(rows(*object, {}), Texts());
}

TEST_F(PreparedTest, LimitOffsetAndCursorMayBeToo) {
  const auto query = prepare(R"("sort":"n:desc","select":["n"],"limit":{"$param":"limit"},)"
                             R"("offset":{"$param":"offset"},"cursor":{"$param":"after"})");
  const auto first = prepared_rows(store_, *query, Values{2, 1, ""});
  EXPECT_EQ(first.rows, (Texts{R"({"n":4})", R"({"n":3})"}));
  EXPECT_EQ(rows(*query, {Value::integer(1), 0, Value(first.cursor)}), (Texts{R"({"n":2})"}));
  const std::string whole = "takes a whole number from 0 to 18446744073709551615";
  for (const Value& wrong : Values{-1, 1.5, "1", Value(), Value::integer(-1), 2e19}) {
    if (wrong.type() != Type::null) {
      EXPECT_NE(error(*query, {wrong, 0, ""}).find("query: limit: " + whole), std::string::npos);
    }
    EXPECT_NE(error(*query, {0, wrong, ""}).find("query: offset: " + whole), std::string::npos);
  }
  EXPECT_NE(error(*query, {1, 0, 5}).find("query: cursor: takes the cursor"), std::string::npos);
}

// The cursor of a text is that of the prepared query with the same values, and of no others.
TEST_F(PreparedTest, CursorsBelongToTheValues) {
  const auto query = prepare(std::string(kByN) + R"(,"limit":2,"cursor":{"$param":"after"})");
  const std::string text = R"({"collection":"T","filter":{"n":{"$gte":1,"$lt":5}},"limit":2)";
  const auto first = find_rows(store_, text + "}");
  EXPECT_EQ(prepared_rows(store_, *query, Values{1, 5, ""}).cursor, first.cursor);
  EXPECT_EQ(rows(*query, {1, 5, Value(first.cursor)}),
            find_rows(store_, text + R"(,"cursor":")" + first.cursor + "\"}").rows);
  EXPECT_NE(error(*query, {1, 6, Value(first.cursor)}).find("does not belong to this query"),
            std::string::npos);
}

TEST_F(PreparedTest, WrongValuesAreToldWithTheirPlace) {
  const auto query = prepare(kByN);
  EXPECT_NE(error(*query, {1}).find("no value for the parameter 'to'"), std::string::npos);
  EXPECT_NE(error(*query, {1, 2, 3}).find("3 values, it has 2 parameters"), std::string::npos);
  EXPECT_NE(error(*query, {1, Value()}).find("query: filter.n.$lt: null has no order"),
            std::string::npos);
  EXPECT_EQ(rows(*query, {5, 9}).size(), 1u);  // and then goes on
  const auto list = prepare(R"("filter":{"n":{"$in":{"$param":"x"}}})");
  EXPECT_NE(error(*list, {1}).find("filter.n.$in: takes an array of values"), std::string::npos);
  const auto like = prepare(R"("filter":{"n":{"$like":{"$param":"x"}}})");
  EXPECT_NE(error(*like, {1}).find("filter.n.$like: takes a text"), std::string::npos);
  const auto exists = prepare(R"("filter":{"n":{"$exists":{"$param":"x"}}})");
  EXPECT_NE(error(*exists, {1}).find("$exists: takes true or false"), std::string::npos);
}

TEST_F(PreparedTest, NamesAreChecked) {
  const auto query = prepare(kByN);
  EXPECT_EQ(query->values_by_name({{"to", 3}, {"from", 1}}).value(), (Values{1, 3}));
  const auto refused = [&](const Object& named) {
    return query->values_by_name(named).error().text();
  };
  EXPECT_NE(refused({{"to", 3}}).find("no value for the parameter 'from'"), std::string::npos);
  EXPECT_NE(refused({{"to", 3}, {"form", 1}}).find("Did you mean 'from'?"), std::string::npos);
  EXPECT_NE(refused({{"to", 3}, {"to", 1}}).find("two values for the parameter 'to'"),
            std::string::npos);
}

TEST_F(PreparedTest, ParametersStandOnlyWhereAValueComesLater) {
  const std::string name(query::kParameterNameBytesMax + 1, 'x');
  for (const std::string& wrong :
       {std::string(R"({"$param":5})"), std::string(R"({"$param":""})"),
        std::string(R"({"$param":"a","b":1})"), R"({"$param":")" + name + "\"}"}) {
    EXPECT_NE(refusal(R"({"filter":{"n":)" + wrong + "}}"), "taken") << wrong;
    EXPECT_NE(refusal(R"({"limit":)" + wrong + "}"), "taken") << wrong;
  }
  EXPECT_NE(refusal(R"({"collection":{"$param":"x"}})"), "taken");
  EXPECT_NE(refusal(R"({"sort":{"$param":"x"}})"), "taken");
  EXPECT_EQ(find_rows(store_, R"({"filter":{"n":{"$param":"x"}}})").rows[0].substr(0, 65),
            "invalid: query: filter.n: the parameter 'x' has no value: only a ");
  std::string many;
  for (std::size_t i = 0; i <= query::kParametersMax; ++i) {
    many += (i == 0 ? "" : ",") + (R"({"n":{"$param":"p)" + std::to_string(i) + "\"}}");
    const bool is_over = i == query::kParametersMax;
    EXPECT_EQ(refusal(R"({"filter":{"$or":[)" + many + "]}}") != "taken", is_over);
  }
}

TEST_F(PreparedTest, FiltersOfIncludesHaveThemToo) {
  ASSERT_TRUE(store_.insert("U", R"({"to":{"$id":")" + ids_[2].text() + "\"}}").ok());
  const auto query =
      Prepared::make(R"({"collection":"U","select":[],"include":{"to":{"select":["n"],)"
                     R"("filter":{"n":{"$param":"n"}}}}})")
          .value();
  EXPECT_EQ(rows(*query, {2}), (Texts{R"({"to":{"n":2}})"}));
  EXPECT_EQ(rows(*query, {3}), (Texts{R"({"to":null})"}));
}

TEST_F(PreparedTest, CountsHaveOnlyCollectionAndFilter) {
  const auto query = prepare(kByN);
  EXPECT_EQ(query->count(store_.db, Values{1, 4}).value(), 3u);
  EXPECT_EQ(rows(*query, {1, 3}).size(), 2u);
  EXPECT_EQ(query->count(store_.db, Values{0, 9}).value(), 6u);
  EXPECT_EQ(prepare(R"("limit":{"$param":"x"})")->count(store_.db, Values{1}).code(),
            Code::invalid);
}

TEST_F(PreparedTest, ExecutionsBesideEachOtherKeepTheirValues) {
  const auto query = prepare(kByN);
  std::vector<std::shared_ptr<Find>> finds;
  for (int n = 0; n < 5; ++n) {
    finds.push_back(query->start(store_.db, Values{n, n + 1}).value());
  }
  for (int n = 0; n < 5; ++n) {
    QueryRow row;
    ASSERT_TRUE(finds[static_cast<std::size_t>(n)]->next(row)) << n;
    EXPECT_EQ(row.found.entry.id, ids_[static_cast<std::size_t>(n)]);
    EXPECT_FALSE(finds[static_cast<std::size_t>(n)]->next(row));
  }
}

// A row has its context: the next execution leaves that as it is.
TEST_F(PreparedTest, RowsKeepWhatTheyShow) {
  ASSERT_TRUE(store_.insert("U", R"({"to":{"$id":")" + ids_[2].text() + "\"}}").ok());
  const auto query = Prepared::make(R"({"collection":"U","include":{"to":{"select":["n"],)"
                                    R"("filter":{"n":{"$param":"n"}}}}})")
                         .value();
  QueryRow row;
  auto find = query->start(store_.db, Values{2}).value();
  ASSERT_TRUE(find->next(row));
  const std::shared_ptr<const QueryContext> kept = find->context();
  find->leave();
  find.reset();
  ASSERT_FALSE(store_.remove(ids_[2]));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(rows(*query, {7}), (Texts{R"({"to":null})"}));
  std::string text;
  ASSERT_FALSE(append_row_json(*kept, kept->record(row.found).view(), text));
  EXPECT_EQ(text, R"({"to":{"n":2}})");
}

TEST_F(PreparedTest, NothingIsKeptOfAnExecutionThatIsOver) {
  const auto query = prepare(kByN);
  const auto seen_by = [&](bool leaves) {
    auto find = query->start(store_.db, Values{1, 9}).value();
    std::weak_ptr<const state::Version> version = find->context()->moment.version;
    QueryRow row;
    EXPECT_TRUE(find->next(row));
    if (leaves) find->leave();
    find.reset();
    EXPECT_TRUE(store_.insert("T", R"({"n":0})").ok());
    EXPECT_FALSE(store_->checkpoint());
    return version;
  };
  EXPECT_TRUE(seen_by(true).expired());
  EXPECT_FALSE(seen_by(false).expired());
}

// A row was kept over two executions, so both memories were used; then one is enough again.
TEST_F(PreparedTest, NoOldMomentIsKeptByAMemoryThatIsNotUsedAgain) {
  const auto query = prepare(kByN);
  std::weak_ptr<const state::Version> version;
  {
    std::shared_ptr<const QueryContext> row;
    for (int i = 0; i < 2; ++i) {
      const auto find = query->start(store_.db, Values{1, 9}).value();
      row = find->context();
      version = row->moment.version;
      find->leave();
    }
  }
  EXPECT_FALSE(version.expired()) << "until it is executed again";
  EXPECT_TRUE(store_.insert("T", R"({"n":0})").ok());
  EXPECT_FALSE(store_->checkpoint());
  EXPECT_EQ(rows(*query, {1, 2}).size(), 1u);
  EXPECT_TRUE(version.expired());
}

TEST_F(PreparedTest, AnExecutionThatFailedKeepsNothing) {
  const auto query =
      Prepared::make(R"({"collection":"T","sort":"s","cursor":{"$param":"c"}})").value();
  EXPECT_EQ(rows(*query, {"no cursor"}).size(), 1u);
  QueryBounds bounds;
  bounds.sort_bytes = 1;
  const auto sorting = Prepared::make(R"({"collection":"T","sort":"s"})", bounds).value();
  const std::weak_ptr<const state::Version> version = store_->moment().version;
  EXPECT_NE(error(*sorting, {}), "taken");
  EXPECT_TRUE(store_.insert("T", R"({"n":0})").ok());
  EXPECT_FALSE(store_->checkpoint());
  EXPECT_TRUE(version.expired());
}

TEST_F(PreparedTest, AClosedStorageIsToldOf) {
  const auto query = prepare(kByN);
  ASSERT_FALSE(store_->close());
  EXPECT_EQ(query->start(store_.db, Values{1, 2}).code(), Code::closed);
  const auto counting = prepare(R"("filter":{})");
  EXPECT_EQ(counting->count(store_.db, {}).code(), Code::closed);
}

TEST_F(PreparedTest, ValuesAreNoLargerThanATextMayBe) {
  const std::string large(query::kQueryBytesMax, 'x');
  const auto is_too_large = [&](const std::string& filter, const Value& value) {
    return prepare("\"filter\":{\"s\":" + filter + "}")->start(store_.db, Values{value}).code() ==
           Code::too_large;
  };
  EXPECT_TRUE(is_too_large(R"({"$param":"x"})", large));
  EXPECT_TRUE(is_too_large(R"({"$like":{"$param":"x"}})", large));
  EXPECT_TRUE(is_too_large(R"({"$in":{"$param":"x"}})", Array(4, Value(large.substr(0, 300'000)))));
  EXPECT_FALSE(is_too_large(R"({"$param":"x"})", large.substr(8)));
  Value deep = Array();
  for (int i = 0; i < 2000; ++i) deep = Array{std::move(deep)};
  EXPECT_NE(error(*prepare(R"("filter":{"s":{"$param":"x"}})"), {deep}), "taken");
  EXPECT_NE(error(*prepare(R"("filter":{"s":{"$like":{"$param":"x"}}})"), {"\xff"}), "taken");
}

TEST_F(PreparedTest, ALimitOfNullIsNone) {
  const auto query = prepare(R"("limit":{"$param":"limit"})");
  EXPECT_EQ(rows(*query, {2}).size(), 2u);
  EXPECT_EQ(rows(*query, {nullptr}).size(), 6u);
}

TEST_F(PreparedTest, AnotherSchemaIsSeenByTheNextExecution) {
  const auto query = prepare(kByN);
  const auto run = [&] { return prepared_rows(store_, *query, Values{4, 6}); };
  const auto before = run();
  EXPECT_FALSE(before.by_index);
  const auto put = [&](const char* field) {
    return store_->put_schema(
        std::string(R"g({"files":{"T.js":"({ n: )g") + field + R"g(, s: 'string' })"}})g",
        store_->schema().digest);
  };
  ASSERT_TRUE(put("{ type: 'number', index: true }").ok());
  const auto indexed = run();
  EXPECT_TRUE(indexed.by_index);
  EXPECT_EQ(indexed.rows, before.rows);
  ASSERT_TRUE(put("'number'").ok());
  const auto after = run();
  EXPECT_FALSE(after.by_index);
  EXPECT_EQ(after.rows, before.rows);
}

}  // namespace
}  // namespace gs::engine
