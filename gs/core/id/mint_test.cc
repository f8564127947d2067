// Goal: record ids are valid UUIDs, ascend for their writer, never repeat, and name their maker.
// Method: frozen ids, then laws over clocks that jump, then the edges of counter and time.
#include "gs/core/id/mint.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "gs/core/crypto/sha256.h"

namespace gs::id {
namespace {

constexpr std::uint64_t kMs = 1'700'000'000'000;  // 2023-11-14

Writer writer(std::string_view name) { return crypto::sha256(as_bytes(name)); }
std::uint64_t ms_of(const Id& id) {
  std::uint64_t ms = 0;
  for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | id.bytes[i];
  return ms;
}

TEST(Mint, TheseIdsNeverChange) {
  Minter minter(writer("ada"), 0, Id{});
  EXPECT_EQ(minter.mint(kMs).id.text(), "018bcfe5-6800-7000-a69c-a0ab10eaf0a3");
  EXPECT_EQ(minter.mint(kMs).id.text(), "018bcfe5-6800-7001-add4-798ceef67df7");
  EXPECT_EQ(minter.mint(kMs + 1).id.text(), "018bcfe5-6801-7000-9e5d-e71c82f029f4");
  EXPECT_EQ(minter.next(), 3u);
}

TEST(Mint, IdsAreUuidsOfVersion7) {
  Minter minter(writer("ada"), 7, Id{});
  for (int i = 0; i < 100; ++i) {
    const Id id = minter.mint(kMs).id;
    EXPECT_EQ(id.version(), 7);
    EXPECT_EQ(id.bytes[8] >> 6, 2);
    EXPECT_EQ(ms_of(id), kMs);
  }
}

TEST(Mint, IdsAscendAlsoWhenTheClockGoesBack) {
  for (const unsigned seed : {1u, 2u, 3u}) {
    RecordProperty("seed", static_cast<int>(seed));
    std::mt19937_64 random(seed);
    Minter minter(writer("ada"), 0, Id{});
    Id last;
    std::uint64_t wall = kMs;
    for (int i = 0; i < 20'000; ++i) {
      wall += random() % 3;
      if (random() % 100 == 0) wall -= random() % 1000;
      const Minter::Minted minted = minter.mint(wall);
      ASSERT_LT(last, minted.id) << "seed " << seed << " step " << i;
      ASSERT_EQ(minted.counter, static_cast<std::uint64_t>(i));
      ASSERT_TRUE(minted_by(minted.id, writer("ada"), minted.counter));
      last = minted.id;
    }
  }
}

TEST(Mint, After4096InAMillisecondTheNextOneIsBorrowed) {
  Minter minter(writer("ada"), 0, Id{});
  std::set<Id> seen;
  for (int i = 0; i < 4096; ++i) {
    const Id id = minter.mint(kMs).id;
    EXPECT_EQ(ms_of(id), kMs);
    seen.insert(id);
  }
  EXPECT_EQ(ms_of(minter.mint(kMs).id), kMs + 1);
  EXPECT_EQ(ms_of(minter.mint(kMs + 1).id), kMs + 1);
  EXPECT_EQ(ms_of(minter.mint(kMs + 2).id), kMs + 2);
  EXPECT_EQ(seen.size(), 4096u);
}

TEST(Mint, AfterARestartIdsGoOnAboveTheLastOne) {
  Minter before(writer("ada"), 0, Id{});
  Id last;
  for (int i = 0; i < 10; ++i) last = before.mint(kMs).id;
  EXPECT_EQ(before.last(), last);
  Minter after(writer("ada"), before.next(), last);
  EXPECT_EQ(after.last(), last);
  const Minter::Minted minted = after.mint(kMs - 5000);
  EXPECT_LT(last, minted.id);
  EXPECT_EQ(minted.counter, 10u);
  EXPECT_EQ(ms_of(minted.id), kMs);
}

TEST(Mint, OnlyTheWriterAndCounterThatMadeAnIdMatch) {
  Minter minter(writer("ada"), 41, Id{});
  const Minter::Minted minted = minter.mint(kMs);
  EXPECT_TRUE(minted_by(minted.id, writer("ada"), 41));
  EXPECT_FALSE(minted_by(minted.id, writer("bob"), 41));
  EXPECT_FALSE(minted_by(minted.id, writer("ada"), 40));
  EXPECT_FALSE(minted_by(minted.id, writer("ada"), 42));
}

// Tails are hashed ahead for as long as the millisecond stays.
TEST(Mint, EveryIdMatchesItsCounterHoweverLongAMillisecondLasts) {
  std::uint64_t ms = kMs;
  Minter minter(writer("ada"), 7, Id{});
  std::uint64_t counter = 7;
  for (const int ids : {1, 2, 8, 9, 10, 1, 1, 17, 26, 5000, 3, 9, 4}) {
    for (int i = 0; i < ids; ++i) {
      const Minter::Minted minted = minter.mint(ms);
      EXPECT_EQ(minted.counter, counter);
      EXPECT_TRUE(minted_by(minted.id, writer("ada"), counter)) << "id " << i << " of " << ids;
      ++counter;
    }
    ++ms;
  }
}

// All bits but the 12 of the counter, which are the writer's choice and bound by nothing.
TEST(Mint, EverySingleBitOfTimeVersionAndTailMatters) {
  Id id = Minter(writer("ada"), 5, Id{}).mint(kMs).id;
  for (std::size_t bit = 0; bit < 128; ++bit) {
    const std::size_t byte = bit / 8;
    const bool counter = byte == 7 || (byte == 6 && bit % 8 < 4);
    id.bytes[byte] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_EQ(minted_by(id, writer("ada"), 5), counter) << "bit " << bit;
    id.bytes[byte] ^= static_cast<std::uint8_t>(1u << bit % 8);
  }
}

TEST(Mint, AKeyedIdAsTheLastOneCountsAsNone) {
  Id keyed = Minter(writer("ada"), 5, Id{}).mint(kMs).id;
  keyed.bytes[6] = static_cast<std::uint8_t>(0x80 | (keyed.bytes[6] & 15));
  EXPECT_EQ(ms_of(Minter(writer("ada"), 6, keyed).mint(1000).id), 1000u);
}

TEST(Mint, AtTheEndOfTimeIdsStayDifferent) {
  Minter minter(writer("ada"), 0, Id{});
  std::set<Id> seen;
  for (int i = 0; i < 5000; ++i) {
    const Id id = minter.mint(~std::uint64_t{0}).id;
    EXPECT_EQ(ms_of(id), kIdMsMax);
    seen.insert(id);
  }
  EXPECT_EQ(seen.size(), 5000u);
}

}  // namespace
}  // namespace gs::id
