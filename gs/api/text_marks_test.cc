// Goal: marks of texts are what those who made them meant, when several type and mark at once.
// Method: the examples of the Peritext article (Ink & Switch, 2021) as fixtures, on replicas that
// exchange; undo, whole values, transactions, versions, misuse.
#include <gtest/gtest.h>

#include "globalstorage/storage.h"
#include "gs/api/test_directory.h"

namespace gs {
namespace {

constexpr const char* kTrue = "true";

class MarksOfTexts : public testing::InDirectory {
 protected:
  void SetUp() override {
    InDirectory::SetUp();
    replicas_.push_back(Storage::create(path("0")).value());
  }
  void TearDown() override {
    replicas_.clear();
    InDirectory::TearDown();
  }

  // A text that three have.
  void begin(const std::string& text, const std::string& schema = {}) {
    if (!schema.empty()) {
      ASSERT_FALSE(first().apply_schema(R"({"files":{"Post.js":")" + schema + "\"}}"));
    }
    id_ = first().put("Post", "one", "{\"body\":\"" + text + "\"}").value();
    ASSERT_FALSE(first().close());
    replicas_.clear();
    for (int i = 1; i < 3; ++i) {
      ASSERT_TRUE(Storage::clone(path("0"), path(std::to_string(i))).ok());
    }
    for (int i = 0; i < 3; ++i) {
      replicas_.push_back(Storage::open(path(std::to_string(i))).value());
    }
  }
  Storage& first() { return replicas_[0]; }
  Storage& second() { return replicas_[1]; }
  Storage& third() { return replicas_[2]; }

  void give(Storage& from, Storage& to) {
    ASSERT_TRUE(from.create_bundle(path("bundle")).ok());
    ASSERT_TRUE(to.apply_bundle(path("bundle")).ok());
  }
  // In another order for each.
  void exchange() {
    give(second(), first());
    give(third(), first());
    give(third(), second());
    give(first(), second());
    give(second(), third());
    for (Storage& one : replicas_) {
      EXPECT_EQ(one.digest().value().digest, first().digest().value().digest);
      EXPECT_EQ(delta(one), delta(first()));
    }
  }
  void mark(Storage& storage, std::uint64_t from, std::uint64_t to, const char* key,
            const char* value = kTrue, MarkGrowth growth = MarkGrowth::after) {
    const Error error = storage.mark(id_, "body", from, to, key, value, growth);
    ASSERT_FALSE(error) << error.text();
  }
  // So that what the second one does next is later than what the first one did, also in the same
  // millisecond.
  void let_second_be_later() {
    for (int i = 0; i < 4; ++i) ASSERT_FALSE(second().update(id_, R"({"n":1})"));
  }
  void type(Storage& storage, std::uint64_t at, const char* text, std::uint64_t deleted = 0) {
    const Error error = storage.splice(id_, "body", at, deleted, text);
    ASSERT_FALSE(error) << error.text();
  }
  // "[bold]The fox[] jumped": marks in the order of their keys, a value that is not true behind =.
  std::string delta(const Storage& storage) const {
    const auto json = storage.text_delta(id_, "body");
    if (!json.ok()) return json.error().text();
    std::string text = *json;
    const auto replace = [&](const std::string& from, const std::string& to) {
      for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
        text.replace(at, from.size(), to);
      }
    };
    replace("{\"insert\":", "");
    replace("\"attributes\":", "");
    replace(":true", "");
    replace("}}", "#");
    replace("\"}", "");
    replace("#", "}");
    replace("\"", "");
    return text.substr(1, text.size() - 2);
  }
  std::string delta() { return delta(first()); }

  std::vector<Storage> replicas_;
  Id id_;
};

TEST_F(MarksOfTexts, BothBoldWhatOverlaps) {
  begin("The fox jumped.");
  mark(first(), 0, 7, "bold");
  mark(second(), 4, 14, "bold");
  exchange();
  EXPECT_EQ(delta(), "The fox jumped,{bold},.");
}

TEST_F(MarksOfTexts, BoldAndItalicStandBesideEachOther) {
  begin("The fox jumped.");
  mark(first(), 0, 7, "bold");
  mark(second(), 4, 14, "italic");
  exchange();
  EXPECT_EQ(delta(), "The ,{bold},fox,{bold,italic}, jumped,{italic},.");
}

// The later one counts where they overlap, and only there.
TEST_F(MarksOfTexts, BoldAndNotBold) {
  begin("The fox jumped.");
  mark(first(), 0, 14, "bold");
  exchange();
  mark(first(), 0, 3, "bold", "null");
  mark(second(), 4, 7, "bold", "null");
  exchange();
  EXPECT_EQ(delta(), "The, ,{bold},fox, jumped,{bold},.");
  mark(second(), 0, 7, "bold");
  exchange();
  EXPECT_EQ(delta(), "The fox jumped,{bold},.");
}

TEST_F(MarksOfTexts, OfTwoColoursThatOverlapTheLaterOneIsSeen) {
  begin("The fox jumped.");
  mark(first(), 0, 7, "color", "\"red\"");
  let_second_be_later();
  mark(second(), 4, 14, "color", "\"blue\"");
  exchange();
  EXPECT_EQ(delta(), "The ,{color:red},fox jumped,{color:blue},.");
}

// Comments that may overlap have keys of their own.
TEST_F(MarksOfTexts, CommentsOverlap) {
  begin("The fox jumped.");
  mark(first(), 0, 7, "comment:1", "\"who?\"", MarkGrowth::none);
  mark(second(), 4, 14, "comment:2", "\"where?\"", MarkGrowth::none);
  exchange();
  EXPECT_EQ(delta(),
            "The ,{comment:1:who?},fox,{comment:1:who?,comment:2:where?}, "
            "jumped,{comment:2:where?},.");
}

TEST_F(MarksOfTexts, WhatIsTypedIntoABoldStretchIsBold) {
  begin("The fox jumped.");
  mark(first(), 0, 14, "bold");
  type(second(), 4, "quick ");
  exchange();
  EXPECT_EQ(delta(), "The quick fox jumped,{bold},.");
}

TEST_F(MarksOfTexts, BoldGrowsBehindItsEndAndALinkDoesNot) {
  begin("The fox jumped.");
  mark(first(), 4, 7, "bold");
  mark(first(), 8, 14, "link", "\"url\"", MarkGrowth::none);
  exchange();
  type(second(), 14, " high");  // behind the link
  type(second(), 8, "has ");    // before it
  type(second(), 7, "es");      // behind what is bold
  type(second(), 4, "red ");    // before it
  exchange();
  EXPECT_EQ(delta(), "The red ,foxes,{bold}, has ,jumped,{link:url}, high.");
}

TEST_F(MarksOfTexts, WhatIsTypedWhereTheEndOfALinkWasIsNotInIt) {
  begin("The fox jumped.");
  mark(first(), 4, 7, "link", "\"url\"", MarkGrowth::none);
  exchange();
  type(second(), 6, "", 1);
  type(second(), 6, "e");
  EXPECT_EQ(delta(second()), "The ,fo,{link:url},e jumped.");
  type(second(), 6, "llow m");  // before that, and not in the link either
  EXPECT_EQ(delta(second()), "The ,fo,{link:url},llow me jumped.");
  type(third(), 6, "ld in a b");  // who still sees all of it
  exchange();
  const std::string shown = delta();  // whose keys come first, comes first
  EXPECT_TRUE(shown == "The ,fold in a b,{link:url},llow me jumped." ||
              shown == "The ,fo,{link:url},llow me,ld in a b,{link:url}, jumped.")
      << shown;
}

// Also the other way round: the deletion of a letter takes nothing out of a link that is in it.
TEST_F(MarksOfTexts, WhatWasTypedIntoALinkStaysInItWhenItsEndIsDeleted) {
  begin("The fox jumped.");
  mark(first(), 4, 7, "link", "\"url\"", MarkGrowth::none);
  exchange();
  type(second(), 6, "o");
  type(second(), 7, "", 1);
  exchange();
  EXPECT_EQ(delta(), "The ,foo,{link:url}, jumped.");
}

TEST_F(MarksOfTexts, GrowsAtItsBeginningWhereTheLetterBeforeItWas) {
  begin("a bc");
  mark(first(), 2, 4, "bold", kTrue, MarkGrowth::before);
  exchange();
  type(second(), 1, "", 1);
  type(second(), 1, "x");
  exchange();
  EXPECT_EQ(delta(), "a,xbc,{bold}");
}

TEST_F(MarksOfTexts, TheSameAtOneTime) {
  begin("The fox jumped.");
  mark(first(), 4, 7, "bold");
  mark(first(), 8, 14, "link", "\"url\"", MarkGrowth::none);
  type(second(), 14, " high");
  type(second(), 8, "has ");
  type(third(), 7, "es");
  type(third(), 4, "red ");
  exchange();
  EXPECT_EQ(delta(), "The red ,foxes,{bold}, has ,jumped,{link:url}, high.");
}

TEST_F(MarksOfTexts, GrowsWhereItIsSaidTo) {
  begin("abc");
  mark(first(), 1, 2, "both", kTrue, MarkGrowth::both);
  mark(first(), 1, 2, "front", kTrue, MarkGrowth::before);
  type(second(), 2, "+");
  type(second(), 1, "-");
  exchange();
  EXPECT_EQ(delta(), "a,-b,{both,front},+,{both},c");
}

TEST_F(MarksOfTexts, OfAllOfATextGrowsAtItsEnds) {
  begin("abc");
  mark(first(), 0, 3, "both", kTrue, MarkGrowth::both);
  type(second(), 3, "+");
  type(second(), 0, "-");
  exchange();
  EXPECT_EQ(delta(), "-abc+,{both}");
}

TEST_F(MarksOfTexts, DeletedTextTakesItsMarksWithIt) {
  begin("The fox jumped.");
  mark(first(), 4, 8, "bold");
  type(second(), 4, "", 4);
  exchange();
  EXPECT_EQ(delta(), "The jumped.");
  type(third(), 4, "cat ");  // in place of what is gone
  exchange();
  EXPECT_EQ(delta(first()).substr(0, 4), "The ");
}

TEST_F(MarksOfTexts, WhatIsTypedWhileItsSurroundingsGoIsMarked) {
  begin("The fox jumped.");
  mark(first(), 0, 14, "bold");
  exchange();
  type(first(), 4, "", 4);
  type(second(), 6, "OO");
  exchange();
  EXPECT_EQ(delta(), "The OOjumped,{bold},.");
}

TEST_F(MarksOfTexts, TwoTypeAtTheEdgeAtOnce) {
  begin("ab");
  mark(first(), 0, 1, "bold");
  exchange();
  type(first(), 1, "1");
  type(second(), 1, "2");
  type(third(), 1, "3");
  exchange();
  const auto marks = first().text_marks(id_, "body").value();
  ASSERT_EQ(marks.size(), 1u);
  EXPECT_EQ(marks[0].from, 0u);
  EXPECT_EQ(marks[0].to, 4u);
}

TEST_F(MarksOfTexts, ATransactionMarksWhatItTypes) {
  begin("The fox.");
  Transaction tx = first().begin();
  ASSERT_FALSE(tx.splice(id_, "body", 4, 0, "red "));
  ASSERT_FALSE(tx.mark(id_, "body", 4, 11, "bold"));
  ASSERT_FALSE(tx.splice(id_, "body", 0, 4, ""));
  ASSERT_FALSE(tx.mark(id_, "body", 0, 3, "bold", "null"));
  EXPECT_EQ(tx.mark(id_, "body", 0, 9, "bold").code(), Code::invalid);
  EXPECT_EQ(tx.operations(), 1u);
  const Id other = tx.insert("Post", R"({"body":"abc"})").value();
  ASSERT_FALSE(tx.mark(other, "body", 1, 2, "bold"));
  ASSERT_TRUE(tx.commit().ok());
  exchange();
  EXPECT_EQ(delta(), "red, fox,{bold},.");
  EXPECT_EQ(third().text_marks(other, "body").value().size(), 1u);
}

TEST_F(MarksOfTexts, MarkAndValueAreTwoThings) {
  begin("The fox.");
  const std::string before = first().get(id_)->json();
  mark(first(), 0, 3, "bold");
  EXPECT_EQ(first().get(id_)->json(), before);
  const Version then = first().find_version("now").value();
  mark(first(), 0, 8, "bold", "null");
  EXPECT_TRUE(first().text_marks(id_, "body").value().empty());
  EXPECT_EQ(first().text_marks(id_, "body", then).value().size(), 1u);
  EXPECT_EQ(first().text_delta(id_, "body").value(), R"([{"insert":"The fox."}])");
  ASSERT_FALSE(first().update(id_, R"({"body":""})"));
  EXPECT_EQ(first().text_delta(id_, "body").value(), "[]");
}

TEST_F(MarksOfTexts, AWholeTextTakesThemAlongUnlessTextsMerge) {
  begin("The fox.");
  mark(first(), 4, 7, "bold");
  ASSERT_FALSE(first().update(id_, R"({"body":"The big fox."})"));
  exchange();
  EXPECT_EQ(delta(), "The big fox.");
}

TEST_F(MarksOfTexts, AWholeTextKeepsThemWhereTextsMerge) {
  begin("The fox.", "({ Entity: {}, body: { type: 'string', required: false, merge: 'text' } })");
  mark(first(), 4, 7, "bold");
  ASSERT_FALSE(first().update(id_, R"({"body":"The big fox. Yes"})"));
  exchange();
  EXPECT_EQ(delta(), "The big ,fox,{bold},. Yes");
}

TEST_F(MarksOfTexts, UndoTakesBackOnesOwnMarkOnly) {
  begin("The fox jumped.");
  mark(first(), 0, 7, "color", "\"red\"");
  mark(first(), 4, 14, "color", "\"blue\"");
  exchange();
  mark(second(), 5, 6, "bold");
  exchange();
  ASSERT_TRUE(first().undo().ok());
  EXPECT_EQ(delta(), "The f,{color:red},o,{bold,color:red},x,{color:red}, jumped.");
  ASSERT_TRUE(first().undo().ok());
  EXPECT_EQ(delta(), "The f,o,{bold},x jumped.");
  exchange();
  ASSERT_TRUE(first().redo().ok());
  EXPECT_EQ(delta(), "The f,{color:red},o,{bold,color:red},x,{color:red}, jumped.");
  exchange();
}

TEST_F(MarksOfTexts, UndoKeepsWhatOthersMarkedOverIt) {
  begin("The fox jumped.");
  mark(first(), 0, 14, "color", "\"red\"");
  exchange();
  mark(second(), 4, 7, "color", "\"blue\"");
  exchange();
  ASSERT_TRUE(first().undo().ok());
  EXPECT_EQ(delta(), "The ,fox,{color:blue}, jumped.");
}

TEST_F(MarksOfTexts, WhatUndoBringsBackHasItsMarks) {
  begin("The fox jumped.");
  mark(first(), 4, 7, "bold");
  type(first(), 3, "", 5);
  EXPECT_EQ(delta(), "Thejumped.");
  ASSERT_TRUE(first().undo().ok());
  EXPECT_EQ(delta(), "The ,fox,{bold}, jumped.");
  exchange();
}

TEST_F(MarksOfTexts, MisuseIsTold) {
  begin("abc");
  const auto code = [&](std::uint64_t from, std::uint64_t to, std::string_view key,
                        std::string_view value) {
    return first().mark(id_, "body", from, to, key, value).code();
  };
  EXPECT_EQ(code(1, 1, "bold", "true"), Code::invalid);
  EXPECT_EQ(code(2, 1, "bold", "true"), Code::invalid);
  EXPECT_EQ(code(1, 4, "bold", "true"), Code::invalid);
  EXPECT_EQ(code(1, ~std::uint64_t{0}, "bold", "true"), Code::invalid);
  EXPECT_EQ(code(0, 1, "", "true"), Code::invalid);
  EXPECT_EQ(code(0, 1, std::string(256, 'k'), "true"), Code::invalid);
  EXPECT_EQ(code(0, 1, "\xff", "true"), Code::invalid);
  EXPECT_EQ(code(0, 1, "bold", "tru"), Code::invalid);
  EXPECT_EQ(first().mark(id_, "none", 0, 1, "bold").code(), Code::invalid);
  EXPECT_EQ(first().text_marks(id_, "none").code(), Code::not_found);
  EXPECT_TRUE(first().text_marks(id_, "body").value().empty());
  mark(first(), 0, 1, std::string(255, 'k').c_str(),
       R"({"a":[1,{"$date":"2026-01-01T00:00:00.000Z"}]})");
  const auto marks = first().text_marks(id_, "body").value();
  ASSERT_EQ(marks.size(), 1u);
  EXPECT_EQ(marks[0].value_json, R"({"a":[1,{"$date":"2026-01-01T00:00:00.000Z"}]})");
}

}  // namespace
}  // namespace gs
