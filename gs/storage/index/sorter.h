// Makes a run from pairs that come in any order and need not fit into memory: how an index over
// records that are there is made.
//
// Pairs are collected in memory; when that is full they are sorted and written as a part, a run of
// its own. finish() merges the parts. A pair that comes twice is there once.
//
// Memory: `bytes_in_memory` for pairs (one that is larger more), half as much again while their
// list grows, and while they are written what a RunWriter takes. Disk: twice the run.
//
// Threads: one at a time. Errors: io, no_space, too_large (a key over kKeyBytesMax), damaged (a
// part is not what was written).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gs/storage/index/arena.h"
#include "gs/storage/index/run.h"

namespace gs::index {

class Sorter {
 public:
  // The run is `path`; parts lie beside it, as `<path>.<n>.part`. All of it is removed when the
  // sorter dies without finish().
  Sorter(platform::FileSystem& files, std::string path, std::uint64_t number,
         std::size_t bytes_in_memory);
  ~Sorter();
  Sorter(const Sorter&) = delete;
  Sorter& operator=(const Sorter&) = delete;

  Error add(Bytes key, const Id& id);
  // Writes and syncs the run. `options`: for the merges of parts; nothing is removed, so nothing is
  // dropped. Once.
  Error finish(const MergeOptions& options);

 private:
  // So many parts are open at once; then they are merged into one.
  static constexpr std::size_t kPartsMax = 64;

  // A pair in memory: its id, then its key.
  struct Held {
    std::uint64_t prefix = 0;
    const std::uint8_t* at = nullptr;
    std::size_t key_bytes = 0;
  };

  static Pair pair_of(const Held& held) noexcept;
  Error write(const std::string& path, std::uint64_t number);
  Error add_part(const MergeOptions& options);
  Error merge_parts(const std::string& path, std::uint64_t number, const MergeOptions& options);
  Error open_part(std::string path, std::uint64_t number);
  void drop_parts() noexcept;
  std::string part_path(std::uint64_t number) const;

  platform::FileSystem& files_;
  const std::string path_;
  const std::uint64_t number_;
  const std::size_t bytes_in_memory_;
  std::unique_ptr<Arena> arena_;
  std::vector<Held> pairs_;
  std::size_t held_bytes_ = 0;
  std::vector<std::string> part_paths_;
  std::vector<std::shared_ptr<const Run>> parts_;
  std::uint64_t next_part_ = 1;
};

}  // namespace gs::index
