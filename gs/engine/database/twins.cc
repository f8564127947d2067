#include "gs/engine/database/twins.h"

#include <algorithm>
#include <bit>

#include "gs/base/check.h"

namespace gs::engine {

namespace {

Twins::Side bit(std::size_t index) noexcept { return Twins::Side{1} << index; }

}  // namespace

void Twins::add(const graph::Writer& writer, std::uint64_t sequence, const Twin& first,
                const Twin& other) {
  const auto has_first = [&](const Set& set) {
    return std::any_of(set.twins.begin(), set.twins.end(),
                       [&](std::size_t twin) { return all_[twin].number == first.number; });
  };
  auto set = std::find_if(sets_.begin(), sets_.end(), has_first);
  if (set == sets_.end()) {
    sets_.push_back({writer, sequence, {}, 0, 0, {}});
    set = std::prev(sets_.end());
    set->counts = index_of(first, *set);
  }
  index_of(other, *set);
}

std::size_t Twins::index_of(const Twin& twin, Set& set) {
  GS_CHECK(has_room(1));
  const std::size_t index = all_.size();
  all_.push_back(twin);
  set.twins.push_back(index);
  set.side |= bit(index);
  return index;
}

Twins::Side Twins::own_side(graph::ChangeNumber change) const noexcept {
  for (std::size_t i = 0; i < all_.size(); ++i) {
    if (all_[i].number == change) return bit(i);
  }
  return 0;
}

bool Twins::has_both(Side side) const noexcept {
  return std::any_of(sets_.begin(), sets_.end(),
                     [&](const Set& set) { return std::popcount(side & set.side) > 1; });
}

void Twins::vote(Side side, const graph::Writer& voter, graph::Hlc hlc, const Digest& change) {
  if (side == 0) return;
  for (Set& set : sets_) {
    const Side of_set = side & set.side;
    if (of_set == 0 || voter == set.writer) continue;
    Set::Vote& vote = set.votes[voter];
    const std::pair newest{hlc, change};
    if (newest < vote.newest) continue;
    vote = {static_cast<std::size_t>(std::countr_zero(of_set)), newest};
  }
}

void Twins::forget_votes() {
  for (Set& set : sets_) set.votes.clear();
}

std::size_t Twins::winner_of(const Set& set) const {
  std::map<std::size_t, std::size_t> votes;
  for (const auto& [voter, vote] : set.votes) ++votes[vote.twin];
  std::size_t best = set.twins.front();
  for (const std::size_t twin : set.twins) {
    const bool wins = votes[twin] != votes[best] ? votes[twin] > votes[best]
                                                 : all_[twin].digest < all_[best].digest;
    if (wins) best = twin;
  }
  return best;
}

bool Twins::decide() {
  const Side before = losing_;
  losing_ = 0;
  for (Set& set : sets_) {
    set.counts = winner_of(set);
    losing_ |= set.side & ~bit(set.counts);
  }
  return losing_ != before;
}

}  // namespace gs::engine
