// Which operations of a log are in the past of one to come.
//
// Operations that stand one on the other, each on the one before alone, are one run: of what two
// have written beside each other there are two. Not thread-safe. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace gs::merge {

class PastRuns {
 public:
  // The next operation, on these.
  void add(std::span<const std::uint32_t> parents);
  // Whether these have all that there is in their past.
  bool are_heads(std::span<const std::uint32_t> parents) const;
  // Whether each of these is in the past of one that stands on `parents`. O(runs) at most, and
  // nothing if that is all there is.
  bool has_all(std::span<const std::uint32_t> parents,
               std::span<const std::uint32_t> operations) const;

 private:
  struct Run {
    std::vector<std::uint32_t> parents;  // of its first operation
    std::uint32_t last = 0;
  };

  std::vector<Run> runs_;
  std::vector<std::uint32_t> run_of_;  // of each operation
  std::vector<std::uint32_t> heads_;   // on which none stands, ascending
};

}  // namespace gs::merge
