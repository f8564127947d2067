// Goal: a record's bytes never drift, reads give back what was written, wrong bytes are refused.
// Method: one frozen record with every type, examples of each rule, the exact edge of each limit.
#include "gs/core/record/record.h"

#include <gtest/gtest.h>

#include <limits>

#include "gs/base/hex.h"
#include "gs/core/record/test_values.h"

namespace gs::record {
namespace {

const std::vector<Field> kEveryType = {
    {"a", Type::null}, {"b", Type::boolean}, {"n", Type::number}, {"i", Type::integer},
    {"d", Type::date}, {"u", Type::id},      {"s", Type::string}, {"y", Type::bytes},
    {"g", Type::big},  {"l", Type::array},   {"o", Type::object}, {"e", Type::set},
    {"f", Type::blob}, {"x", Type::any}};

Digest ones() {
  Digest digest;
  digest.bytes.fill(0x11);
  return digest;
}

std::vector<Value> every_value() {
  return {Value(),
          Value(true),
          Value(1.5),
          Value::integer(-2),
          Value(Date{1}),
          Value(*Id::parse("00112233-4455-6677-8899-aabbccddeeff")),
          Value("hi"),
          Value(Buffer{0x00, 0xff}),
          Value(Big{true, {0x00, 0x01}}),
          Value(Array{Value(), Value(false)}),
          Value(Object{{"k", Value("v")}}),
          Value(Set{{Value("b"), Value("a"), Value("b")}}),
          Value(BlobRef{ones(), 7}),
          Value(true)};
}

// By hand from the tables in record.h.
const std::string kEveryTypeHex =
    "c0000000"
    "00000000"  // size 192, zero
    "ff3f0000"
    "01000000"                          // 14 fields present, field 0 null
    "00112233445566778899aabbccddeeff"  // u
    "000000000000f83f"                  // n
    "feffffffffffffff"                  // i
    "0100000000000000"                  // d
    "01"
    "000000"  // b, zeros to 4
    "02000000"
    "04000000"
    "07000000"
    "16000000"  // ends of s, y, g, l
    "25000000"
    "35000000"
    "5d000000"
    "5f000000"  // ends of o, e, f, x
    "6869"      // s
    "00ff"      // y
    "01"
    "0001"  // g
    "02000000"
    "01000000"
    "03000000"
    "00"
    "0100"  // l
    "01000000"
    "01000000"
    "03000000"
    "6b"
    "0676"  // o
    "02000000"
    "02000000"
    "04000000"
    "0661"
    "0662"  // e
    "1111111111111111111111111111111111111111111111111111111111111111"
    "0700000000000000"  // f
    "0101"              // x
    "0000000000";       // zeros to 8

ShapePtr shape_of(std::vector<Field> fields, int flags = 0) {
  return Shape::make("T", std::move(fields), static_cast<std::uint8_t>(flags)).value();
}

Error try_encode(const Shape& shape, const std::vector<Value>& values, Buffer& out) {
  std::vector<const Value*> pointers;
  for (const Value& value : values) pointers.push_back(&value);
  return encode(shape, pointers, out);
}

Buffer encoded(const Shape& shape, const std::vector<Value>& values) {
  Buffer out;
  const Error error = try_encode(shape, values, out);
  EXPECT_FALSE(error) << error.text();
  return out;
}

Code refused(const Shape& shape, const Value& value) {
  Buffer out = {1, 2, 3};
  const Code code = try_encode(shape, {value}, out).code();
  EXPECT_EQ(out, (Buffer{1, 2, 3})) << "a failure leaves the buffer as it was";
  return code;
}

Code check(const Shape& shape, const std::string& hex) {
  Buffer bytes(hex.size() / 2);
  EXPECT_TRUE(from_hex(hex, bytes));
  return validate(shape, bytes).code();
}

TEST(Record, BytesOfEveryTypeAreFrozen) {
  const ShapePtr shape = shape_of(kEveryType);
  const Buffer bytes = encoded(*shape, every_value());
  EXPECT_EQ(to_hex(bytes), kEveryTypeHex);
  EXPECT_TRUE(validate(*shape, bytes).ok());
}

TEST(Record, EveryTypeReadsBack) {
  const ShapePtr shape = shape_of(kEveryType);
  const Buffer bytes = encoded(*shape, every_value());
  const RecordView view(shape.get(), bytes.data());
  EXPECT_EQ(view.size(), 192u);
  EXPECT_TRUE(view.present(0));
  EXPECT_TRUE(view.is_null(0));
  EXPECT_TRUE(view.field(1).boolean());
  EXPECT_EQ(view.field(2).number(), 1.5);
  EXPECT_EQ(view.field(3).integer(), -2);
  EXPECT_EQ(view.field(4).integer(), 1);
  EXPECT_EQ(view.field(5).id().text(), "00112233-4455-6677-8899-aabbccddeeff");
  EXPECT_EQ(view.field(6).text(), "hi");
  EXPECT_EQ(to_hex(view.field(7).content), "00ff");
  EXPECT_EQ(view.field(9).count(), 2u);
  EXPECT_FALSE(view.field(9).element(1).boolean());
  EXPECT_TRUE(view.field(9).element(2).is_null()) << "behind the end";
  EXPECT_EQ(view.field(10).member_name(0), "k");
  EXPECT_EQ(view.field(10).member(0).text(), "v");
  EXPECT_EQ(view.field(11).element(0).text(), "a");
  EXPECT_EQ(view.field(12).blob(), (BlobRef{ones(), 7}));
  EXPECT_EQ(view.field(13).type, Type::boolean);
  EXPECT_EQ(view.find("s")->text(), "hi");
  EXPECT_FALSE(view.find("none"));
  EXPECT_EQ(view.to_object().size(), 14u);
  EXPECT_EQ(encode_again(view), bytes);
}

TEST(Record, EmptyRecordIsEightBytes) {
  const ShapePtr shape = shape_of({});
  EXPECT_EQ(to_hex(encoded(*shape, {})), "0800000000000000");
  EXPECT_EQ(check(*shape, "0800000000000000"), Code::ok);
}

TEST(Record, AbsentAndNullDiffer) {
  const ShapePtr shape = shape_of({{"n", Type::number}, {"s", Type::string}});
  const Value null;
  const std::vector<const Value*> values = {nullptr, &null};
  Buffer bytes;
  ASSERT_TRUE(encode(*shape, values, bytes).ok());
  EXPECT_EQ(to_hex(bytes),
            "20000000"
            "00000000"
            "02000000"
            "02000000"
            "0000000000000000"
            "00000000"
            "00000000");
  const RecordView view(shape.get(), bytes.data());
  EXPECT_FALSE(view.find("n"));
  EXPECT_TRUE(view.find("s")->is_null());
  EXPECT_EQ(json_of(view), R"({"s":null})");
  EXPECT_FALSE(view.present(99)) << "no such field";
  EXPECT_TRUE(view.field(99).is_null());
}

TEST(Record, NegativeZeroIsKept) {
  const ShapePtr shape = shape_of({{"n", Type::number}});
  EXPECT_NE(encoded(*shape, {Value(-0.0)}), encoded(*shape, {Value(0.0)}));
}

TEST(Record, ValuesThatCannotBeStoredAreRefused) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const ShapePtr number = shape_of({{"n", Type::number}});
  EXPECT_EQ(refused(*number, Value(kInfinity)), Code::invalid);
  EXPECT_EQ(refused(*number, Value(kInfinity - kInfinity)), Code::invalid);
  EXPECT_EQ(refused(*number, Value("1")), Code::invalid);
  EXPECT_EQ(refused(*number, Value::integer(1)), Code::invalid);
  EXPECT_EQ(refused(*shape_of({{"s", Type::string}}), Value("\xff")), Code::invalid);
  const ShapePtr any = shape_of({{"x", Type::any}});
  EXPECT_EQ(refused(*any, Value(Big{true, {}})), Code::invalid);
  EXPECT_EQ(refused(*any, Value(Big{false, {1, 0}})), Code::invalid);
  EXPECT_EQ(refused(*any, Value(Object{{"a", Value()}, {"a", Value()}})), Code::invalid);
  EXPECT_EQ(refused(*any, Value(Object{{"\xc3", Value()}})), Code::invalid);
}

TEST(Record, KeyIsRequiredInAKeyedRecord) {
  const ShapePtr shape = shape_of({{"", Type::string}}, Shape::kKeyed);
  EXPECT_EQ(refused(*shape, Value()), Code::invalid);
  EXPECT_EQ(refused(*shape, Value("")), Code::invalid);
  const Buffer bytes = encoded(*shape, {Value("k")});
  EXPECT_TRUE(validate(*shape, bytes).ok());
  EXPECT_EQ(RecordView(shape.get(), bytes.data()).key(), "k");
  EXPECT_EQ(json_of(RecordView(shape.get(), bytes.data())), "{}");
  EXPECT_EQ(check(*shape,
                  "18000000"
                  "00000000"
                  "00000000"
                  "00000000"
                  "00000000"
                  "00000000"),
            Code::invalid);
  EXPECT_EQ(check(*shape,
                  "18000000"
                  "00000000"
                  "01000000"
                  "00000000"
                  "00000000"
                  "00000000"),
            Code::invalid);
}

// --- validation: each rule broken once ---

const std::string kHead =
    "18000000"
    "00000000"
    "01000000"
    "00000000";

TEST(Validate, FrameRules) {
  const ShapePtr shape = shape_of({{"n", Type::number}});
  EXPECT_EQ(check(*shape, kHead + "0000000000000000"), Code::ok);
  EXPECT_EQ(check(*shape, ""), Code::invalid);
  EXPECT_EQ(check(*shape, kHead), Code::invalid);
  EXPECT_EQ(check(*shape, kHead + "00000000"), Code::invalid);
  EXPECT_EQ(check(*shape,
                  "20000000"
                  "00000000"
                  "01000000"
                  "00000000"
                  "0000000000000000"),
            Code::invalid);
  EXPECT_EQ(check(*shape,
                  "20000000"
                  "00000000"
                  "01000000"
                  "00000000"
                  "0000000000000000"
                  "0000000000000000"),
            Code::invalid)
      << "eight zeros too many";
  EXPECT_EQ(check(*shape,
                  "18000000"
                  "01000000"
                  "01000000"
                  "00000000"
                  "0000000000000000"),
            Code::invalid);
  EXPECT_EQ(check(*shape,
                  "18000000"
                  "00000000"
                  "02000000"
                  "00000000"
                  "0000000000000000"),
            Code::invalid)
      << "a field that is not there";
  EXPECT_EQ(check(*shape,
                  "18000000"
                  "00000000"
                  "00000000"
                  "01000000"
                  "0000000000000000"),
            Code::invalid)
      << "null but not present";
  EXPECT_EQ(check(*shape,
                  "18000000"
                  "00000000"
                  "00000000"
                  "00000000"
                  "0100000000000000"),
            Code::invalid)
      << "absent with a value";
  EXPECT_EQ(check(*shape, kHead + "000000000000f07f"), Code::invalid) << "infinity";
  EXPECT_EQ(check(*shape, kHead + "000000000000f8ff"), Code::invalid) << "NaN";
  EXPECT_EQ(check(*shape, kHead + "0000000000000080"), Code::ok) << "negative zero";
}

TEST(Validate, BooleanAndPaddingRules) {
  const ShapePtr shape = shape_of({{"b", Type::boolean}});
  EXPECT_EQ(check(*shape, kHead + "0100000000000000"), Code::ok);
  EXPECT_EQ(check(*shape, kHead + "0200000000000000"), Code::invalid);
  EXPECT_EQ(check(*shape, kHead + "0101000000000000"), Code::invalid);
  EXPECT_EQ(check(*shape, kHead + "0100000000000001"), Code::invalid);
}

// A record whose one field is `any` with this content.
Code check_any(const std::string& content) {
  const std::size_t size = content.size() / 2;
  Buffer number(4);
  const std::size_t total = (20 + size + 7) / 8 * 8;
  number[0] = static_cast<std::uint8_t>(total);
  number[1] = static_cast<std::uint8_t>(total >> 8);
  std::string hex = to_hex(number) +
                    "00000000"
                    "01000000"
                    "00000000";
  number[0] = static_cast<std::uint8_t>(size);
  number[1] = static_cast<std::uint8_t>(size >> 8);
  hex += to_hex(number) + content + std::string(2 * (total - 20 - size), '0');
  return check(*shape_of({{"x", Type::any}}), hex);
}

TEST(Validate, AnyValueRules) {
  EXPECT_EQ(check_any("0668"), Code::ok);
  EXPECT_EQ(check_any(""), Code::invalid) << "no type";
  EXPECT_EQ(check_any("00"), Code::invalid) << "null is told by the bits";
  EXPECT_EQ(check_any("0d"), Code::invalid) << "any is no type of a value";
  EXPECT_EQ(check_any("0e"), Code::invalid) << "unknown type";
  EXPECT_EQ(check_any("06c0"), Code::invalid) << "not UTF-8";
  EXPECT_EQ(check_any("0102"), Code::invalid);
  EXPECT_EQ(check_any("0301"), Code::invalid);
  EXPECT_EQ(check_any("0501"), Code::invalid);
  EXPECT_EQ(check_any("0c01"), Code::invalid);
  EXPECT_EQ(check_any("0800"), Code::ok) << "big zero";
  EXPECT_EQ(check_any("0801"), Code::invalid) << "big negative zero";
  EXPECT_EQ(check_any("080001"), Code::ok);
  EXPECT_EQ(check_any("080100"), Code::invalid) << "big with leading zeros";
  EXPECT_EQ(check_any("080201"), Code::invalid) << "sign";
  EXPECT_EQ(check_any("08"), Code::invalid);
}

TEST(Validate, ContainerRules) {
  EXPECT_EQ(check_any("09"
                      "00000000"),
            Code::ok);
  EXPECT_EQ(check_any("09"
                      "000000"),
            Code::invalid);
  EXPECT_EQ(check_any("09"
                      "00000000"
                      "00"),
            Code::invalid)
      << "more than its elements";
  EXPECT_EQ(check_any("09"
                      "ffffffff"
                      "00"),
            Code::invalid);
  EXPECT_EQ(check_any("09"
                      "01000000"
                      "01000000"
                      "00"),
            Code::ok);
  EXPECT_EQ(check_any("09"
                      "01000000"
                      "00000000"),
            Code::invalid)
      << "element without type";
  EXPECT_EQ(check_any("09"
                      "02000000"
                      "02000000"
                      "01000000"
                      "0000"),
            Code::invalid)
      << "back";
  EXPECT_EQ(check_any("0b"
                      "02000000"
                      "02000000"
                      "04000000"
                      "0661"
                      "0662"),
            Code::ok);
  EXPECT_EQ(check_any("0b"
                      "02000000"
                      "02000000"
                      "04000000"
                      "0662"
                      "0661"),
            Code::invalid);
  EXPECT_EQ(check_any("0b"
                      "02000000"
                      "02000000"
                      "04000000"
                      "0661"
                      "0661"),
            Code::invalid);
  EXPECT_EQ(check_any("0a"
                      "02000000"
                      "01000000"
                      "02000000"
                      "03000000"
                      "04000000"
                      "61006200"),
            Code::ok);
  EXPECT_EQ(check_any("0a"
                      "02000000"
                      "01000000"
                      "02000000"
                      "03000000"
                      "04000000"
                      "61006100"),
            Code::invalid)
      << "a name twice";
  EXPECT_EQ(check_any("0a"
                      "01000000"
                      "01000000"
                      "02000000"
                      "ff00"),
            Code::invalid)
      << "name";
  EXPECT_EQ(check_any("0a"
                      "01000000"
                      "01000000"
                      "02000000"
                      "610d"),
            Code::invalid)
      << "absent members are for records only";
  EXPECT_EQ(check_any("0a"
                      "ffffffff"
                      "00000000"),
            Code::invalid);
}

TEST(Validate, ManyMembersWithOneNameTwiceAreRefused) {
  Object object;
  for (int i = 0; i < 3000; ++i) object.emplace_back(std::to_string(10000 + i), Value());
  const ShapePtr shape = shape_of({{"o", Type::object}});
  Buffer bytes = encoded(*shape, {Value(object)});
  EXPECT_TRUE(validate(*shape, bytes).ok());
  const std::string text(as_text(bytes));
  bytes[text.find("12999") + 4] = '8';
  EXPECT_EQ(validate(*shape, bytes).code(), Code::invalid);
}

TEST(Validate, SelfDescribingRecordMayHaveAbsentMembers) {
  const ShapePtr shape = shape_of({{"", Type::object}}, Shape::kSelfDescribing);
  const std::string head =
      "30000000"
      "00000000"
      "01000000"
      "00000000"
      "18000000";
  const std::string table =
      "02000000"
      "01000000"
      "02000000"
      "03000000"
      "04000000";
  const std::string hex = head + table +
                          "610d"
                          "6200"
                          "00000000";
  ASSERT_EQ(check(*shape, hex), Code::ok);
  Buffer bytes(hex.size() / 2);
  ASSERT_TRUE(from_hex(hex, bytes));
  const RecordView view(shape.get(), bytes.data());
  EXPECT_FALSE(view.find("a"));
  EXPECT_TRUE(view.find("b")->is_null());
  EXPECT_EQ(json_of(view), R"({"b":null})");
  EXPECT_EQ(view.to_object().size(), 1u);
  EXPECT_EQ(check(*shape, head + table +
                              "610d"
                              "610d"
                              "00000000"),
            Code::invalid);
  EXPECT_EQ(check(*shape,
                  "18000000"
                  "00000000"
                  "00000000"
                  "00000000"
                  "0000000000000000"),
            Code::invalid)
      << "the object is missing";
}

// --- limits ---

Value nested(std::size_t levels) {
  Value value = Array{};
  for (std::size_t i = 1; i < levels; ++i) {
    if (i % 3 == 0) {
      value = Array{std::move(value)};
    } else if (i % 3 == 1) {
      value = Object{{"", std::move(value)}};
    } else {
      value = Set{{std::move(value)}};
    }
  }
  return value;
}

TEST(RecordLimits, NestingIsExact) {
  Buffer bytes;
  EXPECT_TRUE(encode_any(nested(kNestingMax), bytes).ok());
  EXPECT_EQ(encode_any(nested(kNestingMax + 1), bytes).code(), Code::too_large);
  // The record is the first level.
  const ShapePtr shape = shape_of({{"x", Type::any}});
  const Buffer deepest = encoded(*shape, {nested(kNestingMax - 1)});
  EXPECT_TRUE(validate(*shape, deepest).ok());
  EXPECT_EQ(refused(*shape, nested(kNestingMax)), Code::too_large);
  const ShapePtr self = shape_of({{"", Type::object}}, Shape::kSelfDescribing);
  const Value fits = Object{{"x", nested(kNestingMax - 1)}};
  EXPECT_TRUE(validate(*self, encoded(*self, {fits})).ok());
  EXPECT_EQ(refused(*self, Object{{"x", nested(kNestingMax)}}), Code::too_large);
}

TEST(RecordLimits, ValidateCountsLevelsExactly) {
  // One byte of type and a table of one end for each level, from the inside out.
  std::string content =
      "09"
      "00000000";
  for (std::size_t levels = 2; levels <= kNestingMax - 1; ++levels) {
    Buffer end(4);
    end[0] = static_cast<std::uint8_t>(content.size() / 2);
    end[1] = static_cast<std::uint8_t>(content.size() / 2 >> 8);
    content =
        "09"
        "01000000" +
        to_hex(end) + content;
  }
  EXPECT_EQ(check_any(content), Code::ok);
  Buffer end(4);
  end[0] = static_cast<std::uint8_t>(content.size() / 2);
  end[1] = static_cast<std::uint8_t>(content.size() / 2 >> 8);
  EXPECT_EQ(check_any("09"
                      "01000000" +
                      to_hex(end) + content),
            Code::invalid);
}

TEST(RecordLimits, SizeIsExact) {
  const ShapePtr shape = shape_of({{"y", Type::bytes}});
  const Buffer bytes = encoded(*shape, {Value(Buffer(kRecordBytesMax - 20))});
  EXPECT_EQ(bytes.size(), kRecordBytesMax);
  EXPECT_TRUE(validate(*shape, bytes).ok());
  EXPECT_EQ(refused(*shape, Value(Buffer(kRecordBytesMax - 19))), Code::too_large);
  EXPECT_EQ(refused(*shape, Value(Buffer(kRecordBytesMax + 1))), Code::too_large);
}

TEST(RecordLimits, ManyFieldsAreExact) {
  std::vector<Field> fields;
  std::vector<Value> values;
  for (std::size_t i = 0; i < kFieldsMax; ++i) {
    fields.push_back({std::to_string(i), i % 2 == 0 ? Type::boolean : Type::string});
    values.push_back(i % 2 == 0 ? Value(true) : Value(std::to_string(i)));
  }
  const ShapePtr shape = shape_of(fields);
  const Buffer bytes = encoded(*shape, values);
  ASSERT_TRUE(validate(*shape, bytes).ok());
  EXPECT_EQ(RecordView(shape.get(), bytes.data()).find("1023")->text(), "1023");
}

TEST(RecordLimits, BigIsExact) {
  const ShapePtr shape = shape_of({{"g", Type::big}});
  EXPECT_TRUE(validate(*shape, encoded(*shape, {Value(Big{false, Buffer(kBigBytesMax, 1)})})).ok());
  EXPECT_EQ(refused(*shape, Value(Big{false, Buffer(kBigBytesMax + 1, 1)})), Code::too_large);
}

}  // namespace
}  // namespace gs::record
