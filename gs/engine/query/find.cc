#include "gs/engine/query/find.h"

#include "gs/base/only_handle.h"
#include "gs/core/query/cursor.h"
#include "gs/engine/query/relations.h"

namespace gs::engine {

namespace {

// An index that the query could use is built when it is not there; without it, as on a full disk or
// for a reader, the query scans.
void take_moment(const std::shared_ptr<Database>& db, QueryContext& context) {
  context.moment = context.past ? *context.past : db->moment();
  context.db = db;
  relate(context);
  if (db->read_only() || context.past) return;
  for (const IndexView::One* missing = missing_index(context); missing != nullptr;) {
    const std::shared_ptr<Index> index = missing->index;
    if (db->build_index(index->digest, Database::Waiting::no)) return;
    context.moment = db->moment();
    relate(context);
    missing = missing_index(context);
    if (missing != nullptr && missing->index == index) return;  // gone again
  }
}

}  // namespace

Result<std::unique_ptr<Find>> Find::start(const std::shared_ptr<Database>& db,
                                          std::string_view json, const QueryBounds& bounds) {
  auto context = std::make_shared<QueryContext>();
  GS_TRY(context->query, query::parse_query(json));
  context->bounds = bounds;
  auto find = std::make_unique<Find>(std::move(context));
  GS_TRY_OK(find->begin(db));
  return find;
}

Result<std::unique_ptr<Find>> Find::start(const std::shared_ptr<Database>& db,
                                          std::string_view json, const Version& version) {
  auto context = std::make_shared<QueryContext>();
  GS_TRY(context->query, query::parse_query(json));
  GS_TRY(context->past, db->moment_at(version));
  auto find = std::make_unique<Find>(std::move(context));
  GS_TRY_OK(find->begin(db));
  return find;
}

Error Find::begin(const std::shared_ptr<Database>& db) {
  const query::Query& query = context_->query;
  forget();
  if (db->is_closed()) return Error(Code::closed, "the storage is closed. Open it again");
  if (!query.cursor.empty()) {
    GS_TRY(context_->after, query::read_cursor(query.fingerprint(), query.cursor));
  }
  take_moment(db, *context_);
  GS_TRY_OK(make_plan(*context_, plan_));
  matches_.emplace(*context_, plan_.access, plan_.from);
  to_skip_ = query.offset;
  left_ = query.limit;
  if (plan_.rows == Plan::Rows::in_order) keys_.emplace(query.sort);
  if (plan_.rows == Plan::Rows::sorted) GS_TRY_OK(collect_sorted());
  if (plan_.rows == Plan::Rows::grouped) GS_TRY_OK(collect_groups());
  return {};
}

// What the execution before has left.
void Find::forget() {
  matches_.reset();
  keys_.reset();
  std::vector<RankedRow>().swap(sorted_);  // `= {}` would keep its memory
  sorted_at_ = 0;
  groups_.reset();
  returned_ = 0;
  error_ = {};
  context_->after.reset();
  context_->stops.clear();
}

bool Find::has_no_rows() const noexcept { return is_only_handle(context_); }

void Find::leave() {
  forget();
  left_ = 0;
  plan_.access.leave();
  if (!has_no_rows()) return;
  context_->moment = {};
  context_->past.reset();  // it was made for this execution
}

Error Find::collect_sorted() {
  Sorter sorter(plan_.keep, context_->bounds.sort_bytes);
  SortKeys keys(context_->query.sort);
  const auto& after = context_->after;
  while (const state::Met* const met = matches_->next()) {
    const Bytes key = keys.of(matches_->view(), met->entry->id);
    if (after && as_text(key) <= as_text(*after)) continue;
    GS_TRY_OK(sorter.add(key, [&] { return met->found(); }));
  }
  GS_TRY_OK(matches_->error());
  sorted_ = sorter.take();
  return {};
}

Error Find::collect_groups() {
  groups_ = std::make_unique<Groups>(*context_->query.group, context_->bounds.group_bytes);
  while (matches_->next() != nullptr) {
    GS_TRY_OK(groups_->add(matches_->view()));
  }
  GS_TRY_OK(matches_->error());
  groups_->start(context_->after);
  return {};
}

bool Find::next(QueryRow& out) {
  if (left_ == 0) return false;
  if (context_->stops.gave_up()) {  // in a row that was shown
    error_ = context_->stops.error();
    return false;
  }
  for (; to_skip_ > 0; --to_skip_) {
    if (!next_raw(out, false)) return false;
  }
  if (!next_raw(out, true)) return false;
  --left_;
  ++returned_;
  return true;
}

bool Find::next_raw(QueryRow& out, bool wanted) {
  switch (plan_.rows) {
    case Plan::Rows::as_found:
      return next_found(out);
    case Plan::Rows::in_order:
      return next_in_order(out);
    case Plan::Rows::sorted:
      return next_sorted(out);
    case Plan::Rows::grouped:
      break;
  }
  return next_group(out, wanted);
}

bool Find::next_found(QueryRow& out) {
  const state::Met* met = matches_->next();
  // The scan began with the cursor's own row.
  if (met != nullptr && context_->after && met->entry->id == plan_.from) met = matches_->next();
  if (met == nullptr) {
    error_ = matches_->error();
    return false;
  }
  out.found = met->found();
  const Id& id = met->entry->id;
  last_key_.assign(id.bytes.begin(), id.bytes.end());
  return true;
}

bool Find::next_in_order(QueryRow& out) {
  for (;;) {
    const state::Met* const met = matches_->next();
    if (met == nullptr) {
      error_ = matches_->error();
      return false;
    }
    const Bytes key = keys_->of(matches_->view(), met->entry->id);
    if (context_->after && as_text(key) <= as_text(*context_->after)) continue;
    out.found = met->found();
    last_key_.assign(key.begin(), key.end());
    return true;
  }
}

bool Find::next_sorted(QueryRow& out) {
  if (sorted_at_ == sorted_.size()) return false;
  const RankedRow& row = sorted_[sorted_at_++];
  out.found = row.found;
  const Bytes key = as_bytes(row.key);
  last_key_.assign(key.begin(), key.end());
  return true;
}

bool Find::next_group(QueryRow& out, bool wanted) {
  if (groups_->at_end()) return false;
  out.group_json.clear();
  if (wanted) {
    error_ = groups_->append_json(out.group_json);
    if (error_) return false;
  }
  const Bytes key = groups_->key();
  last_key_.assign(key.begin(), key.end());
  groups_->skip();
  return true;
}

Result<std::string> Find::cursor() const {
  if (returned_ == 0) return std::string();
  return query::make_cursor(context_->query.fingerprint(), last_key_);
}

std::string Find::explain() const {
  return explain_json(*context_, plan_, {matches_->examined(), matches_->matched(), returned_});
}

Result<std::uint64_t> Find::count(const std::shared_ptr<Database>& db) {
  forget();
  if (db->is_closed()) return Error(Code::closed, "the storage is closed. Open it again");
  take_moment(db, *context_);
  auto counted = count_records();
  leave();
  return counted;
}

Result<std::uint64_t> Find::count_records() {
  if (const auto counted = count_by_index(*context_)) return *counted;
  choose_access(*context_, plan_.access);
  matches_.emplace(*context_, plan_.access, Id{});
  while (matches_->next() != nullptr) {
  }
  GS_TRY_OK(matches_->error());
  return matches_->matched();
}

Result<std::uint64_t> count_matches(const std::shared_ptr<Database>& db, std::string_view json) {
  auto context = std::make_shared<QueryContext>();
  GS_TRY(context->query, query::parse_count(json));
  return Find(std::move(context)).count(db);
}

Result<std::uint64_t> count_matches(const std::shared_ptr<Database>& db, std::string_view json,
                                    const Version& version) {
  auto context = std::make_shared<QueryContext>();
  GS_TRY(context->query, query::parse_count(json));
  GS_TRY(context->past, db->moment_at(version));
  return Find(std::move(context)).count(db);
}

}  // namespace gs::engine
