// Goal: a storage directory from a stranger never leads out of the bytes that it consists of, and
// its derived files say nothing.
// Method: one change in each hostile form, with right checksums, digests and signatures, replayed
// from a stranger's directory and from one of our own; derived files that tell another content.
#include <gtest/gtest.h>

#include "gs/core/graph/proof.h"
#include "gs/engine/database/test_stranger.h"
#include "gs/platform/forwarding_file_system.h"

namespace gs::engine::testing {
namespace {

using platform::MemoryFileSystem;
using Ops = StrangeOperations;

class StrangerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const Store db = world.create();
    storage = db->storage();
    ASSERT_TRUE(db->close().ok());
    files = read_files(world.memory);
  }

  enum class From : std::uint8_t { stranger, home };
  // What opening says after this change; "" when it opens and everything in it can be read.
  std::string said(Bytes change, From from) {
    MemoryFileSystem disk;
    from == From::home ? write_files_at_home(disk, files) : write_files(disk, files);
    Stranger(storage).write(disk, change);
    auto opened = world.try_open(disk);
    if (!opened.ok()) return opened.error().text();
    opened->content();
    return opened->complaints();
  }

  struct Case {
    const char* what;
    std::function<void(Ops&)> make;
    bool shows_at_home;  // its payload is not what is wrong, or it is too short for any
  };

  World world;
  Digest storage;
  Files files;
};

TEST_F(StrangerTest, WhatIsRightIsRead) {
  const Stranger stranger(storage);
  const Ops operations = stranger.operations();
  MemoryFileSystem disk;
  write_files(disk, files);
  stranger.write(disk, stranger.change(operations.list));
  const Store db = world.open(disk);
  EXPECT_EQ(db.text(operations.minted), R"({"name":"Kyjiv","lat":51.5,"tags":["a",null]})");
  EXPECT_EQ(db.content().size(), 1u);
  EXPECT_EQ(db.complaints(), "");
}

TEST_F(StrangerTest, EveryHostileFormIsRefusedWithItsPlace) {
  const auto cut = [](Ops::Place place, std::size_t bytes) {
    return [=](Ops& all) { all[place].payload.resize(bytes); };
  };
  const auto put_u32 = [](Ops::Place place, std::size_t at, std::uint32_t value) {
    return [=](Ops& all) { store_u32(all[place].payload.data() + at, value); };
  };
  const auto no_id = [](Ops::Place place) { return [=](Ops& all) { all[place].id.reset(); }; };
  const auto shape_of = [](Ops::Place place, Ops::Place other) {
    return [=](Ops& all) { all[place].shape = all[other].shape; };
  };
  const auto moved = [](bool removed) {
    return [=](Ops& all) {
      record::Encoder encoder(std::make_shared<record::ShapeCache>());
      const auto village = encoder.encode_json("Village", R"({"n":1})").value();
      StrangeOperation define;
      define.kind = static_cast<std::uint8_t>(graph::Kind::shape);
      define.shape = village.shape->digest();
      const Bytes definition = village.shape->definition();
      define.payload.assign(definition.begin(), definition.end());
      StrangeOperation set = all[Ops::set];
      set.shape = define.shape;
      set.payload.resize(graph::kOverwrittenBytes);
      set.payload.insert(set.payload.end(), village.bytes.begin(), village.bytes.end());
      if (removed) all[Ops::remove].id = all.minted;
      all.list.push_back(define);
      all.list.push_back(set);
    };
  };
  constexpr std::size_t kInsertRecord = 8;
  constexpr std::size_t kRecord = graph::kOverwrittenBytes;
  const Case cases[] = {
      {"expect without an id", no_id(Ops::expect), true},
      {"expect behind what depends on it",
       [](Ops& all) { all[Ops::put].last_of_transaction = false; }, false},
      {"expect with half a version", cut(Ops::expect, 16), true},
      {"expect without a version", cut(Ops::expect, 0), true},
      {"expect with a shape", shape_of(Ops::expect, Ops::insert), true},
      {"insert without an id", no_id(Ops::insert), true},
      {"insert without a shape", [](Ops& all) { all[Ops::insert].shape.reset(); }, true},
      {"insert without a record", cut(Ops::insert, kInsertRecord), true},
      {"insert with half a record", cut(Ops::insert, kInsertRecord + 16), false},
      {"insert of a record longer than it is", put_u32(Ops::insert, kInsertRecord, 1 << 30), false},
      {"insert with an offset outside", put_u32(Ops::insert, kInsertRecord + 24, 1 << 30), false},
      {"insert in another shape", shape_of(Ops::insert, Ops::delta_shape), false},
      {"insert of an id that is not its own", [](Ops& all) { all[Ops::insert].id->bytes[15] ^= 1; },
       false},
      {"set without an id", no_id(Ops::set), true},
      {"set without a record", cut(Ops::set, kRecord), true},
      {"set with half an overwritten part", cut(Ops::set, 8), true},
      {"set with exceptions over its end",
       [](Ops& all) { store_u16(all[Ops::set].payload.data() + 10, 0xffff); }, true},
      {"set whose exceptions take its record",
       [](Ops& all) {
         Buffer& payload = all[Ops::set].payload;
         payload.assign(graph::kOverwrittenBytes + graph::kExceptionBytes, 0);
         store_u16(payload.data() + 8, graph::kNoWriter);
         store_u16(payload.data() + 10, 1);
         store_u16(payload.data() + graph::kOverwrittenBytes + 2, graph::kNoWriter);
       },
       true},
      {"set over a writer that is not in the table",
       [](Ops& all) {
         store_u64(all[Ops::set].payload.data(), 1);
         store_u16(all[Ops::set].payload.data() + 8, 3);
       },
       false},
      {"set with half a record", cut(Ops::set, kRecord + 16), false},
      {"set with an offset outside", put_u32(Ops::set, kRecord + 24, 0xfffffff0), false},
      {"update without an id", no_id(Ops::update), true},
      {"update without a record", cut(Ops::update, kRecord), true},
      {"update with half a record", cut(Ops::update, kRecord + 16), false},
      {"update of a length that it has not", put_u32(Ops::update, kRecord, 1 << 30), false},
      {"update with an offset outside", put_u32(Ops::update, kRecord + 24, 1 << 30), false},
      {"update in another shape", shape_of(Ops::update, Ops::put), false},
      {"update with the key of another record",
       [](Ops& all) {
         all[Ops::update] = all[Ops::put];
         all[Ops::update].kind = static_cast<std::uint8_t>(graph::Kind::update);
         all[Ops::update].id = all.minted;
         Buffer& payload = all[Ops::update].payload;
         payload.insert(payload.begin(), 8, 0);
         store_u64(payload.data() + 8, graph::kNoWriter);
         std::swap(all.list[Ops::update], all.list[Ops::put]);  // behind its shape
       },
       false},
      {"remove without an id", no_id(Ops::remove), true},
      {"remove without an overwritten part", cut(Ops::remove, 0), true},
      {"erase without an id", no_id(Ops::erase), true},
      {"erase cut off", cut(Ops::erase, 80), true},
      {"erase without a payload", cut(Ops::erase, 0), true},
      {"a shape that is none", cut(Ops::city_shape, 8), true},
      {"the definition of another shape",
       [](Ops& all) { all[Ops::city_shape].payload = all[Ops::keyed_shape].payload; }, true},
      {"a shape that nothing defines", [](Ops& all) { all.list.erase(all.list.begin()); }, true},
      {"an id that is minted twice",
       [](Ops& all) { all.list.insert(all.list.begin() + Ops::set, all[Ops::insert]); }, false},
      {"an id that is minted again when its record is removed",
       [](Ops& all) {
         all[Ops::remove].id = all.minted;
         all.list.push_back(all[Ops::insert]);
       },
       false},
      {"a set that moves its record to another collection", moved(false), false},
      {"a set that brings its record back in another collection", moved(true), false},
      {"a set that takes the key of its record",
       [](Ops& all) {
         all[Ops::set].id = all.keyed;
         std::swap(all.list[Ops::set], all.list[Ops::remove]);  // behind its insert
       },
       false},
      {"a set that gives its record a key",
       [](Ops& all) {
         Buffer& payload = all[Ops::remove].payload;
         const Buffer& put = all[Ops::put].payload;
         payload.insert(payload.end(), put.begin() + 8, put.end());
         all[Ops::remove].kind = static_cast<std::uint8_t>(graph::Kind::set);
         all[Ops::remove].shape = all[Ops::put].shape;
         all[Ops::remove].id = all.minted;
       },
       false},
      {"a kind that does not exist", [](Ops& all) { all[Ops::expect].kind = 200; }, true},
  };
  const Stranger stranger(storage);
  for (const Case& each : cases) {
    SCOPED_TRACE(each.what);
    Ops operations = stranger.operations();
    each.make(operations);
    const Buffer change = stranger.change(operations.list);
    const std::string refused = said(change, From::stranger);
    EXPECT_NE(refused.find("segment 1 offset "), std::string::npos) << refused;
    EXPECT_NE(refused.find("operation "), std::string::npos) << refused;
    if (each.shows_at_home) {
      const std::string at_home = said(change, From::home);
      EXPECT_NE(at_home.find("segment 1 offset "), std::string::npos) << at_home;
      EXPECT_NE(at_home.find("operation "), std::string::npos) << at_home;
    }
  }
}

// Its writer checked it against what it knew; what others wrote at the same time may have come
// first here. So that all replicas have the same, none judges it again.
TEST_F(StrangerTest, AnExpectationIsNotJudgedAgain) {
  const Stranger stranger(storage);
  Ops all = stranger.operations();
  all[Ops::expect].payload[0] = 1;  // a version that nobody has
  const Buffer change =
      stranger.change({all[Ops::city_shape], all[Ops::insert], all[Ops::delta_shape],
                       all[Ops::expect], all[Ops::update]});
  MemoryFileSystem disk;
  write_files(disk, files);
  stranger.write(disk, change);
  const Store db = world.open(disk);
  const std::string now = R"({"name":"Kyiv","lat":51.5,"tags":["a",null]})";
  EXPECT_EQ(db.text(all.minted), now);
  EXPECT_EQ(db.text_at(all.minted, db.head()), now);
  const auto proven = graph::check(graph::parse_proof(db->proof(all.minted).value()).value());
  ASSERT_TRUE(proven.ok()) << proven.error().text();
  EXPECT_EQ(proven->kind, graph::Kind::update);
  EXPECT_EQ(db.complaints(), "");
}

// An update of theirs made a shape that no change defines. Ours was not defined either, because it
// had a number here already: without the record that gave it one nobody could read ours.
TEST_F(StrangerTest, WhatOnlyAnUpdateOfTheirsMadeIsDefinedBeforeOursUsesIt) {
  const Stranger stranger(storage);
  Ops operations = stranger.operations();
  operations.list.resize(Ops::keyed_shape);
  MemoryFileSystem disk;
  write_files(disk, files);
  stranger.write(disk, stranger.change(operations.list));
  Store db = world.open(disk);
  EXPECT_EQ(db.text(operations.minted), R"({"name":"Kyjiv","lat":51.5,"tags":["a",null]})");
  ASSERT_TRUE(db->checkpoint().ok());
  ASSERT_TRUE(db->close().ok());
  db = world.open(disk);  // from the checkpoint, which knows the shape
  const std::string ours = R"({"name":"Lviv","lat":49.8,"tags":[]})";
  const Id id = db.insert("City", ours).value();
  ASSERT_TRUE(db->erase(operations.minted, "asked to").ok());
  EXPECT_EQ(db.complaints(), "");
  ASSERT_TRUE(db->close().ok());
  lose_state(disk);
  EXPECT_EQ(world.open(disk).text(id), ours);
}

TEST_F(StrangerTest, IndexesOutsideTheTablesAreRefused) {
  const Stranger stranger(storage);
  const Ops operations = stranger.operations();
  const Buffer change = stranger.change(operations.list);
  const graph::ChangeView view = graph::ChangeView::parse(change).value();
  auto cursor = view.operations();
  for (graph::OperationView operation; cursor.next(operation);) {
    for (const std::size_t field : {6, 8}) {
      Buffer harmed = change;
      store_u16(harmed.data() + cursor.offset() + field, 999);
      for (const From from : {From::stranger, From::home}) {
        EXPECT_NE(said(harmed, from).find("segment 1 offset "), std::string::npos);
      }
    }
  }
}

// Nobody erases an expectation, but the format can: its payload was read from what follows it.
TEST_F(StrangerTest, AnErasedExpectationIsNotRead) {
  const Stranger stranger(storage);
  Ops operations = stranger.operations();
  operations[Ops::expect].id = operations.minted;  // which is there: it does not hold
  operations[Ops::remove].id = operations.minted;
  operations[Ops::expect].erased = true;
  operations.list.resize(Ops::erase);  // nothing but the tables follows
  MemoryFileSystem disk;
  write_files(disk, files);
  stranger.write(disk, stranger.change(operations.list));
  EXPECT_EQ(world.open(disk).text(operations.minted), "<not_found>");
}

TEST_F(StrangerTest, LastStampIsNotGoneBeyond) {
  Stranger stranger(storage);
  stranger.hlc = ~graph::Hlc{0} - graph::kHlcDeltaMax;
  const Ops operations = stranger.operations();
  for (const graph::Hlc late : {graph::Hlc{1}, graph::kHlcDeltaMax}) {
    MemoryFileSystem disk;
    write_files(disk, files);
    stranger.write(disk, stranger.change(operations.list, late));
    const Store db = world.open(disk);
    EXPECT_EQ(db.insert("City", "{}").code(), Code::too_large);
    EXPECT_EQ(db->erase(operations.minted, "asked to").code(), Code::too_large);
    EXPECT_EQ(db.complaints(), "");
  }
}

TEST_F(StrangerTest, MoreHeadsThanAChangeHasParentsAreJoinedFirst) {
  world.options.segment_bytes = std::uint32_t{4} << 20;
  MemoryFileSystem disk;
  write_files(disk, files);
  {
    log::Recovery recovery;
    const auto ignore = [](log::Location, std::uint64_t, Bytes) { return Error(); };
    const auto log = log::Log::open(disk, "log", storage, {}, 0, 0, ignore, recovery).value();
    for (std::size_t i = 0; i <= graph::kParentsMax; ++i) {
      const Stranger stranger(storage, static_cast<std::uint32_t>(i));
      Ops operations = stranger.operations();
      operations.list.resize(Ops::set);
      const Buffer change = stranger.change(operations.list);
      const auto space = log->begin(change.size()).value();
      std::memcpy(space.space.data(), change.data(), change.size());
      ASSERT_TRUE(log->write(change.size()).ok());
    }
    ASSERT_TRUE(log->close().ok());
  }
  const Store db = world.open(disk);
  EXPECT_EQ(db.content().size(), graph::kParentsMax + 1);
  EXPECT_EQ(db->heads().size(), graph::kParentsMax + 1);
  const std::uint64_t before = db->stats()->changes;
  EXPECT_TRUE(db.insert("City", "{}").ok());
  ASSERT_TRUE(db->sync().ok());
  EXPECT_EQ(db->heads().size(), 1u);
  EXPECT_EQ(db->stats()->changes, before + 2);
  EXPECT_EQ(db.complaints(), "");
}

// --- derived files ---

class StrangeState : public ::testing::Test {
 protected:
  // A storage of two records, and derived files that exchange them.
  void SetUp() override {
    Store db = world.create();
    first = db.insert("City", R"({"n":1})").value();
    second = db.insert("City", R"({"n":2})").value();
    ASSERT_TRUE(db->checkpoint().ok());
    content = db.content();
    state::RowTable rows;
    for (const Id& id : {first, second}) {
      Found found;
      const Moment moment = db->moment();
      ASSERT_EQ(moment.version->find(id == first ? second : first, moment.at, found),
                state::Version::Lookup::found);
      found.entry.id = id;
      rows.put(found.entry, 1, 0);
    }
    ASSERT_TRUE(db->close().ok());
    state::Tables tables;
    state::Loaded loaded = state::read_checkpoint(world.memory, tables).value();
    const std::uint64_t number = loaded.checkpoint.next_file++;
    ASSERT_FALSE(state::write_run(world.memory, state::run_path(number), number, rows));
    loaded.checkpoint.runs = {number};
    loaded.checkpoint.number = loaded.checkpoint.next_file++;
    ASSERT_FALSE(
        state::write_checkpoint(world.memory, loaded.checkpoint, tables, loaded.manifest_turn + 1));
    files = read_files(world.memory);
  }

  World world;
  Id first;
  Id second;
  Content content;
  Files files;
};

// What is used at home would be a way in for whoever sends a directory.
TEST_F(StrangeState, OfACopyIsNotUsed) {
  MemoryFileSystem home;
  write_files_at_home(home, files);
  EXPECT_EQ(world.open(home).text(first), R"({"n":2})") << "the files are not what they should be";
  MemoryFileSystem copy;
  write_files(copy, files);
  world.options.read_only = true;
  EXPECT_EQ(world.open(copy).content(), content);
  EXPECT_EQ(read_files(copy), files);
  world.options.read_only = false;
  for (int i = 0; i < 3; ++i) {
    const Store db = world.open(copy);
    EXPECT_EQ(db.content(), content) << "open " << i;
    EXPECT_EQ(db.complaints(), "");
    if (i == 1) ASSERT_TRUE(db->checkpoint().ok());
    ASSERT_TRUE(db->close().ok());
  }
}

// A crash right after the key was made would leave a directory of our own with a stranger's state.
TEST_F(StrangeState, IsForgottenBeforeThereIsAKey) {
  struct Watching final : platform::ForwardingFileSystem {
    using ForwardingFileSystem::ForwardingFileSystem;
    int keys = 0;
    Error write_whole(std::string_view path, Bytes bytes, bool private_mode) override {
      if (path.starts_with("keys/")) {
        ++keys;
        EXPECT_FALSE(exists("manifest").value());
      }
      return ForwardingFileSystem::write_whole(path, bytes, private_mode);
    }
  };
  MemoryFileSystem copy;
  write_files(copy, files);
  Watching watching(copy);
  EXPECT_EQ(world.open(watching).content(), content);
  EXPECT_EQ(watching.keys, 3);  // the old key under another name, the new one, its mark
}

// Without times of birth every file looks like the one that the key was made in.
TEST_F(StrangeState, IsNotUsedWhereTheFileSystemCannotTell) {
  struct Forgetful final : platform::ForwardingFileSystem {
    using ForwardingFileSystem::ForwardingFileSystem;
    Result<Buffer> identity(std::string_view) override { return Buffer(); }
  };
  files["keys/instance"] = {};
  MemoryFileSystem copy;
  write_files(copy, files);
  Forgetful forgetful(copy);
  EXPECT_EQ(world.open(forgetful).content(), content);
}

}  // namespace
}  // namespace gs::engine::testing
