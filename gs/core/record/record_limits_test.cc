// Goal: every limit of a record is exact. Method: the largest that fits, then one more.
#include <gtest/gtest.h>

#include "gs/core/record/test_values.h"

namespace gs::record {
namespace {

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
