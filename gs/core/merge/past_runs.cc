#include "gs/core/merge/past_runs.h"

#include <algorithm>

namespace gs::merge {

void PastRuns::add(std::span<const std::uint32_t> parents) {
  const auto number = static_cast<std::uint32_t>(run_of_.size());
  const bool goes_on = parents.size() == 1 && runs_[run_of_[parents[0]]].last == parents[0];
  if (!goes_on) runs_.push_back({{parents.begin(), parents.end()}, number});
  run_of_.push_back(goes_on ? run_of_[parents[0]] : static_cast<std::uint32_t>(runs_.size() - 1));
  runs_[run_of_.back()].last = number;
  std::erase_if(heads_, [&](std::uint32_t head) {
    return std::find(parents.begin(), parents.end(), head) != parents.end();
  });
  heads_.push_back(number);
}

bool PastRuns::are_heads(std::span<const std::uint32_t> parents) const {
  return std::all_of(heads_.begin(), heads_.end(), [&](std::uint32_t head) {
    return std::find(parents.begin(), parents.end(), head) != parents.end();
  });
}

bool PastRuns::has_all(std::span<const std::uint32_t> parents,
                       std::span<const std::uint32_t> operations) const {
  if (operations.empty() || are_heads(parents)) return true;
  // Of each run, behind the last operation that is in the past; the numbers of a run ascend.
  std::vector<std::uint32_t> ends(runs_.size(), 0);
  std::vector<std::uint32_t> open(parents.begin(), parents.end());
  while (!open.empty()) {
    const std::uint32_t at = open.back();
    open.pop_back();
    std::uint32_t& end = ends[run_of_[at]];
    if (end == 0) {
      const std::vector<std::uint32_t>& more = runs_[run_of_[at]].parents;
      open.insert(open.end(), more.begin(), more.end());
    }
    end = std::max(end, at + 1);
  }
  return std::all_of(operations.begin(), operations.end(),
                     [&](std::uint32_t one) { return one < ends[run_of_[one]]; });
}

}  // namespace gs::merge
