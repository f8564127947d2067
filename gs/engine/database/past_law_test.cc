// Goal: a version is what its changes make of an empty storage, on every replica; differences and
// authors follow from that.
// Method: three replicas write and exchange at random. For random changes a fresh replica gets
// exactly their ancestors, found by following parents. What the others say of the version, of who
// wrote it, and of what differs between two of them is compared with these.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>

#include "gs/base/test_share.h"
#include "gs/engine/database/test_exchange.h"

namespace gs::engine::testing {
namespace {

constexpr std::size_t kPastReplicas = 3;
constexpr const char* kPastKeys[] = {"kyiv", "lviv", "odesa"};

using PastFields = std::vector<std::pair<std::string, std::string>>;  // in the order of the record

std::string past_json_of(const record::ValueView& value) {
  std::string text;
  record::append_json(value, text);
  return text;
}

PastFields past_fields_of(const record::RecordView& record) {
  PastFields fields;
  const record::Shape& shape = record.shape();
  if (shape.self_describing()) {
    const record::ValueView object = record.field(shape.key_fields());
    for (std::uint32_t i = 0; i < object.count(); ++i) {
      fields.emplace_back(object.member_name(i), past_json_of(object.member(i)));
    }
    return fields;
  }
  for (std::size_t i = shape.key_fields(); i < shape.field_count(); ++i) {
    if (!record.present(i)) continue;
    fields.emplace_back(shape.fields()[i].name, past_json_of(record.field(i)));
  }
  return fields;
}

// Kind and, by field, what was and what is.
struct ToldDifference {
  RecordDifference::Kind kind = RecordDifference::Kind::changed;
  std::map<std::string, std::pair<std::string, std::string>> fields;
  bool operator==(const ToldDifference&) const = default;
};

class PastLaw {
 public:
  explicit PastLaw(std::uint64_t seed) : world_(seed), random_(seed) {
    world_.change_bytes = 512;
    for (auto& disk : disks_) disk = std::make_unique<platform::MemoryFileSystem>();
    world_.files = disks_[0].get();
    Store first = world_.create();
    EXPECT_TRUE(first->close().ok());
    first.db.reset();
    begin_ = read_files(*disks_[0]);
    for (std::size_t i = 1; i < kPastReplicas; ++i) write_files(*disks_[i], begin_);
    for (auto& disk : disks_) all_.push_back(world_.open(*disk));
    for (const char* key : kPastKeys) ids_.push_back(id_of_key("City", key));
  }

  void play(std::size_t steps) {
    for (std::size_t i = 0; i < steps; ++i) {
      if (below(3) == 0) world_.clock.advance_ms(below(3));
      const std::size_t at = below(kPastReplicas);
      if (below(5) == 0) {
        exchange(at, below(kPastReplicas));
      } else {
        write(all_[at]);
      }
    }
    for (int round = 0; round < 2; ++round) {
      for (std::size_t to = 0; to < kPastReplicas; ++to) {
        for (std::size_t from = 0; from < kPastReplicas; ++from) exchange(from, to);
      }
    }
    const std::vector<ChangeInfo> infos = all_[0]->log(~std::uint64_t{0}).value();
    for (const ChangeInfo& info : infos) infos_[info.digest] = info;
  }

  void check() {
    const Digest a = any_change();
    const Digest b = any_change();
    const std::set<Digest> past_of_a = past_of(a);
    const Naive before = naive(past_of_a);
    const Naive after = naive(past_of(b));
    for (std::size_t i = 0; i < kPastReplicas; ++i) {
      SCOPED_TRACE("replica " + std::to_string(i) + ", change " + a.text());
      check_version(all_[i], a, before);
      check_blame(all_[i], a, before, past_of_a);
      check_differences(all_[i], a, b, before, after);
    }
  }

  std::size_t concurrent() const {
    std::size_t count = 0;
    for (const auto& [digest, info] : infos_) count += info.parents.size() > 1;
    return count;
  }

 private:
  using Naive = std::map<Id, PastFields>;  // of live records

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  void write(const Store& store) {
    const Id id = ids_[below(ids_.size())];
    const std::string n = std::to_string(++counter_);
    Batch batch(store.db);
    std::vector<Id> made;
    for (std::uint64_t left = 1 + below(2); left != 0; --left) {
      switch (below(10)) {
        case 0: {
          auto inserted =
              batch.insert(below(2) == 0 ? "City" : "", R"({"name":"b","y":)" + n + "}");
          ASSERT_TRUE(inserted.ok());
          made.push_back(*inserted);
          break;
        }
        case 1:
          ASSERT_TRUE(batch
                          .put("City", kPastKeys[below(std::size(kPastKeys))],
                               R"({"name":)" + n + R"(,"z)" + n.substr(0, 1) + R"(":)" + n + "}")
                          .ok());
          break;
        case 2:
          ASSERT_TRUE(batch.remove(id).ok());
          break;
        case 3:
          ASSERT_TRUE(batch.update(id, R"({"name":{"$unset":true},"n":)" + n + "}").ok());
          break;
        case 7:
          ASSERT_TRUE(batch.add(id, "sum", 1).ok());
          break;
        case 8:
        case 9:
          type(batch, id, n);
          break;
        case 4:
          ASSERT_TRUE(batch.update(id, R"({"new)" + n.substr(0, 1) + R"(":)" + n + "}").ok());
          break;
        default:
          ASSERT_TRUE(batch.update(id, R"({"n":)" + n + "}").ok());
      }
    }
    const Error error = batch.commit();
    if (error) {
      EXPECT_TRUE(error.code() == Code::not_found || error.code() == Code::invalid) << error.text();
    }
    if (!error) ids_.insert(ids_.end(), made.begin(), made.end());
  }

  // Where there is no record, no text or no such position, that is said.
  void type(Batch& batch, const Id& id, const std::string& n) {
    const Error error =
        batch.splice(id, below(2) == 0 ? "name" : "text", {below(3), below(2), "t" + n});
    if (!error) return;
    EXPECT_TRUE(error.code() == Code::not_found || error.code() == Code::invalid) << error.text();
  }

  void exchange(std::size_t from, std::size_t to) {
    std::vector<Buffer> changes = changes_of(all_[from], all_[to]->heads());
    std::shuffle(changes.begin(), changes.end(), random_);
    EXPECT_EQ(give(all_[to], changes).refused, 0u);
  }

  Digest any_change() {
    auto one = infos_.begin();
    std::advance(one, below(infos_.size()));
    return one->first;
  }

  std::set<Digest> past_of(const Digest& change) const {
    std::set<Digest> past{change};
    std::vector<Digest> left{change};
    while (!left.empty()) {
      const ChangeInfo& info = infos_.at(left.back());
      left.pop_back();
      for (const Digest& parent : info.parents) {
        if (past.insert(parent).second) left.push_back(parent);
      }
    }
    return past;
  }

  Naive naive(const std::set<Digest>& past) {
    platform::MemoryFileSystem disk;
    write_files(disk, begin_);
    const Store fresh = world_.open(disk);
    std::vector<Buffer> changes;
    for (Buffer& change : changes_of(all_[below(kPastReplicas)])) {
      if (past.count(graph::ChangeView::parse(change)->digest()) != 0) {
        changes.push_back(std::move(change));
      }
    }
    EXPECT_EQ(give(fresh, changes).refused, 0u);
    EXPECT_EQ(give(fresh, changes).waiting, 0u);
    Naive all;
    for (const Id& id : ids_) {
      const auto hold = fresh->get(id);
      if (hold.ok()) all[id] = past_fields_of((*hold)->view());
    }
    return all;
  }

  void check_version(const Store& store, const Digest& change, const Naive& expected) {
    for (const Id& id : ids_) {
      const auto hold = store->get_at(id, change);
      const auto one = expected.find(id);
      ASSERT_EQ(hold.ok(), one != expected.end()) << id.text();
      if (hold.ok()) {
        ASSERT_EQ(past_fields_of((*hold)->view()), one->second);
      } else {
        ASSERT_EQ(hold.code(), Code::not_found);
      }
    }
  }

  // Whether the change gives this value to the field.
  bool gives(const Store& store, const Digest& change, const Id& id, const std::string& field) {
    std::vector<OperationInfo> operations;
    EXPECT_TRUE(store->change(change, &operations).ok());
    return std::any_of(operations.begin(), operations.end(), [&](const OperationInfo& operation) {
      return operation.id == id && operation.json.find(field) != std::string::npos;
    });
  }

  void check_blame(const Store& store, const Digest& change, const Naive& expected,
                   const std::set<Digest>& past) {
    for (const auto& [id, fields] : expected) {
      const auto blame = store->blame(id, change);
      ASSERT_TRUE(blame.ok()) << blame.error().text();
      ASSERT_EQ(blame->fields.size(), fields.size());
      for (std::size_t i = 0; i < fields.size(); ++i) {
        const FieldOrigin& origin = blame->fields[i];
        ASSERT_EQ(origin.field, fields[i].first);
        ASSERT_EQ(origin.json, fields[i].second);
        ASSERT_TRUE(origin.change.has_value());
        ASSERT_EQ(past.count(*origin.change), 1u);
        ASSERT_EQ(infos_.at(*origin.change).writer, origin.writer);
        // An addition tells its writer's total, not the sum; an edit what it does to the text.
        const std::string begin = '"' + origin.field + "\":";
        const std::string value = origin.field == "sum" ? "" : origin.json;
        ASSERT_TRUE(gives(store, *origin.change, id, begin + value) ||
                    gives(store, *origin.change, id, begin + "{\"$edits\":"));
      }
    }
  }

  static std::map<std::string, std::string> by_name(const Naive& all, const Id& id) {
    const auto one = all.find(id);
    if (one == all.end()) return {};
    return {one->second.begin(), one->second.end()};
  }

  std::map<Id, ToldDifference> differences_of(const Naive& before, const Naive& after) const {
    using How = RecordDifference::Kind;
    std::map<Id, ToldDifference> all;
    for (const Id& id : ids_) {
      const bool was = before.count(id) != 0;
      const bool is = after.count(id) != 0;
      ToldDifference told;
      told.kind = was && is ? How::changed : is ? How::added : How::removed;
      for (const auto& [name, value] : by_name(before, id)) told.fields[name].first = value;
      for (const auto& [name, value] : by_name(after, id)) told.fields[name].second = value;
      std::erase_if(told.fields,
                    [](const auto& one) { return one.second.first == one.second.second; });
      if (was != is || !told.fields.empty()) all[id] = told;
    }
    return all;
  }

  void check_differences(const Store& store, const Digest& a, const Digest& b, const Naive& before,
                         const Naive& after) const {
    std::map<Id, ToldDifference> all;
    const auto take = [&](const RecordDifference& one) {
      ToldDifference& told = all[one.id];
      told.kind = one.kind;
      for (const FieldDifference& field : one.fields) {
        told.fields[field.field] = {field.before_json, field.after_json};
      }
      return true;
    };
    const Error error = store->diff(a, b, {}, take);
    ASSERT_TRUE(error.ok()) << error.text();
    ASSERT_TRUE(all == differences_of(before, after)) << "to " << b.text();
  }

  World world_;
  std::mt19937_64 random_;
  std::array<std::unique_ptr<platform::MemoryFileSystem>, kPastReplicas> disks_;
  Files begin_;
  std::vector<Store> all_;
  std::vector<Id> ids_;
  std::uint64_t counter_ = 0;
  std::map<Digest, ChangeInfo> infos_;
};

TEST(PastLaw, AVersionIsWhatItsChangesMake) {
  constexpr std::uint64_t kSeeds = 42 / gs::testing::kSanitizedShare;
  std::size_t concurrent = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    PastLaw law(seed);
    law.play(60);
    for (int i = 0; i < 4; ++i) law.check();
    concurrent += law.concurrent();
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(concurrent, kSeeds * 5 / 4) << "writes must be concurrent";
}

}  // namespace
}  // namespace gs::engine::testing
