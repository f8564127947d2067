#include "tests/model/walk.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <vector>

#include "tests/model/check.h"

namespace gs::model {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kStepsMin = 60;
constexpr std::size_t kStepsMore = 200;
constexpr std::size_t kKept = 6;  // snapshots and the like that are held at once
constexpr std::size_t kProofsMax = 12;

// Everything at an old change.
struct Moment {
  Digest change;
  Contents contents;
};

struct Kept {
  Snapshot snapshot;
  Contents contents;
};

struct HeldRecord {
  Record record;
  Content content;
};

struct HeldScan {
  Scan scan;
  Contents contents;
  Contents::const_iterator at;  // the next one that it has to give
};

struct HeldProof {
  std::string json;
  Id id;
  std::string collection;
  std::string kind;
  Object written;  // of an insert or set the content, of an update the given fields
  std::vector<std::string> unset;
};

// What wrote a record last: what a proof of it has to say.
struct Written {
  std::string kind;
  Object fields;
  std::vector<std::string> unset;
};

struct Delta {
  Object fields;
  std::vector<std::string> unset;
};

class Walk {
 public:
  Walk(std::uint64_t seed, const std::string& directory, Totals& totals)
      : chance_(seed), home_(directory), path_(directory + "/storage"), totals_(totals) {}

  std::string run() {
    options_ = random_options();
    open(true);
    const std::size_t steps = kStepsMin + chance_.below(kStepsMore);
    flooding_ = chance_.one_in(10);
    for (std::size_t i = 0; i < steps && failure_.empty(); ++i) {
      step();
      if (!failure_.empty()) failure_ = "step " + std::to_string(i) + ": " + failure_;
    }
    if (failure_.empty()) reopen();
    if (failure_.empty()) compare_all();
    if (failure_.empty()) verify();
    if (db_) db_->close().ignore();
    return failure_;
  }

 private:
  // --- saying what is wrong ---

  bool check(bool held, const std::string& what) {
    if (!held && failure_.empty()) failure_ = what;
    return held;
  }
  bool check(const std::string& differing, const char* where) {
    return check(differing.empty(), std::string(where) + ": " + differing);
  }
  bool check(const Error& error, const char* where) {
    return check(error.ok(), std::string(where) + ": " + error.text());
  }

  // --- chance ---

  std::uint64_t power(std::uint64_t from_bits, std::uint64_t to_bits) {
    return std::uint64_t{1} << (from_bits + chance_.below(to_bits - from_bits + 1));
  }

  Options random_options() {
    Options options;
    options.durability = chance_.one_in(6) ? Durability::batch : Durability::lazy;
    options.segment_bytes = static_cast<std::uint32_t>(power(13, 18));
    options.memory_bytes = power(12, 18);
    options.checkpoint_log_bytes = power(12, 18);
    options.cache_bytes = chance_.one_in(2) ? 1 : 0;
    options.threads = static_cast<unsigned>(chance_.below(4));
    options.verify_on_open = chance_.one_in(4);
    return options;
  }

  std::string random_collection() {
    constexpr const char* kNames[] = {"", "City", "Person",
                                      "\xd0\x9c\xd1\x96\xd1\x81\xd1\x82\xd0\xbe"};
    return kNames[chance_.below(std::size(kNames))];
  }

  std::string random_key() {
    switch (chance_.below(12)) {
      case 0:
        return std::string(1024, 'k');
      case 1:
        return "00112233-4455-6677-8899-aabbccddeeff";
      case 2:
        return "\xf0\x9f\x8c\x8d";
      case 3:
        return std::string("a\0b", 3);
      default:
        return "key" + std::to_string(chance_.below(20));
    }
  }

  Object random_fields() {
    const bool many = flooding_ && chance_.one_in(40);
    if (many) {
      Object object;
      for (std::uint64_t i = 0, count = 1000 + chance_.below(60); i < count; ++i)
        object.emplace_back("wide" + std::to_string(i), random_value(chance_, 0));
      return object;
    }
    return random_object(chance_, chance_.one_in(10) ? 40 : 6, flooding_ ? 40 : 8, 3);
  }

  // An id that was seen once: mostly of a record that is there.
  Id random_id() {
    if (!now_.empty() && !chance_.one_in(10)) {
      auto at = now_.begin();
      std::advance(at, static_cast<std::ptrdiff_t>(chance_.below(now_.size())));
      return at->first;
    }
    if (!seen_.empty() && !chance_.one_in(4)) return seen_[chance_.below(seen_.size())];
    Id id;
    for (auto& byte : id.bytes) byte = static_cast<std::uint8_t>(chance_.bits());
    return id;
  }

  // --- one step ---

  void step() {
    switch (chance_.below(40)) {
      case 0:
        return reopen();
      case 1:
        return erase();
      case 2:
        return remember();
      case 3:
        return look_back();
      case 4:
        return keep_snapshot();
      case 5:
        return look_at_kept();
      case 6:
        return prove();
      case 7:
        return check_proofs();
      case 8:
        check(db_->checkpoint(), "checkpoint");
        return count_runs();
      case 9:
        return chance_.one_in(2) ? check(db_->compact(), "compact"), void() : look_at_kept();
      case 10:
        return blob();
      case 11:
        return compare_all();
      case 12:
        return chance_.one_in(3) ? verify() : read_beside();
      case 13:
        return chance_.one_in(3) ? copies() : scan();
      case 14:
      case 15:
        return scan();
      case 16:
        return swap();
      case 17:
        check(db_->sync(), "sync");
        return;
      case 18:
        return keep_scan();
      case 19:
        return chance_.one_in(4) && flooding_ ? flood() : misuse();
      case 20:
      case 21:
      case 22:
        return single();
      default:
        return transaction();
    }
  }

  // --- writing ---

  struct Planned {
    std::map<Id, std::pair<Content, Written>> after;  // null content: not there
    bool refused = false;
    Code code = Code::ok;
  };

  // A record as the transaction sees it.
  const Version* in_transaction(const Planned& planned, const Id& id) const {
    if (const auto found = planned.after.find(id); found != planned.after.end())
      return found->second.first.get();
    const auto found = now_.find(id);
    return found == now_.end() ? nullptr : found->second.get();
  }

  static void put_fields(Object& fields, const Object& over) {
    for (const Member& member : over) {
      const auto at = std::find_if(fields.begin(), fields.end(),
                                   [&](const Member& each) { return each.first == member.first; });
      if (at != fields.end()) {
        at->second = member.second;
      } else {
        fields.push_back(member);
      }
    }
  }

  static void remove_fields(Object& fields, const std::vector<std::string>& names) {
    std::erase_if(fields, [&](const Member& each) {
      return std::find(names.begin(), names.end(), each.first) != names.end();
    });
  }

  // {"$unset":true} for the names, among the fields.
  std::string delta_json(const Delta& delta) {
    std::string json = json_of(chance_, delta.fields);
    if (delta.unset.empty()) return json;
    const std::size_t end = json.rfind('}');
    std::string more;
    for (const std::string& name : delta.unset) {
      if (!delta.fields.empty() || !more.empty()) more += ",";
      const std::string named = json_of(chance_, {{name, Value(true)}});
      const std::size_t colon = named.rfind(':');
      more += named.substr(named.find('{') + 1, colon - named.find('{')) + "{\"$unset\":true}";
    }
    json.insert(end, more);
    return json;
  }

  Delta random_delta(const Version* current) {
    Delta delta;
    delta.fields = random_fields();
    for (std::uint64_t i = chance_.below(3); i > 0; --i) {
      std::string name = "f" + std::to_string(chance_.below(8));
      if (current != nullptr && !current->fields.empty() && chance_.one_in(2))
        name = current->fields[chance_.below(current->fields.size())].first;
      delta.unset.push_back(std::move(name));
    }
    std::sort(delta.unset.begin(), delta.unset.end());
    delta.unset.erase(std::unique(delta.unset.begin(), delta.unset.end()), delta.unset.end());
    remove_fields(delta.fields, delta.unset);
    return delta;
  }

  void plan_write(Planned& planned, const Id& id, Version version, Written written) {
    planned.after[id] = {std::make_shared<Version>(std::move(version)), std::move(written)};
    seen_.push_back(id);
  }

  void stage_insert(Transaction& tx, Planned& planned) {
    Version version;
    version.collection = random_collection();
    version.fields = random_fields();
    auto id = chance_.one_in(2) ? tx.insert(version.collection, version.fields)
                                : tx.insert(version.collection, json_of(chance_, version.fields));
    if (!check(id.ok(), "insert: " + id.error().text() + " " + text_of(version.fields))) return;
    Written written{"insert", version.fields, {}};
    plan_write(planned, *id, std::move(version), std::move(written));
  }

  void stage_put(Transaction& tx, Planned& planned) {
    Version version;
    version.collection = random_collection();
    version.key = random_key();
    version.fields = random_fields();
    auto id = tx.put(version.collection, version.key, json_of(chance_, version.fields));
    if (!check(id.ok(), "put: " + id.error().text())) return;
    const bool there = in_transaction(planned, *id) != nullptr;
    Written written{there ? "set" : "insert", version.fields, {}};
    plan_write(planned, *id, std::move(version), std::move(written));
  }

  void refuse(Planned& planned, Code code) {
    planned.refused = true;
    if (planned.code == Code::ok) planned.code = code;
  }

  void stage_set(Transaction& tx, Planned& planned) {
    const Id id = any_of(planned);
    Version version;
    version.fields = random_fields();
    Error error = chance_.one_in(2) ? tx.set(id, version.fields)
                                    : tx.set(id, json_of(chance_, version.fields));
    const Version* current = in_transaction(planned, id);
    if (error) {
      check(error.code() == Code::not_found && current == nullptr, "set: " + error.text());
      return;
    }
    if (current == nullptr) return refuse(planned, Code::not_found);
    version.collection = current->collection;
    version.key = current->key;
    Written written{"set", version.fields, {}};
    plan_write(planned, id, std::move(version), std::move(written));
  }

  void stage_update(Transaction& tx, Planned& planned) {
    const Id id = any_of(planned);
    const Version* current = in_transaction(planned, id);
    const Delta delta = random_delta(current);
    if (!check(tx.update(id, delta_json(delta)), "update")) return;
    if (current == nullptr) return refuse(planned, Code::not_found);
    Version version = *current;
    version.bytes.clear();
    remove_fields(version.fields, delta.unset);
    put_fields(version.fields, delta.fields);
    plan_write(planned, id, std::move(version), {"update", delta.fields, delta.unset});
  }

  void stage_remove(Transaction& tx, Planned& planned) {
    const Id id = any_of(planned);
    check(tx.remove(id), "remove");
    if (in_transaction(planned, id) == nullptr) return refuse(planned, Code::not_found);
    planned.after[id] = {nullptr, {"remove", {}, {}}};
  }

  void stage_expect(Transaction& tx, Planned& planned) {
    const Id id = random_id();
    const auto found = now_.find(id);
    const bool wrong = chance_.one_in(8);
    if (found == now_.end()) {
      check(wrong ? tx.expect(id, storage_) : tx.expect_absent(id), "expect");
    } else {
      check(wrong && chance_.one_in(2) ? tx.expect_absent(id)
                                       : tx.expect(id, wrong ? storage_ : found->second->version),
            "expect");
    }
    if (wrong) {
      // Expectations are looked at before anything else.
      planned.refused = true;
      planned.code = Code::conflict;
    }
  }

  // Of the transaction's own records or any other.
  Id any_of(const Planned& planned) {
    if (planned.after.empty() || !chance_.one_in(3)) return random_id();
    auto at = planned.after.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(chance_.below(planned.after.size())));
    return at->first;
  }

  void transaction() {
    Transaction tx = db_->begin();
    Planned planned;
    const std::uint64_t count = chance_.one_in(5) ? 1 + chance_.below(30) : 1 + chance_.below(4);
    bool conflict = false;
    for (std::uint64_t i = 0; i < count && failure_.empty(); ++i) {
      const auto before = planned.code;
      switch (chance_.below(10)) {
        case 0:
        case 1:
        case 2:
          stage_insert(tx, planned);
          break;
        case 3:
        case 4:
          stage_put(tx, planned);
          break;
        case 5:
          stage_set(tx, planned);
          break;
        case 6:
        case 7:
          stage_update(tx, planned);
          break;
        case 8:
          stage_remove(tx, planned);
          break;
        default:
          planned.code = Code::ok;
          stage_expect(tx, planned);
          conflict = conflict || planned.code == Code::conflict;
          if (before != Code::ok) planned.code = before;
      }
    }
    if (conflict) planned.code = Code::conflict;
    if (!failure_.empty()) return;
    if (chance_.one_in(30)) return;  // forgotten
    constexpr Durability kDurabilities[] = {Durability::lazy, Durability::lazy, Durability::lazy,
                                            Durability::batch, Durability::sync};
    auto done = chance_.one_in(2) ? tx.commit() : tx.commit(kDurabilities[chance_.below(5)]);
    if (planned.refused) {
      ++totals_.refused;
      check(done.code() == planned.code,
            "a transaction that must be refused: " + done.error().text());
      for (const auto& each : planned.after) compare(each.first);
      return;
    }
    if (!check(done.ok(), "commit: " + done.error().text())) return;
    if (chance_.one_in(10)) check(db_->wait(*done), "wait");
    took_effect(planned);
  }

  void took_effect(Planned& planned) {
    ++totals_.transactions;
    for (auto& [id, after] : planned.after) {
      written_[id] = after.second;
      if (after.first == nullptr) {
        now_.erase(id);
        compare(id);
        continue;
      }
      auto record = db_->get(id);
      if (!check(record.ok(), "after a commit: " + record.error().text())) return;
      if (!check(differs(*record, id, *after.first), "after a commit")) return;
      auto learned = std::make_shared<Version>(*after.first);
      learned->bytes.assign(record->bytes().begin(), record->bytes().end());
      learned->version = record->version();
      if (const auto before = now_.find(id); before != now_.end()) {
        // An update of no field makes no other version.
        check(
            before->second->version != learned->version || before->second->bytes == learned->bytes,
            "another version has the same name");
      }
      if (chance_.one_in(40)) {
        if (records_.size() >= kKept) records_.erase(records_.begin());
        records_.push_back({std::move(*record), learned});
      }
      now_[id] = std::move(learned);
    }
  }

  void compare(const Id& id) {
    auto record = db_->get(id);
    const auto found = now_.find(id);
    if (found == now_.end()) {
      check(record.code() == Code::not_found, id.text() + " should not be there");
      check(!db_->has(id), id.text() + " should not be there");
    } else if (check(record.ok(), record.error().text())) {
      check(differs(*record, id, *found->second), "compared");
    }
  }

  // The calls that are transactions of their own.
  void single() {
    Planned planned;
    const Id id = random_id();
    const Version* current = in_transaction(planned, id);
    Version version;
    Error error;
    switch (chance_.below(4)) {
      case 0: {
        version.collection = random_collection();
        version.fields = random_fields();
        auto made = db_->insert(version.collection, json_of(chance_, version.fields));
        if (!check(made.ok(), "insert: " + made.error().text())) return;
        const Object fields = version.fields;
        plan_write(planned, *made, std::move(version), {"insert", fields, {}});
        return took_effect(planned);
      }
      case 1: {
        version.fields = random_fields();
        error = db_->set(id, json_of(chance_, version.fields));
        if (current == nullptr) break;
        version.collection = current->collection;
        version.key = current->key;
        const Object fields = version.fields;
        plan_write(planned, id, std::move(version), {"set", fields, {}});
        break;
      }
      case 2: {
        const Delta delta = random_delta(current);
        error = db_->update(id, delta_json(delta));
        if (current == nullptr) break;
        version = *current;
        version.bytes.clear();
        remove_fields(version.fields, delta.unset);
        put_fields(version.fields, delta.fields);
        plan_write(planned, id, std::move(version), {"update", delta.fields, delta.unset});
        break;
      }
      default:
        error = db_->remove(id);
        if (current != nullptr) planned.after[id] = {nullptr, {"remove", {}, {}}};
    }
    if (current == nullptr) {
      check(error.code() == Code::not_found, "a write to nothing: " + error.text());
    } else if (check(error, "a single write")) {
      took_effect(planned);
    }
  }

  void swap() {
    const Id id = random_id();
    const auto found = now_.find(id);
    Object expected;
    bool holds = true;
    if (found != now_.end()) {
      for (const Member& member : found->second->fields) {
        if (chance_.one_in(2)) expected.push_back(member);
      }
      if (chance_.one_in(3)) {
        expected.emplace_back("nobody has this", 1);
        holds = false;
      } else if (!expected.empty() && chance_.one_in(3)) {
        expected.back().second = std::string("nobody says this");
        holds = false;
      }
    }
    const Delta delta = random_delta(found == now_.end() ? nullptr : found->second.get());
    auto swapped = db_->swap(id, json_of(chance_, expected), delta_json(delta));
    if (found == now_.end()) {
      check(swapped.code() == Code::not_found, "a swap of nothing");
      return;
    }
    if (!check(swapped.ok(), "swap: " + swapped.error().text())) return;
    if (!check(*swapped == holds, "a swap compared wrongly")) return;
    if (!holds) return compare(id);
    Planned planned;
    Version version = *found->second;
    version.bytes.clear();
    remove_fields(version.fields, delta.unset);
    put_fields(version.fields, delta.fields);
    plan_write(planned, id, std::move(version), {"update", delta.fields, delta.unset});
    took_effect(planned);
  }

  // More shapes than a collection may have.
  void flood() {
    if (flooded_) return;
    flooded_ = true;
    ++totals_.floods;
    const std::string collection = random_collection();
    for (int i = 0; i < 14 && failure_.empty(); ++i) {
      Transaction tx = db_->begin();
      Planned planned;
      for (int j = 0; j < 300; ++j) {
        Version version;
        version.collection = collection;
        version.key = "flood";
        version.fields = {{"flood" + std::to_string(i * 300 + j), 1}, {"f1", j}};
        auto id = tx.put(collection, "flood", json_of(chance_, version.fields));
        if (!check(id.ok(), "flood: " + id.error().text())) return;
        const Object fields = version.fields;
        plan_write(planned, *id, std::move(version),
                   {in_transaction(planned, *id) != nullptr ? "set" : "insert", fields, {}});
      }
      auto done = tx.commit(Durability::lazy);
      if (!check(done.ok(), "flood: " + done.error().text())) return;
      took_effect(planned);
    }
  }

  void misuse() {
    const std::size_t before = now_.size();
    Transaction tx = db_->begin();
    check(db_->insert("City", "{\"a\":1,\"a\":2}").code() == Code::invalid, "a double key");
    check(db_->insert("City", "[1]").code() == Code::invalid, "not an object");
    check(db_->insert("City", "{\"a\":\"\xff\"}").code() == Code::invalid, "not UTF-8");
    check(db_->insert(std::string(256, 'c'), "{}").code() == Code::too_large, "a long collection");
    check(db_->put("City", "", "{}").code() == Code::invalid, "an empty key");
    check(db_->put("City", std::string(1025, 'k'), "{}").code() == Code::invalid, "a long key");
    check(tx.commit().ok(), "an empty transaction");
    check(db_->proof(Id{}).code() == Code::not_found, "a proof of nothing");
    check(db_->erase(Id{}).code() == Code::not_found, "an erasure of nothing");
    check(db_->stats()->records == before, "misuse left something");
  }

  void blob() {
    Buffer bytes(chance_.one_in(3) ? chance_.below(100'000) : chance_.below(50));
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(chance_.bits());
    auto made = db_->put_blob(bytes);
    if (!check(made.ok(), "put_blob: " + made.error().text())) return;
    blobs_.emplace_back(*made, std::move(bytes));
    for (const auto& [blob, expected] : blobs_) {
      auto got = db_->get_blob(blob);
      check(got.ok() && *got == expected, "a blob differs: " + got.error().text());
    }
  }

  // --- looking ---

  void compare_all() {
    check(differs(*db_, now_), "everything");
    auto digest = db_->digest();
    check(digest.ok(), "digest");
  }

  void scan() {
    const bool old = !kept_.empty() && chance_.one_in(2);
    const Kept* kept = old ? &kept_[chance_.below(kept_.size())] : nullptr;
    check(scan_differs(*db_, old ? &kept->snapshot : nullptr, old ? kept->contents : now_, chance_),
          old ? "a scan of a snapshot" : "a scan");
  }

  void keep_snapshot() {
    if (kept_.size() >= kKept) kept_.erase(kept_.begin());
    kept_.push_back({db_->snapshot(), now_});
    ++totals_.snapshots;
  }

  void keep_scan() {
    auto scan = db_->scan();
    if (!check(scan.ok(), "scan")) return;
    if (scans_.size() >= kKept) scans_.erase(scans_.begin());
    auto held = std::make_unique<HeldScan>(HeldScan{std::move(*scan), now_, {}});
    held->at = held->contents.begin();
    scans_.push_back(std::move(held));
  }

  void look_at_kept() {
    for (const Kept& kept : kept_) {
      check(differs(kept.snapshot, *db_, kept.contents), "an old snapshot");
      const Id id = random_id();
      check(kept.snapshot.has(id) == (kept.contents.count(id) != 0),
            "a snapshot saw another moment");
    }
    for (const HeldRecord& held : records_)
      check(differs(held.record, held.record.id(), *held.content), "a held record");
    for (const auto& held : scans_) {
      for (std::uint64_t i = chance_.below(10); i > 0 && failure_.empty(); --i) {
        Record record;
        const bool more = held->scan.next(record);
        const bool expected = held->at != held->contents.end();
        if (!check(more == expected, "a held scan has another length") || !more) break;
        check(record.id() == held->at->first, "a held scan is out of turn");
        check(differs(record, held->at->first, *held->at->second), "a held scan");
        ++held->at;
      }
    }
  }

  // What holds at the newest change.
  void remember() {
    auto log = db_->log(1);
    if (!check(log.ok() && log->size() == 1, "log")) return;
    moments_.push_back({log->front().digest, now_});
  }

  void look_back() {
    for (int i = 0; i < 4 && !moments_.empty() && failure_.empty(); ++i) {
      const std::size_t index = chance_.below(moments_.size());
      const Moment& moment = moments_[index];
      Id id = random_id();
      if (!moment.contents.empty() && chance_.one_in(2)) {
        auto at = moment.contents.begin();
        std::advance(at, static_cast<std::ptrdiff_t>(chance_.below(moment.contents.size())));
        id = at->first;
      }
      ++totals_.old_reads;
      auto record = db_->get(id, moment.change);
      const auto found = moment.contents.find(id);
      const auto erased = erased_.find(id);
      if (erased != erased_.end() && index < erased->second) {
        check(record.code() == Code::erased || record.code() == Code::not_found,
              id.text() + " was erased: " + record.error().text());
      } else if (found != moment.contents.end()) {
        if (!check(record.ok(), "an old version: " + record.error().text())) return;
        check(differs(*record, id, *found->second), "an old version");
      } else {
        check(record.code() == Code::not_found || record.code() == Code::erased,
              id.text() + " did not exist then");
      }
    }
  }

  void count_runs() {
    auto stats = db_->stats();
    if (check(stats.ok(), "stats")) totals_.runs += stats->runs;
  }

  void verify() {
    VerifyOptions options;
    options.full = chance_.one_in(2);
    options.incremental = chance_.one_in(4);
    auto report = db_->verify(options);
    if (!check(report.ok(), "verify: " + report.error().text())) return;
    for (const VerifySection& section : report->sections)
      check(section.ok, "verify " + section.name + ": " + section.detail);
    check(report->ok, "verify");
  }

  // --- proofs ---

  void prove() {
    const Id id = random_id();
    auto proof = db_->proof(id);
    const auto written = written_.find(id);
    if (written == written_.end()) {
      check(proof.code() == Code::not_found, "a proof of nothing: " + proof.error().text());
      return;
    }
    if (written->second.kind == "erase") {
      check(proof.code() == Code::erased, "a proof of what was erased: " + proof.error().text());
      return;
    }
    if (!check(proof.ok(), "proof: " + proof.error().text())) return;
    const auto found = now_.find(id);
    if (proofs_.size() >= kProofsMax) proofs_.erase(proofs_.begin());
    proofs_.push_back({*proof, id, found == now_.end() ? "" : found->second->collection,
                       written->second.kind, written->second.fields, written->second.unset});
    ++totals_.proofs;
  }

  void check_proofs() {
    for (const HeldProof& held : proofs_) {
      auto report = verify_proof(held.json);
      if (!check(report.ok(), "verify_proof: " + report.error().text())) return;
      check(report->id == held.id && report->storage == storage_, "a proof of something else");
      check(report->kind == held.kind, "a proof of " + report->kind + " instead of " + held.kind);
      if (held.kind == "remove") continue;
      if (held.kind != "update")
        check(report->collection == held.collection, "a proof names another collection");
      check_proven(held, report->json);
    }
    if (proofs_.empty()) return;
    std::string bad = proofs_.back().json;
    const std::size_t at = chance_.below(bad.size());
    bad[at] = static_cast<char>(bad[at] ^ 1);
    check(!verify_proof(bad).ok(), "an altered proof was accepted, byte " + std::to_string(at));
  }

  // The JSON of a proof, read by the storage itself: put over a record without fields.
  void check_proven(const HeldProof& held, const std::string& json) {
    Planned planned;
    Transaction tx = db_->begin();
    auto id = tx.put("proven", "scratch", "{}");
    if (!check(id.ok() && tx.update(*id, json).ok(), "the JSON of a proof")) return;
    if (!check(tx.commit(Durability::lazy).ok(), "the JSON of a proof")) return;
    auto record = db_->get(*id);
    if (!check(record.ok(), "the JSON of a proof")) return;
    check(same(record->object(), held.written),
          "a proof says " + json + " instead of " + text_of(held.written));
    check(db_->remove(*id), "the JSON of a proof");
    written_[*id] = {"remove", {}, {}};
  }

  // --- erasing ---

  void erase() {
    const Id id = random_id();
    const bool known = written_.count(id) != 0;
    if (known && now_.count(id) != 0 && chance_.one_in(2)) return erase_secret();
    auto count = db_->erase(id, chance_.one_in(2) ? "because" : "");
    if (!known) {
      check(count.code() == Code::not_found, "an erasure of nothing");
      return;
    }
    check(count.ok(), "erase: " + count.error().text());
    forget(id);
  }

  void forget(const Id& id) {
    ++totals_.erasures;
    now_.erase(id);
    written_[id] = {"erase", {}, {}};
    erased_[id] = moments_.size();
    compare(id);
  }

  // No file may hold what was erased, whatever was done with it before.
  void erase_secret() {
    const std::string secret = "secret" + std::to_string(chance_.bits());
    const Id id = random_id();
    const auto found = now_.find(id);
    if (found == now_.end()) return;
    Planned planned;
    Version version = *found->second;
    version.bytes.clear();
    const Object fields = {{"secret", secret}};
    put_fields(version.fields, fields);
    if (!check(db_->update(id, "{\"secret\":\"" + secret + "\"}"), "a secret")) return;
    plan_write(planned, id, std::move(version), {"update", fields, {}});
    took_effect(planned);
    for (std::uint64_t i = chance_.below(4); i > 0 && failure_.empty(); --i) {
      if (chance_.one_in(2)) check(db_->checkpoint(), "checkpoint");
      transaction();
    }
    if (!failure_.empty() || written_.count(id) == 0) return;
    auto count = db_->erase(id, "a secret");
    if (!check(count.ok(), "erase: " + count.error().text())) return;
    forget(id);
    for (const auto& file : fs::recursive_directory_iterator(path_)) {
      if (!file.is_regular_file()) continue;
      std::ifstream in(file.path(), std::ios::binary);
      const std::string text((std::istreambuf_iterator<char>(in)), {});
      check(text.find(secret) == std::string::npos,
            "what was erased is still in " + file.path().filename().string());
    }
  }

  // --- other processes, copies, opening again ---

  void open(bool create) {
    auto opened = create ? Storage::create(path_, {}, options_) : Storage::open(path_, options_);
    if (!check(opened.ok(), "open: " + opened.error().text())) return;
    db_ = std::move(*opened);
    storage_ = db_->id();
    check(!db_->read_only(),
          "opened read-only: " + (db_->recovery().damage.empty() ? "" : db_->recovery().damage[0]));
    check(!db_->recovery().torn_tail_cut, "a tail was cut after a clean close");
    ++totals_.opens;
  }

  void reopen() {
    auto before = db_->digest();
    if (!check(before.ok(), "digest")) return;
    kept_.clear();
    records_.clear();
    scans_.clear();
    if (!check(db_->close(), "close")) return;
    check(db_->get(Id{}).code() == Code::closed, "reading after close");
    db_.reset();
    const std::uint64_t lost = chance_.below(6);
    if (lost == 0) fs::remove_all(path_ / "state");
    if (lost <= 1) fs::remove(path_ / "manifest");
    if (lost == 2) fs::remove(path_ / "log/mark");
    if (lost == 3) lose_a_state_file();
    options_ = random_options();
    open(false);
    if (!failure_.empty()) return;
    auto after = db_->digest();
    if (!check(after.ok(), "digest")) return;
    check(before->digest == after->digest, "the state digest changed by closing and opening");
    check(before->frontier == after->frontier, "the frontier changed by closing and opening");
    check(differs(*db_, now_), "after opening again");
  }

  void lose_a_state_file() {
    std::vector<fs::path> files;
    for (const auto& file : fs::directory_iterator(path_ / "state")) files.push_back(file.path());
    std::sort(files.begin(), files.end());
    if (!files.empty()) fs::remove(files[chance_.below(files.size())]);
  }

  // What the directory holds when everything is synced, seen by somebody else.
  void compare_other(const std::string& directory, bool read_only, const char* what) {
    Options options = random_options();
    options.read_only = read_only;
    auto other = Storage::open(directory, options);
    if (!check(other.ok(), std::string(what) + ": " + other.error().text())) return;
    check(differs(*other, now_), what);
    auto mine = db_->digest();
    auto theirs = other->digest();
    check(mine.ok() && theirs.ok() && mine->digest == theirs->digest,
          std::string(what) + ": another state digest");
    auto report = other->verify({});
    check(report.ok() && report->ok, std::string(what) + ": does not verify");
    if (!read_only) {
      check(other->insert("City", "{\"written\":\"elsewhere\"}").ok(), what);
      check(other->writer() != db_->writer(), std::string(what) + ": the same writer");
    }
    check(other->close(), what);
  }

  void read_beside() {
    if (check(db_->sync(), "sync")) compare_other(path_, true, "a reader beside");
  }

  // As a program for copying would, while runs come and go. The log is synced and nobody writes.
  void copy_directory(const fs::path& to) {
    std::vector<fs::path> files;
    for (const auto& each : fs::recursive_directory_iterator(path_)) {
      if (each.is_regular_file()) files.push_back(fs::relative(each.path(), path_));
    }
    for (const fs::path& file : files) {
      std::error_code gone;
      fs::create_directories((to / file).parent_path());
      fs::copy_file(path_ / file, to / file, gone);
    }
  }

  void copies() {
    if (!check(db_->sync(), "sync")) return;
    ++totals_.copies;
    const std::string copy = home_ + "/copy";
    const std::string restored = home_ + "/restored";
    fs::remove_all(copy);
    fs::remove_all(restored);
    if (chance_.one_in(3)) {
      copy_directory(copy);
      return compare_other(copy, false, "a copied directory");
    }
    if (!check(db_->backup(copy), "backup")) return;
    compare_other(copy, true, "a backup");
    if (!check(Storage::restore(copy, restored), "restore")) return;
    compare_other(restored, false, "a restored backup");
  }

  Chance chance_;
  std::string home_;
  fs::path path_;
  Totals& totals_;
  std::string failure_;
  Options options_;
  bool flooding_ = false;
  bool flooded_ = false;
  std::optional<Storage> db_;
  Digest storage_;

  Contents now_;
  std::vector<Id> seen_;
  std::map<Id, Written> written_;
  std::map<Id, std::size_t> erased_;  // the moments before it cannot be seen any more
  std::vector<Moment> moments_;
  std::vector<Kept> kept_;
  std::vector<HeldRecord> records_;
  std::vector<std::unique_ptr<HeldScan>> scans_;
  std::vector<HeldProof> proofs_;
  std::vector<std::pair<BlobRef, Buffer>> blobs_;
};

}  // namespace

std::string Totals::text() const {
  char line[400];
  const auto number = [](std::uint64_t n) { return static_cast<unsigned long long>(n); };
  std::snprintf(line, sizeof line,
                "%llu walks, %llu transactions, %llu refused, %llu old reads, %llu snapshots, %llu "
                "proofs, %llu erasures, %llu opens, %llu copies, %llu runs, %llu floods",
                number(walks), number(transactions), number(refused), number(old_reads),
                number(snapshots), number(proofs), number(erasures), number(opens), number(copies),
                number(runs), number(floods));
  return line;
}

std::string default_directory() {
  std::error_code none;
  const fs::path shared = "/dev/shm";
  return fs::is_directory(shared, none) ? shared.string() : fs::temp_directory_path().string();
}

std::string walk(std::uint64_t seed, const std::string& directory, Totals& totals) {
  ++totals.walks;
  std::string place = directory + "/gs-model-XXXXXX";
  if (mkdtemp(place.data()) == nullptr) return "cannot make a directory in " + directory;
  std::string failure = Walk(seed, place, totals).run();
  std::error_code none;
  fs::remove_all(place, none);
  return failure;
}

}  // namespace gs::model
