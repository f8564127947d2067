// Runs of edits as columns of bytes: what an operation carries and a snapshot keeps.
//
//   heads      per run, a varint: (count - 1) * 3 + edit (types.h)
//   positions  per run, a folded varint: pos minus where the run before left the cursor, at first 0
//   content    the inserted units, one after the other: UTF-8 in a text
//
// An insertion leaves the cursor behind what it inserted, a deletion where it deleted last. Runs
// are as long as they can be, from the front: the first event of a run never continues the run
// before; one deletion alone is Edit::erase. So one list of events has one encoding. Columns have
// no Edit::touch: lists write their edits in a form of their own.
// Pure. Readers do not allocate. Errors: invalid.
#pragma once

#include <span>

#include "globalstorage/bytes.h"
#include "globalstorage/result.h"
#include "gs/core/crdt/text/types.h"

namespace gs::crdt {

// Moves from the front of `next` to the end of `last` what continues it; what is left of `next` is
// a run of its own (count 0: nothing). False: nothing continued, `next` is as it was.
bool join_run(EditRun& last, EditRun& next) noexcept;

// The part of `run` behind its first `skip` < count events.
EditRun run_from(const EditRun& run, std::uint32_t skip) noexcept;

// The cursor behind `run`.
std::uint32_t cursor_after(const EditRun& run) noexcept;

// How long a text of `length` is after `run`; kNoLength: a position is not in the text.
inline constexpr std::uint32_t kNoLength = ~std::uint32_t{0};
inline std::uint32_t length_after(const EditRun& run, std::uint32_t length) noexcept {
  switch (run.edit) {
    case Edit::insert:
      return run.pos <= length && run.count <= kEventsMax - length ? length + run.count : kNoLength;
    case Edit::erase:
      return run.pos <= length && run.count <= length - run.pos ? length - run.count : kNoLength;
    case Edit::touch:
      return run.pos <= length && run.count <= length - run.pos ? length : kNoLength;
    case Edit::erase_back:
      break;
  }
  return run.pos < length && run.count <= run.pos + 1 ? length - run.count : kNoLength;
}

// Appends runs to columns, joining what belongs together.
class EditsWriter {
 public:
  void add(EditRun run);
  // No more runs; the columns are complete.
  void finish();
  const Buffer& heads() const noexcept { return heads_; }
  const Buffer& positions() const noexcept { return positions_; }

 private:
  void write(const EditRun& run);

  Buffer heads_;
  Buffer positions_;
  EditRun last_{};
  std::uint32_t cursor_ = 0;
};

// Reads columns; they must outlive it. next() false: the end, or bytes that break a rule above.
class EditsReader {
 public:
  EditsReader(Bytes heads, Bytes positions) noexcept : heads_(heads), positions_(positions) {}
  bool next(EditRun& run) noexcept;
  // After next() said false: whether the columns ended as they must.
  bool complete() const noexcept { return good_ && heads_.empty() && positions_.empty(); }

 private:
  Bytes heads_;
  Bytes positions_;
  EditRun last_{};
  std::uint32_t cursor_ = 0;
  bool good_ = true;
};

// How many events columns hold.
struct EditCounts {
  std::uint32_t events = 0;
  std::uint32_t inserted = 0;
  std::uint32_t runs = 0;
  EditRun first{};  // of the runs: mostly there is one
};
Result<EditCounts> check_edits(Bytes heads, Bytes positions);

}  // namespace gs::crdt
