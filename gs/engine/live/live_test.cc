// Goal: a reader is told exactly what changed in what it sees, in the documented order.
// Method: frozen examples, then what ends a live query, then its bounds.
#include "gs/engine/live/live.h"

#include <gtest/gtest.h>

#include "gs/engine/live/test_reader.h"

namespace gs::engine {
namespace {

using testing::Reader;
using testing::World;

class LiveTest : public ::testing::Test {
 protected:
  LiveTest() : store_(world_.create()) {}
  void put(const char* collection, const char* key, const std::string& json) {
    ASSERT_TRUE(store_.put(collection, key, json).ok());
  }
  static Id id(const char* collection, const char* key) {
    return testing::id_of_key(collection, key);
  }
  World world_;
  testing::Store store_;
};

TEST_F(LiveTest, ACommitIsToldAsOneBatch) {
  put("City", "a", R"({"n":1})");
  put("City", "b", R"({"n":2})");
  Reader reader(store_, R"({"collection":"City","sort":"n"})");
  testing::Batch batch(store_.db);
  ASSERT_FALSE(batch.remove(id("City", "a")));
  ASSERT_TRUE(batch.put("City", "c", R"({"n":0})").ok());
  ASSERT_FALSE(batch.update(id("City", "b"), R"({"m":1})"));
  ASSERT_FALSE(batch.commit());
  EXPECT_EQ(reader.look(), R"(-[0] +[0]{"n":0} ![1]{"n":2,"m":1})");
  EXPECT_EQ(reader.look(), "");
}

TEST_F(LiveTest, SeveralChangesOfARecordAreOne) {
  put("City", "a", R"({"n":1})");
  Reader reader(store_, R"({"collection":"City"})");
  put("City", "a", R"({"n":2})");
  put("City", "a", R"({"n":3})");
  put("City", "b", R"({"n":9})");
  ASSERT_FALSE(store_.remove(id("City", "b")));
  EXPECT_EQ(reader.look(), R"(![0]{"n":3})");
  put("City", "a", R"({"n":4})");
  put("City", "a", R"({"n":3})");
  EXPECT_EQ(reader.look(), "");  // as it was
}

TEST_F(LiveTest, TellsOfRecordsInMemoryOnly) {
  const char* const schema =
      R"g({"files":{"Seat.js":"({ Struct: { store: 'memory' }, n: 'number', text: '?string' })"}})g";
  ASSERT_TRUE(store_->put_schema(schema, {}).ok());
  Reader before(store_, R"({"collection":"Seat","sort":"n"})");  // nothing is in memory yet
  put("Seat", "a", R"({"n":1})");
  put("City", "a", R"({"n":1})");
  EXPECT_EQ(before.look(), R"(+[0]{"n":1})");
  Reader reader(store_, R"({"collection":"Seat","sort":"n","select":["n"]})");
  put("Seat", "b", R"({"n":0})");
  ASSERT_FALSE(store_.update(id("Seat", "a"), R"({"n":5})"));
  EXPECT_EQ(reader.look(), R"(+[0]{"n":0} ![1]{"n":5})");
  ASSERT_FALSE(store_.remove(id("Seat", "b")));
  EXPECT_EQ(reader.look(), "-[0]");
  EXPECT_EQ(reader.live()->replaced(), 0u);
  // Memory that is renewed between two looks.
  const auto table = store_->moment().version->unlogged;
  const std::string more = R"(,"text":")" + std::string(1'000'000, 'x') + "\"}";
  for (int i = 0; i < 40; ++i) put("Seat", "a", R"({"n":)" + std::to_string(i) + more);
  EXPECT_NE(store_->moment().version->unlogged, table);
  EXPECT_EQ(reader.look(), R"(![0]{"n":39})");
  EXPECT_EQ(reader.live()->replaced(), 1u) << "several tables came and went";
  const auto before_one = store_->moment().version->unlogged;
  while (store_->moment().version->unlogged == before_one) put("Seat", "a", R"({"n":40)" + more);
  put("Seat", "c", R"({"n":7})");
  EXPECT_EQ(reader.look(), R"(+[0]{"n":7} ![1]{"n":40})");
  EXPECT_EQ(reader.live()->replaced(), 1u) << "one table after the other";
}

TEST_F(LiveTest, ALimitShowsWhoComesUpFromBehind) {
  for (const char* key : {"1", "2", "3", "4"})
    put("City", key, std::string(R"({"n":)") + key + "}");
  Reader reader(store_, R"({"collection":"City","sort":"n","offset":1,"limit":2})");
  ASSERT_FALSE(store_.remove(id("City", "1")));
  EXPECT_EQ(reader.look(), R"(-[0] +[1]{"n":4})");
  put("City", "0", R"({"n":0})");
  EXPECT_EQ(reader.look(), R"(-[1] +[0]{"n":2})");
  put("City", "9", R"({"n":9})");
  EXPECT_EQ(reader.look(), "");
}

TEST_F(LiveTest, AnIncludedRecordChangesTheRowsThatNameIt) {
  put("Country", "ua", R"({"name":"Ukraine"})");
  const std::string ua = id("Country", "ua").text();
  put("City", "a", R"({"n":1,"country":")" + ua + R"("})");
  put("City", "b", R"({"n":2,"country":")" + ua + R"("})");
  put("City", "c", R"({"n":3})");
  Reader reader(store_,
                R"({"collection":"City","sort":"n","include":{"country":{"select":["name"]}}})");
  put("Country", "ua", R"({"name":"Ukraine","code":"UA"})");
  EXPECT_EQ(reader.look(), "");
  put("Country", "ua", R"({"name":"Україна"})");
  EXPECT_EQ(reader.look(), R"(![0]{"n":1,"country":{"name":"Україна"}})"
                           R"( ![1]{"n":2,"country":{"name":"Україна"}})");
  ASSERT_FALSE(store_.update(id("City", "a"), R"({"country":null})"));
  EXPECT_EQ(reader.look(), R"(![0]{"n":1,"country":null})");
  ASSERT_FALSE(store_.remove(id("Country", "ua")));
  EXPECT_EQ(reader.look(), R"(![1]{"n":2,"country":null})");
}

TEST_F(LiveTest, ACollectionMayComeLater) {
  Reader reader(store_, R"({"collection":"New"})");
  put("Other", "a", "{}");
  EXPECT_EQ(reader.look(), "");
  put("New", "a", R"({"n":1})");
  EXPECT_EQ(reader.look(), R"(+[0]{"n":1})");
}

TEST_F(LiveTest, FollowsAcrossOneCheckpointWithoutExecutingAgain) {
  put("City", "a", R"({"n":1})");
  Reader reader(store_, R"({"collection":"City"})");
  put("City", "b", R"({"n":2})");
  ASSERT_FALSE(store_->checkpoint());
  put("City", "c", R"({"n":3})");
  reader.look();
  EXPECT_EQ(reader.rows().size(), 3u);
  EXPECT_EQ(reader.live()->replaced(), 0u);
  for (const char* key : {"d", "e"}) {
    put("City", key, R"({"n":4})");
    ASSERT_FALSE(store_->checkpoint());
  }
  put("City", "f", R"({"n":5})");
  reader.look();
  EXPECT_EQ(reader.rows(), testing::rows_of(store_, reader.query()));
  EXPECT_EQ(reader.live()->replaced(), 1u);  // rows of d or e are in no table any more
}

TEST_F(LiveTest, AnotherSchemaHasEverythingLookedAtAgain) {
  put("City", "a", R"({"n":1})");
  Reader reader(store_, R"({"collection":"City"})");
  ASSERT_TRUE(store_->put_schema(R"g({"files":{"City.js":"({ n: 'number' })"}})g", {}).ok());
  EXPECT_EQ(reader.look(), "");
  EXPECT_EQ(reader.live()->replaced(), 1u);
}

TEST_F(LiveTest, RefusesWhatItCannotKeepUpToDate) {
  Reader cursor(store_, R"({"cursor":"x"})");
  EXPECT_TRUE(cursor.error().starts_with("invalid: query: cursor: ")) << cursor.error();
  Reader deep(store_, R"({"include":{"a":{"include":{"b":true}}}})");
  EXPECT_TRUE(deep.error().starts_with("invalid: query: include.a.include: ")) << deep.error();
  Reader wrong(store_, R"({"x":1})");
  EXPECT_TRUE(wrong.error().starts_with("invalid: query: ")) << wrong.error();
}

TEST_F(LiveTest, ABoundEndsIt) {
  LiveBounds bounds;
  bounds.query.sort_bytes = 150;  // two ids
  bounds.query.group_bytes = 700;
  Reader rows(store_, R"({"collection":"City"})", bounds);
  Reader groups(store_, R"({"collection":"City","group":{"by":["n"]}})", bounds);
  for (const char* key : {"a", "b"}) put("City", key, std::string(R"({"n":")") + key + "\"}");
  rows.look();
  EXPECT_EQ(rows.rows().size(), 2u);
  groups.look();
  EXPECT_EQ(groups.rows().size(), 2u);
  for (const char* key : {"c", "d", "e"}) put("City", key, std::string(R"({"n":")") + key + "\"}");
  const std::string told = rows.look();
  EXPECT_TRUE(told.starts_with("too_large: live query: ")) << told;
  EXPECT_TRUE(groups.look().starts_with("too_large: live query: its groups"));
  Reader again(store_, R"({"collection":"City"})", bounds);
  EXPECT_TRUE(again.error().starts_with("too_large: live query: ")) << again.error();
  for (const char* key : {"a", "b", "c", "d"}) ASSERT_FALSE(store_.remove(id("City", key)));
  EXPECT_EQ(rows.look(), told);  // though it would fit again: what it told has a gap
}

TEST_F(LiveTest, RowsThatLeaveTheViewTakeNoMemoryAnyMore) {
  LiveBounds bounds;
  bounds.query.sort_bytes = 1000;
  Reader reader(store_, R"({"collection":"City","sort":"n:desc","limit":1,"include":{"c":true}})",
                bounds);
  for (int i = 0; i < 100; ++i) {
    testing::Batch batch(store_.db);
    const std::string n = std::to_string(i);
    const Id country = id("Country", n.c_str());
    ASSERT_TRUE(
        batch.put("City", n.c_str(), R"({"n":)" + n + R"(,"c":")" + country.text() + "\"}").ok());
    if (i > 0) ASSERT_FALSE(batch.remove(id("City", std::to_string(i - 1).c_str())));
    ASSERT_FALSE(batch.commit());
    reader.look();
    ASSERT_EQ(reader.rows(), testing::rows_of(store_, reader.query()));
  }
}

TEST_F(LiveTest, AStorageHasABoundedNumberOfThem) {
  std::vector<std::shared_ptr<Watcher>> watchers;
  for (std::size_t i = 0; i < Watchers::kMax; ++i) {
    watchers.push_back(std::make_shared<Watcher>([] {}));
    ASSERT_FALSE(store_->watch(watchers.back()));
  }
  EXPECT_TRUE(Reader(store_, "{}").error().starts_with("too_large: a storage has at most"));
  store_->unwatch(*watchers.back());
  EXPECT_EQ(Reader(store_, "{}").error(), "");
  EXPECT_EQ(Reader(store_, "{}").error(), "");  // the one before is gone
}

// A look that meets damage must not tell of rows as if they were all, nor go on afterwards.
TEST_F(LiveTest, DamageEndsIt) {
  for (int i = 0; i < 2000; ++i) {
    put("Many", std::to_string(i).c_str(), R"({"n":)" + std::to_string(i) + "}");
  }
  ASSERT_FALSE(store_->compact());
  ASSERT_FALSE(store_->close());
  store_ = world_.open();
  Reader reader(store_, R"({"collection":"New"})");  // reads nothing of the run
  for (const auto& [path, bytes] : testing::read_files(world_.memory)) {
    if (!path.ends_with(".gsr")) continue;
    const auto file = world_.memory.open(path, platform::OpenMode::write).value();
    for (std::size_t at = 4096; at + 4096 < bytes.size(); at += 512) {
      const std::uint8_t byte = bytes[at] ^ 1;
      ASSERT_TRUE(file->write(at, {&byte, 1}).ok());
    }
  }
  // New records, whose state before is asked of the harmed run.
  std::string told;
  for (int i = 0; i < 200 && told.find("damaged: ") == std::string::npos; ++i) {
    testing::Batch batch(store_.db);
    ASSERT_TRUE(batch.insert("New", "{}").ok());
    if (batch.commit()) break;
    told = reader.look();
  }
  ASSERT_TRUE(told.starts_with("damaged: ")) << told;
  EXPECT_EQ(reader.look(), told);
}

}  // namespace
}  // namespace gs::engine
