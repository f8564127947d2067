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

// First of the keys of a collection that is not below `prefix`: by the keys of keys, then in one
// step of them, whose lines come from memory together.
const std::uint64_t* first_key(const std::uint64_t* keys, std::uint64_t entries,
                               std::uint64_t prefix) noexcept {
  const auto count = static_cast<std::size_t>(key_count(entries));
  const std::uint64_t* const tops = keys + count;
  const auto top = static_cast<std::size_t>(
      lower_key(tops, static_cast<std::size_t>(top_count(entries)), prefix) - tops);
  if (top == 0) return keys;
  const std::uint64_t* const step = keys + (top - 1) * kSparseStep;
  const std::size_t left = std::min(kSparseStep, static_cast<std::size_t>(tops - step));
  for (std::size_t at = 0; at < left; at += 8) __builtin_prefetch(step + at);
  return lower_key(step, left, prefix);
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
    if (reinterpret_cast<std::uintptr_t>(base) % 8 != 0) {
      return Error(Code::unsupported, name + ": the platform maps files at odd addresses");
    }
    const auto section = [&](RunPart part) { return base + impl.footer.sections[part].offset; };
    parts->images = section(kImages);
    parts->entries = reinterpret_cast<const Entry*>(section(kEntries));
    parts->directory = reinterpret_cast<const RunCollection*>(section(kDirectory));
    parts->sparse = reinterpret_cast<const std::uint64_t*>(section(kSparse));
    parts->slots = reinterpret_cast<const std::uint64_t*>(section(kSlots));
  }
  impl.slot_count = impl.footer.sections[kSlots].bytes / 8;
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

const Entry* Run::find(const Id& id, std::uint64_t hash) const noexcept {
  const Impl& run = *impl_;
  for (std::uint64_t i = slot_place(hash, run.footer.places); i < run.slot_count; ++i) {
    const std::uint64_t slot = run.lookups.slots[i];
    if (slot == 0) return nullptr;
    if (((slot ^ hash) >> 32) != 0) continue;
    const std::uint32_t number = static_cast<std::uint32_t>(slot) - 1;
    if (number >= run.footer.entry_count) continue;  // damaged
    const Entry& entry = run.lookups.entries[number];
    if (same_id(entry.id, id)) return &entry;
  }
  return nullptr;
}

Run::Images Run::images(Pattern pattern) const noexcept {
  const Impl::Parts& parts = pattern == Pattern::random ? impl_->lookups : impl_->walks;
  return {parts.images, impl_->footer.sections[kImages].bytes};
}

std::size_t Run::image_size(const std::uint8_t* image) noexcept {
  const std::size_t head = kImageHeadBytes + std::size_t{load_u32(image)} * sizeof(StampException);
  return head + load_u32(image + head);
}

Run::Range Run::collection(std::uint32_t number) const noexcept {
  const Impl::Parts& parts = impl_->walks;
  const RunCollection* const row =
      find_collection(parts.directory, impl_->footer.collection_count, number);
  if (row == nullptr) return {};
  return {parts.entries + row->first, parts.entries + row->first + row->count};
}

const Entry* Run::seek(std::uint32_t collection, const Id& from) const noexcept {
  const Impl::Parts& parts = impl_->walks;
  const RunCollection* const row =
      find_collection(parts.directory, impl_->footer.collection_count, collection);
  if (row == nullptr) return nullptr;
  const Entry* const begin = parts.entries + row->first;
  const std::uint64_t* const keys = parts.sparse + row->sparse_first;
  const std::uint64_t* const keys_end = keys + key_count(row->count);
  const std::uint64_t prefix = id_prefix(from);
  // Several steps may share a key: the place is between the last smaller and the first larger one.
  const std::uint64_t* const low = first_key(keys, row->count, prefix);
  const bool shared = low != keys_end && *low == prefix;
  const std::uint64_t* const high = shared ? std::upper_bound(low, keys_end, prefix) : low;
  const auto entry_of = [&](const std::uint64_t* key) {
    const std::uint64_t entry = static_cast<std::uint64_t>(key - keys) * kSparseStep;
    return begin + std::min(entry, row->count);
  };
  if (low == keys || high == keys_end || shared) {
    return std::lower_bound(low == keys ? begin : entry_of(low - 1), entry_of(high), from, before);
  }
  const Entry* const first = entry_of(low - 1);
  const Entry* const last = entry_of(high);
  const std::size_t guess =
      guess_place(low[-1], prefix, *high, static_cast<std::size_t>(last - first));
  prefetch_walk(first + guess);
  return bound_near(first, last, guess, from, before);
}

std::size_t Run::collection_count() const noexcept {
  return static_cast<std::size_t>(impl_->footer.collection_count);
}

std::uint32_t Run::collection_number(std::size_t index) const noexcept {
  return impl_->lookups.directory[index].number;
}

}  // namespace gs::state
