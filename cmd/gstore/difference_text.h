// A record that differs, as diff and revert tell it, and what a revert did (docs/COMMANDS.md).
#pragma once

#include <string>

#include "cmd/gstore/session.h"
#include "globalstorage/storage.h"

namespace gs::cli {

std::string difference_json(const RecordDifference& difference);
std::string difference_line(const RecordDifference& difference);
// What concurrent writes hide, in lines. Numbered from 1 within each field, as `resolve --take`
// counts them.
void print_conflict(const Conflict& conflict, Output& out);
const char* why_word(KeptWrite::Why why) noexcept;  // "written", "removed", "erased"
// `records`: of a preview.
std::string merge_json(const MergeReport& report, bool is_preview,
                       const std::vector<RecordDifference>& records);
std::string reverted_json(const Reverted& reverted);

}  // namespace gs::cli
