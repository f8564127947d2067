// The schema in force, as it is used.
#pragma once

#include <atomic>
#include <memory>

#include "globalstorage/error.h"
#include "gs/engine/catalog/catalog.h"

namespace gs::engine {

struct SchemaInForce {
  std::shared_ptr<const Catalog> catalog;  // with the locks of commits and versions
  std::atomic<bool> has_catalog{false};
  std::atomic<bool> is_unique{false};  // some collection has a unique index
  bool restricts = false;              // some collection does not allow all; with the commit lock
  Error error;                         // why it cannot be used; the same
};

}  // namespace gs::engine
