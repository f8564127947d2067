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
