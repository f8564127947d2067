#include "gs/core/merge/list_past.h"

#include <algorithm>
#include <set>

namespace gs::merge {

using crdt::ListEdit;
using crdt::ListEditsView;
using crdt::ListRun;
using crdt::Place;

namespace {

bool is_in(const OperationSet& operations, std::uint32_t operation) {
  return operation != ListPast::kNone && operations[operation];
}

}  // namespace

// Does all edits once more, and notes which slot each is about.
class ListPast::Reader {
 public:
  Reader(const TypedField& field, const WriterOrder& order, ListPast& past)
      : field_(field), order_(order), past_(past), list_(field.value) {}

  Error read() {
    const EditsLog log(field_.edits);
    EditsLog::Cursor cursor(log);
    for (EditsLog::Operation one; cursor.next(one);) {
      const Digest key = order_.key(one.stamp.writer);
      GS_TRY_OK(list_.add(key, one.stamp.hlc, one.parents, one.edits));
      past_.stamps_.push_back(one.stamp);
      past_.keys_.push_back(key);
      edits_.push_back(one.edits);
    }
    slot_of_.assign(known().graph.size(), kNone);
    for (const Bytes value : elements_of_array(field_.value)) insert(kNone, value);
    for (std::uint32_t i = 0; i < edits_.size(); ++i) GS_TRY_OK(read_operation(i));
    if (place_ != known().graph.size()) return contradicts();
    note_ranks();
    return {};
  }

 private:
  crdt::Known known() const noexcept {
    const crdt::History& history = list_.list().history();
    return {history.graph(), history.log(), history.writers()};
  }
  static Error contradicts() {
    return Error(Code::damaged, "the edits of a list contradict each other. Run gstore verify");
  }

  Error read_operation(std::uint32_t operation) {
    GS_TRY(const ListEditsView edits, ListEditsView::parse(edits_[operation]));
    if (edits.events() > known().graph.size() - place_) return contradicts();
    Bytes values = edits.values();
    crdt::ListEditsReader reader = edits.runs();
    for (ListRun run; reader.next(run);) {
      for (std::uint32_t i = 0; i < run.count; ++i) {
        Bytes value;
        if (run.has_values()) crdt::take_block(values, value);
        if (run.edit == ListEdit::insert) {
          insert(operation, value);
        } else {
          GS_TRY_OK(change(operation, run.edit, value));
        }
      }
    }
    return {};
  }

  void insert(std::uint32_t operation, Bytes value) {
    const auto element = static_cast<std::uint32_t>(past_.elements_.size());
    Element& made = past_.elements_.emplace_back();
    made.original = element;
    made.copies.push_back(element);
    made.values.push_back({operation, place_, value});
    add_slot(operation, element, kNone);
  }

  void add_slot(std::uint32_t operation, std::uint32_t element, std::uint32_t from) {
    const auto slot = static_cast<std::uint32_t>(past_.slots_.size());
    past_.slots_.push_back({element, operation, from, 0, place_, {}});
    past_.elements_[element].slots.push_back(slot);
    slot_of_[place_] = slot;
    go_on();
  }

  // Of an edit about a slot that is there.
  Error change(std::uint32_t operation, ListEdit edit, Bytes value) {
    Place one = 0;
    tracker_.prepare(known(), known().graph.parents(place_, one));
    const crdt::EditRun run = known().log.piece(place_, place_ + 1).run;
    const auto [at, offset] = tracker_.tree().find_prepared(run.pos);
    const crdt::Unit unit = tracker_.tree().span(at).first + offset;
    const std::uint32_t slot = unit < place_ ? slot_of_[unit] : kNone;
    if (slot == kNone) return contradicts();
    const std::uint32_t element = past_.slots_[slot].element;
    if (edit == ListEdit::set)
      past_.elements_[element].values.push_back({operation, place_, value});
    if (edit == ListEdit::erase || edit == ListEdit::erase_back) {
      past_.slots_[slot].erased.push_back(operation);
    }
    go_on();
    if (edit == ListEdit::move) add_slot(operation, element, slot);
    return {};
  }

  void go_on() { tracker_.apply(known(), ++place_, nullptr); }

  void note_ranks() {
    std::uint32_t rank = 0;
    tracker_.tree().visit([&](const crdt::UnitSpan& span) {
      if (span.first >= crdt::kBaseUnit) return;
      for (std::uint32_t i = 0; i < span.count; ++i) {
        past_.slots_[slot_of_[span.first + i]].rank = rank++;
      }
    });
  }

  const TypedField& field_;
  const WriterOrder& order_;
  ListPast& past_;
  EditedList list_;
  std::vector<Bytes> edits_;
  std::vector<std::uint32_t> slot_of_;  // by the place of what made it
  crdt::Tracker tracker_{crdt::kNoPlace};
  Place place_ = 0;
};

Result<ListPast> ListPast::read(const TypedField& field, const WriterOrder& order) {
  ListPast past;
  GS_TRY_OK(Reader(field, order, past).read());
  return past;
}

// Whether edit a counts more than b, as lists say (list.h). The value's count least.
bool ListPast::is_later(std::uint32_t a, Place a_place, std::uint32_t b, Place b_place) const {
  if (a == kNone || b == kNone) return b == kNone && a != kNone;
  if (stamps_[a].hlc != stamps_[b].hlc) return stamps_[a].hlc > stamps_[b].hlc;
  if (keys_[a] != keys_[b]) return keys_[a] > keys_[b];
  return a_place > b_place;
}

std::uint32_t ListPast::slot_that_counts(std::uint32_t element) const {
  const std::vector<std::uint32_t>& slots = elements_[element].slots;
  std::uint32_t counts = slots.front();
  bool is_moved = false;
  for (std::size_t i = 1; i < slots.size(); ++i) {
    const Slot& slot = slots_[slots[i]];
    const Slot& other = slots_[counts];
    if (is_moved && !is_later(slot.by, slot.place, other.by, other.place)) continue;
    counts = slots[i];
    is_moved = true;
  }
  return counts;
}

bool ListPast::is_shown(std::uint32_t element) const {
  return slots_[slot_that_counts(element)].erased.empty();
}

std::vector<std::uint32_t> ListPast::shown() const {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> by_rank;
  for (std::uint32_t i = 0; i < elements_.size(); ++i) {
    const Slot& slot = slots_[slot_that_counts(i)];
    if (slot.erased.empty()) by_rank.emplace_back(slot.rank, i);
  }
  std::sort(by_rank.begin(), by_rank.end());
  std::vector<std::uint32_t> elements;
  elements.reserve(by_rank.size());
  for (const auto& [rank, element] : by_rank) elements.push_back(element);
  return elements;
}

std::uint32_t ListPast::shown_copy(std::uint32_t original) const {
  for (const std::uint32_t one : elements_[original].copies) {
    if (is_shown(one)) return one;
  }
  return kNone;
}

std::vector<std::uint32_t> ListPast::touched_by(const OperationSet& operations) const {
  std::set<std::uint32_t> touched;
  const auto touch = [&](std::uint32_t operation, std::uint32_t element) {
    if (is_in(operations, operation)) touched.insert(elements_[element].original);
  };
  for (const Slot& slot : slots_) {
    touch(slot.by, slot.element);
    for (const std::uint32_t operation : slot.erased) touch(operation, slot.element);
  }
  for (std::uint32_t i = 0; i < elements_.size(); ++i) {
    for (const Given& given : elements_[i].values) touch(given.by, i);
  }
  return {touched.begin(), touched.end()};
}

// Where the slot's element stood for who had not seen what is left out.
std::uint32_t ListPast::slot_without(std::uint32_t slot, const OperationSet& omitted) const {
  while (is_in(omitted, slots_[slot].by) && slots_[slot].from != kNone) slot = slots_[slot].from;
  return slot;
}

ListPast::State ListPast::state(std::uint32_t original, const OperationSet& omitted) const {
  const Element& element = elements_[original];
  const std::uint32_t first = element.slots.front();
  State state;
  state.inserted = slots_[first].by;
  if (is_in(omitted, state.inserted) && !element.stays) return state;
  std::uint32_t counts = first;
  const Given* given = &element.values.front();
  for (const std::uint32_t one : element.copies) {
    for (std::size_t i = 1; i < elements_[one].slots.size(); ++i) {
      const Slot& slot = slots_[elements_[one].slots[i]];
      if (is_in(omitted, slot.by)) continue;
      const Slot& other = slots_[counts];
      const bool is_more = counts == first || is_later(slot.by, slot.place, other.by, other.place);
      if (is_more) counts = elements_[one].slots[i];
    }
    for (std::size_t i = 1; i < elements_[one].values.size(); ++i) {
      const Given& other = elements_[one].values[i];
      if (is_in(omitted, other.by)) continue;
      const bool is_more = given == &element.values.front() ||
                           is_later(other.by, other.place, given->by, given->place);
      if (is_more) given = &other;
    }
  }
  for (const std::uint32_t one : element.copies) {
    for (const std::uint32_t slot : elements_[one].slots) {
      for (const std::uint32_t operation : slots_[slot].erased) {
        if (is_in(omitted, operation) || slot_without(slot, omitted) != counts) continue;
        state.erased = operation;
      }
    }
  }
  state.is_shown = state.erased == kNone;
  state.rank = slots_[counts].rank;
  state.placed = slots_[counts].by;
  state.value = given->value;
  state.valued = given->by;
  return state;
}

ListPast::Uses ListPast::uses(std::uint32_t original, const OperationSet& operations,
                              bool in) const {
  Uses uses;
  const auto is_of = [&](std::uint32_t operation) {
    return operation != kNone && operations[operation] == in;
  };
  const auto change = [&](std::uint32_t operation, bool& is_any) {
    if (!is_of(operation)) return;
    is_any = true;
    if (is_later(operation, 0, uses.last_change, 0)) uses.last_change = operation;
  };
  for (const std::uint32_t one : elements_[original].copies) {
    const Element& element = elements_[one];
    for (std::size_t i = 0; i < element.slots.size(); ++i) {
      const Slot& slot = slots_[element.slots[i]];
      if (i != 0) change(slot.by, uses.is_moved);
      for (const std::uint32_t operation : slot.erased) {
        uses.is_erased = uses.is_erased || is_of(operation);
      }
    }
    for (std::size_t i = 1; i < element.values.size(); ++i) {
      change(element.values[i].by, uses.is_set);
    }
  }
  return uses;
}

// --- copies ---

// Slots by each value that their element ever had, and by their rank.
ListPast::DeletedSlots ListPast::deleted_by(const OperationSet& deleting) const {
  DeletedSlots deleted;
  for (std::uint32_t i = 0; i < slots_.size(); ++i) {
    const bool is_any =
        std::any_of(slots_[i].erased.begin(), slots_[i].erased.end(),
                    [&](std::uint32_t operation) { return is_in(deleting, operation); });
    if (!is_any) continue;
    for (const Given& given : elements_[slots_[i].element].values) {
      deleted[as_text(given.value)].emplace(slots_[i].rank, i);
    }
  }
  return deleted;
}

void ListPast::find_copies(const OperationSet& restoring, const OperationSet& deleting,
                           const OperationSet& undone) {
  DeletedSlots deleted = deleted_by(deleting);
  std::vector<std::vector<std::uint32_t>> copies(restoring.size());
  for (std::uint32_t i = 0; i < elements_.size(); ++i) {
    const std::uint32_t by = slots_[elements_[i].slots.front()].by;
    if (is_in(restoring, by)) copies[by].push_back(i);
  }
  for (std::uint32_t i = 0; i < copies.size(); ++i) {
    if (!copies[i].empty()) copy_all(i, std::move(copies[i]), deleted);
  }
  for (Element& element : elements_) {
    const std::uint32_t by = slots_[element.slots.front()].by;
    const auto shown = [&](std::uint32_t one) { return is_shown(one); };
    element.stays =
        is_in(undone, by) && std::any_of(element.copies.begin(), element.copies.end(), shown);
  }
}

// Of equal values the copies have the order of what they are copies of.
void ListPast::copy_all(std::uint32_t operation, std::vector<std::uint32_t> copies,
                        DeletedSlots& deleted) {
  const auto rank_of = [&](std::uint32_t element) {
    return slots_[elements_[element].slots.front()].rank;
  };
  const auto is_earlier = [&](std::uint32_t slot) {
    const std::vector<std::uint32_t>& erased = slots_[slot].erased;
    return std::any_of(erased.begin(), erased.end(), [&](std::uint32_t one) {
      return stamps_[one].hlc < stamps_[operation].hlc;
    });
  };
  std::sort(copies.begin(), copies.end(),
            [&](std::uint32_t a, std::uint32_t b) { return rank_of(a) < rank_of(b); });
  std::map<std::string_view, std::pair<std::vector<std::uint32_t>, std::vector<std::uint32_t>>>
      pairs;  // by value: copies, and the slots of what they copy
  for (const std::uint32_t copy : copies) {
    const std::string_view value = as_text(elements_[copy].values.front().value);
    const auto found = deleted.find(value);
    if (found == deleted.end()) continue;
    std::map<std::uint32_t, std::uint32_t>& slots = found->second;
    const std::uint32_t rank = rank_of(copy);
    auto after = slots.lower_bound(rank);
    auto before = after;
    while (after != slots.end() && !is_earlier(after->second)) ++after;
    bool has_before = false;
    while (!has_before && before != slots.begin()) has_before = is_earlier((--before)->second);
    if (after == slots.end() && !has_before) continue;
    const bool takes_before =
        has_before && (after == slots.end() || rank - before->first <= after->first - rank);
    const auto taken = takes_before ? before : after;
    pairs[value].first.push_back(copy);
    pairs[value].second.push_back(taken->second);
    slots.erase(taken);
  }
  for (auto& [value, both] : pairs) {
    std::sort(both.second.begin(), both.second.end(),
              [&](std::uint32_t a, std::uint32_t b) { return slots_[a].rank < slots_[b].rank; });
    for (std::size_t i = 0; i < both.first.size(); ++i) join(both.first[i], both.second[i]);
  }
}

void ListPast::join(std::uint32_t copy, std::uint32_t slot) {
  const std::uint32_t original = elements_[slots_[slot].element].original;
  slots_[elements_[copy].slots.front()].from = slot;
  for (const std::uint32_t one : elements_[copy].copies) {
    elements_[one].original = original;
    elements_[original].copies.push_back(one);
  }
  elements_[copy].copies.clear();
}

}  // namespace gs::merge
