// Goal: sets that several writers change, example by example: additions win over concurrent
// removals, what was seen is removed, and nothing is left behind.
#include <gtest/gtest.h>

#include <map>

#include "gs/base/hex.h"
#include "gs/core/merge/field_writes.h"
#include "gs/core/merge/hidden_writes.h"
#include "gs/core/merge/image_bound.h"
#include "gs/core/merge/test_writers.h"
#include "gs/core/record/encoder.h"
#include "gs/core/record/json.h"

namespace gs::merge {
namespace {

const NumberedWriters kSetWriters;

struct SetWrite {
  record::ShapePtr shape;
  Buffer record;
  LocalStamp stamp;
  bool is_whole = false;
  LocalStamp base;
  std::vector<Seen> seen;
};

// One copy of a record, and writes made upon it.
class SetReplica {
 public:
  explicit SetReplica(std::uint32_t writer) : writer_(writer) {}

  SetWrite insert(const std::string& json) { return whole(json, {}); }
  SetWrite include(const std::string& elements) { return change(elements, Rule::included); }
  SetWrite exclude(const std::string& elements) { return change(elements, Rule::excluded); }
  // A whole record or fields of it, of which no field changes elements.
  SetWrite whole(const std::string& json, std::vector<Seen> seen) {
    SetWrite write = encode(json, true);
    write.seen = std::move(seen);
    return keep(std::move(write));
  }
  SetWrite update(const std::string& json) {
    SetWrite write = encode(json, false);
    MergedRecord merged(kSetWriters);
    load(merged);
    merged.see({write.shape.get(), write.record.data()}, write.seen);
    return keep(std::move(write));
  }
  SetWrite add(int number) {
    SetWrite write = encode("{\"tags\":" + std::to_string(number) + "}", false);
    write.seen = {{0, static_cast<std::uint8_t>(Rule::added), {}}};
    return keep(std::move(write));
  }
  // A whole value, as the change that it is.
  SetWrite wish(const std::string& json) {
    SetWrite write = encode(json, false);
    MergedRecord merged(kSetWriters);
    load(merged);
    const MergedRecord::FieldRule field{0, static_cast<std::uint8_t>(Rule::included)};
    Buffer stored;
    std::vector<MergedRecord::FieldRule> changes;
    if (merged.as_changes(write.shape, write.record.data(), {&field, 1}, write.stamp, nullptr,
                          stored, changes))
      write.record = std::move(stored);
    merged.see({write.shape.get(), write.record.data()}, changes, write.seen);
    return keep(std::move(write));
  }
  void take(const SetWrite& write) { keep(write); }

  std::string shown() const { return json_of_field(); }
  std::size_t hidden() const { return ImageView(image_.data()).hidden_count(); }
  std::size_t image_bytes() const { return image_.size(); }
  const Buffer& image() const { return image_; }
  Stored stored() const {
    const bool is_plain = ImageView(image_.data()).is_plain();
    return {&shape_, image_.data() + at_, is_plain ? nullptr : image_.data(), base_};
  }
  void forget() { image_.clear(); }
  void be_at(std::uint64_t clock) { clock_ = clock; }

 private:
  SetWrite encode(const std::string& json, bool is_whole) {
    SetWrite write;
    const auto made =
        is_whole ? encoder_.encode_json("T", json) : encoder_.encode_delta_json("T", json);
    write.shape = made.value().shape;
    write.record.assign(made.value().bytes.begin(), made.value().bytes.end());
    write.stamp = {++clock_, writer_};
    write.is_whole = is_whole;
    write.base = base_;
    return write;
  }

  SetWrite change(const std::string& elements, Rule rule) {
    SetWrite write = encode("{\"tags\":" + elements + "}", false);
    MergedRecord merged(kSetWriters);
    load(merged);
    const MergedRecord::FieldRule one{0, static_cast<std::uint8_t>(rule)};
    merged.see({write.shape.get(), write.record.data()}, {&one, 1}, write.seen);
    return keep(std::move(write));
  }

  void load(MergedRecord& merged) const {
    if (image_.empty()) return merged.clear();
    merged.load(stored());
  }

  SetWrite keep(SetWrite write) {
    MergedRecord merged(kSetWriters);
    load(merged);
    merged.write(
        {&write.shape, write.record.data(), write.stamp, write.is_whole, write.base, write.seen});
    clock_ = std::max(clock_, write.stamp.hlc);
    base_ = merged.base();
    Buffer image;
    shape_ = merged.encode(image, at_, nullptr).value();
    image_ = std::move(image);
    EXPECT_TRUE(
        record::validate(*shape_, record::RecordView(shape_.get(), image_.data() + at_).bytes())
            .ok());
    return write;
  }

  std::string json_of_field() const {
    const record::RecordView view(shape_.get(), image_.data() + at_);
    const auto value = view.find("tags");
    if (!value) return "absent";
    std::string text;
    record::append_json(*value, text);
    return text;
  }

  std::uint32_t writer_;
  std::uint64_t clock_ = 10;
  record::Encoder encoder_;
  LocalStamp base_;
  record::ShapePtr shape_;
  Buffer image_;
  std::size_t at_ = 0;
};

struct ThreeReplicas {
  SetReplica a{0};
  SetReplica b{1};
  SetReplica c{2};
  explicit ThreeReplicas(const std::string& json) {
    const SetWrite first = a.insert(json);
    b.take(first);
    c.take(first);
  }
};

TEST(MergedElements, BytesAreFrozen) {
  SetReplica a(0);
  a.insert(R"({"tags":["a","b"]})");
  const SetWrite change = a.wish(R"({"tags":["b","c"]})");
  // The pairs [false,"a"] and [true,"c"].
  EXPECT_EQ(to_hex(change.record),
            "4800000000000000"
            "0100000000000000"
            "2e000000"
            "02000000"
            "11000000"
            "22000000"
            "09"
            "02000000"
            "02000000"
            "04000000"
            "0100"
            "0661"
            "09"
            "02000000"
            "02000000"
            "04000000"
            "0101"
            "0663"
            "000000000000");
  // What is shown; the value, as it was written; what was added; what was taken from the value.
  EXPECT_EQ(to_hex(a.image()),
            "00000000"
            "03000000"
            "ffffff00"
            "90000000"
            "2800000000000000"
            "0100000000000000"
            "10000000"
            "02000000"
            "02000000"
            "04000000"
            "0662"
            "0663"
            "00000000"
            "06090900"
            "00000000"
            "0b00000000000000"
            "00000000"
            "10000000"
            "0000000000000000"
            "02000000"
            "02000000"
            "04000000"
            "0661"
            "0662"
            "07090905"
            "00000000"
            "0c00000000000000"
            "00000000"
            "0a000000"
            "0000000000000000"
            "01000000"
            "02000000"
            "0663"
            "000000000000"
            "0c090906"
            "00000000"
            "0b00000000000000"
            "00000000"
            "0a000000"
            "0000000000000000"
            "01000000"
            "02000000"
            "0661"
            "000000000000");
  ASSERT_EQ(change.seen.size(), 1u);
  EXPECT_EQ(change.seen[0].rule, 7);
}

TEST(MergedElements, AdditionsOfTwoAreBothThere) {
  ThreeReplicas of(R"({"tags":["x"]})");
  const SetWrite one = of.a.include(R"(["a"])");
  const SetWrite two = of.b.include(R"(["b","a"])");
  of.c.take(two);
  of.c.take(one);
  of.a.take(two);
  EXPECT_EQ(of.a.shown(), R"(["x","a","b"])");
  EXPECT_EQ(of.c.image(), of.a.image());
}

TEST(MergedElements, AnAdditionWinsOverAConcurrentRemoval) {
  ThreeReplicas of(R"({"tags":["x","y"]})");
  const SetWrite again = of.a.include(R"(["x"])");
  const SetWrite removal = of.b.exclude(R"(["x","y"])");
  EXPECT_EQ(of.b.shown(), "[]");
  of.a.take(removal);
  of.b.take(again);
  EXPECT_EQ(of.a.shown(), R"(["x"])");
  EXPECT_EQ(of.b.image(), of.a.image());
}

TEST(MergedElements, WhatWasSeenIsRemoved) {
  ThreeReplicas of(R"({"tags":["x","y"]})");
  const SetWrite addition = of.a.include(R"(["a","b"])");
  of.b.take(addition);
  const SetWrite removal = of.b.exclude(R"(["a","x"])");
  of.a.take(removal);
  EXPECT_EQ(of.a.shown(), R"(["y","b"])");
  EXPECT_EQ(of.b.image(), of.a.image());
}

TEST(MergedElements, TwoRemovalsOfPartsOfOneAdditionTakeBothParts) {
  ThreeReplicas of(R"({"tags":[]})");
  const SetWrite addition = of.a.include(R"([1,2,3])");
  of.b.take(addition);
  of.c.take(addition);
  const SetWrite one = of.b.exclude("[1]");
  const SetWrite two = of.c.exclude("[1,3]");
  of.b.take(two);
  of.c.take(one);
  of.a.take(one);
  of.a.take(two);
  EXPECT_EQ(of.a.shown(), "[2]");
  EXPECT_EQ(of.b.image(), of.a.image());
  EXPECT_EQ(of.c.image(), of.a.image());
}

// The field stays, as an empty array: it may be a required one.
TEST(MergedElements, AFieldWithoutElementsIsThere) {
  SetReplica a(0);
  a.insert(R"({"name":"n"})");
  EXPECT_EQ(a.shown(), "absent");
  a.include(R"(["x"])");
  a.exclude(R"(["x"])");
  EXPECT_EQ(a.shown(), "[]");
}

TEST(MergedElements, AWholeValueReplacesWhatItsWriterSawAndNothingElse) {
  ThreeReplicas of(R"({"tags":["x"]})");
  of.b.take(of.a.include(R"(["a"])"));
  const SetWrite whole = of.b.update(R"({"tags":["w"]})");
  const SetWrite beside = of.a.include(R"(["late"])");
  EXPECT_EQ(of.b.shown(), R"(["w"])");
  of.a.take(whole);
  of.b.take(beside);
  EXPECT_EQ(of.a.shown(), R"(["w","late"])");
  EXPECT_EQ(of.b.image(), of.a.image());
}

TEST(MergedElements, ARemovedFieldKeepsWhatItsRemovalHasNotSeen) {
  ThreeReplicas of(R"({"name":"n","tags":["x"]})");
  const SetWrite removal = of.b.update(R"({"tags":{"$unset":true}})");
  EXPECT_EQ(of.b.shown(), "absent");
  const SetWrite addition = of.a.include(R"(["a"])");
  of.a.take(removal);
  of.b.take(addition);
  EXPECT_EQ(of.a.shown(), R"(["a"])");
  EXPECT_EQ(of.b.image(), of.a.image());
}

TEST(MergedElements, TwoWholeValuesAsChangesKeepTheElementsOfBoth) {
  ThreeReplicas of(R"({"tags":["x","y","z"]})");
  const SetWrite one = of.a.wish(R"({"tags":["x","y","a","a"]})");
  const SetWrite two = of.b.wish(R"({"tags":["b","z","x"]})");
  EXPECT_EQ(of.a.shown(), R"(["x","y","a"])");
  of.a.take(two);
  of.b.take(one);
  EXPECT_EQ(of.a.shown(), R"(["x","a","b"])");
  EXPECT_EQ(of.b.image(), of.a.image());
}

// Where two values wait for a decision, the next whole one decides.
TEST(MergedElements, AWholeValueOverConcurrentOnesIsNoChange) {
  ThreeReplicas of(R"({"name":"n"})");
  const SetWrite one = of.a.update(R"({"tags":["a"]})");
  const SetWrite two = of.b.update(R"({"tags":["b"]})");
  of.a.take(two);
  of.b.take(one);
  ASSERT_EQ(of.a.hidden(), 1u);
  of.a.wish(R"({"tags":["a","b"]})");
  EXPECT_EQ(of.a.shown(), R"(["a","b"])");
  EXPECT_EQ(of.a.hidden(), 0u);
}

TEST(MergedElements, SetsStaySets) {
  ThreeReplicas of(R"({"tags":{"$set":["x"]}})");
  const SetWrite one = of.a.include(R"({"$set":["b"]})");
  const SetWrite two = of.b.wish(R"({"tags":{"$set":["a"]}})");
  of.a.take(two);
  of.b.take(one);
  EXPECT_EQ(of.a.shown(), R"({"$set":["a","b"]})");
  EXPECT_EQ(of.b.image(), of.a.image());
}

// Where values wait for a decision, each is told with what was added beside it.
TEST(MergedElements, AHiddenValueIsToldWithWhatWasAdded) {
  ThreeReplicas of(R"({"name":"n"})");
  const SetWrite one = of.a.update(R"({"tags":["a","x"]})");
  of.c.take(of.b.update(R"({"tags":["b","x"]})"));
  of.c.take(one);
  of.c.include(R"(["c","a"])");
  EXPECT_EQ(of.c.shown(), R"(["b","x","c","a"])");
  std::string told;
  each_hidden_write(of.c.stored(), true, kSetWriters,
                    [&](const HiddenWrite& hidden) { record::append_json(hidden.value, told); });
  EXPECT_EQ(told, R"(["a","x","c"])");
}

// Of two who do not know what the other makes of a field, who has elements is shown.
TEST(MergedElements, BesideTotalsTheyAreShown) {
  ThreeReplicas of(R"({"name":"n"})");
  const SetWrite total = of.a.add(5);
  const SetWrite addition = of.b.include(R"(["b"])");
  of.a.take(addition);
  of.b.take(total);
  EXPECT_EQ(of.a.shown(), R"(["b"])");
  EXPECT_EQ(of.b.image(), of.a.image());
  of.a.exclude(R"(["b"])");
  EXPECT_EQ(of.a.shown(), "[]");
  of.a.update(R"({"tags":{"$unset":true}})");
  EXPECT_EQ(of.a.shown(), "absent");
  of.b.update(R"({"tags":1})");
  EXPECT_EQ(of.b.shown(), "6") << "a value replaces elements, and totals stay";
}

// As when a schema makes a set of an array.
TEST(MergedElements, TheLatestWriteSaysWhetherItIsASet) {
  SetReplica a(0);
  a.insert(R"({"tags":["x","a"]})");
  a.wish(R"({"tags":{"$set":["x","a"]}})");
  EXPECT_EQ(a.shown(), R"({"$set":["a","x"]})");
}

TEST(MergedElements, AreNotShownBesideOtherValues) {
  ThreeReplicas of(R"({"tags":["x"]})");
  const SetWrite number = of.b.update(R"({"tags":5})");
  const SetWrite addition = of.a.include(R"(["a"])");
  of.a.take(number);
  of.b.take(addition);
  EXPECT_EQ(of.a.shown(), "5");
  EXPECT_EQ(of.b.image(), of.a.image());
  of.a.update(R"({"tags":null})");
  EXPECT_EQ(of.a.shown(), "null") << "it has seen the addition";
}

// What is no array and no set adds nothing: no writer of ours makes such a change.
TEST(MergedElements, AStrangersChangeWithoutElementsHarmsNothing) {
  for (const char* const value : {"5", "null", "\"text\"", "{\"a\":1}"}) {
    for (const Rule rule : {Rule::included, Rule::excluded, Rule::changed}) {
      SetReplica a(0);
      a.insert(R"({"tags":["x"]})");
      SetWrite strange = a.update(std::string("{\"tags\":") + value + "}");
      SetReplica b(1);
      b.insert(R"({"tags":["x"]})");
      strange.seen = {{0, static_cast<std::uint8_t>(rule), {}}};
      b.take(strange);
      EXPECT_EQ(b.shown(), R"(["x"])") << value;
    }
  }
}

// Elements of one transaction, whose writes have one stamp.
TEST(MergedElements, WritesWithOneStampAddUp) {
  SetReplica a(0);
  a.insert(R"({"tags":["x"]})");
  a.include(R"(["a"])");
  const std::uint64_t at = 12;
  a.be_at(at - 1);
  a.include(R"(["b"])");
  EXPECT_EQ(a.shown(), R"(["x","a","b"])");
  a.be_at(at - 1);
  a.exclude(R"(["a"])");
  EXPECT_EQ(a.shown(), R"(["x","b"])");
}

TEST(MergedElements, BlameAndConflicts) {
  ThreeReplicas of(R"({"tags":["x"]})");
  const SetWrite one = of.a.include(R"(["a"])");
  of.b.include(R"(["b"])");
  of.b.take(one);
  std::size_t hidden = 0;
  each_hidden_write(of.b.stored(), true, kSetWriters, [&](const HiddenWrite&) { ++hidden; });
  EXPECT_EQ(hidden, 0u) << "additions are no conflict";
  each_field_write(of.b.stored(), [&](const FieldWrite& field) {
    EXPECT_EQ(field.stamp.writer, 0u);
    EXPECT_EQ(field.added.writer, 1u) << "of two at one time the greater writer is later";
  });
  of.b.exclude(R"(["x"])");
  each_field_write(of.b.stored(), [&](const FieldWrite& field) {
    EXPECT_EQ(field.added.writer, 1u) << "a removal is told, too";
    EXPECT_EQ(field.added.hlc, 13u);
  });
}

// No removal leaves anything behind, however many there were.
TEST(MergedElements, TenThousandRemovalsTakeNoRoom) {
  ThreeReplicas of(R"({"tags":["x"]})");
  std::size_t largest = 0;
  for (int i = 0; i < 10000; ++i) {
    SetReplica& one = i % 2 == 0 ? of.a : of.b;
    SetReplica& other = i % 2 == 0 ? of.b : of.a;
    const std::string element = "[" + std::to_string(i % 7) + ",\"x\"]";
    const SetWrite addition = one.include(element);
    const SetWrite beside = other.exclude(element);  // which has not seen it
    one.take(beside);
    other.take(addition);
    const SetWrite removal = other.exclude(element);
    one.take(removal);
    ASSERT_EQ(one.image(), other.image());
    ASSERT_EQ(one.shown(), "[]");
    largest = std::max(largest, one.image_bytes());
  }
  EXPECT_LT(largest, 500u);
}

// Elements that are added again and again are there once for each who did so at the same time.
TEST(MergedElements, TenThousandAdditionsOfOneElementTakeRoomForOne) {
  ThreeReplicas of(R"({"tags":[]})");
  for (int i = 0; i < 5000; ++i) {
    const SetWrite one = of.a.include("[1]");
    const SetWrite two = of.b.include("[1]");
    of.a.take(two);
    of.b.take(one);
  }
  EXPECT_EQ(of.a.shown(), "[1]");
  EXPECT_LT(of.a.image_bytes(), 500u);
}

// One write's elements stand in the record alone, not beside it once more.
TEST(MergedElements, OfOneWriteNothingIsHidden) {
  SetReplica a(0);
  a.whole(R"({"tags":["x","y","x"]})", {{0, static_cast<std::uint8_t>(Rule::included), {}}});
  EXPECT_EQ(a.shown(), R"(["x","y"])");
  EXPECT_EQ(a.hidden(), 0u);
  a.include(R"(["z"])");
  EXPECT_EQ(a.hidden(), 2u);
  a.exclude(R"(["z"])");
  EXPECT_EQ(a.shown(), R"(["x","y"])");
  a.wish(R"({"tags":["q"]})");
  EXPECT_EQ(a.shown(), R"(["q"])");
  EXPECT_EQ(a.hidden(), 0u);
}

}  // namespace
}  // namespace gs::merge
