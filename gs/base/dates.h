// Dates as people and programs write them, ISO 8601 and RFC 3339, as the engine takes them. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gs {

// For messages about a text that is none of them.
inline constexpr std::string_view kDateForms =
    "2026-11-23, 2026-11-23T08:30, 2026-11-23T08:30:00.000Z or 2026-11-23T08:30:00+02:00";

// Milliseconds since 1970. A day alone is its midnight, a time without a zone is UTC; digits behind
// milliseconds are cut off. The years are 0 to 9999, or with a sign and 6 to 9 digits.
std::optional<std::int64_t> parse_date(std::string_view text);

// As Date.prototype.toISOString prints it: 2026-11-23T08:30:00.000Z.
std::string date_text(std::int64_t time_ms);
// Times of changes, which have no sign and are far below 2^63.
inline std::string time_text(std::uint64_t time_ms) {
  return date_text(static_cast<std::int64_t>(time_ms));
}

}  // namespace gs
