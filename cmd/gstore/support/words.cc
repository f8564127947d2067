// Formatting for people.
#include "cmd/gstore/support/words.h"

#include <algorithm>
#include <cstdio>

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

std::string utc_text(std::uint64_t time_ms) {
  // Days to civil date: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2014.
  const std::uint64_t days = time_ms / 86'400'000 + 719'468;
  const std::uint64_t era = days / 146'097;
  const std::uint64_t day_of_era = days % 146'097;
  const std::uint64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::uint64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::uint64_t march_month = (5 * day_of_year + 2) / 153;
  const std::uint64_t day = day_of_year - (153 * march_month + 2) / 5 + 1;
  const std::uint64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
  const std::uint64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);
  const std::uint64_t ms = time_ms % 86'400'000;
  char text[64];
  std::snprintf(
      text, sizeof text, "%04llu-%02llu-%02lluT%02llu:%02llu:%02llu.%03lluZ",
      static_cast<unsigned long long>(year), static_cast<unsigned long long>(month),
      static_cast<unsigned long long>(day), static_cast<unsigned long long>(ms / 3'600'000),
      static_cast<unsigned long long>(ms / 60'000 % 60),
      static_cast<unsigned long long>(ms / 1000 % 60), static_cast<unsigned long long>(ms % 1000));
  return text;
}

std::string count_text(std::uint64_t count, std::string_view one, std::string_view many) {
  return with_commas(count) + ' ' + std::string(count == 1 ? one : many);
}

}  // namespace gs::cli
