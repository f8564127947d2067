// Goal: what JavaScript writes takes effect as if it had called the methods of Storage, whatever
// stands beside it in the batch.
// Method: frozen bytes of a batch and of outcomes; each kind of operation beside the record that it
// makes; transactions that fail between others; then bytes that are none: every end, and seeded
// changes of a valid batch.
#include "bindings/common/batch.h"

#include <gtest/gtest.h>

#include <optional>
#include <random>

#include "bindings/common/test_batch.h"
#include "gs/api/test_directory.h"
#include "gs/base/hex.h"
#include "gs/base/test_share.h"

namespace gs::bindings::testing {
namespace {

using namespace std::string_literals;

class BatchTest : public gs::testing::InDirectory {
 protected:
  void SetUp() override {
    InDirectory::SetUp();
    options_.durability = Durability::lazy;
    options_.threads = 0;
    storage_.emplace(Storage::create(path("a"), {}, options_).value());
  }
  void TearDown() override {
    storage_.reset();
    InDirectory::TearDown();
  }

  std::vector<Told> apply(std::initializer_list<Operations> transactions) {
    Buffer outcome;
    const Error error = apply_batch(*storage_, batch_of(transactions), outcome);
    EXPECT_FALSE(error) << error.text();
    return outcome_of(outcome);
  }
  // Of one transaction.
  Told apply_one(const Operations& operations) {
    const std::vector<Told> told = apply({operations});
    EXPECT_EQ(told.size(), 1u);
    return told.empty() ? Told{} : told.front();
  }
  void done(const Operations& operations) {
    const Told told = apply_one(operations);
    EXPECT_EQ(told.code, 0) << told.message;
  }
  std::string json(const Id& id) const {
    const auto record = storage_->get(id);
    return record.ok() ? record->json() : record.error().text();
  }
  std::string json(std::string_view key) const { return json(Storage::resolve(key, "City")); }
  Id put_city(std::string_view json) { return storage_->put("City", "kyiv", json).value(); }
  std::uint64_t cities() const { return storage_->count(R"({"collection":"City"})").value(); }

  Options options_;
  std::optional<Storage> storage_;
};

Id id_in(const Told& told, std::size_t at = 0) {
  Cursor results(Bytes(told.results).subspan(16 * at));
  return results.id();
}

// --- frozen bytes ---

TEST_F(BatchTest, BytesAreFrozen) {
  const Buffer batch =
      batch_of({{put("City", "kyiv", R"({"name":"Kyiv"})")}, {Operation(kRemove, Id{})}});
  const char* const frozen[] = {
      "2a000000",          // bytes of the first transaction
      "01",                // put
      "0400000043697479",  // City
      "040000006b796976",  // kyiv
      "15000000",          // bytes of the object: one member, its ends, its name, its value
      "010000000400000009000000",
      "6e616d65064b796976",
      "11000000",  // the second one
      "0400000000000000000000000000000000",
  };
  std::string expected;
  for (const char* const part : frozen) expected += part;
  EXPECT_EQ(to_hex(batch), expected);
}

TEST_F(BatchTest, OutcomesAreFrozen) {
  const Id kyiv = Storage::resolve("kyiv", "City");
  const Buffer batch =
      batch_of({{put("City", "kyiv", R"({"name":"Kyiv"})")},
                {Operation(kRemove, Id{})},
                {Operation(kSwap, kyiv).object(R"({"name":"Kyiv"})").object(R"({"n":1})")},
                {}});
  Buffer outcome;
  ASSERT_FALSE(apply_batch(*storage_, batch, outcome));
  const std::string message =
      "no record 00000000-0000-0000-0000-000000000000. Insert it first, or check the id";
  const std::string frozen[] = {
      "000010000000",                      // done, with an id
      "4f7101ffab908ae9a9ceccdafe7f3274",  // of City kyiv
      "010054000000",                      // not_found
      "ffffffff",                          // said by the commit, not by an operation
      to_hex(as_bytes(message)),
      "00000100000001",  // swapped
      "000000000000",    // nothing to do
  };
  std::string expected;
  for (const std::string& part : frozen) expected += part;
  EXPECT_EQ(to_hex(outcome), expected);
}

// --- each kind ---

TEST_F(BatchTest, RecordsAreWrittenAsByTheirMethods) {
  const std::vector<Told> told = apply({{insert("City", R"({"name":"Kyiv","n":1})")},
                                        {put("City", "lviv", R"({"name":"Lviv","n":2})")}});
  ASSERT_EQ(told.size(), 2u);
  const Id kyiv = id_in(told[0]);
  const Id lviv = id_in(told[1]);
  EXPECT_EQ(json(kyiv), R"({"name":"Kyiv","n":1})");
  EXPECT_EQ(lviv, Storage::resolve("lviv", "City"));
  done({Operation(kSet, kyiv).object(R"({"name":"Kiev"})")});
  EXPECT_EQ(json(kyiv), R"({"name":"Kiev"})");
  done({update(kyiv, R"({"n":7})")});
  EXPECT_EQ(json(kyiv), R"({"name":"Kiev","n":7})");
  done({Operation(kPatch, kyiv).text(R"({"at":{"lat":50}})")});
  done({Operation(kPatch, kyiv).text(R"({"at":{"lon":30}})")});
  EXPECT_EQ(json(kyiv), R"({"name":"Kiev","at":{"lat":50,"lon":30},"n":7})");
  done({Operation(kRemove, lviv)});
  EXPECT_FALSE(storage_->has(lviv));
}

TEST_F(BatchTest, AnUpdateRemovesMembersThatAreAbsent) {
  const Id id = put_city(R"({"name":"Kyiv","n":1})");
  Operation without = update(id, R"({"n":null})");
  Buffer bytes = without.bytes();
  bytes.back() = 13;
  Operation removal(bytes.front());
  removal.raw(Bytes(bytes).subspan(1));
  done({removal});
  EXPECT_EQ(json(id), R"({"name":"Kyiv"})");
}

TEST_F(BatchTest, NumbersAndElementsAreAddedAndRemoved) {
  const Id id = put_city(R"({"n":1,"tags":["a"]})");
  done({Operation(kAdd, id).text("n").i64(41)});
  done({Operation(kAdd, id).text("below").i64(-3)});
  done({Operation(kAddElements, id).text("tags").text(R"(["b","c"])")});
  done({Operation(kRemoveElements, id).text("tags").text(R"(["a"])")});
  EXPECT_EQ(json(id), R"({"n":42,"tags":["b","c"],"below":-3})");
}

TEST_F(BatchTest, TextsAreEditedInOrder) {
  const Id id = put_city(R"({"text":"Hello"})");
  // In place of "Hello": "Hi", then two more edits of what that made.
  done({Operation(kSplice, id)
            .text("text")
            .u32(3)
            .u32(1)
            .u32(2)
            .u32(0)  // positions
            .u32(4)
            .u32(0)
            .u32(0)  // code points that are deleted
            .u32(1)
            .u32(2)
            .u32(0)  // ... and put in
            .text("i \xc3\xa9")});
  EXPECT_EQ(json(id), "{\"text\":\"Hi \xc3\xa9\"}");
  done({Operation(kMark, id).text("text").u32(0).u32(2).text("bold").text("true").u8(2)});
  const auto marks = storage_->text_marks(id, "text");
  ASSERT_TRUE(marks.ok());
  ASSERT_EQ(marks->size(), 1u);
  EXPECT_EQ(marks->front().to, 2u);
  EXPECT_EQ(marks->front().key, "bold");
}

TEST_F(BatchTest, ListsAreEdited) {
  const Id id = put_city(R"({"list":["a"]})");
  done({Operation(kListInsert, id).text("list").u32(1).text(R"(["b","c","d"])")});
  EXPECT_EQ(json(id), R"({"list":["a","b","c","d"]})");
  done({Operation(kListDelete, id).text("list").u32(0).u32(2)});
  EXPECT_EQ(json(id), R"({"list":["c","d"]})");
  done({Operation(kListMove, id).text("list").u32(0).u32(1)});
  EXPECT_EQ(json(id), R"({"list":["d","c"]})");
  done({Operation(kListSet, id).text("list").u32(0).text("7")});
  EXPECT_EQ(json(id), R"({"list":[7,"c"]})");
}

Operation tree_create(const Id& id, std::string_view value, std::string_view parent = "") {
  return Operation(kTreeCreate, id).text("tree").text(value).text(parent).text("");
}
std::string text_in(const Told& told) {
  Cursor results(told.results);
  return std::string(results.text());
}

TEST_F(BatchTest, TreesAreEditedByTheIdsThatReadersSee) {
  const Id id = put_city("{}");
  const std::string first = text_in(apply_one({tree_create(id, "1")}));
  const std::string second = text_in(apply_one({tree_create(id, "2")}));
  auto nodes = storage_->tree_nodes(id, "tree").value();
  ASSERT_EQ(nodes.size(), 2u);
  EXPECT_EQ(nodes[0].id, first);
  EXPECT_EQ(nodes[1].id, second);
  done({Operation(kTreeMove, id).text("tree").text(second).text(first).text("")});
  done({Operation(kTreeSet, id).text("tree").text(second).text("3")});
  nodes = storage_->tree_nodes(id, "tree").value();
  ASSERT_EQ(nodes.size(), 2u);
  EXPECT_EQ(nodes[1].parent, first);
  EXPECT_EQ(nodes[1].value, "3");
  done({Operation(kTreeDelete, id).text("tree").text(first)});
  EXPECT_TRUE(storage_->tree_nodes(id, "tree").value().empty());
}

// Its id is for what the transaction does next, and nobody's after it.
TEST_F(BatchTest, ANodeThatIsNotAloneIsOfItsTransaction) {
  const Id id = put_city("{}");
  const Told told = apply_one({update(id, R"({"n":1})"), tree_create(id, "1")});
  EXPECT_EQ(told.code, 0) << told.message;
  EXPECT_FALSE(text_in(told).empty());
  EXPECT_EQ(storage_->tree_nodes(id, "tree").value().size(), 1u);
  EXPECT_EQ(storage_->get(id)->find("n")->number(), 1);
}

TEST_F(BatchTest, ANodeBehindAnExpectationIsNotThereWithoutIt) {
  const Id id = put_city("{}");
  const Told told =
      apply_one({Operation(kExpect, id).raw(Digest{{1}}.bytes), tree_create(id, "1")});
  EXPECT_TRUE(told.is(Code::conflict)) << told.code;
  EXPECT_EQ(storage_->get(id)->json(), "{}");
}

TEST_F(BatchTest, ASwapTellsWhetherItDid) {
  const Id id = put_city(R"({"n":1})");
  const auto swap = [&](std::string_view expected, std::string_view changes) {
    return apply_one({Operation(kSwap, id).object(expected).object(changes)});
  };
  EXPECT_EQ(swap(R"({"n":1})", R"({"n":2})").results, Buffer{1});
  EXPECT_EQ(swap(R"({"n":1})", R"({"n":3})").results, Buffer{0});
  EXPECT_EQ(json(id), R"({"n":2})");
  const Told none = apply_one({Operation(kSwap, Id{}).object("{}").object("{}")});
  EXPECT_TRUE(none.is(Code::not_found)) << none.message;
}

TEST_F(BatchTest, ASwapExpectsAndRemovesWhatIsNotThere) {
  const Id id = put_city(R"({"n":1})");
  const std::string absent = "\x01\0\0\0\x01\0\0\0\x02\0\0\0x\x0d"s;  // x, of type 13
  const auto swap = [&](const std::string& changes) {
    return apply_one({Operation(kSwap, id).text(absent).text(changes)}).results;
  };
  const std::string given = "\x01\0\0\0\x01\0\0\0\x03\0\0\0x\x01\x01"s;  // x: true
  EXPECT_EQ(swap(given), Buffer{1});
  EXPECT_EQ(json(id), R"({"n":1,"x":true})");
  EXPECT_EQ(swap(given), Buffer{0}) << "x is there";
  const Told removed = apply_one({Operation(kSwap, id).text(given).text(absent)});
  EXPECT_EQ(removed.results, Buffer{1});
  EXPECT_EQ(json(id), R"({"n":1})");
}

// Each member is looked at, also behind one that differs.
TEST_F(BatchTest, WhatASwapExpectsIsChecked) {
  const Id id = put_city(R"({"x":1})");
  const std::string sound = "\x01\0\0\0\x01\0\0\0\x03\0\0\0x\x01\x01"s;
  for (std::size_t size = 0; size < sound.size(); ++size) {
    const Told cut = apply_one({Operation(kSwap, id).text(sound.substr(0, size)).object("{}")});
    EXPECT_TRUE(cut.is(Code::invalid)) << size;
  }
  std::string bad = sound;
  bad.back() = 7;  // a boolean
  EXPECT_TRUE(apply_one({Operation(kSwap, id).text(bad).object("{}")}).is(Code::invalid));
  EXPECT_TRUE(apply_one({Operation(kSwap, id).text(sound + "y").object("{}")}).is(Code::invalid));
}

TEST_F(BatchTest, ASwapIsAlone) {
  const Id id = put_city(R"({"n":1})");
  const Operation swap = Operation(kSwap, id).object(R"({"n":1})").object(R"({"n":2})");
  const Told before = apply_one({insert("City", "{}"), swap});
  EXPECT_TRUE(before.is(Code::invalid));
  EXPECT_EQ(before.failed, 1u);
  const Told behind = apply_one({swap, insert("City", "{}")});
  EXPECT_TRUE(behind.is(Code::invalid));
  EXPECT_EQ(behind.failed, 0u);
  EXPECT_EQ(json(id), R"({"n":1})");
  EXPECT_EQ(cities(), 1u);
}

// --- records that are named ---

TEST_F(BatchTest, ARecordIsNamedByItsKeyOrItsIdInTheCollection) {
  const Told made = apply_one({insert("City", R"({"n":1})")});
  const Id id = id_in(made);
  const Id kyiv = put_city(R"({"n":2})");
  const auto named = [](int kind, std::string_view collection, std::string_view name) {
    return Operation(kind + kNamed).text(collection).text(name);
  };
  done({named(kUpdate, "City", id.text()).object(R"({"n":3})")});
  done({named(kUpdate, "City", "kyiv").object(R"({"n":4})")});
  EXPECT_EQ(json(id), R"({"n":3})");
  EXPECT_EQ(json(kyiv), R"({"n":4})");
  // One of another collection is not meant.
  const Told other = apply_one({named(kUpdate, "Town", id.text()).object(R"({"n":5})")});
  EXPECT_TRUE(other.is(Code::not_found)) << other.message;
  const Told swapped =
      apply_one({named(kSwap, "City", "kyiv").object(R"({"n":4})").object(R"({"n":6})")});
  EXPECT_EQ(swapped.results, Buffer{1});
  done({named(kRemove, "City", "kyiv")});
  EXPECT_FALSE(storage_->has(kyiv));
  EXPECT_TRUE(apply_one({named(kInsert, "City", "x").object("{}")}).is(Code::invalid));
}

// --- transactions ---

TEST_F(BatchTest, ATransactionThatFailsLeavesOthersAlone) {
  const std::vector<Told> told = apply(
      {{put("City", "a", "{}")},
       {put("City", "b", "{}"), Operation(kAdd, Id{}).text("").i64(1), put("City", "c", "{}")},
       {put("City", "d", "{}")}});
  ASSERT_EQ(told.size(), 3u);
  EXPECT_EQ(told[0].code, 0);
  EXPECT_TRUE(told[1].is(Code::invalid)) << told[1].code;
  EXPECT_EQ(told[1].failed, 1u);
  EXPECT_NE(told[1].message, "");
  EXPECT_EQ(told[2].code, 0);
  EXPECT_EQ(json("a"), "{}");
  EXPECT_FALSE(storage_->has(Storage::resolve("b", "City")));
  EXPECT_EQ(json("d"), "{}");
}

TEST_F(BatchTest, LaterOnesSeeWhatEarlierOnesDid) {
  const Id id = put_city(R"({"n":0})");
  const Operation add = Operation(kAdd, id).text("n").i64(1);
  apply({{add}, {add, add}, {Operation(kRemove, id)}, {put("City", "kyiv", R"({"n":5})")}, {add}});
  EXPECT_EQ(json(id), R"({"n":6})");
}

TEST_F(BatchTest, AnExpectationThatDoesNotHoldIsOfAllOperations) {
  const Id id = put_city(R"({"n":1})");
  const Digest version = storage_->get(id)->version();
  done({Operation(kExpect, id).raw(version.bytes), update(id, R"({"n":2})")});
  const Told late = apply_one(
      {insert("City", "{}"), Operation(kExpect, id).raw(version.bytes), update(id, R"({"n":3})")});
  EXPECT_TRUE(late.is(Code::conflict)) << late.message;
  EXPECT_EQ(late.failed, Told::kAll);
  EXPECT_EQ(json(id), R"({"n":2})");
  EXPECT_EQ(cities(), 1u);
}

TEST_F(BatchTest, ZerosExpectThatThereIsNoRecord) {
  const Id lviv = Storage::resolve("lviv", "City");
  const Operations write = {Operation(kExpect, lviv).raw(Digest{}.bytes),
                            put("City", "lviv", R"({"n":1})")};
  EXPECT_EQ(apply_one(write).code, 0);
  EXPECT_TRUE(apply_one(write).is(Code::conflict));
}

TEST_F(BatchTest, AClosedStorageIsToldOfEachTransaction) {
  ASSERT_FALSE(storage_->close());
  const std::vector<Told> told = apply({{insert("City", "{}")}, {insert("City", "{}")}});
  ASSERT_EQ(told.size(), 2u);
  for (const Told& one : told) EXPECT_TRUE(one.is(Code::closed)) << one.code;
}

// --- bytes that are none ---

// One of each kind; all of it can be done.
Buffer of_each_kind(const Id& id, const std::string& node) {
  const std::string_view tree = "tree";
  return batch_of(
      {{insert("City", R"({"name":"Kyiv"})"), put("City", "lviv", R"({"n":2})")},
       {Operation(kSet, Storage::resolve("lviv", "City")).object(R"({"n":5})"),
        update(id, R"({"n":2,"text":"Hello","list":[1,2,3],"tags":["a"]})"),
        Operation(kPatch, id).text(R"({"at":{"lat":50}})")},
       {Operation(kExpect, Storage::resolve("none", "City")).raw(Digest{}.bytes),
        Operation(kAdd, id).text("n").i64(1),
        Operation(kAddElements, id).text("tags").text(R"(["b"])"),
        Operation(kRemoveElements, id).text("tags").text(R"(["a"])")},
       {Operation(kSplice, id).text("text").u32(1).u32(1).u32(2).u32(2).text("ey")},
       {Operation(kMark, id).text("text").u32(0).u32(2).text("bold").text("true").u8(0)},
       {Operation(kListInsert, id).text("list").u32(0).text("[0]"),
        Operation(kListDelete, id).text("list").u32(1).u32(1),
        Operation(kListMove, id).text("list").u32(0).u32(1),
        Operation(kListSet, id).text("list").u32(0).text("9")},
       {tree_create(id, "2")},
       {Operation(kTreeMove, id).text(tree).text(node).text("").text(""),
        Operation(kTreeSet, id).text(tree).text(node).text("3"),
        Operation(kTreeDelete, id).text(tree).text(node)},
       {Operation(kSwap, id).object(R"({"n":3})").object(R"({"n":4})")},
       {Operation(kRemove + kNamed).text("City").text("lviv")}});
}

class BrokenBatchTest : public BatchTest {
 protected:
  void SetUp() override {
    BatchTest::SetUp();
    id_ = put_city("{}");
    node_ = storage_->tree_create(id_, "tree", "1").value();
    batch_ = of_each_kind(id_, node_);
  }

  Id id_;
  std::string node_;
  Buffer batch_;
};

TEST_F(BrokenBatchTest, OneOfEachKindCanBeDone) {
  Buffer outcome;
  ASSERT_FALSE(apply_batch(*storage_, batch_, outcome));
  for (const Told& told : outcome_of(outcome)) EXPECT_EQ(told.code, 0) << told.message;
  EXPECT_EQ(storage_->get(id_)->find("n")->number(), 4);
}

// What is cut in the midst of a transaction is refused, and what came before is done.
TEST_F(BrokenBatchTest, EveryEndIsRefusedOrBetweenTransactions) {
  std::vector<std::size_t> ends = {0};
  for (Cursor at(batch_); !at.at_end();) ends.push_back(ends.back() + 4 + at.counted().size());
  for (std::size_t size = 0; size < batch_.size(); ++size) {
    const Buffer cut(batch_.begin(), batch_.begin() + static_cast<std::ptrdiff_t>(size));
    Buffer outcome;
    const Error error = apply_batch(*storage_, cut, outcome);
    const auto whole = static_cast<std::size_t>(std::upper_bound(ends.begin(), ends.end(), size) -
                                                ends.begin() - 1);
    EXPECT_EQ(error.code(), ends[whole] == size ? Code{} : Code::invalid) << size;
    EXPECT_EQ(outcome_of(outcome).size(), whole) << size;
  }
}

// The same where the count of the transaction knows of the end.
TEST_F(BrokenBatchTest, EveryEndOfOperationsFails) {
  for (Cursor at(batch_); !at.at_end();) {
    const Bytes operations = at.counted();
    for (std::size_t size = 1; size < operations.size(); ++size) {
      Buffer cut;
      append_u32(cut, size);
      cut.insert(cut.end(), operations.begin(),
                 operations.begin() + static_cast<std::ptrdiff_t>(size));
      Buffer outcome;
      ASSERT_FALSE(apply_batch(*storage_, cut, outcome));
      ASSERT_EQ(outcome_of(outcome).size(), 1u);
    }
  }
  EXPECT_TRUE(storage_->verify()->ok);
}

TEST_F(BrokenBatchTest, AnUnknownKindAndACountThatIsTooLargeAreRefused) {
  const Told unknown = apply_one({Operation(21, id_)});
  EXPECT_TRUE(unknown.is(Code::invalid));
  const Told edits = apply_one({Operation(kSplice, id_).text("text").u32(0xffffffff).text("")});
  EXPECT_TRUE(edits.is(Code::invalid));
  const Told inserted =
      apply_one({Operation(kSplice, id_).text("text").u32(1).u32(0).u32(0).u32(9).text("abc")});
  EXPECT_TRUE(inserted.is(Code::invalid));
  const Told growth =
      apply_one({Operation(kMark, id_).text("t").u32(0).u32(0).text("k").text("1").u8(4)});
  EXPECT_TRUE(growth.is(Code::invalid));
}

TEST_F(BrokenBatchTest, ChangedBytesAreRefusedOrDoSomethingElse) {
  constexpr int kSeeds = 600 / gs::testing::kSanitizedShare;
  std::size_t refused = 0;
  for (int seed = 1; seed <= kSeeds; ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    Buffer changed = batch_;
    for (unsigned i = 0; i <= seed % 4u; ++i) {
      changed[random() % changed.size()] = static_cast<std::uint8_t>(random());
    }
    Buffer outcome;
    const Error error = apply_batch(*storage_, changed, outcome);
    refused += error ? 1 : 0;
    for (const Told& told : outcome_of(outcome)) {
      if (told.code != 0) EXPECT_FALSE(told.message.empty()) << "seed " << seed;
    }
  }
  EXPECT_GT(refused, 0u);
  EXPECT_TRUE(storage_->verify()->ok);
}

}  // namespace
}  // namespace gs::bindings::testing
