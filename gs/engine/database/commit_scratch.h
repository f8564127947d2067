// What one commit computes before it writes: kept between commits to reuse memory.
#pragma once

#include "gs/base/interner.h"
#include "gs/engine/database/database.h"
#include "gs/engine/database/touched.h"

namespace gs::engine {

// What an operation on a record that is known needs beyond the usual: the stamps that it replaces,
// beside the base stamp, and its result.
struct PreparedMore {
  Merged merged;
  std::vector<Seen> seen;
  Merger::Written written;

  std::size_t memory_bytes() const noexcept {
    return merged.image.capacity() + seen.capacity() * sizeof(Seen) + written.record.capacity();
  }
};

struct Database::Prepared {
  graph::Kind kind = graph::Kind::insert;
  bool unlogged = false;  // the record is, or will be, in memory only
  bool was_live = false;  // a live record has the id
  std::uint8_t removal_rule = 0;
  LocalStamp overwritten;  // base stamp
  PreparedMore* more = nullptr;

  std::size_t exception_count() const noexcept { return more != nullptr ? more->seen.size() : 0; }
  bool is_rewritten() const noexcept { return more != nullptr && more->written.shape != nullptr; }
  // What is written; null and nothing for operations without a record.
  const record::ShapePtr* shape(const StagedOperation& staged) const noexcept {
    return is_rewritten() ? &more->written.shape : staged.shape;
  }
  Bytes record(const StagedOperation& staged, const TransactionState& tx) const noexcept {
    return is_rewritten() ? Bytes(more->written.record) : Bytes(tx.record(staged), staged.bytes);
  }
  // The record that it leaves, as it will be stored.
  Current result(const StagedOperation& staged, const TransactionState& tx,
                 const LocalStamp& stamp) const noexcept {
    if (more != nullptr) return more->merged.as_current();
    return {*staged.shape, tx.record(staged), stamp};
  }

  std::size_t payload_bytes(const StagedOperation& staged) const noexcept {
    const std::size_t record = is_rewritten() ? more->written.record.size() : staged.bytes;
    switch (kind) {
      case graph::Kind::insert:
        return 8 + record;
      case graph::Kind::expect:
        return 32;
      default:
        return graph::kOverwrittenBytes + record + exception_count() * graph::kExceptionBytes;
    }
  }
};

// What the updates of one transaction may make of records. They wait in memory until all of the
// transaction is known to be possible, and a few bytes of log can change large records. As much as
// one of them may take, so that the largest can be made smaller again.
inline constexpr std::size_t kResultBytesMax = merge::kImageBytesMax;
inline Error too_many_results() {
  return Error(Code::too_large, "the updates of one transaction make more than " +
                                    std::to_string(kResultBytesMax >> 20) +
                                    " MiB of records. Commit in parts");
}

struct Database::CommitScratch {
  CommitScratch(platform::Random& random, const state::Tables& tables, record::ShapeCache* known)
      : touched(random), merger(tables, known) {
    touched.begin();
  }

  std::vector<Prepared> prepared;
  std::vector<std::unique_ptr<PreparedMore>> more;
  std::size_t more_used = 0;
  std::size_t result_bytes = 0;    // that `more` holds
  std::size_t logged_count = 0;    // operations that get into the log
  std::size_t unlogged_bytes = 0;  // of memory that the others take
  bool track_touched = false;
  Touched touched;
  Merger merger;
  std::vector<graph::OverwrittenView::Exception> exceptions;  // of one operation
  Interner<Digest> shapes;                                    // that the transaction names
  std::size_t named_stamps = 0;                               // and so writers, at most
  std::size_t new_shapes = 0;       // of these, that have no number yet ...
  std::size_t new_collections = 0;  // ... and those of a collection that has none
  // The shape used last, because neighbours share it.
  const record::Shape* last_shape = nullptr;
  std::uint32_t last_shape_number = 0;

  void reset(std::size_t operations) {
    prepared.assign(operations, Prepared());
    more_used = 0;
    result_bytes = 0;
    logged_count = 0;
    unlogged_bytes = 0;
    track_touched = false;
    last_shape = nullptr;
  }

  // Keeps what an ordinary transaction needs, at most some MiB.
  void release() {
    touched.begin();
    shapes.begin(touched.key());
    if (prepared.capacity() > kPreparedKept)
      prepared = std::vector<Prepared>();  // `= {}` would keep it
    if (more.size() > kMoreKept) more.resize(kMoreKept);
    for (std::size_t i = 0; i < std::min(more_used, more.size()); ++i) {
      if (more[i]->memory_bytes() > kMoreBytesKept) *more[i] = {};
    }
  }
  std::size_t memory_bytes() const noexcept {
    std::size_t bytes = prepared.capacity() * sizeof(Prepared) + shapes.memory_bytes();
    for (const auto& one : more) bytes += sizeof *one + one->memory_bytes();
    return bytes + touched.memory_bytes();
  }
  // At the end of a commit, however it ends.
  struct Release {
    CommitScratch& scratch;
    ~Release() { scratch.release(); }
  };

  PreparedMore* take_more() {
    if (more_used == more.size()) more.push_back(std::make_unique<PreparedMore>());
    return more[more_used++].get();
  }

 private:
  static constexpr std::size_t kPreparedKept = std::size_t{1} << 15;
  static constexpr std::size_t kMoreKept = 1024;
  static constexpr std::size_t kMoreBytesKept = std::size_t{4} << 10;
};

}  // namespace gs::engine
