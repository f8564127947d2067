// Goal: lists in records, one promise at a time: what edits at the same time come to, what a whole
// array becomes, and that edits which cannot be change nothing.
#include <gtest/gtest.h>

#include "gs/core/crdt/list/list_outline.h"
#include "gs/core/merge/edited_value.h"
#include "gs/core/merge/edits_log.h"
#include "gs/core/merge/field_writes.h"
#include "gs/core/merge/hidden_writes.h"
#include "gs/core/merge/test_writers.h"
#include "gs/core/record/encoder.h"
#include "gs/core/record/json.h"

namespace gs::merge {
namespace {

const NumberedWriters kListers;
constexpr auto kListRule = static_cast<std::uint8_t>(Rule::list);

struct ListWrite {
  record::ShapePtr shape;
  Buffer record;
  LocalStamp stamp;
  std::vector<Seen> seen;
  bool is_whole = false;
};

Buffer text_value(std::string_view text) {
  Buffer value{static_cast<std::uint8_t>(Type::string)};
  value.insert(value.end(), text.begin(), text.end());
  return value;
}

// One replica of a record with the field "items".
class Lister {
 public:
  explicit Lister(std::string_view json) {
    ListWrite insert = encoded(json, true);
    insert.stamp = {1, 0};
    apply(insert);
  }

  ListWrite encoded(std::string_view json, bool is_whole) {
    const auto made =
        is_whole ? encoder_.encode_json("T", json) : encoder_.encode_delta_json("T", json);
    EXPECT_TRUE(made.ok());
    return {made->shape, {made->bytes.begin(), made->bytes.end()}, {}, {}, is_whole};
  }
  ListWrite edits_of(Bytes edits) {
    const record::FieldView view{"items", record::ValueView{Type::bytes, edits}};
    const auto made = encoder_.encode_views("T", {&view, 1});
    EXPECT_TRUE(made.ok());
    return {made->shape, {made->bytes.begin(), made->bytes.end()}, {}, {}, false};
  }
  // What `edit(outline)` does, upon all that is here.
  template <typename Edit>
  ListWrite edit(const LocalStamp& stamp, const Edit& edit, Rule rule = Rule::list) {
    crdt::ListOutline outline = merged_.list_outline("items");
    const Error error = edit(outline);
    EXPECT_FALSE(error) << error.text();
    ListWrite write = edits_of(outline.edits());
    write.stamp = stamp;
    auto seen = merged_.see_edits("items", 0, rule);
    EXPECT_TRUE(seen.ok());
    write.seen = std::move(*seen);
    return write;
  }

  void apply(const ListWrite& write) {
    merged_.write({&write.shape, write.record.data(), write.stamp, write.is_whole, merged_.base(),
                   write.seen});
    encode();
  }
  void encode() {
    Buffer image;
    auto shape = merged_.encode(image, record_at_, nullptr);
    ASSERT_TRUE(shape.ok());
    shape_ = std::move(*shape);
    image_ = std::move(image);
    base_ = merged_.base();
    merged_.load(stored());
  }
  Stored stored() const { return {&shape_, image_.data() + record_at_, image_.data(), base_}; }
  Buffer& image() { return image_; }
  MergedRecord& merged() { return merged_; }
  std::string json() const {
    std::string text;
    record::append_json(record::RecordView(shape_.get(), image_.data() + record_at_), text);
    return text;
  }

 private:
  record::Encoder encoder_;
  MergedRecord merged_{kListers};
  record::ShapePtr shape_;
  Buffer image_;
  std::size_t record_at_ = 0;
  LocalStamp base_;
};

template <typename One, typename Other>
std::string both(const One& one, const Other& other) {
  std::string texts[2];
  for (const bool is_backwards : {false, true}) {
    Lister list(R"({"items":["a","b","c"]})");
    ListWrite first = list.edit({10, 1}, one);
    ListWrite second = list.edit({11, 2}, other);
    if (is_backwards) std::swap(first, second);
    list.apply(first);
    list.apply(second);
    texts[is_backwards ? 1 : 0] = list.json();
  }
  EXPECT_EQ(texts[0], texts[1]);
  return texts[0];
}

TEST(MergedLists, AMoveByTwoAtOnceLeavesOneCopy) {
  EXPECT_EQ(
      both([](auto& list) { return list.move(1, 0); }, [](auto& list) { return list.move(1, 2); }),
      R"({"items":["a","c","b"]})");
}

TEST(MergedLists, WhatIsMovedStaysAlthoughItIsDeletedAtTheSameTime) {
  EXPECT_EQ(
      both([](auto& list) { return list.move(1, 0); }, [](auto& list) { return list.erase(1, 1); }),
      R"({"items":["b","a","c"]})");
}

TEST(MergedLists, WhatIsSetAndMovedIsBoth) {
  EXPECT_EQ(both([](auto& list) { return list.move(1, 0); },
                 [](auto& list) { return list.set(1, text_value("B")); }),
            R"({"items":["B","a","c"]})");
}

TEST(MergedLists, BothInsertions) {
  EXPECT_EQ(both([](auto& list) { return list.insert(3, text_value("x")); },
                 [](auto& list) { return list.insert(0, text_value("y")); }),
            R"({"items":["y","a","b","c","x"]})");
}

TEST(MergedLists, PositionsGoOnToCountWhatIsShownAfterTwoMovedOneElement) {
  Lister list(R"({"items":["a","b","c"]})");
  const ListWrite first = list.edit({10, 1}, [](auto& one) { return one.move(1, 0); });
  const ListWrite second = list.edit({11, 2}, [](auto& one) { return one.move(1, 2); });
  list.apply(first);
  list.apply(second);
  list.apply(list.edit({12, 1}, [](auto& one) { return one.erase(0, 1); }));
  EXPECT_EQ(list.json(), R"({"items":["c","b"]})");
  list.apply(list.edit({13, 1}, [](auto& one) { return one.set(1, text_value("B")); }));
  list.apply(list.edit({14, 2}, [](auto& one) { return one.insert(1, text_value("x")); }));
  EXPECT_EQ(list.json(), R"({"items":["c","x","B"]})");
}

TEST(MergedLists, AValueReplacesTheListWithItsEdits) {
  Lister list(R"({"items":["a"]})");
  const ListWrite late = list.edit({10, 1}, [](auto& one) { return one.erase(0, 1); });
  ListWrite value = list.encoded(R"({"items":["z"]})", false);
  value.stamp = {11, 2};
  list.apply(value);
  list.apply(late);
  EXPECT_EQ(list.json(), R"({"items":["z"]})");
}

TEST(MergedLists, EditsThatCannotBeChangeNothing) {
  const LocalStamp value{1, 0};
  const LocalStamp edit{10, 1};
  const auto bytes_of = [](const auto& change, std::uint32_t length) {
    crdt::ListOutline outline(length);
    EXPECT_FALSE(change(outline));
    return outline.edits();
  };
  const Buffer good = bytes_of([](auto& one) { return one.erase(0, 1); }, 3);
  const Buffer far = bytes_of([](auto& one) { return one.erase(7, 1); }, 9);
  const Buffer target = bytes_of([](auto& one) { return one.move(0, 7); }, 9);
  const Buffer set = bytes_of([](auto& one) { return one.set(5, text_value("x")); }, 9);
  Buffer deep = good;
  deep.push_back(0);
  struct Case {
    const char* what;
    Buffer edits;
    std::vector<LocalStamp> seen;
    LocalStamp stamp;
  };
  const std::vector<Case> cases = {
      {"no bytes", {}, {value, edit}, {20, 2}},
      {"no edits", {0, 0}, {value, edit}, {20, 2}},
      {"bytes that are none", {9, 9, 9}, {value, edit}, {20, 2}},
      {"bytes behind its last value", deep, {value, edit}, {20, 2}},
      {"a deletion behind the end", far, {value, edit}, {20, 2}},
      {"a deletion behind the end, beside others", far, {value}, {20, 2}},
      {"a move behind the end", target, {value, edit}, {20, 2}},
      {"a set behind the end", set, {value}, {20, 2}},
      {"a value that is not here", good, {{5, 5}}, {20, 2}},
      {"an edit that is not here", good, {value, {6, 1}}, {20, 2}},
      {"a stamp below what it stands on", good, {value, edit}, {9, 2}},
      {"a stamp below what it stands on, by its key", good, {value, edit}, {10, 0}},
      {"no value, and an edit of one", good, {{}, edit}, {20, 2}},
  };
  for (const Case& one : cases) {
    Lister list(R"({"items":["a","b","c"]})");
    list.apply(list.edit(edit, [](auto& outline) { return outline.move(0, 2); }));
    const Buffer before = list.image();
    ListWrite write = list.edits_of(one.edits);
    write.stamp = one.stamp;
    for (const LocalStamp& stamp : one.seen) write.seen.push_back({0, kListRule, stamp});
    list.apply(write);
    EXPECT_EQ(list.image(), before) << one.what;
  }
}

TEST(MergedLists, OnlyArraysAreEdited) {
  for (const char* json : {R"({"items":"a"})", R"({"items":1})", R"({"items":{"a":1}})"}) {
    Lister list(json);
    const auto seen = list.merged().see_edits("items", 0, Rule::list);
    ASSERT_FALSE(seen.ok());
    EXPECT_EQ(seen.error().code(), Code::invalid);
    ListWrite write = list.edits_of(Buffer{1, 0, 1, 0, 1, 0});  // null inserted
    write.stamp = {20, 2};
    write.seen = {{0, kListRule, {1, 0}}};
    list.apply(write);
    EXPECT_EQ(list.json(), json);
  }
  for (const char* json : {R"({"title":1})", R"({"items":null})"}) {
    Lister list(json);
    EXPECT_TRUE(list.merged().see_edits("items", 0, Rule::list).ok()) << json;
  }
}

TEST(MergedLists, ATextAndAListThatBeginAtOnceShowTheTextAndTellOfTheList) {
  Lister list(R"({"title":1})");
  ListWrite text = list.edits_of(Buffer{1, 0, 1, 0, 1, 'x'});  // "x" inserted
  text.stamp = {10, 1};
  text.seen = {{0, static_cast<std::uint8_t>(Rule::text), {}}};
  ListWrite items = list.edit({11, 2}, [](auto& one) { return one.insert(0, text_value("y")); });
  list.apply(items);
  EXPECT_EQ(list.json(), R"({"title":1,"items":["y"]})");
  list.apply(text);
  EXPECT_EQ(list.json(), R"({"title":1,"items":"x"})");
  std::vector<std::string> told;
  each_hidden_write(list.stored(), true, kListers, [&](const HiddenWrite& one) {
    std::string json(one.field);
    record::append_json(one.value, json);
    told.push_back(json);
  });
  EXPECT_EQ(told, std::vector<std::string>{R"(items["y"])"});
}

TEST(MergedLists, ElementsOfAListAreNotChangedAsThoseOfASet) {
  Lister list(R"({"items":["a"]})");
  list.apply(list.edit({10, 1}, [](auto& one) { return one.insert(1, text_value("b")); }));
  const ListWrite more = list.encoded(R"({"items":["c"]})", false);
  const Error error =
      list.merged().check_elements({more.shape.get(), more.record.data()}, Rule::included);
  EXPECT_EQ(error.code(), Code::invalid);
}

TEST(MergedLists, AWholeArrayBecomesTheEditsThatItIs) {
  struct Case {
    const char* wanted;
    std::vector<crdt::ListRun> runs;
  };
  using crdt::ListEdit;
  const std::vector<Case> cases = {
      {R"(["a","b","c"])", {}},
      {R"(["a","c"])", {{ListEdit::erase, 1, 1, 0}}},
      {R"(["a","b","x","y","c"])", {{ListEdit::insert, 2, 2, 0}}},
      {R"(["c","a","b"])", {{ListEdit::move, 2, 1, 0}}},
      {R"(["b","c","a"])", {{ListEdit::move, 0, 1, 2}}},
      {R"([])", {{ListEdit::erase, 0, 3, 0}}},
      {R"(["a","B","c"])", {{ListEdit::erase, 1, 1, 0}, {ListEdit::insert, 1, 1, 0}}},
  };
  for (const Case& one : cases) {
    Lister list(R"({"items":["a","b","c"]})");
    ListWrite whole = list.encoded(std::string(R"({"items":)") + one.wanted + "}", false);
    const MergedRecord::FieldRule rule{0, kListRule};
    Buffer stored;
    std::vector<MergedRecord::FieldRule> changes;
    const auto shape = list.merged().as_changes(whole.shape, whole.record.data(), {&rule, 1},
                                                whole.stamp, nullptr, stored, changes);
    ASSERT_NE(shape, nullptr) << one.wanted;
    const record::RecordView view(shape.get(), stored.data());
    const auto edits = crdt::ListEditsView::parse(view.find("items")->content);
    std::vector<crdt::ListRun> runs;
    if (edits.ok()) {
      auto reader = edits->runs();
      for (crdt::ListRun run; reader.next(run);) runs.push_back(run);
    }
    EXPECT_EQ(runs, one.runs) << one.wanted;
    whole.shape = shape;
    whole.record = stored;
    whole.stamp = {10, 1};
    list.merged().see(view, changes, whole.seen);
    list.apply(whole);
    EXPECT_EQ(list.json(), std::string(R"({"items":)") + one.wanted + "}");
  }
}

// Bytes of an image are compared with a checksum; what passes it must not lead astray nevertheless.
TEST(MergedLists, ADamagedLogOfEditsIsReadWithoutHarm) {
  Lister list(R"({"items":["a","b","c"]})");
  const ListWrite first = list.edit({10, 1}, [](auto& one) { return one.move(1, 0); });
  const ListWrite second = list.edit({11, 2}, [](auto& one) { return one.move(1, 2); });
  list.apply(first);
  list.apply(second);
  const ListWrite next = list.edit({12, 3}, [](auto& one) { return one.erase(0, 1); });
  const Buffer image = list.image();
  const ImageView view(image.data());
  HiddenView hidden = view.first_hidden();
  while (hidden.kind() != HiddenKind::list) hidden = hidden.next();
  const auto begin = static_cast<std::size_t>(hidden.content().data() - image.data());
  for (std::size_t at = begin; at < begin + hidden.content().size(); ++at) {
    for (const unsigned flip : {1u, 0x80u, 0xffu}) {
      Buffer damaged = image;
      damaged[at] = static_cast<std::uint8_t>(damaged[at] ^ flip);
      const Stored stored = list.stored();
      const auto record_at = static_cast<std::size_t>(stored.record - list.image().data());
      MergedRecord merged(kListers);
      merged.load({stored.shape, damaged.data() + record_at, damaged.data(), stored.base});
      (void)merged.list_outline("items");
      merged.write({&next.shape, next.record.data(), next.stamp, false, merged.base(), next.seen});
      Buffer made;
      std::size_t made_at = 0;
      const auto shape = merged.encode(made, made_at, nullptr);
      ASSERT_TRUE(shape.ok());
      EXPECT_FALSE(record::validate(
          **shape, record::RecordView(shape->get(), made.data() + made_at).bytes()));
    }
  }
}

}  // namespace
}  // namespace gs::merge
