// Goal: scripts can rely on exit statuses, and every error says what to do next.
// Method: the documented table, and each code of the one list.
#include "cmd/gstore/support/exit_code.h"

#include <gtest/gtest.h>

namespace gs::cli {
namespace {

constexpr Code kCodes[] = {
#define GS_CODE(name, number, advice, meaning) Code::name,
#include "globalstorage/code.def"
#undef GS_CODE
};

TEST(ExitCode, NumbersAreFrozen) {
  EXPECT_EQ(static_cast<int>(Exit::ok), 0);
  EXPECT_EQ(static_cast<int>(Exit::failure), 1);
  EXPECT_EQ(static_cast<int>(Exit::usage), 2);
  EXPECT_EQ(static_cast<int>(Exit::unverified), 3);
  EXPECT_EQ(static_cast<int>(Exit::conflict), 4);
  EXPECT_EQ(static_cast<int>(Exit::unreachable), 5);
  EXPECT_EQ(static_cast<int>(Exit::not_found), 6);
}

TEST(ExitCode, FollowsTheCode) {
  EXPECT_EQ(exit_of(Code::ok), Exit::ok);
  EXPECT_EQ(exit_of(Code::not_found), Exit::not_found);
  EXPECT_EQ(exit_of(Code::erased), Exit::not_found);
  EXPECT_EQ(exit_of(Code::dropped), Exit::not_found);
  EXPECT_EQ(exit_of(Code::conflict), Exit::conflict);
  EXPECT_EQ(exit_of(Code::unreachable), Exit::unreachable);
  EXPECT_EQ(exit_of(Code::damaged), Exit::unverified);
  EXPECT_EQ(exit_of(Code::broken_chain), Exit::unverified);
  EXPECT_EQ(exit_of(Code::bad_signature), Exit::unverified);
  EXPECT_EQ(exit_of(Code::invalid), Exit::failure);
  EXPECT_EQ(exit_of(Code::locked), Exit::failure);
  EXPECT_EQ(exit_of(Code::not_a_storage), Exit::not_found);
}

TEST(ExitCode, EveryErrorHasANextStep) {
  for (const Code code : kCodes) {
    EXPECT_NE(std::string(next_step(code)), "") << code_name(code);
    EXPECT_NE(exit_of(code), Exit::ok) << code_name(code);
    EXPECT_NE(exit_of(code), Exit::usage) << code_name(code);
  }
}

TEST(ExitCode, SentencesGetTheNextStepOnlyWhenTheyLackOne) {
  EXPECT_EQ(sentences(Error(Code::locked, "./gs: locked by process 7")),
            "./gs: locked by process 7. Wait until that process is done, or stop it.");
  EXPECT_EQ(sentences(Error(Code::locked, "./gs: locked. Ask Ann")), "./gs: locked. Ask Ann.");
  EXPECT_EQ(sentences(Error(Code::no_space, "a.gsl: full; free some space and try again")),
            "a.gsl: full; free some space and try again.");
}

TEST(ExitCode, WhatIsTooLargeIsNotAlwaysForABlob) {
  const auto of = [](const char* message) { return sentences(Error(Code::too_large, message)); };
  EXPECT_EQ(of("query: sort: 17 fields, the limit is 16"),
            "query: sort: 17 fields, the limit is 16. Simplify the query, or split it into "
            "several.");
  EXPECT_EQ(of("code:1:9: a query of 9 bytes, the limit is 8"),
            "code:1:9: a query of 9 bytes, the limit is 8. Simplify the query, or split it into "
            "several.");
  EXPECT_EQ(of("row 7: a key of City(name) unique has more than 64 KiB"),
            "row 7: a key of City(name) unique has more than 64 KiB. Give the fields of that key "
            "shorter values.");
  EXPECT_EQ(of("'a query of mine' has 9 bytes, the limit is 8"),
            "'a query of mine' has 9 bytes, the limit is 8. Make it smaller, or store it with "
            "`gstore blob put`.");
  EXPECT_EQ(of("query: group: too many groups. Give a filter"),
            "query: group: too many groups. Give a filter.");
}

TEST(ExitCode, JsonErrorsHaveCodeMessageAndAdvice) {
  EXPECT_EQ(error_json(Error(Code::locked, "a \"b\"\xFF. Wait")),
            "{\"error\":{\"code\":\"locked\",\"message\":\"a \\\"b\\\"\xEF\xBF\xBD. Wait.\","
            "\"advice\":\"retry\"}}");
}

}  // namespace
}  // namespace gs::cli
