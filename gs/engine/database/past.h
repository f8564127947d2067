// What records were in an earlier version of the storage.
//
// A version is named by changes and means all of their ancestors, themselves included: so it is the
// same on every replica that has them, whatever else is there and in whatever order things came. It
// is a set of numbers of this log, told by the graph of changes. What it makes of a record follows
// from the operations on that record in it, done in the order of the log, in which whatever a write
// has seen comes before it.
//
// An erasure reaches back: what a record was in versions without it is told by no replica any more.
#pragma once

#include <algorithm>
#include <set>
#include <span>
#include <vector>

#include "gs/core/graph/causal_graph.h"
#include "gs/core/graph/operation.h"
#include "gs/engine/database/known_changes.h"
#include "gs/engine/database/merging.h"
#include "gs/storage/log/log.h"

namespace gs::engine {

// The changes of a version.
class Ancestors {
 public:
  Ancestors() = default;
  Ancestors(const graph::CausalGraph& graph, graph::CausalGraph::Changes heads)
      : ranges_(graph.diff(heads, {}).only_a) {}

  // Without what the change, one of these, did at `hlc` and after it.
  void cut(graph::ChangeNumber change, graph::Hlc hlc) noexcept {
    cut_change_ = change;
    cut_hlc_ = hlc;
  }
  bool have(graph::ChangeNumber change, const graph::OperationView& operation) const noexcept {
    return have(change) && (change != cut_change_ || operation.hlc < cut_hlc_);
  }
  bool have(graph::ChangeNumber change) const noexcept {
    const auto behind = std::partition_point(
        ranges_.begin(), ranges_.end(),
        [change](const graph::ChangeRange& range) { return range.first <= change; });
    return behind != ranges_.begin() && change <= (behind - 1)->last;
  }
  // Whether all changes with numbers below this one are in it, with all that they did.
  bool have_first(graph::ChangeNumber count) const noexcept {
    if (count == 0) return true;
    const bool is_cut = cut_hlc_ != ~graph::Hlc{0} && cut_change_ < count;
    return !is_cut && !ranges_.empty() && ranges_.front().first == 0 &&
           ranges_.front().last >= count - 1;
  }
  std::span<const graph::ChangeRange> ranges() const noexcept { return ranges_; }

 private:
  std::vector<graph::ChangeRange> ranges_;  // ascending
  graph::ChangeNumber cut_change_ = 0;
  graph::Hlc cut_hlc_ = ~graph::Hlc{0};
};

// Consecutive changes of the log, and where the first one lies.
struct Stretch {
  graph::ChangeRange changes;
  log::Location at = 0;
};

// Of these changes: of a shallow storage those that are not in its base. What a version was is made
// of them and the base, so that it has to have all of the base: check_reach() tells (settled.h).
std::vector<Stretch> stretches_of(const KnownChanges& known,
                                  std::span<const graph::ChangeRange> ranges);

// Operations on records, as they lie in one snapshot of the log, which has to stay.
class PastWrites {
 public:
  // Of one call for all records: 24 bytes for each, and 150 for each change.
  static constexpr std::size_t kWritesMax = std::size_t{8} << 20;

  struct Write {
    Id id;
    graph::ChangeNumber change = 0;
    std::uint32_t offset = 0;  // of the operation, from the change's begin
  };
  struct Change {
    graph::ChangeNumber number = 0;
    log::Location at = 0;
    graph::ChangeView view;
  };

  // Remembers what a change does to the records that `wants` names; expectations do nothing.
  // Errors: too_large.
  template <typename Wants>
  Error add(graph::ChangeNumber number, log::Location at, const graph::ChangeView& change,
            const Wants& wants);
  // When all were added.
  void sort();

  std::span<const Write> all() const noexcept {
    return writes_;
  }  // by id, then as the log has them
  std::span<const Write> of(const Id& id) const noexcept;
  const Change& change_of(const Write& write) const noexcept;
  // Of those written to, by id, those that may be older than these writes: not those that one of
  // them inserted, as nothing comes before the insert of a minted id.
  std::vector<Id> maybe_older() const;

 private:
  std::vector<Write> writes_;
  std::vector<Change> changes_;
};

// Transactions that count as if they had never been. Where it says writer, it means a chain.
struct Omitted {
  // What somebody is taking back.
  std::set<graph::Stamp> taken;
  // What their own writers took back, with what took it back. But an insertion goes only as a
  // whole: one upon which a write of somebody else stands stayed, so in that record nothing of its
  // writer is left out.
  std::set<graph::Stamp> undone;
};

// A record as a version has it.
struct PastRecord {
  enum class Status : std::uint8_t {
    none,     // nothing was written to it
    live,     // `record` says what it was
    removed,  // the same, with its removal
    erased,   // by an erasure of the version
    lost,     // by a later one, or one that came at the same time: nobody can tell any more
  };
  Status status = Status::none;
  Merged record;

  bool is_live() const noexcept { return status == Status::live; }
};

template <typename Wants>
Error PastWrites::add(graph::ChangeNumber number, log::Location at, const graph::ChangeView& change,
                      const Wants& wants) {
  std::vector<bool> wanted(change.id_count());
  bool is_any = false;
  for (std::uint32_t i = 0; i < change.id_count(); ++i) {
    wanted[i] = wants(change.id(i));
    is_any = is_any || wanted[i];
  }
  if (!is_any) return {};
  const std::size_t had = writes_.size();
  auto cursor = change.operations();
  for (graph::OperationView operation; cursor.next(operation);) {
    if (operation.id_index == graph::kNoId || !wanted[operation.id_index]) continue;
    if (graph::comes_first(operation.kind)) continue;
    if (writes_.size() == kWritesMax) {
      return Error(Code::too_large, "there are more than " + std::to_string(kWritesMax) +
                                        " writes to look at. Compare versions that differ less");
    }
    writes_.push_back(
        {change.id(operation.id_index), number, static_cast<std::uint32_t>(cursor.offset())});
  }
  if (writes_.size() != had) changes_.push_back({number, at, change});
  return {};
}

}  // namespace gs::engine
