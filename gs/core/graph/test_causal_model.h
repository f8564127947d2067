// What a graph of changes must say, worked out naively: each change has the set of its ancestors.
//
// `CausalHistory` makes random changes for a graph and the model: branches, merges of heads
// and of old changes, roots in between, writers that go from branch to branch, so that their
// previous change is none of their parents. `append` and `small_graph` are for tests by example.
#pragma once

#include <algorithm>
#include <functional>
#include <random>
#include <vector>

#include "gs/core/graph/causal_graph.h"

namespace gs::graph::testing {

class CausalModel {
 public:
  using Set = std::vector<bool>;  // by number
  struct Change {
    std::uint32_t writer = 0;
    std::uint64_t sequence = 0;
    std::vector<ChangeNumber> parents;
    Set ancestors;  // and itself
  };

  void add(std::uint32_t writer, std::uint64_t sequence, std::vector<ChangeNumber> parents) {
    std::sort(parents.begin(), parents.end());
    Set ancestors = closure(parents);
    ancestors.push_back(true);
    changes_.push_back({writer, sequence, std::move(parents), std::move(ancestors)});
  }

  ChangeNumber size() const { return static_cast<ChangeNumber>(changes_.size()); }
  const Change& at(ChangeNumber n) const { return changes_[n]; }
  std::uint64_t next_sequence(std::uint32_t writer) const {
    return static_cast<std::uint64_t>(
        std::count_if(changes_.begin(), changes_.end(),
                      [writer](const Change& change) { return change.writer == writer; }));
  }

  bool is_ancestor(ChangeNumber n, ChangeNumber of) const {
    return n < changes_[of].ancestors.size() && changes_[of].ancestors[n];
  }
  Set closure(CausalGraph::Changes changes) const {
    Set all(changes_.size());
    for (const ChangeNumber change : changes) {
      for (ChangeNumber n = 0; n <= change; ++n) all[n] = all[n] || is_ancestor(n, change);
    }
    return all;
  }
  std::vector<ChangeNumber> heads(const Set& set) const {
    std::vector<ChangeNumber> found;
    for (ChangeNumber n = 0; n < size(); ++n) {
      bool covered = !set[n];
      for (ChangeNumber m = n + 1; m < size() && !covered; ++m)
        covered = set[m] && is_ancestor(n, m);
      if (!covered) found.push_back(n);
    }
    return found;
  }
  bool is_critical(ChangeNumber n) const {
    for (ChangeNumber m = 0; m < size(); ++m) {
      if (!is_ancestor(m, n) && !is_ancestor(n, m)) return false;
    }
    return true;
  }
  CausalVersion version(const Set& set) const {
    CausalVersion ranges;
    for (ChangeNumber n = 0; n < size(); ++n) {
      if (set[n]) ranges.push_back({changes_[n].writer, changes_[n].sequence, 0});
    }
    std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) {
      return a.writer != b.writer ? a.writer < b.writer : a.first < b.first;
    });
    CausalVersion joined;
    for (const SequenceRange& one : ranges) {
      if (joined.empty() || joined.back().writer != one.writer ||
          joined.back().last + 1 != one.first) {
        joined.push_back({one.writer, one.first, one.first});
      }
      joined.back().last = one.first;
    }
    return joined;
  }

 private:
  std::vector<Change> changes_;
};

// Adds as the next change of a writer.
inline ChangeNumber append(CausalGraph& graph, std::uint32_t writer,
                           const std::vector<ChangeNumber>& parents) {
  std::uint64_t low = 0;
  std::uint64_t high = graph.size();
  while (low < high) {
    const std::uint64_t middle = (low + high) / 2;
    if (graph.find(writer, middle)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return graph.add(writer, low, parents).value();
}

// Writer 0 makes two changes, writer 1 one beside its second, writer 0 merges; writer 2 begins.
inline CausalGraph small_graph() {
  CausalGraph graph;
  append(graph, 0, {});
  append(graph, 0, {0});
  append(graph, 1, {0});
  append(graph, 0, {2, 1});
  append(graph, 2, {});
  return graph;
}

inline std::vector<ChangeRange> ranges_of(const CausalModel::Set& set) {
  std::vector<ChangeRange> ranges;
  for (ChangeNumber n = 0; n < set.size(); ++n) {
    if (!set[n]) continue;
    if (ranges.empty() || ranges.back().last + 1 != n) ranges.push_back({n, n});
    ranges.back().last = n;
  }
  return ranges;
}

inline CausalModel::Set minus(CausalModel::Set a, const CausalModel::Set& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = a[i] && !b[i];
  return a;
}
inline CausalModel::Set both(CausalModel::Set a, const CausalModel::Set& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = a[i] && b[i];
  return a;
}

// Random histories; each seed has its own habits.
class CausalHistory {
 public:
  explicit CausalHistory(std::uint64_t seed) : random_(seed) {
    for (std::uint64_t& weight : weights_) weight = below(3) == 0 ? 0 : below(10);
    weights_[0] += 1;
    writers_ = static_cast<std::uint32_t>(5 + below(4));
    repeat_ = below(8);
  }

  std::uint64_t below(std::uint64_t count) { return random_() % count; }

  // The parents of the next change, and who writes it.
  void step(const CausalModel& model, std::uint32_t& writer, std::vector<ChangeNumber>& parents) {
    if (left_ == 0 || model.size() == 0) {
      writer_ = static_cast<std::uint32_t>(below(writers_));
      left_ = 1 + below(1 + repeat_);
      parents = some_parents(model);
    } else {
      parents = {model.size() - 1};
    }
    --left_;
    writer = writer_;
  }

  // Any set of changes: heads of a former time, heads and older ones, none.
  std::vector<ChangeNumber> frontier(const CausalModel& model) {
    std::vector<ChangeNumber> changes;
    for (std::uint64_t i = below(5); i > 0; --i) changes.push_back(any(model));
    if (below(3) == 0) changes.push_back(model.size() - 1);
    return changes;
  }

 private:
  ChangeNumber any(const CausalModel& model) {
    return static_cast<ChangeNumber>(below(model.size()));
  }

  std::vector<ChangeNumber> some_parents(const CausalModel& model) {
    if (model.size() == 0) return {};
    std::uint64_t dice = below(weights_[0] + weights_[1] + weights_[2] + weights_[3] + weights_[4]);
    std::size_t way = 0;
    while (dice >= weights_[way]) dice -= weights_[way++];
    const CausalModel::Set all(model.size(), true);
    std::vector<ChangeNumber> parents;
    switch (way) {
      case 0:
        return {model.size() - 1};
      case 1:
        return model.heads(all);
      case 2:
        return {any(model)};
      case 3:
        for (std::uint64_t i = 2 + below(3); i > 0; --i) parents.push_back(any(model));
        break;
      default:
        if (below(3) == 0) return {};  // a root
        for (const ChangeNumber head : model.heads(all)) {
          if (below(2) == 0) parents.push_back(head);
        }
        if (parents.empty()) parents.push_back(any(model));
    }
    std::sort(parents.begin(), parents.end(), std::greater<>());
    parents.erase(std::unique(parents.begin(), parents.end()), parents.end());
    return parents;
  }

  std::mt19937_64 random_;
  std::uint64_t weights_[5] = {};
  std::uint32_t writers_ = 5;
  std::uint64_t repeat_ = 0;
  std::uint64_t left_ = 0;
  std::uint32_t writer_ = 0;
};

}  // namespace gs::graph::testing
