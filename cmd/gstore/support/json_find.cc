// Finding things in JSON text without building a tree.
#include <bit>
#include <cstring>

#include "cmd/gstore/support/json_text.h"
#include "gs/base/digit.h"

namespace gs::cli {
namespace {

constexpr std::uint64_t repeated(char byte) {
  return 0x0101010101010101ull * static_cast<std::uint8_t>(byte);
}

// Non-zero when a byte of `word` is zero; on little-endian the lowest marked byte is exact.
constexpr std::uint64_t zero_bytes(std::uint64_t word) {
  return (word - 0x0101010101010101ull) & ~word & 0x8080808080808080ull;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

const char* skip_space(const char* at, const char* end) {
  while (at != end && is_space(*at)) ++at;
  return at;
}

// Past the value that begins at `at`, or null. Counts brackets, so it need not recurse.
const char* value_end(const char* at, const char* end) {
  std::size_t depth = 0;
  while (at != end) {
    const char c = *at;
    if (c == '"') {
      at = string_end(at + 1, end);
      if (at == nullptr) return nullptr;
      if (depth == 0) return at;
      continue;
    }
    if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return at;  // the end of a number or word: the bracket is not ours
      if (--depth == 0) return at + 1;
    } else if (depth == 0 && (c == ',' || is_space(c))) {
      return at;
    }
    ++at;
  }
  return depth == 0 ? at : nullptr;
}

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool read_unit(std::string_view text, std::size_t at, std::uint32_t& unit) {
  if (text.size() < at + 4) return false;
  unit = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const int digit = hex_digit(text[i]);
    if (digit < 0) return false;
    unit = unit * 16 + static_cast<std::uint32_t>(digit);
  }
  return true;
}

void append_utf8(std::uint32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xC0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xE0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (code >> 18));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (code & 0x3F));
  }
}

// Appends what \uXXXX at `at` (the first digit) means; moves `at` past it. False: malformed.
bool append_unit(std::string_view text, std::size_t& at, std::string& out) {
  std::uint32_t unit = 0;
  if (!read_unit(text, at, unit)) return false;
  at += 4;
  if (unit >= 0xDC00 && unit < 0xE000) return false;
  if (unit >= 0xD800 && unit < 0xDC00) {
    std::uint32_t low = 0;
    if (text.substr(at, 2) != "\\u" || !read_unit(text, at + 2, low)) return false;
    if (low < 0xDC00 || low >= 0xE000) return false;
    at += 6;
    unit = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
  }
  append_utf8(unit, out);
  return true;
}

}  // namespace

const char* find_quote_or_backslash(const char* at, const char* end) noexcept {
  if constexpr (std::endian::native == std::endian::little) {
    while (end - at >= 8) {
      std::uint64_t word;
      std::memcpy(&word, at, 8);
      const std::uint64_t found =
          zero_bytes(word ^ repeated('"')) | zero_bytes(word ^ repeated('\\'));
      if (found != 0) return at + (std::countr_zero(found) >> 3);
      at += 8;
    }
  }
  while (at != end && *at != '"' && *at != '\\') ++at;
  return at;
}

const char* string_end(const char* at, const char* end) noexcept {
  while (true) {
    at = find_quote_or_backslash(at, end);
    if (at == end) return nullptr;
    if (*at == '"') return at + 1;
    if (end - at < 2) return nullptr;
    at += 2;
  }
}

std::optional<std::string_view> find_member(std::string_view object, std::string_view name) {
  const char* const end = object.data() + object.size();
  const char* at = skip_space(object.data(), end);
  if (at == end || *at != '{') return std::nullopt;
  ++at;
  while (true) {
    at = skip_space(at, end);
    if (at == end || *at != '"') return std::nullopt;
    const char* const key = at;
    at = string_end(at + 1, end);
    if (at == nullptr) return std::nullopt;
    const std::string_view quoted(key, static_cast<std::size_t>(at - key));
    at = skip_space(at, end);
    if (at == end || *at != ':') return std::nullopt;
    at = skip_space(at + 1, end);
    const char* const value = at;
    at = value_end(at, end);
    if (at == nullptr || at == value) return std::nullopt;
    const std::string_view raw(value, static_cast<std::size_t>(at - value));
    const std::string_view plain = quoted.substr(1, quoted.size() - 2);
    const bool escaped = plain.find('\\') != std::string_view::npos;
    if (escaped ? unquote(quoted) == name : plain == name) return raw;
    at = skip_space(at, end);
    if (at == end || *at != ',') return std::nullopt;
    ++at;
  }
}

bool is_one_value(std::string_view json) {
  const char* const end = json.data() + json.size();
  const char* const at = skip_space(json.data(), end);
  const char* const after = at == end ? nullptr : value_end(at, end);
  return after != nullptr && after != at && skip_space(after, end) == end;
}

std::optional<std::string> unquote(std::string_view json) {
  if (json.size() < 2 || json.front() != '"' || json.back() != '"') return std::nullopt;
  const std::string_view text = json.substr(1, json.size() - 2);
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at++];
    if (c == '"') return std::nullopt;
    if (c != '\\') {
      out += c;
      continue;
    }
    if (at == text.size()) return std::nullopt;
    static constexpr std::string_view kFrom = "\"\\/bfnrt";
    static constexpr std::string_view kTo = "\"\\/\b\f\n\r\t";
    const char escape = text[at++];
    if (const std::size_t known = kFrom.find(escape); known != std::string_view::npos) {
      out += kTo[known];
    } else if (escape != 'u' || !append_unit(text, at, out)) {
      return std::nullopt;
    }
  }
  return out;
}

std::optional<std::string_view> extended_text(std::string_view json) {
  if (json.size() < 3 || json.substr(0, 3) != "{\"$" || json.substr(json.size() - 2) != "\"}") {
    return std::nullopt;
  }
  const char* const end = json.data() + json.size();
  const char* const after_name = string_end(json.data() + 2, end);
  if (after_name == nullptr || end - after_name < 4) return std::nullopt;
  if (after_name[0] != ':' || after_name[1] != '"') return std::nullopt;
  const char* const text = after_name + 2;
  const char* const after_text = string_end(text, end);
  if (after_text == nullptr || after_text + 1 != end) return std::nullopt;
  return std::string_view(text, static_cast<std::size_t>(after_text - 1 - text));
}

}  // namespace gs::cli
