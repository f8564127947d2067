#include "gs/engine/database/known_changes.h"

#include <algorithm>
#include <utility>

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
  auto found = place_of(header);
  if (!found.ok()) return std::move(found).error().in("change " + digest.text());
  const Place& place = *found;
  if (place.twin && !twins_.has_room(2)) {
    return Error(Code::too_large, "change " + digest.text() + " is one twin too many");
  }
  const std::uint32_t chain = chain_number_of(header, place);
  GS_TRY(const graph::ChangeNumber change,
         graph_.add(chain, header.sequence() - chains_[chain].sequence, parents));
  chains_[chain].changes.push_back(change);
  all_.push_back({digest, at, header.hlc(), last});
  numbers_.emplace(digest, change);
  if (place.twin) {
    twins_.add(chains_[chain].key, header.sequence(), {*place.twin, all_[*place.twin].digest},
               {change, digest});
    look_at_sides();
  } else if (twins_.any()) {
    add_side(change, parents);
    if (twins_.decide()) {
      look_at_ends();
    } else if (counts(change)) {
      add_end(change, parents);
    }
  } else {
    add_end(change, parents);
  }
  return {};
}

// Behind a twin a chain begins.
std::uint32_t KnownChanges::chain_number_of(const graph::HeaderView& header, const Place& place) {
  if (!place.twin && place.before) return graph_.writer_of(*place.before);
  const auto number = static_cast<std::uint32_t>(chains_.size());
  const auto [first, is_first] = writers_.try_emplace(header.chain(), number);
  const std::uint32_t next = is_first ? kNoChain : chains_[first->second].next;
  if (!is_first) chains_[first->second].next = number;
  chains_.push_back({header.chain(),
                     header.writer(),
                     header.branch(),
                     header.sequence(),
                     place.before,
                     next,
                     {}});
  return number;
}

Result<KnownChanges::Place> KnownChanges::place_of(const graph::HeaderView& header) const {
  const auto wrong = [&] {
    return Error(Code::broken_chain, "it has the number " + std::to_string(header.sequence()) +
                                         ", which does not follow that of the change before it");
  };
  Place place;
  const auto first = writers_.find(header.chain());
  if (header.sequence() == 0) {
    if (!header.prev().is_zero()) return wrong();
    if (first != writers_.end()) place.twin = chains_[first->second].changes.front();
    return place;
  }
  if (first == writers_.end()) return wrong();
  const graph::ChangeNumber last = chains_[first->second].changes.back();
  place.before = all_[last].digest == header.prev() ? last : find(header.prev());
  if (!place.before) return wrong();
  const Chain& chain = chains_[graph_.writer_of(*place.before)];
  const std::uint64_t at = graph_.sequence_of(*place.before);
  const bool follows = chain.name == header.chain() && chain.sequence + at + 1 == header.sequence();
  if (!follows) return wrong();
  if (at + 1 < chain.changes.size()) place.twin = chain.changes[static_cast<std::size_t>(at) + 1];
  return place;
}

// --- what counts ---

void KnownChanges::add_end(graph::ChangeNumber change,
                           std::span<const graph::ChangeNumber> parents) {
  std::vector<graph::ChangeNumber>& ends = ends_[chain_of(change).branch];
  std::erase_if(ends, [&](graph::ChangeNumber end) {
    return std::find(parents.begin(), parents.end(), end) != parents.end();
  });
  ends.push_back(change);
}

void KnownChanges::add_side(graph::ChangeNumber change,
                            std::span<const graph::ChangeNumber> parents) {
  const Twins::Side side = side_of(parents) | twins_.own_side(change);
  sides_.push_back(side);
  twins_.vote(side, chain_of(change).key, all_[change].hlc, all_[change].digest);
}

Twins::Side KnownChanges::side_of(std::span<const graph::ChangeNumber> changes) const noexcept {
  Twins::Side side = 0;
  for (const graph::ChangeNumber change : changes) side |= side_of(change);
  return side;
}

// There is one twin more.
void KnownChanges::look_at_sides() {
  twins_.forget_votes();
  sides_.clear();
  sides_.reserve(all_.size());
  for (graph::ChangeNumber change = 0; change < graph_.size(); ++change) {
    add_side(change, graph_.parents_of(change));
  }
  twins_.decide();
  look_at_ends();
}

// Others count than before.
void KnownChanges::look_at_ends() {
  ends_.clear();
  for (graph::ChangeNumber change = 0; change < graph_.size(); ++change) {
    if (counts(change)) add_end(change, graph_.parents_of(change));
  }
  ++decisions_;
}

// --- asking ---

std::optional<graph::ChangeNumber> KnownChanges::find(const Digest& change) const {
  const auto at = numbers_.find(change);
  return at == numbers_.end() ? std::nullopt : std::optional(at->second);
}

std::vector<graph::ChangeNumber> KnownChanges::heads_of(const graph::BranchId& branch) const {
  const auto at = ends_.find(branch);
  return at == ends_.end() ? std::vector<graph::ChangeNumber>() : graph_.heads(at->second);
}

std::vector<graph::ChangeNumber> KnownChanges::written_by(const graph::Writer& writer) const {
  std::vector<graph::ChangeNumber> all;
  for (const Chain& chain : chains_) {
    if (chain.key == writer) all.insert(all.end(), chain.changes.begin(), chain.changes.end());
  }
  // The clock of a writer only goes forward.
  std::sort(all.begin(), all.end(), [&](graph::ChangeNumber a, graph::ChangeNumber b) {
    return std::pair(all_[a].hlc, a) > std::pair(all_[b].hlc, b);
  });
  return all;
}

std::vector<graph::Writer> KnownChanges::chains_of(const graph::Writer& writer) const {
  std::vector<graph::Writer> names;
  for (const Chain& chain : chains_) {
    const bool is_new = std::find(names.begin(), names.end(), chain.name) == names.end();
    if (chain.key == writer && is_new) names.push_back(chain.name);
  }
  return names;
}

std::vector<graph::ChangeRange> KnownChanges::chain_up_to(graph::ChangeNumber last) const {
  std::vector<graph::ChangeRange> all;
  for (std::optional<graph::ChangeNumber> at = last; at;) {
    const Chain& chain = chain_of(*at);
    const auto count = static_cast<std::size_t>(graph_.sequence_of(*at)) + 1;
    for (std::size_t i = 0; i < count; ++i) all.push_back({chain.changes[i], chain.changes[i]});
    at = chain.before;
  }
  std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return all;
}

std::optional<graph::ChangeNumber> KnownChanges::end_of(const graph::Writer& writer) const {
  const auto first = writers_.find(writer);
  if (first == writers_.end()) return std::nullopt;
  const auto is_better = [&](graph::ChangeNumber a, graph::ChangeNumber b) {
    return counts(a) != counts(b) ? counts(a) : all_[a].hlc > all_[b].hlc;
  };
  graph::ChangeNumber best = chains_[first->second].changes.back();
  for (std::uint32_t at = first->second; at != kNoChain; at = chains_[at].next) {
    if (is_better(chains_[at].changes.back(), best)) best = chains_[at].changes.back();
  }
  return best;
}

// The clock of a writer only goes forward: the change with the stamp is the last one that begins
// with no later one. A stamp behind its end is of no change, or of one that is not here yet; which
// of both must make no difference.
std::optional<graph::ChangeNumber> KnownChanges::change_at(
    const graph::Writer& writer, graph::Hlc hlc, std::span<const graph::ChangeNumber> heads) const {
  const auto first = writers_.find(writer);
  if (first == writers_.end()) return std::nullopt;
  for (std::uint32_t at = first->second; at != kNoChain; at = chains_[at].next) {
    const std::vector<graph::ChangeNumber>& chain = chains_[at].changes;
    const auto behind = std::upper_bound(
        chain.begin(), chain.end(), hlc,
        [&](graph::Hlc wanted, graph::ChangeNumber change) { return wanted < all_[change].hlc; });
    if (behind == chain.begin() || hlc > all_[*std::prev(behind)].last) continue;
    if (graph_.is_ancestor(*std::prev(behind), graph::CausalGraph::Changes(heads))) {
      return *std::prev(behind);
    }
  }
  return std::nullopt;
}

void KnownChanges::add_contents(const graph::ChangeView& change) {
  if (newest() >= cut_) lacking_.add(change);
  written_.add(newest(), change.ids());
  bool reverts = false;
  bool writes = false;
  auto cursor = change.operations();
  for (graph::OperationView operation; cursor.next(operation);) {
    const auto kind = static_cast<graph::Kind>(operation.kind);
    reverts = reverts || kind == graph::Kind::revert;
    writes = writes || (kind != graph::Kind::reference && kind != graph::Kind::merge);
    if (kind != graph::Kind::erase) continue;
    graph::Stamp& stamp = erasures_[change.id(operation.id_index)];
    stamp = std::max(stamp, graph::Stamp{operation.hlc, change.chain()});
  }
  if (reverts) reverting_.push_back(newest());
  if (!writes) naming_.push_back(newest());
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

std::uint64_t KnownChanges::writing_count(std::span<const graph::ChangeRange> changes) const {
  std::uint64_t count = 0;
  for (const graph::ChangeRange& range : changes) {
    const auto begin = std::lower_bound(naming_.begin(), naming_.end(), range.first);
    const auto end = std::upper_bound(begin, naming_.end(), range.last);
    const auto naming = static_cast<std::uint64_t>(end - begin);
    count += std::uint64_t{range.last} - range.first + 1 - naming;
  }
  return count;
}

graph::Hlc last_stamp(const graph::ChangeView& change) {
  graph::Hlc last = 0;
  auto cursor = change.operations();
  for (graph::OperationView operation; cursor.next(operation);) last = operation.hlc;
  return last;
}

}  // namespace gs::engine
