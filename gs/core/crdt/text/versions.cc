#include "gs/core/crdt/text/versions.h"

#include <algorithm>

namespace gs::crdt {
namespace {

struct Stretch {
  std::uint32_t count;
  bool there;
};

class Steps {
 public:
  explicit Steps(const EditLog& log) : log_(log) {}

  void both(std::uint32_t count) { pos_ += count; }
  void deleted(std::uint32_t count) { here().deleted += count; }

  void inserted(Unit first, std::uint32_t count) {
    // Units of one span may have been inserted by several edits between which others stand.
    for (const Place end = first + count; first < end;) {
      const LogPiece piece = log_.piece(first, end);
      Step& step = at(piece.ordinal);
      step.inserted += piece.run.count;
      pos_ += piece.run.count;
      first += piece.run.count;
    }
  }

  std::vector<Step> take() { return std::move(steps_); }

 private:
  // The step at this position, a new one if there is none.
  Step& here() {
    if (steps_.empty() || steps_.back().pos + steps_.back().inserted != pos_) {
      steps_.push_back({pos_, 0, 0, 0});
    }
    return steps_.back();
  }
  // The same, to which units from `ordinal` on may be added.
  Step& at(std::uint32_t ordinal) {
    Step& step = here();
    if (step.inserted == 0) step.ordinal = ordinal;
    if (step.ordinal + step.inserted == ordinal) return step;
    return steps_.emplace_back(Step{pos_, 0, 0, ordinal});
  }

  const EditLog& log_;
  std::vector<Step> steps_;
  std::uint32_t pos_ = 0;
};

// Calls `visit(first, count, is_in)` for the parts of a span of units that are, or are not, among
// these events.
template <typename Visit>
void each_part(const UnitSpan& span, std::span<const PlaceSpan> events, const Visit& visit) {
  Unit at = span.first;
  const Unit end = span.first + span.count;
  auto next = std::upper_bound(events.begin(), events.end(), at,
                               [](Unit unit, const PlaceSpan& one) { return unit < one.end; });
  while (at < end) {
    const bool is_in = next != events.end() && next->begin <= at;
    Unit stop = end;
    if (next != events.end()) stop = std::min(end, is_in ? next->end : next->begin);
    visit(at, stop - at, is_in);
    at = stop;
    if (is_in && next->end <= at) ++next;
  }
}

}  // namespace

namespace {

// Copies that somebody deleted, until what they are copies of comes: that stands behind its copy,
// as an undo types in front of what is deleted there, with nothing in between but what came later.
class DeletedCopies {
 public:
  DeletedCopies(const OmittedEvents& omitted, const VisitUnits& visit)
      : omitted_(omitted), visit_(visit) {}

  void add(const UnitSpan& span) {
    each_part(span, omitted_.restoring, [&](Unit first, std::uint32_t count, bool is_copy) {
      for (std::uint32_t i = 0; is_copy && i < count; ++i) copies_.push_back(first + i);
    });
  }
  // What is in the text and older than a copy was beside what that is a copy of.
  void pass(Unit shown) {
    while (next_ < copies_.size() && shown < copies_[next_]) ++next_;
  }
  // Units that are deleted and would come back, but for those that a deleted copy stands for.
  void come_back(Unit first, std::uint32_t count) {
    std::uint32_t done = 0;  // of them, told
    for (std::uint32_t i = 0; i < count && next_ < copies_.size(); ++i) {
      if (!find_copy(first + i)) continue;
      if (i != done) visit_(first + done, i - done, false, true);
      visit_(first + i, 1, false, false);
      done = i + 1;
    }
    if (done != count) visit_(first + done, count - done, false, true);
  }

 private:
  // Other copies may be of what does not come back at all.
  bool find_copy(Unit unit) {
    constexpr std::size_t kLookedAtMax = 64;
    const std::size_t end = std::min(copies_.size(), next_ + kLookedAtMax);
    for (std::size_t i = next_; i < end; ++i) {
      if (!omitted_.is_same(unit, copies_[i])) continue;
      next_ = i + 1;
      return true;
    }
    return false;
  }

  const OmittedEvents& omitted_;
  const VisitUnits& visit_;
  std::vector<Unit> copies_;
  std::size_t next_ = 0;  // of these, that what it is a copy of has not come yet
};

}  // namespace

void each_without(const Known& known, Tracker& tracker, const OmittedEvents& omitted,
                  const VisitUnits& visit) {
  for (const PlaceSpan& one : omitted.all) tracker.restore(known, one);
  DeletedCopies copies(omitted, visit);
  tracker.tree().visit([&](const UnitSpan& span) {
    if (span.gone && span.state > 1) copies.add(span);
    each_part(span, omitted.all, [&](Unit first, std::uint32_t count, bool is_in) {
      const bool will_be = span.state == 1 && !is_in;
      if (!span.gone) copies.pass(first);
      if (span.gone && will_be) return copies.come_back(first, count);
      visit(first, count, !span.gone, will_be);
    });
  });
}

std::vector<Step> steps_without(const Known& known, Tracker& tracker,
                                const OmittedEvents& omitted) {
  Steps steps(known.log);
  each_without(known, tracker, omitted,
               [&](Unit first, std::uint32_t count, bool is_there, bool will_be) {
                 if (is_there && will_be) steps.both(count);
                 if (is_there && !will_be) steps.deleted(count);
                 if (!is_there && will_be) steps.inserted(first, count);
               });
  return steps.take();
}

std::optional<std::vector<Step>> compare_versions(const Known& known, Tracker& tracker,
                                                  VersionView from, VersionView to) {
  tracker.prepare(known, from);
  std::vector<Stretch> before;
  tracker.tree().visit([&](const UnitSpan& span) {
    before.push_back({span.count, span.state == 1});
  });
  tracker.prepare(known, to);
  Steps steps(known.log);
  bool nameless = false;
  std::size_t at = 0;  // of `before`; spans are cut differently now, but stand in the same order
  tracker.tree().visit([&](const UnitSpan& span) {
    for (std::uint32_t done = 0; done < span.count;) {
      while (before[at].count == 0) ++at;
      const std::uint32_t part = std::min(before[at].count, span.count - done);
      const bool now = span.state == 1;
      if (before[at].there && now) steps.both(part);
      if (before[at].there && !now) steps.deleted(part);
      if (!before[at].there && now) {
        if (span.first >= kBaseUnit) nameless = true;
        if (!nameless) steps.inserted(span.first + done, part);
      }
      before[at].count -= part;
      done += part;
    }
  });
  if (nameless) return std::nullopt;
  return steps.take();
}

}  // namespace gs::crdt
