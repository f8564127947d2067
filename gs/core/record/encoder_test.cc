// Goal: every object gets its shape and bytes, the same by every way, and never too many shapes.
// Method: examples, the fast way against the general one, exact limits, misuse.
#include "gs/core/record/encoder.h"
#include "gs/base/test_share.h"

#include <gtest/gtest.h>

#include "gs/base/hex.h"
#include "gs/core/record/json.h"
#include "gs/core/record/test_values.h"

namespace gs::record {
namespace {

constexpr char kCity[] =
    R"({"name":"Sant Julia de Loria","lat":"42.46372","lng":"1.49129","country":"AD","admin1":"06","admin2":""})";

struct Made {
  ShapePtr shape;
  Buffer bytes;
  RecordView view() const { return {shape.get(), bytes.data()}; }
};

Made keep(Result<Encoded> encoded) {
  if (!encoded) {
    ADD_FAILURE() << encoded.error().text();
    return {};
  }
  EXPECT_FALSE(validate(*encoded->shape, encoded->bytes));
  return {encoded->shape, copy(encoded->bytes)};
}

TEST(Encoder, RecordOfACityIsFrozen) {
  Encoder encoder;
  const Made city = keep(encoder.encode_json("City", R"({"name":"Kyiv","lat":50.45})"));
  EXPECT_EQ(to_hex(city.bytes),
            "20000000000000000300000000000000"  // size 32, two fields present
            "9a99999999394940"                  // lat
            "04000000"                          // end of name
            "4b796976");                        // name
  EXPECT_EQ(city.shape->collection(), "City");
  EXPECT_EQ(json_of(city.view()), R"({"name":"Kyiv","lat":50.45})");
}

TEST(Encoder, FirstAndLaterRecordsAreTheSameBytes) {
  Encoder encoder;
  const Made first = keep(encoder.encode_json("City", kCity));   // the general way
  const Made second = keep(encoder.encode_json("City", kCity));  // by the plan
  EXPECT_EQ(first.bytes, second.bytes);
  EXPECT_EQ(first.shape, second.shape);
  const Value value = parse_json(kCity).value();
  const Made third = keep(encoder.encode("City", *value.get<Object>()));
  EXPECT_EQ(first.bytes, third.bytes);
  EXPECT_EQ(first.shape, third.shape);
}

TEST(Encoder, KeptRecordsLieOneBehindTheOtherAndAreTheSameBytes) {
  const std::string texts[] = {kCity, R"({"a":1,"b":"x"})", R"({"a":2,"b":"longer than before"})",
                               R"({"a":{"$int":"7"},"b":null,"c":[1,{"d":2}]})",
                               R"({"a":3,"b":"x"})"};
  Encoder encoder;
  Buffer expected;
  for (int round = 0; round < 3; ++round) {  // the general way first, then by the plan
    for (const std::string& text : texts) {
      Encoder alone;
      const Made made = keep(alone.encode_json("C", text, "key"));
      // What is not kept, because it is wrong or not wanted, leaves nothing behind.
      EXPECT_FALSE(encoder.encode_json("C", R"({"a":2,"b":"x)", "key").ok());
      EXPECT_TRUE(encoder.encode_json("C", R"({"a":4,"b":"not wanted"})", "key").ok());
      const auto encoded = encoder.encode_json("C", text, "key");
      ASSERT_TRUE(encoded.ok());
      EXPECT_TRUE(equal(encoded->bytes, made.bytes)) << text;
      EXPECT_EQ(encoder.keep(*encoded), expected.size());
      expected.insert(expected.end(), made.bytes.begin(), made.bytes.end());
      EXPECT_TRUE(equal(encoder.kept(), expected)) << text;

      const Value value = parse_json(text).value();
      const auto from_value = encoder.encode("C", *value.get<Object>(), "key");
      ASSERT_TRUE(from_value.ok());
      EXPECT_TRUE(equal(from_value->bytes, made.bytes)) << text;
    }
  }
  encoder.forget();
  EXPECT_TRUE(encoder.kept().empty());
  EXPECT_EQ(encoder.keep(encoder.encode_json("C", kCity).value()), 0u);
}

TEST(Encoder, SpacesEscapesAndOrderDoNotConfuseIt) {
  Encoder encoder;
  const std::string plain = R"({"a":"x","b":1,"c":[1],"d":null,"e":true,"f":{"$int":"7"}})";
  const Made first = keep(encoder.encode_json("", plain));
  for (const char* text :
       {"\n{ \"a\" : \"x\" ,\t\"b\" : 1.0 , \"c\" : [ 1 ] , \"d\" : null , \"e\" : true , \"f\" : "
        "{\"$int\" : \"7\"} } ",
        R"({"\u0061":"\u0078","b":10e-1,"c":[1],"d":null,"e":true,"f":{"$int":"7"}})"}) {
    EXPECT_EQ(keep(encoder.encode_json("", text)).bytes, first.bytes);
    EXPECT_EQ(keep(encoder.encode_json("", plain)).bytes, first.bytes);
  }
  const Made other = keep(encoder.encode_json("", R"({"b":1,"a":"x"})"));
  EXPECT_NE(other.shape->digest(), first.shape->digest()) << "the order of keys is part of a shape";
  const Made types = keep(encoder.encode_json("", R"({"b":"1","a":"x"})"));
  EXPECT_EQ(json_of(types.view()), R"({"b":"1","a":"x"})");
}

TEST(Encoder, KeyIsFieldZeroAndNotInTheObject) {
  Encoder encoder;
  for (int i = 0; i < 2; ++i) {
    const Made made = keep(encoder.encode_json("City", R"({"":1,"name":"Kyiv"})", "kyiv"));
    EXPECT_TRUE(made.shape->keyed());
    EXPECT_EQ(made.view().key(), "kyiv");
    EXPECT_EQ(json_of(made.view()), R"({"":1,"name":"Kyiv"})");
    EXPECT_EQ(made.view().find("")->number(), 1);
    const Made value = keep(encoder.encode("City", made.view().to_object(), "kyiv"));
    EXPECT_EQ(value.bytes, made.bytes);
  }
  EXPECT_EQ(encoder.encode_json("City", "{}", "\xff").code(), Code::invalid);
}

TEST(Encoder, TopOfARecordIsNeverAForm) {
  Encoder encoder;
  const std::string text = R"({"$int":"5"})";
  EXPECT_EQ(json_of(keep(encoder.encode_json("", text)).view()), text);
  EXPECT_EQ(json_of(keep(encoder.encode_json("", text)).view()), text);
  EXPECT_EQ(json_of(keep(encoder.encode_json("", R"({"$literal":{"$int":"5"}})")).view()),
            R"({"$literal":{"$int":"5"}})");
}

TEST(Encoder, DeltaNamesFieldsToRemove) {
  Encoder encoder;
  for (int i = 0; i < 2; ++i) {
    const Made made = keep(encoder.encode_delta_json(
        "", R"({"a":{"$unset":true},"b":null,"c":1,"d":{"$literal":{"$unset":true}}})"));
    ASSERT_EQ(made.shape->field_count(), 4u);
    EXPECT_EQ(made.shape->fields()[0].type, Type::null);
    EXPECT_FALSE(made.view().present(0));
    EXPECT_TRUE(made.view().is_null(1));
    EXPECT_EQ(json_of(made.view()), R"({"b":null,"c":1,"d":{"$literal":{"$unset":true}}})");
    EXPECT_EQ(json_of_delta(made.view()),
              R"({"a":{"$unset":true},"b":null,"c":1,"d":{"$literal":{"$unset":true}}})");
    const Object object = {
        {"a", Value(Object{{"$unset", Value(true)}})}, {"b", Value()}, {"c", Value(1)}};
    const Made value = keep(encoder.encode_delta("", object));
    EXPECT_FALSE(value.view().present(0));
    EXPECT_TRUE(value.view().is_null(1));
  }
  EXPECT_EQ(encoder.encode_json("", R"({"a":{"$unset":true}})").code(), Code::invalid);
  EXPECT_EQ(encoder.encode_delta_json("", R"({"a":[{"$unset":true}]})").code(), Code::invalid);
  EXPECT_EQ(encoder.encode_delta_json("", R"({"a":{"$unset":false}})").code(), Code::invalid);
}

TEST(Encoder, ShapesOfACollectionHaveAnExactLimit) {
  Encoder encoder;
  for (std::size_t i = 0; i < kImplicitShapesMax; ++i) {
    const std::string text = "{\"key" + std::to_string(i) + "\":1}";
    ASSERT_FALSE(encoder.encode_json("Wild", text)->shape->self_describing()) << i;
  }
  const Made over = keep(encoder.encode_json("Wild", R"({"one":1,"more":[2]})"));
  EXPECT_TRUE(over.shape->self_describing());
  EXPECT_EQ(json_of(over.view()), R"({"one":1,"more":[2]})");
  EXPECT_EQ(over.view().find("one")->number(), 1);
  const Object object = {{"one", Value(1)}, {"more", Value(Array{Value(2)})}};
  EXPECT_EQ(keep(encoder.encode("Wild", object)).bytes, over.bytes);
  EXPECT_FALSE(encoder.encode_json("Wild", R"({"key7":1})")->shape->self_describing()) << "known";
  EXPECT_FALSE(encoder.encode_json("Other", R"({"one":1})")->shape->self_describing());
  const Made keyed = keep(encoder.encode_json("Wild", R"({"x":1})", "k"));
  EXPECT_TRUE(keyed.shape->self_describing());
  EXPECT_EQ(keyed.view().key(), "k");
  EXPECT_EQ(json_of(keyed.view()), R"({"x":1})");
  const Made delta = keep(encoder.encode_delta_json("Wild", R"({"x":{"$unset":true},"y":null})"));
  EXPECT_TRUE(delta.shape->self_describing());
  EXPECT_TRUE(has_absent_member(delta.view()));
  EXPECT_EQ(json_of(delta.view()), R"({"y":null})");
  EXPECT_EQ(json_of_delta(delta.view()), R"({"x":{"$unset":true},"y":null})");
}

TEST(Encoder, FieldsBeyondTheLimitsDescribeThemselves) {
  Encoder encoder;
  const auto text = [](std::size_t fields) {
    std::string made = "{";
    for (std::size_t i = 0; i < fields; ++i)
      made += (i ? ",\"" : "\"") + std::to_string(i) + "\":1";
    return made + "}";
  };
  EXPECT_FALSE(keep(encoder.encode_json("", text(kFieldsMax))).shape->self_describing());
  const Made over = keep(encoder.encode_json("", text(kFieldsMax + 1)));
  EXPECT_TRUE(over.shape->self_describing());
  EXPECT_EQ(json_of(over.view()), text(kFieldsMax + 1));
  EXPECT_TRUE(keep(encoder.encode_json("", text(kFieldsMax), "key")).shape->self_describing());
  const std::string name(kFieldNameBytesMax, 'n');
  EXPECT_FALSE(keep(encoder.encode_json("", "{\"" + name + "\":1}")).shape->self_describing());
  EXPECT_TRUE(keep(encoder.encode_json("", "{\"" + name + "n\":1}")).shape->self_describing());
}

TEST(Encoder, RecordSizeIsExact) {
  Encoder encoder;
  const std::string fits = "{\"s\":\"" + std::string(kRecordBytesMax - 20, 'x') + "\"}";
  const std::string over = "{\"s\":\"" + std::string(kRecordBytesMax - 19, 'x') + "\"}";
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(encoder.encode_json("", fits)->bytes.size(), kRecordBytesMax);
    EXPECT_EQ(encoder.encode_json("", over).code(), Code::too_large);
  }
  std::string zeros = "{\"a\":[0";
  for (std::size_t i = 0; i < kRecordBytesMax / 8; ++i) zeros += ",0";
  EXPECT_EQ(encoder.encode_json("", zeros + "]}").code(), Code::too_large);
  EXPECT_EQ(encoder.encode_json("", "{}" + std::string(kJsonBytesMax, ' ')).code(),
            Code::too_large);
  EXPECT_TRUE(encoder.encode_json("", "{}").ok());
}

TEST(Encoder, WrongInputIsRefusedWithItsPlace) {
  Encoder encoder;
  keep(encoder.encode_json("", R"({"a":"x","b":1})"));
  for (const char* text :
       {"", "[]", "1", "{", R"({"a":"x","b":1)", R"({"a":"x","b":1}})", R"({"a":"x","b":1} 2)",
        R"({"a":"x" "b":1})", R"({"a":"x","b":01})", R"({"a":"x,"b":1})", R"({"a":"x","a":"y"})",
        "{\"a\":\"\xff\",\"b\":1}"}) {
    const auto result = encoder.encode_json("", text);
    EXPECT_EQ(result.code(), Code::invalid) << text;
    EXPECT_EQ(result.error().message().substr(0, 17), "JSON line 1, colu") << text;
  }
  EXPECT_EQ(encoder.encode("", {{"a", Value()}, {"a", Value()}}).code(), Code::invalid);
  EXPECT_EQ(encoder.encode("", {{"\xff", Value()}}).code(), Code::invalid);
  EXPECT_EQ(encoder.encode("", {{"a", Value("\xff")}}).code(), Code::invalid);
  EXPECT_EQ(encoder.encode_json("\xff", "{}").code(), Code::invalid);
  EXPECT_EQ(encoder.encode_json(std::string(256, 'c'), "{}").code(), Code::too_large);
}

TEST(ShapeCache, IsSharedByEncodersAndCountsWhatTheLogHas) {
  auto cache = std::make_shared<ShapeCache>(2);
  cache->add(Shape::make("C", {{"a", Type::number}}).value());
  cache->add(Shape::make("C", {{"a", Type::number}}).value());
  EXPECT_EQ(cache->count("C"), 1u);
  Encoder one(cache);
  Encoder two(cache);
  const Made first = keep(one.encode_json("C", R"({"a":1})"));
  EXPECT_EQ(first.shape, keep(two.encode_json("C", R"({"a":2})")).shape);
  EXPECT_FALSE(keep(one.encode_json("C", R"({"b":1})")).shape->self_describing());
  EXPECT_EQ(cache->count("C"), 2u);
  EXPECT_TRUE(keep(two.encode_json("C", R"({"c":1})")).shape->self_describing());
  EXPECT_FALSE(keep(two.encode_json("C", R"({"b":1})")).shape->self_describing());
}

// Shapes of two fields with one fields_hash: each step of the hash can be undone, so the bytes of
// the second name follow from the first. One in some hundred is text.
class Colliding {
 public:
  ShapePtr shape() {
    for (;; ++number_) {
      const std::string first = "n" + std::to_string(number_);
      const FieldKey one{first, Type::null};
      const std::uint64_t wanted = undo_mix(kHash) ^ fields_hash_of_first(one);
      const std::uint64_t name = undo_name(wanted - static_cast<std::uint64_t>(Type::null));
      if ((name & kNotAscii) != 0) continue;  // that is hardly ever UTF-8
      std::string second(8, 0);
      store_u64(reinterpret_cast<std::uint8_t*>(second.data()), name);
      auto made = Shape::make("C", {{first, Type::null}, {second, Type::null}});
      if (!made.ok()) continue;
      ++number_;
      return std::move(made).value();
    }
  }
  static constexpr std::uint64_t kHash = 0x1234567812345678u;

 private:
  static std::uint64_t inverse(std::uint64_t odd) {
    std::uint64_t result = odd;  // Newton: right in 3 bits, then twice as many each time
    for (int i = 0; i < 6; ++i) result *= 2 - odd * result;
    return result;
  }
  static constexpr std::uint64_t kNotAscii = 0x8080808080808080u;
  static constexpr std::uint64_t kMix = 0xff51afd7ed558ccdu;
  static std::uint64_t undo_mix(std::uint64_t hash) {
    return (hash ^ (hash >> 32)) * inverse(kMix);
  }
  static std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
    hash = (hash ^ value) * kMix;
    return hash ^ (hash >> 32);
  }
  static std::uint64_t undo_name(std::uint64_t hash) {
    constexpr std::uint64_t kName = 0x9fb21c651e98df25u;
    hash ^= (hash >> 29) ^ (hash >> 58);
    hash *= inverse(kName);
    hash ^= hash >> 32;
    return (hash * inverse(kName)) ^ (8 * kName);
  }
  static std::uint64_t fields_hash_of_first(const FieldKey& one) {
    const std::uint64_t start = mix(name_hash("C"), 2 * 2);
    return mix(start, name_hash(one.name) + static_cast<std::uint64_t>(one.type));
  }
  std::uint64_t number_ = 0;
};

// Each was compared with all before it. Now those of one hash are so many at most.
TEST(ShapeCache, LearnsShapesOfStrangersInTimeThatGrowsWithTheirNumber) {
  GS_TEST_OF_VOLUME();
  constexpr std::size_t kShapes = 20'000;
  Colliding colliding;
  ShapeCache cache;
  for (std::size_t i = 0; i < kShapes; ++i) {
    const ShapePtr shape = colliding.shape();
    if (i % 2'000 == 0) {
      const FieldKey fields[] = {{shape->fields()[0].name, Type::null},
                                 {shape->fields()[1].name, Type::null}};
      ASSERT_EQ(fields_hash("C", false, fields), Colliding::kHash);
    }
    cache.add(shape);
    cache.add(shape);
  }
  EXPECT_EQ(cache.count("C"), kSameHashMax);  // and lookups are short as well
}

TEST(Encoder, CountsTheMemoryOfWhatItRefuses) {
  std::string text = "{";
  for (int i = 0; i < 100'000; ++i) text += "\"k" + std::to_string(i) + "\":1,";
  text += "\"k0\":1}";
  Encoder encoder;
  EXPECT_EQ(encoder.encode_json("C", text).code(), Code::invalid);
  encoder.forget();
  EXPECT_GT(encoder.memory_bytes(), text.size());
}

Buffer object_bytes(const std::string& json) {
  Buffer bytes;
  EXPECT_FALSE(encode_any(parse_json(json).value(), bytes));
  bytes.erase(bytes.begin());  // its type
  return bytes;
}

TEST(Encoder, ObjectsInBytesAreTheSameRecordsAsTheirText) {
  const std::string texts[] = {
      kCity, "{}", R"({"a":1,"b":"x","c":true,"d":null})",
      R"({"a":{"$int":"7"},"b":{"$date":"2026-11-23T00:00:00.000Z"},"c":[1,{"d":[]}]})",
      R"({"s":{"$set":[1,2]},"y":{"$bytes":"AAEC"},"n":{"$big":"123456789012345678901"}})"};
  for (const std::string& text : texts) {
    Encoder encoder;
    const Made by_text = keep(encoder.encode_json("City", text, "key"));
    const Buffer object = object_bytes(text);
    const Made first = keep(encoder.encode_object("City", object, "key"));
    const Made again = keep(encoder.encode_object("City", object, "key"));
    EXPECT_EQ(by_text.bytes, first.bytes) << text;
    EXPECT_EQ(by_text.shape->digest(), first.shape->digest()) << text;
    EXPECT_EQ(first.bytes, again.bytes) << text;
  }
}

TEST(Encoder, ObjectsInBytesAreLaidOutAsTheirTextIs) {
  Layout layout;
  layout.add_link("country", Layout::Link::one, "Country");
  ASSERT_FALSE(layout.add_default("n", Value(7.0)));
  Encoder encoder;
  const std::string text = R"({"name":"Kyiv","country":"ua"})";
  const Made by_text = keep(encoder.encode_json("City", text, {}, &layout));
  for (int i = 0; i < 3; ++i) {
    const Made by_bytes = keep(encoder.encode_object("City", object_bytes(text), {}, &layout));
    EXPECT_EQ(by_text.bytes, by_bytes.bytes);
    EXPECT_EQ(by_text.shape->digest(), by_bytes.shape->digest());
  }
  Layout defaults;
  ASSERT_FALSE(defaults.add_default("n", Value(7.0)));
  for (const std::string& given :
       {std::string(R"({"name":"a","n":1})"), std::string(R"({"name":"b"})"),
        std::string(R"({"name":"c","n":2})")}) {
    Encoder other;
    const Made laid = keep(other.encode_json("Town", given, {}, &defaults));
    const Made by_bytes = keep(encoder.encode_object("Town", object_bytes(given), {}, &defaults));
    EXPECT_EQ(json_of(laid.view()), json_of(by_bytes.view())) << given;
  }
}

TEST(Encoder, AnUpdateInBytesRemovesMembersThatAreAbsent) {
  Encoder encoder;
  const Made by_text = keep(encoder.encode_delta_json({}, R"({"a":1,"b":{"$unset":true}})"));
  Buffer object = object_bytes(R"({"a":1,"b":null})");
  object.back() = 0x0d;
  const Made by_bytes = keep(encoder.encode_delta_object({}, object));
  EXPECT_EQ(by_text.bytes, by_bytes.bytes);
  EXPECT_EQ(encoder.encode_object({}, object).code(), Code::invalid) << "no update";
}

TEST(Encoder, ObjectsInBytesThatAreNoneAreRefused) {
  const Buffer object = object_bytes(
      R"({"a":1,"b":"x","c":[true,{"d":null}],"e":{"$date":"2026-11-23T00:00:00.000Z"}})");
  Encoder encoder;
  EXPECT_TRUE(encoder.encode_object({}, object).ok());
  for (std::size_t size = 0; size < object.size(); ++size) {
    const Bytes cut = Bytes(object).first(size);
    EXPECT_EQ(encoder.encode_object({}, cut).code(), Code::invalid) << size;
  }
  // Whatever one byte says instead: an error, or a valid record.
  for (std::size_t at = 0; at < object.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      Buffer changed = object;
      changed[at] = static_cast<std::uint8_t>(byte);
      const auto encoded = encoder.encode_object({}, changed);
      if (encoded.ok()) EXPECT_FALSE(validate(*encoded->shape, encoded->bytes)) << at;
    }
  }
  Buffer longer = object;
  longer.push_back(0);
  EXPECT_EQ(encoder.encode_object({}, longer).code(), Code::invalid);
  Buffer twice = object_bytes(R"({"a":1,"b":2})");
  twice[4 + 16 + 10] = 'a';
  EXPECT_NE(encoder.encode_object({}, twice).error().message().find("twice"), std::string::npos);
}

}  // namespace
}  // namespace gs::record
