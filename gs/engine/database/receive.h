// What comes of changes that others wrote.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "gs/core/graph/change.h"
#include "gs/engine/database/vouchers.h"

namespace gs::engine {

// A change that was not taken, and why.
struct Refusal {
  Digest change;
  graph::Writer writer;
  std::uint64_t sequence = 0;
  Error why;
};

// A change that waits for its time.
struct Early {
  Digest change;
  graph::Writer writer;
  graph::Hlc hlc = 0;
};

// Changes with one number of one writer, the one that counts first. Told in the same order on every
// replica.
struct TwinsFound {
  graph::Writer writer;
  std::uint64_t sequence = 0;
  struct Twin {
    Digest change;
    bool counts = false;
    std::uint64_t votes = 0;  // other writers whose newest change stands upon it
  };
  std::vector<Twin> twins;
};

struct ReceiveReport {
  std::uint64_t applied = 0;
  std::uint64_t known = 0;    // were here already
  std::uint64_t waiting = 0;  // for changes that have not come yet, after all of this
  // Of those that wait, how many lack a payload of which no erase operation tells.
  std::uint64_t incomplete = 0;
  std::uint64_t early_count = 0;  // of those that wait, for their time
  std::vector<Early> early;       // the first ones
  std::uint64_t completed = 0;    // were here without a payload, and have it now
  std::uint64_t refused = 0;
  std::vector<Refusal> refusals;  // the first ones
  // All that are here, when there are new ones or others of them count now.
  std::vector<TwinsFound> twins;

  static constexpr std::size_t kRefusalsMax = 100;
  static constexpr std::size_t kEarlyMax = 100;
  void refuse(const graph::ChangeView& change, Error why) {
    ++refused;
    if (refusals.size() >= kRefusalsMax) return;
    refusals.push_back({change.digest(), change.writer(), change.sequence(), std::move(why)});
  }
};

// Changes that wait, here and in files of their own, so that they outlive the process. With the
// engine's commit lock.
struct WaitingChanges {
  static constexpr const char* kDirectory = "pending";
  static constexpr std::size_t kChangesMax = 4096;
  static constexpr std::size_t kBytesMax = std::size_t{256} << 20;

  std::map<Digest, Buffer> all;
  std::multimap<Digest, Digest> by_missing;  // a change that is not here; what waits for it
  std::set<Digest> erased;                   // those in which something is erased
  Vouchers vouchers;                         // of the erase operations in those that wait
  // Of those in what is being received, which may come behind what they are about; null: none.
  const Vouchers* beside = nullptr;
  // Those that wait no more, and whose files stay until the log has them for certain.
  std::vector<Digest> settled;
  std::size_t bytes = 0;
  bool loaded = false;
};

}  // namespace gs::engine
