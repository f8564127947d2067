// Records in id order: of one collection by its cursor, of all by merging the collections' cursors.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "gs/engine/database/database.h"

namespace gs::engine {

class ScanState {
 public:
  // `collection` empty: every collection, and records that have none.
  ScanState(std::shared_ptr<const Database> database, const Moment& moment,
            std::string_view collection, const Id& from, std::uint64_t limit);

  // Null at the end; else valid until the next call.
  const state::Met* next() {
    return sources_.size() == 1 ? sources_.front().cursor.next() : next_merged();
  }
  // The next few at once: none at the end; else valid until the next call.
  std::span<const state::Met> take() {
    if (sources_.size() == 1) return sources_.front().cursor.take();
    const state::Met* const met = next_merged();
    return {met, met == nullptr ? std::size_t{0} : std::size_t{1}};
  }
  // `damaged` when that is what ended the scan; none at its real end.
  Error error() const;
  // Starts again from the first id >= `from`, with the whole limit.
  void seek(const Id& from);

  std::shared_ptr<RecordHold> hold(const state::Met& met) const {
    return database_->hold(moment_, met.found());
  }

 private:
  struct Source {
    state::Cursor cursor;
    const state::Met* head;
  };
  const state::Met* next_merged();
  void start();
  bool after(std::size_t a, std::size_t b) const noexcept {
    return sources_[b].head->entry->id < sources_[a].head->entry->id;
  }

  std::shared_ptr<const Database> database_;
  Moment moment_;
  std::uint64_t limit_;
  std::vector<Source> sources_;
  // With several sources:
  std::uint64_t left_ = 0;
  std::vector<std::size_t> heap_;  // of source indexes, smallest id first
  bool is_given_ = false;          // the first of the heap was given by the last call
};

}  // namespace gs::engine
