// Staging: operations of one transaction, encoded and waiting; nothing here touches the log.

#include "gs/engine/database/database.h"
#include "gs/engine/database/staging.h"

namespace gs::engine {

using graph::Kind;

namespace {

void add_record(TransactionState& tx, StagedOperation& operation, const record::Encoded& encoded) {
  operation.shape = &encoded.shape;
  operation.begin = tx.encoder.keep(encoded);
  operation.bytes = encoded.bytes.size();
}

// The commit adds up exactly; this is only what bounds memory until then.
Error too_many(const TransactionState& tx) {
  const std::size_t bytes = tx.encoder.kept().size() + tx.size() * graph::ChangeBuilder::cost(0);
  if (bytes <= graph::kTransactionBytesMax) return {};
  return Error(Code::too_large,
               "the transaction holds " + std::to_string(bytes) + " bytes; the limit is " +
                   std::to_string(graph::kTransactionBytesMax) + ". Commit in parts");
}

}  // namespace

std::unique_ptr<TransactionState> Database::begin() {
  std::unique_ptr<TransactionState> state = pool_.take();
  if (!state) state = std::make_unique<TransactionState>(shared_from_this(), shape_cache_);
  if (!state->db) state->db = shared_from_this();
  if (schema_.has_catalog) state->catalog = catalog();
  state->own_chains = own_chains_;
  return state;
}

void Database::recycle(std::unique_ptr<TransactionState> state) {
  state->clear();
  state->catalog.reset();
  state->db.reset();  // a pooled transaction must not keep its own database alive
  pool_.keep(std::move(state));
}

Error Staging::stage_insert(const record::Encoded& encoded, Id& id) {
  GS_TRY_OK(too_many(tx_));
  StagedOperation operation;
  operation.kind = Kind::insert;
  {
    std::lock_guard lock(db_.mint_mutex_);
    if (!db_.minter_) return db_.read_only_reason_.copy();
    const auto minted = db_.minter_->mint(db_.env_.clock->wall_ms());
    operation.id = minted.id;
    operation.mint = minted.counter;
  }
  add_record(tx_, operation, encoded);
  id = operation.id;
  tx_.operations.push_back(operation);
  return {};
}

Error Staging::stage_keyed(const record::Encoded& encoded, const Id& id) {
  GS_TRY_OK(too_many(tx_));
  StagedOperation operation;
  operation.kind = Kind::insert;
  operation.keyed = true;
  operation.id = id;
  if (!tx_.open_edits.empty()) tx_.close_edits(id);
  add_record(tx_, operation, encoded);
  tx_.operations.push_back(operation);
  return {};
}

Error Staging::stage(Kind kind, const Id& id, const record::Encoded& encoded) {
  GS_TRY_OK(too_many(tx_));
  StagedOperation operation;
  operation.kind = kind;
  operation.id = id;
  if (!tx_.open_edits.empty()) tx_.close_edits(id);
  add_record(tx_, operation, encoded);
  tx_.operations.push_back(operation);
  return {};
}

Error Staging::stage_remove(const Id& id) {
  GS_TRY_OK(too_many(tx_));
  StagedOperation operation;
  operation.kind = Kind::remove;
  operation.id = id;
  if (!tx_.open_edits.empty()) tx_.close_edits(id);
  tx_.operations.push_back(operation);
  return {};
}

Error Staging::stage_expect(const Id& id, const Digest& version) {
  GS_TRY_OK(too_many(tx_));
  StagedOperation operation;
  operation.kind = Kind::expect;
  operation.id = id;
  operation.version = version;
  tx_.expectations.push_back(operation);
  return {};
}

// Looks at each operation once, however often it is asked.
const StagedOperation* Staging::staged_content(const Id& id) {
  if (tx_.operations.empty()) return nullptr;
  if (!tx_.contents) tx_.contents.emplace(*db_.env_.random);
  if (tx_.indexed == 0) tx_.contents->begin();
  for (; tx_.indexed < tx_.operations.size(); ++tx_.indexed) {
    const StagedOperation& staged = tx_.operations[tx_.indexed];
    if (staged.kind == Kind::expect || staged.kind == Kind::update) continue;
    tx_.contents->last(staged.id) = tx_.indexed;
  }
  const std::size_t found = tx_.contents->last(id);
  return found == Touched::kNone ? nullptr : &tx_.operations[found];
}

}  // namespace gs::engine
