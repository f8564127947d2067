// Which foreign key a JSON value makes: the one place where values become keys.
//
// A text is its own key, an integer the key of its decimal digits; so 42, {"$int":"42"} and "42"
// name one record. Nothing else makes a key: 1.0 and 1e0 are the same number and two texts. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gs::cli {

// `value`: the text of one JSON value. Empty: it makes no key.
std::optional<std::string> key_text(std::string_view value);

}  // namespace gs::cli
