// Goal: a record of a collection that the schema keeps in memory is like any other one, for as long
// as the storage is open: in transactions, moments, indexes, bounds. And no byte of it is written.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "gs/base/test_share.h"
#include "gs/engine/database/test_world.h"
#include "gs/platform/forwarding_file_system.h"

namespace gs::engine::testing {
namespace {

const char* const kBoth = R"g({"files":{
  "Session.js":"({ Struct: { store: 'memory' }, token: { type: 'string', unique: true }, n: { type: 'number', index: true } })",
  "City.js":"({ name: { type: 'string', index: true } })"}})g";
const char* const kAllPersistent = R"g({"files":{
  "Session.js":"({ Struct: { store: 'persistent' }, token: { type: 'string', unique: true }, n: { type: 'number', index: true } })",
  "City.js":"({ name: { type: 'string', index: true } })"}})g";

std::string schema_in_one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

std::string session(const std::string& token, int n = 1, const std::string& more = {}) {
  return R"({"token":")" + token + R"(","n":)" + std::to_string(n) + more + "}";
}

// Remembers all that was ever written, also to files that are gone.
class RecordingFiles final : public platform::ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;
  std::string written;

  Result<std::unique_ptr<platform::File>> open(std::string_view path,
                                               platform::OpenMode mode) override {
    GS_TRY(auto file, ForwardingFileSystem::open(path, mode));
    return std::unique_ptr<platform::File>(new RecordedFile(written, std::move(file)));
  }

 private:
  class RecordedFile final : public platform::ForwardingFile {
   public:
    RecordedFile(std::string& written, std::unique_ptr<platform::File> file)
        : ForwardingFile(std::move(file)), written_(written) {}
    Error write(std::uint64_t offset, Bytes bytes) override {
      written_ += as_text(bytes);
      return ForwardingFile::write(offset, bytes);
    }

   private:
    std::string& written_;
  };
};

struct Sessions {
  World world;
  Store db;
  Digest schema;

  explicit Sessions(std::uint64_t memory_bytes = std::uint64_t{1} << 20) {
    world.options.memory_bytes = memory_bytes;
    db = world.create();
    use(kBoth);
  }
  void use(const char* text) {
    const auto digest = db->put_schema(schema_in_one_line(text), schema);
    ASSERT_TRUE(digest.ok()) << digest.error().text();
    schema = *digest;
  }
  void reopen() {
    ASSERT_TRUE(db->close().ok());
    db = world.open();
  }
  // How often the table of memory was another one than at the last look.
  std::uint64_t copies = 0;
  std::shared_ptr<state::RowTable> seen;
  void count_copies() {
    const auto now = db->moment().version->unlogged;
    copies += seen != nullptr && now != nullptr && now != seen ? 1 : 0;
    seen = now;
  }
  std::uint64_t in_memory() const { return db->stats().value().memory_records; }
  // The keys of all indexes are those of the records, memory included.
  void check_indexes() const {
    const Moment now = db->moment();
    for (const IndexView::One& one : now.indexes->all) {
      if (!one.is_whole) ASSERT_TRUE(db->build_index(one.index->digest).ok());
    }
    const Moment whole = db->moment();
    for (const IndexView::One& one : whole.indexes->all) {
      const Error error = check_index(one, db->tables(), whole.version, whole.at);
      ASSERT_TRUE(error.ok()) << error.text();
    }
  }
};

// Its stamp lies between those of a change.
TEST(InMemory, IsBlamedOnNoChange) {
  Sessions s;
  const auto write_lazily = [&] {
    Batch batch(s.db.db);
    ASSERT_TRUE(batch.insert("City", R"({"name":"Kyiv"})").ok());
    ASSERT_FALSE(batch.commit(Durability::lazy));
  };
  write_lazily();
  const Id id = *s.db.insert("Session", session("one"));
  write_lazily();
  const Blame blame = s.db->blame(id, {}).value();
  EXPECT_EQ(blame.collection, "Session");
  ASSERT_FALSE(blame.fields.empty());
  for (const FieldOrigin& origin : blame.fields) {
    EXPECT_FALSE(origin.change.has_value()) << origin.field;
    EXPECT_EQ(origin.writer, s.db->writer());
  }
}

TEST(InMemory, IsNeverWritten) {
  Sessions s;
  const Digest empty = s.db.digest();
  const Id id = *s.db.insert("Session", session("marker-one"));
  const Id keyed = *s.db.put("Session", "marker-key", session("marker-two"));
  ASSERT_TRUE(s.db.update(id, R"({"n":7,"token":"marker-three"})").ok());
  ASSERT_TRUE(s.db.set(keyed, "Session", session("marker-four")).ok());
  EXPECT_EQ(s.db.text(id), R"({"token":"marker-three","n":7})");
  EXPECT_EQ(s.in_memory(), 2u);
  EXPECT_EQ(s.db->stats()->records, 2u);
  EXPECT_EQ(s.db.digest(), empty) << "what others have not cannot be in the digest";
  EXPECT_TRUE(s.db->history(id, 10)->empty());
  EXPECT_EQ(s.db->proof(id).code(), Code::not_found);
  EXPECT_EQ(s.db.text_at(id, s.db.head()), "<not_found>");
  VerifyOptions full;
  full.full = true;
  EXPECT_EQ(s.db.complaints(full), "");
  ASSERT_TRUE(s.db->checkpoint().ok());
  ASSERT_TRUE(s.db->compact().ok());
  platform::MemoryFileSystem backup;
  ASSERT_TRUE(s.db->backup(backup).ok());
  EXPECT_EQ(s.db.text(id), R"({"token":"marker-three","n":7})");
  s.reopen();
  EXPECT_EQ(files_with(s.world.memory, "marker"), std::vector<std::string>());
  EXPECT_EQ(files_with(backup, "marker"), std::vector<std::string>());
  EXPECT_EQ(s.db.text(id), "<not_found>");
  EXPECT_EQ(s.db.text(keyed), "<not_found>");
  EXPECT_EQ(s.in_memory(), 0u);
  EXPECT_EQ(s.db.digest(), empty);
}

const char* const kNameUnique = R"g({"files":{
  "Session.js":"({ Struct: { store: 'memory' }, token: 'string', name: { type: 'string', unique: true } })"}})g";
const char* const kNameUniquePersistent = R"g({"files":{
  "Session.js":"({ Struct: { store: 'persistent' }, token: 'string', name: { type: 'string', unique: true } })"}})g";
const char* const kNoneUnique = R"g({"files":{
  "Session.js":"({ Struct: { store: 'memory' }, token: 'string', name: 'string' })"}})g";

TEST(InMemory, ANewUniqueIndexLooksAtItAndWritesNothingOfIt) {
  World world;
  RecordingFiles files(world.memory);
  world.files = &files;
  const Store db = world.create();
  const Digest first = *db->put_schema(schema_in_one_line(kNoneUnique), {});
  for (const char* const name : {"marker-a", "marker-b"}) {
    ASSERT_TRUE(db.insert("Session", R"({"token":"t","name":")" + std::string(name) + "\"}").ok());
  }
  const auto second = db->put_schema(schema_in_one_line(kNameUnique), first);
  ASSERT_TRUE(second.ok()) << second.error().text();
  EXPECT_EQ(db.insert("Session", R"({"token":"t","name":"marker-a"})").code(), Code::exists);
  EXPECT_EQ(files.written.find("marker"), std::string::npos);
  EXPECT_NE(files.written.find("Session"), std::string::npos) << "nothing is remembered";
  // Two that are equal: in the way of the rule only when they stay.
  const Digest third = *db->put_schema(schema_in_one_line(kNoneUnique), *second);
  ASSERT_TRUE(db.insert("Session", R"({"token":"t","name":"marker-a"})").ok());
  EXPECT_EQ(db->put_schema(schema_in_one_line(kNameUnique), third).code(), Code::exists);
  EXPECT_TRUE(db->put_schema(schema_in_one_line(kNameUniquePersistent), third).ok());
  EXPECT_EQ(files.written.find("marker"), std::string::npos);
}

TEST(InMemory, CostsNoSyncAndNoLog) {
  Sessions s;
  const auto before = s.db->stats();
  const Id id = *s.db.insert("Session", session("a"));
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(s.db.update(id, R"({"n":)" + std::to_string(i) + "}").ok());
  }
  // Made when it is not there, and also beside something that is logged and stays as it is.
  const Id key = id_of_key("Session", "once");
  for (int i = 0; i < 2; ++i) {
    Batch once(s.db.db);
    ASSERT_TRUE(once.expect_absent(key).ok());
    if (i != 0) ASSERT_TRUE(once.expect_absent(id_of_key("City", "none")).ok());
    ASSERT_TRUE(once.put("Session", "once", session("once")).ok());
    ASSERT_TRUE(once.commit().ok());
    ASSERT_TRUE(s.db.remove(key).ok());
  }
  ASSERT_TRUE(s.db->sync().ok());
  s.db->tick();
  const auto after = s.db->stats();
  EXPECT_EQ(after->log_bytes, before->log_bytes);
  EXPECT_EQ(after->changes, before->changes);
  EXPECT_EQ(after->operations, before->operations);
  // What is in the log becomes durable all the same, alone or beside others.
  const Id city = *s.db.insert("City", R"({"name":"Kyiv"})");
  ASSERT_TRUE(s.db.update(id, R"({"n":1})").ok());
  ASSERT_TRUE(s.db->sync().ok());
  World other;
  write_files_at_home(other.memory, read_files(s.world.memory));
  EXPECT_EQ(other.open().text(city), R"({"name":"Kyiv"})");
}

TEST(InMemory, SharesTransactionsWithWhatIsLogged) {
  Sessions s;
  const Id session_id = *s.db.insert("Session", session("a"));
  const Id city = *s.db.insert("City", R"({"name":"Kyiv"})");
  {
    Batch batch(s.db.db);
    ASSERT_TRUE(batch.update(session_id, R"({"n":2})").ok());
    ASSERT_TRUE(batch.update(city, R"({"name":"Lviv"})").ok());
    ASSERT_TRUE(batch.insert("Session", session("b")).ok());
    ASSERT_TRUE(batch.commit().ok());
  }
  EXPECT_EQ(s.db.text(session_id), R"({"token":"a","n":2})");
  EXPECT_EQ(s.db.text(city), R"({"name":"Lviv"})");
  // All or none, whichever of them is refused.
  {
    Batch batch(s.db.db);
    ASSERT_TRUE(batch.update(city, R"({"name":"Odesa"})").ok());
    ASSERT_TRUE(batch.insert("Session", session("b")).ok());
    EXPECT_EQ(batch.commit().code(), Code::exists);
  }
  {
    Batch batch(s.db.db);
    ASSERT_TRUE(batch.update(session_id, R"({"n":3})").ok());
    ASSERT_TRUE(batch.remove(*s.db.insert("City", R"({"name":"x"})")).ok());
    ASSERT_TRUE(batch.remove(id_of_key("City", "none")).ok());
    EXPECT_EQ(batch.commit().code(), Code::not_found);
  }
  EXPECT_EQ(s.db.text(session_id), R"({"token":"a","n":2})");
  EXPECT_EQ(s.db.text(city), R"({"name":"Lviv"})");
  // A log that is read again knows nothing of one half and all of the other.
  s.reopen();
  lose_state(s.world.memory);
  s.reopen();
  EXPECT_EQ(s.db.text(session_id), "<not_found>");
  EXPECT_EQ(s.db.text(city), R"({"name":"Lviv"})");
  VerifyOptions full;
  full.full = true;
  EXPECT_EQ(s.db.complaints(full), "");
}

TEST(InMemory, EveryWriteMakesAnotherVersion) {
  Sessions s;
  const Id id = *s.db.insert("Session", session("a"));
  const Digest first = s.db.version(id);
  ASSERT_TRUE(s.db.set(id, "Session", session("b")).ok());  // in the same millisecond
  EXPECT_NE(s.db.version(id), first);
  const Id city = *s.db.insert("City", R"({"name":"Kyiv"})");
  Batch late(s.db.db);
  ASSERT_TRUE(late.expect(id, first).ok());
  ASSERT_TRUE(late.update(city, R"({"name":"x"})").ok());
  EXPECT_EQ(late.commit().code(), Code::conflict);
  Batch right(s.db.db);
  ASSERT_TRUE(right.expect(id, s.db.version(id)).ok());
  ASSERT_TRUE(right.update(city, R"({"name":"Lviv"})").ok());
  ASSERT_TRUE(right.commit().ok());
  // The expectation is not in the log, where nobody could tell whether it holds.
  s.reopen();
  lose_state(s.world.memory);
  s.reopen();
  EXPECT_EQ(s.db.text(city), R"({"name":"Lviv"})");
}

TEST(InMemory, TakesNoMoreMemoryThanItMay) {
  Sessions s;
  ASSERT_TRUE(s.db->close().ok());
  s.world.options.memory_store_bytes = 1 << 20;
  s.db = s.world.open();
  const std::string more = R"(,"text":")" + std::string(10'000, 'x') + "\"";
  std::vector<Id> ids;
  Error error;
  while (error.ok() && ids.size() < 1000) {
    auto id = s.db.insert("Session", session(std::to_string(ids.size()), 1, more));
    if (id.ok()) {
      ids.push_back(*id);
    } else {
      error = std::move(id).error();
    }
  }
  EXPECT_EQ(error.code(), Code::no_space);
  EXPECT_NE(std::string(error.message()).find("memory_store_bytes"), std::string::npos);
  ASSERT_GT(ids.size(), 20u);
  EXPECT_TRUE(s.db.insert("City", R"({"name":"Kyiv"})").ok()) << "others go on";
  // What is removed makes room, however much was written in all.
  for (const Id& id : ids) ASSERT_TRUE(s.db.remove(id).ok());
  for (int i = 0; i < 1000; ++i) {
    const auto id = s.db.insert("Session", session("again", i, more));
    ASSERT_TRUE(id.ok()) << i << " " << id.error().text();
    ASSERT_TRUE(s.db.remove(*id).ok());
  }
  EXPECT_EQ(s.in_memory(), 0u);
  // What counts is bytes, not records.
  ids.clear();
  for (int i = 0; i < 1000; ++i) ids.push_back(*s.db.insert("Session", session(std::to_string(i))));
  const std::string large = R"(,"text":")" + std::string(600'000, 'x') + "\"";
  const Id giant = *s.db.insert("Session", session("giant", 1, large));
  EXPECT_EQ(s.db.insert("Session", session("second", 1, large)).code(), Code::no_space);
  ASSERT_TRUE(s.db.remove(giant).ok());
  EXPECT_TRUE(s.db.insert("Session", session("second", 1, large)).ok());
  for (const std::uint64_t wrong : {std::uint64_t{1}, std::uint64_t{3} << 30}) {
    World other;
    other.options.memory_store_bytes = wrong;
    EXPECT_EQ(other.try_create().code(), Code::invalid);
  }
}

TEST(InMemory, ErasureLeavesNothing) {
  Sessions s;
  const Id id = *s.db.insert("Session", session("a"));
  ASSERT_TRUE(s.db.update(id, R"({"n":2})").ok());
  const Id other = *s.db.insert("Session", session("b"));
  EXPECT_EQ(s.db->erase(id, "asked for").value(), 1u);
  EXPECT_EQ(s.db.text(id), "<not_found>");
  EXPECT_EQ(s.db.text(other), session("b"));
  EXPECT_EQ(s.db->moment().version->unlogged->row_count(), 1u);
  EXPECT_EQ(s.db->erase(id, "again").code(), Code::not_found);
  ASSERT_TRUE(s.db.remove(other).ok());
  EXPECT_EQ(s.db->erase(other, "its past").value(), 1u);
  EXPECT_EQ(s.db->moment().version->unlogged->row_count(), 0u);
  s.check_indexes();
}

TEST(InMemory, ErasureOfWhatWasLoggedBefore) {
  Sessions s;
  s.use(kAllPersistent);
  const Id id = *s.db.put("Session", "k", session("marker"));
  s.use(kBoth);
  ASSERT_TRUE(s.db.remove(id).ok());
  ASSERT_EQ(*s.db.put("Session", "k", session("marker")), id);
  ASSERT_TRUE(s.db->sync().ok());
  EXPECT_TRUE(s.db->proof(id).ok()) << "of its removal from the log";
  EXPECT_EQ(s.db->erase(id, "asked for").value(), 2u) << "one in memory, one in the log";
  EXPECT_EQ(s.db.text(id), "<not_found>");
  EXPECT_EQ(s.db->stats()->records, 0u);
  s.reopen();
  EXPECT_EQ(s.db->stats()->records, 0u);
  EXPECT_EQ(files_with(s.world.memory, "marker"), std::vector<std::string>());
}

// Where a record is kept is decided when it is inserted.
TEST(InMemory, FollowsTheSchemaInForce) {
  Sessions s;
  const Id lost = *s.db.put("Session", "k", session("a"));
  const Moment before = s.db->moment();
  s.use(kAllPersistent);
  EXPECT_EQ(s.db.text(lost), "<not_found>") << "forgotten with the schema that kept it";
  EXPECT_EQ(s.db.text_in(before, lost), session("a")) << "a moment keeps what it has";
  EXPECT_EQ(s.in_memory(), 0u);
  s.check_indexes();
  // The same id, now in the log.
  ASSERT_EQ(*s.db.put("Session", "k", session("b")), lost);
  const Id stored = *s.db.insert("Session", session("c"));
  s.use(kBoth);
  EXPECT_EQ(s.db.text(lost), session("b"));
  ASSERT_TRUE(s.db.update(stored, R"({"n":5})").ok());
  EXPECT_EQ(s.in_memory(), 0u) << "what is in the log stays there";
  // Removed from the log and put again: in memory; and away once more.
  ASSERT_TRUE(s.db.remove(lost).ok());
  ASSERT_EQ(*s.db.put("Session", "k", session("d")), lost);
  EXPECT_EQ(s.in_memory(), 1u);
  EXPECT_EQ(s.db.text(lost), session("d"));
  s.check_indexes();
  ASSERT_TRUE(s.db->checkpoint().ok());
  EXPECT_EQ(s.db.text(lost), session("d"));
  EXPECT_EQ(s.db.content().size(), 2u);
  ASSERT_TRUE(s.db.remove(lost).ok());
  EXPECT_EQ(s.db.text(lost), "<not_found>");
  EXPECT_EQ(s.db.content().size(), 1u);
  s.check_indexes();
  // What was removed from memory is not in the way of what the log has later.
  s.use(kAllPersistent);
  ASSERT_EQ(*s.db.put("Session", "k", session("d")), lost);
  EXPECT_EQ(s.db.text(lost), session("d"));
  EXPECT_EQ(s.db.content().size(), 2u);
  s.check_indexes();
  ASSERT_TRUE(s.db.remove(lost).ok());
  s.reopen();
  EXPECT_EQ(s.db.text(stored), R"({"token":"c","n":5})");
  EXPECT_EQ(s.db.text(lost), "<not_found>");
  VerifyOptions full;
  full.full = true;
  EXPECT_EQ(s.db.complaints(full), "");
}

// One id removed and inserted again in one transaction changes its place with the schema.
TEST(InMemory, OneTransactionMovesARecord) {
  Sessions s;
  s.use(kAllPersistent);
  const Id id = *s.db.put("Session", "k", session("a"));
  s.use(kBoth);
  {
    Batch batch(s.db.db);
    ASSERT_TRUE(batch.remove(id).ok());
    ASSERT_TRUE(batch.put("Session", "k", session("b")).ok());
    ASSERT_TRUE(batch.update(id, R"({"n":9})").ok());
    ASSERT_TRUE(batch.commit().ok());
  }
  EXPECT_EQ(s.db.text(id), R"({"token":"b","n":9})");
  EXPECT_EQ(s.in_memory(), 1u);
  s.check_indexes();
  s.reopen();
  EXPECT_EQ(s.db.text(id), "<not_found>");
}

// Law: random writes to both kinds equal a map; every moment keeps its content, through frozen
// tables, copies of the memory and reopening.
TEST(InMemoryLaw, EqualsAMap) {
  std::uint64_t copies = 0;
  for (std::uint32_t seed = 1; seed <= 60u / gs::testing::kSanitizedShare; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::uint32_t bound) { return random() % bound; };
    Sessions s(below(2) == 0 ? 16 << 10 : 256 << 10);
    std::map<Id, std::pair<bool, std::string>> model;  // in memory?, text
    std::set<Id> keyed;
    std::vector<std::pair<Moment, Content>> kept;
    const auto content = [&] {
      Content all;
      for (const auto& [id, each] : model) all[id] = each.second;
      return all;
    };
    const auto some = [&] {
      auto at = model.begin();
      std::advance(at, below(static_cast<std::uint32_t>(model.size())));
      return at;
    };
    const std::string more = R"(,"text":")" + std::string(below(40'000), 'x') + "\"";
    int token = 0;
    for (int step = 0; step < 400; ++step) {
      const bool in_memory = below(2) == 0;
      const std::string json = in_memory ? session(std::to_string(++token), 1, more)
                                         : R"({"name":")" + std::to_string(++token) + "\"}";
      const std::string collection = in_memory ? "Session" : "City";
      switch (below(12)) {
        case 0:
        case 1:
        case 2:
          model[*s.db.insert(collection, json)] = {in_memory, json};
          break;
        case 3:
          if (const Id id = *s.db.put(collection, std::to_string(below(5)), json); true) {
            model[id] = {in_memory, json};
            keyed.insert(id);
          }
          break;
        case 4:
        case 5:
        case 6:
          if (model.empty()) break;
          if (const auto at = some(); true) {
            const std::string kind = at->second.first ? "Session" : "City";
            const std::string next = at->second.first
                                         ? session(std::to_string(++token), 2, more)
                                         : R"({"name":")" + std::to_string(++token) + "\"}";
            const bool has_key = keyed.count(at->first) != 0;
            const Error error =
                has_key ? s.db.update(at->first, next) : s.db.set(at->first, kind, next);
            ASSERT_TRUE(error.ok()) << error.text();
            at->second.second = next;
          }
          break;
        case 7:
          if (model.empty()) break;
          if (const auto at = some(); true) {
            ASSERT_TRUE(s.db.remove(at->first).ok());
            model.erase(at);
          }
          break;
        case 8:
          if (kept.size() < 6) kept.emplace_back(s.db->moment(), content());
          break;
        case 9:
          if (below(4) == 0) ASSERT_TRUE(s.db->checkpoint().ok());
          break;
        case 10:
          if (below(4) == 0) s.check_indexes();
          s.count_copies();
          break;
        default:
          if (below(30) != 0) break;
          kept.clear();
          s.reopen();
          std::erase_if(model, [](const auto& each) { return each.second.first; });
      }
    }
    ASSERT_EQ(s.db.content(), content()) << "seed " << seed;
    copies += s.copies;
    for (const auto& [moment, expected] : kept) {
      ASSERT_EQ(s.db.content(moment), expected) << "seed " << seed;
      for (const auto& [id, text] : expected) ASSERT_EQ(s.db.text_in(moment, id), text);
    }
    s.check_indexes();
    VerifyOptions full;
    full.full = true;
    ASSERT_EQ(s.db.complaints(full), "") << "seed " << seed;
  }
  EXPECT_GT(copies, 3u) << "the table of memory was never renewed";
}

}  // namespace
}  // namespace gs::engine::testing
