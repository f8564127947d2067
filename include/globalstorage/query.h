// What queries give (docs/QUERY.md): rows, and queries that are read once and executed many times.
//
// Threads: one at a time for each; rows may go to others. Errors: those of Storage::find
// (storage.h).
#pragma once

#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "globalstorage/record.h"

namespace gs {

namespace engine {
class Find;
class Prepared;
struct QueryContext;
}  // namespace engine

// One row of a query's result: a record, or a group. Stays readable on its own.
class Row {
 public:
  Row();
  ~Row();
  Row(Row&&) noexcept;
  Row& operator=(Row&&) noexcept;
  Row(const Row&);
  Row& operator=(const Row&);

  bool is_record() const noexcept;
  // The whole record, whatever the query selects. Not of a group: look at is_record() first.
  const Record& record() const noexcept;
  // One line: what the query selects, with the records that it includes; of a group its values.
  // Errors: damaged (a record to include cannot be told), too_large (docs/QUERY.md, "Limits").
  Result<std::string> json() const;
  Error append_json(std::string& out) const;  // after an error nothing was appended

 private:
  friend class Rows;
  friend class LiveQuery;
  std::shared_ptr<const engine::QueryContext> context_;
  std::optional<Record> record_;
  std::string group_json_;
};

// The rows of a query, in its order; all from the moment in which Storage::find was called.
class Rows {
 public:
  Rows();
  ~Rows();
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) noexcept;  // lets go of what it had, like ~Rows

  // False at the end, which may be damage: whoever needs all rows looks at error() then.
  bool next(Row& out);
  // `damaged` when that ended the rows: what came before is right. None at the real end.
  Error error() const;
  // A text for the query's `cursor`, to go on behind the last row that next() gave; empty before
  // the first one. Errors: too_large (values of the sort fields that are too long for one).
  Result<std::string> cursor() const;

 private:
  friend class Storage;
  friend class PreparedQuery;
  std::shared_ptr<engine::Find> find_;
};

// A query that is read once and executed many times: {"$param":"name"} stands for a value that each
// execution gives (docs/QUERY.md, "Parameters"). Rows are those of the text with the values in it,
// from the moment of the execution. One thread at a time; rows may go to others. It does not keep
// the storage open. Errors: those of Storage::find; closed; invalid for values that are missing,
// too many or unknown; too_large.
class PreparedQuery {
 public:
  PreparedQuery();
  ~PreparedQuery();
  PreparedQuery(PreparedQuery&&) noexcept;
  PreparedQuery& operator=(PreparedQuery&&) noexcept;

  // Names of the parameters, each once, in the order in which the text has them.
  const std::vector<std::string>& parameters() const noexcept;

  // Values in that order.
  Result<Rows> find(std::span<const Value> values);
  Result<std::uint64_t> count(std::span<const Value> values);
  Result<std::string> explain(std::span<const Value> values);
  // Of a query without parameters.
  Result<Rows> find() { return find(std::span<const Value>()); }
  Result<std::uint64_t> count() { return count(std::span<const Value>()); }
  Result<std::string> explain() { return explain(std::span<const Value>()); }
  // Values by name.
  Result<Rows> find(const Object& values);
  Result<std::uint64_t> count(const Object& values);
  Result<std::string> explain(const Object& values);

 private:
  friend class Storage;
  std::shared_ptr<engine::Database> database_;
  std::unique_ptr<engine::Prepared> prepared_;
};

}  // namespace gs
