// From what state has of a record to its keys in one index. One thread at a time.
//
// A conversion that is stopped takes its time with each record; after Stops::kInARow of them nobody
// waits for more: the index cannot be made as long as the schema says so. Errors: too_large, which
// conversion it was.
#pragma once

#include <string>

#include "gs/engine/catalog/lifter.h"
#include "gs/engine/indexes/keys.h"
#include "gs/storage/state/state.h"

namespace gs::engine {

class Records {
 public:
  // Of records as this schema reads them; null: as they are stored. The tables outlive it.
  Records(const rules::IndexDefinition& definition, const state::Tables& tables,
          std::shared_ptr<const Catalog> catalog)
      : collection_(record::collection_id(definition.collection)),
        tables_(tables),
        catalog_(std::move(catalog)),
        lifter_(catalog_, &stops_),
        maker_(definition) {}
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;

  // Of the collection; state::kUnknown as long as it has no record.
  std::uint32_t collection() const { return tables_.find_collection(collection_); }
  // `out` is empty when there is no record, as behind a removal.
  Error make_keys(const state::Entry& entry, const std::uint8_t* record, KeyList& out) {
    out.clear();
    if (record == nullptr) return {};
    const std::uint64_t stopped = stops_.count();
    const record::RecordView read = lifter_.lift(tables_.shape(entry.shape).shape, record);
    if (stops_.gave_up()) return stops_.error();
    if (stops_.count() == stopped) {
      maker_.make(read, out);
    } else {
      out.make_irregular();
    }
    return {};
  }

  KeyList made;    // for who asks
  KeyList before;  // the same

 private:
  const record::CollectionId collection_;
  const state::Tables& tables_;
  const std::shared_ptr<const Catalog> catalog_;
  rules::Stops stops_{false};  // what is in an index must not depend on a signal
  Lifter lifter_;
  KeyMaker maker_;
};

}  // namespace gs::engine
