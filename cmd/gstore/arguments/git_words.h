// What people who know git look for, and what there is in its place.
#pragma once

#include <string>
#include <string_view>

namespace gs::cli {

// What to use instead of a command of git that is none here; empty: it is not one of them.
inline std::string instead_of_git(std::string_view word) {
  struct Word {
    std::string_view git;
    std::string_view instead;
  };
  constexpr Word kWords[] = {
      {"add", "what a command writes is in the log at once, and nothing is staged before"},
      {"commit", "each command that writes commits what it writes; `gstore tag` names a version"},
      {"push", "`gstore bundle create` writes changes into a file for other replicas"},
      {"fetch", "`gstore bundle apply` takes changes of other replicas from a file"},
      {"pull", "`gstore bundle apply` takes changes of other replicas from a file, which merge"},
      {"rebase", "`gstore merge` takes what another branch has, and history stays as it was"},
      {"cherry-pick", "`gstore merge VERSION` takes a change with all that came before it"},
      {"reset", "`gstore undo` and `gstore revert` take back what was written, as a new change"},
      {"stash", "`gstore checkout -b NAME` begins a branch for what is to wait"},
      {"switch", "`gstore checkout` goes on with another branch"},
      {"status", "`gstore stats` counts what is there, `gstore branch` tells what is checked out"},
      {"rm", "`gstore delete` deletes a record"},
  };
  for (const Word& each : kWords) {
    if (each.git == word) return std::string(each.instead);
  }
  return {};
}

}  // namespace gs::cli
