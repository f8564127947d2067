// Date.prototype.toString, where the time zone is UTC.
//
// Pure. Source of the calendar: H. Hinnant, "chrono-compatible low-level date algorithms", 2013.
#pragma once

#include <string>

namespace gs::schema {

// "Thu Jan 01 1970 00:00:00 GMT+0000 (Coordinated Universal Time)"; "Invalid Date" for NaN and what
// is beyond 8.64e15 ms.
std::string date_text(double ms);
bool is_valid_date(double ms) noexcept;

}  // namespace gs::schema
