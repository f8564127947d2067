// Sizes of UTF-8 text in the four units that people count in.
//
// Text is valid UTF-8, as everything that a rope takes. Pure; no allocation.
#pragma once

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

  Measure& operator+=(const Measure& other) noexcept {
    bytes += other.bytes;
    points += other.points;
    units16 += other.units16;
    lines += other.lines;
    return *this;
  }
  Measure& operator-=(const Measure& other) noexcept {
    bytes -= other.bytes;
    points -= other.points;
    units16 -= other.units16;
    lines -= other.lines;
    return *this;
  }
  friend bool operator==(const Measure&, const Measure&) = default;
};

Measure measure(std::string_view text) noexcept;

// Bytes of the first `points` code points; at most text.size().
std::size_t bytes_of_points(std::string_view text, std::uint32_t points) noexcept;

}  // namespace gs::crdt
