// What the schema in force says about operations: the catalog, and the checks of what is staged.

#include "gs/engine/database/commit_scratch.h"
#include "gs/engine/database/committing.h"
#include "gs/engine/database/misfit.h"
#include "gs/engine/database/unlogged_rows.h"

namespace gs::engine {

namespace {

Error not_allowed(const rules::Rules& rules) {
  const bool appends = rules.allow() == rules::Allow::append;
  return Error(Code::read_only, "the schema of " + rules.collection() + " allows to " +
                                    (appends ? "append records, not to change or remove them. "
                                               "Insert another record instead"
                                             : "read records only. Change `allow` to write there"));
}

}  // namespace

Error misfit(const rules::Rules& rules, const std::vector<rules::Violation>& found) {
  if (found.empty()) return {};
  constexpr std::size_t kShownMax = 20;  // violations in a message
  std::string text = "the record does not fit the schema of " + rules.collection();
  for (std::size_t i = 0; i < found.size() && i < kShownMax; ++i) {
    text += "\n  " + found[i].text();
  }
  if (found.size() > kShownMax) {
    text += "\n  and " + std::to_string(found.size() - kShownMax) + " more";
  }
  return Error(Code::invalid, text);
}

std::shared_ptr<const Catalog> Database::catalog() const {
  const std::lock_guard lock(version_mutex_);
  return schema_.catalog;
}

// Under the commit lock, or while nobody else is there.
Error Database::use_schema() {
  const state::SchemaEntry& entry = applier_.schema();
  std::shared_ptr<const Catalog> made;
  if (entry.is_there()) {
    auto compiled = Catalog::compile(entry.source, env_.clock, options_.stop);
    if (!compiled.ok()) return std::move(compiled).error().in("the schema in force");
    made = std::move(*compiled);
  }
  publish_catalog(std::move(made));
  return {};
}

void Database::publish_catalog(std::shared_ptr<const Catalog> catalog) {
  unlogged_.collections.clear();
  if (catalog != nullptr) {
    for (const auto& rules : catalog->collections()) {
      if (rules->in_memory()) unlogged_.collections.insert(rules->collection());
    }
  }
  std::shared_ptr<const state::Version> version = UnloggedRows(*this).version_for_schema();
  applier_.attach(version);
  // All at once: who reads through an index reads records as the same schema does.
  const std::lock_guard lock(version_mutex_);
  index_view_ = followed(index_view_, *version);
  version_.swap(version);
  index_view_ = indexes_of(catalog);
  schema_.catalog = std::move(catalog);
  published_.fetch_add(1, std::memory_order_release);
  schema_.has_catalog = schema_.catalog != nullptr;
  schema_.restricts = false;
  schema_.is_unique = false;
  if (schema_.catalog == nullptr) return;
  for (const auto& rules : schema_.catalog->collections()) {
    schema_.restricts = schema_.restricts || rules->allow() != rules::Allow::write;
    schema_.is_unique =
        schema_.is_unique || std::any_of(rules->indexes().begin(), rules->indexes().end(),
                                         [](const auto& i) { return i.unique; });
  }
}

const rules::Rules* Database::rules_of(const TransactionState& tx,
                                       std::string_view collection) const {
  return tx.catalog == nullptr ? nullptr : tx.catalog->find(collection);
}

Error Database::check_record(TransactionState& tx, const rules::Rules* rules,
                             const record::Encoded& encoded) const {
  if (rules == nullptr) return {};
  if (rules->allow() == rules::Allow::read) return not_allowed(*rules);
  if (tx.plan == nullptr || tx.plan->shape() != encoded.shape || tx.plan_of != rules) {
    tx.plan = rules->plan(encoded.shape);
    tx.plan_of = rules;
  }
  const record::RecordView record(encoded.shape.get(), encoded.bytes.data());
  schema::Functions* const functions = tx.catalog->functions();
  if (rules->accepts(*tx.plan, record, functions)) return {};
  return misfit(*rules, rules->check(record, functions));
}

// Of an operation that finds a record of this shape.
Error Database::Committing::check_allowed(const record::Shape& shape) const {
  if (!db_.schema_.restricts) return {};
  const rules::Rules* const rules = db_.schema_.catalog->find(shape.collection());
  if (rules == nullptr || rules->allow() == rules::Allow::write) return {};
  return not_allowed(*rules);
}

}  // namespace gs::engine
