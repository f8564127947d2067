// Goal: a query of a version finds what it would find in a storage that has just the changes of the
// version; a record that was erased since is not found.
// Method: three replicas write and exchange at random. For random versions a fresh replica gets
// exactly their changes, found by following parents, and answers the same queries.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>

#include "gs/base/test_share.h"
#include "gs/engine/database/test_exchange.h"
#include "gs/engine/query/find.h"

namespace gs::engine::testing {
namespace {

constexpr std::size_t kAskedReplicas = 3;
constexpr const char* kAskedQueries[] = {
    R"({"collection":"City"})",
    R"({"collection":"City","filter":{"n":{"$gte":20}}})",
    R"({"collection":"City","filter":{"n":{"$lt":60}},"sort":"n:desc","limit":5})",
    R"({"collection":"City","group":{"by":["kind"],"fields":{"count":{"$count":true}}}})",
    R"({"filter":{"kind":1}})",
};

std::vector<std::string> asked_rows(const Store& store, Result<std::unique_ptr<Find>> find) {
  EXPECT_TRUE(find.ok()) << find.error().text();
  std::vector<std::string> rows;
  if (!find.ok()) return rows;
  for (QueryRow row; (*find)->next(row);) {
    const bool is_group = !row.group_json.empty();
    const Moment& moment = (*find)->context_of_rows()->moment;
    rows.push_back(is_group ? row.group_json
                            : row.found.entry.id.text() + ' ' +
                                  json_of(store->hold(moment, row.found)->view()));
  }
  EXPECT_TRUE((*find)->error().ok());
  return rows;
}

class PastQueryLaw {
 public:
  explicit PastQueryLaw(std::uint64_t seed) : world_(seed), random_(seed) {
    world_.change_bytes = 512;
    if (seed % 2 == 0) world_.options.memory_bytes = 4096;  // so that the past goes to runs
    for (auto& disk : disks_) disk = std::make_unique<platform::MemoryFileSystem>();
    world_.files = disks_[0].get();
    Store first = world_.create();
    EXPECT_TRUE(first->close().ok());
    first.db.reset();
    begin_ = read_files(*disks_[0]);
    for (std::size_t i = 1; i < kAskedReplicas; ++i) write_files(*disks_[i], begin_);
    for (auto& disk : disks_) all_.push_back(world_.open(*disk));
  }

  void play(std::size_t steps) {
    for (std::size_t i = 0; i < steps; ++i) {
      world_.clock.advance_ms(below(2));
      const std::size_t at = below(kAskedReplicas);
      if (below(6) == 0) {
        exchange(at, below(kAskedReplicas));
      } else {
        write(all_[at]);
      }
    }
    for (int round = 0; round < 2; ++round) {
      for (std::size_t to = 0; to < kAskedReplicas; ++to) {
        for (std::size_t from = 0; from < kAskedReplicas; ++from) exchange(from, to);
      }
    }
    for (const ChangeInfo& info : all_[0]->log(~std::uint64_t{0}).value()) {
      infos_[info.digest] = info;
    }
  }

  // Of one or two changes that nobody may have seen together.
  void check() {
    Version version(any_change());
    if (below(2) == 0) version.heads.push_back(any_change());
    platform::MemoryFileSystem disk;
    write_files(disk, begin_);
    const Store then = world_.open(disk);
    const std::set<Digest> past = past_of(version);
    std::vector<Buffer> given;
    for (const Buffer& change : changes_of(all_[0])) {
      if (past.count(graph::ChangeView::parse(change).value().digest()) != 0) {
        given.push_back(change);
      }
    }
    ASSERT_EQ(give(then, given).refused, 0u);
    for (std::size_t i = 0; i < kAskedReplicas; ++i) {
      for (const char* const query : kAskedQueries) {
        SCOPED_TRACE("replica " + std::to_string(i) + ", " + query);
        const auto expected = asked_rows(then, Find::start(then.db, query));
        EXPECT_EQ(asked_rows(all_[i], Find::start(all_[i].db, query, version)), expected);
        found_ += expected.size();
      }
      const char* const filter = R"({"collection":"City","filter":{"kind":{"$ne":2}}})";
      EXPECT_EQ(count_matches(all_[i].db, filter, version).value(),
                count_matches(then.db, filter).value());
    }
  }

  std::size_t found() const { return found_; }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  void write(const Store& store) {
    const std::string n = std::to_string(++counter_);
    const std::string kind = std::to_string(below(3));
    const std::string json = R"({"n":)" + n + R"(,"kind":)" + kind + "}";
    if (ids_.size() < 5 || below(3) == 0) {
      const std::string key = "k" + std::to_string(below(6));
      const bool is_street = below(4) == 0;
      const auto id = is_street       ? store.insert("Street", json)
                      : below(2) == 0 ? store.put("City", key, json)
                                      : store.insert("City", json);
      ASSERT_TRUE(id.ok());
      if (!is_street) ids_.push_back(*id);
      return;
    }
    const Id id = ids_[below(ids_.size())];  // which may not be here
    switch (below(5)) {
      case 0:
        return store.remove(id).ignore();
      case 1:
        return store.update(id, R"({"name":")" + std::string(300, 'x') + "\"}").ignore();
      case 2:
        EXPECT_TRUE(store.put("City", "k1", json).ok());
        return;
      default:
        return store.update(id, json).ignore();
    }
  }

  void exchange(std::size_t from, std::size_t to) {
    if (from == to) return;
    const ReceiveReport report = give(all_[to], changes_of(all_[from], all_[to]->heads()));
    EXPECT_EQ(report.refused, 0u) << report.refusals[0].why.text();
  }

  Digest any_change() {
    auto one = infos_.begin();
    std::advance(one, static_cast<std::ptrdiff_t>(below(infos_.size())));
    return one->first;
  }

  std::set<Digest> past_of(const Version& version) const {
    std::set<Digest> past;
    std::vector<Digest> left = version.heads;
    while (!left.empty()) {
      const Digest next = left.back();
      left.pop_back();
      if (!past.insert(next).second) continue;
      for (const Digest& parent : infos_.at(next).parents) left.push_back(parent);
    }
    return past;
  }

  World world_;
  std::mt19937_64 random_;
  std::array<std::unique_ptr<platform::MemoryFileSystem>, kAskedReplicas> disks_;
  std::vector<Store> all_;
  Files begin_;
  std::vector<Id> ids_;
  std::map<Digest, ChangeInfo> infos_;
  std::size_t counter_ = 0;
  std::size_t found_ = 0;
};

TEST(PastQueries, FindWhatAStorageWithThatVersionHas) {
  constexpr std::uint64_t kSeeds = 12 / gs::testing::kSanitizedShare;
  std::size_t found = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    PastQueryLaw law(seed);
    law.play(90);
    for (int i = 0; i < 6; ++i) law.check();
    found += law.found();
  }
  EXPECT_GT(found, 63 * kSeeds);
}

TEST(PastQueries, TellThatTheyScanThePast) {
  World world;
  const Store db = world.create();
  const Version empty(db.head());
  ASSERT_TRUE(db.insert("City", R"({"n":1})").ok());
  const auto explain = [&](const Version& version) {
    auto find = Find::start(db.db, R"({"collection":"City"})", version).value();
    for (QueryRow row; find->next(row);) {
    }
    return find->explain();
  };
  EXPECT_EQ(explain(empty),
            R"({"steps":[{"step":"scan of the past","collection":"City"}],"index":null,)"
            R"("examined":0,"matched":0,"returned":0})");
  EXPECT_NE(explain(Version(db.head())).find(R"("returned":1)"), std::string::npos);
  Digest unknown;
  unknown.bytes[0] = 1;
  EXPECT_EQ(Find::start(db.db, R"({"collection":"City"})", unknown).code(), Code::not_found);
  EXPECT_EQ(count_matches(db.db, R"({"collection":"City"})", unknown).code(), Code::not_found);
}

// What it was is told by nobody any more; of others it is as if nothing had happened.
TEST(PastQueries, HideWhatWasErasedSince) {
  World world;
  const Store db = world.create();
  const Id gone = db.put("City", "kyiv", R"({"n":1})").value();
  const Id stays = db.put("City", "lviv", R"({"n":1})").value();
  const Version before(db.head());
  // Written by somebody who had not seen the erasure, and whose payload no erasure names.
  platform::MemoryFileSystem disk;
  ASSERT_TRUE(db->sync().ok());
  write_files(disk, read_files(world.memory));
  const Store other = world.open(disk);
  world.clock.advance_ms(1);
  ASSERT_TRUE(other.put("City", "kyiv", R"({"n":2})").ok());
  const Version theirs(other.head());
  world.clock.advance_ms(1);
  ASSERT_TRUE(db->erase(gone, "").ok());
  const Version erased(db.head());
  give(db, changes_of(other, db->heads()));
  world.clock.advance_ms(1);
  ASSERT_TRUE(db.put("City", "kyiv", R"({"n":3})").ok());
  const Version after(db.head());
  const auto cities = [&](const Version& version) {
    return asked_rows(db, Find::start(db.db, R"({"collection":"City","sort":"n:desc"})", version));
  };
  const std::string left = stays.text() + R"( {"n":1})";
  EXPECT_EQ(cities(before), std::vector{left});
  EXPECT_EQ(cities(theirs), std::vector{left});
  EXPECT_EQ(cities(erased), std::vector{left});
  EXPECT_EQ(cities(after), (std::vector{gone.text() + R"( {"n":3})", left}));
  EXPECT_EQ(db.complaints(), "");
}

// What only a schema gives, the one of then gives.
TEST(PastQueries, AreReadByTheSchemaOfThen) {
  World world;
  const Store db = world.create();
  const auto schema = [](const char* status) {
    return R"g({"files":{"City.js":"({ Entity: {}, name: 'string', status: )g"
           R"g({ type: 'string', default: ')g" +
           std::string(status) + R"g(' } })"}})g";
  };
  ASSERT_TRUE(db.insert("City", R"({"name":"Kyiv"})").ok());
  const Version without(db.head());
  ASSERT_TRUE(db->put_schema(schema("draft"), {}).ok());
  const Version then(db.head());
  ASSERT_TRUE(db->put_schema(schema("done"), db->schema().digest).ok());
  const char* const drafts = R"({"collection":"City","filter":{"status":"draft"}})";
  EXPECT_EQ(asked_rows(db, Find::start(db.db, drafts, without)).size(), 0u);
  EXPECT_EQ(asked_rows(db, Find::start(db.db, drafts, then)).size(), 1u);
  EXPECT_EQ(asked_rows(db, Find::start(db.db, drafts)).size(), 0u);
}

}  // namespace
}  // namespace gs::engine::testing
