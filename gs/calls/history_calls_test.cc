// Goal: calls about history tell what the methods of Storage give.
// Method: a record with a past, each call beside its method, member by member; conflicts of two
// replicas.
#include "gs/api/test_two_replicas.h"
#include "gs/calls/test_calls.h"

namespace gs::calls::testing {
namespace {

class HistoryCalls : public CallsTest {
 protected:
  void SetUp() override {
    CallsTest::SetUp();
    id_ = storage_->put("City", "kyiv", R"({"name":"Kiew"})").value();
    ASSERT_TRUE(storage_->sync().ok());
    first_ = now();
    ASSERT_TRUE(storage_->update(id_, R"({"name":"Kyiv"})").ok());
    ASSERT_TRUE(storage_->sync().ok());
    ASSERT_TRUE(storage_->insert("Country", R"({"name":"Ukraine"})").ok());
    ASSERT_TRUE(storage_->sync().ok());
  }
  static void expect_change(const Value& told, const ChangeInfo& change) {
    EXPECT_EQ(text(told, "change"), change.digest.text());
    EXPECT_EQ(text(told, "writer"), change.writer.text());
    EXPECT_EQ(number(told, "sequence"), change.sequence);
    EXPECT_EQ(number(told, "timeMs"), change.time_ms);
    EXPECT_EQ(number(told, "transactions"), change.transactions);
    EXPECT_EQ(number(told, "bytes"), change.bytes);
    EXPECT_EQ(text(told, "prev"), change.prev.text());
    EXPECT_EQ(at(told, "parents"), texts(change.parents));
    EXPECT_EQ(number(told, "segment"), change.segment);
    EXPECT_EQ(number(told, "offset"), change.offset);
  }

  Id id_;
  std::string first_;
};

TEST_F(HistoryCalls, ARecordIsNamedByAKeyThatHasTheFormOfAnIdAsWell) {
  const Id note = storage_->put("Note", id_.text(), R"({"about":"kyiv"})").value();
  const std::string key = "\"id\":\"" + id_.text() + '"';
  EXPECT_EQ(items(result("history", key + R"(,"collection":"Note")")).size(),
            storage_->history(note, 9).value().size());
  EXPECT_EQ(items(result("history", key)).size(), storage_->history(id_, 9).value().size());
}

TEST_F(HistoryCalls, LogTellsChangesNewestFirst) {
  const std::vector<ChangeInfo> changes = storage_->log(100).value();
  ASSERT_GE(changes.size(), 3u);
  const Array told = items(result("log"));
  ASSERT_EQ(told.size(), changes.size());
  for (std::size_t i = 0; i < told.size(); ++i) {
    expect_change(told[i], changes[i]);
    EXPECT_EQ(number(told[i], "operations"), changes[i].operations);
  }
  EXPECT_EQ(items(result("log", R"("limit":2)")).size(), 2u);
  EXPECT_EQ(items(result("log", R"("limit":{"$int":"1"})")).size(), 1u);
  EXPECT_EQ(made("log", R"("limit":0)").value(), "[]");
  const Array before = items(result("log", argument("version", first_)));
  ASSERT_FALSE(before.empty());
  EXPECT_EQ(text(before.front(), "change"), first_);
  EXPECT_EQ(made("log", R"("version":["00)" + std::string(62, '0') + "\"]").code(),
            Code::not_found);
}

TEST_F(HistoryCalls, BranchesOfChangesAreNamed) {
  ASSERT_TRUE(storage_->name_version(NamedVersion::Kind::branch, "draft").ok());
  ASSERT_TRUE(storage_->checkout("draft").ok());
  ASSERT_TRUE(storage_->update(id_, R"({"name":"Kyjiw"})").ok());
  ASSERT_TRUE(storage_->sync().ok());
  EXPECT_EQ(text(items(result("log", R"("limit":1)")).at(0), "branch"), "draft");
  EXPECT_FALSE(has(items(result("log", argument("version", first_))).at(0), "branch"));
}

TEST_F(HistoryCalls, ChangeTellsItsOperations) {
  const Digest digest = *Digest::parse(first_);
  std::vector<OperationInfo> operations;
  const ChangeInfo change = storage_->change(digest, &operations).value();
  const Value told = result("change", argument("change", first_.substr(0, 12)));
  expect_change(told, change);
  const Array list = items(at(told, "operations"));
  ASSERT_EQ(list.size(), operations.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    EXPECT_EQ(text(list[i], "kind"), operations[i].kind);
    EXPECT_EQ(text(list[i], "collection"), operations[i].collection);
    EXPECT_EQ(flag(list[i], "lastOfTransaction"), operations[i].last_of_transaction);
    EXPECT_FALSE(flag(list[i], "erased"));
    EXPECT_FALSE(flag(list[i], "dropped"));
  }
  EXPECT_EQ(text(list.back(), "id"), id_.text());
  EXPECT_EQ(text(at(list.back(), "data"), "name"), "Kiew");
  EXPECT_EQ(made("change", argument("change", std::string(64, '0'))).code(), Code::not_found);
}

TEST_F(HistoryCalls, FindChangeCompletesTheBeginningOfADigest) {
  EXPECT_EQ(made("findChange", argument("prefix", first_.substr(0, 10))).value(),
            '{' + argument("change", first_) + '}');
  EXPECT_EQ(made("findChange", argument("prefix", "abc")).code(),
            storage_->find_change("abc").code());
}

TEST_F(HistoryCalls, HistoryTellsTheOperationsOnARecord) {
  const std::vector<HistoryEntry> entries = storage_->history(id_, 100).value();
  const Array told = items(result("history", kKyiv));
  ASSERT_EQ(told.size(), entries.size());
  ASSERT_EQ(told.size(), 2u);
  for (std::size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(text(told[i], "change"), entries[i].change.digest.text());
    EXPECT_EQ(text(told[i], "writer"), entries[i].change.writer.text());
    EXPECT_EQ(number(told[i], "timeMs"), entries[i].change.time_ms);
    EXPECT_EQ(text(told[i], "kind"), entries[i].operation.kind);
    EXPECT_EQ(text(told[i], "collection"), entries[i].operation.collection);
    EXPECT_EQ(at(told[i], "data"), value_of(entries[i].operation.json));
  }
  EXPECT_EQ(items(result("history", argument("id", id_.text()) + R"(,"limit":1)")).size(), 1u);
  EXPECT_EQ(made("history", argument("id", "nobody")).value(), "[]");
}

TEST_F(HistoryCalls, BlameTellsWhoWroteEachField) {
  const Blame blame = storage_->blame(id_).value();
  const Array told = items(result("blame", kKyiv));
  ASSERT_EQ(told.size(), blame.fields.size());
  EXPECT_EQ(text(told.at(0), "field"), "name");
  EXPECT_EQ(text(told.at(0), "value"), "Kyiv");
  EXPECT_EQ(text(told.at(0), "writer"), blame.fields[0].writer.text());
  EXPECT_EQ(number(told.at(0), "timeMs"), blame.fields[0].time_ms);
  EXPECT_EQ(text(told.at(0), "change"), blame.fields[0].change->text());
  const std::string past = std::string(kKyiv) + ',' + argument("version", first_);
  EXPECT_EQ(text(items(result("blame", past)).at(0), "value"), "Kiew");
  EXPECT_EQ(made("blame", argument("id", "nobody")).code(), Code::not_found);
}

TEST_F(HistoryCalls, DiffTellsRecordsThatDiffer) {
  const std::string before = argument("before", first_);
  const Array told = items(result("diff", before));
  ASSERT_EQ(told.size(), 2u);
  const Array city = items(result("diff", before + R"(,"collection":"City")"));
  ASSERT_EQ(city.size(), 1u);
  EXPECT_EQ(text(city[0], "kind"), "changed");
  EXPECT_EQ(text(city[0], "id"), id_.text());
  EXPECT_EQ(text(city[0], "collection"), "City");
  EXPECT_EQ(text(city[0], "key"), "kyiv");
  const Array fields = items(at(city[0], "fields"));
  ASSERT_EQ(fields.size(), 1u);
  EXPECT_EQ(text(fields[0], "field"), "name");
  EXPECT_EQ(text(fields[0], "before"), "Kiew");
  EXPECT_EQ(text(fields[0], "after"), "Kyiv");
  EXPECT_FALSE(items(at(fields[0], "hunks")).empty());
  EXPECT_EQ(items(result("diff", before + R"(,"limit":1)")).size(), 1u);
  EXPECT_EQ(made("diff", before + ',' + argument("after", first_)).value(), "[]");
  EXPECT_EQ(made("diff", R"("before":["00)" + std::string(62, '0') + "\"]").code(),
            Code::not_found);
}

TEST_F(HistoryCalls, UndoAndRedoTellWhatTheyDid) {
  const Value undone = result("undo");
  EXPECT_EQ(text(items(at(undone, "records")).at(0), "kind"), "removed");
  EXPECT_TRUE(items(at(undone, "kept")).empty());
  EXPECT_EQ(storage_->count(R"({"collection":"Country"})").value(), 0u);
  const Value redone = result("redo");
  EXPECT_EQ(text(items(at(redone, "records")).at(0), "kind"), "added");
  EXPECT_EQ(storage_->count(R"({"collection":"Country"})").value(), 1u);
  EXPECT_EQ(made("redo").code(), Code::not_found);
}

TEST_F(HistoryCalls, RevertTellsWhatStays) {
  const Value told = result("revert", argument("change", first_));
  EXPECT_EQ(text(told, "change"), first_);
  EXPECT_EQ(number(told, "timeMs"), storage_->change(*Digest::parse(first_))->time_ms);
  EXPECT_FALSE(items(at(told, "records")).empty() && items(at(told, "kept")).empty());
  EXPECT_EQ(made("revert", argument("change", std::string(64, '0'))).code(), Code::not_found);
}

class ConflictCalls : public gs::testing::TwoReplicas {
 protected:
  ConflictCalls() : TwoReplicas("City", R"({"name":"Kyiv"})", "name") {}
};

TEST_F(ConflictCalls, TellWhatIsHidden) {
  EXPECT_EQ(call(*a_, "conflicts", "{}").value(), "[]");
  ASSERT_TRUE(a_->update(id_, R"({"name":"Kiev"})").ok());
  ASSERT_TRUE(b_->update(id_, R"({"name":"Kiew"})").ok());
  exchange();
  const Conflict conflict = a_->conflicts(id_).value();
  ASSERT_EQ(conflict.hidden.size(), 1u);
  const HiddenWrite& hidden = conflict.hidden[0];
  const std::string all = call(*a_, "conflicts", R"({"limit":5})").value();
  EXPECT_EQ(call(*a_, "conflicts", R"({"id":"one","collection":"City"})").value(), all);
  const Array told = items(value_of(all));
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(text(told[0], "id"), id_.text());
  EXPECT_EQ(text(told[0], "collection"), "City");
  EXPECT_FALSE(flag(told[0], "removed"));
  const Value one = items(at(told[0], "hidden")).at(0);
  EXPECT_EQ(text(one, "field"), "name");
  EXPECT_FALSE(flag(one, "removal"));
  EXPECT_EQ(at(one, "value"), value_of(hidden.json));
  EXPECT_EQ(at(one, "shown"), value_of(hidden.shown_json));
  EXPECT_EQ(text(one, "rule"), hidden.rule);
  EXPECT_EQ(text(one, "writer"), hidden.writer.text());
  EXPECT_EQ(number(one, "timeMs"), hidden.time_ms);
  EXPECT_EQ(call(*a_, "conflicts", R"({"limit":0})").value(), "[]");
  EXPECT_EQ(call(*a_, "conflicts", R"({"id":"nobody"})").code(), Code::not_found);
}

TEST_F(ConflictCalls, WhatMeansNothingIsRefused) {
  const auto both = call(*a_, "conflicts", R"({"id":"one","collection":"City","limit":1})");
  EXPECT_EQ(both.code(), Code::invalid);
  EXPECT_NE(both.error().message().find("`limit`"), std::string_view::npos);
  const auto alone = call(*a_, "conflicts", R"({"collection":"City"})");
  EXPECT_EQ(alone.code(), Code::invalid);
  EXPECT_NE(alone.error().message().find("`id`"), std::string_view::npos);
}

}  // namespace
}  // namespace gs::calls::testing
