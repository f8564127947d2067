// Goal: marks of a long text are read at a cost that grows with its size and theirs, but for a
// logarithm. Method: work is counted by the code itself, not timed, at two sizes.
#include <gtest/gtest.h>

#include <cmath>

#include "gs/base/test_share.h"
#include "gs/core/merge/test_writers.h"
#include "gs/core/merge/text_marks.h"
#include "gs/core/merge/typed_behind.h"

namespace gs::merge {
namespace {

const BackwardWriters kMarkers;

Bytes yes() {
  static constexpr std::uint8_t kYes[] = {1, 1};
  return kYes;
}

// Operations of one writer, one behind the other.
class Chain {
 public:
  void add(Bytes edits) {
    const std::uint32_t before = count_ - 1;
    log_.append({count_ + 1, 0}, {&before, count_ == 0 ? 0u : 1u}, edits);
    ++count_;
  }
  void edit(const crdt::EditRun& run, std::string_view text = {}) {
    add(crdt::encode_edits({&run, 1}, text));
  }
  TextMarks marks(const std::string& value) const {
    Buffer bytes;
    log_.write(bytes);
    auto found = marks_of({{}, value, bytes}, kMarkers);
    EXPECT_TRUE(found.ok());
    return found.ok() ? std::move(*found) : TextMarks();
  }

 private:
  EditsLog log_;
  std::uint32_t count_ = 0;
};

// A chain of operations, each a mark of some stretch.
std::uint64_t work_of(std::uint32_t marks, std::uint32_t length) {
  static constexpr std::string_view kKeys[] = {"a", "b", "c", "d"};
  Chain chain;
  std::uint32_t at = 1;
  for (std::uint32_t i = 0; i < marks; ++i) {
    at = at * 1664525 + 1013904223;
    const crdt::TextMark mark{
        0, at % (length - 100), 1 + (at >> 8) % 99, i % 2 == 0, false, kKeys[at % 4], yes()};
    chain.add(crdt::encode_edits({}, {}, {&mark, 1}));
  }
  const TextMarks found = chain.marks(std::string(length, 'x'));
  EXPECT_GT(found.spans.size(), marks / 8);
  return found.work;
}

// So many links, each of which ends where a letter was deleted and another one typed.
std::uint64_t work_of_deleted_ends(std::uint32_t links) {
  Chain chain;
  for (std::uint32_t i = 0; i < links; ++i) {
    const crdt::TextMark mark{0, 2 * i, 2, false, false, "link", yes()};
    chain.add(crdt::encode_edits({}, {}, {&mark, 1}));
  }
  for (std::uint32_t i = 0; i < links; ++i) {
    chain.edit({crdt::Edit::erase, 2 * i + 1, 1});
    chain.edit({crdt::Edit::insert, 2 * i + 1, 1}, "y");
  }
  const TextMarks found = chain.marks(std::string(std::size_t{2} * links, 'x'));
  const auto looked_at = std::min<std::size_t>(links, TypedBehind::kDeletedMax);
  // Of those that are looked at only the letter that is left; behind them letters and others join.
  EXPECT_EQ(found.spans.size(), looked_at + (links > looked_at ? 1 : 0));
  EXPECT_EQ(found.spans[0].to, 1u);
  return found.work;
}

// A link of which the end is deleted, so many letters, and something typed there.
std::uint32_t end_of_link(std::uint32_t deleted) {
  Chain chain;
  const crdt::TextMark mark{0, 0, 1 + deleted, false, false, "link", yes()};
  chain.add(crdt::encode_edits({}, {}, {&mark, 1}));
  chain.edit({crdt::Edit::erase, 1, deleted});
  chain.edit({crdt::Edit::insert, 1, 1}, "y");
  return chain.marks(std::string(std::size_t{1} + deleted, 'x')).spans.at(0).to;
}

TEST(TextMarksWork, TenThousandMarksOnAMegabyte) {
  constexpr std::uint32_t kMarks = 10'000;
  constexpr std::uint32_t kLength = 1'000'000;
  const std::uint64_t large = work_of(kMarks, kLength);
  const std::uint64_t small = work_of(kMarks / 10, kLength / 10);
  EXPECT_LE(large, 10 * 2 * small);
  EXPECT_LE(large, std::uint64_t{kMarks} * 100);
}

TEST(TextMarksWork, EndsThatWereDeletedAreLookedAtWithinBounds) {
  const std::uint64_t small = work_of_deleted_ends(400);
  const std::uint64_t large = work_of_deleted_ends(4000);
  EXPECT_LE(large, 10 * 2 * small);
  EXPECT_LE(work_of_deleted_ends(40'000 / gs::testing::kSanitizedShare), 10 * 2 * large);
  EXPECT_EQ(end_of_link(1), 1u);
  EXPECT_EQ(end_of_link(TypedBehind::kLookedAtMax), 1u);
  EXPECT_EQ(end_of_link(TypedBehind::kLookedAtMax + 1), 2u);
}

}  // namespace
}  // namespace gs::merge
