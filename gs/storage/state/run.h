// The disk tier: an immutable, sorted run of entries in one file, mapped.
//
//   state/<number>.gsr
//   header 4096 | images | entries 40 each, sorted by (collection number, id) | collection
//   directory | sparse index | hash slots | sums | footer 144
//
// Sections are 8-byte aligned and named by the footer (offset, bytes); docs/FORMAT.md "Run" and
// run_format.h have the tables. Entries point into the log (small runs, little write
// amplification) or into the images part (full records in key order: sequential cold scans). There
// a record has a head only if it needs one: a walk then knows where its bytes are before they come
// from memory. Hash slots: u64 each, high 32 bits of the id's hash and entry number + 1, placed by
// the low 32 bits scaled to the number of places, linear probing, at most 70 % full: a miss costs
// one memory access, a hit two. The sparse index holds the first 8 id bytes (as a number,
// big-endian) of every 64th entry of a collection, and of every 4096th beside each other: few
// enough that they stay in the processor's cache, so a seek waits for memory once there, however
// ids are spread.
//
// A run is derived: losing it loses nothing. Opening checks header, footer and directory. The sums
// are CRC-32C of each 4 KiB of the file: what a lookup touches is compared when it is touched for
// the first time, so what a lookup gives is what was written. Once something was found otherwise
// damage() says so, and a lookup that found nothing may have missed it. No lookup leaves the file,
// whatever its bytes are; what an entry says about the log is for the log to refuse.
//
// Two mappings of one file: lookups go through one that reads single pages, walks (collection(),
// seek(), image_at(..., sequential)) through one that reads ahead.
// Threads: immutable, for any thread. Errors: damaged, io, no_space, newer_format, unsupported (the
// file is larger than the address space), too_large (more than 2^31 entries).
#pragma once

#include <memory>
#include <string>

#include "gs/base/endian.h"
#include "gs/platform/file_system.h"
#include "gs/storage/state/entry.h"
#include "gs/storage/state/run_blocks.h"

namespace gs::state {

class Run {
 public:
  static Result<std::shared_ptr<const Run>> open(platform::FileSystem& files,
                                                 const std::string& path, std::uint64_t number);
  ~Run();

  std::uint64_t number() const noexcept;
  std::uint64_t entry_count() const noexcept;
  std::uint64_t file_bytes() const noexcept;
  std::uint64_t image_bytes() const noexcept;

  static std::uint64_t hash(const Id& id) noexcept;  // the hash that slots are placed by
  void prefetch(std::uint64_t hash) const noexcept;
  // The entry that the slots name first for such a hash, which may be another's and is not compared
  // with its sum; null: none.
  const Entry* likely(std::uint64_t hash) const noexcept;
  const Entry* find(const Id& id, std::uint64_t hash) const noexcept;

  using Pattern = platform::Mapping::Pattern;
  // The part of the file with full records.
  struct Images {
    const std::uint8_t* base = nullptr;
    std::uint64_t bytes = 0;
    std::uint64_t offset = 0;  // of the part in the file
    RunBlocks* blocks = nullptr;
    // The image at this position: all of its parts lie inside the file and are
    // sound. Null when they are not: the run is damaged.
    const std::uint8_t* at(std::uint64_t position) const noexcept;
    // The same for a record without a head.
    const std::uint8_t* record_at(std::uint64_t position) const noexcept;
    // Positions around the last record that are known to be sound: for a walk, which stays there.
    struct Window {
      std::uint64_t begin = 0;
      std::uint64_t end = 0;
    };
    const std::uint8_t* record_at(std::uint64_t position, Window& window) const noexcept;
    const std::uint8_t* widen(std::uint64_t position, Window& window) const noexcept;
    void prefetch(std::uint64_t position) const noexcept {
      if (position < bytes) __builtin_prefetch(base + position);
    }
  };
  const Images& images(Pattern pattern) const noexcept;
  const std::uint8_t* image_at(std::uint64_t position,
                               Pattern pattern = Pattern::random) const noexcept {
    return images(pattern).at(position);
  }
  // Size of an image that image_at() gave.
  static std::size_t image_size(const std::uint8_t* image) noexcept;

  // Entries of a collection: [begin, end) in entries(); empty when it has none here.
  struct Range {
    const Entry* begin = nullptr;
    const Entry* end = nullptr;
  };
  Range collection(std::uint32_t number) const noexcept;
  // First entry of the range with id >= `from`; the range's end, too, when damage hides it.
  const Entry* seek(std::uint32_t collection, const Id& from) const noexcept;
  // Of the entries of a range from `begin` to `end`, as many as are sound and close to `begin`: the
  // first one behind them, which is `begin` only at the end and when it is damaged.
  const Entry* sound_until(const Entry* begin, const Entry* end) const noexcept;

  // Directory of the collections, ascending.
  std::size_t collection_count() const noexcept;
  std::uint32_t collection_number(std::size_t index) const noexcept;

  // Whether damage was met so far, by anybody ...
  bool is_damaged() const noexcept;
  // ... and what: `damaged`, or none.
  Error damage() const;
  // An entry that is as it was written names what is not there.
  void note_damage(const Entry& entry) const noexcept;

  // Reads the whole file and compares the checksums of all blocks.
  Error check_sums() const;
  // The same, and more: the order and form of entries, that every entry is found by its id and
  // every sparse key is right. Both say what is `damaged`, and where.
  Error check() const;

 private:
  Run() = default;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

inline const std::uint8_t* Run::Images::at(std::uint64_t position) const noexcept {
  if (position % 8 != 0 || position >= bytes || bytes - position < kImageHeadBytes + 8)
    return nullptr;
  const std::uint8_t* const image = base + position;
  const std::uint64_t room = bytes - position - kImageHeadBytes;
  const ImageView view(image);
  const std::uint64_t exceptions = std::uint64_t{view.exception_count()} * sizeof(StampException);
  if (exceptions > room - 8) return nullptr;
  const std::uint64_t record = load_u32(image + kImageHeadBytes + exceptions);
  const std::uint64_t hidden = view.hidden_bytes();
  if (record < 8 || record > room - exceptions || hidden > room - exceptions - record) {
    return nullptr;
  }
  // Sizes that are not what was written lie in the first block that differs.
  const std::uint64_t size = kImageHeadBytes + exceptions + record + hidden;
  if (!blocks->sound(offset + position, size)) return nullptr;
  return view.hidden_count() == 0 || view.hidden_fits() ? image : nullptr;
}

inline const std::uint8_t* Run::Images::record_at(std::uint64_t position) const noexcept {
  if (position % 8 != 0 || position >= bytes) return nullptr;  // then 8 bytes are there
  const std::uint8_t* const record = base + position;
  const std::uint64_t size = load_u32(record);
  if (size < 8 || size > bytes - position) return nullptr;
  return blocks->sound(offset + position, size) ? record : nullptr;
}

inline const std::uint8_t* Run::Images::record_at(std::uint64_t position,
                                                  Window& window) const noexcept {
  const std::uint64_t room = window.end - position;
  if (position >= window.begin && position + 8 <= window.end && position % 8 == 0) [[likely]] {
    const std::uint64_t size = load_u32(base + position);
    if (size >= 8 && size <= room) [[likely]]
      return base + position;
  }
  return widen(position, window);
}

// Writes a run: entries come in order, images with them. The file is not valid before finish() and
// is removed when the writer dies without it. Images are written as they come, entries beside them:
// 2.5 MiB of RAM, then `<path>.entries`, which finish() appends and removes, as it does with
// `<path>.slots` and `<path>.sums`. A file that is in the way is a leftover of a crash and is
// replaced.
class RunWriter {
 public:
  static Result<std::unique_ptr<RunWriter>> create(platform::FileSystem& files,
                                                   const std::string& path, std::uint64_t number);
  virtual ~RunWriter() = default;
  // Of an entry with an image, or of kind record, `image` (the image, or the record alone) is
  // copied and the place replaced; a plain image becomes a record. Ascending by
  // (collection, id), else `damaged`: entries come from files.
  virtual Error add(std::uint32_t collection, const Entry& entry, Bytes image) = 0;
  // Writes the rest, syncs. The file can be opened afterwards.
  virtual Error finish() = 0;
};

}  // namespace gs::state
