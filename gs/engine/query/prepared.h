// A query that is read once and executed many times, each time with other values of its parameters.
//
//   make(json) -> start(db, values) -> Find, as of the text with the values in it
//
// Every execution takes its own moment and chooses its own index: another schema, or values that
// another index is better for, need nothing here. What is saved is the reading of the text and
// memory: an execution whose rows are gone leaves its own to the next one.
//
// One thread at a time; what it started belongs to whoever has it. Errors: invalid, too_large.
#pragma once

#include <array>

#include "gs/engine/query/find.h"

namespace gs::engine {

class Prepared {
 public:
  static Result<std::unique_ptr<Prepared>> make(std::string_view json,
                                                const QueryBounds& bounds = {});

  // Names of the parameters; values come in this order.
  const std::vector<std::string>& parameters() const noexcept { return query_.parameters; }
  Result<std::vector<Value>> values_by_name(const Object& named) const {
    return query::values_by_name(query_, named);
  }

  Result<std::shared_ptr<Find>> start(const std::shared_ptr<Database>& db,
                                      std::span<const Value> values);
  // The query has nothing but a collection and a filter.
  Result<std::uint64_t> count(const std::shared_ptr<Database>& db, std::span<const Value> values);

 private:
  Prepared(query::Query query, const QueryBounds& bounds)
      : query_(std::move(query)), bounds_(bounds) {}
  Result<std::shared_ptr<Find>> bound(std::span<const Value> values);

  // One whose row somebody still looks at, and one for the next execution.
  static constexpr std::size_t kExecutions = 2;

  const query::Query query_;  // as it was read
  const QueryBounds bounds_;
  std::array<std::shared_ptr<Find>, kExecutions> executions_;
};

}  // namespace gs::engine
