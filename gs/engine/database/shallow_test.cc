// Goal: a shallow storage is the same storage without what its records were before the cut: equal
// to the others whatever comes later, verifiable from its first change, and clear about what is
// gone.
// Method: a whole copy and a shallow one of the same log are written to and exchange; both are
// asked for what was and is; old bytes are looked for in all files; the shallow one loses its
// state, is copied, and stops at each call of a simulated disk while it is made.
#include <gtest/gtest.h>

#include "gs/base/test_share.h"
#include "gs/engine/database/test_exchange.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::engine::testing {
namespace {

constexpr const char* kLongAgo = "what it was long ago";

std::string long_ago_json(int i) {
  return "{\"n\":" + std::to_string(i) + ",\"t\":\"" + kLongAgo + " " + std::to_string(i) + "\"}";
}

// Records that were written, changed, removed and erased, in several segments.
struct LongAgo {
  std::vector<Id> ids;
  Id removed;
  Id erased;
  Digest middle;  // a change
};

LongAgo write_long_ago(const Store& db, int rounds = 30) {
  LongAgo past;
  for (int i = 0; i < rounds; ++i) {
    past.ids.push_back(db.insert("City", long_ago_json(i)).value());
    EXPECT_TRUE(db.put("Town", "key" + std::to_string(i % 4), long_ago_json(i)).ok());
    EXPECT_FALSE(db.update(past.ids[i / 2], R"({"u":)" + std::to_string(i) + "}"));
    if (i == rounds / 2) EXPECT_FALSE(db->checkpoint());
    if (i == rounds / 2) past.middle = db.head();
  }
  for (const Id& id : past.ids) EXPECT_FALSE(db.update(id, R"({"t":"now"})"));
  for (int i = 0; i < 4; ++i) {
    EXPECT_TRUE(db.put("Town", "key" + std::to_string(i), R"({"t":"now"})").ok());
  }
  past.removed = past.ids[3];
  past.erased = past.ids[4];
  EXPECT_FALSE(db.remove(past.removed));
  EXPECT_TRUE(db->erase(past.erased, "asked to").ok());
  return past;
}

Error shallowed(const Store& db, const std::optional<Version>& before = {}) {
  const auto report = db->make_shallow({.before = before});
  return report.ok() ? Error() : report.error().copy();
}

class ShallowTest : public ::testing::Test {
 protected:
  ShallowTest() {
    world_.options.segment_bytes = 16 << 10;
    world_.change_bytes = 1024;
    full_ = world_.create();
    past_ = write_long_ago(full_);
    EXPECT_FALSE(full_->sync());
    write_files(disk_, read_files(world_.memory));
    db_ = world_.open(disk_);
    before_ = db_->heads();
    clock();
  }

  void clock() { world_.clock.advance_ms(1); }
  void reopen(Store& db, platform::MemoryFileSystem& disk, bool loses_state) {
    EXPECT_FALSE(db->close());
    db.db.reset();
    if (loses_state) lose_state(disk);
    db = world_.open(disk);
  }
  // Both get what the other one has.
  void exchange(const std::vector<Digest>& since) {
    EXPECT_EQ(give(db_, changes_of(full_, since)).refused, 0u);
    EXPECT_EQ(give(full_, changes_of(db_, since)).refused, 0u);
    expect_equal();
  }
  void expect_equal() {
    EXPECT_EQ(db_.digest(), full_.digest());
    EXPECT_EQ(db_.content(), full_.content());
    EXPECT_EQ(db_->heads(), full_->heads());
    EXPECT_EQ(db_.complaints(), "");
    EXPECT_EQ(db_->stats()->records, full_->stats()->records);
  }

  World world_;
  platform::MemoryFileSystem disk_;
  Store full_;  // the whole storage
  Store db_;    // its copy
  LongAgo past_;
  std::vector<Digest> before_;
};

TEST_F(ShallowTest, HoldsTheSameAndForgetsWhatWas) {
  EXPECT_FALSE(files_with(disk_, kLongAgo).empty());
  const auto report = db_->make_shallow({});
  ASSERT_TRUE(report.ok()) << report.error().text();
  EXPECT_EQ(report->version, before_);
  EXPECT_GT(report->operations, 100u);
  EXPECT_GT(report->log_bytes, 1000u);
  expect_equal();
  EXPECT_EQ(files_with(disk_, kLongAgo), std::vector<std::string>());
  for (const bool loses_state : {false, true}) {
    reopen(db_, disk_, loses_state);
    EXPECT_EQ(db_->recovery().changes_replayed, 0u);
    expect_equal();
  }
}

TEST_F(ShallowTest, StaysEqualToTheOthers) {
  ASSERT_FALSE(shallowed(db_));
  for (int round = 0; round < 4; ++round) {
    clock();
    EXPECT_FALSE(db_.update(past_.ids[20 + round], R"({"by":"shallow"})"));
    EXPECT_TRUE(db_.put("Town", "key1", R"({"by":"shallow"})").ok());
    EXPECT_TRUE(db_.insert("City", long_ago_json(100 + round)).ok());
    clock();
    EXPECT_TRUE(full_.put("Town", "key1", R"({"by":"full","more":1})").ok());
    EXPECT_FALSE(full_.update(past_.ids[20 + round], R"({"u":"full"})"));
    EXPECT_FALSE(full_.remove(past_.ids[10 + round]));
    const std::vector<Digest> since = before_;
    exchange(since);
    reopen(db_, disk_, round % 2 == 0);
    expect_equal();
  }
}

// Somebody who was offline wrote upon what was there long before the cut.
TEST_F(ShallowTest, TakesWhatWasMadeBeforeTheCut) {
  platform::MemoryFileSystem late_disk;
  write_files(late_disk, read_files(world_.memory));
  const Store late = world_.open(late_disk);
  EXPECT_FALSE(late.update(past_.ids[5], R"({"t":"late","late":true})"));
  EXPECT_FALSE(late.remove(past_.ids[6]));
  EXPECT_TRUE(late.put("Town", "key2", R"({"t":"late"})").ok());
  EXPECT_FALSE(late.update(past_.removed, R"({"t":"late"})").ok());
  clock();
  // The base of what it has changed is set anew, so that only the log tells of what it stood on.
  EXPECT_TRUE(full_.put("Town", "key2", R"({"t":"after"})").ok());
  EXPECT_FALSE(full_.update(past_.ids[5], R"({"t":"after"})"));
  EXPECT_EQ(give(db_, changes_of(full_, before_)).refused, 0u);
  ASSERT_FALSE(shallowed(db_));
  const auto sent = changes_of(late, before_);
  EXPECT_EQ(give(db_, sent).refused, 0u);
  EXPECT_EQ(give(full_, sent).refused, 0u);
  expect_equal();
  reopen(db_, disk_, true);
  expect_equal();
}

TEST_F(ShallowTest, SaysOfWhatIsGoneThatItIs) {
  const Id id = past_.ids[7];
  ASSERT_EQ(full_.text_at(id, past_.middle), full_.text_at(id, Version(past_.middle)));
  const Digest cut = before_.front();
  ASSERT_FALSE(shallowed(db_));
  EXPECT_EQ(db_.text_at(id, past_.middle), "<dropped>");
  EXPECT_EQ(db_->moment_at(past_.middle).code(), Code::dropped);
  EXPECT_EQ(db_->diff(past_.middle, {}, {}, [](const auto&) { return true; }).code(),
            Code::dropped);
  EXPECT_EQ(db_->blame(id, past_.middle).code(), Code::dropped);
  EXPECT_EQ(db_->revert(past_.middle).code(), Code::dropped);
  EXPECT_EQ(db_->proof(id).code(), Code::dropped);
  EXPECT_EQ(db_->proof(past_.erased).code(), Code::erased);
  // Versions from the cut on are told as before.
  EXPECT_EQ(db_.text_at(id, cut), full_.text_at(id, cut));
  EXPECT_EQ(db_.content(db_->moment_at(cut).value()), full_.content(full_->moment_at(cut).value()));
  // Who wrote when stays.
  const auto lines = db_->history(id, 100).value();
  ASSERT_EQ(lines.size(), full_->history(id, 100)->size());
  EXPECT_TRUE(lines.back().operation.dropped);
  EXPECT_EQ(lines.back().operation.kind, "insert");
  EXPECT_EQ(lines.back().operation.json, "");
  EXPECT_EQ(db_->log(1000)->size(), full_->log(1000)->size());
}

TEST_F(ShallowTest, LooksBackToTheCut) {
  ASSERT_FALSE(shallowed(db_));
  const std::string was = db_.text(past_.ids[8]);
  const Digest cut = before_.front();
  clock();
  EXPECT_FALSE(db_.update(past_.ids[8], R"({"t":"wrong","new":1})"));
  EXPECT_FALSE(db_.remove(past_.ids[9]));
  const Digest later = db_.head();
  EXPECT_EQ(db_.text_at(past_.ids[8], cut), was);
  EXPECT_EQ(db_.text_at(past_.ids[9], later), "<not_found>");
  std::size_t differences = 0;
  const auto count = [&](const RecordDifference&) { return ++differences != 0; };
  EXPECT_FALSE(db_->diff(cut, {}, {}, count));
  EXPECT_EQ(differences, 2u);
  // Undo goes back to the cut, and not behind it.
  EXPECT_TRUE(db_->undo().ok());
  EXPECT_TRUE(db_->undo().ok());
  EXPECT_EQ(db_.text(past_.ids[8]), was);
  EXPECT_NE(db_.text(past_.ids[9]), "<not_found>");
  EXPECT_TRUE(db_->redo().ok());
  EXPECT_NE(db_.text(past_.ids[8]), was);
  exchange(before_);
}

TEST_F(ShallowTest, UndoesNothingOfBeforeTheCut) {
  EXPECT_FALSE(full_.update(past_.ids[8], R"({"t":"later"})"));
  ASSERT_FALSE(shallowed(full_));
  EXPECT_EQ(full_->undo().code(), Code::dropped);
  EXPECT_NE(full_.text(past_.ids[8]).find("later"), std::string::npos);
}

TEST_F(ShallowTest, GivesNoChangesThatItDoesNotHave) {
  ASSERT_FALSE(shallowed(db_));
  const auto take = [](Bytes) { return Error(); };
  EXPECT_EQ(db_->changes_since({}, take).code(), Code::dropped);
  EXPECT_EQ(db_->changes_since(std::vector<Digest>{past_.middle}, take).code(), Code::dropped);
  EXPECT_FALSE(db_->changes_since(before_, take));
  // Nor does it take back what it dropped.
  const ReceiveReport report = give(db_, changes_of(full_));
  EXPECT_EQ(report.applied, 0u);
  EXPECT_EQ(report.completed, 0u);
  EXPECT_EQ(files_with(disk_, kLongAgo), std::vector<std::string>());
  expect_equal();
}

TEST_F(ShallowTest, MayKeepWhatCameAfterAVersion) {
  ASSERT_FALSE(shallowed(db_, past_.middle));
  expect_equal();
  EXPECT_EQ(db_.text_at(past_.ids[7], past_.middle), full_.text_at(past_.ids[7], past_.middle));
  EXPECT_EQ(
      db_->changes_since(std::vector<Digest>{past_.middle}, [](Bytes) { return Error(); }).code(),
      Code::ok);
  reopen(db_, disk_, true);
  EXPECT_GT(db_->recovery().changes_replayed, 0u);
  expect_equal();
  // Further, and not back.
  ASSERT_FALSE(shallowed(db_));
  EXPECT_EQ(shallowed(db_, past_.middle).code(), Code::dropped);
  expect_equal();
  EXPECT_EQ(files_with(disk_, kLongAgo), std::vector<std::string>());
  reopen(db_, disk_, true);
  EXPECT_EQ(db_->recovery().changes_replayed, 0u);
  expect_equal();
}

TEST_F(ShallowTest, ErasesWhatTheBaseHas) {
  clock();
  const Id secret = full_.insert("City", R"({"secret":"of somebody"})").value();
  EXPECT_FALSE(full_.update(secret, R"({"secret":"of somebody else"})"));
  const auto sent = changes_of(full_, before_);
  give(db_, sent);
  ASSERT_FALSE(shallowed(db_));
  EXPECT_EQ(files_with(disk_, "of somebody").size(), 2u);  // base and state
  const auto since = db_->heads();
  EXPECT_EQ(db_->erase(secret, "asked to").value(), 2u);
  EXPECT_EQ(files_with(disk_, "of somebody"), std::vector<std::string>());
  EXPECT_EQ(db_.text(secret), "<not_found>");
  EXPECT_EQ(db_->erase(secret, "asked to").value(), 0u);
  EXPECT_EQ(give(full_, changes_of(db_, since)).refused, 0u);
  expect_equal();
  // An old peer brings it in vain.
  give(db_, sent);
  reopen(db_, disk_, true);
  give(db_, sent);
  EXPECT_EQ(files_with(disk_, "of somebody"), std::vector<std::string>());
  expect_equal();
}

TEST_F(ShallowTest, IsCopiedWithItsBase) {
  ASSERT_FALSE(shallowed(db_));
  EXPECT_FALSE(db_.update(past_.ids[8], R"({"t":"later"})"));
  platform::MemoryFileSystem target;
  ASSERT_FALSE(db_->backup(target));
  const Store copy = world_.open(target);
  EXPECT_EQ(copy->recovery().changes_replayed, 1u);
  EXPECT_EQ(copy.digest(), db_.digest());
  EXPECT_EQ(copy.content(), db_.content());
  EXPECT_EQ(copy.complaints(), "");
}

TEST_F(ShallowTest, IsNotBelievedWhenItIsNotWhatWasStated) {
  ASSERT_FALSE(shallowed(db_));
  EXPECT_FALSE(db_->close());
  db_.db.reset();
  const Files files = read_files(disk_);
  std::size_t count = 0;
  for (const auto& [path, bytes] : files) {
    if (!path.starts_with("base/")) continue;
    for (std::size_t at = 0; at < bytes.size(); at += 1 + bytes.size() / 60) {
      Files changed = files;
      changed[path][at] ^= 1;
      platform::MemoryFileSystem disk;
      write_files(disk, changed);  // elsewhere, so that all of it is looked at
      const auto opened = world_.try_open(disk);
      EXPECT_FALSE(opened.ok()) << path << " at " << at;
      ++count;
    }
  }
  EXPECT_GT(count, 100u);
}

// --- crashes ---

enum class StopBy { failure, power };

// Makes a storage shallow while the given call fails or loses power. False: it never came to that.
bool make_shallow_and_stop(StopBy end, std::uint64_t call) {
  platform::SimFileSystem disk(call);
  World world;
  world.files = &disk;
  world.options.segment_bytes = 8 << 10;
  world.change_bytes = 1024;
  Store db = world.create();
  write_long_ago(db, 8);
  EXPECT_FALSE(db->sync());
  const Content content = db.content();
  const Digest digest = db.digest();
  platform::Faults faults;
  if (end == StopBy::failure) faults.fail_call = call;
  if (end == StopBy::power) faults.power_cut_call = call;
  disk.set_faults(faults);
  shallowed(db).ignore();
  const bool reached = disk.calls() >= call;
  const std::string where = disk.text();
  disk.crash();
  disk.set_faults({});
  db.db.reset();
  db = world.open();
  EXPECT_TRUE(db->recovery().damage.empty()) << where;
  EXPECT_EQ(db.digest(), digest) << where;
  EXPECT_EQ(db.content(), content) << where;
  EXPECT_EQ(db.complaints(), "") << where;
  EXPECT_FALSE(shallowed(db)) << where;
  EXPECT_EQ(files_with(disk, kLongAgo), std::vector<std::string>()) << where;
  EXPECT_EQ(db.digest(), digest) << where;
  EXPECT_FALSE(db->close());
  db.db.reset();
  db = world.open();
  EXPECT_EQ(db.digest(), digest) << where;
  EXPECT_EQ(db.complaints(), "") << where;
  return reached;
}

TEST(Shallowing, IsTheOldStorageOrTheNewOneWhereverItStops) {
  for (const StopBy end : {StopBy::failure, StopBy::power}) {
    std::uint64_t call = 1;
    while (!::testing::Test::HasFailure() && make_shallow_and_stop(end, call)) {
      call += gs::testing::kSanitizedShare;
    }
    EXPECT_GT(call, 60u);
  }
}

}  // namespace
}  // namespace gs::engine::testing
