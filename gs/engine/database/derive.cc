// Records made anew from all of the log, while the rest of the state stays: when the log has
// payloads of theirs that it did not have when they were made.

#include <algorithm>

#include "gs/engine/database/database.h"

namespace gs::engine {

bool has_any_of(const graph::ChangeView& change, const IdSet& ids) {
  for (std::uint32_t i = 0; i < change.id_count(); ++i) {
    if (ids.has(change.id(i))) return true;
  }
  return false;
}

// With the commit lock, or the locks that `each` takes, in a table aside. `derived` is attached to
// it then. `each` replays what the records are to be made of.
Error Database::derive(const std::shared_ptr<const Base>& base, const IdSet& ids, Applier& derived,
                       const std::function<Error(const ReplayEach& replay)>& each) {
  const auto log = log_->view();
  const auto start = [&] { begin_rows(base.get(), log, derived); };
  // When they take as much memory as a table may, the newest rows of the records have to do.
  const auto keep_newest = [&]() -> Error {
    const auto before = derived.version_pointer();
    start();
    for (const Id& id : ids.sorted()) {
      Found found;
      if (before->find(id, ~Sequence{0}, found) != state::Version::Lookup::found) continue;
      derived.put_found(found, 0, false);
    }
    const std::size_t kept = derived.version().tables.front()->memory_bytes();
    derived.spill_above(std::max<std::uint64_t>(options_.memory_bytes, 2 * kept));
    return {};
  };
  begin_from(base.get(), log, derived);
  derived.only(&ids);
  derived.spill_at(options_.memory_bytes, keep_newest);
  Sequence sequence = 0;
  Error error = each([&](const graph::ChangeView& change, log::Location at) {
    return derived.replay(change, at, sequence);
  });
  derived.only(nullptr);
  return error;
}

// With the commit lock: the state has the records from now on as they were derived.
void Database::put_derived(const IdSet& ids, const Applier& derived) {
  const Sequence sequence = visible_.load() + 1;
  const auto now = without_unlogged(moment()).version;
  for (const Id& id : ids.sorted()) {
    Found had;
    Found found;
    const bool was_there = now->find(id, ~Sequence{0}, had) == state::Version::Lookup::found;
    if (derived.version().find(id, ~Sequence{0}, found) == state::Version::Lookup::found) {
      applier_.put_found(found, sequence, had.record != nullptr);
    } else if (was_there) {
      const Erasure* const erased = applier_.erasures().find(id);
      const LocalStamp nothing{0, had.entry.writer};
      applier_.put_erased(had, erased != nullptr ? erased->stamp : nothing, sequence);
    }
  }
  visible_.store(sequence, std::memory_order_release);
  last_logged_ = sequence;
  written_ = sequence;
}

// What is in the log alone says what these records are now.
Error Database::derive_again(const IdSet& ids) {
  GS_TRY_OK(know_changes());  // the log was written anew
  const std::lock_guard lock(commit_mutex_);
  GS_TRY_OK(writable());
  if (builder_.is_open()) GS_TRY_OK(close_change());
  std::optional<Ancestors> version;  // none: all that is in the log
  if (state_lacks_) {
    if (!known_) return Error(Code::conflict, "the log was written anew meanwhile. Try again");
    GS_TRY(const auto heads, numbers_of_changes(frontier_, *known_));
    version.emplace(known_->graph(), heads);
  }
  const auto each = [&](const ReplayEach& replay) {
    graph::ChangeNumber number = 0;
    const auto visit = [&](log::Location at, Bytes bytes, bool&) -> Error {
      const graph::ChangeNumber at_number = number++;
      if (base_ != nullptr && at_number < base_->changes()) return {};
      if (version && !version->have(at_number)) return {};
      GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(bytes));
      return has_any_of(change, ids) ? replay(change, at) : Error();
    };
    return each_change({moment(), log_->snapshot(), frontier()}, visit);
  };
  Applier derived(tables_);
  derived.reset_erasures(applier_.erasures());
  GS_TRY_OK(derive(base_, ids, derived, each));
  put_derived(ids, derived);
  if (version_->is_damaged()) return state_damage(*version_);
  freeze();
  return {};
}

}  // namespace gs::engine
