// The disk tier of an index: an immutable, sorted run of pairs in one file, mapped.
//
//   header 4096 | blocks | sums | footer 88
//
// A tree of blocks of about 16 KiB (docs/FORMAT.md "Index run", run_format.h): level 0 has the
// pairs, the levels above have bounds, which are cut short where a few bytes tell two blocks apart.
// A block keeps what its keys share once, and finds an entry by halving. A search reads one block
// of each level; with keys of 20 bytes three levels hold a hundred million pairs. Nothing of it is
// kept in memory but pages of the mapping and one bit for each 4 KiB.
//
// Of each pair a run has the newest entry: added, or removed when an older run may still have it.
//
// A run is derived: losing it loses nothing. Opening checks header, footer and the root block's
// head. Everything else is compared with its sum, CRC-32C of each 4 KiB, when it is touched for the
// first time, so what a search gives is what was written. Once something was found otherwise
// damage() says so. No search leaves the file or goes on for ever, whatever its bytes are.
//
// One mapping without advice: a block is read in one piece, and what follows it is often wanted
// next. Threads: immutable, for any thread. Errors: damaged, io, no_space, newer_format,
// unsupported (the file is larger than the address space), too_large (a key over kKeyBytesMax).
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gs/platform/file_system.h"
#include "gs/storage/index/block.h"
#include "gs/storage/index/table.h"
#include "gs/storage/state/run_blocks.h"

namespace gs::index {

class Run {
 public:
  static Result<std::shared_ptr<const Run>> open(platform::FileSystem& files,
                                                 const std::string& path, std::uint64_t number);
  ~Run();

  std::uint64_t number() const noexcept;
  std::uint64_t pair_count() const noexcept;     // with the removed ones
  std::uint64_t removed_count() const noexcept;  // of them
  std::uint64_t file_bytes() const noexcept;
  std::size_t key_bytes_max() const noexcept;

  // Whether damage was met so far, by anybody ...
  bool is_damaged() const noexcept;
  // ... and what: `damaged`, or none.
  Error damage() const;

  // Reads the whole file and compares the checksums of all blocks.
  Error check_sums() const;
  // The same, and more: the form and order of all pairs, the counts, and that each block is found
  // by its first pair and by nothing before it. Both say what is `damaged`, and where.
  Error check() const;

  // For sources. The block of this level there, compared with its sums; false, and the damage is
  // noted, when there is none.
  bool read(std::uint64_t at, std::uint32_t level, Block& out) const noexcept;
  // The block of pairs in which `pair` is or would be; of null the last one. False: damage.
  bool find(const Pair* pair, Block& out) const noexcept;
  // The blocks of pairs around one.
  enum class Step { block, end, damaged };
  Step next(const Block& block, Block& out) const noexcept;
  Step previous(const Block& block, Block& out) const noexcept;
  void note_damage(std::uint64_t at) const noexcept;

 private:
  Run() = default;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Writes a run: pairs come ascending. The file is not valid before finish() and is removed when the
// writer dies without it. Memory: 2 MiB of file, 256 KiB of sums (then `<path>.sums`, removed by
// finish()), and for each level a block, its raw keys up to 256 KiB, or one key that is longer. A
// file that is in the way is a leftover of a crash and is replaced.
class RunWriter {
 public:
  static Result<std::unique_ptr<RunWriter>> create(platform::FileSystem& files,
                                                   const std::string& path, std::uint64_t number);
  virtual ~RunWriter() = default;
  // Ascending, each pair once, else `damaged`: pairs come from files.
  virtual Error add(Bytes key, const Id& id, bool removed) = 0;
  // Writes the rest, syncs. The file can be opened afterwards.
  virtual Error finish() = 0;
};

// Writes the newest entry of each pair of `table` as a run.
Error write_run(platform::FileSystem& files, const std::string& path, std::uint64_t number,
                const Table& table);

struct MergeOptions {
  bool drop_removed = false;  // allowed when the oldest run takes part
  // Called after each MiB or so, for what must not wait for the end of a long merge. May be empty.
  std::function<Error()> between = {};
  // Pairs taken, of all that there are. Called with `between`. May be empty.
  std::function<void(std::uint64_t done, std::uint64_t total)> progress = {};
};
// Merges `runs` (newest first) into one new file. All that it reads is compared with its checksums.
Error merge_runs(platform::FileSystem& files, const std::string& path, std::uint64_t number,
                 const std::vector<std::shared_ptr<const Run>>& runs, const MergeOptions& options);

// Which runs should be merged now: so many, from the newest; 0 for none. As of records: their
// number stays logarithmic, and together they take at most twice what one of all would.
std::size_t runs_to_merge(const std::vector<std::shared_ptr<const Run>>& runs);

}  // namespace gs::index
