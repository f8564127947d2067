// Cursor: the pairs of a merge that are in a range and not removed.

#include <algorithm>
#include <utility>

#include "gs/storage/index/merge.h"
#include "gs/storage/index/tiers.h"

namespace gs::index {
namespace {

const Id kFirstId{};

std::vector<std::unique_ptr<Source>> sources_of(const Tiers& tiers, Sequence at) {
  std::vector<std::unique_ptr<Source>> sources;
  sources.reserve(tiers.tables.size() + tiers.runs.size());
  for (const auto& table : tiers.tables) {
    if (table->entry_count() != 0) sources.push_back(std::make_unique<TableSource>(*table, at));
  }
  for (const auto& run : tiers.runs) {
    if (run->pair_count() != 0) sources.push_back(std::make_unique<RunSource>(*run));
  }
  return sources;
}

std::size_t filled_tables(const Tiers& tiers) noexcept {
  return static_cast<std::size_t>(
      std::count_if(tiers.tables.begin(), tiers.tables.end(),
                    [](const auto& table) { return table->entry_count() != 0; }));
}

}  // namespace

bool Tiers::is_damaged() const noexcept {
  return std::any_of(runs.begin(), runs.end(), [](const auto& run) { return run->is_damaged(); });
}

Error Tiers::damage() const {
  for (const auto& run : runs) GS_TRY_OK(run->damage());
  return {};
}

Range Range::prefix(Bytes bytes) {
  Range range{{bytes.begin(), bytes.end()}, {bytes.begin(), bytes.end()}};
  range.end_with_prefix();
  return range;
}

void Range::end_with_prefix() noexcept {
  while (!to.empty() && to.back() == 0xff) to.pop_back();
  if (!to.empty()) ++to.back();
}

struct Cursor::Impl {
  std::shared_ptr<const Tiers> tiers;
  std::weak_ptr<const Tiers> rested;  // what the sources are of, while it rests
  std::size_t table_count;            // of sources
  Range range;
  Pair from;
  Pair to;
  bool has_end;
  Merge merge;
  // Beyond an end the merge stands on a pair outside, which must not be stepped over.
  bool at_begin = false;
  bool at_end = false;
  bool is_placed = false;  // whoever seeks at once need not find the begin first

  Impl(std::shared_ptr<const Tiers> held, Sequence at, Range wanted)
      : tiers(std::move(held)),
        table_count(filled_tables(*tiers)),
        range(std::move(wanted)),
        from(Pair::of(range.from, kFirstId)),
        to(Pair::of(range.to, kFirstId)),
        has_end(!range.to.empty()),
        merge(sources_of(*tiers, at)) {}

  void rest() noexcept {
    const bool is_known = !rested.owner_before(tiers) && !tiers.owner_before(rested);
    if (!is_known) rested = tiers;
    tiers.reset();
  }

  bool renew(const std::shared_ptr<const Tiers>& held, Sequence at) noexcept {
    if (rested.owner_before(held) || held.owner_before(rested)) return false;
    if (filled_tables(*held) != table_count) return false;
    tiers = held;
    range = {};
    from = to = Pair::of({}, kFirstId);
    has_end = at_begin = at_end = is_placed = false;
    merge.see(at);
    return true;
  }

  void seek(const Pair& pair) noexcept {
    at_begin = false;
    at_end = false;
    is_placed = true;
    // In a range without keys both ends are its begin.
    const bool behind = has_end && compare(pair, to) > 0;
    const Pair& inside = behind ? to : pair;
    merge.seek(compare(inside, from) < 0 ? from : inside);
  }

  bool next() noexcept {
    if (at_end) return false;
    if (!is_placed) seek(from);
    at_begin = false;
    while (merge.next()) {
      if (has_end && compare(merge.pair(), to) >= 0) break;
      if (!merge.is_removed()) return true;
    }
    at_end = true;
    return false;
  }

  bool previous() noexcept {
    if (at_begin) return false;
    if (!is_placed) seek(from);
    at_end = false;
    while (merge.previous()) {
      if (compare(merge.pair(), from) < 0) break;
      if (!merge.is_removed()) return true;
    }
    at_begin = true;
    return false;
  }

  std::uint64_t count_rest() noexcept {
    const Pair* const end = has_end ? &to : nullptr;
    std::uint64_t counted = 0;
    while (next()) {
      std::uint64_t alone = 0;
      if (merge.count_alone(end, alone)) {
        counted += alone;
        if (!merge.is_cut_short()) seek_end();
        at_end = true;
        return counted;
      }
      ++counted;
    }
    return counted;
  }

  void seek_end() noexcept {
    if (has_end) return seek(to);
    at_begin = false;
    at_end = false;
    is_placed = true;
    merge.seek_end();
  }
};

Cursor::Cursor(std::shared_ptr<const Tiers> tiers, Sequence at, Range range)
    : impl_(std::make_unique<Impl>(std::move(tiers), at, std::move(range))) {}
Cursor::~Cursor() = default;
Cursor::Cursor(Cursor&&) noexcept = default;
Cursor& Cursor::operator=(Cursor&&) noexcept = default;

void Cursor::rest() noexcept { impl_->rest(); }
bool Cursor::renew(const std::shared_ptr<const Tiers>& tiers, Sequence at) noexcept {
  return impl_->renew(tiers, at);
}
bool Cursor::next() noexcept { return impl_->next(); }
bool Cursor::previous() noexcept { return impl_->previous(); }
Bytes Cursor::key() const noexcept { return impl_->merge.pair().key; }
const Id& Cursor::id() const noexcept { return *impl_->merge.pair().id; }
void Cursor::seek(Bytes key, const Id& id) noexcept { impl_->seek(Pair::of(key, id)); }
bool Cursor::begins_behind(Bytes key) const noexcept { return impl_->merge.begins_behind(key); }
void Cursor::seek_end() noexcept { impl_->seek_end(); }
std::uint64_t Cursor::count_rest() noexcept { return impl_->count_rest(); }
bool Cursor::is_cut_short() const noexcept { return impl_->merge.is_cut_short(); }
Error Cursor::damage() const { return impl_->tiers->damage(); }

Result<std::uint64_t> count(std::shared_ptr<const Tiers> tiers, Sequence at, Range range) {
  Cursor cursor(std::move(tiers), at, std::move(range));
  const std::uint64_t counted = cursor.count_rest();
  if (cursor.is_cut_short()) return cursor.damage();
  return counted;
}

}  // namespace gs::index
