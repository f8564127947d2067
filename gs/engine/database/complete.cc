// Completion: a change that lies in the log without a payload comes whole, and gets it back.
//
// How it came to lie there: an erase operation told that the payload was erased, so the change was
// taken, and that operation was never taken itself, as it was no valid one; or somebody made the
// directory. Until then this replica differs from the others.
//
//   1. compare    what came has all that the log has, but for what erase operations tell of, and
//                 more; its leaves are verified
//   2. lead away  nothing in the state points into the segment, as before an erasure
//   3. rewrite    the segment, with the payloads
//   4. derive     the records concerned are made anew from all of the log, with the commit lock,
//                 and put in place of what they were
//
// From 3 until a checkpoint has the result of 4 the state lags behind the log, and none is saved.
// The one on disk belongs to the log as it was: whoever opens the storage after a crash replays all
// of it.
//
// A payload of which an erase operation in the log tells is not put back.

#include <algorithm>

#include "gs/engine/database/checkpointing.h"
#include "gs/engine/database/completing.h"
#include "gs/engine/database/database.h"
#include "gs/engine/database/deriving.h"
#include "gs/engine/database/job.h"

namespace gs::engine {

using graph::OperationView;

namespace {

// Records that were written to with more than this share of what an image may be are not derived at
// once: one of them could become too large for an image, which would fail replay. So memory has a
// bound, too.
constexpr std::uint64_t kHistoryShare = 2;

// Whether what is erased in both forms is said to be the same.
bool is_same_rest(const graph::ChangeView& here, const OperationView& one,
                  const graph::ChangeView& whole, const OperationView& other) noexcept {
  return std::equal(one.bytes.begin(), one.bytes.end(), other.bytes.begin(), other.bytes.end()) &&
         here.id(one.id_index) == whole.id(other.id_index);
}

Error not_the_same(const graph::ChangeView& change) {
  return Error(Code::conflict,
               "change " + change.digest().text() +
                   " lacks payloads here, and what came says something else of what was taken out. "
                   "Take it from a replica that has all of it, or clone that one");
}

Error too_much_history(const Digest& change, std::uint64_t bytes_max) {
  return Error(Code::too_large, "change " + change.text() +
                                    " lacks payloads here, and the records to which they belong "
                                    "were written to with more than " +
                                    std::to_string(bytes_max) +
                                    " bytes, or with too many shapes. So they are not put back in "
                                    "place. Clone a replica that has it whole");
}

}  // namespace

// --- what comes back ---

bool Database::Completing::is_lacking(const Digest& change) const {
  const std::lock_guard lock(db_.commit_mutex_);
  return db_.known_ && db_.known_->lacking().has(change);
}

// With the commit lock. `here`: the form in the log; `said`: by erase operations in the log, of
// these changes. Without ids: nothing comes back.
Result<Database::Completing::Completed> Database::Completing::compare_forms(
    const graph::ChangeView& here, const graph::ChangeView& whole, const Vouchers& said) const {
  const std::set<std::uint32_t>& lacking = db_.known_->lacking().operations(whole.digest());
  Completed result;
  std::vector<std::uint32_t> erased;  // in the log from now on
  bool comes_back = false;
  auto cursor = here.operations();
  auto whole_cursor = whole.operations();
  OperationView other;
  for (OperationView one; cursor.next(one) && whole_cursor.next(other);) {
    if (!one.erased() && !other.erased()) continue;
    const Id id = other.id_index == graph::kNoId ? Id{} : whole.id(other.id_index);
    if (!one.erased()) {
      // What is here and was erased there goes, as an erase operation says; else it is worse.
      const graph::Erase left = graph::describe_erasure(whole, whole_cursor, other, {});
      if (!said.has(left, id) && !db_.waiting_.vouchers.has(left, id)) return Completed();
    } else if (other.erased()) {
      if (!is_same_rest(here, one, whole, other)) return not_the_same(whole);
    } else if (lacking.count(cursor.index()) != 0) {
      // What was no payload of a record may have been taken out as if it were one.
      if (!graph::is_erasable(other.kind)) return not_the_same(whole);
      comes_back = true;
      result.ids.insert(here.id(one.id_index));
      result.ids.insert(id);
      continue;
    }
    if (!one.erased()) result.ids.insert(id);
    erased.push_back(cursor.index());
  }
  if (!comes_back) return Completed();
  GS_TRY(result.bytes, graph::erase_operations(whole, erased));
  GS_TRY(const graph::ChangeView made, graph::ChangeView::parse(result.bytes));
  GS_TRY_OK(db_.validate(made));
  return result;
}

// By segment; nothing for one that brings nothing.
Error Database::Completing::add_completion(const graph::ChangeView& whole, const Vouchers& said,
                                           Completion& completion) {
  const std::lock_guard lock(db_.commit_mutex_);
  GS_TRY_OK(db_.writable());
  if (!db_.known_ || !db_.known_->lacking().has(whole.digest())) return {};
  const log::Location at = db_.known_->place(*db_.known_->find(whole.digest()));
  const Settled here{db_.moment(), db_.log_->snapshot(), db_.frontier()};
  const auto look = [&](log::Location, Bytes bytes, bool& stop) -> Error {
    stop = true;
    GS_TRY(const graph::ChangeView stored, graph::ChangeView::parse(bytes));
    GS_TRY(Completed completed, compare_forms(stored, whole, said));
    if (completed.ids.empty()) return {};
    completed.digest = whole.digest();
    completion[log::segment_of(at)].insert_or_assign(at, std::move(completed));
    return {};
  };
  return db_.each_change(here, look, at - log::kFrameBytes);
}

// What erase operations in the log say of these changes.
Error Database::Completing::find_vouchers(std::span<const graph::ChangeView> changes,
                                          Vouchers& said) {
  std::set<Digest> wanted;
  for (const graph::ChangeView& change : changes) wanted.insert(change.digest());
  const auto is_wanted = [&](const Digest& change) { return wanted.count(change) != 0; };
  GS_TRY(const Settled settled, db_.settle());
  return db_.each_change(settled, [&](log::Location, Bytes bytes, bool&) -> Error {
    GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(bytes));
    return said.add(change, is_wanted);
  });
}

// Adds what the log has of each record.
Error Database::Completing::add_histories(std::map<Id, History>& histories) {
  std::vector<Id> asked;
  asked.reserve(histories.size());
  for (const auto& [id, history] : histories) asked.push_back(id);
  const IdSet ids(asked);
  GS_TRY(const Settled settled, db_.settle());
  return db_.each_change(settled, [&](log::Location, Bytes bytes, bool&) -> Error {
    GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(bytes));
    if (!has_any_of(change, ids)) return {};
    auto cursor = change.operations();
    for (OperationView operation; cursor.next(operation);) {
      if (operation.id_index == graph::kNoId) continue;
      const auto record = histories.find(change.id(operation.id_index));
      if (record == histories.end()) continue;
      record->second.bytes += operation.bytes.size();
      ++record->second.operations;
    }
    return {};
  });
}

// Leaves those whose records can be derived at once; what cannot be at all is refused. The others
// have their turn later.
Error Database::Completing::choose(CompletedSegment& changes, std::set<Digest>& looked_at,
                                   ReceiveReport& report) {
  std::map<Id, History> histories;
  for (const auto& [at, change] : changes) {
    for (const Id& id : change.ids) histories[id].bytes += change.bytes.size();
  }
  GS_TRY_OK(add_histories(histories));
  const std::uint64_t bytes_max = db_.setup_.image_bytes_max / kHistoryShare;
  History all;
  const std::lock_guard lock(db_.commit_mutex_);
  std::erase_if(changes, [&](const auto& one) {
    const Completed& change = one.second;
    History its;
    for (const Id& id : change.ids) its += histories.at(id);
    const bool is_possible = its.bytes <= bytes_max && has_room_for(its);
    History with = all;
    with += its;
    const bool has_turn = with.bytes <= bytes_max && has_room_for(with);
    if (is_possible && has_turn) all = with;
    if (!is_possible) {
      const auto view = graph::ChangeView::parse(change.bytes);
      if (view.ok()) report.refuse(*view, too_much_history(change.digest, bytes_max));
    }
    if (!is_possible || has_turn) looked_at.insert(change.digest);
    return !is_possible || !has_turn;
  });
  return {};
}

// With the commit lock: for the shapes that merges may make.
bool Database::Completing::has_room_for(const History& history) const {
  return db_.tables_.has_room(2 * history.operations, history.operations);
}

// --- the log ---

// Rows that are made when this returns point into later segments, and none of those before into
// this one.
Error Database::Completing::lead_away(std::uint32_t segment) {
  {
    const std::lock_guard lock(db_.commit_mutex_);
    GS_TRY_OK(db_.writable());
    if (db_.builder_.is_open()) GS_TRY_OK(db_.close_change());
    GS_TRY_OK(db_.log_->seal(segment));
    db_.freeze();
  }
  GS_TRY_OK(db_.sync());
  GS_TRY_OK(Checkpointing(db_).write_all_frozen());
  std::vector<bool> segments(segment + std::size_t{1});
  segments[segment] = true;
  GS_TRY(const std::size_t runs, Checkpointing(db_).runs_to_leave(segments, nullptr));
  return runs == 0 ? Error() : Checkpointing(db_).merge_runs(runs, {.leaves = segments});
}

Error Database::Completing::put_back(std::uint32_t segment, const CompletedSegment& changes) {
  const std::size_t runs_max = db_.current_version()->runs.size() + kRunsBesideMax;
  const auto transform = [&](log::Location at, Bytes bytes) -> Result<Bytes> {
    GS_TRY_OK(Checkpointing(db_).write_waiting(runs_max));
    const auto whole = changes.find(at);
    return whole == changes.end() ? bytes : Bytes(whole->second.bytes);
  };
  const std::uint64_t generations = db_.log_->generation_sum();
  db_.saved_.lags = true;
  Error error = db_.log_->rewrite(segment, transform, {});
  if (db_.log_->generation_sum() == generations) {  // the old segment is still the one
    db_.saved_.lags = false;
    return error;
  }
  if (error) return db_.fail(std::move(error));
  const std::lock_guard lock(db_.commit_mutex_);
  db_.publish_log_view();
  ++db_.rewrites_;
  db_.known_.reset();
  return {};
}

// --- all of it ---

Error Database::Completing::complete_segment(std::uint32_t segment,
                                             const CompletedSegment& changes) {
  std::set<Id> ids;
  for (const auto& [at, change] : changes) ids.insert(change.ids.begin(), change.ids.end());
  GS_TRY_OK(lead_away(segment));
  GS_TRY_OK(put_back(segment, changes));
  // Whoever opens the storage again makes the state from the log.
  if (Error error = Deriving(db_).derive_again(IdSet(ids))) return db_.fail(std::move(error));
  GS_TRY_OK(Checkpointing(db_).write_all_frozen());
  db_.saved_.lags = false;
  return Checkpointing(db_).save_checkpoint();
}

// What lies in one segment, or a part of it. Takes out of `left` what was looked at, one at least.
Error Database::Completing::complete_some(std::vector<graph::ChangeView>& left,
                                          ReceiveReport& report) {
  GS_TRY_OK(db_.know_changes());
  Vouchers said;
  GS_TRY_OK(find_vouchers(left, said));
  Completion completion;
  std::set<Digest> brought;  // something
  for (const graph::ChangeView& whole : left) {
    Error error = add_completion(whole, said, completion);
    if (error.code() == Code::failed || error.code() == Code::closed) return error;
    if (error) report.refuse(whole, std::move(error));
  }
  for (const auto& [segment, changes] : completion) {
    for (const auto& [at, change] : changes) brought.insert(change.digest);
  }
  std::set<Digest> looked_at;
  if (!completion.empty()) {
    auto& [segment, changes] = *completion.begin();
    GS_TRY_OK(choose(changes, looked_at, report));
    if (!changes.empty()) GS_TRY_OK(complete_segment(segment, changes));
    report.completed += changes.size();
  }
  std::erase_if(left, [&](const graph::ChangeView& whole) {
    return brought.count(whole.digest()) == 0 || looked_at.count(whole.digest()) != 0;
  });
  return {};
}

Error Database::Completing::complete(std::vector<graph::ChangeView> wholes, ReceiveReport& report) {
  const std::lock_guard erase_lock(db_.erase_mutex_);
  const Job job(db_);
  if (!job.running()) return Error(Code::closed, "the storage is closed. Open it again");
  while (!wholes.empty()) GS_TRY_OK(complete_some(wholes, report));
  return {};
}

}  // namespace gs::engine
