// Patterns of $like, and texts looked for inside texts, in time in proportion to the text.
//
// % stands for any characters, _ for one (of UTF-8), \ takes the next character as it is. A part
// between two % is found at the first place where it is: then the rest has the most room, so no
// other place need ever be tried. Parts without _ are found as Knuth, Morris and Pratt do, others
// by the bits of a word (Baeza-Yates and Gonnet), one step a byte each.
//
// Pure; immutable once made, safe from any thread. Errors: invalid, too_large.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "globalstorage/result.h"

namespace gs::query {

// A text to look for.
class Needle {
 public:
  explicit Needle(std::string_view text);
  // Where it begins at or behind `from`, or npos.
  std::size_t find(std::string_view in, std::size_t from = 0) const noexcept;
  std::size_t size() const noexcept { return text_.size(); }

 private:
  std::string text_;
  std::vector<std::uint32_t> border_;  // per length: of the longest proper border
};

class Pattern {
 public:
  static Result<Pattern> parse(std::string_view text);
  bool matches(std::string_view text) const noexcept;

 private:
  // A byte, or one character.
  using Token = std::uint16_t;
  static constexpr Token kOne = 0x100;
  static constexpr std::size_t kNone = std::string_view::npos;
  using Masks = std::array<std::uint64_t, 256>;

  // What stands between two %.
  struct Part {
    std::vector<Token> tokens;
    bool wild = false;           // has a kOne
    std::vector<Needle> needle;  // of a middle part without: one
    std::vector<Masks> masks;    // of a middle part with: one; bit i of a byte: token i takes it
    std::uint64_t ones = 0;      // bit i: token i is kOne
  };
  static Error prepare(Part& middle);
  static std::size_t match_forward(const Part& part, std::string_view text) noexcept;
  static std::size_t match_backward(const Part& part, std::string_view text) noexcept;
  static std::size_t search(const Part& part, std::string_view text, std::size_t from) noexcept;

  std::vector<Part> parts_;  // one more than there are %
};

}  // namespace gs::query
