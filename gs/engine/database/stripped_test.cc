// Goal: who carries changes cannot make replicas differ by taking payloads out of them. What lacks
// a payload of which no erase operation tells waits, is said, and gives its place to the whole
// change; what was erased by an erase operation stays erased.
// Method: the changes of one storage come to its copy with payloads taken out, alone, before and
// behind whole ones and erase operations, with and without restarts.
#include <gtest/gtest.h>

#include <algorithm>

#include "gs/engine/database/test_strip.h"
#include "gs/engine/database/test_watched_files.h"

namespace gs::engine::testing {
namespace {

constexpr const char* kHidden = "a secret of some length";

class StrippedTest : public ::testing::Test {
 protected:
  StrippedTest() {
    whole_ = world_.create();
    EXPECT_TRUE(whole_.put("City", "kyiv", R"({"n":0})").ok());
    EXPECT_TRUE(whole_->sync().ok());
    base_ = whole_->heads();
    write_files(disk_, read_files(world_.memory));
    copy_ = world_.open(disk_);
  }

  // Two records, then one more change of each.
  void write() {
    ASSERT_TRUE(whole_.put("City", "lviv", secret(0)).ok());
    ASSERT_TRUE(whole_.update(kyiv_, R"({"n":1})").ok());
    ASSERT_TRUE(whole_.update(lviv_, R"({"m":2})").ok());
    changes_ = changes_of(whole_, base_);
    ASSERT_EQ(changes_.size(), 3u);
  }
  static std::string secret(int n) {
    return R"({"secret":")" + std::string(kHidden) + R"(","m":)" + std::to_string(n) + "}";
  }
  // lviv, in all of its changes.
  void erase() {
    ASSERT_TRUE(whole_->erase(lviv_, "asked for").ok());
    changes_ = changes_of(whole_, base_);
    ASSERT_EQ(changes_.size(), 4u);
    ASSERT_TRUE(lacks_payloads(changes_[0]));
  }
  void restart(bool loses_state = false) {
    ASSERT_TRUE(copy_->close().ok());
    copy_.db.reset();
    if (loses_state) lose_state(disk_);
    copy_ = world_.open(disk_);
  }
  void expect_same_state() {
    for (const bool loses_state : {false, true}) {
      EXPECT_EQ(copy_.digest(), whole_.digest());
      EXPECT_EQ(copy_.content(), whole_.content());
      EXPECT_EQ(copy_->stats()->records, whole_->stats()->records);
      EXPECT_EQ(all_complaints(copy_), "");
      restart(loses_state);
    }
    EXPECT_EQ(copy_.digest(), whole_.digest());
  }
  void expect_equal() {
    expect_same_state();
    EXPECT_TRUE(pending().empty());
  }
  std::vector<std::string> pending() {
    const auto names = disk_.list("pending");
    return names.ok() ? *names : std::vector<std::string>();
  }

  World world_;
  platform::MemoryFileSystem disk_;
  Store whole_;
  Store copy_;
  std::vector<Digest> base_;
  std::vector<Buffer> changes_;
  const std::string filler_ = std::string(8000, 'x');
  const Id kyiv_ = id_of_key("City", "kyiv");
  const Id lviv_ = id_of_key("City", "lviv");
};

TEST_F(StrippedTest, WhatLacksAPayloadWaitsAndIsSaid) {
  write();
  const Digest before = copy_.digest();
  const ReceiveReport report = give(copy_, {strip(changes_[0]), changes_[1], changes_[2]});
  EXPECT_EQ(report.applied, 0u);
  EXPECT_EQ(report.refused, 0u);
  EXPECT_EQ(report.waiting, 3u);
  EXPECT_EQ(report.incomplete, 1u);
  EXPECT_EQ(copy_.digest(), before);
  EXPECT_EQ(copy_->heads(), base_);
  restart();
  const ReceiveReport again = give(copy_, {});
  EXPECT_EQ(again.waiting, 3u);
  EXPECT_EQ(again.incomplete, 1u);
  EXPECT_EQ(copy_.complaints(), "");
  const ReceiveReport whole = give(copy_, {changes_[0]});
  EXPECT_EQ(whole.applied, 3u);
  EXPECT_EQ(whole.waiting + whole.incomplete + whole.refused, 0u);
  expect_equal();
}

// Both wait for another one; only then the payload matters.
TEST_F(StrippedTest, TheWholeOneTakesItsPlaceAmongThoseThatWait) {
  write();
  EXPECT_EQ(give(copy_, {strip(changes_[2])}).incomplete, 1u);
  EXPECT_EQ(give(copy_, {changes_[1], changes_[2]}).incomplete, 0u);
  restart();
  EXPECT_EQ(give(copy_, {strip(changes_[2])}).waiting, 2u);  // and is not driven out
  const ReceiveReport report = give(copy_, {changes_[0]});
  EXPECT_EQ(report.applied, 3u);
  EXPECT_EQ(report.waiting + report.incomplete, 0u);
  expect_equal();
}

TEST_F(StrippedTest, ChangesNothingWhereTheWholeOneIs) {
  write();
  give(copy_, changes_);
  for (const Buffer& change : changes_) {
    const ReceiveReport report = give(copy_, {strip(change)});
    EXPECT_EQ(report.known, 1u);
    EXPECT_EQ(report.waiting + report.completed, 0u);
  }
  EXPECT_EQ(copy_.text(lviv_), secret(2));
  expect_equal();
}

// Whoever erased it gives on what is left, and the operation that tells of it behind that.
TEST_F(StrippedTest, WhatAnEraseOperationTellsOfIsTakenInAnyOrder) {
  write();
  erase();
  std::vector<std::size_t> order = {0, 1, 2, 3};
  const Files before = read_files(disk_);
  do {
    SCOPED_TRACE(std::to_string(order[0]) + std::to_string(order[1]) + std::to_string(order[2]) +
                 std::to_string(order[3]));
    for (const std::size_t cut : {0, 1, 2, 3, 4}) {
      copy_.db.reset();
      platform::MemoryFileSystem disk;
      write_files(disk, before);
      copy_ = world_.open(disk);
      std::vector<Buffer> first;
      std::vector<Buffer> second;
      for (std::size_t i = 0; i < order.size(); ++i) {
        (i < cut ? first : second).push_back(changes_[order[i]]);
      }
      EXPECT_EQ(give(copy_, first).refused, 0u);
      const ReceiveReport report = give(copy_, second);
      EXPECT_EQ(report.waiting + report.refused + report.incomplete, 0u);
      EXPECT_EQ(copy_.digest(), whole_.digest());
      EXPECT_EQ(copy_.complaints(), "");
      EXPECT_TRUE(files_with(disk, kHidden).empty());
      copy_.db.reset();
    }
  } while (std::next_permutation(order.begin(), order.end()));
  copy_ = world_.open(disk_);
}

TEST_F(StrippedTest, WhatAnEraseOperationCoversIsNeverTakenBack) {
  write();
  const std::vector<Buffer> whole = changes_;
  erase();
  give(copy_, changes_);
  for (const bool restarts : {false, true}) {
    if (restarts) restart(true);
    const ReceiveReport report = give(copy_, whole);
    EXPECT_EQ(report.known, whole.size());
    EXPECT_EQ(report.completed + report.waiting, 0u);
    EXPECT_TRUE(files_with(disk_, kHidden).empty());
  }
  EXPECT_EQ(copy_.text(lviv_), "<not_found>");
  expect_equal();
}

// Nothing covers the head that is left, but for the erase operation.
TEST_F(StrippedTest, WhatIsLeftMustBeWhatTheEraseOperationSays) {
  write();
  erase();
  const graph::ChangeView view = view_of(changes_[0]);
  auto cursor = view.operations();
  graph::OperationView operation;
  while (cursor.next(operation) && !operation.erased()) {
  }
  const std::size_t head = cursor.offset();
  Buffer other_kind = changes_[0];
  other_kind[head + 4] = static_cast<std::uint8_t>(graph::Kind::update);
  Buffer later = changes_[0];
  ++later[head + 12];
  Buffer other_record = changes_[0];
  ++other_record[other_record.size() - 1];
  for (const Buffer& forged : {other_kind, later, other_record}) {
    ASSERT_TRUE(graph::ChangeView::parse(forged).ok());
    ASSERT_TRUE(view_of(forged).verify_commitments().ok());
    const ReceiveReport report = give(copy_, {forged, changes_[1], changes_[2], changes_[3]});
    EXPECT_EQ(report.applied, 0u);
    EXPECT_EQ(report.incomplete, 1u);
  }
  EXPECT_EQ(give(copy_, {changes_[0]}).applied, 4u);
  expect_equal();
}

// Nor does an erase operation tell of anything that nobody who may write has signed.
TEST_F(StrippedTest, WhoeverTellsOfItHasToBeBelieved) {
  write();
  Buffer forged = false_witness(whole_, changes_[0], payloads_in(changes_[0]));
  forged[graph::kPreambleBytes + view_of(forged).header().size()] ^= 1;  // its signature
  const ReceiveReport report = give(copy_, {strip(changes_[0]), forged});
  EXPECT_EQ(report.applied, 0u);
  EXPECT_EQ(report.refused, 1u);
  EXPECT_EQ(report.incomplete, 1u);
}

// --- what is in the log ---

// An erase operation tells of it that is never taken. Until the whole change comes copies differ.
class CompletedTest : public StrippedTest {
 protected:
  void take_stripped() {
    write();
    const ReceiveReport report =
        give(copy_, {strip(changes_[0]), changes_[1], changes_[2],
                     false_witness(whole_, changes_[0], payloads_in(changes_[0]))});
    ASSERT_EQ(report.applied, 3u);
    ASSERT_EQ(report.waiting, 1u);
    ASSERT_NE(copy_.digest(), whole_.digest());
    ASSERT_NE(copy_.complaints(), "");
  }
  void expect_completed(const std::vector<Buffer>& changes) {
    const ReceiveReport report = give(copy_, changes);
    EXPECT_EQ(report.completed, 1u);
    EXPECT_EQ(report.refused, 0u);
    EXPECT_EQ(copy_.text(lviv_), whole_.text(lviv_));
    expect_same_state();
    EXPECT_EQ(give(copy_, changes).completed, 0u);
  }
};

TEST_F(CompletedTest, ThePayloadIsPutBackWithAllThatWasBuiltUponIt) {
  take_stripped();
  expect_completed(changes_);
}

TEST_F(CompletedTest, AlsoBehindCheckpointsAndMerges) {
  take_stripped();
  ASSERT_TRUE(copy_->checkpoint().ok());
  ASSERT_TRUE(copy_.put("City", "odesa", R"({"o":1})").ok());
  ASSERT_TRUE(copy_->compact().ok());
  ASSERT_TRUE(copy_.update(id_of_key("City", "odesa"), R"({"o":2})").ok());
  const auto common = whole_->heads();
  give(whole_, changes_of(copy_, common));
  restart();
  expect_completed(changes_);
}

// Else a crash right after it would leave a state that lacks what the log has.
TEST_F(CompletedTest, NoCheckpointIsSavedWhileTheStateLagsBehindTheLog) {
  take_stripped();
  ASSERT_TRUE(copy_->close().ok());
  copy_.db.reset();
  WatchedFileSystem watched(disk_);
  world_.options.checkpoint_log_bytes = 4 << 10;
  copy_ = world_.open(watched);
  bool is_inside = false;
  bool is_rewritten = false;
  std::vector<Files> moments;
  watched.on_write = [&](std::string_view path) {
    if (is_inside) return;
    is_inside = true;
    if (path.ends_with("-1.gsl") && !is_rewritten) {  // what is committed now is frozen before
      is_rewritten = true;
      for (int i = 0; i < 40; ++i) {
        EXPECT_TRUE(copy_.put("Town", std::to_string(i), R"({"t":")" + filler_ + "\"}").ok());
      }
    }
    if (is_rewritten) moments.push_back(read_files(disk_));
    is_inside = false;
  };
  EXPECT_EQ(give(copy_, changes_).completed, 1u);
  watched.on_write = {};
  ASSERT_TRUE(copy_->close().ok());
  copy_.db.reset();
  ASSERT_GT(moments.size(), 5u);
  for (const Files& files : moments) {
    platform::MemoryFileSystem disk;
    write_files_at_home(disk, files);
    const Store store = world_.open(disk);
    EXPECT_EQ(all_complaints(store).find("state:"), std::string::npos) << all_complaints(store);
    const bool is_whole = store.complaints().empty();
    EXPECT_EQ(store.text(lviv_), is_whole ? secret(2) : "<not_found>");
  }
  copy_ = world_.open(disk_);
}

// Only the newest rows of what is derived are kept when they take too much.
TEST_F(CompletedTest, MuchHistoryTakesLittleMemory) {
  take_stripped();
  for (int i = 0; i < 300; ++i) {
    const std::string n = std::to_string(i);
    ASSERT_TRUE(whole_.update(lviv_, R"({"m":)" + n + R"(,"t":")" + n + filler_ + "\"}").ok());
    if (i % 50 == 0) ASSERT_TRUE(whole_.update(lviv_, "{\"f" + n + "\":1}").ok());
  }
  give(copy_, changes_of(whole_, {view_of(changes_.back()).digest()}));
  expect_completed(changes_);
}

// Another writer put the record that seemed not to be there.
TEST_F(CompletedTest, WhatWasWrittenMeanwhileStays) {
  take_stripped();
  world_.clock.advance_ms(5);
  ASSERT_TRUE(copy_.put("City", "lviv", R"({"put":1})").ok());
  ASSERT_TRUE(copy_.update(lviv_, R"({"m":7})").ok());
  give(whole_, changes_of(copy_, whole_->heads()));
  expect_completed(changes_);
  EXPECT_EQ(copy_.text(lviv_), whole_.text(lviv_));
}

// One that lacks another payload is no help, and takes nothing away.
TEST_F(CompletedTest, OnlyAFormThatHasMoreIsTaken) {
  Batch batch(whole_.db);
  ASSERT_TRUE(batch.put("City", "lviv", secret(0)).ok());
  ASSERT_TRUE(batch.put("City", "odesa", R"({"o":1})").ok());
  ASSERT_TRUE(batch.commit().ok());
  const Buffer change = changes_of(whole_, base_).at(0);
  const std::vector<std::uint32_t> payloads = payloads_in(change);
  ASSERT_EQ(payloads.size(), 2u);
  ASSERT_EQ(
      give(copy_, {strip(change, {payloads[0]}), false_witness(whole_, change, {payloads[0]})})
          .applied,
      1u);
  const ReceiveReport report = give(copy_, {strip(change, {payloads[1]})});
  EXPECT_EQ(report.known, 1u);
  EXPECT_EQ(report.completed + report.refused, 0u);
  EXPECT_EQ(copy_.text(id_of_key("City", "odesa")), R"({"o":1})");
  expect_completed({change});
}

// Then an erase operation does come: it erases, and nothing is taken back.
TEST_F(CompletedTest, AnEraseOperationThatComesAfterAllEndsIt) {
  take_stripped();
  const std::vector<Buffer> whole = changes_;
  ASSERT_TRUE(whole_->erase(lviv_, "asked for").ok());
  give(copy_, changes_of(whole_, base_));
  EXPECT_EQ(give(copy_, whole).completed, 0u);
  EXPECT_EQ(copy_.text(lviv_), "<not_found>");
  EXPECT_EQ(copy_.digest(), whole_.digest());
  restart(true);
  EXPECT_EQ(give(copy_, whole).completed, 0u);
  EXPECT_EQ(copy_.digest(), whole_.digest());
}

// A record that was written to with so much that it could become too large stays as it is, and the
// storage goes on.
TEST_F(CompletedTest, ARecordWithTooMuchHistoryIsRefused) {
  take_stripped();
  ASSERT_TRUE(copy_->close().ok());
  copy_.db.reset();
  world_.image_bytes_max = 256;
  copy_ = world_.open(disk_);
  const ReceiveReport report = give(copy_, changes_);
  EXPECT_EQ(report.completed, 0u);
  ASSERT_EQ(report.refusals.size(), 1u);
  EXPECT_EQ(report.refusals[0].why.code(), Code::too_large);
  EXPECT_NE(report.refusals[0].why.text().find("more than 128 bytes"), std::string::npos);
  EXPECT_TRUE(copy_.update(kyiv_, R"({"n":2})").ok());
}

// --- bounds ---

TEST(Vouchers, RememberSoManyAndNoMore) {
  World world;
  const Store store = world.create();
  ASSERT_TRUE(store.put("City", "a", "{}").ok());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(store.put("City", "a", R"({"n":1})").ok());
  std::vector<Buffer> said;
  for (const Buffer& change : changes_of(store)) {
    if (payloads_in(change).empty()) continue;
    said.push_back(false_witness(store, change, payloads_in(change)));
  }
  ASSERT_EQ(said.size(), 4u);
  Vouchers vouchers(3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(vouchers.add(view_of(said[i])).ok());
  const Error full = vouchers.add(view_of(said[3]));
  EXPECT_EQ(full.code(), Code::too_large);
  EXPECT_NE(full.text().find("smaller portions"), std::string::npos) << full.text();
  EXPECT_EQ(vouchers.size(), 3u);
  vouchers.remove(view_of(said[0]));
  EXPECT_TRUE(vouchers.add(view_of(said[3])).ok());
  for (int i = 1; i < 4; ++i) vouchers.remove(view_of(said[i]));
  EXPECT_EQ(vouchers.size(), 0u);
}

}  // namespace
}  // namespace gs::engine::testing
