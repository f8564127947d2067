// Queries: rows in the hands of programs.

#include <utility>

#include "gs/api/handle.h"
#include "gs/base/check.h"
#include "gs/engine/query/prepared.h"
#include "gs/engine/query/presenter.h"

namespace gs {

// --- Row ---

Row::Row() = default;
Row::~Row() = default;
Row::Row(Row&&) noexcept = default;
Row& Row::operator=(Row&&) noexcept = default;
Row::Row(const Row&) = default;
Row& Row::operator=(const Row&) = default;

bool Row::is_record() const noexcept { return record_.has_value(); }

const Record& Row::record() const noexcept {
  GS_CHECK(is_record());
  return *record_;
}

Error Row::append_json(std::string& out) const {
  if (record_) return engine::append_row_json(*context_, record_->hold_->view(), out);
  out += group_json_;
  return {};
}

Result<std::string> Row::json() const {
  std::string out;
  GS_TRY_OK(append_json(out));
  return out;
}

// --- Rows ---

Rows::Rows() = default;
Rows::~Rows() {
  if (find_ != nullptr) find_->leave();  // a prepared query keeps it for the next execution
}
Rows::Rows(Rows&&) noexcept = default;
Rows& Rows::operator=(Rows&& other) noexcept {
  if (this == &other) return *this;
  if (find_ != nullptr) find_->leave();
  find_ = std::move(other.find_);
  return *this;
}

bool Rows::next(Row& out) {
  engine::QueryRow row;
  if (find_ == nullptr || !find_->next(row)) return false;
  const engine::QueryContext& context = *find_->context_of_rows();
  if (out.context_.get() != &context) out.context_ = find_->context();
  out.group_json_ = std::move(row.group_json);
  if (context.query.group) {
    out.record_.reset();
    return true;
  }
  if (!out.record_) out.record_.emplace();
  context.db->hold(context.moment, row.found, out.record_->hold_);
  return true;
}

Error Rows::error() const { return find_ == nullptr ? Error() : find_->error(); }

Result<std::string> Rows::cursor() const {
  return find_ == nullptr ? Result<std::string>(std::string()) : find_->cursor();
}

namespace {

Result<std::string> explain_all(engine::Find& find) {
  engine::QueryRow row;
  while (find.next(row)) {
  }
  GS_TRY_OK(find.error());
  return find.explain();
}

}  // namespace

// --- PreparedQuery ---

PreparedQuery::PreparedQuery() = default;
PreparedQuery::~PreparedQuery() = default;
PreparedQuery::PreparedQuery(PreparedQuery&&) noexcept = default;
PreparedQuery& PreparedQuery::operator=(PreparedQuery&&) noexcept = default;

const std::vector<std::string>& PreparedQuery::parameters() const noexcept {
  static const std::vector<std::string> none;
  return prepared_ == nullptr ? none : prepared_->parameters();
}

namespace {

Error not_prepared() {
  return Error(Code::invalid, "no query was prepared. Call Storage::prepare");
}

}  // namespace

Result<Rows> PreparedQuery::find(std::span<const Value> values) {
  if (prepared_ == nullptr) return not_prepared();
  Rows rows;
  GS_TRY(rows.find_, prepared_->start(database_, values));
  return rows;
}

Result<std::uint64_t> PreparedQuery::count(std::span<const Value> values) {
  if (prepared_ == nullptr) return not_prepared();
  return prepared_->count(database_, values);
}

Result<std::string> PreparedQuery::explain(std::span<const Value> values) {
  if (prepared_ == nullptr) return not_prepared();
  GS_TRY(const std::shared_ptr<engine::Find> find, prepared_->start(database_, values));
  auto told = explain_all(*find);
  find->leave();
  return told;
}

Result<Rows> PreparedQuery::find(const Object& values) {
  if (prepared_ == nullptr) return not_prepared();
  GS_TRY(const std::vector<Value> ordered, prepared_->values_by_name(values));
  return find(ordered);
}

Result<std::uint64_t> PreparedQuery::count(const Object& values) {
  if (prepared_ == nullptr) return not_prepared();
  GS_TRY(const std::vector<Value> ordered, prepared_->values_by_name(values));
  return count(ordered);
}

Result<std::string> PreparedQuery::explain(const Object& values) {
  if (prepared_ == nullptr) return not_prepared();
  GS_TRY(const std::vector<Value> ordered, prepared_->values_by_name(values));
  return explain(ordered);
}

// --- Storage ---

Result<Rows> Storage::find(std::string_view query_json) const {
  Rows rows;
  GS_TRY(rows.find_, engine::Find::start(database(), query_json));
  return rows;
}

Result<std::uint64_t> Storage::count(std::string_view query_json) const {
  return engine::count_matches(database(), query_json);
}

Result<std::string> Storage::explain(std::string_view query_json) const {
  GS_TRY(const std::unique_ptr<engine::Find> find, engine::Find::start(database(), query_json));
  return explain_all(*find);
}

Result<Rows> Storage::find(std::string_view query_json, const Version& version) const {
  Rows rows;
  GS_TRY(rows.find_, engine::Find::start(database(), query_json, version));
  return rows;
}

Result<std::uint64_t> Storage::count(std::string_view query_json, const Version& version) const {
  return engine::count_matches(database(), query_json, version);
}

Result<std::string> Storage::explain(std::string_view query_json, const Version& version) const {
  GS_TRY(const std::unique_ptr<engine::Find> find,
         engine::Find::start(database(), query_json, version));
  return explain_all(*find);
}

Result<PreparedQuery> Storage::prepare(std::string_view query_json) const {
  PreparedQuery query;
  GS_TRY(query.prepared_, engine::Prepared::make(query_json));
  query.database_ = database();
  return query;
}

}  // namespace gs
