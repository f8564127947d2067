#include "gs/engine/database/written_ids.h"

#include <algorithm>

#include "gs/base/endian.h"

namespace gs::engine {

namespace {

constexpr std::size_t kBitsOfAnId = 10;
constexpr std::uint32_t kProbes = 7;

// The bits of an id in a filter of so many. Ids that were minted differ in their last bytes, those
// of keys everywhere.
template <typename Visit>
void each_bit(const Id& id, std::size_t bits, const Visit& visit) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;
  const std::uint64_t hash =
      (load_u64(id.bytes.data()) * kOdd) ^ (load_u64(id.bytes.data() + 8) * (kOdd << 1 | 1));
  auto at = static_cast<std::uint32_t>(hash);
  const auto step = static_cast<std::uint32_t>(hash >> 32) | 1;
  for (std::uint32_t i = 0; i < kProbes; ++i, at += step) {
    visit(static_cast<std::size_t>((std::uint64_t{at} * bits) >> 32));
  }
}

// Ranges that touch are one.
void append(std::vector<graph::ChangeRange>& ranges, const graph::ChangeRange& range) {
  if (!ranges.empty() && ranges.back().last + 1 == range.first) {
    ranges.back().last = range.last;
  } else {
    ranges.push_back(range);
  }
}

}  // namespace

void WrittenIds::Group::add(const Id& id) noexcept {
  each_bit(id, words.size() * 64,
           [this](std::size_t bit) { words[bit / 64] |= std::uint64_t{1} << (bit % 64); });
}

bool WrittenIds::Group::may_have(const Id& id) const noexcept {
  bool all = true;
  each_bit(id, words.size() * 64,
           [&](std::size_t bit) { all = all && (words[bit / 64] >> (bit % 64) & 1) != 0; });
  return all;
}

// The one that the change goes to, with it.
WrittenIds::Group& WrittenIds::group_for(graph::ChangeNumber change, std::size_t ids) {
  const bool goes_on = !groups_.empty() && groups_.back().changes.last + 1 == change &&
                       groups_.back().ids + ids <= kGroupIds;
  if (!goes_on) {
    Group& made = groups_.emplace_back();
    made.changes.first = change;
    made.words.resize(std::max(ids, kGroupIds) * kBitsOfAnId / 64);
  }
  Group& group = groups_.back();
  group.changes.last = change;
  group.ids += ids;
  return group;
}

void WrittenIds::add(graph::ChangeNumber change, std::span<const Id> ids) {
  Group& group = group_for(change, ids.size());
  for (const Id& id : ids) group.add(id);
}

void WrittenIds::add_any(graph::ChangeNumber change) {
  group_for(change, kGroupIds).is_any = true;  // of its own, and nothing more goes to it
}

std::vector<graph::ChangeRange> WrittenIds::narrowed(std::span<const graph::ChangeRange> changes,
                                                     std::span<const Id> ids) const {
  if (ids.size() > kAskedMax) return {changes.begin(), changes.end()};
  std::vector<graph::ChangeRange> all;
  for (graph::ChangeRange range : changes) {
    auto group = std::partition_point(groups_.begin(), groups_.end(), [&](const Group& one) {
      return one.changes.last < range.first;
    });
    for (; group != groups_.end() && group->changes.first <= range.last; ++group) {
      if (range.first < group->changes.first) {  // not added
        append(all, {range.first, group->changes.first - 1});
      }
      const graph::ChangeRange both{std::max(range.first, group->changes.first),
                                    std::min(range.last, group->changes.last)};
      const bool may = group->is_any || std::any_of(ids.begin(), ids.end(), [&](const Id& id) {
                         return group->may_have(id);
                       });
      if (may) append(all, both);
      range.first = both.last + 1;
    }
    if (range.first <= range.last) append(all, range);
  }
  return all;
}

}  // namespace gs::engine
