// The fewest deletions and insertions that make one sequence of another, for texts and lists.
//
// Pure. Memory: the square of kDistanceMax, in bytes, four times. Work: kSearchWorkMax.
// Source: Myers, "An O(ND) Difference Algorithm and Its Variations", 1986.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

namespace gs::crdt {

// Of more changes than that nobody asks for the fewest.
inline constexpr int kDistanceMax = 512;

// Diagonals that are followed, and bytes that are found to be equal on them, in all searches that
// share them: the bytes of four texts as large as one that is written. What differs here and there
// is followed once to its end, and some units further at each change; only what repeats itself, as
// one letter a million times, is followed on hundreds of diagonals.
inline constexpr std::int64_t kSearchWorkMax = std::int64_t{64} << 20;

// So many units that stay, then so many that go and come.
struct Piece {
  int kept = 0;
  int deleted = 0;
  int inserted = 0;
};

// The furthest points that are reached with 0, 1, 2... changes, on each diagonal. A sequence has
// size() and an operator[] that gives the bytes of a unit.
template <typename Sequence>
class DifferenceSearch {
 public:
  DifferenceSearch(const Sequence& from, const Sequence& to, std::int64_t& work_left)
      : from_(from), to_(to), work_left_(work_left) {}

  // Nothing: more than kDistanceMax changes, or more work than was left.
  std::optional<std::vector<Piece>> run() {
    reached_.assign(2 * kDistanceMax + 3, 0);
    for (int changes = 0; changes <= kDistanceMax; ++changes) {
      trace_.emplace_back();
      for (int diagonal = -changes; diagonal <= changes; diagonal += 2) {
        const int x = follow(step(changes, diagonal), diagonal);
        if (work_left_ < 0) return std::nullopt;
        at(diagonal) = x;
        trace_.back().push_back(x);
        if (x >= from_.size() && x - diagonal >= to_.size()) return walk_back(changes, diagonal);
      }
    }
    return std::nullopt;
  }

 private:
  // Past what is equal.
  int follow(int x, int diagonal) {
    --work_left_;
    while (x < from_.size() && x - diagonal < to_.size() && from_[x] == to_[x - diagonal]) {
      work_left_ -= static_cast<std::int64_t>(from_[x].size());
      ++x;
    }
    return x;
  }
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

  const Sequence& from_;
  const Sequence& to_;
  std::int64_t& work_left_;
  std::vector<int> reached_;             // by diagonal
  std::vector<std::vector<int>> trace_;  // by number of changes, then by diagonal
};

// How `to` comes of `from`: beyond the bounds, as one piece. `work_left`: of all searches of a
// call.
template <typename Sequence>
std::vector<Piece> difference_pieces(const Sequence& from, const Sequence& to,
                                     std::int64_t& work_left) {
  if (from.size() != 0 && to.size() != 0) {
    DifferenceSearch<Sequence> search(from, to, work_left);
    if (auto pieces = search.run()) return std::move(*pieces);
  }
  return {{0, from.size(), to.size()}};
}
template <typename Sequence>
std::vector<Piece> difference_pieces(const Sequence& from, const Sequence& to) {
  std::int64_t work_left = kSearchWorkMax;
  return difference_pieces(from, to, work_left);
}

}  // namespace gs::crdt
