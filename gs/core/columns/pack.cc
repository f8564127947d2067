// Columns of numbers as planes.
#include <algorithm>
#include <array>

#include "gs/core/columns/plan.h"
#include "gs/core/crdt/text/varint.h"

namespace gs::columns {
namespace {

using crdt::append_varint64;

// Every `step`th of some numbers.
struct Strided {
  const std::uint64_t* first;
  std::size_t count;
  std::size_t step;
  std::uint64_t at(std::size_t index) const noexcept { return first[index * step]; }
};

std::size_t bits_of(std::uint64_t value) noexcept {
  return static_cast<std::size_t>(std::bit_width(value));
}

Plan plan_of(const Strided& column) noexcept {
  std::uint64_t least = column.at(0);
  std::uint64_t most = least;
  std::uint64_t differences = 0;
  std::uint64_t wholes = 0;
  bool all_whole = true;
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < column.count; ++i) {
    const std::uint64_t value = column.at(i);
    least = std::min(least, value);
    most = std::max(most, value);
    differences |= fold64(value - last);
    last = value;
    std::uint64_t folded = 0;
    all_whole = all_whole && whole_of_double(value, folded);
    wholes |= folded;
  }
  if (least == most) return {Packing::constant, false, least, 0};
  Plan plan{Packing::planes, false, least, bits_of(most - least)};
  const auto consider = [&plan](Packing packing, std::uint64_t all) {
    const Plan other{packing, false, 0, bits_of(all)};
    if (other.planes() < plan.planes()) plan = other;
  };
  consider(Packing::differences, differences);
  if (all_whole) consider(Packing::whole_doubles, wholes);
  return plan;
}

// The numbers that the planes have.
void planned(const Strided& column, const Plan& plan, std::vector<std::uint64_t>& out) {
  out.resize(column.count);
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < column.count; ++i) {
    const std::uint64_t value = column.at(i);
    if (plan.packing == Packing::differences) {
      out[i] = fold64(value - last);
      last = value;
    } else if (plan.packing == Packing::whole_doubles) {
      whole_of_double(value, out[i]);
    } else {
      out[i] = value - plan.base;
    }
  }
}

// Whether the last plane has hardly less to say than its bits: then no compressor makes it smaller
// than they are without gaps, and most make it larger.
bool is_dense(const std::vector<std::uint64_t>& numbers, const Plan& plan) noexcept {
  constexpr double kShare = 0.9;
  if (plan.last_bits() == 0 || numbers.size() < kLongPlaneBytes) return false;
  const std::size_t shift = (plan.planes() - 1) * kPlaneBits;
  std::array<std::size_t, std::size_t{1} << kPlaneBits> counts{};
  for (const std::uint64_t number : numbers) ++counts[static_cast<std::uint8_t>(number >> shift)];
  double entropy = 0;  // bits of a number
  const auto all = static_cast<double>(numbers.size());
  for (const std::size_t count : counts) {
    const double share = static_cast<double>(count) / all;
    if (count != 0) entropy -= share * std::log2(share);
  }
  return entropy > kShare * static_cast<double>(plan.last_bits());
}

class Packer {
 public:
  explicit Packer(std::vector<Buffer>& streams) : streams_(streams) {
    if (streams_.size() < kFirstLongPlane) streams_.resize(kFirstLongPlane);
    for (Buffer& stream : streams_) stream.clear();
  }

  void count(std::uint64_t count) { append_varint64(streams_[kDescription], count); }

  void column(const Strided& column) {
    if (column.count == 0) return;
    Plan plan = plan_of(column);
    if (plan.bits != 0) {
      planned(column, plan, numbers_);
      plan.dense = is_dense(numbers_, plan);
      if (!plan.dense) plan.bits = plan.planes() * kPlaneBits;
    }
    Buffer& description = streams_[kDescription];
    description.push_back(static_cast<std::uint8_t>(plan.packing) | (plan.dense ? kDenseBit : 0));
    description.push_back(static_cast<std::uint8_t>(plan.bits));
    append_varint64(description, plan.base);
    for (std::size_t plane = 0; plane < plan.planes(); ++plane) put_plane(plan, plane);
  }

  // The streams that there are.
  bool finish(const Sheet& sheet) {
    streams_.resize(next_);
    for (std::size_t i = 0; i < kByteColumns; ++i) streams_[kFirstBytes + i] = sheet.bytes[i];
    return next_ <= kStreamsMax;
  }

 private:
  // Streams of the block before are used again, as their memory is there.
  Buffer& long_stream() {
    if (next_ == streams_.size()) streams_.emplace_back();
    return streams_[next_++];
  }

  void put_plane(const Plan& plan, std::size_t plane) {
    const std::size_t bytes = plan.plane_bytes(plane, numbers_.size());
    Buffer& to = numbers_.size() >= kLongPlaneBytes ? long_stream() : streams_[kShortPlanes];
    const std::size_t at = to.size();
    to.resize(at + bytes);
    const std::size_t shift = plane * kPlaneBits;
    if (plan.is_dense(plane)) return put_dense(plan, shift, to.data() + at);
    for (std::size_t i = 0; i < bytes; ++i) {
      to[at + i] = static_cast<std::uint8_t>(numbers_[i] >> shift);
    }
  }

  void put_dense(const Plan& plan, std::size_t shift, std::uint8_t* to) {
    std::uint32_t bits = 0;
    std::size_t count = 0;
    for (const std::uint64_t number : numbers_) {
      bits |= static_cast<std::uint32_t>(number >> shift) << count;
      count += plan.last_bits();
      if (count < kPlaneBits) continue;
      *to++ = static_cast<std::uint8_t>(bits);
      bits >>= kPlaneBits;
      count -= kPlaneBits;
    }
    if (count != 0) *to = static_cast<std::uint8_t>(bits);
  }

  std::vector<Buffer>& streams_;
  std::size_t next_ = kFirstLongPlane;
  std::vector<std::uint64_t> numbers_;
};

}  // namespace

bool pack(const Sheet& sheet, std::vector<Buffer>& streams) {
  Packer packer(streams);
  for (const auto& column : sheet.numbers) {
    packer.count(column.size());
    packer.column({column.data(), column.size(), 1});
  }
  packer.count(sheet.tables.size());
  for (const Table& table : sheet.tables) {
    const std::size_t rows = table.cells.size() / table.words;
    packer.count(table.shape);
    packer.count(table.words);
    packer.count(rows);
    for (std::size_t word = 0; word < table.words; ++word) {
      packer.column({table.cells.data() + word, rows, table.words});
    }
  }
  return packer.finish(sheet);
}

}  // namespace gs::columns
