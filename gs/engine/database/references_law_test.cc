// Goal: replicas that have the same changes have the same table of names, whatever came first; it
// is what the operations in the log say, and outlives crashes and the loss of the state.
// Method: three replicas name, move, rename and remove at random, write checkpoints, lose power and
// state, and exchange in different orders. The expected table is made naively: all reference
// operations of the log by stamp, the last one of each name.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "gs/engine/database/test_exchange.h"

namespace gs::engine::testing {
namespace {

constexpr std::size_t kNamingReplicas = 3;
constexpr const char* kFewNames[] = {"v1", "v2", "draft", "work", "release/1"};

using NamedTable = std::map<std::string, std::pair<NamedVersion::Kind, std::vector<Digest>>>;

class NamingLaw {
 public:
  explicit NamingLaw(std::uint64_t seed) : world_(seed), random_(seed) {
    world_.change_bytes = 512;
    for (auto& disk : disks_) disk = std::make_unique<platform::MemoryFileSystem>();
    world_.files = disks_[0].get();
    Store first = world_.create();
    EXPECT_TRUE(first->close().ok());
    first.db.reset();
    const Files begin = read_files(*disks_[0]);
    for (std::size_t i = 1; i < kNamingReplicas; ++i) write_files(*disks_[i], begin);
    for (auto& disk : disks_) all_.push_back(world_.open(*disk));
  }

  void play(std::size_t steps) {
    for (std::size_t i = 0; i < steps; ++i) {
      if (below(3) == 0) world_.clock.advance_ms(below(3));
      const std::size_t at = below(kNamingReplicas);
      switch (below(8)) {
        case 0:
          exchange(below(kNamingReplicas), at);
          break;
        case 1:
          reopen(at);
          break;
        case 2:
          EXPECT_TRUE(all_[at]->checkpoint().ok());
          break;
        case 3:
          EXPECT_TRUE(all_[at].insert("City", "{}").ok());
          break;
        default:
          name(all_[at]);
      }
      if (below(4) == 0) check(all_[at]);
    }
    for (int round = 0; round < 2; ++round) {
      for (std::size_t to = 0; to < kNamingReplicas; ++to) {
        for (std::size_t i = 0; i < kNamingReplicas; ++i) {
          exchange(to == 1 ? kNamingReplicas - 1 - i : i, to);
        }
      }
    }
  }

  void check_all() {
    for (std::size_t i = 0; i < kNamingReplicas; ++i) {
      SCOPED_TRACE("replica " + std::to_string(i));
      check(all_[i]);
      EXPECT_EQ(table(all_[i]), table(all_[0]));
      EXPECT_EQ(all_[i].digest(), all_[0].digest());
      EXPECT_EQ(all_[i].complaints(), "");
      const Digest before = all_[i].digest();
      reopen(i, true);
      check(all_[i]);
      EXPECT_EQ(all_[i].digest(), before);
    }
  }

  std::size_t names() const { return table(all_[0]).size(); }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  void name(const Store& store) {
    const auto kind = below(2) == 0 ? NamedVersion::Kind::tag : NamedVersion::Kind::branch;
    const char* const name = kFewNames[below(std::size(kFewNames))];
    const char* const other = kFewNames[below(std::size(kFewNames))];
    std::optional<Version> version;
    if (below(2) == 0) {
      const auto changes = store->log(100).value();
      version = changes[below(changes.size())].digest;
    }
    switch (below(5)) {
      case 0:
        return store->remove_version_name(kind, name).ignore();  // if there is one
      case 1:
        return store->rename_version(kind, name, other).ignore();
      case 2:
        return store->name_version(kind, name, version, Naming::move).ignore();
      default:
        return store->name_version(kind, name, version, Naming::create).ignore();
    }
  }

  void exchange(std::size_t from, std::size_t to) {
    if (from == to) return;
    std::vector<Buffer> changes = changes_of(all_[from], all_[to]->heads());
    std::shuffle(changes.begin(), changes.end(), random_);
    EXPECT_EQ(give(all_[to], changes).refused, 0u);
  }

  void reopen(std::size_t at, bool loses_state = false) {
    if (below(2) == 0) EXPECT_TRUE(all_[at]->close().ok());
    all_[at].db.reset();
    if (loses_state || below(4) == 0) lose_state(*disks_[at]);
    all_[at] = world_.open(*disks_[at]);
  }

  static NamedTable table(const Store& store) {
    NamedTable all;
    for (const NamedVersion& one : store->references().value()) {
      all[one.name] = {one.kind, one.heads};
    }
    return all;
  }

  // From the log alone.
  static NamedTable naive(const Store& store) {
    struct Said {
      graph::Stamp stamp;
      std::string name;
      graph::Refers what;
      std::vector<Digest> heads;
    };
    std::vector<Said> all;
    for (const Buffer& bytes : changes_of(store)) {
      const graph::ChangeView change = graph::ChangeView::parse(bytes).value();
      auto cursor = change.operations();
      for (graph::OperationView operation; cursor.next(operation);) {
        if (operation.kind != static_cast<std::uint8_t>(graph::Kind::reference)) continue;
        const graph::Reference said = graph::parse_reference(operation.payload).value();
        all.push_back(
            {{operation.hlc, change.writer()}, std::string(said.name), said.what, said.heads});
      }
    }
    std::stable_sort(all.begin(), all.end(),
                     [](const Said& a, const Said& b) { return a.stamp < b.stamp; });
    NamedTable table;
    for (const Said& said : all) {
      table.erase(said.name);
      if (said.what == graph::Refers::removed) continue;
      const auto kind =
          said.what == graph::Refers::tag ? NamedVersion::Kind::tag : NamedVersion::Kind::branch;
      table[said.name] = {kind, said.heads};
    }
    return table;
  }
  static void check(const Store& store) { EXPECT_EQ(table(store), naive(store)); }

  World world_;
  std::mt19937_64 random_;
  std::array<std::unique_ptr<platform::MemoryFileSystem>, kNamingReplicas> disks_;
  std::vector<Store> all_;
};

TEST(NamesOfVersions, AreAFunctionOfTheChanges) {
  std::size_t names = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    NamingLaw law(seed);
    law.play(120);
    law.check_all();
    names += law.names();
  }
  EXPECT_GT(names, 12u);
}

}  // namespace
}  // namespace gs::engine::testing
