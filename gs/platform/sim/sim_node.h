// One file of the simulated disk: what a running machine sees, and what it takes to go back to what
// the disk is sure of.
//
// The bytes are kept once, as the machine sees them. Each change since the last sync is in a list
// with the bytes it replaced and the bytes it brought. sync() forgets the list, which makes it
// nearly free. A power cut undoes the list from the end, which gives what is certain, then does a
// random selection of it again:
//
//   sizes    the first k changes of the size have reached the disk, k random: file systems write
//            those in order
//   bytes    each write, in random order, is kept, dropped, or torn: some 512-byte sectors arrive
//            and others do not. Bytes past the surviving size are lost; missing ones below are zero
//
// Bytes that were synced never change, also not those that share a sector with a torn write, and
// those over which the same bytes are written: drives keep the rest of a sector when power goes.
//
// A failed sync may leave what is seen and what is on the disk different for longer (lose_some()).
// Then the latter is kept as well, and synced writes reach it.
//
// Source of the scheme: SQLite's crash tests (test6.c).
//
// Not thread-safe: the disk locks.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "gs/platform/memory/content.h"
#include "gs/platform/memory/seeded_random.h"
#include "gs/platform/sim/faults.h"

namespace gs::platform {

inline constexpr std::uint64_t kSectorBytes = 512;  // what a drive writes whole or not at all

// What happened to unsynced writes and names.
struct SimLosses {
  std::uint64_t writes_kept = 0;
  std::uint64_t writes_dropped = 0;
  std::uint64_t writes_torn = 0;
  std::uint64_t sectors_garbage = 0;
  std::uint64_t names_lost = 0;
  std::uint64_t syncs_unseen = 0;  // failed ones that took away nothing that anybody reads
};

class SimNode {
 public:
  explicit SimNode(std::uint64_t number) : id(number) {}

  const std::uint64_t id;
  std::uint64_t charged_bytes = 0;  // of the disk's space: [0, charged_bytes) can be written
  bool linked = true;               // has a name ...
  std::uint64_t holders = 0;        // ... or handles and mappings, so its space counts

  std::uint64_t size() const noexcept { return content_.size(); }
  Bytes bytes() const noexcept { return content_.bytes(); }
  std::size_t read(std::uint64_t offset, MutableBytes out) const noexcept {
    return content_.read(offset, out);
  }
  Result<std::unique_ptr<Mapping>> map(std::uint64_t bytes) { return content_.map(bytes); }

  Error write(std::uint64_t offset, Bytes bytes);
  Error resize(std::uint64_t bytes);
  // Changes a byte behind the back of everybody; survives a power cut.
  Error rot(std::uint64_t offset, std::uint8_t mask);

  void sync() noexcept;
  // The power goes.
  void crash(const Faults& faults, SeededRandom& random, SimLosses& losses);
  // The system gives up on the changes since the last sync: a random part reached the disk, the
  // rest is lost, at once or when the power goes. The size stays as the machine sees it, not yet
  // synced.
  void lose_some(const Faults& faults, SeededRandom& random, SimLosses& losses);

 private:
  // A write, or a change of size (new_bytes = 0). The bytes lie in journal_, old ones first.
  struct Change {
    std::uint64_t offset;
    std::size_t journal;
    std::size_t old_bytes;
    std::size_t new_bytes;
    std::uint64_t size_before;
    std::uint64_t size_after;
  };

  void note(Change change, Bytes old_bytes, Bytes new_bytes);
  void undo_all();
  // What the disk is sure of becomes what is seen.
  void forget_unsynced();
  // Does `change` again, as far as chance and `limit` (a file size) let it.
  void redo(const Change& change, std::uint64_t limit, const Faults& faults, SeededRandom& random,
            SimLosses& losses);
  void redo_sectors(const Change& change, Bytes bytes, const Faults& faults, SeededRandom& random,
                    SimLosses& losses);
  void spoil(std::uint64_t offset, Bytes bytes, const std::uint8_t* noise);

  Content content_;
  std::vector<Change> changes_;
  Buffer journal_;
  std::optional<Buffer> disk_;  // the file as the disk has it, where that is not what the list says
};

}  // namespace gs::platform
