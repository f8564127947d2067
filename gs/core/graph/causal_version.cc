// What a frontier holds in the words of peers, writers and sequences, and what a peer lacks of it.
#include <algorithm>
#include <tuple>

#include "gs/core/graph/causal_walk.h"

namespace gs::graph {

namespace {

// Sorts ranges, and makes one of those that meet.
void normalize(CausalVersion& ranges) {
  std::sort(ranges.begin(), ranges.end(), [](const SequenceRange& a, const SequenceRange& b) {
    return std::tie(a.writer, a.first) < std::tie(b.writer, b.first);
  });
  std::size_t count = 0;
  for (const SequenceRange& range : ranges) {
    SequenceRange* last = count == 0 ? nullptr : &ranges[count - 1];
    if (last != nullptr && last->writer == range.writer && range.first <= last->last + 1) {
      last->last = std::max(last->last, range.last);
    } else {
      ranges[count++] = range;
    }
  }
  ranges.resize(count);
}

bool is_version(const CausalVersion& ranges) {
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    if (ranges[i].first > ranges[i].last) return false;
    if (i == 0 || ranges[i - 1].writer < ranges[i].writer) continue;
    if (ranges[i - 1].writer > ranges[i].writer) return false;
    const std::uint64_t before = ranges[i - 1].last;
    if (ranges[i].first <= before || ranges[i].first - before < 2) return false;
  }
  return true;
}

// How many of `some`, from its first on, lie at or below one that `have` has.
std::uint64_t known_of(const CausalVersion& have, const SequenceRange& some) {
  const auto above = std::upper_bound(
      have.begin(), have.end(), some, [](const SequenceRange& a, const SequenceRange& b) {
        return std::tie(a.writer, a.last) < std::tie(b.writer, b.first);
      });
  if (above == have.begin()) return 0;
  const SequenceRange& known = *(above - 1);
  if (known.writer != some.writer || known.last < some.first) return 0;
  return std::min(known.last, some.last) - some.first + 1;
}

}  // namespace

SequenceRange CausalGraph::sequences_of(std::uint32_t run, ChangeRange changes) const {
  const Run& of = runs_[run];
  const std::uint64_t first = std::uint64_t{of.sequence} + (changes.first - of.first);
  return {of.writer, first, first + (changes.last - changes.first)};
}

// Of each writer what it wrote below `end`.
void CausalGraph::append_prefix(ChangeNumber end, CausalVersion& to) const {
  for (std::uint32_t writer = 0; writer < writer_runs_.size(); ++writer) {
    const auto& list = writer_runs_[writer];
    const auto above = std::partition_point(
        list.begin(), list.end(), [&](std::uint32_t run) { return runs_[run].first < end; });
    if (above == list.begin()) continue;
    const std::uint32_t run = *(above - 1);
    const ChangeNumber last = std::min(end_of(run), end) - 1;
    to.push_back({writer, 0, sequences_of(run, {runs_[run].first, last}).last});
  }
}

// Walks until all below is covered: that part the lists of the writers tell at once.
CausalVersion CausalGraph::version(Changes changes, Effort* effort) const {
  CausalVersion found;
  ChangeNumber covered = 0;
  AncestorWalk walk(*this, effort);
  walk.add(changes);
  for (AncestorWalk::Piece piece; walk.next(covered, piece); walk.follow(piece)) {
    const Run& run = runs_[piece.run];
    covered = std::max(covered, run.covers);
    if (run.window <= covered) covered = std::max(covered, piece.changes.last + 1);
    found.push_back(sequences_of(piece.run, piece.changes));
  }
  append_prefix(covered, found);
  normalize(found);
  return found;
}

Result<std::vector<ChangeRange>> CausalGraph::missing(const CausalVersion& have, Changes changes,
                                                      Effort* effort) const {
  if (!is_version(have)) {
    return Error(Code::invalid, "version: ranges ascend by writer and sequence, and do not meet");
  }
  std::vector<ChangeRange> found;
  AncestorWalk walk(*this, effort);
  walk.add(changes);
  for (AncestorWalk::Piece piece; walk.next(0, piece);) {
    const std::uint64_t known = known_of(have, sequences_of(piece.run, piece.changes));
    piece.changes.first += static_cast<ChangeNumber>(known);
    if (known == 0) walk.follow(piece);
    if (piece.changes.first > piece.changes.last) continue;
    if (!found.empty() && found.back().first == piece.changes.last + 1) {
      found.back().first = piece.changes.first;
    } else {
      found.push_back(piece.changes);
    }
  }
  std::reverse(found.begin(), found.end());
  return found;
}

}  // namespace gs::graph
