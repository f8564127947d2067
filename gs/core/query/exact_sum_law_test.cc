// Goal: a sum is the true sum, rounded once, whatever the order; so is a mean.
// Method: frozen sums that ordinary addition gets wrong, then random numbers of all sizes against
// the definition of "nearest", checked in exact arithmetic on bits.
#include "gs/base/test_share.h"
#include "gs/core/query/exact_sum.h"

#include <gtest/gtest.h>

#include <cmath>

#include "gs/core/query/test_exact.h"
#include "gs/core/query/test_naive.h"

namespace gs::query {
namespace {

using naive::add;
using naive::is_nearest;
using naive::times;
using record::naive::Exact;
using record::naive::exact;

struct Added {
  ExactSum sum;
  void add(const Value& value) {
    with(value, [&](const record::ValueView& view) { sum.add(view); });
  }
  void subtract(const Value& value) {
    with(value, [&](const record::ValueView& view) { sum.subtract(view); });
  }

 private:
  template <typename Call>
  static void with(const Value& value, const Call& call) {
    Buffer any;
    if (const Error error = record::encode_any(value, any)) std::abort();
    call({static_cast<Type>(any[0]), Bytes(any).subspan(1)});
  }
};

ExactSum sum_of(const Array& values) {
  Added added;
  for (const Value& value : values) added.add(value);
  return added.sum;
}

TEST(ExactSum, IsNotWhatAdditionOneByOneGives) {
  const auto sum = [](const Array& values) { return sum_of(values).sum().value(); };
  EXPECT_EQ(sum({}), Value(0));
  EXPECT_EQ(sum({1e308, 1.0, -1e308}), Value(1.0));
  EXPECT_EQ(sum({1e16, 1.0, 1.0, -1e16}), Value(2.0));
  EXPECT_EQ(sum(Array(10, Value(0.1))), Value(1.0));
  EXPECT_EQ(sum({5e-324, 5e-324}), Value(1e-323));
  EXPECT_EQ(sum({-0.0}), Value(0.0));
  EXPECT_EQ(sum({Value::integer(9007199254740993), Value::integer(1)}),
            Value::integer(9007199254740994));
  EXPECT_EQ(sum({Value::integer(9007199254740993), 0.0}), Value(9007199254740992.0));
  const auto big = [](const char* text) {
    Big made;
    EXPECT_TRUE(Big::parse(text, made));
    return Value(std::move(made));
  };
  const Value most = Value::integer(std::numeric_limits<std::int64_t>::max());
  const Value least = Value::integer(std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(sum({most, Value::integer(1)}), big("9223372036854775808"));
  EXPECT_EQ(sum({most, Value::integer(1), Value::integer(-1)}), most);
  EXPECT_EQ(sum({least}), least);
  EXPECT_EQ(sum({least, Value::integer(-1)}), big("-9223372036854775809"));
  EXPECT_EQ(sum({big("-340282366920938463463374607431768211456"),
                 big("340282366920938463463374607431768211455")}),
            Value::integer(-1));
  // Beyond the doubles: the largest one twice.
  const double largest = std::numeric_limits<double>::max();
  const Value twice = sum({largest, largest});
  ASSERT_EQ(twice.type(), Type::big);
  EXPECT_EQ(record::naive::compare_exact(exact(twice), times(exact(Value(largest)), 2)), 0);
  EXPECT_EQ(sum({largest, largest, -largest}), Value(largest));
}

TEST(ExactSum, TheMeanIsRoundedOnceAndNullOfNone) {
  const auto mean = [](const Array& values) { return sum_of(values).mean().value(); };
  EXPECT_EQ(mean({}), Value());
  EXPECT_EQ(mean({"text", Value()}), Value());
  EXPECT_EQ(mean({1, 2}), Value(1.5));
  EXPECT_EQ(mean({Value::integer(1), Value::integer(2)}), Value(1.5));
  const double largest = std::numeric_limits<double>::max();
  EXPECT_EQ(mean({largest, largest}), Value(largest));
  EXPECT_EQ(mean({5e-324, 0, 0}), Value(0.0));
  EXPECT_EQ(mean({5e-324, 5e-324, 0}), Value(5e-324));
  EXPECT_EQ(mean({-1, -1, 0}), Value(-2.0 / 3.0));
}

TEST(ExactSumLaw, IsTheNearestInEveryOrder) {
  naive::QueryMaker make(1);
  const auto number = [&]() -> Value {
    const std::uint64_t kind = make.below(8);
    if (kind == 0) return make.integer();
    if (kind == 1) return make.big();
    if (kind == 2) return make.number();
    // Exponents near each other, so that they cancel and tie.
    const double mantissa = static_cast<double>(make.below(std::uint64_t{1} << 53));
    const int exponent =
        static_cast<int>(make.below(kind == 3 ? 2000 : 60)) - (kind == 3 ? 1074 : 30);
    const double made = std::ldexp(mantissa, std::min(exponent, 960));
    return make.below(2) == 0 ? made : -made;
  };
  for (int i = 0; i < 400 / gs::testing::kSanitizedShare; ++i) {
    Array values;
    for (std::uint64_t n = 1 + make.below(12); n > 0; --n) values.push_back(number());
    Exact total;
    for (const Value& value : values) total = add(total, exact(value));
    const Value sum = sum_of(values).sum().value();
    if (sum.type() == Type::number) {
      ASSERT_TRUE(is_nearest(*sum.get<double>(), total, 1)) << naive::json_of(values);
    } else {
      ASSERT_EQ(record::naive::compare_exact(exact(sum), total), 0) << naive::json_of(values);
    }
    const Value mean = sum_of(values).mean().value();
    ASSERT_TRUE(is_nearest(*mean.get<double>(), total, values.size())) << naive::json_of(values);
    for (std::size_t k = values.size(); k > 1; --k) std::swap(values[k - 1], values[make.below(k)]);
    ASSERT_EQ(sum_of(values).sum().value(), sum);
    ASSERT_EQ(sum_of(values).mean().value(), mean);
  }
}

TEST(ExactSum, WhatIsTakenBackWasNeverThere) {
  Added added;
  added.add(0.5);
  added.add(Value::integer(3));
  added.subtract(0.5);
  EXPECT_EQ(added.sum.sum().value(), Value::integer(3));  // no number is left in it
  added.subtract(Value::integer(3));
  EXPECT_EQ(added.sum.sum().value(), Value(0));
  EXPECT_EQ(added.sum.mean().value(), Value());
}

TEST(ExactSumLaw, TakingBackLeavesTheSumOfTheRest) {
  naive::QueryMaker make(2);
  std::uint64_t taken = 0;
  for (int i = 0; i < 400 / gs::testing::kSanitizedShare; ++i) {
    Array kept;
    Array gone;
    Added added;
    for (std::uint64_t n = 1 + make.below(12); n > 0; --n) {
      Value value = make.value(0);
      added.add(value);
      (make.below(2) == 0 ? kept : gone).push_back(std::move(value));
    }
    for (const Value& value : gone) added.subtract(value);
    taken += gone.size();
    const ExactSum wanted = sum_of(kept);
    ASSERT_EQ(added.sum.count(), wanted.count());
    ASSERT_EQ(added.sum.sum().value(), wanted.sum().value()) << naive::json_of(kept);
    ASSERT_EQ(added.sum.mean().value(), wanted.mean().value()) << naive::json_of(kept);
  }
  EXPECT_GT(taken, 500u / gs::testing::kSanitizedShare);
}

}  // namespace
}  // namespace gs::query
