#include "gs/core/merge/typed_behind.h"

#include <algorithm>
#include <set>

namespace gs::merge {

using crdt::kNoUnit;
using crdt::Known;
using crdt::Place;
using crdt::Tracker;
using crdt::Unit;
using crdt::UnitSpan;

namespace {

// The first unit of those up to `end` that the last of them were inserted with, one behind the
// other, by one writer.
Unit begin_of_piece(const Known& known, Unit begin, Unit end) {
  for (Unit at = begin;;) {
    const auto graph_piece = known.graph.piece(at);
    const auto log_piece = known.log.piece(at, end);
    const Unit next = std::min(graph_piece.places.end, log_piece.place + log_piece.run.count);
    if (next >= end) return at;
    at = next;
  }
}

Unit unit_behind(const Tracker& tracker, std::uint32_t position) {
  if (position >= tracker.prepared_growth()) return kNoUnit;
  const auto [at, offset] = tracker.tree().find_prepared(position);
  return tracker.tree().span(at).first + offset;
}

bool is_known(const Tracker& tracker, Unit unit) {
  return unit < tracker.end() && tracker.tree().span(tracker.tree().find_unit(unit).at).state != 0;
}

}  // namespace

TypedBehind::TypedBehind(const OrderedText& text, const std::vector<Unit>& deleted) {
  if (deleted.empty()) return;
  Before before = collect(text, deleted);
  look_at_writers(text, before);
  for (auto& [unit, looked] : before) judge(unit, looked);
}

TypedBehind::Before TypedBehind::collect(const OrderedText& text,
                                         const std::vector<Unit>& deleted) {
  const std::set<Unit> wanted(deleted.begin(), deleted.end());
  const Known known = text.known();
  Before all;
  std::vector<Stretch> spans;  // before the one that is visited
  const auto add = [&](const Stretch& span, std::vector<Looked>& before, std::uint32_t& left) {
    const std::uint32_t taken = std::min(span.count, left);
    left -= taken;
    const Unit first = span.first + (span.count - taken);
    for (Unit end = span.first + span.count; end != first;) {
      const Unit begin = begin_of_piece(known, first, end);
      before.push_back({{begin, end - begin}});
      end = begin;
    }
  };
  text.tracker().tree().visit([&](const UnitSpan& span) {
    if (span.first >= crdt::kBaseUnit) return;
    for (auto at = wanted.lower_bound(span.first);
         at != wanted.end() && *at < span.first + span.count; ++at) {
      if (!span.gone || all.size() == kDeletedMax) break;
      std::vector<Looked>& before = all[*at];
      std::uint32_t left = kLookedAtMax;
      add({span.first, *at - span.first}, before, left);
      for (std::size_t i = spans.size(); i-- > 0 && left != 0;) add(spans[i], before, left);
    }
    spans.push_back({span.first, span.count});
  });
  return all;
}

// Each as of the time when its writer inserted it.
void TypedBehind::look_at_writers(const OrderedText& text, Before& before) {
  struct Asked {
    Unit deleted;
    Looked* looked;
    Place place() const noexcept { return looked->at.first; }
  };
  std::vector<Asked> all;
  for (auto& [deleted, looked] : before) {
    for (Looked& one : looked) all.push_back({deleted, &one});
  }
  std::sort(all.begin(), all.end(),
            [](const Asked& a, const Asked& b) { return a.place() < b.place(); });
  const Known known = text.known();
  Tracker tracker{crdt::kNoPlace};
  for (const Asked& one : all) {
    Place parent = crdt::kNoPlace;
    tracker.apply(known, one.place(), nullptr);
    tracker.prepare(known, known.graph.parents(one.place(), parent));
    const auto piece = known.log.piece(one.place(), one.place() + 1);
    one.looked->next = unit_behind(tracker, piece.run.pos);
    one.looked->knew = is_known(tracker, one.deleted);
  }
  work_ += all.size() + tracker.tree().work();
}

// What a writer saw behind its own is behind the deleted one, unless it is among these.
void TypedBehind::judge(Unit deleted, std::vector<Looked>& before) {
  std::vector<Stretch> behind;
  for (std::size_t i = 0; i < before.size(); ++i) {
    Looked& one = before[i];
    const auto end = before.begin() + static_cast<std::ptrdiff_t>(i);
    const auto next =
        std::find_if(before.begin(), end, [&](const Looked& each) { return each.has(one.next); });
    one.is_behind = one.knew && one.next != deleted && (next == end || next->is_behind);
    if (one.is_behind) behind.push_back(one.at);
  }
  if (!behind.empty()) behind_.emplace(deleted, std::move(behind));
}

std::span<const TypedBehind::Stretch> TypedBehind::of(Unit deleted) const {
  const auto found = behind_.find(deleted);
  if (found == behind_.end()) return {};
  return found->second;
}

}  // namespace gs::merge
