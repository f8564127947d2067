// The row table: rows in chunks that never move, found by RowSlots, sorted when asked.

#include "gs/storage/state/row_table.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <mutex>
#include <new>
#include <numeric>

#include "gs/base/check.h"
#include "gs/base/endian.h"
#include "gs/platform/mutex.h"
#include "gs/storage/state/id_key.h"
#include "gs/storage/state/row_arena.h"
#include "gs/storage/state/row_order.h"
#include "gs/storage/state/row_slots.h"
#include "gs/storage/state/spare_rows.h"

namespace gs::state {
namespace {

constexpr std::uint32_t kChunkBits = RowTable::kChunkBits;
constexpr std::uint32_t kChunkRows = std::uint32_t{1} << kChunkBits;
constexpr std::uint32_t kChunks = (RowTable::kRowsMax >> kChunkBits) + 1;
constexpr std::size_t kChunkBytes = sizeof(RowTable::Row) * kChunkRows;
// A table that got this far (1.75 MiB) will get further: from here on it takes large pages.
constexpr std::uint32_t kRowsSmall = std::uint32_t{1} << 15;
constexpr std::size_t kAheadPages = 2;
constexpr std::size_t kSlotsMin = 256;
constexpr std::uint32_t kGrowAhead = 16;  // rows whose slots are fetched ahead while growing

static_assert(RowTable::kRowsMax == RowSlots::kRowMask);

// At most 5/8 of the slots are used: 2 probes for a hit, most of them in one cache line.
constexpr bool is_full(std::uint64_t used, std::uint64_t slots) { return used * 8 >= slots * 5; }

std::size_t slots_for(std::size_t rows) {
  rows = std::min<std::size_t>(rows, RowTable::kRowsMax);
  std::size_t slots = kSlotsMin;
  while (is_full(rows, slots)) slots *= 2;
  return slots;
}

}  // namespace

struct RowTable::Impl {
  Impl(std::size_t ids_expected, std::shared_ptr<SpareRows> memory) : spare(std::move(memory)) {
    add_slots(slots_for(ids_expected));
    slots.store(slots_owned.back().get(), std::memory_order_release);
  }

  std::shared_ptr<SpareRows> spare;
  std::uint64_t turn = 0;  // before the table is shared
  std::atomic<RowSlots*> slots{nullptr};
  std::array<std::atomic<Row*>, kChunks> chunks{};
  std::atomic<std::uint32_t> row_count{0};
  RowArena arena;

  // Writer only.
  std::uint32_t ids = 0;                               // used slots
  std::size_t asked_ahead = 0;                         // bytes of the newest chunk
  std::vector<std::unique_ptr<RowSlots>> slots_owned;  // the last one is current

  std::atomic<std::size_t> slot_bytes{0};

  mutable platform::Mutex order_mutex;
  mutable std::vector<SortedRows> ordered;  // oldest rows first
  mutable std::uint32_t ordered_rows = 0;
  mutable std::atomic<std::size_t> order_bytes{0};

  ~Impl() {
    for (auto& chunk : chunks) spare->give(chunk.load(std::memory_order_relaxed));
  }

  const Row& row(std::uint32_t number) const noexcept {
    return chunks[number >> kChunkBits].load(std::memory_order_acquire)[number & (kChunkRows - 1)];
  }

  void add_slots(std::size_t count) {
    slots_owned.push_back(std::make_unique<RowSlots>(count));
    slot_bytes.fetch_add(count * sizeof(std::uint32_t), std::memory_order_relaxed);
  }

  void append(const Row& value, std::uint32_t number) {
    GS_CHECK(number < kRowsMax);
    auto& chunk = chunks[number >> kChunkBits];
    Row* rows = chunk.load(std::memory_order_relaxed);
    if (rows == nullptr) {
      rows = static_cast<Row*>(spare->take());
      if (number > kRowsSmall) prefer_large_pages(rows, kChunkBytes);
      asked_ahead = 0;
      chunk.store(rows, std::memory_order_release);
    } else if (number == kRowsSmall) {
      prefer_large_pages(rows, kChunkBytes);
    }
    new (rows + (number & (kChunkRows - 1))) Row(value);
  }

  // Fills a table of twice the size from the rows in their order. A row that replaces another finds
  // it by its number, so no row is visited twice and none out of order.
  void grow() {
    add_slots(slots_owned.back()->count() * 2);
    RowSlots& larger = *slots_owned.back();
    const std::uint32_t count = row_count.load(std::memory_order_relaxed);
    for (std::uint32_t number = 0; number < count; ++number) {
      if (number + kGrowAhead < count) larger.prefetch(hash_id(row(number + kGrowAhead).entry.id));
      const Row& current = row(number);
      const std::uint64_t hash = hash_id(current.entry.id);
      const std::uint32_t tag = RowSlots::tag(hash);
      const std::uint32_t wanted =
          current.previous == kNone ? 0 : RowSlots::value(tag, current.previous);
      std::size_t slot = larger.home(hash);
      while (larger.get(slot) != wanted) slot = larger.after(slot);
      larger.set(slot, RowSlots::value(tag, number));
    }
    slots.store(&larger, std::memory_order_release);
  }
};

RowTable::RowTable(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RowTable::RowTable(std::size_t rows_expected)
    : RowTable(std::make_unique<Impl>(rows_expected, std::make_shared<SpareRows>(kChunkBytes))) {}

RowTable::~RowTable() = default;

std::shared_ptr<RowTable> RowTable::successor() const {
  auto impl = std::make_unique<Impl>(impl_->ids, impl_->spare);
  impl->turn = impl_->turn + 1;
  return std::shared_ptr<RowTable>(new RowTable(std::move(impl)));
}

std::uint64_t RowTable::turn() const noexcept { return impl_->turn; }

void RowTable::trim() noexcept { impl_->spare->trim(); }

std::uint32_t RowTable::put(const Entry& entry, Sequence sequence, std::uint32_t collection) {
  Impl& table = *impl_;
  const std::uint32_t number = table.row_count.load(std::memory_order_relaxed);
  const std::uint64_t hash = hash_id(entry.id);
  const std::uint32_t tag = RowSlots::tag(hash);
  if (is_full(table.ids, table.slots_owned.back()->count())) table.grow();

  RowSlots& slots = *table.slots_owned.back();
  std::uint32_t previous = kNone;
  std::size_t slot = slots.home(hash);
  for (;; slot = slots.after(slot)) {
    const std::uint32_t value = slots.get(slot);
    if (value == 0) {
      ++table.ids;
      break;
    }
    if ((value & RowSlots::kTagMask) != tag) continue;
    if (same_id(table.row(RowSlots::row(value)).entry.id, entry.id)) {
      previous = RowSlots::row(value);
      break;
    }
  }
  table.append(Row{entry, sequence, previous, collection}, number);
  slots.set(slot, RowSlots::value(tag, number));
  table.row_count.store(number + 1, std::memory_order_release);
  return previous;
}

RowTable::Ahead RowTable::memory_ahead() noexcept {
  Impl& table = *impl_;
  const std::uint32_t count = table.row_count.load(std::memory_order_relaxed);
  if (count <= kRowsSmall) return {};
  const std::uint32_t newest = count - 1;
  const std::size_t used = sizeof(Row) * ((newest & (kChunkRows - 1)) + std::size_t{1});
  const std::size_t begin = std::max(table.asked_ahead, align_up(used, kLargePageBytes));
  const std::size_t end =
      std::min(align_up(used, kLargePageBytes) + kAheadPages * kLargePageBytes, kChunkBytes);
  if (begin >= end) return {};
  table.asked_ahead = end;
  auto* const rows = reinterpret_cast<std::uint8_t*>(
      table.chunks[newest >> kChunkBits].load(std::memory_order_relaxed));
  return {rows + begin, end - begin};
}

void RowTable::prefetch(const Id& id) const noexcept {
  impl_->slots.load(std::memory_order_acquire)->prefetch(hash_id(id));
}

void RowTable::prefetch_row(const Id& id) const noexcept {
  const Impl& table = *impl_;
  if (row_count() == 0) return;
  const RowSlots& slots = *table.slots.load(std::memory_order_acquire);
  const std::uint64_t hash = hash_id(id);
  const std::uint32_t value = slots.get(slots.home(hash));
  if (value == 0 || (value & RowSlots::kTagMask) != RowSlots::tag(hash)) return;
  __builtin_prefetch(&table.row(RowSlots::row(value)));
}

const RowTable::Row* RowTable::find(const Id& id, Sequence at) const noexcept {
  const Impl& table = *impl_;
  if (row_count() == 0) return nullptr;  // slots for the next rows need not come from memory
  const RowSlots& slots = *table.slots.load(std::memory_order_acquire);
  const std::uint64_t hash = hash_id(id);
  const std::uint32_t tag = RowSlots::tag(hash);
  for (std::size_t slot = slots.home(hash);; slot = slots.after(slot)) {
    const std::uint32_t value = slots.get(slot);
    if (value == 0) return nullptr;
    if ((value & RowSlots::kTagMask) != tag) continue;
    const Row* row = &table.row(RowSlots::row(value));
    if (!same_id(row->entry.id, id)) continue;
    while (row->sequence > at) {
      if (row->previous == kNone) return nullptr;
      row = &table.row(row->previous);
    }
    return row;
  }
}

const RowTable::Row& RowTable::row(std::uint32_t number) const noexcept {
  return impl_->row(number);
}

std::uint32_t RowTable::row_count() const noexcept {
  return impl_->row_count.load(std::memory_order_acquire);
}

RowTable::Space RowTable::arena_allocate(std::size_t bytes) { return impl_->arena.allocate(bytes); }

const std::uint8_t* RowTable::arena_at(std::uint64_t position) const noexcept {
  return impl_->arena.at(position);
}

std::size_t RowTable::memory_bytes() const noexcept {
  return row_count() * sizeof(Row) + impl_->slot_bytes.load(std::memory_order_relaxed) +
         impl_->order_bytes.load(std::memory_order_relaxed) + impl_->arena.memory_bytes();
}

// Lists at least double in size towards the oldest: a row is merged as often as the number of rows
// can be halved, and there are no more lists than that.
std::vector<RowTable::SortedRows> RowTable::order() const {
  const Impl& table = *impl_;
  std::lock_guard lock(table.order_mutex);
  const std::uint32_t count = row_count();
  if (count == table.ordered_rows) return table.ordered;
  std::vector<std::uint32_t> newest(count - table.ordered_rows);
  std::iota(newest.begin(), newest.end(), table.ordered_rows);
  sort_rows(*this, newest);
  while (!table.ordered.empty() && table.ordered.back()->size() < newest.size() * 2) {
    newest = merge_rows(*this, *table.ordered.back(), newest);
    table.ordered.pop_back();
  }
  table.ordered.push_back(std::make_shared<const std::vector<std::uint32_t>>(std::move(newest)));
  table.ordered_rows = count;
  table.order_bytes.store(count * sizeof(std::uint32_t), std::memory_order_relaxed);
  return table.ordered;
}

}  // namespace gs::state
