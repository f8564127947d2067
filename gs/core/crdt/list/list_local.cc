// Edits of a list that are made here: positions of what is shown become positions of slots.
#include "gs/base/check.h"
#include "gs/core/crdt/list/list.h"
#include "gs/core/record/record.h"

namespace gs::crdt {
namespace {

Error outside() { return Error(Code::invalid, "a position is not in the list"); }

}  // namespace

Result<ListDraft> List::begin(std::uint32_t writer, std::uint64_t hlc) const {
  GS_CHECK(writer < history_.writers().size());
  const EventId first{writer, next_seq(writer)};
  GS_TRY_OK(check_stamp(first, hlc, history_.graph().frontier()));
  return ListDraft(first, hlc, version(), history_.graph().size());
}

// Whether so many more events, runs and bytes of values have room in the operation and the list.
Error List::check_draft(const ListDraft& draft, std::uint64_t events, std::size_t runs,
                        std::size_t value_bytes) const {
  if (draft.end_ != history_.graph().size()) {
    return Error(Code::invalid, "the list has changed since the operation began: begin another");
  }
  const std::uint64_t bytes =
      std::uint64_t{runs} * ListEditsWriter::kRunBytesMax + kVarintBytesMax + value_bytes;
  if (bytes > kOperationBytesMax - draft.writer_.bytes_max()) {
    return Error(Code::too_large, "a list operation of more than 16 MiB: begin another");
  }
  if (events > kSeqMax - std::uint64_t{draft.first_.seq} - draft.events_) {
    return Error(Code::too_large, "too many edits of one writer");
  }
  return check_room(events, value_bytes);
}

// Adds events to the history. The caller has checked the draft and the position.
Error List::add_local(ListDraft& draft, const EditRun& run) {
  stamps_.add(history_.graph().size(), draft.hlc_);
  GS_TRY_OK(history_.add_local(draft.first_.writer, run));
  draft.end_ += run.count;
  draft.events_ += run.count;
  forget_base();
  return {};
}

Error List::insert(ListDraft& draft, std::uint32_t pos, Bytes value) {
  if (pos > length()) return outside();
  GS_TRY_OK(record::validate_any(value, record::kElementDepth));
  GS_TRY_OK(check_draft(draft, 1, 1, value.size()));
  const std::uint32_t at = slots_.gap_at(pos);
  const std::uint32_t slot = history_.log().inserted();
  GS_TRY_OK(add_local(draft, {Edit::insert, at, 1}));
  slots_.insert(at, slot, 1);
  elements_.add_inserted(slot, 1, values_.count());
  values_.append(value);
  draft.writer_.add({ListEdit::insert, at, 1});
  draft.writer_.add_value(value);
  return {};
}

Error List::erase(ListDraft& draft, std::uint32_t pos, std::uint32_t count) {
  if (pos > length() || count > length() - pos) return outside();
  // Between what is shown may be slots that are not.
  std::vector<EditRun> runs;
  for (std::uint32_t done = 0; done < count;) {
    const Slots::Found found = slots_.find_shown(pos + done);
    const std::uint32_t part = std::min(count - done, found.follow);
    runs.push_back({Edit::erase, found.pos - done, part});
    done += part;
  }
  GS_TRY_OK(check_draft(draft, count, runs.size(), 0));
  for (const EditRun& run : runs) {
    const Place place = history_.graph().size();
    GS_TRY_OK(add_local(draft, run));
    do_erase({Edit::erase, run.pos, run.count, 0, place});
    draft.writer_.add({ListEdit::erase, run.pos, run.count});
  }
  return {};
}

Error List::move(ListDraft& draft, std::uint32_t from, std::uint32_t to) {
  if (from >= length() || to >= length()) return outside();
  GS_TRY_OK(check_draft(draft, 2, 1, 0));
  const Slots::Found found = slots_.find_shown(from);
  const std::uint32_t target = slots_.gap_of_move(from, to);
  const Place place = history_.graph().size();
  const std::uint32_t slot = history_.log().inserted();
  GS_TRY_OK(add_local(draft, {Edit::erase, found.pos, 1}));
  GS_TRY_OK(add_local(draft, {Edit::insert, target, 1}));
  do_erase({Edit::erase, found.pos, 1, 0, place});
  slots_.insert(target, slot, 1);
  take_move(elements_.element_of(found.slot), place + 1, slot);
  draft.writer_.add({ListEdit::move, found.pos, 1, target});
  return {};
}

Error List::set(ListDraft& draft, std::uint32_t pos, Bytes value) {
  if (pos >= length()) return outside();
  GS_TRY_OK(record::validate_any(value, record::kElementDepth));
  GS_TRY_OK(check_draft(draft, 1, 1, value.size()));
  const Slots::Found found = slots_.find_shown(pos);
  const Place place = history_.graph().size();
  GS_TRY_OK(add_local(draft, {Edit::touch, found.pos, 1}));
  take_set(elements_.element_of(found.slot), place, value);
  draft.writer_.add({ListEdit::set, found.pos, 1});
  draft.writer_.add_value(value);
  return {};
}

}  // namespace gs::crdt
