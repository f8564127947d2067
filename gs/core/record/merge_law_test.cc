// Goal: every replica merges to the same bytes, and they say what a map of fields would say.
// Method: examples of each rule, then random updates against a list of names and values.
#include <gtest/gtest.h>

#include "gs/core/record/json.h"
#include "gs/core/record/test_values.h"

namespace gs::record {
namespace {

struct Kept {
  ShapePtr shape;
  Buffer bytes;
  RecordView view() const { return {shape.get(), bytes.data()}; }
};

Kept kept(const Result<Encoded>& made) { return {made.value().shape, copy(made.value().bytes)}; }

Kept merged(const Kept& base, const Kept& delta, std::vector<std::uint16_t>* changed = nullptr,
            ShapeCache* cache = nullptr) {
  Kept result;
  result.shape = merge(base.view(), base.shape, delta.view(), result.bytes, changed, cache).value();
  const Error error = validate(*result.shape, result.bytes);
  EXPECT_FALSE(error) << error.text();
  return result;
}

// The example of docs/FORMAT.md, "Delta and merged shape".
TEST(Merge, BytesAreFrozen) {
  Encoder encoder;
  const Kept base = kept(encoder.encode_json(
      "City", R"({"name":"Kyiv","lat":50.45,"capital":true,"tags":["a",null]})"));
  const Kept delta =
      kept(encoder.encode_delta_json("City", R"({"lat":{"$unset":true},"area":839})"));
  EXPECT_EQ(delta.bytes, hex_bytes("18000000 00000000 02000000 00000000 0000000000388a40"));
  const Kept result = merged(base, delta);
  EXPECT_EQ(result.bytes,
            hex_bytes("38000000 00000000 1d000000 00000000 0000000000388a40 01000000"
                      "04000000 13000000 4b796976 02000000 02000000 03000000 066100 00"));
  EXPECT_EQ(result.shape->digest().text(),
            "d998e92592ac45414bc1970794aa34fececc5d17769e8549b3bfd8380a7c5040");
  Encoder full(std::make_shared<ShapeCache>(0));
  EXPECT_EQ(
      kept(full.encode_delta_json("City", R"({"lat":{"$unset":true},"area":839})")).bytes,
      hex_bytes("40000000 00000000 01000000 00000000 25000000 02000000 03000000 04000000 08000000"
                "11000000 6c6174 0d 61726561 02 0000000000388a40 000000 00000000"));
}

TEST(Merge, SameFieldsKeepTheShape) {
  Encoder encoder;
  const Kept base = kept(encoder.encode_json("C", R"({"a":1,"b":"x","c":true})"));
  const Kept delta = kept(encoder.encode_delta_json("C", R"({"b":"longer text"})"));
  std::vector<std::uint16_t> changed;
  const Kept result = merged(base, delta, &changed);
  EXPECT_EQ(result.shape, base.shape);
  EXPECT_EQ(json_of(result.view()), R"({"a":1,"b":"longer text","c":true})");
  EXPECT_EQ(changed, (std::vector<std::uint16_t>{1}));
}

TEST(Merge, NewFieldsFollowAndTypesChange) {
  Encoder encoder;
  const Kept base = kept(encoder.encode_json("C", R"({"a":1,"b":"x","c":true})"));
  const Kept delta =
      kept(encoder.encode_delta_json("C", R"({"z":[1],"b":2,"y":null,"a":{"$unset":true}})"));
  std::vector<std::uint16_t> changed;
  const Kept result = merged(base, delta, &changed);
  EXPECT_EQ(json_of(result.view()), R"({"b":2,"c":true,"z":[1],"y":null})");
  EXPECT_EQ(changed, (std::vector<std::uint16_t>{3, 1, 4, 0}));
  ASSERT_EQ(result.shape->field_count(), 5u);
  EXPECT_EQ(result.shape->fields()[0].name, "a") << "a removed field stays in the shape";
  EXPECT_EQ(result.shape->fields()[0].type, Type::null);
  EXPECT_FALSE(result.view().present(0));
  const Kept back = merged(result, kept(encoder.encode_delta_json("C", R"({"a":5})")));
  EXPECT_EQ(json_of(back.view()), R"({"a":5,"b":2,"c":true,"z":[1],"y":null})");
}

TEST(Merge, KeyStaysAndNeverChanges) {
  Encoder encoder;
  const Kept base = kept(encoder.encode_json("C", R"({"a":1})", "k"));
  std::vector<std::uint16_t> changed;
  const Kept result = merged(base, kept(encoder.encode_delta_json("C", R"({"b":2})")), &changed);
  EXPECT_EQ(result.view().key(), "k");
  EXPECT_EQ(changed, (std::vector<std::uint16_t>{2}));
  const Kept same = kept(encoder.encode_json("C", R"({"a":7})", "k"));
  EXPECT_EQ(json_of(merged(base, same, &changed).view()), R"({"a":7})");
  EXPECT_EQ(changed, (std::vector<std::uint16_t>{0, 1}));
  const Kept other = kept(encoder.encode_json("C", R"({"a":7})", "other"));
  Buffer out = {9};
  EXPECT_EQ(merge(base.view(), base.shape, other.view(), out).code(), Code::invalid);
  EXPECT_EQ(out, Buffer{9});
}

TEST(Merge, SelfDescribingRecordsHoldOnlyPresentMembers) {
  Encoder plain;
  Encoder full(std::make_shared<ShapeCache>(0));
  const char* const text = R"({"a":1,"b":"x","c":true})";
  const char* const update = R"({"z":1,"b":{"$unset":true},"a":"y"})";
  std::vector<std::uint16_t> changed;
  Buffer bytes;
  for (const bool base_full : {false, true}) {
    for (const bool delta_full : {false, true}) {
      if (!base_full && !delta_full) continue;
      const Kept base = kept((base_full ? full : plain).encode_json("C", text, "k"));
      const Kept delta = kept((delta_full ? full : plain).encode_delta_json("C", update));
      const Kept result = merged(base, delta, &changed);
      EXPECT_TRUE(result.shape->self_describing());
      EXPECT_EQ(json_of(result.view()), R"({"a":"y","c":true,"z":1})");
      EXPECT_EQ(result.view().key(), "k");
      EXPECT_FALSE(has_absent_member(result.view()));
      for (const std::uint16_t field : changed) EXPECT_EQ(field, 1u);
      EXPECT_EQ(changed.size(), delta.shape->field_count());
      if (bytes.empty()) bytes = result.bytes;
      EXPECT_EQ(result.bytes, bytes) << "the same by every way";
    }
  }
}

TEST(Merge, TooManyFieldsDescribeThemselves) {
  Encoder encoder;
  std::string text = "{\"0\":0";
  for (std::size_t i = 1; i < kFieldsMax; ++i) text += ",\"" + std::to_string(i) + "\":1";
  const Kept base = kept(encoder.encode_json("C", text + "}"));
  const Kept known = merged(base, kept(encoder.encode_delta_json("C", R"({"5":7})")));
  EXPECT_FALSE(known.shape->self_describing());
  const Kept over = merged(base, kept(encoder.encode_delta_json("C", R"({"new":7})")));
  EXPECT_TRUE(over.shape->self_describing());
  EXPECT_EQ(json_of(over.view()), text + ",\"new\":7}");
}

TEST(Merge, ResultOverTheLimitIsRefused) {
  Encoder encoder;
  const Kept base =
      kept(encoder.encode_json("C", "{\"a\":\"" + std::string(kRecordBytesMax / 2, 'x') + "\"}"));
  const Kept delta =
      kept(encoder.encode_json("C", "{\"b\":\"" + std::string(kRecordBytesMax / 2, 'x') + "\"}"));
  Buffer out = {9};
  EXPECT_EQ(merge(base.view(), base.shape, delta.view(), out).code(), Code::too_large);
  EXPECT_EQ(out, Buffer{9}) << "a failure leaves the buffer as it was";
}

// --- the law ---

struct Entry {
  std::string name;
  bool present;
  Value value;
};
using Model = std::vector<Entry>;

void update_model(Model& model, const Object& update) {
  for (const auto& [name, value] : update) {
    const Object* object = value.get<Object>();
    const bool unset = object && object->size() == 1 && (*object)[0].first == "$unset";
    Entry entry{name, !unset, unset ? Value() : value};
    bool known = false;
    for (Entry& old : model) {
      if (old.name != name) continue;
      old = entry;
      known = true;
    }
    if (!known) model.push_back(std::move(entry));
  }
}

Object present(const Model& model) {
  Object object;
  for (const Entry& entry : model) {
    if (entry.present) object.emplace_back(entry.name, entry.value);
  }
  return object;
}

TEST(MergeLaw, UpdatesDoWhatAMapOfFieldsDoes) {
  ValueMaker maker(21);
  auto cache = std::make_shared<ShapeCache>();
  Encoder encoder(cache);
  for (int round = 0; round < 300; ++round) {
    const std::string key = round % 2 == 0 ? "" : "key";
    const Object start = maker.object(6, 1);
    Kept record = kept(encoder.encode("C", start, key));
    Model model;
    update_model(model, start);
    for (int step = 0; step < 6; ++step) {
      Object update = maker.object(3, 1);
      for (Member& member : update) {
        if (maker.below(4) == 0) member.second = Object{{"$unset", Value(true)}};
      }
      update_model(model, update);
      const Kept delta = kept(encoder.encode_delta("C", update));
      std::vector<std::uint16_t> changed;
      const Kept with_cache = merged(record, delta, &changed, cache.get());
      const Kept without = merged(record, delta);
      ASSERT_EQ(with_cache.bytes, without.bytes);
      ASSERT_EQ(with_cache.shape->digest(), without.shape->digest());
      record = with_cache;
      const std::size_t first = key.empty() ? 0 : 1;
      ASSERT_EQ(record.shape->field_count(), model.size() + first);
      for (std::size_t i = 0; i < model.size(); ++i) {
        ASSERT_EQ(record.shape->fields()[first + i].name, model[i].name);
        ASSERT_EQ(record.view().present(first + i), model[i].present);
      }
      for (std::size_t i = 0; i < changed.size(); ++i) {
        ASSERT_EQ(record.shape->fields()[changed[i]].name, delta.shape->fields()[i].name);
      }
      ASSERT_EQ(bytes_of(record.view().to_object()), bytes_of(present(model)));
      ASSERT_EQ(encode_again(record.view()), record.bytes);
      ASSERT_EQ(record.view().key(), key);
    }
  }
}

}  // namespace
}  // namespace gs::record
