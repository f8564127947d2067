// Replicas of one storage that write, take back, restart, lose their power and exchange at random,
// each on a simulated disk and with a clock of its own. For tests of laws.
#pragma once

#include <array>
#include <cstdlib>
#include <map>
#include <set>

#include "gs/base/test_share.h"
#include "gs/engine/database/test_bundles.h"
#include "gs/engine/database/test_random_writes.h"
#include "gs/platform/sim/sim_file_system.h"

namespace gs::engine::testing {

inline constexpr const char* kBranches[] = {"main", "draft", "work"};

// Seeds from 1 on, a share of the usual count under a sanitizer. GS_SEED=n repeats one, GS_RUNS=n
// takes more of them.
struct RandomSeeds {
  explicit RandomSeeds(std::uint64_t usual) {
    const char* const first_text = std::getenv("GS_SEED");
    const char* const runs_text = std::getenv("GS_RUNS");
    if (first_text != nullptr) first = std::strtoull(first_text, nullptr, 10);
    const auto share = static_cast<std::uint64_t>(gs::testing::kSanitizedShare);
    std::uint64_t runs = first_text != nullptr ? 1 : std::max<std::uint64_t>(1, usual / share);
    if (runs_text != nullptr) runs = std::strtoull(runs_text, nullptr, 10);
    end = first + runs;
    is_usual = runs >= usual;
  }
  std::uint64_t first = 1;
  std::uint64_t end = 1;
  bool is_usual = true;  // so many that totals must be met
};

// What else there is beside writing, exchanging, restarts and power cuts.
struct RandomPlays {
  bool branches = false;  // replicas switch and merge them
  bool shallow = false;   // the last replica drops what some other one has, now and then
  bool faults = false;    // disks fail and fill up
  bool clocks = false;    // they differ and go back
  bool bundles = false;   // some changes come in files, and once more later
};

struct RandomTotals {
  std::size_t power_cuts = 0;
  std::size_t times_failed = 0;  // a disk, so that the storage had to be opened again
  std::size_t times_full = 0;
  std::size_t opens_failed = 0;
  std::size_t times_shallow = 0;
  std::size_t early = 0;  // changes that waited for their time
  std::size_t bundles = 0;
  std::size_t bundles_again = 0;

  void add(const RandomTotals& other) {
    power_cuts += other.power_cuts;
    times_failed += other.times_failed;
    times_full += other.times_full;
    opens_failed += other.opens_failed;
    times_shallow += other.times_shallow;
    early += other.early;
    bundles += other.bundles;
    bundles_again += other.bundles_again;
  }
};

class RandomReplicas : public RandomWrites {
 public:
  static constexpr std::size_t kReplicas = 5;

  explicit RandomReplicas(std::uint64_t seed, RandomPlays plays = {})
      : RandomWrites(seed), world_(seed), plays_(plays) {
    world_.change_bytes = 512;
    Store first = world_.create();
    EXPECT_TRUE(first->put_schema(kRandomSchema, {}).ok());
    EXPECT_TRUE(first.put("City", "kyiv", R"({"name":"Kyiv","n":0})").ok());
    ids_.push_back(first.insert("City", R"({"name":"a","x":1})").value());
    EXPECT_TRUE(first->close().ok());
    first.db.reset();
    for (std::size_t i = 0; i < kReplicas; ++i) add(origin());
  }
  virtual ~RandomReplicas() = default;

  const Store& operator[](std::size_t at) const { return all_[at]->store; }
  std::size_t count() const noexcept { return all_.size(); }
  const RandomTotals& totals() const noexcept { return totals_; }

  void play(std::size_t steps) {
    for (std::size_t i = 0; i < steps; ++i) {
      if (below(4) == 0) pass(below(3));
      const std::size_t at = below(count());
      const bool dies = below(12) == 0;
      if (dies) harm(at);
      if (plays_.clocks && below(20) == 0) turn_clock(*all_[at]);
      if (plays_.branches && below(5) == 0) branch(at_work(at));
      if (plays_.shallow && below(8) == 0) drop_history(kReplicas - 1);
      if (plays_.shallow && below(20) == 0) erase_one(at_work(at));
      if (plays_.faults && below(10) == 0) rearrange(at_work(at));
      for (int left = dies ? 4 : 1; left != 0; --left) step(at);
      if (dies) mend(at);
    }
  }

  void step(std::size_t at) {
    switch (below(8)) {
      case 0:
        exchange(below(count()), at, below(2) == 0);
        break;
      case 1:
        if (below(3) == 0 && !all_[at]->is_harmed) restart(at);
        break;
      case 2:
        take_back(at_work(at));
        break;
      default:
        bool lasts = false;
        write(at_work(at), lasts);
        if (lasts) confirm(*all_[at]);
    }
  }

  // One of them by two replicas that do not know of each other.
  void begin_branches() {
    for (const std::size_t at : {0, 1}) {
      bool lasts = false;
      write(at_work(at), lasts);
      for (std::size_t i = 1; i < std::size(kBranches) - at; ++i) {
        const Error error = all_[at]->store->name_version(NamedVersion::Kind::branch, kBranches[i],
                                                          std::nullopt, Naming::create);
        EXPECT_TRUE(error.ok()) << error.text();
      }
    }
  }

  void check_out(std::string_view name) {
    pass(1);
    for (const auto& one : all_) {
      const Error error = one->store->checkout(name);
      ASSERT_TRUE(error.ok()) << error.text();
    }
  }

  // Everybody gets everything, from anybody, in any order.
  void settle() { settle_among(everybody()); }
  std::vector<std::size_t> everybody() const {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < count(); ++i) all.push_back(i);
    return all;
  }
  void settle_among(const std::vector<std::size_t>& replicas) {
    let_time_come();
    for (int round = 0; round < 2; ++round) {
      for (const std::size_t to : replicas) {
        for (const std::size_t from : replicas) exchange(from, to, true);
      }
    }
  }

  void expect_same() {
    for (std::size_t i = 0; i < count(); ++i) {
      SCOPED_TRACE("replica " + std::to_string(i));
      EXPECT_EQ(all_[i]->waiting, 0u);
      EXPECT_EQ(waiting_files(*all_[i]), std::set<Digest>());
      for (const auto& other : all_) expect_known(i, other->confirmed);
    }
    expect_same(everybody());
  }
  // Each is as the first of them, and as what its log says.
  void expect_same(const std::vector<std::size_t>& replicas) {
    const Store& first = all_[replicas[0]]->store;
    const auto heads = first->heads();
    const Digest digest = first.digest();
    const Content content = first.content();
    const std::vector<std::string> texts = texts_of(all_[replicas[0]]->store);
    for (const std::size_t i : replicas) {
      SCOPED_TRACE("replica " + std::to_string(i));
      const Store& store = all_[i]->store;
      EXPECT_EQ(store->heads(), heads);
      EXPECT_EQ(store.digest(), digest);
      EXPECT_EQ(store.content(), content);
      EXPECT_EQ(texts_of(all_[i]->store), texts);
      EXPECT_EQ(store.complaints(), "");
      restart(i);
      EXPECT_EQ(store.digest(), digest);
      lose_and_restart(i);
      EXPECT_EQ(store.digest(), digest);
      EXPECT_EQ(store->stats()->records, content.size());
    }
  }

  std::size_t hidden_records() {
    const Store& store = all_[0]->store;
    std::size_t count = 0;
    ScanState scan(store.db, store->moment(), {}, Id{}, ~std::uint64_t{0});
    while (const state::Met* const met = scan.next()) {
      count += met->image != nullptr && state::ImageView(met->image).hidden_count() != 0;
    }
    return count;
  }

 protected:
  static constexpr std::uint64_t kHourMs = 3'600'000;
  static constexpr std::uint64_t kDayMs = 24 * kHourMs;
  static constexpr std::size_t kBundles = 4;  // that are kept to be applied once more

  struct Replica {
    explicit Replica(std::uint64_t seed) : disk(seed) {}

    platform::SimFileSystem disk;
    platform::ManualClock clock;
    Store store;
    bool is_harmed = false;
    std::set<Digest> confirmed;  // heads that are on the disk for certain
    std::set<Digest> kept;       // changes that wait there for certain
    std::uint64_t waiting = 0;
  };

  // With the key of its own that a copy gets, or with the one that is in the files.
  std::size_t add(const Files& files, bool at_home = false) {
    all_.push_back(std::make_unique<Replica>(random_()));
    Replica& made = *all_.back();
    if (at_home) {
      write_files_at_home(made.disk, files);
    } else {
      write_files(made.disk, files);
    }
    made.clock.set_wall_ms(world_.clock.wall_ms());
    made.store = try_open(made).value();
    return count() - 1;
  }
  Replica& replica(std::size_t at) { return *all_[at]; }
  const Store& at_work(std::size_t at) {
    disk_fails_ = all_[at]->is_harmed;
    return all_[at]->store;
  }
  // What all of them began with.
  Files origin() { return read_files(world_.memory); }

  // It is later than any clock was.
  void let_time_come() {
    if (!plays_.clocks) return;
    pass(kDayMs);
    for (const auto& one : all_) one->clock.set_wall_ms(world_.clock.wall_ms());
  }
  void pass(std::uint64_t time_ms) {
    world_.clock.advance_ms(time_ms);
    for (const auto& one : all_) one->clock.advance_ms(time_ms);
  }

  // Most within what others take at once; some hours away.
  void turn_clock(Replica& one) {
    const std::uint64_t now = world_.clock.wall_ms();
    switch (below(6)) {
      case 0:
        one.clock.set_wall_ms(now + (1 + below(5)) * kHourMs);
        break;
      case 1:
        one.clock.set_wall_ms(now - (1 + below(5)) * kHourMs);
        break;
      default:
        one.clock.set_wall_ms(now - id::kAheadMsMax / 2 + below(id::kAheadMsMax));
    }
  }

  // --- disks ---

  Result<Store> try_open(Replica& one) {
    DatabaseSetup setup = world_.setup(one.disk);
    setup.env.clock = &one.clock;
    GS_TRY(auto db, Database::open(std::move(setup)));
    return Store{std::move(db)};
  }
  void open(std::size_t at) {
    auto opened = try_open(*all_[at]);
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    all_[at]->store = *std::move(opened);
    const auto& damage = all_[at]->store->recovery().damage;
    EXPECT_TRUE(damage.empty()) << damage.front();
    expect_known(at, all_[at]->confirmed);
    expect_kept(at);
  }

  platform::Faults random_faults(const platform::SimFileSystem& disk) {
    platform::Faults faults;
    const std::uint64_t soon = 1 + below(20);
    faults.lost_is_seen = static_cast<std::uint32_t>(below(1001));
    switch (plays_.faults ? below(7) : 0) {
      case 0:
      case 1:
        faults.power_cut_call = soon;
        break;
      case 2:
        faults.fail_call = soon;
        break;
      case 3:
        faults.sync_fails = 300;
        break;
      case 4:
        faults.write_fails = 200;
        break;
      case 5:
        faults.read_fails = 50;
        break;
      default:
        faults.disk_bytes = disk.used_bytes() + below(std::uint64_t{8} << 10);
    }
    return faults;
  }
  void harm(std::size_t at) {
    all_[at]->disk.set_faults(random_faults(all_[at]->disk));
    all_[at]->is_harmed = true;
  }
  // A full disk has space again, and goes on; after anything else it is opened again. What was not
  // synced goes then, or some of it; what others have got was.
  void mend(std::size_t at) {
    Replica& one = *all_[at];
    const bool was_full = one.disk.faults().disk_bytes != platform::Faults::kUnlimited;
    totals_.power_cuts += one.disk.powered() ? 0 : 1;
    one.disk.set_faults({});
    one.is_harmed = false;
    if (one.disk.powered() && plays_.faults && below(3) == 0 && goes_on(one.store)) {
      totals_.times_full += was_full;
      confirm(one);
      return;
    }
    ++totals_.times_failed;
    if (plays_.faults && below(2) == 0) {
      one.store.db.reset();  // closes as far as it can
    } else {
      one.disk.cut_power();
      one.store.db.reset();
    }
    wake(one);
    if (plays_.clocks) turn_clock(one);
    if (plays_.faults && below(4) == 0) fail_to_open(one);
    open(at);
  }
  // That everything is on the disk does not say that more can be written.
  static bool goes_on(const Store& store) {
    return store.put("City", kRandomKeys[0], R"({"name":"on"})").ok();
  }
  static void wake(Replica& one) {
    if (one.disk.powered()) {
      one.disk.kill_process();
    } else {
      one.disk.restart();
    }
  }
  void fail_to_open(Replica& one) {
    one.disk.set_faults(random_faults(one.disk));
    totals_.opens_failed += try_open(one).ok() ? 0 : 1;
    one.disk.set_faults({});
    wake(one);
  }

  void restart(std::size_t at) {
    ASSERT_TRUE(all_[at]->store->close().ok());
    all_[at]->store.db.reset();
    if (plays_.clocks) turn_clock(*all_[at]);
    open(at);
  }
  void lose_and_restart(std::size_t at) {
    ASSERT_TRUE(all_[at]->store->close().ok());
    all_[at]->store.db.reset();
    lose_state(all_[at]->disk);
    open(at);
  }

  // --- what lasts ---

  void confirm(Replica& one) {
    for (const Digest& head : one.store->heads()) one.confirmed.insert(head);
  }
  void expect_known(std::size_t at, const std::set<Digest>& confirmed) {
    const std::vector<Digest> all(confirmed.begin(), confirmed.end());
    const Error error = all_[at]->store->check_known(all);
    EXPECT_TRUE(error.ok()) << "confirmed, and lost: " << error.text();
  }

  // Those that came meanwhile may have left their files.
  static std::set<Digest> waiting_files(Replica& one) {
    std::set<Digest> waiting;
    const auto names = one.disk.list(WaitingChanges::kDirectory);
    if (!names.ok()) return waiting;
    for (const std::string& name : *names) {
      const auto digest = Digest::parse(name);
      if (digest && one.store->check_known({&*digest, 1}).code() == Code::not_found) {
        waiting.insert(*digest);
      }
    }
    return waiting;
  }
  void expect_kept(std::size_t at) {
    const std::set<Digest> waiting = waiting_files(*all_[at]);
    for (const Digest& one : all_[at]->kept) {
      const bool is_here = all_[at]->store->check_known({&one, 1}).ok();
      EXPECT_TRUE(is_here || waiting.count(one) != 0) << "lost while it waited: " << one.text();
    }
  }

  // --- branches and history ---

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
    if (!error || is_of_disk(error)) return;
    EXPECT_TRUE(error.code() == Code::not_found || error.code() == Code::exists ||
                error.code() == Code::invalid || error.code() == Code::conflict)
        << error.text();
  }

  // Before what another replica has: what nobody has is lost for the others.
  void drop_history(std::size_t at) {
    const Store& other = all_[below(kReplicas - 1)]->store;
    if (other->sync()) return;
    const std::vector<Digest> heads = other->heads();
    if (all_[at]->store->check_known(heads)) return;
    const auto report = at_work(at)->make_shallow({.before = Version(heads)});
    if (report.ok()) {
      ++totals_.times_shallow;
      return;
    }
    EXPECT_TRUE(report.code() == Code::dropped || report.code() == Code::invalid ||
                is_of_disk(report.error()))
        << report.error().text();
  }
  void erase_one(const Store& store) {
    const auto erased = store->erase(ids_[below(ids_.size())], "");
    if (erased.ok()) return;
    EXPECT_TRUE(erased.code() == Code::not_found || is_of_disk(erased.error()))
        << erased.error().text();
  }

  void rearrange(const Store& store) {
    Error error;
    switch (below(3)) {
      case 0:
        error = store->checkpoint();
        break;
      case 1:
        error = store->compact();
        break;
      default:
        store->tick();
    }
    EXPECT_TRUE(!error || is_of_disk(error)) << error.text();
  }

  // --- exchange ---

  void exchange(std::size_t from, std::size_t to, bool is_whole) {
    if (!may_meet(from, to)) return;
    std::vector<Digest> since;
    if (!is_whole && below(2) == 0) since = all_[to]->store->heads();
    if (plays_.bundles && below(3) == 0) {
      carry(from, to, since);
    } else {
      send(from, to, is_whole, since);
    }
  }

  void send(std::size_t from, std::size_t to, bool is_whole, const std::vector<Digest>& since) {
    std::vector<Buffer> changes;
    const auto take = [&](Bytes change) -> Error {
      changes.emplace_back(change.begin(), change.end());
      return {};
    };
    if (!is_given(from, to, since, [&](const std::vector<Digest>& had) {
          changes.clear();
          return all_[from]->store->changes_since(had, take);
        })) {
      return;
    }
    std::shuffle(changes.begin(), changes.end(), random_);
    if (!is_whole) changes.resize(below(changes.size() + 1));
    std::vector<Bytes> bytes(changes.begin(), changes.end());
    if (!bytes.empty() && below(3) == 0) bytes.push_back(bytes[below(bytes.size())]);
    take_in(to, [&](ReceiveReport& report) { return all_[to]->store->receive(bytes, report); });
  }

  // As a file, and an older one once more.
  void carry(std::size_t from, std::size_t to, const std::vector<Digest>& since) {
    const std::string name = std::to_string(totals_.bundles % kBundles);
    carried_.erase(name);
    if (is_given(from, to, since, [&](const std::vector<Digest>& had) {
          return make_bundle(all_[from]->store, had, carrier_, name);
        })) {
      carried_[name] = from;
      ++totals_.bundles;
      take_from(to, name);
    }
    const auto older = carried_.find(std::to_string(below(kBundles)));
    if (below(3) != 0 || older == carried_.end() || !may_meet(older->second, to)) return;
    ++totals_.bundles_again;
    take_from(to, older->first);
  }
  void take_from(std::size_t to, const std::string& name) {
    take_in(to, [&](ReceiveReport& report) {
      return take_bundle(all_[to]->store, carrier_, name, report);
    });
  }

  // Of what the other one has, nothing need be given.
  template <typename Give>
  bool is_given(std::size_t from, std::size_t to, const std::vector<Digest>& since,
                const Give& give) {
    disk_fails_ = all_[from]->is_harmed;
    Error given = give(since);
    if (given.code() == Code::dropped) {
      EXPECT_EQ(from, kReplicas - 1);
      given = give(all_[to]->store->heads());
      if (given.code() == Code::dropped) return false;
    }
    EXPECT_TRUE(!given || is_of_disk(given)) << given.text();
    return given.ok();
  }

  template <typename Take>
  void take_in(std::size_t to, const Take& take) {
    ReceiveReport report;
    Replica& one = *all_[to];
    disk_fails_ = one.is_harmed;
    const Error taken = take(report);
    EXPECT_TRUE(!taken || is_of_disk(taken)) << taken.text();
    for (const Refusal& refusal : report.refusals) {
      if (is_of_disk(refusal.why)) continue;
      one.kept.erase(refusal.change);
      expect_refused(refusal);
    }
    if (taken) return;
    totals_.early += report.early_count;
    one.waiting = report.waiting;
    confirm(one);
    if (one.is_harmed) return;
    one.kept = waiting_files(one);
    // What could not be written as a whole may have left its file; that is said as a refusal.
    EXPECT_GE(one.kept.size(), report.waiting) << "what waits here does not wait on the disk";
  }
  virtual bool may_meet(std::size_t, std::size_t) const { return true; }
  virtual void expect_refused(const Refusal& refusal) { ADD_FAILURE() << refusal.why.text(); }

 private:
  World world_;
  RandomPlays plays_;
  platform::MemoryFileSystem carrier_;
  std::map<std::string, std::size_t> carried_;  // files there, and whose they are
  std::vector<std::unique_ptr<Replica>> all_;
  RandomTotals totals_;
};

}  // namespace gs::engine::testing
