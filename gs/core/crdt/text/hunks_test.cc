// Goal: hunks make one text of the other, are what a person would point at, and cost little,
// whatever the texts are.
// Method: frozen examples, random texts, and large ones at the bounds, timed with much room.
#include "gs/core/crdt/text/hunks.h"

#include <gtest/gtest.h>

#include <random>

#include "gs/base/test_share.h"
#include "gs/core/crdt/text/measure.h"

namespace gs::crdt {
namespace {

constexpr std::size_t kLarge = 10'000'000 / gs::testing::kSanitizedShare;

// "4:4-quick+slow" for each.
std::string told_hunks(std::string_view before, std::string_view after) {
  std::string told;
  for (const Hunk& hunk : text_hunks(before, after)) {
    if (!told.empty()) told += ' ';
    told += std::to_string(hunk.before) + ':' + std::to_string(hunk.after);
    told.append("-").append(hunk.removed).append("+").append(hunk.inserted);
  }
  return told;
}

// Checks on the way that they ascend, and that something is alike between them.
std::string with_hunks(std::string_view before, const std::vector<Hunk>& hunks) {
  std::string made;
  std::uint64_t at = 0;
  std::uint64_t after = 0;
  for (const Hunk& hunk : hunks) {
    EXPECT_FALSE(hunk.removed.empty() && hunk.inserted.empty());
    EXPECT_TRUE(at == 0 || hunk.before > at);
    const std::size_t alike = bytes_of_points(before, static_cast<std::uint32_t>(hunk.before - at));
    after += hunk.before - at;
    EXPECT_EQ(after, hunk.after);
    made += before.substr(0, alike);
    before.remove_prefix(alike);
    EXPECT_EQ(before.substr(0, hunk.removed.size()), hunk.removed);
    before.remove_prefix(hunk.removed.size());
    made += hunk.inserted;
    after += measure(hunk.inserted).points;
    at = hunk.before + measure(hunk.removed).points;
  }
  return made.append(before);
}

// Whether it is right; that its work has a bound, the time limit of the tests tells.
std::vector<Hunk> right_hunks(std::string_view before, std::string_view after) {
  std::vector<Hunk> hunks = text_hunks(before, after);
  EXPECT_LE(hunks.size(), kHunksMax);
  EXPECT_TRUE(with_hunks(before, hunks) == after);
  return hunks;
}

std::string random_letters(std::size_t count, std::uint32_t seed, const std::string& letters) {
  std::string text(count, ' ');
  for (char& letter : text) {
    seed = seed * 1'664'525 + 1'013'904'223;
    letter = letters[(seed >> 16) % letters.size()];
  }
  return text;
}

TEST(TextHunks, AreTheWordsThatDiffer) {
  EXPECT_EQ(told_hunks("", ""), "");
  EXPECT_EQ(told_hunks("same", "same"), "");
  EXPECT_EQ(told_hunks("", "new"), "0:0-+new");
  EXPECT_EQ(told_hunks("old", ""), "0:0-old+");
  EXPECT_EQ(told_hunks("the quick fox", "the slow fox"), "4:4-quick+slow");
  EXPECT_EQ(told_hunks("the quick fox sat", "the slow fox sat down"),
            "4:4-quick+slow 17:16-+ down");
  EXPECT_EQ(told_hunks("One, two. Six.", "Five cups. Six."), "0:0-One, two+Five cups");
}

TEST(TextHunks, AreTheLettersOfWordsThatStayMostly) {
  EXPECT_EQ(told_hunks("the colour of", "the color of"), "8:8-u+");
  EXPECT_EQ(told_hunks("hello world", "goodbye world"), "0:0-hello+goodbye");
  const std::string word(1000, 'w');
  EXPECT_EQ(told_hunks("a" + word + "b" + word + "c", "x" + word + "b" + word + "y"),
            "0:0-a+x 2002:2002-c+y");
}

TEST(TextHunks, CountCodePointsAndCutNone) {
  EXPECT_EQ(told_hunks("😀 привіт світ", "😀 привіт всім"), "9:9-світ+всім");
  EXPECT_EQ(told_hunks("a\xc3\xa9z", "a\xc3\xa8z"), "1:1-\xc3\xa9+\xc3\xa8");
  EXPECT_EQ(told_hunks("a\xc3\xa9z", "a\xd0\xa9z"), "1:1-\xc3\xa9+\xd0\xa9");
  EXPECT_EQ(told_hunks("Київ і Львів", "Київ, Одеса і Львів"), "4:4-+, 5:6-+Одеса ");
}

TEST(TextHunks, OfLinesThatDifferAreFoundFarApart) {
  std::string before;
  for (int i = 0; before.size() < kLarge; ++i) {
    before += "line " + std::to_string(i) + " is as it was\n";
  }
  std::string after = before;
  const std::size_t near = after.find("line 50000 is") + 11;
  after.replace(near, 2, "was");
  after.insert(5, "number ");
  after += "the end";
  const std::vector<Hunk> hunks = right_hunks(before, after);
  ASSERT_EQ(hunks.size(), 3u);
  EXPECT_EQ(hunks[0].inserted, "number ");
  EXPECT_EQ(hunks[1].before, near);
  EXPECT_EQ(hunks[1].inserted, "wa");
  EXPECT_EQ(hunks[2].before, before.size());
}

TEST(TextHunks, OfMoreLinesThanASearchFollowsAreFoundBetweenThoseThatStay) {
  std::string before;
  std::string after;
  for (int i = 0; i < 900; ++i) {
    const std::string number = std::to_string(i);
    before += "a line that stays " + number + "\n\n}\na line that goes\n";
    after += "a line that stays " + number + "\n\n}\na line that comes\n";
  }
  const std::vector<Hunk> hunks = right_hunks(before, after);
  ASSERT_EQ(hunks.size(), 900u);
  for (const Hunk& hunk : hunks)
    EXPECT_EQ(std::string(hunk.removed) + std::string(hunk.inserted), "gocom");
}

TEST(TextHunks, OfLargeTextsThatDifferWhollyIsOne) {
  GS_TEST_OF_VOLUME();
  const std::string before = random_letters(kLarge, 1, "abcdefgh \n");
  EXPECT_EQ(right_hunks(before, random_letters(kLarge, 2, "ijklmnop \n")).size(), 1u);
  const auto some = [](std::uint32_t seed) {
    return random_letters(1'000'000, seed, "abcdefgh \n");
  };
  right_hunks(some(1), some(2));  // some lines are alike
  EXPECT_EQ(right_hunks(std::string(kLarge, 'a'), std::string(kLarge, 'b')).size(), 1u);
}

// On each of a thousand diagonals all these letters are alike.
TEST(TextHunks, OfLargeTextsThatRepeatThemselvesCostLittle) {
  GS_TEST_OF_VOLUME();
  std::string before(kLarge, 'a');
  std::string after = before;
  for (std::size_t i = 0; i < 300; ++i) {
    before[i * (kLarge / 300)] = 'b';
    after[i * (kLarge / 300) + 50 + i] = 'c';
  }
  EXPECT_GE(right_hunks(before, after).size(), 1u);
  for (const char end : {'\n', ' '}) {
    std::string lines = before;
    std::string others = after;
    for (std::size_t i = 1; i < lines.size(); i += 2) lines[i] = others[i] = end;
    EXPECT_GE(right_hunks(lines, others).size(), 1u);
  }
}

TEST(TextHunks, AreAtMostAsManyAsAnybodyLooksAt) {
  std::string before;
  std::string after;
  for (int i = 0; i < 200; ++i) {
    const std::string number = std::to_string(i) + '\n';
    before += number + "a line of words that stay and some of them go away\n";
    after += number + "a line or words than stay anc some on them gone awry\n";
  }
  const std::vector<Hunk> hunks = right_hunks(before, after);
  EXPECT_EQ(hunks.size(), kHunksMax);
  EXPECT_GT(hunks.back().removed.size(), 100u) << "the rest is in the last one";
}

TEST(TextHunksLaw, MakeOneTextOfTheOther) {
  std::mt19937 random(7);
  static constexpr const char* kParts[] = {"a", "word ", "\n", "é", "Щ", ", ", "b", "😀"};
  const auto some = [&] {
    std::string text;
    for (auto left = random() % 60; left != 0; --left) text += kParts[random() % 8];
    return text;
  };
  for (int i = 0; i < 3000; ++i) {
    const std::string before = some();
    const std::string after = some();
    ASSERT_EQ(with_hunks(before, text_hunks(before, after)), after) << "of " << before;
    if (::testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace gs::crdt
