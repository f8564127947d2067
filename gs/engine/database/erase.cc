// Erasure: the payloads of a record leave the disk, the chain still verifies, others go on.
//
//   1. find       every payload of the record, by a walk over the log without a lock
//   2. commit     first the runs that are to be merged are compared with their checksums: what
//                 damage hides would not be erased. Then under the commit lock: the little that was
//                 written since; a signed erase operation for each payload; the row table is
//                 frozen, so that rows made later point to later segments
//   3. lead away  the runs that hold the record, or point into segments that hold it, are merged
//                 into one with copies of those segments' records: nothing points there any more
//   4. rewrite    those segments, one after the other, without the payloads
//
// Readers keep the versions that they have, with the bytes of their moment. A crash or failure in
// between leaves the erase operations in the log and the record unreadable: erasing the same id
// again finishes the job. docs/decisions/0010-erasure-copies-before-it-rewrites.md has the reasons.

#include <map>

#include "gs/core/graph/proof.h"
#include "gs/engine/database/checkpointing.h"
#include "gs/engine/database/commit_scratch.h"
#include "gs/engine/database/cutting.h"
#include "gs/engine/database/erase_progress.h"
#include "gs/engine/database/job.h"
#include "gs/engine/database/open_change.h"
#include "gs/engine/database/unlogged_rows.h"

namespace gs::engine {

using graph::Kind;

namespace {

// The longest reason that is kept; it stands in the log for ever.
constexpr std::size_t kReasonBytesMax = 1024;
// So much of the log may be left to look at under the commit lock: some milliseconds.
constexpr std::uint64_t kLockedWalkBytesMax = std::uint64_t{4} << 20;
// Walks without the lock. Each is as much shorter as walking is faster than writing, so two or
// three are enough; the limit ends a race that should not be.
constexpr int kWalksMax = 8;

bool holds_payload(std::uint8_t kind) {
  switch (static_cast<Kind>(kind)) {
    case Kind::insert:
    case Kind::set:
    case Kind::update:
      return true;
    default:
      return false;
  }
}

bool is_erased(const state::Entry& entry) noexcept {
  return entry.kind() == state::Entry::Kind::tombstone && !entry.has_image();
}

// Of the entries that are as they were written; of others the run says that it is damaged.
template <typename Is>
bool any_entry(const state::Run& run, const Is& is) {
  for (std::size_t i = 0; i < run.collection_count(); ++i) {
    const state::Run::Range range = run.collection(run.collection_number(i));
    for (const state::Entry* at = range.begin; at != range.end;) {
      const state::Entry* const sound_end = run.sound_until(at, range.end);
      if (sound_end == at) break;
      if (std::any_of(at, sound_end, is)) return true;
      at = sound_end;
    }
  }
  return false;
}

}  // namespace

// The erasure of one record.
class Database::Erasing {
 public:
  // What is erased at once, and how far the log was searched for it.
  struct Payloads {
    Id id;
    std::string_view reason;
    ErasureProgress& progress;
    bool known = false;  // the log has operations of this record
    bool full = false;   // there may be more
    // Of a shallow storage, whose log has none of the older payloads: which of them were erased.
    std::set<std::pair<Digest, std::uint32_t>> told = {};
    log::Location to = 0;  // searched up to here
    std::vector<graph::Erase> erases = {};
    // Indexes of operations, by segment and change.
    std::map<std::uint32_t, std::map<log::Location, std::vector<std::uint32_t>>> places = {};

    std::vector<bool> segments() const {
      if (places.empty()) return {};
      std::vector<bool> numbers(places.rbegin()->first + std::size_t{1});
      for (const auto& place : places) numbers[place.first] = true;
      return numbers;
    }
  };

  explicit Erasing(Database& db) noexcept : db_(db) {}

  Error erase_some(Payloads& payloads);

 private:
  Error find_told(Payloads& payloads);
  using Searched = std::function<void(log::Location at, Bytes change)>;
  Error find_payloads(const Settled& settled, Payloads& payloads, const Searched& searched) const;
  Error commit_erasure(Payloads& payloads);
  Error append_erases(const Payloads& payloads, const Found* known);
  Error check_runs_to_leave(const Payloads& payloads) const;
  Error rewrite_segments(Payloads& payloads);

  Database& db_;
};

Result<std::uint64_t> Database::erase(const Id& id, std::string_view reason,
                                      const Progress& progress) {
  if (reason.size() > kReasonBytesMax) {
    return Error(Code::too_large,
                 "a reason of " + std::to_string(reason.size()) + " bytes; the limit is 1024");
  }
  const Watchers::WakeAtEnd wake{watchers_};  // behind the locks and the job
  std::lock_guard erase_lock(erase_mutex_);
  bool was_in_memory = false;
  {
    std::lock_guard lock(commit_mutex_);
    GS_TRY_OK(writable());
    was_in_memory = UnloggedRows(*this).erase_unlogged(id);
  }
  ErasureProgress heard(progress, log_->bytes());
  std::uint64_t count = was_in_memory ? 1 : 0;
  for (bool more = true; more;) {
    Erasing::Payloads payloads{.id = id, .reason = reason, .progress = heard};
    GS_TRY_OK(Erasing(*this).erase_some(payloads));
    if (!payloads.known && !was_in_memory)
      return Error(Code::not_found, "no record " + id.text() + " in this storage");
    count += payloads.erases.size();
    more = payloads.full;
  }
  if (count != 0) {
    report(Event::Level::info, "erased", "id=" + id.text() + " payloads=" + std::to_string(count));
  }
  return count;
}

Error Database::Erasing::erase_some(Payloads& payloads) {
  const auto is_left = [&] {
    return !payloads.full && db_.log_->end() > payloads.to + kLockedWalkBytesMax;
  };
  GS_TRY_OK(find_told(payloads));
  for (int walks = 0; walks == 0 || (walks < kWalksMax && is_left()); ++walks) {
    GS_TRY(const Settled settled, db_.settle());
    const auto searched = [&](log::Location at, Bytes change) {
      payloads.progress.searched(at, change);
    };
    GS_TRY_OK(find_payloads(settled, payloads, searched));
  }
  GS_TRY_OK(db_.sync());  // so that little is left to sync where the lock is held
  const Job job(db_);
  if (!job.running()) return Error(Code::closed, "the storage is closed. Open it again");
  GS_TRY_OK(check_runs_to_leave(payloads));
  GS_TRY_OK(commit_erasure(payloads));
  if (payloads.erases.empty())
    return Cutting(db_).erase_in_base(payloads.id);  // what a crash has left
  GS_TRY_OK(db_.sync());                             // before anything is removed
  GS_TRY_OK(Checkpointing(db_).write_all_frozen());
  GS_TRY(const std::size_t runs,
         Checkpointing(db_).runs_to_leave(payloads.segments(), &payloads.id));
  if (runs != 0) GS_TRY_OK(Checkpointing(db_).merge_runs(runs, {.leaves = payloads.segments()}));
  GS_TRY_OK(Checkpointing(db_).compact_indexes({}));  // keys are data
  GS_TRY_OK(Cutting(db_).erase_in_base(payloads.id));
  return rewrite_segments(payloads);
}

// Whether what comes after the commit will go through, as far as the runs of now can tell.
Error Database::Erasing::check_runs_to_leave(const Payloads& payloads) const {
  if (payloads.erases.empty()) return {};
  const auto version = db_.current_version();
  GS_TRY(const std::size_t count,
         Checkpointing(db_).runs_to_leave(payloads.segments(), &payloads.id));
  for (std::size_t i = 0; i < count; ++i) {
    if (version->runs[i]->check_sums()) return db_.state_damage(*version);
  }
  return {};
}

Error Database::Erasing::find_told(Payloads& payloads) {
  GS_TRY(const Settled settled, db_.settle());
  if (settled.base == nullptr) return {};
  return db_.each_change(settled, [&](log::Location, Bytes bytes, bool&) -> Error {
    GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(bytes));
    const std::uint32_t wanted = change.find_id(payloads.id);
    if (wanted == graph::kNoId) return {};
    auto cursor = change.operations();
    for (graph::OperationView operation; cursor.next(operation);) {
      const bool tells =
          operation.id_index == wanted && operation.kind == static_cast<std::uint8_t>(Kind::erase);
      if (!tells) continue;
      GS_TRY(const graph::Erase erase, graph::parse_erase(operation.payload));
      payloads.told.emplace(erase.change, erase.operation);
    }
    return {};
  });
}

Error Database::Erasing::find_payloads(const Settled& settled, Payloads& payloads,
                                       const Searched& searched) const {
  // Of changes before the cut the record is in the base; the others, and the base, are erased when
  // it is told of each payload.
  std::uint64_t dropped_left =
      payloads.to == 0 && settled.base != nullptr ? settled.base->changes() : 0;
  const auto find = [&](log::Location at, Bytes bytes, bool& stop) -> Error {
    const bool is_dropped = dropped_left != 0;
    dropped_left -= is_dropped ? 1 : 0;
    if (searched) searched(at, bytes);
    GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(bytes));
    const std::uint32_t wanted = change.find_id(payloads.id);
    if (wanted == graph::kNoId) return {};
    auto cursor = change.operations();
    graph::OperationView operation;
    while (cursor.next(operation)) {
      if (operation.id_index != wanted) continue;
      if (operation.kind == static_cast<std::uint8_t>(Kind::expect)) continue;
      payloads.known = true;
      const bool is_in_base = is_dropped && operation.erased() &&
                              payloads.told.count({change.digest(), cursor.index()}) == 0;
      if (!holds_payload(operation.kind) || (operation.erased() && !is_in_base)) continue;
      payloads.full = payloads.erases.size() >= db_.setup_.erased_at_once;
      if (payloads.full) {
        stop = true;
        return {};
      }
      payloads.erases.push_back(
          graph::describe_erasure(change, cursor, operation, payloads.reason));
      if (!is_in_base) payloads.places[log::segment_of(at)][at].push_back(cursor.index());
    }
    return {};
  };
  GS_TRY_OK(db_.each_change(settled, find, payloads.to));
  payloads.to = settled.log.end;
  return {};
}

// Rows that are made when this returns point into segments that are not rewritten.
Error Database::Erasing::commit_erasure(Payloads& payloads) {
  std::lock_guard lock(db_.commit_mutex_);
  GS_TRY_OK(db_.writable());
  if (db_.builder_.is_open()) GS_TRY_OK(db_.close_change());
  // Nobody is told: who hears of it may ask for what this lock keeps.
  if (!payloads.full) {
    GS_TRY_OK(find_payloads({db_.moment(), db_.log_->snapshot(), db_.frontier()}, payloads, {}));
  }
  if (payloads.erases.empty()) return {};
  Found found;
  const bool is_there =
      db_.version_->find(payloads.id, ~Sequence{0}, found) == state::Version::Lookup::found;
  if (db_.version_->is_damaged()) return db_.state_damage(*db_.version_);
  // First what may fail without harm.
  if (!payloads.places.empty()) GS_TRY_OK(db_.log_->seal(payloads.places.rbegin()->first));
  GS_TRY_OK(append_erases(payloads, is_there && !found.unlogged ? &found : nullptr));
  db_.freeze();
  return {};
}

// One transaction of erase operations; in as many changes as their size asks for, never half.
// `known`: the record, live, removed or erased before; null when only its past is in the log.
Error Database::Erasing::append_erases(const Payloads& payloads, const Found* known) {
  GS_TRY_OK(OpenChange(db_).join_heads());
  const graph::Hlc hlc = id::hlc_next(db_.last_hlc_, db_.env_.clock->wall_ms());
  const std::size_t each = graph::encode_erase(payloads.erases.front()).size();
  GS_TRY_OK(OpenChange(db_).ensure_room(
      {payloads.erases.size() * graph::ChangeBuilder::cost(each), 0, 0}, hlc));
  const Sequence sequence = db_.visible_.load() + 1;
  for (const graph::Erase& erase : payloads.erases) {
    const Buffer payload = graph::encode_erase(erase);
    const std::uint8_t flags = &erase == &payloads.erases.back() ? graph::kLastOfTransaction : 0;
    const auto appended = db_.builder_.append(static_cast<std::uint8_t>(Kind::erase), flags,
                                              nullptr, &payloads.id, hlc, payload.size());
    std::memcpy(appended.payload, payload.data(), payload.size());
  }
  const LocalStamp stamp{hlc, db_.writer_number_};
  if (known != nullptr) db_.applier_.put_erased(*known, stamp, sequence);
  if (known == nullptr || db_.state_lacks_) db_.applier_.add_erasure(payloads.id, stamp);
  db_.make_visible(sequence, hlc, payloads.erases.size());
  return db_.close_change();
}

// How many runs, from the newest on, to merge so that none holds the record, if there is one, and
// none points into the segments concerned. Errors: damaged, when one of the others cannot tell.
Result<std::size_t> Database::Checkpointing::runs_to_leave(const std::vector<bool>& segments,
                                                           const Id* id) const {
  const auto points_there = [&](const state::Entry& entry) {
    const std::uint32_t segment = log::segment_of(entry.position());
    return entry.kind() == state::Entry::Kind::log && segment < segments.size() &&
           segments[segment];
  };
  const auto holds_it = [&](const state::Run& run) {
    if (id == nullptr) return false;
    const state::Entry* const entry = run.find(*id, state::Run::hash(*id));
    return entry != nullptr && !is_erased(*entry);
  };
  const auto leave = [&](const std::shared_ptr<const state::Run>& run) {
    return holds_it(*run) || any_entry(*run, points_there);
  };
  const auto version = db_.current_version();
  const auto oldest = std::find_if(version->runs.rbegin(), version->runs.rend(), leave);
  // A look that found nothing has met the damage that may have hidden it.
  const bool is_damaged = std::any_of(version->runs.rbegin(), oldest,
                                      [](const auto& run) { return run->is_damaged(); });
  if (is_damaged) return db_.state_damage(*version);
  return static_cast<std::size_t>(version->runs.rend() - oldest);
}

Error Database::Erasing::rewrite_segments(Payloads& payloads) {
  std::uint64_t left_bytes = 0;
  for (const log::Log::Snapshot::Segment& each : db_.log_->snapshot().segments) {
    const bool is_new = !payloads.progress.was_rewritten(each.number);
    if (is_new && payloads.places.count(each.number) != 0) left_bytes += each.end;
  }
  if (!payloads.full) payloads.progress.end_after(left_bytes);
  for (const auto& [segment, changes] : payloads.places) {
    const std::size_t runs_max = db_.current_version()->runs.size() + kRunsBesideMax;
    Buffer erased;
    const auto transform = [&, &erased_in = changes](log::Location at,
                                                     Bytes bytes) -> Result<Bytes> {
      payloads.progress.rewritten(at, bytes);
      GS_TRY_OK(
          Checkpointing(db_).write_waiting(runs_max));  // commits do not wait for a large segment
      const auto found = erased_in.find(at);
      if (found == erased_in.end()) return bytes;
      GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(bytes));
      GS_TRY(erased, graph::erase_operations(change, found->second));
      return Bytes(erased);
    };
    GS_TRY_OK(db_.log_->rewrite(segment, transform, {}));
    // The bytes of the old file are gone with the last version that has them.
    std::lock_guard lock(db_.commit_mutex_);
    db_.publish_log_view();
    ++db_.rewrites_;
    db_.known_.reset();
    db_.checkpoint_log_bytes_ =
        std::min(db_.checkpoint_log_bytes_, db_.log_->bytes());  // it became smaller
  }
  GS_TRY_OK(Checkpointing(db_).save_checkpoint());
  // Also of what failed before; this job is the only one that makes such files.
  db_.remove_stray_state_files(db_.saved_.checkpoint);
  return {};
}

}  // namespace gs::engine
