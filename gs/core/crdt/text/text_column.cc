#include "gs/core/crdt/text/text_column.h"

namespace gs::crdt {

// With the first other letter of all, what came before is marked too.
void TextColumn::add_marks() {
  while ((marks_.size() + 1) * kEvery <= points_) {
    const std::size_t from = marks_.empty() ? 0 : marks_.back();
    const std::string_view rest = std::string_view(text_).substr(from);
    marks_.push_back(static_cast<std::uint32_t>(from + bytes_of_points(rest, kEvery)));
  }
}

std::size_t TextColumn::byte_of(std::uint32_t ordinal) const noexcept {
  if (text_.size() == points_) return ordinal;
  const std::size_t number = ordinal / kEvery;
  const std::size_t from = number == 0 ? 0 : marks_[number - 1];
  const std::string_view rest = std::string_view(text_).substr(from);
  return from + bytes_of_points(rest, ordinal % kEvery);
}

std::string_view TextColumn::slice(std::uint32_t ordinal, std::uint32_t count) const noexcept {
  const std::size_t begin = byte_of(ordinal);
  // Most slices are short: from here rather than from the mark before their end.
  const std::size_t end =
      text_.size() == points_ || count > kEvery
          ? byte_of(ordinal + count)
          : begin + bytes_of_points(std::string_view(text_).substr(begin), count);
  return std::string_view(text_).substr(begin, end - begin);
}

}  // namespace gs::crdt
