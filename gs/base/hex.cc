// Bytes to hexadecimal text and back. Ids cross the border to other languages as text, so reading
// it takes a table in place of questions.
#include "gs/base/hex.h"

#include <array>

namespace gs {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

// Of a character; above 15 for none.
constexpr std::array<std::uint8_t, 256> kNibbles = [] {
  std::array<std::uint8_t, 256> nibbles{};
  nibbles.fill(0xff);
  for (std::uint8_t i = 0; i < 16; ++i) nibbles[static_cast<std::uint8_t>(kDigits[i])] = i;
  for (std::uint8_t i = 10; i < 16; ++i) nibbles['A' + i - 10] = i;
  return nibbles;
}();

}  // namespace

std::string to_hex(Bytes bytes) {
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    text.push_back(kDigits[byte >> 4]);
    text.push_back(kDigits[byte & 15]);
  }
  return text;
}

bool from_hex(std::string_view text, MutableBytes out) noexcept {
  if (text.size() % 2 != 0) return false;
  if (text.size() / 2 != out.size()) return false;
  unsigned all = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const unsigned high = kNibbles[static_cast<std::uint8_t>(text[2 * i])];
    const unsigned low = kNibbles[static_cast<std::uint8_t>(text[2 * i + 1])];
    all |= high | low;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return all < 16;
}

}  // namespace gs
