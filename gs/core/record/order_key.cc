// Keys of values, see order_key.h. Big integers are worked on as little-endian bytes.
#include "gs/core/record/order_key.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "gs/base/endian.h"
#include "gs/core/record/content.h"

namespace gs::record {
namespace {

constexpr std::uint8_t kEnd = 0x00;
constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;
constexpr int kMantissaBits = 53;
constexpr int kDoubleBits = 1024;  // magnitudes with more bits are beyond all doubles
constexpr double kLargest = std::numeric_limits<double>::max();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

void put_class(OrderClass tag, Buffer& out) { out.push_back(static_cast<std::uint8_t>(tag)); }

void put_u64(std::uint64_t value, Buffer& out) {
  const std::size_t at = out.size();
  out.resize(at + 8);
  store_u64_be(out.data() + at, value);
}

void put_escaped(Bytes bytes, Buffer& out) {
  while (!bytes.empty()) {
    const void* const zero = std::memchr(bytes.data(), 0, bytes.size());
    const std::size_t size =
        zero == nullptr
            ? bytes.size()
            : static_cast<std::size_t>(static_cast<const std::uint8_t*>(zero) - bytes.data()) + 1;
    out.insert(out.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    if (zero != nullptr) out.push_back(0xff);
    bytes = bytes.subspan(size);
  }
  out.push_back(0);
  out.push_back(0);
}

// --- numbers ---

// A magnitude, little-endian, may have leading zeros (at its end).
std::size_t bit_count(Bytes magnitude) noexcept {
  std::size_t size = magnitude.size();
  while (size > 0 && magnitude[size - 1] == 0) --size;
  return size == 0 ? 0 : 8 * size - static_cast<std::size_t>(std::countl_zero(magnitude[size - 1]));
}

std::uint64_t bits_at(Bytes magnitude, std::size_t low, std::size_t count) noexcept {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t bit = low + i;
    bits |= std::uint64_t{static_cast<std::uint8_t>(magnitude[bit / 8] >> (bit % 8) & 1)} << i;
  }
  return bits;
}

// |a - b| of two magnitudes, big-endian without leading zeros; `a` is not the smaller one.
Buffer magnitude_difference(Bytes a, Bytes b) {
  Buffer result(a.begin(), a.end());
  int borrow = 0;
  for (std::size_t i = 0; i < result.size(); ++i) {
    const int digit = result[i] - (i < b.size() ? b[i] : 0) - borrow;
    borrow = digit < 0 ? 1 : 0;
    result[i] = static_cast<std::uint8_t>(digit);
  }
  while (!result.empty() && result.back() == 0) result.pop_back();
  std::reverse(result.begin(), result.end());
  return result;
}

// mantissa * 2^shift as a magnitude.
Buffer shifted(std::uint64_t mantissa, std::size_t shift) {
  Buffer result((shift + 64) / 8 + 1);
  for (std::size_t i = 0; i < 64; ++i) {
    if ((mantissa >> i & 1) != 0) {
      result[(shift + i) / 8] |= static_cast<std::uint8_t>(1u << ((shift + i) % 8));
    }
  }
  return result;
}

Buffer largest_double() {
  return shifted((std::uint64_t{1} << kMantissaBits) - 1, kDoubleBits - kMantissaBits);
}

// Exact: mantissa < 2^54 is at most 2^53 here.
double scaled_double(std::uint64_t mantissa, std::uint64_t shift) noexcept {
  auto value = static_cast<double>(mantissa);
  constexpr std::uint64_t kStep = 512;  // 2^512 is a double, and so is each product
  constexpr std::uint64_t kBias = 1023;
  for (; shift >= kStep; shift -= kStep) value *= std::bit_cast<double>((kStep + kBias) << 52);
  return value * std::bit_cast<double>((shift + kBias) << 52);
}

NumberParts beyond_doubles(Bytes magnitude, bool negative) {
  return {negative ? -kInfinity : kLargest, magnitude_difference(magnitude, largest_double())};
}

NumberParts integer_parts(Bytes magnitude, bool negative) {
  const std::size_t bits = bit_count(magnitude);
  if (bits > kDoubleBits) return beyond_doubles(magnitude, negative);
  if (bits <= kMantissaBits) {
    const auto value = static_cast<double>(bits_at(magnitude, 0, bits));
    return {negative && bits != 0 ? -value : value, {}};
  }
  const std::size_t shift = bits - kMantissaBits;
  std::uint64_t mantissa = bits_at(magnitude, shift, kMantissaBits);
  const Buffer below = shifted(mantissa, shift);
  Buffer rest = magnitude_difference(magnitude, below);
  if (!negative) return {scaled_double(mantissa, shift), std::move(rest)};
  if (rest.empty()) return {-scaled_double(mantissa, shift), {}};
  // The double below a negative value is the next one away from zero.
  ++mantissa;
  if (bits == kDoubleBits && mantissa == std::uint64_t{1} << kMantissaBits) {
    return beyond_doubles(magnitude, true);
  }
  return {-scaled_double(mantissa, shift),
          magnitude_difference(shifted(mantissa, shift), magnitude)};
}

void put_number(double floor, Bytes rest, Buffer& out) {
  constexpr std::size_t kHeadBytes = 1 + 8 + 2;
  const std::size_t at = out.size();
  out.resize(at + kHeadBytes);
  std::uint8_t* const head = out.data() + at;
  const auto bits = std::bit_cast<std::uint64_t>(floor + 0.0);  // -0 + 0 is 0
  head[0] = static_cast<std::uint8_t>(OrderClass::number);
  store_u64_be(head + 1, (bits & kSignBit) != 0 ? ~bits : bits | kSignBit);
  if (rest.empty()) return;
  head[9] = static_cast<std::uint8_t>(rest.size() >> 8);
  head[10] = static_cast<std::uint8_t>(rest.size());
  out.insert(out.end(), rest.begin(), rest.end());
  if (floor == -kInfinity) invert_order(out, at + 9);
}

// The largest double <= value, and the same as an integer.
double floor_double(std::int64_t value, std::int64_t& floor) noexcept {
  // Cutting the low bits of two's complement goes down, for either sign.
  const std::uint64_t magnitude = value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value)
                                            : static_cast<std::uint64_t>(value);
  const int bits = 64 - std::countl_zero(magnitude);
  floor = value;
  if (bits > kMantissaBits) {
    floor = static_cast<std::int64_t>(static_cast<std::uint64_t>(value) >>
                                      (bits - kMantissaBits) << (bits - kMantissaBits));
  }
  return static_cast<double>(floor);
}

void put_integer(std::int64_t value, Buffer& out) {
  constexpr std::int64_t kExact = std::int64_t{1} << kMantissaBits;
  if (value >= -kExact && value <= kExact) return put_number(static_cast<double>(value), {}, out);
  std::int64_t floor = 0;
  const double below = floor_double(value, floor);
  std::uint8_t rest[8];
  store_u64_be(rest, static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(floor));
  std::size_t zeros = 0;
  while (zeros < sizeof rest && rest[zeros] == 0) ++zeros;
  put_number(below, Bytes(rest).subspan(zeros), out);
}

// --- containers ---

void put_elements(const ValueView& array, Buffer& out) {
  const std::uint32_t count = array.count();
  for (std::uint32_t i = 0; i < count; ++i) append_order_key(array.element(i), out);
  out.push_back(kEnd);
}

// Appends the parts, which were appended since `start` and end at `ends`, in the order of bytes.
void sort_parts(std::size_t start, const std::vector<std::size_t>& ends, Buffer& out) {
  const Buffer parts(out.begin() + static_cast<std::ptrdiff_t>(start), out.end());
  std::vector<Bytes> order;
  order.reserve(ends.size());
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    order.push_back(Bytes(parts).subspan(begin, end - start - begin));
    begin = end - start;
  }
  std::sort(order.begin(), order.end(), [](Bytes a, Bytes b) { return as_text(a) < as_text(b); });
  out.resize(start);
  for (const Bytes part : order) out.insert(out.end(), part.begin(), part.end());
}

void put_object(const ValueView& object, Buffer& out) {
  const std::size_t start = out.size();
  const std::uint32_t count = object.count();
  std::vector<std::size_t> ends;
  bool ascends = true;
  std::string_view last;
  for (std::uint32_t i = 0; i < count; ++i) {
    const ValueView value = object.member(i);
    if (value.type == kAbsentMember) continue;
    const std::string_view name = object.member_name(i);
    ascends = ascends && (ends.empty() || last < name);
    last = name;
    put_class(OrderClass::string, out);
    put_escaped(as_bytes(name), out);
    append_order_key(value, out);
    ends.push_back(out.size());
  }
  // Names differ, and each begins its part, so the order of parts is that of names.
  if (!ascends) sort_parts(start, ends, out);
  out.push_back(kEnd);
}

void put_set(const ValueView& set, Buffer& out) {
  const std::size_t start = out.size();
  const std::uint32_t count = set.count();
  std::vector<std::size_t> ends;
  for (std::uint32_t i = 0; i < count; ++i) {
    append_order_key(set.element(i), out);
    ends.push_back(out.size());
  }
  sort_parts(start, ends, out);
  out.push_back(kEnd);
}

}  // namespace

OrderClass order_class(Type type) noexcept {
  switch (type) {
    case Type::boolean:
      return OrderClass::boolean;
    case Type::number:
    case Type::integer:
    case Type::big:
      return OrderClass::number;
    case Type::date:
      return OrderClass::date;
    case Type::id:
      return OrderClass::id;
    case Type::string:
      return OrderClass::string;
    case Type::bytes:
      return OrderClass::bytes;
    case Type::array:
      return OrderClass::array;
    case Type::object:
      return OrderClass::object;
    case Type::set:
      return OrderClass::set;
    case Type::blob:
      return OrderClass::blob;
    case Type::null:
    case Type::any:
      break;
  }
  return OrderClass::null;
}

const char* order_class_name(OrderClass of) noexcept {
  switch (of) {
    case OrderClass::null:
      return "null";
    case OrderClass::boolean:
      return "boolean";
    case OrderClass::number:
      return "number";
    case OrderClass::date:
      return "date";
    case OrderClass::id:
      return "id";
    case OrderClass::string:
      return "text";
    case OrderClass::bytes:
      return "bytes";
    case OrderClass::array:
      return "array";
    case OrderClass::object:
      return "object";
    case OrderClass::set:
      return "set";
    case OrderClass::blob:
      return "blob";
  }
  return "";
}

NumberParts number_parts(const ValueView& number) {
  if (number.type == Type::number) return {number.number() + 0.0, {}};
  if (number.type == Type::big)
    return integer_parts(number.content.subspan(1), number.content[0] != 0);
  const std::int64_t value = number.integer();
  std::uint8_t magnitude[8];
  store_u64(magnitude, value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value)
                                 : static_cast<std::uint64_t>(value));
  return integer_parts(magnitude, value < 0);
}

void append_missing_key(Buffer& out) { put_class(OrderClass::null, out); }

void invert_order(Buffer& out, std::size_t start) noexcept {
  for (std::size_t i = start; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(~out[i]);
}

void append_order_key(const ValueView& value, Buffer& out) {
  switch (value.type) {
    case Type::null:
    case Type::any:
      return append_missing_key(out);
    case Type::boolean:
      out.push_back(static_cast<std::uint8_t>(static_cast<int>(OrderClass::boolean) +
                                              (value.boolean() ? 1 : 0)));
      return;
    case Type::number:
      return put_number(value.number(), {}, out);
    case Type::integer:
      return put_integer(value.integer(), out);
    case Type::big: {
      const NumberParts parts = number_parts(value);
      return put_number(parts.floor, parts.rest, out);
    }
    case Type::date:
      put_class(OrderClass::date, out);
      return put_u64(static_cast<std::uint64_t>(value.integer()) ^ kSignBit, out);
    case Type::id:
      put_class(OrderClass::id, out);
      out.insert(out.end(), value.content.begin(), value.content.end());
      return;
    case Type::string:
      put_class(OrderClass::string, out);
      return put_escaped(value.content, out);
    case Type::bytes:
      put_class(OrderClass::bytes, out);
      return put_escaped(value.content, out);
    case Type::array:
      put_class(OrderClass::array, out);
      return put_elements(value, out);
    case Type::object:
      put_class(OrderClass::object, out);
      return put_object(value, out);
    case Type::set:
      put_class(OrderClass::set, out);
      return put_set(value, out);
    case Type::blob: {
      put_class(OrderClass::blob, out);
      const BlobRef blob = value.blob();
      out.insert(out.end(), blob.digest.bytes.begin(), blob.digest.bytes.end());
      return put_u64(blob.size, out);
    }
  }
}

}  // namespace gs::record
