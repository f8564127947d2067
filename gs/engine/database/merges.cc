// Merging: the state takes what another version has and it has not, and a change says so, whose
// parents are the heads of both. Nothing has to be decided for that: what was written at the same
// time on both sides merges as the changes of two writers do, and what is not shown is a conflict
// (conflicts.cc). Whoever wants to decide first asks for a preview, or merges strictly.

#include <algorithm>
#include <iterator>

#include "gs/engine/database/commit_scratch.h"
#include "gs/engine/database/deriving.h"
#include "gs/engine/database/hidden_writes.h"
#include "gs/engine/database/job.h"
#include "gs/engine/database/known_heads.h"
#include "gs/engine/database/open_change.h"

namespace gs::engine {

namespace {

constexpr int kMergeTriesMax = 8;
constexpr std::size_t kRecordsToldMax = 3;

bool is_same(const HiddenWrite& a, const HiddenWrite& b) {
  return a.is_removal == b.is_removal && a.field == b.field && a.writer == b.writer &&
         a.time_ms == b.time_ms && a.json == b.json;
}

// What is hidden now and was not before.
void keep_new(Conflict& conflict, const std::vector<HiddenWrite>& before) {
  std::erase_if(conflict.hidden, [&](const HiddenWrite& one) {
    return std::any_of(before.begin(), before.end(),
                       [&](const HiddenWrite& had) { return is_same(one, had); });
  });
}

Error would_conflict(std::string_view what, const std::vector<Conflict>& conflicts) {
  std::string text = "merging " + std::string(what) + " would hide writes of " +
                     std::to_string(conflicts.size()) +
                     (conflicts.size() == 1 ? " record (" : " records (");
  for (std::size_t i = 0; i < conflicts.size() && i < kRecordsToldMax; ++i) {
    if (i != 0) text += ", ";
    text += conflicts[i].collection + " " + conflicts[i].id.text();
  }
  if (conflicts.size() > kRecordsToldMax) text += ", ..";
  return Error(Code::conflict,
               text +
                   "). Nothing was merged. Look at them (`gstore merge --preview`), change one "
                   "of the branches, or merge without --strict and resolve them afterwards");
}

}  // namespace

// One merge: what it is to do, what it would hide, and that it is done.
class Database::Merging {
 public:
  // The version to merge, beside that of the state.
  struct Plan {
    Settled settled;
    graph::BranchId branch;  // that it is of; zero: main, or none
    std::vector<graph::ChangeNumber> heads;
    std::vector<Stretch> ours;    // changes that only the state has
    std::vector<Stretch> theirs;  // ... only the other version
    std::vector<Stretch> all;
    std::uint64_t count = 0;    // of theirs
    std::uint64_t written = 0;  // of ours, those that do more than name versions and merge
    Version merged;
  };

  explicit Merging(Database& db) noexcept : db_(db) {}

  Result<Plan> plan_merge(std::string_view what);
  Result<std::vector<Conflict>> new_conflicts(const Plan& plan);
  Result<std::optional<Sequence>> finish_merge(const Plan& plan);

 private:
  Result<std::set<Id>> written_on_both_sides(const Plan& plan) const;
  Result<Sequence> append_merge(const graph::Merge& merge);

  Database& db_;
};

Result<Database::Merging::Plan> Database::Merging::plan_merge(std::string_view what) {
  GS_TRY(const Version version, db_.find_version(what));
  Plan plan;
  {
    const std::lock_guard lock(db_.commit_mutex_);
    if (const auto branch = db_.branch_by_name(what); branch.ok()) plan.branch = *branch;
  }
  const auto ask = [&](const Settled& settled, const KnownChanges& known) -> Error {
    GS_TRY(plan.heads, numbers_of_heads(version, known));
    GS_TRY(auto both, numbers_of_heads(Version(settled.frontier), known));
    const graph::CausalGraph::Difference rest = known.graph().diff(both, plan.heads);
    if (known.twins().has_both(known.side_of(both) | known.side_of(plan.heads))) {
      return Error(Code::conflict,
                   "that version stands on one of two changes with one number of one writer, of "
                   "which this one has the other (see `gstore twins`): no version can have both. "
                   "Look at what it has with `gstore diff`, and write it again");
    }
    both.insert(both.end(), plan.heads.begin(), plan.heads.end());
    plan.merged = Version(digests_of(known, known.graph().heads(both)));
    plan.ours = stretches_of(known, rest.only_a);
    plan.theirs = stretches_of(known, rest.only_b);
    plan.all = stretches_of(known, Ancestors(known.graph(), both).ranges());
    for (const graph::ChangeRange& range : rest.only_b) plan.count += range.last - range.first + 1;
    plan.written = known.writing_count(rest.only_a);
    return {};
  };
  GS_TRY(plan.settled, db_.settle_known(ask));
  return plan;
}

// Only a record that both sides have written to can have a new conflict.
Result<std::set<Id>> Database::Merging::written_on_both_sides(const Plan& plan) const {
  std::set<Id> ids[2];
  for (const bool is_theirs : {false, true}) {
    const auto look = [&](graph::ChangeNumber, log::Location, const graph::ChangeView& change) {
      for (std::uint32_t i = 0; i < change.id_count(); ++i) {
        if (!is_theirs || ids[0].count(change.id(i)) != 0) ids[is_theirs].insert(change.id(i));
      }
      return Error();
    };
    GS_TRY_OK(db_.each_in(plan.settled, is_theirs ? plan.theirs : plan.ours, look));
  }
  return std::move(ids[1]);
}

// Ascending by id; those that are there already are not told.
Result<std::vector<Conflict>> Database::Merging::new_conflicts(const Plan& plan) {
  GS_TRY(const std::set<Id> written, written_on_both_sides(plan));
  const IdSet ids(written);
  std::vector<Conflict> all;
  if (ids.empty()) return all;
  const auto each = [&](const Deriving::ReplayEach& replay) {
    const auto visit = [&](graph::ChangeNumber, log::Location at,
                           const graph::ChangeView& change) -> Error {
      if (!has_any_of(change, ids)) return {};
      const std::lock_guard lock(db_.commit_mutex_);
      return replay(change, at);
    };
    return db_.each_in(plan.settled, db_.narrowed(plan.settled, plan.all, ids.sorted()), visit);
  };
  Applier merged(db_.tables_);
  {
    const std::lock_guard lock(db_.commit_mutex_);
    merged.reset_erasures(db_.applier_.erasures());
  }
  GS_TRY_OK(Deriving(db_).derive(plan.settled.base, ids, merged, each));
  for (const Id& id : ids.sorted()) {
    Found found;
    if (!merged.find_known(id, found)) continue;
    found.entry.id = id;
    Conflict conflict = hidden_writes_of(found, plan.settled.moment, db_.tables_);
    if (conflict.hidden.empty()) continue;
    const Moment& now = plan.settled.moment;
    if (now.version->find(id, now.at, found) == state::Version::Lookup::found &&
        engine::is_known(found)) {
      keep_new(conflict, hidden_writes_of(found, now, db_.tables_).hidden);
    }
    if (conflict.hidden.empty()) continue;
    db_.name_writers(conflict);
    all.push_back(std::move(conflict));
  }
  return all;
}

// The operation that says so. With the commit lock; the state has what it merges.
Result<Sequence> Database::Merging::append_merge(const graph::Merge& merge) {
  const Buffer payload = graph::encode_merge(merge);
  GS_TRY_OK(OpenChange(db_).join_heads());
  const graph::Hlc hlc = db_.next_hlc();
  GS_TRY_OK(OpenChange(db_).ensure_room({graph::ChangeBuilder::cost(payload.size()), 0, 0}, hlc));
  return OpenChange(db_).append_alone(graph::Kind::merge, payload, hlc);
}

// Nothing: somebody wrote meanwhile.
Result<std::optional<Sequence>> Database::Merging::finish_merge(const Plan& plan) {
  std::optional<Sequence> done;
  const std::lock_guard lock(db_.commit_mutex_);
  GS_TRY_OK(db_.writable());
  if (db_.builder_.is_open()) GS_TRY_OK(db_.close_change());
  if (!db_.known_ || db_.frontier() != plan.settled.frontier ||
      plan.settled.log.generation_sum != db_.log_->generation_sum()) {
    return done;
  }
  const Digest schema = db_.applier_.schema().digest;
  GS_TRY_OK(Deriving(db_).join(plan.heads));
  auto appended = append_merge({plan.branch, digests_of(*db_.known_, plan.heads)});
  if (!appended.ok()) {
    if (Error lost = Deriving(db_).leave_joined()) return db_.fail(std::move(lost));
    return std::move(appended).error();
  }
  db_.joined_.reset();
  if (db_.applier_.schema().digest != schema) db_.schema_.error = db_.use_schema();
  done = *appended;
  return done;
}

Result<MergeReport> Database::merge(std::string_view what, const MergeOptions& options) {
  Merging merging(*this);
  for (int i = 0; i < kMergeTriesMax; ++i) {
    GS_TRY(const Merging::Plan plan, merging.plan_merge(what));
    MergeReport report;
    report.merged = plan.merged;
    report.changes = plan.count;
    report.is_up_to_date = plan.theirs.empty();
    report.is_fast_forward = !report.is_up_to_date && plan.written == 0;
    if (report.is_up_to_date) return report;
    if (!report.is_fast_forward) {
      GS_TRY(report.conflicts, merging.new_conflicts(plan));
    }
    if (options.preview) return report;
    if (options.strict && !report.conflicts.empty()) return would_conflict(what, report.conflicts);
    GS_TRY_OK(throttle());
    const Watchers::WakeAtEnd wake{watchers_};
    std::optional<Sequence> done;
    {
      const Job job(*this);  // as rows will point to where the log has old records
      if (!job.running()) return Error(Code::closed, "the storage is closed. Open it again");
      GS_TRY(done, merging.finish_merge(plan));
    }
    if (!done) continue;
    GS_TRY_OK(wait(*done));
    return report;
  }
  return Error(Code::conflict,
               "records were written each time the version was about to be merged. "
               "Try again when nothing is written");
}

}  // namespace gs::engine
