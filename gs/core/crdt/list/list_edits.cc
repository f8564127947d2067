#include "gs/core/crdt/list/list_edits.h"

#include "gs/core/record/record.h"

namespace gs::crdt {
namespace {

constexpr std::uint32_t kKinds = 5;

Error broken_edits(const char* what) {
  return Error(Code::invalid, std::string("list operation: ") + what);
}

ListRun list_run(const EditRun& run) noexcept {
  const bool set = run.edit == Edit::touch;
  return {set ? ListEdit::set : static_cast<ListEdit>(run.edit), run.pos, run.count, 0};
}

// As join_run of edits.h.
bool join_list_run(ListRun& last, ListRun& next) noexcept {
  if (last.edit == ListEdit::move || next.edit == ListEdit::move) return false;
  EditRun joined = history_run(last);
  EditRun rest = history_run(next);
  if (!join_run(joined, rest)) return false;
  last = list_run(joined);
  next = list_run(rest);
  return true;
}

std::uint32_t cursor_behind(const ListRun& run) noexcept {
  return run.edit == ListEdit::move ? run.to : cursor_after(history_run(run));
}

// Takes `count` values off the front of `in`.
Error check_values(Bytes in, std::uint64_t count) {
  for (std::uint64_t i = 0; i < count; ++i) {
    Bytes value;
    if (!take_block(in, value)) return broken_edits("a value is longer than the rest, or missing");
    Error error = record::validate_any(value, record::kElementDepth);
    if (error) return std::move(error).in("list operation");
  }
  return in.empty() ? Error() : broken_edits("bytes behind its last value");
}

}  // namespace

EditRun history_run(const ListRun& run) noexcept {
  const bool set = run.edit == ListEdit::set;
  return {set ? Edit::touch : static_cast<Edit>(run.edit), run.pos, run.count};
}

ListRun run_from(const ListRun& run, std::uint32_t skip) noexcept {
  return list_run(run_from(history_run(run), skip));
}

void ListEditsWriter::add(ListRun run) {
  if (run.edit == ListEdit::erase_back && run.count == 1) run.edit = ListEdit::erase;
  if (join_list_run(last_, run) && run.count == 0) return;
  if (last_.count > 0) {
    write(last_, cursor_, heads_, positions_);
    cursor_ = cursor_behind(last_);
  }
  last_ = run;
}

void ListEditsWriter::write(const ListRun& run, std::uint32_t cursor, Buffer& heads,
                            Buffer& positions) {
  append_varint(heads, (run.count - 1) * kKinds + static_cast<std::uint32_t>(run.edit));
  append_varint(positions, fold(run.pos - cursor));
  if (run.edit == ListEdit::move) append_varint(positions, fold(run.to - run.pos));
}

std::size_t ListEditsWriter::bytes_max() const noexcept {
  return heads_.size() + positions_.size() + values_.size() + kRunBytesMax + 2 * kVarintBytesMax;
}

Buffer ListEditsWriter::bytes() const {
  Buffer heads = heads_;
  Buffer positions = positions_;
  if (last_.count > 0) write(last_, cursor_, heads, positions);
  Buffer out;
  out.reserve(bytes_max());
  append_block(out, heads);
  append_block(out, positions);
  out.insert(out.end(), values_.begin(), values_.end());
  return out;
}

bool ListEditsReader::take(ListRun& run) noexcept {
  std::uint32_t head = 0;
  std::uint32_t folded = 0;
  if (!take_varint(heads_, head) || !take_varint(positions_, folded)) return false;
  run = {static_cast<ListEdit>(head % kKinds), cursor_ + unfold(folded), head / kKinds + 1, 0};
  if (run.count > kListEditsMax || run.pos > kListEditsMax) return false;
  if (run.edit == ListEdit::erase_back) return run.count > 1 && run.count <= run.pos + 1;
  if (run.edit != ListEdit::move) return true;
  if (run.count > 1 || !take_varint(positions_, folded)) return false;
  run.to = run.pos + unfold(folded);
  return run.to <= kListEditsMax;
}

bool ListEditsReader::next(ListRun& run) noexcept {
  if (heads_.empty() || !good_) return false;
  good_ = take(run);
  ListRun copy = run;
  if (!good_ || join_list_run(last_, copy)) {
    good_ = false;
    return false;
  }
  last_ = run;
  cursor_ = cursor_behind(run);
  return true;
}

Error ListEditsView::count_runs(std::uint64_t& values) {
  std::uint64_t events = 0;
  ListEditsReader reader = runs();
  for (ListRun run; reader.next(run);) {
    events += run.events();
    if (events > kListEditsMax) return broken_edits("more edits than a list can have");
    if (run.has_values()) values += run.count;
  }
  if (!reader.complete()) return broken_edits("heads or positions break their rules");
  if (events == 0) return broken_edits("no edits");
  events_ = static_cast<std::uint32_t>(events);
  return {};
}

Result<ListEditsView> ListEditsView::parse(Bytes edits) {
  if (edits.size() > kOperationBytesMax) {
    return Error(Code::too_large, "a list operation of more than 16 MiB");
  }
  ListEditsView view;
  if (!take_block(edits, view.heads_) || !take_block(edits, view.positions_)) {
    return broken_edits("a column is longer than the rest");
  }
  view.values_ = edits;
  std::uint64_t values = 0;
  GS_TRY_OK(view.count_runs(values));
  GS_TRY_OK(check_values(view.values_, values));
  return view;
}

}  // namespace gs::crdt
