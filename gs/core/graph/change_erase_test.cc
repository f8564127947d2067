// Goal: erased bytes are gone for good, and everything else still proves itself.
// Method: search the result for what must not be there; flip every bit of it.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "gs/base/hex.h"
#include "gs/core/graph/samples_test.h"

namespace gs::graph {
namespace {

using testing::Maker;
using testing::operation_of;
using testing::sample_change;

bool contains(Bytes haystack, Bytes needle) {
  return std::search(haystack.begin(), haystack.end(), needle.begin(), needle.end()) !=
         haystack.end();
}

Buffer erased_sample(std::initializer_list<std::uint32_t> operations) {
  const Buffer original = sample_change();
  return erase_operations(ChangeView::parse(original).value(),
                          {operations.begin(), operations.size()})
      .value();
}

TEST(Erase, BytesOfTheErasedSampleAreFrozen) {
  const Buffer result = erased_sample({1, 3});
  EXPECT_EQ(crypto::sha256(result).text(),
            "9aa6b3158d5bf1da0e72eef19f8d157845d38d4d08c439969580f2c710255a08");
#ifdef GS_TEST_DATA
  std::ifstream file(GS_TEST_DATA "/v1/change-erased.hex");
  std::string hex;
  ASSERT_TRUE(file >> hex) << "tests/data/v1/change-erased.hex is missing";
  EXPECT_EQ(hex, to_hex(result));
#endif
}

// Readers look up the record of every erased operation, so one without a record is no change. Its
// head is in no digest: anybody could have written it.
TEST(Erase, AnErasedOperationHasARecord) {
  Buffer erased = erased_sample({1});
  const ChangeView view = ChangeView::parse(erased).value();
  const auto at = operation_of(view, 1).bytes.data() - erased.data();
  store_u32(erased.data() + at + 8, kNoId);
  const auto parsed = ChangeView::parse(erased);
  EXPECT_EQ(parsed.code(), Code::invalid);
  EXPECT_NE(parsed.error().text().find("operation 1: erased, but of no record"), std::string::npos)
      << parsed.error().text();
}

TEST(Erase, RemovesPayloadSaltAndSeedAndKeepsTheProof) {
  const Buffer original = sample_change();
  const ChangeView before = ChangeView::parse(original).value();
  const Buffer result = erased_sample({1, 2});
  const ChangeView after = ChangeView::parse(result).value();

  EXPECT_TRUE(after.explicit_salts());
  EXPECT_EQ(after.digest(), before.digest());
  EXPECT_TRUE(equal(after.signature(), before.signature()));
  EXPECT_TRUE(equal(after.tables(), before.tables()));
  EXPECT_FALSE(after.verify_commitments());
  EXPECT_FALSE(after.verify_signature());
  EXPECT_EQ(after.leaves(), before.leaves());

  const Maker maker;
  EXPECT_TRUE(contains(original, as_bytes("Kyiv")));
  EXPECT_TRUE(contains(original, as_bytes("Kyjiv")));
  EXPECT_FALSE(contains(result, as_bytes("Kyiv")));
  EXPECT_FALSE(contains(result, as_bytes("Kyjiv")));
  EXPECT_TRUE(contains(original, maker.spec().seed));
  // Not even half of the seed, nor the salts that would let somebody guess the payload.
  EXPECT_FALSE(contains(result, Bytes(maker.spec().seed).first(8)));
  EXPECT_FALSE(contains(result, Bytes(maker.spec().seed).last(8)));
  for (const std::uint32_t index : {1u, 2u}) EXPECT_FALSE(contains(result, before.salt(index)));

  for (const std::uint32_t index : {0u, 3u}) {
    EXPECT_TRUE(equal(operation_of(after, index).bytes, operation_of(before, index).bytes));
    EXPECT_EQ(after.salt(index), before.salt(index));
  }
  const OperationView gone = operation_of(after, 1);
  EXPECT_TRUE(gone.erased());
  EXPECT_TRUE(gone.last_of_transaction());
  EXPECT_TRUE(gone.payload.empty());
  EXPECT_EQ(gone.kind, 2);
  EXPECT_EQ(gone.hlc, operation_of(before, 1).hlc);
  EXPECT_EQ(gone.id_index, 0u);
}

TEST(Erase, InStepsGivesTheSameAsAtOnce) {
  const Buffer first = erased_sample({1});
  const ChangeView view = ChangeView::parse(first).value();
  const std::uint32_t second[] = {2, 3};
  const std::uint32_t again[] = {1, 2, 3};  // naming an erased one again changes nothing
  EXPECT_EQ(erase_operations(view, second).value(), erased_sample({1, 2, 3}));
  EXPECT_EQ(erase_operations(view, again).value(), erased_sample({1, 2, 3}));
}

TEST(Erase, OfNothingChangesNothing) {
  const Buffer original = sample_change();
  EXPECT_EQ(erased_sample({}), original);
}

TEST(Erase, RefusesWhatOthersDependOnAndListsThatAreWrong) {
  const Buffer original = sample_change();
  const ChangeView change = ChangeView::parse(original).value();
  const auto code = [&change](std::vector<std::uint32_t> list) {
    return erase_operations(change, list).code();
  };
  EXPECT_EQ(code({0}), Code::invalid);  // a shape
  EXPECT_EQ(code({4}), Code::invalid);
  EXPECT_EQ(code({2, 1}), Code::invalid);
  EXPECT_EQ(code({1, 1}), Code::invalid);
  EXPECT_EQ(code({1, 2, 3}), Code::ok);
}

TEST(Erase, DoesNotMakeDamagePermanent) {
  Buffer damaged = sample_change();
  damaged[500] ^= 1;  // inside the payload of operation 1
  const ChangeView change = ChangeView::parse(damaged).value();
  const std::uint32_t list[] = {1};
  EXPECT_EQ(erase_operations(change, list).code(), Code::broken_chain);
}

TEST(Erase, EverySingleBitFlipOfTheResultIsNoticed) {
  const Buffer original = sample_change();
  const ChangeView before = ChangeView::parse(original).value();
  const Erase one = describe_erasure(before, 1, "asked for");
  const Erase three = describe_erasure(before, 3, "asked for");
  const auto verify = [&](Bytes bytes) -> Error {
    GS_TRY(const ChangeView change, ChangeView::parse(bytes));
    GS_TRY_OK(change.verify_commitments());
    GS_TRY_OK(change.verify_signature());
    GS_TRY_OK(verify_erasure(one, before.id(0), change));
    return verify_erasure(three, before.id(1), change);
  };
  Buffer result = erased_sample({1, 3});
  EXPECT_FALSE(verify(result));
  for (std::size_t bit = 0; bit < result.size() * 8; ++bit) {
    result[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    EXPECT_TRUE(verify(result)) << "byte " << bit / 8 << " bit " << bit % 8;
    result[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
  }
}

// Each was looked for from the begin of its change. The time limit of the tests ends that.
TEST(Erase, OfManyOperationsIsDescribedInOneWalk) {
  constexpr std::uint32_t kOperations = 300'000;
  testing::Maker maker(std::size_t{48} << 20);
  maker.begin();
  const Id id{{1, 2, 3}};
  const Buffer overwritten(kOverwrittenBytes, 0);
  for (std::uint32_t i = 0; i < kOperations; ++i) {
    maker.add(Kind::remove, 1, nullptr, &id, overwritten);
  }
  const Buffer bytes = maker.close();
  const ChangeView change = ChangeView::parse(bytes).value();
  auto cursor = change.operations();
  OperationView operation;
  std::uint32_t described = 0;
  while (cursor.next(operation)) {
    const Erase erase = describe_erasure(change, cursor, operation, "why");
    if (++described % 50'000 == 0) {
      EXPECT_EQ(encode_erase(erase), encode_erase(describe_erasure(change, described - 1, "why")));
    }
  }
  EXPECT_EQ(described, kOperations);
}

TEST(Erase, DescriptionIsTheSameBeforeAndAfter) {
  const Buffer original = sample_change();
  const Buffer result = erased_sample({1});
  const Erase before = describe_erasure(ChangeView::parse(original).value(), 1, "why");
  const Erase after = describe_erasure(ChangeView::parse(result).value(), 1, "why");
  EXPECT_EQ(encode_erase(before), encode_erase(after));
}

TEST(Erase, VerificationNoticesEveryOtherStory) {
  const Buffer result = erased_sample({1});
  const ChangeView change = ChangeView::parse(result).value();
  const Id id = change.id(0);
  const Erase good = describe_erasure(change, 1, "why");
  const auto code = [&](auto edit) {
    Erase erase = good;
    edit(erase);
    return verify_erasure(erase, id, change).code();
  };
  EXPECT_EQ(code([](Erase&) {}), Code::ok);
  EXPECT_EQ(code([](Erase& e) { e.change.bytes[0] ^= 1; }), Code::broken_chain);
  EXPECT_EQ(code([](Erase& e) { e.operation = 2; }), Code::broken_chain);
  EXPECT_EQ(code([](Erase& e) { e.operation = 9; }), Code::broken_chain);
  EXPECT_EQ(code([](Erase& e) { e.kind = 3; }), Code::broken_chain);
  EXPECT_EQ(code([](Erase& e) { e.flags = 0; }), Code::broken_chain);
  EXPECT_EQ(code([](Erase& e) { e.shape = kNoShape; }), Code::broken_chain);
  EXPECT_EQ(code([](Erase& e) { e.id_index = 1; }), Code::broken_chain);
  EXPECT_EQ(code([](Erase& e) { e.hlc_delta = 0; }), Code::broken_chain);
  EXPECT_EQ(code([](Erase& e) { e.leaf.bytes[9] ^= 1; }), Code::broken_chain);
  EXPECT_EQ(verify_erasure(good, change.id(1), change).code(), Code::broken_chain);
}

TEST(Erase, FormOneIsRefusedWhenItsOwnRulesAreBroken) {
  const Buffer result = erased_sample({1});
  const std::size_t salts_at = 16 + 288 + 64;
  const auto code = [&](auto edit) {
    Buffer bytes = result;
    edit(bytes);
    return ChangeView::parse(bytes).code();
  };
  EXPECT_EQ(code([](Buffer&) {}), Code::ok);
  EXPECT_EQ(code([&](Buffer& b) { b[salts_at + 16] = 1; }), Code::invalid);  // zeros after a salt
  const std::size_t operations_at = salts_at + 4 * 32;
  EXPECT_EQ(code([&](Buffer& b) { b[operations_at + 64 + 5] = 1; }), Code::invalid);  // none erased
  EXPECT_EQ(code([&](Buffer& b) { b[operations_at + 64 + 4] = 33; }), Code::invalid);  // a grant
  EXPECT_EQ(code([&](Buffer& b) { b[operations_at + 64 + 16 + 5] |= 2; }),
            Code::invalid);  // payload
}

}  // namespace
}  // namespace gs::graph
