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
    write.stamp = {++clock_, static_cast<std::uint32_t>(below(4))};
    write.base = record_.base;
    MergedRecord merged(kQuickWriters);
    merged.load(record_.stored());
    merged.see(write.view(), write.seen);
    QuickUpdate update;
    if (update.begin(record_.stored(), write.view())) {
      std::vector<Seen> seen;
      update.see(seen);
      expect_same(seen, write.seen);
    }
    return write;
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
    MergedRecord merged(kQuickWriters);
    merged.load(before.stored());
    merged.write(write.write());
    keep(merged);
    ++all;
    QuickUpdate update;
    QuickRecord made;
    if (!update.begin(before.stored(), write.view()) || !update.replaces(write.write()) ||
        !update.encode(write.stamp, made.image, made.record_at)) {
      return;
    }
    ++quick;
    EXPECT_EQ(made.image, record_.image);
    EXPECT_EQ(made.record_at, record_.record_at);
    EXPECT_EQ(record_.shape->digest(), before.shape->digest());
    EXPECT_EQ(record_.base, before.base);
  }

  std::mt19937_64 random_;
  std::uint64_t clock_ = 1000;
  record::Encoder encoder_;
  QuickRecord record_;
};

TEST(QuickUpdateLaw, MakesWhatTheLongWayMakes) {
  std::size_t quick = 0;
  std::size_t all = 0;
  for (std::uint64_t seed = 1; seed <= 400 / gs::testing::kSanitizedShare; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    QuickHistory history(seed);
    history.play();
    quick += history.quick;
    all += history.all;
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(quick, all / 20);
  EXPECT_LT(quick, all);
}

}  // namespace
}  // namespace gs::merge
