// One index at one moment, and the walk over it.
//
//   put()          -> Table (active)
//   freeze         -> Table (frozen) -> write_run() in the background -> Run
//   too many runs  -> runs_to_merge(), merge_runs() in the background
//
// Tiers is immutable: a reader that holds one sees the same tables and runs for as long as it
// likes. A run has no sequences: it replaces its table only for readers whose sequence is not
// before the table's last one. So a reader takes its sequence first and then Tiers, as with
// state::Version.
//
// Threads: Tiers and the functions are for any thread, a Cursor for one at a time.
// Errors: damaged; then the index is made again from the records.
#pragma once

#include <memory>
#include <vector>

#include "gs/storage/index/run.h"
#include "gs/storage/index/table.h"

namespace gs::index {

struct Tiers {
  std::vector<std::shared_ptr<Table>> tables;    // active first, then frozen, newest first
  std::vector<std::shared_ptr<const Run>> runs;  // newest first

  // Whether any reader met damage so far, in these files ...
  bool is_damaged() const noexcept;
  // ... and what: `damaged`, or none.
  Error damage() const;
};

// Keys from `from` on and before `to`; an empty `to` is no end. None when `to` is not behind
// `from`.
struct Range {
  Buffer from;
  Buffer to;

  // Keys that begin with these bytes.
  static Range prefix(Bytes bytes);
  // The same, when `to` has these bytes.
  void end_with_prefix() noexcept;
};

// Walks the pairs of a range that are visible at a sequence, by key and then id, in both
// directions. Holds the Tiers. The end may be damage: whoever needs all pairs asks is_cut_short().
class Cursor {
 public:
  // Before the first pair of the range.
  Cursor(std::shared_ptr<const Tiers> tiers, Sequence at, Range range = {});
  ~Cursor();
  Cursor(Cursor&&) noexcept;
  Cursor& operator=(Cursor&&) noexcept;

  // Lets go of the Tiers. Then nothing but renew() ...
  void rest() noexcept;
  // ... which makes a cursor of all keys of it, as a new one would be, without an allocation. False
  // when these are other Tiers, or have tables that were empty: then it rests on.
  bool renew(const std::shared_ptr<const Tiers>& tiers, Sequence at) noexcept;

  // To the next pair, or to the one before; false at the end of the range. There the other one
  // leads back to the last pair.
  bool next() noexcept;
  bool previous() noexcept;
  // Of the pair that it stands on: valid until the next call.
  Bytes key() const noexcept;
  const Id& id() const noexcept;

  // Between the pairs before this one and the others: next() and previous() lead to those around,
  // within the range. Costs a search, no allocation.
  void seek(Bytes key, const Id& id = {}) noexcept;
  // Whether a look at the begin of each table and run shows that no key is before this one; costs
  // less than a search. The cursor stays where it is.
  bool begins_behind(Bytes key) const noexcept;
  // Behind the last pair of the range.
  void seek_end() noexcept;

  // How many pairs next() would lead to from here. Then it is at the end of the range. Where one
  // run has all of them this reads the heads of its blocks only.
  std::uint64_t count_rest() noexcept;

  // Whether damage ended the walk. What came before is right; damage() says more.
  bool is_cut_short() const noexcept;
  Error damage() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// How many pairs of the range are visible at this sequence.
Result<std::uint64_t> count(std::shared_ptr<const Tiers> tiers, Sequence at, Range range);

}  // namespace gs::index
