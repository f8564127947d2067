// Goal: a slip of the finger is recognised, and nothing is guessed beyond it.
// Method: frozen examples of each edit, and of words that are too far, too short or too long.
#include "gs/base/nearest.h"

#include <gtest/gtest.h>

namespace gs {
namespace {

const std::vector<std::string> kNames = {"get",          "set",    "insert",  "verify",
                                         "verify-proof", "export", "compact", "completion"};

TEST(Nearest, EachSlipOfTheFinger) {
  EXPECT_EQ(nearest("inser", kNames), "insert");
  EXPECT_EQ(nearest("innsert", kNames), "insert");
  EXPECT_EQ(nearest("imsert", kNames), "insert");
  EXPECT_EQ(nearest("inesrt", kNames), "insert");
  EXPECT_EQ(nearest("ge", kNames), "get");
  EXPECT_EQ(nearest("gte", kNames), "get");
  EXPECT_EQ(nearest("verfiy-prof", kNames), "verify-proof");
}

TEST(Nearest, TheBeginningOfAName) {
  EXPECT_EQ(nearest("exp", kNames), "export");
  EXPECT_EQ(nearest("comp", kNames), "compact");
  EXPECT_EQ(nearest("compl", kNames), "completion");
}

TEST(Nearest, TheLeastDifferentIsMeant) {
  EXPECT_EQ(nearest("sget", kNames), "get");
  EXPECT_EQ(nearest("sett", kNames), "set");
  EXPECT_EQ(nearest("verify-", kNames), "verify");
}

TEST(Nearest, NothingIsGuessedBeyond) {
  EXPECT_EQ(nearest("", kNames), std::nullopt);
  EXPECT_EQ(nearest("ls", kNames), std::nullopt);
  EXPECT_EQ(nearest("nonsense", kNames), std::nullopt);
  EXPECT_EQ(nearest("gxy", kNames), std::nullopt);
  EXPECT_EQ(nearest("inzzzt", kNames), std::nullopt);
  EXPECT_EQ(nearest("get", {}), std::nullopt);
}

TEST(Nearest, LongWordsAreNotCompared) {
  const std::string longest(32, 'a');
  EXPECT_EQ(nearest(longest, {longest.substr(1)}), longest.substr(1));
  EXPECT_EQ(nearest(longest + 'a', {longest}), std::nullopt);
  EXPECT_EQ(nearest(longest, {longest + 'a'}), std::nullopt);
}

}  // namespace
}  // namespace gs
