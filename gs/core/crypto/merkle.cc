// Merkle trees, level by level: neighbours pair up, an odd last node moves up unchanged. That is
// the tree of RFC 6962, whose left part is the largest power of two below the number of leaves.
#include "gs/core/crypto/merkle.h"

#include "gs/base/check.h"
#include "gs/core/crypto/sha256.h"

namespace gs::crypto {
namespace {

constexpr std::uint8_t kLeafPrefix[] = {0};
constexpr std::uint8_t kNodePrefix[] = {1};
// Nodes hashed by one call of sha256_many; enough to hide its start, little on the stack.
constexpr std::size_t kNodesAtOnce = 64;

static_assert(sizeof(Digest[2]) == 64, "two neighbours are the 64 bytes that their node hashes");

Bytes pair_at(const Digest* left) noexcept { return {left->bytes.data(), sizeof(Digest[2])}; }

// Turns the nodes of one level (two or more) into those of the next, in place; returns how many.
// Node i is written after nodes 2i and 2i + 1 were read, also within sha256_many (see there).
std::size_t next_level(std::span<Digest> nodes) noexcept {
  const std::size_t pairs = nodes.size() / 2;
  Message messages[kNodesAtOnce];
  for (std::size_t from = 0; from < pairs; from += kNodesAtOnce) {
    const std::size_t count = std::min(kNodesAtOnce, pairs - from);
    for (std::size_t i = 0; i < count; ++i) {
      messages[i] = {kNodePrefix, pair_at(&nodes[2 * (from + i)])};
    }
    sha256_many({messages, count}, nodes.subspan(from, count));
  }
  if (nodes.size() % 2 == 0) return pairs;
  nodes[pairs] = nodes.back();
  return pairs + 1;
}

}  // namespace

Digest leaf_hash(Bytes data) noexcept { return sha256({kLeafPrefix, data}); }

Digest node_hash(const Digest& left, const Digest& right) noexcept {
  return sha256({kNodePrefix, left.bytes, right.bytes});
}

Digest merkle_root_in_place(std::span<Digest> leaves) noexcept {
  if (leaves.empty()) return sha256(Bytes());
  while (leaves.size() > 1) leaves = leaves.first(next_level(leaves));
  return leaves.front();
}

Digest merkle_root(std::span<const Digest> leaves) {
  std::vector<Digest> scratch(leaves.begin(), leaves.end());
  return merkle_root_in_place(scratch);
}

std::vector<Digest> inclusion_path(std::span<const Digest> leaves, std::uint64_t index) {
  GS_CHECK(index < leaves.size());
  std::vector<Digest> scratch(leaves.begin(), leaves.end());
  std::vector<Digest> path;
  std::span<Digest> nodes = scratch;
  for (auto at = static_cast<std::size_t>(index); nodes.size() > 1; at /= 2) {
    const std::size_t sibling = at ^ 1;
    if (sibling < nodes.size()) path.push_back(nodes[sibling]);
    nodes = nodes.first(next_level(nodes));
  }
  return path;
}

Result<Digest> root_of_path(const Digest& leaf, std::uint64_t index, std::uint64_t count,
                            std::span<const Digest> path) {
  if (index >= count) {
    return Error(Code::invalid, "inclusion path: leaf " + std::to_string(index) +
                                    " of a tree with " + std::to_string(count) + " leaves");
  }
  Digest node = leaf;
  std::size_t used = 0;
  // `count` nodes on this level, ours at `index`; halved upwards, without overflow.
  for (; count > 1; index /= 2, count = count / 2 + count % 2) {
    if ((index ^ 1) >= count) continue;  // no sibling: the node moves up unchanged
    if (used == path.size()) {
      return Error(Code::invalid, "inclusion path: too short, " + std::to_string(path.size()));
    }
    const Digest& sibling = path[used++];
    node = index % 2 == 0 ? node_hash(node, sibling) : node_hash(sibling, node);
  }
  if (used != path.size()) {
    return Error(Code::invalid, "inclusion path: " + std::to_string(path.size()) +
                                    " digests where " + std::to_string(used) + " belong");
  }
  return node;
}

void CompactRange::append(const Digest& leaf) {
  peaks_.push_back(leaf);
  // Each trailing one bit of the size is a peak as large as the tree just made.
  for (std::uint64_t bits = size_; bits % 2 == 1; bits /= 2) {
    const Digest right = peaks_.back();
    peaks_.pop_back();
    peaks_.back() = node_hash(peaks_.back(), right);
  }
  ++size_;
}

Digest CompactRange::root() const noexcept {
  if (peaks_.empty()) return sha256(Bytes());
  Digest root = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i-- > 0;) root = node_hash(peaks_[i], root);
  return root;
}

}  // namespace gs::crypto
