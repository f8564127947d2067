// Branches: whose changes make the state of this storage, and how it becomes that of another one.
//
// All changes are in one log and one graph, whatever branch they are on; the state is that of one
// branch, the one that is checked out. What is on others is looked at as far as that needs no state
// (receive.cc), kept, and handed on, and only *noted*: shapes, names of versions and the counters
// of its writer (Applier::note). So a branch costs its name, and checking one out costs what
// differs.
//
// The heads of a branch are those of the changes that are on it; as long as there is none, those
// that its name was given. A change that merges has heads of another branch among its parents: then
// the state takes what these have before it, in the order of the log.

#include <algorithm>

#include "gs/core/graph/version_name.h"
#include "gs/engine/database/branch_file.h"
#include "gs/engine/database/commit_scratch.h"
#include "gs/engine/database/deriving.h"
#include "gs/engine/database/job.h"
#include "gs/engine/database/known_heads.h"
#include "gs/engine/database/logged_erasures.h"
#include "gs/engine/database/opening.h"
#include "gs/engine/database/receiving.h"
#include "gs/engine/database/standing.h"
#include "gs/engine/database/switching.h"
#include "gs/engine/database/version_names.h"

namespace gs::engine {

using graph::Refers;

namespace {

// Records that differ between two branches, 64 bytes of memory for each.
constexpr std::size_t kDifferentMax = std::size_t{4} << 20;

Error too_different() {
  return Error(Code::too_large, "more than " + std::to_string(kDifferentMax) +
                                    " records differ between the branches. Merge in parts");
}

}  // namespace

// --- what a branch is ---

Result<graph::BranchId> Database::branch_by_name(std::string_view name) const {
  if (name == graph::kMainName) return graph::BranchId{};
  const state::Reference* const found = applier_.references().find(name);
  if (found == nullptr || found->what != Refers::branch)
    return no_branch(name, applier_.references());
  return found->id_of(name);
}

// Of the state. With the commit lock.
std::string Database::name_of_branch() const {
  if (branch_.is_zero()) return std::string(graph::kMainName);
  for (const auto& [name, reference] : applier_.references().all()) {
    if (reference.what == Refers::branch && reference.id_of(name) == branch_) return name;
  }
  return branch_.text();  // somebody removed the name
}

Result<std::string> Database::branch() const {
  const std::lock_guard lock(commit_mutex_);
  if (closed_) return Error(Code::closed, "the storage is closed. Open it again");
  return name_of_branch();
}

graph::Writer Database::writer_of_chain(const graph::Writer& chain) const {
  const std::lock_guard lock(commit_mutex_);
  const auto at = chains_.find(chain);
  return at == chains_.end() ? chain : at->second.writer;
}

graph::Writer Database::writer() const {
  const std::lock_guard lock(commit_mutex_);
  return writer_;
}

// With the commit lock, or before anybody else is there: the writer of this storage writes on the
// branch of the state from now on.
Error Database::go_on_with_chain() {
  const graph::Writer chain = graph::chain_of(writer_, branch_);
  const std::uint32_t number = tables_.add_writer(chain);
  if (number == state::kUnknown) return tables_.full("writers");
  if (number >= heads_.size()) heads_.resize(number + std::size_t{1});
  const std::lock_guard lock(mint_mutex_);
  if (minter_) {
    state::WriterHead& before = heads_[writer_number_];
    before.mint_next = std::max(before.mint_next, minter_->next());
    before.mint_last = std::max(before.mint_last, minter_->last());
  }
  chain_ = chain;
  ++own_chains_;
  writer_number_ = number;
  heads_[number].writer = number;
  minter_.emplace(chain_, heads_[number].mint_next, heads_[number].mint_last);
  return {};
}

// --- checkpoints and recovery ---

state::Branches Database::branches_to_keep() const {
  state::Branches branches;
  branches.branch = branch_;
  if (state_lacks_) branches.log_heads = {log_heads_.begin(), log_heads_.end()};
  for (const auto& [chain, one] : chains_) branches.chains.push_back(one);
  std::sort(branches.chains.begin(), branches.chains.end());
  return branches;
}

Error Database::Opening::use_branches(const state::Branches& branches) {
  if (branches.branch != db_.branch_) {
    return Error(Code::not_found, "the checkpoint is of another branch than the one checked out");
  }
  db_.state_lacks_ = !branches.log_heads.empty();
  db_.log_heads_ = db_.frontier_;
  if (db_.state_lacks_) db_.log_heads_ = {branches.log_heads.begin(), branches.log_heads.end()};
  for (const state::Branches::Chain& one : branches.chains) {
    db_.chains_.emplace(graph::chain_of(one.writer, one.branch), one);
  }
  return {};
}

// What was only noted while the log was read, as far as it is of the branch: now the graph tells.
Error Database::Opening::apply_rest() {
  auto known = std::make_unique<KnownChanges>();
  Settled whole;
  whole.log = db_.log_->snapshot();
  whole.base = db_.base_;
  GS_TRY_OK(db_.know(whole, 0, *known));
  if (known->twins().any()) {
    GS_TRY(auto references, Standing(db_).counting_references(whole, *known));
    db_.applier_.reset_references(std::move(references));
  }
  auto target = heads_of_branch(db_.applier_.references(), *known, db_.branch_);
  if (target.empty()) {
    db_.report(Event::Level::warning, "branch_lost",
               "branch " + db_.branch_.text() + " is not in the log; this is main");
    db_.branch_ = {};
    target = known->heads_of(db_.branch_);
  }
  GS_TRY(const auto from, numbers_of_changes(db_.frontier_, *known));
  const graph::CausalGraph::Difference rest = known->graph().diff(from, target);
  if (!rest.only_a.empty()) {
    if (db_.base_ != nullptr && known->twins().any()) return stay_behind(std::move(known));
    if (db_.base_ != nullptr) return history_dropped(db_.base_->statement());
    db_.notes_first_ = known->twins().any();
    return Error(Code::broken_chain, "the checkpoint has changes that its branch has not");
  }
  const auto apply = [&](graph::ChangeNumber, log::Location at,
                         const graph::ChangeView& change) -> Error {
    Sequence sequence = db_.visible_.load(std::memory_order_relaxed);
    GS_TRY_OK(db_.applier_.replay(change, at, sequence));
    db_.visible_.store(sequence, std::memory_order_release);
    return {};
  };
  db_.applier_.reset_erasures(numbered(erasures_for(*known, target), db_.tables_));
  GS_TRY_OK(db_.each_in(whole, stretches_of(*known, rest.only_b), apply));
  const std::vector<Digest> heads = digests_of(*known, target);
  db_.frontier_ = {heads.begin(), heads.end()};
  db_.state_lacks_ = db_.frontier_ != db_.log_heads_;
  db_.known_ = std::move(known);
  db_.known_generations_ = whole.log.generation_sum;
  return {};
}

// Of a shallow storage whose state is of the side that does not count: what it was before that was
// dropped. It stays to be read.
Error Database::Opening::stay_behind(std::unique_ptr<KnownChanges> known) {
  db_.known_ = std::move(known);
  db_.known_generations_ = db_.log_->generation_sum();
  db_.read_only_ = true;
  db_.read_only_reason_ =
      Error(Code::dropped,
            "this shallow storage stands on one of two changes with one number (see `gstore "
            "twins`), the other one counts, and what was before both was dropped here. Begin anew "
            "with a clone of another replica");
  db_.report(Event::Level::error, "left_behind", std::string(db_.read_only_reason_.message()));
  return {};
}

// The changes of the state among those of the log; null: all of them.
Result<std::optional<Ancestors>> Database::changes_of_state(const Settled& settled) {
  std::optional<Ancestors> changes;
  if (settled.frontier == settled.log_heads) return changes;
  Error missing;
  const auto ask = [&](const Settled&, const KnownChanges& known) -> Error {
    GS_TRY(const auto heads, numbers_of_heads(Version(settled.frontier), known));
    changes.emplace(known.graph(), heads);
    return {};
  };
  GS_TRY([[maybe_unused]] const Settled now, settle_known(ask));
  return changes;
}

// --- joining what a change stands on ---

// What `heads` have and the state has not, before a change that was made upon them is applied. With
// the commit lock; leave_joined() undoes it, for when that change is refused.
Error Database::Deriving::join(std::span<const graph::ChangeNumber> heads) {
  db_.joined_.reset();
  if (!db_.state_lacks_) return {};
  GS_TRY(std::vector<graph::ChangeNumber> from, numbers_of_changes(db_.frontier_, *db_.known_));
  const std::vector<graph::ChangeRange> lacking = db_.known_->graph().diff(from, heads).only_b;
  if (lacking.empty()) return {};
  db_.joined_.emplace(Joined{db_.frontier_, db_.applier_.schema(), db_.applier_.erasures(), {}});
  const Settled here{db_.moment(), db_.log_->snapshot(), db_.frontier()};
  const auto apply = [&](graph::ChangeNumber, log::Location at,
                         const graph::ChangeView& change) -> Error {
    WriteTargets targets(change.id_count());
    GS_TRY_OK(Receiving(db_).check_applicable(change, targets));
    for (std::uint32_t i = 0; i < change.id_count(); ++i) db_.joined_->ids.insert(change.id(i));
    Sequence sequence = db_.visible_.load(std::memory_order_relaxed);
    GS_TRY_OK(db_.applier_.replay(change, at, sequence));
    db_.visible_.store(sequence, std::memory_order_release);
    return {};
  };
  db_.applier_.late(true);
  Error error = db_.each_in(here, stretches_of(*db_.known_, lacking), apply);
  db_.applier_.late(false);
  if (error) {
    if (Error lost = leave_joined()) return db_.fail(std::move(lost));
    return std::move(error).in("what it merges");
  }
  from.insert(from.end(), heads.begin(), heads.end());
  const std::vector<Digest> joined = digests_of(*db_.known_, db_.known_->graph().heads(from));
  db_.frontier_ = {joined.begin(), joined.end()};
  db_.state_lacks_ = db_.frontier_ != db_.log_heads_;
  return {};
}

Error Database::Deriving::leave_joined() {
  if (!db_.joined_) return {};
  const Joined joined = std::move(*db_.joined_);
  db_.joined_.reset();
  GS_TRY(const auto heads, numbers_of_changes(joined.frontier, *db_.known_));
  const Ancestors before(db_.known_->graph(), heads);
  const Settled here{db_.moment(), db_.log_->snapshot(), db_.frontier()};
  const IdSet ids(joined.ids);
  const auto changes =
      stretches_of(*db_.known_, db_.known_->narrowed(before.ranges(), ids.sorted()));
  const auto each = [&](const ReplayEach& replay) {
    return db_.each_in(here, changes,
                       [&](graph::ChangeNumber, log::Location at, const graph::ChangeView& change) {
                         return has_any_of(change, ids) ? replay(change, at) : Error();
                       });
  };
  db_.applier_.reset_erasures(joined.erasures);
  Applier derived(db_.tables_);
  derived.reset_erasures(joined.erasures);
  GS_TRY_OK(derive(db_.base_, ids, derived, each));
  put_derived(ids, derived);
  db_.tables_.forget_definitions();
  db_.applier_.reset_schema(joined.schema);
  db_.frontier_ = joined.frontier;
  db_.state_lacks_ = true;
  return {};
}

// --- checking out ---

// From one version to another, as the graph has them.
struct Database::Switching::Plan {
  Settled settled;
  graph::BranchId branch;
  std::vector<Digest> heads;
  std::vector<Stretch> changes;    // of the branch
  std::vector<Stretch> fresh;      // of these, those that the state has not
  std::vector<Stretch> different;  // that only one of both has
  std::set<Id> ids;                // of records to which these write
  bool is_older = false;           // some of the records may be older than these
  bool has_schemas = false;        // some of them write a schema
  std::vector<LoggedErasure> erasures;
};

Result<Database::Switching::Plan> Database::Switching::plan_switch(const graph::BranchId& branch) {
  Plan plan;
  plan.branch = branch;
  Error unknown;
  const auto ask = [&](const Settled& settled, const KnownChanges& known) -> Error {
    const auto to = heads_of_branch(*settled.references, known, plan.branch);
    GS_TRY(const auto from, numbers_of_heads(Version(settled.frontier), known));
    if (to.empty()) unknown = Error(Code::not_found, "nothing of the branch is here");
    graph::CausalGraph::Difference rest = known.graph().diff(from, to);
    plan.heads = digests_of(known, to);
    plan.erasures = erasures_for(known, to);
    const Ancestors changes(known.graph(), to);
    GS_TRY_OK(check_reach(settled, changes));
    plan.changes = stretches_of(known, changes.ranges());
    plan.fresh = stretches_of(known, rest.only_b);
    plan.different = stretches_of(known, rest.only_a);
    plan.different.insert(plan.different.end(), plan.fresh.begin(), plan.fresh.end());
    return {};
  };
  GS_TRY(plan.settled, db_.settle_known(ask));
  if (unknown) return unknown;
  GS_TRY_OK(look_at_different(plan));
  return plan;
}

Error Database::Switching::look_at_different(Plan& plan) const {
  std::set<Id> born;
  const auto look = [&](graph::ChangeNumber, log::Location,
                        const graph::ChangeView& change) -> Error {
    auto cursor = change.operations();
    for (graph::OperationView operation; cursor.next(operation);) {
      const auto kind = static_cast<graph::Kind>(operation.kind);
      plan.has_schemas = plan.has_schemas || kind == graph::Kind::schema;
      if (operation.id_index == graph::kNoId || kind == graph::Kind::expect) continue;
      const Id id = change.id(operation.id_index);
      plan.ids.insert(id);
      if (kind == graph::Kind::insert && id.version() == id::kMintedVersion) born.insert(id);
    }
    return plan.ids.size() > kDifferentMax ? too_different() : Error();
  };
  GS_TRY_OK(db_.each_in(plan.settled, plan.different, look));
  plan.is_older = born.size() != plan.ids.size();  // nothing comes before a minted insert
  return {};
}

// The records as the branch has them, in a table aside, and its schema.
Error Database::Switching::derive_switch(const Plan& plan, Applier& derived) {
  {
    const std::lock_guard lock(db_.commit_mutex_);
    derived.reset_erasures(numbered(plan.erasures, db_.tables_));
  }
  const bool is_whole = plan.is_older || plan.has_schemas;
  std::vector<Stretch> changes = is_whole ? plan.changes : plan.fresh;
  const IdSet ids(plan.ids);
  if (!plan.has_schemas) changes = db_.narrowed(plan.settled, std::move(changes), ids.sorted());
  const auto each = [&](const Deriving::ReplayEach& replay) {
    const auto visit = [&](graph::ChangeNumber, log::Location at,
                           const graph::ChangeView& change) -> Error {
      if (!plan.has_schemas && !has_any_of(change, ids)) return {};
      const std::lock_guard lock(db_.commit_mutex_);
      return replay(change, at);
    };
    return db_.each_in(plan.settled, changes, visit);
  };
  return Deriving(db_).derive(plan.settled.base, ids, derived, each);
}

// False: somebody wrote meanwhile.
Result<bool> Database::Switching::finish_switch(const Plan& plan, const Applier& derived) {
  const std::lock_guard lock(db_.commit_mutex_);
  GS_TRY_OK(db_.writable());
  if (db_.builder_.is_open()) GS_TRY_OK(db_.close_change());
  const bool is_same = db_.frontier() == plan.settled.frontier &&
                       plan.settled.log.generation_sum == db_.log_->generation_sum();
  if (!is_same) return false;
  GS_TRY_OK(write_branch(*db_.env_.files, plan.branch));
  db_.branch_ = plan.branch;
  db_.frontier_ = {plan.heads.begin(), plan.heads.end()};
  db_.state_lacks_ = db_.frontier_ != db_.log_heads_;
  db_.applier_.reset_erasures(derived.erasures());
  Deriving(db_).put_derived(IdSet(plan.ids), derived);
  if (db_.version_->is_damaged()) return db_.fail(db_.state_damage(*db_.version_));
  db_.tables_.forget_definitions();
  if (Error error = db_.go_on_with_chain()) return db_.fail(std::move(error));
  if (plan.has_schemas) {
    db_.applier_.reset_schema(derived.schema());
    db_.schema_.error = db_.use_schema();
  }
  db_.freeze();
  return true;
}

Error Database::checkout(std::string_view name) {
  GS_TRY_OK(throttle());
  const Watchers::WakeAtEnd wake{watchers_};
  const Job job(*this);  // as rows will point to where the log has old records
  if (!job.running()) return Error(Code::closed, "the storage is closed. Open it again");
  graph::BranchId branch{};
  {
    const std::lock_guard lock(commit_mutex_);
    GS_TRY_OK(writable());
    GS_TRY(branch, branch_by_name(name));
    if (branch == branch_) return {};
  }
  return Switching(*this).switch_to(branch);
}

// With a job.
Error Database::Switching::switch_to(const graph::BranchId& branch) {
  constexpr int kTriesMax = 8;
  for (int i = 0; i < kTriesMax; ++i) {
    GS_TRY(const Plan plan, plan_switch(branch));
    Applier derived(db_.tables_);
    GS_TRY_OK(derive_switch(plan, derived));
    GS_TRY(const bool is_done, finish_switch(plan, derived));
    if (is_done) return {};
  }
  return Error(Code::conflict,
               "records were written each time the branch was about to be checked "
               "out. Try again when nothing is written");
}

}  // namespace gs::engine
