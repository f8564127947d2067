// Values of JavaScript as a person reads them. Pure.
#pragma once

#include <string>

#include "cmd/gstore/support/table.h"
#include "gs/core/schema/js_value.h"

namespace gs::cli::shell {

// As JavaScript writes them; on one line when that fits into `width` (0: 80 columns), else a line
// for each member. Control characters of texts are escaped.
std::string pretty(const schema::JsValue& value, std::size_t width);

// Objects as rows, with a column for each of their members, in the order of appearance.
Table to_table(const std::vector<schema::JsValue>& objects);

// What print() shows: texts as they are, other values pretty, with blanks between.
std::string printed(const std::vector<schema::JsValue>& values, std::size_t width);

}  // namespace gs::cli::shell
