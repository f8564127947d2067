// Exact arithmetic on the bits of numbers, slow and plain, and what it means to be rounded once.
#pragma once

#include <bit>
#include <cmath>
#include <limits>

#include "gs/core/record/test_order.h"

namespace gs::query::naive {

using record::naive::Exact;
using record::naive::exact;

inline std::vector<bool> plus(const std::vector<bool>& a, const std::vector<bool>& b) {
  std::vector<bool> sum;
  int carry = 0;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()) || carry != 0; ++i) {
    const int bits = (i < a.size() && a[i] ? 1 : 0) + (i < b.size() && b[i] ? 1 : 0) + carry;
    sum.push_back((bits & 1) != 0);
    carry = bits / 2;
  }
  return sum;
}

// |a| >= |b|
inline std::vector<bool> minus(const std::vector<bool>& a, const std::vector<bool>& b) {
  std::vector<bool> difference;
  int borrow = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const int bits = (a[i] ? 1 : 0) - (i < b.size() && b[i] ? 1 : 0) - borrow;
    difference.push_back((bits & 1) != 0);
    borrow = bits < 0 ? 1 : 0;
  }
  return difference;
}

inline Exact add(const Exact& a, const Exact& b) {
  if (a.negative == b.negative) return exact(a.negative, plus(a.bits, b.bits), 0);
  const Exact positive_a{false, a.bits};
  const Exact positive_b{false, b.bits};
  return record::naive::compare_exact(positive_a, positive_b) < 0
             ? exact(b.negative, minus(b.bits, a.bits), 0)
             : exact(a.negative, minus(a.bits, b.bits), 0);
}

inline Exact times(const Exact& a, std::uint64_t factor) {
  Exact product;
  for (int bit = 63; bit >= 0; --bit) {
    product = add(product, product);
    if ((factor >> bit & 1) != 0) product = add(product, a);
  }
  return product;
}

// Whether `rounded` is the double nearest to total / count, or the even one of two.
inline bool is_nearest(double rounded, const Exact& total, std::uint64_t count) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto twice = add(total, total);
  // count * (rounded + neighbour) against 2 * total: on which side of the middle it lies.
  const auto middle = [&](double neighbour) {
    return times(add(exact(Value(rounded)), exact(Value(neighbour))), count);
  };
  const int below =
      record::naive::compare_exact(twice, middle(std::nextafter(rounded, -kInfinity)));
  const int above = record::naive::compare_exact(twice, middle(std::nextafter(rounded, kInfinity)));
  const bool even = (std::bit_cast<std::uint64_t>(rounded) & 1) == 0;
  return (below > 0 || (below == 0 && even)) && (above < 0 || (above == 0 && even));
}

}  // namespace gs::query::naive
