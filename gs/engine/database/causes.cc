// That what others change was there when they changed it: each set, update and removal names, as
// its base, an insert or set of its record that comes before it; but a set that begins a key. And
// an erasure names a payload of its record that comes before it.
//
// Replay passes over changes of records that are not here, as those were erased. Had the record
// only not come yet, it would be passed over here and merged elsewhere: replicas with the same
// changes would differ. So what the base names is looked up: in the state, where it mostly is the
// newest; else in the log, which tells it also of what was replaced or erased since.

#include <algorithm>

#include "gs/engine/database/database.h"
#include "gs/engine/database/look_ahead.h"
#include "gs/engine/database/receiving.h"

namespace gs::engine {

using graph::Kind;
using graph::OperationView;

namespace {

bool is_whole_write(const OperationView& operation) noexcept {
  return operation.kind == static_cast<std::uint8_t>(Kind::insert) ||
         operation.kind == static_cast<std::uint8_t>(Kind::set);
}

bool has_base(const OperationView& operation) noexcept {
  const auto kind = static_cast<Kind>(operation.kind);
  return (kind == Kind::set || kind == Kind::update || kind == Kind::remove) && !operation.erased();
}

// What stands for an insert with a key, when fields have rules. Only the writer of an id that was
// minted has its insert.
bool is_first_of_key(const OperationView& operation, const graph::OverwrittenView& seen,
                     const Id& id) noexcept {
  return operation.kind == static_cast<std::uint8_t>(Kind::set) &&
         seen.writer == graph::kNoWriter && id.version() != id::kMintedVersion;
}

using Write = std::pair<Id, graph::Hlc>;

// What the change gives whole contents to, with which stamps; sorted.
std::vector<Write> whole_writes(const graph::ChangeView& change) {
  std::vector<Write> writes;
  auto cursor = change.operations();
  for (OperationView operation; cursor.next(operation);) {
    if (is_whole_write(operation)) {
      writes.emplace_back(change.id(operation.id_index), operation.hlc);
    }
  }
  std::sort(writes.begin(), writes.end());
  return writes;
}

Error no_base(std::uint32_t operation, const Id& id) {
  return Error(Code::invalid, "operation " + std::to_string(operation) +
                                  ": its base is no insert or set of record " + id.text() +
                                  " that comes before it");
}

// The payload of a change that an erasure names.
struct ErasedPayload {
  log::Location at = 0;  // of the change
  std::uint32_t index = 0;
  std::uint8_t kind = 0;
  Id id;
  std::uint32_t operation = 0;  // that says so
};

Error erases_nothing(const ErasedPayload& named) {
  return Error(Code::invalid, "operation " + std::to_string(named.operation) +
                                  ": it erases no payload of record " + named.id.text() +
                                  " that comes before it");
}

bool writes_whole_or_part(std::uint8_t kind) noexcept {
  return kind == static_cast<std::uint8_t>(Kind::insert) ||
         kind == static_cast<std::uint8_t>(Kind::set) ||
         kind == static_cast<std::uint8_t>(Kind::update);
}

// Of one change, by ascending index.
Error check_erased(const graph::ChangeView& change, std::span<const ErasedPayload> named) {
  auto cursor = change.operations();
  OperationView operation;
  bool is_more = cursor.next(operation);
  for (const ErasedPayload& one : named) {
    while (is_more && cursor.index() < one.index) is_more = cursor.next(operation);
    const bool is_right = is_more && operation.kind == one.kind &&
                          writes_whole_or_part(operation.kind) &&
                          change.id(operation.id_index) == one.id;
    if (!is_right) return erases_nothing(one);
  }
  return {};
}

}  // namespace

// Of the writer's changes here; which of them are before `change`, check_seen() tells. What only
// the log can tell, is left over as a claim.
Error Database::Receiving::check_bases(const graph::ChangeView& change, std::vector<Claim>& claims,
                                       WriteTargets& targets, Digest& missing) const {
  std::vector<graph::Hlc> given(change.id_count(), 0);  // by this change so far, the last stamp
  bool erases = false;
  const std::vector<graph::ChangeNumber> parents = db_.parents_of(change);
  OperationsAhead ahead(db_.applier_.version(), change);
  auto cursor = change.operations();
  for (OperationView operation; cursor.next(operation);) {
    ahead.next(db_.applier_.version());
    if (has_base(operation)) {
      Bytes rest;
      GS_TRY(const graph::OverwrittenView seen, graph::parse_overwritten(operation.payload, rest));
      const Id id = change.id(operation.id_index);
      const bool is_own = seen.writer == graph::kThisWriter;
      if (is_first_of_key(operation, seen, id)) {
        given[operation.id_index] = operation.hlc;
        continue;
      }
      if (seen.writer == graph::kNoWriter) return no_base(cursor.index(), id);
      const graph::Writer writer = is_own ? change.chain() : change.writer_at(seen.writer);
      Found found;
      // With twins the state may be of the other one, which has the same stamps.
      const bool is_newest = !db_.known_->twins().any() &&
                             db_.applier_.look_up(id, targets[operation.id_index], found) &&
                             found.entry.hlc == seen.hlc &&
                             db_.tables_.writer(found.entry.writer) == writer;
      if (!is_newest && !(is_own && given[operation.id_index] == seen.hlc)) {
        const auto at = db_.known_->change_at(writer, seen.hlc, parents);
        claims.push_back({at ? db_.known_->place(*at) : 0, id, seen.hlc, cursor.index()});
      }
    }
    if (is_whole_write(operation)) given[operation.id_index] = operation.hlc;
    erases = erases || operation.kind == static_cast<std::uint8_t>(Kind::erase);
  }
  return erases ? check_erasures(change, missing) : Error();
}

// A record of which nothing is here would be erased nowhere, and its insert
// that comes later be shown by whoever gets it later.
Error Database::Receiving::check_erasures(const graph::ChangeView& change, Digest& missing) const {
  std::vector<ErasedPayload> named;
  auto cursor = change.operations();
  for (OperationView operation; cursor.next(operation);) {
    if (operation.kind != static_cast<std::uint8_t>(Kind::erase)) continue;
    GS_TRY(const graph::Erase erase, graph::parse_erase(operation.payload));
    ErasedPayload one{0, erase.operation, erase.kind, change.id(operation.id_index),
                      cursor.index()};
    const auto number = db_.known_->find(erase.change);
    if (!number) {
      missing = erase.change;
      return {};
    }
    one.at = db_.known_->place(*number);
    named.push_back(one);
  }
  std::sort(named.begin(), named.end(), [](const ErasedPayload& a, const ErasedPayload& b) {
    return a.at != b.at ? a.at < b.at : a.index < b.index;
  });
  const Settled here{db_.moment(), db_.log_->snapshot(), db_.frontier()};
  for (auto begin = named.begin(); begin != named.end();) {
    const auto end = std::find_if(begin, named.end(),
                                  [&](const ErasedPayload& one) { return one.at != begin->at; });
    const auto look = [&](log::Location, Bytes bytes, bool& stop) -> Error {
      stop = true;
      GS_TRY(const graph::ChangeView before, graph::ChangeView::parse(bytes));
      return check_erased(before, {begin, end});
    };
    GS_TRY_OK(db_.each_change(here, look, begin->at - log::kFrameBytes));
    begin = end;
  }
  return {};
}

// With the commit lock, after check_seen(). Reads a change of the log once, however many of its
// writes are named.
Error Database::Receiving::check_causes(const graph::ChangeView& change, WriteTargets& targets,
                                        Digest& missing) const {
  std::vector<Claim> claims;
  GS_TRY_OK(check_bases(change, claims, targets, missing));
  if (claims.empty()) return {};
  std::stable_sort(claims.begin(), claims.end(),
                   [](const Claim& a, const Claim& b) { return a.at < b.at; });
  const Settled here{db_.moment(), db_.log_->snapshot(), db_.frontier()};
  log::Location read = 0;
  std::vector<Write> writes;
  const auto look = [&](log::Location, Bytes bytes, bool& stop) -> Error {
    stop = true;
    GS_TRY(const graph::ChangeView before, graph::ChangeView::parse(bytes));
    writes = whole_writes(before);
    return {};
  };
  for (const Claim& claim : claims) {
    if (claim.at != read) GS_TRY_OK(db_.each_change(here, look, claim.at - log::kFrameBytes));
    read = claim.at;
    if (!std::binary_search(writes.begin(), writes.end(), Write{claim.id, claim.hlc})) {
      return no_base(claim.operation, claim.id);
    }
  }
  return {};
}

// Whether the state can take it. `targets`: what was looked up already. With the commit lock.
Error Database::Receiving::check_applicable(const graph::ChangeView& change,
                                            WriteTargets& targets) const {
  GS_TRY_OK(db_.applier_.check(change, targets, db_.setup_.image_bytes_max));
  return check_minted(change, targets);
}

// That no id is minted twice shows in the state, but where nothing is left of a record: then in
// what its writer wrote before. With the commit lock.
Error Database::Receiving::check_minted(const graph::ChangeView& change,
                                        const WriteTargets& targets) const {
  std::vector<Id> erased;
  auto cursor = change.operations();
  for (OperationView operation; cursor.next(operation);) {
    const bool mints = static_cast<Kind>(operation.kind) == Kind::insert && !operation.erased() &&
                       load_u64(operation.payload.data()) != graph::kNoMint;
    if (mints && targets[operation.id_index].is_erased) {
      erased.push_back(change.id(operation.id_index));
    }
  }
  const auto place = db_.known_->place_of(graph::HeaderView(change.header()));
  if (erased.empty() || !place.ok() || !place->before) return {};
  const auto before = stretches_of(
      *db_.known_, db_.known_->narrowed(db_.known_->chain_up_to(*place->before), erased));
  const Settled here{db_.moment(), db_.log_->snapshot(), db_.frontier()};
  return db_.each_in(
      here, before, [&](graph::ChangeNumber, log::Location, const graph::ChangeView& one) -> Error {
        auto others = one.operations();
        for (OperationView operation; others.next(operation);) {
          if (static_cast<Kind>(operation.kind) != Kind::insert) continue;
          const Id& id = one.id(operation.id_index);
          if (std::find(erased.begin(), erased.end(), id) == erased.end()) continue;
          return Error(Code::broken_chain, "it mints " + id.text() + ", which is there already");
        }
        return {};
      });
}

}  // namespace gs::engine
