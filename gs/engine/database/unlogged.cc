// Records that are not in the log: those of collections that the schema keeps in memory.
//
// They are rows, as images, of a table of their own that every version has and no run is made of.
// So one transaction writes both kinds, one moment shows both, and indexes, queries and live
// queries know no difference; what is about the log (history, proofs, digests, backups, replay)
// does not see them. Where a record is kept is decided when it is inserted, by the schema in force.
//
// Versions that no moment from now on shows are given back by copying the others into another
// table: by the background's job once half of the memory may be such versions, and before a commit
// is refused for want of memory. Readers keep the table of their moment.

#include <algorithm>
#include <array>

#include "gs/engine/database/checkpointing.h"
#include "gs/engine/database/commit_scratch.h"
#include "gs/engine/database/committing.h"
#include "gs/engine/database/unlogged_rows.h"
#include "gs/storage/state/resolve.h"

namespace gs::engine {

using graph::Kind;
using state::Entry;
using state::RowTable;

namespace {

// So much, or this share of the limit when that is less, may be of no use before the rest is
// copied.
constexpr std::size_t kUselessBytes = std::size_t{8} << 20;
constexpr std::size_t kUselessShare = 8;
// A copy under the commit lock, for a commit that would be refused, gives back this share of the
// limit at least: else each commit would make one.
constexpr std::size_t kWorthShare = 16;
// Rows of a copy, or of its keys, between two looks at what commits wait for: most often less than
// a millisecond.
constexpr std::uint32_t kCopyStep = 1024;
// So many rows may be left to copy under the commit lock.
constexpr std::uint32_t kLockedRowsMax = 64;
// Each round copies what came during the one before. That is as much less as copying is faster than
// committing; the limit ends a race that should not be.
constexpr int kRoundsMax = 8;

// An image of these two parts.
void put_image(RowTable& rows, Entry entry, Bytes head, Bytes record, Sequence sequence,
               std::uint32_t collection) {
  const auto space = rows.arena_allocate(head.size() + record.size());
  std::memcpy(space.bytes, head.data(), head.size());
  if (!record.empty()) std::memcpy(space.bytes + head.size(), record.data(), record.size());
  entry.place = Entry::make_place(Entry::Kind::image, space.position);
  rows.put(entry, sequence, collection);
}

// Of a record whose fields all have the base stamp.
constexpr std::array<std::uint8_t, state::kImageHeadBytes> kPlainHead{0, 0, 0,    0,    0,    0,
                                                                      0, 0, 0xff, 0xff, 0xff, 0};

// Of a row that is no tombstone.
Bytes image_of(const RowTable& rows, const RowTable::Row& row) {
  const std::uint8_t* const image = rows.arena_at(row.entry.position());
  return {image, state::ImageView(image).size()};
}

bool is_tombstone(const RowTable::Row& row) noexcept {
  return row.entry.kind() == Entry::Kind::tombstone;
}

// Memory of a row as long as its record is live.
std::size_t bytes_of(const RowTable& rows, const RowTable::Row& row) {
  return is_tombstone(row) ? 0 : sizeof(RowTable::Row) + image_of(rows, row).size();
}

void count_row(const RowTable& rows, const RowTable::Row& row, UnloggedSize& size) {
  const std::size_t bytes = bytes_of(rows, row);
  size.bytes += std::max(bytes, sizeof(RowTable::Row));
  size.live_bytes += bytes;
  if (row.collection >= size.records.size()) size.records.resize(row.collection + std::size_t{1});
  if (!is_tombstone(row)) ++size.records[row.collection];
  if (row.previous == RowTable::kNone) return;
  const RowTable::Row& before = rows.row(row.previous);
  size.live_bytes -= bytes_of(rows, before);
  if (!is_tombstone(before)) --size.records[before.collection];
}

// A table that takes rows of another one.
struct Copy {
  std::shared_ptr<RowTable> rows;
  UnloggedSize size;

  void add(const RowTable& from, const RowTable::Row& row) {
    if (is_tombstone(row)) {
      rows->put(row.entry, row.sequence, row.collection);
    } else {
      put_image(*rows, row.entry, image_of(from, row), {}, row.sequence, row.collection);
    }
    count_row(*rows, rows->row(rows->row_count() - 1), size);
  }
};

using Between = std::function<void()>;  // called every kCopyStep rows

// Copies of the rows from `begin` on and up to `at` the newest of each record, if `keeps` its
// collection; a tombstone only where there is something to hide. Returns where the rest begins.
template <typename Keeps>
std::uint32_t copy_live(const RowTable& from, std::uint32_t begin, Sequence at, const Keeps& keeps,
                        Copy& to, const Between& between = {}) {
  std::uint32_t end = from.row_count();
  while (end > begin && from.row(end - 1).sequence > at) --end;
  std::vector<bool> replaced(end - begin);
  for (std::uint32_t i = begin; i < end; ++i) {
    const std::uint32_t previous = from.row(i).previous;
    if (previous != RowTable::kNone && previous >= begin) replaced[previous - begin] = true;
  }
  for (std::uint32_t i = begin; i < end; ++i) {
    if (between && (i - begin) % kCopyStep == 0) between();
    const RowTable::Row& row = from.row(i);
    if (replaced[i - begin] || !keeps(row.collection)) continue;
    if (is_tombstone(row) && to.rows->find(row.entry.id, at) == nullptr) continue;
    to.add(from, row);
  }
  return end;
}

bool keeps_all(std::uint32_t) { return true; }

// A copy that is made while commits go on, with the keys of its indexes.
struct Renewal {
  std::shared_ptr<RowTable> from;
  std::vector<std::shared_ptr<Index>> indexes;
  state::Version copied;  // has the copy alone: tables would stay in memory as long as this takes
  Copy copy;
  UnloggedIndexes keys;    // those that could be told
  std::uint32_t done = 0;  // rows of `from`

  Renewal(const state::Version& version, const IndexView& view)
      : from(version.unlogged), copy{from->successor(), {}} {
    copied.log = version.log;
    copied.unlogged = copy.rows;
    for (const IndexView::One& one : view.all) {
      indexes.push_back(one.index);
      keys[one.index->digest] = one.index->of_table(copy.rows);
    }
  }
  std::uint32_t left() const noexcept { return from->row_count() - done; }
  void add_rows(Sequence at, const Between& between = {}) {
    done = copy_live(*from, done, at, keeps_all, copy, between);
  }
  void add_keys(const Between& between) {
    for (const auto& index : indexes) {
      const auto made = keys.find(index->digest);
      if (made != keys.end() && !add_keys(*index, *made->second, between)) keys.erase(made);
    }
  }
  bool add_keys(Index& index, TableIndex& to, const Between& between) const {
    const RowTable& rows = *copy.rows;
    for (std::uint32_t end = 0; end < rows.row_count();) {
      end = std::min(end + kCopyStep, rows.row_count());
      const Sequence at = rows.row(end - 1).sequence;
      if (to.is_current(at)) continue;
      between();
      const std::lock_guard lock(index.mutex);  // readers wait for it
      if (!to.catch_up(copied, at, index.records).ok()) return false;
    }
    return true;
  }
};

}  // namespace

bool Database::Committing::is_kept_in_memory(const record::Shape& shape) const noexcept {
  return !db_.unlogged_.collections.empty() &&
         db_.unlogged_.collections.count(shape.collection()) != 0;
}

// Expectations as well are logged only where others can tell whether they hold, and where something
// that is logged depends on them.
void Database::Committing::count_logged(const TransactionState& tx) {
  CommitScratch& scratch = *db_.scratch_;
  const std::size_t count = tx.operations.size();
  scratch.logged_count = count;
  if (db_.version_->unlogged == nullptr && db_.unlogged_.collections.empty()) return;
  const auto is_expected_absent = [&](const StagedOperation& staged) {
    return staged.kind == Kind::expect && staged.version.is_zero() && scratch.track_touched;
  };
  std::size_t acting = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const StagedOperation& staged = tx.operations[i];
    Prepared& prepared = scratch.prepared[i];
    if (is_expected_absent(staged)) {
      const std::size_t last = scratch.touched.last(staged.id);
      prepared.unlogged = last != Touched::kNone && scratch.prepared[last].unlogged;
    }
    if (prepared.unlogged) --scratch.logged_count;
    acting += !prepared.unlogged && staged.kind != Kind::expect ? 1 : 0;
  }
  if (acting != 0 || scratch.logged_count == count) return;
  for (Prepared& prepared : scratch.prepared) prepared.unlogged = true;
  scratch.logged_count = 0;
}

std::size_t Database::Committing::cost_unlogged(const StagedOperation& staged,
                                                const Prepared& prepared) noexcept {
  switch (prepared.kind) {
    case Kind::expect:
    case Kind::remove:  // as many as there are records: who has no room left makes some with it
      return 0;
    case Kind::update:
      return sizeof(RowTable::Row) + prepared.more->merged.image.size();
    default:
      return sizeof(RowTable::Row) + state::kImageHeadBytes + staged.bytes;
  }
}

// Of rows and of the keys that indexes have made of them.
std::size_t Database::UnloggedRows::unlogged_memory() const noexcept {
  if (db_.version_->unlogged == nullptr) return 0;
  std::size_t bytes = db_.version_->unlogged->memory_bytes();
  for (const IndexView::One& one : db_.index_view_->all) {
    bytes += one.unlogged->keys()->memory_bytes();
  }
  return bytes;
}

Error Database::UnloggedRows::make_room_unlogged(std::size_t bytes) {
  if (db_.version_->unlogged == nullptr) publish_unlogged(std::make_shared<RowTable>(), {});
  const std::uint64_t limit = db_.options_.memory_store_bytes;
  if (unlogged_memory() + bytes <= limit) return {};
  if (db_.unlogged_.size.useless() * kWorthShare >= limit) {
    publish_copy_of_unlogged();
    if (unlogged_memory() + bytes <= limit) return {};
  }
  return Error(Code::no_space, "records that the schema keeps in memory take " +
                                   std::to_string(limit >> 20) +
                                   " MiB (memory_store_bytes). Remove a sixteenth of that, or open "
                                   "the storage with more");
}

void Database::UnloggedRows::publish_copy_of_unlogged() {
  Copy copy{db_.version_->unlogged->successor(), {}};
  copy_live(*db_.version_->unlogged, 0, ~Sequence{0}, keeps_all, copy);
  publish_unlogged(std::move(copy.rows), std::move(copy.size));
}

void Database::Committing::append_unlogged(const TransactionState& tx, std::size_t index,
                                           const LocalStamp& stamp, Sequence sequence) {
  const StagedOperation& staged = tx.operations[index];
  const Prepared& prepared = db_.scratch_->prepared[index];
  RowTable& rows = *db_.version_->unlogged;
  Entry entry;
  entry.id = staged.id;
  entry.hlc = stamp.hlc;
  entry.writer = stamp.writer;
  if (prepared.kind == Kind::expect) return;
  if (prepared.kind == Kind::remove) {
    entry.shape = rows.find(staged.id, ~Sequence{0})->entry.shape;
    entry.place = Entry::make_place(Entry::Kind::tombstone, 0);
    rows.put(entry, sequence, db_.tables_.shape(entry.shape).collection);
  } else if (prepared.kind == Kind::update) {
    const Merged& merged = prepared.more->merged;
    entry.shape = db_.applier_.intern(merged.shape);
    entry.hlc = merged.base.hlc;
    entry.writer = merged.base.writer;
    put_image(rows, entry, merged.image, {}, sequence, db_.tables_.shape(entry.shape).collection);
  } else {
    entry.shape = db_.applier_.intern(*staged.shape);
    put_image(rows, entry, kPlainHead, {tx.record(staged), staged.bytes}, sequence,
              db_.tables_.shape(entry.shape).collection);
  }
  count_row(rows, rows.row(rows.row_count() - 1), db_.unlogged_.size);
  if (!db_.unlogged_.wasteful) db_.unlogged_.wasteful = UnloggedRows(db_).wants_renewal();
}

// Half of it is useless, or what is useless will soon be missed.
bool Database::UnloggedRows::wants_renewal() const noexcept {
  const std::uint64_t limit = db_.options_.memory_store_bytes;
  const std::uint64_t useless = db_.unlogged_.size.useless();
  if (useless < std::min<std::uint64_t>(kUselessBytes, limit / kUselessShare)) return false;
  if (2 * useless >= db_.unlogged_.size.bytes) return true;
  return useless * kUselessShare >= limit && db_.unlogged_.size.bytes >= limit / 4 * 3;
}

graph::Hlc Database::next_hlc() const noexcept {
  return id::hlc_next(std::max(last_hlc_, unlogged_.hlc), env_.clock->wall_ms());
}

std::shared_ptr<const state::Version> Database::UnloggedRows::with_unlogged(
    std::shared_ptr<RowTable> table, UnloggedSize size) {
  db_.unlogged_.size = std::move(size);
  db_.unlogged_.wasteful = false;
  auto version = std::make_shared<state::Version>(*db_.version_);
  version->unlogged = std::move(table);
  return version;
}

void Database::UnloggedRows::publish_unlogged(std::shared_ptr<RowTable> table, UnloggedSize size,
                                              const UnloggedIndexes& indexes) {
  db_.publish(with_unlogged(std::move(table), std::move(size)), {}, indexes);
}

// Background job only; commits go on meanwhile, and what they freeze is written in between. Keys
// of indexes are made here as well: the next commit would have to under the commit lock.
// Errors: of that writing; the copy is made all the same.
Error Database::UnloggedRows::renew_unlogged() {
  std::optional<Renewal> renewal;  // gives back the old table behind the lock
  std::size_t runs_max = kRunsBesideMax;
  {
    const std::lock_guard lock(db_.commit_mutex_);
    if (db_.version_->unlogged == nullptr) return {};
    renewal.emplace(*db_.version_, *db_.index_view_);
    runs_max += db_.version_->runs.size();
  }
  Error unwritten;
  const auto between = [&] {
    if (!unwritten) unwritten = Checkpointing(db_).write_waiting(runs_max);
  };
  const auto is_left = [&](int rounds) { return rounds == 0 || renewal->left() > kLockedRowsMax; };
  for (int rounds = 0; rounds < kRoundsMax && is_left(rounds); ++rounds) {
    renewal->add_rows(db_.visible_.load(std::memory_order_acquire), between);
    renewal->add_keys(between);
  }
  const std::lock_guard lock(db_.commit_mutex_);
  if (db_.version_->unlogged != renewal->from) return unwritten;  // somebody could not wait
  renewal->add_rows(~Sequence{0});
  publish_unlogged(std::move(renewal->copy.rows), std::move(renewal->copy.size), renewal->keys);
  return unwritten;
}

// The version without the records of collections that the schema keeps in memory no more;
// tombstones as well: they would hide what the log has from now on.
std::shared_ptr<const state::Version> Database::UnloggedRows::version_for_schema() {
  const RowTable* const rows = db_.version_->unlogged.get();
  if (rows == nullptr) return db_.version_;
  const auto keeps = [&](std::uint32_t collection) {
    return db_.unlogged_.collections.count(db_.tables_.collection(collection).name) != 0;
  };
  std::uint32_t kept = 0;
  while (kept < rows->row_count() && keeps(rows->row(kept).collection)) ++kept;
  if (kept == rows->row_count()) return db_.version_;
  Copy copy{rows->successor(), {}};
  copy_live(*rows, 0, ~Sequence{0}, keeps, copy);
  return with_unlogged(std::move(copy.rows), std::move(copy.size));
}

// False: it is not there and was not. Else no memory that a moment from now on reads has it.
bool Database::UnloggedRows::erase_unlogged(const Id& id) {
  if (db_.version_->unlogged == nullptr) return false;
  RowTable& rows = *db_.version_->unlogged;
  const RowTable::Row* const row = rows.find(id, ~Sequence{0});
  if (row == nullptr) return false;
  if (!is_tombstone(*row)) {
    Entry entry = row->entry;
    entry.place = Entry::make_place(Entry::Kind::tombstone, 0);
    const Sequence sequence = db_.visible_.load(std::memory_order_relaxed) + 1;
    rows.put(entry, sequence, row->collection);
    db_.make_visible(sequence, db_.next_hlc(), 0);
  }
  publish_copy_of_unlogged();
  return true;
}

Moment without_unlogged(Moment moment) {
  if (moment.version->unlogged == nullptr) return moment;
  auto version = std::make_shared<state::Version>(*moment.version);
  version->unlogged = nullptr;
  auto indexes = std::make_shared<IndexView>(*moment.indexes);
  for (IndexView::One& one : indexes->all) {
    one.unlogged = nullptr;
    one.gather();
  }
  moment.version = std::move(version);
  moment.indexes = std::move(indexes);
  return moment;
}

}  // namespace gs::engine
