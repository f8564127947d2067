// A text that is cut into units, for a DifferenceSearch (myers.h) to compare.
//
// The text is UTF-8 and has to stay. Pure. Memory: 4 bytes for each unit.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace gs::crdt {

// Words: letters and digits in a row, and each other character alone. All beyond ASCII are letters.
enum class Cut : std::uint8_t { lines, words, points };

class CutText {
 public:
  CutText(std::string_view text, Cut cut);

  int size() const noexcept { return static_cast<int>(begins_.size()) - 1; }
  // In bytes; of the unit behind the last one, where the text ends.
  std::size_t begin_of(int unit) const noexcept { return begins_[static_cast<std::size_t>(unit)]; }
  std::string_view slice(int begin, int end) const noexcept {
    return text_.substr(begin_of(begin), begin_of(end) - begin_of(begin));
  }
  std::string_view operator[](int unit) const noexcept { return slice(unit, unit + 1); }

 private:
  std::string_view text_;
  std::vector<std::uint32_t> begins_;
};

// How many bytes two texts begin and end with together, whole code points only.
struct CommonEnds {
  std::size_t prefix = 0;
  std::size_t suffix = 0;  // behind the prefix in both
};
CommonEnds common_ends(std::string_view a, std::string_view b) noexcept;

}  // namespace gs::crdt
