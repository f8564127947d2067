// Cursor: a merge of sorted rows and sorted runs, newest version of each id first.
//
// A source is one sorted list: rows of a table (as row numbers) or a run's entries. Sources are
// numbered from the newest to the oldest, so among equal ids the lowest number wins. While one
// source stays ahead of all others, no heap is touched; a run that is the only one left is walked
// without comparing anything.

#include <algorithm>
#include <utility>

#include "gs/storage/state/id_key.h"
#include "gs/storage/state/resolve.h"

namespace gs::state {
namespace {

constexpr std::size_t kAhead = 16;      // records on their way from memory; a power of two
constexpr std::size_t kRowsAhead = 16;  // rows on their way, beyond those records

// Entries of a run, in order.
class RunSource {
 public:
  RunSource(const Run& run, const log::View* log, std::uint32_t collection)
      : log_(log),
        run_(&run),
        images_(run.images(Run::Pattern::sequential)),
        collection_(collection) {}

  void seek(const Id& from) noexcept {
    end_ = run_->collection(collection_).end;
    next_ = sound_end_ = end_ == nullptr ? nullptr : run_->seek(collection_, from);
    for (const Entry* entry = next_; entry != end_ && entry != next_ + kAhead; ++entry) {
      prefetch(*entry);
    }
    settle();
  }
  bool done() const noexcept { return next_ == end_; }
  const Id& id() const noexcept { return next_->id; }
  void advance() noexcept {
    if (end_ - next_ > static_cast<std::ptrdiff_t>(kAhead)) prefetch(next_[kAhead]);
    ++next_;
    settle();
  }
  bool is_damaged() const noexcept { return run_->is_damaged(); }

  // False when the run is damaged there, or the log.
  bool take(Met& out) const noexcept { return meet_run_entry(*run_, images_, log_, *next_, out); }

  // Takes what comes next, up to `most`, and counts it. False when damage ends it.
  bool take_many(Met* out, std::size_t most, bool with_tombstones, std::size_t& count) noexcept {
    Run::Images::Window sound = sound_;
    const Entry* entry = next_;
    while (count < most && entry != end_) {
      for (; entry != sound_end_ && count < most; ++entry) {
        if (end_ - entry > static_cast<std::ptrdiff_t>(kAhead)) prefetch(entry[kAhead]);
        if (entry->kind() == Entry::Kind::record) [[likely]] {
          const std::uint8_t* const record = images_.record_at(entry->position(), sound);
          if (record != nullptr) [[likely]] {
            out[count++] = {entry, record, nullptr};
            continue;
          }
        }
        if (!meet_run_entry(*run_, images_, log_, *entry, out[count])) return false;
        count += out[count].record != nullptr || with_tombstones ? 1 : 0;
      }
      next_ = entry;
      settle();
    }
    sound_ = sound;
    return true;
  }

 private:
  // Entries are looked at only when they are known to be sound; what is not is the end.
  void settle() noexcept {
    if (next_ != sound_end_ || next_ == end_) return;
    sound_end_ = run_->sound_until(next_, end_);
    if (next_ == sound_end_) end_ = next_;
  }
  // A hint only: the entry may be any bytes.
  void prefetch(const Entry& entry) const noexcept {
    if (entry.kind() == Entry::Kind::log) __builtin_prefetch(log_->at(entry.position()));
    if (entry.kind() == Entry::Kind::image || entry.kind() == Entry::Kind::record) {
      images_.prefetch(entry.position());
    }
  }

  const log::View* log_;
  const Run* run_;
  Run::Images images_;
  Run::Images::Window sound_;
  std::uint32_t collection_;
  const Entry* next_ = nullptr;
  const Entry* sound_end_ = nullptr;  // of the entries that are known to be sound
  const Entry* end_ = nullptr;
};

// One sorted list of a table's rows: those of the collection that are visible, the newest of each
// id.
class TableSource {
 public:
  TableSource(const RowTable& table, RowTable::SortedRows rows, const log::View* log, Sequence at,
              std::uint32_t collection)
      : log_(log), table_(&table), rows_(std::move(rows)), sequence_(at), collection_(collection) {}

  void seek(const Id& from) noexcept {
    const auto before = [&](std::uint32_t number, const Id& id) {
      const RowTable::Row& row = table_->row(number);
      return row.collection != collection_ ? row.collection < collection_
                                           : id_less(row.entry.id, id);
    };
    next_ = static_cast<std::size_t>(std::lower_bound(rows_->begin(), rows_->end(), from, before) -
                                     rows_->begin());
    end_ = rows_->size();
    for (std::size_t i = next_; i < end_ && i < next_ + kAhead; ++i) prepare(i);
    settle(nullptr);
  }
  bool done() const noexcept { return next_ == end_; }
  const Id& id() const noexcept { return row().entry.id; }
  void advance() noexcept {
    const Id& last = id();
    step();
    settle(&last);
  }
  Met take() const noexcept { return meet_row(*table_, log_, row().entry); }

 private:
  const RowTable::Row& row() const noexcept { return *ring_[next_ % kAhead]; }

  void step() noexcept {
    const std::size_t ahead = next_ + kAhead;
    ++next_;
    if (ahead < end_) prepare(ahead);
  }

  // Rows behind the end of the collection may be prepared, but of those that are not visible yet
  // only the row: the log view may be older than they are.
  void prepare(std::size_t index) noexcept {
    if (index + kRowsAhead < end_) __builtin_prefetch(&table_->row((*rows_)[index + kRowsAhead]));
    const RowTable::Row& row = table_->row((*rows_)[index]);
    ring_[index % kAhead] = &row;
    if (row.sequence > sequence_) return;
    if (row.entry.kind() == Entry::Kind::log) {
      __builtin_prefetch(log_->at(row.entry.position()));
    } else if (row.entry.kind() == Entry::Kind::image) {
      __builtin_prefetch(table_->arena_at(row.entry.position()));
    }
  }

  // Skips rows that are not visible yet and older versions of `last`; ends with the collection.
  void settle(const Id* last) noexcept {
    for (; next_ < end_; step()) {
      if (row().collection != collection_) {
        end_ = next_;
        return;
      }
      if (row().sequence > sequence_) continue;
      if (last == nullptr || !same_id(row().entry.id, *last)) return;
    }
  }

  const log::View* log_;
  const RowTable* table_;
  RowTable::SortedRows rows_;
  Sequence sequence_;
  std::uint32_t collection_;
  std::size_t next_ = 0;
  std::size_t end_ = 0;
  const RowTable::Row* ring_[kAhead] = {};
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

// Sources are numbered from the newest to the oldest: lists of tables first, then runs.
struct Cursor::Impl {
  std::shared_ptr<const Version> version;
  Walk walk;
  std::vector<TableSource> tables;
  std::vector<RunSource> runs;
  std::vector<Head> heads;  // a heap of all but the current source
  Head current{};
  bool is_current = false;
  bool failed = false;  // damage was met: what comes after it may be older than what it hides
  std::uint64_t left = 0;
  Met batch[kBatch];

  // Calls `work` with the source of this number.
  template <typename Work>
  auto with(std::uint32_t source, Work work) noexcept {
    return source < tables.size() ? work(tables[source]) : work(runs[source - tables.size()]);
  }

  void seek(const Id& from) noexcept {
    left = walk.limit;
    failed = false;
    heads.clear();
    const auto count = static_cast<std::uint32_t>(tables.size() + runs.size());
    for (std::uint32_t i = 0; i < count; ++i) {
      with(i, [&](auto& source) { source.seek(from); });
      push(i);
    }
    is_current = pop(current);
    look_for_damage();
  }

  void look_for_damage() noexcept {
    for (const RunSource& run : runs) failed = failed || run.is_damaged();
  }

  bool done(std::uint32_t source) noexcept {
    return with(source, [](auto& each) { return each.done(); });
  }
  Head head_of(std::uint32_t source) noexcept {
    const Id& id = *with(source, [](auto& each) { return &each.id(); });
    return {id_prefix(id), id_suffix(id), source};
  }
  void advance(std::uint32_t source) noexcept {
    with(source, [](auto& each) { each.advance(); });
  }

  bool pop(Head& out) noexcept {
    if (heads.empty()) return false;
    std::pop_heap(heads.begin(), heads.end(), after);
    out = heads.back();
    heads.pop_back();
    return true;
  }

  void push(std::uint32_t source) noexcept {
    if (done(source)) return look_for_damage();
    heads.push_back(head_of(source));  // never more than were reserved
    std::push_heap(heads.begin(), heads.end(), after);
  }

  bool wanted(const Met& met) const noexcept {
    return met.record != nullptr || walk.with_tombstones;
  }

  // Both give the number of records found; none is the end.
  std::size_t fill_from(RunSource& source, std::size_t most) noexcept {
    std::size_t count = 0;
    failed = !source.take_many(batch, most, walk.with_tombstones, count);
    is_current = !source.done();
    if (!is_current) look_for_damage();
    return count;
  }

  std::size_t fill_merged(std::size_t most) noexcept {
    std::size_t count = 0;
    while (count < most && is_current && !failed) {
      if (!take_current(batch[count])) {
        failed = true;
        return count;
      }
      while (!heads.empty() && heads.front().same_id_as(current)) {
        Head older{};
        pop(older);
        advance(older.source);
        push(older.source);
      }
      advance_current();
      count += wanted(batch[count]) ? 1 : 0;
    }
    return count;
  }

  bool take_current(Met& out) noexcept {
    if (current.source >= tables.size()) return runs[current.source - tables.size()].take(out);
    out = tables[current.source].take();
    return true;
  }

  void advance_current() noexcept {
    advance(current.source);
    if (done(current.source)) {
      is_current = pop(current);
      return look_for_damage();
    }
    current = head_of(current.source);
    if (heads.empty() || !after(current, heads.front())) return;
    const std::uint32_t passed = current.source;
    pop(current);
    push(passed);
  }
};

Cursor::Cursor(std::shared_ptr<const Version> version, Sequence at, const Walk& walk)
    : impl_(std::make_unique<Impl>()) {
  Impl& impl = *impl_;
  impl.walk = walk;
  const log::View* const log = version->log.get();
  const auto add_table = [&](const RowTable& table) {
    std::vector<RowTable::SortedRows> lists = table.order();  // oldest rows first
    for (auto list = lists.rbegin(); list != lists.rend(); ++list) {
      impl.tables.emplace_back(table, std::move(*list), log, at, walk.collection);
    }
  };
  if (version->unlogged != nullptr) add_table(*version->unlogged);
  for (const auto& table : version->tables) add_table(*table);
  impl.runs.reserve(version->runs.size());
  for (const auto& run : version->runs) impl.runs.emplace_back(*run, log, walk.collection);
  impl.heads.reserve(impl.tables.size() + impl.runs.size());
  impl.version = std::move(version);
  impl.seek(walk.from);
}

Cursor::~Cursor() = default;
Cursor::Cursor(Cursor&&) noexcept = default;
Cursor& Cursor::operator=(Cursor&&) noexcept = default;

void Cursor::seek(const Id& from) noexcept {
  impl_->seek(from);
  next_ = end_ = nullptr;
}

bool Cursor::is_cut_short() const noexcept { return impl_->failed; }

bool Cursor::refill() noexcept {
  Impl& impl = *impl_;
  next_ = end_ = nullptr;
  if (impl.failed) return false;
  std::size_t count = 0;
  const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(kBatch, impl.left));
  // Alone, a run needs no comparing of heads.
  const bool alone =
      impl.is_current && impl.heads.empty() && impl.current.source >= impl.tables.size();
  if (alone) {
    count = impl.fill_from(impl.runs[impl.current.source - impl.tables.size()], most);
  } else {
    count = impl.fill_merged(most);
  }
  impl.left -= count;
  next_ = impl.batch;
  end_ = impl.batch + count;
  return count != 0;
}

}  // namespace gs::state
