// Goal: a compiled filter holds for exactly those records for which docs/QUERY.md says so.
// Method: random records of many shapes, also ones that describe themselves, and random filters,
// against an evaluator on Values that shares no code with it.
#include "gs/base/test_share.h"
#include "gs/core/query/matcher.h"

#include <gtest/gtest.h>

#include "gs/core/query/query.h"
#include "gs/core/query/test_naive.h"

namespace gs::query {
namespace {

struct Stored {
  Object object;
  record::ShapePtr shape;
  Buffer bytes;
  RecordView view() const { return {shape.get(), bytes.data()}; }
};

std::vector<Stored> make_records(naive::QueryMaker& make, std::size_t count) {
  // Few shapes are allowed, so that some records describe themselves.
  auto cache = std::make_shared<record::ShapeCache>(count / 2);
  record::Encoder encoder(cache);
  std::vector<Stored> records;
  while (records.size() < count) {
    Object object = make.object(3);
    const bool keyed = make.below(3) == 0;
    const auto encoded = encoder.encode("T", object, keyed ? "a" : "");
    records.push_back(
        {std::move(object), encoded->shape, Buffer(encoded->bytes.begin(), encoded->bytes.end())});
  }
  return records;
}

TEST(MatcherLaw, HoldsWhereTheDefinitionHolds) {
  std::uint64_t held = 0;
  std::uint64_t self_describing = 0;
  for (std::uint64_t seed = 1; seed <= 24 / gs::testing::kSanitizedShare; ++seed) {
    naive::QueryMaker make(seed);
    const std::vector<Stored> records = make_records(make, 60);
    for (const Stored& record : records) self_describing += record.shape->self_describing() ? 1 : 0;
    for (int i = 0; i < 200; ++i) {
      const Value definition = make.filter(2);
      const std::string json = naive::json_of(definition);
      const auto filter = parse_filter(json, {nullptr, "filter"});
      ASSERT_TRUE(filter.ok()) << filter.error().text() << "\n" << json;
      Matcher matcher(*filter);
      for (const Stored& record : records) {
        const bool expected = naive::passes(record.object, definition);
        ASSERT_EQ(matcher.matches(record.view()), expected) << json << "\n"
                                                            << naive::json_of(Value(record.object));
        held += expected ? 1 : 0;
      }
    }
  }
  EXPECT_GT(held, 20'000u / gs::testing::kSanitizedShare);
  EXPECT_LT(held, 220'000u);
  EXPECT_GT(self_describing, 200u / gs::testing::kSanitizedShare);
}

}  // namespace
}  // namespace gs::query
