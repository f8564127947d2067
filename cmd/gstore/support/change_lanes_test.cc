// Goal: whoever reads the lines sees which change was made upon which, in little memory however
// many come at once.
// Method: pictures of small graphs; random graphs, followed down by their lines alone.
#include "cmd/gstore/support/change_lanes.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace gs::cli {
namespace {

Digest digest_of(std::uint32_t number) {
  Digest digest;
  digest.bytes[0] = static_cast<std::uint8_t>(number >> 8);
  digest.bytes[1] = static_cast<std::uint8_t>(number);
  digest.bytes[2] = 1;
  return digest;
}

struct Change {
  std::uint32_t number;
  std::vector<std::uint32_t> parents;
};

std::vector<Digest> digests_of(const std::vector<std::uint32_t>& numbers) {
  std::vector<Digest> all;
  for (const std::uint32_t number : numbers) all.push_back(digest_of(number));
  return all;
}

std::string picture(const std::vector<Change>& changes) {
  ChangeLanes lanes;
  std::string text;
  for (const Change& change : changes) {
    const auto drawn = lanes.next(digest_of(change.number), digests_of(change.parents));
    for (const std::string& line : drawn.before) text += line + '\n';
    text += drawn.at + "  " + std::to_string(change.number) + '\n';
    for (const std::string& line : drawn.after) text += line + '\n';
  }
  return text;
}

TEST(ChangeLanes, OneWriterIsOneLane) {
  EXPECT_EQ(picture({{3, {2}}, {2, {1}}, {1, {}}}), "*  3\n*  2\n*  1\n");
}

TEST(ChangeLanes, WhatWasWrittenApartStandsSideBySide) {
  EXPECT_EQ(picture({{4, {3, 2}}, {3, {1}}, {2, {1}}, {1, {0}}, {0, {}}}),
            "*  4\n"
            "|\\\n"
            "* |  3\n"
            "| *  2\n"
            "|/\n"
            "*  1\n"
            "*  0\n");
}

TEST(ChangeLanes, HeadsThatNobodyMergedHaveLanesOfTheirOwn) {
  EXPECT_EQ(picture({{3, {0}}, {2, {0}}, {1, {0}}, {0, {}}}),
            "*  3\n"
            "| *  2\n"
            "| | *  1\n"
            "|_|/\n"
            "|/\n"
            "*  0\n");
}

TEST(ChangeLanes, ALineLeadsOverLanesBetween) {
  EXPECT_EQ(picture({{6, {5}}, {4, {3}}, {5, {2, 1}}, {3, {0}}, {2, {0}}, {1, {0}}, {0, {}}}),
            "*  6\n"
            "| *  4\n"
            "* |  5\n"
            "|\\|_\n"
            "| * |  3\n"
            "* | |  2\n"
            "| | *  1\n"
            "|_|/\n"
            "|/\n"
            "*  0\n");
}

// A lane that became free on the left is used again, and two that merge each other cross.
TEST(ChangeLanes, LanesAreUsedAgain) {
  EXPECT_EQ(picture({{9, {}}, {8, {6}}, {7, {6, 5}}, {6, {}}, {5, {}}}),
            "*  9\n"
            "*  8\n"
            "| *  7\n"
            "| |\\\n"
            "|/  |\n"
            "*   |  6\n"
            "    *  5\n");
}

TEST(ChangeLanes, TwoThatMergedEachOtherLeadToBoth) {
  EXPECT_EQ(picture({{5, {3, 2}}, {4, {2, 3}}, {3, {1}}, {2, {1}}, {1, {}}}),
            "*  5\n"
            "|\\\n"
            "| | *  4\n"
            "|_|/|\n"
            "* | |  3\n"
            "| |/\n"
            "| *  2\n"
            "|/\n"
            "*  1\n");
}

TEST(ChangeLanes, MoreThanThereAreLanesAreSaidToBeMissing) {
  ChangeLanes lanes;
  std::vector<std::uint32_t> parents;
  for (std::uint32_t i = 0; i < 2 * ChangeLanes::kLanesMax; ++i) parents.push_back(i);
  EXPECT_EQ(lanes.next(digest_of(1000), digests_of(parents)).missing, ChangeLanes::kLanesMax);
  // A head behind all lanes stands alone.
  const auto drawn = lanes.next(digest_of(1001), digests_of({1002}));
  EXPECT_EQ(drawn.at.size(), 2 * ChangeLanes::kLanesMax + 1);
  EXPECT_EQ(drawn.at.back(), '*');
  EXPECT_EQ(drawn.missing, 1u);
  EXPECT_EQ(lanes.next(digest_of(0), {}).at.find('*'), 0u);
}

// A reader with nothing but the text: where lines lead from the stars down to others.
class Reader {
 public:
  void line(const std::string& text) {
    std::map<std::size_t, std::set<std::uint32_t>> now;
    for (const auto& [lane, children] : waiting_) {
      if (at(text, lane * 2) == '|') now[lane] = children;
    }
    for (std::size_t i = 1; i < text.size(); i += 2) {
      if (text[i] == '/' || text[i] == '\\') lead(text, i, now);
    }
    waiting_ = now;
  }
  // Returns the changes that were made upon it.
  std::set<std::uint32_t> star(const std::string& text, std::uint32_t number, bool is_root) {
    const std::size_t lane = text.find('*') / 2;
    for (const auto& [other, unused] : waiting_) {
      EXPECT_EQ(at(text, other * 2), other == lane ? '*' : '|') << text;
    }
    const std::set<std::uint32_t> children = waiting_[lane];
    waiting_.erase(lane);
    if (!is_root) waiting_[lane] = {number};
    number_ = number;
    return children;
  }

 private:
  static char at(const std::string& text, std::size_t i) { return i < text.size() ? text[i] : ' '; }
  // Between a change or a lane on one side, and a lane on the other.
  void lead(const std::string& text, std::size_t i,
            std::map<std::size_t, std::set<std::uint32_t>>& now) {
    const std::size_t right = (i + 1) / 2;
    const std::size_t left = (i - 1) / 2;
    if (text[i] == '\\') {
      std::size_t to = right;
      while (at(text, to * 2 + 1) == '_') ++to;
      now[to].insert(number_);
      return;
    }
    std::size_t to = left;
    while (to > 0 && at(text, to * 2 - 1) == '_') --to;
    const bool ends_here = waiting_.count(right) != 0 && at(text, right * 2) == ' ';
    if (ends_here) {
      now[to].insert(waiting_[right].begin(), waiting_[right].end());
    } else {
      now[to].insert(number_);
    }
  }

  std::map<std::size_t, std::set<std::uint32_t>> waiting_;  // by lane: whose parent it leads to
  std::uint32_t number_ = 0;
};

TEST(ChangeLanes, LinesLeadFromEachChangeToItsParents) {
  for (std::uint32_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const auto below = [&](std::uint32_t limit) {
      return static_cast<std::uint32_t>(random() % limit);
    };
    const std::uint32_t count = 2 + below(14);
    std::vector<std::set<std::uint32_t>> parents(count);
    std::vector<std::set<std::uint32_t>> children(count);
    for (std::uint32_t i = 1; i < count; ++i) {
      for (std::uint32_t left = 1 + below(3); left != 0; --left) {
        const std::uint32_t parent = i - 1 - below(std::min(i, 4u));
        parents[i].insert(parent);
        children[parent].insert(i);
      }
    }
    ChangeLanes lanes;
    Reader reader;
    for (std::uint32_t i = count; i-- > 0;) {
      const std::vector<std::uint32_t> of(parents[i].begin(), parents[i].end());
      const auto drawn = lanes.next(digest_of(i), digests_of(of));
      ASSERT_EQ(drawn.missing, 0u);
      for (const std::string& line : drawn.before) reader.line(line);
      ASSERT_EQ(reader.star(drawn.at, i, of.empty()), children[i]) << i;
      for (const std::string& line : drawn.after) reader.line(line);
    }
  }
}

}  // namespace
}  // namespace gs::cli
