// Goal: whatever people do to copies of a text, all who know the same edits have the same text, the
// one that the FugueMax paper defines, and are told how to get from the old text to the new one.
// Method: random histories with conflicts, judged by a tree that shares nothing with the code.
#include <gtest/gtest.h>

#include <cstdlib>

#include "gs/base/test_share.h"
#include "gs/core/crdt/text/test_history.h"

namespace gs::crdt {
namespace {

using testing::HistoryShape;
using testing::TestHistory;
using testing::TestOperation;

std::uint64_t seeds(std::uint64_t usual) {
  const char* const more = std::getenv("GS_RUNS");
  return more == nullptr ? usual / gs::testing::kSanitizedShare : std::strtoull(more, nullptr, 10);
}

bool sound(const Text& text) {
  const Tracker* const tracker = text.history().tracker();
  return text.rope().check() && (tracker == nullptr || tracker->tree().check());
}

// What went wrong, or "".
std::string converge(std::uint64_t seed, const HistoryShape& shape) {
  const TestHistory history(seed, shape);
  const std::string expected = history.expected();
  for (Place order = 0; order < 4; ++order) {
    // Long enough for the usual limits are only traces.
    Text text(TrackerLimits{.lag_max = order * order, .small = 2 + 5 * order});
    std::string told;
    for (const TestOperation& operation : history.shuffled(seed * 3 + order)) {
      Changes changes;
      const Error error = testing::apply(text, operation, &changes);
      if (error) return error.text();
      told = testing::changed(told, changes);
      if (!sound(text)) return "a sum is wrong";
      if (told != text.text()) return "the changes are not what happened";
    }
    if (text.text() != expected) return "'" + text.text() + "' is not '" + expected + "'";
  }
  return "";
}

void expect_converging(const HistoryShape& shape, std::uint64_t count) {
  for (std::uint64_t seed = 1; seed <= seeds(count); ++seed) {
    ASSERT_EQ(converge(seed, shape), "") << "seed " << seed;
  }
}

TEST(TextConvergence, AllOrdersGiveTheTextOfTheOracle) { expect_converging({}, 150); }

TEST(TextConvergence, WithInsertionsAtFewPlacesOnly) {
  expect_converging({.copies = 6, .steps = 30, .edits_max = 2, .erase_percent = 0}, 150);
}

TEST(TextConvergence, WithManyDeletions) { expect_converging({.erase_percent = 50}, 100); }

TEST(TextConvergence, WithTwoCopiesThatOftenMeet) {
  expect_converging({.copies = 2, .merge_percent = 60}, 200);
  expect_converging({.copies = 3, .merge_percent = 70}, 200);
}

TEST(TextConvergence, WithRareMergesAndManyWriters) {
  expect_converging({.writers = 9, .copies = 12, .merge_percent = 15}, 100);
}

// A root takes from all events before it that everything later knew them; a tracker that stood on
// one of those had no place for the root's units.
TEST(TextConvergence, WithManyRoots) {
  expect_converging({.copies = 9, .merge_percent = 20, .roots = true}, 60);
  expect_converging({.copies = 3, .merge_percent = 60, .roots = true}, 200);
}

TEST(TextConvergence, OlderTextsAndDifferencesAreThoseOfTheOracle) {
  for (std::uint64_t seed = 1; seed <= seeds(60); ++seed) {
    const TestHistory history(seed, {.steps = 30});
    const testing::Oracle& oracle = history.oracle();
    Text text;
    for (const TestOperation& operation : history.shuffled(seed)) {
      ASSERT_TRUE(testing::apply(text, operation).ok()) << "seed " << seed;
    }
    if (oracle.size() == 0) continue;
    std::mt19937_64 random(seed);
    std::string before;
    std::vector<EventId> from;
    for (int i = 0; i < 8; ++i) {
      auto set = oracle.closure(static_cast<int>(random() % static_cast<unsigned>(oracle.size())));
      const auto more =
          oracle.closure(static_cast<int>(random() % static_cast<unsigned>(oracle.size())));
      for (std::size_t j = 0; j < set.size(); ++j) set[j] = set[j] || more[j];
      const std::string expected = oracle.text(set);
      const auto to = testing::version_of(text, oracle, set);
      ASSERT_EQ(text.text_at(to).value(), expected) << "seed " << seed;
      const Changes changes = text.diff(from, to).value();
      ASSERT_EQ(testing::changed(before, changes), expected) << "seed " << seed;
      before = expected;
      from = to;
    }
    ASSERT_EQ(text.text(), history.expected());
  }
}

TEST(TextConvergence, ASnapshotGoesOnAsTheTextThatItWasMadeOf) {
  for (std::uint64_t seed = 1; seed <= seeds(60); ++seed) {
    const TestHistory history(seed, {});
    Text text;
    std::size_t step = 0;
    for (const TestOperation& operation : history.shuffled(seed)) {
      ASSERT_TRUE(testing::apply(text, operation).ok());
      if (++step % 5 != 0) continue;
      const Buffer saved = text.save().value();
      text = Text::load(saved).value();
      ASSERT_EQ(text.save().value(), saved);
    }
    ASSERT_EQ(text.text(), history.expected()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace gs::crdt
