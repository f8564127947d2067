// What of the log stands once a key has signed twins (twins.h): the state, the names of versions
// and this writer follow it.
//
// A twin that comes is noted, and so is all that stands upon what does not count: it is in the log,
// is handed on and can be looked at, but makes no state. Its coming may decide that the state
// stands on the side that does not count; then the branch is checked out anew, as it is now.

#include <algorithm>

#include "gs/engine/database/database.h"
#include "gs/engine/database/job.h"
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
Database::Effect Database::effect_of(const graph::ChangeView& change) const {
  if (change.branch() != branch_) return Effect::noted;
  const auto place = known_->place_of(graph::HeaderView(change.header()));
  const bool is_twin = place.ok() && place->twin.has_value();
  const Twins& twins = known_->twins();
  const bool stands = !is_twin && twins.counts(known_->side_of(parents_of(change)));
  return stands && !is_apart() ? Effect::applied : Effect::noted;
}

// Whether the state has what does not count. With the commit lock.
bool Database::is_apart() const {
  if (!known_->twins().any()) return false;
  return std::any_of(frontier_.begin(), frontier_.end(), [this](const Digest& head) {
    const auto number = known_->find(head);
    return number && !known_->counts(*number);
  });
}

// The branch to check out anew: as the state has what does not count, or has not what counts by
// now. With the commit lock.
Result<std::optional<graph::BranchId>> Database::branch_to_follow() const {
  using Branch = std::optional<graph::BranchId>;
  GS_TRY(const auto from, numbers_of_changes(frontier_, *known_));
  const auto to = heads_of_branch(applier_.references(), *known_, branch_);
  if (to.empty()) return Branch(graph::BranchId{});  // nothing of it counts: main has to do
  const bool stays = !is_apart() && known_->graph().diff(from, to).only_b.empty();
  return stays ? Branch() : Branch(branch_);
}

// After known_->add() of what was received. With the commit lock.
void Database::note_standing(const graph::ChangeView& change) {
  if (!known_->twins().any()) return;
  const bool is_other = std::exchange(decisions_, known_->decisions()) != known_->decisions();
  const bool counts = known_->counts(*known_->find(change.digest()));
  names_changed_ = names_changed_ || is_other || (!counts && names_versions(change));
}

std::vector<TwinsFound> Database::twins_found() const {
  std::vector<TwinsFound> all;
  const Twins& twins = known_->twins();
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

std::uint64_t Database::decisions_so_far() const {
  const std::lock_guard lock(commit_mutex_);
  return known_ ? known_->decisions() : 0;
}

Result<std::vector<TwinsFound>> Database::twins() {
  GS_TRY_OK(know_changes());
  const std::lock_guard lock(commit_mutex_);
  if (!known_) return Error(Code::conflict, "the log changed meanwhile. Try again");
  return twins_found();
}

// The names of versions that changes gave which count, as the log has them.
Result<state::References> Database::counting_references(const Settled& settled,
                                                        const KnownChanges& known) const {
  const std::uint64_t cut = settled.base != nullptr ? settled.base->changes() : 0;
  state::References references(setup_.references_bytes_max);
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
  GS_TRY_OK(each_change(settled, look));
  return references;
}

// Nothing: all that the log has count.
Result<std::optional<state::References>> Database::references_if_twins(const Settled& settled) {
  std::optional<state::References> references;
  const auto ask = [&](const Settled&, const KnownChanges& known) -> Error {
    if (!known.twins().any()) return {};
    GS_TRY(references, counting_references(settled, known));
    return {};
  };
  GS_TRY([[maybe_unused]] const Settled now, settle_known(ask));
  return references;
}

// From now on nobody commits, until follow_standing() is done: it would be on the side that does
// not count, and somebody who writes all the time would keep the state there.
Error Database::change_over(const graph::BranchId& branch) {
  const Job job(*this);
  if (!job.running()) return Error(Code::closed, "the storage is closed. Open it again");
  {
    const std::lock_guard lock(commit_mutex_);
    changes_over_ = true;
  }
  GS_TRY_OK(Switching(*this).switch_to(branch).in("the state cannot follow what counts"));
  report(Event::Level::warning, "twins_decided",
         "the state follows the other one of two changes with one number: more writers stand on "
         "it. See `gstore twins`");
  return {};
}

// After changes were received, without the commit lock.
Error Database::follow_standing() {
  std::optional<graph::BranchId> branch;
  {
    const std::lock_guard lock(commit_mutex_);
    if (!known_ || !known_->twins().any()) return {};
    if (std::exchange(names_changed_, false)) {
      GS_TRY(const Settled settled, settle_locked());
      GS_TRY(auto references, counting_references(settled, *known_));
      applier_.reset_references(std::move(references));
    }
    GS_TRY(branch, branch_to_follow());
  }
  Error stays = branch ? change_over(*branch) : Error();
  const std::lock_guard lock(commit_mutex_);
  changes_over_ = false;
  GS_TRY_OK(std::move(stays));
  if (!known_) return {};
  GS_TRY_OK(writable());
  if (builder_.is_open()) GS_TRY_OK(close_change());  // as whoever began it
  return settle_writer();
}

// Who wrote what does not count goes on as somebody else; or, where the key has to stay, behind the
// last change of its chain. With the commit lock, or before anybody else is there.
Error Database::settle_writer() {
  const auto end = known_->end_of(chain_);
  if (!end || !known_->twins().any()) return {};
  if (!known_->counts(*end) && may_renew_writer()) return renew_writer();
  state::WriterHead& head = heads_[writer_number_];
  if (head.change == known_->digest(*end)) return {};
  head.sequence = known_->sequence_of(*end);
  head.hlc = known_->last_hlc(*end);
  head.change = known_->digest(*end);
  return go_on_with_chain();
}

bool Database::may_renew_writer() const { return !only_writer_ && !options_.keep_writer; }

// With the commit lock. Nothing that was signed before is taken back.
Error Database::renew_writer() {
  GS_TRY(crypto::KeyPair key, make_writer_key(env_));
  key_ = std::move(key);
  writer_.bytes = key_->public_key();
  report(Event::Level::warning, "writer_renewed",
         "another copy of this directory writes with its key; it goes on as a new writer");
  return go_on_with_chain();
}

}  // namespace gs::engine
