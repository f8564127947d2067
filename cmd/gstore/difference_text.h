// A record that differs, as diff and revert tell it (docs/COMMANDS.md).
#pragma once

#include <string>

#include "globalstorage/storage.h"

namespace gs::cli {

std::string difference_json(const RecordDifference& difference);
std::string difference_line(const RecordDifference& difference);

}  // namespace gs::cli
