// Goal: what several writers type into a text stays, wherever they typed, and whatever else happens
// to the record; through the public interface.
// Method: replicas of one storage type, write whole values and exchange by bundles; schemas,
// transactions, restarts, versions, limits.
#include <gtest/gtest.h>

#include "gs/api/test_two_replicas.h"

namespace gs {
namespace {

class TextsOfRecords : public testing::TwoReplicas {
 protected:
  TextsOfRecords() : TwoReplicas("Post", R"({"title":"One","body":"Hello world"})", "body") {}

  void use_text_schema() {
    use_schema(
        "({ Entity: {}, title: '?string', body: { type: 'string', required: false, "
        "merge: 'text', length: { max: 40 } }, n: '?number' })");
  }
  std::string body(const Storage& storage) const { return field(storage, "body"); }
  std::string body() const { return body(*a_); }
};

TEST_F(TextsOfRecords, WhatBothTypeStays) {
  ASSERT_FALSE(a_->splice(id_, "body", 5, 0, ","));
  ASSERT_FALSE(b_->splice(id_, "body", 11, 0, "!"));
  ASSERT_FALSE(b_->splice(id_, "body", 6, 5, "friends"));
  EXPECT_EQ(body(), R"("Hello, world")");
  EXPECT_EQ(body(*b_), R"("Hello friends!")");
  exchange();
  EXPECT_EQ(body(), R"("Hello, friends!")");
  EXPECT_EQ(hidden(), 0u);
  give(*a_, *b_);  // once more
  ASSERT_FALSE(b_->splice(id_, "body", 15, 0, " How are you?"));
  ASSERT_FALSE(b_->update(id_, R"({"title":"Two"})"));
  exchange();
  EXPECT_EQ(a_->get(id_)->json(), R"({"title":"Two","body":"Hello, friends! How are you?"})");
}

TEST_F(TextsOfRecords, ManyEditsAtOnceAreThoseOneByOne) {
  Transaction tx = a_->begin();
  const TextSplice first[] = {{5, 0, ","}, {12, 0, "!"}, {0, 5, "H\xc3\xa9llo"}};
  ASSERT_FALSE(tx.splice(id_, "body", first));
  const TextSplice wrong[] = {{0, 1, "J"}, {99, 0, "x"}};
  EXPECT_EQ(tx.splice(id_, "body", wrong).code(), Code::invalid);  // and nothing of them is staged
  const TextSplice later[] = {{12, 1, "?"}};
  ASSERT_FALSE(tx.splice(id_, "body", later));
  ASSERT_FALSE(tx.splice(id_, "body", std::span<const TextSplice>()));
  ASSERT_TRUE(tx.commit().ok());
  EXPECT_EQ(body(), "\"H\xc3\xa9llo, world?\"");
  exchange();
  EXPECT_EQ(body(*b_), body());
}

TEST_F(TextsOfRecords, BeginWhereNothingWas) {
  ASSERT_FALSE(a_->splice(id_, "notes", 0, 0, "\xc3\xa9t\xc3\xa9"));
  ASSERT_FALSE(b_->splice(id_, "notes", 0, 0, "hiver"));
  ASSERT_FALSE(a_->splice(id_, "notes", 3, 0, " "));
  exchange();
  const std::string notes = a_->get(id_)->find("notes")->json();
  EXPECT_TRUE(notes == "\"\xc3\xa9t\xc3\xa9 hiver\"" || notes == "\"hiver\xc3\xa9t\xc3\xa9 \"")
      << notes;
}

TEST_F(TextsOfRecords, PositionsMustBeInTheText) {
  const Error behind = a_->splice(id_, "body", 12, 0, "x");
  EXPECT_EQ(behind.code(), Code::invalid);
  EXPECT_NE(behind.text().find("11 characters"), std::string::npos) << behind.text();
  EXPECT_EQ(a_->splice(id_, "body", 10, 2, "").code(), Code::invalid);
  EXPECT_EQ(a_->splice(id_, "body", ~std::uint64_t{0}, 0, "x").code(), Code::invalid);
  EXPECT_EQ(a_->splice(id_, "body", 0, ~std::uint64_t{0}, "").code(), Code::invalid);
  EXPECT_EQ(a_->splice(id_, "body", 0, 0, "\xff").code(), Code::invalid);
  EXPECT_EQ(a_->splice(id_, "", 0, 0, "x").code(), Code::invalid);
  EXPECT_EQ(a_->splice(Storage::resolve("no", "Post"), "body", 0, 0, "x").code(), Code::not_found);
  ASSERT_FALSE(a_->update(id_, R"({"n":5})"));
  EXPECT_EQ(a_->splice(id_, "n", 0, 0, "x").code(), Code::invalid);
  EXPECT_EQ(body(), R"("Hello world")");
  ASSERT_FALSE(a_->splice(id_, "body", 11, 0, ""));  // nothing to do
  ASSERT_FALSE(a_->splice(id_, "body", 0, 11, ""));
  EXPECT_EQ(body(), R"("")");
}

TEST_F(TextsOfRecords, ATransactionTypesOnWhatItHasDone) {
  Transaction tx = a_->begin();
  ASSERT_FALSE(tx.splice(id_, "body", 0, 5, "Good"));
  ASSERT_FALSE(tx.splice(id_, "body", 4, 0, "bye"));
  EXPECT_EQ(tx.operations(), 1u);
  EXPECT_EQ(tx.splice(id_, "body", 14, 0, "x").code(), Code::invalid);
  const Id other = tx.insert("Post", R"({"title":"Other","body":"ab"})").value();
  ASSERT_FALSE(tx.splice(other, "body", 1, 0, "-"));
  ASSERT_FALSE(tx.update(other, R"({"title":"Three"})"));
  ASSERT_FALSE(tx.splice(other, "body", 3, 0, "c"));
  ASSERT_FALSE(tx.splice(other, "notes", 0, 0, "new"));
  ASSERT_TRUE(tx.commit().ok());
  EXPECT_EQ(body(), R"("Goodbye world")");
  EXPECT_EQ(a_->get(other)->json(), R"({"title":"Three","body":"a-bc","notes":"new"})");
  ASSERT_FALSE(a_->splice(other, "body", 0, 1, "A"));
  exchange();
  ASSERT_FALSE(b_->splice(other, "body", 4, 0, "."));
  exchange();
  EXPECT_EQ(b_->get(other)->find("body")->json(), R"("A-bc.")");
}

TEST_F(TextsOfRecords, ATransactionStandsOnWhatItSaw) {
  Transaction tx = a_->begin();
  ASSERT_FALSE(tx.splice(id_, "body", 11, 0, "!"));
  ASSERT_FALSE(a_->splice(id_, "body", 0, 6, ""));
  ASSERT_TRUE(tx.commit().ok());
  EXPECT_EQ(body(), R"("world!")");
  Transaction late = a_->begin();
  ASSERT_FALSE(late.splice(id_, "body", 0, 1, "W"));
  ASSERT_FALSE(a_->update(id_, R"({"body":"other"})"));
  EXPECT_EQ(late.commit().code(), Code::conflict);
  EXPECT_EQ(body(), R"("other")");
  exchange();
}

TEST_F(TextsOfRecords, OutliveRunsAndRestarts) {
  ASSERT_FALSE(a_->splice(id_, "body", 5, 6, ""));
  ASSERT_FALSE(b_->splice(id_, "body", 11, 0, "s"));
  exchange();
  EXPECT_EQ(body(), R"("Hellos")");
  const Digest digest = a_->digest().value().digest;
  for (int i = 0; i < 2; ++i) {
    ASSERT_FALSE(a_->close());
    a_.emplace(Storage::open(path("a")).value());
    EXPECT_EQ(a_->digest().value().digest, digest);
    EXPECT_TRUE(a_->verify({}).value().ok);
  }
  ASSERT_FALSE(a_->splice(id_, "body", 0, 1, "J"));
  ASSERT_FALSE(b_->splice(id_, "body", 6, 0, "?"));
  exchange();
  EXPECT_EQ(body(), R"("Jellos?")");
}

TEST_F(TextsOfRecords, ThePastIsAsItWas) {
  std::vector<std::pair<Digest, std::string>> seen;
  for (int i = 0; i < 12; ++i) {
    const std::string word = std::to_string(i) + " ";
    ASSERT_FALSE(a_->splice(id_, "body", static_cast<std::uint64_t>(i % 3), i % 2, word));
    ASSERT_FALSE(a_->sync());
    seen.emplace_back(a_->heads().value().front(), body());
    ASSERT_FALSE(b_->splice(id_, "body", 0, 1, "bb"));
    if (i == 6) give(*b_, *a_);
  }
  exchange();
  for (const auto& [change, json] : seen) {
    EXPECT_EQ(a_->get(id_, change)->find("body")->json(), json);
    EXPECT_EQ(b_->get(id_, change)->find("body")->json(), json);
  }
}

TEST_F(TextsOfRecords, WholeTextsAreTheEditsThatTheyAreWhereTheSchemaSaysSo) {
  use_text_schema();
  ASSERT_FALSE(a_->update(id_, R"({"body":"Hello, wide world"})"));
  ASSERT_FALSE(b_->update(id_, R"({"body":"Hello world!","n":1})"));
  exchange();
  EXPECT_EQ(body(), R"("Hello, wide world!")");
  EXPECT_EQ(hidden(), 0u);
  ASSERT_TRUE(b_->put("Post", "one", R"({"title":"Put","body":"Hello, world!"})").ok());
  ASSERT_FALSE(a_->splice(id_, "body", 0, 5, "Bye"));
  exchange();
  EXPECT_EQ(a_->get(id_)->json(), R"({"title":"Put","body":"Bye, world!"})");
}

TEST_F(TextsOfRecords, ATextThatIsTakenAwayKeepsWhatOthersType) {
  use_text_schema();
  ASSERT_FALSE(a_->update(id_, R"({"body":{"$unset":true}})"));
  ASSERT_FALSE(b_->splice(id_, "body", 5, 0, "!"));
  EXPECT_EQ(body(), R"("")");
  exchange();
  EXPECT_EQ(body(), R"("!")");
}

TEST_F(TextsOfRecords, MustFitTheSchema) {
  use_text_schema();
  const Error error = a_->splice(id_, "body", 11, 0, " and all that is in it and beside it");
  EXPECT_EQ(error.code(), Code::invalid);
  EXPECT_NE(error.text().find("body"), std::string::npos) << error.text();
  EXPECT_EQ(a_->splice(id_, "n", 0, 0, "1").code(), Code::invalid);
  EXPECT_EQ(a_->splice(id_, "nothing", 0, 0, "1").code(), Code::invalid);
  EXPECT_EQ(body(), R"("Hello world")");
  ASSERT_FALSE(a_->splice(id_, "body", 11, 0, " and all that"));
}

// Without a schema a value is a value.
TEST_F(TextsOfRecords, AValueReplacesTheTextThatItsWriterSaw) {
  ASSERT_FALSE(a_->splice(id_, "body", 0, 5, "Hi"));
  give(*a_, *b_);
  ASSERT_FALSE(b_->update(id_, R"({"body":"new"})"));
  ASSERT_FALSE(a_->splice(id_, "body", 0, 2, "Hey"));
  exchange();
  EXPECT_EQ(body(), R"("new")");
  EXPECT_EQ(hidden(), 0u);
  ASSERT_FALSE(a_->splice(id_, "body", 3, 0, "er"));
  exchange();
  EXPECT_EQ(body(), R"("newer")");
}

TEST_F(TextsOfRecords, TwoValuesWithTheirTextsAreAConflict) {
  ASSERT_FALSE(a_->update(id_, R"({"body":"from a"})"));
  ASSERT_FALSE(a_->splice(id_, "body", 0, 4, "of"));
  ASSERT_FALSE(b_->update(id_, R"({"body":"from b"})"));
  ASSERT_FALSE(b_->splice(id_, "body", 6, 0, "!"));
  exchange();
  const Conflict conflict = a_->conflicts(id_).value();
  ASSERT_EQ(conflict.hidden.size(), 1u);
  const bool shows_a = body() == R"("of a")";  // both may have been written at one time
  EXPECT_EQ(conflict.hidden[0].json, shows_a ? R"("from b!")" : R"("of a")");
  EXPECT_EQ(conflict.hidden[0].shown_json, shows_a ? R"("of a")" : R"("from b!")");
  ASSERT_FALSE(a_->update(id_, R"({"body":"of both"})"));
  exchange();
  EXPECT_EQ(hidden(), 0u);
}

TEST_F(TextsOfRecords, ARemovalThatHasNotSeenThemIsTold) {
  use_schema("({ Entity: { removal: 'update-wins' }, title: '?string', body: '?string' })");
  ASSERT_FALSE(a_->remove(id_));
  ASSERT_FALSE(b_->splice(id_, "body", 0, 5, "Dear"));
  exchange();
  EXPECT_EQ(body(), R"("Dear world")");
}

// What others typed stays, what they deleted does not come back.
TEST_F(TextsOfRecords, UndoTakesBackWhatThisOneTyped) {
  ASSERT_FALSE(a_->splice(id_, "body", 0, 5, "Good day"));
  exchange();
  ASSERT_FALSE(b_->splice(id_, "body", 4, 1, "-"));          // inside of what a typed
  ASSERT_FALSE(b_->splice(id_, "body", 9, 5, "everybody"));  // beside it
  ASSERT_FALSE(a_->splice(id_, "body", 14, 0, "!"));
  exchange();
  EXPECT_EQ(body(), R"("Good-day everybody!")");
  ASSERT_TRUE(a_->undo().ok());
  EXPECT_EQ(body(), R"("Good-day everybody")");
  ASSERT_TRUE(a_->undo().ok());
  EXPECT_EQ(body(), R"("-Hello everybody")");
  ASSERT_TRUE(a_->redo().ok());
  EXPECT_EQ(body(), R"("Good-day everybody")");
  ASSERT_TRUE(a_->redo().ok());
  EXPECT_EQ(body(), R"("Good-day everybody!")");
  ASSERT_TRUE(a_->undo().ok());
  ASSERT_TRUE(a_->undo().ok());
  EXPECT_EQ(body(), R"("-Hello everybody")");
  ASSERT_TRUE(b_->undo().ok());  // of what b typed, which has not heard of that
  exchange();
  EXPECT_EQ(body(), R"("-Hello world")");
}

TEST_F(TextsOfRecords, UndoBringsBackNothingThatSomebodyElseDeletedAsWell) {
  ASSERT_FALSE(a_->splice(id_, "body", 2, 7, ""));  // "Hello world" without "llo wor"
  ASSERT_FALSE(b_->splice(id_, "body", 4, 3, ""));  // without "o w"
  exchange();
  EXPECT_EQ(body(), R"("Held")");
  ASSERT_TRUE(a_->undo().ok());
  EXPECT_EQ(body(), R"("Hellorld")");
  exchange();
  EXPECT_EQ(a_->undo().code(), Code::ok);  // the insert itself, which others have typed into
}

TEST_F(TextsOfRecords, ACursorStaysBesideItsCharacterOnEachReplica) {
  const std::string of_value = a_->text_cursor(id_, "body", 6).value();
  ASSERT_FALSE(a_->splice(id_, "body", 6, 0, "big "));
  const std::string of_edit = a_->text_cursor(id_, "body", 9, TextSide::after).value();  // "g"
  EXPECT_EQ(b_->text_position(id_, "body", of_value).value(), 6u);
  EXPECT_EQ(b_->text_position(id_, "body", of_edit).code(), Code::not_found);
  ASSERT_FALSE(b_->splice(id_, "body", 0, 5, "Dear"));
  ASSERT_FALSE(b_->splice(id_, "body", 5, 0, "old "));
  exchange();
  for (const Storage* one : {&*a_, &*b_}) {
    const std::string now = one->get(id_)->find("body")->json().substr(1);
    EXPECT_EQ(one->text_position(id_, "body", of_value).value(), now.find("world"));
    EXPECT_EQ(one->text_position(id_, "body", of_edit).value(), now.find("big ") + 3);
    EXPECT_EQ(one->text_cursor(id_, "body", now.find("world")).value(), of_value);
  }
  const Version then = a_->find_version("now").value();
  ASSERT_FALSE(b_->splice(id_, "body", 0, 13, ""));
  exchange();
  EXPECT_EQ(body(), "\"world\"");
  EXPECT_EQ(a_->text_position(id_, "body", of_edit).value(), 0u);
  EXPECT_EQ(a_->text_position(id_, "body", of_value, then).value(), 13u);
  ASSERT_FALSE(a_->update(id_, R"({"body":"world"})"));
  EXPECT_EQ(a_->text_position(id_, "body", of_value).code(), Code::not_found);
}

// Such edits are two operations with one stamp.
TEST_F(TextsOfRecords, ACursorTellsEditsOfOneTransactionApart) {
  Transaction tx = a_->begin();
  const Id other = tx.insert("Post", R"({"body":"ab"})").value();
  ASSERT_FALSE(tx.splice(other, "body", 1, 0, "12"));
  ASSERT_FALSE(tx.update(other, R"({"title":"Three"})"));
  ASSERT_FALSE(tx.splice(other, "body", 4, 0, "34"));
  ASSERT_TRUE(tx.commit().ok());
  std::vector<std::string> cursors;
  for (std::uint64_t at = 0; at < 6; ++at) {
    cursors.push_back(a_->text_cursor(other, "body", at).value());
  }
  ASSERT_FALSE(a_->splice(other, "body", 0, 0, "-"));
  exchange();
  for (std::uint64_t at = 0; at < 6; ++at) {
    EXPECT_EQ(b_->text_position(other, "body", cursors[at]).value(), at + 1);
  }
}

TEST_F(TextsOfRecords, ACursorOutlivesAWholeTextWhereTextsMerge) {
  use_text_schema();
  const std::string cursor = a_->text_cursor(id_, "body", 6).value();
  ASSERT_FALSE(a_->update(id_, R"({"body":"Hello, wide world"})"));
  EXPECT_EQ(a_->text_position(id_, "body", cursor).value(), 12u);
}

TEST_F(TextsOfRecords, BlameAndHistoryTellWhoTyped) {
  ASSERT_FALSE(b_->splice(id_, "body", 11, 0, "!"));
  exchange();
  const Blame blame = a_->blame(id_).value();
  const auto field = std::find_if(blame.fields.begin(), blame.fields.end(),
                                  [](const auto& one) { return one.field == "body"; });
  ASSERT_NE(field, blame.fields.end());
  EXPECT_EQ(field->writer, b_->writer());
}

}  // namespace
}  // namespace gs
