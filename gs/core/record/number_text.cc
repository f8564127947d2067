// Numbers of JSON: integers, doubles and base64.
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "gs/base/digit.h"
#include "gs/core/record/json.h"
#include "gs/core/record/text_forms.h"

namespace gs::record {
namespace {

// Powers of ten that are exact in binary64.
constexpr double kPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                              1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                              1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

// At most 15 digits and 22 decimals: both parts are exact, so one division rounds once.
// Source: W. Clinger, "How to Read Floating Point Numbers Accurately", 1990.
bool parse_short(std::string_view text, double& out) noexcept {
  constexpr std::size_t kExactDigits = 15;
  const bool negative = text[0] == '-';
  if (negative) text.remove_prefix(1);
  if (text.size() > kExactDigits + 1) return false;
  std::uint64_t digits = 0;
  std::size_t count = 0;
  std::size_t point = text.size();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_digit(text[i])) {
      digits = digits * 10 + static_cast<std::uint64_t>(text[i] - '0');
      ++count;
    } else if (text[i] == '.') {
      point = i;
    } else {
      return false;
    }
  }
  if (count > kExactDigits) return false;
  const double value = static_cast<double>(digits);
  const double scaled = point == text.size() ? value : value / kPowers[text.size() - point - 1];
  out = negative ? -scaled : scaled;
  return true;
}

#if defined(__cpp_lib_to_chars)
std::optional<double> parse_long(std::string_view text) {
  double value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec == std::errc() && std::isfinite(value)) return value;
  // Out of range means too large or too small. It is too small exactly when the first digit that is
  // not zero stands, with the exponent applied, behind the point.
  const bool negative = text[0] == '-';
  std::int64_t exponent = 0;
  const std::size_t e = text.find_first_of("eE");
  if (e != std::string_view::npos) {
    const bool minus = text[e + 1] == '-';
    for (std::size_t i = e + 1; i < text.size(); ++i) {
      if (is_digit(text[i]) && exponent < 1'000'000'000) exponent = exponent * 10 + (text[i] - '0');
    }
    if (minus) exponent = -exponent;
  }
  const std::string_view digits = text.substr(0, e);
  const std::size_t first = digits.find_first_of("123456789");
  if (first == std::string_view::npos) return negative ? -0.0 : 0.0;
  const std::size_t point = std::min(digits.find('.'), digits.size());
  const std::int64_t magnitude =
      static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  if (magnitude + exponent > 0) return std::nullopt;
  return negative ? -0.0 : 0.0;
}
#else
// libc++ has no from_chars for doubles yet. musl's strtod is correctly rounded, and WASI has no
// locale but "C".
std::optional<double> parse_long(std::string_view text) {
  const double value = std::strtod(std::string(text).c_str(), nullptr);
  if (!std::isfinite(value)) return std::nullopt;
  return value;
}
#endif

constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::array<std::int8_t, 256> make_digits() {
  std::array<std::int8_t, 256> digits{};
  for (auto& digit : digits) digit = -1;
  for (int i = 0; i < 64; ++i) {
    digits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
  }
  return digits;
}
constexpr std::array<std::int8_t, 256> kDigits = make_digits();

}  // namespace

std::optional<double> parse_double(std::string_view text) {
  double value = 0;
  if (parse_short(text, value)) return value;
  return parse_long(text);
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  std::int64_t value = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), value);
  if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
  const std::string_view digits = text[0] == '-' ? text.substr(1) : text;
  if (digits[0] == '0' && (digits.size() > 1 || text[0] == '-')) return std::nullopt;
  return value;
}

void append_json_number(double number, std::string& out) {
  char text[32];
  constexpr double kExact = 9007199254740992.0;
  if (number >= -kExact && number <= kExact && number == std::trunc(number)) {
    const auto integer = static_cast<std::int64_t>(number);
    if (integer == 0 && std::signbit(number)) out.push_back('-');
    out.append(text, std::to_chars(text, text + sizeof text, integer).ptr);
    return;
  }
  // The shortest digits that read back as this number: d.ddde[+-]xx
  const auto end =
      std::to_chars(text, text + sizeof text, number, std::chars_format::scientific).ptr;
  std::string_view all(text, static_cast<std::size_t>(end - text));
  if (all[0] == '-') {
    out.push_back('-');
    all.remove_prefix(1);
  }
  const std::size_t e = all.find('e');
  int exponent = 0;
  std::from_chars(all.data() + e + 2, end, exponent);
  if (all[e + 1] == '-') exponent = -exponent;
  char digits[24];
  std::size_t count = 0;
  for (std::size_t i = 0; i < e; ++i) {
    if (all[i] != '.') digits[count++] = all[i];
  }
  // ECMA-262, Number::toString: k digits, the point stands after digit n.
  const int k = static_cast<int>(count);
  const int n = exponent + 1;
  const auto append = [&](int from, int to) {
    out.append(digits + from, static_cast<std::size_t>(to - from));
  };
  if (k <= n && n <= 21) {
    append(0, k);
    out.append(static_cast<std::size_t>(n - k), '0');
  } else if (0 < n && n <= 21) {
    append(0, n);
    out.push_back('.');
    append(n, k);
  } else if (-6 < n && n <= 0) {
    out.append("0.").append(static_cast<std::size_t>(-n), '0');
    append(0, k);
  } else {
    append(0, 1);
    if (k > 1) out.push_back('.');
    append(1, k);
    out.append(n > 0 ? "e+" : "e-").append(std::to_string(std::abs(n - 1)));
  }
}

void append_base64(Bytes bytes, std::string& out) {
  std::size_t i = 0;
  const auto put = [&out](std::uint32_t bits, int from, int to) {
    for (int shift = from; shift >= to; shift -= 6) out.push_back(kAlphabet[bits >> shift & 63]);
  };
  for (; i + 3 <= bytes.size(); i += 3) {
    put(std::uint32_t{bytes[i]} << 16 | std::uint32_t{bytes[i + 1]} << 8 | bytes[i + 2], 18, 0);
  }
  if (bytes.size() - i == 1) {
    put(std::uint32_t{bytes[i]} << 16, 18, 12);
    out.append("==");
  } else if (bytes.size() - i == 2) {
    put(std::uint32_t{bytes[i]} << 16 | std::uint32_t{bytes[i + 1]} << 8, 18, 6);
    out.append("=");
  }
}

bool parse_base64(std::string_view text, Buffer& out) {
  if (text.size() % 4 != 0) return false;
  out.clear();
  out.reserve(text.size() / 4 * 3);
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const bool last = i + 4 == text.size();
    const int padding = last && text[i + 3] == '=' ? (text[i + 2] == '=' ? 2 : 1) : 0;
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < 4; ++j) {
      const int digit = j >= 4u - static_cast<unsigned>(padding)
                            ? 0
                            : kDigits[static_cast<unsigned char>(text[i + j])];
      if (digit < 0) return false;
      bits = bits << 6 | static_cast<std::uint32_t>(digit);
    }
    if ((padding == 2 && (bits & 0xffff) != 0) || (padding == 1 && (bits & 0xff) != 0))
      return false;
    out.push_back(static_cast<std::uint8_t>(bits >> 16));
    if (padding < 2) out.push_back(static_cast<std::uint8_t>(bits >> 8));
    if (padding < 1) out.push_back(static_cast<std::uint8_t>(bits));
  }
  return true;
}

}  // namespace gs::record
