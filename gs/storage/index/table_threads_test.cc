// Goal: readers beside the writer see, at a published sequence, exactly what was put up to it, in
// both directions and wherever they begin.
// Method: one writer, three readers; what is visible at a sequence follows from the sequence.

#include <atomic>
#include <thread>

#include "gs/storage/index/test_support.h"

namespace gs::index {
namespace {

using test::make_id;
using test::number_key;

constexpr std::uint64_t kPairs = 300;
constexpr std::uint64_t kRounds = 40;

// Put number n of a round is that of this pair: a permutation, different for each round.
std::uint64_t pair_of_put(std::uint64_t round, std::uint64_t n) {
  return (n * 7 + round * 131) % kPairs;  // 7 and 300 share no factor
}
std::uint64_t put_of_pair(std::uint64_t round, std::uint64_t pair) {
  // 43 x 7 = 1 modulo 300
  return (pair + kPairs * kRounds - round * 131 % kPairs) % kPairs * 43 % kPairs;
}
// Odd rounds add pairs and even ones remove them; rounds begin with 1, and the sequence counts
// puts.
bool is_visible(std::uint64_t pair, Sequence at) {
  const std::uint64_t whole = at / kPairs;  // rounds that are over
  const bool in_next = put_of_pair(whole + 1, pair) < at % kPairs;
  return (whole + (in_next ? 1 : 0)) % 2 == 1;
}

Buffer key_of(std::uint64_t pair) { return number_key(pair / 2); }

std::uint64_t check_walk(const std::shared_ptr<const Tiers>& tiers, Sequence at,
                         std::uint64_t from) {
  std::uint64_t mistakes = 0;
  Cursor cursor(tiers, at);
  cursor.seek(key_of(from), make_id(from));
  for (std::uint64_t pair = from; pair < kPairs; ++pair) {
    if (!is_visible(pair, at)) continue;
    if (!cursor.next() || cursor.id() != make_id(pair)) ++mistakes;
  }
  if (cursor.next()) ++mistakes;
  for (std::uint64_t pair = kPairs; pair-- > 0;) {
    if (!is_visible(pair, at)) continue;
    if (!cursor.previous() || cursor.id() != make_id(pair)) ++mistakes;
  }
  if (cursor.previous()) ++mistakes;
  return mistakes;
}

void read(const std::shared_ptr<const Tiers>& tiers, const std::atomic<Sequence>& published,
          std::uint64_t seed, std::atomic<std::uint64_t>& mistakes, std::atomic<int>& ready) {
  std::mt19937_64 random(seed);
  Sequence at = 0;
  ++ready;
  while (at < kPairs * kRounds) {
    at = published.load(std::memory_order_acquire);
    const Sequence asked = random() % 2 == 0 ? at : random() % (at + 1);
    mistakes += check_walk(tiers, asked, random() % kPairs);
  }
}

TEST(IndexTableThreads, ReadersSeeExactlyWhatWasPublished) {
  auto tiers = std::make_shared<Tiers>();
  tiers->tables.push_back(std::make_shared<Table>());
  std::atomic<Sequence> published{0};
  std::atomic<std::uint64_t> mistakes{0};
  std::atomic<int> ready{0};
  std::vector<std::thread> readers;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    readers.emplace_back([&, seed] { read(tiers, published, seed, mistakes, ready); });
  }
  while (ready < 3) std::this_thread::yield();
  Sequence sequence = 0;
  for (std::uint64_t round = 1; round <= kRounds; ++round) {
    for (std::uint64_t n = 0; n < kPairs; ++n) {
      const std::uint64_t pair = pair_of_put(round, n);
      tiers->tables[0]->put(key_of(pair), make_id(pair), ++sequence, round % 2 == 0);
      published.store(sequence, std::memory_order_release);
      if (n % 16 == 0) std::this_thread::yield();  // readers come in between
    }
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(mistakes, 0u);
}

TEST(IndexTableThreads, TheOrderOfPutsIsKnownToTheTest) {
  for (std::uint64_t round = 1; round <= kRounds; ++round) {
    for (std::uint64_t n = 0; n < kPairs; ++n) {
      ASSERT_EQ(put_of_pair(round, pair_of_put(round, n)), n);
    }
  }
}

}  // namespace
}  // namespace gs::index
