// JSON as JavaScript's JSON.stringify wrote it, made ready for the engine. Pure, no recursion, safe
// on any bytes: malformed text stays malformed, and record::check_json() tells.
#pragma once

#include <string>
#include <string_view>

namespace gs::cli {

// Without white space between tokens: what JSON.stringify writes of what JSON.parse read.
std::string without_blanks(std::string_view json);

// JavaScript knows no forms such as {"$date":".."}: an object that looks like one is wrapped as
// {"$literal":..}, so that it is stored as the object that it is. The outermost one of a record is
// never taken for a form, and left as it is.
enum class Outermost { record, value };
std::string without_forms(std::string_view json, Outermost outermost = Outermost::record);

}  // namespace gs::cli
