// The first character of a name in lower case, for alphabets that have one: Latin, Greek, Cyrillic,
// Armenian. Source: Unicode 15, UnicodeData.txt.
#include <cstdint>
#include <string>

#include "gs/core/schema/source.h"

namespace gs::schema {
namespace {

struct Range {
  std::uint32_t first;
  std::uint32_t last;
  std::uint32_t step;  // 1: every character; 2: every other one, from the first
  std::uint32_t shift;
};

constexpr Range kUpper[] = {
    {0x41, 0x5a, 1, 32},   {0xc0, 0xd6, 1, 32},   {0xd8, 0xde, 1, 32},   {0x100, 0x12e, 2, 1},
    {0x132, 0x136, 2, 1},  {0x139, 0x147, 2, 1},  {0x14a, 0x176, 2, 1},  {0x179, 0x17d, 2, 1},
    {0x391, 0x3a1, 1, 32}, {0x3a3, 0x3ab, 1, 32}, {0x400, 0x40f, 1, 80}, {0x410, 0x42f, 1, 32},
    {0x460, 0x480, 2, 1},  {0x48a, 0x4be, 2, 1},  {0x4d0, 0x52e, 2, 1},  {0x531, 0x556, 1, 48},
};

std::uint32_t lower(std::uint32_t code) noexcept {
  for (const Range& range : kUpper) {
    if (code < range.first || code > range.last) continue;
    return (code - range.first) % range.step == 0 ? code + range.shift : code;
  }
  return code;
}

}  // namespace

std::string lower_camel(std::string_view text) {
  std::string out(text);
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(out[at]); };
  if (out.empty()) return out;
  if (byte(0) < 0x80) {
    out[0] = static_cast<char>(lower(byte(0)));
  } else if (out.size() > 1 && (byte(0) & 0xe0u) == 0xc0u) {  // all of the table has two bytes
    const std::uint32_t code = lower((byte(0) & 0x1fu) << 6 | (byte(1) & 0x3fu));
    out[0] = static_cast<char>(0xc0u | (code >> 6));
    out[1] = static_cast<char>(0x80u | (code & 0x3fu));
  }
  return out;
}

}  // namespace gs::schema
