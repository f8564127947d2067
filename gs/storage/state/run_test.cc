// Goal: a run gives back exactly what was put into it, its bytes never drift, and no damaged byte
// goes unnoticed by check() or takes a lookup out of the file.

#include "gs/storage/state/run.h"
#include "gs/base/test_share.h"

#include <algorithm>
#include <map>

#include "gs/base/crc32c.h"
#include "gs/base/hex.h"
#include "gs/core/crypto/sha256.h"
#include "gs/storage/state/run_format.h"
#include "gs/storage/state/run_writer.h"
#include "gs/storage/state/test_support.h"

namespace gs::state {
namespace {

using platform::MemoryFileSystem;
using test::make_entry;
using test::make_id;
using test::make_image;

constexpr std::uint64_t kNumber = 7;

using Model = std::map<std::pair<std::uint32_t, Id>, std::pair<Entry, Buffer>>;

void write(MemoryFileSystem& files, const Model& model, const RunWriterLimits& limits = {}) {
  auto writer = create_run_writer(files, run_path(kNumber), kNumber, limits);
  ASSERT_TRUE(writer.ok()) << writer.error().text();
  for (const auto& [key, value] : model) {
    const Error error = (*writer)->add(key.first, value.first, value.second);
    ASSERT_TRUE(error.ok()) << error.text();
  }
  const Error error = (*writer)->finish();
  ASSERT_TRUE(error.ok()) << error.text();
}

// The example of docs/FORMAT.md: a log entry, an image with one exception, tombstones without and
// with an image, a record.
Model example() {
  Model model;
  const auto put = [&](std::uint32_t collection, Entry entry, Buffer image) {
    entry.shape = 3;
    entry.writer = 2;
    model[{collection, entry.id}] = {entry, std::move(image)};
  };
  put(0,
      make_entry(make_id(0x0190000000007001, 0x8000000000000001), Entry::Kind::log, 0x100001040, 5),
      {});
  put(0, make_entry(make_id(0x0190000000007002, 0x8000000000000002), Entry::Kind::image, 0, 6),
      make_image(0x2a, 1));
  put(4, make_entry(make_id(0x0190000000007003, 0x8000000000000003), Entry::Kind::tombstone, 0, 7),
      {});
  put(4, make_entry(make_id(0x0190000000007004, 0x8000000000000004), Entry::Kind::record, 0, 8),
      test::make_record(0x2b));
  put(4, make_entry(make_id(0x0190000000007005, 0x8000000000000005), Entry::Kind::tombstone, 8, 9),
      test::make_removed_image(0x2c));
  return model;
}

TEST(Run, BytesOfTheExampleAreFrozen) {
  MemoryFileSystem files;
  write(files, example());
  const Buffer bytes = test::read_file(files, run_path(kNumber));
  ASSERT_EQ(bytes.size(), 4744u);
  EXPECT_EQ(to_hex(Bytes(bytes).first(20)), "67737231040000000700000000000000b21efa68");
  // Image, entries, directory, sparse index, slots, sums.
  EXPECT_EQ(to_hex(Bytes(bytes).subspan(4096, 48)),
            "0100000000000000ffffff0000000000"
            "00000000010000002a00000000000000"
            "10000000000000002a00000000000000");
  EXPECT_EQ(crypto::sha256(bytes).text(),
            "344630294be1b0511b4a6df0eb58571c129f8eff70156f25073933a9d467f279");
}

TEST(Run, AnEmptyRunHasNothingAndIsValid) {
  MemoryFileSystem files;
  write(files, {});
  const auto run = test::open_run(files, kNumber);
  EXPECT_EQ(run->entry_count(), 0u);
  EXPECT_EQ(run->find(Id{}, state::Run::hash(Id{})), nullptr);
  run->prefetch(state::Run::hash(Id{}));
  EXPECT_EQ(run->collection(0).begin, run->collection(0).end);
  EXPECT_EQ(run->seek(0, Id{}), nullptr);
  EXPECT_EQ(run->image_at(0), nullptr);
}

Model random_model(std::uint64_t seed, std::size_t entries) {
  std::mt19937_64 random(seed);
  Model model;
  while (model.size() < entries) {
    const auto collection = static_cast<std::uint32_t>(random() % 3 * 5);
    // Prefixes repeat, so that steps of the sparse index share keys.
    const Id id = seed % 2 == 0 ? make_id(random() % 4, random()) : make_id(random(), random());
    const auto kind = static_cast<Entry::Kind>(random() % 4);
    std::uint64_t position = kind == Entry::Kind::log ? random() >> 2 : 0;
    if (kind == Entry::Kind::tombstone) position = random() % 2 * 8;
    Buffer image;
    if (kind == Entry::Kind::record) image = test::make_record(random());
    if (kind == Entry::Kind::image)
      image = make_image(random(), static_cast<std::uint32_t>(random() % 4));
    if (kind == Entry::Kind::tombstone && position != 0) image = test::make_removed_image(random());
    model[{collection, id}] = {make_entry(id, kind, position, random()), std::move(image)};
  }
  return model;
}

// What lies in the file for what was put in: a plain image lost its head.
std::pair<Entry::Kind, Bytes> stored(const std::pair<Entry, Buffer>& put) {
  const Bytes image = put.second;
  if (put.first.kind() != Entry::Kind::image || !ImageView(image.data()).is_plain()) {
    return {put.first.kind(), image};
  }
  return {Entry::Kind::record, image.subspan(kImageHeadBytes)};
}

void expect_same(const state::Run& run, const Entry& got, const std::pair<Entry, Buffer>& put) {
  const auto [kind, bytes] = stored(put);
  ASSERT_EQ(got.id, put.first.id);
  ASSERT_EQ(got.kind(), kind);
  ASSERT_EQ(got.hlc, put.first.hlc);
  if (bytes.empty()) {
    ASSERT_EQ(got.position(), put.first.position());
    return;
  }
  for (const auto pattern : {state::Run::Pattern::random, state::Run::Pattern::sequential}) {
    const std::uint8_t* found = nullptr;
    if (kind == Entry::Kind::record) {
      found = run.images(pattern).record_at(got.position());
      ASSERT_NE(found, nullptr);
      ASSERT_EQ(load_u32(found), bytes.size());
    } else {
      found = run.image_at(got.image_position(), pattern);
      ASSERT_NE(found, nullptr);
      ASSERT_EQ(state::Run::image_size(found), bytes.size());
    }
    ASSERT_TRUE(equal({found, bytes.size()}, bytes));
  }
}

// Whether the bytes that an entry names can be read, if it names any.
bool reads(const state::Run& run, const Entry& entry) {
  if (entry.has_image()) return run.image_at(entry.image_position()) != nullptr;
  const auto images = run.images(state::Run::Pattern::random);
  return entry.kind() != Entry::Kind::record || images.record_at(entry.position()) != nullptr;
}

// How far a walk over the range comes.
const Entry* walk_end(const state::Run& run, const state::Run::Range& range) {
  const Entry* at = range.begin;
  for (const Entry* next = nullptr; (next = run.sound_until(at, range.end)) != at;) at = next;
  return at;
}

void check_against_model(std::uint64_t seed, std::size_t entries, const RunWriterLimits& limits) {
  SCOPED_TRACE("seed " + std::to_string(seed) + ", entries " + std::to_string(entries));
  MemoryFileSystem files;
  const Model model = random_model(seed, entries);
  write(files, model, limits);
  EXPECT_EQ(files.list(kStateDirectory)->size(), 1u);  // nothing is left beside the run
  const auto run = test::open_run(files, kNumber);
  ASSERT_EQ(run->entry_count(), entries);

  std::mt19937_64 random(seed + 1000);  // other ids than the model has
  for (const auto& [key, value] : model) {
    const std::uint64_t hash = state::Run::hash(key.second);
    const Entry* const found = run->find(key.second, hash);
    ASSERT_NE(found, nullptr);
    expect_same(*run, *found, value);
    const Id other = make_id(random(), random());
    ASSERT_EQ(run->find(other, state::Run::hash(other)), nullptr);

    // seek: to the entry itself, and just behind it.
    const Entry* const at = run->seek(key.first, key.second);
    ASSERT_EQ(at->id, key.second);
    Id behind = key.second;
    ++behind.bytes[15];
    if (behind.bytes[15] != 0) {
      ASSERT_EQ(run->seek(key.first, behind), at + 1);
    }
  }
  for (std::uint32_t collection = 0; collection < 12; ++collection) {
    const state::Run::Range range = run->collection(collection);
    auto expected = model.lower_bound({collection, Id{}});
    for (const Entry* entry = range.begin; entry != range.end; ++entry, ++expected) {
      ASSERT_EQ(expected->first.first, collection);
      expect_same(*run, *entry, expected->second);
    }
    ASSERT_TRUE(expected == model.end() || expected->first.first != collection);
    ASSERT_EQ(walk_end(*run, range), range.end);
    const Id id = make_id(random() % 4, random());
    const auto wanted = model.lower_bound({collection, id});
    const Entry* const got = run->seek(collection, id);
    if (wanted == model.end() || wanted->first.first != collection) {
      ASSERT_EQ(got, range.end);
    } else {
      ASSERT_EQ(got->id, wanted->first.second);
    }
  }
}

TEST(RunLaw, GivesBackWhatWasPutIn) {
  // Around one step of the sparse index, and around one step of its own keys.
  for (const std::size_t entries :
       {1u, 2u, 63u, 64u, 65u, 500u, 3000u, 12'288u, 12'289u, 30'000u}) {
    check_against_model(entries, entries, {});
    check_against_model(entries + 1, entries, {});
  }
}

TEST(RunLaw, MemoryLimitsOfTheWriterDoNotShow) {
  for (std::uint64_t seed = 1; seed <= 12 / gs::testing::kSanitizedShare; ++seed) {
    check_against_model(seed, 1000, {1 + seed * 30, 1 + seed * seed * 7, seed});
  }
}

TEST(Run, EveryDamagedByteIsNoticed) {
  MemoryFileSystem files;
  write(files, example());
  const Buffer good = test::read_file(files, run_path(kNumber));
  for (std::size_t at = 0; at < good.size(); ++at) {
    if (at >= 20 && at < kRunHeaderBytes) continue;  // reserved
    if (at >= good.size() - 4) continue;             // reserved
    Buffer bad = good;
    bad[at] ^= 0x10;
    test::replace_file(files, run_path(kNumber), bad);
    const auto run = state::Run::open(files, run_path(kNumber), kNumber);
    if (run.ok()) {
      EXPECT_EQ((*run)->check().code(), Code::damaged) << "byte " << at;
    } else {
      EXPECT_EQ(run.code(), Code::damaged) << "byte " << at;
    }
  }
}

// Nobody checks the whole file before lookups; so each of them has to.
TEST(RunLaw, LookupsInADamagedFileGiveWhatWasWrittenOrSayThatItIsDamaged) {
  MemoryFileSystem files;
  const Model model = random_model(7, 300);
  write(files, model);
  const Buffer good = test::read_file(files, run_path(kNumber));
  std::size_t harms = 0;
  std::size_t noticed = 0;
  for (std::size_t at = kRunHeaderBytes; at < good.size(); at += testing::kSanitizedStep + at % 7) {
    Buffer bad = good;
    bad[at] ^= static_cast<std::uint8_t>(1 << at % 8);
    test::replace_file(files, run_path(kNumber), bad);
    const auto opened = state::Run::open(files, run_path(kNumber), kNumber);
    if (!opened.ok()) continue;
    const state::Run& run = **opened;
    for (const auto& [key, value] : model) {
      const Entry* const found = run.find(key.second, state::Run::hash(key.second));
      if (found != nullptr && reads(run, *found)) expect_same(run, *found, value);
      ASSERT_TRUE(found != nullptr || run.is_damaged()) << "byte " << at;
      const Entry* const sought = run.seek(key.first, key.second);
      if (sought == run.collection(key.first).end) {
        ASSERT_TRUE(run.is_damaged()) << "byte " << at;
      } else {
        ASSERT_EQ(sought->id, key.second) << "byte " << at;
      }
    }
    auto expected = model.begin();
    for (std::size_t i = 0; i < run.collection_count(); ++i) {
      const state::Run::Range range = run.collection(run.collection_number(i));
      const Entry* const sound_end = walk_end(run, range);
      ASSERT_TRUE(sound_end == range.end || run.is_damaged()) << "byte " << at;
      for (const Entry* entry = range.begin; entry != sound_end; ++entry) {
        ASSERT_EQ(entry->id, std::next(expected, entry - range.begin)->first.second);
      }
      std::advance(expected, range.end - range.begin);
    }
    ++harms;
    noticed += run.is_damaged() ? 1 : 0;
  }
  EXPECT_GT(noticed, harms / 2);
}

TEST(Run, EveryCutFileIsRefused) {
  MemoryFileSystem files;
  write(files, example());
  const Buffer good = test::read_file(files, run_path(kNumber));
  for (std::size_t size = 0; size < good.size(); size += size < 4000 ? 1000 : 1) {
    test::replace_file(files, run_path(kNumber), Bytes(good).first(size));
    EXPECT_EQ(state::Run::open(files, run_path(kNumber), kNumber).code(), Code::damaged)
        << "size " << size;
  }
}

TEST(Run, AFileUnderAnotherNumberIsRefused) {
  MemoryFileSystem files;
  write(files, example());
  EXPECT_EQ(state::Run::open(files, run_path(kNumber), kNumber + 1).code(), Code::damaged);
  EXPECT_EQ(state::Run::open(files, run_path(kNumber + 1), kNumber + 1).code(), Code::not_found);
}

TEST(Run, ANewerFormatIsSaidToBeNewer) {
  MemoryFileSystem files;
  write(files, example());
  Buffer bytes = test::read_file(files, run_path(kNumber));
  const auto open_as = [&](std::uint16_t version) {
    store_u16(bytes.data() + 4, version);
    store_u32(bytes.data() + 16, crc32c(Bytes(bytes).first(16)));
    test::replace_file(files, run_path(kNumber), bytes);
    return state::Run::open(files, run_path(kNumber), kNumber).code();
  };
  EXPECT_EQ(open_as(kRunVersion), Code::ok);
  EXPECT_EQ(open_as(kRunVersion + 1), Code::newer_format);
  // An older one is not read any more: what it holds comes from the log.
  EXPECT_EQ(open_as(kRunVersion - 1), Code::damaged);
}

// Ids whose first 8 bytes fall on few values, on many, and in bursts: that must not matter for
// where a seek ends.
TEST(Run, SeeksEndRightHoweverIdsAreSpread) {
  constexpr std::uint64_t kEntries = 20'000;
  for (const std::uint64_t burst : {1u, 63u, 64u, 4096u, 9000u}) {
    MemoryFileSystem files;
    Model model;
    for (std::uint64_t i = 0; i < kEntries; ++i) {
      const Id id = make_id(i / burst * i / burst, 2 * i);
      model[{0, id}] = {make_entry(id, Entry::Kind::log, i), {}};
    }
    write(files, model);
    const auto run = test::open_run(files, kNumber);
    const Entry* wanted = run->collection(0).begin;
    for (const auto& [key, value] : model) {
      ASSERT_EQ(run->seek(0, key.second), wanted) << "burst " << burst;
      ++wanted;
      const Id behind = make_id(load_u64_be(key.second.bytes.data()),
                                load_u64_be(key.second.bytes.data() + 8) + 1);
      ASSERT_EQ(run->seek(0, behind), wanted) << "burst " << burst;
    }
  }
}

TEST(RunWriter, RefusesEntriesOutOfOrder) {
  MemoryFileSystem files;
  auto writer = RunWriter::create(files, run_path(kNumber), kNumber);
  ASSERT_TRUE(writer.ok());
  const auto entry = [](std::uint64_t n) { return make_entry(make_id(n, 0), Entry::Kind::log, n); };
  EXPECT_TRUE((*writer)->add(2, entry(5), {}).ok());
  EXPECT_EQ((*writer)->add(2, entry(5), {}).code(), Code::damaged);
  EXPECT_EQ((*writer)->add(2, entry(4), {}).code(), Code::damaged);
  EXPECT_EQ((*writer)->add(1, entry(9), {}).code(), Code::damaged);
  EXPECT_TRUE((*writer)->add(3, entry(1), {}).ok());
}

TEST(RunWriter, LeavesNothingBehindWhenItIsNotFinished) {
  MemoryFileSystem files;
  {
    auto writer = create_run_writer(files, run_path(kNumber), kNumber, {2, 100});
    ASSERT_TRUE(writer.ok());
    for (std::uint64_t i = 0; i < 10; ++i) {
      ASSERT_TRUE((*writer)->add(0, make_entry(make_id(i, 0), Entry::Kind::log, i), {}).ok());
    }
  }
  EXPECT_TRUE(files.list(kStateDirectory)->empty());
}

TEST(RunWriter, ReplacesTheLeftoverOfACrash) {
  MemoryFileSystem files;
  ASSERT_TRUE(files.make_directory(kStateDirectory).ok());
  test::replace_file(files, run_path(kNumber), as_bytes("rubbish"));
  test::replace_file(files, run_path(kNumber) + ".entries", as_bytes("rubbish"));
  write(files, random_model(1, 100), {10, 50});
  EXPECT_EQ(test::open_run(files, kNumber)->entry_count(), 100u);
}

}  // namespace
}  // namespace gs::state
