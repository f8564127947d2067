#include "gs/core/merge/counter.h"

#include <bit>
#include <cmath>
#include <limits>

#include "gs/base/endian.h"

namespace gs::merge {

using record::Part;

namespace {

constexpr double kWholeMax = 9007199254740992.0;  // 2^53: all whole numbers up to here are doubles

double number_in(Bytes content) noexcept { return std::bit_cast<double>(load_u64(content.data())); }

bool is_whole(double value) noexcept {
  return std::fabs(value) <= kWholeMax && std::trunc(value) == value;  // false for NaN
}

std::array<std::uint8_t, 8> bytes_of(double value) noexcept {
  std::array<std::uint8_t, 8> bytes;
  store_u64(bytes.data(), std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value));  // no -0
  return bytes;
}

std::array<std::uint8_t, 8> bytes_of(std::int64_t value) noexcept {
  std::array<std::uint8_t, 8> bytes;
  store_u64(bytes.data(), static_cast<std::uint64_t>(value));
  return bytes;
}

Error beyond() {
  return Error(
      Code::too_large,
      "a number that is added to goes up to 9,007,199,254,740,992 either way. Add less, or "
      "write the number anew");
}

}  // namespace

std::optional<std::int64_t> addition_of(const Part& part) noexcept {
  if (part.state != Part::value || part.type != Type::number) return std::nullopt;
  const double value = number_in(part.content);
  if (!is_whole(value)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::optional<Total::Sum> Total::with(const Part& value) const noexcept {
  if (value.state != Part::value) return Sum{Type::number, bytes_of(number())};
  if (value.type == Type::number) {
    const double base = number_in(value.content);
    // Rounded once.
    const double sum =
        is_whole(base) ? static_cast<double>(static_cast<Wide>(base) + sum_) : base + number();
    return Sum{Type::number, bytes_of(sum)};
  }
  if (value.type != Type::integer) return std::nullopt;
  const Wide sum = static_cast<std::int64_t>(load_u64(value.content.data())) + sum_;
  const bool fits = sum >= std::numeric_limits<std::int64_t>::min() &&
                    sum <= std::numeric_limits<std::int64_t>::max();
  if (fits) return Sum{Type::integer, bytes_of(static_cast<std::int64_t>(sum))};
  return Sum{Type::number, bytes_of(static_cast<double>(sum))};
}

Result<Total::Sum> Total::taken_from(Type type, Bytes content) const {
  if (type == Type::integer) {
    const Wide rest = static_cast<std::int64_t>(load_u64(content.data())) - sum_;
    if (rest < std::numeric_limits<std::int64_t>::min() ||
        rest > std::numeric_limits<std::int64_t>::max()) {
      return beyond();
    }
    return Sum{type, bytes_of(static_cast<std::int64_t>(rest))};
  }
  const double value = number_in(content);
  if (!is_whole(value)) {
    return Error(Code::invalid,
                 "a field that was added to takes whole numbers. Remove the field first");
  }
  const Wide rest = static_cast<Wide>(value) - sum_;
  if (rest > kAddedMax || rest < -kAddedMax) return beyond();
  return Sum{type, bytes_of(static_cast<double>(rest))};
}

Result<Total::Sum> more_added(std::int64_t before, std::int64_t addition) {
  if (addition > kAddedMax || addition < -kAddedMax) return beyond();
  const std::int64_t after = before + addition;  // both are far from the ends of the type
  if (after > kAddedMax || after < -kAddedMax) return beyond();
  return Total::Sum{Type::number, bytes_of(static_cast<double>(after))};
}

}  // namespace gs::merge
