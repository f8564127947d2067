// Goal: a change's bytes never drift between releases, and no altered bit of one goes unnoticed.
// Method: a frozen change, every single-bit flip of it, every rule of parse broken alone, and the
// documented limits at both sides.
#include "gs/core/graph/change.h"

#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <string>

#include "gs/base/hex.h"
#include "gs/core/graph/header.h"
#include "gs/core/graph/samples_test.h"

namespace gs::graph {
namespace {

using testing::digest_of;
using testing::Maker;
using testing::sample_change;

constexpr std::size_t kSampleOperationsAt = 16 + 224 + 64 + 64 + 32;

Error verify_all(Bytes change) {
  auto view = ChangeView::parse(change);
  if (!view.ok()) return std::move(view).error();
  if (Error error = view->verify_commitments()) return error;
  return view->verify_signature();
}

TEST(Change, BytesOfTheSampleAreFrozen) {
  const Buffer change = sample_change();
  ASSERT_EQ(change.size(), 736u);
  EXPECT_EQ(ChangeView::parse(change)->digest().text(),
            "00ef398abcedcaf32e7802172de70846cb64926816785e378a646e413705658c");
  EXPECT_EQ(crypto::sha256(change).text(),
            "d3fcb3a07219b4b4ebd8bebe58719a7c3bfc1927917c0a02ee3899c6cd4e058e");
#ifdef GS_TEST_DATA
  std::ifstream file(GS_TEST_DATA "/v1/change-sample.hex");
  std::string hex;
  ASSERT_TRUE(file >> hex) << "tests/data/v1/change-sample.hex is missing";
  EXPECT_EQ(to_hex(change), hex);
#endif
}

// On each branch a writer has a chain of its own: stamps and minted ids have it as their writer.
TEST(Change, ChainsAreOfAWriterOnOneBranch) {
  const Writer writer = testing::writer_of(testing::key_of(100));
  EXPECT_EQ(chain_of(writer, branch_id("main")), writer);
  const Writer draft = chain_of(writer, branch_id("draft"));
  EXPECT_EQ(draft, crypto::sha256({as_bytes("gs chain"), writer.bytes, branch_id("draft").bytes}));
  EXPECT_NE(draft, chain_of(writer, branch_id("work")));
  EXPECT_EQ(to_hex(branch_id("draft").bytes), "61c4b5811c9291857dfaa894b37c0901");
}

TEST(Change, SampleReadsBackWhatWasWritten) {
  const Maker maker;
  const Buffer bytes = sample_change();
  const ChangeView change = ChangeView::parse(bytes).value();
  EXPECT_FALSE(change.verify_commitments());
  EXPECT_FALSE(change.verify_signature());
  EXPECT_EQ(change.algorithm(), crypto::Algorithm::ed25519);
  EXPECT_EQ(change.storage(), digest_of("storage"));
  EXPECT_EQ(change.branch(), BranchId{});
  EXPECT_EQ(change.writer(), maker.spec().writer);
  EXPECT_EQ(change.sequence(), 7u);
  EXPECT_EQ(change.hlc(), maker.spec().hlc);
  EXPECT_EQ(change.prev(), digest_of("previous"));
  ASSERT_EQ(change.parent_count(), 2u);
  EXPECT_LT(change.parent(0), change.parent(1));
  EXPECT_EQ(change.operation_count(), 4u);
  EXPECT_EQ(change.transaction_count(), 2u);
  EXPECT_EQ(change.id_count(), 2u);
  ASSERT_EQ(change.shape_count(), 1u);
  EXPECT_EQ(change.shape(0), testing::city_shape()->digest());
  ASSERT_EQ(change.writer_count(), 1u);
  EXPECT_EQ(change.writer_at(0), testing::writer_of(testing::key_of(100)));
  EXPECT_FALSE(change.explicit_salts());

  auto cursor = change.operations();
  OperationView operation;
  ASSERT_TRUE(cursor.next(operation));
  EXPECT_EQ(cursor.index(), 0u);
  EXPECT_EQ(cursor.offset(), kSampleOperationsAt);
  EXPECT_EQ(operation.kind, 1);
  EXPECT_EQ(operation.id_index, kNoId);
  ASSERT_TRUE(cursor.next(operation));
  EXPECT_EQ(operation.kind, 2);
  EXPECT_TRUE(operation.last_of_transaction());
  EXPECT_EQ(operation.hlc, maker.spec().hlc + 1);
  EXPECT_EQ(operation.id_index, 0u);
  ASSERT_TRUE(cursor.next(operation));
  EXPECT_EQ(operation.shape, 0u);
  ASSERT_TRUE(cursor.next(operation));
  EXPECT_EQ(operation.id_index, 1u);
  EXPECT_FALSE(cursor.next(operation));
  EXPECT_FALSE(cursor.next(operation));
}

TEST(Change, BranchIdsAreFrozen) {
  EXPECT_TRUE(branch_id("main").is_zero());
  const Digest digest = crypto::sha256(as_bytes("gs branchdraft"));
  EXPECT_EQ(to_hex(branch_id("draft").bytes), digest.text().substr(0, 32));
}

TEST(Change, EverySingleBitFlipIsNoticed) {
  Buffer change = sample_change();
  for (std::size_t bit = 0; bit < change.size() * 8; ++bit) {
    change[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    EXPECT_TRUE(verify_all(change)) << "byte " << bit / 8 << " bit " << bit % 8;
    change[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
  }
  EXPECT_FALSE(verify_all(change));
}

TEST(Change, EveryShorterOrLongerTextIsRefused) {
  const Buffer change = sample_change();
  for (std::size_t size = 0; size < change.size(); ++size) {
    // In a buffer of exactly this size, so that a sanitizer sees a read beyond it.
    Buffer cut(change.begin(), change.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(ChangeView::parse(cut).code(), Code::invalid);
    if (size < 16) continue;
    store_u32(cut.data(), static_cast<std::uint32_t>(size));  // even when it states its size
    EXPECT_EQ(ChangeView::parse(cut).code(), Code::invalid) << size;
  }
  Buffer longer = change;
  longer.resize(longer.size() + 8);
  store_u32(longer.data(), static_cast<std::uint32_t>(longer.size()));
  EXPECT_EQ(ChangeView::parse(longer).code(), Code::invalid);
}

TEST(Change, SignatureOfAnotherKeyIsRefused) {
  Buffer bytes = sample_change();
  const Digest digest = ChangeView::parse(bytes)->digest();
  const auto signature = testing::key_of(1).sign(signed_message(digest));
  std::memcpy(bytes.data() + 16 + 288, signature.data(), signature.size());
  EXPECT_EQ(ChangeView::parse(bytes)->verify_signature().code(), Code::bad_signature);
  const Buffer good = sample_change();
  const ChangeView view = ChangeView::parse(good).value();
  EXPECT_FALSE(view.verify_signature(testing::key_of(0).public_key()));
  EXPECT_EQ(view.verify_signature(testing::key_of(1).public_key()).code(), Code::bad_signature);
}

TEST(Change, AnotherAlgorithmNeedsTheKeyThatTheWriterIdNames) {
  Buffer bytes = sample_change();
  const Buffer key(91, 0x30);
  const Digest writer = crypto::sha256(key);
  bytes[16 + kAtAlgorithm] = 3;
  write_value(bytes.data() + 16 + kAtWriter, writer);
  const ChangeView view = ChangeView::parse(bytes).value();
  EXPECT_EQ(view.verify_signature().code(), Code::bad_signature);
  EXPECT_EQ(view.verify_signature(Buffer(91, 0x31)).code(), Code::bad_signature);
  EXPECT_TRUE(view.verify_signature(key));  // the right key, but no such signature
}

// One rule broken: how, and what parse must say.
struct Broken {
  const char* name;
  std::function<void(Buffer&)> edit;
  Code code;
  const char* says;
};

std::uint8_t* header_of(Buffer& change) { return change.data() + 16; }
// Head of operation `index` of the sample.
std::uint8_t* operation_of(Buffer& change, int index) {
  std::uint8_t* at = change.data() + kSampleOperationsAt;
  while (index-- > 0) at += load_u32(at);
  return at;
}
std::uint8_t* tables_of(Buffer& change) { return operation_of(change, 4); }

const Broken kBroken[] = {
    {"form", [](Buffer& c) { c[4] = 2; }, Code::invalid, "form 2"},
    {"preamble zero", [](Buffer& c) { c[5] = 1; }, Code::invalid, "byte 5"},
    {"form 1", [](Buffer& c) { c[4] = 1; }, Code::invalid, "add up"},
    {"signature bytes", [](Buffer& c) { c[6] = 57; }, Code::invalid, "64 bytes"},
    {"header short", [](Buffer& c) { store_u32(c.data() + 8, 223); }, Code::invalid, "224"},
    {"header long", [](Buffer& c) { store_u32(c.data() + 8, 0xfffffff0); }, Code::invalid,
     "cut off"},
    {"header odd", [](Buffer& c) { store_u32(c.data() + 8, 290); }, Code::invalid, "parent count"},
    {"operations long", [](Buffer& c) { store_u32(c.data() + 12, 0xfffffff8); }, Code::invalid,
     "add up"},
    {"magic", [](Buffer& c) { header_of(c)[0] = 'x'; }, Code::invalid, "gsc1"},
    {"version 0", [](Buffer& c) { store_u16(header_of(c) + 4, 0); }, Code::invalid, "version 0"},
    {"version 2", [](Buffer& c) { store_u16(header_of(c) + 4, 2); }, Code::newer_format,
     "version 2"},
    {"algorithm 0", [](Buffer& c) { header_of(c)[6] = 0; }, Code::invalid, "algorithm 0"},
    {"algorithm 4", [](Buffer& c) { header_of(c)[6] = 4; }, Code::newer_format, "algorithm 4"},
    {"header zero", [](Buffer& c) { header_of(c)[7] = 1; }, Code::invalid, "byte 7"},
    {"header zeros", [](Buffer& c) { header_of(c)[223] = 1; }, Code::invalid, "220..224"},
    {"sequence 0", [](Buffer& c) { store_u64(header_of(c) + 88, 0); }, Code::invalid,
     "first change"},
    {"no prev", [](Buffer& c) { std::memset(header_of(c) + 104, 0, 32); }, Code::invalid,
     "first change"},
    {"no storage", [](Buffer& c) { std::memset(header_of(c) + 8, 0, 32); }, Code::invalid,
     "sequence 0"},
    {"no operations", [](Buffer& c) { store_u32(header_of(c) + 200, 0); }, Code::invalid,
     "no operations"},
    {"fewer operations", [](Buffer& c) { store_u32(header_of(c) + 200, 3); }, Code::invalid,
     "after the last"},
    {"more operations", [](Buffer& c) { store_u32(header_of(c) + 200, 5); }, Code::invalid,
     "beyond"},
    {"unerasable", [](Buffer& c) { store_u32(header_of(c) + 200, 2'400'000); }, Code::too_large,
     "erased"},
    {"no transactions", [](Buffer& c) { store_u32(header_of(c) + 204, 0); }, Code::invalid,
     "no transactions"},
    {"many transactions", [](Buffer& c) { store_u32(header_of(c) + 204, 5); }, Code::invalid,
     "more transactions"},
    {"one transaction", [](Buffer& c) { store_u32(header_of(c) + 204, 1); }, Code::invalid,
     "transaction count"},
    {"many ids", [](Buffer& c) { store_u32(header_of(c) + 208, 5); }, Code::invalid, "more ids"},
    {"fewer ids", [](Buffer& c) { store_u32(header_of(c) + 208, 1); }, Code::invalid, "add up"},
    {"many shapes", [](Buffer& c) { store_u16(header_of(c) + 212, 5); }, Code::invalid,
     "more shapes"},
    {"shape as writer", [](Buffer& c) { store_u32(header_of(c) + 212, 0x00020000); }, Code::invalid,
     "shape is not in the table"},
    {"writer as shape", [](Buffer& c) { store_u32(header_of(c) + 212, 0x00000002); }, Code::invalid,
     "shape of the table is not used"},
    {"many writers", [](Buffer& c) { store_u16(header_of(c) + 214, 0xffff); }, Code::invalid,
     "65534"},
    {"many parents", [](Buffer& c) { store_u32(header_of(c) + 216, 1025); }, Code::too_large,
     "1024"},
    {"fewer parents", [](Buffer& c) { store_u32(header_of(c) + 216, 1); }, Code::invalid,
     "parent count"},
    {"parents equal", [](Buffer& c) { std::memcpy(header_of(c) + 224, header_of(c) + 256, 32); },
     Code::invalid, "ascend"},
    {"parents descend", [](Buffer& c) { std::memset(header_of(c) + 224, 0xff, 32); }, Code::invalid,
     "ascend"},
    {"tiny operation", [](Buffer& c) { store_u32(operation_of(c, 3), 8); }, Code::invalid,
     "smaller than its head"},
    {"odd operation", [](Buffer& c) { store_u32(operation_of(c, 3), 28); }, Code::invalid,
     "multiple of 8"},
    {"long operation", [](Buffer& c) { store_u32(operation_of(c, 3), 40); }, Code::invalid,
     "longer than"},
    {"huge operation", [](Buffer& c) { store_u32(operation_of(c, 0), 0xfffffff8); }, Code::invalid,
     "longer than"},
    {"flags", [](Buffer& c) { operation_of(c, 0)[5] = 4; }, Code::invalid, "unknown flags"},
    {"erased with seed", [](Buffer& c) { operation_of(c, 1)[5] |= 2; }, Code::invalid, "seed"},
    {"open transaction", [](Buffer& c) { operation_of(c, 3)[5] = 0; }, Code::invalid, "no end"},
    {"genesis inside", [](Buffer& c) { operation_of(c, 2)[4] = 32; }, Code::invalid, "genesis"},
    {"genesis first", [](Buffer& c) { operation_of(c, 0)[4] = 32; }, Code::invalid, "genesis"},
    {"shape order", [](Buffer& c) { store_u16(operation_of(c, 0) + 6, 1); }, Code::invalid,
     "order of use"},
    {"shape beyond", [](Buffer& c) { store_u16(operation_of(c, 1) + 6, 1); }, Code::invalid,
     "not in the table"},
    {"id order", [](Buffer& c) { store_u32(operation_of(c, 1) + 8, 1); }, Code::invalid,
     "order of use"},
    {"id beyond", [](Buffer& c) { store_u32(operation_of(c, 3) + 8, 2); }, Code::invalid,
     "order of use"},
    {"id unused", [](Buffer& c) { store_u32(operation_of(c, 3) + 8, 0); }, Code::invalid,
     "not used"},
    {"stamp descends", [](Buffer& c) { store_u32(operation_of(c, 3) + 12, 0); }, Code::invalid,
     "descends"},
    {"stamp overflows", [](Buffer& c) { store_u64(header_of(c) + 96, ~std::uint64_t{1}); },
     Code::invalid, "overflows"},
    {"own writer", [](Buffer& c) { std::memcpy(tables_of(c) + 32, header_of(c) + 56, 32); },
     Code::invalid, "own writer"},
    {"id twice", [](Buffer& c) { std::memcpy(tables_of(c) + 64, tables_of(c) + 80, 16); },
     Code::invalid, "id is in the table twice"},
};

TEST(Change, EachRuleOfParseIsEnforced) {
  for (const Broken& broken : kBroken) {
    Buffer change = sample_change();
    broken.edit(change);
    const auto parsed = ChangeView::parse(change);
    EXPECT_EQ(parsed.code(), broken.code) << broken.name;
    EXPECT_NE(std::string(parsed.error().message()).find(broken.says), std::string::npos)
        << broken.name << ": " << parsed.error().text();
  }
}

TEST(Change, TablesMustNotHoldAnEntryTwice) {
  Maker maker;
  maker.begin();
  const Digest one = digest_of("one"), two = digest_of("two");
  const Id id_one{{1}}, id_two{{2}};
  maker.builder().writer_index(digest_of("writer one"));
  maker.builder().writer_index(digest_of("writer two"));
  maker.add(Kind::expect, 0, &one, &id_two, Buffer(32));
  maker.add(Kind::expect, kLastOfTransaction, &two, &id_one, Buffer(32));
  const Buffer change = maker.close();
  ASSERT_TRUE(ChangeView::parse(change).ok());
  const std::size_t tables_at = change.size() - 4 * 32 - 2 * 16;
  Buffer shapes = change;
  std::memcpy(shapes.data() + tables_at, shapes.data() + tables_at + 32, 32);
  EXPECT_EQ(ChangeView::parse(shapes).code(), Code::invalid);
  Buffer writers = change;
  std::memcpy(writers.data() + tables_at + 96, writers.data() + tables_at + 64, 32);
  EXPECT_EQ(ChangeView::parse(writers).code(), Code::invalid);
}

TEST(Change, GenesisHasNoStorageNoPastAndBeginsWithGenesis) {
  const auto make = [](Kind first, std::vector<Digest> parents) {
    Maker maker;
    maker.open().parents = std::move(parents);
    maker.begin();
    const auto key = maker.key().public_key();
    maker.add(first, kLastOfTransaction, nullptr, nullptr, encode_genesis({.owner = key}));
    Buffer change = maker.close();
    std::memset(header_of(change) + kAtStorage, 0, 32);
    std::memset(header_of(change) + kAtSequence, 0, 8);
    std::memset(header_of(change) + kAtPrev, 0, 32);
    return change;
  };
  const auto code = [](Buffer change, const std::function<void(std::uint8_t*)>& edit) {
    edit(header_of(change));
    return ChangeView::parse(change).code();
  };
  const Buffer genesis = make(Kind::genesis, {});
  EXPECT_EQ(code(genesis, [](std::uint8_t*) {}), Code::ok);
  EXPECT_EQ(code(make(Kind::grant, {}), [](std::uint8_t*) {}), Code::invalid);
  EXPECT_EQ(code(make(Kind::genesis, {digest_of("a")}), [](std::uint8_t*) {}), Code::invalid);
  EXPECT_EQ(code(genesis, [](std::uint8_t* at) { at[kAtBranch] = 1; }), Code::invalid);
  EXPECT_EQ(code(genesis, [](std::uint8_t* at) { at[kAtStorage] = 1; }), Code::invalid);
  EXPECT_EQ(code(genesis, [](std::uint8_t* at) { at[kAtPrev] = 1; }), Code::invalid);
  EXPECT_EQ(code(genesis, [](std::uint8_t* at) { at[kAtPrev] = at[kAtSequence] = 1; }),
            Code::invalid);
}

TEST(Change, ParentsLimitIsExact) {
  Maker maker;
  maker.open().parents.clear();
  for (int i = 0; i < 1024; ++i) maker.open().parents.push_back(digest_of(std::to_string(i)));
  maker.begin();
  maker.add(Kind::expect, kLastOfTransaction, nullptr, nullptr, Buffer(32));
  Buffer change = maker.close();
  EXPECT_FALSE(verify_all(change));
  // One more, in its place and counted.
  const std::uint8_t last[32] = {0xff, 0xff, 0xff, 0xff, 0xff};
  change.insert(change.begin() + 16 + 224 + 1024 * 32, last, last + 32);
  store_u32(change.data(), static_cast<std::uint32_t>(change.size()));
  store_u32(change.data() + 8, 224 + 1025 * 32);
  store_u32(change.data() + 16 + kAtParentCount, 1025);
  EXPECT_EQ(ChangeView::parse(change).code(), Code::too_large);
}

TEST(Change, TransactionLimitIsExact) {
  const auto make = [](std::size_t last_bytes) {
    Maker maker(kChangeBytesMax);
    maker.begin();
    constexpr std::size_t kQuarter = kTransactionBytesMax / 4;
    for (int i = 0; i < 3; ++i) {
      maker.builder().append(6, 0, nullptr, nullptr, maker.spec().hlc, kQuarter - 16);
    }
    maker.builder().append(6, 1, nullptr, nullptr, maker.spec().hlc, last_bytes - 16);
    maker.builder().append(6, 1, nullptr, nullptr, maker.spec().hlc,
                           32);  // a transaction of its own
    return ChangeView::parse(maker.close()).code();
  };
  EXPECT_EQ(make(kTransactionBytesMax / 4), Code::ok);
  EXPECT_EQ(make(kTransactionBytesMax / 4 + 8), Code::too_large);
}

TEST(Change, SizeLimitIsExact) {
  Buffer change(kChangeBytesMax + 8);
  store_u32(change.data(), static_cast<std::uint32_t>(change.size()));
  EXPECT_EQ(ChangeView::parse(change).code(), Code::too_large);
  change.resize(kChangeBytesMax);
  store_u32(change.data(), static_cast<std::uint32_t>(change.size()));
  EXPECT_EQ(ChangeView::parse(change).code(), Code::invalid);  // the size is not what is wrong
}

}  // namespace
}  // namespace gs::graph
