// Writes that are steps of their own: single calls, swaps, floods of shapes, misuse, blobs.

#include "tests/model/steps.h"

namespace gs::model {

// The calls that are transactions of their own.
void Walk::single() {
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

void Walk::swap() {
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
void Walk::flood() {
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
                 {is_known(planned, *id) ? "set" : "insert", fields, {}});
    }
    auto done = tx.commit(Durability::lazy);
    if (!check(done.ok(), "flood: " + done.error().text())) return;
    took_effect(planned);
  }
}

void Walk::misuse() {
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

void Walk::blob() {
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

}  // namespace gs::model
