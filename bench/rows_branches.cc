// What a branch costs: beginning one, switching to another one, and the difference of two, of which
// some records differ among many that do not.
//
//   branch-begin      branches begun, each a name
//   branch-checkout   switches between branches of which 10 records differ, old ones from all over
//   branch-diff       the same differences told
//   branch-checkout-many, branch-diff-many   1,000 records
//
// Each is done with all records and with a tenth of them: what only the differences cost takes as
// long with both. The first look at the log is not in it (KnownChanges: one walk).
#include <algorithm>
#include <string>

#include "bench/bench.h"
#include "bench/need.h"
#include "globalstorage/storage.h"

namespace gs::bench {
namespace {

constexpr std::uint64_t kFew = 10;
constexpr std::uint64_t kMany = 1000;
constexpr int kSwitches = 10;
constexpr int kBegun = 100;

class Branched {
 public:
  Branched(const std::string& directory, std::uint64_t records, std::uint64_t seed)
      : storage_(need(Storage::open_or_create(directory, options()), "open")) {
    const std::vector<Id> ids = load(records);
    differ("few", kFew, ids, seed);
    differ("many", std::min(kMany, records), ids, seed);
  }

  void begin_branches() {
    for (int i = 0; i < kBegun; ++i) {
      const std::string name = "begun-" + std::to_string(next_++);
      need(storage_.name_version(NamedVersion::Kind::branch, name), "begin");
    }
  }
  void switch_to_few() { switch_often("few"); }
  void switch_to_many() { switch_often("many"); }
  void tell_few() { tell_difference("few", kFew); }
  void tell_many() { tell_difference("many", kMany); }

 private:
  void switch_often(std::string_view branch) {
    for (int i = 0; i < kSwitches; ++i) {
      need(storage_.checkout(i % 2 == 0 ? branch : "main"), "checkout");
    }
  }
  void tell_difference(std::string_view branch, std::uint64_t most) {
    const Version draft = need(storage_.find_version(branch), "find_version");
    for (int i = 0; i < kSwitches; ++i) {
      std::uint64_t told = 0;
      const auto take = [&](const RecordDifference&) { return ++told != 0; };
      need(storage_.diff(draft, std::nullopt, {}, take), "diff");
      if (told > most || told == 0) fail("branch-diff: another number of records differs");
    }
  }
  // A branch on which some records, spread over all, are other ones.
  void differ(std::string_view branch, std::uint64_t count, const std::vector<Id>& ids,
              std::uint64_t seed) {
    need(storage_.name_version(NamedVersion::Kind::branch, branch), "begin");
    need(storage_.checkout(branch), "checkout");
    auto transaction = storage_.begin();
    for (std::uint64_t i = 0; i < count; ++i) {
      const Id& id = ids[(seed + i * (ids.size() / count)) % ids.size()];
      need(transaction.update(id, R"({"n":)" + std::to_string(i) + ".5}"), "update");
    }
    need(transaction.commit(), "commit");
    need(storage_.checkout("main"), "checkout main");
  }
  static Options options() {
    Options options;
    options.durability = Durability::lazy;
    return options;
  }
  std::vector<Id> load(std::uint64_t records) {
    std::vector<Id> ids;
    while (ids.size() < records) {
      auto transaction = storage_.begin();
      for (std::uint64_t i = 0; i < kBatch && ids.size() < records; ++i) {
        const std::string n = std::to_string(ids.size());
        ids.push_back(need(
            transaction.insert("City", R"({"name":"city )" + n + R"(","n":)" + n + "}"), "insert"));
      }
      need(transaction.commit(), "commit");
    }
    need(storage_.sync(), "sync");
    return ids;
  }

  Storage storage_;
  std::uint64_t next_ = 0;
};

}  // namespace

void run_branches(Bench& bench) {
  const std::uint64_t records = bench.arguments().records;
  Branched many(bench.fresh("branches-many"), records, bench.arguments().seed);
  Branched few(bench.fresh("branches-few"), std::max<std::uint64_t>(records / 10, 10),
               bench.arguments().seed);
  const auto row = [&](const std::string& name, double count, void (Branched::*work)()) {
    if (!bench.wants(name)) return;
    Samples samples;
    for (std::uint64_t round = 0; round < bench.arguments().rounds; ++round) {
      samples.add(kOurs, measure([&] { (many.*work)(); }));
      samples.add("a tenth of the records", measure([&] { (few.*work)(); }));
    }
    bench.report().add(rate_line(name, kOurs, samples, count, {}));
  };
  row("branch-begin", kBegun, &Branched::begin_branches);
  row("branch-checkout", kSwitches, &Branched::switch_to_few);
  row("branch-diff", kSwitches, &Branched::tell_few);
  row("branch-checkout-many", kSwitches, &Branched::switch_to_many);
  row("branch-diff-many", kSwitches, &Branched::tell_many);
}

}  // namespace gs::bench
