// Which operations of a log took effect: all but those of transactions whose expectations did not
// hold.
//
// This engine writes a transaction when its expectations hold. Of a change by somebody else only
// replay can tell, so whoever walks the log is told that there is doubt, and walks again with the
// verdicts of a replay.
#pragma once

#include <set>
#include <utility>

#include "gs/core/graph/change.h"
#include "gs/core/graph/operation.h"
#include "gs/storage/log/log.h"

namespace gs::engine {

// Transactions without effect, by the place of their change and their number in it.
class Verdicts {
 public:
  void add_void(log::Location change, std::uint32_t transaction) {
    void_.insert({change, transaction});
  }
  bool is_void(log::Location change, std::uint32_t transaction) const {
    return void_.count({change, transaction}) != 0;
  }

 private:
  std::set<std::pair<log::Location, std::uint32_t>> void_;
};

// The operations of one change on one record that took effect.
class EffectiveOperations {
 public:
  // `id_index`: of the record in the change. `verdicts`: null to trust, and to learn of doubt.
  EffectiveOperations(const graph::ChangeView& change, log::Location at, std::uint32_t id_index,
                      const Verdicts* verdicts)
      : cursor_(change.operations()), at_(at), id_index_(id_index), verdicts_(verdicts) {}

  bool next(graph::OperationView& operation) {
    while (cursor_.next(operation)) {
      const std::uint32_t transaction = transaction_;
      const bool expects = operation.kind == static_cast<std::uint8_t>(graph::Kind::expect);
      expects_ = expects_ || (expects && !operation.erased());
      const bool in_doubt = expects_;
      if (operation.last_of_transaction()) {
        ++transaction_;
        expects_ = false;
      }
      if (operation.id_index != id_index_ || expects) continue;
      if (verdicts_ == nullptr) {
        in_doubt_ = in_doubt_ || in_doubt;
      } else if (verdicts_->is_void(at_, transaction)) {
        continue;
      }
      return true;
    }
    return false;
  }
  std::uint32_t index() const noexcept { return cursor_.index(); }
  // Whether an operation was given whose transaction may have had no effect.
  bool in_doubt() const noexcept { return in_doubt_; }

 private:
  graph::ChangeView::Cursor cursor_;
  log::Location at_;
  std::uint32_t id_index_;
  const Verdicts* verdicts_;
  std::uint32_t transaction_ = 0;
  bool expects_ = false;
  bool in_doubt_ = false;
};

}  // namespace gs::engine
