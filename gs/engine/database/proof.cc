// The proof of a record's current version: the operation that wrote it last, the way to its change,
// and the way from the change to the root of this log, signed by this replica's writer.

#include "gs/core/graph/proof.h"

#include <map>

#include "gs/engine/database/database.h"

namespace gs::engine {

using graph::Kind;

namespace {

// The newest change of each writer that a walk has met.
struct Chains {
  struct Head {
    Digest change;
    log::Location at = 0;
    std::uint64_t bytes = 0;
  };
  std::map<graph::Writer, Head> heads;

  Error follow(const graph::ChangeView& change, log::Location at) {
    Head& head = heads[change.writer()];
    if (change.prev() != head.change) {
      return log::damage_at(at, "it does not follow its writer's previous change");
    }
    head = {change.digest(), at, change.bytes().size()};
    return {};
  }
};

}  // namespace

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
  Chains chains;
  // What is damaged elsewhere must not keep this record from being proven. So only frames that name
  // it are compared; that other headers are what they were is shown by those that follow them.
  const auto compare = [&](log::Location at, std::uint64_t bytes) -> Error {
    if (settled.log.view->frame_is_sound(at - log::kFrameBytes, log::kFrameBytes + bytes))
      return {};
    return log::damage_at(at, "its checksum is another one");
  };
  const auto look = [&](log::Location at, Bytes bytes, bool&) -> Error {
    const auto parsed = graph::ChangeView::parse(bytes);
    if (!parsed.ok()) return log::damage_at(at, parsed.error().message());
    const graph::ChangeView& change = *parsed;
    GS_TRY_OK(chains.follow(change, at));
    leaves.push_back(graph::log_leaf(change.digest()));
    std::uint32_t wanted = graph::kNoId;
    for (std::uint32_t i = 0; i < change.id_count() && wanted == graph::kNoId; ++i) {
      if (change.id(i) == id) wanted = i;
    }
    if (wanted == graph::kNoId) return {};
    GS_TRY_OK(compare(at, bytes.size()));
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
  };
  GS_TRY_OK(each_change(settled, look, 0, log::Log::Compare::heads));
  for (const auto& [writer, head] : chains.heads) GS_TRY_OK(compare(head.at, head.bytes));
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
