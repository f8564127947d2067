// What erase operations say of payloads that are gone: exactly what is left of each one.
//
// A change may come without a payload. Its signature holds all the same, and what is left of the
// operation, its head, is covered by nothing: whoever carries a change can strip it and make the
// head say anything. Only a signed erase operation tells that it is as its writer made it. That
// operation is in a later change, so it cannot be in the log when the stripped one comes: it is in
// what came with it, or waits for it.
//
// One thread. Memory: about 80 bytes for each.
#pragma once

#include <functional>
#include <unordered_set>

#include "gs/base/endian.h"
#include "gs/core/graph/operation.h"

namespace gs::engine {

class Vouchers {
 public:
  // 80 MiB of memory: so many payloads can be erased in changes that are not here yet.
  static constexpr std::size_t kMax = std::size_t{1} << 20;

  explicit Vouchers(std::size_t max = kMax) : max_(max) {}

  using IsWanted = std::function<bool(const Digest& change)>;

  // All erase operations of the change, of those about changes that are wanted; none when it
  // returns an error. Errors: too_large, invalid.
  Error add(const graph::ChangeView& change, const IsWanted& is_wanted = {});
  void remove(const graph::ChangeView& change);
  std::size_t size() const noexcept { return all_.size(); }

  // Whether some erase operation says exactly this, of a record with this id.
  bool has(const graph::Erase& left, const Id& id) const { return all_.count(name(left, id)) != 0; }

 private:
  struct Hash {
    std::size_t operator()(const Digest& digest) const noexcept {
      return static_cast<std::size_t>(load_u64(digest.bytes.data()));
    }
  };

  // Of all that is said, but for the reason.
  static Digest name(const graph::Erase& erase, const Id& id);

  std::size_t max_;
  std::unordered_multiset<Digest, Hash> all_;
};

// Whether the bytes of a change may lack payloads; cheap, and true of all that do.
bool may_lack_payloads(Bytes change) noexcept;
bool has_erasures(const graph::ChangeView& change) noexcept;
// The erased operations of the change, told as erase operations do, until `each` returns false.
template <typename Each>
bool all_erased(const graph::ChangeView& change, const Each& each) {
  if (!change.explicit_salts()) return true;
  auto cursor = change.operations();
  for (graph::OperationView operation; cursor.next(operation);) {
    if (!operation.erased()) continue;
    const graph::Erase left = graph::describe_erasure(change, cursor, operation, {});
    if (!each(left, change.id(operation.id_index))) return false;
  }
  return true;
}

}  // namespace gs::engine
