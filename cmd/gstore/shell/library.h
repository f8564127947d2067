// The source of `db`, library.js: a function of the host's functions that makes it.
#pragma once

#include <string_view>

namespace gs::cli::shell {

// Its value is an object of three functions, `table`, `js` and `json`: what the shell prints in
// that mode of a value. Each gives {kind, ..}: "nothing"; "lines" with `lines`; "table" with `rows`
// and `count` (-1: there are more); "value" with `value`, and with `more` when it has more rows.
extern const std::string_view kLibrary;

}  // namespace gs::cli::shell
