// Ranges are those of Unicode 15, East Asian Width W and F and general category Mn, of blocks that
// occur in names and texts.
#include "cmd/gstore/support/text_width.h"

#include <algorithm>
#include <cstdint>

namespace gs::cli {
namespace {

struct CodeRange {
  std::uint32_t first;
  std::uint32_t last;
};

constexpr CodeRange kNoColumn[] = {
    {0x0300, 0x036F},   {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A}, {0x064B, 0x065F},
    {0x093A, 0x093A},   {0x093C, 0x093C}, {0x0941, 0x0948}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A},
    {0x0E47, 0x0E4E},   {0x200B, 0x200F}, {0x2060, 0x2064}, {0x20D0, 0x20F0}, {0x302A, 0x302D},
    {0x3099, 0x309A},   {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}, {0x1F3FB, 0x1F3FF},
    {0xE0100, 0xE01EF},
};
constexpr CodeRange kTwoColumns[] = {
    {0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},
    {0x4E00, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},   {0xF900, 0xFAFF},
    {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},   {0x1F300, 0x1F64F},
    {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD},
};

template <std::size_t N>
bool is_in(const CodeRange (&ranges)[N], std::uint32_t code) {
  return std::any_of(std::begin(ranges), std::end(ranges), [code](const CodeRange& range) {
    return code >= range.first && code <= range.last;
  });
}

std::size_t columns_of_code(std::uint32_t code) {
  if (code < kNoColumn[0].first) return 1;
  if (is_in(kNoColumn, code)) return 0;
  return is_in(kTwoColumns, code) ? 2 : 1;
}

// Takes one character from the front of `text`.
std::uint32_t take_code(std::string_view& text) {
  const auto first = static_cast<unsigned char>(text.front());
  const std::size_t bytes = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  std::uint32_t code = bytes == 1 ? first : first & (0x7Fu >> bytes);
  std::size_t taken = 1;
  while (taken < std::min(bytes, text.size())) {
    const auto next = static_cast<unsigned char>(text[taken]);
    if ((next & 0xC0) != 0x80) break;
    code = (code << 6) | (next & 0x3Fu);
    ++taken;
  }
  text.remove_prefix(taken);
  return code;
}

}  // namespace

std::size_t columns_of_text(std::string_view text) {
  std::size_t columns = 0;
  while (!text.empty()) columns += columns_of_code(take_code(text));
  return columns;
}

std::string fit_to_columns(std::string_view text, std::size_t columns) {
  if (columns_of_text(text) <= columns) return std::string(text);
  std::string_view rest = text;
  std::size_t used = 0;
  std::size_t kept = 0;
  while (!rest.empty()) {
    used += columns_of_code(take_code(rest));
    if (used >= columns) break;  // one is for the sign
    kept = text.size() - rest.size();
  }
  return std::string(text.substr(0, kept)) + "…";
}

}  // namespace gs::cli
