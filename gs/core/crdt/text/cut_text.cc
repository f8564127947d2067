#include "gs/core/crdt/text/cut_text.h"

#include <algorithm>

namespace gs::crdt {

namespace {

bool continues_point(char byte) noexcept {
  return (static_cast<std::uint8_t>(byte) & 0xc0) == 0x80;
}

bool is_of_word(char byte) noexcept {
  const bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
  const bool is_digit = byte >= '0' && byte <= '9';
  return is_letter || is_digit || byte == '_' || static_cast<std::uint8_t>(byte) >= 0x80;
}

// Behind the unit that begins at `at`.
std::size_t end_of_unit(std::string_view text, std::size_t at, Cut cut) noexcept {
  if (cut == Cut::lines) return std::min(text.find('\n', at), text.size() - 1) + 1;
  const bool is_word = cut == Cut::words && is_of_word(text[at]);
  ++at;
  while (at < text.size() && (is_word ? is_of_word(text[at]) : continues_point(text[at]))) ++at;
  return at;
}

}  // namespace

CutText::CutText(std::string_view text, Cut cut) : text_(text) {
  for (std::size_t at = 0; at < text.size(); at = end_of_unit(text, at, cut)) {
    begins_.push_back(static_cast<std::uint32_t>(at));
  }
  begins_.push_back(static_cast<std::uint32_t>(text.size()));
}

CommonEnds common_ends(std::string_view a, std::string_view b) noexcept {
  const std::size_t shorter = std::min(a.size(), b.size());
  const auto is_inside = [](std::string_view text, std::size_t at) {
    return at < text.size() && continues_point(text[at]);
  };
  CommonEnds ends;
  while (ends.prefix < shorter && a[ends.prefix] == b[ends.prefix]) ++ends.prefix;
  while (ends.prefix > 0 && (is_inside(a, ends.prefix) || is_inside(b, ends.prefix))) --ends.prefix;
  const std::size_t left = shorter - ends.prefix;
  while (ends.suffix < left && a[a.size() - 1 - ends.suffix] == b[b.size() - 1 - ends.suffix]) {
    ++ends.suffix;
  }
  while (ends.suffix > 0 && continues_point(a[a.size() - ends.suffix])) --ends.suffix;
  return ends;
}

}  // namespace gs::crdt
