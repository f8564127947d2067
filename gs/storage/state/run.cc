// Opens a run and looks things up in it. Opening checks what lookups rely on.

#include "gs/storage/state/run.h"

#include <algorithm>
#include <limits>

#include "gs/base/crc32c.h"
#include "gs/storage/state/id_key.h"
#include "gs/storage/state/run_view.h"

namespace gs::state {
namespace {

Error check_header(const std::string& name, Bytes file, std::uint64_t number) {
  if (load_u32(file.data()) != kRunMagic) return damaged_run(name, "this is not a run");
  if (load_u32(file.data() + 16) != crc32c(file.first(16))) {
    return damaged_run(name, "the header does not match its checksum");
  }
  if (load_u16(file.data() + 4) > kRunVersion) {
    return Error(Code::newer_format,
                 name + ": run format " + std::to_string(load_u16(file.data() + 4)) +
                     ", this version reads up to " + std::to_string(kRunVersion));
  }
  if (load_u16(file.data() + 4) < kRunVersion) return damaged_run(name, "its format is older");
  if (load_u64(file.data() + 8) != number) return damaged_run(name, "the file holds another run");
  return {};
}

// The sections follow each other without gaps from the header to the footer.
bool sections_fit(const RunFooter& footer, std::uint64_t file_bytes) {
  std::uint64_t at = kRunHeaderBytes;
  const std::uint64_t end = file_bytes - kRunFooterBytes;
  for (const RunSection& section : footer.sections) {
    if (section.offset != at || section.bytes % 8 != 0 || section.bytes > end - at) return false;
    at += section.bytes;
  }
  return at == end;
}

bool counts_fit(const RunFooter& footer) {
  const RunSection* sections = footer.sections;
  if (footer.entry_count > kRunEntriesMax || footer.collection_count > footer.entry_count)
    return false;
  if (sections[kEntries].bytes != footer.entry_count * sizeof(Entry)) return false;
  if (sections[kDirectory].bytes != footer.collection_count * sizeof(RunCollection)) return false;
  // Fewer places than entries, or more than slots, nobody writes.
  if (footer.places != places_for(footer.entry_count)) return false;
  const std::uint64_t sums = (run_block_count(sections[kSums].offset) * 4 + 7) / 8 * 8;
  if (sections[kSums].bytes != sums) return false;
  const std::uint64_t slots = sections[kSlots].bytes / 8;
  return footer.entry_count == 0 ? slots == 0 : slots > footer.places;
}

bool directory_fits(const RunFooter& footer, const RunCollection* directory) {
  std::uint64_t entries = 0;
  std::uint64_t keys = 0;
  for (std::uint64_t i = 0; i < footer.collection_count; ++i) {
    const RunCollection& row = directory[i];
    if (i > 0 && row.number <= directory[i - 1].number) return false;
    if (row.first != entries || row.count == 0 || row.count > footer.entry_count - entries)
      return false;
    if (row.sparse_first != keys) return false;
    entries += row.count;
    keys += sparse_count(row.count);
  }
  return entries == footer.entry_count && footer.sections[kSparse].bytes == keys * 8;
}

const RunCollection* find_collection(const RunCollection* directory, std::uint64_t count,
                                     std::uint32_t number) {
  const RunCollection* const end = directory + count;
  const RunCollection* const row = std::lower_bound(
      directory, end, number, [](const RunCollection& a, std::uint32_t b) { return a.number < b; });
  return row != end && row->number == number ? row : nullptr;
}

bool before(const Entry& entry, const Id& id) noexcept { return id_less(entry.id, id); }

// Like std::lower_bound, beginning at a guess: searching on from there in growing steps costs one
// or two memory accesses when the guess is near, where halving costs a dozen; when it is far, twice
// as many as halving.
template <typename T, typename Value, typename Before>
const T* bound_near(const T* begin, const T* end, std::size_t guess, const Value& value,
                    const Before& comes_before) noexcept {
  const auto count = static_cast<std::size_t>(end - begin);
  std::size_t first = 0;
  std::size_t last = count;
  if (comes_before(begin[guess], value)) {
    first = guess + 1;
    for (std::size_t step = 1; guess + step < count; step *= 2) {
      if (!comes_before(begin[guess + step], value)) {
        last = guess + step;
        break;
      }
      first = guess + step + 1;
    }
  } else {
    last = guess;
    for (std::size_t step = 1; step <= guess; step *= 2) {
      if (comes_before(begin[guess - step], value)) {
        first = guess - step + 1;
        break;
      }
      last = guess - step;
    }
  }
  return std::lower_bound(begin + first, begin + last, value, comes_before);
}

// The place among `count` that has `key`, if keys between `low` and `high` are spread evenly, which
// those of derived ids are everywhere, and those of minted ids between two near ones.
std::size_t guess_place(std::uint64_t low, std::uint64_t key, std::uint64_t high,
                        std::size_t count) noexcept {
  if (key <= low) return 0;
  if (key >= high) return count - 1;
  const double share = static_cast<double>(key - low) / static_cast<double>(high - low);
  return std::min(static_cast<std::size_t>(share * static_cast<double>(count)), count - 1);
}

// Whoever seeks will walk: the entries that follow come from memory together with the first one.
void prefetch_walk(const Entry* begin) noexcept {
  constexpr std::size_t kEntries = 16;
  constexpr std::size_t kLineBytes = 64;
  const auto* const bytes = reinterpret_cast<const std::uint8_t*>(begin);
  for (std::size_t at = 0; at < kEntries * sizeof(Entry); at += kLineBytes) {
    __builtin_prefetch(bytes + at);
  }
}

// std::lower_bound without branches that a processor could guess wrong.
const std::uint64_t* lower_key(const std::uint64_t* keys, std::size_t count,
                               std::uint64_t prefix) noexcept {
  while (count > 1) {
    const std::size_t half = count / 2;
    keys = keys[half - 1] < prefix ? keys + half : keys;
    count -= half;
  }
  return keys + (count == 1 && *keys < prefix ? 1 : 0);
}

}  // namespace

Run::~Run() = default;

Result<std::shared_ptr<const Run>> Run::open(platform::FileSystem& files, const std::string& path,
                                             std::uint64_t number) {
  const std::string name = files.display(path);
  GS_TRY(const std::unique_ptr<platform::File> file, files.open(path, platform::OpenMode::read));
  GS_TRY(const std::uint64_t bytes, file->size());
  if (bytes < kRunHeaderBytes + kRunFooterBytes)
    return damaged_run(name, "it is too short for a run");
  if (bytes % 8 != 0) return damaged_run(name, "its size is no multiple of 8");
  if (bytes > std::numeric_limits<std::size_t>::max() / 2) {
    return Error(Code::unsupported,
                 name + ": " + std::to_string(bytes) + " bytes do not fit in memory");
  }

  std::shared_ptr<Run> run(new Run());
  run->impl_ = std::make_unique<Impl>();
  Impl& impl = *run->impl_;
  impl.name = name;
  impl.file_bytes = bytes;
  GS_TRY(impl.lookups.mapping, file->map(bytes));
  GS_TRY(impl.walks.mapping, file->map(bytes));
  const Bytes all = impl.lookups.mapping->bytes();
  GS_TRY_OK(check_header(name, all, number));

  const std::uint8_t* const footer = all.data() + bytes - kRunFooterBytes;
  std::memcpy(&impl.footer, footer, kRunFooterBytes);
  if (impl.footer.magic != kRunFooterMagic || impl.footer.version != kRunVersion ||
      impl.footer.crc != crc32c({footer, offsetof(RunFooter, crc)})) {
    return damaged_run(name, "the footer does not match its checksum");
  }
  if (impl.footer.number != number || !sections_fit(impl.footer, bytes) ||
      !counts_fit(impl.footer)) {
    return damaged_run(name, "the footer names sections that the file does not have");
  }
  for (Impl::Parts* parts : {&impl.lookups, &impl.walks}) {
    const std::uint8_t* const base = parts->mapping->bytes().data();
    parts->file = base;
    if (reinterpret_cast<std::uintptr_t>(base) % 8 != 0) {
      return Error(Code::unsupported, name + ": the platform maps files at odd addresses");
    }
    const auto section = [&](RunPart part) { return base + impl.footer.sections[part].offset; };
    const RunSection& images = impl.footer.sections[kImages];
    parts->images = {section(kImages), images.bytes, images.offset, &impl.blocks};
    parts->entries = reinterpret_cast<const Entry*>(section(kEntries));
    parts->directory = reinterpret_cast<const RunCollection*>(section(kDirectory));
    parts->sparse = reinterpret_cast<const std::uint64_t*>(section(kSparse));
    parts->slots = reinterpret_cast<const std::uint64_t*>(section(kSlots));
  }
  impl.slot_count = impl.footer.sections[kSlots].bytes / 8;
  impl.blocks.watch(all, impl.footer.sections[kSums]);
  const RunSection& directory = impl.footer.sections[kDirectory];
  if (!impl.blocks.sound(directory.offset, directory.bytes)) return run->damage();
  if (!directory_fits(impl.footer, impl.lookups.directory)) {
    return damaged_run(name, "the collection directory does not match the footer");
  }
  impl.lookups.mapping->advise(Pattern::random);
  impl.walks.mapping->advise(Pattern::sequential);
  return std::shared_ptr<const Run>(std::move(run));
}

std::uint64_t Run::number() const noexcept { return impl_->footer.number; }
std::uint64_t Run::entry_count() const noexcept { return impl_->footer.entry_count; }
std::uint64_t Run::file_bytes() const noexcept { return impl_->file_bytes; }
std::uint64_t Run::image_bytes() const noexcept { return impl_->footer.sections[kImages].bytes; }
std::uint64_t Run::hash(const Id& id) noexcept { return hash_id(id); }

void Run::prefetch(std::uint64_t hash) const noexcept {
  __builtin_prefetch(impl_->lookups.slots + slot_place(hash, impl_->footer.places));
}

const Entry* Run::likely(std::uint64_t hash) const noexcept {
  const Impl& run = *impl_;
  const std::uint64_t* slot = run.lookups.slots + slot_place(hash, run.footer.places);
  const std::uint64_t* const end = run.lookups.slots + run.slot_count;
  for (; slot < end && *slot != 0; ++slot) {
    if (((*slot ^ hash) >> 32) != 0) continue;
    const std::uint32_t number = static_cast<std::uint32_t>(*slot) - 1;
    if (number < run.footer.entry_count) return run.lookups.entries + number;
  }
  return nullptr;
}

const Entry* Run::find(const Id& id, std::uint64_t hash) const noexcept {
  const Impl& run = *impl_;
  const std::uint64_t* const first = run.lookups.slots + slot_place(hash, run.footer.places);
  const std::uint64_t* const end = run.lookups.slots + run.slot_count;
  const std::uint64_t* slot = first;
  for (; slot < end && *slot != 0; ++slot) {
    if (((*slot ^ hash) >> 32) != 0) continue;
    const std::uint32_t number = static_cast<std::uint32_t>(*slot) - 1;
    if (number >= run.footer.entry_count) continue;  // nobody writes such a slot
    const Entry* const entry = run.lookups.entries + number;
    if (!run.sound(run.lookups, entry, 1)) return nullptr;
    if (same_id(entry->id, id)) return entry;
  }
  // An entry that was found speaks for itself; that there is none is worth as much as the slots.
  const auto seen = static_cast<std::uint64_t>(slot - first) + (slot < end ? 1 : 0);
  run.sound(run.lookups, first, seen);
  return nullptr;
}

const Run::Images& Run::images(Pattern pattern) const noexcept {
  return (pattern == Pattern::random ? impl_->lookups : impl_->walks).images;
}

// To the blocks that the record lies in.
const std::uint8_t* Run::Images::widen(std::uint64_t position, Window& window) const noexcept {
  const std::uint8_t* const record = record_at(position);
  if (record == nullptr) return nullptr;
  const std::uint64_t first = run_block_of(offset + position);
  const std::uint64_t last = run_block_of(offset + position + load_u32(record) - 1);
  const std::uint64_t begin = kRunHeaderBytes + first * kRunBlockBytes;
  const std::uint64_t end = kRunHeaderBytes + (last + 1) * kRunBlockBytes;
  window = {std::max(begin, offset) - offset, std::min(end - offset, bytes)};
  return record;
}

std::size_t Run::image_size(const std::uint8_t* image) noexcept { return ImageView(image).size(); }

Run::Range Run::collection(std::uint32_t number) const noexcept {
  const Impl::Parts& parts = impl_->walks;
  const RunCollection* const row =
      find_collection(parts.directory, impl_->footer.collection_count, number);
  if (row == nullptr) return {};
  return {parts.entries + row->first, parts.entries + row->first + row->count};
}

// First of the keys of a collection that is not below `prefix`: by the keys of keys, then in one
// step of them, whose lines come from memory together. Null when they are damaged.
const std::uint64_t* Run::Impl::first_key(const std::uint64_t* keys, std::uint64_t entries,
                                          std::uint64_t prefix) const noexcept {
  const auto count = static_cast<std::size_t>(key_count(entries));
  const auto top_keys = static_cast<std::size_t>(top_count(entries));
  const std::uint64_t* const tops = keys + count;
  if (!sound(walks, tops, top_keys)) return nullptr;
  const auto top = static_cast<std::size_t>(lower_key(tops, top_keys, prefix) - tops);
  const std::uint64_t* const step = top == 0 ? keys : keys + (top - 1) * kSparseStep;
  const std::size_t left = std::min(kSparseStep, static_cast<std::size_t>(tops - step));
  // With the one behind them, which the caller looks at.
  if (!sound(walks, step, left + 1)) return nullptr;
  if (top == 0) return keys;
  for (std::size_t at = 0; at < left; at += 8) __builtin_prefetch(step + at);
  return lower_key(step, left, prefix);
}

const Entry* Run::seek(std::uint32_t collection, const Id& from) const noexcept {
  const Impl& run = *impl_;
  const Impl::Parts& parts = run.walks;
  const RunCollection* const row =
      find_collection(parts.directory, run.footer.collection_count, collection);
  if (row == nullptr) return nullptr;
  const Entry* const begin = parts.entries + row->first;
  const Entry* const end = begin + row->count;
  const std::uint64_t* const keys = parts.sparse + row->sparse_first;
  const std::uint64_t* const keys_end = keys + key_count(row->count);
  const std::uint64_t prefix = id_prefix(from);
  const std::uint64_t* const low = run.first_key(keys, row->count, prefix);
  if (low == nullptr) return end;
  // Several steps may share a key: the place is between the last smaller and the first larger one.
  const std::uint64_t* high = low;
  while (high != keys_end && *high == prefix) {
    ++high;
    if (!run.sound(parts, high, 1)) return end;
  }
  const auto entry_of = [&](const std::uint64_t* key) {
    const std::uint64_t entry = static_cast<std::uint64_t>(key - keys) * kSparseStep;
    return begin + std::min(entry, row->count);
  };
  const Entry* const first = low == keys ? begin : entry_of(low - 1);
  const Entry* const last = entry_of(high);
  if (!run.sound(parts, first, static_cast<std::uint64_t>(last - first))) return end;
  if (low == keys || high == keys_end || high != low) {
    return std::lower_bound(first, last, from, before);
  }
  const std::size_t guess =
      guess_place(low[-1], prefix, *high, static_cast<std::size_t>(last - first));
  prefetch_walk(first + guess);
  return bound_near(first, last, guess, from, before);
}

const Entry* Run::sound_until(const Entry* begin, const Entry* end) const noexcept {
  const Impl& run = *impl_;
  if (begin == end || !run.sound(run.walks, begin, 1)) return begin;
  // What else ends in the block in which the first one ends.
  const std::uint64_t entries = run.footer.sections[kEntries].offset;
  const std::uint64_t last_byte =
      entries + static_cast<std::uint64_t>(begin + 1 - run.walks.entries) * sizeof(Entry) - 1;
  const std::uint64_t block_end = kRunHeaderBytes + (run_block_of(last_byte) + 1) * kRunBlockBytes;
  return std::min(end, run.walks.entries + (block_end - entries) / sizeof(Entry));
}

bool Run::is_damaged() const noexcept { return impl_->blocks.damaged_at() != 0; }

Error Run::damage() const {
  const std::uint64_t at = impl_->blocks.damaged_at();
  if (at == 0) return {};
  return damaged_run(impl_->name,
                     "what lies at offset " + std::to_string(at) + " is not what was written");
}

void Run::note_damage(const Entry& entry) const noexcept {
  // Of whichever mapping the entry is, it is one of this file.
  const Impl& run = *impl_;
  for (const Impl::Parts* parts : {&run.lookups, &run.walks}) {
    const std::less<const Entry*> before;
    if (before(&entry, parts->entries) || !before(&entry, parts->entries + run.footer.entry_count))
      continue;
    run.blocks.note_damage(run.footer.sections[kEntries].offset +
                           static_cast<std::uint64_t>(&entry - parts->entries) * sizeof(Entry));
  }
}

std::size_t Run::collection_count() const noexcept {
  return static_cast<std::size_t>(impl_->footer.collection_count);
}

std::uint32_t Run::collection_number(std::size_t index) const noexcept {
  return impl_->lookups.directory[index].number;
}

}  // namespace gs::state
