#include "gs/core/crdt/text/difference.h"

#include <algorithm>
#include <optional>

#include "gs/core/crdt/text/measure.h"

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

// So many code points that stay, then so many that go and come.
struct Piece {
  int kept = 0;
  int deleted = 0;
  int inserted = 0;
};

// The furthest points that are reached with 0, 1, 2... changes, on each diagonal.
class Search {
 public:
  Search(const Points& from, const Points& to) : from_(from), to_(to) {}

  // Nothing: more than kDistanceMax changes.
  std::optional<std::vector<Piece>> run() {
    reached_.assign(2 * kDistanceMax + 3, 0);
    for (int changes = 0; changes <= kDistanceMax; ++changes) {
      trace_.emplace_back();
      for (int diagonal = -changes; diagonal <= changes; diagonal += 2) {
        int x = step(changes, diagonal);
        while (x < from_.size() && x - diagonal < to_.size() && from_[x] == to_[x - diagonal]) ++x;
        at(diagonal) = x;
        trace_.back().push_back(x);
        if (x >= from_.size() && x - diagonal >= to_.size()) return walk_back(changes, diagonal);
      }
    }
    return std::nullopt;
  }

 private:
  int& at(int diagonal) {
    const int place = diagonal + kDistanceMax + 1;
    return reached_[static_cast<std::size_t>(place)];
  }
  // Whether an insertion leads to this diagonal, rather than a deletion.
  static bool comes_down(int changes, int diagonal, int left, int right) noexcept {
    return diagonal == -changes || (diagonal != changes && left < right);
  }
  int step(int changes, int diagonal) {
    if (changes == 0) return 0;
    const int left = at(diagonal - 1);
    const int right = at(diagonal + 1);
    return comes_down(changes, diagonal, left, right) ? right : left + 1;
  }
  int traced(int changes, int diagonal) const {
    const bool is_there = diagonal >= -changes && diagonal <= changes;
    return is_there ? trace_[static_cast<std::size_t>(changes)]
                            [static_cast<std::size_t>((diagonal + changes) / 2)]
                    : 0;
  }

  std::vector<Piece> walk_back(int changes, int diagonal) const {
    std::vector<Piece> pieces;
    int x = traced(changes, diagonal);
    for (; changes > 0; --changes) {
      const int left = traced(changes - 1, diagonal - 1);
      const int right = traced(changes - 1, diagonal + 1);
      const bool down = comes_down(changes, diagonal, left, right);
      const int begin = down ? right : left + 1;  // behind the change
      pieces.push_back({x - begin, 0, 0});
      pieces.push_back({0, down ? 0 : 1, down ? 1 : 0});
      diagonal += down ? 1 : -1;
      x = down ? right : left;
    }
    pieces.push_back({x, 0, 0});
    std::reverse(pieces.begin(), pieces.end());
    return pieces;
  }

  const Points& from_;
  const Points& to_;
  std::vector<int> reached_;             // by diagonal
  std::vector<std::vector<int>> trace_;  // by number of changes, then by diagonal
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
  std::optional<std::vector<Piece>> pieces;
  if (old.size() != 0 && fresh.size() != 0) pieces = Search(old, fresh).run();
  if (!pieces) pieces = {{0, old.size(), fresh.size()}};

  Difference result;
  auto pos = measure(from.substr(0, prefix)).points;
  int at = 0;
  for (const Piece& piece : without_islands(join(*pieces))) {
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
