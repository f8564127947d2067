// Before something is taken back: what it is, what was taken back of it before, and what became of
// the records that it wrote to.

#include <map>

#include "gs/engine/database/known_heads.h"
#include "gs/engine/database/looked_back.h"
#include "gs/engine/database/reverting.h"

namespace gs::engine {

using graph::Revert;
using graph::Why;

namespace {

Error counts_not(const Digest& change) {
  return Error(Code::invalid, "change " + change.text() +
                                  " stands on one of two changes with one number, of which the "
                                  "other one counts (see `gstore twins`), so nothing of it is here "
                                  "to be taken back");
}

}  // namespace

Error Database::Reverting::look_back(const Revert& revert, const UndoStack& stack,
                                     LookedBack& out) {
  std::optional<graph::ChangeNumber> number;
  const auto ask = [&](const Settled& settled, const KnownChanges& known) -> Error {
    number = known.find(revert.change);
    if (!number) return {};
    if (!known.counts(*number)) return counts_not(revert.change);
    std::vector<graph::ChangeNumber> heads;
    for (const Digest& head : settled.frontier) {
      if (const auto at = known.find(head)) heads.push_back(*at);
    }
    const Looked& taken = out.taken.emplace(known, *number, revert.hlc);
    GS_TRY_OK(check_reach(settled, taken.before));
    // Parents have lower numbers, so it is the last one of all.
    const auto all = taken.before.ranges();
    std::vector<graph::ChangeRange> ranges(all.begin(), all.end());
    if (ranges.back().first == *number) {
      ranges.pop_back();
    } else {
      --ranges.back().last;
    }
    out.common = stretches_of(known, ranges);
    out.all = Ancestors(known.graph(), heads);
    const graph::CausalGraph::Changes self(&*number, 1);
    std::vector<graph::ChangeRange> later = known.graph().diff(heads, self).only_a;
    out.later = stretches_of(known, later);
    const auto again = stack.again() ? known.find(stack.again()->change) : std::nullopt;
    if (again && *again >= known.cut()) {
      out.again.emplace(known, *again, stack.again()->hlc);
      // What nobody can tell any more is not done again.
      if (check_reach(settled, out.again->before)) out.again.reset();
      const graph::CausalGraph::Changes older(&*again, 1);
      if (out.again) later = known.graph().diff(heads, older).only_a;
    }
    out.reverting = stretches_of(known, known.reverting(later));
    return {};
  };
  GS_TRY(out.settled, db_.settle_known(ask));
  if (!number) return db_.no_change(out.settled, missing_change(revert.change));
  GS_TRY_OK(look_at_own(*out.taken, out));
  if (out.again) GS_TRY_OK(look_at_own(*out.again, out));
  GS_TRY_OK(look_at_undone(stack, out));
  return look_at_others(out);
}

// Which records a change wrote to.
Error Database::Reverting::look_at_own(Looked& looked, const LookedBack& in) {
  const auto add = [&](graph::ChangeNumber, log::Location,
                       const graph::ChangeView& change) -> Error {
    TakenBack& writes = looked.writes;
    looked.writer = change.chain();
    writes.writer = db_.tables_.find_writer(change.chain());
    for (const graph::Writer& chain : looked.chains) {
      if (chain != change.chain()) writes.beside.push_back(db_.tables_.find_writer(chain));
    }
    looked.of_change = transactions_of(change);
    looked.each(change, [&](const graph::OperationView& operation) {
      looked.transactions.insert({operation.hlc, change.chain()});
      writes.first = std::min(writes.first, operation.hlc);
      writes.last = std::max(writes.last, operation.hlc);
      if (writes_record(operation)) looked.ids.insert(change.id(operation.id_index));
    });
    return {};
  };
  return db_.each_in(in.settled, {&looked.own, 1}, add);
}

// What others took back that what is taken back did not know, and which reverts of it stand.
Error Database::Reverting::look_at_undone(const UndoStack& stack, LookedBack& out) {
  KnownReverts reverts;
  Stacks others;
  GS_TRY_OK(look_at_reverting(out, reverts, others));
  if (out.again && reverts.is_reverted(out.again->digest)) out.again.reset();
  Looked& taken = *out.taken;
  std::set<graph::Stamp>& undone = out.omitted.undone;
  add_to(undone, stack.undone());
  add_to(undone, stack.redone());
  std::set<graph::Stamp> restoring = stack.restoring();
  std::set<graph::Stamp> untyped = undone;
  add_to(untyped, taken.transactions);
  for (const auto& [writer, other] : others) {
    add_to(undone, other.undone());
    add_to(undone, other.redone());
    add_to(untyped, other.undone());
    add_to(restoring, other.restoring());
  }
  for (Looked* const looked : {&taken, out.again ? &*out.again : nullptr}) {
    if (looked == nullptr) continue;
    looked->never = {taken.transactions, undone};
    looked->writes.never = undone;
    add_to(looked->writes.never, taken.transactions);
    looked->writes.untyped = untyped;
    looked->writes.restoring = restoring;
  }
  taken.look_at_reverts(reverts);
  return look_at_counted(stack, others, reverts, out);
}

// The transactions that take something back, the newest ones first.
Error Database::Reverting::look_at_reverting(const LookedBack& in, KnownReverts& reverts,
                                             Stacks& others) {
  struct By {
    DoneIn in;
    graph::Writer writer;
    bool is_later;  // than what is taken back
  };
  std::vector<By> all;
  const auto add = [&](graph::ChangeNumber number, log::Location,
                       const graph::ChangeView& change) -> Error {
    const bool is_later = !in.taken->after.have(number);
    for (const Done& done : transactions_of(change)) {
      if (!done.reverts) continue;
      all.push_back(
          {{change.digest(), change.chain(), done, std::nullopt}, change.writer(), is_later});
    }
    return {};
  };
  GS_TRY_OK(db_.each_in(in.settled, in.reverting, add));
  const auto ask = [&](const Settled&, const KnownChanges& known) -> Error {
    for (By& by : all) by.in.taken_from = chain_of_taken(known, by.writer, by.in);
    return {};
  };
  if (all.empty()) return {};
  GS_TRY([[maybe_unused]] const Settled now, db_.settle_known(ask));
  for (auto by = all.rbegin(); by != all.rend(); ++by) {
    reverts.look(by->in);
    // Its own writer, too: on another branch it did not know of what is taken back.
    if (by->is_later) others.try_emplace(by->writer, Why::revert).first->second.look(by->in);
  }
  return {};
}

// What says how much of what is taken back counts: with reverts of it that stand and transactions
// of it that were undone, each transaction that was not. And of a revert, what was undone meanwhile
// of what it took back: that does not come again.
Error Database::Reverting::look_at_counted(const UndoStack& stack, const Stacks& others,
                                           const KnownReverts& reverts, LookedBack& out) {
  const Looked& taken = *out.taken;
  using Transaction = UndoStack::Transaction;
  std::vector<Transaction> against;
  for (const KnownReverts::One& one : reverts.of(taken.digest)) {
    if (one.stands) against.emplace_back(one.in, one.stamp.hlc);
  }
  const bool is_reverted = !against.empty();
  std::set<Transaction> undone = stack.undone_transactions();
  for (const auto& [writer, other] : others) {
    undone.insert(other.undone_transactions().begin(), other.undone_transactions().end());
  }
  std::vector<Transaction> counted;
  std::set<Digest> reverted;
  bool is_any_undone = false;
  for (const Done& done : taken.of_change) {
    const Transaction self{taken.digest, done.hlc};
    const Why why = done.reverts ? done.reverts->why : Why::revert;
    const bool is_taken = taken.hlc == 0 || taken.hlc == done.hlc;
    if (is_taken && done.reverts && why == Why::revert) reverted.insert(done.reverts->change);
    const bool is_undone = undone.count(self) != 0;
    is_any_undone = is_any_undone || (is_undone && taken.hlc == 0);
    // An undo of the change itself is in what it left.
    const bool is_within = why != Why::revert && done.reverts->change == taken.digest;
    if (!is_undone && !is_within && (is_taken || is_reverted)) counted.push_back(self);
  }
  for (const Transaction& one : undone) {
    if (reverted.count(one.first) != 0) against.push_back(one);
  }
  if (against.empty() && !is_any_undone) return {};
  const auto ask = [&](const Settled&, const KnownChanges& known) -> Error {
    const auto look = [&](const std::vector<Transaction>& all, std::vector<LookedStep>& to) {
      for (const auto& [change, hlc] : all) {
        if (const auto number = known.find(change)) to.emplace_back(known, *number, hlc);
      }
    };
    look(counted, out.counted);
    look(against, out.against);
    return {};
  };
  GS_TRY([[maybe_unused]] const Settled now, db_.settle_known(ask));
  return {};
}

// What became of the records since, and what they were before: nothing, when the change inserted
// all of them.
Error Database::Reverting::look_at_others(LookedBack& out) {
  std::set<Id> all = out.taken->ids;
  if (out.again) all.insert(out.again->ids.begin(), out.again->ids.end());
  out.ids.assign(all.begin(), all.end());
  const auto add_of = [&](const std::vector<Id>& ids) {
    return [&](graph::ChangeNumber number, log::Location at, const graph::ChangeView& change) {
      return out.past.add(number, at, change, [&](const Id& id) {
        return std::binary_search(ids.begin(), ids.end(), id);
      });
    };
  };
  GS_TRY_OK(db_.each_in(out.settled, {&out.taken->own, 1}, add_of(out.ids)));
  out.past.sort();
  std::vector<Id> older = out.past.maybe_older();
  for (const Id& id : out.ids) {
    if (out.past.of(id).empty()) older.push_back(id);
  }
  std::sort(older.begin(), older.end());
  const auto add_those = [&](const std::vector<Stretch>& changes, const std::vector<Id>& ids) {
    return db_.each_in(out.settled, db_.narrowed(out.settled, changes, ids), add_of(ids));
  };
  GS_TRY_OK(add_those(out.later, out.ids));
  if (!older.empty()) GS_TRY_OK(add_those(out.common, older));
  out.past.sort();
  return {};
}

}  // namespace gs::engine
