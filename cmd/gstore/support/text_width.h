// How many columns of a terminal a text takes. Pure, and the same whatever the locale.
#pragma once

#include <string>
#include <string_view>

namespace gs::cli {

// Of UTF-8 without control characters: marks that combine take none, wide characters of East Asia
// and most emoji two, all else one, also a byte that is no UTF-8.
std::size_t columns_of_text(std::string_view text);

// The text when it fits, else its beginning with "…" behind it: at most `columns`, at least 1.
std::string fit_to_columns(std::string_view text, std::size_t columns);

}  // namespace gs::cli
