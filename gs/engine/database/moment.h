// What is read from: a moment of the storage, and a record that was found in it.
#pragma once

#include <memory>

#include "gs/engine/catalog/catalog.h"
#include "gs/engine/database/apply.h"
#include "gs/engine/indexes/index_view.h"

namespace gs::engine {

class Database;

// A moment to read from: everything with sequence <= at in this version, as the schema that was in
// force reads it.
struct Moment {
  std::shared_ptr<const state::Version> version;
  Sequence at = 0;
  std::shared_ptr<const IndexView> indexes;          // of the version
  std::shared_ptr<const Catalog> catalog = nullptr;  // null: no schema
  std::uint64_t published = 0;                       // how often these were changed before
};

// A record found in a moment, kept readable.
struct RecordHold {
  std::shared_ptr<const Database> db;
  std::shared_ptr<const state::Version> version;
  std::shared_ptr<const Buffer> owned;  // bytes of records that were rebuilt or lifted
  record::ShapePtr owned_shape;
  Found found;
  Digest version_digest;  // of rebuilt records
  const record::Shape* shape = nullptr;
  record::RecordView view() const noexcept { return {shape, found.record}; }
};

// The same moment of what is in the log alone.
Moment without_unlogged(Moment moment);

}  // namespace gs::engine
