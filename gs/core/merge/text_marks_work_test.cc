// Goal: marks of a long text are read at a cost that grows with its size and theirs, but for a
// logarithm. Method: work is counted by the code itself, not timed, at two sizes.
#include <gtest/gtest.h>

#include <cmath>

#include "gs/base/test_share.h"
#include "gs/core/merge/test_writers.h"
#include "gs/core/merge/text_marks.h"

namespace gs::merge {
namespace {

const BackwardWriters kMarkers;

// A chain of operations, each a mark of some stretch.
std::uint64_t work_of(std::uint32_t marks, std::uint32_t length) {
  static constexpr std::uint8_t kYes[] = {1, 1};
  static constexpr std::string_view kKeys[] = {"a", "b", "c", "d"};
  EditsLog log;
  std::uint32_t at = 1;
  for (std::uint32_t i = 0; i < marks; ++i) {
    at = at * 1664525 + 1013904223;
    const crdt::TextMark mark{
        0, at % (length - 100), 1 + (at >> 8) % 99, i % 2 == 0, false, kKeys[at % 4], kYes};
    const Buffer edits = crdt::encode_edits({}, {}, {&mark, 1});
    const std::uint32_t before = i - 1;
    log.append({i + 1, 0}, {&before, i == 0 ? 0u : 1u}, edits);
  }
  Buffer bytes;
  log.write(bytes);
  const std::string text(length, 'x');
  const auto found = marks_of({{}, text, bytes}, kMarkers);
  EXPECT_TRUE(found.ok());
  EXPECT_GT(found->spans.size(), marks / 8);
  return found->work;
}

TEST(TextMarksWork, TenThousandMarksOnAMegabyte) {
  constexpr std::uint32_t kMarks = 10'000;
  constexpr std::uint32_t kLength = 1'000'000;
  const std::uint64_t large = work_of(kMarks, kLength);
  const std::uint64_t small = work_of(kMarks / 10, kLength / 10);
  EXPECT_LE(large, 10 * 2 * small);
  EXPECT_LE(large, std::uint64_t{kMarks} * 100);
}

}  // namespace
}  // namespace gs::merge
