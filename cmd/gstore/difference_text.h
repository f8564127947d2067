// A record that differs, as diff and revert tell it to people (docs/COMMANDS.md).
#pragma once

#include <string>

#include "cmd/gstore/session.h"
#include "globalstorage/storage.h"

namespace gs::cli {

// A line about the record, then one for each hunk of texts that are not short; without the last
// line break.
std::string difference_text(const RecordDifference& difference, bool colours);
// What concurrent writes hide, in lines. Numbered from 1 within each field, as `resolve --take`
// counts them.
void print_conflict(const Conflict& conflict, Output& out);

}  // namespace gs::cli
