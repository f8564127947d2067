// What a database is opened with.
#pragma once

#include <memory>

#include "globalstorage/options.h"
#include "gs/core/graph/change.h"
#include "gs/core/merge/image.h"
#include "gs/engine/indexes/table_index.h"
#include "gs/platform/environment.h"
#include "gs/storage/state/references.h"
#include "gs/storage/state/tables.h"

namespace gs::engine {

// `hold` keeps whatever the environment points to alive.
struct DatabaseSetup {
  platform::Environment env;
  std::shared_ptr<void> hold;
  Options options;
  // A change closes when it gets here. Smaller in simulations, so that few operations make many
  // changes and segments.
  std::size_t change_bytes = graph::kChangeBytesTarget;
  // Payloads of a record that one transaction erases, 100 bytes of memory for each; a record with
  // more versions takes several. With the longest reason they still fit into one transaction.
  std::size_t erased_at_once = std::size_t{1} << 15;
  // Shapes, writers and collections that the tables have numbers for, of each. Smaller in tests.
  std::size_t numbers_max = state::kNumbersMax;
  // Memory for the keys that one table has in one index. Smaller in tests.
  std::size_t table_keys_bytes_max = kTableKeysBytesMax;
  // Of what others wrote, the image that a record may get. Smaller in tests.
  std::size_t image_bytes_max = merge::kImageBytesMax;
  // Of all names of versions. Smaller in tests.
  std::size_t references_bytes_max = state::References::kBytesMax;
};

}  // namespace gs::engine
