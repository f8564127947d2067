// Goal: no image is larger than what image_bound.h says before its writes are merged.
// Method: records of many fields with nothing in them, where heads are all; writers who saw little,
// so that all of it is kept, in both forms, with removals, in portions.
#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "gs/base/test_share.h"
#include "gs/core/merge/image_bound.h"
#include "gs/core/merge/test_writers.h"
#include "gs/core/record/encoder.h"

namespace gs::merge {
namespace {

const NumberedWriters kGrowingOrder;
// Inserted into a list, at 0: they take more room there than as edits.
std::string many_nulls() {
  std::string bytes = "AtIL";  // the head of 299 insertions
  for (int i = 0; i < 100; ++i) bytes += "AQABAAEA";
  return R"({"$bytes":")" + bytes + "\"}";
}

class Growing {
 public:
  explicit Growing(std::uint64_t seed) : random_(seed) {
    fields_ = 1 + below(300);
    long_element_ = "[1,\"" + std::string(300, 'x') + "\",null]";
  }

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  void step() {
    std::size_t at_most = kept_ ? settled_bytes(stored()) : kNothingBytes;
    MergedRecord merged(kGrowingOrder);
    if (kept_) merged.load(stored());
    std::deque<Buffer> bytes;
    std::deque<record::ShapePtr> shapes;
    for (std::uint64_t left = 1 + below(4); left != 0; --left) {
      stamp_ = {stamp_.hlc + 1, static_cast<std::uint32_t>(below(3))};
      if (kept_ && below(8) == 0) {
        std::vector<Seen> seen;
        if (below(2) == 0) merged.see_all(seen);
        merged.remove({stamp_, RemovalRule::update_wins, {}, seen});
        at_most += kRemovalBytes;
        continue;
      }
      const bool is_whole = !kept_ || below(3) == 0;
      record::Encoder& encoder = below(6) == 0 ? loose_ : tight_;
      const auto made = is_whole ? encoder.encode_json("T", object(false))
                                 : encoder.encode_delta_json("T", object(true));
      bytes.emplace_back(made->bytes.begin(), made->bytes.end());
      shapes.push_back(made->shape);
      std::vector<Seen> seen;
      if (!is_whole && below(3) == 0) {
        change_all(merged, {shapes.back().get(), bytes.back().data()}, seen);
      } else if (below(4) == 0) {
        merged.see({shapes.back().get(), bytes.back().data()}, seen);
      }
      const LocalStamp base = below(4) == 0 ? merged.base() : LocalStamp{};
      merged.write({&shapes.back(), bytes.back().data(), stamp_, is_whole, base, seen});
      at_most += added_bytes({shapes.back().get(), bytes.back().data()});
      kept_ = true;
    }
    base_ = merged.base();
    Buffer image;
    shape_ = merged.encode(image, record_at_, nullptr).value();
    image_ = std::move(image);
    ASSERT_LE(image_.size(), at_most);
    largest_ = std::max(largest_, image_.size());
  }

  std::size_t largest() const { return largest_; }

 private:
  Stored stored() const {
    const bool is_plain = ImageView(image_.data()).is_plain();
    return {&shape_, image_.data() + record_at_, is_plain ? nullptr : image_.data(), base_};
  }

  // Every field of the write has elements to add or to remove, or edits, upon all that there is.
  void change_all(MergedRecord& merged, const record::RecordView& write, std::vector<Seen>& seen) {
    std::vector<MergedRecord::FieldRule> changes;
    static constexpr Rule kRules[] = {Rule::included, Rule::included, Rule::excluded,
                                      Rule::text,     Rule::list,     Rule::tree};
    const auto rule = static_cast<std::uint8_t>(kRules[below(std::size(kRules))]);
    for (std::uint32_t i = 0; i < field_numbers_end(write); ++i) changes.push_back({i, rule});
    merged.see(write, changes, seen);
  }

  std::string object(bool is_delta) {
    static const std::string nulls = many_nulls();
    static const std::string kValues[] = {"null",
                                          "true",
                                          "1",
                                          "\"\"",
                                          "[]",
                                          "[2]",
                                          R"({"$id":"00000000-0000-7000-8000-000000000000"})",
                                          R"({"$bytes":"AQMBAAJhYg=="})",  // ab, at 0
                                          R"({"$bytes":"AAABAAGAAQAA"})",  // a node: null
                                          nulls,
                                          R"({"$unset":true})"};
    const bool is_long = below(8) == 0;
    const std::uint64_t same = below(std::size(kValues) + 2);  // or each its own
    std::string text = "{";
    const std::uint64_t first = below(fields_);
    for (std::uint64_t i = first; i < fields_; ++i) {
      std::uint64_t value = same < std::size(kValues) ? same : below(std::size(kValues));
      if (!is_delta && value == std::size(kValues) - 1) value = 0;
      text += (i == first ? "\"f" : ",\"f") + std::to_string(i) + "\":";
      text += is_long ? long_element_ : kValues[value];
    }
    return text + "}";
  }

  std::mt19937_64 random_;
  std::uint64_t fields_ = 0;
  std::string long_element_;
  record::Encoder tight_;
  record::Encoder loose_{std::make_shared<record::ShapeCache>(0)};
  bool kept_ = false;
  LocalStamp stamp_{100, 0};
  LocalStamp base_;
  record::ShapePtr shape_;
  Buffer image_;
  std::size_t record_at_ = 0;
  std::size_t largest_ = 0;
};

TEST(ImageBoundLaw, NoImageIsLarger) {
  std::size_t largest = 0;
  for (std::uint64_t seed = 1; seed <= 300 / gs::testing::kSanitizedShare; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Growing growing(seed);
    for (std::uint64_t left = 1 + growing.below(12); left != 0; --left) growing.step();
    largest = std::max(largest, growing.largest());
    if (HasFailure()) return;
  }
  EXPECT_GT(largest, std::size_t{50} << 10) << "writes must be kept";
}

}  // namespace
}  // namespace gs::merge
