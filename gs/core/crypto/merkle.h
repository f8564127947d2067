// Merkle trees exactly as in RFC 6962 section 2.1, so that off-the-shelf verifiers work.
//
//   leaf = SHA-256(00 | data)     node = SHA-256(01 | left | right)
//   the root of no leaves is SHA-256 of nothing; a path lists siblings from the leaf up
//
// Pure; safe from any thread.
#pragma once

#include <vector>

#include "globalstorage/bytes.h"
#include "globalstorage/id.h"
#include "globalstorage/result.h"

namespace gs::crypto {

Digest leaf_hash(Bytes data) noexcept;
Digest node_hash(const Digest& left, const Digest& right) noexcept;

// Computes the root in place; `leaves` is scratch afterwards. O(n), no allocation.
Digest merkle_root_in_place(std::span<Digest> leaves) noexcept;
Digest merkle_root(std::span<const Digest> leaves);

// The audit path of leaf `index` (0-based, below leaves.size()).
std::vector<Digest> inclusion_path(std::span<const Digest> leaves, std::uint64_t index);
// The root that `leaf` at `index` of `count` leads to by `path`; `invalid` when the path has the
// wrong length or index >= count.
Result<Digest> root_of_path(const Digest& leaf, std::uint64_t index, std::uint64_t count,
                            std::span<const Digest> path);

// The root of a growing tree: at most 64 digests, whatever the size.
class CompactRange {
 public:
  void append(const Digest& leaf);
  std::uint64_t size() const noexcept { return size_; }
  Digest root() const noexcept;

 private:
  std::vector<Digest> peaks_;  // roots of the perfect subtrees, largest first
  std::uint64_t size_ = 0;
};

}  // namespace gs::crypto
