// Goal: errors carry code and message to the top; results never hand out what they do not hold.
#include "globalstorage/error.h"

#include <gtest/gtest.h>

#include "globalstorage/result.h"

namespace gs {
namespace {

// The numbers are in files and on wires: this list only grows.
TEST(Code, NumbersNeverChange) {
  const std::pair<Code, int> frozen[] = {{Code::ok, 0},
                                         {Code::not_found, 1},
                                         {Code::conflict, 2},
                                         {Code::invalid, 3},
                                         {Code::too_large, 4},
                                         {Code::broken_chain, 5},
                                         {Code::damaged, 6},
                                         {Code::bad_signature, 7},
                                         {Code::io, 8},
                                         {Code::no_space, 9},
                                         {Code::read_only, 10},
                                         {Code::locked, 11},
                                         {Code::newer_format, 12},
                                         {Code::exists, 13},
                                         {Code::failed, 14},
                                         {Code::erased, 15},
                                         {Code::unsupported, 16},
                                         {Code::not_a_storage, 17},
                                         {Code::unreachable, 18},
                                         {Code::closed, 19}};
  for (const auto& [code, number] : frozen) EXPECT_EQ(static_cast<int>(code), number);
}

TEST(Code, EveryCodeHasItsWordMeaningAndAdvice) {
  EXPECT_STREQ(code_name(Code::broken_chain), "broken_chain");
  EXPECT_STREQ(code_meaning(Code::exists), "the thing to create is there already");
  EXPECT_EQ(code_advice(Code::damaged), Advice::repair);
  EXPECT_EQ(code_advice(Code::locked), Advice::retry);
  EXPECT_EQ(code_advice(Code::closed), Advice::reopen);
  EXPECT_EQ(code_advice(Code::invalid), Advice::none);
  EXPECT_STREQ(code_name(Code::ok), "ok");
}

TEST(Code, ANumberOfANewerVersionHasWordsToo) {
  const Code newer = static_cast<Code>(60'000);
  EXPECT_STREQ(code_name(newer), "unknown");
  EXPECT_STRNE(code_meaning(newer), "");
  EXPECT_EQ(code_advice(newer), Advice::none);
}

TEST(Error, SuccessIsEmpty) {
  const Error error;
  EXPECT_TRUE(error.ok());
  EXPECT_FALSE(error);
  EXPECT_EQ(error.code(), Code::ok);
  EXPECT_EQ(error.message(), "");
  EXPECT_EQ(error.text(), "ok");
  EXPECT_EQ(sizeof error, sizeof(void*));
}

TEST(Error, ContextIsPutBeforeTheMessage) {
  Error error = Error(Code::io, "disk on fire").in("append").in("log/00000001.gsl");
  EXPECT_EQ(error.text(), "io: log/00000001.gsl: append: disk on fire");
  EXPECT_EQ(error.copy().text(), error.text());
  EXPECT_TRUE(Error().in("nowhere").ok());
  EXPECT_TRUE(Error().copy().ok());
}

Result<int> half(int number) {
  if (number % 2 != 0) return Error(Code::invalid, "odd");
  return number / 2;
}

Result<int> quarter(int number) {
  GS_TRY(const int once, half(number));
  GS_TRY(const int twice, half(once));
  return twice;
}

Error check_quarter(int number) {
  GS_TRY_OK(quarter(number).error().copy());
  return Error();
}

TEST(Result, HoldsTheValueOrTheErrorThatTookItsPlace) {
  EXPECT_EQ(quarter(12).value(), 3);
  EXPECT_EQ(quarter(6).code(), Code::invalid);
  EXPECT_EQ(check_quarter(6).message(), "odd");
  EXPECT_TRUE(check_quarter(12).ok());
}

#if GTEST_HAS_DEATH_TEST
TEST(ResultDeathTest, ReadingTheValueOfAFailureStopsTheProgram) {
  EXPECT_DEATH(half(1).value(), "invalid: odd");
}

TEST(ErrorDeathTest, AnErrorWithoutACodeIsOurMistake) {
  EXPECT_DEATH(Error(Code::ok, "nothing").ignore(), "code != Code::ok");
}
#endif

}  // namespace
}  // namespace gs
