// Goal: programs get rows that they may keep, in the order of the query, also beyond its end.
// Method: the public interface on a real directory.
#include <gtest/gtest.h>

#include "globalstorage/storage.h"
#include "gs/api/test_directory.h"

namespace gs {
namespace {

class QueryApi : public testing::InDirectory {
 protected:
  void SetUp() override {
    InDirectory::SetUp();
    db_.emplace(Storage::create(path("db")).value());
    for (const char* name : {"b", "a", "c"}) {
      ids_.push_back(db_->insert("T", std::string(R"({"name":")") + name + "\"}").value());
    }
  }
  std::optional<Storage> db_;
  std::vector<Id> ids_;
};

TEST_F(QueryApi, RowsOutliveTheirResultAndTheStorage) {
  std::vector<Row> kept;
  {
    Rows rows = db_->find(R"({"collection":"T","sort":"name","select":["name"]})").value();
    Row row;
    while (rows.next(row)) kept.push_back(row);
    EXPECT_FALSE(rows.next(row));
    EXPECT_FALSE(rows.error());
  }
  ASSERT_FALSE(db_->update(ids_[1], R"({"name":"changed"})"));
  db_.reset();
  ASSERT_EQ(kept.size(), 3u);
  EXPECT_TRUE(kept[0].is_record());
  EXPECT_EQ(kept[0].record().id(), ids_[1]);
  EXPECT_EQ(kept[0].record().find("name")->text(), "a");
  EXPECT_EQ(kept[0].json().value(), R"({"name":"a"})");
}

TEST_F(QueryApi, CursorGoesOn) {
  Rows rows = db_->find(R"({"collection":"T","sort":"name:desc","limit":2})").value();
  EXPECT_EQ(rows.cursor().value(), "");
  Row row;
  ASSERT_TRUE(rows.next(row));
  ASSERT_TRUE(rows.next(row));
  const std::string next = R"({"collection":"T","sort":"name:desc","limit":2,"cursor":")" +
                           rows.cursor().value() + "\"}";
  Rows more = db_->find(next).value();
  ASSERT_TRUE(more.next(row));
  EXPECT_EQ(row.record().id(), ids_[1]);
  EXPECT_FALSE(more.next(row));
}

// A row that is filled again may use the memory of its last record; copies are others' by then.
TEST_F(QueryApi, CopiesStayWhenTheirRowGoesOn) {
  Rows rows = db_->find(R"({"collection":"T","sort":"name"})").value();
  Row row;
  std::vector<Record> records;
  std::vector<Row> copies;
  while (rows.next(row)) {
    records.push_back(row.record());
    copies.push_back(row);
  }
  ASSERT_EQ(records.size(), 3u);
  const char* const names[] = {"a", "b", "c"};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(records[i].find("name")->text(), names[i]);
    EXPECT_EQ(copies[i].record().find("name")->text(), names[i]);
  }
  Rows again = db_->find(R"({"collection":"T","sort":"name:desc"})").value();
  const Record last = records[2];
  while (again.next(copies[2])) {
  }
  EXPECT_EQ(copies[2].record().find("name")->text(), "a");
  EXPECT_EQ(last.find("name")->text(), "c");
}

// A row of another storage, or of one that was opened again, is not written into.
TEST_F(QueryApi, RowsGoFromStorageToStorage) {
  Storage other = Storage::create(path("other")).value();
  ASSERT_TRUE(other.insert("T", R"({"name":"other"})").ok());
  Row row;
  for (int i = 0; i < 2; ++i) {
    Rows ours = db_->find(R"({"collection":"T","limit":1})").value();
    ASSERT_TRUE(ours.next(row));
    EXPECT_EQ(row.record().find("name")->text(), "b");
    Rows theirs = other.find(R"({"collection":"T"})").value();
    ASSERT_TRUE(theirs.next(row));
    EXPECT_EQ(row.record().find("name")->text(), "other");
    EXPECT_EQ(row.json().value(), R"({"name":"other"})");
  }
}

TEST_F(QueryApi, PreparedQueriesTakeValuesByPlaceAndByName) {
  PreparedQuery query =
      db_->prepare(R"({"collection":"T","filter":{"name":{"$gte":{"$param":"from"}}},)"
                   R"("sort":"name","limit":{"$param":"most"}})")
          .value();
  EXPECT_EQ(query.parameters(), (std::vector<std::string>{"from", "most"}));
  const auto names = [](Result<Rows> rows) {
    std::string text;
    Row row;
    while (rows->next(row)) text += *row.record().find("name")->text();
    return text;
  };
  const std::vector<Value> values = {"b", 5};
  EXPECT_EQ(names(query.find(values)), "bc");
  EXPECT_EQ(names(query.find(Object{{"most", 2}, {"from", "a"}})), "ab");
  ASSERT_TRUE(db_->insert("T", R"({"name":"bb"})").ok());
  EXPECT_EQ(names(query.find(values)), "bbbc");
  EXPECT_EQ(query.find().code(), Code::invalid);
  EXPECT_EQ(query.find(Object{{"most", 2}}).code(), Code::invalid);
  EXPECT_EQ(query.count(values).code(), Code::invalid);
  EXPECT_NE(query.explain(values)->find("\"matched\":3"), std::string::npos);

  PreparedQuery counted = db_->prepare(R"({"filter":{"name":{"$param":"is"}}})").value();
  EXPECT_EQ(counted.count(Object{{"is", "c"}}).value(), 1u);
  EXPECT_TRUE(counted.explain(Object{{"is", "c"}}).ok());
  EXPECT_EQ(db_->prepare("{").code(), Code::invalid);
  EXPECT_EQ(db_->find(R"({"filter":{"name":{"$param":"is"}}})").code(), Code::invalid);
  EXPECT_EQ(PreparedQuery().find().code(), Code::invalid);
  EXPECT_EQ(PreparedQuery().parameters().size(), 0u);
}

TEST_F(QueryApi, GroupsAreRowsWithoutRecord) {
  Rows rows = db_->find(R"({"group":{"fields":{"n":{"$count":true}}}})").value();
  Row row;
  ASSERT_TRUE(rows.next(row));
  EXPECT_FALSE(row.is_record());
  EXPECT_EQ(row.json().value(), R"({"n":3})");
}

TEST_F(QueryApi, CountAndExplain) {
  EXPECT_EQ(db_->count(R"({"collection":"T","filter":{"name":{"$gt":"a"}}})").value(), 2u);
  EXPECT_EQ(db_->explain(R"({"collection":"T","limit":1})").value(),
            R"({"steps":[{"step":"scan","collection":"T"},{"step":"limit","rows":1}],)"
            R"("index":null,"examined":1,"matched":1,"returned":1})");
  EXPECT_EQ(db_->find("{").code(), Code::invalid);
  EXPECT_EQ(db_->explain(R"({"x":1})").code(), Code::invalid);
  EXPECT_EQ(db_->count(R"({"limit":1})").code(), Code::invalid);
}

TEST_F(QueryApi, EmptyRowsHaveNothing) {
  Rows rows;
  Row row;
  EXPECT_FALSE(rows.next(row));
  EXPECT_FALSE(rows.error());
  EXPECT_EQ(rows.cursor().value(), "");
  EXPECT_FALSE(row.is_record());
  EXPECT_EQ(row.json().value(), "");
}

}  // namespace
}  // namespace gs
