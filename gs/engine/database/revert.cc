// Taking back what was written: a change of anybody, or the newest transactions of this writer.
//
// The log says of a transaction that it takes another one back (docs/FORMAT.md, kind 39), so undo
// and redo know where they are on whatever follows, on every replica of this writer's log: undo
// takes back the newest transaction that is not taken back already, redo the newest undo, unless
// something else was written since. What is done in each record is in taking_back.h.
//
// What others took back by an undo counts as if it had never been, too: what one inserted and
// another one removed is gone when both have taken their writes back, whoever does so first. Of
// others only those undos count which what is taken back did not know: it was made upon the others.

#include <map>
#include <set>

#include "gs/engine/database/commit_scratch.h"
#include "gs/engine/database/taking_back.h"
#include "gs/engine/database/undo_stack.h"

namespace gs::engine {

using graph::Revert;
using graph::Why;

namespace {

// Every try that fails means that somebody else's write succeeded.
constexpr int kRevertTriesMax = 1000;

}  // namespace

// A change, or one transaction of it.
struct Database::Looked {
  Looked(const KnownChanges& known, graph::ChangeNumber change, graph::Hlc transaction)
      : hlc(transaction), own{{change, change}, known.place(change)} {
    const graph::CausalGraph::Changes self(&change, 1);
    before = Ancestors(known.graph(), self);
    before.cut(change, hlc);
    after = Ancestors(known.graph(), self);
    if (hlc != 0) after.cut(change, hlc + 1);
  }

  // `take(operation)` for those that it is about.
  template <typename Take>
  void each(const graph::ChangeView& change, const Take& take) const {
    auto cursor = change.operations();
    for (graph::OperationView operation; cursor.next(operation);) {
      if (hlc == 0 || operation.hlc == hlc) take(operation);
    }
  }

  graph::Hlc hlc;  // 0: all of it
  Stretch own;     // the change itself
  Ancestors before;
  Ancestors after;
  graph::Writer writer{};
  TakenBack writes{0, ~graph::Hlc{0}, 0, {}, {}, {}};
  std::set<graph::Stamp> transactions;
  std::set<Id> ids;  // of records that it wrote to
};

// What is taken back, and what it takes to know.
struct Database::LookedBack {
  Settled settled;
  std::optional<Looked> taken;
  // Of a redo: what was undone. Looked at in records in which the undo found nothing to do.
  std::optional<Looked> again;
  std::vector<Stretch> common;     // what it knew
  std::vector<Stretch> later;      // what it did not
  std::vector<Stretch> reverting;  // ... in which something is taken back
  Ancestors all;
  PastWrites past;
  std::vector<Id> ids;  // of all records that are looked at, ascending
  Omitted omitted;
  Omitted never;  // with what is taken back
};

Error Database::look_back(const Revert& revert, const UndoStack& stack, LookedBack& out) {
  std::optional<graph::ChangeNumber> number;
  const auto ask = [&](const Settled& settled, const KnownChanges& known) -> Error {
    number = known.find(revert.change);
    if (!number) return {};
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
    const std::vector<graph::ChangeRange> later = known.graph().diff(heads, self).only_a;
    out.later = stretches_of(known, later);
    out.reverting = stretches_of(known, known.reverting(later));
    const auto again = stack.again() ? known.find(stack.again()->change) : std::nullopt;
    if (again && *again >= known.cut()) {
      out.again.emplace(known, *again, stack.again()->hlc);
      // What nobody can tell any more is not done again.
      if (check_reach(settled, out.again->before)) out.again.reset();
    }
    return {};
  };
  GS_TRY(out.settled, settle_known(ask));
  if (!number) return no_change(out.settled, missing_change(revert.change));
  GS_TRY_OK(look_at_own(*out.taken, out));
  if (out.again) GS_TRY_OK(look_at_own(*out.again, out));
  GS_TRY_OK(look_at_undone(stack, out));
  return look_at_others(out);
}

// Which records a change wrote to.
Error Database::look_at_own(Looked& looked, const LookedBack& in) {
  const auto add = [&](graph::ChangeNumber, log::Location,
                       const graph::ChangeView& change) -> Error {
    TakenBack& writes = looked.writes;
    looked.writer = change.chain();
    writes.writer = tables_.find_writer(change.chain());
    looked.each(change, [&](const graph::OperationView& operation) {
      looked.transactions.insert({operation.hlc, change.chain()});
      writes.first = std::min(writes.first, operation.hlc);
      writes.last = std::max(writes.last, operation.hlc);
      if (writes_record(operation)) looked.ids.insert(change.id(operation.id_index));
    });
    return {};
  };
  return each_in(in.settled, {&looked.own, 1}, add);
}

// What others took back that what is taken back did not know.
Error Database::look_at_undone(const UndoStack& stack, LookedBack& out) {
  struct By {
    graph::Writer writer;
    Digest change;
    Done done;
  };
  std::vector<By> all;
  const auto add = [&](graph::ChangeNumber, log::Location,
                       const graph::ChangeView& change) -> Error {
    if (change.chain() == out.taken->writer) return {};  // all of it is in the stack
    for (const Done& done : transactions_of(change)) {
      if (done.reverts) all.push_back({change.chain(), change.digest(), done});
    }
    return {};
  };
  GS_TRY_OK(each_in(out.settled, out.reverting, add));
  std::map<graph::Writer, UndoStack> others;
  for (auto by = all.rbegin(); by != all.rend(); ++by) {
    others.try_emplace(by->writer, by->writer, Why::revert)
        .first->second.look(by->change, by->done);
  }
  std::set<graph::Stamp>& undone = out.omitted.undone;
  const std::set<graph::Stamp>& taken = out.taken->transactions;
  const auto add_to = [](std::set<graph::Stamp>& to, const std::set<graph::Stamp>& more) {
    to.insert(more.begin(), more.end());
  };
  add_to(undone, stack.undone());
  add_to(undone, stack.redone());
  std::set<graph::Stamp> restoring = stack.restoring();
  std::set<graph::Stamp> untyped = undone;
  add_to(untyped, taken);
  for (const auto& [writer, other] : others) {
    add_to(undone, other.undone());
    add_to(undone, other.redone());
    add_to(untyped, other.undone());
    add_to(restoring, other.restoring());
  }
  out.never = {taken, undone};
  for (Looked* const looked : {&*out.taken, out.again ? &*out.again : nullptr}) {
    if (looked == nullptr) continue;
    looked->writes.never = undone;
    add_to(looked->writes.never, taken);
    looked->writes.untyped = untyped;
    looked->writes.restoring = restoring;
  }
  return {};
}

// What became of the records since, and what they were before: nothing, when the change inserted
// all of them.
Error Database::look_at_others(LookedBack& out) {
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
  GS_TRY_OK(each_in(out.settled, {&out.taken->own, 1}, add_of(out.ids)));
  out.past.sort();
  std::vector<Id> older = out.past.maybe_older();
  for (const Id& id : out.ids) {
    if (out.past.of(id).empty()) older.push_back(id);
  }
  std::sort(older.begin(), older.end());
  const auto add_those = [&](const std::vector<Stretch>& changes, const std::vector<Id>& ids) {
    return each_in(out.settled, narrowed(out.settled, changes, ids), add_of(ids));
  };
  GS_TRY_OK(add_those(out.later, out.ids));
  if (!older.empty()) GS_TRY_OK(add_those(out.common, older));
  out.past.sort();
  return {};
}

Error Database::stage_taking_back(TransactionState& tx, const TakingBack& one, const Found& now) {
  const Id& id = one.told.id;
  const bool is_live = now.record != nullptr;
  GS_TRY_OK(stage_expect(tx, id, is_live ? version_digest(now, tables_) : Digest{}));
  switch (one.act) {
    case TakingBack::Act::none:
      return {};
    case TakingBack::Act::remove:
      return stage_remove(tx, id);
    case TakingBack::Act::restore: {
      GS_TRY(const record::Encoded whole,
             tx.encoder.encode_views(one.told.collection, one.fields, one.told.key));
      return stage_keyed(tx, whole, id);
    }
    case TakingBack::Act::update:
      break;
  }
  const rules::Rules* const rules = rules_of(tx, one.told.collection);
  if (!one.fields.empty()) {
    GS_TRY(const record::Encoded delta, tx.encoder.encode_views({}, one.fields));
    GS_TRY_OK(stage_update(tx, id, rules, delta));
  }
  for (const auto& [field, addition] : one.additions) {
    GS_TRY_OK(stage_add(tx, id, rules, field, addition));
  }
  for (const TakingBack::Edits& each : one.texts) {
    GS_TRY_OK(stage_difference(tx, id, rules, each.field, each.edits));
    for (const merge::MarkToMake& mark : each.marks) {
      StagedMark staged{mark.from,         mark.to,  mark.grows_at_begin,
                        mark.grows_at_end, mark.key, mark.value};
      GS_TRY_OK(stage_mark(tx, id, rules, each.field, std::move(staged)));
    }
  }
  for (const TakingBack::List& each : one.lists) {
    GS_TRY_OK(stage_list_edits(tx, id, rules, each.field, each.edits));
  }
  for (const TakingBack::Tree& each : one.trees) {
    for (const merge::TreeEdit& edit : each.edits) {
      GS_TRY_OK(stage_tree_edit(tx, id, rules, each.field, edit).error());
    }
  }
  for (const TakingBack::Elements& each : one.elements) {
    Buffer list;
    GS_TRY_OK(
        record::encode_any(each.is_set ? Value(Set{each.elements}) : Value(each.elements), list));
    const record::FieldView view{
        each.field, record::ValueView{static_cast<Type>(list[0]), Bytes(list).subspan(1)}};
    GS_TRY(const record::Encoded delta, tx.encoder.encode_views({}, {&view, 1}));
    GS_TRY_OK(stage_elements(tx, id, rules, each.field, each.change, delta));
  }
  return {};
}

Error Database::take_back_record(const LookedBack& looked, const Id& id, TransactionState& tx,
                                 Reverted& told) {
  LookedAt record;
  const Settled& settled = looked.settled;
  record.is_again = looked.taken->ids.count(id) == 0;
  const Looked& at = record.is_again ? *looked.again : *looked.taken;
  GS_TRY_OK(recall(settled, looked.past, id, at.before, record.before));
  GS_TRY_OK(recall(settled, looked.past, id, at.after, record.after));
  if (record.is_again) std::swap(record.before, record.after);
  GS_TRY_OK(recall(settled, looked.past, id, looked.all, record.shown, &looked.omitted));
  GS_TRY_OK(recall(settled, looked.past, id, looked.all, record.without, &looked.never));
  const Moment& moment = settled.moment;
  const auto lookup = moment.version->find(id, moment.at, record.now);
  if (lookup == state::Version::Lookup::damaged) return state_damage(*moment.version);
  record.now.entry.id = id;
  TakingBack one = engine::take_back(record, at.writes, tables_);
  for (KeptWrite& kept : one.kept) kept.writer = writer_of_chain(kept.writer);
  told.kept.insert(told.kept.end(), one.kept.begin(), one.kept.end());
  if (one.is_nothing()) return {};
  GS_TRY_OK(stage_taking_back(tx, one, record.now));
  told.records.push_back(std::move(one.told));
  return {};
}

Result<Reverted> Database::take_back(const Revert& revert, const UndoStack& stack) {
  for (int i = 0; i < kRevertTriesMax; ++i) {
    LookedBack looked;
    GS_TRY_OK(look_back(revert, stack, looked));
    Reverted told;
    told.change = revert.change;
    told.time_ms = id::hlc_ms(looked.taken->writes.first);
    auto tx = begin();
    tx->reverts = revert;
    for (const Id& id : looked.ids) GS_TRY_OK(take_back_record(looked, id, *tx, told));
    // Undo goes on with the one before, also when nothing was left to do.
    if (told.records.empty() && revert.why == Why::revert) return told;
    const auto committed = commit(*tx, options_.durability);
    recycle(std::move(tx));
    if (committed.ok()) return told;
    if (committed.code() != Code::conflict) return committed.error().copy();
  }
  return Error(Code::conflict, "records changed " + std::to_string(kRevertTriesMax) +
                                   " times while they were looked at. Try again");
}

// The transactions of a writer, the newest ones first, until `take` wants no more.
Error Database::each_done(const graph::Writer& writer, const TakeDone& take) {
  std::vector<Stretch> changes;
  const auto ask = [&](const Settled&, const KnownChanges& known) -> Error {
    for (const graph::ChangeNumber number : known.chain_of(writer)) {
      changes.push_back({{number, number}, known.place(number)});
    }
    return {};
  };
  GS_TRY(const Settled settled, settle_known(ask));
  bool is_over = false;
  const auto look = [&](graph::ChangeNumber, log::Location,
                        const graph::ChangeView& change) -> Error {
    const std::vector<Done> all = transactions_of(change);
    for (auto done = all.rbegin(); done != all.rend() && !is_over; ++done) {
      is_over = !take(change.digest(), *done);
    }
    return {};
  };
  for (auto change = changes.begin(); change != changes.end() && !is_over; ++change) {
    GS_TRY_OK(each_in(settled, {&*change, 1}, look));
  }
  return {};
}

Result<Reverted> Database::revert(const Digest& change) {
  GS_TRY(const ChangeInfo info, this->change(change, nullptr));
  const graph::Writer writer = graph::chain_of(info.writer, info.branch);
  UndoStack stack(writer, Why::revert);
  const auto look = [&](const Digest& in, const Done& done) {
    if (in == change) return false;
    stack.look(in, done);
    return true;
  };
  GS_TRY_OK(each_done(writer, look));
  return take_back({change, 0, Why::revert}, stack);
}

Result<Reverted> Database::take_back_own(Why why) {
  const graph::Writer self = own_chain();
  UndoStack stack(self, why);
  const auto look = [&](const Digest& in, const Done& done) { return !stack.look(in, done); };
  GS_TRY_OK(each_done(self, look));
  if (!stack.found()) {
    return Error(Code::not_found,
                 why == Why::undo
                     ? "nothing that was written here is left to undo. See `gstore log`"
                     : "nothing was undone since the last write. See `gstore log`");
  }
  return take_back({stack.found()->first, stack.found()->second, why}, stack);
}

Result<Reverted> Database::undo() { return take_back_own(Why::undo); }
Result<Reverted> Database::redo() { return take_back_own(Why::redo); }

}  // namespace gs::engine
