// Goal: our trees are those of RFC 6962, and hostile paths are refused.
// Method: the vectors of Certificate Transparency, then misuse. Laws for all sizes:
// merkle_law_test.
#include "gs/core/crypto/merkle.h"

#include <gtest/gtest.h>

#include "gs/base/hex.h"
#include "gs/core/crypto/sha256.h"

namespace gs::crypto {
namespace {

Digest digest(std::string_view hex) { return Digest::parse(hex).value(); }

std::vector<Digest> leaves_of(std::size_t count) {
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash(as_bytes(std::to_string(i))));
  return leaves;
}

// The reference tree of the Certificate Transparency project.
TEST(Merkle, MatchesTheVectorsOfCertificateTransparency) {
  const char* const inputs[] = {"",
                                "00",
                                "10",
                                "2021",
                                "3031",
                                "40414243",
                                "5051525354555657",
                                "606162636465666768696a6b6c6d6e6f"};
  const char* const roots[] = {"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                               "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                               "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                               "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                               "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                               "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                               "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                               "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  std::vector<Digest> leaves;
  for (std::size_t i = 0; i < std::size(inputs); ++i) {
    Buffer bytes(std::string_view(inputs[i]).size() / 2);
    ASSERT_TRUE(from_hex(inputs[i], bytes));
    leaves.push_back(leaf_hash(bytes));
    EXPECT_EQ(merkle_root(leaves).text(), roots[i]);
  }
}

TEST(Merkle, NoLeavesHaveTheDigestOfNothing) {
  EXPECT_EQ(merkle_root({}), sha256(Bytes()));
  EXPECT_EQ(CompactRange().root(), sha256(Bytes()));
}

TEST(Merkle, LeafAndNodeAreDifferentHashesOfTheSameBytes) {
  const Digest left = digest(std::string(64, '1'));
  const Digest right = digest(std::string(64, '2'));
  Buffer both(left.bytes.begin(), left.bytes.end());
  both.insert(both.end(), right.bytes.begin(), right.bytes.end());
  EXPECT_NE(leaf_hash(both), node_hash(left, right));
  both.insert(both.begin(), 1);
  EXPECT_EQ(sha256(both), node_hash(left, right));
}

TEST(Merkle, EverySingleBitOfALeafChangesTheRoot) {
  std::vector<Digest> leaves = leaves_of(5);
  const Digest root = merkle_root(leaves);
  for (Digest& leaf : leaves) {
    for (std::size_t bit = 0; bit < 256; ++bit) {
      leaf.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
      EXPECT_NE(merkle_root(leaves), root);
      leaf.bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    }
  }
  EXPECT_EQ(merkle_root(leaves), root);
}

TEST(Merkle, APathOfAnotherLengthIsInvalid) {
  const std::vector<Digest> leaves = leaves_of(11);
  std::vector<Digest> path = inclusion_path(leaves, 4);
  path.push_back(leaves[0]);
  EXPECT_EQ(root_of_path(leaves[4], 4, 11, path).code(), Code::invalid);
  path.resize(path.size() - 2);
  EXPECT_EQ(root_of_path(leaves[4], 4, 11, path).code(), Code::invalid);
  EXPECT_EQ(root_of_path(leaves[4], 4, 11, {}).code(), Code::invalid);
}

TEST(Merkle, AnIndexOutsideTheTreeIsInvalid) {
  const Digest leaf = leaf_hash({});
  EXPECT_EQ(root_of_path(leaf, 0, 0, {}).code(), Code::invalid);
  EXPECT_EQ(root_of_path(leaf, 1, 1, {}).code(), Code::invalid);
  EXPECT_EQ(root_of_path(leaf, ~std::uint64_t{0}, ~std::uint64_t{0}, {}).code(), Code::invalid);
  EXPECT_EQ(root_of_path(leaf, 0, 1, {}).value(), leaf);
}

// Sizes near 2^64 must not overflow on the way up: 64 levels, each with its digest.
TEST(Merkle, TheLargestTreeHasPathsOf64Digests) {
  const Digest leaf = leaf_hash({});
  const std::uint64_t count = ~std::uint64_t{0};
  const std::vector<Digest> path(64, leaf);
  EXPECT_TRUE(root_of_path(leaf, 0, count, path).ok());
  EXPECT_EQ(root_of_path(leaf, 0, count, std::span(path).first(63)).code(), Code::invalid);
}

}  // namespace
}  // namespace gs::crypto
