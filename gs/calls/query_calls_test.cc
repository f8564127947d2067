// Goal: queries by call answer what Storage answers, now and of versions.
// Method: three records of which one changed, each call beside its method.
#include "gs/calls/test_calls.h"

namespace gs::calls::testing {
namespace {

class QueryCalls : public CallsTest {
 protected:
  void SetUp() override {
    CallsTest::SetUp();
    id_ = storage_->put("City", "kyiv", R"({"name":"Kiew","n":1})").value();
    ASSERT_TRUE(storage_->put("City", "lviv", R"({"name":"Lviv","n":2})").ok());
    ASSERT_TRUE(storage_->sync().ok());
    first_ = storage_->find_version("now").value();
    ASSERT_TRUE(
        storage_->update(id_, R"({"name":"Kyiv","at":{"$date":"2026-11-23T00:00:00.000Z"}})").ok());
    ASSERT_TRUE(storage_->insert("City", R"({"name":"Odesa","n":3})").ok());
    ASSERT_TRUE(storage_->sync().ok());
    past_ = ",\"version\":[\"" + first_.heads.at(0).text() + "\"]";
  }

  Id id_;
  Version first_;
  std::string past_;
};

constexpr std::string_view kCities = R"("query":{"collection":"City","sort":"name"})";

TEST_F(QueryCalls, CountAndExplainTakeAQueryAsObjectOrText) {
  EXPECT_EQ(made("count", R"("query":{"collection":"City"})").value(), R"({"count":3})");
  EXPECT_EQ(made("count", R"("query":"{\"collection\":\"City\"}")").value(), R"({"count":3})");
  const Value plan = result("explain", std::string(kCities));
  const Value expected = value_of(storage_->explain(R"({"collection":"City","sort":"name"})"));
  EXPECT_EQ(at(plan, "steps"), at(expected, "steps"));
  EXPECT_EQ(made("count", R"("query":{"nonsense":1})").code(), Code::invalid);
}

TEST_F(QueryCalls, ValuesOfQueriesKeepTheirTypes) {
  EXPECT_EQ(made("count", R"("query":{"collection":"City","filter":)"
                          R"({"at":{"$gte":{"$date":"2026-11-23T00:00:00.000Z"}}}})")
                .value(),
            R"({"count":1})");
}

TEST_F(QueryCalls, GetAtTellsTheRecordAsItWas) {
  EXPECT_EQ(made("getAt", kKyiv + past_).value(),
            '{' + argument("id", id_.text()) + R"(,"collection":"City","key":"kyiv","data":)" +
                storage_->get(id_, first_).value().json() + '}');
  EXPECT_EQ(made("getAt", R"("id":"nobody")" + past_).code(), Code::not_found);
}

TEST_F(QueryCalls, FindAtTellsRowsAndACursorBehindThem) {
  const Value page =
      result("findAt", R"("query":{"collection":"City","sort":"name","limit":1})" + past_);
  const Array rows = items(at(page, "rows"));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(text(rows[0], "key"), "kyiv");
  EXPECT_EQ(text(at(rows[0], "data"), "name"), "Kiew");
  const Value rest = result("findAt", R"("query":{"collection":"City","sort":"name",)" +
                                          argument("cursor", text(page, "cursor")) + '}' + past_);
  const Array others = items(at(rest, "rows"));
  ASSERT_EQ(others.size(), 1u);
  EXPECT_EQ(text(others[0], "key"), "lviv");
  const std::string none = R"("query":{"collection":"Nothing"})" + past_;
  EXPECT_EQ(made("findAt", none).value(), R"({"rows":[]})");
}

TEST_F(QueryCalls, GroupsHaveNoIds) {
  const Value page =
      result("findAt",
             R"("query":{"collection":"City","group":{"by":[],"fields":{"all":{"$count":true}}}})" +
                 past_);
  const Array rows = items(at(page, "rows"));
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(number(rows[0], "all"), 2u);
}

TEST_F(QueryCalls, CountAtAndExplainAtAreOfAVersion) {
  EXPECT_EQ(made("countAt", R"("query":{"collection":"City"})" + past_).value(), R"({"count":2})");
  const Value expected =
      value_of(storage_->explain(R"({"collection":"City","sort":"name"})", first_));
  EXPECT_EQ(at(result("explainAt", std::string(kCities) + past_), "steps"), at(expected, "steps"));
  EXPECT_EQ(made("countAt", R"("query":{},"version":"nothing")").code(), Code::not_found);
}

}  // namespace
}  // namespace gs::calls::testing
