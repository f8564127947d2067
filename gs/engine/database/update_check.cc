// What the schema says about updates: the fields that they write, and what they make of records.
//
// Functions of a schema may take long, so none is called under the commit lock. What updates make
// of records whose schema has a function about the whole record, or one that makes a required field
// when it is missing, is checked before, against the records as they are then; the commit goes on
// when they are still these, else it is checked again.
// So is what updates write beside the fields that they name (earlier_names.h).

#include <algorithm>
#include <map>
#include <set>

#include "gs/engine/catalog/lifter.h"
#include "gs/engine/database/commit_scratch.h"
#include "gs/engine/database/committing.h"
#include "gs/engine/database/earlier_names.h"
#include "gs/engine/database/misfit.h"
#include "gs/engine/database/staging.h"

namespace gs::engine {

using graph::Kind;
using record::RecordView;

namespace {

// What the operations of a transaction make of one record, so far.
struct Made {
  bool is_known = false;                // the transaction found it in the state, or wrote it
  std::optional<Current> current;       // no value: no record
  std::unique_ptr<Merged> merged;       // keeps it
  const rules::Rules* rules = nullptr;  // what it has to fit; null: it was checked already
  std::set<std::string> changed;        // fields that were added to, or whose elements were changed
  std::optional<std::size_t> first_update;  // that found it in the state ...
  Digest version;                           // ... and what it found; zeros: no record
};

// A transaction whose records changed while they were checked is checked again so many times: each
// time somebody else's write succeeded.
constexpr int kCheckTriesMax = 1000;

}  // namespace

Result<Sequence> Database::commit(TransactionState& tx, Durability durability) {
  tx.arrange();
  GS_TRY_OK(Staging(tx).encode_edits());
  Committing committing(*this);
  for (int i = 0; i < kCheckTriesMax; ++i) {
    EarlierNames earlier_names(*this, tx);
    if (tx.whole_checks + tx.earlier_names != 0) {
      for (StagedOperation& staged : tx.operations) staged.was_checked = false;
    }
    if (tx.earlier_names != 0) GS_TRY_OK(earlier_names.remove());
    if (tx.whole_checks != 0) GS_TRY_OK(committing.check_wholes(tx));
    tx.is_stale = false;
    tx.committed = {};
    auto committed = committing.commit_checked(tx, durability);
    if (committed.ok() || !tx.is_stale) return committed;
  }
  return Error(Code::conflict, "records of the transaction changed " +
                                   std::to_string(kCheckTriesMax) +
                                   " times while they were checked. Try again");
}

Error Staging::stage_update(const Id& id, const rules::Rules* rules, const record::Encoded& delta) {
  if (rules == nullptr) return stage(Kind::update, id, delta);
  const RecordView view(delta.shape.get(), delta.bytes.data());
  GS_TRY_OK(check_delta(id, *rules, delta.shape, view));
  GS_TRY_OK(stage(Kind::update, id, delta));
  tx_.operations.back().rules = rules;
  tx_.operations.back().needs_whole_check = rules->needs_whole_check();
  if (rules->needs_whole_check()) ++tx_.whole_checks;
  if (rules->has_earlier()) ++tx_.earlier_names;
  return {};
}

// When a field is wrong, what else would be is told with it.
Error Staging::check_delta(const Id& id, const rules::Rules& rules, const record::ShapePtr& shape,
                           const RecordView& delta) const {
  schema::Functions* const functions = tx_.catalog->functions();
  std::vector<rules::Violation> found = rules.check_delta(delta, functions);
  if (found.empty()) return {};
  const Moment now = db_.moment();
  Found stored;
  if (db_.find_stored(now, id, stored)) {
    Merged merged;
    std::vector<Seen> seen;
    Merger::Written written;
    GS_TRY_OK(Merger(db_.tables_, db_.shape_cache_.get())
                  .update(current_of(stored, db_.tables_), {}, shape, delta.start(), {}, merged,
                          seen, written));
    const LiftedRecord whole(tx_.catalog.get(), merged.shape, merged.as_current().record);
    for (rules::Violation& each : rules.check_whole(whole.view(), functions)) {
      const bool is_told = std::any_of(found.begin(), found.end(),
                                       [&](const auto& told) { return told.path == each.path; });
      if (!is_told) found.push_back(std::move(each));
    }
  }
  return misfit(rules, found);
}

// Before the commit lock. Of each record only what the whole transaction makes of it counts.
Error Database::Committing::check_wholes(TransactionState& tx) const {
  std::map<Id, Made> all;
  for (const StagedOperation& staged : tx.operations) {
    if (staged.needs_whole_check) all.try_emplace(staged.id);
  }
  const Moment now = db_.moment();
  Merger merger(db_.tables_, db_.shape_cache_.get());
  std::vector<Seen> seen;
  Merger::Written written;
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < tx.operations.size(); ++i) {
    const StagedOperation& staged = tx.operations[i];
    const auto at = all.find(staged.id);
    if (at == all.end() || staged.kind == Kind::expect) continue;
    Made& made = at->second;
    if (staged.kind != Kind::update) {
      made.is_known = true;
      made.rules = nullptr;
      made.current.reset();
      if (staged.shape != nullptr) {
        made.current = Current{*staged.shape, tx.record(staged), {}};
      }
      continue;
    }
    Found found;
    if (!made.is_known) {
      made.first_update = i;
      if (db_.find_stored(now, staged.id, found)) {
        made.current = current_of(found, db_.tables_);
        made.version = version_digest(found, db_.tables_);
      }
    }
    made.is_known = true;
    if (!made.current) continue;  // the commit will say so, unless somebody puts one meanwhile
    auto merged = std::make_unique<Merged>();
    merger.rules().use(staged.rules);
    // Later than all that there is, as the commit will be.
    const LocalStamp stamp{~id::Hlc{0}, db_.writer_number_};
    GS_TRY_OK(merger.update(*made.current, tx.change(staged), *staged.shape, tx.record(staged),
                            stamp, *merged, seen, written));
    bytes += merged->image.size();
    if (bytes > kResultBytesMax) return too_many_results();
    made.current = merged->as_current();
    made.merged = std::move(merged);
    made.rules = staged.rules;
    if (staged.is_change()) {
      const RecordView change(staged.shape->get(), tx.record(staged));
      auto field = static_cast<std::uint32_t>(
          (*staged.shape)->self_describing() ? 0 : (*staged.shape)->key_fields());
      for (; field < merge::field_numbers_end(change); ++field) {
        made.changed.emplace(merge::name_of_field(change, field));
      }
    }
  }
  for (const auto& [id, made] : all) {
    if (made.rules != nullptr) {
      schema::Functions* const functions = tx.catalog->functions();
      const LiftedRecord whole(tx.catalog.get(), made.current->shape, made.current->record);
      std::vector<rules::Violation> found = made.rules->check_whole(whole.view(), functions);
      for (const std::string& field : made.changed) {
        made.rules->check_field(field, whole.view(), functions, found);
      }
      GS_TRY_OK(misfit(*made.rules, found));
    }
    if (!made.first_update) continue;
    StagedOperation& first = tx.operations[*made.first_update];
    if (first.was_checked) continue;  // the older version is the one that still has to be there
    first.version = made.version;
    first.was_checked = true;
  }
  return {};
}

// With the commit lock: no functions. The last update of each record counts.
Error Database::Committing::check_missing(const TransactionState& tx) const {
  for (std::size_t i = 0; i < tx.operations.size(); ++i) {
    const StagedOperation& staged = tx.operations[i];
    if (staged.rules == nullptr) continue;
    if (db_.scratch_->track_touched && db_.scratch_->touched.last(staged.id) != i) continue;
    const Current made = db_.scratch_->prepared[i].more->merged.as_current();
    GS_TRY_OK(misfit(*staged.rules, staged.rules->check_missing({made.shape.get(), made.record})));
  }
  return {};
}

}  // namespace gs::engine
