#include "tests/simulation/workload.h"

#include "gs/core/record/record.h"
#include "gs/engine/database/staging.h"

namespace gs::simulation {

using engine::Database;
using graph::Kind;

namespace {

// Few keys, so that they are put again after they were removed or erased.
constexpr std::uint64_t kKeys = 8;
constexpr std::size_t kExpectedMax = 6;

template <typename Container>
auto nth(const Container& container, std::uint64_t n) {
  return std::next(container.begin(), static_cast<std::ptrdiff_t>(n));
}

Id keyed_id(const std::string& collection, const std::string& key) {
  return record::keyed_id(record::collection_id(collection), key);
}

// As an update is written: fields without a value are unset.
std::string delta_json(std::vector<Field> delta) {
  for (Field& field : delta) {
    if (!field.second) field.second = R"({"$unset":true})";
  }
  return json_of(delta);
}

}  // namespace

// One transaction while it is staged. That needs no disk, so nothing excuses a failure.
struct Workload::Staging {
  Database& db;
  engine::TransactionState& tx;
  Planned& planned;
  Content after;      // what the transaction itself would find
  std::string wrong;  // why something could not be staged

  bool failed(const Error& error) {
    if (error) wrong = "cannot be staged: " + error.text();
    return !error.ok();
  }

  void did(const Id& id, DocumentPtr document) {
    planned.effects.push_back({id, std::move(document)});
    take_effect(after, {planned.effects.back()});
  }
};

std::string Workload::stage(Database& db, engine::TransactionState& tx, Planned& planned) {
  Staging staging{db, tx, planned, model_.now(), {}};
  const std::uint64_t expectations = random_.chance(350) ? 1 + random_.below(2) : 0;
  for (std::uint64_t i = 0; i < expectations; ++i) {
    std::string failure = stage_expectation(staging);
    if (!failure.empty()) return failure;
  }
  const std::uint64_t operations = 1 + random_.below(random_.chance(100) ? 12 : 3);
  for (std::uint64_t i = 0; i < operations; ++i) {
    std::string failure = stage_one(staging);
    if (!failure.empty()) return failure;
  }
  return std::move(staging.wrong);
}

// Expects the version that the record has, one that it had, its absence, or nonsense; and goes on
// as a swap does, with a write to the same record.
std::string Workload::stage_expectation(Staging& staging) {
  const Id id = any_id(model_.now());
  Digest current;
  const auto hold = staging.db.get(id);
  if (hold.ok()) current = engine::version_digest(hold.value()->found, staging.db.tables());
  if (hold.ok() != (model_.now().count(id) != 0)) return "get contradicts the model about a record";
  Digest expected = current;
  const std::uint64_t what = random_.below(20);
  if (what == 0) expected = {};
  if (what == 1) random_.fill(expected.bytes);
  if (what == 2 && seen_.count(id) != 0) expected = seen_[id];
  seen_[id] = current;
  if (staging.failed(engine::Staging(staging.tx).stage_expect(id, expected))) return {};
  if (expected != current) staging.planned.conflict = true;
  expected_.push_back(id);
  if (expected_.size() > kExpectedMax) expected_.pop_front();
  if (random_.chance(700) && may_write(staging, id)) stage_update(staging, id);
  return {};
}

std::string Workload::stage_one(Staging& staging) {
  const std::uint64_t what = random_.below(20);
  if (what < 7) return stage_insert(staging);
  if (what < 11) {
    stage_put(staging);
    return {};
  }
  const Id id = any_id(staging.after);
  if (!may_write(staging, id)) return {};
  if (what < 16) {
    stage_update(staging, id);
  } else if (what < 17) {
    stage_set(staging, id);
  } else {
    stage_remove(staging, id);
  }
  return {};
}

std::string Workload::stage_insert(Staging& staging) {
  std::string collection = random_.chance(700) ? "City" : "";
  if (random_.chance(60)) collection = "New" + std::to_string(counter_++);
  DocumentPtr made = document(collection, "");
  const auto encoded = staging.tx.encoder.encode_json(collection, made->json);
  Id id;
  if (staging.failed(encoded.error())) return {};
  if (staging.failed(engine::Staging(staging.tx).stage_insert(encoded.value(), id))) return {};
  if (model_.knows(id)) return "an id was minted a second time: " + id.text();
  staging.did(id, std::move(made));
  return {};
}

void Workload::stage_put(Staging& staging) {
  const std::string collection = random_.chance(800) ? "" : "Town";
  const std::string key = "key" + std::to_string(random_.below(kKeys));
  DocumentPtr made = document(collection, key);
  const auto encoded = staging.tx.encoder.encode_json(collection, made->json, key);
  const Id id = keyed_id(collection, key);
  if (staging.failed(encoded.error())) return;
  if (staging.failed(engine::Staging(staging.tx).stage_keyed(encoded.value(), id))) return;
  staging.did(id, std::move(made));
}

bool Workload::may_write(Staging& staging, const Id& id) {
  if (staging.after.count(id) != 0) return true;
  if (!random_.chance(200)) return false;
  // Staged all the same: the whole transaction must be refused.
  staging.planned.missing = !staging.failed(engine::Staging(staging.tx).stage_remove(id));
  return false;
}

void Workload::stage_set(Staging& staging, const Id& id) {
  const DocumentPtr before = staging.after.at(id);
  DocumentPtr made = document(before->collection, before->key);
  const auto encoded = staging.tx.encoder.encode_json(before->collection, made->json, before->key);
  if (staging.failed(encoded.error())) return;
  if (staging.failed(engine::Staging(staging.tx).stage(Kind::set, id, encoded.value()))) return;
  staging.did(id, std::move(made));
}

void Workload::stage_update(Staging& staging, const Id& id) {
  std::vector<Field> delta{{random_.chance(600) ? "n" : field_name(), value()}};
  const std::string second = field_name();
  if (random_.chance(300) && second != delta.front().first) {
    delta.emplace_back(second, random_.chance(300) ? std::nullopt : std::optional(value()));
  }
  DocumentPtr document = staging.after.at(id)->updated(delta);
  const auto encoded = staging.tx.encoder.encode_delta_json({}, delta_json(std::move(delta)));
  if (staging.failed(encoded.error())) return;
  if (staging.failed(engine::Staging(staging.tx).stage(Kind::update, id, encoded.value()))) return;
  staging.did(id, std::move(document));
}

void Workload::stage_remove(Staging& staging, const Id& id) {
  if (!staging.failed(engine::Staging(staging.tx).stage_remove(id))) staging.did(id, nullptr);
}

// Mostly one that is there; else one that was, or a key.
Id Workload::any_id(const Content& content) {
  const std::uint64_t what = random_.below(20);
  if (what == 0 || content.empty())
    return keyed_id("", "key" + std::to_string(random_.below(kKeys)));
  if (what < 3 && !model_.known().empty()) {
    return *nth(model_.known(), random_.below(model_.known().size()));
  }
  return nth(content, random_.below(content.size()))->first;
}

Id Workload::to_erase() {
  if (!expected_.empty() && random_.chance(600)) return expected_[random_.below(expected_.size())];
  if (!model_.now().empty() && random_.chance(800))
    return nth(model_.now(), random_.below(model_.now().size()))->first;
  if (model_.known().empty()) return {};
  return *nth(model_.known(), random_.below(model_.known().size()));
}

std::string Workload::value() {
  const std::uint64_t what = random_.below(10);
  const std::string number = std::to_string(counter_++);
  if (what == 0) return random_.chance(500) ? "true" : "false";
  return what < 3 ? "\"" + number + "\"" : number;
}

// From a few, so that records share shapes; now and then one that nobody used before.
std::string Workload::field_name() {
  if (random_.chance(200)) return "new" + std::to_string(counter_++);
  return "f" + std::to_string(random_.below(5));
}

DocumentPtr Workload::document(const std::string& collection, const std::string& key) {
  const bool large = random_.chance(200);
  // Now and then so large that its change has whole blocks, which are written ahead.
  const std::uint64_t huge = large && random_.chance(100) ? 16'384 : 0;
  std::string mark = "mark " + std::to_string(counter_++) + ".";  // longer than chance
  std::string text(large ? huge + 200 + random_.below(900) : random_.below(20),
                   static_cast<char>('a' + random_.below(26)));
  std::vector<Field> fields{{"n", value()}, {"t", "\"" + std::move(text) + mark + "\""}};
  if (random_.chance(250)) fields.emplace_back(field_name(), value());
  return Document::make(collection, key, std::move(mark), std::move(fields));
}

}  // namespace gs::simulation
