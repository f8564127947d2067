// Differences of texts lead from one to the other, and are small.
#include "gs/core/crdt/text/difference.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

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

RC_GTEST_PROP(TextDifferenceLaw, LeadsFromOneTextToTheOther, ()) {
  const auto letters =
      rc::gen::elementOf(std::vector<std::string>{"a", "b", "\xc3\xa9", "\xd0\xa9"});
  const auto parts = rc::gen::container<std::vector<std::string>>(letters);
  std::string from;
  std::string to;
  for (const std::string& part : *parts) from += part;
  for (const std::string& part : *parts) to += part;
  const Difference found = difference(from, to);
  RC_ASSERT(changed(from, found) == to);
  RC_ASSERT(size_of(found) <= measure(from).points + measure(to).points);
}

}  // namespace
}  // namespace gs::crdt
