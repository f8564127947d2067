// What law tests of merges share: a write as its writer made it, and a record as a table keeps it.
#pragma once

#include <gtest/gtest.h>

#include <set>

#include "gs/core/merge/merged_record.h"
#include "gs/core/record/encoder.h"

namespace gs::merge::testing {

struct WrittenOp {
  bool is_removal = false;
  bool is_whole = false;
  RemovalRule rule = RemovalRule::update_wins;  // of a removal
  record::ShapePtr shape;
  Buffer record;
  LocalStamp stamp;
  LocalStamp seen_base;
  std::vector<Seen> seen;
  std::set<std::size_t> past;  // numbers of all ops that its writer knew

  record::RecordView view() const { return {shape.get(), record.data()}; }
  void encode(record::Encoder& encoder, std::string_view json) {
    const auto made =
        is_whole ? encoder.encode_json("T", json) : encoder.encode_delta_json("T", json);
    ASSERT_TRUE(made.ok()) << made.error().text();
    shape = made->shape;
    record.assign(made->bytes.begin(), made->bytes.end());
  }
};

inline void apply_op(MergedRecord& merged, const WrittenOp& op) {
  if (op.is_removal) return merged.remove({op.stamp, op.rule, op.seen_base, op.seen});
  merged.write({&op.shape, op.record.data(), op.stamp, op.is_whole, op.seen_base, op.seen});
}

struct KeptRecord {
  bool is_there = false;
  bool is_live = false;
  record::ShapePtr shape;
  Buffer image;
  std::size_t record_at = 0;
  LocalStamp base;

  record::RecordView view() const { return {shape.get(), image.data() + record_at}; }
  Stored stored() const {
    const bool is_plain = ImageView(image.data()).is_plain();  // then only the record is kept
    return {&shape, image.data() + record_at, is_plain ? nullptr : image.data(), base};
  }
  void load(MergedRecord& merged) const {
    if (!is_there) return merged.clear();
    merged.load(stored());
  }
};

inline KeptRecord keep_record(MergedRecord& merged, record::ShapeCache* shapes = nullptr) {
  KeptRecord kept;
  kept.is_there = true;
  kept.is_live = merged.is_live();
  kept.base = merged.base();
  auto shape = merged.encode(kept.image, kept.record_at, shapes);
  EXPECT_TRUE(shape.ok()) << shape.error().text();
  kept.shape = std::move(shape).value();
  const Error error = record::validate(*kept.shape, kept.view().bytes());
  EXPECT_TRUE(error.ok()) << error.text();
  EXPECT_EQ(ImageView(kept.image.data()).size(), kept.image.size());
  EXPECT_TRUE(ImageView(kept.image.data()).hidden_fits());
  return kept;
}

inline void expect_same(const KeptRecord& a, const KeptRecord& b) {
  EXPECT_EQ(a.shape->digest(), b.shape->digest());
  EXPECT_EQ(a.image, b.image);
  EXPECT_EQ(a.base, b.base);
  EXPECT_EQ(a.is_live, b.is_live);
}

}  // namespace gs::merge::testing
