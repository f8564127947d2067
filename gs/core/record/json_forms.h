// The extended forms of json.h: their names, and what reading and printing share.
#pragma once

#include "globalstorage/bytes.h"

namespace gs::record {

enum class Form : std::uint8_t { none, integer, big, date, id, bytes, set, blob, literal, unset };

// The form that an object's only member with this name announces.
Form form_named(std::string_view name) noexcept;

// True when an object with these members would read back as a form, so it has to be wrapped.
inline bool needs_literal(std::string_view first_name, std::size_t count) noexcept {
  if (first_name.empty() || first_name[0] != '$') return false;
  const Form form = form_named(first_name);
  return form == Form::literal || (form != Form::none && count == 1);
}

// Eight bytes of text at once: marks (high bit) bytes that a JSON string holds only escaped. The
// lowest mark is exact; those above it may be wrong, by the borrow of the subtractions.
inline std::uint64_t escape_bytes(std::uint64_t text) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101u;
  constexpr std::uint64_t kHigh = 0x80 * kOnes;
  const std::uint64_t quote = text ^ ('"' * kOnes);
  const std::uint64_t backslash = text ^ ('\\' * kOnes);
  return (((text - 0x20 * kOnes) & ~text) | ((quote - kOnes) & ~quote) |
          ((backslash - kOnes) & ~backslash)) &
         kHigh;
}

}  // namespace gs::record
