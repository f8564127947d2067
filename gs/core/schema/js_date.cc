// Days since 1970 to a date of the calendar, and its text.
#include "gs/core/schema/js_date.h"

#include <cmath>
#include <cstdint>

namespace gs::schema {
namespace {

constexpr double kDateMsMax = 8.64e15;  // ECMA-262, "Time Values and Time Range"
constexpr std::int64_t kDayMs = 86'400'000;
constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct Day {
  std::int64_t year;
  unsigned month;  // 1 to 12
  unsigned day;
};

Day civil(std::int64_t days) noexcept {
  days += 719'468;  // from 0000-03-01
  const std::int64_t era = (days >= 0 ? days : days - 146'096) / 146'097;
  const auto of_era = static_cast<unsigned>(days - era * 146'097);
  const unsigned year_of_era = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  const unsigned of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned march_month = (5 * of_year + 2) / 153;
  const unsigned month = march_month < 10 ? march_month + 3 : march_month - 9;
  const std::int64_t year = static_cast<std::int64_t>(year_of_era) + era * 400 + (month <= 2);
  return {year, month, of_year - (153 * march_month + 2) / 5 + 1};
}

std::string digits(std::int64_t number, std::size_t width) {
  std::string out = std::to_string(number);
  if (out.size() < width) out.insert(0, width - out.size(), '0');
  return out;
}

}  // namespace

bool is_valid_date(double ms) noexcept { return std::fabs(ms) <= kDateMsMax; }

std::string date_text(double ms) {
  if (!is_valid_date(ms)) return "Invalid Date";
  const auto whole = static_cast<std::int64_t>(ms);
  std::int64_t days = whole / kDayMs;
  if (whole % kDayMs < 0) --days;
  const auto second = static_cast<int>((whole - days * kDayMs) / 1000);
  const Day day = civil(days);
  const auto weekday = static_cast<unsigned>(((days % 7) + 11) % 7);  // 1970-01-01 was a Thursday
  std::string out = kDays[weekday];
  out.append(" ").append(kMonths[day.month - 1]).append(" ").append(digits(day.day, 2));
  out.append(day.year < 0 ? " -" : " ");
  out.append(day.year < 0 ? digits(-day.year, 6) : digits(day.year, 4)).append(" ");
  out.append(digits(second / 3600, 2)).append(":");
  out.append(digits(second / 60 % 60, 2)).append(":");
  out.append(digits(second % 60, 2)).append(" GMT+0000 (Coordinated Universal Time)");
  return out;
}

}  // namespace gs::schema
