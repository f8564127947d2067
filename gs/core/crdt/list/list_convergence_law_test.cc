// Goal: whatever people do to copies of a list, all who know the same operations have one list, the
// one that docs/FORMAT.md defines, in whatever order, parts and repetitions they came.
// Method: random histories with conflicts, judged by an oracle that shares nothing with the code;
// and edits here against a vector.
#include <gtest/gtest.h>

#include <cstdlib>

#include "gs/base/test_share.h"
#include "gs/core/crdt/list/test_list_peers.h"

namespace gs::crdt {
namespace {

using testing::ListHistory;
using testing::ListOperation;
using testing::ListShape;

std::uint64_t list_seeds(std::uint64_t usual) {
  const char* const more = std::getenv("GS_RUNS");
  return more == nullptr ? usual / gs::testing::kSanitizedShare : std::strtoull(more, nullptr, 10);
}

// What went wrong, or "".
std::string converge(std::uint64_t seed, const ListShape& shape) {
  const ListHistory history(seed, shape);
  const std::string expected = testing::shown(history.expected());
  for (Place order = 0; order < 4; ++order) {
    // Long enough for the usual limits are only real lists.
    List list(TrackerLimits{.lag_max = order * order, .small = 2 + 5 * order});
    for (const ListOperation& operation : history.shuffled(seed * 3 + order)) {
      const Error error = testing::apply(list, history.oracle(), operation);
      if (error) return error.text();
      if (!testing::sound(list)) return "a sum is wrong";
    }
    const std::string text = testing::shown(testing::values_of(list));
    if (text != expected) return "'" + text + "' is not '" + expected + "'";
    if (list.length() != history.expected().size()) return "another length";
  }
  return "";
}

void expect_lists_converge(const ListShape& shape, std::uint64_t count) {
  for (std::uint64_t seed = 1; seed <= list_seeds(count); ++seed) {
    ASSERT_EQ(converge(seed, shape), "") << "seed " << seed;
  }
}

TEST(ListConvergence, AllOrdersGiveTheListOfTheOracle) { expect_lists_converge({}, 150); }

TEST(ListConvergence, WithManyMovesOfFewElements) {
  expect_lists_converge({.edits_max = 2, .erase = 15, .move = 65, .set = 5}, 150);
}

TEST(ListConvergence, WithManyDeletions) {
  expect_lists_converge({.erase = 40, .move = 20, .set = 10}, 100);
}

TEST(ListConvergence, WithManySets) {
  expect_lists_converge({.erase = 10, .move = 10, .set = 60}, 60);
}

TEST(ListConvergence, WithTwoCopiesThatOftenMeet) {
  expect_lists_converge({.copies = 2, .move = 40, .merge = 60}, 150);
  expect_lists_converge({.copies = 3, .move = 40, .merge = 70}, 150);
}

TEST(ListConvergence, WithRareMergesAndManyWriters) {
  expect_lists_converge({.writers = 9, .copies = 12, .move = 40, .merge = 15}, 80);
}

TEST(ListConvergence, WithManyRoots) {
  expect_lists_converge({.copies = 9, .merge = 20, .roots = true}, 60);
  expect_lists_converge({.copies = 3, .move = 40, .merge = 60, .roots = true}, 100);
}

using Strings = std::vector<std::string>;

// An edit of the list, and the same of a vector.
bool edit_both(List& list, ListDraft& draft, Strings& vector, std::mt19937_64& random) {
  const auto below = [&](std::size_t bound) {
    return static_cast<std::uint32_t>(random() % bound);
  };
  const std::uint32_t kind = vector.empty() ? 0 : below(4);
  const std::uint32_t pos = below(vector.size() + (kind == 0 ? 1 : 0));
  const auto at = vector.begin() + pos;
  const std::string value = testing::list_value(std::to_string(below(1000)));
  if (kind == 0) {
    vector.insert(at, value);
    return list.insert(draft, pos, as_bytes(value)).ok();
  }
  if (kind == 1) {
    const std::uint32_t count = 1 + below(std::min<std::size_t>(3, vector.size() - pos));
    vector.erase(at, at + count);
    return list.erase(draft, pos, count).ok();
  }
  if (kind == 2) {
    const std::uint32_t to = below(vector.size());
    const std::string moved = *at;
    vector.erase(at);
    vector.insert(vector.begin() + to, moved);
    return list.move(draft, pos, to).ok();
  }
  *at = value;
  return list.set(draft, pos, as_bytes(value)).ok();
}

TEST(ListLaw, EditsHereDoWhatTheyDoToAVectorAndTheSameElsewhere) {
  for (std::uint64_t seed = 1; seed <= list_seeds(60); ++seed) {
    std::mt19937_64 random(seed);
    auto peers = testing::make_list_peers(5);
    std::uint64_t hlc = 1;
    for (int round = 0; round < 12; ++round) {
      for (testing::ListPeer& peer : peers) {
        if (random() % 3 == 0) continue;
        Strings vector = testing::values_of(peer.list);
        peer.edit(hlc + random() % 2, [&](ListDraft& draft) {
          for (std::uint64_t edits = random() % 5; edits > 0; --edits) {
            EXPECT_TRUE(edit_both(peer.list, draft, vector, random)) << "seed " << seed;
          }
          return Error();
        });
        ASSERT_EQ(testing::values_of(peer.list), vector) << "seed " << seed;
        ASSERT_TRUE(testing::sound(peer.list));
      }
      hlc += 2;
      const Error error = testing::exchange(peers, random() % 2 == 0);
      ASSERT_FALSE(error) << error.text() << ", seed " << seed;
      for (const testing::ListPeer& peer : peers) {
        ASSERT_EQ(peer.text(), peers[0].text()) << "seed " << seed;
      }
    }
  }
}

// Whether an operation is valid must not depend on what else is known.
TEST(ListLaw, WhatIsInvalidIsInvalidWhateverElseIsThere) {
  std::uint64_t refused = 0;
  std::uint64_t accepted = 0;
  for (std::uint64_t seed = 1; seed <= list_seeds(60); ++seed) {
    const ListHistory history(seed, {.steps = 25});
    std::mt19937_64 random(seed);
    for (const ListOperation& operation : history.operations()) {
      // Something that may be valid, by somebody new, on what this operation stands on.
      ListOperation made = operation;
      made.writer = 14;
      made.first_seq = 0;
      made.hlc = operation.hlc + random() % 2;
      ListEditsWriter edits;
      const auto slots = history.oracle().slots(history.oracle().below(operation.parents));
      const auto pos = static_cast<std::uint32_t>(random() % (slots + 2));
      const auto to = static_cast<std::uint32_t>(random() % (slots + 1));
      const ListEdit kinds[] = {ListEdit::insert, ListEdit::erase, ListEdit::move, ListEdit::set};
      const ListEdit kind = kinds[random() % 4];
      edits.add({kind, pos, 1, to});
      if (kind == ListEdit::insert || kind == ListEdit::set)
        edits.add_value(as_bytes(testing::list_value("new")));
      made.edits = edits.bytes();
      Code codes[2] = {};
      for (const bool early : {true, false}) {
        List list;
        const auto known = history.oracle().below(operation.parents);
        for (const ListOperation& other : history.operations()) {
          const bool needed = known[static_cast<std::size_t>(other.events.back())];
          if (early && !needed) continue;
          ASSERT_FALSE(testing::apply(list, history.oracle(), other)) << "seed " << seed;
        }
        const auto before = testing::values_of(list);
        const Code code = testing::apply(list, history.oracle(), made).code();
        codes[early ? 0 : 1] = code;
        if (code != Code::ok) {
          ASSERT_EQ(testing::values_of(list), before) << "seed " << seed;
        }
        ASSERT_TRUE(testing::sound(list));
      }
      ASSERT_EQ(codes[0], codes[1]) << "seed " << seed;
      ++(codes[0] == Code::ok ? accepted : refused);
    }
  }
  EXPECT_GT(refused, 100u / gs::testing::kSanitizedShare);
  EXPECT_GT(accepted, 100u / gs::testing::kSanitizedShare);
}

}  // namespace
}  // namespace gs::crdt
