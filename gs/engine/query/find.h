// One execution of a query: from its text to its rows.
//
//   parse (gs/core/query) -> make_plan, choose_access -> Matches
//     -> rows as they come, Sorter or Groups -> rows
//
// start() takes the moment and does everything that must be done before the first row: nothing for
// rows in the order of ids, the whole scan for sorted rows and groups. One thread at a time.
// Errors: invalid, too_large; damaged when the scan was cut short: rows that came before are right.
#pragma once

#include <memory>
#include <string_view>

#include "gs/engine/query/groups.h"
#include "gs/engine/query/matches.h"
#include "gs/engine/query/plan.h"
#include "gs/engine/query/sorter.h"

namespace gs::engine {

struct QueryRow {
  Found found;             // of a record
  std::string group_json;  // of a group, else empty
};

class Find {
 public:
  static Result<std::unique_ptr<Find>> start(const std::shared_ptr<Database>& db,
                                             std::string_view json, const QueryBounds& bounds = {});
  // Of an earlier version.
  static Result<std::unique_ptr<Find>> start(const std::shared_ptr<Database>& db,
                                             std::string_view json, const Version& version);
  // Of a context that has its query and bounds: begin() does what start() does, once or again, in
  // the memory of the execution before.
  explicit Find(std::shared_ptr<QueryContext> context) : context_(std::move(context)) {}
  Error begin(const std::shared_ptr<Database>& db);
  // In place of begin(): how many records pass. The query has only a collection and a filter.
  Result<std::uint64_t> count(const std::shared_ptr<Database>& db);
  // Lets go of the moment that it reads from, unless rows still have it.
  void leave();
  bool has_moment() const noexcept { return context_->moment.version != nullptr; }
  // Whether no row of it is left; then the query may change before the next begin() or count().
  bool has_no_rows() const noexcept;
  query::Query& query() noexcept { return context_->query; }
  // False at the end; whoever needs all rows looks at error() then.
  bool next(QueryRow& out);
  Error error() const { return error_.copy(); }
  // Behind the last row that next() gave; empty when it gave none.
  Result<std::string> cursor() const;

  std::shared_ptr<const QueryContext> context() const noexcept { return context_; }
  const QueryContext* context_of_rows() const noexcept { return context_.get(); }
  // Steps and counts so far.
  std::string explain() const;

 private:
  void forget();
  Error collect_sorted();
  Error collect_groups();
  Result<std::uint64_t> count_records();
  // Without offset and limit; the text of a group only when it is wanted.
  bool next_raw(QueryRow& out, bool wanted);
  bool next_found(QueryRow& out);
  bool next_in_order(QueryRow& out);
  bool next_sorted(QueryRow& out);
  bool next_group(QueryRow& out, bool wanted);

  std::shared_ptr<QueryContext> context_;
  Plan plan_;
  std::optional<Matches> matches_;
  std::optional<SortKeys> keys_;  // of rows that come in the order of the sort
  std::vector<RankedRow> sorted_;
  std::size_t sorted_at_ = 0;
  std::unique_ptr<Groups> groups_;
  std::uint64_t to_skip_ = 0;  // of the offset
  std::uint64_t left_ = 0;     // of the limit
  std::uint64_t returned_ = 0;
  Buffer last_key_;  // of the last row
  Error error_;
};

// How many records pass the filter of a query with nothing but a collection and a filter.
Result<std::uint64_t> count_matches(const std::shared_ptr<Database>& db, std::string_view json);
Result<std::uint64_t> count_matches(const std::shared_ptr<Database>& db, std::string_view json,
                                    const Version& version);

}  // namespace gs::engine
