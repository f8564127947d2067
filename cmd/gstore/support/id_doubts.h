// What is wrong with a text that was meant to be the UUID of a record. Pure.
#pragma once

#include <string>
#include <string_view>

namespace gs::cli {

// "it has 35 characters, and an id has 36": of what looks like an id and is none. Empty: it is an
// id, or does not look like one.
std::string id_doubts(std::string_view text);

}  // namespace gs::cli
