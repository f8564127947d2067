// Goal: what holds for every change: it reads back as built, its root is the one that the documents
// define, and building the same again gives the same bytes.
// Method: changes made from a seed, sizes around the chunk borders, and a second, plain
// implementation of the commitments written from the byte tables alone.
#include <gtest/gtest.h>

#include <random>

#include "gs/core/graph/header.h"
#include "gs/core/graph/samples_test.h"

namespace gs::graph {
namespace {

using testing::digest_of;
using testing::Maker;

struct Planned {
  std::uint8_t kind = 0;
  std::uint8_t flags = 0;
  std::optional<Digest> shape;
  std::optional<Id> id;
  Hlc hlc = 0;
  Buffer payload;
};

struct Plan {
  ChangeBuilder::Open open;
  std::vector<Writer> writers;
  std::vector<Planned> operations;
};

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(engine_() % bound); }
  void fill(MutableBytes out) {
    for (std::uint8_t& byte : out) byte = static_cast<std::uint8_t>(engine_());
  }

 private:
  std::mt19937_64 engine_;
};

std::size_t random_payload_bytes(Random& random) {
  if (random.below(50) == 0) return random.below(1200) * 8;
  return random.below(40) * 8;
}

Plan make_plan(Random& random, std::size_t operations) {
  Plan plan;
  random.fill(plan.open.seed);
  random.fill(plan.open.storage.bytes);
  random.fill(plan.open.prev.bytes);
  plan.open.sequence = 1 + random.below(1000);
  plan.open.hlc = id::hlc_of_ms(1'700'000'000'000 + random.below(1'000'000));
  plan.open.parents.resize(random.below(5));
  for (Digest& parent : plan.open.parents) random.fill(parent.bytes);
  plan.writers.resize(random.below(4));
  for (Writer& writer : plan.writers) random.fill(writer.bytes);

  std::vector<Id> ids(1 + random.below(operations * 2));
  for (Id& id : ids) random.fill(id.bytes);
  std::vector<Digest> shapes(1 + random.below(20));
  for (Digest& shape : shapes) random.fill(shape.bytes);
  Hlc ticks = 0;
  for (std::size_t i = 0; i < operations; ++i) {
    Planned planned;
    planned.kind = static_cast<std::uint8_t>(2 + random.below(14));
    const bool last = i + 1 == operations || random.below(3) == 0;
    planned.flags = static_cast<std::uint8_t>(last ? kLastOfTransaction : 0);
    if (random.below(4) != 0) planned.shape = shapes[random.below(shapes.size())];
    if (random.below(4) != 0) planned.id = ids[random.below(ids.size())];
    ticks += random.below(3);
    planned.hlc = plan.open.hlc + ticks;
    planned.payload.resize(random_payload_bytes(random));
    random.fill(planned.payload);
    plan.operations.push_back(std::move(planned));
  }
  return plan;
}

Buffer build(const Plan& plan, ChangeBuilder& builder, Buffer& space, bool hashed_before = false) {
  const crypto::KeyPair key = testing::key_of(3);
  ChangeBuilder::Open open = plan.open;
  open.writer = testing::writer_of(key);
  builder.begin(open, space);
  for (const Writer& writer : plan.writers) builder.writer_index(writer);
  for (const Planned& planned : plan.operations) {
    const auto at =
        builder.append(planned.kind, planned.flags, planned.shape ? &*planned.shape : nullptr,
                       planned.id ? &*planned.id : nullptr, planned.hlc, planned.payload.size());
    if (!planned.payload.empty())
      std::memcpy(at.payload, planned.payload.data(), planned.payload.size());
  }
  const std::size_t promised = builder.bytes();
  const std::uint32_t chunks = hashed_before ? builder.chunk_count() : 0;
  for (std::uint32_t i = chunks; i-- > 0;) builder.hash_chunk(i, builder.operation_count());
  const Bytes change = builder.close(key, chunks);
  EXPECT_EQ(change.size(), promised);
  EXPECT_EQ(change.data(), space.data());
  return Buffer(change.begin(), change.end());
}

// The operations root as docs/FORMAT.md defines it, in the plainest way.
Digest plain_root(const Plan& plan, const ChangeView& change) {
  std::vector<Digest> leaves;
  auto cursor = change.operations();
  for (OperationView operation; cursor.next(operation);) {
    Buffer index(4);
    store_u32(index.data(), cursor.index());
    const Digest salt = crypto::sha256(testing::join({as_bytes("gs salt"), plan.open.seed, index}));
    const Id id = plan.operations[cursor.index()].id.value_or(Id{});
    const std::uint8_t zero[] = {0};
    leaves.push_back(crypto::sha256(
        testing::join({zero, Bytes(salt.bytes).first(16), id.bytes, operation.bytes})));
  }
  return crypto::merkle_root(leaves);
}

void expect_same(const Plan& plan, const ChangeView& change) {
  ASSERT_EQ(change.operation_count(), plan.operations.size());
  auto cursor = change.operations();
  std::uint32_t transactions = 0;
  for (OperationView operation; cursor.next(operation);) {
    const Planned& planned = plan.operations[cursor.index()];
    ASSERT_EQ(operation.kind, planned.kind);
    ASSERT_EQ(operation.flags, planned.flags);
    ASSERT_EQ(operation.hlc, planned.hlc);
    ASSERT_TRUE(equal(operation.payload, planned.payload));
    ASSERT_EQ(operation.shape != kNoShape, planned.shape.has_value());
    if (planned.shape) {
      ASSERT_EQ(change.shape(operation.shape), *planned.shape);
    }
    ASSERT_EQ(operation.id_index != kNoId, planned.id.has_value());
    if (planned.id) {
      ASSERT_EQ(change.id(operation.id_index), *planned.id);
    }
    transactions += operation.last_of_transaction() ? 1 : 0;
  }
  EXPECT_EQ(change.transaction_count(), transactions);
  ASSERT_EQ(change.writer_count(), plan.writers.size());
  for (std::uint16_t i = 0; i < change.writer_count(); ++i) {
    EXPECT_EQ(change.writer_at(i), plan.writers[i]);
  }
}

TEST(ChangeLaw, ReadsBackAsBuiltAndBuildsAgainToTheSameBytes) {
  constexpr std::uint64_t kSeed = 20260101;
  std::printf("seed %llu\n", static_cast<unsigned long long>(kSeed));
  Random random(kSeed);
  ChangeBuilder reused;  // through all changes, as the engine does
  Buffer space(std::size_t{4} << 20);
  const std::size_t sizes[] = {1, 2, 3, 31, 32, 33, 127, 128, 129, 255, 256, 257, 384, 600};
  for (int round = 0; round < 60; ++round) {
    const std::size_t count = round < 14 ? sizes[round] : 1 + random.below(400);
    const Plan plan = make_plan(random, count);
    const Buffer bytes = build(plan, reused, space);
    const auto parsed = ChangeView::parse(bytes);
    ASSERT_TRUE(parsed.ok()) << parsed.error().text() << " round " << round;
    expect_same(plan, *parsed);
    EXPECT_FALSE(parsed->verify_commitments()) << round;
    EXPECT_FALSE(parsed->verify_signature()) << round;
    EXPECT_EQ(parsed->operations_root(), plain_root(plan, *parsed)) << round;
    EXPECT_EQ(crypto::merkle_root(parsed->leaves()), parsed->operations_root());
    const auto some = static_cast<std::uint32_t>(random.below(count));
    EXPECT_EQ(parsed->leaf(some), parsed->leaves()[some]);

    ChangeBuilder fresh;
    Buffer other_space(space.size(), 0xee);  // what lay there before must not matter
    EXPECT_EQ(build(plan, fresh, other_space), bytes) << round;
    EXPECT_EQ(build(plan, reused, space, true), bytes) << round;
  }
}

TEST(ChangeLaw, ATransactionWhoseCostFitsAlwaysFits) {
  constexpr std::uint64_t kSeed = 7;
  std::printf("seed %llu\n", static_cast<unsigned long long>(kSeed));
  Random random(kSeed);
  const crypto::KeyPair key = testing::key_of(3);
  ChangeBuilder builder;
  for (int round = 0; round < 200; ++round) {
    Buffer space(ChangeBuilder::overhead(2) + 200 + random.below(4000));
    Plan plan = make_plan(random, 1);
    plan.open.parents = {digest_of("one"), digest_of("two")};
    plan.open.writer = testing::writer_of(key);
    builder.begin(plan.open, space);
    // The worst case: every operation brings a new id, shape and writer.
    for (;;) {
      const std::size_t payload_bytes = random.below(30) * 8;
      if (builder.room() < ChangeBuilder::cost(payload_bytes)) break;
      Digest shape, writer;
      Id id;
      random.fill(shape.bytes);
      random.fill(writer.bytes);
      random.fill(id.bytes);
      builder.writer_index(writer);
      builder.append(3, kLastOfTransaction, &shape, &id, plan.open.hlc, payload_bytes);
    }
    if (builder.operation_count() == 0) {
      builder.discard();
      continue;
    }
    const Bytes change = builder.close(key);
    EXPECT_LE(change.size(), space.size());
    EXPECT_TRUE(ChangeView::parse(change).ok());
  }
}

}  // namespace
}  // namespace gs::graph
