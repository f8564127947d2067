// The graph of changes as lines of text, as `git log --graph` draws one: a column, a lane, for each
// change that is waited for, since a child of it has been drawn.
//
//   *      a change
//   |\     upon two others
//   | *
//   * |
//   |/     two that were made upon one
//   *
//
// Changes come newest first: no change before one of its children. A lane stays in its column.
// Pure; memory is kLanesMax digests: a parent for which no lane is left is not drawn, and said to
// be missing.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "globalstorage/id.h"

namespace gs::cli {

class ChangeLanes {
 public:
  static constexpr std::size_t kLanesMax = 32;

  struct Drawn {
    std::vector<std::string> before;  // lines that lead lanes together
    std::string at;                   // of the change itself
    std::vector<std::string> after;   // lines that lead to more parents
    std::size_t missing = 0;          // parents to which no line leads
  };
  Drawn next(const Digest& change, std::span<const Digest> parents);

 private:
  using Lane = std::optional<Digest>;  // the change that it waits for

  std::size_t free_lane();
  std::optional<std::size_t> lane_of(const Digest& change) const;
  std::string lines() const;
  std::string link(std::size_t from, std::size_t to) const;
  void trim();

  std::vector<Lane> lanes_;
};

}  // namespace gs::cli
