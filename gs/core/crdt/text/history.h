// All that was ever done to one text or list, and what new events change in it as it is now.
//
// It knows counted units, not what they are: whoever owns them (Text, or a list of values) keeps
// them in two forms, as they stand now and in the order in which they were inserted, and does the
// effects that come back. Memory: the graph and the log, both in runs; a tracker only while edits
// are concurrent, and for some events after, as concurrent edits come in bursts.
//
// Not thread-safe. Pure. Errors: invalid, too_large, not_found; then nothing has changed. damaged:
// a restored history contradicts itself.
#pragma once

#include <optional>

#include "globalstorage/result.h"
#include "gs/core/crdt/text/versions.h"

namespace gs::crdt {

// When a tracker goes. Values change speed and memory only; tests take small ones.
struct TrackerLimits {
  // A tracker that is this many events behind is dropped: the next burst of concurrent edits starts
  // at the last critical event, near to it.
  Place lag_max = 512;
  // A tracker of more events than this is replaced when a quarter of them would do.
  Place small = 512;
};

class History {
 public:
  History() = default;
  explicit History(const TrackerLimits& limits) : limits_(limits) {}

  const EventGraph& graph() const noexcept { return graph_; }
  const EditLog& log() const noexcept { return log_; }
  const std::vector<Writer>& writers() const noexcept { return writers_; }
  // How many units there are now.
  std::uint32_t length() const noexcept { return length_; }
  std::size_t memory_bytes() const noexcept;

  // The local number of a writer, a new one when there is none yet.
  std::uint32_t writer_number(const Writer& writer);

  // Adds a chain of events, the first one on `parents` (known places, ascending); no id in it is
  // known yet. Appends what that changes to `effects`; to `late`, if there is one, the units that
  // events were about without an effect, as they are gone.
  Error add(EventId first, VersionView parents, std::span<const EditRun> runs,
            std::vector<Effect>& effects, Targets* late = nullptr);
  // The same for one run on the frontier, which needs no thought: `run` is its effect.
  Error add_local(std::uint32_t writer, const EditRun& run);

  // What leads from one version to another, in order of positions. O(events since the last
  // critical one before both), or O(all events) when something older comes back.
  Result<std::vector<Step>> diff(VersionView from, VersionView to) const;

  // What leads from the text as it is to what it would be without these events. O(all events).
  std::vector<Step> without(const OmittedEvents& omitted) const;

  // For snapshots: a history without events takes what was stored. `length`: of the text as it is.
  void restore(EventGraph graph, EditLog log, std::uint32_t length);

  const Tracker* tracker() const noexcept { return tracker_ ? &*tracker_ : nullptr; }

 private:
  Known known() const noexcept { return {graph_, log_, writers_}; }
  Error check_limits(EventId first, std::span<const EditRun> runs) const;
  void add_on_frontier(EventId first, std::uint32_t count, std::span<const EditRun> runs,
                       std::vector<Effect>& effects);
  Error add_concurrent(EventId first, std::uint32_t count, VersionView parents,
                       std::span<const EditRun> runs, std::vector<Effect>& effects, Targets* late);
  void ready_tracker(VersionView parents);
  void drop_old_tracker();

  TrackerLimits limits_{};
  EventGraph graph_;
  EditLog log_;
  std::vector<Writer> writers_;
  std::vector<std::pair<Writer, std::uint32_t>> numbers_;  // ascending
  std::optional<Tracker> tracker_;
  std::uint32_t base_length_ = 0;  // of the text at the tracker's base
  std::uint32_t length_ = 0;
};

}  // namespace gs::crdt
