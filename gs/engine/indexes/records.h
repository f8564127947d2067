// From what state has of a record to its keys in one index. One thread at a time.
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
        lifter_(catalog_),
        maker_(definition) {}

  // Of the collection; state::kUnknown as long as it has no record.
  std::uint32_t collection() const { return tables_.find_collection(collection_); }
  // `out` is empty when there is no record, as behind a removal.
  void make_keys(const state::Entry& entry, const std::uint8_t* record, KeyList& out) {
    if (record == nullptr) {
      out.clear();
    } else {
      maker_.make(lifter_.lift(tables_.shape(entry.shape).shape, record), out);
    }
  }

  KeyList made;    // for who asks
  KeyList before;  // the same

 private:
  const record::CollectionId collection_;
  const state::Tables& tables_;
  const std::shared_ptr<const Catalog> catalog_;
  Lifter lifter_;
  KeyMaker maker_;
};

}  // namespace gs::engine
