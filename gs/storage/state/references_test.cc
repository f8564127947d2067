// Goal: the table of names of versions is a function of the set of reference operations.

#include "gs/storage/state/references.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace gs::state {
namespace {

using graph::Refers;

Digest reference_digest(std::uint8_t first) {
  Digest digest;
  digest.bytes[0] = first;
  return digest;
}

struct ReferenceWrite {
  graph::Reference reference;
  std::uint64_t hlc;
  std::uint8_t writer;
};

void put(References& references, const ReferenceWrite& write) {
  references.put(write.reference, write.hlc, reference_digest(write.writer));
}

TEST(References, TheLatestStampWins) {
  References references;
  EXPECT_TRUE(references.digest().is_zero());
  put(references, {{Refers::tag, "v1", {reference_digest(1)}}, 5, 1});
  put(references, {{Refers::branch, "v1", {reference_digest(2)}}, 4, 9});  // older
  EXPECT_EQ(references.find("v1")->what, Refers::tag);
  put(references, {{Refers::branch, "v1", {reference_digest(3)}}, 5, 2});  // a greater writer
  EXPECT_EQ(references.find("v1")->heads, std::vector{reference_digest(3)});
  put(references, {{Refers::removed, "v1", {}}, 6, 1});
  EXPECT_EQ(references.find("v1"), nullptr);
  put(references, {{Refers::tag, "v1", {reference_digest(4)}}, 5, 3});  // came late
  EXPECT_EQ(references.find("v1"), nullptr) << "a removal was forgotten";
  EXPECT_EQ(references.all().size(), 1u);
  EXPECT_EQ(references.find("v2"), nullptr);
  // In one transaction the last one counts.
  put(references, {{Refers::tag, "v1", {reference_digest(5)}}, 6, 1});
  EXPECT_EQ(references.find("v1")->heads, std::vector{reference_digest(5)});
}

TEST(References, AreTheSameInAnyOrder) {
  std::mt19937 random(7);
  std::vector<ReferenceWrite> writes;
  const std::string_view names[] = {"a", "b", "c", "d"};
  for (std::uint8_t i = 0; i < 60; ++i) {
    const auto what = static_cast<Refers>(random() % 3);
    std::vector<Digest> heads;
    if (what != Refers::removed) heads = {reference_digest(i)};
    // Stamps that never repeat: a writer of its own for each hlc.
    writes.push_back({{what, names[random() % 4], heads}, random() % 8, i});
  }
  References first;
  for (const ReferenceWrite& write : writes) put(first, write);
  for (int i = 0; i < 50; ++i) {
    std::shuffle(writes.begin(), writes.end(), random);
    References other;
    for (const ReferenceWrite& write : writes) put(other, write);
    for (const ReferenceWrite& write : writes) put(other, write);  // each twice
    ASSERT_EQ(other, first);
    ASSERT_EQ(other.digest(), first.digest());
  }
}

TEST(References, HaveABound) {
  const graph::Reference one{Refers::tag, "one", {reference_digest(1)}};
  const graph::Reference two{Refers::tag, "two", {reference_digest(1)}};
  const std::size_t bytes = References::bytes_of(one);
  References references(2 * bytes);
  EXPECT_TRUE(references.check_room(one, bytes).ok());
  EXPECT_EQ(references.check_room(one, bytes + 1).code(), Code::too_large);
  put(references, {one, 1, 1});
  EXPECT_TRUE(references.check_room(two).ok());
  put(references, {two, 1, 1});
  EXPECT_EQ(references.check_room(two).code(), Code::too_large);
  put(references, {{Refers::removed, "two", {}}, 2, 1});  // gives back its head, not its name
  EXPECT_EQ(references.check_room(two).code(), Code::too_large);
  references.clear();
  EXPECT_TRUE(references.check_room(one, bytes).ok());
}

}  // namespace
}  // namespace gs::state
