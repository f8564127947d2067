// Which index answers a query, if any, and which records it names.
//
//   filter -> key_ranges() for each index of the collection -> the one that names the fewest
//   sort   -> an index whose order is that of the rows, when only the first few are wanted
//
// An index is used when it names a small part of the records: to find one by its id costs as much
// as to pass some in a scan.
// One thread at a time. Errors: none; an index that cannot be used is not.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "gs/engine/query/context.h"
#include "gs/engine/query/key_ranges.h"

namespace gs::engine {

// An index that the filter says something about.
struct IndexCandidate {
  const IndexView::One* one = nullptr;
  KeyRanges keys;
};

struct Access {
  enum class Kind : std::uint8_t {
    scan,     // no index
    ids,      // `ids`, ascending: a part of the records
    ordered,  // `ranges` of the index one after the other, which is the order of the query's sort
  };
  Kind kind = Kind::scan;
  std::shared_ptr<const index::Tiers> tiers;
  std::shared_ptr<const Index> index;
  KeyRanges keys;
  bool backward = false;  // of `ordered`
  // Whether every record that it names passes the filter, so that none need be asked. Else
  // everything that it names is looked at with the whole filter.
  bool is_certain = false;
  std::vector<Id> ids;
  std::vector<IndexCandidate> usable;    // of the choice alone
  std::optional<index::Cursor> chooser;  // rests until the next choice, which mostly uses it again

  // As new, with the memory that it has.
  void clear();
  // Lets go of the index, and of more memory than an ordinary query needs.
  void leave();
};

// The index that the query could use and that is not whole; null: none.
const IndexView::One* missing_index(const QueryContext& context);

// Into `access`, whatever it was.
void choose_access(const QueryContext& context, Access& access);

// How many records pass, told by an index alone; nullopt: none can.
std::optional<std::uint64_t> count_by_index(const QueryContext& context);

}  // namespace gs::engine
