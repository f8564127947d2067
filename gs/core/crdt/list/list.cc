// What a list is, and how edits of others come into it; list_local.cc has those made here.
#include "gs/core/crdt/list/list.h"

#include "gs/base/check.h"

namespace gs::crdt {

std::size_t List::memory_bytes() const noexcept {
  return history_.memory_bytes() + stamps_.memory_bytes() + elements_.memory_bytes() +
         values_.memory_bytes() + erased_.memory_bytes() + slots_.tree().memory_bytes() +
         (base_ ? base_->memory_bytes() : 0);
}

std::vector<EventId> List::version() const {
  std::vector<EventId> ids;
  for (const Place place : history_.graph().frontier()) {
    ids.push_back(history_.graph().id_of(place));
  }
  return ids;
}

// By stamps: hlc, writer, seq. No two events have equal ones.
bool List::counts_more(Place a, Place b) const {
  const std::uint64_t a_hlc = stamps_.hlc(a);
  const std::uint64_t b_hlc = stamps_.hlc(b);
  if (a_hlc != b_hlc) return a_hlc > b_hlc;
  const EventId x = history_.graph().id_of(a);
  const EventId y = history_.graph().id_of(b);
  if (x.writer != y.writer) return history_.writers()[x.writer] > history_.writers()[y.writer];
  return x.seq > y.seq;
}

// Were a move to count less than one that its writer had seen, the element would be lost: the
// slot that counts would be the one that the move took it out of.
Error List::check_stamp(EventId first, std::uint64_t hlc, VersionView parents) const {
  const std::vector<Writer>& writers = history_.writers();
  for (const Place parent : parents) {
    const std::uint64_t seen = stamps_.hlc(parent);
    const EventId id = history_.graph().id_of(parent);
    bool later = hlc > seen;
    if (hlc == seen) {
      later = first.writer == id.writer ? first.seq > id.seq
                                        : writers[first.writer] > writers[id.writer];
    }
    if (!later) {
      return Error(Code::invalid, "list operation: its stamp is not above what it stands on");
    }
  }
  return {};
}

Error List::check_room(std::uint64_t events, std::uint64_t value_bytes) const {
  if (events > kListEditsMax - history_.graph().size()) {
    return Error(Code::too_large, "too many edits of one list");
  }
  if (value_bytes > kTextBytesMax - values_.bytes()) {
    return Error(Code::too_large, "a list that was given more than 1 GiB of values");
  }
  return {};
}

void List::take_move(std::uint32_t element, Place place, std::uint32_t slot) {
  const std::uint32_t before = elements_.slot_of(element);
  elements_.add_moved(slot, element);
  const bool counts =
      elements_.move(element, place, slot, [&](Place a, Place b) { return counts_more(a, b); });
  slots_.hide(counts ? before : slot);
}

void List::take_set(std::uint32_t element, Place place, Bytes value) {
  elements_.set(element, place, values_.count(),
                [&](Place a, Place b) { return counts_more(a, b); });
  values_.append(value);
}

// Fills parents_ with the places of what an operation stands on.
Error List::resolve(std::span<const EventId> parents) {
  if (parents.size() > kParentsMax) return Error(Code::too_large, "too many parents");
  parents_.clear();
  for (const EventId& id : parents) {
    const Place place = history_.graph().find(id);
    if (place == kNoPlace) {
      return Error(Code::not_found, "the edits stand on some that are not here yet");
    }
    parents_.push_back(place);
  }
  std::sort(parents_.begin(), parents_.end());
  if (std::adjacent_find(parents_.begin(), parents_.end()) != parents_.end()) {
    return Error(Code::invalid, "a parent is named twice");
  }
  return {};
}

// Fills list_runs_ and runs_ with the edits behind the first `skip` events, and moves `values` to
// those that they need.
Error List::read_runs(const ListEditsView& edits, std::uint32_t skip, Bytes& values) {
  list_runs_.clear();
  runs_.clear();
  values = edits.values();
  ListEditsReader reader = edits.runs();
  for (ListRun run; reader.next(run);) {
    const std::uint32_t part = std::min(skip, run.events());
    skip -= part;
    Bytes value;
    for (std::uint32_t i = 0; run.has_values() && i < part; ++i) take_block(values, value);
    if (part == run.events()) continue;
    if (run.edit == ListEdit::move) {
      if (part > 0) return Error(Code::invalid, "half of a move is known as another edit");
      runs_.push_back({Edit::erase, run.pos, 1});
      runs_.push_back({Edit::insert, run.to, 1});
    } else {
      if (part > 0) run = run_from(run, part);
      runs_.push_back(history_run(run));
    }
    list_runs_.push_back(run);
  }
  return {};
}

Error List::apply(Bytes edits, const ListOrigin& origin) {
  GS_CHECK(origin.first.writer < history_.writers().size());
  GS_TRY(const ListEditsView view, ListEditsView::parse(edits));
  const EventGraph& graph = history_.graph();
  const std::uint32_t count = view.events();
  EventId first = origin.first;
  if (first.seq > kSeqMax - count) return Error(Code::too_large, "too many edits of one writer");
  // Known edits come first: whoever has one has those that it stands on.
  Place last = kNoPlace;
  const std::uint32_t known = graph.count_known(first, count, last);
  if (known == count) return {};
  first.seq += known;
  if (graph.knows_any(first, count - known)) {
    return Error(Code::invalid, "some of the edits are known as edits of another operation");
  }
  if (known > 0) {
    parents_.assign(1, last);
  } else {
    GS_TRY_OK(resolve(origin.parents));
  }
  GS_TRY_OK(check_stamp(first, origin.hlc, parents_));
  Bytes values;
  GS_TRY_OK(read_runs(view, known, values));
  GS_TRY_OK(check_room(count - known, values.size()));
  effects_.clear();
  late_.clear();
  touched_.clear();
  const Place place = graph.size();
  const std::uint32_t slot = history_.log().inserted();
  GS_TRY_OK(history_.add(first, parents_, runs_, effects_, &late_));
  stamps_.add(place, origin.hlc);
  do_effects();
  do_runs(place, slot, values);
  forget_base();
  return {};
}

// First all that happens to slots, so that positions of effects are right; then what it means.
void List::do_effects() {
  for (const Effect& effect : effects_) {
    if (effect.edit == Edit::insert) {
      slots_.insert(effect.pos, effect.ordinal, effect.count);
    } else if (effect.edit == Edit::touch) {
      Place place = effect.place;
      slots_.visit_alive(effect.pos, effect.count, [&](std::uint32_t slot, std::uint32_t count) {
        touched_.add({place, slot, count, false});
        place += count;
      });
    } else {
      do_erase(effect);
    }
  }
}

void List::do_erase(const Effect& effect) {
  const bool back = effect.edit == Edit::erase_back;
  // Targets are kept in the order of events, which may be against that of slots.
  std::vector<Target> targets;
  std::uint32_t done = 0;
  slots_.erase(effect.pos, effect.count, [&](std::uint32_t slot, std::uint32_t count) {
    const std::uint32_t before = back ? effect.count - done - count : done;
    const bool down = back && count > 1;
    targets.push_back({effect.place + before, down ? slot + count - 1 : slot, count, down});
    done += count;
  });
  if (back) std::reverse(targets.begin(), targets.end());
  for (const Target& target : targets) erased_.add(target);
}

// Elements and values of the edits in list_runs_, which begin at `place`, make slots from `slot` on
// and have all been done to slots.
void List::do_runs(Place place, std::uint32_t slot, Bytes values) {
  Bytes value;
  for (const ListRun& run : list_runs_) {
    if (run.edit == ListEdit::insert) {
      elements_.add_inserted(slot, run.count, values_.count());
      for (std::uint32_t i = 0; i < run.count; ++i) {
        take_block(values, value);
        values_.append(value);
      }
      slot += run.count;
    } else if (run.edit == ListEdit::move) {
      const std::uint32_t left = slot_about(erased_, place);
      take_move(elements_.element_of(left), place + 1, slot++);
    } else if (run.edit == ListEdit::set) {
      for (std::uint32_t i = 0; i < run.count; ++i) {
        take_block(values, value);
        const std::uint32_t at = slot_about(touched_, place + i);
        take_set(elements_.element_of(at), place + i, value);
      }
    }
    place += run.events();
  }
}

std::uint32_t List::slot_about(const Targets& done, Place place) {
  if (const auto slot = done.find(place)) return *slot;
  const auto unit = late_.find(place);
  GS_CHECK(unit.has_value());
  if (*unit >= kBaseUnit) return base_slot(*unit - kBaseUnit);
  return history_.log().piece(*unit, *unit + 1).ordinal;
}

std::uint32_t List::base_slot(std::uint32_t pos) {
  const Place base = history_.tracker()->base();
  if (!base_ || base_place_ != base) {
    const EditLog& log = history_.log();
    const LogPiece piece = log.piece(base, base + 1);
    const std::uint32_t inserted = piece.ordinal + (piece.run.edit == Edit::insert ? 1 : 0);
    std::vector<Target> erased_since;
    erased_.visit(base + 1, log.size() - base - 1,
                  [&](const Target& target) { erased_since.push_back(target); });
    base_.emplace(slots_, inserted, erased_since);
    base_place_ = base;
  }
  return base_->at(pos);
}

void List::forget_base() noexcept {
  const Tracker* const tracker = history_.tracker();
  if (tracker == nullptr || tracker->base() != base_place_) base_.reset();
}

}  // namespace gs::crdt
