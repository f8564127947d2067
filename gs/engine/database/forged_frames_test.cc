// Goal: what a record holds is never taken for what stands behind it in the log.
// Method: a record of bytes that are whole frames, at every alignment; then its own frame is torn.
// Somebody stored a copy of a log segment as bytes, and after a power cut the storage was damaged.
#include <gtest/gtest.h>

#include "gs/core/graph/change.h"
#include "gs/engine/database/test_world.h"
#include "gs/storage/log/frame.h"

namespace gs::engine::testing {
namespace {

using platform::MemoryFileSystem;

const std::string kSegment = "log/00000001.gsl";

std::string base64(Bytes bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      group = group << 8 | (at + i < bytes.size() ? bytes[at + i] : 0u);
    }
    for (int shift = 18; shift >= 0; shift -= 6) text += kDigits[group >> shift & 63];
  }
  for (std::size_t end = bytes.size(); end % 3 != 0; ++end) text[text.size() - (3 - end % 3)] = '=';
  return text;
}

// Changes of all whole frames of a segment, in order.
std::vector<Buffer> changes_of(platform::FileSystem& files) {
  const Buffer segment = files.read_whole(kSegment, kFileBytesMax).value();
  std::vector<Buffer> changes;
  for (std::size_t at = log::kSegmentHeaderBytes; at < segment.size();) {
    const log::FrameCheck check = log::check_frame(Bytes(segment).subspan(at));
    if (check.fault != log::FrameFault::none) break;
    const auto begin = segment.begin() + static_cast<std::ptrdiff_t>(at + log::kFrameBytes);
    changes.emplace_back(begin, begin + check.head.change_bytes);
    at += check.head.frame_bytes();
  }
  return changes;
}

// A frame that says: everything before me was on stable storage.
Buffer frame_of(const Buffer& change, std::uint64_t sequence) {
  Buffer frame(log::kFrameBytes + change.size());
  std::copy(change.begin(), change.end(), frame.begin() + log::kFrameBytes);
  log::put_frame_head(frame.data(), {static_cast<std::uint32_t>(change.size()), sequence, 0});
  return frame;
}

class ForgedFrames : public ::testing::Test {
 protected:
  // The number of the next frame.
  std::uint64_t next() { return changes_of(world.memory).size(); }

  // Stores a record with these frames at each of the eight alignments.
  void store(const Buffer& frames) {
    Buffer bytes(log::kFrameBytes *
                 40);  // so far behind the frame's head that numbers are plausible
    for (int i = 0; i < 8; ++i) {
      bytes.insert(bytes.end(), frames.begin(), frames.end());
      bytes.push_back(0);
    }
    insert(bytes);
  }

  void insert(const Buffer& bytes) {
    db.insert("Copy", "{\"log\":{\"$bytes\":\"" + base64(bytes) + "\"}}").value();
  }

  // How many bytes to put before `bytes` for them to be aligned in the log.
  std::size_t alignment(std::size_t bytes) {
    constexpr std::string_view kMarker = "here begin the bytes of a record";
    Buffer marked(bytes);
    std::copy(kMarker.begin(), kMarker.end(), marked.begin());
    insert(marked);
    const Buffer segment = world.memory.read_whole(kSegment, kFileBytesMax).value();
    return (8 - as_text(segment).find(kMarker) % 8) % 8;
  }

  // The files as after a power cut that lost a part of frame `torn`. Nobody made a mark since.
  void tear(MemoryFileSystem& files, std::uint64_t torn) {
    Files left = read_files(world.memory);
    Buffer& segment = left.at(kSegment);
    std::size_t at = log::kSegmentHeaderBytes;
    for (std::uint64_t i = 0; i < torn; ++i) {
      at += log::check_head(Bytes(segment).subspan(at)).head.frame_bytes();
    }
    segment.at(at + log::kFrameBytes + 40) ^= 1;  // in the header of its change
    write_files(files, left);
  }

  void expect_cut(std::uint64_t torn) {
    MemoryFileSystem files;
    tear(files, torn);
    const Store after = world.open(files);
    EXPECT_TRUE(after->recovery().torn_tail_cut);
    ASSERT_TRUE(after->recovery().damage.empty()) << after->recovery().damage.front();
    EXPECT_EQ(after.text(city), "{\"n\":1}");
    EXPECT_TRUE(after.insert("City", "{}").ok());
    EXPECT_EQ(after.complaints(), "");
  }

  void expect_damage(std::uint64_t torn) {
    MemoryFileSystem files;
    tear(files, torn);
    const Store after = world.open(files);
    EXPECT_FALSE(after->recovery().torn_tail_cut);
    EXPECT_FALSE(after->recovery().damage.empty());
    EXPECT_EQ(after.text(city), "{\"n\":1}");
    EXPECT_EQ(after.insert("City", "{}").code(), Code::damaged);
  }

  Store create() {
    world.options.segment_bytes = std::uint32_t{64} << 20;  // all frames lie in one
    return world.create();
  }

  World world;
  Store db = create();
  Id city = db.insert("City", "{\"n\":1}").value();
};

TEST_F(ForgedFrames, ACopyOfThisLogIsNoEvidence) {
  Buffer copy;
  std::uint64_t sequence = 0;
  for (const Buffer& change : changes_of(world.memory)) {
    const Buffer frame = frame_of(change, sequence++);
    copy.insert(copy.end(), frame.begin(), frame.end());
  }
  const std::uint64_t torn = next();
  store(copy);
  expect_cut(torn);
}

TEST_F(ForgedFrames, ACopyWithLaterNumbersIsNoEvidence) {
  const std::uint64_t torn = next();
  Buffer copy;
  for (const Buffer& change : changes_of(world.memory)) {
    const Buffer frame = frame_of(change, torn + 1);
    copy.insert(copy.end(), frame.begin(), frame.end());
  }
  store(copy);
  expect_cut(torn);
}

TEST_F(ForgedFrames, ALogOfAnotherStorageIsNoEvidence) {
  World other(7);
  const Store elsewhere = other.create();
  for (int i = 0; i < 9; ++i) elsewhere.insert("City", "{}").value();
  const std::uint64_t torn = next();
  Buffer copy;
  const std::vector<Buffer> changes = changes_of(other.memory);
  ASSERT_EQ(changes.size(), 10u);
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const Buffer frame = frame_of(changes[i], torn + i);  // so that each can be its writer's next
    copy.insert(copy.end(), frame.begin(), frame.end());
  }
  store(copy);
  expect_cut(torn);
}

// The newest change, made to look like one that comes `ahead` changes later.
Buffer forged_change(const Buffer& change, std::uint64_t ahead) {
  Buffer forged = change;
  std::uint8_t* const sequence = forged.data() + graph::kPreambleBytes + 88;
  store_u64(sequence, load_u64(sequence) + ahead);
  return forged;
}

TEST_F(ForgedFrames, AForgedChangeIsNoEvidence) {
  const std::uint64_t torn = next();
  const Buffer newest = changes_of(world.memory).back();
  Buffer forged = frame_of(forged_change(newest, 1), torn + 1);
  const Buffer second = frame_of(forged_change(newest, 2), torn + 1);
  forged.insert(forged.end(), second.begin(), second.end());
  const Buffer nothing = frame_of(Buffer(64, 7), torn + 1);
  forged.insert(forged.end(), nothing.begin(), nothing.end());
  store(forged);
  expect_cut(torn);
}

TEST_F(ForgedFrames, ARealLaterFrameIsStillEvidence) {
  const std::uint64_t torn = next();
  store(frame_of(changes_of(world.memory).back(), torn + 1));
  db.insert("City", "{}").value();
  expect_damage(torn);
}

TEST_F(ForgedFrames, ALaterFrameOfAWriterWhoIsNotKnownYetIsEvidence) {
  ASSERT_TRUE(db->close().ok());
  db.db.reset();
  ASSERT_TRUE(world.memory.remove("keys/writer").ok());
  db = world.open();  // with a new key
  const std::uint64_t torn = next();
  db.insert("City", "{}").value();
  db.insert("City", "{}").value();
  ASSERT_TRUE(world.memory.remove("log/mark").ok());
  expect_damage(torn);
}

TEST_F(ForgedFrames, MoreForgeriesThanAreCheckedAreDamageNotLoss) {
  constexpr std::size_t kForgeries = 16385;  // one more than are checked
  // Two behind what follows the record that alignment() stores.
  const Buffer change = forged_change(changes_of(world.memory).back(), 3);
  Buffer forged(alignment(kForgeries * (log::kFrameBytes + change.size())));
  const std::uint64_t torn = next();
  forged.resize(forged.size() + log::kFrameBytes * 40);
  for (std::size_t i = 0; i < kForgeries; ++i) {
    const Buffer frame = frame_of(change, torn + 1);
    forged.insert(forged.end(), frame.begin(), frame.end());
  }
  insert(forged);
  expect_damage(torn);
}

}  // namespace
}  // namespace gs::engine::testing
