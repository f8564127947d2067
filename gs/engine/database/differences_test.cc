// Goal: what differs between two versions is told, and nothing that does not differ.
// Method: examples with one writer and with three who exchange; the law is in past_law_test.cc.
#include <gtest/gtest.h>

#include "gs/engine/database/test_replicas.h"

namespace gs::engine::testing {
namespace {

// A record a line: its kind, its id as the test names it, and "field:before>after" of each field.
class DifferencesTest : public ::testing::Test, protected Replicas {
 protected:
  std::string told(std::size_t replica, const Digest& before, const std::optional<Digest>& after,
                   const DiffOptions& options = {}) const {
    std::string text;
    const auto take = [&](const RecordDifference& one) {
      constexpr const char* kWords[] = {"+", "-", "!", "x"};
      text += kWords[static_cast<std::size_t>(one.kind)] + names.at(one.id);
      for (const FieldDifference& field : one.fields) {
        text += ' ' + field.field + ':' + field.before_json + '>' + field.after_json;
      }
      text += '\n';
      return true;
    };
    const Error error = (*this)[replica]->diff(before, after, options, take);
    return error ? std::string("<") + code_name(error.code()) + ">" : text;
  }
  // Of the first replica: the hunks of each field.
  std::string hunks_told(const Digest& before, const std::optional<Digest>& after) const {
    std::string text;
    const auto take = [&](const RecordDifference& one) {
      for (const FieldDifference& field : one.fields) {
        text += field.field;
        for (const TextHunk& hunk : field.hunks) {
          text += ' ' + std::to_string(hunk.before) + ':' + std::to_string(hunk.after) + '-' +
                  hunk.removed + '+' + hunk.inserted;
        }
        text += ';';
      }
      return true;
    };
    EXPECT_FALSE((*this)[0]->diff(before, after, {}, take));
    return text;
  }
  void expect_told(const Digest& before, const std::optional<Digest>& after,
                   std::string_view text) const {
    for (std::size_t i = 0; i < kCount; ++i) EXPECT_EQ(told(i, before, after), text) << i;
  }
  Id named(const Result<Id>& id, std::string name) {
    names[*id] = std::move(name);
    return *id;
  }

  std::map<Id, std::string> names;
};

TEST_F(DifferencesTest, AreToldFieldByFieldInBothDirections) {
  const Store& db = (*this)[0];
  const Digest genesis = db.head();
  const Id kyiv = named(db.insert("City", R"({"name":"Kyiv","n":1,"old":true})"), "kyiv");
  const Id lviv = named(db.insert("City", R"({"name":"Lviv"})"), "lviv");
  const Id same = named(db.insert("", R"({"a":1})"), "same");
  const Digest before = db.head();
  ASSERT_FALSE(db.update(kyiv, R"({"n":2,"old":{"$unset":true},"new":"x"})"));
  ASSERT_FALSE(db.update(same, R"({"a":2})"));
  ASSERT_FALSE(db.update(same, R"({"a":1})"));
  ASSERT_FALSE(db.remove(lviv));
  named(db.insert("", R"({"b":1})"), "odesa");
  const Digest after = db.head();
  const std::string forward =
      "!kyiv n:1>2 new:>\"x\" old:true>\n-lviv name:\"Lviv\">\n+odesa b:>1\n";
  EXPECT_EQ(told(0, before, after), forward);
  EXPECT_EQ(told(0, before, {}), forward);
  EXPECT_EQ(told(0, after, before),
            "!kyiv n:2>1 old:>true new:\"x\">\n+lviv name:>\"Lviv\"\n-odesa b:1>\n");
  EXPECT_EQ(told(0, after, after), "");
  EXPECT_EQ(told(0, genesis, before),
            "+kyiv name:>\"Kyiv\" n:>1 old:>true\n+lviv name:>\"Lviv\"\n+same a:>1\n");
  EXPECT_EQ(told(0, before, {}, {.collection = "City", .limit = 9}),
            forward.substr(0, forward.find('+')));
  EXPECT_EQ(told(0, before, {}, {.collection = "", .limit = 9}), "+odesa b:>1\n");
  EXPECT_EQ(told(0, before, {}, {.collection = {}, .limit = 1}),
            forward.substr(0, forward.find('-')));
  EXPECT_EQ(told(0, before, {}, {.collection = {}, .limit = 0}), "");
  EXPECT_EQ(told(0, Digest{}, {}), "<not_found>");
  EXPECT_EQ(told(0, before, Digest{}), "<not_found>");
}

TEST_F(DifferencesTest, OfATextAreToldAsHunks) {
  const Store& db = (*this)[0];
  const std::string long_text(1000, 'x');
  const Id id = named(db.insert("Post", R"({"body":"The quick fox","n":1,"title":")" + long_text +
                                            R"( one","was":"text"})"),
                      "post");
  const Digest before = db.head();
  Batch batch(db.db);
  ASSERT_FALSE(batch.splice(id, "body", {4, 5, "slow"}));
  ASSERT_FALSE(batch.splice(id, "body", {12, 0, " \xf0\x9f\x98\x80 sat"}));
  ASSERT_FALSE(batch.commit());
  ASSERT_FALSE(db.update(id, R"({"n":"text","was":3,"title":")" + long_text + R"( two"})"));
  const Digest after = db.head();
  EXPECT_EQ(hunks_told(before, after),
            "body 4:4-quick+slow 13:12-+ \xf0\x9f\x98\x80 sat;n;title 1001:1001-one+two;was;");
  EXPECT_EQ(hunks_told(after, before),
            "body 4:4-slow+quick 12:13- \xf0\x9f\x98\x80 sat+;n;title 1001:1001-two+one;was;");
  EXPECT_EQ(hunks_told(db.head(), {}), "");
}

TEST_F(DifferencesTest, OfConcurrentVersionsAreTheSameOnEachReplica) {
  const Id id = named((*this)[0].insert("City", R"({"name":"Kyiv","n":1})"), "kyiv");
  copy();
  const Digest common = (*this)[0].head();
  ASSERT_FALSE(next(1).update(id, R"({"n":2})"));
  const Digest first = (*this)[1].head();
  ASSERT_FALSE(next(2).update(id, R"({"name":"Kiev","n":3})"));
  named(next(2).put("City", "lviv", R"({"name":"Lviv"})"), "lviv");
  const Digest second = (*this)[2].head();
  exchange();
  const auto all = [this](const std::string& a, const std::string& b) {
    return names.begin()->second == "kyiv" ? a + b : b + a;  // by id
  };
  expect_told(first, second, all("!kyiv name:\"Kyiv\">\"Kiev\" n:2>3\n", "+lviv name:>\"Lviv\"\n"));
  expect_told(second, first, all("!kyiv name:\"Kiev\">\"Kyiv\" n:3>2\n", "-lviv name:\"Lviv\">\n"));
  expect_told(common, first, "!kyiv n:1>2\n");
  expect_told(first, {}, all("!kyiv name:\"Kyiv\">\"Kiev\" n:2>3\n", "+lviv name:>\"Lviv\"\n"));
  expect_told(second, {}, "");  // what it hides is shown by nobody
}

TEST_F(DifferencesTest, WhatWasErasedIsToldWithoutWhatItWas) {
  const Digest genesis = (*this)[0].head();
  const Id id = named((*this)[0].put("City", "kyiv", R"({"name":"Kyiv"})"), "kyiv");
  const Digest put = (*this)[0].head();
  ASSERT_FALSE((*this)[0].update(id, R"({"n":1})"));
  copy();
  const Digest updated = (*this)[0].head();
  ASSERT_TRUE(next(1)->erase(id, "").ok());
  const Digest erased = (*this)[1].head();
  exchange();
  expect_told(put, updated, "xkyiv\n");
  expect_told(put, erased, "xkyiv\n");
  expect_told(genesis, erased, "");
  expect_told(erased, {}, "");
  ASSERT_TRUE(next(0).put("City", "kyiv", R"({"name":"Kiew"})").ok());
  exchange();
  expect_told(put, {}, "+kyiv name:>\"Kiew\"\n");
}

}  // namespace
}  // namespace gs::engine::testing
