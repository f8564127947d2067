// Dates as ISO 8601 text in UTC, and back: the calendar behind {"$date":"..."}.

#include <charconv>

#include "gs/core/record/text_forms.h"

namespace gs::record {
namespace {

using Wide = __int128;

constexpr std::int64_t kDayMs = 86'400'000;
constexpr std::size_t kYearDigitsMax = 9;  // 2^63 ms are 292 million years

struct Day {
  std::int64_t year;
  unsigned month;  // 1..12
  unsigned day;    // 1..31
};

// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil and back.
std::int64_t days_of(const Day& day) {
  const std::int64_t year = day.month <= 2 ? day.year - 1 : day.year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t day_of_year = (153 * ((day.month + 9) % 12) + 2) / 5 + day.day - 1;
  return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
         719468;
}

Day day_of(std::int64_t days) {
  days += 719468;
  const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const std::int64_t day_of_era = days - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t month_from_march = (5 * day_of_year + 2) / 153;
  const unsigned month = static_cast<unsigned>((month_from_march + 2) % 12 + 1);
  const unsigned day = static_cast<unsigned>(day_of_year - (153 * month_from_march + 2) / 5 + 1);
  return {year_of_era + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

// The text of one date: at most a sign, 9 digits of the year and "-08-17T07:12:55.807Z".
struct Text {
  char chars[32];
  std::size_t size = 0;

  std::string_view view() const { return {chars, size}; }
  void put(char c) { chars[size++] = c; }
  void put(std::uint64_t value, std::size_t digits) {
    char text[20] = {};
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    for (std::size_t i = static_cast<std::size_t>(end - text); i < digits; ++i) put('0');
    for (const char* c = text; c != end; ++c) put(*c);
  }
};

Text print(std::int64_t ms) {
  Text out;
  const std::int64_t days = ms / kDayMs - (ms % kDayMs < 0 ? 1 : 0);
  const std::int64_t time = static_cast<std::int64_t>(ms - Wide{days} * kDayMs);
  const Day day = day_of(days);
  const bool long_year = day.year < 0 || day.year > 9999;
  if (long_year) out.put(day.year < 0 ? '-' : '+');
  out.put(static_cast<std::uint64_t>(day.year < 0 ? -day.year : day.year), long_year ? 6 : 4);
  const auto part = [&out](char separator, std::int64_t value, std::size_t digits) {
    out.put(separator);
    out.put(static_cast<std::uint64_t>(value), digits);
  };
  part('-', day.month, 2);
  part('-', day.day, 2);
  part('T', time / 3'600'000, 2);
  part(':', time / 60'000 % 60, 2);
  part(':', time / 1000 % 60, 2);
  part('.', time % 1000, 3);
  out.put('Z');
  return out;
}

// Takes `digits` digits and the separator after them.
bool take(std::string_view& text, std::size_t digits, char separator, std::int64_t& out) {
  if (text.size() <= digits || text[digits] != separator) return false;
  const auto parsed = std::from_chars(text.data(), text.data() + digits, out);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + digits) return false;
  text.remove_prefix(digits + 1);
  return true;
}

}  // namespace

void append_date(std::int64_t ms, std::string& out) { out.append(print(ms).view()); }

std::optional<std::int64_t> parse_date(std::string_view text) {
  const std::string_view all = text;
  const bool sign = !text.empty() && (text[0] == '+' || text[0] == '-');
  const bool negative = sign && text[0] == '-';
  if (sign) text.remove_prefix(1);
  const std::size_t year_digits = text.find('-');
  if (year_digits == 0 || year_digits > kYearDigitsMax) return std::nullopt;
  std::int64_t year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, milli = 0;
  if (!take(text, year_digits, '-', year) || !take(text, 2, '-', month) ||
      !take(text, 2, 'T', day) || !take(text, 2, ':', hour) || !take(text, 2, ':', minute) ||
      !take(text, 2, '.', second) || !take(text, 3, 'Z', milli)) {
    return std::nullopt;
  }
  if (month < 1 || month > 12 || day < 1 || hour < 0 || minute < 0 || second < 0 || milli < 0) {
    return std::nullopt;
  }
  const Day date{negative ? -year : year, static_cast<unsigned>(month), static_cast<unsigned>(day)};
  const Wide ms =
      Wide{days_of(date)} * kDayMs + hour * 3'600'000 + minute * 60'000 + second * 1000 + milli;
  if (ms < INT64_MIN || ms > INT64_MAX) return std::nullopt;
  // Printing it again finds 30 February, 24 o'clock, years with too many digits and the rest.
  if (print(static_cast<std::int64_t>(ms)).view() != all) return std::nullopt;
  return static_cast<std::int64_t>(ms);
}

}  // namespace gs::record
