// Columns of numbers from planes, which a stranger may have made.
#include "gs/core/columns/damage.h"
#include "gs/core/columns/plan.h"
#include "gs/core/crdt/text/varint.h"

namespace gs::columns {
namespace {

using crdt::take_varint64;

class Unpacker {
 public:
  Unpacker(std::span<const Bytes> streams, std::size_t numbers_max)
      : streams_(streams),
        description_(streams[kDescription]),
        short_(streams[kShortPlanes]),
        numbers_left_(numbers_max) {}

  Error run(Sheet& sheet) {
    for (auto& column : sheet.numbers) {
      GS_TRY(const std::size_t count, take_count(1));
      column.resize(count);
      GS_TRY_OK(unpack_column(column.data(), count, 1));
    }
    GS_TRY(const std::size_t tables, take_count(1));
    sheet.tables.resize(tables);
    for (Table& table : sheet.tables) GS_TRY_OK(unpack_table(table));
    if (!description_.empty() || !short_.empty() || next_long_ != streams_.size()) {
      return damaged_columns("something is left over");
    }
    return {};
  }

 private:
  // How many there are of what takes `numbers` each.
  Result<std::size_t> take_count(std::size_t numbers) {
    std::uint64_t count = 0;
    if (!take_varint64(description_, count)) return damaged_columns("a count is missing");
    if (count > numbers_left_ / numbers) {
      return damaged_columns("they are more than the block can hold");
    }
    numbers_left_ -= static_cast<std::size_t>(count) * numbers;
    return static_cast<std::size_t>(count);
  }

  Error unpack_table(Table& table) {
    std::uint64_t words = 0;
    if (!take_varint64(description_, table.shape) || !take_varint64(description_, words)) {
      return damaged_columns("a table is missing");
    }
    if (words == 0 || words > kTableWordsMax) {
      return damaged_columns("a table of no possible width");
    }
    table.words = static_cast<std::size_t>(words);
    GS_TRY(const std::size_t rows, take_count(table.words));
    if (rows == 0) return damaged_columns("a table without rows");
    table.cells.resize(rows * table.words);
    for (std::size_t word = 0; word < table.words; ++word) {
      GS_TRY_OK(unpack_column(table.cells.data() + word, rows, table.words));
    }
    return {};
  }

  Result<Plan> take_plan(std::size_t count) {
    const Error unknown = damaged_columns("a column is described in an unknown way");
    if (description_.size() < 2) return unknown.copy();
    const std::uint8_t packing = description_[0] & ~kDenseBit;
    Plan plan;
    plan.dense = (description_[0] & kDenseBit) != 0;
    plan.bits = description_[1];
    description_ = description_.subspan(2);
    if (packing > kPackingMax || plan.bits > kNumberBits) return unknown.copy();
    plan.packing = static_cast<Packing>(packing);
    if ((plan.packing == Packing::constant) != (plan.bits == 0)) return unknown.copy();
    if (plan.dense != (plan.last_bits() != 0)) return unknown.copy();
    if (plan.dense && count < kLongPlaneBytes) return unknown.copy();
    if (!take_varint64(description_, plan.base)) return unknown.copy();
    const bool has_base = plan.packing == Packing::constant || plan.packing == Packing::planes;
    if (!has_base && plan.base != 0) return unknown.copy();
    return plan;
  }

  Error unpack_column(std::uint64_t* to, std::size_t count, std::size_t step) {
    if (count == 0) return {};
    GS_TRY(const Plan plan, take_plan(count));
    for (std::size_t i = 0; i < count; ++i) to[i * step] = 0;
    for (std::size_t plane = 0; plane < plan.planes(); ++plane) {
      GS_TRY(const Bytes from, take_plane(plan.plane_bytes(plane, count), count));
      const std::size_t shift = plane * kPlaneBits;
      if (plan.is_dense(plane)) {
        GS_TRY_OK(add_dense(from, plan.last_bits(), shift, to, count, step));
        continue;
      }
      for (std::size_t i = 0; i < count; ++i) {
        to[i * step] |= static_cast<std::uint64_t>(from[i]) << shift;
      }
    }
    finish_column(plan, to, count, step);
    return {};
  }

  static Error add_dense(Bytes from, std::size_t width, std::size_t shift, std::uint64_t* to,
                         std::size_t count, std::size_t step) {
    std::uint32_t bits = 0;
    std::size_t have = 0;
    std::size_t next = 0;
    const std::uint32_t mask = (1u << width) - 1;
    for (std::size_t i = 0; i < count; ++i) {
      if (have < width) {
        bits |= static_cast<std::uint32_t>(from[next++]) << have;
        have += kPlaneBits;
      }
      to[i * step] |= std::uint64_t{bits & mask} << shift;
      bits >>= width;
      have -= width;
    }
    return bits == 0 ? Error() : damaged_columns("bits behind the last number of a plane");
  }

  static void finish_column(const Plan& plan, std::uint64_t* to, std::size_t count,
                            std::size_t step) noexcept {
    std::uint64_t last = 0;
    for (std::size_t i = 0; i < count; ++i) {
      std::uint64_t& value = to[i * step];
      if (plan.packing == Packing::whole_doubles) {
        value = double_of_whole(value);
      } else if (plan.packing == Packing::differences) {
        value = last += unfold64(value);
      } else {
        value += plan.base;
      }
    }
  }

  Result<Bytes> take_plane(std::size_t bytes, std::size_t count) {
    if (count >= kLongPlaneBytes) {
      if (next_long_ == streams_.size() || streams_[next_long_].size() != bytes) {
        return damaged_columns("a long plane is missing");
      }
      return streams_[next_long_++];
    }
    if (short_.size() < bytes) return damaged_columns("a short plane is missing");
    const Bytes plane = short_.first(bytes);
    short_ = short_.subspan(bytes);
    return plane;
  }

  std::span<const Bytes> streams_;
  Bytes description_;
  Bytes short_;
  std::size_t next_long_ = kFirstLongPlane;
  std::size_t numbers_left_;
};

}  // namespace

Error unpack(std::span<const Bytes> streams, std::size_t numbers_max, Sheet& sheet) {
  if (streams.size() < kFirstLongPlane || streams.size() > kStreamsMax) {
    return damaged_columns("they are " + std::to_string(streams.size()) + " streams");
  }
  return Unpacker(streams, numbers_max).run(sheet);
}

}  // namespace gs::columns
