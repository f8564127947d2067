// Formatting for people.
#include "cmd/gstore/support/words.h"

#include <algorithm>
#include <cstdio>

#include "cmd/gstore/support/json_text.h"

namespace gs::cli {

std::string with_commas(std::uint64_t value) {
  std::string text = std::to_string(value);
  for (std::size_t at = text.size(); at > 3;) text.insert(at -= 3, 1, ',');
  return text;
}

std::string size_text(std::uint64_t bytes) {
  static constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return std::to_string(bytes) + " B";
  double size = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  while (size >= 1024) {
    size /= 1024;
    ++unit;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.1f %s", size, kUnits[unit]);
  return text;
}

std::string duration_text(double seconds) {
  constexpr double kLongest = 999.0 * 3600;  // keeps the width; nobody waits that long
  const auto whole = static_cast<unsigned>(std::clamp(seconds, 0.0, kLongest));
  char text[32];
  std::snprintf(text, sizeof text, "%u:%02u:%02u", whole / 3600, whole / 60 % 60, whole % 60);
  return text;
}

std::string count_text(std::uint64_t count, std::string_view one, std::string_view many) {
  return with_commas(count) + ' ' + std::string(count == 1 ? one : many);
}

std::string one_line(std::string_view text) {
  std::string out = valid_utf8(text);
  for (std::size_t at = 0; at < out.size(); ++at) {
    const auto byte = static_cast<unsigned char>(out[at]);
    if (byte < 0x20 || byte == 0x7f) out[at] = ' ';
    if (byte != 0xc2 || at + 1 == out.size()) continue;
    if (static_cast<unsigned char>(out[at + 1]) < 0xa0) out[at] = out[at + 1] = ' ';  // U+0080 on
  }
  return out;
}

std::string message_lines(std::string_view text) {
  constexpr std::string_view kBreak = "\n  ";
  std::string out;
  while (true) {
    const std::size_t end = text.find(kBreak);
    out += one_line(text.substr(0, end));
    if (end == std::string_view::npos) return out;
    out += kBreak;
    text.remove_prefix(end + kBreak.size());
  }
}

}  // namespace gs::cli
