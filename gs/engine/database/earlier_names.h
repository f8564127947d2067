// Earlier names of fields that the updates of one transaction remove from records.
//
// A schema reads fields of older records under earlier names (gs/core/rules/lift.h). An update that
// writes such a field removes its earlier names, or the old value would be there again as soon as
// somebody removes the new one. Other fields may read the same name, and a conversion gets all of
// the record; what they have is written along with the removal, so that it stays.
//
// The records are looked at before the commit lock, as conversions are functions of the schema.
// The commit goes on when they are still these, else all is done again from what was staged.
// Errors: those of encoding an update.
#pragma once

#include <vector>

#include "gs/engine/database/transaction.h"

namespace gs::engine {

class EarlierNames {
 public:
  // Both outlive it. Unless the transaction is committed, its operations are in the end what they
  // were in the beginning.
  EarlierNames(Database& database, TransactionState& tx)
      : database_(database), tx_(tx), kept_bytes_(tx.encoder.kept().size()) {}
  ~EarlierNames();
  EarlierNames(const EarlierNames&) = delete;
  EarlierNames& operator=(const EarlierNames&) = delete;

  Error remove();

 private:
  struct Replaced {
    std::size_t index;
    StagedOperation operation;
  };
  Error remove_from(std::size_t index, const Found& found, const std::vector<std::size_t>& earlier);

  Database& database_;
  TransactionState& tx_;
  const std::size_t kept_bytes_;
  std::vector<Replaced> replaced_;
};

}  // namespace gs::engine
