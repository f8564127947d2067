// Goal: a run that tried nothing never looks like one in which all held.
// Method: arguments at the edges of what is understood, and beyond, for a program that counts.

#include "tests/seeds.h"

#include <gtest/gtest.h>

#include <vector>

namespace gs::testing {
namespace {

struct Tried {
  int status = 0;
  std::vector<std::uint64_t> seeds;
};

Tried try_with(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "program");
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  Tried tried;
  tried.status = try_seeds(static_cast<int>(argv.size()), argv.data(),
                           {.usage = "program",
                            .run =
                                [&](std::uint64_t seed) {
                                  tried.seeds.push_back(seed);
                                  return std::string(seed == 13 ? "bad luck" : "");
                                },
                            .totals = [] { return std::string("all held"); }});
  return tried;
}

TEST(Seeds, AreTriedOneAfterTheOtherUntilOneFails) {
  const Tried held = try_with({"--count", "3", "--seed", "7"});
  EXPECT_EQ(held.status, 0);
  EXPECT_EQ(held.seeds, (std::vector<std::uint64_t>{7, 8, 9}));
  const Tried failed = try_with({"--seed", "12"});
  EXPECT_EQ(failed.status, 1);
  EXPECT_EQ(failed.seeds, (std::vector<std::uint64_t>{12, 13}));
}

// So many seconds that their end lies in the past: nothing ran, and every promise held.
TEST(Seeds, NumbersThatWouldRunNothingAreRefused) {
  const std::vector<std::vector<std::string>> misuses{
      {"--seconds", "0"},  {"--seconds", "100000000"},
      {"--seconds", "-1"}, {"--seconds", "99999999999999999999"},
      {"--count", "0"},    {"--count", "x"},
      {"--count", ""},     {"--seed", "1x"},
      {"--seed", " 1"},    {"--seed", "18446744073709551616"},
      {"--count"},         {"--directory", "x"}};
  for (const auto& arguments : misuses) {
    SCOPED_TRACE(arguments.front() + " " + arguments.back());
    const Tried tried = try_with(arguments);
    EXPECT_EQ(tried.status, 2);
    EXPECT_TRUE(tried.seeds.empty());
  }
}

TEST(Seeds, LimitsAreExact) {
  const Tried longest = try_with({"--seconds", "99999999", "--count", "1"});
  EXPECT_EQ(longest.status, 0);
  EXPECT_EQ(longest.seeds, std::vector<std::uint64_t>{1});
  const Tried last = try_with({"--seed", "18446744073709551615", "--count", "1"});
  EXPECT_EQ(last.seeds, std::vector<std::uint64_t>{~std::uint64_t{0}});
}

}  // namespace
}  // namespace gs::testing
