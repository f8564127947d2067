// What verified changes say about those that follow: kept between verifications of one handle, so
// that an incremental one only reads what is new.
#pragma once

#include <map>
#include <unordered_map>

#include "gs/base/endian.h"
#include "gs/engine/database/database.h"

namespace gs::engine {

struct VerifyMemory {
  struct DigestHash {
    std::size_t operator()(const Digest& digest) const noexcept {
      return static_cast<std::size_t>(load_u64(digest.bytes.data()));
    }
  };
  // Where a change stands: its chain, as much of the name as tells chains apart, and its number.
  struct Place {
    std::uint64_t chain = 0;
    std::uint64_t sequence = 0;
  };

  std::unordered_map<Digest, Place, DigestHash> known;  // changes, for parents and heads
  std::unordered_map<Digest, record::ShapePtr, DigestHash> shapes;
  // What is left of erased operations, until the erase operation that vouches for it is seen.
  struct Erased {
    graph::Erase left;
    Id id;
  };
  std::map<std::pair<Digest, std::uint32_t>, Erased> erased;
  log::Location to = 0;
  std::uint64_t generation_sum =
      0;  // an erasure moves what was seen: then everything is seen again
};

}  // namespace gs::engine
