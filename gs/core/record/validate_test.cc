// Goal: bytes from outside that are not canonical are refused, whatever is wrong with them.
// Method: each rule broken once in bytes written by hand. record_law_test.cc changes every bit.
#include <gtest/gtest.h>

#include "gs/base/endian.h"
#include "gs/base/hex.h"
#include "gs/core/record/test_values.h"

namespace gs::record {
namespace {

const std::string kHead = "18000000 00000000 01000000 00000000";

TEST(Validate, FrameRules) {
  const ShapePtr shape = shape_of({{"n", Type::number}});
  EXPECT_EQ(check(*shape, kHead + "0000000000000000"), Code::ok);
  EXPECT_EQ(check(*shape, ""), Code::invalid);
  EXPECT_EQ(check(*shape, kHead), Code::invalid);
  EXPECT_EQ(check(*shape, kHead + "00000000"), Code::invalid);
  EXPECT_EQ(check(*shape, "20000000 00000000 01000000 00000000 0000000000000000"), Code::invalid);
  EXPECT_EQ(check(*shape, "20000000 00000000 01000000 00000000 0000000000000000 0000000000000000"),
            Code::invalid)
      << "eight zeros too many";
  EXPECT_EQ(check(*shape, "18000000 01000000 01000000 00000000 0000000000000000"), Code::invalid);
  EXPECT_EQ(check(*shape, "18000000 00000000 02000000 00000000 0000000000000000"), Code::invalid)
      << "a field that is not there";
  EXPECT_EQ(check(*shape, "18000000 00000000 00000000 01000000 0000000000000000"), Code::invalid)
      << "null but not present";
  EXPECT_EQ(check(*shape, "18000000 00000000 00000000 00000000 0100000000000000"), Code::invalid)
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

// What validate() says to a record whose one field is `any` with this content.
Code check_any(std::string_view spaced_hex) {
  const Buffer content = hex_bytes(spaced_hex);
  Buffer record = hex_bytes("00000000 00000000 01000000 00000000 00000000");
  store_u32(record.data() + 16, static_cast<std::uint32_t>(content.size()));
  record.insert(record.end(), content.begin(), content.end());
  record.resize(align_up(record.size(), std::size_t{8}));
  store_u32(record.data(), static_cast<std::uint32_t>(record.size()));
  return validate(*shape_of({{"x", Type::any}}), record).code();
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

TEST(Validate, AValueOnItsOwnMayBeNullAndNestsOneDeeper) {
  EXPECT_FALSE(validate_any(hex_bytes("00")));
  EXPECT_FALSE(validate_any(hex_bytes("0668")));
  EXPECT_EQ(validate_any({}).code(), Code::invalid);
  EXPECT_EQ(validate_any(hex_bytes("0000")).code(), Code::invalid);
  EXPECT_EQ(validate_any(hex_bytes("0d")).code(), Code::invalid);
  std::string content = "09 00000000";
  for (std::size_t levels = 1; levels <= kNestingMax; ++levels) {
    EXPECT_FALSE(validate_any(hex_bytes(content))) << levels;
    Buffer end(4);
    store_u32(end.data(), static_cast<std::uint32_t>(spaceless(content).size() / 2));
    content = "09 01000000" + to_hex(end) + content;
  }
  EXPECT_EQ(validate_any(hex_bytes(content)).code(), Code::invalid);
}

TEST(Validate, ContainerRules) {
  EXPECT_EQ(check_any("09 00000000"), Code::ok);
  EXPECT_EQ(check_any("09 000000"), Code::invalid);
  EXPECT_EQ(check_any("09 00000000 00"), Code::invalid) << "more than its elements";
  EXPECT_EQ(check_any("09 ffffffff 00"), Code::invalid);
  EXPECT_EQ(check_any("09 01000000 01000000 00"), Code::ok);
  EXPECT_EQ(check_any("09 01000000 00000000"), Code::invalid) << "element without type";
  EXPECT_EQ(check_any("09 02000000 02000000 01000000 0000"), Code::invalid) << "back";
  EXPECT_EQ(check_any("0b 02000000 02000000 04000000 0661 0662"), Code::ok);
  EXPECT_EQ(check_any("0b 02000000 02000000 04000000 0662 0661"), Code::invalid);
  EXPECT_EQ(check_any("0b 02000000 02000000 04000000 0661 0661"), Code::invalid);
  EXPECT_EQ(check_any("0a 02000000 01000000 02000000 03000000 04000000 61006200"), Code::ok);
  EXPECT_EQ(check_any("0a 02000000 01000000 02000000 03000000 04000000 61006100"), Code::invalid)
      << "a name twice";
  EXPECT_EQ(check_any("0a 01000000 01000000 02000000 ff00"), Code::invalid) << "name";
  EXPECT_EQ(check_any("0a 01000000 01000000 02000000 610d"), Code::invalid)
      << "absent members are for records only";
  EXPECT_EQ(check_any("0a ffffffff 00000000"), Code::invalid);
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
  const std::string head = "30000000 00000000 01000000 00000000 18000000";
  const std::string table = "02000000 01000000 02000000 03000000 04000000";
  const std::string hex = head + table + "610d 6200 00000000";
  ASSERT_EQ(check(*shape, hex), Code::ok);
  const Buffer bytes = hex_bytes(hex);
  const RecordView view(shape.get(), bytes.data());
  EXPECT_FALSE(view.find("a"));
  EXPECT_TRUE(view.find("b")->is_null());
  EXPECT_EQ(json_of(view), R"({"b":null})");
  EXPECT_EQ(view.to_object().size(), 1u);
  EXPECT_EQ(check(*shape, head + table + "610d 610d 00000000"), Code::invalid);
  EXPECT_EQ(check(*shape, "18000000 00000000 00000000 00000000 0000000000000000"), Code::invalid)
      << "the object is missing";
}

TEST(Validate, NestingIsExact) {
  // One byte of type and a table of one end around each level, from the inside out.
  std::string content = "09 00000000";
  for (std::size_t levels = 2; levels <= kNestingMax; ++levels) {
    if (levels == kNestingMax) {
      EXPECT_EQ(check_any(content), Code::ok);
    }
    Buffer end(4);
    store_u32(end.data(), static_cast<std::uint32_t>(spaceless(content).size() / 2));
    content = "09 01000000" + to_hex(end) + content;
  }
  EXPECT_EQ(check_any(content), Code::invalid) << "the record itself is the first level";
}

TEST(Validate, AValueOnItsOwnMayBeNullAndNestsByItsDepth) {
  EXPECT_EQ(validate_any(hex_bytes("00")).code(), Code::ok);
  EXPECT_EQ(validate_any({}).code(), Code::invalid);
  EXPECT_EQ(validate_any(hex_bytes("0d")).code(), Code::invalid);
  const Buffer array = hex_bytes("09 00000000");
  EXPECT_EQ(validate_any(array, kNestingMax).code(), Code::ok);
  EXPECT_EQ(validate_any(array, kNestingMax + 1).code(), Code::invalid);
}

}  // namespace
}  // namespace gs::record
