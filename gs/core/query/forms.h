// What is said of parts of a query, where they stand in the text and where they come later.
#pragma once

#include <string_view>

namespace gs::query {

inline constexpr std::string_view kCountForm =
    "takes a whole number from 0 to 18446744073709551615";
inline constexpr std::string_view kCursorForm = "takes the cursor of an earlier result";

}  // namespace gs::query
