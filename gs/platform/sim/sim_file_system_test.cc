// Goal: the simulated disk takes away everything that it may, nothing that it must keep, and does
// it again for the same seed.

#include "gs/platform/sim/sim_file_system.h"

#include <gtest/gtest.h>

#include <set>

#include "gs/platform/file_system_contract.h"

namespace gs::platform {
namespace {

struct SimWorld {
  FileSystem& files() { return files_; }
  SimFileSystem files_{1};
};

INSTANTIATE_TYPED_TEST_SUITE_P(Sim, FileSystemContract, SimWorld);

constexpr std::uint64_t kSeeds = 200;

// A file of `bytes` times `fill` whose content and name are certain.
std::unique_ptr<File> certain_file(SimFileSystem& files, std::string_view path, std::size_t bytes,
                                   std::uint8_t fill = 'o') {
  auto file = files.open(path, OpenMode::create).value();
  EXPECT_FALSE(file->write(0, Buffer(bytes, fill)));
  EXPECT_FALSE(file->sync());
  EXPECT_FALSE(files.sync_directory(parent_path(path)));
  return file;
}

std::string content(SimFileSystem& files, std::string_view path) {
  const auto read = files.read_whole(path, 1 << 20);
  return read.ok() ? std::string(as_text(read.value())) : read.error().text();
}

// A bit of everything, as a function of the seed; errors are part of it.
void work(SimFileSystem& files, std::uint64_t seed) {
  SeededRandom random(seed);
  files.make_directory("d").ignore();
  for (int step = 0; step < 60; ++step) {
    const std::string path = "d/" + std::to_string(random.below(4));
    auto file = files.open(path, OpenMode::open_or_create);
    if (file.ok()) {
      const Buffer bytes(random.below(3'000), static_cast<std::uint8_t>(step));
      file.value()->write(random.below(8'000), bytes).ignore();
      if (random.chance(300)) file.value()->sync().ignore();
      if (random.chance(100)) file.value()->resize(random.below(4'000)).ignore();
      if (random.chance(100)) file.value()->allocate(random.below(9'000)).ignore();
      Buffer out(100);
      if (random.chance(200)) static_cast<void>(file.value()->read(0, out).ok());
    }
    if (random.chance(100)) files.remove(path).ignore();
    if (random.chance(100)) files.sync_directory("d").ignore();
    if (random.chance(100)) files.write_whole("d/w", Buffer(900, 'w')).ignore();
    if (!files.powered()) files.restart();
    if (random.chance(60)) files.crash();
  }
}

// --- frozen ---

TEST(SimFileSystem, TheSameSeedGivesTheSameBytesInEveryRelease) {
  Faults faults;
  faults.sector_garbage = 200;
  SimFileSystem files(7, faults);
  work(files, 7);
  EXPECT_EQ(files.digest(), 2068761809923909229u);
  EXPECT_EQ(files.text(), "seed=7 life=3 calls=217 " + faults.text());
}

TEST(SimFileSystem, EqualSeedsGiveEqualDisksAndOthersDiffer) {
  std::set<std::uint64_t> digests;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SimFileSystem one(seed, Faults::from_seed(seed));
    SimFileSystem two(seed, Faults::from_seed(seed));
    work(one, seed);
    work(two, seed);
    ASSERT_EQ(one.digest(), two.digest()) << one.text();
    ASSERT_EQ(one.text(), two.text());
    digests.insert(one.digest());
  }
  EXPECT_GT(digests.size(), kSeeds * 9 / 10);
}

// --- what a power cut may and may not do ---

// Law: after a power cut the size is one that the file has had since the last sync, and each byte
// is the synced one, one that was written there since, or zero where the file was cut or grew.
TEST(SimFileSystem, APowerCutLeavesOnlyWhatWasThereAtSomeTimeSinceTheLastSync) {
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SimFileSystem files(seed);
    SeededRandom random(seed * 31);
    auto file = certain_file(files, "a", 1 + random.below(4'000), 1);
    Buffer model = files.read_whole("a", 1 << 20).value();
    std::set<std::size_t> sizes{model.size()};
    std::vector<unsigned> allowed(12'000, 1u << 0);  // for each byte a bit for each value
    for (std::size_t i = 0; i < model.size(); ++i) allowed[i] = 1u << model[i];
    for (std::uint8_t step = 2; step < 8; ++step) {
      const std::size_t at = random.below(6'000);
      const std::size_t before = model.size();
      if (random.chance(700)) {
        const Buffer bytes(1 + random.below(3'000), step);
        ASSERT_FALSE(file->write(at, bytes));
        model.resize(std::max(before, at + bytes.size()));
        for (std::size_t i = at; i < at + bytes.size(); ++i) allowed[i] |= 1u << step;
      } else {
        ASSERT_FALSE(file->resize(at));
        model.resize(at);
        for (std::size_t i = std::min(at, before); i < std::max(at, before); ++i) allowed[i] |= 1u;
      }
      sizes.insert(model.size());
    }
    files.crash();
    const Buffer after = files.read_whole("a", 1 << 20).value();
    ASSERT_EQ(sizes.count(after.size()), 1u) << after.size();
    for (std::size_t i = 0; i < after.size(); ++i) {
      ASSERT_LT(after[i], 8);
      ASSERT_NE(allowed[i] & (1u << after[i]), 0u) << "byte " << i << " is " << int{after[i]};
    }
  }
}

TEST(SimFileSystem, SyncedBytesAreNeverLostAlsoBesideTornWritesAndNoise) {
  Faults faults;
  faults.write_kept = 0;
  faults.write_dropped = 0;
  faults.sector_garbage = 1'000;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SimFileSystem files(seed, faults);
    auto file = certain_file(files, "a", 700);
    ASSERT_FALSE(file->write(700, Buffer(5'000, 'n')));  // shares a sector with certain bytes
    files.crash();
    ASSERT_GE(content(files, "a").size(), 700u) << files.text();
    ASSERT_EQ(content(files, "a").substr(0, 700), std::string(700, 'o')) << files.text();
    file = files.open("a", OpenMode::write).value();
    ASSERT_FALSE(file->write(0, Buffer(600, 's')));
    ASSERT_FALSE(file->sync());
    files.crash();
    files.crash();
    ASSERT_EQ(content(files, "a").substr(0, 600), std::string(600, 's')) << files.text();
  }
}

TEST(SimFileSystem, UnsyncedWritesAreKeptLostTornAndReordered) {
  int kept = 0;
  int lost = 0;
  int torn = 0;
  int reordered = 0;
  int shorter = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SimFileSystem files(seed);
    auto file = certain_file(files, "a", 8 * kSectorBytes);
    ASSERT_FALSE(file->write(0, Buffer(4 * kSectorBytes, '1')));
    ASSERT_FALSE(file->write(4 * kSectorBytes, Buffer(4 * kSectorBytes, '2')));
    ASSERT_FALSE(file->write(8 * kSectorBytes, Buffer(kSectorBytes, '3')));
    files.crash();
    const std::string after = content(files, "a");
    if (after.size() == 8 * kSectorBytes) ++shorter;
    const std::string first = after.substr(0, 4 * kSectorBytes);
    const auto ones = static_cast<std::size_t>(std::count(first.begin(), first.end(), '1'));
    ASSERT_EQ(ones % kSectorBytes, 0u) << "sectors arrive whole or not at all; " << files.text();
    if (ones == first.size()) ++kept;
    if (ones == 0) ++lost;
    if (ones > 0 && ones < first.size()) ++torn;
    if (ones == 0 && after[5 * kSectorBytes] == '2') ++reordered;
  }
  for (const int count : {kept, lost, torn, reordered, shorter}) EXPECT_GT(count, 5);
}

TEST(SimFileSystem, LostSectorsMayTurnIntoNoise) {
  Faults faults;
  faults.sector_garbage = 500;
  std::uint64_t noisy = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SimFileSystem files(seed, faults);
    const auto file = certain_file(files, "a", 4'096);
    ASSERT_FALSE(file->write(0, Buffer(4'096, 'n')));
    files.crash();
    for (const char c : content(files, "a")) {
      if (c != 'o' && c != 'n') {
        ++noisy;
        break;
      }
    }
  }
  EXPECT_GT(noisy, 10u);
}

TEST(SimFileSystem, AKilledProcessLosesNothingThatItWrote) {
  SimFileSystem files(3);
  auto file = files.open("a", OpenMode::create).value();
  ASSERT_FALSE(file->write(0, as_bytes("written, not synced")));
  files.kill_process();
  EXPECT_EQ(content(files, "a"), "written, not synced");
  EXPECT_EQ(file->write(0, as_bytes("x")).code(), Code::io) << "its handles are dead";
}

// --- names ---

TEST(SimFileSystem, NamesAreCertainOnlyAfterTheirDirectoryIsSynced) {
  int created_lost = 0;
  int created_kept = 0;
  int removed_back = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SimFileSystem files(seed);
    certain_file(files, "kept", 5);
    certain_file(files, "removed", 5);
    auto fresh = files.open("fresh", OpenMode::create).value();
    ASSERT_FALSE(fresh->write(0, as_bytes("x")));
    ASSERT_FALSE(fresh->sync());  // the bytes are certain, the name is not
    ASSERT_FALSE(files.remove("removed"));
    files.crash();
    ASSERT_EQ(content(files, "kept"), "ooooo");
    ++(files.exists("fresh").value() ? created_kept : created_lost);
    if (files.exists("removed").value()) {
      ++removed_back;
      ASSERT_EQ(content(files, "removed"), "ooooo") << files.text();
    }
    if (files.exists("fresh").value()) {
      ASSERT_EQ(content(files, "fresh"), "x") << files.text();
    }
  }
  for (const int count : {created_lost, created_kept, removed_back}) EXPECT_GT(count, 20);
}

TEST(SimFileSystem, DirectoriesAreCertainWhenTheyAreMade) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SimFileSystem files(seed);
    ASSERT_FALSE(files.make_directory("a/b"));
    files.crash();
    ASSERT_TRUE(files.exists("a/b").value());
  }
}

TEST(SimFileSystem, ADirectoryOfACallThatStoppedIsCertainOnlyWhenItIsMadeAgain) {
  int lost = 0;
  for (const bool again : {false, true}) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      SimFileSystem files(seed);
      Faults faults;
      faults.fail_call = 3;  // look, make, sync
      files.set_faults(faults);
      ASSERT_EQ(files.make_directory("a").code(), Code::io);
      files.set_faults({});
      files.kill_process();
      ASSERT_TRUE(files.exists("a").value());
      if (again) ASSERT_FALSE(files.make_directory("a"));
      files.crash();
      const bool is_there = files.exists("a").value();
      if (again) ASSERT_TRUE(is_there) << files.text();
      if (!is_there) ++lost;
    }
  }
  EXPECT_GT(lost, 10);
}

TEST(SimFileSystem, ALookAtANameIsACallThatMayFail) {
  SimFileSystem files(1);
  certain_file(files, "a", 5);
  Faults faults;
  faults.fail_call = 2;
  files.set_faults(faults);
  EXPECT_TRUE(files.exists("a").value());
  EXPECT_EQ(files.exists("a").code(), Code::io);
  EXPECT_FALSE(files.exists("b").value());
  EXPECT_EQ(files.calls(), 3u);
  files.cut_power();
  EXPECT_EQ(files.exists("a").code(), Code::io);
}

TEST(SimFileSystem, WholeFilesAreOldOrNewWhereverThePowerGoes) {
  std::set<std::string> seen;
  int leftovers = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    for (std::uint64_t call = 1; call <= 6; ++call) {
      SimFileSystem files(seed);
      ASSERT_FALSE(files.write_whole("a", Buffer(2'000, 'o')));
      Faults faults;
      faults.power_cut_call = call;
      files.set_faults(faults);
      const Error error = files.write_whole("a", Buffer(3'000, 'n'));
      ASSERT_EQ(error.ok(), call == 6) << call;
      files.crash();
      files.set_faults({});
      const std::string after = content(files, "a");
      ASSERT_TRUE(after == std::string(2'000, 'o') || after == std::string(3'000, 'n'))
          << files.text();
      if (call == 6) {
        ASSERT_EQ(after[0], 'n') << "what was confirmed is there";
      }
      seen.insert(after.substr(0, 1));
      const auto names = files.list("").value();
      for (const std::string& name : names) {
        if (name == "a") continue;
        ++leftovers;
        ASSERT_TRUE(name.starts_with("a.") && name.ends_with(".new")) << name;
      }
    }
  }
  EXPECT_EQ(seen.size(), 2u);
  EXPECT_GT(leftovers, 0);
}

TEST(SimFileSystem, FailedReplacementsLeaveOldOrNewAndNothingElse) {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    for (std::uint64_t call = 1; call <= 5; ++call) {
      SimFileSystem files(seed);
      ASSERT_FALSE(files.write_whole("a", as_bytes("old")));
      Faults faults;
      faults.fail_call = call;
      files.set_faults(faults);
      EXPECT_EQ(files.write_whole("a", as_bytes("new")).code(), Code::io);
      const std::string after = content(files, "a");
      ASSERT_TRUE(after == "old" || after == "new") << after;
      ASSERT_EQ(files.list("").value(), std::vector<std::string>{"a"});
    }
  }
}

// --- power and lives ---

TEST(SimFileSystem, WithoutPowerNothingWorksAndAfterRestartOldHandlesStayDead) {
  Faults faults;
  faults.power_cut_call = 4;  // create, write, sync, then this
  SimFileSystem files(5, faults);
  auto file = files.open("a", OpenMode::create).value();
  auto mapping = file->map(100);  // counts as a call
  ASSERT_TRUE(mapping.ok());
  ASSERT_FALSE(file->write(0, as_bytes("before")));
  EXPECT_EQ(file->sync().code(), Code::io) << "the power goes during the fourth call";
  EXPECT_FALSE(files.powered());
  EXPECT_EQ(file->size().code(), Code::io);
  EXPECT_EQ(files.open("a", OpenMode::read).code(), Code::io);
  EXPECT_EQ(files.list("").code(), Code::io);
  EXPECT_EQ(files.make_directory("d").code(), Code::io);
  files.restart();
  Buffer out(3);
  EXPECT_TRUE(files.list("").ok());
  EXPECT_EQ(file->read(0, out).code(), Code::io);
  EXPECT_EQ(file->sync().code(), Code::io);
  EXPECT_EQ(mapping.value()->bytes().size(), 100u) << "stays readable";
}

TEST(SimFileSystem, LocksEndWithTheLifeAndOldOnesDoNotOpenNewOnes) {
  SimFileSystem files(5);
  auto old = files.lock("lock").value();
  files.crash();
  auto fresh = files.lock("lock");
  ASSERT_TRUE(fresh.ok());
  old.reset();
  EXPECT_EQ(files.lock("lock").code(), Code::locked);
}

// --- calls that fail ---

TEST(SimFileSystem, TheNthCallFailsAndOnlyThat) {
  for (std::uint64_t call = 1; call <= 6; ++call) {
    Faults faults;
    faults.fail_call = call;
    SimFileSystem files(call, faults);
    std::vector<bool> failed;
    auto opened = files.open("a", OpenMode::open_or_create);
    failed.push_back(!opened.ok());
    if (!opened.ok()) opened = SimFileSystem(1).open("a", OpenMode::create);
    failed.push_back(!opened.value()->write(0, as_bytes("x")).ok());
    failed.push_back(!opened.value()->sync().ok());
    failed.push_back(!opened.value()->size().ok());
    for (std::uint64_t i = 0; i < failed.size(); ++i) {
      EXPECT_EQ(failed[i], i + 1 == call) << "call " << i + 1 << " of " << call;
    }
  }
}

TEST(SimFileSystem, FailedWritesLeaveAnyPartAndLaterOnesMayFailToo) {
  Faults faults;
  faults.writes_fail_from = 2;
  std::set<std::uint64_t> sizes;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SimFileSystem files(seed, faults);
    auto file = files.open("a", OpenMode::create).value();
    ASSERT_FALSE(file->write(0, as_bytes("x")));
    ASSERT_EQ(file->write(1, Buffer(1'000, 'y')).code(), Code::io);
    sizes.insert(file->size().value());
    ASSERT_EQ(file->write(1, as_bytes("z")).code(), Code::io);
  }
  EXPECT_GT(sizes.size(), 10u);
}

// The trap that fsync() of Linux sets: it says once that data is lost, then that all is well.
TEST(SimFileSystem, AFailedSyncLosesDataAlthoughTheNextOneSucceeds) {
  Faults faults;
  faults.fail_call = 3;  // create, write, sync
  int lost = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    SimFileSystem files(seed, faults);
    auto file = files.open("a", OpenMode::create).value();
    ASSERT_FALSE(file->write(0, Buffer(2'000, 'n')));
    ASSERT_EQ(file->sync().code(), Code::io);
    ASSERT_FALSE(file->sync());
    EXPECT_EQ(file->size().value(), 2'000u);
    if (content(files, "a") != std::string(2'000, 'n')) ++lost;
  }
  EXPECT_GT(lost, 30);
  EXPECT_LT(lost, 100);
}

// The other half of the trap: what is lost can be read until the power goes, also by the next
// process, and its sync writes nothing. Only writing it once more brings it to the disk.
TEST(SimFileSystem, WhatAFailedSyncLostMayBeReadUntilThePowerGoes) {
  int lost = 0;
  for (const bool again : {false, true}) {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      SimFileSystem files(seed);
      {
        const auto file = certain_file(files, "a", 1'000);
        Faults faults;
        faults.fail_call = 2;  // write, sync
        faults.lost_is_seen = 1'000;
        files.set_faults(faults);
        ASSERT_FALSE(file->write(500, Buffer(2'000, 'n')));
        ASSERT_EQ(file->sync().code(), Code::io);
      }
      files.kill_process();
      const std::string seen = content(files, "a");
      ASSERT_EQ(seen, std::string(500, 'o') + std::string(2'000, 'n'));
      const auto file = files.open("a", OpenMode::write).value();
      if (again) ASSERT_FALSE(file->write(500, Buffer(2'000, 'n')));
      ASSERT_FALSE(file->sync());
      ASSERT_EQ(content(files, "a"), seen);
      files.crash();
      const std::string after = content(files, "a");
      ASSERT_EQ(after.substr(0, 500), std::string(500, 'o'));
      ASSERT_EQ(after.size(), 2'500u) << "the size was synced later";
      if (again) ASSERT_EQ(after, seen) << files.text();
      if (after != seen) ++lost;
    }
  }
  EXPECT_GT(lost, 30);
}

// Writing the same bytes once more puts none of them at risk.
TEST(SimFileSystem, BytesThatAreWrittenAgainAsTheyAreSurviveEveryPowerCut) {
  Faults faults;
  faults.write_kept = faults.write_dropped = 0;
  faults.sector_garbage = 1'000;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SimFileSystem files(seed, faults);
    const auto file = certain_file(files, "a", 2'000);
    ASSERT_FALSE(file->write(100, as_bytes(std::string(1'900, 'o') + std::string(500, 'n'))));
    files.crash();
    ASSERT_EQ(content(files, "a").substr(0, 2'000), std::string(2'000, 'o')) << files.text();
  }
}

TEST(SimFileSystem, ReadsFailAndFallShortWhenAskedTo) {
  Faults faults;
  faults.read_fails = 200;
  faults.read_short = 200;
  SimFileSystem files(9);
  const auto file = certain_file(files, "a", 1'000);
  files.set_faults(faults);
  int failed = 0;
  int fell_short = 0;
  for (int i = 0; i < 500; ++i) {
    Buffer out(1'000);
    const auto got = file->read(0, out);
    if (!got.ok()) ++failed;
    if (got.ok() && got.value() < 1'000) ++fell_short;
  }
  EXPECT_GT(failed, 50);
  EXPECT_GT(fell_short, 50);
  EXPECT_EQ(files.counts().reads_short, static_cast<std::uint64_t>(fell_short));
}

TEST(SimFileSystem, EachFaultAppearsForSomeSeed) {
  SimCounts sum;
  bool seeds_that[7] = {};
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    const Faults faults = Faults::from_seed(seed);
    seeds_that[0] |= faults.fail_call != 0;
    seeds_that[1] |= faults.power_cut_call != 0;
    seeds_that[2] |= faults.writes_fail_from != 0;
    seeds_that[3] |= faults.write_fails != 0;
    seeds_that[4] |= faults.sync_fails != 0;
    seeds_that[5] |= faults.read_fails != 0;
    seeds_that[6] |= faults.sync_fails != 0 && faults.lost_is_seen != 0;
    EXPECT_EQ(faults.read_short, 0u) << "breaks the contract of read(): only when asked for";
    EXPECT_LE(faults.write_kept + faults.write_dropped, 1'000u);
    SimFileSystem files(seed, faults);
    work(files, seed);
    const SimCounts counts = files.counts();
    sum.calls_failed += counts.calls_failed;
    sum.disk_full += counts.disk_full;
    sum.losses.writes_kept += counts.losses.writes_kept;
    sum.losses.writes_dropped += counts.losses.writes_dropped;
    sum.losses.writes_torn += counts.losses.writes_torn;
    sum.losses.sectors_garbage += counts.losses.sectors_garbage;
    sum.losses.names_lost += counts.losses.names_lost;
  }
  for (const bool one : seeds_that) EXPECT_TRUE(one);
  for (const std::uint64_t count :
       {sum.calls_failed, sum.losses.writes_kept, sum.losses.writes_dropped, sum.losses.writes_torn,
        sum.losses.sectors_garbage, sum.losses.names_lost}) {
    EXPECT_GT(count, 0u);
  }
}

// --- space ---

TEST(SimFileSystem, AFullDiskRefusesMoreButNeverWhatWasReserved) {
  Faults faults;
  faults.disk_bytes = 10'000;
  SimFileSystem files(2, faults);
  auto reserved = files.open("a", OpenMode::create).value();
  ASSERT_FALSE(reserved->allocate(6'000));
  EXPECT_EQ(reserved->allocate(10'001).code(), Code::no_space);
  EXPECT_EQ(reserved->size().value(), 6'000u) << "all or nothing";
  auto other = files.open("b", OpenMode::create).value();
  EXPECT_EQ(other->write(0, Buffer(5'000, 'x')).code(), Code::no_space);
  EXPECT_EQ(other->size().value(), 4'000u) << "what fitted is written";
  EXPECT_EQ(files.used_bytes(), 10'000u);
  ASSERT_FALSE(reserved->write(0, Buffer(6'000, 'r')));
  ASSERT_FALSE(reserved->sync());
  EXPECT_EQ(reserved->write(5'999, as_bytes("xx")).code(), Code::no_space);
  ASSERT_FALSE(other->resize(1'000));
  EXPECT_EQ(files.used_bytes(), 7'000u);
  auto mapping = reserved->map(6'000).value();
  ASSERT_FALSE(files.remove("a"));
  reserved.reset();
  EXPECT_EQ(files.used_bytes(), 7'000u) << "somebody may read it";
  EXPECT_EQ(other->write(0, Buffer(10'000, 'x')).code(), Code::no_space);
  ASSERT_FALSE(other->resize(1'000));
  mapping.reset();
  EXPECT_EQ(files.used_bytes(), 1'000u);
  EXPECT_FALSE(other->write(0, Buffer(10'000, 'x')));
}

TEST(SimFileSystem, ARemovedFileTakesNoSpaceOnceTheProcessThatHeldItIsGone) {
  SimFileSystem files(2);
  const auto file = files.open("a", OpenMode::create).value();
  ASSERT_FALSE(file->allocate(6'000));
  ASSERT_FALSE(files.remove("a"));
  EXPECT_EQ(files.used_bytes(), 6'000u);
  files.kill_process();
  EXPECT_EQ(files.used_bytes(), 0u);
}

TEST(SimFileSystem, ReservedSpaceStaysReservedAfterAPowerCut) {
  Faults faults;
  faults.disk_bytes = 10'000;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    SimFileSystem files(seed, faults);
    auto file = certain_file(files, "a", 1);
    ASSERT_FALSE(file->allocate(8'000));
    ASSERT_FALSE(file->sync());
    files.crash();
    auto greedy = files.open("b", OpenMode::create).value();
    EXPECT_EQ(greedy->write(0, Buffer(9'000, 'x')).code(), Code::no_space);
    file = files.open("a", OpenMode::write).value();
    ASSERT_FALSE(file->write(0, Buffer(8'000, 'y')));
  }
}

// --- rot ---

TEST(SimFileSystem, OneBitRotsAndStaysRotten) {
  SimFileSystem files(1);
  certain_file(files, "a", 100, 0x10);
  ASSERT_FALSE(files.flip_bit("a", 42, 3));
  files.crash();
  std::string expected(100, '\x10');
  expected[42] = '\x18';
  EXPECT_EQ(content(files, "a"), expected);
  EXPECT_EQ(files.flip_bit("a", 100, 0).code(), Code::invalid);
  EXPECT_EQ(files.flip_bit("none", 0, 0).code(), Code::not_found);
}

// --- the simulator finds what it is for ---

// A log that confirms before it syncs must be caught; one that syncs first must not.
TEST(SimFileSystem, ALogThatConfirmsBeforeItSyncsIsCaught) {
  for (const bool syncs : {true, false}) {
    int lost = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      SimFileSystem files(seed, Faults{});
      auto log = certain_file(files, "log", 0);
      SeededRandom random(seed);
      std::uint64_t confirmed = 0;
      for (std::uint64_t i = random.below(30); i > 0; --i) {
        ASSERT_FALSE(log->write(confirmed * 64, Buffer(64, 'r')));
        if (syncs) {
          ASSERT_FALSE(log->sync());
        }
        ++confirmed;
      }
      files.crash();
      if (content(files, "log") != std::string(confirmed * 64, 'r')) ++lost;
    }
    if (syncs) {
      EXPECT_EQ(lost, 0);
    } else {
      EXPECT_GT(lost, 60);
    }
  }
}

TEST(Faults, TextNamesEveryField) {
  Faults faults;
  faults.fail_call = 1;
  faults.power_cut_call = 2;
  faults.writes_fail_from = 3;
  faults.write_fails = 4;
  faults.sync_fails = 5;
  faults.read_fails = 6;
  faults.read_short = 7;
  faults.lost_is_seen = 8;
  EXPECT_EQ(faults.text(),
            "fail_call=1 power_cut_call=2 writes_fail_from=3 write_fails=4 sync_fails=5 "
            "lost_is_seen=8 read_fails=6 read_short=7 disk_bytes=unlimited write_kept=300 "
            "write_dropped=300 "
            "sector_garbage=0 name_lost=500");
}

}  // namespace
}  // namespace gs::platform
