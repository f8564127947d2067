// What is compared: one engine behind the few calls that the workload needs.
//
// Any failure ends the program with a message: a number measured beside an error means nothing.
// One thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bench/workload.h"

namespace gs::bench {

[[noreturn]] void fail(const std::string& message);

struct Setup {
  Order order = Order::random;
  // Commits are durable when they return. Else nothing is durable before sync().
  bool durable = false;
  // No checkpoint, flush or compaction below this much log: leaves a tail of that size.
  std::uint64_t tail_bytes = 0;
  // Memory that the engine may count on; 0: it is not short.
  std::uint64_t memory_bytes = 0;
};

struct Sum {
  std::uint64_t records = 0;
  std::uint64_t words = 0;  // sum of the first eight bytes of each value
};

class Subject {
 public:
  virtual ~Subject() = default;

  virtual const char* name() const noexcept = 0;
  // `directory` exists; what is in it is opened.
  virtual void open(const std::string& directory, const Setup& setup) = 0;
  virtual void close() = 0;
  // One transaction.
  virtual void write(std::span<Entry> entries) = 0;
  // Everything so far is on stable storage.
  virtual void sync() = 0;
  // Finishes what the engine would otherwise do in the background, and what it calls compaction.
  virtual void settle() = 0;
  // One snapshot. Keys that are not there are not counted.
  virtual Sum get(std::span<const Key> keys) = 0;
  // One snapshot; from each start up to `limit` records in key order.
  virtual Sum scan(std::span<const Key> starts, std::uint64_t limit) = 0;
};

std::unique_ptr<Subject> make_globalstorage();
std::unique_ptr<Subject> make_lmdb();
std::unique_ptr<Subject> make_rocksdb();
std::unique_ptr<Subject> make_leveldb();
std::unique_ptr<Subject> make_sqlite();

// All that were compiled in, GlobalStorage first.
std::vector<std::string> subject_names();
std::unique_ptr<Subject> make_subject(const std::string& name);

inline constexpr const char* kOurs = "globalstorage";
// Of peers that have a block cache and filters, where the setup names no memory.
inline constexpr std::size_t kPeerCacheBytes = std::size_t{1} << 30;
inline constexpr int kPeerFilterBits = 10;

}  // namespace gs::bench
