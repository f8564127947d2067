// Goal: frames never drift, no bit of one changes unnoticed, and a search among damaged bytes finds
// what is whole at a bounded price.
#include "gs/storage/log/frame.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "gs/base/crc32c.h"
#include "gs/base/hex.h"
#include "gs/storage/log/log_harness.h"

namespace gs::log {
namespace {

Buffer frame(std::uint64_t sequence, std::size_t change_bytes, std::uint32_t unsynced = 0) {
  Buffer out(kFrameBytes);
  const Buffer change = harness::change(sequence, change_bytes);
  out.insert(out.end(), change.begin(), change.end());
  put_frame_head(out.data(), {static_cast<std::uint32_t>(change_bytes), sequence, unsynced});
  return out;
}

void append(Buffer& to, const Buffer& bytes) { to.insert(to.end(), bytes.begin(), bytes.end()); }

TEST(Frame, BytesAreFrozen) {
  Buffer bytes(kFrameBytes);
  append(bytes,
         Buffer{'a', ' ', 's', 'm', 'a', 'l', 'l', ' ', 'c', 'h', 'a', 'n', 'g', 'e', '.', '.'});
  put_frame_head(bytes.data(), {16, 5, 2});
  EXPECT_EQ(to_hex(bytes),
            "67736631100000000500000000000000100416cf02000000"
            "6120736d616c6c206368616e67652e2e");
}

TEST(Frame, ComesBackAsItWas) {
  const FrameCheck check = check_frame(frame(9, 64, 3));
  EXPECT_EQ(check.fault, FrameFault::none);
  EXPECT_EQ(check.head.sequence, 9u);
  EXPECT_EQ(check.head.change_bytes, 64u);
  EXPECT_EQ(check.head.unsynced, 3u);
  EXPECT_EQ(check.head.synced(), 6u);
}

TEST(Frame, EverySingleBitChangeIsNoticed) {
  Buffer bytes = frame(9, 64);
  append(bytes, Buffer(4096));  // room for lengths that grew
  for (std::size_t bit = 0; bit < (kFrameBytes + 64) * 8; ++bit) {
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    ASSERT_NE(check_frame(bytes).fault, FrameFault::none) << "bit " << bit;
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
  }
}

TEST(Frame, CutShortIsNoticedAtEveryLength) {
  const Buffer bytes = frame(9, 64);
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    ASSERT_EQ(check_frame(Bytes(bytes).first(size)).fault, FrameFault::length) << size;
  }
  EXPECT_EQ(check_frame({}).fault, FrameFault::blank);
}

TEST(Frame, LengthLimitsAreExact) {
  Buffer bytes = frame(0, graph::kChangeBytesMax);
  EXPECT_EQ(check_frame(bytes).fault, FrameFault::none);
  append(bytes, Buffer(64));
  for (const std::size_t length : {std::size_t{0}, std::size_t{8}, std::size_t{17}, std::size_t{20},
                                   graph::kChangeBytesMax + 8}) {
    store_u32(bytes.data() + 4, static_cast<std::uint32_t>(length));
    EXPECT_EQ(check_frame(bytes).fault, FrameFault::length) << length;
  }
}

TEST(FrameSearch, FindsTheNextWholeFrameOnly) {
  Buffer file = frame(10, 40);
  append(file, frame(11, 48));
  append(file, frame(12, 56));
  file[kFrameBytes + 40 + 30] ^= 1;  // inside frame 11
  FrameSearch search(file);
  const auto found = search.next(8, 0, 10);
  ASSERT_TRUE(found.found);
  EXPECT_EQ(found.head.sequence, 12u);
  EXPECT_EQ(found.offset, 2 * kFrameBytes + 40 + 48u);
  EXPECT_FALSE(search.next(found.offset + 8, 0, 10).found);
  EXPECT_FALSE(search.gave_up());
}

TEST(FrameSearch, IgnoresFramesThatCannotBeSoNear) {
  // Content that looks like a frame of a far future does not pass for one of this log.
  Buffer file(40);
  append(file, frame(12, 16));
  FrameSearch search(file);
  EXPECT_FALSE(search.next(0, 0, 10).found);
  EXPECT_TRUE(search.next(0, 0, 11).found);
}

// 2 MiB in which every 24 bytes claim to be a frame that reaches to the end: naively 45 GiB.
TEST(FrameSearch, HeadsThatLieHideNoFrame) {
  Buffer file(std::size_t{2} << 20);
  append(file, frame(12, 56));
  for (std::size_t at = 0; at + 64 <= file.size() - 80; at += 24) {
    std::memcpy(file.data() + at, "gsf1", 4);
    store_u32(file.data() + at + 4,
              static_cast<std::uint32_t>((file.size() - at - kFrameBytes) & ~7u));
    store_u64(file.data() + at + 8, 2 + at / 100);
  }
  FrameSearch search(file);
  const auto found = search.next(0, 0, 1);
  ASSERT_TRUE(found.found);
  EXPECT_EQ(found.head.sequence, 12u);
  EXPECT_FALSE(search.next(found.offset + 8, 0, 1).found);
  EXPECT_FALSE(search.gave_up());
}

TEST(FrameSearch, GivesUpOnTooManyLayersOfWholeFrames) {
  Buffer file = frame(1000, 1 << 20);
  for (std::uint64_t layer = 1; layer < 2 * kSearchPasses; ++layer) {
    FrameHead head;
    head.change_bytes = static_cast<std::uint32_t>(file.size());
    head.sequence = 1000 - layer;
    file.insert(file.begin(), kFrameBytes, 0);
    put_frame_head(file.data(), head);
  }
  file.insert(file.begin(), 1024, 0);  // room for the frames in between, as the numbers say
  FrameSearch search(file);
  std::uint64_t at = 0;
  std::size_t layers = 0;
  for (;; ++layers) {
    const auto found = search.next(at, 0, 990);
    if (!found.found) break;
    at = found.offset + 8;
  }
  EXPECT_TRUE(search.gave_up());
  EXPECT_EQ(layers, kSearchPasses);
}

TEST(Zeros, AreCountedAtEveryPlace) {
  Buffer bytes(300);
  EXPECT_TRUE(is_zero(bytes));
  EXPECT_EQ(first_nonzero(bytes), bytes.size());
  EXPECT_EQ(nonzero_end(bytes), 0u);
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    bytes[at] = 1;
    ASSERT_EQ(first_nonzero(bytes), at);
    ASSERT_EQ(nonzero_end(bytes), at + 1);
    ASSERT_FALSE(is_zero(bytes));
    bytes[at] = 0;
  }
}

}  // namespace
}  // namespace gs::log
