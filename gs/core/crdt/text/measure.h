// Sizes of UTF-8 text in the four units that people count in.
//
// Text is valid UTF-8, as everything that a rope takes. Pure; no allocation.
#pragma once

#include <array>
#include <bit>
#include <string_view>

#include "globalstorage/bytes.h"

namespace gs::crdt {

enum class TextUnit : std::uint8_t { bytes, points, units16, lines };

struct Measure {
  std::uint32_t bytes = 0;
  std::uint32_t points = 0;   // Unicode code points: what positions of edits count
  std::uint32_t units16 = 0;  // units of UTF-16: what JavaScript and many editors count
  std::uint32_t lines = 0;    // line feeds

  bool ascii() const noexcept { return bytes == points; }

  // Two at a time: sizes never overflow, and nothing is subtracted from less, so that no carry
  // passes from one to its neighbour.
  Measure& operator+=(const Measure& other) noexcept {
    const auto mine = std::bit_cast<Pairs>(*this);
    const auto theirs = std::bit_cast<Pairs>(other);
    return *this = std::bit_cast<Measure>(Pairs{mine[0] + theirs[0], mine[1] + theirs[1]});
  }
  Measure& operator-=(const Measure& other) noexcept {
    const auto mine = std::bit_cast<Pairs>(*this);
    const auto theirs = std::bit_cast<Pairs>(other);
    return *this = std::bit_cast<Measure>(Pairs{mine[0] - theirs[0], mine[1] - theirs[1]});
  }
  friend bool operator==(const Measure&, const Measure&) = default;

 private:
  using Pairs = std::array<std::uint64_t, 2>;
};

Measure measure_long(std::string_view text) noexcept;

inline Measure measure(std::string_view text) noexcept {
  // A key pressed, mostly: one byte is ASCII.
  if (text.size() == 1) return {1, 1, 1, text[0] == '\n' ? 1u : 0u};
  return measure_long(text);
}

// Bytes of the first `points` code points; at most text.size().
std::size_t bytes_of_points(std::string_view text, std::uint32_t points) noexcept;

}  // namespace gs::crdt
