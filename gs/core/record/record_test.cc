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
    "c0000000 00000000"                     // size 192, zero
    "ff3f0000 01000000"                     // 14 fields present, field 0 null
    "00112233445566778899aabbccddeeff"      // u
    "000000000000f83f"                      // n
    "feffffffffffffff"                      // i
    "0100000000000000"                      // d
    "01 000000"                             // b, zeros to 4
    "02000000 04000000 07000000 16000000"   // ends of s, y, g, l
    "25000000 35000000 5d000000 5f000000"   // ends of o, e, f, x
    "6869"                                  // s
    "00ff"                                  // y
    "01 0001"                               // g
    "02000000 01000000 03000000 00 0100"    // l
    "01000000 01000000 03000000 6b 0676"    // o
    "02000000 02000000 04000000 0661 0662"  // e
    "1111111111111111111111111111111111111111111111111111111111111111 0700000000000000"  // f
    "0101"                                                                               // x
    "0000000000";  // zeros to 8

TEST(Record, BytesOfEveryTypeAreFrozen) {
  const ShapePtr shape = shape_of(kEveryType);
  const Buffer bytes = encoded(*shape, every_value());
  EXPECT_EQ(to_hex(bytes), spaceless(kEveryTypeHex));
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
            spaceless("20000000 00000000 02000000 02000000 0000000000000000 00000000 00000000"));
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
  EXPECT_EQ(check(*shape, "18000000 00000000 00000000 00000000 00000000 00000000"), Code::invalid);
  EXPECT_EQ(check(*shape, "18000000 00000000 01000000 00000000 00000000 00000000"), Code::invalid);
}

}  // namespace
}  // namespace gs::record
