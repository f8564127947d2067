#include "gs/core/merge/taken_list.h"

#include <algorithm>
#include <map>

#include "gs/core/crdt/list/list_edits.h"
#include "gs/core/merge/list_past.h"

namespace gs::merge {

using crdt::ListEdit;

namespace {

using State = ListPast::State;

// What becomes of elements that are no copies.
struct Plan {
  std::set<std::uint32_t> go;
  std::set<std::uint32_t> come;
  std::set<std::uint32_t> move;
  std::set<std::uint32_t> set;
};

class Planning {
 public:
  Planning(const ListPast& past, const TakenOperations& taken, bool is_again)
      : past_(past), taken_(taken), is_again_(is_again) {}

  void plan() {
    for (const std::uint32_t one : past_.touched_by(taken_.ours)) plan(one);
  }

  Plan made;
  KeptBy kept;

 private:
  void plan(std::uint32_t one) {
    const State with = past_.state(one, taken_.before);
    const State without = past_.state(one, taken_.after);
    const bool is_there = past_.shown_copy(one) != ListPast::kNone;
    if (with.is_shown && without.is_shown && is_there) {
      if (with.rank != without.rank) made.move.insert(one);
      if (!is_same_value(with.value, without.value)) made.set.insert(one);
    }
    if (!with.is_shown && without.is_shown && !is_there) made.come.insert(one);
    if (with.is_shown && !without.is_shown && is_there) go(one, with);
    if (!is_again_) keep_what_counts_no_more(one, with, without);
  }

  // What is not inserted any more, unless somebody else used it; or what somebody else deleted
  // from where it had been moved away.
  void go(std::uint32_t one, const State& with) {
    const ListPast::Uses others = past_.uses(one, taken_.after, false);
    const bool is_inserted = with.inserted != ListPast::kNone && taken_.after[with.inserted];
    if (is_inserted && others.last_change != ListPast::kNone) return keep(others.last_change);
    made.go.insert(one);
  }

  void keep(std::uint32_t operation) {
    if (operation != ListPast::kNone) kept.add(past_.stamps()[operation]);
  }
  void keep_unless_ours(std::uint32_t operation) {
    if (operation != ListPast::kNone && !taken_.ours[operation]) keep(operation);
  }

  void keep_what_counts_no_more(std::uint32_t one, const State& with, const State& without) {
    const ListPast::Uses ours = past_.uses(one, taken_.ours, true);
    if (with.is_shown) {
      if (ours.is_moved) keep_unless_ours(with.placed);
      if (ours.is_set) keep_unless_ours(with.valued);
    } else if (ours.is_erased && !without.is_shown) {
      // Somebody else deleted it as well, or who inserted it took that back.
      keep_unless_ours(without.erased != ListPast::kNone ? without.erased : without.inserted);
    } else if (!ours.is_erased && (ours.is_moved || ours.is_set)) {
      keep_unless_ours(with.erased);
    }
  }

  const ListPast& past_;
  const TakenOperations& taken_;
  const bool is_again_;
};

// Does what is planned to the list that is shown.
class Editing {
 public:
  Editing(const ListPast& past, const TakenOperations& taken, const Plan& plan)
      : past_(past), taken_(taken), plan_(plan) {
    for (const std::uint32_t element : past.shown()) now_.push_back(past.original_of(element));
  }

  Buffer edit() {
    erase();
    place();
    set();
    return is_any_ ? writer_.bytes() : Buffer();
  }

 private:
  void add(const crdt::ListRun& run) {
    writer_.add(run);
    is_any_ = true;
  }

  // From the back, so that positions stay.
  void erase() {
    const auto goes = [&](std::uint32_t one) { return plan_.go.count(one) != 0; };
    for (auto i = static_cast<std::uint32_t>(now_.size()); i-- > 0;) {
      if (goes(now_[i])) add({ListEdit::erase, i, 1, 0});
    }
    std::erase_if(now_, goes);
  }

  // In the order that the list would have.
  std::vector<std::uint32_t> wanted() const {
    std::map<std::uint32_t, std::uint32_t> by_rank;
    const auto want = [&](std::uint32_t one) {
      const State state = past_.state(one, taken_.after);
      if (state.is_shown) by_rank.emplace(state.rank, one);
    };
    for (const std::uint32_t one : now_) want(one);
    for (const std::uint32_t one : plan_.come) want(one);
    std::vector<std::uint32_t> all;
    all.reserve(by_rank.size());
    for (const auto& [rank, one] : by_rank) all.push_back(one);
    return all;
  }

  std::uint32_t position_of(std::uint32_t one) const {
    return static_cast<std::uint32_t>(std::find(now_.begin(), now_.end(), one) - now_.begin());
  }

  // Each goes behind the one before it in that order.
  void place() {
    if (plan_.come.empty() && plan_.move.empty()) return;
    std::uint32_t before = ListPast::kNone;
    std::uint32_t behind = 0;  // position behind `before`, when that was placed last
    bool is_known = true;
    for (const std::uint32_t one : wanted()) {
      const bool comes = plan_.come.count(one) != 0;
      if (comes || plan_.move.count(one) != 0) {
        std::uint32_t from = 0;
        if (!comes) {
          from = position_of(one);
          now_.erase(now_.begin() + static_cast<std::ptrdiff_t>(from));
          is_known = false;
        }
        if (!is_known) behind = before == ListPast::kNone ? 0 : position_of(before) + 1;
        put(one, comes, from, behind);
        ++behind;
        is_known = true;
      } else {
        is_known = false;
      }
      before = one;
    }
  }

  void put(std::uint32_t one, bool comes, std::uint32_t from, std::uint32_t to) {
    now_.insert(now_.begin() + static_cast<std::ptrdiff_t>(to), one);
    if (comes) {
      add({ListEdit::insert, to, 1, 0});
      writer_.add_value(past_.state(one, taken_.after).value);
    } else if (from != to) {
      add({ListEdit::move, from, 1, to});
    }
  }

  void set() {
    for (std::uint32_t i = 0; i < now_.size() && !plan_.set.empty(); ++i) {
      if (plan_.set.count(now_[i]) == 0) continue;
      add({ListEdit::set, i, 1, 0});
      writer_.add_value(past_.state(now_[i], taken_.after).value);
    }
  }

  const ListPast& past_;
  const TakenOperations& taken_;
  const Plan& plan_;
  std::vector<std::uint32_t> now_;  // elements that are no copies, by what stands for them
  crdt::ListEditsWriter writer_;
  bool is_any_ = false;
};

}  // namespace

Result<TakenList> take_back_list(const TypedField& field, const WriterOrder& order,
                                 const WhatIsTaken& what) {
  GS_TRY(ListPast past, ListPast::read(field, order));
  const TakenOperations taken(past.stamps(), what);
  past.find_copies(taken.restoring, taken.deleting, taken.undone);
  Planning planning(past, taken, what.is_again);
  planning.plan();
  return TakenList{Editing(past, taken, planning.made).edit(), planning.kept.stamps()};
}

}  // namespace gs::merge
