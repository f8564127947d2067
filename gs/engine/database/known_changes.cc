#include "gs/engine/database/known_changes.h"

#include <algorithm>

namespace gs::engine {

Error KnownChanges::add(const graph::HeaderView& header, const Digest& digest, log::Location at,
                        graph::Hlc last) {
  std::vector<graph::ChangeNumber> parents;
  parents.reserve(header.parent_count());
  for (std::uint32_t i = 0; i < header.parent_count(); ++i) {
    const auto parent = find(header.parent(i));
    if (!parent) {
      return Error(Code::broken_chain,
                   "change " + digest.text() + " has a parent that does not come before it");
    }
    parents.push_back(*parent);
  }
  const auto writer = static_cast<std::uint32_t>(writers_.size());
  const std::uint32_t number = writers_.try_emplace(header.chain(), writer).first->second;
  if (number == chains_.size()) {
    chains_.emplace_back();
    names_.push_back({header.chain(), header.writer()});
  }
  GS_TRY(const graph::ChangeNumber change, graph_.add(number, header.sequence(), parents));
  chains_[number].push_back(change);
  std::vector<graph::ChangeNumber>& ends = ends_[header.branch()];
  std::erase_if(ends, [&](graph::ChangeNumber end) {
    return std::find(parents.begin(), parents.end(), end) != parents.end();
  });
  ends.push_back(change);
  all_.push_back({digest, at, header.hlc(), last});
  numbers_.emplace(digest, change);
  return {};
}

std::optional<graph::ChangeNumber> KnownChanges::find(const Digest& change) const {
  const auto at = numbers_.find(change);
  return at == numbers_.end() ? std::nullopt : std::optional(at->second);
}

std::optional<graph::ChangeNumber> KnownChanges::find(const graph::Writer& writer,
                                                      std::uint64_t sequence) const {
  const auto at = writers_.find(writer);
  if (at == writers_.end() || sequence >= chains_[at->second].size()) return std::nullopt;
  return chains_[at->second][static_cast<std::size_t>(sequence)];
}

std::vector<graph::ChangeNumber> KnownChanges::heads_of(const graph::BranchId& branch) const {
  const auto at = ends_.find(branch);
  return at == ends_.end() ? std::vector<graph::ChangeNumber>() : graph_.heads(at->second);
}

std::vector<graph::Writer> KnownChanges::chains_of(const graph::Writer& writer) const {
  std::vector<graph::Writer> chains;
  for (const Names& one : names_) {
    if (one.writer == writer) chains.push_back(one.chain);
  }
  return chains;
}

std::uint64_t KnownChanges::count(const graph::Writer& writer) const {
  const auto at = writers_.find(writer);
  return at == writers_.end() ? 0 : chains_[at->second].size();
}

graph::Hlc KnownChanges::newest_hlc(const graph::Writer& writer) const {
  const auto at = writers_.find(writer);
  return at == writers_.end() ? 0 : all_[chains_[at->second].back()].last;
}

// The clock of a writer only goes forward: the change with the stamp is the last one that begins
// with no later one. A stamp behind its end is of no change, or of one that is not here yet; which
// of both must make no difference.
std::optional<graph::ChangeNumber> KnownChanges::change_at(const graph::Writer& writer,
                                                           graph::Hlc hlc) const {
  const auto at = writers_.find(writer);
  if (at == writers_.end()) return std::nullopt;
  const std::vector<graph::ChangeNumber>& chain = chains_[at->second];
  const auto behind = std::upper_bound(
      chain.begin(), chain.end(), hlc,
      [&](graph::Hlc wanted, graph::ChangeNumber change) { return wanted < all_[change].hlc; });
  if (behind == chain.begin() || hlc > all_[*std::prev(behind)].last) return std::nullopt;
  return *std::prev(behind);
}

log::Location KnownChanges::place_of(const graph::Writer& writer, graph::Hlc hlc) const {
  const auto change = change_at(writer, hlc);
  return change ? all_[*change].place : 0;
}

bool KnownChanges::may_have_seen(const graph::Writer& writer, graph::Hlc hlc,
                                 std::span<const graph::ChangeNumber> parents) const {
  const auto change = change_at(writer, hlc);
  return change && graph_.is_ancestor(*change, graph::CausalGraph::Changes(parents));
}

void KnownChanges::add_contents(const graph::ChangeView& change) {
  if (newest() >= cut_) lacking_.add(change);
  written_.add(newest(), change.ids());
  bool reverts = false;
  auto cursor = change.operations();
  for (graph::OperationView operation; cursor.next(operation);) {
    reverts = reverts || operation.kind == static_cast<std::uint8_t>(graph::Kind::revert);
    if (operation.kind != static_cast<std::uint8_t>(graph::Kind::erase)) continue;
    graph::Stamp& stamp = erasures_[change.id(operation.id_index)];
    stamp = std::max(stamp, graph::Stamp{operation.hlc, change.chain()});
  }
  if (reverts) reverting_.push_back(newest());
}

std::vector<graph::ChangeRange> KnownChanges::reverting(
    std::span<const graph::ChangeRange> changes) const {
  std::vector<graph::ChangeRange> found;
  for (const graph::ChangeRange& range : changes) {
    auto at = std::lower_bound(reverting_.begin(), reverting_.end(), range.first);
    for (; at != reverting_.end() && *at <= range.last; ++at) found.push_back({*at, *at});
  }
  return found;
}

graph::Hlc last_stamp(const graph::ChangeView& change) {
  graph::Hlc last = 0;
  auto cursor = change.operations();
  for (graph::OperationView operation; cursor.next(operation);) last = operation.hlc;
  return last;
}

}  // namespace gs::engine
