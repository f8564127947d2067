// Goal: each rule of docs/FORMAT.md, "Merge", by an example; its bytes are frozen.
#include <gtest/gtest.h>

#include "gs/base/hex.h"
#include "gs/base/test_share.h"
#include "gs/core/merge/merged_record.h"
#include "gs/core/merge/test_writers.h"
#include "gs/core/record/encoder.h"
#include "gs/core/record/json.h"

namespace gs::merge {
namespace {

const NumberedWriters kByNumber;
constexpr LocalStamp kFirst{100, 0};

struct Written {
  record::ShapePtr shape;
  Buffer bytes;
};
Written written(const Result<record::Encoded>& made) {
  EXPECT_TRUE(made.ok()) << made.error().text();
  return {made->shape, {made->bytes.begin(), made->bytes.end()}};
}

std::string spaceless(std::string text) {
  std::erase(text, ' ');
  return text;
}

class MergedRecordTest : public ::testing::Test {
 protected:
  Written whole(std::string_view text, std::string_view key = {}) {
    return keep(encoder_.encode_json("City", text, key));
  }
  Written delta(std::string_view text) { return keep(encoder_.encode_delta_json("City", text)); }

  void begin(const Written& record) {
    merged_.write({&record.shape, record.bytes.data(), kFirst, true, {}, {}});
  }
  // A write that saw the base only, or also what `seen` says.
  void update(const Written& record, const LocalStamp& stamp, const std::vector<Seen>& seen = {}) {
    merged_.write({&record.shape, record.bytes.data(), stamp, false, kFirst, seen});
  }
  std::string json() {
    encode();
    std::string text;
    record::append_json(view(), text);
    return text;
  }
  record::RecordView view() const { return {shape_.get(), image_.data() + record_at_}; }
  ImageView image() const { return ImageView(image_.data()); }
  void encode() {
    auto made = merged_.encode(image_, record_at_, nullptr);
    ASSERT_TRUE(made.ok()) << made.error().text();
    shape_ = std::move(*made);
    ASSERT_TRUE(record::validate(*shape_, view().bytes()).ok());
  }

  // Bytes stay until the record is encoded.
  Written keep(const Result<record::Encoded>& made) {
    all_.push_back(std::make_unique<Written>(written(made)));
    return *all_.back();
  }

  record::Encoder encoder_;
  std::vector<std::unique_ptr<Written>> all_;
  MergedRecord merged_{kByNumber};
  record::ShapePtr shape_;
  Buffer image_;
  std::size_t record_at_ = 0;
};

TEST_F(MergedRecordTest, BytesAreFrozen) {
  const Written base = whole(R"({"name":"Kyiv","lat":50.45,"capital":true,"tags":["a",null]})");
  const Written update_bytes = delta(R"({"lat":{"$unset":true},"area":839})");
  EXPECT_EQ(to_hex(update_bytes.bytes),
            spaceless("18000000 00000000 02000000 00000000 0000000000388a40"));
  begin(base);
  update(update_bytes, {200, 1});
  encode();
  EXPECT_EQ(to_hex(image_),
            spaceless("01000000 01000000 03000000 28000000"
                      "03000000 01000000 c800000000000000"
                      "38000000 00000000 0f000000 00000000 0000000000388a40 01 000000"
                      "04000000 13000000 4b796976 02000000 02000000 03000000 066100 00"
                      "03 00 00 00 01000000 0000000000000000 00000000 03000000 0000000000000000"
                      "6c61740000000000"));
  EXPECT_EQ(shape_->digest().text(),
            "11eb79a310e6bb43dc6586d69021cfc497c92e6d77522b71b644d3886d32602a");
  record::Encoder full(std::make_shared<record::ShapeCache>(0));
  EXPECT_EQ(
      to_hex(
          written(full.encode_delta_json("City", R"({"lat":{"$unset":true},"area":839})")).bytes),
      spaceless("40000000 00000000 01000000 00000000 25000000 02000000 03000000 04000000 "
                "08000000 11000000 6c6174 0d 61726561 02 0000000000388a40 000000 "
                "00000000"));
}

TEST_F(MergedRecordTest, SameFieldsKeepTheShape) {
  const Written base = whole(R"({"a":1,"b":"x","c":true})");
  begin(base);
  const Written write = delta(R"({"b":"longer text"})");
  update(write, {200, 0});
  EXPECT_EQ(json(), R"({"a":1,"b":"longer text","c":true})");
  EXPECT_EQ(shape_, base.shape);
}

TEST_F(MergedRecordTest, RemovedFieldsKeepTheirPlaceAndNewOnesComeByName) {
  const Written base = whole(R"({"b":1,"a":"x","c":true})");
  begin(base);
  const Written write = delta(R"({"z":[1],"b":{"$unset":true},"y":null})");
  update(write, {200, 0});
  EXPECT_EQ(json(), R"({"a":"x","c":true,"y":null,"z":[1]})");
  const Written back = delta(R"({"b":5,"y":{"$unset":true}})");
  update(back, {300, 0}, {{1, 0, {200, 0}}});
  EXPECT_EQ(json(), R"({"b":5,"a":"x","c":true,"z":[1]})");
}

TEST_F(MergedRecordTest, OfConcurrentWritesOneIsShownAndTheOtherKept) {
  const Written base = whole(R"({"a":1})");
  const Written one = delta(R"({"a":2})");
  const Written two = delta(R"({"a":"two"})");
  begin(base);
  update(two, {201, 1});
  update(one, {200, 0});
  EXPECT_EQ(json(), R"({"a":"two"})");
  ASSERT_EQ(image().hidden_count(), 1u);
  const HiddenView hidden = image().first_hidden();
  EXPECT_EQ(hidden.stamp(), (LocalStamp{200, 0}));
  EXPECT_EQ(hidden.field(), 0u);
  EXPECT_EQ(static_cast<Type>(hidden.type()), Type::number);
  const Written three = delta(R"({"a":3})");
  update(three, {300, 0}, {{0, 0, {201, 1}}, {0, 0, {200, 0}}});  // it saw both
  EXPECT_EQ(json(), R"({"a":3})");
  EXPECT_EQ(image().hidden_count(), 0u);
}

TEST_F(MergedRecordTest, AFieldThatIsRemovedAndWrittenAtOnceStays) {
  const Written base = whole(R"({"a":1,"b":2})");
  const Written removal = delta(R"({"a":{"$unset":true}})");
  const Written write = delta(R"({"a":7})");
  for (const bool removed_first : {true, false}) {
    merged_.clear();
    begin(base);
    if (removed_first) update(removal, {300, 1});
    update(write, {200, 0});
    if (!removed_first) update(removal, {300, 1});
    EXPECT_EQ(json(), R"({"a":7,"b":2})");
  }
}

TEST_F(MergedRecordTest, OneThatIsRemovedAndWrittenAtOnceIsAsTheRemovalSays) {
  const Written base = whole(R"({"a":1,"b":2})");
  const Written write = delta(R"({"a":7})");
  for (const RemovalRule rule :
       {RemovalRule::delete_wins, RemovalRule::update_wins, RemovalRule::archive}) {
    merged_.clear();
    begin(base);
    merged_.remove({{300, 1}, rule, kFirst, {}});
    EXPECT_FALSE(merged_.is_live());
    update(write, {200, 0});
    EXPECT_EQ(merged_.is_live(), rule == RemovalRule::update_wins);
    EXPECT_EQ(json(), R"({"a":7,"b":2})");
    EXPECT_TRUE(has_unseen(image()));
  }
}

TEST_F(MergedRecordTest, APutAfterARemovalReplacesIt) {
  const Written base = whole(R"({"a":1,"b":2})", "k");
  begin(base);
  merged_.remove({{200, 0}, RemovalRule::delete_wins, kFirst, {}});
  const Written put = whole(R"({"a":3})", "k");
  const std::vector<Seen> seen = {{kNoField, 0, {200, 0}}};
  std::vector<std::string_view> beside;
  merged_.fields_beside({put.shape.get(), put.bytes.data()}, beside);
  EXPECT_EQ(beside, (std::vector<std::string_view>{"b"}));
  merged_.write({&put.shape, put.bytes.data(), {300, 0}, true, kFirst, seen});
  EXPECT_TRUE(merged_.is_live());
  EXPECT_FALSE(merged_.is_last_write()) << "it did not say that it removes b";
  EXPECT_EQ(json(), R"({"a":3,"b":2})");
  EXPECT_EQ(view().key(), "k");
}

TEST_F(MergedRecordTest, TooManyFieldsDescribeThemselvesAndFewerDoNot) {
  std::string text = "{\"0\":0";
  for (std::size_t i = 1; i < record::kFieldsMax; ++i) text += ",\"" + std::to_string(i) + "\":1";
  const Written base = whole(text + "}");
  begin(base);
  const Written more = delta(R"({"new":7})");
  update(more, {200, 0});
  EXPECT_EQ(json(), text + ",\"new\":7}");
  EXPECT_TRUE(shape_->self_describing());
  const Written fewer = delta(R"({"new":{"$unset":true}})");
  update(fewer, {300, 0}, {{0, 0, {200, 0}}});
  EXPECT_EQ(json(), text + "}");
  EXPECT_FALSE(shape_->self_describing());
}

TEST_F(MergedRecordTest, ConcurrentWritesMayTakeMoreThanOneWriteTogether) {
  const std::string half(record::kRecordBytesMax / 2, 'x');
  const Written base = whole("{\"a\":\"" + half + "\"}");
  begin(base);
  const Written more = delta("{\"b\":\"" + half + "\"}");
  update(more, {200, 0});
  shape_ = merged_.encode(image_, record_at_, nullptr).value();
  EXPECT_EQ(record::validate(*shape_, view().bytes()).code(), Code::invalid);  // as one write
  std::string text;
  record::append_json(view(), text);
  EXPECT_TRUE(text == "{\"a\":\"" + half + "\",\"b\":\"" + half + "\"}");
}

// What takes a step for each other write or field, for each of them, would take hours.
TEST_F(MergedRecordTest, ManyFieldsTakeStepsInProportion) {
  constexpr std::uint32_t kMany = 100'000 / gs::testing::kSanitizedShare;
  std::string text = "{";
  for (std::uint32_t i = 0; i < kMany; ++i) {
    text += (i == 0 ? "\"f" : ",\"f") + std::to_string(i) + "\":" + std::to_string(i);
  }
  const Written many = whole(text + "}");
  const Written other = whole("{\"x\":1," + text.substr(1) + "}");
  begin(many);
  update(other, {200, 1});                                                   // each field of both
  merged_.write({&many.shape, many.bytes.data(), {201, 2}, false, {}, {}});  // beside these
  std::vector<Seen> additions;
  for (std::uint32_t i = 0; i < kMany; ++i) additions.push_back({i, 4, {}});
  update(many, {202, 3}, additions);
  encode();
  EXPECT_EQ(image().hidden_count(), 3 * kMany);  // a value, a summand and a total of each
  EXPECT_EQ(name_of_field(view(), 7), "f7");
  EXPECT_EQ(view().field(0).member(7).number(), 14);
  merged_.load({&shape_, image_.data() + record_at_, image_.data(), merged_.base()});
  std::vector<Seen> seen;
  merged_.see_all(seen);
  EXPECT_EQ(seen.size(), 3u);
  merged_.remove({{300, 0}, RemovalRule::update_wins, kFirst, seen});
  EXPECT_FALSE(merged_.is_live());
}

TEST_F(MergedRecordTest, OneFieldMayHaveManyWriters) {
  constexpr std::uint32_t kMany = 10'000 / gs::testing::kSanitizedShare;
  const Written base = whole(R"({"n":1})");
  begin(base);
  const Written one = delta(R"({"n":1})");
  for (std::uint32_t i = 1; i <= kMany; ++i) update(one, {200, i}, {{0, 4, {}}});
  encode();
  EXPECT_EQ(image().hidden_count(), kMany + 1);
  EXPECT_EQ(json(), "{\"n\":" + std::to_string(kMany + 1) + "}");
  merged_.load({&shape_, image_.data() + record_at_, image_.data(), merged_.base()});
  const Written gone = delta(R"({"n":{"$unset":true}})");
  std::vector<Seen> seen;
  merged_.see({gone.shape.get(), gone.bytes.data()}, seen);
  EXPECT_EQ(seen.size(), kMany + 1);
  merged_.write({&gone.shape, gone.bytes.data(), {300, 0}, false, kFirst, seen});
  EXPECT_EQ(json(), "{}");
}

// Of hidden ones, and of shown ones that come on top of them.
TEST_F(MergedRecordTest, AnImageHasALimit) {
  GS_TEST_OF_VOLUME();
  constexpr std::size_t kFit = 17;
  const std::string text(kImageBytesMax / (kFit + 1), 'x');
  const Written base = whole("{\"a\":1}");
  begin(base);
  const Written hidden = delta("{\"a\":\"" + text + "\"}");
  for (std::uint64_t hlc = 200; hlc < 200 + kFit; ++hlc) update(hidden, {hlc, 0});
  encode();
  EXPECT_GT(image_.size(), kImageBytesMax - 2 * text.size());
  const Written shown = delta("{\"b\":\"" + text + "\"}");
  update(shown, {300, 0});
  EXPECT_EQ(merged_.encode(image_, record_at_, nullptr).code(), Code::too_large);
}

}  // namespace
}  // namespace gs::merge
