// Goal: a copy of the table of records in memory changes nothing but memory, whatever is committed
// while it is made, and nobody waits for it.
// Method: the copy's job writes the tables that commits have frozen, in between. So a test that
// hears of their files commits beside the copy, on the thread of the job, as often as it likes.

#include <gtest/gtest.h>

#include "gs/engine/database/held_executor.h"
#include "gs/engine/database/test_watched_files.h"
#include "gs/engine/database/test_world.h"

namespace gs::engine::testing {
namespace {

constexpr int kSeats = 3000;  // several steps of a copy
const char* const kInMemory =
    R"g({"files":{"Seat.js":"({ Struct: { store: 'memory' }, n: { type: 'number', index: true } })"}})g";
const char* const kPersistent =
    R"g({"files":{"Seat.js":"({ n: { type: 'number', index: true } })"}})g";

struct UnloggedCopy : ::testing::Test {
  World world;
  WatchedFileSystem files{world.memory};
  HeldExecutor executor;
  Store db;
  Digest schema;
  std::vector<Id> seats;
  std::shared_ptr<state::RowTable> old;
  int beside = 0;  // how often the copy has left time to others

  UnloggedCopy() {
    world.files = &files;
    world.background = &executor;
    world.options.memory_store_bytes = 6 << 20;
    world.options.checkpoint_log_bytes = 4 << 10;
    db = world.create();
    schema = *db->put_schema(kInMemory, {});
    executor.run_all();
    Batch batch(db.db);
    for (int i = 0; i < kSeats; ++i) seats.push_back(*batch.insert("Seat", n(i)));
    EXPECT_TRUE(batch.commit().ok());
    old = db->moment().version->unlogged;
  }

  static std::string n(int value, std::size_t text_bytes = 0) {
    return "{\"n\":" + std::to_string(value) + ",\"text\":\"" + std::string(text_bytes, 'x') +
           "\"}";
  }

  // So many rows are of no use that the next job makes a copy; and that job has a table to write.
  void make_wasteful() {
    ASSERT_TRUE(freeze().ok());
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(db.update(seats[0], n(-1, 5'000)).ok());
    ASSERT_EQ(db->moment().version->tables.size(), 2u);
    ASSERT_EQ(db->moment().version->unlogged, old);
  }
  Result<Id> freeze() const { return db.insert("City", n(0, 5'000)); }

  // Runs the job, and `commit` beside its copy.
  void copy(const std::function<void()>& commit) {
    files.on_create = [&, commit](std::string_view path) {
      if (!path.ends_with(".gsr") || db->moment().version->unlogged != old) return;
      ++beside;
      commit();
    };
    executor.run_all();
    files.on_create = {};
  }

  Content seats_in(const Moment& moment) const {
    ScanState scan(db.db, moment, "Seat", Id{}, ~std::uint64_t{0});
    Content content;
    while (const state::Met* const met = scan.next()) {
      content[met->entry->id] = json_of(scan.hold(*met)->view());
    }
    return content;
  }
  void check_index_in(const Moment& moment) const {
    const IndexView::One& one = moment.indexes->all.at(0);
    ASSERT_TRUE(one.is_whole);
    const Error error = check_index(one, db->tables(), moment.version, moment.at);
    ASSERT_TRUE(error.ok()) << error.text();
  }
};

struct Noted {
  Moment moment;
  Content seats;
};

// Few rows are copied under the commit lock, many before. Each step is one transaction: updates,
// removals and insertions, some of one record again and again.
TEST_F(UnloggedCopy, HasWhatWasCommittedBesideItForEveryMoment) {
  for (const int many : {0, kSeats}) {
    SCOPED_TRACE("many " + std::to_string(many));
    std::vector<Noted> noted;
    const auto note = [&] { noted.push_back({db->moment(), seats_in(db->moment())}); };
    const auto commit = [&] {
      note();
      ASSERT_TRUE(db.update(seats[1], n(10'000 + beside)).ok());
      note();
      ASSERT_TRUE(db.remove(seats.back()).ok());
      seats.pop_back();
      note();
      Batch batch(db.db);
      for (int i = 0; i < many; ++i) ASSERT_TRUE(batch.insert("Seat", n(50'000 + i)).ok());
      ASSERT_TRUE(batch.insert("Seat", n(20'000 + beside)).ok());
      ASSERT_TRUE(batch.put("Seat", "key", n(30'000 + beside)).ok());
      ASSERT_TRUE(batch.update(seats[1], n(40'000 + beside)).ok());
      ASSERT_TRUE(batch.insert("City", "{}").ok());
      ASSERT_TRUE(batch.commit().ok());
      note();
      if (beside % 2 == 0) ASSERT_TRUE(db.remove(id_of_key("Seat", "key")).ok());
      if (beside < 4) ASSERT_TRUE(freeze().ok());  // and so there is another time
      note();
    };
    beside = 0;
    old = db->moment().version->unlogged;
    ASSERT_NO_FATAL_FAILURE(make_wasteful());
    copy(commit);
    ASSERT_EQ(beside, 4) << "commits wait for a copy";
    note();
    const Moment& now = noted.back().moment;
    ASSERT_NE(now.version->unlogged, old);
    EXPECT_LT(now.version->unlogged->row_count(), noted.back().seats.size() + 20u)
        << "nothing was given back";
    EXPECT_EQ(now.version->tables.size(), 1u) << "what was frozen waits";
    ASSERT_TRUE(noted.back().seats == noted[noted.size() - 2].seats);
    EXPECT_EQ(db->stats()->memory_records, noted.back().seats.size());
    EXPECT_EQ(db.text(seats[1]), n(40'004));
    for (const Noted& each : noted) {
      SCOPED_TRACE("sequence " + std::to_string(each.moment.at));
      ASSERT_TRUE(seats_in(each.moment) == each.seats);
      ASSERT_NO_FATAL_FAILURE(check_index_in(each.moment));
    }
    // It counts what is of use, and goes on from there.
    ASSERT_TRUE(db.remove(seats.back()).ok());
    ASSERT_TRUE(db.update(seats[1], n(-4)).ok());
    EXPECT_EQ(db->stats()->memory_records, noted.back().seats.size() - 1);
    EXPECT_EQ(seats_in(db->moment()).size(), noted.back().seats.size() - 1);
    seats.pop_back();
    ASSERT_NO_FATAL_FAILURE(check_index_in(db->moment()));
  }
}

TEST_F(UnloggedCopy, IsNotTakenWhenTheSchemaHasForgottenTheRecords) {
  make_wasteful();
  copy([&] {
    ASSERT_TRUE(db->put_schema(kPersistent, schema).ok());
    ASSERT_TRUE(db.set(*db.put("Seat", "key", n(1)), "Seat", n(2)).ok());
  });
  ASSERT_EQ(beside, 1);
  EXPECT_EQ(seats_in(db->moment()), (Content{{id_of_key("Seat", "key"), n(2)}}));
  EXPECT_EQ(db->stats()->memory_records, 0u);
  ASSERT_NO_FATAL_FAILURE(check_index_in(db->moment()));
}

TEST_F(UnloggedCopy, IsNotTakenWhenACommitMadeOneForWantOfMemory) {
  make_wasteful();
  Content content;
  copy([&] {
    for (int i = 0; db->moment().version->unlogged == old; ++i) {
      ASSERT_LT(i, 2000) << "there is no end of memory";
      ASSERT_TRUE(db.update(seats[0], n(i, 5'000)).ok());
    }
    ASSERT_TRUE(db.update(seats[1], n(-2)).ok());
    ASSERT_TRUE(db.insert("Seat", n(-3)).ok());
    content = seats_in(db->moment());
  });
  ASSERT_EQ(beside, 1);
  EXPECT_EQ(content.size(), kSeats + 1u);
  EXPECT_EQ(seats_in(db->moment()), content);
  EXPECT_EQ(db->stats()->memory_records, content.size());
  ASSERT_NO_FATAL_FAILURE(check_index_in(db->moment()));
}

// On a full disk memory is what there is less of as well.
TEST_F(UnloggedCopy, IsMadeAlsoWhenTablesCannotBeWritten) {
  make_wasteful();
  int refused = 0;
  files.refuse = [&](std::string_view path) {
    if (!path.ends_with(".gsr")) return Error();
    ++refused;
    return Error(Code::no_space, "the disk is full");
  };
  const Content content = seats_in(db->moment());
  copy([] {});
  EXPECT_EQ(refused, 1) << "it is tried once by one job";
  const Moment now = db->moment();
  EXPECT_NE(now.version->unlogged, old);
  EXPECT_EQ(seats_in(now), content);
  ASSERT_NO_FATAL_FAILURE(check_index_in(now));
  files.refuse = {};
  EXPECT_EQ(now.version->tables.size(), 2u);
  ASSERT_TRUE(db.insert("City", "{}").ok());  // which begins another job
  executor.run_all();
  EXPECT_EQ(db->moment().version->tables.size(), 1u);
}

}  // namespace
}  // namespace gs::engine::testing
