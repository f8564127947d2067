// The disk tier: an immutable, sorted run of entries in one file, mapped.
//
//   state/<number>.gsr
//   header 4096 | entries 40 each, sorted by (collection number, id) | collection directory |
//   sparse index | hash slots | images | footer
//
// Sections are 8-byte aligned and named by the footer (offset, bytes, CRC-32C each); docs/FORMAT.md
// "Run" has the table. Entries point into the log (small runs, little write amplification) or into
// the images part (full records in key order: sequential cold scans). Hash slots: u64 each, high
// 32 bits of the id's hash and entry number + 1, placed by the hash scaled to the slot count, linear
// probing, at most 70 % full: a miss costs one memory access, a hit two. The sparse index holds the
// first 8 id bytes (big-endian) of every 64th entry of a collection.
//
// A run is derived: losing it loses nothing. Opening checks the footer; sections are checked by
// check(), pages by nobody (the log has the digests).
// Threads: immutable, for any thread. Errors: damaged, io, no_space, newer_format.
#pragma once

#include <functional>
#include <memory>

#include "gs/platform/file_system.h"
#include "gs/storage/state/entry.h"

namespace gs::state {

class Run {
 public:
  static Result<std::shared_ptr<const Run>> open(platform::FileSystem& files, const std::string& path,
                                                 std::uint64_t number);
  ~Run();

  std::uint64_t number() const noexcept;
  std::uint64_t entry_count() const noexcept;
  std::uint64_t file_bytes() const noexcept;
  std::uint64_t image_bytes() const noexcept;

  static std::uint64_t hash(const Id& id) noexcept;  // the hash that slots are placed by
  void prefetch(std::uint64_t hash) const noexcept;
  const Entry* find(const Id& id, std::uint64_t hash) const noexcept;
  const std::uint8_t* image_at(std::uint64_t position) const noexcept;

  // Entries of a collection: [begin, end) in entries(); empty when it has none here.
  struct Range {
    const Entry* begin = nullptr;
    const Entry* end = nullptr;
  };
  Range collection(std::uint32_t number) const noexcept;
  // First entry of the range with id >= `from`.
  const Entry* seek(std::uint32_t collection, const Id& from) const noexcept;

  Error check() const;  // every section's CRC and the order of entries

 private:
  Run() = default;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Writes a run: entries come in order, images with them. Nothing is visible before finish().
class RunWriter {
 public:
  static Result<std::unique_ptr<RunWriter>> create(platform::FileSystem& files, const std::string& path,
                                                   std::uint64_t number);
  virtual ~RunWriter() = default;
  // `entry.place` of kind image: `image` (head, exceptions, record) is copied and the place replaced.
  virtual Error add(std::uint32_t collection, const Entry& entry, Bytes image) = 0;
  // Writes the rest, syncs. The file can be opened afterwards.
  virtual Error finish() = 0;
};

}  // namespace gs::state
