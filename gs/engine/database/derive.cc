// Records made anew from all of the log, while the rest of the state stays: when the log has
// payloads of theirs that it did not have when they were made.

#include <algorithm>

#include "gs/engine/database/database.h"
#include "gs/engine/database/deriving.h"
#include "gs/engine/database/known_heads.h"
#include "gs/engine/database/past_rows.h"

namespace gs::engine {

// With the commit lock, or the locks that `each` takes, in a table aside. `derived` is attached to
// it then. `each` replays what the records are to be made of.
Error Database::Deriving::derive(const std::shared_ptr<const Base>& base, const IdSet& ids,
                                 Applier& derived,
                                 const std::function<Error(const ReplayEach& replay)>& each) {
  const auto log = db_.log_->view();
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
    derived.spill_above(std::max<std::uint64_t>(db_.options_.memory_bytes, 2 * kept));
    return {};
  };
  begin_from(base.get(), log, derived);
  derived.only(&ids);
  derived.spill_at(db_.options_.memory_bytes, keep_newest);
  Sequence sequence = 0;
  Error error = each([&](const graph::ChangeView& change, log::Location at) {
    return derived.replay(change, at, sequence);
  });
  derived.only(nullptr);
  return error;
}

// With the commit lock: the state has the records from now on as they were derived.
void Database::Deriving::put_derived(const IdSet& ids, const Applier& derived) {
  const Sequence sequence = db_.visible_.load() + 1;
  const auto now = without_unlogged(db_.moment()).version;
  for (const Id& id : ids.sorted()) {
    Found had;
    Found found;
    const bool was_there = now->find(id, ~Sequence{0}, had) == state::Version::Lookup::found;
    if (derived.version().find(id, ~Sequence{0}, found) == state::Version::Lookup::found) {
      db_.applier_.put_found(found, sequence, had.record != nullptr);
    } else if (was_there) {
      const Erasure* const erased = db_.applier_.erasures().find(id);
      const LocalStamp nothing{0, had.entry.writer};
      db_.applier_.put_erased(had, erased != nullptr ? erased->stamp : nothing, sequence);
    }
  }
  db_.visible_.store(sequence, std::memory_order_release);
  db_.last_logged_ = sequence;
  db_.written_ = sequence;
}

// What is in the log alone says what these records are now.
Error Database::Deriving::derive_again(const IdSet& ids) {
  GS_TRY_OK(db_.know_changes());  // the log was written anew
  const std::lock_guard lock(db_.commit_mutex_);
  GS_TRY_OK(db_.writable());
  if (db_.builder_.is_open()) GS_TRY_OK(db_.close_change());
  std::optional<Ancestors> version;  // none: all that is in the log
  if (db_.state_lacks_) {
    if (!db_.known_) return Error(Code::conflict, "the log was written anew meanwhile. Try again");
    GS_TRY(const auto heads, numbers_of_changes(db_.frontier_, *db_.known_));
    version.emplace(db_.known_->graph(), heads);
  }
  const auto each = [&](const ReplayEach& replay) {
    graph::ChangeNumber number = 0;
    const auto visit = [&](log::Location at, Bytes bytes, bool&) -> Error {
      const graph::ChangeNumber at_number = number++;
      if (db_.base_ != nullptr && at_number < db_.base_->changes()) return {};
      if (version && !version->have(at_number)) return {};
      GS_TRY(const graph::ChangeView change, graph::ChangeView::parse(bytes));
      return has_any_of(change, ids) ? replay(change, at) : Error();
    };
    return db_.each_change({db_.moment(), db_.log_->snapshot(), db_.frontier()}, visit);
  };
  Applier derived(db_.tables_);
  derived.reset_erasures(db_.applier_.erasures());
  GS_TRY_OK(derive(db_.base_, ids, derived, each));
  put_derived(ids, derived);
  if (db_.version_->is_damaged()) return db_.state_damage(*db_.version_);
  db_.freeze();
  return {};
}

}  // namespace gs::engine
