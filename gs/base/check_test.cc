// Goal: a failed check names itself, reaches the handler, and always ends the program.
#include "gs/base/check.h"

#include <gtest/gtest.h>

#include <cstdio>

namespace gs {
namespace {

void shout(const char* expression, const char*, int) noexcept {
  std::fputs("handler saw ", stderr);
  std::fputs(expression, stderr);
}

TEST(Check, ATrueExpressionDoesNothing) { GS_CHECK(1 + 1 == 2); }

TEST(Check, TheHandlerIsReturnedByTheNextOne) {
  const CheckHandler usual = set_check_handler(&shout);
  EXPECT_EQ(set_check_handler(nullptr), &shout);
  EXPECT_EQ(set_check_handler(usual), usual);
}

#if GTEST_HAS_DEATH_TEST
TEST(CheckDeathTest, AFailureIsPrintedWithItsPlace) {
  EXPECT_DEATH(GS_CHECK(2 + 2 == 5), "check failed: 2 \\+ 2 == 5 at .*check_test.cc:[1-9]");
}

TEST(CheckDeathTest, AHandlerThatReturnsDoesNotSaveTheProgram) {
  EXPECT_DEATH(
      {
        set_check_handler(&shout);
        GS_CHECK(false);
      },
      "handler saw false");
}
#endif

}  // namespace
}  // namespace gs
