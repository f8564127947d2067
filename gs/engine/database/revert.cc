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
//
// What a revert took back is not taken back once more as long as that revert stands
// (known_reverts.h).

#include "gs/engine/database/commit_scratch.h"
#include "gs/engine/database/known_heads.h"
#include "gs/engine/database/looked_back.h"
#include "gs/engine/database/recalling.h"
#include "gs/engine/database/reverting.h"
#include "gs/engine/database/staging.h"

namespace gs::engine {

using graph::Revert;
using graph::Why;

namespace {

// Every try that fails means that somebody else's write succeeded.
constexpr int kRevertTriesMax = 1000;

}  // namespace

Error Database::Reverting::stage_taking_back(TransactionState& tx, const TakingBack& one,
                                             const Found& now) {
  const Id& id = one.told.id;
  const bool is_live = now.record != nullptr;
  GS_TRY_OK(Staging(tx).stage_expect(id, is_live ? version_digest(now, db_.tables_) : Digest{}));
  switch (one.act) {
    case TakingBack::Act::none:
      return {};
    case TakingBack::Act::remove:
      return Staging(tx).stage_remove(id);
    case TakingBack::Act::restore: {
      GS_TRY(const record::Encoded whole,
             tx.encoder.encode_views(one.told.collection, one.fields, one.told.key));
      return Staging(tx).stage_keyed(whole, id);
    }
    case TakingBack::Act::update:
      break;
  }
  const rules::Rules* const rules = db_.rules_of(tx, one.told.collection);
  if (!one.fields.empty()) {
    GS_TRY(const record::Encoded delta, tx.encoder.encode_views({}, one.fields));
    GS_TRY_OK(Staging(tx).stage_update(id, rules, delta));
  }
  for (const auto& [field, addition] : one.additions) {
    GS_TRY_OK(Staging(tx).stage_add(id, rules, field, addition));
  }
  for (const TakingBack::Edits& each : one.texts) {
    GS_TRY_OK(Staging(tx).stage_difference(id, rules, each.field, each.edits));
    for (const merge::MarkToMake& mark : each.marks) {
      StagedMark staged{mark.from,         mark.to,  mark.grows_at_begin,
                        mark.grows_at_end, mark.key, mark.value};
      GS_TRY_OK(Staging(tx).stage_mark(id, rules, each.field, std::move(staged)));
    }
  }
  for (const TakingBack::List& each : one.lists) {
    GS_TRY_OK(Staging(tx).stage_list_edits(id, rules, each.field, each.edits));
  }
  for (const TakingBack::Tree& each : one.trees) {
    for (const merge::TreeEdit& edit : each.edits) {
      GS_TRY_OK(Staging(tx).stage_tree_edit(id, rules, each.field, edit).error());
    }
  }
  for (const TakingBack::Elements& each : one.elements) {
    Buffer list;
    GS_TRY_OK(
        record::encode_any(each.is_set ? Value(Set{each.elements}) : Value(each.elements), list));
    const record::FieldView view{
        each.field, record::ValueView{static_cast<Type>(list[0]), Bytes(list).subspan(1)}};
    GS_TRY(const record::Encoded delta, tx.encoder.encode_views({}, {&view, 1}));
    GS_TRY_OK(Staging(tx).stage_elements(id, rules, each.field, each.change, delta));
  }
  return {};
}

Error Database::Reverting::recall_counted(const LookedBack& looked, const Id& id,
                                          std::optional<CountedWrites>& out) const {
  if (looked.counted.empty() && looked.against.empty()) return {};
  CountedWrites& counted = out.emplace();
  counted.is_whole = looked.taken->hlc == 0;
  const auto writes = looked.past.of(id);
  const auto recall_all = [&](const std::vector<LookedStep>& steps,
                              std::vector<CountedWrites::Step>& to) -> Error {
    for (const LookedStep& step : steps) {
      const bool is_written = std::any_of(writes.begin(), writes.end(), [&](const auto& write) {
        return write.change == step.change &&
               looked.past.change_of(write).view.operation_at(write.offset).hlc == step.hlc;
      });
      if (!is_written) continue;
      CountedWrites::Step& one = to.emplace_back();
      GS_TRY_OK(Recalling(db_).recall(looked.settled, looked.past, id, step.before, one.before));
      GS_TRY_OK(Recalling(db_).recall(looked.settled, looked.past, id, step.after, one.after));
    }
    return {};
  };
  GS_TRY_OK(recall_all(looked.counted, counted.writes));
  return recall_all(looked.against, counted.against);
}

Error Database::Reverting::take_back_record(const LookedBack& looked, const Id& id,
                                            TransactionState& tx, Reverted& told) {
  LookedAt record;
  const Settled& settled = looked.settled;
  record.is_again = looked.taken->ids.count(id) == 0;
  const Looked& at = record.is_again ? *looked.again : *looked.taken;
  GS_TRY_OK(Recalling(db_).recall(settled, looked.past, id, at.before, record.before));
  GS_TRY_OK(Recalling(db_).recall(settled, looked.past, id, at.after, record.after));
  if (record.is_again) {
    std::swap(record.before, record.after);
  } else {
    GS_TRY_OK(recall_counted(looked, id, record.counted));
  }
  GS_TRY_OK(
      Recalling(db_).recall(settled, looked.past, id, looked.all, record.shown, &looked.omitted));
  GS_TRY_OK(Recalling(db_).recall(settled, looked.past, id, looked.all, record.without, &at.never));
  const Moment& moment = settled.moment;
  const auto lookup = moment.version->find(id, moment.at, record.now);
  if (lookup == state::Version::Lookup::damaged) return db_.state_damage(*moment.version);
  record.now.entry.id = id;
  TakingBack one = engine::take_back(record, at.writes, db_.tables_);
  for (KeptWrite& kept : one.kept) kept.writer = db_.writer_of_chain(kept.writer);
  told.kept.insert(told.kept.end(), one.kept.begin(), one.kept.end());
  if (one.is_nothing()) return {};
  GS_TRY_OK(stage_taking_back(tx, one, record.now));
  told.records.push_back(std::move(one.told));
  return {};
}

Result<Reverted> Database::Reverting::take_back(const Revert& revert, const UndoStack& stack) {
  for (int i = 0; i < kRevertTriesMax; ++i) {
    LookedBack looked;
    GS_TRY_OK(look_back(revert, stack, looked));
    Reverted told;
    told.change = revert.change;
    told.time_ms = id::hlc_ms(looked.taken->writes.first);
    auto tx = db_.begin();
    tx->reverts = revert;
    for (const Id& id : looked.ids) GS_TRY_OK(take_back_record(looked, id, *tx, told));
    // Undo goes on with the one before, also when nothing was left to do.
    if (told.records.empty() && revert.why == Why::revert) return told;
    const auto committed = db_.commit(*tx, db_.options_.durability);
    db_.recycle(std::move(tx));
    if (committed.ok()) return told;
    if (committed.code() != Code::conflict) return committed.error().copy();
  }
  return Error(Code::conflict, "records changed " + std::to_string(kRevertTriesMax) +
                                   " times while they were looked at. Try again");
}

// The chain of what a transaction takes back, if that is of the same writer.
std::optional<graph::Writer> Database::Reverting::chain_of_taken(const KnownChanges& known,
                                                                 const graph::Writer& writer,
                                                                 const DoneIn& by) {
  const auto number = known.find(by.done.reverts->change);
  if (!number || known.writer(*number) != writer) return std::nullopt;
  return known.chain(*number);
}

// The changes of a writer on whichever branches, as far as they are in the state or in `change`,
// the newest ones first: the clock of a writer only goes forward.
Result<Settled> Database::Reverting::changes_by(const graph::Writer& writer,
                                                const std::optional<Digest>& change,
                                                std::vector<Stretch>& out) {
  return db_.settle_known([&](const Settled& settled, const KnownChanges& known) -> Error {
    GS_TRY(auto heads, numbers_of_heads(Version(settled.frontier), known));
    const auto also = change ? known.find(*change) : std::nullopt;
    if (also) heads.push_back(*also);
    const Ancestors state(known.graph(), heads);
    for (const graph::ChangeNumber number : known.written_by(writer)) {
      if (state.have(number)) out.push_back({{number, number}, known.place(number)});
    }
    return {};
  });
}

// Their transactions, until `take` wants no more.
Error Database::Reverting::each_done(const graph::Writer& writer,
                                     const std::optional<Digest>& change, const TakeDone& take) {
  std::vector<Stretch> changes;
  GS_TRY(const Settled settled, changes_by(writer, change, changes));
  bool is_over = false;
  for (auto each = changes.begin(); each != changes.end() && !is_over; ++each) {
    std::vector<DoneIn> all;
    const auto look = [&](graph::ChangeNumber, log::Location,
                          const graph::ChangeView& view) -> Error {
      for (const Done& done : transactions_of(view)) {
        all.push_back({view.digest(), view.chain(), done, std::nullopt});
      }
      return {};
    };
    GS_TRY_OK(db_.each_in(settled, {&*each, 1}, look));
    GS_TRY_OK(find_taken(writer, all));
    for (auto one = all.rbegin(); one != all.rend() && !is_over; ++one) is_over = !take(*one);
  }
  return {};
}

Error Database::Reverting::find_taken(const graph::Writer& writer, std::vector<DoneIn>& all) {
  const bool is_any = std::any_of(all.begin(), all.end(),
                                  [](const DoneIn& one) { return one.done.reverts.has_value(); });
  if (!is_any) return {};
  const auto ask = [&](const Settled&, const KnownChanges& known) -> Error {
    for (DoneIn& one : all) {
      if (one.done.reverts) one.taken_from = chain_of_taken(known, writer, one);
    }
    return {};
  };
  GS_TRY([[maybe_unused]] const Settled now, db_.settle_known(ask));
  return {};
}

Result<Reverted> Database::revert(const Digest& change) {
  GS_TRY(const ChangeInfo info, this->change(change, nullptr));
  Reverting reverting(*this);
  GS_TRY_OK(reverting.check_no_merge(change));
  UndoStack stack(Why::revert);
  bool is_there = false;
  const auto look = [&](const DoneIn& one) {
    if (one.change != change && is_there) return false;
    is_there = one.change == change;
    // Of the change itself only what it took back of its own.
    const bool counts = !is_there || (one.done.reverts && one.done.reverts->change == change);
    if (counts) stack.look(one);
    return true;
  };
  GS_TRY_OK(reverting.each_done(info.writer, change, look));
  return reverting.take_back({change, 0, Why::revert}, stack);
}

Result<Reverted> Database::Reverting::take_back_own(Why why) {
  UndoStack stack(why);
  const auto look = [&](const DoneIn& one) { return !stack.look(one); };
  GS_TRY_OK(each_done(db_.writer(), std::nullopt, look));
  if (!stack.found()) {
    return Error(Code::not_found,
                 why == Why::undo
                     ? "nothing that was written here is left to undo. See `gstore log`"
                     : "nothing was undone since the last write. See `gstore log`");
  }
  return take_back({stack.found()->first, stack.found()->second, why}, stack);
}

Result<Reverted> Database::undo() { return Reverting(*this).take_back_own(Why::undo); }
Result<Reverted> Database::redo() { return Reverting(*this).take_back_own(Why::redo); }

}  // namespace gs::engine
