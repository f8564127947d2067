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

#include <array>
#include <numeric>

#include "gs/engine/database/commit_scratch.h"
#include "gs/storage/state/resolve.h"

namespace gs::engine {

using graph::Kind;
using state::Entry;
using state::RowTable;

namespace {

// So much may be of no use before the rest is copied.
constexpr std::size_t kUselessBytes = std::size_t{8} << 20;
// A copy under the commit lock has to give back this share of the rows.
constexpr std::size_t kWorthShare = 8;

// An image of these two parts.
void put_image(RowTable& rows, Entry entry, Bytes head, Bytes record, Sequence sequence,
               std::uint32_t collection) {
  const auto space = rows.arena_allocate(head.size() + record.size());
  std::memcpy(space.bytes, head.data(), head.size());
  if (!record.empty()) std::memcpy(space.bytes + head.size(), record.data(), record.size());
  entry.place = Entry::make_place(Entry::Kind::image, space.position);
  rows.put(entry, sequence, collection);
}

constexpr std::array<std::uint8_t, state::kImageHeadBytes> kHeadWithoutExceptions{};

// Copies rows with their images.
class RowCopier {
 public:
  RowCopier(const RowTable& from, const state::Tables& tables) : from_(from), tables_(tables) {}

  void copy(RowTable& to, const RowTable::Row& row) const {
    if (row.entry.kind() == Entry::Kind::tombstone) {
      to.put(row.entry, row.sequence, row.collection);
      return;
    }
    const std::uint8_t* const image = from_.arena_at(row.entry.position());
    const state::Met met = state::meet_image(row.entry, image);
    const record::RecordView record(tables_.shape(row.entry.shape).shape.get(), met.record);
    const auto head = static_cast<std::size_t>(met.record - image);
    put_image(to, row.entry, {image, head}, record.bytes(), row.sequence, row.collection);
  }

  // Of the rows up to `at` the newest of each record that is live, if `keeps` its collection.
  // Returns how many rows it looked at.
  template <typename Keeps>
  std::uint32_t copy_live(RowTable& to, Sequence at, const Keeps& keeps) const {
    std::uint32_t number = 0;
    for (const std::uint32_t end = from_.row_count(); number < end; ++number) {
      const RowTable::Row& row = from_.row(number);
      if (row.sequence > at) break;
      const bool is_live = row.entry.kind() != Entry::Kind::tombstone;
      if (!is_live || !keeps(row.collection)) continue;
      if (from_.find(row.entry.id, at) == &row) copy(to, row);
    }
    return number;
  }

 private:
  const RowTable& from_;
  const state::Tables& tables_;
};

bool keeps_all(std::uint32_t) { return true; }

}  // namespace

bool Database::is_kept_in_memory(const record::Shape& shape) const noexcept {
  return !memory_collections_.empty() && memory_collections_.count(shape.collection()) != 0;
}

std::size_t Database::cost_unlogged(const StagedOperation& staged,
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
std::size_t Database::unlogged_memory() const noexcept {
  if (version_->unlogged == nullptr) return 0;
  std::size_t bytes = version_->unlogged->memory_bytes();
  for (const IndexView::One& one : index_view_->all) {
    bytes += one.unlogged->keys()->memory_bytes();
  }
  return bytes;
}

Error Database::make_room_unlogged(std::size_t bytes) {
  if (version_->unlogged == nullptr) publish_unlogged(std::make_shared<RowTable>());
  const std::uint64_t limit = options_.memory_store_bytes;
  if (unlogged_memory() + bytes <= limit) return {};
  const std::uint64_t rows = version_->unlogged->row_count();
  if ((rows - unlogged_records()) * kWorthShare >= rows && rows != 0) {
    auto table = std::make_shared<RowTable>();
    RowCopier(*version_->unlogged, tables_).copy_live(*table, ~Sequence{0}, keeps_all);
    publish_unlogged(std::move(table));
    if (unlogged_memory() + bytes <= limit) return {};
  }
  return Error(Code::no_space,
               "records that the schema keeps in memory take " + std::to_string(limit >> 20) +
                   " MiB (memory_store_bytes). Remove some, or open the storage with more");
}

void Database::append_unlogged(const TransactionState& tx, std::size_t index,
                               const LocalStamp& stamp, Sequence sequence) {
  const StagedOperation& staged = tx.operations[index];
  const Prepared& prepared = scratch_->prepared[index];
  RowTable& rows = *version_->unlogged;
  Entry entry;
  entry.id = staged.id;
  entry.hlc = stamp.hlc;
  entry.writer = stamp.writer;
  if (prepared.kind == Kind::expect) return;
  if (prepared.kind == Kind::remove) {
    entry.shape = tables_.find_shape(prepared.overwritten_shape->digest());
    entry.place = Entry::make_place(Entry::Kind::tombstone, 0);
    const std::uint32_t collection = tables_.shape(entry.shape).collection;
    --memory_live_[collection];
    rows.put(entry, sequence, collection);
    unlogged_wasteful_ = wants_renewal();
    return;
  }
  const bool is_update = prepared.kind == Kind::update;
  entry.shape = applier_.intern(is_update ? prepared.more->merged.shape : *staged.shape);
  const std::uint32_t collection = tables_.shape(entry.shape).collection;
  if (is_update) {
    entry.hlc = prepared.more->merged.base.hlc;
    entry.writer = prepared.more->merged.base.writer;
    put_image(rows, entry, prepared.more->merged.image, {}, sequence, collection);
  } else {
    const Bytes record{tx.record(staged), staged.bytes};
    put_image(rows, entry, kHeadWithoutExceptions, record, sequence, collection);
    if (prepared.known_new) {
      if (collection >= memory_live_.size()) memory_live_.resize(collection + std::size_t{1});
      ++memory_live_[collection];
    }
  }
  unlogged_wasteful_ = wants_renewal();
}

std::uint64_t Database::unlogged_records() const noexcept {
  return std::accumulate(memory_live_.begin(), memory_live_.end(), std::uint64_t{0});
}

graph::Hlc Database::next_hlc() const noexcept {
  return id::hlc_next(std::max(last_hlc_, unlogged_hlc_), env_.clock->wall_ms());
}

bool Database::wants_renewal() const noexcept {
  const RowTable& rows = *version_->unlogged;
  return rows.row_count() > unlogged_records() &&
         rows.memory_bytes() > 2 * renewed_bytes_ + kUselessBytes;
}

void Database::publish_unlogged(std::shared_ptr<RowTable> table) {
  renewed_bytes_ = table->memory_bytes();
  unlogged_wasteful_ = false;
  auto version = std::make_shared<state::Version>(*version_);
  version->unlogged = std::move(table);
  publish(std::move(version));
}

// Background job only; commits go on meanwhile.
void Database::renew_unlogged() {
  const Moment then = moment();
  const std::shared_ptr<RowTable> from = then.version->unlogged;
  if (from == nullptr) return;
  auto table = std::make_shared<RowTable>();
  const RowCopier copier(*from, tables_);
  std::uint32_t number = copier.copy_live(*table, then.at, keeps_all);
  const std::lock_guard lock(commit_mutex_);
  if (version_->unlogged != from) return;  // somebody could not wait
  for (; number < from->row_count(); ++number) copier.copy(*table, from->row(number));
  publish_unlogged(std::move(table));
}

// Without the records of collections that the schema keeps in memory no more. Null: there are none.
std::shared_ptr<RowTable> Database::unlogged_of(const std::set<std::string, std::less<>>& kept) {
  if (version_ == nullptr || version_->unlogged == nullptr) return nullptr;
  const auto keeps = [&](std::uint32_t collection) {
    return kept.count(tables_.collection(collection).name) != 0;
  };
  // Tombstones as well: they would hide what the log has from now on.
  const RowTable& rows = *version_->unlogged;
  bool leaves = false;
  for (std::uint32_t i = 0; i < rows.row_count() && !leaves; ++i) {
    leaves = !keeps(rows.row(i).collection);
  }
  if (!leaves) return version_->unlogged;
  for (std::uint32_t i = 0; i < memory_live_.size(); ++i) {
    if (!keeps(i)) memory_live_[i] = 0;
  }
  auto table = std::make_shared<RowTable>();
  RowCopier(rows, tables_).copy_live(*table, ~Sequence{0}, keeps);
  return table;
}

// False: it is not there and was not. Else no memory that a moment from now on reads has it.
bool Database::erase_unlogged(const Id& id) {
  if (version_->unlogged == nullptr) return false;
  const RowTable::Row* const row = version_->unlogged->find(id, ~Sequence{0});
  if (row == nullptr) return false;
  if (row->entry.kind() != Entry::Kind::tombstone) {
    Entry entry = row->entry;
    entry.place = Entry::make_place(Entry::Kind::tombstone, 0);
    const Sequence sequence = visible_.load(std::memory_order_relaxed) + 1;
    --memory_live_[row->collection];
    version_->unlogged->put(entry, sequence, row->collection);
    make_visible(sequence, next_hlc(), 0);
  }
  auto table = std::make_shared<RowTable>();
  RowCopier(*version_->unlogged, tables_).copy_live(*table, ~Sequence{0}, keeps_all);
  publish_unlogged(std::move(table));
  return true;
}

Moment Database::logged(Moment moment) {
  if (moment.version->unlogged == nullptr) return moment;
  auto version = std::make_shared<state::Version>(*moment.version);
  version->unlogged = nullptr;
  auto indexes = std::make_shared<IndexView>(*moment.indexes);
  for (IndexView::One& one : indexes->all) one.unlogged = nullptr;
  moment.version = std::move(version);
  moment.indexes = std::move(indexes);
  return moment;
}

}  // namespace gs::engine
