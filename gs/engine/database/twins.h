// Twins: changes of one writer that claim one place in its chain, as its key is in two places or it
// lies; and which of them counts.
//
// All of them are kept and handed on, with what stands upon them, so that every replica knows the
// same changes; and which one counts follows from these alone (docs/FORMAT.md, "Twins"): each other
// writer has a vote for the one that its newest change stands upon. No version has two of a set.
//
// A *side* is what a change stands upon of all twins that there are. Pure; one thread. Memory: a
// side for each change, and a vote for each writer in each set.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "gs/core/graph/causal_graph.h"
#include "gs/core/graph/change.h"

namespace gs::engine {

class Twins {
 public:
  // In one storage. What is beyond is refused: by then nobody should take that key for a writer.
  static constexpr std::size_t kMax = 64;
  using Side = std::uint64_t;  // by bits

  struct Twin {
    graph::ChangeNumber number = 0;
    Digest digest;
  };
  struct Set {
    graph::Writer writer;  // whose key signed them
    std::uint64_t sequence = 0;
    std::vector<std::size_t> twins;  // indexes, below kMax
    std::size_t counts = 0;          // of these, the one that does
    Side side = 0;                   // all of them

    struct Vote {
      std::size_t twin = 0;
      std::pair<graph::Hlc, Digest> newest;  // the change that says so
    };
    std::map<graph::Writer, Vote> votes;
  };

  bool any() const noexcept { return !all_.empty(); }
  bool has_room(std::size_t more) const noexcept { return all_.size() + more <= kMax; }
  const std::vector<Set>& sets() const noexcept { return sets_; }
  const Twin& twin(std::size_t index) const noexcept { return all_[index]; }

  // `first` was in its place before; it is of a set from now on, when it was not already.
  void add(const graph::Writer& writer, std::uint64_t sequence, const Twin& first,
           const Twin& other);
  // What a change adds to the side of what stands upon it; mostly nothing.
  Side own_side(graph::ChangeNumber change) const noexcept;

  bool counts(Side side) const noexcept { return (side & losing_) == 0; }
  // Two of one set, which no change may stand upon.
  bool has_both(Side side) const noexcept;

  void vote(Side side, const graph::Writer& voter, graph::Hlc hlc, const Digest& change);
  void forget_votes();
  // After votes. Whether others count now.
  bool decide();

 private:
  std::size_t index_of(const Twin& twin, Set& set);
  std::size_t winner_of(const Set& set) const;

  std::vector<Twin> all_;
  std::vector<Set> sets_;
  Side losing_ = 0;
};

}  // namespace gs::engine
