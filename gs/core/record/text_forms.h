// Text forms of scalars in JSON: dates, base64, decimal numbers. Exactly one text for each value.
//
// Pure, no locale, safe from any thread.
#pragma once

#include <optional>

#include "globalstorage/bytes.h"

namespace gs::record {

// As Date.prototype.toISOString: 2026-11-23T00:00:00.000Z; years outside 0..9999 have a sign and at
// least six digits. Unlike there, every 64-bit number of milliseconds has a text.
void append_date(std::int64_t ms, std::string& out);
// Accepts exactly what append_date() prints.
std::optional<std::int64_t> parse_date(std::string_view text);

// RFC 4648 section 4, with padding.
void append_base64(Bytes bytes, std::string& out);
// Accepts exactly what append_base64() prints: unused bits must be zero.
bool parse_base64(std::string_view text, Buffer& out);

// Optional minus and digits without leading zeros; no "-0".
std::optional<std::int64_t> parse_integer(std::string_view text);

// Text that has the form of a JSON number. Empty when it overflows to infinity; the nearest double
// else, ties to even.
std::optional<double> parse_double(std::string_view text);

}  // namespace gs::record
