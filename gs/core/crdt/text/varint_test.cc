// Goal: a number has one form, whose length is known, and nothing else is read as it.
// Method: both sides of each length, and each rule broken once.
#include <gtest/gtest.h>

#include "gs/core/crdt/text/varint.h"

namespace gs::crdt {
namespace {

TEST(Varint, NumbersOf64BitsAreReadAsTheyWereWritten) {
  for (std::size_t bytes = 1; bytes <= kVarint64BytesMax; ++bytes) {
    const std::uint64_t first = bytes == 1 ? 0 : std::uint64_t{1} << (7 * (bytes - 1));
    const std::uint64_t next = bytes == kVarint64BytesMax ? 0 : std::uint64_t{1} << (7 * bytes);
    for (const std::uint64_t number : {first, first + 1, next - 1}) {
      Buffer out;
      append_varint64(out, number);
      EXPECT_EQ(out.size(), bytes) << number;
      out.push_back(7);
      Bytes in = out;
      std::uint64_t read = 0;
      ASSERT_TRUE(take_varint64(in, read)) << number;
      EXPECT_EQ(read, number);
      EXPECT_EQ(in.size(), 1u);
    }
  }
}

TEST(Varint, WhatIsCutOffTooLongOrTooLargeIsRefused) {
  Buffer most;
  append_varint64(most, ~std::uint64_t{0});
  ASSERT_EQ(most.size(), kVarint64BytesMax);
  Buffer larger = most;
  larger.back() = 2;
  Buffer longer = most;
  longer.back() = 0x81;
  longer.push_back(0);
  const Buffer zero_behind{0x81, 0};
  std::uint64_t read = 0;
  for (std::size_t size = 0; size < most.size(); ++size) {
    Bytes in = Bytes(most).first(size);
    EXPECT_FALSE(take_varint64(in, read)) << size;
  }
  for (const Buffer& bad : {larger, longer, zero_behind}) {
    Bytes in = bad;
    EXPECT_FALSE(take_varint64(in, read));
  }
}

}  // namespace
}  // namespace gs::crdt
