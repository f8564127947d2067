// What lasts: closing and opening, lost state files, copies, damage, full and failing disks,
// erasure, verification.
#include <gtest/gtest.h>

#include "gs/engine/database/test_world.h"
#include "gs/platform/sim/sim_file_system.h"
#include "gs/storage/log/frame.h"
#include "gs/storage/state/run_format.h"

namespace gs::engine::testing {
namespace {

using platform::Faults;
using platform::MemoryFileSystem;
using platform::SimFileSystem;

// A bit of everything, in several changes, runs and images.
Content fill_with_updates(const Store& db) {
  std::vector<Id> ids;
  for (int i = 0; i < 60; ++i) {
    const std::string n = std::to_string(i);
    ids.push_back(db.insert(i % 2 == 0 ? "City" : "", "{\"n\":" + n + "}").value());
    db.put("Town", "key" + std::to_string(i % 7), "{\"town\":" + n + "}").value();
    if (i % 5 == 0) EXPECT_TRUE(db.update(ids[ids.size() / 2], "{\"u\":" + n + "}").ok());
    if (i % 9 == 8) {
      EXPECT_TRUE(db.remove(ids.back()).ok());
      ids.pop_back();
    }
    if (i == 20) EXPECT_TRUE(db->checkpoint().ok());
    if (i == 30) EXPECT_TRUE(db->compact().ok());
    if (i == 40) EXPECT_TRUE(db->checkpoint().ok());
  }
  return db.content();
}

// Where each frame of a segment's bytes begins, and after them its end.
std::vector<std::size_t> frames_of(const Buffer& segment) {
  std::vector<std::size_t> frames{log::kSegmentHeaderBytes};
  while (frames.back() + log::kFrameBytes <= segment.size() && segment[frames.back()] == 'g') {
    std::uint32_t bytes = 0;
    for (int i = 3; i >= 0; --i) bytes = bytes << 8 | segment[frames.back() + 4 + i];
    frames.push_back(frames.back() + log::kFrameBytes + bytes);
  }
  return frames;
}

class DurabilityTest : public ::testing::Test {
 protected:
  void reopen() {
    ASSERT_TRUE(db->close().ok());
    db.db.reset();
    db = world.open();
  }
  // Closes and gives all files as they are on the disk then.
  Files closed_files() {
    EXPECT_TRUE(db->close().ok());
    db.db.reset();
    return read_files(world.memory);
  }
  static void drop_state(Files& files) {
    for (auto at = files.begin(); at != files.end();) {
      at = at->first.starts_with("state/") ? files.erase(at) : std::next(at);
    }
  }

  World world;
  Store db = world.create();
};

// --- opening again ---

TEST_F(DurabilityTest, ReopenedStorageHoldsTheSame) {
  const Content content = fill_with_updates(db);
  const Digest digest = db.digest();
  const auto stats = db->stats().value();
  for (int i = 0; i < 3; ++i) {
    reopen();
    EXPECT_EQ(db.content(), content);
    EXPECT_EQ(db.digest(), digest);
    EXPECT_EQ(db->stats()->records, stats.records);
    EXPECT_EQ(db->stats()->collections, stats.collections);
    EXPECT_FALSE(db->recovery().torn_tail_cut);
    EXPECT_TRUE(db->recovery().damage.empty());
  }
  EXPECT_EQ(db.complaints(), "");
}

TEST_F(DurabilityTest, StateDirectoryCanBeThrownAway) {
  const Content content = fill_with_updates(db);
  const Digest digest = db.digest();
  const std::uint64_t changes = db->stats()->changes;
  Files files = closed_files();
  drop_state(files);
  MemoryFileSystem without;
  write_files(without, files);
  const Store again = world.open(without);
  EXPECT_EQ(again->recovery().changes_replayed, changes);
  EXPECT_EQ(again.content(), content);
  EXPECT_EQ(again.digest(), digest);
  EXPECT_EQ(again.complaints(), "");
}

TEST_F(DurabilityTest, DamagedStateFilesCostNothing) {
  const Content content = fill_with_updates(db);
  const Digest digest = db.digest();
  const Files files = closed_files();
  for (const auto& [path, bytes] : files) {
    if (!path.starts_with("state/") || bytes.empty()) continue;
    Files damaged = files;
    for (std::size_t i = bytes.size() / 3; i < bytes.size(); i += 97) damaged[path][i] ^= 0x10;
    MemoryFileSystem other;
    write_files_at_home(other, damaged);
    auto opened = world.try_open(other);
    ASSERT_TRUE(opened.ok()) << path << ": " << opened.error().text();
    // Either it was noticed at once, or verify() notices it; then the log is the cure.
    if (opened->complaints().empty()) {
      EXPECT_EQ(opened->content(), content) << path;
      EXPECT_EQ(opened->digest(), digest) << path;
    }
  }
}

TEST_F(DurabilityTest, CompactingChangesNothingButFiles) {
  const Content content = fill_with_updates(db);
  const Digest digest = db.digest();
  world.options.cache_bytes = 1;  // merged runs hold whole records
  reopen();
  ASSERT_TRUE(db.insert("City", "{}").ok());
  ASSERT_TRUE(db.remove(std::prev(db.content().end())->first).ok());
  ASSERT_TRUE(db->compact().ok());
  EXPECT_LE(db->stats()->runs, 1u);
  EXPECT_EQ(db.content().size(), content.size());
  const Digest compacted = db.digest();
  reopen();
  EXPECT_EQ(db.digest(), compacted);
  EXPECT_EQ(db.complaints(), "");
  EXPECT_FALSE(digest.is_zero());
}

TEST_F(DurabilityTest, QuietMomentsMarkTheLogAndMergeRuns) {
  for (const int records : {300, 30, 3}) {  // too different in size to be merged at once
    for (int i = 0; i < records; ++i) db.insert("City", "{\"n\":1}").value();
    ASSERT_TRUE(db->checkpoint().ok());
  }
  const Content content = db.content();
  ASSERT_EQ(db->stats()->runs, 3u);
  const Buffer before = world.memory.read_whole("log/mark", kFileBytesMax).value();
  db->tick();
  const Buffer after = world.memory.read_whole("log/mark", kFileBytesMax).value();
  EXPECT_NE(before, after);
  for (int i = 0; i < 5; ++i) db->tick();
  EXPECT_EQ(world.memory.read_whole("log/mark", kFileBytesMax).value(), after);
  EXPECT_EQ(db->stats()->runs, 1u);
  EXPECT_EQ(db.content(), content);
  EXPECT_EQ(db.complaints(), "");
}

TEST_F(DurabilityTest, LazyCommitsAreVisibleAtOnceAndLastAfterSync) {
  Batch batch(db.db);
  const Id id = batch.insert("City", R"({"n":1})").value();
  ASSERT_TRUE(batch.commit(Durability::lazy).ok());
  EXPECT_EQ(db.text(id), R"({"n":1})");
  ASSERT_TRUE(db->sync().ok());
  const Files files = read_files(world.memory);  // as after a crash: never closed
  MemoryFileSystem crashed;
  write_files(crashed, files);
  EXPECT_EQ(world.open(crashed).text(id), R"({"n":1})");
}

TEST_F(DurabilityTest, ATornTailIsCutOrLeftOutOrTheBusinessOfItsOwner) {
  ASSERT_TRUE(db.insert("City", R"({"n":1})").ok());
  std::vector<std::string> events;
  world.options.on_event = [&](const Event& event) { events.emplace_back(event.name); };
  world.options.read_only = true;
  const std::string path = "log/00000001.gsl";
  // The begin of a frame, behind the last one.
  const Buffer segment = world.memory.read_whole(path, kFileBytesMax).value();
  const std::size_t end = frames_of(segment).back();
  const auto file = world.memory.open(path, platform::OpenMode::write);
  ASSERT_TRUE(file.value()->write(end, as_bytes("gsf1")).ok());
  {
    const Store beside = world.open();  // db is in the middle of writing it
    EXPECT_FALSE(beside->recovery().torn_tail_cut);
    EXPECT_FALSE(beside->recovery().torn_tail_left_out);
    EXPECT_EQ(beside->recovery().cut_bytes, 0u);
    EXPECT_EQ(events, std::vector<std::string>());
  }
  MemoryFileSystem crashed;
  write_files(crashed, read_files(world.memory));
  for (int i = 0; i < 2; ++i) {  // reading changes nothing
    const Store reader = world.open(crashed);
    EXPECT_FALSE(reader->recovery().torn_tail_cut);
    EXPECT_TRUE(reader->recovery().torn_tail_left_out);
    EXPECT_TRUE(reader->recovery().torn_tail_judged);
    EXPECT_EQ(reader->recovery().cut_offset, end);
    EXPECT_EQ(reader->recovery().cut_bytes, 4u);
    EXPECT_EQ(events, std::vector<std::string>{"torn_tail_left_out"});
    EXPECT_EQ(reader.complaints(), "");
    events.clear();
  }
  MemoryFileSystem unmarked;
  write_files(unmarked, read_files(crashed));
  ASSERT_FALSE(unmarked.remove("log/mark"));
  EXPECT_TRUE(world.open(unmarked)->recovery().torn_tail_left_out);
  EXPECT_FALSE(world.open(unmarked)->recovery().torn_tail_judged);
  events.clear();
  world.options.read_only = false;
  const Store writer = world.open(crashed);
  EXPECT_TRUE(writer->recovery().torn_tail_judged);
  EXPECT_TRUE(writer->recovery().torn_tail_cut);
  EXPECT_FALSE(writer->recovery().torn_tail_left_out);
  EXPECT_EQ(writer->recovery().cut_offset, end);
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.front(), "torn_tail_cut");
}

// The first attempt cut it, met a damaged run, and began again with a log that had no torn tail.
TEST_F(DurabilityTest, ACutIsToldAlsoWhenTheCheckpointIsDropped) {
  std::vector<Id> ids;
  for (int i = 0; i < 300; ++i) ids.push_back(db.insert("City", R"({"n":1})").value());
  ASSERT_TRUE(db->checkpoint().ok());
  ids.resize(100);  // fewer than what closing makes a checkpoint of
  for (const Id& id : ids) ASSERT_TRUE(db.update(id, R"({"n":2})").ok());  // looked up by replay
  const Content content = db.content();
  Files files = closed_files();
  const std::string path = std::prev(files.find("log/mark"))->first;
  Buffer& segment = files[path];
  const std::size_t end = frames_of(segment).back();
  ASSERT_EQ(end, segment.size());
  for (const char c : std::string_view("gsf1")) segment.push_back(static_cast<std::uint8_t>(c));
  for (auto& [name, bytes] : files) {
    if (name.ends_with(".gsr")) bytes[state::kRunHeaderBytes + 20] ^= 1;  // in an entry
  }
  MemoryFileSystem crashed;
  write_files_at_home(crashed, files);
  std::map<std::string, int> events;
  world.options.on_event = [&](const Event& event) { ++events[std::string(event.name)]; };
  const Store opened = world.open(crashed);
  EXPECT_EQ(events["checkpoint_unusable"], 1);
  EXPECT_EQ(events["torn_tail_cut"], 1);
  EXPECT_TRUE(opened->recovery().torn_tail_cut);
  EXPECT_TRUE(opened->recovery().torn_tail_judged);
  EXPECT_EQ(opened->recovery().cut_offset, end);
  EXPECT_EQ(opened->recovery().cut_bytes, 4u);
  EXPECT_TRUE(opened->recovery().damage.empty());
  EXPECT_EQ(opened.content(), content);
}

// A number of before the storage was opened again is above all that were committed since.
TEST_F(DurabilityTest, WaitingForAStrangeNumberWaitsForEverythingSoFar) {
  fill_with_updates(db);
  const Sequence old = db->moment().at;
  reopen();
  Batch batch(db.db);
  ASSERT_TRUE(batch.insert("City", R"({"name":"Kyiv"})").ok());
  ASSERT_TRUE(batch.commit(Durability::lazy).ok());
  EXPECT_TRUE(db->wait(old + 1000).ok());
  EXPECT_TRUE(db->wait(~Sequence{0}).ok());
  const Content content = db.content();
  Files files = read_files(world.memory);  // as a crash now would leave them
  files.erase("lock");
  MemoryFileSystem crashed;
  write_files_at_home(crashed, files);
  int events = 0;
  world.options.read_only = true;
  world.options.on_event = [&](const Event& event) {
    events += event.name == "write_failed" ? 1 : 0;
  };
  const Store reader = world.open(crashed);
  EXPECT_EQ(reader.content(), content);
  EXPECT_TRUE(reader->wait(~Sequence{0}).ok());
  EXPECT_EQ(events, 0);
}

// A scan that outlives the storage may meet damage when the directory is another process's.
TEST_F(DurabilityTest, AClosedStorageRemovesNoDamagedRun) {
  for (int i = 0; i < 2000; ++i) ASSERT_TRUE(db.insert("City", R"({"n":1})").ok());
  ASSERT_TRUE(db->compact().ok());
  Files files = closed_files();
  std::string run;
  for (auto& [name, bytes] : files) {
    if (!name.ends_with(".gsr")) continue;
    run = name;
    bytes[state::kRunHeaderBytes + 20] ^= 1;  // in an entry
  }
  for (const bool closed : {true, false}) {
    MemoryFileSystem disk;
    write_files_at_home(disk, files);
    const Store harmed = world.open(disk);
    ScanState scan(harmed.db, harmed->moment(), "City", Id{}, ~std::uint64_t{0});
    if (closed) ASSERT_TRUE(harmed->close().ok());
    while (scan.next() != nullptr) {
    }
    EXPECT_EQ(scan.error().code(), Code::damaged);
    EXPECT_EQ(disk.exists(run).value(), closed);
  }
}

TEST_F(DurabilityTest, OneOwnerAtATime) {
  EXPECT_EQ(world.try_open().code(), Code::locked);
  EXPECT_EQ(world.try_create().code(), Code::locked);
  ASSERT_TRUE(db->close().ok());
  EXPECT_EQ(world.try_create().code(), Code::exists);
  EXPECT_TRUE(world.try_open().ok());
}

// Its owner lets go after some sleeps.
struct ImpatientClock : platform::ManualClock {
  std::function<void()> let_go;
  int sleeps_left = 0;
  void sleep_ms(std::uint64_t time_ms) override {
    ManualClock::sleep_ms(time_ms);
    if (--sleeps_left == 0) let_go();
  }
};

TEST_F(DurabilityTest, WhoeverWaitsForTheOwnerGetsTheStorageOrTheError) {
  for (const bool in_time : {true, false}) {
    ImpatientClock clock;
    clock.let_go = [&] { EXPECT_TRUE(db->close().ok()); };
    clock.sleeps_left = in_time ? 7 : 1000;
    world.options.lock_wait_ms = 1010;
    DatabaseSetup setup = world.setup(world.memory);
    setup.env.clock = &clock;
    {
      const auto waiting = Database::open(setup);
      EXPECT_EQ(waiting.code(), in_time ? Code::ok : Code::locked);
    }
    const std::uint64_t waited_ms = clock.monotonic_ns() / 1'000'000;
    EXPECT_EQ(waited_ms, in_time ? 7 * 20U : 1010U);  // not a moment longer
    if (in_time) db = world.open();
  }
}

TEST_F(DurabilityTest, ReadOnlyStorageReadsAndRefusesToWrite) {
  const Content content = fill_with_updates(db);
  const Digest writer = db->writer();
  const Id id = content.begin()->first;
  const Files before = closed_files();
  world.options.read_only = true;
  {
    const Store reader = world.open();
    EXPECT_TRUE(reader->read_only());
    EXPECT_EQ(reader->writer(), writer);
    EXPECT_EQ(reader.content(), content);
    EXPECT_EQ(reader.complaints(), "");
    EXPECT_EQ(reader->proof(id).code(), Code::read_only);  // a proof is signed
    EXPECT_EQ(reader.insert("City", "{}").code(), Code::read_only);
    EXPECT_EQ(reader.update(id, "{}").code(), Code::read_only);
    EXPECT_EQ(reader.remove(id).code(), Code::read_only);
    EXPECT_EQ(reader->erase(id, "").code(), Code::read_only);
    EXPECT_EQ(reader->put_blob({}).code(), Code::read_only);
    EXPECT_EQ(reader->checkpoint().code(), Code::read_only);
    EXPECT_EQ(reader->compact().code(), Code::read_only);
    EXPECT_TRUE(reader->sync().ok());
    EXPECT_TRUE(reader->close().ok());
  }
  EXPECT_EQ(read_files(world.memory), before);  // not a byte
}

// --- what is not a storage of ours ---

TEST_F(DurabilityTest, OtherDirectoriesAreNamedAsWhatTheyAre) {
  MemoryFileSystem empty;
  EXPECT_EQ(world.try_open(empty).code(), Code::not_a_storage);
  const auto with = [&](std::string_view text) {
    Files other;
    other["storage.json"] = Buffer(as_bytes(text).begin(), as_bytes(text).end());
    MemoryFileSystem disk;
    write_files(disk, other);
    return world.try_open(disk).code();
  };
  EXPECT_EQ(with("not json"), Code::not_a_storage);
  EXPECT_EQ(with("{}"), Code::not_a_storage);
  EXPECT_EQ(with(R"({"format":1})"), Code::not_a_storage);
  EXPECT_EQ(with(R"({"format":1,"storage":"abc"})"), Code::not_a_storage);
  EXPECT_EQ(with(R"({"format":2,"storage":"abc"})"), Code::newer_format);
  EXPECT_EQ(with(R"({"format":1e300,"storage":"abc"})"), Code::newer_format);
}

// A log that is not there was taken for one that has not begun: a write began a new one, as if
// nothing had been lost.
TEST_F(DurabilityTest, LostLogIsDamageAndNoNewOneBegins) {
  ASSERT_TRUE(db.insert("City", "{}").ok());
  const Files whole = closed_files();
  Files files = whole;
  std::erase_if(files, [](const auto& file) { return file.first.starts_with("log/"); });
  for (const bool with_state : {true, false}) {
    if (!with_state) drop_state(files);
    for (const bool directory : {false, true}) {
      MemoryFileSystem disk;
      write_files(disk, files);
      if (directory) ASSERT_FALSE(disk.make_directory("log", false));
      EXPECT_EQ(world.try_open(disk).code(), Code::damaged);
      for (const auto& [path, bytes] : read_files(disk))
        EXPECT_FALSE(path.starts_with("log")) << path;
    }
  }
  // The other way round: a log that nothing names.
  files = whole;
  files["storage.json"] = Buffer(3, 'x');
  MemoryFileSystem unreadable;
  write_files(unreadable, files);
  EXPECT_EQ(world.try_open(unreadable).code(), Code::damaged);
  files.erase("storage.json");
  MemoryFileSystem headless;
  write_files(headless, files);
  EXPECT_EQ(world.try_open(headless).code(), Code::damaged);
}

TEST_F(DurabilityTest, LogOfAnotherStorageIsNotRead) {
  ASSERT_TRUE(db.insert("City", "{}").ok());
  World other(2);
  const Store stranger = other.create();
  Files files = closed_files();
  files["storage.json"] = read_files(other.memory)["storage.json"];
  MemoryFileSystem mixed;
  write_files(mixed, files);
  const Store opened = world.open(mixed);
  EXPECT_TRUE(opened->read_only());
  EXPECT_FALSE(opened->recovery().damage.empty());
  EXPECT_TRUE(opened.content().empty());
  EXPECT_NE(opened.complaints(), "");
}

// --- copies ---

TEST_F(DurabilityTest, BackupHoldsTheSameAndGetsItsOwnWriter) {
  const Content content = fill_with_updates(db);
  const BlobRef blob = db->put_blob(Buffer(1000, 7)).value();
  const Digest digest = db.digest();
  MemoryFileSystem target;
  ASSERT_TRUE(db->backup(target).ok());
  EXPECT_EQ(db->backup(target).code(), Code::exists);
  for (const auto& [path, bytes] : read_files(target))
    EXPECT_FALSE(path.starts_with("keys")) << path;
  const Store copy = world.open(target);
  EXPECT_EQ(copy->storage(), db->storage());
  EXPECT_NE(copy->writer(), db->writer());
  EXPECT_EQ(copy.content(), content);
  EXPECT_EQ(copy.digest(), digest);
  EXPECT_EQ(copy->get_blob(blob).value(), Buffer(1000, 7));
  // Both go on, each with its own writer.
  ASSERT_TRUE(db.insert("City", "{}").ok());
  ASSERT_TRUE(copy.insert("City", "{}").ok());
  EXPECT_EQ(copy->stats()->writers, 2u);
  EXPECT_EQ(copy.complaints(), "");
  EXPECT_NE(copy.digest(), db.digest());
}

// `gstore backup` reads beside a writer. The mark that it copied was the writer's newest one, which
// named changes that the copy had not: restoring called the backup damaged.
TEST_F(DurabilityTest, BackupByAReaderBesideAWriterIsWhole) {
  const Content content = fill_with_updates(db);
  world.options.read_only = true;
  const Store reader = world.open();
  world.options.read_only = false;
  ASSERT_TRUE(db.insert("City", R"({"n":"later"})").ok());
  db->tick();  // marks the log
  MemoryFileSystem target;
  ASSERT_TRUE(reader->backup(target).ok());
  const Store copy = world.open(target);
  EXPECT_TRUE(copy->recovery().damage.empty()) << copy->recovery().damage.front();
  EXPECT_FALSE(copy->read_only());
  EXPECT_EQ(copy.content(), content);
}

// A mark from before the last changes would let a backup lose them without a word.
TEST_F(DurabilityTest, BackupWithoutItsEndIsDamaged) {
  fill_with_updates(db);
  db->tick();
  ASSERT_TRUE(db.insert("City", R"({"n":"last"})").ok());
  MemoryFileSystem target;
  ASSERT_TRUE(db->backup(target).ok());
  Files files = read_files(target);
  Buffer& newest = std::prev(files.lower_bound("log/mark"))->second;
  const auto frames = frames_of(newest);
  newest.resize(frames[frames.size() - 2]);
  MemoryFileSystem cut;
  write_files(cut, files);
  EXPECT_FALSE(world.open(cut)->recovery().damage.empty());
}

// The number of the checkpoint before was forgotten with every frozen table, and its file stayed.
TEST_F(DurabilityTest, CheckpointsLeaveNoFilesBehind) {
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(db.insert("City", "{}").ok());
    ASSERT_TRUE(db->checkpoint().ok());
  }
  int checkpoints = 0;
  for (const auto& [path, bytes] : read_files(world.memory)) checkpoints += path.ends_with(".gsp");
  EXPECT_LE(checkpoints, 2);  // those that the manifest's slots name
}

TEST_F(DurabilityTest, CopiedDirectoryGetsItsOwnWriter) {
  const Content content = fill_with_updates(db);
  const Digest writer = db->writer();
  MemoryFileSystem copied;
  write_files(copied, closed_files());
  const Store copy = world.open(copied);
  EXPECT_NE(copy->writer(), writer);
  EXPECT_EQ(copy.content(), content);
  db = world.open();
  EXPECT_EQ(db->writer(), writer);
}

// --- damage ---

TEST_F(DurabilityTest, DamagedLogOpensReadOnlyAndSaysWhere) {
  const Id first = db.insert("City", R"({"n":1})").value();
  ASSERT_TRUE(db.insert("City", R"({"n":2})").ok());
  const Digest second = db.head();
  ASSERT_TRUE(db.insert("City", R"({"n":3})").ok());
  Files files = closed_files();
  drop_state(files);
  Buffer& segment = files["log/00000001.gsl"];
  const auto frames = frames_of(segment);
  ASSERT_EQ(frames.size(), 5u);  // genesis and three changes
  segment[frames[2] + 100] ^= 1;
  MemoryFileSystem damaged;
  write_files(damaged, files);
  const Store hurt = world.open(damaged);
  EXPECT_TRUE(hurt->read_only());
  ASSERT_FALSE(hurt->recovery().damage.empty());
  const std::string where = "segment 1 offset " + std::to_string(frames[2]);
  const std::string which = "change " + second.text();
  EXPECT_EQ(hurt->recovery().damage.front().substr(0, where.size()), where);
  EXPECT_EQ(hurt.text(first), R"({"n":1})");
  const Error refused = hurt.remove(first);
  EXPECT_EQ(refused.code(), Code::damaged);
  EXPECT_NE(refused.message().find(where), std::string_view::npos) << refused.message();
  EXPECT_NE(hurt.complaints().find(where), std::string::npos) << hurt.complaints();
  const auto report = hurt->verify({}).value();
  ASSERT_EQ(report.damage.size(), 1u);
  EXPECT_NE(report.damage[0].find(which), std::string::npos) << report.damage[0];
  EXPECT_TRUE(hurt->close().ok());
  files.erase("lock");
  for (const auto& [path, bytes] : files) EXPECT_EQ(read_files(damaged)[path], bytes) << path;
}

TEST_F(DurabilityTest, DamageBeforeTheCheckpointIsFoundByVerify) {
  fill_with_updates(db);
  ASSERT_TRUE(db->checkpoint().ok());
  Files files = closed_files();
  Buffer& segment = files["log/00000001.gsl"];
  segment[frames_of(segment)[3] + 60] ^= 4;
  MemoryFileSystem damaged;
  write_files_at_home(damaged, files);
  EXPECT_NE(world.open(damaged).complaints(), "");
}

// The option was taken, and nothing was verified.
TEST_F(DurabilityTest, VerifyOnOpenFindsDamageBeforeTheCheckpoint) {
  fill_with_updates(db);
  ASSERT_TRUE(db->checkpoint().ok());
  Files files = closed_files();
  world.options.verify_on_open = true;
  {
    MemoryFileSystem sound;
    write_files_at_home(sound, files);
    EXPECT_FALSE(world.open(sound)->read_only());
  }
  Buffer& segment = files["log/00000001.gsl"];
  const std::size_t frame = frames_of(segment)[3];
  for (const std::size_t at : {60, 400}) {  // of the header, of an operation
    segment[frame + at] ^= 4;
    MemoryFileSystem damaged;
    write_files_at_home(damaged, files);
    const Store hurt = world.open(damaged);
    EXPECT_TRUE(hurt->read_only());
    ASSERT_FALSE(hurt->recovery().damage.empty());
    const std::string where = "segment 1 offset " + std::to_string(frame + log::kFrameBytes);
    EXPECT_EQ(hurt->recovery().damage.front().substr(0, where.size()), where);
    EXPECT_EQ(hurt.put("City", "kyiv", "{}").code(), Code::damaged);
    segment[frame + at] ^= 4;
  }
}

// --- verification ---

TEST_F(DurabilityTest, KnownHeadShowsThatTheEndWasCutOff) {
  ASSERT_TRUE(db.insert("City", R"({"n":1})").ok());
  const Files earlier = read_files(world.memory);  // somebody keeps this, and puts it back later
  ASSERT_TRUE(db.insert("City", R"({"n":2})").ok());
  VerifyOptions options;
  options.head = db.head();
  EXPECT_EQ(db.complaints(options), "");
  MemoryFileSystem rolled_back;
  write_files(rolled_back, earlier);
  const Store old = world.open(rolled_back);
  EXPECT_EQ(old.complaints(), "");
  const std::string complaints = old.complaints(options);
  EXPECT_TRUE(complaints.starts_with("head: ")) << complaints;
  EXPECT_NE(complaints.find(options.head->text()), std::string::npos);
}

TEST_F(DurabilityTest, IncrementalVerifyChecksOnlyWhatIsNew) {
  fill_with_updates(db);
  VerifyOptions options;
  options.incremental = true;
  const auto whole = db->verify(options).value();  // nothing seen yet: everything
  EXPECT_TRUE(whole.ok);
  EXPECT_EQ(whole.changes, db->stats()->changes);
  EXPECT_EQ(db->verify(options)->changes, 0u);
  ASSERT_TRUE(db.insert("City", R"({"n":1})").ok());
  ASSERT_TRUE(db.insert("City", R"({"n":2})").ok());
  options.head = db.head();
  const auto more = db->verify(options).value();
  EXPECT_TRUE(more.ok);
  EXPECT_EQ(more.changes, 2u);
  EXPECT_EQ(db->verify({})->changes, db->stats()->changes);
  // An erasure moves what was seen; the next one still has a right answer.
  ASSERT_TRUE(db->erase(db.content().begin()->first, "").ok());
  options.head.reset();
  EXPECT_EQ(db.complaints(options), "");
  ASSERT_TRUE(db.insert("City", R"({"n":3})").ok());
  EXPECT_EQ(db.complaints(options), "");
  EXPECT_EQ(db.complaints(), "");
}

// --- erasure ---

TEST_F(DurabilityTest, ErasedRecordLeavesNoByteBehind) {
  constexpr const char* kMarkers[] = {"first secret", "second secret", "third secret"};
  world.options.cache_bytes = 1;  // runs hold whole records: there they must go too
  reopen();
  fill_with_updates(db);
  const Id id = db.insert("City", R"({"name":"first secret","keep":1})").value();
  ASSERT_TRUE(db->checkpoint().ok());
  ASSERT_TRUE(db.update(id, R"({"name":"second secret"})").ok());
  const Digest updated = db.head();
  ASSERT_TRUE(db->compact().ok());
  ASSERT_TRUE(db.set(id, "City", R"({"name":"third secret"})").ok());
  ASSERT_TRUE(db->sync().ok());
  Content others = db.content();
  others.erase(id);
  for (const char* marker : kMarkers) EXPECT_FALSE(files_with(world.memory, marker).empty());

  EXPECT_EQ(db->erase(id, "asked to").value(), 3u);
  for (const char* marker : kMarkers) {
    for (const std::string& path : files_with(world.memory, marker)) {
      ADD_FAILURE() << path << " still holds '" << marker << "'";
    }
  }
  EXPECT_EQ(db.text(id), "<not_found>");
  EXPECT_EQ(db.text_at(id, updated), "<erased>");
  EXPECT_EQ(db.content(), others);
  EXPECT_EQ(db->stats()->records, others.size());
  EXPECT_EQ(db->verify({})->erased, 3u);
  EXPECT_EQ(db.complaints(), "");
  EXPECT_EQ(db->erase(id, "again").value(), 0u);

  const Digest digest = db.digest();
  reopen();
  EXPECT_EQ(db.content(), others);
  EXPECT_EQ(db.digest(), digest);
  EXPECT_EQ(db.complaints(), "");
  for (const char* marker : kMarkers) EXPECT_TRUE(files_with(world.memory, marker).empty());
  MemoryFileSystem target;
  ASSERT_TRUE(db->backup(target).ok());
  EXPECT_EQ(world.open(target).digest(), digest);
}

TEST_F(DurabilityTest, ErasureReachesRemovedRecordsAndKeys) {
  const Id id = db.put("City", "secret key", R"({"name":"secret name"})").value();
  ASSERT_TRUE(db.remove(id).ok());
  EXPECT_EQ(db->erase(id, "").value(), 1u);
  EXPECT_TRUE(files_with(world.memory, "secret key").empty());
  EXPECT_TRUE(files_with(world.memory, "secret name").empty());
  EXPECT_EQ(db.complaints(), "");
  // The id can be used again.
  ASSERT_TRUE(db.put("City", "secret key", R"({"n":1})").ok());
  EXPECT_EQ(db.text(id), R"({"n":1})");
  const Digest digest = db.digest();
  reopen();
  EXPECT_EQ(db.text(id), R"({"n":1})");
  EXPECT_EQ(db.digest(), digest);
  EXPECT_EQ(db.complaints(), "");
}

TEST_F(DurabilityTest, WhatIsLeftOfAnErasedRecordCannotBeForged) {
  const Id id = db.insert("City", R"({"n":1})").value();
  ASSERT_TRUE(db.insert("City", R"({"n":2})").ok());
  ASSERT_EQ(db->erase(id, "asked to").value(), 1u);
  EXPECT_EQ(db.complaints(), "");
  Files files = closed_files();
  drop_state(files);
  int forged = 0;
  for (auto& [path, segment] : files) {
    if (!path.ends_with(".gsl")) continue;
    for (const std::size_t frame : frames_of(segment)) {
      const log::FrameCheck check = log::check_head(Bytes(segment).subspan(frame));
      if (check.fault != log::FrameFault::none) continue;
      std::uint8_t* const change = segment.data() + frame + log::kFrameBytes;
      const auto view = graph::ChangeView::parse({change, check.head.change_bytes}).value();
      auto cursor = view.operations();
      graph::OperationView operation;
      while (cursor.next(operation)) {
        if (!operation.erased()) continue;
        std::uint8_t* const kind = change + cursor.offset() + 4;
        ASSERT_EQ(*kind, static_cast<std::uint8_t>(graph::Kind::insert));
        *kind = static_cast<std::uint8_t>(graph::Kind::set);  // its commitment cannot show this
        ++forged;
      }
      log::put_frame_head(segment.data() + frame, check.head);
    }
  }
  ASSERT_EQ(forged, 1);
  MemoryFileSystem other;
  write_files(other, files);
  const std::string complaints = world.open(other).complaints();
  EXPECT_NE(complaints.find("does not describe what is left"), std::string::npos) << complaints;
}

// --- disks that are full or fail ---

TEST(DurabilityOnBadDisks, FullDiskRefusesAndGoesOnWhenThereIsSpace) {
  SimFileSystem disk(1);
  World world;
  world.files = &disk;
  Store db = world.create();
  Faults full;
  full.disk_bytes = disk.used_bytes() + (std::uint64_t{64} << 10);
  disk.set_faults(full);
  Content content;
  const std::string text(3000, 'x');
  Code code = Code::ok;
  for (int i = 0; i < 1000 && code == Code::ok; ++i) {
    const std::string json = "{\"n\":" + std::to_string(i) + ",\"t\":\"" + text + "\"}";
    const auto id = db.insert("City", json);
    code = id.code();
    if (id.ok()) content[id.value()] = json;
  }
  ASSERT_EQ(code, Code::no_space);
  ASSERT_FALSE(content.empty());
  EXPECT_EQ(db.content(), content);
  EXPECT_EQ(db.insert("City", "{\"t\":\"" + text + "\"}").code(), Code::no_space);

  disk.set_faults({});
  const auto id = db.insert("City", R"({"n":1})");
  ASSERT_TRUE(id.ok()) << id.error().text();
  content[id.value()] = R"({"n":1})";
  EXPECT_EQ(db.content(), content);
  EXPECT_EQ(db.complaints(), "");
  ASSERT_TRUE(db->close().ok());
  db.db.reset();
  db = world.open();
  EXPECT_EQ(db.content(), content);
}

TEST(DurabilityOnBadDisks, FailedSyncIsFinalUntilTheStorageIsOpenedAgain) {
  SimFileSystem disk(2);
  World world;
  world.files = &disk;
  Store db = world.create();
  const Id kept = db.insert("City", R"({"n":1})").value();
  Faults failing;
  failing.sync_fails = 1000;
  disk.set_faults(failing);
  EXPECT_EQ(db.insert("City", R"({"n":2})").code(), Code::io);
  EXPECT_EQ(db.insert("City", R"({"n":3})").code(), Code::failed);
  disk.set_faults({});  // a later sync would succeed, and lie
  EXPECT_EQ(db.insert("City", R"({"n":4})").code(), Code::failed);
  EXPECT_EQ(db.update(kept, R"({"n":5})").code(), Code::failed);
  EXPECT_NE(db->sync().code(), Code::ok);
  EXPECT_EQ(db.text(kept), R"({"n":1})");  // reading goes on
  EXPECT_EQ(db->close().code(), Code::failed);
  db.db.reset();
  db = world.open();
  EXPECT_EQ(db.text(kept), R"({"n":1})");
  EXPECT_TRUE(db.update(kept, R"({"n":6})").ok());
  EXPECT_EQ(db.complaints(), "");
}

}  // namespace
}  // namespace gs::engine::testing
