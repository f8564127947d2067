// What a database promises to those who write and read: transactions, versions, moments, history.
// Lasting and damage are in durability_test.cc.
#include <gtest/gtest.h>

#include "gs/base/test_share.h"
#include "gs/engine/database/staging.h"
#include "gs/engine/database/test_world.h"
#include "gs/platform/forwarding_file_system.h"
#include "gs/platform/memory/inline_executor.h"

namespace gs::engine::testing {
namespace {

class DatabaseTest : public ::testing::Test {
 protected:
  World world;
  Store db = world.create();
};

// --- transactions ---

TEST_F(DatabaseTest, ChangesOneRecordSeveralTimesInOneTransaction) {
  Batch batch(db.db);
  const Id kept = batch.insert("City", R"({"name":"Kyiv","n":1})").value();
  const Id gone = batch.insert("City", R"({"name":"Rome"})").value();
  ASSERT_TRUE(batch.update(kept, R"({"n":2})").ok());
  ASSERT_TRUE(batch.update(kept, R"({"m":3})").ok());
  ASSERT_TRUE(batch.update(gone, R"({"name":"Roma"})").ok());
  ASSERT_TRUE(batch.remove(gone).ok());
  ASSERT_TRUE(batch.commit().ok());
  EXPECT_EQ(db.text(kept), R"({"name":"Kyiv","n":2,"m":3})");
  EXPECT_EQ(db.text(gone), "<not_found>");
  EXPECT_EQ(db->stats()->records, 1u);
  EXPECT_EQ(db.complaints(), "");
}

TEST_F(DatabaseTest, FailingOperationLeavesNothingOfItsTransaction) {
  const Id old = db.insert("City", R"({"n":1})").value();
  const Digest before = db.digest();
  Batch batch(db.db);
  const Id fresh = batch.insert("City", R"({"n":2})").value();
  ASSERT_TRUE(batch.update(old, R"({"n":3})").ok());
  ASSERT_TRUE(batch.remove(id_of_key("", "nobody")).ok());
  EXPECT_EQ(batch.commit().code(), Code::not_found);
  EXPECT_EQ(db.text(old), R"({"n":1})");
  EXPECT_EQ(db.text(fresh), "<not_found>");
  EXPECT_EQ(db->stats()->records, 1u);
  EXPECT_EQ(db.digest(), before);
  EXPECT_EQ(db.complaints(), "");
}

TEST_F(DatabaseTest, OperationAfterRemoveInTheSameTransactionFindsNothing) {
  const Id id = db.insert("City", R"({"n":1})").value();
  Batch batch(db.db);
  ASSERT_TRUE(batch.remove(id).ok());
  ASSERT_TRUE(batch.update(id, R"({"n":2})").ok());
  EXPECT_EQ(batch.commit().code(), Code::not_found);
  EXPECT_EQ(db.text(id), R"({"n":1})");
}

TEST_F(DatabaseTest, KeyedRecordCanComeGoAndComeInOneTransaction) {
  Batch batch(db.db);
  const Id id = batch.put("City", "kyiv", R"({"n":1})").value();
  ASSERT_TRUE(batch.remove(id).ok());
  ASSERT_TRUE(batch.put("City", "kyiv", R"({"n":2})").ok());
  ASSERT_TRUE(batch.commit().ok());
  EXPECT_EQ(db.text(id), R"({"n":2})");
  EXPECT_EQ(db->stats()->records, 1u);
  EXPECT_EQ(db.content().size(), 1u);
  const Digest digest = db.digest();
  ASSERT_TRUE(db->close().ok());
  db.db.reset();
  db = world.open();
  EXPECT_EQ(db.text(id), R"({"n":2})");
  EXPECT_EQ(db->stats()->records, 1u);
  EXPECT_EQ(db.digest(), digest);
  EXPECT_EQ(db.complaints(), "");
}

TEST_F(DatabaseTest, AbandonedTransactionNeverHappened) {
  const Digest before = db.digest();
  Id id;
  {
    Batch batch(db.db);
    id = batch.insert("City", R"({"n":1})").value();
  }
  EXPECT_EQ(db.text(id), "<not_found>");
  EXPECT_EQ(db.digest(), before);
}

TEST_F(DatabaseTest, ExpectedVersionDecides) {
  const Id id = db.insert("City", R"({"n":1})").value();
  const Digest seen = db.version(id);
  {
    Batch batch(db.db);
    ASSERT_TRUE(batch.expect(id, seen).ok());
    ASSERT_TRUE(batch.update(id, R"({"n":2})").ok());
    EXPECT_TRUE(batch.commit().ok());
  }
  EXPECT_NE(db.version(id), seen);
  Batch late(db.db);
  ASSERT_TRUE(late.update(id, R"({"n":3})").ok());
  ASSERT_TRUE(late.expect(id, seen).ok());  // the order of expectations does not matter
  EXPECT_EQ(late.commit().code(), Code::conflict);
  EXPECT_EQ(db.text(id), R"({"n":2})");
}

TEST_F(DatabaseTest, ExpectedAbsenceDecides) {
  const Id id = id_of_key("City", "kyiv");
  const auto create_once = [&] {
    Batch batch(db.db);
    EXPECT_TRUE(batch.expect_absent(id).ok());
    EXPECT_TRUE(batch.put("City", "kyiv", R"({"n":1})").ok());
    return batch.commit();
  };
  EXPECT_TRUE(create_once().ok());
  EXPECT_EQ(create_once().code(), Code::conflict);
  ASSERT_TRUE(db.remove(id).ok());
  EXPECT_TRUE(create_once().ok());
  EXPECT_EQ(db.complaints(), "");
}

// --- one record ---

TEST_F(DatabaseTest, PutInsertsThenReplaces) {
  const Id id = db.put("City", "kyiv", R"({"name":"Kiew","old":true})").value();
  EXPECT_EQ(id, id_of_key("City", "kyiv"));
  EXPECT_EQ(db.put("City", "kyiv", R"({"name":"Kyiv"})").value(), id);
  EXPECT_EQ(db.text(id), R"({"name":"Kyiv"})");
  EXPECT_EQ(db->get(id).value()->view().key(), "kyiv");
  EXPECT_EQ(db->stats()->records, 1u);
  EXPECT_NE(db.put("Town", "kyiv", "{}").value(), id);
}

TEST_F(DatabaseTest, PutAfterRemoveIsCountedOnce) {
  const Id id = db.put("City", "kyiv", R"({"n":1})").value();
  ASSERT_TRUE(db.remove(id).ok());
  EXPECT_EQ(db->stats()->records, 0u);
  ASSERT_TRUE(db.put("City", "kyiv", R"({"n":2})").ok());
  EXPECT_EQ(db->stats()->records, 1u);
  EXPECT_EQ(db.content().size(), 1u);
}

TEST_F(DatabaseTest, UpdateReplacesAddsAndUnsetsFields) {
  const Id id = db.insert("City", R"({"a":1,"b":"two","c":[3]})").value();
  ASSERT_TRUE(db.update(id, R"({"b":{"$unset":true},"a":"one","d":null})").ok());
  EXPECT_EQ(db.text(id), R"({"a":"one","c":[3],"d":null})");
  ASSERT_TRUE(db.update(id, R"({"b":4})").ok());
  const std::string whole = db.text(id);
  EXPECT_NE(whole.find(R"("b":4)"), std::string::npos) << whole;
  ASSERT_TRUE(db->checkpoint().ok());
  EXPECT_EQ(db.text(id), whole);
  EXPECT_EQ(db.complaints(), "");
}

// Fields are members then: stamps count them so.
TEST_F(DatabaseTest, RecordThatBeginsToDescribeItselfKeepsTheStampsOfItsFields) {
  std::string many = "{";
  for (int i = 0; i < 1100; ++i) many += "\"f" + std::to_string(i) + "\":1,";
  many.back() = '}';
  const Id plain = db.insert("City", R"({"a":1,"b":2,"c":3})").value();
  const Id keyed = db.put("City", "kyiv", R"({"a":1,"b":2,"c":3})").value();
  for (const Id& id : {plain, keyed}) {
    ASSERT_TRUE(db.update(id, R"({"c":4})").ok());
    ASSERT_TRUE(db.update(id, many).ok());
    const auto record = db->get(id).value();
    ASSERT_TRUE(record->shape->self_describing());
    ASSERT_NE(record->found.image, nullptr);
    const state::ImageView image(record->found.image);
    ASSERT_EQ(image.exception_count(), 1101u);  // all but "a" and "b", which insert gave
    EXPECT_EQ(merge::name_of_field(record->view(), image.exceptions()[0].field()), "c");
    EXPECT_EQ(merge::name_of_field(record->view(), image.exceptions()[1].field()), "f0");
    ASSERT_TRUE(db.update(id, R"({"c":5})").ok());
  }
  const Digest digest = db.digest();
  EXPECT_EQ(db.complaints(), "");
  ASSERT_TRUE(db->close().ok());
  db.db.reset();
  db = world.open();
  EXPECT_EQ(db.digest(), digest);
}

TEST_F(DatabaseTest, SetReplacesEverything) {
  const Id id = db.insert("City", R"({"a":1,"b":2})").value();
  ASSERT_TRUE(db.update(id, R"({"b":3})").ok());
  ASSERT_TRUE(db.set(id, "City", R"({"c":4})").ok());
  EXPECT_EQ(db.text(id), R"({"c":4})");
  EXPECT_EQ(db.set(id_of_key("", "nobody"), "City", "{}").code(), Code::not_found);
}

TEST_F(DatabaseTest, WritesToMissingRecordsAreRefused) {
  const Id nobody = id_of_key("", "nobody");
  EXPECT_EQ(db.update(nobody, "{}").code(), Code::not_found);
  EXPECT_EQ(db.remove(nobody).code(), Code::not_found);
  EXPECT_EQ(db->erase(nobody, "").code(), Code::not_found);
  EXPECT_EQ(db->proof(nobody).code(), Code::not_found);
}

// --- scans ---

TEST_F(DatabaseTest, ScansShowEveryRecordOnceInIdOrder) {
  Content expected;
  for (int i = 0; i < 300; ++i) {
    const std::string json = "{\"n\":" + std::to_string(i) + "}";
    const char* collection = i % 3 == 0 ? "A" : i % 3 == 1 ? "B" : "";
    const Id id = i % 2 == 0 ? db.insert(collection, json).value()
                             : db.put(collection, "key" + std::to_string(i), json).value();
    expected[id] = json;
    if (i == 100) ASSERT_TRUE(db->checkpoint().ok());
    if (i == 200) ASSERT_TRUE(db->compact().ok());
  }
  EXPECT_EQ(db.content(), expected);
  // From an id in the middle, inclusive, with a limit.
  auto middle = std::next(expected.begin(), 150);
  ScanState scan(db.db, db->moment(), {}, middle->first, 20);
  for (int round = 0; round < 3; ++round) {
    auto expect = middle;
    for (int i = 0; i < 20; ++i, ++expect) {
      const state::Met* const met = scan.next();
      ASSERT_NE(met, nullptr);
      EXPECT_EQ(met->entry->id, expect->first);
    }
    EXPECT_EQ(scan.next(), nullptr);
    std::advance(middle, round == 0 ? -100 : 37);
    scan.seek(middle->first);
  }
}

// --- moments and history ---

TEST_F(DatabaseTest, MomentStaysAsItWasWhateverHappens) {
  const Id updated = db.insert("City", R"({"n":1})").value();
  const Id removed = db.insert("City", R"({"n":2})").value();
  const Id erased = db.insert("City", R"({"n":3})").value();
  const Moment then = db->moment();
  const Content content = db.content();
  const auto check = [&](const char* after) {
    EXPECT_EQ(db.content(then), content) << "after " << after;
    EXPECT_EQ(db.text_in(then, updated), R"({"n":1})") << "after " << after;
    EXPECT_EQ(db.text_in(then, removed), R"({"n":2})") << "after " << after;
    EXPECT_EQ(db.text_in(then, erased), R"({"n":3})") << "after " << after;
  };
  ASSERT_TRUE(db.update(updated, R"({"n":10})").ok());
  ASSERT_TRUE(db.remove(removed).ok());
  ASSERT_TRUE(db.insert("City", R"({"n":4})").ok());
  check("writes");
  ASSERT_TRUE(db->checkpoint().ok());
  check("a checkpoint");
  ASSERT_TRUE(db.update(updated, R"({"n":11})").ok());
  ASSERT_TRUE(db->compact().ok());
  check("compacting");
  ASSERT_TRUE(db->erase(erased, "asked to").ok());
  check("erasing");
  ASSERT_TRUE(db.insert("City", R"({"n":5})").ok());
  ASSERT_TRUE(db->checkpoint().ok());
  check("another checkpoint");
  EXPECT_EQ(db.text(updated), R"({"n":11})");
  EXPECT_EQ(db.content().size(), 3u);
}

TEST_F(DatabaseTest, RecordsCanBeReadAsOfAnOldChange) {
  const Digest genesis = db.head();
  const Id id = db.insert("City", R"({"n":1,"m":1})").value();
  const Digest inserted = db.head();
  ASSERT_TRUE(db.update(id, R"({"n":2})").ok());
  const Digest updated = db.head();
  ASSERT_TRUE(db.set(id, "City", R"({"x":3})").ok());
  const Digest set = db.head();
  ASSERT_TRUE(db.remove(id).ok());
  const Digest removed = db.head();
  ASSERT_TRUE(db->checkpoint().ok());
  EXPECT_EQ(db.text_at(id, genesis), "<not_found>");
  EXPECT_EQ(db.text_at(id, inserted), R"({"n":1,"m":1})");
  EXPECT_EQ(db.text_at(id, updated), R"({"n":2,"m":1})");
  EXPECT_EQ(db.text_at(id, set), R"({"x":3})");
  EXPECT_EQ(db.text_at(id, removed), "<not_found>");
  EXPECT_EQ(db->get_at(id, Digest{}).code(), Code::not_found);
}

TEST_F(DatabaseTest, LogTellsWhatEachChangeDid) {
  const Id id = db.put("City", "kyiv", R"({"n":1})").value();
  ASSERT_TRUE(db.remove(id).ok());
  const auto log = db->log(10).value();
  ASSERT_EQ(log.size(), 3u);  // genesis, put, remove; newest first
  EXPECT_EQ(log[0].prev, log[1].digest);
  EXPECT_EQ(log[2].sequence, 0u);
  EXPECT_EQ(db->log(1).value().size(), 1u);
  std::vector<OperationInfo> operations;
  ASSERT_TRUE(db->change(log[1].digest, &operations).ok());
  ASSERT_FALSE(operations.empty());
  EXPECT_EQ(operations.back().kind, "insert");
  EXPECT_EQ(operations.back().json, R"({"n":1})");
  EXPECT_EQ(operations.back().collection, "City");
  EXPECT_EQ(operations.back().id, id);
  EXPECT_EQ(db->find_change(log[1].digest.text().substr(0, 12)).value(), log[1].digest);
  EXPECT_EQ(db->find_change("abc").code(), Code::invalid);
  EXPECT_EQ(db->find_change("xyz!").code(), Code::invalid);
  EXPECT_EQ(db->change(Digest{}, nullptr).code(), Code::not_found);
}

TEST_F(DatabaseTest, ClockThatJumpsBackDoesNotDisturb) {
  world.clock.set_wall_ms(platform::ManualClock::kStartMs + 1'000'000);
  const Id id = db.insert("City", R"({"n":1})").value();
  world.clock.set_wall_ms(platform::ManualClock::kStartMs - 1'000'000);
  ASSERT_TRUE(db.update(id, R"({"n":2})").ok());
  EXPECT_EQ(db.text(id), R"({"n":2})");
  ASSERT_TRUE(db->close().ok());
  db.db.reset();
  db = world.open();
  ASSERT_TRUE(db.update(id, R"({"n":3})").ok());
  EXPECT_EQ(db.text(id), R"({"n":3})");
  EXPECT_EQ(db.complaints(), "");
}

// --- large things ---

TEST_F(DatabaseTest, LargestRecordIsSixteenMebibytes) {
  World large;
  large.options = Options();
  large.options.cache_bytes = 1;
  large.change_bytes = graph::kChangeBytesTarget;
  Store store = large.create();
  std::string text(record::kRecordBytesMax, 'x');
  const auto json = [&] { return "{\"t\":\"" + text + "\"}"; };
  // Records are padded to 8 bytes, so a few lengths give the same size.
  text.resize(record::kRecordBytesMax - 32);
  record::Encoder encoder;
  while (encoder.encode_json("City", json()).ok()) text.push_back('x');
  EXPECT_EQ(store.insert("City", json()).code(), Code::too_large);
  text.pop_back();
  const auto id = store.insert("City", json());
  ASSERT_TRUE(id.ok()) << id.error().text();
  EXPECT_EQ(store->get(id.value()).value()->view().size(), record::kRecordBytesMax);
  EXPECT_EQ(store.text(id.value()), json());
  ASSERT_TRUE(store->compact().ok());
  ASSERT_TRUE(store->close().ok());
  store.db.reset();
  store = large.open();
  EXPECT_EQ(store.text(id.value()), json());
  EXPECT_EQ(store.complaints(), "");
}

TEST_F(DatabaseTest, WhatATransactionRefusesTakesNoMemory) {
  const auto tx = db->begin();
  const std::string json = "{\"t\":\"" + std::string(std::size_t{8} << 20, 'x') + "\"}";
  const auto insert = [&] {
    const auto encoded = tx->encoder.encode_json("City", json);
    Id id;
    return Staging(*tx).stage_insert(encoded.value(), id);
  };
  std::size_t accepted = 0;
  for (; !insert(); ++accepted) ASSERT_LE(accepted, 9u);
  const std::size_t kept_bytes = tx->encoder.kept().size();
  const std::size_t memory_bytes = tx->encoder.memory_bytes();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(insert().code(), Code::too_large);
  EXPECT_EQ(tx->operations.size(), accepted);
  EXPECT_EQ(tx->encoder.kept().size(), kept_bytes);
  EXPECT_EQ(tx->encoder.memory_bytes(), memory_bytes);
}

// A few bytes of log can make records of 16 MiB, which wait in memory.
TEST_F(DatabaseTest, UpdatesOfOneTransactionMakeABoundedAmount) {
  GS_TEST_OF_VOLUME();
  const std::string text(std::size_t{1} << 20, 'x');
  const Id id = db.insert("City", "{\"n\":-1,\"t\":\"" + text + "\"}").value();
  const auto update = [&](int updates) {
    Batch batch(db.db);
    for (int n = 0; n < updates; ++n) {
      EXPECT_TRUE(batch.update(id, "{\"n\":" + std::to_string(n) + '}').ok());
    }
    return batch.commit();
  };
  const Error refused = update(300);
  EXPECT_EQ(refused.code(), Code::too_large);
  EXPECT_NE(refused.text().find("256 MiB"), std::string::npos) << refused.text();
  EXPECT_EQ(db.text(id).substr(0, 8), "{\"n\":-1,");
  EXPECT_TRUE(update(30).ok());
  EXPECT_EQ(db.text(id).substr(0, 8), "{\"n\":29,");
  EXPECT_EQ(db.complaints(), "");
}

// What one needed was kept for the next.
TEST_F(DatabaseTest, AGiantTransactionLeavesNoMemoryBehind) {
  GS_TEST_OF_VOLUME();
  constexpr std::size_t kKeptBytesMax = std::size_t{4} << 20;
  const auto memory_after = [&](int records) {
    for (const bool again : {false, true}) {
      Batch batch(db.db);
      for (int n = 0; n < records; ++n) {
        const std::string key = std::to_string(n);
        const Error error = again ? batch.update(id_of_key("City", key), R"({"m":2})")
                                  : batch.put("City", key, R"({"n":1})").error().copy();
        EXPECT_TRUE(error.ok()) << error.text();
      }
      EXPECT_TRUE(batch.commit().ok());
    }
    EXPECT_TRUE(db->compact().ok());
    return db->stats().value().memory_bytes;
  };
  const std::uint64_t before = memory_after(10);
  EXPECT_LT(memory_after(100'000), before + kKeptBytesMax);
}

TEST_F(DatabaseTest, BlobsAreKeptOnceByTheirContent) {
  const Buffer bytes(100'000, 0x5a);
  const BlobRef blob = db->put_blob(bytes).value();
  EXPECT_EQ(blob.size, bytes.size());
  EXPECT_EQ(db->put_blob(bytes).value(), blob);
  EXPECT_EQ(db->stats()->blob_bytes, bytes.size());
  EXPECT_EQ(db->get_blob(blob).value(), bytes);
  EXPECT_EQ(db->get_blob(BlobRef{Digest{}, 1}).code(), Code::not_found);
  const BlobRef empty = db->put_blob({}).value();
  EXPECT_TRUE(db->get_blob(empty).value().empty());
}

// --- misuse ---

// A damaged file was taken for the blob, so the one way to repair it said yes and did nothing.
TEST_F(DatabaseTest, PuttingABlobAgainRepairsIt) {
  const Buffer bytes(1000, 7);
  const BlobRef blob = db->put_blob(bytes).value();
  const std::string name = blob.digest.text();
  const std::string path = "blobs/" + name.substr(0, 2) + "/" + name;
  ASSERT_TRUE(world.memory.write_whole(path, Buffer(1000, 8)).ok());
  ASSERT_EQ(db->get_blob(blob).code(), Code::damaged);
  ASSERT_TRUE(db->put_blob(bytes).ok());
  EXPECT_EQ(db->get_blob(blob).value(), bytes);
}

TEST_F(DatabaseTest, ClosedStorageSaysSo) {
  const Id id = db.insert("City", R"({"n":1})").value();
  ASSERT_TRUE(db->close().ok());
  EXPECT_TRUE(db->close().ok());  // once more changes nothing
  EXPECT_EQ(db.insert("City", "{}").code(), Code::closed);
  EXPECT_EQ(db.update(id, "{}").code(), Code::closed);
  EXPECT_EQ(db->put_blob({}).code(), Code::closed);
  EXPECT_EQ(db->erase(id, "").code(), Code::closed);
  EXPECT_EQ(db->stats().code(), Code::closed);
  EXPECT_EQ(db->log(1).code(), Code::closed);
  EXPECT_EQ(db->verify({}).code(), Code::closed);
  EXPECT_EQ(db->proof(id).code(), Code::closed);
  EXPECT_EQ(db->digest().code(), Code::closed);
  EXPECT_EQ(db->checkpoint().code(), Code::closed);
  EXPECT_EQ(db->compact().code(), Code::closed);
}

TEST(DatabaseOptions, OutOfRangeAreRefused) {
  const auto code_of = [](auto change) {
    World world;
    change(world.options);
    return world.try_create().code();
  };
  EXPECT_EQ(code_of([](Options& o) { o.memory_bytes = 4095; }), Code::invalid);
  EXPECT_EQ(code_of([](Options& o) { o.threads = kThreadsMax + 1; }), Code::invalid);
  EXPECT_EQ(code_of([](Options& o) { o.threads = ~0u; }), Code::invalid);
  EXPECT_EQ(code_of([](Options& o) { o.memory_bytes = (std::uint64_t{1} << 30) + 1; }),
            Code::invalid);
  EXPECT_EQ(code_of([](Options& o) { o.checkpoint_log_bytes = 4095; }), Code::invalid);
  EXPECT_EQ(code_of([](Options& o) { o.checkpoint_log_bytes = (std::uint64_t{4} << 30) + 1; }),
            Code::invalid);
  EXPECT_EQ(code_of([](Options& o) { o.segment_bytes = 8191; }), Code::invalid);
  EXPECT_EQ(code_of([](Options& o) { o.segment_bytes = (std::uint32_t{1} << 30) + 1; }),
            Code::invalid);
  EXPECT_EQ(code_of([](Options& o) {
              o.memory_bytes = 4096;
              o.checkpoint_log_bytes = 4096;
              o.segment_bytes = 8192;
            }),
            Code::ok);
}

// Each is a few bytes of log and a whole image in memory; only the log's bytes were looked at while
// a change was open.
TEST(DatabaseMemory, ManySmallUpdatesOfALargeRecordStayWithinIt) {
  World world;
  world.options.memory_bytes = 256 << 10;
  world.change_bytes = 1 << 20;
  const Store db = world.create();
  const Id id = db.insert("City", "{\"n\":0,\"t\":\"" + std::string(64 << 10, 'x') + "\"}").value();
  std::uint64_t most = 0;
  for (int i = 0; i < 200; ++i) {
    Batch batch(db.db);
    ASSERT_FALSE(batch.update(id, "{\"n\":" + std::to_string(i) + "}"));
    ASSERT_FALSE(batch.commit(Durability::lazy));
    std::uint64_t now = 0;
    for (const auto& table : db->moment().version->tables) now += table->memory_bytes();
    most = std::max(most, now);
  }
  // One table that is written and one that is filled, and in each the image that filled it.
  EXPECT_LE(most, 2 * (world.options.memory_bytes + (128 << 10)));
}

// --- full tables ---

// Numbers were given until there were none, and then "none" was used as a number.
TEST(DatabaseNumbers, WhoeverNeedsOneTooManyIsRefusedAndNothingIsDone) {
  World world;
  world.numbers_max = 4;
  Store db = world.create();
  const Id id = db.insert("A", R"({"a":1})").value();
  ASSERT_TRUE(db.update(id, R"({"b":1})").ok());  // the shape of the delta, and of what it makes
  ASSERT_TRUE(db.insert("B", R"({"a":1})").ok());
  const Content content = db.content();
  const auto refused = [&](const Error& error) {
    EXPECT_EQ(error.code(), Code::too_large);
    EXPECT_NE(error.text().find("4 shapes or collections"), std::string::npos) << error.text();
    EXPECT_EQ(db.content(), content);
  };
  refused(db.insert("C", R"({"a":1})").error());
  refused(db.insert("A", R"({"c":1})").error());
  refused(db.update(id, R"({"c":1})"));
  Batch batch(db.db);
  ASSERT_TRUE(batch.insert("A", R"({"a":2})").ok());
  ASSERT_TRUE(batch.insert("D", R"({"a":2})").ok());
  refused(batch.commit());
  ASSERT_TRUE(db.insert("A", R"({"a":3})").ok());
  ASSERT_TRUE(db.update(id, R"({"b":2})").ok());
  EXPECT_EQ(db.complaints(), "");
  const Content more = db.content();
  ASSERT_TRUE(db->close().ok());
  db = world.open();
  EXPECT_EQ(db.content(), more);
  ASSERT_TRUE(db->close().ok());
  for (std::size_t fewer = 1; fewer < world.numbers_max; ++fewer) {
    World small;
    small.numbers_max = fewer;
    write_files(small.memory, read_files(world.memory));
    lose_state(small.memory);
    EXPECT_EQ(small.try_open().code(), Code::too_large) << fewer;
  }
}

TEST(DatabaseNumbers, AWriterTooManyIsRefused) {
  World world;
  world.numbers_max = 1;
  ASSERT_TRUE(world.create()->close().ok());
  platform::MemoryFileSystem copy;
  write_files(copy, read_files(world.memory));
  const Error error = world.try_open(copy).error().copy();
  EXPECT_EQ(error.code(), Code::too_large);
  EXPECT_NE(error.text().find("1 writers"), std::string::npos) << error.text();
  world.options.read_only = true;
  EXPECT_TRUE(world.try_open(copy).ok()) << "who only reads is no writer";
}

// --- checkpoints that fail ---

// No file of such a name can be written.
struct Failing final : platform::ForwardingFileSystem {
  using ForwardingFileSystem::ForwardingFileSystem;
  std::string_view ending;
  Error write_whole(std::string_view path, Bytes bytes, bool private_mode) override {
    if (!ending.empty() && path.ends_with(ending)) return Error(Code::io, "it does not work");
    return ForwardingFileSystem::write_whole(path, bytes, private_mode);
  }
  Result<std::unique_ptr<platform::File>> open(std::string_view path,
                                               platform::OpenMode mode) override {
    const bool writes = mode != platform::OpenMode::read;
    if (writes && !ending.empty() && path.ends_with(ending)) {
      return Error(Code::io, "it does not work");
    }
    return ForwardingFileSystem::open(path, mode);
  }
};

// It said ok when only its file could not be written.
TEST(DatabaseCheckpoint, SaysSoWhenItsFileWasNotSaved) {
  for (const bool executor : {false, true}) {
    for (const std::string_view ending : {".gsr", ".gsp", "manifest"}) {
      SCOPED_TRACE(std::string(ending) + (executor ? " executor" : ""));
      World world;
      Failing failing(world.memory);
      platform::InlineExecutor at_once;
      world.files = &failing;
      if (executor) world.background = &at_once;
      Store db = world.create();
      ASSERT_TRUE(db.insert("City", "{}").ok());
      failing.ending = ending;
      EXPECT_EQ(db->checkpoint().code(), Code::io);
      EXPECT_EQ(db->checkpoint().code(), Code::io) << "nor was it when it is asked again";
      EXPECT_EQ(db->compact().code(), Code::io);
      failing.ending = {};
      EXPECT_TRUE(db->checkpoint().ok());
      const Content content = db.content();
      ASSERT_TRUE(db->close().ok());
      db = world.open();
      EXPECT_EQ(db->recovery().changes_replayed, 0u);
      EXPECT_EQ(db.content(), content);
    }
  }
}

// They went on, and each million rows stayed in memory.
TEST(DatabaseCheckpoint, CommitsThatCannotLeaveMemoryAreRefusedUntilTheyCan) {
  for (const bool executor : {false, true}) {
    for (const std::string_view ending : {".gsr", ".gsp"}) {
      SCOPED_TRACE(std::string(ending) + (executor ? " executor" : ""));
      World world;
      world.options.memory_bytes = std::uint64_t{16} << 10;
      world.options.checkpoint_log_bytes = std::uint64_t{16} << 10;
      Failing failing(world.memory);
      platform::InlineExecutor at_once;
      world.files = &failing;
      if (executor) world.background = &at_once;
      Store db = world.create();
      failing.ending = ending;
      Error refused;
      int accepted = 0;
      for (; refused.ok() && accepted < 100'000; ++accepted) {
        refused = db.insert("City", "{\"n\":" + std::to_string(accepted) + '}').error().copy();
      }
      EXPECT_EQ(refused.code(), Code::io);
      EXPECT_NE(refused.text().find("it does not work"), std::string::npos) << refused.text();
      EXPECT_EQ(db.insert("City", "{}").code(), Code::io);
      EXPECT_EQ(db.content().size(), static_cast<std::size_t>(accepted - 1));
      failing.ending = {};
      EXPECT_TRUE(db.insert("City", "{}").ok());
      EXPECT_EQ(db.complaints(), "");
    }
  }
}

}  // namespace
}  // namespace gs::engine::testing
