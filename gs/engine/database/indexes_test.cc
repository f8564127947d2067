// Goal: an index finds what the records say: after every way in which records come and go, from its
// files, without them, with damaged ones; and a unique index lets no second record in.

#include <gtest/gtest.h>

#include <algorithm>

#include "gs/engine/database/test_watched_files.h"
#include "gs/engine/database/test_world.h"

namespace gs::engine::testing {
namespace {

const char* const kCity = R"g({"files":{"City.js":"({ name: { type: 'string', index: true },
  country: '?string', tags: { array: 'string', index: true, required: false } })"}})g";
const char* const kUser = R"g({"files":{"User.js":"({ login: { type: 'string', unique: true },
  mail: '?string', home: { unique: ['mail', 'login'] } })"}})g";

std::string one_line(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

// All pairs of an index, as "key id" with the key's bytes as text where they are letters.
std::vector<std::pair<Buffer, Id>> pairs_of(const Store& db, std::string_view name) {
  const Moment now = db->moment();
  for (const IndexView::One& one : now.indexes->all) {
    if (one.index->definition.text() != name) continue;
    if (!one.is_whole) {
      EXPECT_TRUE(db->build_index(one.index->digest).ok());
      return pairs_of(db, name);
    }
    auto held = tiers(one, *now.version, now.at);
    EXPECT_TRUE(held.ok()) << held.error().text();
    index::Cursor cursor(*held, now.at);
    std::vector<std::pair<Buffer, Id>> pairs;
    while (cursor.next()) {
      pairs.emplace_back(Buffer(cursor.key().begin(), cursor.key().end()), cursor.id());
    }
    EXPECT_FALSE(cursor.is_cut_short());
    return pairs;
  }
  ADD_FAILURE() << "no index " << name;
  return {};
}

// What the index must have, by a look at every record.
std::vector<std::pair<Buffer, Id>> expected_pairs(const Store& db, std::string_view name) {
  const Moment now = db->moment();
  std::vector<std::pair<Buffer, Id>> pairs;
  for (const IndexView::One& one : now.indexes->all) {
    if (one.index->definition.text() != name) continue;
    KeyMaker maker(one.index->definition);
    KeyList keys;
    ScanState scan(db.db, now, one.index->definition.collection, Id{}, ~std::uint64_t{0});
    while (const state::Met* const met = scan.next()) {
      maker.make({db->tables().shape(met->entry->shape).shape.get(), met->record}, keys);
      for (std::size_t i = 0; i < keys.size(); ++i) {
        pairs.emplace_back(Buffer(keys[i].begin(), keys[i].end()), met->entry->id);
      }
    }
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

const IndexView::One& index_of(const Moment& moment, std::string_view name) {
  const auto at =
      std::find_if(moment.indexes->all.begin(), moment.indexes->all.end(),
                   [&](const auto& one) { return one.index->definition.text() == name; });
  return *at;
}

std::vector<std::string> files_of(World& world, std::string_view suffix) {
  std::vector<std::string> names;
  for (const auto& [path, bytes] : read_files(*world.files)) {
    if (path.ends_with(suffix)) names.push_back(path);
  }
  return names;
}

struct Cities {
  World world;
  Store db;
  std::vector<Id> ids;
  std::uint64_t turn = 0;

  explicit Cities(std::uint64_t memory_bytes = 64 << 10) {
    world.options.memory_bytes = memory_bytes;
    db = world.create();
    EXPECT_TRUE(db->put_schema(one_line(kCity), {}).ok());
  }
  void write(int count) {
    for (int i = 0; i < count; ++i) {
      world.clock.advance_ms(1);
      const std::string name = "n" + std::to_string(++turn % 50);
      const std::string tags = turn % 3 == 0 ? R"(,"tags":["x",")" + name + "\"]" : "";
      const std::string json = R"({"name":")" + name + "\"" + tags + "}";
      if (turn % 7 == 0 && !ids.empty()) {
        EXPECT_TRUE(db.remove(ids[turn % ids.size()]).ok());
        ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(turn % ids.size()));
      } else if (turn % 5 == 0 && !ids.empty()) {
        EXPECT_TRUE(db.update(ids[turn % ids.size()], R"({"name":"u)" + name + "\"}").ok());
      } else if (turn % 11 == 0 && !ids.empty()) {
        EXPECT_TRUE(db.set(ids[turn % ids.size()], "City", json).ok());
      } else {
        ids.push_back(db.insert("City", json).value());
      }
    }
  }
  void check() const {
    for (const char* const name : {"City(name)", "City(tags)"}) {
      ASSERT_EQ(pairs_of(db, name), expected_pairs(db, name)) << name;
    }
  }
};

TEST(Indexes, HaveWhatTheRecordsHave) {
  for (const std::uint64_t memory : {std::uint64_t{8} << 10, std::uint64_t{64} << 10}) {
    Cities cities(memory);
    for (int round = 0; round < 30; ++round) {
      cities.write(40);
      if (round % 3 == 0) ASSERT_NO_FATAL_FAILURE(cities.check());
      if (round % 10 == 9) ASSERT_TRUE(cities.db->compact().ok());
    }
    ASSERT_NO_FATAL_FAILURE(cities.check());
    EXPECT_TRUE(cities.db.complaints().empty()) << cities.db.complaints();
  }
}

// A reader that began before sees the keys of its moment.
TEST(Indexes, ShowEachMomentAsItWas) {
  Cities cities;
  cities.write(100);
  const auto before = expected_pairs(cities.db, "City(name)");
  const Moment then = cities.db->moment();
  cities.write(400);
  ASSERT_TRUE(cities.db->compact().ok());
  const IndexView::One& one = index_of(then, "City(name)");
  ASSERT_TRUE(one.is_whole);
  index::Cursor cursor(tiers(one, *then.version, then.at).value(), then.at);
  std::vector<std::pair<Buffer, Id>> pairs;
  while (cursor.next()) {
    pairs.emplace_back(Buffer(cursor.key().begin(), cursor.key().end()), cursor.id());
  }
  EXPECT_EQ(pairs, before);
}

TEST(Indexes, AreReadFromTheirFilesAfterARestart) {
  Cities cities;
  cities.write(600);
  ASSERT_TRUE(cities.db->checkpoint().ok());
  cities.write(5);  // replayed
  ASSERT_TRUE(cities.db->close().ok());
  cities.db = cities.world.open();
  const Moment now = cities.db->moment();
  EXPECT_TRUE(index_of(now, "City(name)").is_whole);
  EXPECT_FALSE(index_of(now, "City(name)").runs.empty());
  ASSERT_NO_FATAL_FAILURE(cities.check());
  EXPECT_EQ(files_of(cities.world, ".gsx").size(),
            index_of(now, "City(name)").runs.size() + index_of(now, "City(tags)").runs.size());
}

TEST(Indexes, AreMadeAgainWithoutTheirFiles) {
  Cities cities;
  cities.write(600);
  ASSERT_TRUE(cities.db->checkpoint().ok());
  ASSERT_TRUE(cities.db->close().ok());
  const auto files = files_of(cities.world, ".gsx");
  ASSERT_FALSE(files.empty());
  for (const std::string& path : files) ASSERT_TRUE(cities.world.files->remove(path).ok());
  cities.db = cities.world.open();
  EXPECT_FALSE(index_of(cities.db->moment(), "City(name)").is_whole);
  ASSERT_NO_FATAL_FAILURE(cities.check());
  // And kept then.
  ASSERT_TRUE(cities.db->close().ok());
  cities.db = cities.world.open();
  EXPECT_TRUE(index_of(cities.db->moment(), "City(name)").is_whole);
  ASSERT_NO_FATAL_FAILURE(cities.check());
}

TEST(Indexes, ComeWithALaterSchemaAndGoWithOne) {
  World world;
  world.options.memory_bytes = 16 << 10;
  Store db = world.create();
  for (int i = 0; i < 500; ++i) {
    ASSERT_TRUE(db.insert("City", R"({"name":"n)" + std::to_string(i) + "\"}").ok());
  }
  const auto first = db->put_schema(one_line(kCity), {});
  ASSERT_TRUE(first.ok());
  EXPECT_EQ(pairs_of(db, "City(name)"), expected_pairs(db, "City(name)"));
  EXPECT_EQ(pairs_of(db, "City(name)").size(), 500u);
  ASSERT_TRUE(db->put_schema(R"g({"files":{"City.js":"({ name: 'string' })"}})g", *first).ok());
  EXPECT_TRUE(db->moment().indexes->all.empty());
  ASSERT_TRUE(db.insert("City", R"({"name":"one more"})").ok());
  ASSERT_TRUE(db->checkpoint().ok());
  ASSERT_TRUE(db->close().ok());
  db = world.open();
  EXPECT_TRUE(files_of(world, ".gsx").empty());
}

// Keys are data: after an erasure no file has them.
TEST(Indexes, ForgetWhatIsErased) {
  Cities cities;
  cities.write(200);
  const Id id = cities.db.insert("City", R"({"name":"SECRETNAME","tags":["SECRETTAG"]})").value();
  cities.write(50);
  ASSERT_TRUE(cities.db->checkpoint().ok());
  ASSERT_FALSE(files_with(*cities.world.files, "SECRETNAME").empty());
  ASSERT_TRUE(cities.db.update(id, R"({"name":"SECRETOTHER"})").ok());
  cities.write(300);
  ASSERT_TRUE(cities.db->checkpoint().ok());
  ASSERT_TRUE(cities.db->erase(id, "asked").ok());
  for (const char* const word : {"SECRETNAME", "SECRETTAG", "SECRETOTHER"}) {
    EXPECT_EQ(files_with(*cities.world.files, word), std::vector<std::string>()) << word;
  }
  ASSERT_NO_FATAL_FAILURE(cities.check());
}

TEST(Indexes, ARecordWithTooLongKeysIsIrregular) {
  Cities cities;
  const std::string longer(kIndexKeyBytesMax + 1, 'x');
  std::string many;
  for (std::uint32_t i = 0; i <= kIndexedKeysMax; ++i)
    many += (i == 0 ? "\"" : ",\"") + std::to_string(i) + "\"";
  const Id a = cities.db.insert("City", R"({"name":")" + longer + "\"}").value();
  const Id b = cities.db.insert("City", R"({"name":"n","tags":[)" + many + "]}").value();
  const Id c = cities.db.insert("City", R"({"name":"n","tags":"no list"})").value();
  const Buffer irregular{kIrregularKey};
  EXPECT_EQ(pairs_of(cities.db, "City(name)").front(), std::make_pair(irregular, a));
  const auto tags = pairs_of(cities.db, "City(tags)");
  EXPECT_EQ(tags, (std::vector<std::pair<Buffer, Id>>{{irregular, b}, {irregular, c}}));
}

// Damage in an index harms nobody for longer than it takes to make the index again.
TEST(Indexes, ADamagedFileIsGivenUp) {
  Cities cities;
  cities.write(1200);
  ASSERT_TRUE(cities.db->compact().ok());
  ASSERT_TRUE(cities.db->close().ok());
  for (const std::string& path : files_of(cities.world, ".gsx")) {
    Buffer bytes = cities.world.files->read_whole(path, kFileBytesMax).value();
    ASSERT_GT(bytes.size(), 12000u);
    bytes[9000] ^= 0x55;  // behind what an open looks at
    ASSERT_TRUE(cities.world.files->write_whole(path, bytes).ok());
  }
  cities.db = cities.world.open();
  EXPECT_NE(cities.db.complaints().find("state: "), std::string::npos);
  const Moment now = cities.db->moment();
  const IndexView::One& one = index_of(now, "City(name)");
  ASSERT_TRUE(one.is_whole);
  index::Cursor cursor(tiers(one, *now.version, now.at).value(), now.at);
  while (cursor.next()) {
  }
  ASSERT_TRUE(cursor.is_cut_short());
  cities.db->forget_index(one.index->digest, cursor.damage());
  EXPECT_FALSE(index_of(cities.db->moment(), "City(name)").is_whole);
  ASSERT_EQ(pairs_of(cities.db, "City(name)"), expected_pairs(cities.db, "City(name)"));
}

// A file that cannot be written costs no commit and no checkpoint: the index is built again.
TEST(Indexes, AFileThatCannotBeWrittenIsMissedByNobody) {
  Cities cities;
  cities.write(300);
  ASSERT_TRUE(cities.db->checkpoint().ok());
  ASSERT_TRUE(cities.db->close().ok());
  WatchedFileSystem files(cities.world.memory);
  bool is_full = true;
  files.refuse = [&](std::string_view path) {
    return is_full && path.ends_with(".gsx") ? Error(Code::no_space, "full") : Error();
  };
  cities.world.files = &files;
  cities.db = cities.world.open();
  ASSERT_TRUE(index_of(cities.db->moment(), "City(name)").is_whole);
  cities.write(300);
  ASSERT_TRUE(cities.db->checkpoint().ok());
  EXPECT_FALSE(index_of(cities.db->moment(), "City(name)").is_whole);
  is_full = false;
  cities.check();
  cities.db.db.reset();  // before the file system that it writes to
}

// Keys of 1 KB, in a table that need not be written for its rows.
struct LongKeys {
  World world;
  Store db;
  std::size_t written = 0;

  explicit LongKeys(std::size_t table_keys_bytes_max) {
    world.options.memory_bytes = 64 << 20;
    world.options.checkpoint_log_bytes = 64 << 20;
    world.table_keys_bytes_max = table_keys_bytes_max;
    db = world.create();
    EXPECT_TRUE(db->put_schema(one_line(kCity), {}).ok());
  }
  void write(int count) {
    Batch batch(db.db);
    for (int i = 0; i < count; ++i) {
      const std::string name = std::to_string(++written) + std::string(1000, 'x');
      EXPECT_TRUE(batch.insert("City", R"({"name":")" + name + "\"}").ok());
    }
    EXPECT_TRUE(batch.commit().ok());
  }
  std::size_t keys_bytes() const {
    return index_of(db->moment(), "City(name)").tables.front()->keys()->memory_bytes();
  }
  Code ask() const {
    const Moment now = db->moment();
    return tiers(index_of(now, "City(name)"), *now.version, now.at).code();
  }
};

TEST(Indexes, KeysOfNewRecordsTakeNoMoreMemoryThanTheyMay) {
  EXPECT_EQ(kTableKeysBytesMax, std::size_t{256} << 20);
  LongKeys all(kTableKeysBytesMax);
  all.write(1000);
  ASSERT_EQ(all.ask(), Code::ok);
  const std::size_t needed = all.keys_bytes();
  ASSERT_GT(needed, 1'000'000u);

  LongKeys enough(needed);
  enough.write(1000);
  ASSERT_EQ(enough.ask(), Code::ok);
  EXPECT_EQ(enough.keys_bytes(), needed);
  EXPECT_EQ(pairs_of(enough.db, "City(name)"), expected_pairs(enough.db, "City(name)"));
  ASSERT_TRUE(enough.db->checkpoint().ok());
  EXPECT_TRUE(index_of(enough.db->moment(), "City(name)").is_whole);

  LongKeys little(needed / 8);
  little.write(1000);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(little.ask(), Code::too_large);
  EXPECT_LT(little.keys_bytes(), needed / 2) << "what is beyond is not kept";
  EXPECT_EQ(little.db.content(), all.db.content()) << "records have no part in it";
  // Once the table is written, the index is made of the records.
  ASSERT_TRUE(little.db->checkpoint().ok());
  EXPECT_FALSE(index_of(little.db->moment(), "City(name)").is_whole);
  EXPECT_EQ(pairs_of(little.db, "City(name)"), expected_pairs(little.db, "City(name)"));
  EXPECT_EQ(little.ask(), Code::ok);
}

// --- unique ---

struct Users {
  World world;
  Store db;
  explicit Users(std::uint64_t memory_bytes = 16 << 10) {
    world.options.memory_bytes = memory_bytes;
    db = world.create();
    EXPECT_TRUE(db->put_schema(one_line(kUser), {}).ok());
  }
};

TEST(UniqueIndexes, LetNoSecondRecordIn) {
  Users users;
  const Id ann = users.db.insert("User", R"({"login":"ann"})").value();
  const auto second = users.db.insert("User", R"({"login":"ann"})");
  ASSERT_EQ(second.code(), Code::exists);
  EXPECT_EQ(second.error().message(),
            "the schema says that User(login) is unique, and record " + ann.text() +
                R"( has login "ann" already. Choose another value, or change that record)");
  const Id bob = users.db.insert("User", R"({"login":"bob"})").value();
  EXPECT_EQ(users.db.update(bob, R"({"login":"ann"})").code(), Code::exists);
  EXPECT_EQ(users.db.set(bob, "User", R"({"login":"ann"})").code(), Code::exists);
  EXPECT_EQ(users.db.text(bob), R"({"login":"bob"})");
  // A record does not stand in its own way, and one that is gone in nobody's.
  EXPECT_TRUE(users.db.update(ann, R"({"login":"ann","mail":"a@b"})").ok());
  EXPECT_TRUE(users.db.remove(ann).ok());
  EXPECT_TRUE(users.db.update(bob, R"({"login":"ann"})").ok());
}

TEST(UniqueIndexes, ANullIsNoValue) {
  Users users;
  EXPECT_TRUE(users.db.insert("User", R"({"mail":"a"})").ok());
  EXPECT_TRUE(users.db.insert("User", R"({"mail":"a"})").ok());
  EXPECT_TRUE(users.db.insert("User", R"({"login":null,"mail":"a"})").ok());
  EXPECT_TRUE(users.db.insert("User", R"({"login":"x"})").ok());
}

TEST(UniqueIndexes, LookAtWhatATransactionLeaves) {
  Users users;
  const Id ann = users.db.insert("User", R"({"login":"ann"})").value();
  const Id bob = users.db.insert("User", R"({"login":"bob"})").value();
  {
    Batch swap(users.db.db);
    ASSERT_TRUE(swap.update(ann, R"({"login":"bob"})").ok());
    ASSERT_TRUE(swap.update(bob, R"({"login":"ann"})").ok());
    EXPECT_TRUE(swap.commit().ok());
  }
  {
    Batch twice(users.db.db);
    ASSERT_TRUE(twice.insert("User", R"({"login":"eve"})").ok());
    ASSERT_TRUE(twice.insert("User", R"({"login":"eve"})").ok());
    EXPECT_EQ(twice.commit().code(), Code::exists);
  }
  {
    Batch moved(users.db.db);
    ASSERT_TRUE(moved.remove(ann).ok());
    ASSERT_TRUE(moved.insert("User", R"({"login":"bob"})").ok());
    EXPECT_TRUE(moved.commit().ok());
  }
  {
    Batch back(users.db.db);
    ASSERT_TRUE(back.update(bob, R"({"login":"bob"})").ok());
    ASSERT_TRUE(back.update(bob, R"({"login":"zoe"})").ok());
    EXPECT_TRUE(back.commit().ok());
  }
  EXPECT_EQ(pairs_of(users.db, "User(login) unique"),
            expected_pairs(users.db, "User(login) unique"));
}

TEST(UniqueIndexes, HoldInRunsAndAfterARestart) {
  Users users(8 << 10);
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(users.db.insert("User", R"({"login":"u)" + std::to_string(i) + "\"}").ok());
  }
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 1000; i += 37) {
      const std::string json = R"({"login":"u)" + std::to_string(i) + "\"}";
      ASSERT_EQ(users.db.insert("User", json).code(), Code::exists) << i;
    }
    ASSERT_TRUE(users.db->close().ok());
    // The second time the index has to be built before the first commit.
    if (round == 0) {
      for (const std::string& path : files_of(users.world, ".gsx")) {
        ASSERT_TRUE(users.world.files->remove(path).ok());
      }
    }
    users.db = users.world.open();
  }
}

TEST(UniqueIndexes, ASchemaThatDuplicatesBreakIsRefused) {
  World world;
  Store db = world.create();
  const Id a = db.insert("User", R"({"login":"ann"})").value();
  ASSERT_TRUE(db.insert("User", R"({"mail":"x"})").ok());
  ASSERT_TRUE(db.insert("User", R"({"mail":"x"})").ok());
  const Id b = db.insert("User", R"({"login":"ann"})").value();
  const auto refused = db->put_schema(one_line(kUser), {});
  ASSERT_EQ(refused.code(), Code::exists);
  EXPECT_EQ(refused.error().message(),
            "the new schema says that User(login) is unique, but records " + a.text() + " and " +
                b.text() + R"( both have login "ann")");
  EXPECT_FALSE(db->schema().is_there());
  ASSERT_TRUE(db.remove(b).ok());
  EXPECT_TRUE(db->put_schema(one_line(kUser), {}).ok());
  EXPECT_EQ(db.insert("User", R"({"login":"ann"})").code(), Code::exists);
}

// The whole list of the other record was shown: a reader had to find the value that both have.
TEST(UniqueIndexes, TheElementOfAListThatCollidesIsNamed) {
  World world;
  Store db = world.create();
  ASSERT_TRUE(
      db->put_schema(R"g({"files":{"User.js":"({ Entity: {}, realm: '?string', )g"
                     R"g(mails: { array: 'string' }, by: { unique: ['realm', 'mails'] } })"}})g",
                     {})
          .ok());
  const Id ann = db.insert("User", R"({"realm":"x","mails":["a","b","c"]})").value();
  const auto second = db.insert("User", R"({"realm":"x","mails":["d","b"]})");
  EXPECT_EQ(
      second.error().message(),
      "the schema says that User(realm, mails) is unique, and record " + ann.text() +
          R"( has realm "x", mails "b" already. Choose another value, or change that record)");
}

// What damage hides of one key must not be forgotten when the next one is looked for.
TEST(UniqueIndexes, DamageIsNoReasonToLetASecondRecordIn) {
  Users users(1 << 20);
  for (int i = 1000; i < 3000; ++i) {
    ASSERT_TRUE(users.db.insert("User", R"({"login":"u)" + std::to_string(i) + "\"}").ok());
  }
  ASSERT_TRUE(users.db->compact().ok());
  ASSERT_TRUE(users.db->close().ok());
  for (const std::string& path : files_of(users.world, ".gsx")) {
    Buffer bytes = users.world.files->read_whole(path, kFileBytesMax).value();
    ASSERT_GT(bytes.size(), 12000u);
    bytes[9000] ^= 0x55;  // of the first block of keys
    ASSERT_TRUE(users.world.files->write_whole(path, bytes).ok());
  }
  users.db = users.world.open();
  for (int i = 1000; i < 1400; i += 7) {
    Batch batch(users.db.db);
    ASSERT_TRUE(batch.insert("User", R"({"login":"u)" + std::to_string(i) + "\"}").ok());
    ASSERT_TRUE(batch.insert("User", R"({"login":"v)" + std::to_string(i) + "\"}").ok());
    EXPECT_EQ(batch.commit().code(), Code::exists) << i;
  }
}

// A long call may be heard by somebody who reads.
TEST(Indexes, AReaderDoesNotWaitForTheJobThatCallsIt) {
  Cities cities;
  cities.write(300);
  ASSERT_TRUE(cities.db->checkpoint().ok());
  const Digest digest = index_of(cities.db->moment(), "City(name)").index->digest;
  cities.db->forget_index(digest, Error(Code::damaged, "by a test"));
  cities.write(300);
  ASSERT_TRUE(cities.db->checkpoint().ok());
  int asked = 0;
  const auto ask = [&](std::uint64_t, std::uint64_t) {
    ++asked;
    EXPECT_EQ(cities.db->build_index(digest, Database::Waiting::no).code(), Code::locked);
  };
  ASSERT_TRUE(cities.db->compact(ask).ok());
  EXPECT_GT(asked, 0);
  ASSERT_NO_FATAL_FAILURE(cities.check());
}

// A unique index has to tell: the table is written before its rows ask for that.
TEST(UniqueIndexes, HoldHoweverMuchMemoryTheirKeysWant) {
  World world;
  world.options.memory_bytes = 64 << 20;
  world.options.checkpoint_log_bytes = 64 << 20;
  world.table_keys_bytes_max = 64 << 10;
  const Store db = world.create();
  ASSERT_TRUE(db->put_schema(one_line(kUser), {}).ok());
  const auto user = [](int i) {
    return R"({"login":")" + std::to_string(i) + std::string(1000, 'x') + "\"}";
  };
  for (int i = 0; i < 300; ++i) {
    const auto added = db.insert("User", user(i));
    ASSERT_TRUE(added.ok()) << i << ": " << added.error().text();
    ASSERT_EQ(db.insert("User", user(i / 2)).code(), Code::exists) << i;
  }
  const Moment now = db->moment();
  EXPECT_GT(now.version->runs.size(), 0u) << "all keys are in memory";
  EXPECT_LE(index_of(now, "User(login) unique").tables.front()->keys()->memory_bytes(),
            2 * world.table_keys_bytes_max);
  ASSERT_EQ(pairs_of(db, "User(login) unique"), expected_pairs(db, "User(login) unique"));
}

TEST(UniqueIndexes, AKeyMayNotBeTooLong) {
  Users users;
  const std::string longer(kIndexKeyBytesMax, 'x');
  EXPECT_EQ(users.db.insert("User", R"({"login":")" + longer + "\"}").code(), Code::too_large);
}

}  // namespace
}  // namespace gs::engine::testing
