// Whether typed JavaScript goes on in the next line. Pure.
#pragma once

#include <string_view>

namespace gs::cli::shell {

// True when a brace, bracket, parenthesis, template or block comment is open at the end. What
// closes something that was never opened is finished: QuickJS says what is wrong with it.
bool is_unfinished(std::string_view source);

}  // namespace gs::cli::shell
