// What somebody may want who imports CSV that the schema refuses.
#pragma once

#include <string>
#include <string_view>

#include "cmd/gstore/arguments.h"

namespace gs::cli {

// The --type options for columns that stay texts without one, while the schema takes none there:
// what to append to this message about a record. Empty: the message names no such column.
std::string csv_type_hint(const Arguments& arguments, std::string_view message);

}  // namespace gs::cli
