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
#include "gs/engine/database/written_ids.h"
#include "gs/storage/log/log.h"

namespace gs::engine {

class KnownChanges {
 public:
  // The next change of the log. `at`: where it lies; `last`: the stamp of its last operation.
  // Errors: broken_chain, too_large.
  Error add(const graph::HeaderView& header, const Digest& digest, log::Location at,
            graph::Hlc last);

  std::optional<graph::ChangeNumber> find(const Digest& change) const;
  std::optional<graph::ChangeNumber> find(const graph::Writer& writer,
                                          std::uint64_t sequence) const;
  const Digest& digest(graph::ChangeNumber number) const { return all_[number].digest; }
  log::Location place(graph::ChangeNumber number) const { return all_[number].place; }
  graph::Hlc hlc(graph::ChangeNumber number) const { return all_[number].hlc; }  // its first stamp
  const graph::Writer& chain(graph::ChangeNumber number) const {
    return names_[graph_.writer_of(number)].chain;
  }
  // Not its chain.
  const graph::Writer& writer(graph::ChangeNumber number) const {
    return names_[graph_.writer_of(number)].writer;
  }
  // Of whom: not a chain.
  std::vector<graph::Writer> chains_of(const graph::Writer& writer) const;
  // The heads of what was written on a branch; none when nobody has. Ascending.
  std::vector<graph::ChangeNumber> heads_of(const graph::BranchId& branch) const;
  // How many changes of the writer there are; they have the sequences below.
  std::uint64_t count(const graph::Writer& writer) const;
  // The last stamp of the writer's newest change; 0 for none.
  graph::Hlc newest_hlc(const graph::Writer& writer) const;
  // The change that alone can have what the writer wrote with this stamp, and where it lies, 0 for
  // none.
  std::optional<graph::ChangeNumber> change_at(const graph::Writer& writer, graph::Hlc hlc) const;
  log::Location place_of(const graph::Writer& writer, graph::Hlc hlc) const;
  // Whether somebody who knew `parents` could have seen what the writer wrote with this stamp.
  bool may_have_seen(const graph::Writer& writer, graph::Hlc hlc,
                     std::span<const graph::ChangeNumber> parents) const;

  const graph::CausalGraph& graph() const noexcept { return graph_; }
  const Lacking& lacking() const noexcept { return lacking_; }
  // Of a shallow storage: the changes before its cut, whose contents were dropped. Before the first
  // add(). What these lack nobody brings back.
  void drop_below(graph::ChangeNumber cut) noexcept { cut_ = cut; }
  graph::ChangeNumber cut() const noexcept { return cut_; }
  // After add() of the same change: all of it; of an own one, which records it writes to, and
  // whether it takes anything back.
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

  graph::CausalGraph graph_;
  graph::ChangeNumber newest() const noexcept { return graph_.size() - 1; }

  graph::ChangeNumber cut_ = 0;
  Lacking lacking_;
  WrittenIds written_;
  std::vector<graph::ChangeNumber> reverting_;  // ascending
  std::map<Id, graph::Stamp> erasures_;
  std::vector<Known> all_;  // by number
  std::unordered_map<Digest, graph::ChangeNumber, Hash> numbers_;
  std::unordered_map<graph::Writer, std::uint32_t, Hash> writers_;
  std::vector<std::vector<graph::ChangeNumber>> chains_;  // by writer
  struct Names {
    graph::Writer chain;
    graph::Writer writer;  // whose it is
  };
  std::vector<Names> names_;  // the same
  // What no other change of the branch was made upon; not heads for certain, as the way from one to
  // another may lead through other branches.
  std::map<graph::BranchId, std::vector<graph::ChangeNumber>> ends_;
};

// The stamp of the last operation.
graph::Hlc last_stamp(const graph::ChangeView& change);

}  // namespace gs::engine
