// Goal: a run gives back exactly what was put into it, its bytes never drift, and no damaged byte
// goes unnoticed or takes a reader out of the file.

#include "gs/storage/index/run.h"
#include "gs/base/test_share.h"

#include <algorithm>
#include <map>

#include "gs/base/crc32c.h"
#include "gs/base/hex.h"
#include "gs/core/crypto/sha256.h"
#include "gs/platform/sim/sim_file_system.h"
#include "gs/storage/index/source.h"
#include "gs/storage/index/test_support.h"

namespace gs::index {
namespace {

using platform::MemoryFileSystem;
using test::make_id;
using test::make_key;
using test::number_key;
using test::PairValue;
using test::value_of;

constexpr std::uint64_t kNumber = 7;
const std::string kPath = "state/7-3.gsx";

using Model = std::map<PairValue, bool>;  // whether it is removed

Error write(platform::FileSystem& files, const Model& model) {
  GS_TRY(const auto writer, RunWriter::create(files, kPath, kNumber));
  for (const auto& [pair, removed] : model) {
    GS_TRY_OK(writer->add(pair.first, pair.second, removed));
  }
  return writer->finish();
}

void write_well(platform::FileSystem& files, const Model& model) {
  const Error error = write(files, model);
  ASSERT_TRUE(error.ok()) << error.text();
}

// Of docs/FORMAT.md.
Model example() {
  return {{{make_key("Kyiv"), make_id(1)}, false},
          {{make_key("Kyiv"), make_id(2)}, true},
          {{make_key("Kyoto"), make_id(3)}, false}};
}

// Long keys that many pairs share: bounds that are whole keys, and so several levels of blocks.
Model tall() {
  Model model;
  for (std::uint64_t n = 0; n < 20 * 90; ++n) {
    Buffer key = number_key(n / 90 * 0x0101010101);
    key.resize(5000, static_cast<std::uint8_t>(n / 90));
    model[{key, make_id(n)}] = n % 7 == 0;
  }
  return model;
}

Model random_model(std::uint64_t seed, std::size_t pairs) {
  std::mt19937_64 random(seed);
  Model model;
  while (model.size() < pairs) {
    Buffer key(random() % 3 == 0 ? random() % 90 : random() % 4, 'k');
    for (std::uint64_t n = random() % 5; n > 0; --n) {
      key.push_back(static_cast<std::uint8_t>(random() % (seed % 2 == 0 ? 3 : 256)));
    }
    model[{key, make_id(random() % 50)}] = random() % 3 == 0;
  }
  return model;
}

void expect_at(const RunSource& source, const Model::value_type& wanted) {
  ASSERT_FALSE(source.done());
  ASSERT_EQ(value_of(source.pair().key, *source.pair().id), wanted.first);
  ASSERT_EQ(source.is_removed(), wanted.second);
}

Pair pair_of(const PairValue& value) { return Pair::of(value.first, value.second); }

void walk_both_ways(const Run& run, const Model& model) {
  RunSource source(run);
  source.seek(Pair::of({}, Id{}));
  for (const auto& each : model) {
    expect_at(source, each);
    source.next();
    if (::testing::Test::HasFatalFailure()) return;
  }
  ASSERT_TRUE(source.done());
  for (auto each = model.rbegin(); each != model.rend(); ++each) {
    source.previous();
    expect_at(source, {each->first, each->second});
    if (::testing::Test::HasFatalFailure()) return;
  }
  source.previous();
  ASSERT_TRUE(source.done());
  ASSERT_FALSE(source.is_cut_short());
}

// To the pair, to right behind it, and counts what lies between two of them.
void seek_everywhere(const Run& run, const Model& model) {
  RunSource source(run);
  std::uint64_t place = 0;
  for (auto each = model.begin(); each != model.end(); ++each, ++place) {
    source.seek(pair_of(each->first));
    expect_at(source, *each);
    PairValue behind = each->first;
    ++behind.second.bytes[0];
    const auto wanted = model.lower_bound(behind);
    source.seek(pair_of(behind));
    ASSERT_EQ(source.done(), wanted == model.end());
    if (wanted != model.end()) expect_at(source, *wanted);
    if (::testing::Test::HasFatalFailure()) return;
    const std::uint64_t step = place * 7 % 400;
    const auto to = place + step < model.size() ? std::next(each, step) : model.end();
    const auto added = std::count_if(each, to, [](const auto& one) { return !one.second; });
    source.seek(pair_of(each->first));
    const Pair end = to == model.end() ? Pair() : pair_of(to->first);
    ASSERT_EQ(source.count_added(to == model.end() ? nullptr : &end), added);
  }
}

TEST(IndexRun, BytesOfTheExampleAreFrozen) {
  MemoryFileSystem files;
  write_well(files, example());
  const Buffer bytes = test::read_file(files, kPath);
  ASSERT_EQ(bytes.size(), 4296u);
  EXPECT_EQ(to_hex(Bytes(bytes).first(20)), "677378310100000007000000000000001c77a09f");
  EXPECT_EQ(to_hex(Bytes(bytes).subspan(4096)),
            // Block: head, ids, ends, "Ky", suffixes.
            "680000000300000001000000000000000200000007000000"
            "0000000000000000"
            "00000000000000000000000000000001"
            "00000000000000000000000000000002"
            "00000000000000000000000000000003"
            "020000000400008007000000"
            "4b79697669766f746f000000"
            // Sums.
            "63fd6abe00000000"
            // Footer.
            "67737832010000000700000000000000030000000000000001000000000000000010000000000000"
            "010000000500000068100000000000000800000000000000"
            "001000000000000000000000000000008c97376800000000");
  EXPECT_EQ(crypto::sha256(bytes).text(),
            "e505bf4b26e5993fbed1d4fc8d37561f3a7f2ae0415ca9339ce77a168ec19252");
}

TEST(IndexRun, AnEmptyOneHasNothingAndIsValid) {
  MemoryFileSystem files;
  write_well(files, {});
  const auto run = test::open_run(files, kPath, kNumber);
  EXPECT_EQ(run->pair_count(), 0u);
  RunSource source(*run);
  source.seek(Pair::of({}, Id{}));
  EXPECT_TRUE(source.done());
  source.seek_end();
  source.previous();
  EXPECT_TRUE(source.done());
  EXPECT_FALSE(source.is_cut_short());
  EXPECT_FALSE(run->is_damaged());
}

TEST(IndexRunLaw, GivesBackWhatWasPutIn) {
  for (const std::size_t pairs : {1u, 2u, 700u, 5000u}) {
    for (const std::uint64_t seed : {pairs, pairs + 1}) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      MemoryFileSystem files;
      const Model model = random_model(seed, pairs);
      write_well(files, model);
      EXPECT_EQ(files.list("state")->size(), 1u);  // nothing is left beside the run
      const auto run = test::open_run(files, kPath, kNumber);
      ASSERT_EQ(run->pair_count(), pairs);
      walk_both_ways(*run, model);
      seek_everywhere(*run, model);
    }
  }
}

TEST(IndexRun, KeysAsLongAsBlocksNeedSeveralLevels) {
  MemoryFileSystem files;
  write_well(files, tall());
  const Buffer bytes = test::read_file(files, kPath);
  EXPECT_GE(load_u32(&bytes[bytes.size() - kRunFooterBytes + offsetof(RunFooter, levels)]), 4u);
  const auto run = test::open_run(files, kPath, kNumber);
  walk_both_ways(*run, tall());
  seek_everywhere(*run, tall());
}

// One key for all of them: blocks differ in their ids alone.
TEST(IndexRun, ManyIdsOfOneKeyAreFound) {
  MemoryFileSystem files;
  Model model;
  for (std::uint64_t n = 0; n < 5000; ++n) model[{make_key("UA"), make_id(n)}] = false;
  write_well(files, model);
  const auto run = test::open_run(files, kPath, kNumber);
  EXPECT_LT(run->file_bytes(), 5000 * 20 + 10'000);  // the key is stored once for each block
  seek_everywhere(*run, model);
}

TEST(IndexRun, TheLimitOfAKeyIsExact) {
  MemoryFileSystem files;
  auto writer = RunWriter::create(files, kPath, kNumber);
  ASSERT_TRUE(writer.ok());
  Buffer longest(kKeyBytesMax, 'x');
  ASSERT_TRUE((*writer)->add(make_key("a"), make_id(1), false).ok());
  ASSERT_TRUE((*writer)->add(longest, make_id(1), false).ok());
  ASSERT_TRUE((*writer)->add(longest, make_id(2), false).ok());
  ASSERT_TRUE((*writer)->add(make_key("y"), make_id(1), false).ok());
  longest.push_back('x');
  EXPECT_EQ((*writer)->add(longest, make_id(3), false).code(), Code::too_large);
  ASSERT_TRUE((*writer)->finish().ok());
  longest.pop_back();
  const auto run = test::open_run(files, kPath, kNumber);
  RunSource source(*run);
  source.seek(Pair::of(longest, make_id(2)));
  ASSERT_FALSE(source.done());
  EXPECT_TRUE(equal(source.pair().key, longest));
  source.next();
  ASSERT_FALSE(source.done());
  EXPECT_TRUE(equal(source.pair().key, make_key("y")));
}

TEST(IndexRun, EveryDamagedByteIsNoticed) {
  MemoryFileSystem files;
  write_well(files, example());
  const Buffer good = test::read_file(files, kPath);
  for (std::size_t at = 0; at < good.size(); ++at) {
    if (at >= 20 && at < kRunHeaderBytes) continue;  // reserved
    if (at >= good.size() - 4) continue;             // reserved
    Buffer bad = good;
    bad[at] ^= 0x10;
    test::replace_file(files, kPath, bad);
    const auto run = Run::open(files, kPath, kNumber);
    if (run.ok()) {
      EXPECT_EQ((*run)->check().code(), Code::damaged) << "byte " << at;
    } else {
      EXPECT_EQ(run.code(), Code::damaged) << "byte " << at;
    }
  }
}

// Nobody checks the whole file before it is read; so each reading has to.
void expect_same_or_damaged(const Run& run, const Model& model) {
  RunSource source(run);
  source.seek(Pair::of({}, Id{}));
  auto wanted = model.begin();
  for (; !source.done(); source.next(), ++wanted) {
    ASSERT_NE(wanted, model.end());
    expect_at(source, *wanted);
    if (::testing::Test::HasFatalFailure()) return;
  }
  ASSERT_EQ(source.is_cut_short(), wanted != model.end());
  ASSERT_TRUE(!source.is_cut_short() || run.is_damaged());
  source.seek_end();
  source.previous();
  auto last = model.end();
  for (; !source.done(); source.previous()) {
    ASSERT_NE(last, model.begin());
    expect_at(source, *--last);
    if (::testing::Test::HasFatalFailure()) return;
  }
  ASSERT_EQ(source.is_cut_short(), last != model.begin());
  for (const auto& each : model) {
    source.seek(pair_of(each.first));
    ASSERT_EQ(source.done(), source.is_cut_short());
    if (!source.done()) expect_at(source, each);
    if (::testing::Test::HasFatalFailure()) return;
  }
}

TEST(IndexRunLaw, EverySingleBitFlipOfASmallRunIsNoticedOrHarmless) {
  MemoryFileSystem files;
  const Model model = example();
  write_well(files, model);
  const Buffer good = test::read_file(files, kPath);
  std::size_t harmless = 0;
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    if (bit >= 24 * 8 && bit < (kRunHeaderBytes - 8) * 8) continue;  // zeros that nobody reads
    Buffer bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    test::replace_file(files, kPath, bad);
    const auto run = Run::open(files, kPath, kNumber);
    if (!run.ok()) continue;
    SCOPED_TRACE("bit " + std::to_string(bit));
    expect_same_or_damaged(**run, model);
    if (HasFatalFailure()) return;
    harmless += (*run)->is_damaged() ? 0 : 1;
  }
  // Of the header 12 reserved bytes here, a zero behind an odd number of sums, the last 4 bytes.
  EXPECT_EQ(harmless, (12u + 4u + 4u) * 8u);
}

// Opening such a small run compares all of it. Here it looks at one block of several.
TEST(IndexRunLaw, AFlippedBitOfALargerRunIsNoticedOrHarmless) {
  MemoryFileSystem files;
  Model model;
  for (std::uint64_t n = 0; n < 5; ++n) {
    model[{Buffer(7000, static_cast<std::uint8_t>(n)), make_id(n)}] = n % 2 == 0;
  }
  write_well(files, model);
  const Buffer good = test::read_file(files, kPath);
  std::size_t opened = 0;
  for (std::size_t at = kRunHeaderBytes; at < good.size() - kRunFooterBytes;
       at += at % 4096 < 300 ? 1 : 5) {
    Buffer bad = good;
    bad[at] ^= static_cast<std::uint8_t>(1 << at % 8);
    test::replace_file(files, kPath, bad);
    const auto run = Run::open(files, kPath, kNumber);
    if (!run.ok()) continue;
    ++opened;
    SCOPED_TRACE("byte " + std::to_string(at));
    expect_same_or_damaged(**run, model);
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(opened, 5000u);
}

TEST(IndexRunLaw, ReadersOfADamagedFileGetWhatWasWrittenOrADamage) {
  MemoryFileSystem files;
  const Model model = tall();
  write_well(files, model);
  const Buffer good = test::read_file(files, kPath);
  std::size_t flips = 0;
  std::size_t noticed = 0;
  for (std::size_t at = kRunHeaderBytes; at < good.size();
       at += 2999 * (gs::testing::kSanitizedShare == 1 ? 1 : 3)) {
    Buffer bad = good;
    bad[at] ^= static_cast<std::uint8_t>(1 << at % 8);
    test::replace_file(files, kPath, bad);
    const auto run = Run::open(files, kPath, kNumber);
    ++flips;
    SCOPED_TRACE("byte " + std::to_string(at));
    if (run.ok()) {
      expect_same_or_damaged(**run, model);
    }
    if (HasFatalFailure()) return;
    noticed += !run.ok() || (*run)->is_damaged() ? 1 : 0;
  }
  EXPECT_EQ(noticed, flips);
}

TEST(IndexRun, EveryCutFileIsRefused) {
  MemoryFileSystem files;
  write_well(files, example());
  const Buffer good = test::read_file(files, kPath);
  for (std::size_t size = 0; size < good.size(); size += size < 4000 ? 1000 : 1) {
    test::replace_file(files, kPath, Bytes(good).first(size));
    EXPECT_EQ(Run::open(files, kPath, kNumber).code(), Code::damaged) << "size " << size;
  }
}

TEST(IndexRun, AFileUnderAnotherNumberIsRefused) {
  MemoryFileSystem files;
  write_well(files, example());
  EXPECT_EQ(Run::open(files, kPath, kNumber + 1).code(), Code::damaged);
  EXPECT_EQ(Run::open(files, "state/8-3.gsx", kNumber + 1).code(), Code::not_found);
}

TEST(IndexRun, ANewerFormatIsSaidToBeNewer) {
  MemoryFileSystem files;
  write_well(files, example());
  Buffer bytes = test::read_file(files, kPath);
  const auto open_as = [&](std::uint16_t version) {
    store_u16(bytes.data() + 4, version);
    store_u32(bytes.data() + 16, crc32c(Bytes(bytes).first(16)));
    test::replace_file(files, kPath, bytes);
    return Run::open(files, kPath, kNumber).code();
  };
  EXPECT_EQ(open_as(kRunVersion), Code::ok);
  EXPECT_EQ(open_as(kRunVersion + 1), Code::newer_format);
  EXPECT_EQ(open_as(kRunVersion - 1), Code::damaged);
}

TEST(IndexRunWriter, RefusesPairsOutOfOrder) {
  MemoryFileSystem files;
  auto writer = RunWriter::create(files, kPath, kNumber);
  ASSERT_TRUE(writer.ok());
  const auto add = [&](const char* key, std::uint64_t id) {
    return (*writer)->add(make_key(key), make_id(id), false).code();
  };
  EXPECT_EQ(add("b", 5), Code::ok);
  EXPECT_EQ(add("b", 5), Code::damaged);
  EXPECT_EQ(add("b", 4), Code::damaged);
  EXPECT_EQ(add("a", 9), Code::damaged);
  EXPECT_EQ(add("", 9), Code::damaged);
  EXPECT_EQ(add("ba", 1), Code::ok);
}

TEST(IndexRunWriter, LeavesNothingBehindWhenItIsNotFinished) {
  MemoryFileSystem files;
  {
    auto writer = RunWriter::create(files, kPath, kNumber);
    ASSERT_TRUE(writer.ok());
    for (std::uint64_t i = 0; i < 100'000; ++i) {
      ASSERT_TRUE((*writer)->add(number_key(i), make_id(i), false).ok());
    }
  }
  EXPECT_TRUE(files.list("state")->empty());
}

TEST(IndexRunWriter, ReplacesTheLeftoverOfACrash) {
  MemoryFileSystem files;
  ASSERT_TRUE(files.make_directory("state").ok());
  test::replace_file(files, kPath, as_bytes("rubbish"));
  write_well(files, tall());
  EXPECT_EQ(test::open_run(files, kPath, kNumber)->pair_count(), tall().size());
}

// Whenever the power goes while a run is written there is a whole one afterwards or none that
// opens; surely a whole one when writing succeeded.
TEST(IndexRunCrash, AtEveryCallThereIsAWholeRunOrNone) {
  const Model model = tall();
  for (std::uint64_t seed = 1; seed <= 12 / gs::testing::kSanitizedShare; ++seed) {
    std::uint64_t call = 1;
    for (bool was_cut = true; was_cut; ++call) {
      platform::SimFileSystem files(seed);
      platform::Faults faults;
      faults.power_cut_call = call;
      files.set_faults(faults);
      const Error error = write(files, model);
      was_cut = !files.powered();
      SCOPED_TRACE(files.text());
      files.crash();
      files.set_faults({});
      const auto run = Run::open(files, kPath, kNumber);
      if (error.ok()) {
        ASSERT_TRUE(run.ok());
      }
      if (run.ok()) {
        expect_same_or_damaged(**run, model);
      }
      if (HasFatalFailure()) return;
    }
    EXPECT_GT(call, 8u);  // the loop did meet calls
  }
}

TEST(IndexRunCrash, AFailedCallLeavesNoRunThatOpens) {
  std::size_t failed = 0;
  for (std::uint64_t call = 1; call <= 20; ++call) {
    platform::SimFileSystem files(call);
    platform::Faults faults;
    faults.fail_call = call;
    files.set_faults(faults);
    const Error error = write(files, tall());
    files.set_faults({});
    const auto run = Run::open(files, kPath, kNumber);
    EXPECT_EQ(run.ok(), error.ok()) << files.text();
    failed += error.ok() ? 0 : 1;
  }
  EXPECT_GT(failed, 5u);
}

}  // namespace
}  // namespace gs::index
