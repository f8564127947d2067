// What all parts of one execution share: the database, the moment that everything is read from, the
// query, and the bounds of what it may take.
#pragma once

#include <memory>
#include <optional>

#include "gs/core/query/query.h"
#include "gs/engine/catalog/lifter.h"
#include "gs/engine/database/database.h"

namespace gs::engine {

// Smaller in tests.
struct QueryBounds {
  // Keys and places of rows that are sorted at once; groups with their values. A quarter of a GiB
  // is what a small machine can spare for one query.
  std::size_t sort_bytes = std::size_t{256} << 20;
  std::size_t group_bytes = std::size_t{256} << 20;
  // Records that the text of one row takes in by include, and the bytes of that text: what a reader
  // of the row has to hold at once.
  std::size_t included = 65'536;
  std::size_t row_bytes = std::size_t{64} << 20;
};

// Immutable while a row has it: rows keep it beyond the end of the execution.
struct QueryContext {
  std::shared_ptr<const Database> db;
  std::optional<Moment> past;  // of an earlier version, in place of what is there now
  Moment moment;
  query::Query query;
  QueryBounds bounds;
  std::optional<Buffer> after;  // the cursor's key; rows begin behind it
  mutable rules::Stops stops;   // of conversions, in matches and rows

  // As the schema of the moment reads it. The moment keeps what is not lifted.
  LiftedRecord record(const Found& found) const {
    return {moment.catalog.get(), db->tables().shape(found.entry.shape).shape, found.record,
            &stops};
  }
};

}  // namespace gs::engine
