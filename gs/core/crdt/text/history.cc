#include "gs/core/crdt/text/history.h"

#include <algorithm>

#include "gs/base/check.h"

namespace gs::crdt {
namespace {

Effect effect_of(const EditRun& run, std::uint32_t ordinal, Place place) {
  if (run.edit == Edit::insert) return {run.edit, run.pos, run.count, ordinal, place};
  const bool back = run.edit == Edit::erase_back;
  return {run.edit, back ? cursor_after(run) : run.pos, run.count, 0, place};
}

}  // namespace

std::size_t History::memory_bytes() const noexcept {
  return graph_.memory_bytes() + log_.memory_bytes() + writers_.capacity() * sizeof(Writer) +
         numbers_.capacity() * sizeof(numbers_[0]);
}

std::uint32_t History::writer_number(const Writer& writer) {
  const auto at = std::lower_bound(
      numbers_.begin(), numbers_.end(), writer,
      [](const auto& entry, const Writer& wanted) { return entry.first < wanted; });
  if (at != numbers_.end() && at->first == writer) return at->second;
  const auto number = static_cast<std::uint32_t>(writers_.size());
  numbers_.insert(at, {writer, number});
  writers_.push_back(writer);
  return number;
}

Error History::check_limits(EventId first, std::span<const EditRun> runs) const {
  std::uint64_t count = 0;
  for (const EditRun& run : runs) count += run.count;
  if (count > kEventsMax - graph_.size())
    return Error(Code::too_large, "too many edits of one text");
  if (first.seq + count > kSeqMax) return Error(Code::too_large, "too many edits of one writer");
  return {};
}

Error History::add(EventId first, VersionView parents, std::span<const EditRun> runs,
                   std::vector<Effect>& effects, Targets* late) {
  GS_TRY_OK(check_limits(first, runs));
  std::uint32_t count = 0;
  for (const EditRun& run : runs) count += run.count;
  if (!graph_.is_frontier(parents)) {
    return add_concurrent(first, count, parents, runs, effects, late);
  }
  std::uint32_t length = length_;
  for (const EditRun& run : runs) {
    length = length_after(run, length);
    if (length == kNoLength)
      return Error(Code::invalid, "a position is not in what the writer saw");
  }
  length_ = length;
  add_on_frontier(first, count, runs, effects);
  return {};
}

void History::add_on_frontier(EventId first, std::uint32_t count, std::span<const EditRun> runs,
                              std::vector<Effect>& effects) {
  std::uint32_t ordinal = log_.inserted();
  for (const EditRun& run : runs) {
    effects.push_back(effect_of(run, ordinal, log_.size()));
    if (run.edit == Edit::insert) ordinal += run.count;
    log_.append(run);
  }
  graph_.add_on_frontier(first, count);
  drop_old_tracker();
}

void History::drop_old_tracker() {
  if (tracker_ && graph_.size() - tracker_->end() > limits_.lag_max) tracker_.reset();
}

Error History::add_local(std::uint32_t writer, const EditRun& run) {
  const std::uint32_t length = length_after(run, length_);
  if (length == kNoLength) return Error(Code::invalid, "a position is not in what the writer saw");
  if (run.count > kEventsMax - graph_.size() || !graph_.add_to_last(writer, run.count)) {
    const EventId first{writer, graph_.next_seq(writer)};
    GS_TRY_OK(check_limits(first, {&run, 1}));
    graph_.add_on_frontier(first, run.count);
  }
  log_.append(run);
  length_ = length;
  drop_old_tracker();
  return {};
}

// A tracker that stands on an event which all of `parents` knew, and has all other events applied.
void History::ready_tracker(VersionView parents) {
  const Place base = graph_.critical_before(parents.empty() ? kNoPlace : parents.back());
  if (tracker_ && tracker_->base() != kNoPlace && (base == kNoPlace || base < tracker_->base())) {
    tracker_.reset();
  }
  if (tracker_ && base != kNoPlace) {
    // + 1 makes of kNoPlace the beginning.
    const Place events = graph_.size() - (tracker_->base() + 1);
    const Place fresh = graph_.size() - (base + 1);
    const Place behind = graph_.size() - tracker_->end();
    if (fresh < behind || (events > limits_.small && fresh < events / 4)) tracker_.reset();
  }
  const bool fresh = !tracker_;
  if (fresh) tracker_.emplace(base);
  tracker_->apply(known(), graph_.size(), nullptr);
  if (fresh) base_length_ = length_ - tracker_->present_growth();
}

Error History::add_concurrent(EventId first, std::uint32_t count, VersionView parents,
                              std::span<const EditRun> runs, std::vector<Effect>& effects,
                              Targets* late) {
  if (!graph_.is_version(parents)) {
    return Error(Code::invalid, "of two parents one is an ancestor of the other");
  }
  ready_tracker(parents);
  tracker_->prepare(known(), parents);
  std::uint32_t length = base_length_ + tracker_->prepared_growth();
  for (const EditRun& run : runs) {
    length = length_after(run, length);
    if (length == kNoLength)
      return Error(Code::invalid, "a position is not in what the writer saw");
  }
  graph_.add(first, count, parents);
  for (const EditRun& run : runs) log_.append(run);
  tracker_->apply(known(), graph_.size(), &effects, late);
  length_ = base_length_ + tracker_->present_growth();
  return {};
}

std::vector<Step> History::without(const OmittedEvents& omitted) const {
  Tracker tracker(kNoPlace);
  tracker.apply(known(), graph_.size(), nullptr);
  tracker.prepare(known(), graph_.frontier());
  return steps_without(known(), tracker, omitted);
}

Result<std::vector<Step>> History::diff(VersionView from, VersionView to) const {
  for (const VersionView version : {from, to}) {
    for (const Place place : version) {
      if (place >= graph_.size()) return Error(Code::not_found, "no such event");
    }
    if (!graph_.is_version(version)) return Error(Code::invalid, "not a version");
  }
  if (std::equal(from.begin(), from.end(), to.begin(), to.end())) return std::vector<Step>();
  const bool empty = from.empty() || to.empty();
  Place base = graph_.critical_before(empty ? kNoPlace : std::min(from.back(), to.back()));
  while (true) {
    Tracker tracker(base);
    tracker.apply(known(), graph_.size(), nullptr);
    auto steps = compare_versions(known(), tracker, from, to);
    if (steps) return std::move(*steps);
    if (base == kNoPlace) return Error(Code::damaged, "a history that deletes what never was");
    base = kNoPlace;  // with every unit named
  }
}

void History::restore(EventGraph graph, EditLog log, std::uint32_t length) {
  graph_ = std::move(graph);
  log_ = std::move(log);
  length_ = length;
  tracker_.reset();
}

}  // namespace gs::crdt
