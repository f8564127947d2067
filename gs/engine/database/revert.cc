// Taking back what was written: a change of anybody, or the newest transactions of this writer.
//
// The log says of a transaction that it takes another one back (docs/FORMAT.md, kind 39), so undo
// and redo know where they are on whatever follows, on every replica of this writer's log: undo
// takes back the newest transaction that is not taken back already, redo the newest undo, unless
// something else was written since. What is done in each record is in taking_back.h.

#include <set>

#include "gs/core/merge/elements.h"
#include "gs/engine/database/commit_scratch.h"
#include "gs/engine/database/taking_back.h"

namespace gs::engine {

using graph::Kind;
using graph::Revert;
using graph::Why;

namespace {

// Every try that fails means that somebody else's write succeeded.
constexpr int kRevertTriesMax = 1000;

// What an array has in it, from the type of each on.
std::vector<Bytes> elements_of(const record::ValueView& array) {
  std::vector<Bytes> elements;
  merge::each_element({record::Part::value, array.type, array.content},
                      [&](Bytes element) { elements.push_back(element); });
  return elements;
}

bool writes_record(const graph::OperationView& operation) {
  return graph::is_erasable(operation.kind) && !graph::comes_first(operation.kind);
}

std::vector<Done> transactions_of(const graph::ChangeView& change) {
  std::vector<Done> all;
  bool begins = true;
  auto cursor = change.operations();
  for (graph::OperationView operation; cursor.next(operation);) {
    if (begins) all.push_back({operation.hlc, false, std::nullopt});
    begins = operation.last_of_transaction();
    Done& done = all.back();
    done.is_about_records = done.is_about_records || writes_record(operation);
    if (operation.kind != static_cast<std::uint8_t>(Kind::revert)) continue;
    if (auto reverts = graph::parse_revert(operation.payload); reverts.ok()) {
      done.reverts = *reverts;
    }
  }
  return all;
}

using Transaction = std::pair<Digest, graph::Hlc>;

// The transactions of one writer from the newest one back: which of them count as if they had never
// been, as one of two took the other one back, and where undo and redo go on.
class Stack {
 public:
  explicit Stack(const graph::Writer& writer, Why why) : why_(why) { omitted_.writer = writer; }

  // True: undo or redo ends here.
  bool look(const Digest& change, const Done& done) {
    const Transaction self{change, done.hlc};
    const Why why = done.reverts ? done.reverts->why : Why::revert;
    if (why == Why::redo) {
      cancel({done.reverts->change, done.reverts->hlc});
      omitted_.transactions.insert(done.hlc);
      return false;
    }
    if (why == Why::undo) {
      if (is_cancelled(self)) return false;
      if (why_ == Why::redo) return take(self);
      cancel({done.reverts->change, done.reverts->hlc});
      omitted_.transactions.insert(done.hlc);
      return false;
    }
    if (!done.is_about_records) return false;  // a schema, a name: no record's history
    if (why_ == Why::redo) return true;        // something was written since
    return why_ == Why::undo && !is_cancelled(self) && take(self);
  }

  const std::optional<Transaction>& found() const noexcept { return found_; }
  const Omitted& omitted() const noexcept { return omitted_; }

 private:
  void cancel(const Transaction& one) {
    cancelled_.insert(one);
    omitted_.transactions.insert(one.second);
  }
  bool is_cancelled(const Transaction& one) const { return cancelled_.count(one) != 0; }
  bool take(const Transaction& one) {
    found_ = one;
    return true;
  }

  const Why why_;
  std::set<Transaction> cancelled_;
  Omitted omitted_;
  std::optional<Transaction> found_;
};

}  // namespace

// What is taken back, and what it takes to know.
struct Database::LookedBack {
  Settled settled;
  TakenBack writes;
  Ancestors before;
  Ancestors after;
  Stretch own;                  // the change itself
  std::vector<Stretch> common;  // what it knew
  std::vector<Stretch> later;   // what it did not
  Ancestors all;
  PastWrites past;
  std::vector<Id> ids;  // of records that it wrote to, ascending
  std::set<graph::Hlc> transactions;
  std::uint64_t time_ms = 0;
};

Error Database::look_back(const Revert& revert, LookedBack& out) {
  std::optional<graph::ChangeNumber> number;
  const auto ask = [&](const Settled& settled, const KnownChanges& known) -> Error {
    number = known.find(revert.change);
    if (!number) return {};
    std::vector<graph::ChangeNumber> heads;
    for (const Digest& head : settled.frontier) {
      if (const auto at = known.find(head)) heads.push_back(*at);
    }
    const graph::CausalGraph::Changes self(&*number, 1);
    out.before = Ancestors(known.graph(), self);
    out.before.cut(*number, revert.hlc);
    GS_TRY_OK(check_reach(settled, out.before));
    out.after = Ancestors(known.graph(), self);
    if (revert.hlc != 0) out.after.cut(*number, revert.hlc + 1);
    // Parents have lower numbers, so it is the last one of all.
    std::vector<graph::ChangeRange> ranges(out.before.ranges().begin(), out.before.ranges().end());
    if (ranges.back().first == *number) {
      ranges.pop_back();
    } else {
      --ranges.back().last;
    }
    out.common = stretches_of(known, ranges);
    out.all = Ancestors(known.graph(), heads);
    out.later = stretches_of(known, known.graph().diff(heads, self).only_a);
    out.own = {{*number, *number}, known.place(*number)};
    return {};
  };
  GS_TRY(out.settled, settle_known(ask));
  if (!number) return no_change(out.settled, missing_change(revert.change));
  GS_TRY_OK(look_at_own(revert, out));
  return look_at_others(out);
}

// The change itself: which records it wrote to.
Error Database::look_at_own(const Revert& revert, LookedBack& out) {
  std::set<Id> ids;
  const auto add = [&](graph::ChangeNumber number, log::Location at,
                       const graph::ChangeView& change) -> Error {
    out.writes = {tables_.find_writer(change.chain()), ~graph::Hlc{0}, 0, {}};
    auto cursor = change.operations();
    for (graph::OperationView operation; cursor.next(operation);) {
      if (revert.hlc != 0 && operation.hlc != revert.hlc) continue;
      out.transactions.insert(operation.hlc);
      out.writes.first = std::min(out.writes.first, operation.hlc);
      out.writes.last = std::max(out.writes.last, operation.hlc);
      if (writes_record(operation)) ids.insert(change.id(operation.id_index));
    }
    out.time_ms = id::hlc_ms(out.writes.first);
    return out.past.add(number, at, change, [&](const Id& id) { return ids.count(id) != 0; });
  };
  const Stretch* const own = &out.own;
  GS_TRY_OK(each_in(out.settled, {own, 1}, add));
  out.ids.assign(ids.begin(), ids.end());
  return {};
}

// What became of the records since, and what they were before: nothing, when the change inserted
// all of them.
Error Database::look_at_others(LookedBack& out) {
  const auto add_of = [&](const std::vector<Id>& ids) {
    return [&](graph::ChangeNumber number, log::Location at, const graph::ChangeView& change) {
      return out.past.add(number, at, change, [&](const Id& id) {
        return std::binary_search(ids.begin(), ids.end(), id);
      });
    };
  };
  out.past.sort();
  const std::vector<Id> older = out.past.maybe_older();
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
    const std::vector<Bytes> wants = each.wants ? elements_of(*each.wants) : std::vector<Bytes>();
    GS_TRY_OK(stage_list(tx, id, rules, each.field, elements_of(each.had), wants));
  }
  for (const TakingBack::Tree& each : one.trees) {
    GS_TRY_OK(stage_tree(tx, id, rules, each.field, each.wants));
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
                                 const Omitted& omitted, Reverted& told) {
  LookedAt record;
  const Settled& settled = looked.settled;
  GS_TRY_OK(recall(settled, looked.past, id, looked.before, record.before));
  GS_TRY_OK(recall(settled, looked.past, id, looked.after, record.after));
  GS_TRY_OK(recall(settled, looked.past, id, looked.all, record.shown, &omitted));
  Omitted never = omitted;
  never.transactions.insert(looked.transactions.begin(), looked.transactions.end());
  GS_TRY_OK(recall(settled, looked.past, id, looked.all, record.without, &never));
  const Moment& moment = settled.moment;
  const auto lookup = moment.version->find(id, moment.at, record.now);
  if (lookup == state::Version::Lookup::damaged) return state_damage(*moment.version);
  record.now.entry.id = id;
  TakingBack one = engine::take_back(record, looked.writes, tables_);
  for (KeptWrite& kept : one.kept) kept.writer = writer_of_chain(kept.writer);
  told.kept.insert(told.kept.end(), one.kept.begin(), one.kept.end());
  if (one.is_nothing()) return {};
  GS_TRY_OK(stage_taking_back(tx, one, record.now));
  told.records.push_back(std::move(one.told));
  return {};
}

Result<Reverted> Database::take_back(const Revert& revert, const Omitted& omitted) {
  for (int i = 0; i < kRevertTriesMax; ++i) {
    LookedBack looked;
    GS_TRY_OK(look_back(revert, looked));
    looked.writes.never = omitted.transactions;
    looked.writes.never.insert(looked.transactions.begin(), looked.transactions.end());
    Reverted told;
    told.change = revert.change;
    told.time_ms = looked.time_ms;
    auto tx = begin();
    tx->reverts = revert;
    for (const Id& id : looked.ids) GS_TRY_OK(take_back_record(looked, id, *tx, omitted, told));
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
    for (std::uint64_t sequence = known.count(writer); sequence-- > 0;) {
      const auto number = known.find(writer, sequence);
      if (number) changes.push_back({{*number, *number}, known.place(*number)});
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
  Stack stack(writer, Why::revert);
  const auto look = [&](const Digest& in, const Done& done) {
    if (in == change) return false;
    stack.look(in, done);
    return true;
  };
  GS_TRY_OK(each_done(writer, look));
  return take_back({change, 0, Why::revert}, stack.omitted());
}

Result<Reverted> Database::take_back_own(Why why) {
  const graph::Writer self = own_chain();
  Stack stack(self, why);
  const auto look = [&](const Digest& in, const Done& done) { return !stack.look(in, done); };
  GS_TRY_OK(each_done(self, look));
  if (!stack.found()) {
    return Error(Code::not_found,
                 why == Why::undo
                     ? "nothing that was written here is left to undo. See `gstore log`"
                     : "nothing was undone since the last write. See `gstore log`");
  }
  return take_back({stack.found()->first, stack.found()->second, why}, stack.omitted());
}

Result<Reverted> Database::undo() { return take_back_own(Why::undo); }
Result<Reverted> Database::redo() { return take_back_own(Why::redo); }

}  // namespace gs::engine
