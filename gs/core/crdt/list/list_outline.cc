#include "gs/core/crdt/list/list_outline.h"

#include "gs/core/record/record.h"

namespace gs::crdt {
namespace {

Error not_in_list() { return Error(Code::invalid, "a position is behind the end of the list"); }

}  // namespace

ListOutline::ListOutline(std::uint32_t length) : next_slot_(length) {
  if (length != 0) slots_.insert(0, 0, length);
}

// Slots are numbered anew, in the order in which they stand.
ListOutline::ListOutline(const List& list) {
  std::vector<std::uint32_t> hidden;
  list.slots().visit([&](std::uint32_t, std::uint32_t count, bool is_alive, bool is_shown) {
    if (!is_alive) return;
    for (std::uint32_t i = 0; !is_shown && i < count; ++i) hidden.push_back(next_slot_ + i);
    next_slot_ += count;
  });
  if (next_slot_ != 0) slots_.insert(0, 0, next_slot_);
  for (const std::uint32_t slot : hidden) slots_.hide(slot);
}

Error ListOutline::check_room(std::uint64_t events, std::size_t runs,
                              std::size_t value_bytes) const {
  const std::uint64_t bytes =
      std::uint64_t{runs} * ListEditsWriter::kRunBytesMax + kVarintBytesMax + value_bytes;
  if (bytes > kOperationBytesMax - writer_.bytes_max()) {
    return Error(Code::too_large, "a transaction edits one list with at most 16 MiB");
  }
  if (events > kListEditsMax - events_ || events > kListEditsMax - next_slot_) {
    return Error(Code::too_large, "too many edits of one list");
  }
  return {};
}

Error ListOutline::insert(std::uint32_t pos, Bytes value) {
  if (pos > length()) return not_in_list();
  GS_TRY_OK(record::validate_any(value, record::kElementDepth));
  GS_TRY_OK(check_room(1, 1, value.size()));
  const std::uint32_t at = slots_.gap_at(pos);
  slots_.insert(at, next_slot_++, 1);
  ++events_;
  writer_.add({ListEdit::insert, at, 1});
  writer_.add_value(value);
  return {};
}

Error ListOutline::erase(std::uint32_t pos, std::uint32_t count) {
  if (pos > length() || count > length() - pos) return not_in_list();
  // Between what is shown may be slots that are not.
  std::vector<ListRun> runs;
  for (std::uint32_t done = 0; done < count;) {
    const Slots::Found found = slots_.find_shown(pos + done);
    const std::uint32_t part = std::min(count - done, found.follow);
    runs.push_back({ListEdit::erase, found.pos - done, part});
    done += part;
  }
  GS_TRY_OK(check_room(count, runs.size(), 0));
  for (const ListRun& run : runs) {
    slots_.erase(run.pos, run.count, [](std::uint32_t, std::uint32_t) {});
    writer_.add(run);
  }
  events_ += count;
  return {};
}

Error ListOutline::move(std::uint32_t from, std::uint32_t to) {
  if (from >= length() || to >= length()) return not_in_list();
  GS_TRY_OK(check_room(2, 1, 0));
  const Slots::Found found = slots_.find_shown(from);
  const std::uint32_t target = slots_.gap_of_move(from, to);
  slots_.erase(found.pos, 1, [](std::uint32_t, std::uint32_t) {});
  slots_.insert(target, next_slot_++, 1);
  events_ += 2;
  writer_.add({ListEdit::move, found.pos, 1, target});
  return {};
}

Error ListOutline::set(std::uint32_t pos, Bytes value) {
  if (pos >= length()) return not_in_list();
  GS_TRY_OK(record::validate_any(value, record::kElementDepth));
  GS_TRY_OK(check_room(1, 1, value.size()));
  ++events_;
  writer_.add({ListEdit::set, slots_.find_shown(pos).pos, 1});
  writer_.add_value(value);
  return {};
}

Error ListOutline::add_run(const ListRun& run, Bytes& values) {
  switch (run.edit) {
    case ListEdit::erase:
      return erase(run.pos, run.count);
    case ListEdit::erase_back:
      return erase(run.pos - (run.count - 1), run.count);
    case ListEdit::move:
      return move(run.pos, run.to);
    default:
      break;
  }
  for (std::uint32_t i = 0; i < run.count; ++i) {
    Bytes value;
    take_block(values, value);
    GS_TRY_OK(run.edit == ListEdit::insert ? insert(run.pos + i, value) : set(run.pos + i, value));
  }
  return {};
}

Error ListOutline::add(const ListEditsView& edits) {
  Bytes values = edits.values();
  ListEditsReader reader = edits.runs();
  for (ListRun run; reader.next(run);) GS_TRY_OK(add_run(run, values));
  return {};
}

}  // namespace gs::crdt
