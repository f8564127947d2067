// Transactions of many writes, what the model has to expect of them, and what took effect.

#include <algorithm>

#include "tests/model/steps.h"

namespace gs::model {

// A record as the transaction sees it.
const Version* Walk::in_transaction(const Planned& planned, const Id& id) const {
  if (const auto found = planned.after.find(id); found != planned.after.end())
    return found->second.first.get();
  const auto found = now_.find(id);
  return found == now_.end() ? nullptr : found->second.get();
}

// Whether the storage knows anything of it, live, removed or erased: then a put says what it saw.
bool Walk::is_known(const Planned& planned, const Id& id) const {
  return planned.after.count(id) != 0 || written_.count(id) != 0;
}

void Walk::put_fields(Object& fields, const Object& over) {
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

void Walk::remove_fields(Object& fields, const std::vector<std::string>& names) {
  std::erase_if(fields, [&](const Member& each) {
    return std::find(names.begin(), names.end(), each.first) != names.end();
  });
}

// {"$unset":true} for the names, among the fields.
std::string Walk::delta_json(const Delta& delta) {
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

void Walk::plan_write(Planned& planned, const Id& id, Version version, Written written) {
  planned.after[id] = {std::make_shared<Version>(std::move(version)), std::move(written)};
  seen_.push_back(id);
}

void Walk::stage_insert(Transaction& tx, Planned& planned) {
  Version version;
  version.collection = random_collection();
  version.fields = random_fields();
  auto id = chance_.one_in(2) ? tx.insert(version.collection, version.fields)
                              : tx.insert(version.collection, json_of(chance_, version.fields));
  if (!check(id.ok(), "insert: " + id.error().text() + " " + text_of(version.fields))) return;
  Written written{"insert", version.fields, {}};
  plan_write(planned, *id, std::move(version), std::move(written));
}

void Walk::stage_put(Transaction& tx, Planned& planned) {
  Version version;
  version.collection = random_collection();
  version.key = random_key();
  version.fields = random_fields();
  auto id = tx.put(version.collection, version.key, json_of(chance_, version.fields));
  if (!check(id.ok(), "put: " + id.error().text())) return;
  Written written{is_known(planned, *id) ? "set" : "insert", version.fields, {}};
  plan_write(planned, *id, std::move(version), std::move(written));
}

void Walk::refuse(Planned& planned, Code code) {
  planned.refused = true;
  if (planned.code == Code::ok) planned.code = code;
}

void Walk::stage_set(Transaction& tx, Planned& planned) {
  const Id id = any_of(planned);
  Version version;
  version.fields = random_fields();
  Error error =
      chance_.one_in(2) ? tx.set(id, version.fields) : tx.set(id, json_of(chance_, version.fields));
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

void Walk::stage_update(Transaction& tx, Planned& planned) {
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

void Walk::stage_remove(Transaction& tx, Planned& planned) {
  const Id id = any_of(planned);
  check(tx.remove(id), "remove");
  if (in_transaction(planned, id) == nullptr) return refuse(planned, Code::not_found);
  planned.after[id] = {nullptr, {"remove", {}, {}}};
}

void Walk::stage_expect(Transaction& tx, Planned& planned) {
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

void Walk::transaction() {
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

void Walk::took_effect(Planned& planned) {
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
      check(before->second->version != learned->version || before->second->bytes == learned->bytes,
            "another version has the same name");
    }
    if (chance_.one_in(40)) {
      if (records_.size() >= kKept) records_.erase(records_.begin());
      records_.push_back({std::move(*record), learned});
    }
    now_[id] = std::move(learned);
  }
}

void Walk::compare(const Id& id) {
  auto record = db_->get(id);
  const auto found = now_.find(id);
  if (found == now_.end()) {
    check(record.code() == Code::not_found, id.text() + " should not be there");
    check(!db_->has(id), id.text() + " should not be there");
  } else if (check(record.ok(), record.error().text())) {
    check(differs(*record, id, *found->second), "compared");
  }
}

}  // namespace gs::model
