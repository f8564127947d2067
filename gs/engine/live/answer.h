// The answer to a live query as it stands, and how it becomes the next one.
//
// An answer keeps the order of its rows, not the rows: what a record was is read from the moment
// before, what it is now from the moment now. So a change costs two lookups and some steps in an
// ordered set. One thread at a time. Errors: damaged (then the answer is of no use any more),
// too_large (bounds of the query).
#pragma once

#include <memory>
#include <vector>

#include "gs/engine/live/window.h"
#include "gs/engine/query/find.h"

namespace gs::engine {

// One step (window.h) with what the row shows.
struct LiveDelta {
  Step::Kind kind = Step::Kind::changed;
  std::size_t from = 0;
  std::size_t at = 0;
  Id id;         // of a record
  QueryRow row;  // as it is now; of a removed group as it was, of a removed record empty
};
using LiveDeltas = std::vector<LiveDelta>;

class LiveAnswer {
 public:
  virtual ~LiveAnswer() = default;

  // The first answer.
  virtual Error fill(const QueryContext& now) = 0;
  // Whether a change of this record, of whatever collection, may show in a row that includes it.
  virtual bool includes(const Id& id) const noexcept = 0;
  // What follows from changes of these records between two moments: `ids` of those that the query
  // is about, in their order and each once; `included` of those that rows include.
  virtual Result<LiveDeltas> follow(const QueryContext& before, const QueryContext& now,
                                    const std::vector<Id>& ids,
                                    const std::vector<Id>& included) = 0;
  // The same when nobody knows which records changed: everything is looked at again.
  virtual Result<LiveDeltas> replace(const QueryContext& before, const QueryContext& now) = 0;

  virtual std::size_t size() const noexcept = 0;  // rows
  virtual Error row(const QueryContext& now, std::size_t place, QueryRow& out) const = 0;

  // Of rows that were looked at to tell whether they show something else: what a look costs.
  std::uint64_t compared_bytes() const noexcept { return compared_bytes_; }

 protected:
  std::uint64_t compared_bytes_ = 0;
};

std::unique_ptr<LiveAnswer> make_live_rows(std::shared_ptr<const query::Query> query,
                                           const QueryBounds& bounds);
std::unique_ptr<LiveAnswer> make_live_groups(std::shared_ptr<const query::Query> query,
                                             const QueryBounds& bounds);

// What was taken in is not what is to be taken out: a conversion of the schema gave something else
// the second time. Going on would show what is not so.
Error read_otherwise();

// A live record of the context's moment. Errors: damaged.
Result<std::optional<Found>> find_live_record(const QueryContext& context, const Id& id);

}  // namespace gs::engine
