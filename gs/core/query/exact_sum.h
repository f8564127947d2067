// Sums of numbers without rounding, so that the order in which they come does not matter.
//
// Integers below 2^62 go into one 128-bit number; everything else into a fixed-point number with
// the smallest double as its unit or less and as many digits as it takes (a superaccumulator, as
// Kulisch's, with carries put off). The result is rounded once: to the nearest double, ties to
// even.
//
// Pure; one thread at a time. Errors: too_large (a sum or mean beyond the largest Big).
#pragma once

#include <vector>

#include "gs/core/record/record.h"

namespace gs::query {

class ExactSum {
 public:
  // Takes numbers, integers and bigs; ignores all other values.
  void add(const record::ValueView& value) { count_in(value, false); }
  // Takes back a value that was added: then everything is as if it had never been.
  void subtract(const record::ValueView& value) { count_in(value, true); }

  std::uint64_t count() const noexcept { return count_; }
  // 0 of none. Of integers and bigs alone an integer, or a Big beyond 64 bits; else a number, or a
  // Big without the fraction when no double is as large.
  Result<Value> sum() const;
  // Null of none.
  Result<Value> mean() const;
  std::size_t memory_bytes() const noexcept { return digits_.capacity() * sizeof(std::int64_t); }

 private:
  using Wide = __int128;

  void count_in(const record::ValueView& value, bool negated);
  void add_number(double number);
  void add_integer(Wide integer) { small_ += integer; }
  void add_big(Bytes magnitude, bool negative);
  // magnitude * 2^(32 * digit), as a digit that may be out of its range for a while.
  void add_digit(std::size_t digit, std::uint64_t magnitude, bool negative);
  void carry();
  std::vector<std::int64_t> all_digits() const;

  Wide small_ = 0;                    // of integers, which cannot overflow it in 2^64 steps
  std::vector<std::int64_t> digits_;  // 32 bits each, lowest first; empty: nothing there
  std::uint64_t pending_ = 0;         // additions since the last carry()
  std::uint64_t count_ = 0;
  std::uint64_t doubles_ = 0;  // of count_
};

}  // namespace gs::query
