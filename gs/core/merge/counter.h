// Numbers that several writers add to: a value, and for each writer the total that it has added.
//
// Totals are whole numbers of at most 2^53 either way, so that a double holds them, and their sum
// does not depend on the order in which they come. Pure. Errors: invalid, too_large.
#pragma once

#include <array>
#include <optional>

#include "gs/core/record/content.h"

namespace gs::merge {

inline constexpr std::int64_t kAddedMax = std::int64_t{1} << 53;

// The number that an addition is; nullopt: no whole number within the bound, which adds nothing.
std::optional<std::int64_t> addition_of(const record::Part& part) noexcept;

// The totals of all writers of a field.
class Total {
 public:
  void add(const record::Part& part) noexcept { sum_ += addition_of(part).value_or(0); }

  // Of a number, its type and content with the total; of nothing or null, a number. nullopt: the
  // value is no number, and shown as it is.
  struct Sum {
    Type type = Type::null;
    std::array<std::uint8_t, 8> content{};
  };
  std::optional<Sum> with(const record::Part& value) const noexcept;
  // The opposite: what to store of a number for it to be shown. What is no number stays.
  Result<Sum> taken_from(Type type, Bytes content) const;
  // Whether it is nothing that has to be taken from such a value.
  bool concerns(Type type) const noexcept {
    return sum_ != 0 && (type == Type::number || type == Type::integer);
  }
  double number() const noexcept { return static_cast<double>(sum_); }

 private:
  __extension__ using Wide = __int128;  // some millions of totals
  Wide sum_ = 0;
};

// What a writer has added in all after one more addition. Error: too_large.
Result<Total::Sum> more_added(std::int64_t before, std::int64_t addition);

}  // namespace gs::merge
