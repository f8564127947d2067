// Every knob of a storage, with unit, range and default.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace gs {

// When commit() returns.
enum class Durability {
  lazy,   // at once; visible now, on disk with the next group commit, sync() or within about 1 s
  batch,  // after the fdatasync that it shares with all commits waiting at that moment (default)
  sync,   // the same as batch: no commit waits for company
};

enum class Policy {
  open,
  closed
};  // who may write: everybody who holds the storage, or admitted writers

struct Event {
  enum class Level { debug, info, warning, error } level = Level::info;
  std::string_view name;  // stable snake_case, e.g. "torn_tail_cut"
  std::string_view text;  // for people: key=value pairs
};

inline constexpr unsigned kThreadsMax = 8;  // of Options::threads

struct Options {
  bool read_only = false;
  Durability durability = Durability::batch;
  // Memory for rows and images before they are written to a sorted run, 4 KiB .. 1 GiB.
  std::uint64_t memory_bytes = std::uint64_t{64} << 20;
  // Memory for records of collections that the schema keeps in memory (`store: 'memory'`), with the
  // keys of their indexes, 1 MiB .. 2 GiB.
  std::uint64_t memory_store_bytes = std::uint64_t{256} << 20;
  // Log written since the last checkpoint that triggers the next one, 4 KiB .. 4 GiB; a sixteenth
  // of it when the storage is closed. Bounds the time of recovery: about 1 ms per MiB.
  std::uint64_t checkpoint_log_bytes = std::uint64_t{64} << 20;
  // Data larger than this is merged into runs with full records, for sequential cold scans; 0: half
  // of the machine's memory.
  std::uint64_t cache_bytes = 0;
  std::uint32_t segment_bytes = std::uint32_t{64} << 20;  // 8 KiB .. 1 GiB
  // Threads the engine may use beside the callers', 0 .. 8; 0: background work runs inside calls.
  // Two, because a checkpoint keeps one waiting for the disk.
  unsigned threads = 2;
  // How long to wait for another process that has the storage open for writing, 0 .. 86,400,000 (a
  // day). 0: `locked` at once. Opening for reading never waits.
  std::uint64_t lock_wait_ms = 0;
  // While it is true, no conversion of the schema runs for queries: those that need one end with
  // too_large. A signal handler may set it. Outlives the storage; null: nothing stops them.
  const std::atomic<bool>* stop = nullptr;
  // Check the chain, signatures and content of every change while opening, also of those that a
  // checkpoint stands for (as slow as reading the whole log); verify() does it at any time.
  bool verify_on_open = false;
  // Where files go that are needed only while this process works: verify(), and a reader whose
  // storage has no state to begin with, take them instead of memory. Empty: /var/tmp, else /tmp.
  std::string scratch_directory;
  // Goes on as the writer whose key lies in keys/writer, also when the directory was moved or
  // copied here or is on another machine now, where a new writer is made otherwise. Only for the
  // newest copy, and only when no other one is ever written to again: two directories that write
  // as one writer make two histories that do not fit together.
  bool keep_writer = false;
  // Receives what happened; called from any thread, must not call back into the storage.
  std::function<void(const Event&)> on_event;
};

struct CreateOptions {
  Policy policy = Policy::open;
};

}  // namespace gs
