// Staging: operations of one transaction, encoded and waiting; nothing here touches the log.

#include "gs/engine/database/database.h"

namespace gs::engine {

using graph::Kind;

namespace {

// Transactions kept for reuse, so that their buffers and shape caches stay warm.
constexpr std::size_t kPoolMax = 16;
// Staging memory above this is given back instead of pooled.
constexpr std::size_t kPooledBytesMax = std::size_t{4} << 20;

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
  std::unique_ptr<TransactionState> state;
  {
    std::lock_guard lock(pool_mutex_);
    if (!pool_.empty()) {
      state = std::move(pool_.back());
      pool_.pop_back();
      state->db = shared_from_this();
    }
  }
  if (!state) state = std::make_unique<TransactionState>(shared_from_this(), shape_cache_);
  if (has_catalog_) state->catalog = catalog();
  state->own_chains = own_chains_;
  return state;
}

void Database::recycle(std::unique_ptr<TransactionState> state) {
  state->clear();
  state->catalog.reset();
  state->db.reset();  // a pooled transaction must not keep its own database alive
  if (state->memory_bytes() > kPooledBytesMax) return;
  std::lock_guard lock(pool_mutex_);
  if (pool_.size() < kPoolMax) pool_.push_back(std::move(state));
}

std::size_t Database::pool_bytes() {
  const std::lock_guard lock(pool_mutex_);
  std::size_t bytes = 0;
  for (const auto& state : pool_) bytes += state->memory_bytes();
  return bytes;
}

Error Database::stage_insert(TransactionState& tx, const record::Encoded& encoded, Id& id) {
  GS_TRY_OK(too_many(tx));
  StagedOperation operation;
  operation.kind = Kind::insert;
  {
    std::lock_guard lock(mint_mutex_);
    if (!minter_) return read_only_reason_.copy();
    const auto minted = minter_->mint(env_.clock->wall_ms());
    operation.id = minted.id;
    operation.mint = minted.counter;
  }
  add_record(tx, operation, encoded);
  id = operation.id;
  tx.operations.push_back(operation);
  return {};
}

Error Database::stage_keyed(TransactionState& tx, const record::Encoded& encoded, const Id& id) {
  GS_TRY_OK(too_many(tx));
  StagedOperation operation;
  operation.kind = Kind::insert;
  operation.keyed = true;
  operation.id = id;
  if (!tx.open_edits.empty()) tx.close_edits(id);
  add_record(tx, operation, encoded);
  tx.operations.push_back(operation);
  return {};
}

Error Database::stage(TransactionState& tx, Kind kind, const Id& id,
                      const record::Encoded& encoded) {
  GS_TRY_OK(too_many(tx));
  StagedOperation operation;
  operation.kind = kind;
  operation.id = id;
  if (!tx.open_edits.empty()) tx.close_edits(id);
  add_record(tx, operation, encoded);
  tx.operations.push_back(operation);
  return {};
}

Error Database::stage_remove(TransactionState& tx, const Id& id) {
  GS_TRY_OK(too_many(tx));
  StagedOperation operation;
  operation.kind = Kind::remove;
  operation.id = id;
  if (!tx.open_edits.empty()) tx.close_edits(id);
  tx.operations.push_back(operation);
  return {};
}

Error Database::stage_expect(TransactionState& tx, const Id& id, const Digest& version) {
  GS_TRY_OK(too_many(tx));
  StagedOperation operation;
  operation.kind = Kind::expect;
  operation.id = id;
  operation.version = version;
  tx.expectations.push_back(operation);
  return {};
}

// Looks at each operation once, however often it is asked.
const StagedOperation* Database::staged_content(TransactionState& tx, const Id& id) {
  if (tx.operations.empty()) return nullptr;
  if (!tx.contents) tx.contents.emplace(*env_.random);
  if (tx.indexed == 0) tx.contents->begin();
  for (; tx.indexed < tx.operations.size(); ++tx.indexed) {
    const StagedOperation& staged = tx.operations[tx.indexed];
    if (staged.kind == Kind::expect || staged.kind == Kind::update) continue;
    tx.contents->last(staged.id) = tx.indexed;
  }
  const std::size_t found = tx.contents->last(id);
  return found == Touched::kNone ? nullptr : &tx.operations[found];
}

}  // namespace gs::engine
