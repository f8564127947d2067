// When to merge: size tiers, newest first.

#include "gs/storage/state/state.h"

namespace gs::state {
namespace {

// So many runs of one tier are left alone: each merge then takes several runs at once, and an entry
// is rewritten once per doubling of the data or less.
constexpr std::size_t kTierRunsMax = 4;

}  // namespace

// Two rules. Space: all newer runs together are no larger than the oldest one; else everything is
// merged, which costs at most as much again as was written since the last time. Number: a tier is
// the longest row of runs, from the newest, each no larger than all newer ones together; when it
// has kTierRunsMax runs it becomes one. What follows a tier is larger than the tier, so behind the
// first few runs sizes double and their number is logarithmic.
std::size_t runs_to_merge(const std::vector<std::uint64_t>& sizes) noexcept {
  if (sizes.size() < 2) return 0;
  std::uint64_t newer = 0;
  for (std::size_t i = 0; i + 1 < sizes.size(); ++i) newer += sizes[i];
  if (newer > sizes.back()) return sizes.size();

  std::uint64_t tier = sizes.front();
  std::size_t count = 1;
  while (count < sizes.size() && sizes[count] <= tier) tier += sizes[count++];
  return count >= kTierRunsMax ? count : 0;
}

}  // namespace gs::state
