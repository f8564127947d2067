// The proof of a record's current version: the operation that wrote it last, the way to its change,
// and the way from the change to the root of this log, signed by this replica's writer.

#include "gs/core/graph/proof.h"

#include "gs/base/endian.h"
#include "gs/engine/database/database.h"

namespace gs::engine {

using graph::Kind;

Result<std::string> Database::proof(const Id& id) {
  if (!key_) {
    return Error(read_only_reason_.code(), "a proof is signed by the writer of this storage, but " +
                                               std::string(read_only_reason_.message()));
  }
  GS_TRY(const Settled settled, settle());
  std::vector<Digest> leaves;
  Bytes newest;
  std::uint64_t newest_index = 0;
  std::uint32_t operation_index = 0;
  bool erased = false;
  GS_TRY_OK(each_change(settled, [&](log::Location, Bytes bytes, bool&) -> Error {
    GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(bytes));
    leaves.push_back(graph::log_leaf(change.digest()));
    std::uint32_t wanted = graph::kNoId;
    for (std::uint32_t i = 0; i < change.id_count() && wanted == graph::kNoId; ++i) {
      if (change.id(i) == id) wanted = i;
    }
    if (wanted == graph::kNoId) return {};
    auto cursor = change.operations();
    graph::OperationView operation;
    while (cursor.next(operation)) {
      if (operation.id_index != wanted) continue;
      const auto kind = static_cast<Kind>(operation.kind);
      if (kind == Kind::erase) erased = true;
      const bool provable =
          kind == Kind::insert || kind == Kind::set || kind == Kind::update || kind == Kind::remove;
      if (!provable || operation.erased()) continue;
      erased = false;
      newest = bytes;
      newest_index = leaves.size() - 1;
      operation_index = cursor.index();
    }
    return {};
  }));
  if (erased)
    return Error(Code::erased, "record " + id.text() + " was erased; nothing is left to prove");
  if (newest.empty()) return Error(Code::not_found, "no record " + id.text() + " in this storage");

  GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(newest));
  auto cursor = change.operations();
  graph::OperationView operation;
  while (cursor.next(operation) && cursor.index() != operation_index) {
  }
  record::ShapePtr shape;
  if (operation.shape != graph::kNoShape) shape = known_shape(change.shape(operation.shape));
  graph::LogProof log;
  log.index = newest_index;
  log.size = leaves.size();
  log.path = crypto::inclusion_path(leaves, newest_index);
  log.root = crypto::merkle_root(leaves);
  log.signer = writer_;
  log.signature = graph::sign_log_head(*key_, storage_, log.size, log.root);
  GS_TRY(const graph::Proof proof,
         graph::make_proof(change, operation_index, shape.get(), std::move(log)));
  // The bytes may have been damaged since they were written; that would be a proof of nothing.
  if (const auto proven = graph::check(proof); !proven.ok()) {
    return Error(Code::damaged, "record " + id.text() + " is damaged in the log: " +
                                    std::string(proven.error().message()) +
                                    ". Run `gstore verify` to see the extent, then restore from a "
                                    "backup");
  }
  return graph::to_json(proof);
}

}  // namespace gs::engine
