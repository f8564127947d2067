// Cursor: a merge of sorted rows and sorted runs, newest version of each id first.
//
// A source is one sorted list: rows of a table (as row numbers) or a run's entries. Sources are
// numbered from the newest to the oldest, so among equal ids the lowest number wins. While one
// source stays ahead of all others, no heap is touched; with a single source there is none.

#include <algorithm>
#include <utility>

#include "gs/storage/state/id_key.h"
#include "gs/storage/state/resolve.h"

namespace gs::state {
namespace {

constexpr std::size_t kAhead = 8;       // records on their way from memory; a power of two
constexpr std::size_t kRowsAhead = 16;  // rows on their way, beyond those records

class Source {
 public:
  Source(const RowTable& table, RowTable::SortedRows rows, const log::View* log, Sequence at,
         std::uint32_t collection, const Id& from)
      : log_(log), table_(&table), rows_(std::move(rows)), sequence_(at), collection_(collection) {
    const auto before = [&](std::uint32_t number, const Id& id) {
      const RowTable::Row& row = table.row(number);
      return row.collection != collection ? row.collection < collection : id_less(row.entry.id, id);
    };
    next_ = static_cast<std::size_t>(std::lower_bound(rows_->begin(), rows_->end(), from, before) -
                                     rows_->begin());
    end_ = rows_->size();
    fill();
    settle(nullptr);
  }

  Source(const Run& run, const log::View* log, std::uint32_t collection, const Id& from)
      : log_(log), run_(&run) {
    const Run::Range range = run.collection(collection);
    if (range.begin == range.end) return;
    entries_ = run.seek(collection, from);
    end_ = static_cast<std::size_t>(range.end - entries_);
    fill();
  }

  bool done() const noexcept { return next_ == end_; }
  const Entry& entry() const noexcept { return *ring_[next_ % kAhead].entry; }

  // False when the run is damaged there.
  bool take(Found& out) const noexcept {
    const Ready& ready = ring_[next_ % kAhead];
    if (ready.record != nullptr) {
      out.entry = *ready.entry;
      take_record(ready.record, out);
      return true;
    }
    if (run_ != nullptr)
      return take_run_entry(*run_, log_, *ready.entry, Run::Pattern::sequential, out);
    take_row(*table_, log_, *ready.entry, out);
    return true;
  }

  // To the next id.
  void advance() noexcept {
    const Entry* const last = &entry();
    step();
    if (table_ != nullptr) settle(last);
  }

 private:
  struct Ready {
    const Entry* entry;
    const std::uint8_t* record;  // null when the entry does not point into the log
  };

  void fill() noexcept {
    for (std::size_t i = next_; i < end_ && i < next_ + kAhead; ++i) prepare(i);
  }

  void step() noexcept {
    const std::size_t ahead = next_ + kAhead;
    ++next_;
    if (ahead < end_) prepare(ahead);
  }

  // Rows behind the end of the collection may be prepared, those not visible yet never: the log
  // view may be older than they are.
  void prepare(std::size_t index) noexcept {
    Ready& ready = ring_[index % kAhead];
    ready.record = nullptr;
    if (run_ != nullptr) {
      const Entry& entry = entries_[index];
      ready.entry = &entry;
      if (entry.kind() == Entry::Kind::log) {
        ready.record = log_->at(entry.position());
        __builtin_prefetch(ready.record);
      } else if (entry.kind() == Entry::Kind::image) {
        run_->prefetch_image(entry.position());
      }
      return;
    }
    if (index + kRowsAhead < end_) __builtin_prefetch(&table_->row((*rows_)[index + kRowsAhead]));
    const RowTable::Row& row = table_->row((*rows_)[index]);
    ready.entry = &row.entry;
    if (row.sequence > sequence_) return;
    if (row.entry.kind() == Entry::Kind::log) {
      ready.record = log_->at(row.entry.position());
      __builtin_prefetch(ready.record);
    } else if (row.entry.kind() == Entry::Kind::image) {
      __builtin_prefetch(table_->arena_at(row.entry.position()));
    }
  }

  // Skips rows that are not visible yet and older versions of `last`; ends with the collection.
  void settle(const Entry* last) noexcept {
    for (; next_ < end_; step()) {
      // An entry of a table is the first member of its row.
      const auto& row = *reinterpret_cast<const RowTable::Row*>(&entry());
      if (row.collection != collection_) {
        end_ = next_;
        return;
      }
      if (row.sequence > sequence_) continue;
      if (last == nullptr || !same_id(row.entry.id, last->id)) return;
    }
  }

  const log::View* log_;
  const Run* run_ = nullptr;
  const Entry* entries_ = nullptr;  // of the run, from the first one wanted
  const RowTable* table_ = nullptr;
  RowTable::SortedRows rows_;
  Sequence sequence_ = 0;
  std::uint32_t collection_ = 0;
  std::size_t next_ = 0;
  std::size_t end_ = 0;
  Ready ring_[kAhead];
};

// The next id of a source, as numbers.
struct Head {
  std::uint64_t prefix;
  std::uint64_t suffix;
  std::uint32_t source;

  bool same_id_as(const Head& other) const noexcept {
    return prefix == other.prefix && suffix == other.suffix;
  }
};

// For a heap with the smallest id, and of equal ids the newest source, in front.
bool after(const Head& a, const Head& b) noexcept {
  if (a.prefix != b.prefix) return a.prefix > b.prefix;
  if (a.suffix != b.suffix) return a.suffix > b.suffix;
  return a.source > b.source;
}

}  // namespace

struct Cursor::Impl {
  std::shared_ptr<const Version> version;
  bool with_tombstones = false;
  std::vector<Source> sources;
  std::vector<Head> heads;  // a heap of all but the current source, when there are several
  Head current{};
  bool is_current = false;

  Head head_of(std::uint32_t source) const noexcept {
    const Id& id = sources[source].entry().id;
    return {id_prefix(id), id_suffix(id), source};
  }

  bool wanted(const Found& found) const noexcept {
    return with_tombstones || found.entry.kind() != Entry::Kind::tombstone;
  }

  void start() {
    if (sources.size() < 2) return;
    heads.reserve(sources.size());
    for (std::uint32_t i = 0; i < sources.size(); ++i) heads.push_back(head_of(i));
    std::make_heap(heads.begin(), heads.end(), after);
    is_current = pop(current);
  }

  bool pop(Head& out) noexcept {
    if (heads.empty()) return false;
    std::pop_heap(heads.begin(), heads.end(), after);
    out = heads.back();
    heads.pop_back();
    return true;
  }

  void push(std::uint32_t source) noexcept {
    if (sources[source].done()) return;
    heads.push_back(head_of(source));  // never more than were reserved
    std::push_heap(heads.begin(), heads.end(), after);
  }

  bool next_single(Found& out) noexcept {
    Source& source = sources.front();
    while (!source.done()) {
      const bool found = source.take(out);
      source.advance();
      if (found && wanted(out)) return true;
    }
    return false;
  }

  bool next_merged(Found& out) noexcept {
    while (is_current) {
      const bool found = sources[current.source].take(out);
      while (!heads.empty() && heads.front().same_id_as(current)) {
        Head older{};
        pop(older);
        sources[older.source].advance();
        push(older.source);
      }
      advance_current();
      if (found && wanted(out)) return true;
    }
    return false;
  }

  void advance_current() noexcept {
    Source& source = sources[current.source];
    source.advance();
    if (source.done()) {
      is_current = pop(current);
      return;
    }
    current = head_of(current.source);
    if (heads.empty() || !after(current, heads.front())) return;
    const std::uint32_t passed = current.source;
    pop(current);
    push(passed);
  }
};

Cursor::Cursor(std::shared_ptr<const Version> version, Sequence at, std::uint32_t collection,
               const Id& from, bool with_tombstones)
    : impl_(std::make_unique<Impl>()) {
  const log::View* const log = version->log.get();
  const auto keep = [this](Source&& source) {
    if (!source.done()) impl_->sources.push_back(std::move(source));
  };
  for (const auto& table : version->tables) {
    std::vector<RowTable::SortedRows> lists = table->order();  // oldest rows first
    for (auto list = lists.rbegin(); list != lists.rend(); ++list) {
      keep(Source(*table, std::move(*list), log, at, collection, from));
    }
  }
  for (const auto& run : version->runs) keep(Source(*run, log, collection, from));
  impl_->version = std::move(version);
  impl_->with_tombstones = with_tombstones;
  impl_->start();
}

Cursor::~Cursor() = default;
Cursor::Cursor(Cursor&&) noexcept = default;
Cursor& Cursor::operator=(Cursor&&) noexcept = default;

bool Cursor::next(Found& out) noexcept {
  if (impl_->is_current) return impl_->next_merged(out);
  // With several sources this is the end.
  return impl_->sources.size() == 1 && impl_->next_single(out);
}

}  // namespace gs::state
