// The changes of this log by their digests, and what happened before what: for who exchanges
// changes with other replicas, or looks at branches. Where it says writer, it means a chain: a
// writer on one branch.
//
// Made by a walk over the log when it is first asked for, and kept up after that. Memory: about 80
// bytes a change, and 1.3 for each record that it writes to. With the engine's commit lock, or a
// private instance.
#pragma once

#include <map>
#include <unordered_map>

#include "gs/base/endian.h"
#include "gs/core/graph/causal_graph.h"
#include "gs/core/graph/change.h"
#include "gs/core/graph/header.h"
#include "gs/core/graph/operation.h"
#include "gs/engine/database/lacking.h"
#include "gs/engine/database/twins.h"
#include "gs/engine/database/written_ids.h"
#include "gs/storage/log/log.h"

namespace gs::engine {

class KnownChanges {
 public:
  // The next change of the log. `at`: where it lies; `last`: the stamp of its last operation.
  // Errors: broken_chain, too_large (also one twin too many).
  Error add(const graph::HeaderView& header, const Digest& digest, log::Location at,
            graph::Hlc last);

  std::optional<graph::ChangeNumber> find(const Digest& change) const;
  const Digest& digest(graph::ChangeNumber number) const { return all_[number].digest; }
  log::Location place(graph::ChangeNumber number) const { return all_[number].place; }
  graph::Hlc hlc(graph::ChangeNumber number) const { return all_[number].hlc; }  // its first stamp
  graph::Hlc last_hlc(graph::ChangeNumber number) const { return all_[number].last; }
  const graph::Writer& chain(graph::ChangeNumber number) const { return chain_of(number).name; }
  // Not its chain.
  const graph::Writer& writer(graph::ChangeNumber number) const { return chain_of(number).key; }
  // Of whom: not a chain.
  std::vector<graph::Writer> chains_of(const graph::Writer& writer) const;
  // What a writer wrote, on whichever branches, the newest first. Of whom: the same.
  std::vector<graph::ChangeNumber> written_by(const graph::Writer& writer) const;
  // The heads of what was written on a branch and counts; none when nobody has. Ascending.
  std::vector<graph::ChangeNumber> heads_of(const graph::BranchId& branch) const;
  std::uint64_t sequence_of(graph::ChangeNumber number) const {
    return chain_of(number).sequence + graph_.sequence_of(number);
  }
  // The change that the writer's next one has to follow: one that counts, if it can.
  std::optional<graph::ChangeNumber> end_of(const graph::Writer& writer) const;
  // A change and those that its writer wrote before it; ascending.
  std::vector<graph::ChangeRange> chain_up_to(graph::ChangeNumber last) const;
  // Among the ancestors of `heads`, the change that alone can have what the writer wrote with this
  // stamp.
  std::optional<graph::ChangeNumber> change_at(const graph::Writer& writer, graph::Hlc hlc,
                                               std::span<const graph::ChangeNumber> heads) const;
  // Whether somebody who knew `parents` could have seen what the writer wrote with this stamp.
  bool may_have_seen(const graph::Writer& writer, graph::Hlc hlc,
                     std::span<const graph::ChangeNumber> parents) const {
    return change_at(writer, hlc, parents).has_value();
  }

  // Where a change stands in the chain of its writer.
  struct Place {
    std::optional<graph::ChangeNumber> before;  // the one that it follows
    std::optional<graph::ChangeNumber> twin;    // another one that has the place already
  };
  // Errors: broken_chain, it says to follow what is not there, or not with its number.
  Result<Place> place_of(const graph::HeaderView& header) const;

  const Twins& twins() const noexcept { return twins_; }
  // How many times it changed what counts.
  std::uint64_t decisions() const noexcept { return decisions_; }
  // What it stands upon of them, itself included.
  Twins::Side side_of(graph::ChangeNumber change) const noexcept {
    return sides_.empty() ? Twins::Side{0} : sides_[change];
  }
  Twins::Side side_of(std::span<const graph::ChangeNumber> changes) const noexcept;
  bool counts(graph::ChangeNumber change) const noexcept { return twins_.counts(side_of(change)); }

  const graph::CausalGraph& graph() const noexcept { return graph_; }
  const Lacking& lacking() const noexcept { return lacking_; }
  // Of a shallow storage: the changes before its cut, whose contents were dropped. Before the first
  // add(). What these lack nobody brings back.
  void drop_below(graph::ChangeNumber cut) noexcept { cut_ = cut; }
  graph::ChangeNumber cut() const noexcept { return cut_; }
  // After add() of the same change: all of it; of an own one that writes to records, which these
  // are, and whether it takes anything back.
  void add_contents(const graph::ChangeView& change);
  void add_own(std::span<const Id> ids, bool reverts) {
    written_.add(newest(), ids);
    if (reverts) reverting_.push_back(newest());
  }
  // Of these changes, those that may write to one of the records.
  std::vector<graph::ChangeRange> narrowed(std::span<const graph::ChangeRange> changes,
                                           std::span<const Id> ids) const {
    return written_.narrowed(changes, ids);
  }
  // Of these changes, ascending, those in which something is taken back.
  std::vector<graph::ChangeRange> reverting(std::span<const graph::ChangeRange> changes) const;
  // How many of these changes, ascending, do more than name versions and say what they merge.
  std::uint64_t writing_count(std::span<const graph::ChangeRange> changes) const;
  // Of each record that was erased on some branch, the erasure that counts.
  const std::map<Id, graph::Stamp>& erasures() const noexcept { return erasures_; }
  std::size_t size() const noexcept { return all_.size(); }

 private:
  struct Known {
    Digest digest;
    log::Location place = 0;
    graph::Hlc hlc = 0;   // of its first operation
    graph::Hlc last = 0;  // of its last one
  };
  struct Hash {
    std::size_t operator()(const Digest& digest) const noexcept {
      return static_cast<std::size_t>(load_u64(digest.bytes.data()));
    }
  };

  static constexpr std::uint32_t kNoChain = 0xffffffff;
  // Changes of one writer on one branch, one behind the other; behind a twin a chain of its own.
  struct Chain {
    graph::Writer name;  // graph::chain_of()
    graph::Writer key;   // that signed it
    graph::BranchId branch;
    std::uint64_t sequence = 0;                 // of its first change
    std::optional<graph::ChangeNumber> before;  // what that one follows
    std::uint32_t next = kNoChain;              // another one of this writer
    std::vector<graph::ChangeNumber> changes;
  };

  graph::ChangeNumber newest() const noexcept { return graph_.size() - 1; }
  std::uint32_t chain_number_of(const graph::HeaderView& header, const Place& place);
  const Chain& chain_of(graph::ChangeNumber change) const {
    return chains_[graph_.writer_of(change)];
  }
  void add_end(graph::ChangeNumber change, std::span<const graph::ChangeNumber> parents);
  void add_side(graph::ChangeNumber change, std::span<const graph::ChangeNumber> parents);
  void look_at_sides();
  void look_at_ends();

  graph::CausalGraph graph_;
  graph::ChangeNumber cut_ = 0;
  Lacking lacking_;
  WrittenIds written_;
  std::vector<graph::ChangeNumber> reverting_;  // ascending
  std::vector<graph::ChangeNumber> naming_;     // that do no more than that, ascending
  std::map<Id, graph::Stamp> erasures_;
  std::vector<Known> all_;  // by number
  std::unordered_map<Digest, graph::ChangeNumber, Hash> numbers_;
  std::unordered_map<graph::Writer, std::uint32_t, Hash> writers_;  // the first of their chains
  std::vector<Chain> chains_;  // as the graph has numbers of writers
  // What no other change of the branch was made upon; not heads for certain, as the way from one to
  // another may lead through other branches. Of those that count.
  std::map<graph::BranchId, std::vector<graph::ChangeNumber>> ends_;
  Twins twins_;
  std::vector<Twins::Side> sides_;  // by number; empty while there are no twins
  std::uint64_t decisions_ = 0;
};

// The stamp of the last operation.
graph::Hlc last_stamp(const graph::ChangeView& change);

}  // namespace gs::engine
