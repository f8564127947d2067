#include "gs/core/crdt/text/difference.h"

#include <algorithm>

#include "gs/core/crdt/text/measure.h"
#include "gs/core/crdt/text/myers.h"

namespace gs::crdt {

namespace {

constexpr int kIslandMax = 2;  // code points that are changed with what is around them

bool continues_point(char byte) noexcept {
  return (static_cast<std::uint8_t>(byte) & 0xc0) == 0x80;
}

// A text with the places where its code points begin.
class Points {
 public:
  explicit Points(std::string_view text) : text_(text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (!continues_point(text[i])) begins_.push_back(static_cast<std::uint32_t>(i));
    }
    begins_.push_back(static_cast<std::uint32_t>(text.size()));
  }
  int size() const noexcept { return static_cast<int>(begins_.size()) - 1; }
  std::string_view slice(int begin, int end) const noexcept {
    const std::size_t at = begins_[static_cast<std::size_t>(begin)];
    return text_.substr(at, begins_[static_cast<std::size_t>(end)] - at);
  }
  std::string_view operator[](int point) const noexcept { return slice(point, point + 1); }

 private:
  std::string_view text_;
  std::vector<std::uint32_t> begins_;
};

// What is kept, then what is changed, with nothing in between.
std::vector<Piece> join(const std::vector<Piece>& pieces) {
  std::vector<Piece> joined;
  for (const Piece& piece : pieces) {
    if (piece.kept != 0 || joined.empty()) {
      const bool is_open = !joined.empty() && joined.back().deleted + joined.back().inserted == 0;
      if (!is_open) joined.emplace_back();
      joined.back().kept += piece.kept;
    }
    joined.back().deleted += piece.deleted;
    joined.back().inserted += piece.inserted;
  }
  return joined;
}

// Changes the few letters between two larger changes with them.
std::vector<Piece> without_islands(const std::vector<Piece>& pieces) {
  std::vector<Piece> joined;
  for (const Piece& piece : pieces) {
    const int changed = piece.deleted + piece.inserted;
    const bool is_island = !joined.empty() && changed > piece.kept && piece.kept <= kIslandMax &&
                           joined.back().deleted + joined.back().inserted > piece.kept;
    if (!is_island) {
      joined.push_back(piece);
      continue;
    }
    joined.back().deleted += piece.kept + piece.deleted;
    joined.back().inserted += piece.kept + piece.inserted;
  }
  return joined;
}

}  // namespace

Difference difference(std::string_view from, std::string_view to) {
  std::size_t prefix = 0;
  const std::size_t shorter = std::min(from.size(), to.size());
  while (prefix < shorter && from[prefix] == to[prefix]) ++prefix;
  const auto is_inside = [](std::string_view text, std::size_t at) {
    return at < text.size() && continues_point(text[at]);
  };
  while (prefix > 0 && (is_inside(from, prefix) || is_inside(to, prefix))) --prefix;
  std::size_t suffix = 0;
  while (suffix < shorter - prefix && from[from.size() - 1 - suffix] == to[to.size() - 1 - suffix])
    ++suffix;
  while (suffix > 0 && continues_point(from[from.size() - suffix])) --suffix;

  const Points old(from.substr(prefix, from.size() - prefix - suffix));
  const Points fresh(to.substr(prefix, to.size() - prefix - suffix));

  Difference result;
  auto pos = measure(from.substr(0, prefix)).points;
  int at = 0;
  for (const Piece& piece : without_islands(join(difference_pieces(old, fresh)))) {
    pos += static_cast<std::uint32_t>(piece.kept);
    at += piece.kept;
    const auto deleted = static_cast<std::uint32_t>(piece.deleted);
    const auto inserted = static_cast<std::uint32_t>(piece.inserted);
    if (deleted != 0) result.runs.push_back({Edit::erase, pos, deleted});
    if (inserted == 0) continue;
    result.runs.push_back({Edit::insert, pos, inserted});
    result.text += fresh.slice(at, at + piece.inserted);
    pos += inserted;
    at += piece.inserted;
  }
  return result;
}

}  // namespace gs::crdt
