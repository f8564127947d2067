// Goal: a schema that follows another through the public interface: records that were there are
// read as it says on every way to read, writes go on, and what updates make is checked as a whole.

#include <gtest/gtest.h>

#include "globalstorage/storage.h"
#include "gs/api/test_directory.h"

namespace gs::testing {
namespace {

constexpr const char* kOld =
    R"g({"files":{"City.js":"({ Entity: {}, name: 'string', size: '?string' })"}})g";
constexpr const char* kNew =
    R"g({"files":{"City.js":"({ Entity: {}, title: { type: 'string', was: 'name' }, )g"
    R"g(size: { type: 'number', required: false, convert: Number }, )g"
    R"g(status: { enum: ['draft', 'live'], default: 'draft' }, sister: '?City' })"}})g";

class Evolution : public InDirectory {
 protected:
  void SetUp() override {
    InDirectory::SetUp();
    db_.emplace(Storage::create(path("db")).value());
    apply(kOld);
    kyiv_ = db_->put("City", "kyiv", R"({"name":"Kyiv","size":"839"})").value();
    lviv_ = db_->put("City", "lviv", R"({"name":"Lviv","size":"149"})").value();
    apply(kNew);
  }
  void TearDown() override {
    db_.reset();
    InDirectory::TearDown();
  }
  void apply(const std::string& schema, bool allow_unsafe = false) {
    const Error error = db_->apply_schema(schema, allow_unsafe);
    ASSERT_FALSE(error) << error.text();
  }
  static ScanOptions cities() {
    ScanOptions options;
    options.collection = "City";
    return options;
  }
  std::string text(const Id& id) {
    const auto record = db_->get(id);
    return record.ok() ? record->json() : record.error().text();
  }
  std::string rows(std::string_view query) {
    auto found = db_->find(query);
    if (!found.ok()) return found.error().text();
    std::string all;
    for (Row row; found->next(row);) all += row.json().value() + "\n";
    return all;
  }
  std::uint64_t count(std::string_view query) { return db_->count(query).value(); }

  std::optional<Storage> db_;
  Id kyiv_;
  Id lviv_;
};

// Who moves a value by hand names the earlier name, too: it must not be there twice.
TEST_F(Evolution, AnUpdateMayRemoveTheEarlierNameItself) {
  const std::string longer(1100, 'x');  // makes a delta that describes itself
  for (const std::string& more : {std::string(), ",\"" + longer + "\":{\"$unset\":true}"}) {
    const Error error =
        db_->update(kyiv_, R"({"title":"Kyjiv","name":{"$unset":true})" + more + "}");
    EXPECT_FALSE(error) << error.text();
    EXPECT_EQ(rows(R"({"collection":"City","filter":{"title":"Kyjiv"},"select":["title"]})"),
              "{\"title\":\"Kyjiv\"}\n");
  }
  // What was written is what every copy accepts.
  ASSERT_FALSE(db_->backup(path("copy")));
  const auto copy = Storage::open(path("copy"));
  ASSERT_TRUE(copy.ok()) << copy.error().text();
  EXPECT_TRUE(copy->get(kyiv_).ok());
}

TEST_F(Evolution, EveryWayToReadLifts) {
  const std::string kyiv = R"({"title":"Kyiv","size":839,"status":"draft"})";
  EXPECT_EQ(text(kyiv_), kyiv);
  const Record record = db_->get(kyiv_).value();
  EXPECT_EQ(record.find("size")->number(), 839);
  EXPECT_FALSE(record.find("name").has_value());
  EXPECT_EQ(record.field_count(), 3u);
  EXPECT_EQ(record.key(), "kyiv");
  EXPECT_EQ(record.object().front().second, Value("Kyiv"));
  std::string scanned;
  Scan scan = db_->scan(cities()).value();
  for (Record each; scan.next(each);) scanned += each.find("title")->text().value();
  EXPECT_EQ(scanned.size(), 8u);

  EXPECT_EQ(rows(R"({"collection":"City","filter":{"title":"Kyiv"}})"), kyiv + "\n");
  EXPECT_EQ(rows(R"({"collection":"City","filter":{"name":"Kyiv"}})"), "");
  EXPECT_EQ(rows(R"({"collection":"City","sort":["size"],"select":["title","size"]})"),
            R"({"title":"Lviv","size":149})"
            "\n"
            R"({"title":"Kyiv","size":839})"
            "\n");
  EXPECT_EQ(rows(R"({"collection":"City","group":{"by":["status"],)"
                 R"("fields":{"all":{"$sum":"size"}}}})"),
            R"({"status":"draft","all":988})"
            "\n");
  EXPECT_EQ(count(R"({"collection":"City","filter":{"size":{"$gt":200}}})"), 1u);
}

TEST_F(Evolution, IncludedRecordsAreLiftedToo) {
  ASSERT_FALSE(db_->update(kyiv_, R"({"sister":"lviv"})"));
  EXPECT_EQ(rows(R"({"collection":"City","filter":{"title":"Kyiv"},"select":["title"],)"
                 R"("include":{"sister":{"filter":{"title":"Lviv"},"select":["size"]}}})"),
            R"({"title":"Kyiv","sister":{"size":149}})"
            "\n");
}

TEST_F(Evolution, AnUpdateGoesUnderThePresentNames) {
  EXPECT_EQ(db_->update(kyiv_, R"({"name":"x"})").code(), Code::invalid);
  ASSERT_FALSE(db_->update(kyiv_, R"({"status":"live"})"));
  EXPECT_EQ(text(kyiv_), R"({"title":"Kyiv","size":839,"status":"live"})");
  ASSERT_FALSE(db_->update(kyiv_, R"({"title":"Київ","size":840})"));
  EXPECT_EQ(text(kyiv_), R"({"size":840,"status":"live","title":"Київ"})");
  EXPECT_TRUE(db_->swap(lviv_, R"({"title":"Lviv","size":149})", R"({"size":150})").value());
  EXPECT_FALSE(db_->swap(lviv_, R"({"size":149})", R"({"size":150})").value());
  EXPECT_EQ(text(lviv_), R"({"title":"Lviv","size":150,"status":"draft"})");
  ASSERT_FALSE(db_->update(lviv_, R"({"size":{"$unset":true}})"));
  EXPECT_EQ(text(lviv_), R"({"title":"Lviv","status":"draft"})");
}

// A conversion may give nothing; what an update makes of the record is looked at then.
TEST_F(Evolution, AnUpdateMissesWhatNoConversionGives) {
  apply(R"g({"files":{"City.js":"({ Entity: {}, title: { type: 'string', was: 'name' }, )g"
        R"g(size: { type: 'number', required: false, convert: Number }, )g"
        R"g(status: { enum: ['draft', 'live'], default: 'draft' }, sister: '?City', )g"
        R"g(mayor: { type: 'string', )g"
        R"g(convert: (own, { size }) => size === '839' ? 'Ann' : undefined } })"}})g");
  ASSERT_FALSE(db_->update(kyiv_, R"({"status":"live"})"));
  const Error missing = db_->update(lviv_, R"({"status":"live"})");
  EXPECT_EQ(missing.message(),
            "the record does not fit the schema of City\n"
            "  mayor: expected string, got nothing");
  const auto swapped = db_->swap(lviv_, R"({"size":149})", R"({"status":"live"})");
  EXPECT_EQ(swapped.error().message(), missing.message());
  ASSERT_FALSE(db_->update(lviv_, R"({"status":"live","mayor":"Bob"})"));
  EXPECT_EQ(db_->update(lviv_, R"({"mayor":{"$unset":true}})").code(), Code::invalid);
}

// A value under an earlier name would be there again when the present one is removed.
TEST_F(Evolution, WhatIsRemovedStaysRemoved) {
  apply(R"g({"files":{"City.js":"({ Entity: {}, title: { type: 'string', required: false, )g"
        R"g(was: 'name' }, size: { type: 'number', required: false, convert: Number }, )g"
        R"g(status: { enum: ['draft', 'live'], default: 'draft' }, sister: '?City' })"}})g");
  ASSERT_FALSE(db_->update(kyiv_, R"({"title":{"$unset":true}})"));
  EXPECT_EQ(text(kyiv_), R"({"size":839,"status":"draft"})");
  ASSERT_FALSE(db_->update(lviv_, R"({"title":"L"})"));
  ASSERT_FALSE(db_->update(lviv_, R"({"title":{"$unset":true}})"));
  EXPECT_EQ(text(lviv_), R"({"size":149,"status":"draft"})");
}

TEST_F(Evolution, AWriterWithAnOlderSchemaGoesOn) {
  ASSERT_FALSE(db_->apply_schema(kOld, true));
  Transaction old = db_->begin();
  const Id odesa = old.insert("City", R"({"name":"Odesa","size":"162"})").value();
  ASSERT_FALSE(old.update(kyiv_, R"({"size":"841"})"));
  ASSERT_FALSE(old.update(lviv_, R"({"name":"LVIV"})"));
  apply(kNew);
  ASSERT_TRUE(old.commit().ok());
  EXPECT_EQ(text(odesa), R"({"title":"Odesa","size":162,"status":"draft"})");
  EXPECT_EQ(text(kyiv_), R"({"title":"Kyiv","size":841,"status":"draft"})");
  EXPECT_EQ(text(lviv_), R"({"title":"LVIV","size":149,"status":"draft"})");
}

TEST_F(Evolution, ASnapshotKeepsTheSchemaOfItsMoment) {
  const Snapshot before = db_->snapshot();
  ASSERT_FALSE(db_->apply_schema(kOld, true));
  Scan scan = db_->scan(before, cities()).value();
  Record record;
  ASSERT_TRUE(scan.next(record));
  EXPECT_TRUE(record.find("title").has_value());
  EXPECT_TRUE(db_->get(record.id())->find("name").has_value());
}

TEST_F(Evolution, HistoryShowsWhatWasWritten) {
  const Digest then = db_->log(2).value().back().digest;
  EXPECT_EQ(db_->get(kyiv_, then)->json(), R"({"name":"Kyiv","size":"839"})");
  ASSERT_FALSE(db_->close());
  db_.emplace(Storage::open(path("db")).value());
  EXPECT_EQ(text(kyiv_), R"({"title":"Kyiv","size":839,"status":"draft"})");
  EXPECT_TRUE(db_->verify({})->ok);
}

// A prepared query keeps what was given: the schema of each execution says what it means.
TEST_F(Evolution, KeysInPreparedFiltersFollowTheSchema) {
  ASSERT_FALSE(db_->update(lviv_, R"({"sister":"kyiv"})"));
  PreparedQuery literal =
      db_->prepare(R"({"collection":"City","filter":{"sister":"kyiv"}})").value();
  PreparedQuery hole =
      db_->prepare(R"({"collection":"City","filter":{"sister":{"$in":{"$param":"keys"}}}})")
          .value();
  const std::vector<Value> keys = {Value(Array{"kyiv", "odesa"})};
  const std::vector<Value> others = {Value(Array{"odesa"})};
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(literal.count().value(), 1u);
    EXPECT_EQ(hole.count(keys).value(), 1u);
    EXPECT_EQ(hole.count(others).value(), 0u);
  }
  apply(R"g({"files":{"City.js":"({ Entity: {}, sister: '?string', title: '?string', )g"
        R"g(size: '?number', name: '?string' })"}})g",
        true);
  const Id odd = db_->insert("City", R"({"sister":"kyiv"})").value();
  EXPECT_EQ(rows(R"({"collection":"City","filter":{"sister":"kyiv"}})"), text(odd) + "\n");
  EXPECT_EQ(literal.count().value(), 1u);
  EXPECT_EQ(hole.count(keys).value(), 1u);
}

// A conversion that never ends took its two seconds for each record.
TEST_F(Evolution, AQueryGivesUpWhenConversionsDoNotEnd) {
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(db_->insert("Old", R"({"n":")" + std::to_string(i) + R"("})").ok());
  }
  apply(R"g({"files":{"Old.js":"({ Entity: {}, n: { type: 'number', )g"
        R"g(convert: (n) => { if (n !== '0') for (;;); return 0; } } })"}})g",
        true);
  const Error error = db_->count(R"({"collection":"Old","filter":{"n":0}})").error().copy();
  EXPECT_EQ(error.code(), Code::too_large);
  EXPECT_EQ(error.message(),
            "the conversion of Old.n was stopped for 3 records in a row. Correct `convert` in the "
            "schema");
  // One that ends is none in a row, and the next query begins anew.
  EXPECT_EQ(rows(R"({"collection":"Old","filter":{"n":0},"limit":1})"), "{\"n\":0}\n");
}

// The index had the records as they are stored, and a query through it found them under that.
TEST_F(Evolution, AnIndexSaysNothingOfRecordsWhoseConversionsDoNotEnd) {
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(db_->insert("Old", R"({"n":")" + std::to_string(i) + R"("})").ok());
  }
  const auto with = [](const std::string& condition, const char* index) {
    return R"g({"files":{"Old.js":"({ Entity: {}, n: { type: 'number', required: false, )g" +
           std::string(index) + R"g(convert: (n) => { if ()g" + condition +
           R"g() for (;;); return +n; } } })"}})g";
  };
  const std::string query = R"({"collection":"Old","filter":{"n":{"$gte":5}}})";
  const std::string missing = R"({"collection":"Old","filter":{"n":{"$not":{"$gte":0}}}})";
  const auto answers = [&](const std::string& schema) {
    apply(schema, true);
    return rows(query) + "|" + rows(missing);
  };
  // One that is met alone is read as it is stored, whether it is found by an index or not.
  const std::string alone = answers(with("n === '6'", ""));
  EXPECT_EQ(answers(with("n === '6'", "index: true, ")), alone);
  EXPECT_NE(alone.find(R"({"n":"6"})"), std::string::npos) << alone;
  ASSERT_TRUE(db_->insert("Old", R"({"n":9})").ok());  // the table of rows has the index as well
  EXPECT_EQ(rows(query), "{\"n\":5}\n{\"n\":7}\n{\"n\":9}\n");
  ASSERT_FALSE(db_->checkpoint());
  EXPECT_EQ(rows(query), "{\"n\":5}\n{\"n\":7}\n{\"n\":9}\n");
  EXPECT_TRUE(db_->verify({})->ok);
  // Three in a row end the query, not only one without an index.
  apply(with("n !== '0'", "index: true, "), true);
  const auto ended = db_->count(query);
  ASSERT_FALSE(ended.ok()) << *ended;
  EXPECT_EQ(ended.error().code(), Code::too_large);
}

// --- fields that have one earlier name in common ---

constexpr const char* kWhole = R"g({"files":{"P.js":"({ Entity: {}, fullName: 'string' })"}})g";
// `initials` reads the whole record, `letters` has an earlier name of its own as well.
constexpr const char* kSplit =
    R"g({"files":{"P.js":"({ Entity: {}, )g"
    R"g(first: { type: 'string', was: 'fullName', convert: (name) => name.split(' ')[0] }, )g"
    R"g(last: { type: 'string', was: 'fullName', convert: (name) => name.split(' ')[1] }, )g"
    R"g(initials: { type: 'string', convert: (own, { fullName }) => )g"
    R"g(own ?? fullName.replace(/[^A-Z]/g, '') }, )g"
    R"g(letters: { type: 'number', was: ['size', 'fullName'], required: false, )g"
    R"g(convert: (value) => value.length } })"}})g";

class Split : public Evolution {
 protected:
  void SetUp() override {
    Evolution::SetUp();
    ASSERT_FALSE(db_->apply_schema(kWhole, true));
    anna_ = db_->insert("P", R"({"fullName":"Ann Smith"})").value();
    apply(kSplit, true);
  }
  // As it is stored: what history shows.
  std::string stored() { return db_->get(anna_, db_->log(1).value().back().digest)->json(); }

  Id anna_;
};

// An update of `first` removed `fullName`, and `last` was lost with it.
TEST_F(Split, AnUpdateOfOneFieldKeepsTheOthers) {
  ASSERT_FALSE(db_->update(anna_, R"({"first":"Anna"})"));
  EXPECT_EQ(text(anna_), R"({"first":"Anna","initials":"AS","last":"Smith","letters":9})");
  EXPECT_EQ(stored(), text(anna_));
  ASSERT_FALSE(db_->update(anna_, R"({"letters":{"$unset":true}})"));
  EXPECT_EQ(text(anna_), R"({"first":"Anna","initials":"AS","last":"Smith"})");
}

TEST_F(Split, AnUpdateOfAnotherFieldWritesNothingMore) {
  apply(R"g({"files":{"P.js":"({ Entity: {}, first: { type: 'string', was: 'fullName' }, )g"
        R"g(last: { type: 'string', was: 'fullName' }, note: '?string' })"}})g",
        true);
  ASSERT_FALSE(db_->update(anna_, R"({"note":"x"})"));
  EXPECT_EQ(stored(), R"({"fullName":"Ann Smith","note":"x"})");
}

TEST_F(Split, RemovingTheEarlierNameByHandKeepsWhatIsReadOfIt) {
  const std::string read = text(anna_);
  ASSERT_FALSE(db_->update(anna_, R"({"fullName":{"$unset":true}})"));
  EXPECT_EQ(rows(R"({"collection":"P","select":["first","last","letters"]})"),
            R"({"first":"Ann","last":"Smith","letters":9})"
            "\n");
  EXPECT_EQ(db_->get(anna_)->field_count(), 4u) << text(anna_) << " was " << read;
}

TEST_F(Split, UpdatesOfOneTransactionDoNotUndoEachOther) {
  Transaction tx = db_->begin();
  ASSERT_FALSE(tx.update(anna_, R"({"letters":1})"));
  ASSERT_FALSE(tx.update(anna_, R"({"last":"Smithee"})"));
  ASSERT_FALSE(tx.update(anna_, R"({"first":"Anna"})"));
  ASSERT_FALSE(tx.update(anna_, R"({"initials":"X"})"));
  ASSERT_TRUE(tx.commit().ok());
  EXPECT_EQ(rows(R"({"collection":"P","select":["first","last","letters","initials"]})"),
            R"({"first":"Anna","last":"Smithee","letters":1,"initials":"X"})"
            "\n");
}

// What is written along is what the record has when the transaction is committed.
TEST_F(Split, AnUpdateDoesNotUndoWhatOthersWroteMeanwhile) {
  Transaction tx = db_->begin();
  ASSERT_FALSE(tx.update(anna_, R"({"first":"Anna"})"));
  ASSERT_FALSE(db_->update(anna_, R"({"last":"Miller"})"));
  ASSERT_TRUE(tx.commit().ok());
  EXPECT_EQ(rows(R"({"collection":"P","select":["first","last"]})"),
            R"({"first":"Anna","last":"Miller"})"
            "\n");
}

TEST_F(Split, ARefusedCommitCanBeRepeated) {
  const Id other = db_->insert("P", R"({"first":"A","last":"B","initials":"AB"})").value();
  Transaction tx = db_->begin();
  ASSERT_FALSE(tx.update(anna_, R"({"first":"Anna"})"));
  ASSERT_FALSE(tx.update(other, R"({"first":"Ada"})"));
  ASSERT_FALSE(db_->remove(other));
  EXPECT_EQ(tx.commit().code(), Code::not_found);
  ASSERT_FALSE(db_->update(anna_, R"({"last":"Miller"})"));
  EXPECT_EQ(tx.commit().code(), Code::not_found);
  EXPECT_EQ(rows(R"({"collection":"P","select":["first","last"]})"),
            R"({"first":"Ann","last":"Miller"})"
            "\n");
}

// --- what updates make of records ---

constexpr const char* kRange =
    R"g({"files":{"Range.js":"({ Entity: {}, from: 'number', to: 'number', note: '?string', )g"
    R"g(validate: (r) => r.from <= r.to || 'from is behind to' })"}})g";

TEST_F(Evolution, WhatAnUpdateMakesIsCheckedAsAWhole) {
  ASSERT_FALSE(db_->apply_schema(kRange, true));
  const Id range = db_->insert("Range", R"({"from":1,"to":5})").value();
  EXPECT_EQ(db_->update(range, R"({"from":6})").message(),
            "the record does not fit the schema of Range\n"
            "  from is behind to");
  EXPECT_EQ(db_->swap(range, "{}", R"({"to":0})").code(), Code::invalid);
  EXPECT_EQ(text(range), R"({"from":1,"to":5})");
  ASSERT_FALSE(db_->update(range, R"({"from":6,"to":7})"));
  EXPECT_EQ(db_->update(range, R"({"from":9,"note":5})").message(),
            "the record does not fit the schema of Range\n"
            "  note: expected string, got number 5\n"
            "  from is behind to");
}

TEST_F(Evolution, OnlyWhatTheWholeTransactionMakesCounts) {
  ASSERT_FALSE(db_->apply_schema(kRange, true));
  Transaction tx = db_->begin();
  const Id range = tx.insert("Range", R"({"from":1,"to":5})").value();
  ASSERT_FALSE(tx.update(range, R"({"from":8})"));
  ASSERT_FALSE(tx.update(range, R"({"to":9})"));
  ASSERT_TRUE(tx.commit().ok());
  EXPECT_EQ(text(range), R"({"from":8,"to":9})");
  Transaction other = db_->begin();
  ASSERT_FALSE(other.update(range, R"({"to":10})"));
  ASSERT_FALSE(other.update(range, R"({"from":11})"));
  EXPECT_EQ(other.commit().code(), Code::invalid);
  Transaction gone = db_->begin();
  ASSERT_FALSE(gone.update(range, R"({"to":0})"));
  ASSERT_FALSE(gone.remove(range));
  EXPECT_TRUE(gone.commit().ok());
}

// Somebody else's write between the check and the commit: it is checked once more.
TEST_F(Evolution, ACheckHoldsForTheRecordThatIsCommitted) {
  ASSERT_FALSE(db_->apply_schema(kRange, true));
  const Id range = db_->insert("Range", R"({"from":1,"to":5})").value();
  Transaction tx = db_->begin();
  ASSERT_FALSE(tx.update(range, R"({"from":4})"));
  ASSERT_FALSE(db_->update(range, R"({"to":3})"));
  EXPECT_EQ(tx.commit().code(), Code::invalid);
  ASSERT_FALSE(db_->update(range, R"({"to":4})"));
  EXPECT_TRUE(tx.commit().ok());
  EXPECT_EQ(text(range), R"({"from":4,"to":4})");
}

TEST_F(Evolution, ARequiredFieldThatIsMissingIsAskedFor) {
  constexpr const char* kStrict =
      R"g({"files":{"City.js":"({ Entity: {}, name: 'string', size: '?string', )g"
      R"g(mayor: 'string', area: 'number' })"}})g";
  ASSERT_FALSE(db_->apply_schema(kStrict, true));
  EXPECT_EQ(db_->update(kyiv_, R"({"mayor":"x"})").message(),
            "the record does not fit the schema of City\n"
            "  area: expected number, got nothing");
  EXPECT_EQ(db_->update(kyiv_, R"({"area":"x"})").message(),
            "the record does not fit the schema of City\n"
            "  area: expected number, got string \"x\"\n"
            "  mayor: expected string, got nothing");
  EXPECT_FALSE(db_->update(kyiv_, R"({"area":1,"mayor":"x"})"));
}

}  // namespace
}  // namespace gs::testing
