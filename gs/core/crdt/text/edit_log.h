// All edits that a replica knows, by their places: 12 bytes a run, nothing for a single unit.
//
// Neighbours in the order of places join to one run even when different writers made them: a run
// says what each event did, not who did it. Not thread-safe. Pure.
#pragma once

#include <vector>

#include "gs/core/crdt/text/edits.h"

namespace gs::crdt {

// A run of the log, or the part of one that was asked for.
struct LogPiece {
  EditRun run{};
  Place place = 0;
  std::uint32_t ordinal = 0;  // of the first inserted unit; of deletions: of the next insertion
};

class EditLog {
 public:
  Place size() const noexcept { return size_; }
  std::uint32_t inserted() const noexcept { return inserted_; }
  std::size_t run_count() const noexcept { return runs_.size(); }
  std::size_t memory_bytes() const noexcept { return runs_.capacity() * sizeof(Run); }

  // The caller keeps size() within kEventsMax.
  void append(const EditRun& run) {
    // Typing goes on where it was.
    if (run.edit == Edit::insert && last_.edit == Edit::insert && last_.count > 0 &&
        run.pos == last_.pos + last_.count) {
      last_.count += run.count;
      size_ += run.count;
      inserted_ += run.count;
      return;
    }
    append_other(run);
  }

  // The events from `place` on that one run has, at most up to `end`; place < end <= size().
  LogPiece piece(Place place, Place end) const noexcept;
  // The same backwards: the last of those below `end`, down to `begin` at most.
  LogPiece piece_before(Place end, Place begin) const noexcept;

 private:
  struct Run {
    Place place;
    std::uint32_t pos;
    std::uint32_t ordinal : 30;  // kEventsMax fits: a run begins before the last event
    std::uint32_t edit : 2;      // all four of them
  };
  void append_other(EditRun run);
  std::size_t find(Place place) const noexcept;
  EditRun edit_run(std::size_t index) const noexcept;
  LogPiece cut(std::size_t index, Place begin, Place end) const noexcept;

  std::vector<Run> runs_;
  EditRun last_{};  // the last of them
  Place size_ = 0;
  std::uint32_t inserted_ = 0;
};

}  // namespace gs::crdt
