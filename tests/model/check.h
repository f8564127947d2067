// What a storage should hold, and looking whether it does, by every way there is to read it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "globalstorage/storage.h"
#include "tests/model/values.h"

namespace gs::model {

// One version of one record. `bytes` and `version` are what the storage said just after the
// commit; the content was compared then, so from then on bytes are enough.
struct Version {
  std::string collection;
  std::string key;
  Object fields;
  Buffer bytes;
  Digest version;
};
using Content = std::shared_ptr<const Version>;
using Contents = std::map<Id, Content>;

// Each returns what differs, or nothing.
std::string differs(const Record& record, const Id& id, const Version& expected);
std::string differs(Storage& db, const Contents& expected);  // everything, each way
std::string differs(const Snapshot& snapshot, Storage& db, const Contents& expected);
// A scan in random bounds, through `snapshot` when there is one.
std::string scan_differs(Storage& db, const Snapshot* snapshot, const Contents& expected,
                         Chance& chance);

}  // namespace gs::model
