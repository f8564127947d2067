// Goal: what QuickUpdate makes of a record is what MergedRecord makes of it, to the byte, and what
// it says was seen as well; and it does most of what is plain.
// Method: writers update numbers, booleans, dates, ids and texts of one record, some with null or
// absent fields, some beside each other; whenever the short way says that it can, both are
// compared.
#include <gtest/gtest.h>

#include <random>

#include "gs/base/test_share.h"
#include "gs/core/merge/quick_update.h"
#include "gs/core/merge/test_writers.h"
#include "gs/core/record/encoder.h"

namespace gs::merge {
namespace {

const NumberedWriters kQuickWriters;

struct QuickRecord {
  record::ShapePtr shape;
  Buffer image;
  std::size_t record_at = 0;
  LocalStamp base;

  Stored stored() const {
    const bool is_plain = ImageView(image.data()).is_plain();
    return {&shape, image.data() + record_at, is_plain ? nullptr : image.data(), base};
  }
};

struct QuickWrite {
  record::ShapePtr shape;
  Buffer bytes;
  LocalStamp stamp;
  LocalStamp base;
  std::vector<Seen> seen;

  record::RecordView view() const { return {shape.get(), bytes.data()}; }
  Write write() const { return {&shape, bytes.data(), stamp, false, base, seen}; }
};

class QuickHistory {
 public:
  explicit QuickHistory(std::uint64_t seed) : random_(seed) {}

  void play() {
    insert();
    std::vector<QuickWrite> late;  // made upon what was there then
    for (int i = 0; i < 60; ++i) {
      if (below(40) == 0) put();
      QuickWrite write = made();
      if (below(8) == 0) {
        late.push_back(std::move(write));
      } else {
        apply(write);
      }
      if (late.empty() || below(6) != 0) continue;
      apply(late.back());
      late.pop_back();
    }
  }

  std::size_t quick = 0;
  std::size_t quick_hiding = 0;  // of these, whose image hides something
  std::size_t all = 0;

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  std::string value_of(std::size_t field) {
    const std::string n = std::to_string(below(1000));
    switch (field % 5) {
      case 0:
        return n;
      case 1:
        return below(2) == 0 ? "true" : "false";
      case 2:
        return R"({"$date":"2026-01-01T00:00:00.)" + std::to_string(100 + below(900)) + R"(Z"})";
      case 3:
        return R"({"$int":")" + n + R"("})";
      default:
        return below(3) == 0 ? "\"t" + n + "\"" : n + ".5";
    }
  }
  std::string fields(bool all_of_them) {
    std::string json;
    const std::size_t one = below(10);
    for (std::size_t field = 0; field < 10; ++field) {
      if (!all_of_them && field != one && below(6) != 0) continue;
      std::string value = value_of(field);
      if (below(25) == 0) value = "null";
      if (!all_of_them && below(25) == 0) value = R"({"$unset":true})";
      json += (json.empty() ? "{\"f" : ",\"f") + std::to_string(field) + "\":" + value;
    }
    return json + "}";
  }

  void keep(MergedRecord& merged) {
    QuickRecord made;
    made.base = merged.base();
    made.shape = merged.encode(made.image, made.record_at, nullptr).value();
    record_ = std::move(made);
  }
  void insert() {
    const auto encoded = encoder_.encode_json("T", fields(true)).value();
    const Buffer bytes(encoded.bytes.begin(), encoded.bytes.end());
    MergedRecord merged(kQuickWriters);
    merged.write({&encoded.shape, bytes.data(), {++clock_, 0}, true, {}, {}});
    keep(merged);
  }

  QuickWrite made() {
    QuickWrite write;
    const auto encoded = encoder_.encode_delta_json("T", fields(false)).value();
    write.shape = encoded.shape;
    write.bytes.assign(encoded.bytes.begin(), encoded.bytes.end());
    // Of one transaction two writes have one stamp; two writers may write at one time; some clocks
    // go behind, which here may be seen, too.
    const auto writer = static_cast<std::uint32_t>(below(4));
    write.stamp = {below(6) == 0 ? last_ - below(3) : ++clock_, writer};
    write.base = record_.base;
    MergedRecord merged(kQuickWriters);
    merged.load(record_.stored());
    merged.see(write.view(), write.seen);
    QuickUpdate update;
    std::vector<Seen> seen;
    if (update.begin(record_.stored(), write.view()) && update.replace(write.stamp, seen)) {
      expect_same(seen, write.seen);
    }
    if (below(5) == 0) see_less(write.seen);
    if (below(20) == 0) {
      for (Seen& one : write.seen) one.rule = static_cast<std::uint8_t>(Rule::first);
    }
    return write;
  }

  // As of a writer to whom not all had come: of each field one is left.
  void see_less(std::vector<Seen>& seen) {
    for (std::size_t i = seen.size(); i-- > 1;) {
      const bool has_other = seen[i - 1].field == seen[i].field;
      const std::size_t lost = i - below(2);
      if (has_other) seen.erase(seen.begin() + static_cast<std::ptrdiff_t>(lost));
    }
  }

  // The whole record by somebody who saw nothing of it, before or after it was inserted here.
  void put() {
    const auto encoded = encoder_.encode_json("T", fields(true)).value();
    const Buffer bytes(encoded.bytes.begin(), encoded.bytes.end());
    const LocalStamp stamp{below(2) == 0 ? 500 + below(400) : ++clock_, 5};
    const QuickRecord before = record_;
    MergedRecord merged(kQuickWriters);
    merged.load(before.stored());
    merged.write({&encoded.shape, bytes.data(), stamp, true, {}, {}});
    keep(merged);
  }

  static void expect_same(const std::vector<Seen>& a, const std::vector<Seen>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].field, b[i].field);
      EXPECT_EQ(a[i].rule, b[i].rule);
      EXPECT_EQ(a[i].stamp, b[i].stamp);
    }
  }

  void apply(const QuickWrite& write) {
    const QuickRecord before = record_;
    last_ = write.stamp.hlc;
    MergedRecord merged(kQuickWriters);
    merged.load(before.stored());
    merged.write(write.write());
    keep(merged);
    ++all;
    QuickUpdate update;
    QuickRecord made;
    if (!update.begin(before.stored(), write.view()) ||
        !update.merge(write.write(), kQuickWriters) || !update.encode(made.image, made.record_at)) {
      return;
    }
    ++quick;
    if (ImageView(made.image.data()).hidden_count() != 0) ++quick_hiding;
    EXPECT_EQ(made.image, record_.image);
    EXPECT_EQ(made.record_at, record_.record_at);
    EXPECT_EQ(record_.shape->digest(), before.shape->digest());
    EXPECT_EQ(record_.base, before.base);
  }

  std::mt19937_64 random_;
  std::uint64_t clock_ = 1000;
  std::uint64_t last_ = 1000;  // hlc of the write that was applied last
  record::Encoder encoder_;
  QuickRecord record_;
};

TEST(QuickUpdateLaw, MakesWhatTheLongWayMakes) {
  std::size_t quick = 0;
  std::size_t quick_hiding = 0;
  std::size_t all = 0;
  for (std::uint64_t seed = 1; seed <= 400 / gs::testing::kSanitizedShare; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    QuickHistory history(seed);
    history.play();
    quick += history.quick;
    quick_hiding += history.quick_hiding;
    all += history.all;
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(quick, all / 20);
  EXPECT_GT(quick_hiding, quick / 5);
  EXPECT_LT(quick_hiding, quick);
  EXPECT_LT(quick, all);
}

}  // namespace
}  // namespace gs::merge
