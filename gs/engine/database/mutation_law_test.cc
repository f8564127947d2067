// Goal: whatever happens to the bytes of a closed storage, it says so and where, or it holds what
// it held. It never gives other content without a word.
// Method: every file, at places all over it: a bit flipped, zeros, a piece doubled, two pieces
// exchanged, the end cut off, more appended, and the file gone.

#include <gtest/gtest.h>

#include "gs/engine/database/test_harm.h"

namespace gs::engine::testing {
namespace {

using platform::MemoryFileSystem;

// Prime, so that all fields of all structures are met.
#if defined(GS_SANITIZE_ADDRESS)
constexpr std::size_t kStride = 4001;
constexpr std::size_t kStrideSmall = 67;
#else
constexpr std::size_t kStride = 1009;
constexpr std::size_t kStrideSmall = 17;
#endif

constexpr const char* kTornTail = "a torn tail in the newest segment";

class Mutation : public ::testing::Test {
 protected:
  // Two segments with an erasure in them, runs, a checkpoint, replayed changes behind it, a blob.
  void SetUp() override {
    world.options.segment_bytes = 16 << 10;
    Store db = world.create();
    const Id gone = db.insert("City", R"({"name":"gone"})").value();
    for (int i = 0; i < 60; ++i) {
      const std::string json = "{\"n\":" + std::to_string(i) + ",\"t\":\"" + std::string(150, 'x');
      const Id id = db.insert(i % 2 == 0 ? "City" : "Person", json + "\"}").value();
      if (i % 7 == 0) EXPECT_TRUE(db.update(id, R"({"n":-1})").ok());
      if (i % 11 == 0) EXPECT_TRUE(db.remove(id).ok());
      if (i == 25) EXPECT_EQ(db->erase(gone, "asked to").value(), 1u);
      if (i == 40) EXPECT_TRUE(db->checkpoint().ok());
    }
    blob = db->put_blob(Buffer(500, 9)).value();
    content = db.content();
    digest = db.digest();
    frontier = db->digest()->frontier;
    EXPECT_TRUE(db->close().ok());
    db.db.reset();
    files = read_files(world.memory);
    files.erase("lock");
  }

  // What the storage of these files says about its damage; "" when it holds what it held.
  std::string said(const Files& harmed) {
    MemoryFileSystem disk;
    const auto instance = harmed.find("keys/instance");
    const bool home = instance != harmed.end() && instance->second == files["keys/instance"];
    home ? write_files_at_home(disk, harmed) : write_files(disk, harmed);  // else a stranger's
    auto opened = world.try_open(disk);
    if (!opened.ok()) return opened.error().text();
    const Store& db = opened.value();
    std::string complaints = db.complaints();
    for (const std::string& each : db->recovery().damage) complaints += each;
    if (!db->get_blob(blob).ok()) complaints += "blob";
    if (!complaints.empty()) return complaints;
    EXPECT_EQ(db.content(), content);
    EXPECT_EQ(db.digest(), digest);
    EXPECT_EQ(db->digest()->frontier, frontier);
    return db->recovery().torn_tail_cut ? kTornTail : "";
  }

  static constexpr std::size_t kFilled = 300;
  static std::string text_of(std::size_t n) { return "text " + std::to_string(n) + "; "; }

  // Another storage: a run of records, one that points into the log, and nothing behind them that
  // opening would have to look up.
  void fill_runs() {
    world.memory = MemoryFileSystem();
    Store db = world.create();
    for (std::size_t i = 0; i < kFilled; ++i) {
      const std::string json = "{\"n\":" + std::to_string(i) + ",\"t\":\"" + text_of(i);
      ids.push_back(db.insert("City", json + std::string(140, 'x') + "\"}").value());
      if (i == 200) EXPECT_TRUE(db->compact().ok());
    }
    EXPECT_TRUE(db->checkpoint().ok());
    content = db.content();
    EXPECT_TRUE(db->close().ok());
    db.db.reset();
    files = read_files(world.memory);
    files.erase("lock");
  }

  // What reads show, without anybody having verified: what was written, or that it is damaged.
  // True when any of them says so.
  bool reads_are_right_or_damaged(const Store& db, const Content& expected) {
    bool is_damaged = false;
    for (const auto& [id, json] : expected) {
      const auto got = db->get(id);
      if (got.ok()) {
        EXPECT_EQ(json_of((*got)->view()), json);
      } else {
        EXPECT_EQ(got.code(), Code::damaged) << got.error().text();
        is_damaged = true;
      }
    }
    const Moment now = db->moment();
    ScanState scan(db.db, now, {}, Id{}, ~std::uint64_t{0});
    auto next = expected.begin();
    for (; const state::Met* const met = scan.next(); ++next) {
      if (next == expected.end() || met->entry->id != next->first) {
        ADD_FAILURE() << "a record that is not there, or one was left out";
        return true;
      }
      EXPECT_EQ(json_of(scan.hold(*met)->view()), next->second);
    }
    EXPECT_TRUE(next == expected.end() || scan.error().code() == Code::damaged);
    return is_damaged || scan.error();
  }

  // Opens the harmed storage, reads and writes all over it, opens it again.
  void use(const Files& harmed, int& damaged, int& healed) {
    MemoryFileSystem disk;
    write_files_at_home(disk, harmed);
    world.options.read_only = true;
    if (const auto reader = world.try_open(disk); reader.ok()) {
      if (!reader->db->recovery().damage.empty()) return;  // told before anybody reads
      damaged += reads_are_right_or_damaged(*reader, content) ? 1 : 0;
    }
    world.options.read_only = false;
    Content expected = content;
    bool is_damaged = false;
    {
      const auto writer = world.try_open(disk);
      if (!writer.ok()) return;
      std::size_t n = 0;
      for (const auto& [id, json] : content) {
        if (++n % 10 != 0) continue;
        const Error error = writer->update(id, R"({"n":7})");
        if (error) {
          EXPECT_EQ(error.code(), Code::damaged) << error.text();
          is_damaged = true;
          continue;
        }
        EXPECT_FALSE(is_damaged) << "written after damage was met";
        const auto now = writer->db->get(id);
        if (now.ok()) expected[id] = json_of((*now)->view());
      }
      is_damaged = reads_are_right_or_damaged(*writer, expected) || is_damaged;
      writer->db->close().ignore();
    }
    const auto again = world.try_open(disk);
    if (!again.ok()) return;
    const bool still = reads_are_right_or_damaged(*again, expected);
    EXPECT_FALSE(still && again->complaints().starts_with("state")) << again->complaints();
    healed += is_damaged && !still ? 1 : 0;
  }

  // Erases a record of the harmed storage. Says whether it was erased; then it is nowhere.
  bool erase(const Files& harmed, std::size_t record) {
    MemoryFileSystem disk;
    write_files_at_home(disk, harmed);
    Content expected = content;
    const auto is_nowhere = [&](const Store& db) {
      EXPECT_EQ(files_with(disk, text_of(record)), std::vector<std::string>());
      EXPECT_FALSE(db->get(ids[record]).ok());
      reads_are_right_or_damaged(db, expected);
    };
    bool is_erased = false;
    {
      const auto writer = world.try_open(disk);
      if (!writer.ok()) return false;
      const auto erased = writer->db->erase(ids[record], "asked to");
      is_erased = erased.ok();
      if (is_erased) {
        EXPECT_EQ(erased.value(), 1u);
        expected.erase(ids[record]);
        is_nowhere(*writer);
        writer->db->compact().ignore();  // would carry on what is still there
        is_nowhere(*writer);
      } else {
        EXPECT_EQ(erased.code(), Code::damaged) << erased.error().text();
      }
      writer->db->close().ignore();
    }
    const auto again = world.try_open(disk);
    if (!again.ok() || !again->db->recovery().damage.empty()) return is_erased;
    reads_are_right_or_damaged(*again, expected);
    if (is_erased) is_nowhere(*again);
    return is_erased;
  }

  World world;
  Files files;
  std::vector<Id> ids;
  Content content;
  Digest digest;
  std::vector<Digest> frontier;
  BlobRef blob;
};

TEST_F(Mutation, EveryHarmIsToldOrHealed) {
  ASSERT_EQ(said(files), "");
  std::map<std::string, int> told;
  for (const auto& [path, bytes] : files) {
    const bool is_log = path.ends_with(".gsl");
    const std::size_t stride = bytes.size() < 1000 ? kStrideSmall : kStride;
    for (std::size_t at = 0; at < bytes.size(); at += stride) {
      for (const Harm how : kHarms) {
        Files harmed = files;
        if (!harm(harmed, path, at, how)) continue;
        SCOPED_TRACE(path + " byte " + std::to_string(at) + " harm " +
                     std::to_string(static_cast<int>(how)));
        const std::string complaint = said(harmed);
        if (!complaint.empty()) ++told[path.substr(0, path.find('/'))];
        if (is_log) EXPECT_NE(complaint.find("segment"), std::string::npos) << complaint;
        if (path.starts_with("blobs/")) EXPECT_NE(complaint.find("blob"), std::string::npos);
        // What is derived heals without a word, but for what nobody looks at until verify().
        if (path == "manifest" || path == "log/mark") EXPECT_EQ(complaint, "");
        if (path.starts_with("state/") && !complaint.empty()) {
          EXPECT_TRUE(complaint.starts_with("state: run ")) << complaint;
        }
        // Everything was confirmed, so only what lies behind it can be torn.
        if (complaint == kTornTail) EXPECT_EQ(how, Harm::appended);
        if (HasFailure()) return;
      }
    }
  }
  EXPECT_EQ(told.count("log"), 1u);
  EXPECT_EQ(told.count("blobs"), 1u);
}

TEST_F(Mutation, ReadsNeverShowWhatWasNotWritten) {
  fill_runs();
  std::map<std::string, std::pair<int, int>> met;
  for (const auto& [path, bytes] : files) {
    const bool is_run = path.ends_with(".gsr");
    if (!is_run && !path.ends_with(".gsl")) continue;
    for (std::size_t at = 4096; at < bytes.size(); at += kStride) {
      for (const Harm how : {Harm::flip, Harm::zeros, Harm::exchanged}) {
        Files harmed = files;
        if (!harm(harmed, path, at, how)) continue;
        SCOPED_TRACE(path + " byte " + std::to_string(at) + " harm " +
                     std::to_string(static_cast<int>(how)));
        auto& [damaged, healed] = met[is_run ? "run" : "log"];
        use(harmed, damaged, healed);
        if (HasFailure()) return;
      }
    }
  }
  EXPECT_GT(met["run"].first, 20);
  EXPECT_GT(met["run"].second, 20);
  EXPECT_GT(met["log"].first, 20);
}

// What damage hid was said to be erased, and a merge made a sound run that held it.
TEST_F(Mutation, WhatWasErasedIsNowhere) {
  fill_runs();
  int erased = 0;
  int refused = 0;
  std::size_t record = 0;
  for (const auto& [path, bytes] : files) {
    if (!path.ends_with(".gsr") && !path.ends_with(".gsl")) continue;
    for (std::size_t at = 4096; at < bytes.size(); at += kStride) {
      for (const Harm how : {Harm::flip, Harm::zeros, Harm::exchanged}) {
        Files harmed = files;
        if (!harm(harmed, path, at, how)) continue;
        record = (record + 97) % kFilled;
        SCOPED_TRACE(path + " byte " + std::to_string(at) + " harm " +
                     std::to_string(static_cast<int>(how)) + " record " + std::to_string(record));
        ++(erase(harmed, record) ? erased : refused);
        if (HasFailure()) return;
      }
    }
  }
  constexpr int kFewer = kStride / 1000;  // harms under sanitizers
  EXPECT_GT(erased * kFewer, 20);
  EXPECT_GT(refused * kFewer, 100);
}

}  // namespace
}  // namespace gs::engine::testing
