// Payloads that are not in the log although no erase operation in it says that they were erased.
//
// A change is taken in that form when an erase operation that waits tells of it. Mostly that one
// comes into the log next. When it never does, somebody who has the whole change can complete it.
//
// Made with KnownChanges, by the same walk. One thread. Memory: about 100 bytes for each.
#pragma once

#include <map>
#include <set>

#include "gs/core/graph/change.h"

namespace gs::engine {

class Lacking {
 public:
  // What is beyond is not remembered, so it is not completed; verification tells of it.
  static constexpr std::size_t kMax = std::size_t{1} << 20;

  // The next change of the log.
  void add(const graph::ChangeView& change);

  bool has(const Digest& change) const { return all_.count(change) != 0; }
  // Indexes of operations of a change that has some.
  const std::set<std::uint32_t>& operations(const Digest& change) const { return all_.at(change); }

 private:
  void vouch(const graph::OperationView& operation);

  std::map<Digest, std::set<std::uint32_t>> all_;
  std::size_t count_ = 0;
};

}  // namespace gs::engine
