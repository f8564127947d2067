// A disk that loses, tears, reorders, fills up and fails, all of it decided by a seed.
//
//   SimFileSystem files(seed, Faults::from_seed(seed));
//   ... work until something fails, or for as long as you like ...
//   files.crash();      // power cut and restart: what was not synced is kept, lost or torn
//   ... open again: everything that sync() confirmed is there ...
//
// Without faults and crashes it behaves as the memory file system. What it promises is what
// file_system.h promises and no more: bytes and sizes are certain after File::sync(), names after
// sync_directory(), a failed call has done anything between nothing and all of its work. sim_node.h
// and sim_tree.h say exactly what a power cut does.
//
// After restart() or kill_process() a new life begins: every handle and lock from before is dead
// (its calls fail with io), mappings stay readable. Files read back only what has survived.
//
// One thread, same calls, same seed: same bytes. It may be used from several threads, which then
// decide the order. Errors: all of file_system.h.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "gs/platform/file_system.h"
#include "gs/platform/sim/faults.h"
#include "gs/platform/sim/sim_disk.h"

namespace gs::platform {

class SimFileSystem final : public FileSystem {
 public:
  explicit SimFileSystem(std::uint64_t seed, const Faults& faults = {});
  ~SimFileSystem() override;

  Result<std::unique_ptr<File>> open(std::string_view path, OpenMode mode) override;
  Error remove(std::string_view path) override;
  Result<std::vector<std::string>> list(std::string_view directory) override;
  Answer exists(std::string_view path) override;
  Error make_directory(std::string_view path, bool private_mode = false) override;
  Error sync_directory(std::string_view directory) override;
  // Counts as five calls: create, write, sync, rename, sync of the directory. It may stop at each.
  Error write_whole(std::string_view path, Bytes bytes, bool private_mode = false) override;
  Result<Buffer> read_whole(std::string_view path, std::uint64_t bytes_max) override;
  Result<std::unique_ptr<FileLock>> lock(std::string_view path) override;
  Result<bool> is_locked(std::string_view path) override;
  Result<Buffer> identity(std::string_view path) override;
  std::string display(std::string_view path) const override;

  // --- power ---

  void cut_power();  // every call fails with io from now on
  void restart();    // the effects of the power cut, if there was one; then a new life
  void crash() {
    cut_power();
    restart();
  }
  // The process ends, the machine goes on: a new life that sees all that was written, synced or
  // not.
  void kill_process();
  bool powered() const;

  // --- what goes wrong ---

  const Faults& faults() const noexcept;
  // Starts to count calls from 0 again. `Faults{}`: nothing goes wrong any more.
  void set_faults(const Faults& faults);
  // Flips bit 0 .. 7 of a byte, as if the medium had forgotten it. Errors: not_found, invalid.
  Error flip_bit(std::string_view path, std::uint64_t offset, unsigned bit);

  // --- what happened ---

  SimCounts counts() const;
  std::uint64_t calls() const { return counts().calls; }
  std::uint64_t used_bytes() const;
  // A number for all names and bytes as a reader sees them; equal disks have equal ones.
  std::uint64_t digest() const;
  // "seed=7 life=2 calls=120 <faults>": enough to repeat a run. Print it when a test fails.
  std::string text() const;

 private:
  class SimFile;
  class SimLock;

  // With disk_->mutex held:
  Result<SimDirectory*> parent(std::string_view path) const;
  Result<std::shared_ptr<SimNode>> file(std::string_view path) const;
  std::shared_ptr<SimNode> create(SimDirectory& directory, std::string_view name);
  Error make_one(SimDirectory& in, std::string_view name);
  void unlink(SimDirectory& directory, std::string_view name, const SimEntry& entry);
  Error replace(SimDirectory& directory, std::string_view path, Bytes bytes, std::string_view fresh,
                bool& renamed);

  const std::uint64_t seed_;
  std::shared_ptr<SimDisk> disk_;
};

}  // namespace gs::platform
