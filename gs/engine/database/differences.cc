// What differs between two versions of the storage.
//
// Only records can differ that changes in one of both and not in the other write to: the graph
// tells these changes, and they are read. What such a record was before them takes the changes that
// both versions have, which are read once for all records together; not for records that were
// inserted by one of the changes in question, as nothing comes before the insert of a minted id.

#include <map>

#include "gs/core/merge/field_writes.h"
#include "gs/core/record/json.h"
#include "gs/engine/database/database.h"
#include "gs/engine/database/field_hunks.h"
#include "gs/engine/database/known_heads.h"
#include "gs/engine/database/recalling.h"

namespace gs::engine {

using graph::Kind;

namespace {

using FieldValues = std::map<std::string_view, record::ValueView>;

bool is_same_value(const record::ValueView& a, const record::ValueView& b) {
  return a.type == b.type &&
         std::equal(a.content.begin(), a.content.end(), b.content.begin(), b.content.end());
}

std::string json_of_field(const record::ValueView& value) {
  std::string text;
  record::append_json(value, text);
  return text;
}

void each_field_of(const PastRecord& past,
                   const std::function<void(const merge::FieldWrite&)>& visit) {
  if (!past.is_live()) return;
  const Current record = past.record.as_current();
  merge::each_field_write({&record.shape, record.record, record.image, record.base}, visit);
}

// In the order of the record that is there after, then what only the one before has.
std::vector<FieldDifference> fields_that_differ(const PastRecord& before, const PastRecord& after) {
  std::vector<FieldDifference> all;
  FieldValues had;
  each_field_of(before, [&](const merge::FieldWrite& one) { had[one.field] = one.value; });
  FieldValues has;
  each_field_of(after, [&](const merge::FieldWrite& one) {
    has[one.field] = one.value;
    const auto old = had.find(one.field);
    if (old != had.end() && is_same_value(old->second, one.value)) return;
    const bool is_new = old == had.end();
    all.push_back({std::string(one.field), is_new ? "" : json_of_field(old->second),
                   json_of_field(one.value),
                   is_new ? std::vector<TextHunk>() : field_hunks(old->second, one.value)});
  });
  each_field_of(before, [&](const merge::FieldWrite& one) {
    if (has.count(one.field) != 0) return;
    all.push_back({std::string(one.field), json_of_field(one.value), "", {}});
  });
  return all;
}

std::vector<graph::ChangeRange> joined_ranges(graph::CausalGraph::Difference difference) {
  std::vector<graph::ChangeRange> all = std::move(difference.only_a);
  all.insert(all.end(), difference.only_b.begin(), difference.only_b.end());
  std::sort(all.begin(), all.end(), [](const graph::ChangeRange& a, const graph::ChangeRange& b) {
    return a.first < b.first;
  });
  return all;
}

}  // namespace

// Two versions, and what they make of each record.
class Database::Comparing {
 public:
  // Two versions in one snapshot of the log.
  struct Compared {
    Settled settled;
    Ancestors before;
    Ancestors after;
    std::vector<Stretch> different;  // changes that only one of them has
    std::vector<Stretch> common;
  };

  explicit Comparing(Database& db) noexcept : db_(db) {}

  Result<Compared> compare_versions(const Version& before, const std::optional<Version>& after);
  Error find_writes(const Compared& compared, PastWrites& writes) const;
  Error difference(const Compared& compared, const PastWrites& writes, const Id& id,
                   std::optional<RecordDifference>& out) const;

 private:
  Database& db_;
};

Result<Database::Comparing::Compared> Database::Comparing::compare_versions(
    const Version& before, const std::optional<Version>& after) {
  Compared compared;
  Error missing;
  const auto ask = [&](const Settled& settled, const KnownChanges& known) -> Error {
    const auto a = numbers_of_heads(before, known);
    const auto b = numbers_of_heads(after ? *after : Version(settled.frontier), known);
    missing = !a.ok() ? a.error().copy() : !b.ok() ? b.error().copy() : Error();
    if (missing) return {};
    const graph::CausalGraph& graph = known.graph();
    compared.before = Ancestors(graph, *a);
    compared.after = Ancestors(graph, *b);
    GS_TRY_OK(check_reach(settled, compared.before));
    GS_TRY_OK(check_reach(settled, compared.after));
    compared.different = stretches_of(known, joined_ranges(graph.diff(*a, *b)));
    compared.common = stretches_of(known, Ancestors(graph, graph.merge_base(*a, *b)).ranges());
    return {};
  };
  GS_TRY(compared.settled, db_.settle_known(ask));
  if (missing) return db_.no_change(compared.settled, std::move(missing));
  return compared;
}

Error Database::Comparing::find_writes(const Compared& compared, PastWrites& writes) const {
  const auto add_all = [&](graph::ChangeNumber number, log::Location at,
                           const graph::ChangeView& change) {
    return writes.add(number, at, change, [](const Id&) { return true; });
  };
  GS_TRY_OK(db_.each_in(compared.settled, compared.different, add_all));
  writes.sort();
  const IdSet older(writes.maybe_older());
  if (older.empty()) return {};
  const auto add_older = [&](graph::ChangeNumber number, log::Location at,
                             const graph::ChangeView& change) {
    return writes.add(number, at, change, [&](const Id& id) { return older.has(id); });
  };
  GS_TRY_OK(db_.each_in(compared.settled,
                        db_.narrowed(compared.settled, compared.common, older.sorted()),
                        add_older));
  writes.sort();
  return {};
}

// Nothing when the record is the same in both.
Error Database::Comparing::difference(const Compared& compared, const PastWrites& writes,
                                      const Id& id, std::optional<RecordDifference>& out) const {
  using How = RecordDifference::Kind;
  out.reset();
  PastRecord before;
  PastRecord after;
  GS_TRY_OK(Recalling(db_).recall(compared.settled, writes, id, compared.before, before));
  GS_TRY_OK(Recalling(db_).recall(compared.settled, writes, id, compared.after, after));
  RecordDifference told;
  told.id = id;
  if (!before.is_live() && !after.is_live()) {
    const bool is_lost =
        before.status == PastRecord::Status::lost || after.status == PastRecord::Status::lost;
    if (!is_lost) return {};
    told.kind = How::erased;
    Found found;  // the erasure is there, and with it the shape
    if (compared.settled.moment.version->find(id, compared.settled.moment.at, found) ==
        state::Version::Lookup::found) {
      told.collection = db_.tables_.shape(found.entry.shape).shape->collection();
    }
    out = std::move(told);
    return {};
  }
  told.fields = fields_that_differ(before, after);
  const bool is_same_kind = before.is_live() && after.is_live();
  if (is_same_kind && told.fields.empty()) return {};
  told.kind = is_same_kind ? How::changed : after.is_live() ? How::added : How::removed;
  const Current record = (after.is_live() ? after : before).record.as_current();
  told.collection = record.shape->collection();
  told.key = record.view().key();
  out = std::move(told);
  return {};
}

Error Database::diff(const Version& before, const std::optional<Version>& after,
                     const DiffOptions& options, const TakeDifference& take) {
  Comparing comparing(*this);
  GS_TRY(const Comparing::Compared compared, comparing.compare_versions(before, after));
  PastWrites writes;
  GS_TRY_OK(comparing.find_writes(compared, writes));
  std::uint64_t left = options.limit;
  const auto all = writes.all();
  std::optional<RecordDifference> one;
  for (auto write = all.begin(); write != all.end() && left != 0;) {
    const Id id = write->id;
    GS_TRY_OK(comparing.difference(compared, writes, id, one));
    write = std::find_if(write, all.end(), [&](const auto& next) { return next.id != id; });
    if (!one || (options.collection && one->collection != *options.collection)) continue;
    if (!take(*one)) return {};
    --left;
  }
  return {};
}

}  // namespace gs::engine
