// What is kept of a run's first change to spare walks the way down: covers, window, dominator.
#include <algorithm>

#include "gs/core/graph/causal_graph.h"

namespace gs::graph {

// Exact when everything is covered, which the heads tell; else what the parents' notes say without
// a walk: true, though more may be covered. `parents` ascend.
void CausalGraph::note_covered(Run& run, std::span<const Place> parents) const {
  run.covers = 0;
  run.window = run.first;
  if (heads_.size() == 1) {  // the new one
    run.covers = run.first;
    run.window = 0;
    return;
  }
  for (const Place& parent : parents) {
    const Run& from = runs_[parent.run];
    run.covers = std::max(run.covers, from.covers);
    if (from.window <= run.covers) run.covers = std::max(run.covers, parent.number + 1);
  }
  for (auto parent = parents.rbegin(); parent != parents.rend(); ++parent) {
    if (parent->number + 1 < run.window) return;
    run.window = std::min(run.window, runs_[parent->run].window);
  }
}

void CausalGraph::note_dominator(Run& run, std::span<const Place> parents) const {
  if (parents.empty()) return;
  Place common = parents.back();
  for (std::size_t i = parents.size() - 1; i-- > 0 && common.run != kNone;) {
    common = common_dominator(common, parents[i]);
  }
  if (common.run == kNone) return;
  const Run& below = runs_[common.run];
  run.dominator = common.number;
  run.dominator_run = common.run;
  run.depth = below.depth + 1;
  // A jump over two jumps of one length, else to the next one: so lengths are as the digits of a
  // skew binary number.
  const std::uint32_t second = below.jump == kNone ? kNone : runs_[below.jump].jump;
  const std::uint32_t first_length = below.depth - depth_of(below.jump);
  const std::uint32_t second_length = depth_of(below.jump) - depth_of(second);
  run.jump = first_length == second_length ? second : common.run;
}

// A change that covers all below it is critical as long as all that come later have it. What has it
// covers it: parents hand on what they cover.
void CausalGraph::note_critical(const Run& run) {
  while (!critical_.empty() && critical_.back().first >= run.covers) critical_.pop_back();
  if (!critical_.empty() && critical_.back().last >= run.covers) {
    critical_.back().last = run.covers - 1;
  }
  if (!run.covers_all()) return;
  if (!critical_.empty() && critical_.back().last + 1 == run.first) {
    critical_.back().last = run.first;
  } else {
    critical_.push_back({run.first, run.first});
  }
}

bool CausalGraph::is_critical(ChangeNumber change) const {
  const auto above =
      std::upper_bound(critical_.begin(), critical_.end(), place_of(change).number,
                       [](ChangeNumber n, const ChangeRange& range) { return n < range.first; });
  return above != critical_.begin() && change <= (above - 1)->last;
}

std::uint32_t CausalGraph::depth_of(std::uint32_t run) const noexcept {
  return run == kNone ? 0 : runs_[run].depth;
}

// The last step is one to a dominator, never a jump: it says how high the way enters that run.
CausalGraph::Place CausalGraph::raise(Place from, std::uint32_t depth) const {
  while (runs_[from.run].depth > depth) {
    const Run& run = runs_[from.run];
    if (depth_of(run.jump) > depth) {
      from = {runs_[run.jump].first, run.jump};
    } else {
      from = {run.dominator, run.dominator_run};
    }
  }
  return from;
}

// Of two ways into one run the higher one shows more of it, and both lead through its first change.
CausalGraph::Place CausalGraph::common_dominator(Place a, Place b) const {
  const std::uint32_t depth = std::min(runs_[a.run].depth, runs_[b.run].depth);
  a = raise(a, depth);
  b = raise(b, depth);
  while (a.run != b.run) {
    const Run& run_a = runs_[a.run];
    const Run& run_b = runs_[b.run];
    if (run_a.dominator_run == kNone) return {};  // so has b none: both are at the same depth
    if (run_a.jump != run_b.jump) {
      a = {runs_[run_a.jump].first, run_a.jump};
      b = {runs_[run_b.jump].first, run_b.jump};
    } else {
      a = {run_a.dominator, run_a.dominator_run};
      b = {run_b.dominator, run_b.dominator_run};
    }
  }
  return std::max(a, b);
}

CausalGraph::Place CausalGraph::lower(Place from, ChangeNumber low, std::size_t& visited) const {
  for (;; ++visited) {
    const Run& run = runs_[from.run];
    if (run.first <= low) return from;
    if (run.jump != kNone && runs_[run.jump].first > low) {
      from = {runs_[run.jump].first, run.jump};
    } else if (run.dominator_run != kNone && run.dominator >= low) {
      from = {run.dominator, run.dominator_run};
    } else {
      return {run.first, from.run};
    }
  }
}

}  // namespace gs::graph
