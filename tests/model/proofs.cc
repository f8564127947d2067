// Proofs: each says what was written last, also when it is checked much later.

#include "tests/model/steps.h"

namespace gs::model {

namespace {

constexpr std::size_t kProofsMax = 12;

}  // namespace

void Walk::prove() {
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

void Walk::check_proofs() {
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
void Walk::check_proven(const HeldProof& held, const std::string& json) {
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

}  // namespace gs::model
