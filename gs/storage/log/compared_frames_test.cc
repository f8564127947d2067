// Goal: a record is given as what it was when its frame was written, or not at all, wherever in
// the segment a bit flipped; and the frames beside that one stay readable.

#include "gs/storage/log/compared_frames.h"
#include "gs/base/test_share.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include "gs/base/endian.h"

namespace gs::log {
namespace {

struct Frame {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// A segment file as it lies in memory.
struct Segment {
  Buffer file = Buffer(kSegmentHeaderBytes);
  std::vector<Frame> frames;

  void add(Bytes change) {
    const std::size_t begin = file.size();
    file.resize(begin + kFrameBytes);
    file.insert(file.end(), change.begin(), change.end());
    FrameHead head;
    head.change_bytes = static_cast<std::uint32_t>(change.size());
    head.sequence = frames.size();
    put_frame_head(file.data() + begin, head);
    frames.push_back({begin, file.size()});
  }
  bool holds(ComparedFrames& compared, const Frame& frame) const {
    const std::size_t content = frame.begin + kFrameBytes;
    return compared.sound(content, frame.end - content);
  }
};

Buffer random_bytes(std::mt19937_64& random, std::size_t size) {
  Buffer bytes(size);
  for (std::uint8_t& each : bytes) each = static_cast<std::uint8_t>(random() | 1);
  return bytes;
}

// Most frames are small, some fill many blocks, some hold whole frames.
Segment random_segment(std::uint64_t seed, std::size_t frames) {
  std::mt19937_64 random(seed);
  Segment segment;
  while (segment.frames.size() < frames) {
    const std::size_t size = random() % 8 == 0 ? random() % 20'000 : random() % 600;
    Buffer change = random_bytes(random, 16 + size / 8 * 8);
    if (random() % 4 == 0 && !segment.frames.empty()) {
      const Frame& other = segment.frames[random() % segment.frames.size()];
      change.insert(change.end(), segment.file.begin() + static_cast<std::ptrdiff_t>(other.begin),
                    segment.file.begin() + static_cast<std::ptrdiff_t>(other.end));
    }
    segment.add(change);
  }
  segment.file.resize(segment.file.size() + random() % 3 * 5000 / 8 * 8);  // reserved space
  return segment;
}

TEST(ComparedFrames, WhatWasWrittenIsSoundInAnyOrder) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Segment segment = random_segment(seed, 60);
    ComparedFrames compared(segment.file);
    std::shuffle(segment.frames.begin(), segment.frames.end(), std::mt19937_64(seed));
    for (const Frame& frame : segment.frames) {
      for (std::size_t at = frame.begin + kFrameBytes; at < frame.end; at += 1000) {
        ASSERT_TRUE(compared.sound(at, std::min<std::size_t>(16, frame.end - at)));
      }
      ASSERT_TRUE(segment.holds(compared, frame)) << "seed " << seed << " at " << frame.begin;
    }
  }
}

TEST(ComparedFrames, AFlippedBitIsMetInItsFrameAndInNoOther) {
  for (std::uint64_t seed = 1; seed <= 6 / gs::testing::kSanitizedShare; ++seed) {
    const Segment good = random_segment(seed, 25);
    std::mt19937_64 random(seed);
    for (std::size_t at = kSegmentHeaderBytes; at < good.frames.back().end;
         at += 1 + random() % 40) {
      Segment bad = good;
      bad.file[at] ^= static_cast<std::uint8_t>(1 << random() % 8);
      std::shuffle(bad.frames.begin(), bad.frames.end(), random);
      ComparedFrames compared(bad.file);
      for (const Frame& frame : bad.frames) {
        const bool flipped = at >= frame.begin && at < frame.end;
        ASSERT_EQ(bad.holds(compared, frame), !flipped)
            << "seed " << seed << ", flipped at " << at << ", frame at " << frame.begin;
      }
    }
  }
}

TEST(ComparedFrames, ComparesOnce) {
  Segment segment;
  for (int i = 0; i < 3; ++i) segment.add(Buffer(8000, 7));
  ComparedFrames compared(segment.file);
  for (const Frame& frame : segment.frames) ASSERT_TRUE(segment.holds(compared, frame));
  // Nobody looks again: what it costs from now on is the test of a bit, at the very end as well.
  for (const Frame& frame : segment.frames) segment.file[frame.end - 1] ^= 1;
  for (const Frame& frame : segment.frames) EXPECT_TRUE(segment.holds(compared, frame));
}

TEST(ComparedFrames, LooksNoFurtherThanWasWritten) {
  Segment segment;
  for (int i = 0; i < 3; ++i) segment.add(Buffer(800, 7));
  const Frame first = segment.frames[0];
  const Frame second = segment.frames[1];
  const Frame third = segment.frames[2];
  ComparedFrames compared(segment.file);
  compared.grow(second.end);
  EXPECT_TRUE(segment.holds(compared, first));
  EXPECT_TRUE(segment.holds(compared, second));
  EXPECT_FALSE(segment.holds(compared, third));
  compared.wrote(third.end);
  segment.file[second.end - 1] ^= 1;  // the block was not remembered: it may get more frames
  EXPECT_FALSE(segment.holds(compared, second));
  EXPECT_TRUE(segment.holds(compared, third));
  segment.file[second.end - 1] ^= 1;
  compared.end();
  EXPECT_TRUE(segment.holds(compared, second));
  segment.file[second.end - 1] ^= 1;
  EXPECT_TRUE(segment.holds(compared, second));
}

TEST(ComparedFrames, WhatIsInNoFrameIsNotSound) {
  Segment segment;
  segment.add(Buffer(64, 7));
  segment.file.resize(segment.file.size() + 8192);
  ComparedFrames compared(segment.file);
  EXPECT_FALSE(compared.sound(0, 8));
  EXPECT_FALSE(compared.sound(kSegmentHeaderBytes - 8, 8));
  EXPECT_FALSE(compared.sound(segment.file.size() - 8, 8));
}

// A record of text in which every 24 bytes promise a frame that ends `beyond` the record.
Buffer promises(std::size_t bytes, std::size_t beyond) {
  Buffer text(bytes, 7);
  for (std::size_t at = 0; at + kFrameBytes <= bytes; at += kFrameBytes) {
    std::memcpy(&text[at], "gsf1", 4);
    store_u32(&text[at + 4], static_cast<std::uint32_t>(bytes - at + beyond) / 8 * 8);
  }
  return text;
}

TEST(ComparedFrames, PromisesOfLongFramesHideNothing) {
  Segment segment;
  segment.add(Buffer(8000, 7));
  segment.add(promises(std::size_t{2} << 20, 30'000));
  for (int i = 0; i < 50; ++i) segment.add(Buffer(600, 7));
  segment.add(promises(200'000, 500));
  segment.add(Buffer(600, 7));
  for (const Frame& frame : segment.frames) {
    ComparedFrames compared(segment.file);
    EXPECT_TRUE(compared.sound(frame.end - 8, 8)) << frame.begin;
    EXPECT_TRUE(segment.holds(compared, frame)) << frame.begin;
  }
}

TEST(ComparedFrames, NoFlippedBitHidesBehindPromises) {
  Segment good;
  good.add(Buffer(8000, 7));
  good.add(promises(100'000, 2500));
  for (int i = 0; i < 5; ++i) good.add(Buffer(600, 7));
  std::mt19937_64 random(1);
  for (int round = 0; round < 300; ++round) {
    Segment bad = good;
    const std::size_t at =
        kSegmentHeaderBytes + random() % (good.file.size() - kSegmentHeaderBytes);
    bad.file[at] ^= static_cast<std::uint8_t>(1 << random() % 8);
    std::shuffle(bad.frames.begin(), bad.frames.end(), random);
    ComparedFrames compared(bad.file);
    for (const Frame& frame : bad.frames) {
      const bool end_is_sound = compared.sound(frame.end - 8, 8);
      if (at < frame.begin || at >= frame.end) continue;
      ASSERT_FALSE(end_is_sound) << at;
      ASSERT_FALSE(bad.holds(compared, frame)) << at;
    }
  }
}

// Each of these blocks would sum two million bytes for each of a hundred thousand promises.
TEST(ComparedFrames, PromisesAreSummedOnce) {
  Segment segment;
  segment.add(promises(std::size_t{2} << 20, 0));
  segment.add(Buffer(600, 7));
  segment.file.resize(segment.file.size() / 4096 * 4096 + 8192);
  ComparedFrames compared(segment.file);
  const std::size_t end = segment.frames[0].end;
  EXPECT_TRUE(compared.sound(end - 8, 8));
  // All of it is known now: a bit that flips later is not noticed any more.
  for (std::size_t at = kSegmentHeaderBytes; at < end / 4096 * 4096; at += 4096) {
    segment.file[at + 100] ^= 1;
    EXPECT_TRUE(compared.sound(at + 96, 8));
  }
}

TEST(ComparedFrames, ALongFrameIsSummedOnceInAnyOrder) {
  Segment segment;
  segment.add(Buffer(std::size_t{1} << 20, 7));
  ComparedFrames compared(segment.file);
  const Frame frame = segment.frames[0];
  EXPECT_TRUE(compared.sound(frame.end - 5000, 8));
  segment.file[kSegmentHeaderBytes + 5000] ^= 1;
  EXPECT_TRUE(compared.sound(kSegmentHeaderBytes + 5000, 8));
}

}  // namespace
}  // namespace gs::log
