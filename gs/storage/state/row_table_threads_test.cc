// Goal: readers beside the writer see, at a published sequence, exactly what was put up to it.
// Method: one writer, three readers; every version's place says which version it is.

#include <atomic>
#include <thread>

#include "gs/storage/state/row_table.h"
#include "gs/storage/state/test_support.h"

namespace gs::state {
namespace {

using test::make_entry;
using test::make_id;

constexpr std::uint64_t kIds = 700;
constexpr std::uint64_t kRounds = 30;

Id id_of(std::uint64_t n) { return make_id(n * 0x9e3779b97f4a7c15, n); }

// In round r (1-based) each id is put once, as an image that holds r; the sequence counts the puts.
Sequence sequence_of(std::uint64_t round, std::uint64_t n) { return (round - 1) * kIds + n + 1; }

void read(const RowTable& table, const std::atomic<Sequence>& published, std::uint64_t seed,
          std::atomic<std::uint64_t>& mistakes, std::atomic<int>& ready) {
  std::mt19937_64 random(seed);
  Sequence at = 0;
  ++ready;
  while (at < kIds * kRounds) {
    at = published.load(std::memory_order_acquire);
    const std::uint64_t n = random() % kIds;
    const Sequence asked = random() % 2 == 0 ? at : random() % (at + 1);
    const std::uint64_t round = asked < n + 1 ? 0 : (asked - (n + 1)) / kIds + 1;
    const RowTable::Row* const row = table.find(id_of(n), asked);
    if ((row == nullptr) != (round == 0)) ++mistakes;
    if (row != nullptr) {
      if (row->sequence != sequence_of(round, n)) ++mistakes;
      if (load_u64(table.arena_at(row->entry.position())) != round) ++mistakes;
    }
    if (random() % 64 != 0) continue;
    std::uint64_t rows = 0;
    for (const auto& list : table.order()) {
      rows += list->size();
      for (std::size_t i = 1; i < list->size(); ++i) {
        if (table.row((*list)[i]).entry.id < table.row((*list)[i - 1]).entry.id) ++mistakes;
      }
    }
    if (rows < at) ++mistakes;
  }
}

TEST(RowTableThreads, ReadersSeeExactlyWhatWasPublished) {
  RowTable table(1);  // grows while it is read
  std::atomic<Sequence> published{0};
  std::atomic<std::uint64_t> mistakes{0};
  std::atomic<int> ready{0};
  std::vector<std::thread> readers;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    readers.emplace_back([&, seed] { read(table, published, seed, mistakes, ready); });
  }
  while (ready < 3) std::this_thread::yield();
  for (std::uint64_t round = 1; round <= kRounds; ++round) {
    for (std::uint64_t n = 0; n < kIds; ++n) {
      const auto space = table.arena_allocate(8);
      store_u64(space.bytes, round);
      table.put(make_entry(id_of(n), Entry::Kind::image, space.position), sequence_of(round, n), 0);
      published.store(sequence_of(round, n), std::memory_order_release);
    }
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(mistakes, 0u);
}

}  // namespace
}  // namespace gs::state
