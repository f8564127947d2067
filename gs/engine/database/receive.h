// What comes of changes that others wrote.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gs/core/graph/change.h"

namespace gs::engine {

// A change that was not taken, and why.
struct Refusal {
  Digest change;
  graph::Writer writer;
  std::uint64_t sequence = 0;
  Error why;
};

struct ReceiveReport {
  std::uint64_t applied = 0;
  std::uint64_t known = 0;    // were here already
  std::uint64_t waiting = 0;  // for changes that have not come yet, after all of this
  std::uint64_t refused = 0;
  std::vector<Refusal> refusals;  // the first ones

  static constexpr std::size_t kRefusalsMax = 100;
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
  std::size_t bytes = 0;
  bool loaded = false;
};

}  // namespace gs::engine
