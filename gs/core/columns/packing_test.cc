// Goal: columns of numbers come back from planes, each in the smallest of its forms; a description
// that stands for more than the block can hold, or for nothing, is refused.
// Method: columns of each form, then descriptions written by hand.
#include "gs/core/columns/packing.h"

#include <gtest/gtest.h>

#include <bit>
#include <functional>
#include <limits>
#include <random>

#include "gs/core/crdt/text/varint.h"

namespace gs::columns {
namespace {

using Numbers = std::vector<std::uint64_t>;

Numbers made(std::size_t count, const std::function<std::uint64_t(std::uint64_t)>& make) {
  Numbers numbers;
  for (std::size_t i = 0; i < count; ++i) numbers.push_back(make(i));
  return numbers;
}

// The bytes of the streams; and that the numbers come back, as a column and as a table.
std::size_t packed_bytes(const Numbers& numbers) {
  Sheet sheet;
  sheet.numbers[kRecord] = numbers;
  std::vector<Buffer> streams;
  EXPECT_TRUE(pack(sheet, streams));
  std::size_t bytes = 0;
  for (const Buffer& stream : streams) bytes += stream.size();
  if (!numbers.empty()) {
    sheet.tables.push_back({3, 2, {}});
    for (const std::uint64_t number : numbers) {
      sheet.tables[0].cells.push_back(number);
      sheet.tables[0].cells.push_back(~number);
    }
  }
  EXPECT_TRUE(pack(sheet, streams));
  Sheet back;
  const std::vector<Bytes> views(streams.begin(), streams.end());
  const Error error = unpack(views, 3 * numbers.size() + 1, back);
  EXPECT_TRUE(error.ok()) << error.text();
  EXPECT_EQ(back.numbers[kRecord], numbers);
  if (!numbers.empty()) EXPECT_EQ(back.tables.at(0).cells, sheet.tables[0].cells);
  if (!numbers.empty()) {
    EXPECT_EQ(unpack(views, 3 * numbers.size(), back).code(), Code::damaged) << "one too many";
  }
  return bytes;
}

TEST(Packing, ColumnsTakeTheSmallestOfTheirForms) {
  constexpr std::size_t kCount = 4000;
  constexpr std::size_t kDescribed = 64;
  std::mt19937_64 random(1);
  EXPECT_LT(packed_bytes({}), kDescribed);
  EXPECT_LT(packed_bytes({~std::uint64_t{0}}), kDescribed);
  EXPECT_LT(packed_bytes(Numbers(kCount, 1u << 30)), kDescribed);
  const auto bytes_of = [&](const std::function<std::uint64_t(std::uint64_t)>& make) {
    return packed_bytes(made(kCount, make));
  };
  EXPECT_LT(bytes_of([&](auto) { return (std::uint64_t{7} << 40) + random() % 256; }),
            kCount + kDescribed);
  EXPECT_LT(bytes_of([](auto i) { return i << 20; }), 3 * kCount + kDescribed);
  EXPECT_LT(bytes_of([&](auto) { return std::bit_cast<std::uint64_t>(double(random() % 60000)); }),
            3 * kCount + kDescribed);
  EXPECT_LT(bytes_of([&](auto) { return random() % 8; }), kCount * 3 / 8 + kDescribed);
  EXPECT_LT(bytes_of([&](auto) { return random() % (1 << 17); }), kCount * 17 / 8 + kDescribed);
  EXPECT_LT(bytes_of([&](auto) { return random(); }), 8 * kCount + kDescribed);
}

TEST(Packing, DoublesAndNumbersAtTheirEdgesComeBack) {
  using Limits = std::numeric_limits<double>;
  for (const double edge : {0.0, -0.0, 1.5, -1.0, 9007199254740991.0, 9007199254740992.0, 1e300,
                            Limits::infinity(), Limits::quiet_NaN(), Limits::denorm_min()}) {
    packed_bytes({std::bit_cast<std::uint64_t>(3.0), std::bit_cast<std::uint64_t>(edge),
                  std::bit_cast<std::uint64_t>(-7.0)});
  }
  packed_bytes({0, ~std::uint64_t{0}, 1, std::uint64_t{1} << 63});
  for (std::size_t count = 510; count < 530; ++count) {
    packed_bytes(made(count, [](auto i) { return i * 37 % 32; }));
  }
}

// The code for a description that begins with `first` and has no other column.
Code code_of(const Buffer& first, std::size_t numbers_max = 100'000, const Buffer& planes = {}) {
  std::vector<Buffer> streams(kFirstLongPlane);
  streams[kDescription] = first;
  streams[kDescription].resize(first.size() + kNumberColumns);  // none of the others, no table
  streams[kShortPlanes] = planes;
  const std::vector<Bytes> views(streams.begin(), streams.end());
  Sheet sheet;
  return unpack(views, numbers_max, sheet).code();
}

TEST(Packing, DescriptionsAreNotBelieved) {
  EXPECT_EQ(code_of({2, 1, 8, 0}, 100, {5, 6}), Code::ok);
  EXPECT_EQ(code_of({2, 0, 0, 9}, 100), Code::ok);
  EXPECT_EQ(code_of({2, 0, 0, 9}, 1), Code::damaged) << "more than there may be";
  EXPECT_EQ(code_of({2, 1, 8, 0}, 100, {5}), Code::damaged) << "a plane that is too short";
  EXPECT_EQ(code_of({2, 1, 8, 0}, 100, {5, 6, 7}), Code::damaged) << "a byte too many";
  EXPECT_EQ(code_of({2, 1, 65, 0}, 100, Buffer(18)), Code::damaged) << "65 bits";
  EXPECT_EQ(code_of({2, 4, 8, 0}, 100, {5, 6}), Code::damaged) << "unknown packing";
  EXPECT_EQ(code_of({2, 0, 8, 0}, 100, {5, 6}), Code::damaged) << "a constant with planes";
  EXPECT_EQ(code_of({2, 1, 0, 0}, 100), Code::damaged) << "planes of nothing";
  EXPECT_EQ(code_of({2, 1, 7, 0}, 100, {5, 6}), Code::damaged) << "bits of no whole plane";
  EXPECT_EQ(code_of({2, 2, 8, 1}, 100, {5, 6}), Code::damaged) << "a base that nothing needs";
  EXPECT_EQ(code_of({2, 0x81, 3, 0}, 100, {5}), Code::damaged) << "dense, and short";
  Buffer many;
  crdt::append_varint64(many, ~std::uint64_t{0});
  many.insert(many.end(), {0, 0, 1});
  EXPECT_EQ(code_of(many), Code::damaged);
  Sheet sheet;
  const std::vector<Bytes> few(kFirstLongPlane - 1);
  const std::vector<Bytes> too_many(kStreamsMax + 1);
  EXPECT_EQ(unpack(few, 100, sheet).code(), Code::damaged);
  EXPECT_EQ(unpack(too_many, 100, sheet).code(), Code::damaged);
}

}  // namespace
}  // namespace gs::columns
