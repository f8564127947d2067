#include "gs/engine/database/vouchers.h"

#include <algorithm>

#include "gs/core/crypto/sha256.h"

namespace gs::engine {

using graph::Kind;

namespace {

bool is_erasure(const graph::OperationView& operation) noexcept {
  return operation.kind == static_cast<std::uint8_t>(Kind::erase);
}

// Of other kinds an erase operation is refused, when it is looked at itself.
bool is_write_kind(std::uint8_t kind) noexcept {
  return kind == static_cast<std::uint8_t>(Kind::insert) ||
         kind == static_cast<std::uint8_t>(Kind::set) ||
         kind == static_cast<std::uint8_t>(Kind::update);
}

}  // namespace

bool may_lack_payloads(Bytes change) noexcept {
  constexpr std::size_t kFormAt = 4;
  return change.size() > kFormAt && change[kFormAt] != 0;
}

bool has_erasures(const graph::ChangeView& change) noexcept {
  auto cursor = change.operations();
  for (graph::OperationView operation; cursor.next(operation);) {
    if (is_erasure(operation)) return true;
  }
  return false;
}

Digest Vouchers::name(const graph::Erase& erase, const Id& id) {
  graph::Erase said = erase;
  said.reason = {};
  crypto::Sha256 hash;
  hash.add(graph::encode_erase(said));
  hash.add(id.bytes);
  return hash.finish();
}

Error Vouchers::add(const graph::ChangeView& change, const IsWanted& is_wanted) {
  std::vector<Digest> names;
  auto cursor = change.operations();
  for (graph::OperationView operation; cursor.next(operation);) {
    if (!is_erasure(operation)) continue;
    GS_TRY(const graph::Erase erase, graph::parse_erase(operation.payload));
    if (operation.id_index == graph::kNoId) {
      return Error(Code::invalid, "an erase operation names no record");
    }
    if (!is_write_kind(erase.kind)) continue;
    if (is_wanted && !is_wanted(erase.change)) continue;
    names.push_back(name(erase, change.id(operation.id_index)));
    if (names.size() > max_ - all_.size()) {
      return Error(Code::too_large,
                   "change " + change.digest().text() + ": more than " + std::to_string(max_) +
                       " payloads were erased in changes that are not here yet. Take changes in "
                       "smaller portions, each with its erasures, or clone a replica");
    }
  }
  all_.insert(names.begin(), names.end());
  return {};
}

void Vouchers::remove(const graph::ChangeView& change) {
  auto cursor = change.operations();
  for (graph::OperationView operation; cursor.next(operation);) {
    if (!is_erasure(operation) || operation.id_index == graph::kNoId) continue;
    const auto erase = graph::parse_erase(operation.payload);
    if (!erase.ok()) return;  // then add() had taken none
    if (!is_write_kind(erase->kind)) continue;
    const auto at = all_.find(name(*erase, change.id(operation.id_index)));
    if (at != all_.end()) all_.erase(at);
  }
}

}  // namespace gs::engine
