// The public interface in C++ on the real file system: what the engine's tests reach only through
// its inside.
#include "globalstorage/storage.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "gs/api/test_directory.h"

namespace gs {
namespace {

class StorageTest : public testing::InDirectory {};

TEST_F(StorageTest, ANumberIsGivenOnlyWhenADoubleHasExactlyThatValue) {
  Storage db = Storage::create(path("gs")).value();
  const Id id = db.insert("", R"({"a":{"$int":"9007199254740992"},"b":{"$int":"9007199254740993"},
    "c":{"$int":"-9007199254740993"},"d":{"$int":"1152921504606846976"},
    "e":{"$int":"9223372036854775807"},"f":{"$int":"-9223372036854775808"}})")
                    .value();
  const Record record = db.get(id).value();
  EXPECT_EQ(record.find("a")->number(), 9007199254740992.0);
  EXPECT_FALSE(record.find("b")->number());
  EXPECT_FALSE(record.find("c")->number());
  EXPECT_EQ(record.find("d")->number(), 1152921504606846976.0);
  EXPECT_FALSE(record.find("e")->number());
  EXPECT_EQ(record.find("f")->number(), -9223372036854775808.0);
}

// As programs have them that bring ids of their own, or give a record the id of another one as key.
TEST_F(StorageTest, AKeyMayHaveTheFormOfAnId) {
  Storage db = Storage::create(path("gs")).value();
  const Id user = db.insert("User", R"({"name":"Ann"})").value();
  const std::string name = user.text();
  const std::string random = "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d";  // no id is of this version
  EXPECT_EQ(db.find_id(name), user);
  EXPECT_EQ(db.find_id(name, "User"), user);
  EXPECT_FALSE(db.has(db.find_id(name, "Profile")))
      << "it would be the record of another collection";
  const Id profile = db.put("Profile", name, "{}").value();
  EXPECT_EQ(db.find_id(name, "Profile"), profile);
  EXPECT_EQ(db.find_id(name, "User"), user);
  EXPECT_EQ(db.find_id(name), user);
  EXPECT_EQ(db.find_id(profile.text(), "Profile"), profile);
  EXPECT_EQ(Storage::resolve(name, "Profile"), user) << "it looks into no storage";

  ASSERT_TRUE(db.remove(user).ok());
  EXPECT_EQ(db.find_id(name, "Profile"), profile);
  EXPECT_EQ(db.find_id(name, "User"), user) << "whoever asks for its history means it";
  ASSERT_TRUE(db.remove(profile).ok());
  EXPECT_EQ(db.find_id(name, "Profile"), profile) << "here as well";

  const Id keyed = db.put("Profile", random, "{}").value();
  EXPECT_EQ(Storage::resolve(random, "Profile"), keyed);
  EXPECT_EQ(db.find_id(random, "Profile"), keyed);
  EXPECT_EQ(db.find_id("ann", "Profile"), Storage::resolve("ann", "Profile"));
}

TEST_F(StorageTest, TooManyThreadsAreRefusedBeforeTheyAreStarted) {
  Options options;
  options.threads = ~0u;
  EXPECT_EQ(Storage::create(path("gs"), {}, options).code(), Code::invalid);
  EXPECT_EQ(Storage::open_or_create(path("gs"), options).code(), Code::invalid);
}

TEST_F(StorageTest, FieldsBeyondTheLastAreEmpty) {
  Storage db = Storage::create(path("gs")).value();
  const Record record = db.get(db.insert("City", R"({"a":1})").value()).value();
  ASSERT_EQ(record.field_count(), 1u);
  EXPECT_EQ(record.field_name(0), "a");
  EXPECT_EQ(record.field_name(1), "");
  EXPECT_TRUE(record.field(1).is_null());
  EXPECT_TRUE(record.field(1'000'000).is_null());
}

TEST_F(StorageTest, ProofSaysWhatWasWrittenAndNothingElsePasses) {
  Storage db = Storage::create(path("gs")).value();
  const Id id = db.insert("City", R"({"name":"Kyiv","n":1})").value();
  ASSERT_TRUE(db.insert("City", R"({"name":"Lviv","n":2})").ok());
  const std::string proof = db.proof(id).value();
  const ProofReport report = verify_proof(proof).value();
  EXPECT_EQ(report.id, id);
  EXPECT_EQ(report.storage, db.id());
  EXPECT_EQ(report.writer, db.writer());
  EXPECT_EQ(report.log_signer, db.writer());
  EXPECT_EQ(report.kind, "insert");
  EXPECT_EQ(report.collection, "City");
  EXPECT_EQ(report.json, R"({"name":"Kyiv","n":1})");
  EXPECT_TRUE(verify_proof(proof, report.log_root).ok());
  EXPECT_EQ(verify_proof(proof, Digest{}).code(), Code::broken_chain);

  EXPECT_EQ(verify_proof("").code(), Code::invalid);
  EXPECT_EQ(verify_proof("{}").code(), Code::invalid);
  EXPECT_EQ(verify_proof(proof.substr(0, proof.size() / 2)).code(), Code::invalid);
  EXPECT_FALSE(db.proof(Id{}).ok());
}

TEST_F(StorageTest, ProofWithAnyCharacterChangedIsRefused) {
  Storage db = Storage::create(path("gs")).value();
  const Id id = db.insert("City", R"({"name":"Kyiv"})").value();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(db.insert("City", "{}").ok());
  const std::string proof = db.proof(id).value();
  for (std::size_t i = 0; i < proof.size(); ++i) {
    std::string forged = proof;
    forged[i] = forged[i] == 'a' ? 'b' : 'a';
    const auto checked = verify_proof(forged);
    EXPECT_FALSE(checked.ok()) << i << ": " << forged;
  }
}

TEST_F(StorageTest, RestoredBackupHoldsTheSameAndWritesAsAnother) {
  Storage db = Storage::create(path("gs")).value();
  const Id id = db.insert("City", R"({"n":1})").value();
  const Digest state = db.digest()->digest;
  ASSERT_TRUE(db.backup(path("backup")).ok());
  ASSERT_TRUE(Storage::restore(path("backup"), path("restored")).ok());
  Storage restored = Storage::open(path("restored")).value();
  EXPECT_EQ(restored.id(), db.id());
  EXPECT_NE(restored.writer(), db.writer());
  EXPECT_EQ(restored.digest()->digest, state);
  EXPECT_EQ(restored.get(id)->json(), R"({"n":1})");
  EXPECT_TRUE(restored.update(id, R"({"n":2})").ok());
  EXPECT_TRUE(restored.verify()->ok);

  EXPECT_EQ(Storage::restore(path("backup"), path("restored")).code(), Code::exists);
  EXPECT_EQ(Storage::restore(path("nothing"), path("other")).code(), Code::not_a_storage);
  EXPECT_FALSE(std::filesystem::exists(path("other")));
}

TEST_F(StorageTest, FieldsAreThoseOfTheJsonAndNotTheKey) {
  Storage db = Storage::create(path("gs")).value();
  std::string many = "{";
  for (int i = 0; i < 3000; ++i)
    many += "\"f" + std::to_string(i) + "\":" + std::to_string(i) + ",";
  many.back() = '}';
  for (const std::string& json : {std::string(R"({"x":1,"y":null})"), std::string("{}"), many}) {
    const Id plain = db.insert("City", json).value();
    const Id keyed = db.put("City", "key", json).value();
    for (const Id& id : {plain, keyed}) {
      const Record record = db.get(id).value();
      Object object;
      for (std::size_t i = 0; i < record.field_count(); ++i) {
        object.emplace_back(record.field_name(i), record.field(i).value());
      }
      EXPECT_EQ(object, record.object()) << json.substr(0, 40);
    }
  }
}

// Records are nobody else's to read, also in a directory that was there before.
// A field that an update had removed was counted, and shown as null.
TEST_F(StorageTest, ARemovedFieldIsNoFieldAnyMore) {
  Storage db = Storage::create(path("gs")).value();
  const Id id = db.insert("City", R"({"name":"Kyiv","old":1,"area":839})").value();
  ASSERT_TRUE(db.update(id, R"({"old":{"$unset":true}})").ok());
  const Record record = db.get(id).value();
  ASSERT_EQ(record.field_count(), 2u);
  EXPECT_EQ(record.field_name(0), "name");
  EXPECT_EQ(record.field_name(1), "area");
  EXPECT_EQ(record.field(1).number(), 839.0);
}

// What was expected of such a field was read as a number, a set, or the fields of another object.
TEST_F(StorageTest, SwapComparesFieldsThatAreNamedLikeForms) {
  Storage db = Storage::create(path("gs")).value();
  const Id id = db.insert("City", R"({"$literal":{"a":2},"a":1,"n":0})").value();
  EXPECT_FALSE(db.swap(id, R"({"$literal":{"a":1}})", R"({"n":1})").value());
  EXPECT_TRUE(db.swap(id, R"({"$literal":{"a":2}})", R"({"n":2})").value());
  const Id other = db.insert("City", R"({"$int":"5"})").value();
  EXPECT_TRUE(db.swap(other, R"({"$int":"5"})", R"({"$int":"6"})").value());
  EXPECT_FALSE(db.swap(other, R"({"$int":"5"})", R"({"$int":"7"})").value());
  EXPECT_EQ(db.swap(other, "[1]", "{}").code(), Code::invalid);
}

TEST_F(StorageTest, AnEmptySnapshotHoldsNothingToScan) {
  Storage db = Storage::create(path("gs")).value();
  ASSERT_TRUE(db.insert("City", "{}").ok());
  Scan scan = db.scan(Snapshot(), {}).value();
  Record record;
  EXPECT_FALSE(scan.next(record));
}

TEST_F(StorageTest, CollectionsAreNamedInTheOrderOfTheirAppearanceAlsoWhenTheyAreEmpty) {
  using Names = std::vector<std::string>;
  Storage db = Storage::create(path("gs")).value();
  EXPECT_EQ(db.collections(), Names());
  ASSERT_TRUE(db.insert("", R"({"n":0})").ok());
  EXPECT_EQ(db.collections(), Names()) << "records in no collection are not named";
  const Id zoo = db.insert("Zoo", R"({"n":1})").value();
  ASSERT_TRUE(db.insert("City", R"({"n":2})").ok());
  ASSERT_TRUE(db.insert("Zoo", R"({"n":3,"more":true})").ok()) << "another shape of the same";
  {
    Transaction given_up = db.begin();
    ASSERT_TRUE(given_up.insert("Never", R"({"n":4})").ok());
  }
  EXPECT_EQ(db.collections(), (Names{"Zoo", "City"}));
  ASSERT_FALSE(db.remove(zoo));
  EXPECT_EQ(db.collections(), (Names{"Zoo", "City"}));
  ASSERT_FALSE(db.checkpoint());
  ASSERT_FALSE(db.close());
  Options options;
  options.read_only = true;
  EXPECT_EQ(Storage::open(path("gs"), options)->collections(), (Names{"Zoo", "City"}));
  std::filesystem::remove(path("gs/manifest"));
  Storage again = Storage::open(path("gs")).value();
  EXPECT_EQ(again.collections(), (Names{"Zoo", "City"})) << "from the log";
  const Error applied = again.apply_schema(
      R"g({"files":{"City.js":"({ n: '?number' })","Lake.js":"({ n: '?number' })"}})g");
  ASSERT_FALSE(applied) << applied.text();
  EXPECT_EQ(again.collections(), (Names{"Zoo", "City", "Lake"})) << "the schema has one more";
}

TEST_F(StorageTest, WhatIsCreatedIsReadableByItsOwnerOnly) {
  namespace fs = std::filesystem;
  const auto is_private = [](const std::string& where) {
    const fs::perms others = fs::perms::group_all | fs::perms::others_all;
    return (fs::status(where).permissions() & others) == fs::perms::none;
  };
  ASSERT_TRUE(fs::create_directory(path("there")));
  Storage db = Storage::create(path("gs")).value();
  Storage in_existing = Storage::create(path("there")).value();
  const BlobRef blob = db.put_blob(Buffer(100, 1)).value();
  ASSERT_TRUE(db.insert("City", "{}").ok());
  ASSERT_TRUE(db.checkpoint().ok());
  ASSERT_TRUE(db.backup(path("backup")).ok());
  for (const char* name : {"gs", "gs/log", "gs/state", "gs/blobs", "gs/keys", "there/log",
                           "there/state", "there/keys", "backup", "backup/log", "backup/blobs"}) {
    EXPECT_TRUE(is_private(path(name))) << name;
  }
  EXPECT_EQ(db.get_blob(blob)->size(), 100u);
}

// Records are found a few at a time: neither the two ways to take them, nor a move in between, nor
// a limit in the middle of such a few may skip or repeat one.
TEST_F(StorageTest, ScanGivesEachRecordOnceHoweverItIsAsked) {
  Storage db = Storage::create(path("gs")).value();
  std::vector<Id> ids;
  ids.reserve(50);
  for (int i = 0; i < 50; ++i) ids.push_back(db.insert("City", "{}").value());
  std::sort(ids.begin(), ids.end());
  for (const std::size_t limit : {0u, 1u, 7u, 8u, 9u, 50u, 60u}) {
    ScanOptions options;
    options.collection = "City";
    options.limit = limit;
    Scan scan = db.scan(options).value();
    std::vector<Id> found;
    for (bool more = true; more;) {
      Record record;
      Id id;
      Bytes bytes;
      if (found.size() % 3 == 0) {
        more = scan.next(record);
        if (more) id = record.id();
      } else {
        more = scan.next(id, bytes);
        if (more) EXPECT_TRUE(equal(bytes, db.get(id).value().bytes()));
      }
      if (more) found.push_back(id);
      Scan moved = std::move(scan);
      EXPECT_FALSE(scan.next(id, bytes));  // NOLINT(bugprone-use-after-move): what is tested
      scan = std::move(moved);
    }
    const auto count = static_cast<std::ptrdiff_t>(std::min(limit, ids.size()));
    EXPECT_EQ(found, std::vector<Id>(ids.begin(), ids.begin() + count)) << limit;
  }
}

TEST_F(StorageTest, ScanStartsAgainWhereItIsTold) {
  Storage db = Storage::create(path("gs")).value();
  std::vector<Id> ids;
  ids.reserve(20);
  for (int i = 0; i < 20; ++i) ids.push_back(db.insert("City", "{}").value());
  ScanOptions options;
  options.collection = "City";
  options.limit = 3;
  Scan scan = db.scan(options).value();
  ASSERT_TRUE(db.insert("City", "{}").ok());  // not of the scan's moment
  for (const std::size_t from : {0, 19, 7}) {
    scan.seek(ids[from]);
    Record record;
    std::size_t at = from;
    while (scan.next(record)) EXPECT_EQ(record.id(), ids[at++]);
    EXPECT_EQ(at, std::min<std::size_t>(from + 3, 20));
  }
  Scan().seek(ids[0]);
}

// A record or a snapshot kept the storage that was replaced alive: its lock stayed, and nothing
// synced what it had committed lazily any more.
TEST_F(StorageTest, OneThatIsReplacedIsClosedThoughARecordOfItLives) {
  Storage db = Storage::create(path("one")).value();
  const Id id = db.insert("City", R"({"n":1})").value();
  Transaction tx = db.begin();
  ASSERT_TRUE(tx.update(id, R"({"n":2})").ok());
  ASSERT_TRUE(tx.commit(Durability::lazy).ok());
  const Record record = db.get(id).value();
  const Snapshot snapshot = db.snapshot();
  db = Storage::create(path("two")).value();
  EXPECT_TRUE(db.insert("City", "{}").ok());
  auto again = Storage::open(path("one"));
  ASSERT_TRUE(again.ok()) << again.error().text();
  EXPECT_EQ(again->get(id)->json(), R"({"n":2})");
  EXPECT_EQ(record.json(), R"({"n":2})");

  Storage& itself = again.value();
  again.value() = std::move(itself);
  EXPECT_TRUE(again->insert("City", "{}").ok());
  Storage moved = std::move(again).value();
  again.value() = Storage::create(path("three")).value();  // over one that was moved from
  EXPECT_TRUE(again->insert("City", "{}").ok());
  EXPECT_TRUE(moved.insert("City", "{}").ok());
}

}  // namespace
}  // namespace gs
