// Goal: records as bytes: a Reader sees what was committed last, and reads as Storage::get does.
// Method: finds beside writes, removals, a new schema and rows of queries; the bytes and shapes are
// compared with those of handles.

#include "globalstorage/reader.h"

#include <gtest/gtest.h>

#include "globalstorage/storage.h"
#include "gs/api/test_directory.h"
#include "gs/core/record/json.h"
#include "gs/core/record/shape.h"

namespace gs {
namespace {

class ReaderTest : public testing::InDirectory {};

std::string json_of(const Reader& reader, const RawRecord& raw) {
  const auto shape = record::Shape::decode(reader.shape(raw.shape));
  if (!shape.ok()) return "no shape";
  std::string json;
  record::append_json(record::RecordView(shape->get(), raw.bytes.data()), json);
  return json;
}

TEST_F(ReaderTest, SeesWhatWasCommittedLast) {
  auto db = Storage::create(path("gs"));
  ASSERT_TRUE(db.ok());
  Reader reader = db->reader();
  RawRecord raw;
  const auto id = db->insert("City", R"({"name":"Kyiv","lat":50.45})");
  ASSERT_TRUE(id.ok());
  ASSERT_TRUE(reader.find(*id, raw).value());
  EXPECT_EQ(json_of(reader, raw), R"({"name":"Kyiv","lat":50.45})");
  EXPECT_EQ(reader.version(), db->get(*id)->version());
  ASSERT_FALSE(db->update(*id, R"({"name":"Kiev"})"));
  ASSERT_TRUE(reader.find(*id, raw).value());
  EXPECT_EQ(json_of(reader, raw), R"({"name":"Kiev","lat":50.45})");
  EXPECT_EQ(reader.version(), db->get(*id)->version());
  ASSERT_FALSE(db->remove(*id));
  EXPECT_FALSE(reader.find(*id, raw).value());
}

TEST_F(ReaderTest, GivesEachShapeOneNumber) {
  auto db = Storage::create(path("gs"));
  ASSERT_TRUE(db.ok());
  Reader reader = db->reader();
  EXPECT_TRUE(reader.shape(0).empty());
  RawRecord first;
  RawRecord other;
  ASSERT_TRUE(reader.find(db->insert("City", R"({"a":1})").value(), first).value());
  ASSERT_TRUE(reader.find(db->insert("City", R"({"a":"x"})").value(), other).value());
  EXPECT_EQ(first.shape, 0U);
  EXPECT_EQ(other.shape, 1U);
  ASSERT_TRUE(reader.find(db->insert("City", R"({"a":2})").value(), first).value());
  EXPECT_EQ(first.shape, 0U);
  EXPECT_TRUE(reader.shape(2).empty());
}

TEST_F(ReaderTest, ReadsAsTheSchemaInForceDoes) {
  auto db = Storage::create(path("gs"));
  ASSERT_TRUE(db.ok());
  const Id id = db->insert("City", R"({"name":"Kyiv"})").value();
  Reader reader = db->reader();
  RawRecord raw;
  ASSERT_TRUE(reader.find(id, raw).value());
  const std::string schema =
      R"js({"files":{"City.js":"({ Entity: {}, name: 'string', n: { type: 'number', default: 7 } })"}})js";
  ASSERT_FALSE(db->apply_schema(schema));
  ASSERT_TRUE(reader.find(id, raw).value());
  EXPECT_EQ(json_of(reader, raw), db->get(id)->json());
  EXPECT_EQ(json_of(reader, raw), R"({"name":"Kyiv","n":7})");
}

TEST_F(ReaderTest, TakesRowsOfQueries) {
  auto db = Storage::create(path("gs"));
  ASSERT_TRUE(db.ok());
  const Id id = db->insert("City", R"({"name":"Kyiv"})").value();
  Reader reader = db->reader();
  auto rows = db->find(R"({"collection":"City"})");
  ASSERT_TRUE(rows.ok());
  Row row;
  ASSERT_TRUE(rows->next(row));
  const RawRecord raw = reader.raw(row.record());
  EXPECT_EQ(raw.id, id);
  EXPECT_EQ(json_of(reader, raw), R"({"name":"Kyiv"})");
}

TEST_F(ReaderTest, SaysThatTheStorageIsClosed) {
  auto db = Storage::create(path("gs"));
  ASSERT_TRUE(db.ok());
  Reader reader = db->reader();
  ASSERT_FALSE(db->close());
  RawRecord raw;
  EXPECT_EQ(reader.find(Id{}, raw).code(), Code::closed);
  Reader empty;
  EXPECT_FALSE(empty.find(Id{}, raw).value());
  reader.rest();
  empty.rest();
}

}  // namespace
}  // namespace gs
