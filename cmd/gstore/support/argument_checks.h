// What single arguments of the command line have to be, and how wrong ones are shown.
//
// A check takes the text of an argument and says what is wrong with it; empty: nothing. No errors.
#pragma once

#include <string>
#include <string_view>

namespace gs::cli {

// Enough of a wrong argument to recognise it; the rest would bury the message.
inline constexpr std::size_t kShownCharacters = 60;

// In quotes, its end left out when it is long.
std::string shown(std::string_view text);

std::string check_change(std::string& text);
std::string check_version(std::string& text);  // it may be one
std::string check_head(std::string& text);
std::string check_digest(std::string& text);
std::string check_id(std::string& text);
std::string check_blob(std::string& text);
std::string check_directory(std::string& text);
std::string check_file(std::string& text);
std::string check_bundle(std::string& text);
std::string check_output(std::string& text);
std::string check_record_name(std::string& text);
std::string check_include(std::string& text);
std::string check_column_type(std::string& text);
std::string check_delimiter(std::string& text);

}  // namespace gs::cli
