// Goal: the order of keys is the order of values, for all values, and its bytes never drift.
// Method: frozen keys, a ladder of values at every border, then random pairs against a comparison
// that knows no keys (test_order.h), also composed and inverted.
#include "gs/core/record/order_key.h"
#include "gs/base/test_share.h"

#include <gtest/gtest.h>

#include "gs/core/record/json.h"
#include "gs/core/record/test_order.h"
#include "gs/core/record/test_values.h"

namespace gs::record {
namespace {

Buffer key_of(const Value& value) {
  const Buffer any = bytes_of(value);
  Buffer key;
  append_order_key({static_cast<Type>(any[0]), Bytes(any).subspan(1)}, key);
  return key;
}

Value from_json(std::string_view json) { return parse_json(json).value(); }

int order_of(const Buffer& a, const Buffer& b) { return naive::three_way(a, b); }
int sign(int order) { return naive::three_way(order, 0); }

// Ascending; those in one line are equal.
const std::vector<std::vector<const char*>> kLadder = {
    {"null"},
    {"false"},
    {"true"},
    // the magnitudes below are 2^1024, then the largest double and its neighbours
    {R"({"$big":"-179769313486231590772930519078902473361797697894230657273430081157732675805500963132708477322407536021120113879871393357658789768814416622492847430639474124377767893424865485276302219601246094119453082952085005768838150682342462881473913110540827237163350510684586298239947245938479716304835356329624224137216"})"},
    {R"({"$big":"-179769313486231570814527423731704356798070567525844996598917476803157260780028538760589558632766878171540458953514382464234321326889464182768467546703537516986049910576551282076245490090389328944075868508455133942304583236903222948165808559332123348274797826204144723168738177180919299881250404026184124858369"})"},
    {"-1.7976931348623157e308",
     R"({"$big":"-179769313486231570814527423731704356798070567525844996598917476803157260780028538760589558632766878171540458953514382464234321326889464182768467546703537516986049910576551282076245490090389328944075868508455133942304583236903222948165808559332123348274797826204144723168738177180919299881250404026184124858368"})"},
    {R"({"$int":"-9223372036854775808"})", R"({"$big":"-9223372036854775808"})",
     "-9223372036854775808"},
    {R"({"$int":"-9223372036854775807"})"},
    {R"({"$big":"-9007199254740994"})", "-9007199254740994"},
    {R"({"$int":"-9007199254740993"})", R"({"$big":"-9007199254740993"})"},
    {R"({"$int":"-9007199254740992"})", "-9007199254740992"},
    {R"({"$int":"-2"})", "-2"},
    {"-1.5"},
    {"-1"},
    {"-5e-324"},
    {"0", "-0", R"({"$int":"0"})", R"({"$big":"0"})"},
    {"5e-324"},
    {R"({"$int":"1"})", "1"},
    {"1.5"},
    {R"({"$int":"9007199254740992"})", "9007199254740992"},
    {R"({"$int":"9007199254740993"})", R"({"$big":"9007199254740993"})"},
    {R"({"$int":"9007199254740994"})", "9007199254740994"},
    {R"({"$int":"9223372036854775807"})"},
    {R"({"$big":"9223372036854775808"})", "9223372036854775808"},
    {R"({"$big":"9223372036854775809"})"},
    {R"({"$big":"18446744073709551616"})", "18446744073709551616"},
    {"1.7976931348623157e308"},
    {R"({"$big":"179769313486231570814527423731704356798070567525844996598917476803157260780028538760589558632766878171540458953514382464234321326889464182768467546703537516986049910576551282076245490090389328944075868508455133942304583236903222948165808559332123348274797826204144723168738177180919299881250404026184124858369"})"},
    {R"({"$date":"1969-12-31T23:59:59.999Z"})"},
    {R"({"$date":"1970-01-01T00:00:00.000Z"})"},
    {R"({"$id":"00000000-0000-0000-0000-000000000000"})"},
    {R"({"$id":"00000000-0000-0000-0000-000000000001"})"},
    {R"("")"},
    {R"("\u0000")"},
    {R"("\u0000\u0000")"},
    {R"("\u0001")"},
    {R"("a")"},
    {R"("a\u0000")"},
    {R"("a\u0000b")"},
    {R"("a\u0001")"},
    {R"("aa")"},
    {R"("\u00ff")"},
    {R"({"$bytes":""})"},
    {R"({"$bytes":"AA=="})"},
    {R"({"$bytes":"/w=="})"},
    {"[]"},
    {"[null]"},
    {"[null,null]"},
    {"[1]", R"([{"$int":"1"}])"},
    {R"(["a"])"},
    {R"(["a\u0000"])"},
    {"[[]]"},
    {"{}"},
    {R"({"a":1})"},
    {R"({"a":1,"b":0})", R"({"b":0,"a":1})"},
    {R"({"a":2})"},
    {R"({"aa":0})"},
    {R"({"$set":[]})"},
    {R"({"$set":[1,2]})", R"({"$set":[2,1]})", R"({"$set":[{"$int":"1"},2]})"},
    {R"({"$set":[2]})"},
    {R"({"$blob":{"sha256":"0000000000000000000000000000000000000000000000000000000000000000","size":1}})"},
    {R"({"$blob":{"sha256":"0000000000000000000000000000000000000000000000000000000000000000","size":256}})"},
};

TEST(OrderKey, BytesAreFrozen) {
  const auto hex = [](const char* json) { return key_of(from_json(json)); };
  EXPECT_EQ(hex("null"), hex_bytes("10"));
  EXPECT_EQ(hex("false"), hex_bytes("20"));
  EXPECT_EQ(hex("true"), hex_bytes("21"));
  EXPECT_EQ(hex("1"), hex_bytes("30 bff0000000000000 0000"));
  EXPECT_EQ(hex("-1"), hex_bytes("30 400fffffffffffff 0000"));
  EXPECT_EQ(hex(R"({"$int":"9007199254740993"})"), hex_bytes("30 c340000000000000 0001 01"));
  EXPECT_EQ(hex(R"({"$date":"1970-01-01T00:00:00.001Z"})"), hex_bytes("40 8000000000000001"));
  EXPECT_EQ(hex(R"("a\u0000b")"), hex_bytes("60 61 00ff 62 0000"));
  EXPECT_EQ(hex(R"({"$bytes":"AA=="})"), hex_bytes("70 00ff 0000"));
  EXPECT_EQ(hex(R"([null,"a"])"), hex_bytes("80 10 60 61 0000 00"));
  EXPECT_EQ(hex(R"({"b":null,"a":true})"), hex_bytes("90 60 61 0000 21 60 62 0000 10 00"));
  EXPECT_EQ(hex(R"({"$set":[true,false]})"), hex_bytes("a0 20 21 00"));
  Buffer missing;
  append_missing_key(missing);
  EXPECT_EQ(missing, hex_bytes("10"));
}

TEST(OrderKey, OrdersALadderOfBorders) {
  std::vector<std::pair<std::size_t, const char*>> all;
  for (std::size_t step = 0; step < kLadder.size(); ++step) {
    for (const char* json : kLadder[step]) all.emplace_back(step, json);
  }
  for (const auto& [step_a, a] : all) {
    for (const auto& [step_b, b] : all) {
      const int expected = naive::three_way(step_a, step_b);
      EXPECT_EQ(order_of(key_of(from_json(a)), key_of(from_json(b))), expected) << a << " " << b;
      EXPECT_EQ(sign(naive::compare(from_json(a), from_json(b))), expected) << a << " " << b;
    }
  }
}

// A value near `value`, so that pairs are often equal or differ in one place.
Value changed(const Value& value, ValueMaker& make) {
  if (const auto* array = value.get<Array>(); array != nullptr && !array->empty()) {
    Array other = *array;
    Value& one = other[make.below(other.size())];
    one = changed(one, make);
    return other;
  }
  if (const auto* object = value.get<Object>(); object != nullptr && !object->empty()) {
    Object other = *object;
    std::reverse(other.begin(), other.end());
    if (make.below(2) == 0) other.front().second = changed(other.front().second, make);
    return other;
  }
  if (const auto* integer = value.get<std::int64_t>()) {
    if (make.below(2) == 0) return static_cast<double>(*integer);
    return Value::integer(*integer ^ static_cast<std::int64_t>(make.below(4)));
  }
  if (const auto* text = value.get<std::string>()) {
    return *text + std::string(make.below(3), '\0');
  }
  if (const auto* big = value.get<Big>(); big != nullptr && !big->magnitude.empty()) {
    Big other = *big;
    other.magnitude[0] = static_cast<std::uint8_t>(other.magnitude[0] ^ make.below(2));
    if (other.magnitude.back() == 0) return Big{};
    return other;
  }
  return make.below(2) == 0 ? value : make.value(2);
}

// Near the end of the doubles and beyond.
Value huge(ValueMaker& make) {
  Big big;
  big.magnitude.resize(127 + make.below(3), static_cast<std::uint8_t>(0 - make.below(2)));
  big.magnitude.back() = static_cast<std::uint8_t>(0xff >> make.below(8));
  big.magnitude[make.below(big.magnitude.size() - 1)] ^= static_cast<std::uint8_t>(make.below(256));
  big.negative = make.below(2) == 0;
  return big;
}

TEST(OrderKeyLaw, KeysOrderAsValuesDo) {
  ValueMaker make(1);
  for (int i = 0; i < 20000 / gs::testing::kSanitizedShare; ++i) {
    const Value a = i % 16 == 0 ? huge(make) : make.value(3);
    const Value b = i % 16 == 0 ? huge(make) : changed(a, make);
    const int expected = sign(naive::compare(a, b));
    ASSERT_EQ(order_of(key_of(a), key_of(b)), expected) << json_of(a) << "\n" << json_of(b);
  }
}

TEST(OrderKeyLaw, KeysBehindEachOtherOrderByTheFirstThatDiffersAlsoInverted) {
  ValueMaker make(2);
  for (int i = 0; i < 20000 / gs::testing::kSanitizedShare; ++i) {
    const Value a[2] = {make.value(2), make.value(2)};
    const Value b[2] = {changed(a[0], make), changed(a[1], make)};
    const bool inverted = make.below(2) == 0;
    const auto composed = [&](const Value(&values)[2]) {
      Buffer key = key_of(values[0]);
      if (inverted) invert_order(key, 0);
      const Buffer second = key_of(values[1]);
      key.insert(key.end(), second.begin(), second.end());
      return key;
    };
    int expected = sign(naive::compare(a[0], b[0]));
    if (inverted) expected = -expected;
    if (expected == 0) expected = sign(naive::compare(a[1], b[1]));
    ASSERT_EQ(order_of(composed(a), composed(b)), expected)
        << json_of(a[0]) << json_of(a[1]) << "\n"
        << json_of(b[0]) << json_of(b[1]);
  }
}

TEST(OrderKey, PartsOfANumberAreItsLargestDoubleAndTheRest) {
  const auto parts = [](const char* json) {
    const Buffer any = bytes_of(from_json(json));
    return number_parts({static_cast<Type>(any[0]), Bytes(any).subspan(1)});
  };
  EXPECT_EQ(parts("1.5").floor, 1.5);
  EXPECT_TRUE(parts("1.5").exact());
  EXPECT_EQ(parts(R"({"$int":"-9007199254740993"})").floor, -9007199254740994.0);
  EXPECT_EQ(parts(R"({"$int":"-9007199254740993"})").rest, Buffer{1});
  EXPECT_EQ(parts(R"({"$big":"9223372036854775809"})").floor, 9223372036854775808.0);
}

}  // namespace
}  // namespace gs::record
