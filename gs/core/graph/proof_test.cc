// Goal: a proof convinces exactly when nothing in it was altered. Method: a frozen proof, every bit
// of every field flipped, every character of its text changed, fields of other proofs put in.
#include "gs/core/graph/proof.h"
#include "gs/base/test_share.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <functional>
#include <string>

#include "gs/core/graph/header.h"
#include "gs/core/graph/proof_samples_test.h"

namespace gs::graph {
namespace {

using testing::digest_of;
using testing::proof_of;
using testing::sample_change;
using testing::sample_proof;

TEST(Proof, TextOfTheSampleIsFrozen) {
  const std::string json = to_json(sample_proof());
  EXPECT_EQ(crypto::sha256(as_bytes(json)).text(),
            "71db0ab303898aab7a07d7a72181d6ed2bb7e6835fd8e47b6cfb20a1a5bab0db");
#ifdef GS_TEST_DATA
  std::ifstream file(GS_TEST_DATA "/v1/proof-sample.json");
  std::string text;
  ASSERT_TRUE(std::getline(file, text)) << "tests/data/v1/proof-sample.json is missing";
  EXPECT_EQ(text, json);
#endif
}

TEST(Proof, SaysWhatWasWrittenByWhomAndWhere) {
  const Buffer bytes = sample_change();
  const ChangeView change = ChangeView::parse(bytes).value();
  const auto proven = check(parse_proof(to_json(sample_proof())).value());
  ASSERT_TRUE(proven.ok()) << proven.error().text();
  EXPECT_EQ(proven->storage, digest_of("storage"));
  EXPECT_EQ(proven->change, change.digest());
  EXPECT_EQ(proven->writer, change.writer());
  EXPECT_EQ(proven->sequence, 7u);
  EXPECT_EQ(proven->operation, 1u);
  EXPECT_EQ(proven->id, change.id(0));
  EXPECT_EQ(proven->hlc, change.hlc() + 1);
  EXPECT_EQ(proven->kind, Kind::insert);
  EXPECT_EQ(proven->collection, "City");
  EXPECT_EQ(proven->json, R"({"name":"Kyiv","lat":50.45})");
  EXPECT_EQ(proven->log_index, 2u);
  EXPECT_EQ(proven->log_size, 5u);
  EXPECT_EQ(proven->log_signer, testing::writer_of(testing::key_of(50)));
}

TEST(Proof, UpdatesAndRemovesAreProvenToo) {
  const auto update = check(proof_of(sample_change(), 2).value());
  ASSERT_TRUE(update.ok()) << update.error().text();
  EXPECT_EQ(update->kind, Kind::update);
  EXPECT_EQ(update->json, R"({"name":"Kyjiv","lat":50.5})");
  const auto remove = check(proof_of(sample_change(), 3).value());
  ASSERT_TRUE(remove.ok()) << remove.error().text();
  EXPECT_EQ(remove->kind, Kind::remove);
  EXPECT_EQ(remove->json, "null");
  EXPECT_EQ(remove->collection, "City");
}

TEST(Proof, StaysValidWhenNeighboursAreErased) {
  const Buffer bytes = sample_change();
  const std::uint32_t list[] = {2};
  const Buffer erased = erase_operations(ChangeView::parse(bytes).value(), list).value();
  EXPECT_EQ(to_json(proof_of(erased, 1).value()), to_json(sample_proof()));
  EXPECT_EQ(proof_of(erased, 2).code(), Code::erased);
}

TEST(Proof, DoesNotReachTheSeed) {
  const std::string json = to_json(sample_proof());
  EXPECT_EQ(json.find("a0a1a2a3a4a5"), std::string::npos);
}

TEST(Proof, IsMadeOnlyOfOperationsOnRecords) {
  EXPECT_EQ(proof_of(sample_change(), 0).code(), Code::invalid);  // a shape
  EXPECT_EQ(proof_of(sample_change(), 4).code(), Code::invalid);  // beyond
}

// Every field of a proof as bytes to flip.
std::vector<std::pair<std::string, std::function<MutableBytes(Proof&)>>> fields() {
  const auto number = [](auto& value) {
    return MutableBytes(reinterpret_cast<std::uint8_t*>(&value), sizeof value);
  };
  const auto path = [](std::vector<Digest>& digests) {
    return MutableBytes(reinterpret_cast<std::uint8_t*>(digests.data()), digests.size() * 32);
  };
  return {
      {"header", [](Proof& p) { return MutableBytes(p.header); }},
      {"signature", [](Proof& p) { return MutableBytes(p.signature); }},
      {"index", [=](Proof& p) { return number(p.operation_index); }},
      {"salt", [](Proof& p) { return MutableBytes(p.salt); }},
      {"id", [](Proof& p) { return MutableBytes(p.id.bytes); }},
      {"operation", [](Proof& p) { return MutableBytes(p.operation); }},
      {"path", [=](Proof& p) { return path(p.path); }},
      {"tables", [](Proof& p) { return MutableBytes(p.tables); }},
      {"shape", [](Proof& p) { return MutableBytes(p.shape); }},
      {"log index", [=](Proof& p) { return number(p.log.index); }},
      {"log size", [=](Proof& p) { return number(p.log.size); }},
      {"log path", [=](Proof& p) { return path(p.log.path); }},
      {"log root", [](Proof& p) { return MutableBytes(p.log.root.bytes); }},
      {"signer", [](Proof& p) { return MutableBytes(p.log.signer.bytes); }},
      {"log signature", [](Proof& p) { return MutableBytes(p.log.signature); }},
  };
}

TEST(Proof, EverySingleBitFlipIsRefused) {
  for (const std::uint32_t operation : {1u, 2u, 3u}) {
    Proof proof = proof_of(sample_change(), operation).value();
    for (const auto& [name, field] : fields()) {
      const MutableBytes bytes = field(proof);
      ASSERT_FALSE(bytes.empty()) << name;
      for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
        EXPECT_FALSE(check(proof).ok()) << name << " bit " << bit;
        bytes[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
      }
    }
    EXPECT_TRUE(check(proof).ok());
  }
}

TEST(Proof, LongerAndShorterFieldsAreRefused) {
  const auto refused = [](const std::function<void(Proof&)>& edit) {
    Proof proof = sample_proof();
    edit(proof);
    return !check(proof).ok();
  };
  for (const auto member :
       {&Proof::header, &Proof::signature, &Proof::operation, &Proof::tables, &Proof::shape}) {
    EXPECT_TRUE(refused([&](Proof& p) { (p.*member).push_back(0); }));
    EXPECT_TRUE(refused([&](Proof& p) { (p.*member).pop_back(); }));
    EXPECT_TRUE(refused([&](Proof& p) { (p.*member).resize((p.*member).size() + 32); }));
    EXPECT_TRUE(refused([&](Proof& p) { (p.*member).clear(); }));
  }
  EXPECT_TRUE(refused([](Proof& p) { p.public_key.push_back(0); }));
  EXPECT_TRUE(refused([](Proof& p) { p.path.emplace_back(); }));
  EXPECT_TRUE(refused([](Proof& p) { p.path.pop_back(); }));
  EXPECT_TRUE(refused([](Proof& p) { p.log.path.emplace_back(); }));
  EXPECT_TRUE(refused([](Proof& p) { p.log.path.resize(65); }));
  EXPECT_TRUE(refused([](Proof& p) { p.log.path.clear(); }));
  EXPECT_TRUE(refused([](Proof& p) { p.log.size = kProofNumberMax + 1; }));
  EXPECT_TRUE(refused([](Proof& p) { p.header.resize(224 + 32 * 1025); }));
}

TEST(Proof, PartsOfAnotherGoodProofAreRefused) {
  const Proof other = proof_of(sample_change(), 2).value();
  Proof proof = sample_proof();
  proof.operation = other.operation;
  EXPECT_EQ(check(proof).code(), Code::broken_chain);
  proof.salt = other.salt;
  proof.operation_index = other.operation_index;
  proof.path = other.path;
  EXPECT_TRUE(check(proof).ok());  // now it is the other proof
  // A head of the same log, signed for another storage.
  proof.log.signature =
      sign_log_head(testing::key_of(50), digest_of("another"), proof.log.size, proof.log.root);
  EXPECT_EQ(check(proof).code(), Code::bad_signature);
}

TEST(Proof, AnIdThatItsWriterDidNotMintIsRefused) {
  testing::Maker maker;
  maker.begin();
  const auto city = testing::city_shape();
  const Id id{{1, 2, 3}};
  maker.add(Kind::insert, 1, &city->digest(), &id,
            testing::join({testing::mint_bytes(0), testing::city_record("Kyiv", 50.45)}));
  EXPECT_EQ(check(proof_of(maker.close(), 0).value()).code(), Code::broken_chain);
}

// The stamp of an operation is a sum, and its writer signs what it likes.
TEST(Proof, AStampBeyondSixtyFourBitsIsRefused) {
  for (const bool beyond : {false, true}) {
    Proof proof = sample_proof();
    store_u64(proof.header.data() + kAtHlc, ~Hlc{0} - (beyond ? 0 : 1));
    const Digest change = change_digest(proof.header);
    const auto signature = testing::key_of(0).sign(signed_message(change));
    proof.signature.assign(signature.begin(), signature.end());
    proof.log = testing::log_proof_of(change, digest_of("storage"));
    EXPECT_EQ(check(proof).code(), beyond ? Code::invalid : Code::ok);
  }
}

TEST(ProofText, ReadsBackAsWritten) {
  const std::string json = to_json(sample_proof());
  EXPECT_EQ(to_json(parse_proof(json).value()), json);
  std::string spaced;
  for (const char c : json) {
    spaced += c;
    if (c == ',' || c == '{' || c == '[') spaced += "\n  ";
  }
  EXPECT_EQ(to_json(parse_proof(spaced).value()), json);
}

TEST(ProofText, EveryChangedCharacterIsRefused) {
  const std::string json = to_json(sample_proof());
  for (std::size_t at = 0; at < json.size(); at += gs::testing::kSanitizedShare) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string altered = json;
      altered[at] = static_cast<char>(altered[at] ^ (1 << bit));
      auto proof = parse_proof(altered);
      if (!proof.ok()) continue;
      EXPECT_FALSE(check(*proof).ok()) << "at " << at << ": " << altered[at];
    }
  }
}

TEST(ProofText, CutAddedAndMovedMembersAreRefused) {
  const std::string json = to_json(sample_proof());
  for (std::size_t size = 0; size < json.size(); ++size) {
    EXPECT_FALSE(parse_proof(json.substr(0, size)).ok()) << size;
  }
  const auto with = [&json](const std::string& from, const std::string& to) {
    std::string text = json;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
    return parse_proof(text).code();
  };
  EXPECT_EQ(with("{", " {"), Code::ok);
  EXPECT_EQ(with("globalstorage-proof-1", "globalstorage-proof-2"), Code::newer_format);
  EXPECT_EQ(with("globalstorage-proof-1", "something"), Code::invalid);
  EXPECT_EQ(with("\"public_key\":\"\",", ""), Code::invalid);
  EXPECT_EQ(with("\"public_key\":\"\",", "\"public_key\":null,"), Code::invalid);
  EXPECT_EQ(with("\"public_key\":\"\",", "\"public_key\":\"0\","), Code::invalid);
  EXPECT_EQ(with("\"public_key\":\"\",", "\"public_key\":\"\",\"more\":1,"), Code::invalid);
  EXPECT_EQ(with("\"size\":5", "\"size\":5.5"), Code::invalid);
  EXPECT_EQ(with("\"size\":5", "\"size\":-5"), Code::invalid);
  EXPECT_EQ(with("\"size\":5", "\"size\":\"5\""), Code::invalid);
  EXPECT_EQ(with("\"size\":5", "\"size\":1e300"), Code::invalid);
  EXPECT_EQ(with("\"index\":1", "\"index\":4294967296"), Code::invalid);
  EXPECT_EQ(with("\"index\":1", "\"index\":-0"), Code::invalid);
  EXPECT_EQ(with("\"path\":[", "\"path\":[1,"), Code::invalid);
  EXPECT_EQ(with("\"path\":[", "\"path\":[\"00\","), Code::invalid);
  EXPECT_EQ(with("\"salt\":\"", "\"salt\":\"00"), Code::invalid);
  EXPECT_EQ(parse_proof("[]").code(), Code::invalid);
  EXPECT_EQ(parse_proof("null").code(), Code::invalid);
}

TEST(ProofText, HostileTextIsRefusedBeforeItTakesMemory) {
  EXPECT_EQ(parse_proof(std::string(kProofTextBytesMax + 1, ' ')).code(), Code::too_large);
  EXPECT_EQ(parse_proof("[" + std::string(1'000'000, ',') + "]").code(), Code::invalid);
  EXPECT_EQ(parse_proof(std::string(1'000'000, '[')).code(), Code::invalid);
  std::string path =
      "{\"format\":\"globalstorage-proof-1\",\"header\":\"\",\"signature\":\"\",\"public_key\":"
      "\"\","
      "\"operation\":{\"index\":0,\"salt\":\"00000000000000000000000000000000\","
      "\"id\":\"00000000-0000-0000-0000-000000000000\",\"bytes\":\"\",\"path\":[";
  for (int i = 0; i < 65; ++i) path += (i == 0 ? "\"" : ",\"") + Digest{}.text() + "\"";
  path += "]},\"tables\":\"\",\"shape\":\"\",\"log\":{}}";
  const auto parsed = parse_proof(path);
  EXPECT_NE(parsed.error().message().find("over 64"), std::string::npos) << parsed.error().text();
}

}  // namespace
}  // namespace gs::graph
