// Goal: an image that writes made is accepted; one that was changed is refused, or can be read,
// loaded and written again without leaving it.
// Method: an image with hidden values, totals, elements, members, edits, removals and places; each
// of its bits is flipped, and whatever is accepted then is used as engines use images. Sanitizers
// look on.
#include <gtest/gtest.h>

#include <deque>

#include "gs/core/crdt/list/list_edits.h"
#include "gs/core/crdt/text/operation.h"
#include "gs/core/merge/field_writes.h"
#include "gs/core/merge/hidden_writes.h"
#include "gs/core/merge/image_check.h"
#include "gs/core/merge/merged_record.h"
#include "gs/core/merge/test_writers.h"
#include "gs/core/record/encoder.h"

namespace gs::merge {
namespace {

constexpr std::size_t kImageWriters = 8;

struct MadeImage {
  record::ShapePtr shape;
  Buffer bytes;
  std::size_t record_at = 0;
};

class ImageCheckTest : public ::testing::Test {
 protected:
  void write(std::string_view json, const LocalStamp& stamp, bool is_whole,
             const LocalStamp& seen_base, const std::vector<Seen>& seen = {}) {
    const auto made =
        is_whole ? encoder_.encode_json("City", json) : encoder_.encode_delta_json("City", json);
    ASSERT_TRUE(made.ok()) << made.error().text();
    kept_.emplace_back(made->bytes.begin(), made->bytes.end());
    shapes_.push_back(made->shape);
    merged_.write({&shapes_.back(), kept_.back().data(), stamp, is_whole, seen_base, seen});
  }
  void write_bytes(std::string_view field, const Buffer& bytes, const LocalStamp& stamp,
                   const Seen& seen) {
    const record::FieldView view{field, record::ValueView{Type::bytes, Bytes(bytes)}};
    const auto made = encoder_.encode_views("City", {&view, 1});
    ASSERT_TRUE(made.ok()) << made.error().text();
    kept_.emplace_back(made->bytes.begin(), made->bytes.end());
    shapes_.push_back(made->shape);
    merged_.write({&shapes_.back(), kept_.back().data(), stamp, false, {}, {&seen, 1}});
  }
  MadeImage finish() {
    MadeImage image;
    auto shape = merged_.encode(image.bytes, image.record_at, nullptr);
    EXPECT_TRUE(shape.ok());
    image.shape = std::move(*shape);
    return image;
  }
  // Hidden values, a removed leading field, a total, elements, members, edits and a removal.
  MadeImage make() {
    const LocalStamp first{100, 0};
    write(R"({"name":"Kyiv","n":1,"tags":["a"],"gone":true,"at":{"x":1}})", first, true, {});
    write(R"({"name":"Kiew"})", {110, 1}, false, first);
    write(R"({"name":"Kijow"})", {110, 2}, false, first);
    write(R"({"gone":{"$unset":true}})", {120, 3}, false, first);
    const Seen addition{0, static_cast<std::uint8_t>(Rule::added), {}};
    write(R"({"n":5})", {130, 4}, false, {}, {addition});
    const Seen inclusion{0, static_cast<std::uint8_t>(Rule::included), {}};
    write(R"({"tags":["b","c"]})", {140, 5}, false, {}, {inclusion});
    const Seen given{0, static_cast<std::uint8_t>(Rule::members), {}};
    write(R"({"at":[{"y":2,"in":{"z":3}},{"x":true}]})", {141, 5}, false, {}, {given});
    const Seen typed{0, static_cast<std::uint8_t>(Rule::text), {}};
    const crdt::EditRun run{crdt::Edit::insert, 0, 2};
    write_bytes("text", crdt::encode_edits({&run, 1}, "hi"), {142, 6}, typed);
    crdt::ListEditsWriter edits;
    const Buffer one{static_cast<std::uint8_t>(Type::boolean), 1};
    edits.add({crdt::ListEdit::insert, 0, 1, 0});
    edits.add_value(one);
    const Seen listed{0, static_cast<std::uint8_t>(Rule::list), {}};
    write_bytes("list", edits.bytes(), {143, 7}, listed);
    merged_.remove({{150, 6}, RemovalRule::update_wins, first, {}});
    return finish();
  }

  // As Run::image_at() has it: all parts lie inside of the bytes.
  static bool fits(Bytes bytes) {
    if (bytes.size() < kImageHeadBytes + 8) return false;
    const ImageView view(bytes.data());
    const std::uint64_t room = bytes.size() - kImageHeadBytes;
    const std::uint64_t exceptions = std::uint64_t{view.exception_count()} * 16;
    if (exceptions > room - 8) return false;
    const std::uint64_t record = load_u32(bytes.data() + kImageHeadBytes + exceptions);
    const std::uint64_t hidden = view.hidden_bytes();
    if (record < 8 || record > room - exceptions) return false;
    if (hidden > room - exceptions - record) return false;
    return view.hidden_count() == 0 || view.hidden_fits();
  }

  static void use(const MadeImage& image) {
    const NumberedWriters order;
    const Stored stored{
        &image.shape, ImageView(image.bytes.data()).record(), image.bytes.data(), {100, 0}};
    each_field_write(stored, [](const FieldWrite&) {});
    each_hidden_write(stored, true, order, [](const HiddenWrite&) {});
    each_hidden_write(stored, false, order, [](const HiddenWrite&) {});
    MergedRecord merged(order);
    merged.load(stored);
    Buffer again;
    std::size_t at = 0;
    merged.encode(again, at, nullptr).error().ignore();
  }

  NumberedWriters order_;
  record::Encoder encoder_{std::make_shared<record::ShapeCache>()};
  std::deque<Buffer> kept_;
  std::deque<record::ShapePtr> shapes_;
  MergedRecord merged_{order_};
};

TEST_F(ImageCheckTest, TakesWhatWritesMade) {
  const MadeImage image = make();
  EXPECT_GT(ImageView(image.bytes.data()).hidden_count(), 4u);
  const Error error =
      check_image(*image.shape, ImageView(image.bytes.data()), order_, kImageWriters);
  EXPECT_FALSE(error) << error.text();
  use(image);
  EXPECT_TRUE(check_image(*image.shape, ImageView(image.bytes.data()), order_, 2))
      << "unknown writers";
}

TEST_F(ImageCheckTest, WhatItTakesCanBeUsed) {
  const MadeImage image = make();
  std::size_t refused = 0;
  std::size_t taken = 0;
  for (std::size_t bit = 0; bit < 8 * image.bytes.size(); ++bit) {
    MadeImage changed = image;
    changed.bytes[bit / 8] ^= static_cast<std::uint8_t>(1 << bit % 8);
    const bool is_sound =
        fits(changed.bytes) &&
        !check_image(*changed.shape, ImageView(changed.bytes.data()), order_, kImageWriters);
    is_sound ? ++taken : ++refused;
    if (is_sound) use(changed);
  }
  EXPECT_GT(refused, 500u);
  EXPECT_GT(taken, 100u);
}

}  // namespace
}  // namespace gs::merge
