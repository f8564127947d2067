// Goal: what a live query tells, applied to its first rows, always gives what a fresh query does;
// and it tells of no row that shows the same.
// Method: random commits and random queries, looks at random times, beside checkpoints, merges,
// erasures and openings; also with row tables so small that those between two looks are gone, and
// with bounds so small that everything is compared again.
#include <gtest/gtest.h>

#include <iostream>

#include "gs/base/test_share.h"
#include "gs/core/query/test_naive.h"
#include "gs/engine/live/test_reader.h"

namespace gs::engine {
namespace {

namespace naive = query::naive;
using naive::json_of;
using testing::Reader;

constexpr std::uint64_t kWalks = 24 / gs::testing::kSanitizedShareOfLong;
constexpr int kSteps = 90;
constexpr std::size_t kReaders = 12;

struct Form {
  std::uint64_t memory_bytes = std::uint64_t{1} << 20;
  std::size_t unread = LiveBounds().unread;
};

class LiveWalk {
 public:
  LiveWalk(std::uint64_t seed, const Form& form) : make_(seed), world_(seed) {
    world_.options.memory_bytes = form.memory_bytes;
    bounds_.unread = form.unread;
    store_ = world_.create();
    for (int i = 0; i < 30; ++i) write();
  }

  void walk() {
    for (int i = 0; i < kSteps; ++i) {
      for (std::uint64_t writes = 1 + make_.below(4); writes > 0; --writes) write();
      keep();
      while (readers_.size() < kReaders) start();
      for (auto& reader : readers_) {
        if (make_.below(3) == 0) ASSERT_NO_FATAL_FAILURE(look(*reader));
      }
      ASSERT_FALSE(::testing::Test::HasFailure()) << "step " << i;
      if (make_.below(6) == 0) readers_.erase(readers_.begin());
    }
    for (auto& reader : readers_) ASSERT_NO_FATAL_FAILURE(look(*reader));
    ASSERT_NO_FATAL_FAILURE(move_all());
  }
  std::uint64_t told() const { return told_; }
  std::uint64_t replaced() const { return replaced_; }
  std::uint64_t looks() const { return looks_; }

 private:
  // References between records, now and then to one that is not there.
  Value reference() {
    if (ids_.empty() || make_.below(8) == 0) return make_.id();
    const Id id = ids_[make_.below(ids_.size())];
    return make_.below(3) == 0 ? Value(id.text()) : Value(id);
  }
  std::string object() {
    Object object = make_.object(2);
    if (make_.below(2) == 0) object.emplace_back("r", reference());
    if (make_.below(3) == 0) {
      Array many;
      for (std::uint64_t i = make_.below(4); i > 0; --i) many.push_back(reference());
      object.emplace_back("rs", std::move(many));
    }
    return json_of(Value(std::move(object)));
  }
  std::string delta() {
    const std::uint64_t kind = make_.below(4);
    if (kind == 0) return json_of(Value(Object{{"r", reference()}}));
    if (kind == 1) return R"({"a":{"$unset":true}})";
    static constexpr const char* kNames[] = {"a", "b", "c", "d"};
    return json_of(Value(Object{{kNames[make_.below(4)], make_.value(1)}}));
  }
  std::string collection() {
    static constexpr const char* kNames[] = {"T", "T", "T", "U"};
    return kNames[make_.below(4)];
  }

  void write() {
    world_.clock.advance_ms(make_.below(3));
    testing::Batch batch(store_.db);
    std::vector<Id> added;
    std::set<Id> touched;
    for (std::uint64_t i = make_.below(4) == 0 ? 1 + make_.below(6) : 1; i > 0; --i) {
      const std::uint64_t kind = make_.below(8);
      if (kind <= 3 || ids_.empty()) {
        const auto id = batch.insert(collection(), object());
        ASSERT_TRUE(id.ok()) << id.error().text();
        added.push_back(*id);
        continue;
      }
      if (kind == 4) {  // the same few keys again and again, also after they were removed
        const std::string key = "k" + std::to_string(make_.below(5));
        const auto id = batch.put("T", key, object());
        ASSERT_TRUE(id.ok()) << id.error().text();
        added.push_back(*id);
        touched.insert(*id);
        continue;
      }
      const Id id = ids_[make_.below(ids_.size())];
      if (touched.contains(id)) continue;
      touched.insert(id);
      if (kind == 5) {
        ASSERT_FALSE(batch.remove(id));
        std::erase(ids_, id);
      } else {
        ASSERT_FALSE(batch.update(id, delta()));
      }
    }
    const Error error = batch.commit(make_.below(2) == 0 ? Durability::lazy : Durability::batch);
    ASSERT_FALSE(error) << error.text();
    for (const Id& id : added) {
      if (std::find(ids_.begin(), ids_.end(), id) == ids_.end()) ids_.push_back(id);
    }
  }

  void keep() {
    const std::uint64_t kind = make_.below(24);
    if (kind == 0) ASSERT_FALSE(store_->checkpoint());
    if (kind == 1) ASSERT_FALSE(store_->compact());
    if (kind == 2 && !ids_.empty()) {
      const Id id = ids_[make_.below(ids_.size())];
      ASSERT_TRUE(store_->erase(id, "law").ok());
      std::erase(ids_, id);
    }
  }

  std::string sort_json() {
    std::string sort;
    std::set<std::string> paths;
    for (std::uint64_t i = make_.below(3); i > 0; --i) {
      const std::string path = make_.path();
      if (!paths.insert(path).second) continue;
      sort += (sort.empty() ? "" : ",") + json_of(Value(path)) +
              (make_.below(2) == 0 ? R"(:"asc")" : R"(:"desc")");
    }
    return sort.empty() ? "" : R"(,"sort":{)" + sort + "}";
  }
  std::string include_json() {
    static constexpr const char* kIncludes[] = {
        R"({"r":true})",
        R"({"r":{"select":["a"]},"rs":true})",
        R"({"rs":{"sort":"a","limit":2,"select":["a","b"]}})",
        R"({"rs":{"filter":{"a":{"$exists":true}}}})",
        R"({"a":true,"r":{"filter":{"b":{"$ne":null}}}})",
    };
    return std::string(R"(,"include":)") + kIncludes[make_.below(5)];
  }
  std::string group_json() {
    std::string by;
    for (std::uint64_t i = make_.below(3); i > 0; --i) {
      const std::string path = json_of(Value(make_.path()));
      if (by.find(path) == std::string::npos) by += (by.empty() ? "" : ",") + path;
    }
    const std::string path = json_of(Value(make_.path()));
    return R"(,"group":{"by":[)" + by + R"(],"fields":{"#n":{"$count":true},"#low":{"$min":)" +
           path + R"(},"#high":{"$max":)" + path + R"(},"#sum":{"$sum":)" + path +
           R"(},"#avg":{"$avg":)" + path + "}}}";
  }
  std::string query() {
    std::string query = make_.below(4) == 0 ? "{" : R"({"collection":"T",)";
    const Value filter = make_.below(2) == 0 ? Value(Object{}) : make_.filter(1);
    query += R"("filter":)" + json_of(filter);
    if (make_.below(3) == 0) query += R"(,"limit":)" + std::to_string(make_.below(8));
    if (make_.below(4) == 0) query += R"(,"offset":)" + std::to_string(make_.below(4));
    if (make_.below(4) == 0) return query + group_json() + "}";
    query += sort_json();
    if (make_.below(4) == 0) query += R"(,"select":[)" + json_of(Value(make_.path())) + "]";
    if (make_.below(3) == 0) query += include_json();
    return query + "}";
  }

  void start() {
    auto reader = std::make_unique<Reader>(store_, query(), bounds_);
    ASSERT_EQ(reader->error(), "") << reader->query();
    ASSERT_EQ(reader->rows(), testing::rows_of(store_, reader->query())) << reader->query();
    readers_.push_back(std::move(reader));
  }

  void look(Reader& reader) {
    const std::uint64_t replaced = reader.live()->replaced();
    const std::uint64_t told = reader.told();
    reader.look();
    const auto fresh = testing::rows_of(store_, reader.query());
    ASSERT_EQ(reader.rows(), fresh) << reader.query();
    ASSERT_EQ(reader.live()->size(), fresh.size());
    for (std::size_t i = 0; i < fresh.size(); ++i) {
      QueryRow row;
      ASSERT_FALSE(reader.live()->row(i, row));
    }
    told_ += reader.told() - told;
    ++looks_;
    replaced_ += reader.live()->replaced() - replaced;
    ASSERT_EQ(reader.look(), "");  // nothing happened since
  }

  // To another handle, which has its own numbers for everything.
  void move_all() {
    ASSERT_FALSE(store_->close());
    store_ = world_.open();
    for (auto& reader : readers_) {
      ASSERT_EQ(reader->move_to(store_), "") << reader->query();
      ASSERT_EQ(reader->rows(), testing::rows_of(store_, reader->query())) << reader->query();
    }
    for (int i = 0; i < 5; ++i) write();
    for (auto& reader : readers_) ASSERT_NO_FATAL_FAILURE(look(*reader));
  }

  naive::QueryMaker make_;
  testing::World world_;
  testing::Store store_;
  LiveBounds bounds_;
  std::vector<Id> ids_;
  std::vector<std::unique_ptr<Reader>> readers_;
  std::uint64_t told_ = 0;
  std::uint64_t looks_ = 0;
  std::uint64_t replaced_ = 0;
};

struct Sums {
  std::uint64_t told = 0;
  std::uint64_t looks = 0;
  std::uint64_t replaced = 0;
};

void walk_all(const Form& form, Sums& sums) {
  for (std::uint64_t seed = 1; seed <= kWalks; ++seed) {
    LiveWalk walk(seed, form);
    ASSERT_NO_FATAL_FAILURE(walk.walk()) << "seed " << seed;
    sums.told += walk.told();
    sums.looks += walk.looks();
    sums.replaced += walk.replaced();
  }
  std::cout << "told " << sums.told << ", looks " << sums.looks << ", executed again "
            << sums.replaced << "\n";
  EXPECT_GT(sums.told, 80u * kWalks);
}

TEST(LiveLaw, WhatItTellsLeadsToWhatAFreshQueryFinds) {
  Sums sums;
  ASSERT_NO_FATAL_FAILURE(walk_all({}, sums));
  EXPECT_LT(sums.replaced, sums.looks / 4);
}

TEST(LiveLaw, AlsoWhenRowTablesAreGoneBetweenTwoLooks) {
  Sums sums;
  ASSERT_NO_FATAL_FAILURE(walk_all({.memory_bytes = 4096}, sums));
  EXPECT_GT(sums.replaced, sums.looks / 4);
}

TEST(LiveLaw, AlsoWhenMoreWasWrittenThanItWalks) {
  Sums sums;
  ASSERT_NO_FATAL_FAILURE(walk_all({.unread = 3}, sums));
  EXPECT_GT(sums.replaced, sums.looks / 4);
}

}  // namespace
}  // namespace gs::engine
