// What one commit computes before it writes: kept between commits to reuse memory.
#pragma once

#include <algorithm>

#include "gs/base/endian.h"
#include "gs/base/interner.h"
#include "gs/engine/database/database.h"
#include "gs/engine/database/touched.h"

namespace gs::engine {

// What an operation on an existing record needs beyond the usual: the stamps that it overwrites
// and, for an update, its result.
struct PreparedMore {
  Merged merged;
  std::vector<state::StampException> exceptions;  // field: index in the operation's shape

  // Which written fields carried another stamp than the record's base stamp.
  void find_exceptions(const Current& current, const record::Shape& written) {
    exceptions.clear();
    for (std::uint32_t i = 0; i < current.exception_count; ++i) {
      const state::StampException& had = current.exceptions[i];
      const int field = written.find(current.shape->fields()[had.field].name);
      if (field >= 0)
        exceptions.push_back({static_cast<std::uint32_t>(field), had.writer, had.hlc});
    }
    std::sort(exceptions.begin(), exceptions.end(),
              [](const auto& a, const auto& b) { return a.field < b.field; });
  }
  std::size_t memory_bytes() const noexcept {
    return merged.image.capacity() + exceptions.capacity() * sizeof(state::StampException);
  }
};

struct Database::Prepared {
  graph::Kind kind = graph::Kind::insert;
  bool known_new = true;
  bool unlogged = false;  // the record is, or will be, in memory only
  bool has_overwritten = false;
  LocalStamp overwritten;
  const record::Shape* overwritten_shape = nullptr;  // the tables' or the transaction's
  PreparedMore* more = nullptr;

  void overwrites(const Current& current) noexcept {
    has_overwritten = true;
    overwritten = current.base;
    overwritten_shape = current.shape.get();
  }

  std::size_t exception_count() const noexcept {
    return more != nullptr ? more->exceptions.size() : 0;
  }

  std::size_t payload_bytes(const StagedOperation& staged) const noexcept {
    switch (kind) {
      case graph::Kind::insert:
        return 8 + staged.bytes;
      case graph::Kind::expect:
        return 32;
      default:
        return graph::kOverwrittenBytes + staged.bytes + exception_count() * graph::kExceptionBytes;
    }
  }
};

// What the updates of one transaction may make of records. They wait in memory until all of the
// transaction is known to be possible, and a few bytes of log can change records of 16 MiB.
inline constexpr std::size_t kResultBytesMax = std::size_t{256} << 20;
inline Error too_many_results() {
  return Error(Code::too_large, "the updates of one transaction make more than " +
                                    std::to_string(kResultBytesMax >> 20) +
                                    " MiB of records. Commit in parts");
}

struct Database::CommitScratch {
  explicit CommitScratch(platform::Random& random) : touched(random) { touched.begin(); }

  std::vector<Prepared> prepared;
  std::vector<std::unique_ptr<PreparedMore>> more;
  std::size_t more_used = 0;
  std::size_t result_bytes = 0;    // that `more` holds
  std::size_t logged_count = 0;    // operations that get into the log
  std::size_t unlogged_bytes = 0;  // of memory that the others take
  bool track_touched = false;
  Touched touched;
  Interner<Digest> shapes;          // that the transaction names
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
