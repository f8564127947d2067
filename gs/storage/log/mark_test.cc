// Goal: the newest whole slot of the mark counts, and a torn one never does.
#include "gs/storage/log/mark.h"

#include <gtest/gtest.h>

#include "gs/base/hex.h"

namespace gs::log {
namespace {

Buffer file_of(const Mark& first, const Mark& second) {
  Buffer file;
  for (const Mark& mark : {first, second}) {
    const auto slot = encode_mark(mark);
    file.insert(file.end(), slot.begin(), slot.end());
  }
  return file;
}

TEST(MarkBytes, AreFrozen) {
  const auto slot = encode_mark({3, location(2, 4160), 17});
  EXPECT_EQ(to_hex(Bytes(slot).first(32)),
            "0300000000000000"
            "4010000002000000"
            "1100000000000000"
            "b44570dc00000000");
}

TEST(MarkBytes, NewestWholeSlotCounts) {
  Buffer file = file_of({4, 100, 10}, {5, 200, 20});
  EXPECT_EQ(newest_mark(file).next_sequence, 20u);
  file[64 + 3] ^= 1;
  EXPECT_EQ(newest_mark(file).next_sequence, 10u);
  file[16] ^= 1;
  EXPECT_EQ(newest_mark(file).turn, 0u);
}

TEST(MarkBytes, CutShortOrEmptyAreNoMark) {
  const Buffer file = file_of({5, 200, 20}, {4, 100, 10});
  EXPECT_EQ(newest_mark({}).turn, 0u);
  EXPECT_EQ(newest_mark(Bytes(file).first(63)).turn, 0u);
  EXPECT_EQ(newest_mark(Bytes(file).first(127)).turn, 5u);
  EXPECT_EQ(newest_mark(Buffer(128)).turn, 0u);
}

}  // namespace
}  // namespace gs::log
