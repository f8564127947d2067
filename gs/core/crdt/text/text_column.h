// All text that was ever inserted, in the order in which this replica learnt of it.
//
// Found by ordinal: how many code points were inserted before. Where all text is ASCII that is the
// byte; else every 512th code point has its byte noted. Not thread-safe. Pure.
#pragma once

#include <string>
#include <vector>

#include "gs/core/crdt/text/measure.h"

namespace gs::crdt {

class TextColumn {
 public:
  std::uint32_t points() const noexcept { return points_; }
  std::size_t bytes() const noexcept { return text_.size(); }
  std::string_view all() const noexcept { return text_; }
  std::size_t memory_bytes() const noexcept {
    return text_.capacity() + marks_.capacity() * sizeof(std::uint32_t);
  }

  // Valid UTF-8 of `points` code points.
  void append(std::string_view text, std::uint32_t points) {
    if (text.size() == 1) {
      text_.push_back(text[0]);
    } else {
      text_.append(text);
    }
    points_ += points;
    if (text_.size() != points_) add_marks();
  }
  // ordinal + count <= points()
  std::string_view slice(std::uint32_t ordinal, std::uint32_t count) const noexcept;

 private:
  static constexpr std::uint32_t kEvery = 512;
  void add_marks();
  std::size_t byte_of(std::uint32_t ordinal) const noexcept;

  std::string text_;
  std::vector<std::uint32_t>
      marks_;  // of code points kEvery, 2 kEvery, ...; none while all is ASCII
  std::uint32_t points_ = 0;
};

}  // namespace gs::crdt
