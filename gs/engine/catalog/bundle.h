// The text of a schema: its files by name. What a directory of schemas holds, and an entry of the
// log.
//
// As text it is JSON, {"files":{"City.js":"({ ... })", ...}}, names ascending, so that the same
// files are the same bytes. Functions stay text: who uses the schema evaluates it.
//
// Names end with .js or .json and are at most 255 bytes of UTF-8 without slashes. `.types.js` and
// `.database.js` are Metaschema's own. Errors: invalid, too_large (1 MiB in all), not_found, io.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "gs/platform/file_system.h"

namespace gs::engine {

struct Bundle {
  std::map<std::string, std::string> files;

  std::string json() const;
  static Result<Bundle> parse(std::string_view json);
  // All schema files of a directory; others, and folders, are left out.
  static Result<Bundle> read(platform::FileSystem& directory);
};

}  // namespace gs::engine
