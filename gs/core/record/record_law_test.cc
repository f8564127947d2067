// Goal: equal values have equal bytes and nothing else does; text and bytes tell the same.
// Method: random objects from printed seeds, every single-bit change of small records.
#include <gtest/gtest.h>

#include <map>

#include "gs/core/record/json.h"
#include "gs/core/record/test_values.h"

namespace gs::record {
namespace {

constexpr int kRounds = 3000;

TEST(RecordLaw, ObjectsComeBackFromRecordsAndText) {
  ValueMaker maker(11);
  Encoder warm;
  for (int i = 0; i < kRounds; ++i) {
    const Object object = maker.object(6, 3);
    Encoder cold;
    const Encoded made = warm.encode("C", object).value();
    const Buffer bytes = copy(made.bytes);
    const ShapePtr shape = made.shape;
    const Error error = validate(*shape, bytes);
    ASSERT_FALSE(error) << error.text();
    const RecordView view(shape.get(), bytes.data());
    ASSERT_EQ(bytes_of(view.to_object()), bytes_of(object));
    ASSERT_EQ(encode_again(view), bytes);

    const std::string text = json_of(view);
    for (Encoder* encoder : {&warm, &cold, &cold}) {
      const auto from_text = encoder->encode_json("C", text);
      ASSERT_TRUE(from_text.ok()) << from_text.error().text() << " in " << text;
      ASSERT_EQ(from_text->shape->digest(), shape->digest()) << text;
      ASSERT_TRUE(equal(from_text->bytes, bytes)) << text;
    }
  }
}

TEST(RecordLaw, ValuesAndTextAreTheSame) {
  ValueMaker maker(12);
  for (int i = 0; i < kRounds; ++i) {
    const Value value = maker.value(4);
    const Buffer bytes = bytes_of(value);
    ASSERT_EQ(bytes_of(value_of(bytes)), bytes);
    const std::string text = json_of(value);
    const auto again = parse_json(text);
    ASSERT_TRUE(again.ok()) << again.error().text() << " in " << text;
    ASSERT_EQ(bytes_of(*again), bytes) << text;
    ASSERT_EQ(json_of(*again), text);
    std::string from_view;
    append_json(ValueView{static_cast<Type>(bytes[0]), Bytes(bytes).subspan(1)}, from_view);
    ASSERT_EQ(from_view, text);
  }
}

TEST(RecordLaw, DifferentTextsAreDifferentBytes) {
  ValueMaker maker(13);
  std::map<Buffer, std::string> seen;
  for (int i = 0; i < kRounds; ++i) {
    const Value value = maker.value(2);
    const auto [at, fresh] = seen.try_emplace(bytes_of(value), json_of(value));
    ASSERT_EQ(at->second, json_of(value));
  }
  std::map<std::string, Buffer> texts;
  for (const auto& [bytes, text] : seen) ASSERT_TRUE(texts.emplace(text, bytes).second) << text;
}

// The canonical law: what validate() accepts is exactly what encoding gives.
TEST(RecordLaw, EverySingleBitChangeIsRefusedOrAnotherCanonicalRecord) {
  ValueMaker maker(14);
  Encoder encoder;
  for (int i = 0; i < 60; ++i) {
    const Encoded made = encoder.encode("C", maker.object(6, 2), i % 2 == 0 ? "" : "key").value();
    const ShapePtr shape = made.shape;
    Buffer bytes = copy(made.bytes);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
      bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
      if (!validate(*shape, bytes)) {
        const RecordView view(shape.get(), bytes.data());
        ASSERT_EQ(encode_again(view), bytes) << "record " << i << ", bit " << bit;
        ASSERT_NE(read_everything(view), 0u);
      }
      bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    }
  }
}

TEST(RecordLaw, SelfDescribingRecordsTellTheSame) {
  ValueMaker maker(15);
  Encoder plain;
  Encoder full(std::make_shared<ShapeCache>(0));
  for (int i = 0; i < kRounds; ++i) {
    const Object object = maker.object(8, 2);
    const std::string key = i % 2 == 0 ? "" : "key";
    const Encoded made = full.encode("C", object, key).value();
    const ShapePtr shape = made.shape;
    const Buffer bytes = copy(made.bytes);
    ASSERT_TRUE(shape->self_describing());
    ASSERT_TRUE(validate(*shape, bytes).ok());
    const RecordView view(shape.get(), bytes.data());
    ASSERT_EQ(bytes_of(view.to_object()), bytes_of(object));
    ASSERT_EQ(encode_again(view), bytes);
    const Encoded same = plain.encode("C", object, key).value();
    ASSERT_EQ(json_of(view), json_of(RecordView(same.shape.get(), same.bytes.data())));
    ASSERT_TRUE(equal(full.encode_json("C", json_of(view), key).value().bytes, bytes));
  }
}

}  // namespace
}  // namespace gs::record
