// Adding changes and looking them up. What spares walks is noted in causal_notes.cc.
#include "gs/core/graph/causal_graph.h"

#include <algorithm>
#include <string>

#include "gs/base/check.h"
#include "gs/core/graph/change.h"

namespace gs::graph {

Result<ChangeNumber> CausalGraph::add(std::uint32_t writer, std::uint64_t sequence,
                                      Changes parents) {
  GS_TRY_OK(check(writer, sequence, parents));
  if (extends(writer, parents)) {
    extend(1);
  } else {
    begin_run(writer, sequence, parents);
  }
  return size_ - 1;
}

Error CausalGraph::check(std::uint32_t writer, std::uint64_t sequence, Changes parents) const {
  if (writer >= kGraphWritersMax) {
    return {Code::too_large, "writer " + std::to_string(writer) + ": numbers are below " +
                                 std::to_string(kGraphWritersMax)};
  }
  if (parents.size() > kParentsMax) {
    return {Code::too_large,
            std::to_string(parents.size()) + " parents: at most " + std::to_string(kParentsMax)};
  }
  if (size_ == kChangesMax || parents_.size() + parents.size() > kChangesMax) {
    return {Code::too_large, "the graph is full: at most " + std::to_string(kChangesMax) +
                                 " changes, and as many parents"};
  }
  if (sequence != next_sequence(writer)) {
    return {Code::invalid, "sequence " + std::to_string(sequence) + ": the next one of writer " +
                               std::to_string(writer) + " is " +
                               std::to_string(next_sequence(writer))};
  }
  for (const ChangeNumber parent : parents) {
    if (parent >= size_) {
      return {Code::invalid, "parent " + std::to_string(parent) + " is unknown: there are " +
                                 std::to_string(size_) + " changes"};
    }
  }
  if (parents.size() < 2) return {};
  std::vector<ChangeNumber> sorted(parents.begin(), parents.end());
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice == sorted.end()) return {};
  return {Code::invalid, "parent " + std::to_string(*twice) + " is there twice"};
}

bool CausalGraph::extends(std::uint32_t writer, Changes parents) const noexcept {
  return parents.size() == 1 && parents[0] + 1 == size_ && runs_.back().writer == writer;
}

void CausalGraph::extend(ChangeNumber count) {
  size_ += count;
  if (runs_.back().covers_all()) critical_.back().last = size_ - 1;
}

void CausalGraph::begin_run(std::uint32_t writer, std::uint64_t sequence, Changes parents) {
  Run run;
  run.first = size_;
  run.writer = writer;
  run.sequence = static_cast<std::uint32_t>(sequence);
  run.parents_at = static_cast<std::uint32_t>(parents_.size());
  parents_.insert(parents_.end(), parents.begin(), parents.end());
  std::sort(parents_.begin() + run.parents_at, parents_.end());

  const auto index = static_cast<std::uint32_t>(runs_.size());
  std::vector<Place> places;
  for (std::size_t i = run.parents_at; i < parents_.size(); ++i) {
    places.push_back(place_of(parents_[i]));
  }
  for (const Place& place : places) note_child(place);
  run.head_at = static_cast<std::uint32_t>(heads_.size());
  heads_.push_back(index);
  note_covered(run, places);
  note_dominator(run, places);
  note_critical(run);
  runs_.push_back(run);
  ++size_;
  if (writer >= writer_runs_.size()) writer_runs_.resize(std::size_t{writer} + 1);
  writer_runs_[writer].push_back(index);
}

// A head is the last change of its run: behind any other change its run goes on.
void CausalGraph::note_child(const Place& parent) {
  runs_[parent.run].shared = std::max(runs_[parent.run].shared, parent.number + 1);
  const std::uint32_t at = runs_[parent.run].head_at;
  if (at == kNone || parent.number + 1 != end_of(parent.run)) return;
  heads_[at] = heads_.back();
  runs_[heads_[at]].head_at = at;
  heads_.pop_back();
  runs_[parent.run].head_at = kNone;
}

std::uint64_t CausalGraph::next_sequence(std::uint32_t writer) const noexcept {
  if (writer >= writer_runs_.size() || writer_runs_[writer].empty()) return 0;
  const std::uint32_t run = writer_runs_[writer].back();
  return std::uint64_t{runs_[run].sequence} + (end_of(run) - runs_[run].first);
}

std::uint32_t CausalGraph::writer_of(ChangeNumber change) const {
  return runs_[place_of(change).run].writer;
}

std::uint64_t CausalGraph::sequence_of(ChangeNumber change) const {
  const Run& run = runs_[place_of(change).run];
  return std::uint64_t{run.sequence} + (change - run.first);
}

std::vector<ChangeNumber> CausalGraph::parents_of(ChangeNumber change) const {
  const Place place = place_of(change);
  if (runs_[place.run].first != change) return {change - 1};
  const Changes parents = parents_of_run(place.run);
  return {parents.begin(), parents.end()};
}

std::optional<ChangeNumber> CausalGraph::find(std::uint32_t writer, std::uint64_t sequence) const {
  if (sequence >= next_sequence(writer)) return std::nullopt;
  const auto& list = writer_runs_[writer];
  const auto above =
      std::upper_bound(list.begin(), list.end(), sequence,
                       [this](std::uint64_t s, std::uint32_t r) { return s < runs_[r].sequence; });
  const Run& run = runs_[*(above - 1)];
  return run.first + static_cast<ChangeNumber>(sequence - run.sequence);
}

std::vector<ChangeNumber> CausalGraph::frontier() const {
  std::vector<ChangeNumber> changes;
  changes.reserve(heads_.size());
  for (const std::uint32_t run : heads_) changes.push_back(end_of(run) - 1);
  std::sort(changes.begin(), changes.end());
  return changes;
}

CausalGraph::Place CausalGraph::place_of(ChangeNumber change) const {
  GS_CHECK(change < size_);
  return place_before(change, static_cast<std::uint32_t>(runs_.size()));
}

// Doubles its steps back from `end`, then halves what lies between the last two.
CausalGraph::Place CausalGraph::place_before(ChangeNumber change, std::uint32_t end) const {
  std::uint32_t high = end;
  std::uint32_t low = end - 1;
  for (std::uint32_t step = 1; runs_[low].first > change; step *= 2) {
    high = low;
    low -= std::min(low, step);
  }
  while (high - low > 1) {
    const std::uint32_t middle = low + (high - low) / 2;
    (runs_[middle].first <= change ? low : high) = middle;
  }
  return {change, low};
}

ChangeNumber CausalGraph::end_of(std::uint32_t run) const noexcept {
  return run + 1 < runs_.size() ? runs_[run + 1].first : size_;
}

CausalGraph::Changes CausalGraph::parents_of_run(std::uint32_t run) const noexcept {
  const std::size_t begin = runs_[run].parents_at;
  const std::size_t end = run + 1 < runs_.size() ? runs_[run + 1].parents_at : parents_.size();
  return Changes(parents_).subspan(begin, end - begin);
}

}  // namespace gs::graph
