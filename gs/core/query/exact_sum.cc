#include "gs/core/query/exact_sum.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "gs/base/endian.h"

namespace gs::query {
namespace {

using Unsigned = unsigned __int128;

constexpr std::size_t kDigitBits = 32;
constexpr std::uint64_t kDigitMask = 0xffffffff;
// Digits behind the point: 1,088 bits, and the smallest double has 1,074.
constexpr std::size_t kFractionDigits = 34;
constexpr std::size_t kFractionBits = kFractionDigits * kDigitBits;
constexpr std::size_t kUnitBits = 1074;
constexpr std::size_t kMantissaBits = 53;
// Before digits of 63 bits can overflow.
constexpr std::uint64_t kPendingMax = std::uint64_t{1} << 30;

// Sign and digits of a sum, none above its range, no zeros at the end.
struct Fixed {
  bool negative = false;
  std::vector<std::uint32_t> digits;
  bool has_rest = false;  // something smaller than its last digit was left out
};

void trim(Fixed& number) {
  while (!number.digits.empty() && number.digits.back() == 0) number.digits.pop_back();
}

Fixed settle(std::vector<std::int64_t> digits) {
  Fixed result;
  std::int64_t carry = 0;
  for (std::size_t i = 0; i < digits.size() || (carry != 0 && carry != -1); ++i) {
    const std::int64_t digit = (i < digits.size() ? digits[i] : 0) + carry;
    result.digits.push_back(static_cast<std::uint32_t>(digit));
    carry = digit >> kDigitBits;
  }
  result.negative = carry == -1;
  if (result.negative) {  // two's complement
    std::uint64_t one = 1;
    for (std::uint32_t& digit : result.digits) {
      const std::uint64_t turned = std::uint64_t{~digit} + one;
      digit = static_cast<std::uint32_t>(turned);
      one = turned >> kDigitBits;
    }
    if (one != 0) result.digits.push_back(1);
  }
  trim(result);
  return result;
}

void divide(Fixed& number, std::uint64_t by) {
  std::uint64_t rest = 0;
  for (std::size_t i = number.digits.size(); i-- > 0;) {
    const Unsigned part = Unsigned{rest} << kDigitBits | number.digits[i];
    number.digits[i] = static_cast<std::uint32_t>(part / by);
    rest = static_cast<std::uint64_t>(part % by);
  }
  number.has_rest = rest != 0;
  trim(number);
}

std::size_t bit_count(const Fixed& number) {
  if (number.digits.empty()) return 0;
  return kDigitBits * number.digits.size() -
         static_cast<std::size_t>(std::countl_zero(number.digits.back()));
}

bool bit_at(const Fixed& number, std::size_t bit) {
  return (number.digits[bit / kDigitBits] >> (bit % kDigitBits) & 1) != 0;
}

bool any_below(const Fixed& number, std::size_t bit) {
  if (number.has_rest) return true;
  for (std::size_t i = 0; i < bit / kDigitBits; ++i) {
    if (number.digits[i] != 0) return true;
  }
  for (std::size_t i = bit / kDigitBits * kDigitBits; i < bit; ++i) {
    if (bit_at(number, i)) return true;
  }
  return false;
}

// The nearest double, ties to even; infinite beyond the largest.
double nearest_double(const Fixed& number) {
  const std::size_t bits = bit_count(number);
  const std::size_t unit = kFractionBits - kUnitBits;  // of the lowest bit a double can have
  const std::size_t low = std::max(bits, unit + kMantissaBits) - kMantissaBits;
  std::uint64_t mantissa = 0;
  for (std::size_t bit = bits; bit-- > low;)
    mantissa = mantissa << 1 | (bit_at(number, bit) ? 1 : 0);
  const bool half = low > 0 && low <= bits && bit_at(number, low - 1);
  const bool up = half && ((mantissa & 1) != 0 || any_below(number, low - 1));
  if (up) ++mantissa;
  const double result = std::ldexp(static_cast<double>(mantissa),
                                   static_cast<int>(low) - static_cast<int>(kFractionBits));
  return number.negative ? -result : result;
}

// Without its fraction.
Result<Value> whole(const Fixed& number) {
  Big big;
  for (std::size_t i = kFractionDigits; i < number.digits.size(); ++i) {
    const std::size_t at = big.magnitude.size();
    big.magnitude.resize(at + sizeof(std::uint32_t));
    store_u32(big.magnitude.data() + at, number.digits[i]);
  }
  while (!big.magnitude.empty() && big.magnitude.back() == 0) big.magnitude.pop_back();
  big.negative = number.negative && !big.magnitude.empty();
  if (big.magnitude.size() <= sizeof(std::uint64_t)) {
    std::uint8_t bytes[sizeof(std::uint64_t)] = {};
    std::copy(big.magnitude.begin(), big.magnitude.end(), bytes);
    const std::uint64_t magnitude = load_u64(bytes);
    const std::uint64_t most =
        static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()) +
        (big.negative ? 1 : 0);
    if (magnitude <= most) {
      return Value::integer(static_cast<std::int64_t>(big.negative ? 0 - magnitude : magnitude));
    }
  }
  if (big.magnitude.size() > kBigBytesMax) {
    return Error(Code::too_large,
                 "a sum of more than " + std::to_string(8 * kBigBytesMax) + " bits");
  }
  return Value(std::move(big));
}

Result<Value> number_or_whole(const Fixed& number) {
  const double rounded = nearest_double(number);
  if (std::isfinite(rounded)) return Value(rounded);
  return whole(number);
}

}  // namespace

void ExactSum::count_in(const record::ValueView& value, bool negated) {
  const std::uint64_t one = negated ? ~std::uint64_t{0} : 1;
  if (value.type == Type::number) {
    add_number(negated ? -value.number() : value.number());
    doubles_ += one;
  } else if (value.type == Type::integer) {
    const Wide integer = value.integer();
    add_integer(negated ? -integer : integer);
  } else if (value.type == Type::big) {
    add_big(value.content.subspan(1), (value.content[0] != 0) != negated);
  } else {
    return;
  }
  count_ += one;
}

void ExactSum::add_number(double number) {
  constexpr double kSmall = 4611686018427387904.0;  // 2^62
  if (number > -kSmall && number < kSmall) {
    const auto integer = static_cast<std::int64_t>(number);
    if (static_cast<double>(integer) == number) return add_integer(integer);
  }
  const auto raw = std::bit_cast<std::uint64_t>(number);
  const auto exponent = static_cast<std::size_t>(raw >> (kMantissaBits - 1) & 0x7ff);
  std::uint64_t mantissa = raw & ((std::uint64_t{1} << (kMantissaBits - 1)) - 1);
  if (exponent != 0) mantissa |= std::uint64_t{1} << (kMantissaBits - 1);
  const std::size_t bit = kFractionBits - kUnitBits + (exponent == 0 ? 0 : exponent - 1);
  const Unsigned shifted = Unsigned{mantissa} << (bit % kDigitBits);
  for (std::size_t i = 0; i < 3; ++i) {
    add_digit(bit / kDigitBits + i,
              static_cast<std::uint64_t>(shifted >> (i * kDigitBits)) & kDigitMask, raw >> 63 != 0);
  }
  carry();
}

void ExactSum::add_big(Bytes magnitude, bool negative) {
  for (std::size_t at = 0; at < magnitude.size(); at += sizeof(std::uint32_t)) {
    std::uint8_t bytes[sizeof(std::uint32_t)] = {};
    const Bytes part = magnitude.subspan(at, std::min(sizeof bytes, magnitude.size() - at));
    std::copy(part.begin(), part.end(), bytes);
    add_digit(kFractionDigits + at / sizeof bytes, load_u32(bytes), negative);
  }
  carry();
}

void ExactSum::add_digit(std::size_t digit, std::uint64_t magnitude, bool negative) {
  if (magnitude == 0) return;
  if (digit >= digits_.size()) digits_.resize(digit + 1);
  const auto amount = static_cast<std::int64_t>(magnitude);
  digits_[digit] += negative ? -amount : amount;
}

void ExactSum::carry() {
  if (++pending_ < kPendingMax) return;
  pending_ = 0;
  std::int64_t above = 0;
  for (std::int64_t& digit : digits_) {
    digit += above;
    above = digit >> kDigitBits;
    digit &= static_cast<std::int64_t>(kDigitMask);
  }
  if (above != 0) digits_.push_back(above);
}

std::vector<std::int64_t> ExactSum::all_digits() const {
  std::vector<std::int64_t> digits = digits_;
  constexpr std::size_t kSmallDigits = 4;
  digits.resize(std::max(digits.size(), kFractionDigits + kSmallDigits));
  for (std::size_t i = 0; i < kSmallDigits; ++i) {
    // The highest one keeps the sign.
    const auto part = static_cast<std::int64_t>(small_ >> (i * kDigitBits));
    digits[kFractionDigits + i] +=
        i + 1 == kSmallDigits ? part : part & static_cast<std::int64_t>(kDigitMask);
  }
  return digits;
}

Result<Value> ExactSum::sum() const {
  if (count_ == 0) return Value(0);
  const Fixed total = settle(all_digits());
  return doubles_ != 0 ? number_or_whole(total) : whole(total);
}

Result<Value> ExactSum::mean() const {
  if (count_ == 0) return Value();
  Fixed total = settle(all_digits());
  divide(total, count_);
  return number_or_whole(total);
}

}  // namespace gs::query
