// Goal: a shape's definition and name never drift, and only exact definitions are accepted.
// Method: frozen bytes, every single-bit change, the edge of each limit, each rule broken once.
#include "gs/core/record/shape.h"

#include <gtest/gtest.h>

#include "gs/base/hex.h"
#include "gs/core/crypto/sha256.h"

namespace gs::record {
namespace {

// SHA-256("gs collection" | "City"), first 16 bytes.
constexpr char kCityId[] = "98bcf1b6269082cfe7abcb5f5e9e94b0";

std::string city_hex() {
  return std::string(
             "01000200"
             "04000000") +
         kCityId + "43697479" +  // "City"
         "06000400"
         "6e616d65" +  // string "name"
         "02000300"
         "6c6174"
         "0000000000";  // number "lat", zeros
}

Buffer bytes_of_hex(const std::string& hex) {
  Buffer bytes(hex.size() / 2);
  EXPECT_TRUE(gs::from_hex(hex, bytes));
  return bytes;
}

ShapePtr city() {
  return Shape::make("City", {{"name", Type::string}, {"lat", Type::number}}).value();
}

TEST(Shape, DefinitionIsFrozen) {
  EXPECT_EQ(to_hex(city()->definition()), city_hex());
  EXPECT_EQ(city()->digest(), crypto::sha256(bytes_of_hex(city_hex())));
  EXPECT_EQ(city()->digest().text(),
            "5ebdc1bd41ff25fbd53c1d785bab717d28693c7a22410ebe301ac508507a33bc");
  EXPECT_EQ(to_hex(city()->collection_id().bytes), kCityId);
}

TEST(Shape, NoCollectionHasTheZeroId) {
  const ShapePtr shape = Shape::make("", {}).value();
  EXPECT_TRUE(shape->collection_id().is_zero());
  EXPECT_EQ(to_hex(shape->definition()), "010000000000000000000000000000000000000000000000");
}

TEST(Shape, KeyedIdIsFrozenAndAValidUuid) {
  const Id id = keyed_id(collection_id("City"), "kyiv");
  EXPECT_EQ(id.text(), "4f7101ff-ab90-8ae9-a9ce-ccdafe7f3274");
  EXPECT_EQ(id.version(), 8);
  EXPECT_EQ(id.bytes[8] >> 6, 2);
  EXPECT_NE(id, keyed_id(collection_id("Town"), "kyiv"));
}

TEST(Shape, DecodesWhatItEncodes) {
  const ShapePtr shape =
      Shape::make("City", {{"", Type::string}, {"", Type::any}, {"б", Type::set}}, Shape::kKeyed)
          .value();
  const ShapePtr again = Shape::decode(shape->definition()).value();
  EXPECT_EQ(again->digest(), shape->digest());
  EXPECT_TRUE(again->keyed());
  EXPECT_EQ(again->collection(), "City");
  ASSERT_EQ(again->field_count(), 3u);
  EXPECT_EQ(again->fields()[2].name, "б");
  EXPECT_EQ(again->fields()[2].type, Type::set);
}

TEST(Shape, EverySingleBitChangeIsRefusedOrAnotherShape) {
  Buffer bytes = bytes_of_hex(city_hex());
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    if (const auto shape = Shape::decode(bytes)) {
      EXPECT_TRUE(equal(shape.value()->definition(), bytes)) << "bit " << bit;
      EXPECT_NE(shape.value()->digest(), city()->digest()) << "bit " << bit;
    }
    bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
  }
}

TEST(Shape, EveryPrefixAndExtensionIsRefused) {
  const Buffer bytes = bytes_of_hex(city_hex());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(Shape::decode({bytes.data(), size}).code(), Code::invalid) << size;
  }
  EXPECT_EQ(Shape::decode(bytes_of_hex(city_hex() + "0000000000000000")).code(), Code::invalid);
}

TEST(Shape, NewerVersionSaysSo) {
  EXPECT_EQ(Shape::decode(bytes_of_hex("02" + city_hex().substr(2))).code(), Code::newer_format);
}

TEST(Shape, PlacesGroupFixedFieldsBySize) {
  const ShapePtr shape = Shape::make("", {{"b", Type::boolean},
                                          {"s", Type::string},
                                          {"n", Type::number},
                                          {"u", Type::id},
                                          {"z", Type::null},
                                          {"x", Type::any},
                                          {"d", Type::date}})
                             .value();
  EXPECT_EQ(shape->words(), 1u);
  EXPECT_EQ(shape->place(3).slot, 16u);  // id
  EXPECT_EQ(shape->place(2).slot, 32u);  // number
  EXPECT_EQ(shape->place(6).slot, 40u);  // date
  EXPECT_EQ(shape->place(0).slot, 48u);  // boolean
  EXPECT_EQ(shape->fixed_end(), 52u);
  EXPECT_TRUE(shape->place(1).variable);
  EXPECT_EQ(shape->place(1).slot, 0u);
  EXPECT_EQ(shape->place(5).slot, 1u);
  EXPECT_FALSE(shape->place(4).variable);
  EXPECT_EQ(shape->heap_begin(), 60u);
}

TEST(Shape, FindsFieldsByNameButNeverTheKey) {
  EXPECT_EQ(city()->find("name"), 0);
  EXPECT_EQ(city()->find("lat"), 1);
  EXPECT_EQ(city()->find("Lat"), -1);
  const ShapePtr keyed = Shape::make("City", {{"", Type::string}}, Shape::kKeyed).value();
  EXPECT_EQ(keyed->find(""), -1);
}

std::vector<Field> many(std::size_t count) {
  std::vector<Field> fields;
  for (std::size_t i = 0; i < count; ++i) fields.push_back({std::to_string(i), Type::boolean});
  return fields;
}

TEST(Shape, LimitsAreExact) {
  const ShapePtr largest = Shape::make("", many(kFieldsMax)).value();
  EXPECT_EQ(largest->find("1023"), 1023);
  EXPECT_TRUE(Shape::decode(largest->definition()).ok());
  EXPECT_EQ(Shape::make("", many(kFieldsMax + 1)).code(), Code::too_large);
  EXPECT_TRUE(Shape::make("", {{std::string(kFieldNameBytesMax, 'a'), Type::null}}).ok());
  EXPECT_EQ(Shape::make("", {{std::string(kFieldNameBytesMax + 1, 'a'), Type::null}}).code(),
            Code::too_large);
  EXPECT_TRUE(Shape::make(std::string(kCollectionNameBytesMax, 'a'), {}).ok());
  EXPECT_EQ(Shape::make(std::string(kCollectionNameBytesMax + 1, 'a'), {}).code(), Code::too_large);
}

TEST(Shape, BrokenRulesAreRefused) {
  const Field key{"", Type::string};
  const Field object{"", Type::object};
  const auto code = [](std::vector<Field> fields, int flags) {
    return Shape::make("C", std::move(fields), static_cast<std::uint8_t>(flags)).code();
  };
  EXPECT_EQ(code({{"a", Type::null}, {"a", Type::string}}, 0), Code::invalid);
  EXPECT_EQ(code({{"\xff", Type::null}}, 0), Code::invalid);
  EXPECT_EQ(code({{"a", static_cast<Type>(14)}}, 0), Code::invalid);
  EXPECT_EQ(code({}, 4), Code::invalid);
  EXPECT_EQ(code({}, Shape::kKeyed), Code::invalid);
  EXPECT_EQ(code({object}, Shape::kKeyed), Code::invalid);
  EXPECT_EQ(code({{"k", Type::string}}, Shape::kKeyed), Code::invalid);
  EXPECT_EQ(code({key}, Shape::kSelfDescribing), Code::invalid);
  EXPECT_EQ(code({object, key}, Shape::kSelfDescribing), Code::invalid);
  EXPECT_EQ(code({key}, Shape::kSelfDescribing | Shape::kKeyed), Code::invalid);
  EXPECT_EQ(code({object}, Shape::kSelfDescribing), Code::ok);
  EXPECT_EQ(code({key, object}, Shape::kSelfDescribing | Shape::kKeyed), Code::ok);
  EXPECT_EQ(Shape::make("\xc0\x80", {}).code(), Code::invalid);
}

}  // namespace
}  // namespace gs::record
