// Goal: replicas that have the same changes have the same state, whatever each of them wrote
// meanwhile, with and without rules of a schema, and in whatever order, portions and multiplicity
// changes came.
// Method: five directories of one storage, each on a simulated disk, write, take back, restart,
// lose their power in the midst of a call and exchange at random; in the end each gets what it
// lacks, in an order of its own. Then their digests, contents and removed records are compared, and
// each one with a replay of its own log.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "gs/base/test_share.h"
#include "gs/core/merge/tree_nodes.h"
#include "gs/engine/database/test_world.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::engine::testing {
namespace {

constexpr std::size_t kReplicas = 5;
constexpr const char* kBranches[] = {"main", "draft", "work"};
constexpr const char* kKeys[] = {"kyiv", "lviv", "odesa"};

// Of cities it says nothing.
constexpr const char* kSchema =
    R"g({"files":{"Game.js":"({ Registry: {}, name: '?string', )g"
    R"g(best: { type: '?number', merge: 'max' }, worst: { type: '?number', merge: 'min' }, )g"
    R"g(found: { type: '?string', merge: 'first' }, said: { type: '?string', merge: 'conflict' }, )g"
    R"g(score: { type: '?number', merge: 'counter' } })",)g"
    R"g("Kept.js":"({ Registry: { removal: 'update-wins' }, name: '?string' })",)g"
    R"g("Filed.js":"({ Registry: { removal: 'archive' }, name: '?string' })"}})g";

class RandomReplicas {
 public:
  explicit RandomReplicas(std::uint64_t seed) : world_(seed), random_(seed) {
    world_.change_bytes = 512;
    disks_.resize(kReplicas);
    for (auto& disk : disks_) disk = std::make_unique<platform::SimFileSystem>(random_());
    world_.files = disks_[0].get();
    Store first = world_.create();
    EXPECT_TRUE(first->put_schema(kSchema, {}).ok());
    EXPECT_TRUE(first.put("City", "kyiv", R"({"name":"Kyiv","n":0})").ok());
    ids_.push_back(first.insert("City", R"({"name":"a","x":1})").value());
    EXPECT_TRUE(first->close().ok());
    first.db.reset();
    const Files files = read_files(*disks_[0]);
    for (std::size_t i = 1; i < kReplicas; ++i) write_files(*disks_[i], files);
    for (auto& disk : disks_) all_.push_back(world_.open(*disk));
  }

  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  // With branches replicas switch and merge them in between. With shallow ones the last replica
  // drops what some other one has, now and then.
  enum class Plays { main, branches, shallow };
  void play(std::size_t steps, Plays plays = Plays::main) {
    for (std::size_t i = 0; i < steps; ++i) {
      if (below(4) == 0) world_.clock.advance_ms(below(3));
      const std::size_t at = below(kReplicas);
      const bool dies = below(12) == 0;
      if (dies) disks_[at]->set_faults(power_cut_at(1 + below(20)));
      if (plays == Plays::branches && below(5) == 0) branch(all_[at]);
      if (plays == Plays::shallow && below(8) == 0) drop_history(kReplicas - 1);
      if (plays == Plays::shallow && below(20) == 0) erase_one(at);
      for (int left = dies ? 4 : 1; left != 0; --left) step(at);
      if (dies) lose_power(at);
    }
  }

  std::size_t power_cuts() const noexcept { return power_cuts_; }
  std::size_t taken_back() const noexcept { return taken_back_; }
  std::size_t times_shallow() const noexcept { return times_shallow_; }

  void step(std::size_t at) {
    switch (below(8)) {
      case 0:
        exchange(below(kReplicas), at, below(2) == 0);
        break;
      case 1:
        if (below(3) == 0 && disks_[at]->faults().power_cut_call == 0) restart(at);
        break;
      case 2:
        take_back(all_[at]);
        break;
      default:
        write(all_[at]);
    }
  }

  // One of them by two replicas that do not know of each other.
  void begin_branches() {
    for (const std::size_t at : {0, 1}) {
      write(all_[at]);
      for (std::size_t i = 1; i < std::size(kBranches) - at; ++i) {
        const Error error = all_[at]->name_version(NamedVersion::Kind::branch, kBranches[i],
                                                   std::nullopt, Naming::create);
        EXPECT_TRUE(error.ok()) << error.text();
      }
    }
  }

  void check_out(std::string_view name) {
    world_.clock.advance_ms(1);
    for (const Store& store : all_) {
      const Error error = store->checkout(name);
      ASSERT_TRUE(error.ok()) << error.text();
    }
  }

  // Everybody gets everything, from anybody, in any order.
  void settle() {
    for (int round = 0; round < 2; ++round) {
      for (std::size_t to = 0; to < kReplicas; ++to) {
        for (std::size_t from = 0; from < kReplicas; ++from) exchange(from, to, true);
      }
    }
  }

  void expect_same() {
    const auto heads = all_[0]->heads();
    const Digest digest = all_[0].digest();
    const Content content = all_[0].content();
    const std::vector<std::string> texts = texts_of(all_[0]);
    for (std::size_t i = 0; i < kReplicas; ++i) {
      SCOPED_TRACE("replica " + std::to_string(i));
      EXPECT_EQ(waiting_[i], 0u);
      EXPECT_EQ(all_[i]->heads(), heads);
      EXPECT_EQ(all_[i].digest(), digest);
      EXPECT_EQ(all_[i].content(), content);
      EXPECT_EQ(texts_of(all_[i]), texts);
      EXPECT_EQ(all_[i].complaints(), "");
      restart(i);
      EXPECT_EQ(all_[i].digest(), digest);
      lose_and_restart(i);
      EXPECT_EQ(all_[i].digest(), digest);
      EXPECT_EQ(all_[i]->stats()->records, content.size());
    }
  }

  // The texts that were typed into, with their marks.
  std::vector<std::string> texts_of(Store& store) {
    std::vector<std::string> all;
    for (const Id& id : ids_) {
      for (const char* const field : {"name", "text"}) {
        const auto delta = store->text_delta(id, field, std::nullopt);
        all.push_back(delta.ok() ? *delta : "none");
        marked_ += delta.ok() && delta->find("attributes") != std::string::npos;
      }
    }
    return all;
  }

  std::size_t marked() const noexcept { return marked_; }
  std::size_t hidden_records() {
    std::size_t count = 0;
    ScanState scan(all_[0].db, all_[0]->moment(), {}, Id{}, ~std::uint64_t{0});
    while (const state::Met* const met = scan.next()) {
      count += met->image != nullptr && state::ImageView(met->image).hidden_count() != 0;
    }
    return count;
  }

 private:
  static platform::Faults power_cut_at(std::uint64_t call) {
    platform::Faults faults;
    faults.power_cut_call = call;
    return faults;
  }
  // What was not synced goes, or some of it; what others have got was.
  void lose_power(std::size_t at) {
    power_cuts_ += disks_[at]->powered() ? 0 : 1;
    disks_[at]->cut_power();
    all_[at].db.reset();
    disks_[at]->restart();
    disks_[at]->set_faults({});
    all_[at] = world_.open(*disks_[at]);
  }
  // Of a call that the power went in, or that comes after it.
  static bool is_of_power(const Error& error) {
    return error.code() == Code::io || error.code() == Code::failed;
  }

  // What is not there yet cannot be switched to or merged.
  void branch(const Store& store) {
    const char* const name = kBranches[below(std::size(kBranches))];
    Error error;
    switch (below(5)) {
      case 0:
        if (below(4) == 0) error = store->erase(ids_[below(ids_.size())], "").error().copy();
        break;
      case 1:
        error = store->name_version(NamedVersion::Kind::branch, name, std::nullopt, Naming::create);
        break;
      case 2:
        error = store->merge(name, {false, below(2) == 0}).error().copy();
        break;
      default:
        error = store->checkout(name);
    }
    if (!error || is_of_power(error)) return;
    EXPECT_TRUE(error.code() == Code::not_found || error.code() == Code::exists ||
                error.code() == Code::invalid || error.code() == Code::conflict)
        << error.text();
  }

  // Before what another replica has: what nobody has is lost for the others.
  void drop_history(std::size_t at) {
    const Store& other = all_[below(kReplicas - 1)];
    if (other->sync()) return;
    const std::vector<Digest> heads = other->heads();
    if (all_[at]->check_known(heads)) return;
    const auto report = all_[at]->make_shallow({.before = Version(heads)});
    if (report.ok()) {
      ++times_shallow_;
      return;
    }
    EXPECT_TRUE(report.code() == Code::dropped || report.code() == Code::invalid ||
                is_of_power(report.error()))
        << report.error().text();
  }
  void erase_one(std::size_t at) {
    const auto erased = all_[at]->erase(ids_[below(ids_.size())], "");
    if (erased.ok()) return;
    EXPECT_TRUE(erased.code() == Code::not_found || is_of_power(erased.error()))
        << erased.error().text();
  }

  void write(const Store& store) {
    const Id id = below(2) == 0 ? ids_[below(ids_.size())]
                                : id_of_key("City", kKeys[below(std::size(kKeys))]);
    const std::string n = std::to_string(below(100));
    Batch batch(store.db);
    bool is_new = false;
    Id made;
    for (std::uint64_t left = 1 + below(3); left != 0; --left) {
      switch (below(30)) {
        case 0: {
          auto inserted = batch.insert("City", R"({"name":"b","y":)" + n + "}");
          ASSERT_TRUE(inserted.ok());
          made = *inserted;
          is_new = true;
          break;
        }
        case 1:
          ASSERT_TRUE(batch
                          .put("City", kKeys[below(std::size(kKeys))],
                               R"({"name":"c","z)" + n.substr(0, 1) + R"(":)" + n + "}")
                          .ok());
          break;
        case 2:
          ASSERT_TRUE(batch.remove(id).ok());
          break;
        case 3:
          ASSERT_TRUE(batch.update(id, R"({"name":{"$unset":true},"n":)" + n + "}").ok());
          break;
        case 4:
          ASSERT_TRUE(batch.update(id, R"({"new)" + n.substr(0, 1) + R"(":"x"})").ok());
          break;
        case 5:
          ASSERT_TRUE(batch.expect(id, Digest{}).ok());
          break;
        case 6:
        case 7:
          ASSERT_TRUE(batch.add(id, below(2) == 0 ? "n" : "sum", 1).ok());
          break;
        case 8:
        case 9:
        case 10:
          change_tags(batch, id, n);
          break;
        case 11:
        case 12:
        case 13:
          type(batch, id, n);
          break;
        case 14:
        case 15:
        case 16:
          edit_list(batch, id, n);
          break;
        case 17:
        case 18:
        case 19:
          edit_tree(store, batch, id, n);
          break;
        case 20:
        case 21:
        case 22:
        case 23:
          change_object(batch, id, n);
          break;
        case 24:
        case 25:
        case 26:
        case 27:
          write_by_rules(batch, n);
          break;
        default:
          ASSERT_TRUE(batch.update(id, R"({"n":)" + n + "}").ok());
      }
    }
    const Error error = batch.commit(below(3) == 0 ? Durability::lazy : Durability::batch);
    // What is not there cannot be changed, nor a text behind its end; nothing else may fail.
    if (error && !is_of_power(error))
      EXPECT_TRUE(error.code() == Code::not_found || error.code() == Code::conflict ||
                  error.code() == Code::invalid)
          << error.text();
    if (error.ok() && is_new) ids_.push_back(made);
  }

  // Of collections that have some in the schema.
  void write_by_rules(Batch& batch, const std::string& n) {
    static constexpr const char* kCollections[] = {"Game", "Kept", "Filed"};
    const char* const collection = kCollections[below(std::size(kCollections))];
    const char* const key = kKeys[below(std::size(kKeys))];
    const Id id = id_of_key(collection, key);
    const std::string name = R"({"name":")" + n + R"("})";
    switch (below(collection == kCollections[0] ? 7 : 3)) {
      case 0:
        ASSERT_TRUE(batch.put(collection, key, name).ok());
        break;
      case 1:
        ASSERT_TRUE(batch.remove(id).ok());
        break;
      case 2:
        ASSERT_TRUE(batch.update(id, name).ok());
        break;
      case 3:
        ASSERT_TRUE(batch.add(id, "score", 1).ok());
        break;
      case 4:
        ASSERT_TRUE(batch.update(id, R"({"found":"f)" + n + R"(","said":"s)" + n + R"("})").ok());
        break;
      default:
        ASSERT_TRUE(batch.update(id, R"({"best":)" + n + R"(,"worst":)" + n + "}").ok());
    }
  }

  // What this writer did last, that once more, or what anybody did last. Where there is nothing, or
  // it is written over, that is said.
  void take_back(const Store& store) {
    Result<Reverted> reverted = Error(Code::not_found, "");
    switch (below(3)) {
      case 0:
        reverted = store->undo();
        break;
      case 1:
        reverted = store->redo();
        break;
      default:
        reverted = store->revert(store->heads()[0]);
    }
    taken_back_ += reverted.ok();
    if (reverted.ok() || is_of_power(reverted.error())) return;
    EXPECT_TRUE(reverted.code() == Code::not_found || reverted.code() == Code::conflict ||
                reverted.code() == Code::invalid || reverted.code() == Code::dropped)
        << reverted.error().text();
  }

  // Elements can be removed from what is there.
  void change_tags(Batch& batch, const Id& id, const std::string& n) {
    const std::string one = "[" + n.substr(0, 1) + ",\"t\"]";
    ASSERT_TRUE(batch.change(id, "tags", merge::Rule::included, one).ok());
    if (below(2) == 0) return;
    const std::string other = "[" + std::to_string(below(10)) + ",\"t\"]";
    ASSERT_TRUE(batch.change(id, "tags", merge::Rule::excluded, other).ok());
    if (below(4) == 0) ASSERT_TRUE(batch.update(id, R"({"tags":["w"]})").ok());
  }

  // Into a text that has a value, and into one that has not. Where there is none, or no record,
  // that is said, and nothing is done.
  void type(Batch& batch, const Id& id, const std::string& n) {
    for (std::uint64_t left = 1 + below(2); left != 0; --left) {
      const Error error = batch.splice(id, below(2) == 0 ? "name" : "text",
                                       {below(4), below(3), std::string_view(n).substr(below(2))});
      expect_told(error);
      for (std::uint64_t marks = below(4); marks != 0; --marks) mark(batch, id);
    }
  }
  // The same of marks, and of what takes them away.
  void mark(Batch& batch, const Id& id) {
    static constexpr const char* kMarks[] = {"bold", "link"};
    const std::uint64_t from = below(2);
    StagedMark mark{from, from + 1 + below(2), below(2) == 0, below(2) == 0, kMarks[below(2)], {}};
    mark.value.push_back(static_cast<std::uint8_t>(below(4) == 0 ? Type::null : Type::boolean));
    if (mark.value[0] != 0) mark.value.push_back(1);
    expect_told(batch.mark(id, below(2) == 0 ? "name" : "text", std::move(mark)));
  }
  static void expect_told(const Error& error) {
    if (!error) return;
    EXPECT_TRUE(error.code() == Code::not_found || error.code() == Code::invalid) << error.text();
  }

  // Of a field that is an object, or of one that is edited otherwise.
  void change_object(Batch& batch, const Id& id, const std::string& n) {
    const std::string field = below(4) == 0 ? "tags" : "at";
    const std::string digit = n.substr(0, 1);
    switch (below(5)) {
      case 0:
        ASSERT_TRUE(batch.update(id, "{\"" + field + "\":{\"a\":" + n + "}}").ok());
        break;
      case 1:
        ASSERT_TRUE(batch
                        .update(id, "{\"" + field + "\":{\"a\":" + n + ",\"o\":{\"x" + digit +
                                        "\":1,\"y\":" + n + "}}}")
                        .ok());
        break;
      case 2:
        ASSERT_TRUE(batch.give_members(id, field, R"([{"o":{}},{"a":true,"o":{"y":true}}])").ok());
        break;
      case 3:
        ASSERT_TRUE(batch.give_members(id, field, "{\"o\":{\"z\":{\"q\":" + n + "}}}").ok());
        break;
      default:
        ASSERT_TRUE(
            batch.give_members(id, field, "{\"m" + digit + "\":" + n + ",\"o\":" + n + "}").ok());
    }
  }

  // A list that has no value, or one that others change as a set.
  void edit_list(Batch& batch, const Id& id, const std::string& n) {
    static constexpr crdt::ListEdit kEdits[] = {crdt::ListEdit::insert, crdt::ListEdit::insert,
                                                crdt::ListEdit::erase, crdt::ListEdit::move,
                                                crdt::ListEdit::set};
    for (std::uint64_t left = 1 + below(2); left != 0; --left) {
      ListEdit edit{kEdits[below(std::size(kEdits))], below(4), 1, below(4), {}};
      const bool has_value =
          edit.what == crdt::ListEdit::insert || edit.what == crdt::ListEdit::set;
      if (has_value) {
        edit.values.emplace_back(1, static_cast<std::uint8_t>(Type::string));
        edit.values.back().insert(edit.values.back().end(), n.begin(), n.end());
      }
      const Error error = batch.edit_list(id, below(4) == 0 ? "tags" : "list", edit);
      if (error) {
        EXPECT_TRUE(error.code() == Code::not_found || error.code() == Code::invalid)
            << error.text();
      }
    }
  }

  // A tree that has no value, or one that others edit as a list or change as a set. What cannot be
  // is said by the commit.
  void edit_tree(const Store& store, Batch& batch, const Id& id, const std::string& n) {
    const std::string field = below(4) == 0 ? "list" : "tree";
    std::vector<std::string> nodes{"", "+0"};
    if (const auto array = store->tree_array(id, field); array.ok()) {
      for (const merge::NodeInArray& one : merge::nodes_of_array(*array)) {
        nodes.emplace_back(one.id);
      }
    }
    for (std::uint64_t left = 1 + below(2); left != 0; --left) {
      merge::TreeEdit edit;
      if (nodes.size() > 2 && below(3) != 0) edit.what = static_cast<tree::Kind>(1 + below(3));
      if (edit.what != tree::Kind::create) edit.node = nodes[2 + below(nodes.size() - 2)];
      if (below(2) == 0) edit.parent = nodes[below(nodes.size())];
      edit.value.push_back(static_cast<std::uint8_t>(Type::string));
      edit.value.insert(edit.value.end(), n.begin(), n.end());
      const Error error = batch.edit_tree(id, field, edit);
      if (error) {
        EXPECT_TRUE(error.code() == Code::not_found || error.code() == Code::invalid)
            << error.text();
      }
    }
  }

  void exchange(std::size_t from, std::size_t to, bool is_whole) {
    std::vector<Buffer> changes;
    const auto take = [&](Bytes change) -> Error {
      changes.emplace_back(change.begin(), change.end());
      return {};
    };
    std::vector<Digest> since;
    if (!is_whole && below(2) == 0) since = all_[to]->heads();
    const Error synced = all_[from]->sync();  // as a bundle is made
    Error given = synced ? synced.copy() : all_[from]->changes_since(since, take);
    if (given.code() == Code::dropped) {  // what the other one has need not be given
      EXPECT_EQ(from, kReplicas - 1);
      given = all_[from]->changes_since(all_[to]->heads(), take);
      if (given.code() == Code::dropped) return;
    }
    if (is_of_power(given)) return;
    ASSERT_TRUE(given.ok()) << given.text();
    std::shuffle(changes.begin(), changes.end(), random_);
    if (!is_whole) changes.resize(below(changes.size() + 1));
    std::vector<Bytes> bytes(changes.begin(), changes.end());
    if (!bytes.empty() && below(3) == 0) bytes.push_back(bytes[below(bytes.size())]);
    ReceiveReport report;
    const Error taken = all_[to]->receive(bytes, report);
    if (is_of_power(taken)) return;
    ASSERT_TRUE(taken.ok()) << taken.text();
    for (const Refusal& one : report.refusals) {
      if (!is_of_power(one.why)) ADD_FAILURE() << one.why.text();
    }
    waiting_[to] = report.waiting;
  }

  void restart(std::size_t at) {
    ASSERT_TRUE(all_[at]->close().ok());
    all_[at].db.reset();
    all_[at] = world_.open(*disks_[at]);
  }
  void lose_and_restart(std::size_t at) {
    ASSERT_TRUE(all_[at]->close().ok());
    all_[at].db.reset();
    lose_state(*disks_[at]);
    all_[at] = world_.open(*disks_[at]);
  }

  World world_;
  std::mt19937_64 random_;
  std::vector<std::unique_ptr<platform::SimFileSystem>> disks_;
  std::vector<Store> all_;
  std::vector<Id> ids_;
  std::size_t power_cuts_ = 0;
  std::size_t taken_back_ = 0;
  std::size_t marked_ = 0;  // texts
  std::size_t times_shallow_ = 0;
  std::array<std::uint64_t, kReplicas> waiting_{};
};

TEST(ExchangeLaw, EqualChangesMakeEqualStates) {
  constexpr std::uint64_t kSeeds = 48 / gs::testing::kSanitizedShare;
  std::size_t hidden = 0;
  std::size_t power_cuts = 0;
  std::size_t marked = 0;
  std::size_t taken_back = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomReplicas replicas(seed);
    replicas.play(120);
    replicas.settle();
    replicas.expect_same();
    hidden += replicas.hidden_records();
    power_cuts += replicas.power_cuts();
    marked += replicas.marked();
    taken_back += replicas.taken_back();
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(hidden, kSeeds / 2) << "writes must be concurrent";
  EXPECT_GT(marked, kSeeds / 4) << "texts must have marks";
  EXPECT_GT(power_cuts, kSeeds) << "and the power must go in the midst";
  EXPECT_GT(taken_back, kSeeds) << "writes must be taken back";
}

TEST(ExchangeLaw, EqualChangesMakeEqualStatesAlsoWithoutHistory) {
  constexpr std::uint64_t kSeeds = 32 / gs::testing::kSanitizedShare;
  std::size_t times_shallow = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomReplicas replicas(seed);
    replicas.play(120, RandomReplicas::Plays::shallow);
    replicas.settle();
    replicas.expect_same();
    times_shallow += replicas.times_shallow();
    if (::testing::Test::HasFailure()) return;
  }
  EXPECT_GT(times_shallow, kSeeds) << "history must be dropped, and more than once";
}

TEST(ExchangeLaw, EqualChangesMakeEqualStatesOnEveryBranch) {
  constexpr std::uint64_t kSeeds = 32 / gs::testing::kSanitizedShare;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomReplicas replicas(seed);
    replicas.begin_branches();
    replicas.play(120, RandomReplicas::Plays::branches);
    replicas.settle();
    for (const char* const name : kBranches) {
      SCOPED_TRACE(name);
      replicas.check_out(name);
      replicas.expect_same();
      if (::testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace gs::engine::testing
