// Goal: names and headers of segments never drift, and no damaged header passes for a whole one.
// Method: frozen values, every single-bit change, every wrong name.
#include "gs/storage/log/segment.h"

#include <gtest/gtest.h>

#include "gs/base/crc32c.h"
#include "gs/base/hex.h"
#include "gs/storage/log/log_harness.h"

namespace gs::log {
namespace {

const SegmentHeader kHeader{7, 2, 1000, harness::storage_id()};

TEST(SegmentHeaderBytes, AreFrozen) {
  const Buffer header = encode_header(kHeader);
  ASSERT_EQ(header.size(), kSegmentHeaderBytes);
  EXPECT_EQ(to_hex(Bytes(header).first(64)),
            "67736c31010000000700000002000000e803000000000000"
            "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
            "874408af00000000");
}

TEST(SegmentHeaderBytes, ComeBackAsTheyWere) {
  const HeaderCheck check = check_header(encode_header(kHeader), {7, 2}, kHeader.storage);
  ASSERT_EQ(check.state, HeaderState::sound);
  EXPECT_EQ(check.header.number, 7u);
  EXPECT_EQ(check.header.generation, 2u);
  EXPECT_EQ(check.header.first_sequence, 1000u);
  EXPECT_EQ(check.header.storage, kHeader.storage);
}

TEST(SegmentHeaderBytes, EverySingleBitChangeIsNoticed) {
  Buffer header = encode_header(kHeader);
  for (std::size_t bit = 0; bit < header.size() * 8; ++bit) {
    header[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    const HeaderCheck check = check_header(header, {7, 2}, kHeader.storage);
    ASSERT_EQ(check.state, HeaderState::unsound) << "bit " << bit;
    ASSERT_NE(check.what, "");
    header[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
  }
}

TEST(SegmentHeaderBytes, OfALaterVersionSaySo) {
  Buffer header = encode_header(kHeader);
  store_u16(header.data() + 4, kSegmentVersion + 1);
  store_u32(header.data() + 56, crc32c(Bytes(header).first(56)));
  EXPECT_EQ(check_header(header, {7, 2}, kHeader.storage).state, HeaderState::newer);
}

TEST(SegmentHeaderBytes, BelongToOneFileOfOneStorage) {
  const Buffer header = encode_header(kHeader);
  EXPECT_EQ(check_header(header, {8, 2}, kHeader.storage).state, HeaderState::unsound);
  EXPECT_EQ(check_header(header, {7, 1}, kHeader.storage).state, HeaderState::unsound);
  EXPECT_EQ(check_header(header, {7, 2}, Digest{}).state, HeaderState::unsound);
}

TEST(SegmentHeaderBytes, CutShortAreUnsoundAtEveryLength) {
  const Buffer header = encode_header(kHeader);
  for (std::size_t bytes = 0; bytes < header.size(); ++bytes) {
    ASSERT_EQ(check_header(Bytes(header).first(bytes), {7, 2}, kHeader.storage).state,
              HeaderState::unsound);
  }
}

TEST(SegmentNames, AreFrozen) {
  EXPECT_EQ(segment_name({1, 0}), "00000001.gsl");
  EXPECT_EQ(segment_name({99'999'999, 0}), "99999999.gsl");
  EXPECT_EQ(segment_name({12, 3}), "00000012-3.gsl");
  EXPECT_EQ(segment_name({12, 4'294'967'295}), "00000012-4294967295.gsl");
}

TEST(SegmentNames, ComeBackAsTheyWere) {
  for (const SegmentName name : {SegmentName{1, 0}, {99'999'999, 1}, {5, 4'294'967'295}}) {
    const auto parsed = parse_segment_name(segment_name(name));
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(parsed->number, name.number);
    EXPECT_EQ(parsed->generation, name.generation);
  }
}

TEST(SegmentNames, OfOtherFilesAreNotTaken) {
  for (const char* name : {"",
                           "mark",
                           ".gsl",
                           "1.gsl",
                           "0000001.gsl",
                           "000000001.gsl",
                           "00000000.gsl",
                           "0000000a.gsl",
                           "00000001.gsl~",
                           "00000001-.gsl",
                           "00000001-0.gsl",
                           "00000001-01.gsl",
                           "00000001-x.gsl",
                           "00000001-4294967296.gsl",
                           "00000001-99999999999.gsl",
                           "00000001_1.gsl",
                           "-0000001.gsl",
                           "+0000001.gsl",
                           "00000001.GSL",
                           "00000001.gsl.1234.new"}) {
    EXPECT_FALSE(parse_segment_name(name).has_value()) << name;
  }
}

}  // namespace
}  // namespace gs::log
