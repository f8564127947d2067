// Texts, and what differs in them, as people read them: short, however long the texts are
// (docs/COMMANDS.md, "gstore diff"). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "globalstorage/history.h"

namespace gs::cli {

// A line for each hunk: "@@ -120,5 +120,4 @@ …the [-quick-]{+slow+} fox…", where it is and how many
// characters, before and after, what is removed and inserted, and a little of what is around it,
// but nothing of other hunks. Control characters, quotes and backslashes are escaped as in JSON.
std::vector<std::string> hunk_lines(const FieldDifference& field, bool colours);

// JSON of a value as it is, but of a long text only its ends, and how long it is.
std::string short_value(std::string_view json);

}  // namespace gs::cli
