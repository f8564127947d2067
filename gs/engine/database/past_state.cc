// The state of an earlier version, to ask queries of: made anew from the changes of the version
// alone, aside and in bounded memory, as recovery makes the one of now.
//
// An erasure reaches back (past.h): what it has not in common with the version is hidden.

#include <algorithm>

#include "gs/engine/database/database.h"

namespace gs::engine {

namespace {

// Records that were erased since: 16 bytes of memory for each.
constexpr std::size_t kErasedSinceMax = std::size_t{4} << 20;

}  // namespace

// The changes of a version, and all others, in one snapshot of the log.
struct Database::Then {
  Settled settled;
  std::vector<Stretch> changes;
  std::vector<Stretch> others;
};

Result<Database::Then> Database::changes_of(const Version& version) {
  Then then;
  Error missing;
  const auto ask = [&](const Settled& settled, const KnownChanges& known) -> Error {
    const auto heads = numbers_of_heads(version, known);
    const auto now = numbers_of_heads(Version(settled.frontier), known);
    missing = !heads.ok() ? heads.error().copy() : !now.ok() ? now.error().copy() : Error();
    if (missing) return {};
    const graph::CausalGraph::Difference rest = known.graph().diff(*now, *heads);
    then.changes = stretches_of(known, Ancestors(known.graph(), *heads).ranges());
    then.others = stretches_of(known, rest.only_a);
    return {};
  };
  GS_TRY(then.settled, settle_known(ask));
  if (missing) return no_change(then.settled, std::move(missing));
  return then;
}

// Ascending, each once.
Result<std::vector<Id>> Database::erased_since(const Then& then) const {
  std::vector<Id> ids;
  const auto tidy = [&] {
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  };
  const auto look = [&](graph::ChangeNumber, log::Location,
                        const graph::ChangeView& change) -> Error {
    auto cursor = change.operations();
    for (graph::OperationView operation; cursor.next(operation);) {
      if (operation.kind != static_cast<std::uint8_t>(graph::Kind::erase)) continue;
      ids.push_back(change.id(operation.id_index));
      if (ids.size() < 2 * kErasedSinceMax) continue;
      tidy();
      if (ids.size() > kErasedSinceMax) {
        return Error(Code::too_large, "more than " + std::to_string(kErasedSinceMax) +
                                          " records were erased since. Ask a later version");
      }
    }
    return {};
  };
  GS_TRY_OK(each_in(then.settled, then.others, look));
  tidy();
  return ids;
}

// The tables of numbers are those of now, which know all that the log has; only merged records may
// have shapes that nobody had before.
Error Database::replay_past(const Then& then, Applier& past, Sequence& sequence) {
  auto empty = std::make_shared<state::Version>();
  empty->tables.push_back(std::make_shared<state::RowTable>());
  empty->log = then.settled.moment.version->log;
  past.attach(std::move(empty));
  std::unique_ptr<ReplayRuns> runs;  // once the table is full
  std::uint64_t next_number = 1;
  past.spill_at(options_.memory_bytes, [&]() -> Error {
    if (!runs) {
      GS_TRY(runs,
             ReplayRuns::aside(env_, [&]() -> Result<std::uint64_t> { return next_number++; }));
    }
    GS_TRY(auto version, runs->add(past.version(), tables_));
    past.attach(std::move(version));
    return {};
  });
  const auto apply = [&](graph::ChangeNumber, log::Location at,
                         const graph::ChangeView& change) -> Error {
    const std::lock_guard lock(commit_mutex_);
    return past.replay(change, at, sequence);
  };
  GS_TRY_OK(each_in(then.settled, then.changes, apply));
  past.spill_at(~std::size_t{0}, {});
  return past.version().is_damaged() ? past.version().damage() : Error();
}

// What counts now was not in the version, as `get` of a version tells it.
Error Database::hide_erased(const Then& then, Applier& past, Sequence sequence) {
  GS_TRY(const std::vector<Id> ids, erased_since(then));
  for (const Id& id : ids) {
    Found found;
    if (!past.find_known(id, found) || found.record == nullptr) continue;
    GS_TRY(const LocalStamp now, erasure_now(then.settled, id));
    if (now == engine::erasure_of(found)) continue;
    const std::lock_guard lock(commit_mutex_);
    past.put_erased(found, now, sequence);
  }
  return {};
}

Result<Moment> Database::moment_at(const Version& version) {
  GS_TRY(const Then then, changes_of(version));
  Applier past(tables_);
  Sequence sequence = 0;
  GS_TRY_OK(replay_past(then, past, sequence));
  ++sequence;
  GS_TRY_OK(hide_erased(then, past, sequence));
  Moment moment{past.version_pointer(), sequence, std::make_shared<const IndexView>()};
  const state::SchemaEntry& schema = past.schema();
  if (!schema.is_there()) return moment;
  auto catalog = Catalog::compile(schema.source, env_.clock, options_.stop);
  if (!catalog.ok()) return std::move(catalog).error().in("the schema of that version");
  moment.catalog = std::move(*catalog);
  return moment;
}

}  // namespace gs::engine
