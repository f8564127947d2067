// From what state has of a record to its keys in one index. One thread at a time.
#pragma once

#include <string>

#include "gs/engine/indexes/keys.h"
#include "gs/storage/state/state.h"

namespace gs::engine {

class Records {
 public:
  // Both outlive it.
  Records(const rules::IndexDefinition& definition, const state::Tables& tables)
      : collection_(record::collection_id(definition.collection)),
        tables_(tables),
        maker_(definition) {}

  // Of the collection; state::kUnknown as long as it has no record.
  std::uint32_t collection() const { return tables_.find_collection(collection_); }
  void make_keys(const record::RecordView& record, KeyList& out) { maker_.make(record, out); }
  // `out` is empty when there is no record, as behind a removal.
  void make_keys(const state::Entry& entry, const std::uint8_t* record, KeyList& out) {
    if (record == nullptr) {
      out.clear();
    } else {
      maker_.make({tables_.shape(entry.shape).shape.get(), record}, out);
    }
  }

  KeyList made;    // for who asks
  KeyList before;  // the same

 private:
  const record::CollectionId collection_;
  const state::Tables& tables_;
  KeyMaker maker_;
};

}  // namespace gs::engine
