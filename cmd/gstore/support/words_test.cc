// Goal: numbers read well and progress bars fit the terminal.
// Method: frozen examples at the edges of each unit.
#include "cmd/gstore/support/words.h"

#include <gtest/gtest.h>

#include "cmd/gstore/support/terminal.h"

namespace gs::cli {
namespace {

TEST(Words, Numbers) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1000), "1,000");
  EXPECT_EQ(with_commas(171075), "171,075");
  EXPECT_EQ(with_commas(~std::uint64_t{0}), "18,446,744,073,709,551,615");
  EXPECT_EQ(count_text(1, "row", "rows"), "1 row");
  EXPECT_EQ(count_text(0, "row", "rows"), "0 rows");
}

TEST(Words, Sizes) {
  EXPECT_EQ(size_text(0), "0 B");
  EXPECT_EQ(size_text(1023), "1023 B");
  EXPECT_EQ(size_text(1024), "1.0 KiB");
  EXPECT_EQ(size_text(std::uint64_t{21} << 20), "21.0 MiB");
  EXPECT_EQ(size_text(~std::uint64_t{0}), "16.0 EiB");
}

TEST(Words, Times) {
  EXPECT_EQ(duration_text(0.9), "0:00:00");
  EXPECT_EQ(duration_text(3661), "1:01:01");
  EXPECT_EQ(duration_text(-1), "0:00:00");
  EXPECT_EQ(duration_text(1e300), "999:00:00");
}

TEST(Words, OfOthersStayOnTheirLine) {
  EXPECT_EQ(one_line("Kyiv \xd0\x9a"), "Kyiv \xd0\x9a");
  EXPECT_EQ(one_line("a\nwriter b\r\x1b[2J\x7f"), "a writer b  [2J ");
  EXPECT_EQ(one_line("\xc2\x9b"
                     "31m\xc2\xa0"),
            "  31m\xc2\xa0");
}

TEST(Words, LinesOfAMessageAreSetIn) {
  EXPECT_EQ(message_lines("wrong\n  a: x\n  b: y"), "wrong\n  a: x\n  b: y");
  EXPECT_EQ(message_lines("wrong\ngstore: ok\n c\n  \x1b[2J\n"), "wrong gstore: ok  c\n   [2J ");
}

TEST(Progress, ShowsBarPercentageNoteAndTime) {
  EXPECT_EQ(progress_line({"import", 50, 100, "89,000 rows", 1.5}, 200),
            "  import  [##############..............]  50 %  89,000 rows  0:00:01");
  EXPECT_EQ(progress_line({"verify", 0, 100, "", 0}, 200),
            "  verify  [............................]   0 %  0:00:00");
  EXPECT_EQ(progress_line({"verify", 300, 100, "", 0}, 200),
            "  verify  [############################] 100 %  0:00:00");
  EXPECT_EQ(progress_line({"import", 5, 0, "7 rows", 0}, 200), "  import    7 rows  0:00:00");
}

TEST(Progress, FitsAnyTerminal) {
  for (std::size_t columns = 0; columns < 90; ++columns) {
    EXPECT_LE(progress_line({"import", 50, 100, "89,000 rows", 1.5}, columns).size(), columns);
  }
}

}  // namespace
}  // namespace gs::cli
