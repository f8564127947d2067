// The proof of a record's current version: the operation that wrote it last, the way to its change,
// and the way from the change to the root of this log, signed by this replica's writer.

#include "gs/core/graph/proof.h"

#include <algorithm>
#include <map>

#include "gs/engine/database/database.h"

namespace gs::engine {

using graph::Kind;

namespace {

// The newest change of each chain that a walk has met; behind twins there are several of a writer.
struct Chains {
  struct Head {
    log::Location at = 0;
    std::uint64_t bytes = 0;
  };
  std::map<Digest, Head> heads;

  // `leaves`: of all changes before it.
  Error follow(const graph::ChangeView& change, log::Location at, std::span<const Digest> leaves) {
    const auto is_met = [&] {
      return std::find(leaves.begin(), leaves.end(), graph::log_leaf(change.prev())) !=
             leaves.end();
    };
    const bool follows = heads.erase(change.prev()) != 0 ||
                         (change.sequence() == 0 && change.prev().is_zero()) || is_met();
    if (!follows) return log::damage_at(at, "it does not follow its writer's previous change");
    heads[change.digest()] = {at, change.bytes().size()};
    return {};
  }
};

}  // namespace

// What a proof is made of.
class Database::Proving {
 public:
  // The newest operation that wrote a record, and the log around it.
  struct Newest {
    Id id;
    std::vector<Digest> leaves;
    Bytes change;
    std::uint64_t change_index = 0;
    std::uint32_t operation_index = 0;
    bool erased = false;
    bool dropped = false;  // what it held, not that it is there
  };

  explicit Proving(Database& db) noexcept : db_(db) {}

  Error find_newest(const Settled& settled, Newest& newest);

 private:
  Database& db_;
};

Error Database::Proving::find_newest(const Settled& settled, Newest& newest) {
  GS_TRY(const std::optional<Ancestors> version, db_.changes_of_state(settled));
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
    GS_TRY_OK(chains.follow(change, at, newest.leaves));
    newest.leaves.push_back(graph::log_leaf(change.digest()));
    if (version && !version->have(static_cast<graph::ChangeNumber>(newest.leaves.size() - 1))) {
      return {};
    }
    const std::uint32_t wanted = change.find_id(newest.id);
    if (wanted == graph::kNoId) return {};
    GS_TRY_OK(compare(at, bytes.size()));
    auto operations = change.operations();
    graph::OperationView operation;
    while (operations.next(operation)) {
      if (operation.id_index != wanted) continue;
      const auto kind = static_cast<Kind>(operation.kind);
      if (kind == Kind::erase) newest.erased = true;
      const bool provable =
          kind == Kind::insert || kind == Kind::set || kind == Kind::update || kind == Kind::remove;
      const bool is_below_cut =
          settled.base != nullptr && newest.leaves.size() <= settled.base->changes();
      if (provable && operation.erased() && is_below_cut) newest.dropped = true;
      if (!provable || operation.erased()) continue;
      newest.dropped = false;
      newest.erased = false;
      newest.change = bytes;
      newest.change_index = newest.leaves.size() - 1;
      newest.operation_index = operations.index();
    }
    return {};
  };
  GS_TRY_OK(db_.each_change(settled, look, 0, log::Log::Compare::heads));
  for (const auto& [change, head] : chains.heads) GS_TRY_OK(compare(head.at, head.bytes));
  return {};
}

Result<std::string> Database::proof(const Id& id) {
  if (!key_) {
    return Error(read_only_reason_.code(), "a proof is signed by the writer of this storage, but " +
                                               std::string(read_only_reason_.message()));
  }
  GS_TRY(const Settled settled, settle());
  Proving::Newest newest;
  newest.id = id;
  GS_TRY_OK(Proving(*this).find_newest(settled, newest));
  if (newest.erased)
    return Error(Code::erased, "record " + id.text() + " was erased; nothing is left to prove");
  if (newest.dropped) return history_dropped(settled.base->statement());
  if (newest.change.empty()) {
    const bool is_in_memory = get(id).ok();
    return Error(Code::not_found, is_in_memory ? "record " + id.text() +
                                                     " is kept in memory only, and the log that "
                                                     "would prove it does not know it"
                                               : "no record " + id.text() + " in this storage");
  }

  GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(newest.change));
  auto cursor = change.operations();
  graph::OperationView operation;
  while (cursor.next(operation) && cursor.index() != newest.operation_index) {
  }
  record::ShapePtr shape;
  if (operation.shape != graph::kNoShape) shape = known_shape(change.shape(operation.shape));
  graph::LogProof log;
  log.index = newest.change_index;
  log.size = newest.leaves.size();
  log.path = crypto::inclusion_path(newest.leaves, newest.change_index);
  log.root = crypto::merkle_root(newest.leaves);
  {
    const std::lock_guard lock(commit_mutex_);
    log.signer = writer_;
    log.signature = graph::sign_log_head(*key_, storage_, log.size, log.root);
  }
  GS_TRY(const graph::Proof proof,
         graph::make_proof(change, newest.operation_index, shape.get(), std::move(log)));
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
