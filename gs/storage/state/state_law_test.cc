// Goal: tables and runs together are one map from id to its newest visible version, whatever was
// frozen, written and merged meanwhile; a cursor walks it in order from any id.
// Method: random histories against std::map.

#include <map>

#include "gs/base/test_share.h"
#include "gs/storage/state/test_support.h"

namespace gs::state {
namespace {

using test::make_entry;
using test::make_id;

constexpr std::uint32_t kCollections = 3;

struct Written {
  Sequence sequence;
  Entry::Kind kind;
  std::uint64_t payload;
  std::uint32_t exceptions;
};

class World {
 public:
  explicit World(std::uint64_t seed)
      : random_(seed), ids_(1 + random_() % (seed % 3 == 0 ? 30 : 600)), log_(files_) {
    test::fill_tables(names_);
    version_.tables.push_back(std::make_shared<RowTable>(1));
  }

  void run(int steps) {
    for (int step = 0; step < steps; ++step) {
      const std::uint64_t dice = random_() % 100;
      if (dice < 80) {
        for (std::uint64_t i = 0; i < 10; ++i) put();
      } else if (dice < 87) {
        version_.tables.insert(version_.tables.begin(), std::make_shared<RowTable>(1));
      } else if (dice < 94) {
        write_oldest();
      } else {
        merge();
      }
      if (::testing::Test::HasFatalFailure()) return;
      if (step % 5 == 0) check();
    }
  }

  void check() {
    auto version = std::make_shared<Version>(version_);
    version->log = log_.view();
    const Sequence at = floor_ + random_() % (sequence_ - floor_ + 1);
    for (int i = 0; i < 30; ++i) check_find(*version, some_id(), at);
    for (int i = 0; i < 3; ++i) {
      const auto collection = static_cast<std::uint32_t>(random_() % kCollections);
      const Id from = random_() % 3 == 0 ? Id{} : some_id();
      check_scan(version, at, collection, from, random_() % 2 == 0);
      if (::testing::Test::HasFatalFailure()) return;
    }
  }

 private:
  std::uint64_t id_number() { return random_() % ids_; }
  Id id_of(std::uint64_t n) { return make_id(n / 8 * 0x100000001, n % 8); }
  Id some_id() { return id_of(id_number()); }
  std::uint32_t collection_of(const Id& id) { return id.bytes[15] % kCollections; }

  void put() {
    const Id id = some_id();
    sequence_ += random_() % 2;
    Written written{sequence_, static_cast<Entry::Kind>(random_() % 3), random_(), 0};
    Entry entry = make_entry(id, Entry::Kind::tombstone, 0, written.payload);
    RowTable& table = *version_.tables.front();
    if (written.kind == Entry::Kind::log) {
      entry.place = Entry::make_place(Entry::Kind::log, log_.add(written.payload));
    } else if (written.kind == Entry::Kind::image) {
      written.exceptions = static_cast<std::uint32_t>(random_() % 3);
      const Buffer image = test::make_image(written.payload, written.exceptions);
      const auto space = table.arena_allocate(image.size());
      std::memcpy(space.bytes, image.data(), image.size());
      entry.place = Entry::make_place(Entry::Kind::image, space.position);
    }
    table.put(entry, sequence_, collection_of(id));
    model_[id].push_back(written);
  }

  // Runs keep the newest version only: snapshots before their last sequence are gone.
  void write_oldest() {
    if (version_.tables.size() < 2) return;
    const RowTable& table = *version_.tables.back();
    for (std::uint32_t i = 0; i < table.row_count(); ++i) {
      floor_ = std::max(floor_, table.row(i).sequence);
    }
    const Error error = write_run(files_, run_path(next_), next_, table);
    ASSERT_TRUE(error.ok()) << error.text();
    version_.runs.insert(version_.runs.begin(), test::open_run(files_, next_++));
    version_.tables.pop_back();
  }

  void merge() {
    auto& runs = version_.runs;
    if (runs.empty()) return;
    const std::size_t begin = random_() % runs.size();
    const std::size_t count = 1 + random_() % (runs.size() - begin);
    const auto first = runs.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = first + static_cast<std::ptrdiff_t>(count);
    MergeOptions options;
    options.images = random_() % 2 == 0;
    const Error error =
        merge_runs(files_, run_path(next_), next_, {first, last}, *log_.view(), names_, options);
    ASSERT_TRUE(error.ok()) << error.text();
    runs.insert(runs.erase(first, last), test::open_run(files_, next_++));
  }

  const Written* expected(const Id& id, Sequence at) const {
    const auto known = model_.find(id);
    if (known == model_.end()) return nullptr;
    const Written* newest = nullptr;
    for (const Written& written : known->second) {
      if (written.sequence <= at) newest = &written;
    }
    return newest;
  }

  void expect_same(const Found& found, const Written& written) {
    ASSERT_EQ(found.entry.hlc, written.payload);
    if (written.kind == Entry::Kind::tombstone) {
      ASSERT_EQ(found.entry.kind(), Entry::Kind::tombstone);
      ASSERT_EQ(found.record, nullptr);
      return;
    }
    ASSERT_EQ(test::payload_of(found.record), written.payload);
    ASSERT_EQ(found.image == nullptr ? 0 : ImageView(found.image).exception_count(),
              written.exceptions);
    for (std::uint32_t i = 0; i < written.exceptions; ++i) {
      ASSERT_EQ(ImageView(found.image).exceptions()[i].field(), i);
      ASSERT_EQ(ImageView(found.image).exceptions()[i].hlc, written.payload + i);
    }
  }

  void check_find(const Version& version, const Id& id, Sequence at) {
    version.prefetch(id);
    Found found;
    const bool is_found = version.find(id, at, found) == Version::Lookup::found;
    const Written* const wanted = expected(id, at);
    ASSERT_EQ(is_found, wanted != nullptr);
    if (is_found) expect_same(found, *wanted);
  }

  void check_scan(const std::shared_ptr<const Version>& version, Sequence at,
                  std::uint32_t collection, const Id& from, bool with_tombstones) {
    Walk walk{collection, from, ~std::uint64_t{0}, with_tombstones};
    if (random_() % 4 == 0) walk.limit = random_() % 20;
    const bool sought = random_() % 2 == 0;
    if (sought) walk.from = Id{};
    Cursor cursor(version, at, walk);
    if (sought) {
      for (std::uint64_t n = random_() % 20; n != 0 && cursor.next() != nullptr; --n) continue;
      cursor.seek(from);
    }
    if (random_() % 2 == 0)
      cursor = Cursor(version, at, {collection, from, walk.limit, with_tombstones});
    std::uint64_t left = walk.limit;
    const Met* met = cursor.next();
    for (auto known = model_.lower_bound(from); known != model_.end(); ++known) {
      if (collection_of(known->first) != collection) continue;
      const Written* const wanted = expected(known->first, at);
      if (wanted == nullptr) continue;
      if (wanted->kind == Entry::Kind::tombstone) {
        if (!with_tombstones) continue;
      }
      if (left-- == 0) break;
      ASSERT_NE(met, nullptr);
      ASSERT_EQ(met->entry->id, known->first);
      expect_same(met->found(), *wanted);
      met = cursor.next();
    }
    ASSERT_EQ(met, nullptr);
    ASSERT_EQ(cursor.next(), nullptr);
  }

  std::mt19937_64 random_;
  std::uint64_t ids_;
  platform::MemoryFileSystem files_;
  test::RecordLog log_;
  Tables names_;
  Version version_;
  std::map<Id, std::vector<Written>> model_;
  Sequence sequence_ = 1;
  Sequence floor_ = 0;
  std::uint64_t next_ = 1;
};

TEST(StateLaw, TablesAndRunsAreOneMap) {
  for (std::uint64_t seed = 1; seed <= 24 / gs::testing::kSanitizedShare; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    World(seed).run(400);
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace gs::state
