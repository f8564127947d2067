// Who wrote what a record shows, field by field: the stamps of its fields, and the changes that
// alone can have written with these.

#include "gs/core/merge/field_writes.h"
#include "gs/core/record/json.h"
#include "gs/engine/database/database.h"
#include "gs/engine/database/known_heads.h"
#include "gs/engine/database/recalling.h"

namespace gs::engine {

namespace {

// `heads`: of the version. `known`: null for what is not in the log.
Blame blame_of(const Id& id, const Current& record, const state::Tables& tables,
               const KnownChanges* known, std::span<const graph::ChangeNumber> heads) {
  Blame blame;
  blame.id = id;
  blame.collection = record.shape->collection();
  blame.key = record.view().key();
  const auto add = [&](const merge::FieldWrite& one) {
    FieldOrigin& origin = blame.fields.emplace_back();
    origin.field = one.field;
    record::append_json(one.value, origin.json);
    // Of a number that is added to, who changed it last.
    const LocalStamp stamp = one.added.hlc >= one.stamp.hlc ? one.added : one.stamp;
    origin.writer = tables.writer(stamp.writer);
    origin.time_ms = id::hlc_ms(stamp.hlc);
    if (known == nullptr) return;
    const auto change = known->change_at(origin.writer, stamp.hlc, heads);
    if (change) origin.change = known->digest(*change);
  };
  merge::each_field_write({&record.shape, record.record, record.image, record.base}, add);
  return blame;
}

}  // namespace

// What blame() looks up.
class Database::Blaming {
 public:
  explicit Blaming(Database& db) noexcept : db_(db) {}

  void name_blamed(Blame& blame) const;
  Result<Moment> find_blamed(const Settled& settled, const Id& id, Found& found) const;

 private:
  Database& db_;
};

Result<Blame> Database::blame(const Id& id, const std::optional<Version>& version) {
  Blame blame;
  if (version) {
    GS_TRY(const Recalling::Recalled recalled, Recalling(*this).recall_at(id, *version));
    const auto tell = [&](const Settled&, const KnownChanges& known) -> Error {
      GS_TRY(const auto heads, numbers_of_heads(*version, known));
      blame = blame_of(id, recalled.record.as_current(), tables_, &known, heads);
      return {};
    };
    GS_TRY([[maybe_unused]] const Settled settled, settle_known(tell));
    Blaming(*this).name_blamed(blame);
    return blame;
  }
  const auto tell = [&](const Settled& settled, const KnownChanges& known) -> Error {
    Found found;
    GS_TRY(const Moment now, Blaming(*this).find_blamed(settled, id, found));
    GS_TRY(const auto heads, numbers_of_heads(Version(settled.frontier), known));
    blame =
        blame_of(id, current_of(found, tables_), tables_, found.unlogged ? nullptr : &known, heads);
    return {};
  };
  GS_TRY([[maybe_unused]] const Settled settled, settle_known(tell));
  Blaming(*this).name_blamed(blame);
  return blame;
}

// Stamps have chains.
void Database::Blaming::name_blamed(Blame& blame) const {
  for (FieldOrigin& field : blame.fields) field.writer = db_.writer_of_chain(field.writer);
}

// The moment keeps the bytes. What is in memory only is in no settled one.
Result<Moment> Database::Blaming::find_blamed(const Settled& settled, const Id& id,
                                              Found& found) const {
  using Lookup = state::Version::Lookup;
  Moment in = settled.moment;
  Lookup lookup = in.version->find(id, in.at, found);
  if (lookup == Lookup::none) {
    in = db_.moment();
    lookup = in.version->find(id, in.at, found);
    if (lookup == Lookup::found && !found.unlogged) lookup = Lookup::none;  // it came since
  }
  if (lookup == Lookup::damaged) return db_.state_damage(*in.version);
  if (lookup == Lookup::found && found.record != nullptr) return in;
  const bool is_erased =
      lookup == Lookup::found && found.image == nullptr && engine::erasure_of(found).hlc != 0;
  return is_erased ? Error(Code::erased, "record " + id.text() + " was erased")
                   : Error(Code::not_found, "no record " + id.text() + " in this storage");
}

}  // namespace gs::engine
