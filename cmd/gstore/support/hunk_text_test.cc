// Goal: what differs in a text is shown short and in its lines, whatever the text is.
// Method: frozen examples.
#include "cmd/gstore/support/hunk_text.h"

#include <gtest/gtest.h>

#include "cmd/gstore/support/json_text.h"

namespace gs::cli {
namespace {

FieldDifference field_of(std::string_view before, std::vector<TextHunk> hunks) {
  FieldDifference field;
  field.field = "body";
  append_json_string(before, field.before_json);
  field.hunks = std::move(hunks);
  return field;
}

using Lines = std::vector<std::string>;

TEST(HunkText, AHunkHasALittleAroundIt) {
  const std::string begin(100, 'a');
  const std::string end(100, 'z');
  EXPECT_EQ(hunk_lines(field_of("the quick fox", {{4, 4, "quick", "slow"}}), false),
            (Lines{"@@ -4,5 +4,4 @@ the [-quick-]{+slow+} fox"}));
  EXPECT_EQ(
      hunk_lines(field_of(begin + "the quick fox" + end, {{104, 104, "quick", "slow"}}), false),
      (Lines{"@@ -104,5 +104,4 @@ …aaaaaaaaaaaaaaaathe [-quick-]{+slow+} foxzzzzzzzzzzzzzzzz…"}));
  EXPECT_EQ(hunk_lines(field_of("x", {{1, 1, "", "new"}}), false),
            (Lines{"@@ -1,0 +1,3 @@ x{+new+}"}));
  EXPECT_EQ(hunk_lines(field_of("xy", {{0, 0, "x", ""}}), false),
            (Lines{"@@ -0,1 +0,0 @@ [-x-]y"}));
}

TEST(HunkText, NothingOfOtherHunksIsAroundOne) {
  EXPECT_EQ(
      hunk_lines(field_of("the quick fox sat", {{4, 4, "quick", "slow"}, {14, 13, "sat", "ran"}}),
                 false),
      (Lines{"@@ -4,5 +4,4 @@ the [-quick-]{+slow+} fox …",
             "@@ -14,3 +13,3 @@ … fox [-sat-]{+ran+}"}));
}

TEST(HunkText, CharactersAreCountedAndEscaped) {
  EXPECT_EQ(hunk_lines(field_of("😀\nпривіт", {{2, 2, "привіт", "a\tb\x1b"}}), false),
            (Lines{"@@ -2,6 +2,4 @@ 😀\\n[-привіт-]{+a\\tb\\u001b+}"}));
}

TEST(HunkText, OfMuchThatDiffersTheEndsAreShown) {
  const std::string removed = "a" + std::string(1'000'000, 'b') + "c";
  const std::string b59(59, 'b');
  EXPECT_EQ(hunk_lines(field_of(removed, {{0, 0, removed, "new"}}), false),
            (Lines{"@@ -0,1000002 +0,3 @@ [-a" + b59 + "…" + b59 + "c-]{+new+}"}));
}

TEST(HunkText, ColoursAreAroundTheMarks) {
  EXPECT_EQ(hunk_lines(field_of("x", {{0, 0, "x", "y"}}), true),
            (Lines{"@@ -0,1 +0,1 @@ \x1b[31m[-x-]\x1b[0m\x1b[32m{+y+}\x1b[0m"}));
}

TEST(HunkText, OfLongValuesTheEndsAreShown) {
  EXPECT_EQ(short_value("[1,2]"), "[1,2]");
  EXPECT_EQ(short_value("\"short\\n\""), "\"short\\n\"");
  const std::string ends(60, 'a');
  EXPECT_EQ(short_value('"' + ends + ends + '"'), '"' + ends + ends + '"');
  EXPECT_EQ(short_value('"' + ends + "-" + ends + '"'),
            '"' + ends + "…" + ends + "\" (121 characters)");
}

}  // namespace
}  // namespace gs::cli
