// What of the log stands once a key has signed twins (twins.h): the state, the names of versions
// and this writer follow it.
//
// A twin that comes is noted, and so is all that stands upon what does not count: it is in the log,
// is handed on and can be looked at, but makes no state. Its coming may decide that the state
// stands on the side that does not count; then the branch is checked out anew, as it is now.

#include <algorithm>

#include "gs/engine/database/database.h"
#include "gs/engine/database/job.h"
#include "gs/engine/database/keys.h"
#include "gs/engine/database/known_heads.h"
#include "gs/engine/database/standing.h"
#include "gs/engine/database/switching.h"

namespace gs::engine {

using graph::Kind;

namespace {

bool names_versions(const graph::ChangeView& change) {
  auto cursor = change.operations();
  for (graph::OperationView operation; cursor.next(operation);) {
    if (operation.kind == static_cast<std::uint8_t>(Kind::reference)) return true;
  }
  return false;
}

}  // namespace

// With the commit lock, of a change whose parents are here.
Database::Effect Database::Standing::effect_of(const graph::ChangeView& change) const {
  if (change.branch() != db_.branch_) return Effect::noted;
  const auto place = db_.known_->place_of(graph::HeaderView(change.header()));
  const bool is_twin = place.ok() && place->twin.has_value();
  const Twins& twins = db_.known_->twins();
  const bool stands = !is_twin && twins.counts(db_.known_->side_of(db_.parents_of(change)));
  return stands && !is_apart() ? Effect::applied : Effect::noted;
}

// Whether the state has what does not count. With the commit lock.
bool Database::Standing::is_apart() const {
  if (!db_.known_->twins().any()) return false;
  return std::any_of(db_.frontier_.begin(), db_.frontier_.end(), [this](const Digest& head) {
    const auto number = db_.known_->find(head);
    return number && !db_.known_->counts(*number);
  });
}

// The branch to check out anew: as the state has what does not count, or has not what counts by
// now. With the commit lock.
Result<std::optional<graph::BranchId>> Database::Standing::branch_to_follow() const {
  using Branch = std::optional<graph::BranchId>;
  GS_TRY(const auto from, numbers_of_changes(db_.frontier_, *db_.known_));
  const auto to = heads_of_branch(db_.applier_.references(), *db_.known_, db_.branch_);
  if (to.empty()) return Branch(graph::BranchId{});  // nothing of it counts: main has to do
  const bool stays = !is_apart() && db_.known_->graph().diff(from, to).only_b.empty();
  return stays ? Branch() : Branch(db_.branch_);
}

// After known_->add() of what was received. With the commit lock.
void Database::Standing::note_standing(const graph::ChangeView& change) {
  if (!db_.known_->twins().any()) return;
  const bool is_other =
      std::exchange(db_.decisions_, db_.known_->decisions()) != db_.known_->decisions();
  const bool counts = db_.known_->counts(*db_.known_->find(change.digest()));
  db_.names_changed_ = db_.names_changed_ || is_other || (!counts && names_versions(change));
}

std::vector<TwinsFound> Database::Standing::twins_found() const {
  std::vector<TwinsFound> all;
  const Twins& twins = db_.known_->twins();
  for (const Twins::Set& set : twins.sets()) {
    TwinsFound& found = all.emplace_back(TwinsFound{set.writer, set.sequence, {}});
    for (const std::size_t twin : set.twins) {
      const auto for_it = [twin](const auto& vote) { return vote.second.twin == twin; };
      const auto votes = std::count_if(set.votes.begin(), set.votes.end(), for_it);
      found.twins.push_back(
          {twins.twin(twin).digest, twin == set.counts, static_cast<std::uint64_t>(votes)});
    }
    std::sort(found.twins.begin(), found.twins.end(), [](const auto& a, const auto& b) {
      return a.counts != b.counts ? a.counts : a.change < b.change;
    });
  }
  std::sort(all.begin(), all.end(), [](const TwinsFound& a, const TwinsFound& b) {
    return std::pair(a.writer, a.sequence) < std::pair(b.writer, b.sequence);
  });
  return all;
}

std::uint64_t Database::Standing::decisions_so_far() const {
  const std::lock_guard lock(db_.commit_mutex_);
  return db_.known_ ? db_.known_->decisions() : 0;
}

Result<std::vector<TwinsFound>> Database::twins() {
  GS_TRY_OK(know_changes());
  const std::lock_guard lock(commit_mutex_);
  if (!known_) return Error(Code::conflict, "the log changed meanwhile. Try again");
  return Standing(*this).twins_found();
}

// The names of versions that changes gave which count, as the log has them.
Result<state::References> Database::Standing::counting_references(const Settled& settled,
                                                                  const KnownChanges& known) const {
  const std::uint64_t cut = settled.base != nullptr ? settled.base->changes() : 0;
  state::References references(db_.setup_.references_bytes_max);
  if (cut != 0 && settled.base->checkpoint().has_references()) {
    references = *settled.base->checkpoint().references;
  }
  std::uint64_t next = 0;
  const auto look = [&](log::Location, Bytes bytes, bool&) -> Error {
    const std::uint64_t number = next++;
    if (number < cut || !known.counts(static_cast<graph::ChangeNumber>(number))) return {};
    GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(bytes));
    auto cursor = change.operations();
    for (graph::OperationView operation; cursor.next(operation);) {
      if (operation.kind != static_cast<std::uint8_t>(Kind::reference)) continue;
      GS_TRY(const graph::Reference reference, graph::parse_reference(operation.payload));
      GS_TRY_OK(references.check_room(reference));
      references.put(reference, operation.hlc, change.chain());
    }
    return {};
  };
  GS_TRY_OK(db_.each_change(settled, look));
  return references;
}

// Nothing: all that the log has count.
Result<std::optional<state::References>> Database::Standing::references_if_twins(
    const Settled& settled) {
  std::optional<state::References> references;
  const auto ask = [&](const Settled&, const KnownChanges& known) -> Error {
    if (!known.twins().any()) return {};
    GS_TRY(references, counting_references(settled, known));
    return {};
  };
  GS_TRY([[maybe_unused]] const Settled now, db_.settle_known(ask));
  return references;
}

// From now on nobody commits, until follow_standing() is done: it would be on the side that does
// not count, and somebody who writes all the time would keep the state there.
Error Database::Standing::change_over(const graph::BranchId& branch) {
  const Job job(db_);
  if (!job.running()) return Error(Code::closed, "the storage is closed. Open it again");
  {
    const std::lock_guard lock(db_.commit_mutex_);
    db_.changes_over_ = true;
  }
  GS_TRY_OK(Switching(db_).switch_to(branch).in("the state cannot follow what counts"));
  db_.report(
      Event::Level::warning, "twins_decided",
      "the state follows the other one of two changes with one number: more writers stand on "
      "it. See `gstore twins`");
  return {};
}

// After changes were received, without the commit lock.
Error Database::Standing::follow_standing() {
  std::optional<graph::BranchId> branch;
  {
    const std::lock_guard lock(db_.commit_mutex_);
    if (!db_.known_ || !db_.known_->twins().any()) return {};
    if (std::exchange(db_.names_changed_, false)) {
      GS_TRY(const Settled settled, db_.settle_locked());
      GS_TRY(auto references, counting_references(settled, *db_.known_));
      db_.applier_.reset_references(std::move(references));
    }
    GS_TRY(branch, branch_to_follow());
  }
  Error stays = branch ? change_over(*branch) : Error();
  const std::lock_guard lock(db_.commit_mutex_);
  db_.changes_over_ = false;
  GS_TRY_OK(std::move(stays));
  if (!db_.known_) return {};
  GS_TRY_OK(db_.writable());
  if (db_.builder_.is_open()) GS_TRY_OK(db_.close_change());  // as whoever began it
  return settle_writer();
}

// Who wrote what does not count goes on as somebody else; or, where the key has to stay, behind the
// last change of its chain. With the commit lock, or before anybody else is there.
Error Database::Standing::settle_writer() {
  const auto end = db_.known_->end_of(db_.chain_);
  if (!end || !db_.known_->twins().any()) return {};
  if (!db_.known_->counts(*end) && may_renew_writer()) return renew_writer();
  state::WriterHead& head = db_.heads_[db_.writer_number_];
  if (head.change == db_.known_->digest(*end)) return {};
  head.sequence = db_.known_->sequence_of(*end);
  head.hlc = db_.known_->last_hlc(*end);
  head.change = db_.known_->digest(*end);
  return db_.go_on_with_chain();
}

bool Database::Standing::may_renew_writer() const {
  return !db_.only_writer_ && !db_.options_.keep_writer;
}

// With the commit lock. Nothing that was signed before is taken back.
Error Database::Standing::renew_writer() {
  GS_TRY(crypto::KeyPair key, make_writer_key(db_.env_));
  db_.key_ = std::move(key);
  db_.writer_.bytes = db_.key_->public_key();
  db_.report(Event::Level::warning, "writer_renewed",
             "another copy of this directory writes with its key; it goes on as a new writer");
  return db_.go_on_with_chain();
}

}  // namespace gs::engine
