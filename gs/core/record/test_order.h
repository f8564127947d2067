// The order of values as docs/QUERY.md tells it, written down again without keys and without haste:
// what tests compare order keys and queries with.
#pragma once

#include <algorithm>
#include <bit>
#include <cstring>
#include <vector>

#include "globalstorage/value.h"

namespace gs::record::naive {

// A number as sign and magnitude in units of 2^-1074, the smallest double: one bit an element,
// lowest first, no zeros at the end.
struct Exact {
  bool negative = false;
  std::vector<bool> bits;
};

inline constexpr std::size_t kUnitBits = 1074;

inline Exact exact(bool negative, const std::vector<bool>& bits, std::size_t shift) {
  Exact made{negative, std::vector<bool>(shift)};
  made.bits.insert(made.bits.end(), bits.begin(), bits.end());
  while (!made.bits.empty() && !made.bits.back()) made.bits.pop_back();
  if (made.bits.empty()) made.negative = false;
  return made;
}

inline std::vector<bool> bits_of(std::uint64_t value) {
  std::vector<bool> bits;
  for (; value != 0; value >>= 1) bits.push_back((value & 1) != 0);
  return bits;
}

inline Exact exact(const Value& value) {
  if (const auto* number = value.get<double>()) {
    const auto raw = std::bit_cast<std::uint64_t>(*number);
    const std::uint64_t exponent = raw >> 52 & 0x7ff;
    std::uint64_t mantissa = raw & ((std::uint64_t{1} << 52) - 1);
    if (exponent != 0) mantissa |= std::uint64_t{1} << 52;
    return exact(raw >> 63 != 0, bits_of(mantissa), exponent == 0 ? 0 : exponent - 1);
  }
  if (const auto* integer = value.get<std::int64_t>()) {
    const auto raw = static_cast<std::uint64_t>(*integer);
    return exact(*integer < 0, bits_of(*integer < 0 ? 0 - raw : raw), kUnitBits);
  }
  std::vector<bool> bits;
  for (const std::uint8_t byte : value.get<Big>()->magnitude) {
    for (int i = 0; i < 8; ++i) bits.push_back((byte >> i & 1) != 0);
  }
  return exact(value.get<Big>()->negative, bits, kUnitBits);
}

inline int compare_exact(const Exact& a, const Exact& b) {
  if (a.negative != b.negative) return a.negative ? -1 : 1;
  const int sign = a.negative ? -1 : 1;
  if (a.bits.size() != b.bits.size()) return a.bits.size() < b.bits.size() ? -sign : sign;
  for (std::size_t i = a.bits.size(); i-- > 0;) {
    if (a.bits[i] != b.bits[i]) return a.bits[i] ? sign : -sign;
  }
  return 0;
}

inline int rank(const Value& value) {
  switch (value.type()) {
    case Type::null:
    case Type::any:
      return 0;
    case Type::boolean:
      return 1;
    case Type::number:
    case Type::integer:
    case Type::big:
      return 2;
    case Type::date:
      return 3;
    case Type::id:
      return 4;
    case Type::string:
      return 5;
    case Type::bytes:
      return 6;
    case Type::array:
      return 7;
    case Type::object:
      return 8;
    case Type::set:
      return 9;
    case Type::blob:
      return 10;
  }
  return 0;
}

template <typename T>
int three_way(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

int compare(const Value& a, const Value& b);

inline bool less(const Value& a, const Value& b) { return compare(a, b) < 0; }

inline int compare_lists(const Array& a, const Array& b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (const int order = compare(a[i], b[i])) return order;
  }
  return three_way(a.size(), b.size());
}

inline int compare_text(std::string_view a, std::string_view b) {
  const int order = std::memcmp(a.data(), b.data(), std::min(a.size(), b.size()));
  return order != 0 ? order : three_way(a.size(), b.size());
}

inline int compare_objects(Object a, Object b) {
  const auto by_name = [](const Member& x, const Member& y) {
    return compare_text(x.first, y.first) < 0;
  };
  std::sort(a.begin(), a.end(), by_name);
  std::sort(b.begin(), b.end(), by_name);
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (const int order = compare_text(a[i].first, b[i].first)) return order;
    if (const int order = compare(a[i].second, b[i].second)) return order;
  }
  return three_way(a.size(), b.size());
}

inline Array sorted(Array elements) {
  std::sort(elements.begin(), elements.end(), less);
  return elements;
}

// Negative, zero or positive.
inline int compare(const Value& a, const Value& b) {
  if (rank(a) != rank(b)) return three_way(rank(a), rank(b));
  switch (a.type()) {
    case Type::boolean:
      return three_way(*a.get<bool>(), *b.get<bool>());
    case Type::number:
    case Type::integer:
    case Type::big:
      return compare_exact(exact(a), exact(b));
    case Type::date:
      return three_way(a.get<Date>()->ms, b.get<Date>()->ms);
    case Type::id:
      return three_way(*a.get<Id>(), *b.get<Id>());
    case Type::string:
      return compare_text(*a.get<std::string>(), *b.get<std::string>());
    case Type::bytes:
      return three_way(*a.get<Buffer>(), *b.get<Buffer>());
    case Type::array:
      return compare_lists(*a.get<Array>(), *b.get<Array>());
    case Type::object:
      return compare_objects(*a.get<Object>(), *b.get<Object>());
    case Type::set:
      return compare_lists(sorted(a.get<Set>()->elements), sorted(b.get<Set>()->elements));
    case Type::blob: {
      const int order = three_way(a.get<BlobRef>()->digest, b.get<BlobRef>()->digest);
      return order != 0 ? order : three_way(a.get<BlobRef>()->size, b.get<BlobRef>()->size);
    }
    case Type::null:
    case Type::any:
      break;
  }
  return 0;
}

}  // namespace gs::record::naive
