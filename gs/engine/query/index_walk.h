// The records that an index names, one batch after the other: found by their ids, which are on
// their way from memory while those before them are looked at.
//
// One thread at a time. Errors: damaged.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "gs/engine/query/access.h"

namespace gs::engine {

class IndexWalk {
 public:
  // `from`: of ids the first one. `after`: of an order the sort key behind which it begins, as far
  // as the index can tell; rows up to it may come again.
  IndexWalk(const QueryContext& context, const Access& access, const Id& from);

  // None at the end, which may be damage. Valid until the next call.
  std::span<const state::Met> take();
  Error error() const { return error_.copy(); }

 private:
  static constexpr std::size_t kBatch = state::Cursor::kBatch;
  // Each id waits for its slot, then for its entry, then for its record, while a batch of others
  // takes its step, so that no lookup waits for memory.
  static constexpr std::size_t kAhead = 4 * kBatch;

  void start_order();
  void fill();
  void end() noexcept {  // nothing more comes
    taken_ = met_count_;
    is_at_end_ = true;
  }
  void bring(std::uint64_t number);
  const Id& ahead(std::uint64_t number) const noexcept { return ahead_[number % kAhead]; }
  bool next_id(Id& id);
  bool next_in_order(Id& id);
  bool fill_group();

  const QueryContext& context_;
  const Access& access_;
  std::size_t at_ = 0;     // of ids; of an order: of the group
  std::vector<Id> group_;  // backward: ids of one key, ascending
  std::optional<index::Cursor> cursor_;
  std::array<Id, kAhead> ahead_;  // by number, which counts all that were met
  std::uint64_t met_count_ = 0;
  std::uint64_t brought_ = 0;
  std::uint64_t taken_ = 0;
  bool is_at_end_ = false;  // nothing more to meet, or damage
  std::array<Found, kBatch> found_;
  std::array<state::Met, kBatch> met_;
  Error error_;
};

}  // namespace gs::engine
