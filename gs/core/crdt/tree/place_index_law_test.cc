// Goal: between any two siblings, and at both ends, there is always room; the order of keys is that
// of their bytes; indexes stay short.
// Method: random insertions with ties and extreme digits, against bytes; lengths after 10,000
// insertions at each kind of place; each rule of the form broken once.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>

#include "gs/base/test_share.h"
#include "gs/core/crdt/tree/test_tree_peer.h"

namespace gs::tree {
namespace {

using testing::tree_writer;

struct Sibling {
  std::string index;
  NodeId id;

  PlaceKey key() const { return {index, view_of(id)}; }
};

std::string bytes_of(const Sibling& sibling) {
  std::string bytes = sibling.index + '\0';
  for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(sibling.id.hlc >> shift);
  for (const std::uint8_t byte : sibling.id.writer.bytes) bytes += static_cast<char>(byte);
  for (int shift = 24; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(sibling.id.number >> shift);
  }
  return bytes;
}

// Siblings in order.
class Row {
 public:
  std::deque<Sibling> siblings;  // most come near an end

  // An index at that place.
  std::string at(std::size_t place) const {
    PlaceKey lower;
    PlaceKey upper;
    if (place > 0) lower = siblings[place - 1].key();
    if (place < siblings.size()) upper = siblings[place].key();
    return index_between(place > 0 ? &lower : nullptr, place < siblings.size() ? &upper : nullptr)
        .value();
  }
  // A new sibling at that place; its index.
  const std::string& insert(std::size_t place) {
    const Sibling made{at(place), {++hlc_, tree_writer(1), 0}};
    longest = std::max(longest, made.index.size());
    return siblings.insert(siblings.begin() + static_cast<std::ptrdiff_t>(place), made)->index;
  }
  // Whether it stands in order there.
  bool fits(std::size_t place) const {
    const auto before = [&](std::size_t a, std::size_t b) {
      return siblings[a].key() < siblings[b].key() && bytes_of(siblings[a]) < bytes_of(siblings[b]);
    };
    return (place == 0 || before(place - 1, place)) &&
           (place + 1 == siblings.size() || before(place, place + 1));
  }

  std::size_t longest = 0;

 private:
  std::uint64_t hlc_ = 0;
};

constexpr std::size_t kInsertions = 10'000 / gs::testing::kSanitizedShare;

TEST(PlaceIndexLaw, BetweenAnyTwoThereIsRoom) {
  for (std::uint64_t seed = 1; seed <= 30 / gs::testing::kSanitizedShare; ++seed) {
    std::mt19937_64 random(seed);
    Row row;
    for (std::uint64_t i = 0; i < 1500; ++i) {
      // Few places, so that what is between becomes narrow.
      const std::size_t places = std::min<std::size_t>(row.siblings.size() + 1, 4 + seed);
      const std::size_t place = random() % places;
      Sibling made{row.at(place), {random() % 50, tree_writer(random() % 2 == 0), 0}};
      made.id.number = static_cast<std::uint32_t>(random() % 3 * 0x01010101);
      // Two writers who choose the same place at once.
      const bool twice = random() % 3 == 0 && !row.siblings.empty();
      if (twice) {
        made.index = row.siblings[random() % row.siblings.size()].index;
      }
      ASSERT_TRUE(valid_index(made.index)) << "seed " << seed;
      const auto at =
          std::lower_bound(row.siblings.begin(), row.siblings.end(), made,
                           [](const Sibling& a, const Sibling& b) { return a.key() < b.key(); });
      if (at != row.siblings.end() && bytes_of(*at) == bytes_of(made)) continue;
      const auto found = static_cast<std::size_t>(at - row.siblings.begin());
      ASSERT_TRUE(twice || found == place) << "seed " << seed << ", insertion " << i;
      row.siblings.insert(at, made);
      ASSERT_TRUE(row.fits(found)) << "seed " << seed << ", insertion " << i;
    }
  }
}

TEST(PlaceIndexLaw, AlsoBetweenNumbersAtTheEndsOfTheirRange) {
  const std::string least("\x04\0\0\0\0", 5);
  const std::string most("\xfb\xff\xff\xff\xff", 5);
  const std::string almost_least("\x04\0\0\0\1", 5);
  const std::string almost_most("\xfb\xff\xff\xff\xfe", 5);
  Row row;
  std::uint64_t hlc = 0;
  for (const std::string& index :
       {least + least + most, least + almost_least, least + "\x80", almost_least,
        almost_least + least + "\x80", std::string("\x7f"), std::string("\x80"), almost_most, most,
        most + almost_most, most + most, most + most + most}) {
    ASSERT_TRUE(valid_index(index));
    row.siblings.push_back({index, {++hlc, tree_writer(1), 0}});
  }
  for (std::size_t place = 0; place < row.siblings.size(); ++place) {
    ASSERT_TRUE(row.fits(place)) << place;
  }
  const std::deque<Sibling> ends = row.siblings;
  for (std::size_t place = 0; place <= ends.size(); ++place) {
    for (const std::size_t turn : {0, 1}) {
      row.siblings = ends;
      std::size_t at = place;
      for (int i = 0; i < 100; ++i) {
        ASSERT_TRUE(valid_index(row.insert(at)));
        ASSERT_TRUE(row.fits(at)) << place;
        at += turn;
      }
    }
  }
}

TEST(PlaceIndexLaw, AtAnEndLengthGrowsWithTheLogarithm) {
  Row behind;
  Row before;
  for (std::size_t i = 0; i < kInsertions; ++i) {
    behind.insert(i);
    before.insert(0);
    ASSERT_TRUE(behind.fits(i) && before.fits(0));
  }
  EXPECT_EQ(behind.longest, 3u);
  EXPECT_EQ(before.longest, 3u);
}

TEST(PlaceIndexLaw, AtOnePlaceLengthGrowsWithTheLogarithm) {
  for (const bool behind_first : {false, true}) {
    Row row;
    row.insert(0);
    row.insert(1);
    for (std::size_t i = 0; i < kInsertions; ++i) {
      const std::size_t place = behind_first ? 1 : 1 + i;
      row.insert(place);
      ASSERT_TRUE(row.fits(place));
    }
    EXPECT_LE(row.longest, 5u);
  }
}

TEST(PlaceIndexLaw, AtAlternatingPlacesLengthGrowsWithTheLogarithm) {
  Row row;
  for (std::size_t i = 0; i < 4; ++i) row.insert(i);
  for (std::size_t i = 0; i < kInsertions; ++i) {
    const std::size_t place = i % 2 == 0 ? 1 : row.siblings.size() - 1;
    row.insert(place);
    ASSERT_TRUE(row.fits(place));
  }
  EXPECT_LE(row.longest, 5u);
}

// The worst that there is: whatever the scheme, the room between the last two halves each time, so
// some index has a bit for each insertion.
TEST(PlaceIndexLaw, BetweenTheLastTwoLengthGrowsByAByteForAboutSix) {
  Row row;
  row.insert(0);
  row.insert(1);
  for (std::size_t i = 0; i < kInsertions; ++i) {
    const std::size_t place = 1 + i / 2;
    row.insert(place);
    ASSERT_TRUE(row.fits(place));
  }
  EXPECT_LE(row.longest, kInsertions / 5);
  EXPECT_LE(row.longest, kIndexBytesMax / 2);
}

TEST(PlaceIndexLaw, BeyondTheLimitAnInsertionIsRefused) {
  Row row;
  const std::string longest(kIndexBytesMax, '\x80');
  ASSERT_TRUE(valid_index(longest));
  row.siblings = {{longest, {1, tree_writer(1), 0}}, {longest, {2, tree_writer(1), 0}}};
  const PlaceKey lower = row.siblings[0].key();
  const PlaceKey upper = row.siblings[1].key();
  EXPECT_EQ(index_between(&lower, &upper).code(), Code::too_large);
  EXPECT_TRUE(index_between(nullptr, &lower).ok());
  EXPECT_TRUE(index_between(&upper, nullptr).ok());
  EXPECT_FALSE(valid_index(longest + "\x80"));
}

TEST(PlaceIndexLaw, NumbersHaveTheBytesOfTheFormat) {
  Row row;
  std::vector<std::string> expected{"\x80",    "\x90", "\xa0", "\xb0", std::string("\xc0\0", 2),
                                    "\xc0\x10"};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(row.insert(i), expected[i]);
  EXPECT_EQ(row.insert(0), "\x70");
  EXPECT_EQ(row.insert(2), "\x88");
}

TEST(PlaceIndexLaw, RefusesWhatIsNoIndex) {
  const std::string tie = '\0' + std::string(44, 'x');
  const std::string least("\x04\0\0\0\0", 5);
  for (const std::string& good :
       {std::string("\x80"), "\x80" + tie + "\x80", "\x80" + tie + "\x80" + tie + "\x7f",
        least + "\x80", std::string("\x04\0\0\0\1", 5)}) {
    EXPECT_TRUE(valid_index(good));
  }
  for (const std::string& bad :
       {std::string(), tie, tie + "\x80", "\x80" + tie, "\x80" + tie + tie + "\x80", least,
        least + tie + "\x80", "\x80" + least, std::string("\x01"), std::string("\x03"),
        std::string("\xfc"), std::string("\xff\xff\xff\xff\xff\xff"), std::string("\xc0"),
        std::string("\x3f"), "\x80" + tie.substr(0, 44)}) {
    EXPECT_FALSE(valid_index(bad));
  }
}

}  // namespace
}  // namespace gs::tree
