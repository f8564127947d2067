// A record that differs, as diff and revert tell it, and what a revert did (docs/COMMANDS.md).
#pragma once

#include <string>

#include "globalstorage/storage.h"

namespace gs::cli {

std::string difference_json(const RecordDifference& difference);
std::string difference_line(const RecordDifference& difference);
const char* why_word(KeptWrite::Why why) noexcept;  // "written", "removed", "erased"
std::string reverted_json(const Reverted& reverted);

}  // namespace gs::cli
