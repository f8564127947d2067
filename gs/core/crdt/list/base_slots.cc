#include "gs/core/crdt/list/base_slots.h"

#include "gs/base/check.h"

namespace gs::crdt {
namespace {

struct SlotSpan {
  std::uint32_t begin;
  std::uint32_t end;
};

std::vector<SlotSpan> spans_of(const std::vector<Target>& targets) {
  std::vector<SlotSpan> spans;
  spans.reserve(targets.size());
  for (const Target& target : targets) {
    spans.push_back({target.lowest(), target.lowest() + target.count});
  }
  std::sort(spans.begin(), spans.end(),
            [](const SlotSpan& a, const SlotSpan& b) { return a.begin < b.begin; });
  return spans;
}

}  // namespace

BaseSlots::BaseSlots(const Slots& slots, std::uint32_t inserted,
                     const std::vector<Target>& erased_since) {
  const std::vector<SlotSpan> erased = spans_of(erased_since);
  slots.visit([&](std::uint32_t first, std::uint32_t count, bool alive, bool) {
    if (first >= inserted) return;
    const std::uint32_t end = std::min(first + count, inserted);
    if (alive) return add(first, end - first);
    auto span = std::upper_bound(erased.begin(), erased.end(), first,
                                 [](std::uint32_t at, const SlotSpan& s) { return at < s.end; });
    for (; span != erased.end() && span->begin < end; ++span) {
      const std::uint32_t from = std::max(first, span->begin);
      add(from, std::min(end, span->end) - from);
    }
  });
}

void BaseSlots::add(std::uint32_t slot, std::uint32_t count) {
  runs_.push_back({length_, slot});
  length_ += count;
}

std::uint32_t BaseSlots::at(std::uint32_t pos) const noexcept {
  GS_CHECK(pos < length_);
  const auto after =
      std::upper_bound(runs_.begin(), runs_.end(), pos,
                       [](std::uint32_t at, const Run& run) { return at < run.pos; });
  const Run& run = *(after - 1);
  return run.slot + (pos - run.pos);
}

}  // namespace gs::crdt
