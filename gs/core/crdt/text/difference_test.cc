// Differences of texts lead from one to the other, and are small.
#include "gs/core/crdt/text/difference.h"

#include <gtest/gtest.h>

#include <random>

#include "gs/core/crdt/text/rope.h"

namespace gs::crdt {
namespace {

std::string changed(const std::string& from, const Difference& difference) {
  Rope rope;
  rope.assign(from);
  std::string_view text = difference.text;
  for (const EditRun& run : difference.runs) {
    if (run.edit == Edit::erase) {
      rope.erase(run.pos, run.count);
      continue;
    }
    const std::size_t bytes = bytes_of_points(text, run.count);
    rope.insert(run.pos, text.substr(0, bytes));
    text.remove_prefix(bytes);
  }
  EXPECT_TRUE(text.empty());
  return rope.text();
}

std::uint32_t size_of(const Difference& difference) {
  std::uint32_t size = 0;
  for (const EditRun& run : difference.runs) size += run.count;
  return size;
}

TEST(TextDifference, OfEqualTextsIsNothing) {
  EXPECT_TRUE(difference("", "").runs.empty());
  EXPECT_TRUE(difference("привіт", "привіт").runs.empty());
}

TEST(TextDifference, IsAsSmallAsWhatWasTyped) {
  const Difference typed = difference("The dog sat.", "The black dog sat down.");
  EXPECT_EQ(typed.runs, (std::vector<EditRun>{{Edit::insert, 4, 6}, {Edit::insert, 17, 5}}));
  EXPECT_EQ(typed.text, "black  down");
}

TEST(TextDifference, ReplacesAWordAsOnePiece) {
  // An `o` is in both words.
  const Difference word = difference("hello world", "goodbye world");
  EXPECT_EQ(word.runs, (std::vector<EditRun>{{Edit::erase, 0, 5}, {Edit::insert, 0, 7}}));
}

TEST(TextDifference, CutsNoCodePoint) {
  // Both differ in their last byte only, and in their first byte only.
  const std::string e_acute = "\xc3\xa9";
  const std::string e_grave = "\xc3\xa8";
  const std::string other = "\xd0\xa9";
  EXPECT_EQ(difference(e_acute, e_grave).text, e_grave);
  EXPECT_EQ(difference(e_acute, other).text, other);
  EXPECT_EQ(changed("a" + e_acute + "b", difference("a" + e_acute + "b", "a" + other + "b")),
            "a" + other + "b");
}

TEST(TextDifference, OfLargeTextsThatHaveNothingInCommonIsOneReplacement) {
  const std::string from(200'000, 'a');
  const std::string to(200'000, 'b');
  EXPECT_EQ(difference(from, to).runs.size(), 2u);
}

// On each of a thousand diagonals ten million letters are alike.
TEST(TextDifference, OfLargeTextsThatRepeatThemselvesIsFoundSoon) {
  std::string from(10'000'000, 'a');
  std::string to = from;
  for (std::size_t i = 0; i < 300; ++i) {
    from[i * 30'000] = 'b';
    to[i * 30'000 + 50 + i] = 'c';
  }
  EXPECT_EQ(difference(from, to).runs.size(), 2u);
}

TEST(TextDifferenceLaw, LeadsFromOneTextToTheOther) {
  std::mt19937 random(1);
  static constexpr const char* kLetters[] = {"a", "b", "\xc3\xa9", "\xd0\xa9"};
  const auto some = [&] {
    std::string text;
    for (auto left = random() % 40; left != 0; --left) text += kLetters[random() % 4];
    return text;
  };
  for (int i = 0; i < 2000; ++i) {
    const std::string from = some();
    const std::string to = some();
    const Difference found = difference(from, to);
    ASSERT_EQ(changed(from, found), to) << "from " << from;
    ASSERT_LE(size_of(found), measure(from).points + measure(to).points);
  }
}

}  // namespace
}  // namespace gs::crdt
