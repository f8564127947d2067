// How one transaction gets from staged operations to visible rows (commit.cc).
#pragma once

#include "gs/engine/database/commit_scratch.h"

namespace gs::engine {

class Database::Committing {
 public:
  explicit Committing(Database& db) noexcept : db_(db) {}

  // What updates make of records, without a lock (update_check.cc).
  Error check_wholes(TransactionState& tx) const;
  Result<Sequence> commit_checked(TransactionState& tx, Durability durability);

 private:
  Error make_unique_usable(const TransactionState& tx);  // unique.cc

  // All else with the commit lock.
  Result<Sequence> commit_visibly(TransactionState& tx, bool& is_logged,
                                  std::optional<Digest>& broken_index);
  Error schema_usable() const;

  Error prepare(const TransactionState& tx, const LocalStamp& stamp);
  Error prepare_one(const TransactionState& tx, std::size_t index, const LocalStamp& stamp);
  void use_write_rules(const TransactionState& tx, const record::Shape& shape, bool unlogged);
  Error prepare_after(const TransactionState& tx, std::size_t index, const LocalStamp& stamp,
                      const LocalStamp& erasure);
  Error prepare_insert(const TransactionState& tx, std::size_t index, const LocalStamp& stamp);
  Error prepare_merge(const TransactionState& tx, std::size_t index, const LocalStamp& stamp,
                      const Current& current);
  Error check_erasure_seen(const Id& id) const;
  Error check_allowed(const record::Shape& shape) const;                          // rules.cc
  Error check_missing(const TransactionState& tx) const;                          // update_check.cc
  Error check_unique(const TransactionState& tx, std::optional<Digest>& broken);  // unique.cc

  std::size_t cost(const TransactionState& tx);
  Error check_numbers() const;

  void append(const TransactionState& tx, const LocalStamp& stamp, Sequence sequence);
  void append_one(const TransactionState& tx, std::size_t index, std::uint8_t flags,
                  const LocalStamp& stamp, Sequence sequence);
  std::uint32_t append_shape(const record::ShapePtr& shape, graph::Hlc hlc);
  std::uint8_t* append_overwritten(std::uint8_t* payload, const Prepared& prepared);

  // unlogged.cc
  bool is_kept_in_memory(const record::Shape& shape) const noexcept;
  void count_logged(const TransactionState& tx);
  static std::size_t cost_unlogged(const StagedOperation& staged,
                                   const Prepared& prepared) noexcept;
  void append_unlogged(const TransactionState& tx, std::size_t index, const LocalStamp& stamp,
                       Sequence sequence);

  Database& db_;
};

}  // namespace gs::engine
