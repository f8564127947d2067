// Goal: a storage whose schema in force does not compile any more is read as before, and says what
// is wrong. The files of its indexes, which nobody reads then, are neither lost nor believed later.
// Method: a schema that takes its time, and a machine that has become too slow for it.

#include <gtest/gtest.h>

#include <vector>

#include "gs/engine/database/test_world.h"

namespace gs::engine::testing {
namespace {

// A tenth of the steps that a file may take.
const char* const kLong =
    R"g({"files":{"City.js":"let n = 0; for (let i = 0; i < 300000; i++) n += i;)g"
    R"g( ({ name: { type: 'string', index: true } })"}})g";
const char* const kShort =
    R"g({"files":{"City.js":"({ name: { type: 'string', index: true } })"}})g";

const char* const kWrong =
    "the schema in force: City.js:1:30: it was stopped after 2000 ms. Does a loop in it never end?";

// Whoever looks again is a second late.
class SlowClock final : public platform::ManualClock {
 public:
  std::uint64_t monotonic_ns() override {
    advance_ms(1000);
    return ManualClock::monotonic_ns();
  }
};

struct UnusableSchema : ::testing::Test {
  World world;
  SlowClock slow;
  Store db;
  Digest schema;
  Content content;
  std::vector<std::string> events;

  UnusableSchema() {
    world.options.on_event = [this](const Event& event) {
      events.push_back(std::string(event.name) + ": " + std::string(event.text));
    };
    db = world.create();
    schema = *db->put_schema(kLong, {});
    write(200);
    EXPECT_TRUE(db->checkpoint().ok());
  }

  static std::string named(const std::string& name) { return R"({"name":")" + name + "\"}"; }
  void write(int count) {
    for (int i = 0; i < count; ++i) {
      const std::string json = named("n" + std::to_string(content.size()));
      const auto id = db.insert("City", json);
      ASSERT_TRUE(id.ok()) << id.error().text();
      content[*id] = json;
    }
  }
  void open_slowly() {
    ASSERT_TRUE(db->close().ok());
    events.clear();
    DatabaseSetup setup = world.setup(world.memory);
    setup.env.clock = &slow;
    auto opened = Database::open(std::move(setup));
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    db = {std::move(*opened)};
    ASSERT_EQ(db->catalog(), nullptr) << "the machine is too fast";
    ASSERT_TRUE(db->moment().indexes->all.empty());
  }
  void open() {
    ASSERT_TRUE(db->close().ok());
    events.clear();
    db = world.open();
    ASSERT_NE(db->catalog(), nullptr);
  }
  Files index_files() {
    Files files = read_files(world.memory);
    std::erase_if(files, [](const auto& file) { return !file.first.ends_with(".gsx"); });
    return files;
  }
  void check_index_whole() const {
    const Moment now = db->moment();
    const IndexView::One& one = now.indexes->all.at(0);
    ASSERT_TRUE(one.is_whole);
    const Error wrong = check_index(one, db->tables(), now.version, now.at);
    ASSERT_TRUE(wrong.ok()) << wrong.text();
  }
};

TEST_F(UnusableSchema, LeavesAllToBeReadAndSaysWhatIsWrong) {
  write(20);  // which no run has
  const Id id = content.begin()->first;
  const Digest change = db.head();
  for (const bool read_only : {true, false}) {
    world.options.read_only = read_only;
    ASSERT_NO_FATAL_FAILURE(open_slowly());
    ASSERT_EQ(events.size(), 1u);
    EXPECT_EQ(events[0], std::string("schema_unusable: ") + kWrong);
    EXPECT_EQ(db->schema().source, kLong);
    EXPECT_EQ(db.content(), content);
    EXPECT_EQ(db.text(id), content[id]);
    EXPECT_EQ(db.text_at(id, change), content[id]);
    EXPECT_EQ(db->history(id, 10)->size(), 1u);
    EXPECT_EQ(db.complaints(), "");
  }
  // What may not fit it is not taken.
  const auto refused = db.insert("City", named("new"));
  EXPECT_EQ(refused.code(), Code::too_large);
  EXPECT_EQ(refused.error().message(), kWrong);
  EXPECT_EQ(db.update(id, named("new")).code(), Code::too_large);
  EXPECT_EQ(db.remove(id).code(), Code::too_large);
  EXPECT_EQ(db.insert("Other", "{}").code(), Code::too_large);
  EXPECT_EQ(db.content(), content);
  // Until another one is in force.
  ASSERT_TRUE(db->put_schema(kShort, schema).ok());
  write(1);
  EXPECT_EQ(db.content(), content);
}

TEST_F(UnusableSchema, LosesNoIndex) {
  write(20);
  const Files files = index_files();
  ASSERT_EQ(files.size(), 1u);
  ASSERT_NO_FATAL_FAILURE(open_slowly());
  EXPECT_EQ(index_files(), files);
  ASSERT_NO_FATAL_FAILURE(open());
  EXPECT_EQ(events, std::vector<std::string>());
  EXPECT_EQ(index_files(), files);
  ASSERT_NO_FATAL_FAILURE(check_index_whole());
}

// The rows that no run had are in one by now, and in no file of an index.
TEST_F(UnusableSchema, MakesNoIndexOfFilesThatWereWholeBefore) {
  write(20);
  ASSERT_NO_FATAL_FAILURE(open_slowly());
  ASSERT_TRUE(db->checkpoint().ok());
  ASSERT_EQ(db->moment().version->runs.size(), 2u);
  ASSERT_TRUE(db->put_schema(kShort, schema).ok());
  const Digest index = db->moment().indexes->all.at(0).index->digest;
  EXPECT_FALSE(db->moment().indexes->all.at(0).is_whole);
  ASSERT_TRUE(db->build_index(index).ok());
  ASSERT_NO_FATAL_FAILURE(check_index_whole());
  const Files files = index_files();
  ASSERT_NO_FATAL_FAILURE(open());
  ASSERT_NO_FATAL_FAILURE(check_index_whole());
  EXPECT_LT(index_files().size(), files.size()) << "files that nobody reads stay";
}

// Keys are data, whoever reads them.
TEST_F(UnusableSchema, LetsARecordBeErased) {
  const Id secret = *db.insert("City", named("SECRETNAME"));
  ASSERT_TRUE(db->checkpoint().ok());
  ASSERT_NO_FATAL_FAILURE(open_slowly());
  ASSERT_FALSE(files_with(world.memory, "SECRETNAME").empty());
  ASSERT_TRUE(db->erase(secret, "asked").ok());
  EXPECT_EQ(files_with(world.memory, "SECRETNAME"), std::vector<std::string>());
  ASSERT_NO_FATAL_FAILURE(open());
  EXPECT_EQ(db.content(), content);
  ASSERT_TRUE(db->build_index(db->moment().indexes->all.at(0).index->digest).ok());
  ASSERT_NO_FATAL_FAILURE(check_index_whole());
}

}  // namespace
}  // namespace gs::engine::testing
