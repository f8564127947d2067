// The calendar behind dates. Days to civil date and back: Howard Hinnant, "chrono-Compatible
// Low-Level Date Algorithms", 2014.
#include "gs/base/dates.h"

#include <cstdio>

#include "gs/base/digit.h"

namespace gs {
namespace {

using WideMs = __int128;  // the largest years in milliseconds pass 64 bits

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::int64_t kMinuteMs = 60'000;
constexpr std::size_t kYearDigits = 4;
constexpr std::size_t kLongYearDigitsMin = 6;
constexpr std::size_t kLongYearDigitsMax = 9;  // 2^63 ms are 292 million years
constexpr std::size_t kFractionDigitsMax = 9;  // nanoseconds

struct Day {
  std::int64_t year = 0;
  std::int64_t month = 0;  // 1..12
  std::int64_t day = 0;    // 1..31
};

std::int64_t days_of(const Day& date) {
  const std::int64_t year = date.month <= 2 ? date.year - 1 : date.year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * ((date.month + 9) % 12) + 2) / 5 + date.day - 1;
  return era * 146'097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719'468;
}

Day day_of(std::int64_t days) {
  days += 719'468;
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const std::int64_t day_of_era = days - era * 146'097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t march_month = (5 * day_of_year + 2) / 153;
  const std::int64_t month = march_month < 10 ? march_month + 3 : march_month - 9;
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month,
          day_of_year - (153 * march_month + 2) / 5 + 1};
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

// Takes exactly `digits` digits that make at least `least` and at most `most`.
bool take(std::string_view& text, std::size_t digits, std::int64_t least, std::int64_t most,
          std::int64_t& out) {
  if (text.size() < digits) return false;
  out = 0;
  for (const char c : text.substr(0, digits)) {
    if (!is_digit(c)) return false;
    out = out * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return out >= least && out <= most;
}

bool take_year(std::string_view& text, std::int64_t& year) {
  const bool negative = !text.empty() && text.front() == '-';
  const bool sign = take(text, '-') || take(text, '+');
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  const bool right =
      sign ? digits >= kLongYearDigitsMin && digits <= kLongYearDigitsMax : digits == kYearDigits;
  if (!right || !take(text, digits, 0, 999'999'999, year)) return false;
  if (negative && year == 0) return false;  // ISO 8601 has one year 0
  if (negative) year = -year;
  return true;
}

bool take_day(std::string_view& text, std::int64_t& days) {
  Day date;
  if (!take_year(text, date.year) || !take(text, '-') || !take(text, 2, 1, 12, date.month) ||
      !take(text, '-') || !take(text, 2, 1, 31, date.day)) {
    return false;
  }
  days = days_of(date);
  return day_of(days).day == date.day;  // 30 February is 1 or 2 March
}

bool take_time(std::string_view& text, std::int64_t& ms) {
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  std::int64_t second = 0;
  if (!take(text, 2, 0, 23, hour) || !take(text, ':') || !take(text, 2, 0, 59, minute)) {
    return false;
  }
  if (take(text, ':') && !take(text, 2, 0, 59, second)) return false;
  ms = (hour * 60 + minute) * kMinuteMs + second * 1000;
  if (!take(text, '.')) return true;
  std::size_t digits = 0;
  for (std::int64_t unit = 100; !text.empty() && is_digit(text.front()); unit /= 10, ++digits) {
    ms += unit * (text.front() - '0');
    text.remove_prefix(1);
  }
  return digits != 0 && digits <= kFractionDigitsMax;
}

// Z, +02:00, +0200, +02, or nothing, which is UTC.
bool take_zone(std::string_view& text, std::int64_t& offset_ms) {
  offset_ms = 0;
  if (text.empty() || take(text, 'Z') || take(text, 'z')) return true;
  const bool west = text.front() == '-';
  if (!take(text, '-') && !take(text, '+')) return false;
  std::int64_t hour = 0;
  std::int64_t minute = 0;
  if (!take(text, 2, 0, 23, hour)) return false;
  const bool colon = take(text, ':');
  if ((colon || !text.empty()) && !take(text, 2, 0, 59, minute)) return false;
  offset_ms = (hour * 60 + minute) * kMinuteMs * (west ? -1 : 1);
  return true;
}

}  // namespace

std::optional<std::int64_t> parse_date(std::string_view text) {
  std::int64_t days = 0;
  std::int64_t time_ms = 0;
  std::int64_t offset_ms = 0;
  if (!take_day(text, days)) return std::nullopt;
  if (!text.empty()) {
    const bool separated = take(text, 'T') || take(text, 't') || take(text, ' ');
    if (!separated || !take_time(text, time_ms) || !take_zone(text, offset_ms)) return std::nullopt;
  }
  const WideMs ms = WideMs{days} * kDayMs + time_ms - offset_ms;
  if (!text.empty() || ms < INT64_MIN || ms > INT64_MAX) return std::nullopt;
  return static_cast<std::int64_t>(ms);
}

std::string date_text(std::int64_t time_ms) {
  const std::int64_t days = time_ms / kDayMs - (time_ms % kDayMs < 0 ? 1 : 0);
  const auto ms = static_cast<std::int64_t>(time_ms - WideMs{days} * kDayMs);
  const Day date = day_of(days);
  const bool long_year = date.year < 0 || date.year > 9999;
  const char* const sign = !long_year ? "" : date.year < 0 ? "-" : "+";
  char text[64];
  std::snprintf(text, sizeof text, "%s%0*lld-%02lld-%02lldT%02lld:%02lld:%02lld.%03lldZ", sign,
                long_year ? 6 : 4, static_cast<long long>(date.year < 0 ? -date.year : date.year),
                static_cast<long long>(date.month), static_cast<long long>(date.day),
                static_cast<long long>(ms / 3'600'000), static_cast<long long>(ms / kMinuteMs % 60),
                static_cast<long long>(ms / 1000 % 60), static_cast<long long>(ms % 1000));
  return text;
}

}  // namespace gs
