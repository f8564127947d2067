// Numbers, sizes and times as people read them. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace gs::cli {

std::string with_commas(std::uint64_t value);  // 171,075
std::string size_text(std::uint64_t bytes);    // 812 B, 1.2 KiB, 20.9 MiB
std::string duration_text(double seconds);     // 0:00:07
std::string count_text(std::uint64_t count, std::string_view one, std::string_view many);
// What somebody else wrote, a name or a message that quotes it, as a part of one line: control
// characters are blanks, so that it cannot begin a line of its own or command the terminal.
std::string one_line(std::string_view text);
// The same of a message that lists things: a line break before two blanks stays one, as a line that
// is set in cannot pass for another message.
std::string message_lines(std::string_view text);

}  // namespace gs::cli
