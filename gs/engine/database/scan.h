// Records in id order: of one collection by its cursor, of all by merging the collections' cursors.
#pragma once

#include <string>
#include <vector>

#include "gs/engine/database/database.h"

namespace gs::engine {

struct ScanState {
  // `collection` empty: every collection, and records that have none.
  ScanState(std::shared_ptr<const Database> database, const Moment& moment,
            const std::string& collection, const Id& from, std::uint64_t limit);

  bool next(Found& out);
  std::shared_ptr<const RecordHold> hold(const Found& found) const {
    return database_->hold(moment_.version, found);
  }

 private:
  struct Source {
    state::Cursor cursor;
    Found head;
  };
  bool after(std::size_t a, std::size_t b) const noexcept {
    return sources_[b].head.entry.id < sources_[a].head.entry.id;
  }

  std::shared_ptr<const Database> database_;
  Moment moment_;
  std::uint64_t left_;
  std::vector<Source> sources_;
  std::vector<std::size_t> heap_;  // of source indexes, smallest id first; unused with one source
};

}  // namespace gs::engine
