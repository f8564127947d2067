// The state of an earlier version, to ask queries of: made anew from the changes of the version
// alone, aside and in bounded memory, as recovery makes the one of now.
//
// An erasure reaches back (past.h): all that the log has count, also those that the version has
// not.

#include "gs/engine/database/database.h"
#include "gs/engine/database/known_heads.h"
#include "gs/engine/database/logged_erasures.h"
#include "gs/engine/database/past_rows.h"

namespace gs::engine {

// A version, and the state that is made of it.
class Database::PastState {
 public:
  // The changes of a version in one snapshot of the log, and all erasures of the log.
  struct Then {
    Settled settled;
    std::vector<Stretch> changes;
    std::vector<LoggedErasure> erasures;
  };

  explicit PastState(Database& db) noexcept : db_(db) {}

  Result<Then> changes_of(const Version& version);
  Error replay_past(const Then& then, Applier& past, Sequence& sequence);

 private:
  Database& db_;
};

Result<Database::PastState::Then> Database::PastState::changes_of(const Version& version) {
  Then then;
  Error missing;
  const auto ask = [&](const Settled& settled, const KnownChanges& known) -> Error {
    const auto heads = numbers_of_heads(version, known);
    missing = heads.ok() ? Error() : heads.error().copy();
    if (missing) return {};
    const Ancestors changes(known.graph(), *heads);
    GS_TRY_OK(check_reach(settled, changes));
    then.erasures = erasures_for(known, *heads);
    then.changes = stretches_of(known, changes.ranges());
    return {};
  };
  GS_TRY(then.settled, db_.settle_known(ask));
  if (missing) return db_.no_change(then.settled, std::move(missing));
  return then;
}

// The tables of numbers are those of now, which know all that the log has; only merged records may
// have shapes that nobody had before.
Error Database::PastState::replay_past(const Then& then, Applier& past, Sequence& sequence) {
  begin_from(then.settled.base.get(), then.settled.moment.version->log, past);
  {
    const std::lock_guard lock(db_.commit_mutex_);
    past.reset_erasures(numbered(then.erasures, db_.tables_));
  }
  std::unique_ptr<ReplayRuns> runs;  // once the table is full
  std::uint64_t next_number = 1;
  past.spill_at(db_.options_.memory_bytes, [&]() -> Error {
    if (!runs) {
      GS_TRY(runs,
             ReplayRuns::aside(db_.env_, [&]() -> Result<std::uint64_t> { return next_number++; }));
    }
    GS_TRY(auto version, runs->add(past.version(), db_.tables_));
    past.attach(std::move(version));
    return {};
  });
  const auto apply = [&](graph::ChangeNumber, log::Location at,
                         const graph::ChangeView& change) -> Error {
    const std::lock_guard lock(db_.commit_mutex_);
    return past.replay(change, at, sequence);
  };
  GS_TRY_OK(db_.each_in(then.settled, then.changes, apply));
  past.spill_at(~std::size_t{0}, {});
  return past.version().is_damaged() ? past.version().damage() : Error();
}

Result<Moment> Database::moment_at(const Version& version) {
  PastState past_state(*this);
  GS_TRY(const PastState::Then then, past_state.changes_of(version));
  Applier past(tables_);
  Sequence sequence = 0;
  GS_TRY_OK(past_state.replay_past(then, past, sequence));
  Moment moment{past.version_pointer(), sequence, std::make_shared<const IndexView>()};
  const state::SchemaEntry& schema = past.schema();
  if (!schema.is_there()) return moment;
  auto catalog = Catalog::compile(schema.source, env_.clock, options_.stop);
  if (!catalog.ok()) return std::move(catalog).error().in("the schema of that version");
  moment.catalog = std::move(*catalog);
  return moment;
}

}  // namespace gs::engine
