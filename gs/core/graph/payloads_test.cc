// Goal: the payloads about the storage itself have one encoding each, and every limit is exact.
// Method: frozen bytes, round trips, every cut and every bit flip (no reader may accept bytes that
// it
// would not write), both sides of each limit.
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "gs/base/hex.h"
#include "gs/core/graph/samples_test.h"

namespace gs::graph {
namespace {

using testing::digest_of;

Digest filled(std::uint8_t byte) {
  Digest digest;
  digest.bytes.fill(byte);
  return digest;
}

const Buffer kKey(32, 0x11);

Seal sample_seal() {
  return Seal{.first_position = 9,
              .state = filled(1),
              .log_root = filled(2),
              .changes = {filled(4), filled(3)},
              .voids = {{.change = 0, .transaction = 2, .code = 2, .message = "late"},
                        {.change = 1, .transaction = 0, .code = 3, .message = ""}}};
}

// Encodes again what a parser made of a payload; empty when it refuses.
using Again = std::function<Buffer(Bytes)>;
template <typename Parse, typename Encode>
Again again(Parse parse, Encode encode) {
  return [=](Bytes payload) {
    auto parsed = parse(payload);
    return parsed.ok() ? encode(*parsed) : Buffer();
  };
}

struct Sample {
  const char* name;
  Buffer payload;
  Again again;
  const char* hex;
};

std::vector<Sample> samples() {
  const Digest heads[] = {filled(1), filled(2)};
  return {
      {"genesis", encode_genesis({.policy = 1, .nonce = filled(7), .owner = kKey}),
       again(parse_genesis, encode_genesis), "0101200000000000"},
      {"grant", encode_grant({.right = Right::administer, .writer = filled(0x11), .key = kKey}),
       again(parse_grant, encode_grant), "0201200000000000"},
      {"revoke", encode_grant({.right = Right::revoke, .writer = filled(0x12)}),
       again(parse_grant, encode_grant), "0000000000000000"},
      {"schema", encode_schema({.previous = filled(5), .source = "{\"City\":1}"}),
       again(parse_schema, encode_schema), "0505050505050505"},
      {"contract", encode_contract({.name = "pay", .source = "() => 1"}),
       again(parse_contract, encode_contract), "0300000007000000706179282920"},
      {"seal", encode_seal(sample_seal()), again(parse_seal, encode_seal),
       "09000000000000000200000002000000"},
      {"erase",
       encode_erase({.change = filled(6),
                     .operation = 3,
                     .kind = 4,
                     .flags = 1,
                     .shape = 2,
                     .id_index = 5,
                     .leaf = filled(8),
                     .hlc_delta = 10,
                     .reason = "GDPR"}),
       again(parse_erase, encode_erase), "0606060606060606"},
      {"reference",
       encode_reference({.what = Refers::tag, .name = "v1.0", .heads = {heads[0], heads[1]}}),
       again(parse_reference, encode_reference), "020004000200000001010101"},
      {"removed", encode_reference({.what = Refers::removed, .name = "draft"}),
       again(parse_reference, encode_reference), "00000500000000006472616674000000"},
      {"revert", encode_revert({.change = filled(9), .hlc = 0x0102, .why = Why::undo}),
       again(parse_revert, encode_revert), "0909090909090909"},
      {"branch of an id",
       encode_reference(
           {.what = Refers::branch, .name = "work", .heads = {heads[0]}, .branch = branch_id("w")}),
       again(parse_reference, encode_reference), "010104000100000001010101"},
      {"merge", encode_merge({.branch = branch_id("work"), .heads = {heads[0], heads[1]}}),
       again(parse_merge, encode_merge), "97c7c116d12e9bcd4df9b1e56bbfd66f0200000000000000"},
  };
}

TEST(Payloads, BytesAreFrozen) {
  Buffer all;
  for (const Sample& sample : samples()) {
    EXPECT_EQ(to_hex(sample.payload).rfind(sample.hex, 0), 0u)
        << sample.name << to_hex(sample.payload);
    all.insert(all.end(), sample.payload.begin(), sample.payload.end());
  }
  EXPECT_EQ(crypto::sha256(all).text(),
            "3723b636bf8fa01b8846a0f0f5f6dffd688840c0a948dccd0c09cd55c847cc02");
}

TEST(Payloads, ReadBackAsWritten) {
  for (const Sample& sample : samples()) {
    EXPECT_EQ(sample.again(sample.payload), sample.payload) << sample.name;
    EXPECT_EQ(sample.payload.size() % 8, 0u) << sample.name;
  }
  const std::vector<Sample> all = samples();  // parsed payloads borrow these bytes
  const auto erase = parse_erase(all[6].payload).value();
  EXPECT_EQ(erase.reason, "GDPR");
  EXPECT_EQ(erase.hlc_delta, 10u);
  EXPECT_EQ(erase.shape, 2u);
  const auto seal = parse_seal(all[5].payload).value();
  EXPECT_EQ(seal.changes, sample_seal().changes);
  EXPECT_EQ(seal.voids[0].message, "late");
}

TEST(Payloads, EveryOtherLengthIsRefused) {
  for (const Sample& sample : samples()) {
    for (std::size_t size = 0; size < sample.payload.size() + 17; ++size) {
      if (size == sample.payload.size()) continue;
      Buffer other = sample.payload;
      other.resize(size);
      other.shrink_to_fit();
      EXPECT_TRUE(sample.again(other).empty()) << sample.name << " " << size;
    }
  }
}

TEST(Payloads, NothingIsAcceptedThatWouldNotBeWritten) {
  for (const Sample& sample : samples()) {
    Buffer payload = sample.payload;
    for (std::size_t bit = 0; bit < payload.size() * 8; ++bit) {
      payload[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
      const Buffer read = sample.again(payload);
      EXPECT_TRUE(read.empty() || read == payload) << sample.name << " bit " << bit;
      payload[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    }
  }
}

TEST(Payloads, KeysBelongToTheirAlgorithm) {
  using crypto::Algorithm;
  const Buffer der(294, 0x30), longest(kPublicKeyBytesMax, 0x30);
  const auto genesis = [](Algorithm algorithm, Bytes key) {
    return parse_genesis(encode_genesis({.algorithm = algorithm, .owner = key})).code();
  };
  EXPECT_EQ(genesis(Algorithm::ed25519, Buffer(31)), Code::invalid);
  EXPECT_EQ(genesis(Algorithm::ed25519, Buffer(33)), Code::invalid);
  EXPECT_EQ(genesis(Algorithm::rsa_pss_sha256, der), Code::ok);
  EXPECT_EQ(genesis(Algorithm::rsa_pss_sha256, longest), Code::ok);
  EXPECT_EQ(genesis(Algorithm::ecdsa_p256_sha256, {}), Code::invalid);
  EXPECT_EQ(genesis(static_cast<Algorithm>(0), der), Code::invalid);
  EXPECT_EQ(genesis(static_cast<Algorithm>(4), der), Code::newer_format);
  Buffer over = encode_genesis({.algorithm = Algorithm::rsa_pss_sha256, .owner = longest});
  over.resize(over.size() + 8);
  store_u16(over.data() + 2, kPublicKeyBytesMax + 1);
  EXPECT_EQ(parse_genesis(over).code(), Code::too_large);

  const auto grant = [](Algorithm algorithm, const Digest& writer, Bytes key) {
    return parse_grant(encode_grant({.algorithm = algorithm, .writer = writer, .key = key})).code();
  };
  EXPECT_EQ(grant(Algorithm::ed25519, filled(0x11), kKey), Code::ok);
  EXPECT_EQ(grant(Algorithm::ed25519, filled(0x12), kKey), Code::invalid);
  EXPECT_EQ(grant(Algorithm::rsa_pss_sha256, crypto::sha256(der), der), Code::ok);
  EXPECT_EQ(grant(Algorithm::rsa_pss_sha256, filled(0x12), der), Code::invalid);
  Buffer revoke = samples()[2].payload;
  revoke[1] = 1;
  EXPECT_EQ(parse_grant(revoke).code(), Code::invalid);
  revoke[1] = 0, revoke[0] = 3;
  EXPECT_EQ(parse_grant(revoke).code(), Code::invalid);
}

// Puts one more byte than `encode_x` writes into a payload: its padding becomes content.
TEST(Payloads, TextLimitsAreExact) {
  const std::string source(kSourceBytesMax, 'x');
  const std::string name(kNameBytesMax, 'n');
  Buffer schema = encode_schema({.source = source});
  EXPECT_TRUE(parse_schema(schema).ok());
  schema.resize(schema.size() + 8, 0);
  schema[40 + kSourceBytesMax] = 'x';
  store_u32(schema.data() + 32, kSourceBytesMax + 1);
  EXPECT_EQ(parse_schema(schema).code(), Code::too_large);
  EXPECT_EQ(parse_schema(encode_schema({.source = ""})).code(), Code::invalid);
  EXPECT_EQ(parse_schema(encode_schema({.source = "\xff"})).code(), Code::invalid);

  EXPECT_TRUE(parse_contract(encode_contract({.name = name, .source = source})).ok());
  EXPECT_EQ(parse_contract(encode_contract({.name = "", .source = "x"})).code(), Code::invalid);
  EXPECT_EQ(parse_contract(encode_contract({.name = "x", .source = ""})).code(), Code::invalid);
  EXPECT_EQ(parse_contract(encode_contract({.name = "\x80", .source = "x"})).code(), Code::invalid);
  Buffer contract = encode_contract({.name = name, .source = "x"});
  store_u16(contract.data(), kNameBytesMax + 1);  // takes the source's byte; give it another
  contract.resize(contract.size() + 8, 0);
  contract[8 + kNameBytesMax + 1] = 'x';
  contract.resize(8 + 264);
  EXPECT_EQ(parse_contract(contract).code(), Code::too_large);

  const std::string reason(kReasonBytesMax, 'r');
  Buffer erase = encode_erase({.kind = 2, .reason = reason});
  EXPECT_TRUE(parse_erase(erase).ok());
  store_u32(erase.data() + 44, kReasonBytesMax + 1);
  erase.resize(erase.size() + 8, 0);
  erase[88 + kReasonBytesMax] = 'r';
  EXPECT_EQ(parse_erase(erase).code(), Code::too_large);
  EXPECT_EQ(parse_erase(encode_erase({.kind = 2, .reason = "\xc0\x80"})).code(), Code::invalid);
  for (const std::uint8_t kind : Buffer{0, 1, 16, 32, 37}) {
    EXPECT_EQ(parse_erase(encode_erase({.kind = kind})).code(), Code::invalid);
  }
  EXPECT_EQ(parse_erase(encode_erase({.kind = 2, .flags = kErased})).code(), Code::invalid);
}

TEST(Payloads, SealRulesAreEnforced) {
  const auto code = [](const std::function<void(Seal&)>& edit) {
    Seal seal = sample_seal();
    edit(seal);
    return parse_seal(encode_seal(seal)).code();
  };
  const std::string longest(kReasonBytesMax, 'm');
  EXPECT_EQ(code([](Seal&) {}), Code::ok);
  EXPECT_EQ(code([&](Seal& s) { s.voids[0].message = longest; }), Code::ok);
  EXPECT_EQ(code([](Seal& s) { s.changes.clear(), s.voids.clear(); }), Code::invalid);
  EXPECT_EQ(code([](Seal& s) { s.changes[1] = s.changes[0]; }), Code::invalid);
  EXPECT_EQ(code([](Seal& s) { s.first_position = ~std::uint64_t{0} - 1; }), Code::invalid);
  EXPECT_EQ(code([](Seal& s) { s.first_position = ~std::uint64_t{0} - 2; }), Code::ok);
  EXPECT_EQ(code([](Seal& s) { s.voids[1].change = 2; }), Code::invalid);
  EXPECT_EQ(code([](Seal& s) { s.voids[1].code = 0; }), Code::invalid);
  EXPECT_EQ(code([](Seal& s) { s.voids[1].message = "\xff"; }), Code::invalid);
  EXPECT_EQ(code([](Seal& s) { std::swap(s.voids[0], s.voids[1]); }), Code::invalid);
  EXPECT_EQ(code([](Seal& s) { s.voids[1] = s.voids[0]; }), Code::invalid);
  Buffer hostile = encode_seal(sample_seal());
  store_u32(hostile.data() + 12, 0xffffffff);  // voids
  EXPECT_EQ(parse_seal(hostile).code(), Code::invalid);
  store_u32(hostile.data() + 8, 0xffffffff);  // changes
  EXPECT_EQ(parse_seal(hostile).code(), Code::too_large);
  store_u32(hostile.data() + 8, kSealChangesMax);
  EXPECT_EQ(parse_seal(hostile).code(), Code::invalid);
  Buffer message = encode_seal(sample_seal());
  store_u32(message.data() + 80 + 64 + 12, kReasonBytesMax + 1);
  message.resize(message.size() + 1024);
  EXPECT_FALSE(parse_seal(message).ok());
}

TEST(Payloads, RevertRulesAreEnforced) {
  const Buffer payload = encode_revert({.change = filled(9), .hlc = 0x0102, .why = Why::redo});
  EXPECT_EQ(payload.size(), kRevertBytes);
  EXPECT_EQ(to_hex(Bytes(payload).subspan(32)), "02010000000000000200000000000000");
  Buffer unknown = payload;
  unknown[40] = 3;
  EXPECT_EQ(parse_revert(unknown).code(), Code::invalid);
  Buffer padded = payload;
  padded[47] = 1;
  EXPECT_EQ(parse_revert(padded).code(), Code::invalid);
  padded.pop_back();
  EXPECT_EQ(parse_revert(padded).code(), Code::invalid);
  EXPECT_EQ(parse_revert(encode_revert({})).code(), Code::invalid);
}

TEST(Payloads, ReferenceRulesAreEnforced) {
  const auto code = [](Refers what, std::string_view name, std::vector<Digest> heads) {
    return parse_reference(encode_reference({.what = what, .name = name, .heads = heads})).code();
  };
  std::vector<Digest> most(kParentsMax);
  for (std::uint32_t i = 0; i < most.size(); ++i) store_u64_be(most[i].bytes.data(), i);
  const std::string longest(kNameBytesMax, 'n');
  EXPECT_EQ(code(Refers::branch, longest, most), Code::ok);
  EXPECT_EQ(code(Refers::branch, "a", {}), Code::invalid);
  EXPECT_EQ(code(Refers::removed, "a", {filled(1)}), Code::invalid);
  EXPECT_EQ(code(static_cast<Refers>(3), "a", {filled(1)}), Code::invalid);
  EXPECT_EQ(code(Refers::tag, "", {filled(1)}), Code::invalid);
  EXPECT_EQ(code(Refers::tag, "\xed\xa0\x80", {filled(1)}), Code::invalid);
  EXPECT_EQ(code(Refers::tag, "a", {filled(2), filled(1)}), Code::invalid);
  EXPECT_EQ(code(Refers::tag, "a", {filled(1), filled(1)}), Code::invalid);
  Reference named{Refers::branch, "work", {filled(1)}, branch_id("w")};
  EXPECT_EQ(parse_reference(encode_reference(named)).value().branch, branch_id("w"));
  named.branch = branch_id("work");  // which goes without saying
  EXPECT_EQ(parse_reference(encode_reference(named)).code(), Code::invalid);
  named = {Refers::tag, "work", {filled(1)}, branch_id("w")};
  EXPECT_EQ(parse_reference(encode_reference(named)).code(), Code::invalid);
  Buffer main = encode_reference({Refers::branch, "work", {filled(1)}, branch_id("w")});
  std::fill_n(main.begin() + 40, sizeof(BranchId), std::uint8_t{0});
  EXPECT_EQ(parse_reference(main).code(), Code::invalid);
  Buffer hostile = samples()[7].payload;
  store_u32(hostile.data() + 4, 1025);
  EXPECT_EQ(parse_reference(hostile).code(), Code::too_large);
}

TEST(Payloads, MergeRulesAreEnforced) {
  EXPECT_EQ(parse_merge(encode_merge({{}, {filled(1)}})).code(), Code::ok);
  EXPECT_EQ(parse_merge(encode_merge({{}, {filled(2), filled(1)}})).code(), Code::invalid);
  Buffer none = encode_merge({{}, {filled(1)}});
  store_u32(none.data() + 16, 0);
  none.resize(24);
  EXPECT_EQ(parse_merge(none).code(), Code::invalid);
  Buffer hostile = encode_merge({{}, {filled(1)}});
  hostile[20] = 1;  // must be zero
  EXPECT_EQ(parse_merge(hostile).code(), Code::invalid);
  store_u32(hostile.data() + 16, 1025);
  EXPECT_EQ(parse_merge(hostile).code(), Code::too_large);
  hostile.resize(8);
  EXPECT_EQ(parse_merge(hostile).code(), Code::invalid);
}

}  // namespace
}  // namespace gs::graph
