// Goal: a change names one version of every record, on all replicas that have it, and who wrote
// what is told by it.
// Method: three copies of a storage write apart and exchange, each in an order of its own.
#include <gtest/gtest.h>

#include "gs/engine/database/test_replicas.h"

namespace gs::engine::testing {
namespace {

class PastTest : public ::testing::Test, protected Replicas {
 protected:
  void expect_all_at(const Id& id, const Digest& change, std::string_view text) const {
    for (std::size_t i = 0; i < kCount; ++i) {
      EXPECT_EQ((*this)[i].text_at(id, change), text) << "replica " << i;
    }
  }
  // As "field:json<change", each change by the name that the test gave it.
  std::string blamed(std::size_t replica, const Id& id,
                     const std::optional<Digest>& change = {}) const {
    const auto blame = (*this)[replica]->blame(id, change);
    if (!blame.ok()) return std::string("<") + code_name(blame.code()) + ">";
    std::string text;
    for (const FieldOrigin& one : blame->fields) {
      if (!text.empty()) text += ' ';
      const auto known = one.change ? names.find(*one.change) : names.end();
      text += one.field + ":" + one.json + "<" + (known == names.end() ? "?" : known->second);
    }
    return text;
  }
  Digest name(std::size_t replica, std::string text) {
    const Digest change = (*this)[replica].head();
    names[change] = std::move(text);
    return change;
  }
  void expect_blamed(const Id& id, const std::optional<Digest>& change,
                     std::string_view text) const {
    for (std::size_t i = 0; i < kCount; ++i) {
      EXPECT_EQ(blamed(i, id, change), text) << "replica " << i;
    }
  }

  std::map<Digest, std::string> names;
};

// It was what stood before the change in the log of whoever was asked.
TEST_F(PastTest, AChangeNamesTheSameRecordInWhateverOrderChangesCame) {
  const Id id = *(*this)[0].insert("City", R"({"name":"Kyiv","n":1})");
  copy();
  const Digest inserted = (*this)[0].head();
  ASSERT_FALSE(next(1).update(id, R"({"n":2})"));
  const Digest first = (*this)[1].head();
  ASSERT_FALSE(next(2).update(id, R"({"name":"Kiev","n":3})"));
  const Digest second = (*this)[2].head();
  exchange();
  expect_all_at(id, inserted, R"({"name":"Kyiv","n":1})");
  expect_all_at(id, first, R"({"name":"Kyiv","n":2})");
  expect_all_at(id, second, R"({"name":"Kiev","n":3})");
  ASSERT_FALSE(next(0).update(id, R"({"m":4})"));
  const Digest merged = (*this)[0].head();
  ASSERT_FALSE(next(1).remove(id));
  const Digest removed = (*this)[1].head();
  exchange();
  expect_all_at(id, merged, R"({"name":"Kiev","n":3,"m":4})");
  expect_all_at(id, removed, "<not_found>");
  expect_all_at(id, second, R"({"name":"Kiev","n":3})");
}

TEST_F(PastTest, ARecordThatCameAtTheSameTimeIsNotThere) {
  const Digest genesis = (*this)[0].head();
  copy();
  const Id here = *next(1).insert("City", R"({"name":"Kyiv"})");
  const Id there = *next(2).put("City", "lviv", R"({"name":"Lviv"})");
  const Digest first = (*this)[1].head();
  const Digest second = (*this)[2].head();
  exchange();
  expect_all_at(here, first, R"({"name":"Kyiv"})");
  expect_all_at(here, second, "<not_found>");
  expect_all_at(there, first, "<not_found>");
  expect_all_at(there, second, R"({"name":"Lviv"})");
  expect_all_at(here, genesis, "<not_found>");
  EXPECT_EQ((*this)[0].text_at(here, Digest{}), "<not_found>");
}

TEST_F(PastTest, WhatWasErasedIsToldInNoVersion) {
  const Digest genesis = (*this)[0].head();
  const Id id = *(*this)[0].put("City", "kyiv", R"({"name":"Kyiv"})");
  copy();
  const Digest inserted = (*this)[0].head();
  ASSERT_FALSE(next(2).update(id, R"({"n":1})"));  // which the erasure has not seen
  const Digest updated = (*this)[2].head();
  ASSERT_TRUE(next(1)->erase(id, "").ok());
  const Digest erased = (*this)[1].head();
  exchange();
  for (const Digest& change : {inserted, updated, erased}) expect_all_at(id, change, "<erased>");
  expect_all_at(id, genesis, "<not_found>");
  expect_blamed(id, {}, "<erased>");
  ASSERT_TRUE(next(0).put("City", "kyiv", R"({"name":"Kiew"})").ok());
  const Digest again = (*this)[0].head();
  exchange();
  expect_all_at(id, again, R"({"name":"Kiew"})");
  for (const Digest& change : {inserted, updated, erased}) expect_all_at(id, change, "<erased>");
}

TEST_F(PastTest, BlameNamesTheChangeOfEachField) {
  const Id id = *(*this)[0].put("City", "kyiv", R"({"name":"Kyiv","n":1,"at":{"x":1}})");
  copy();
  name(0, "put");
  expect_blamed(id, {}, R"(name:"Kyiv"<put n:1<put at:{"x":1}<put)");
  ASSERT_FALSE(next(1).update(id, R"({"n":2,"m":true})"));
  const Digest first = name(1, "first");
  ASSERT_FALSE(next(2).update(id, R"({"n":3,"at":{"$unset":true}})"));
  name(2, "second");
  exchange();
  expect_blamed(id, {}, R"(name:"Kyiv"<put n:3<second m:true<first)");
  expect_blamed(id, first, R"(name:"Kyiv"<put n:2<first at:{"x":1}<put m:true<first)");
  const Blame blame = *(*this)[1]->blame(id, {});
  EXPECT_EQ(blame.id, id);
  EXPECT_EQ(blame.collection, "City");
  EXPECT_EQ(blame.key, "kyiv");
  EXPECT_EQ(blame.fields[1].writer, (*this)[2]->writer());
  EXPECT_EQ(blame.fields[2].writer, (*this)[1]->writer());
  EXPECT_GT(blame.fields[2].time_ms, blame.fields[0].time_ms);
  ASSERT_FALSE(next(0).remove(id));
  exchange();
  expect_blamed(id, {}, "<not_found>");
  EXPECT_EQ(blamed(0, id, Digest{}), "<not_found>");
  EXPECT_EQ(blamed(0, Id{}), "<not_found>");
}

// The log is told in pages, which must not show.
TEST(PastLog, IsToldNewestFirstAsFarAsSomebodyWantsIt) {
  constexpr std::uint64_t kChanges = 2100;
  World world;
  const Store db = world.create();
  while (db->log(1)->front().sequence + 1 < kChanges) {
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(db.insert("", R"({"n":1})").ok());
  }
  const std::vector<ChangeInfo> all = db->log(~std::uint64_t{0}).value();
  ASSERT_GE(all.size(), kChanges);
  for (std::size_t i = 0; i < all.size(); ++i) {
    ASSERT_EQ(all[i].sequence, all.size() - 1 - i);
  }
  EXPECT_EQ(db->log(kChanges - 1)->back().digest, all[kChanges - 2].digest);
  std::uint64_t seen = 0;
  const auto take = [&](const ChangeInfo& info) {
    EXPECT_EQ(info.digest, all[seen].digest);
    return ++seen < 1500;
  };
  ASSERT_FALSE(db->log(~std::uint64_t{0}, take));
  EXPECT_EQ(seen, 1500u);
}

}  // namespace
}  // namespace gs::engine::testing
