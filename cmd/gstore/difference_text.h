// A record that differs, as diff and revert tell it, and what a revert did (docs/COMMANDS.md).
#pragma once

#include <string>

#include "cmd/gstore/session.h"
#include "globalstorage/storage.h"

namespace gs::cli {

std::string difference_json(const RecordDifference& difference);
// A line about the record, then one for each hunk of texts that are not short; without the last
// line break.
std::string difference_text(const RecordDifference& difference, bool colours);
// What concurrent writes hide, in lines. Numbered from 1 within each field, as `resolve --take`
// counts them.
void print_conflict(const Conflict& conflict, Output& out);
const char* why_word(KeptWrite::Why why) noexcept;  // "written", "removed", "erased"
// `records`: of a preview.
std::string merge_json(const MergeReport& report, bool is_preview,
                       const std::vector<RecordDifference>& records);
std::string reverted_json(const Reverted& reverted);

}  // namespace gs::cli
