#include "gs/core/crdt/text/edits.h"

#include "gs/core/crdt/text/varint.h"

namespace gs::crdt {
namespace {

// How `last` would go on with a deletion at `pos`; Edit::insert: it would not.
Edit continuation(const EditRun& last, std::uint32_t pos) noexcept {
  if (last.edit == Edit::insert || last.edit == Edit::touch) return Edit::insert;
  if (last.edit == Edit::erase && pos == last.pos) return Edit::erase;
  const bool back = last.edit == Edit::erase_back || last.count == 1;
  return back && pos == last.pos - last.count ? Edit::erase_back : Edit::insert;
}

}  // namespace

EditRun run_from(const EditRun& run, std::uint32_t skip) noexcept {
  EditRun rest = run;
  rest.count -= skip;
  if (run.edit == Edit::insert || run.edit == Edit::touch) rest.pos += skip;
  if (run.edit == Edit::erase_back) rest.pos -= skip;
  if (rest.edit == Edit::erase_back && rest.count == 1) rest.edit = Edit::erase;
  return rest;
}

bool join_run(EditRun& last, EditRun& next) noexcept {
  if (last.count == 0) return false;
  if (next.edit == Edit::insert || next.edit == Edit::touch) {
    if (last.edit != next.edit || next.pos != last.pos + last.count) return false;
    last.count += next.count;
    next.count = 0;
    return true;
  }
  const Edit edit = continuation(last, next.pos);
  if (edit == Edit::insert) return false;
  const std::uint32_t taken = next.edit == edit ? next.count : 1;
  last.edit = edit;
  last.count += taken;
  if (taken == next.count) {
    next.count = 0;
  } else {
    next = run_from(next, taken);
  }
  return true;
}

std::uint32_t cursor_after(const EditRun& run) noexcept {
  if (run.edit == Edit::insert || run.edit == Edit::touch) return run.pos + run.count;
  return run.edit == Edit::erase ? run.pos : run.pos - (run.count - 1);
}

void EditsWriter::add(EditRun run) {
  if (run.edit == Edit::erase_back && run.count == 1) run.edit = Edit::erase;
  if (join_run(last_, run) && run.count == 0) return;
  if (last_.count > 0) write(last_);
  last_ = run;
}

void EditsWriter::finish() {
  if (last_.count > 0) write(last_);
  last_ = {};
}

void EditsWriter::write(const EditRun& run) {
  append_varint(heads_, (run.count - 1) * 3 + static_cast<std::uint32_t>(run.edit));
  append_varint(positions_, fold(run.pos - cursor_));
  cursor_ = cursor_after(run);
}

bool EditsReader::next(EditRun& run) noexcept {
  if (heads_.empty() || !good_) return false;
  std::uint32_t head = 0;
  std::uint32_t folded = 0;
  good_ = take_varint(heads_, head) && take_varint(positions_, folded);
  if (!good_) return false;
  run.edit = static_cast<Edit>(head % 3);
  run.count = head / 3 + 1;
  run.pos = cursor_ + unfold(folded);
  good_ = run.count <= kEventsMax && run.pos <= kEventsMax;
  if (run.edit == Edit::erase_back) good_ = good_ && run.count > 1 && run.count <= run.pos + 1;
  EditRun copy = run;
  if (!good_ || join_run(last_, copy)) {
    good_ = false;
    return false;
  }
  last_ = run;
  cursor_ = cursor_after(run);
  return true;
}

Result<EditCounts> check_edits(Bytes heads, Bytes positions) {
  std::uint64_t events = 0;
  EditCounts counts;
  EditsReader reader(heads, positions);
  for (EditRun run; reader.next(run);) {
    events += run.count;
    if (events > kEventsMax) return Error(Code::invalid, "more edits than a text can have");
    if (run.edit == Edit::insert) counts.inserted += run.count;
    if (counts.runs++ == 0) counts.first = run;
  }
  if (!reader.complete()) return Error(Code::invalid, "columns of edits break their rules");
  counts.events = static_cast<std::uint32_t>(events);
  return counts;
}

}  // namespace gs::crdt
