// Goal: for every size from 0 to 257, roots, paths and growing trees agree with the definition.
// Method: the recursive text of RFC 6962, section 2.1, written down as it stands, is the judge.
#include <gtest/gtest.h>

#include "gs/core/crypto/merkle.h"
#include "gs/core/crypto/sha256.h"

namespace gs::crypto {
namespace {

constexpr std::size_t kLeavesMax = 257;

const std::vector<Digest>& all_leaves() {
  static const std::vector<Digest> leaves = [] {
    std::vector<Digest> made;
    for (std::size_t i = 0; i < kLeavesMax; ++i) {
      made.push_back(leaf_hash(as_bytes("leaf " + std::to_string(i))));
    }
    return made;
  }();
  return leaves;
}

// The largest power of two below n.
std::size_t split_of(std::size_t n) {
  std::size_t k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

Digest naive_root(std::span<const Digest> leaves) {
  if (leaves.empty()) return sha256(Bytes());
  if (leaves.size() == 1) return leaves[0];
  const std::size_t k = split_of(leaves.size());
  const Digest left = naive_root(leaves.first(k));
  const Digest right = naive_root(leaves.subspan(k));
  const std::uint8_t prefix[] = {1};
  return sha256({prefix, left.bytes, right.bytes});
}

std::vector<Digest> naive_path(std::span<const Digest> leaves, std::size_t index) {
  if (leaves.size() == 1) return {};
  const std::size_t k = split_of(leaves.size());
  const bool left = index < k;
  auto path = left ? naive_path(leaves.first(k), index) : naive_path(leaves.subspan(k), index - k);
  path.push_back(naive_root(left ? leaves.subspan(k) : leaves.first(k)));
  return path;
}

TEST(MerkleLaw, RootsOfAllSizesEqualTheDefinition) {
  CompactRange growing;
  for (std::size_t count = 0; count <= kLeavesMax; ++count) {
    const auto leaves = std::span(all_leaves()).first(count);
    const Digest expected = naive_root(leaves);
    EXPECT_EQ(merkle_root(leaves), expected) << count;
    EXPECT_EQ(growing.root(), expected) << count;
    EXPECT_EQ(growing.size(), count);
    if (count < kLeavesMax) growing.append(all_leaves()[count]);
  }
}

TEST(MerkleLaw, PathsOfEveryLeafLeadToTheRootAndNowhereElse) {
  for (std::size_t count = 1; count <= kLeavesMax; count += count < 40 ? 1 : 31) {
    const auto leaves = std::span(all_leaves()).first(count);
    const Digest root = merkle_root(leaves);
    for (std::size_t index = 0; index < count; ++index) {
      const std::vector<Digest> path = inclusion_path(leaves, index);
      ASSERT_EQ(path, naive_path(leaves, index)) << index << " of " << count;
      EXPECT_EQ(root_of_path(leaves[index], index, count, path).value(), root);
      // Another place, leaf or size: refused, or another root.
      const auto moved = root_of_path(leaves[index], (index + 1) % count, count, path);
      EXPECT_TRUE(count == 1 || !moved.ok() || moved.value() != root);
      const auto other = root_of_path(leaf_hash(as_bytes("other")), index, count, path);
      EXPECT_NE(other.value(), root);
    }
  }
}

TEST(MerkleLaw, EveryBitOfAPathMatters) {
  const auto leaves = std::span(all_leaves()).first(21);
  const Digest root = merkle_root(leaves);
  std::vector<Digest> path = inclusion_path(leaves, 13);
  for (Digest& step : path) {
    for (std::size_t bit = 0; bit < 256; ++bit) {
      step.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
      EXPECT_NE(root_of_path(leaves[13], 13, 21, path).value(), root);
      step.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    }
  }
}

}  // namespace
}  // namespace gs::crypto
