// Payloads that say who may write and by which rules: genesis, grant, schema, contract.
#include <string>

#include "gs/base/check.h"
#include "gs/core/crypto/sha256.h"
#include "gs/core/graph/operation.h"
#include "gs/core/graph/payload_io.h"

namespace gs::graph {
namespace {

constexpr std::uint8_t kPolicyMax = 1;

Error check_algorithm(const char* kind, std::uint8_t algorithm) {
  if (algorithm == 0) return payload_invalid(kind, "signature algorithm 0");
  if (algorithm > static_cast<std::uint8_t>(crypto::Algorithm::ecdsa_p256_sha256)) {
    return Error(Code::newer_format, std::string(kind) + " payload: unknown signature algorithm " +
                                         std::to_string(algorithm));
  }
  return {};
}

Error check_key(const char* kind, crypto::Algorithm algorithm, Bytes key) {
  if (algorithm == crypto::Algorithm::ed25519) {
    if (key.size() != crypto::kEd25519PublicBytes)
      return payload_invalid(kind, "the key has not 32 bytes");
    return {};
  }
  if (key.empty()) return payload_invalid(kind, "no key");
  if (key.size() > kPublicKeyBytesMax) {
    return Error(Code::too_large, std::string(kind) + " payload: the key is over 2,048 bytes");
  }
  return {};
}

}  // namespace

Buffer encode_genesis(const Genesis& genesis) {
  GS_CHECK(genesis.owner.size() <= kPublicKeyBytesMax);
  return PayloadWriter(80)
      .number(static_cast<std::uint8_t>(genesis.algorithm))
      .number(genesis.policy)
      .number(static_cast<std::uint16_t>(genesis.owner.size()))
      .number(std::uint32_t{0})
      .digest(genesis.nonce)
      .bytes(genesis.owner)
      .take();
}

Result<Genesis> parse_genesis(Bytes payload) {
  PayloadReader reader(payload);
  const auto algorithm = reader.number<std::uint8_t>();
  const auto policy = reader.number<std::uint8_t>();
  const auto key_bytes = reader.number<std::uint16_t>();
  reader.zeros(4);
  const Digest nonce = reader.digest();
  const Bytes owner = reader.bytes(key_bytes);
  if (!reader.finish()) return payload_crooked("genesis");
  GS_TRY_OK(check_algorithm("genesis", algorithm));
  if (policy > kPolicyMax) return payload_invalid("genesis", "unknown policy");
  const auto known = static_cast<crypto::Algorithm>(algorithm);
  GS_TRY_OK(check_key("genesis", known, owner));
  return Genesis{.algorithm = known, .policy = policy, .nonce = nonce, .owner = owner};
}

Buffer encode_grant(const Grant& grant) {
  GS_CHECK(grant.key.size() <= kPublicKeyBytesMax);
  const bool revoke = grant.right == Right::revoke;
  GS_CHECK(revoke == grant.key.empty());
  return PayloadWriter(80)
      .number(static_cast<std::uint8_t>(grant.right))
      .number(revoke ? std::uint8_t{0} : static_cast<std::uint8_t>(grant.algorithm))
      .number(static_cast<std::uint16_t>(grant.key.size()))
      .number(std::uint32_t{0})
      .digest(grant.writer)
      .bytes(grant.key)
      .take();
}

Result<Grant> parse_grant(Bytes payload) {
  PayloadReader reader(payload);
  const auto right = reader.number<std::uint8_t>();
  const auto algorithm = reader.number<std::uint8_t>();
  const auto key_bytes = reader.number<std::uint16_t>();
  reader.zeros(4);
  Grant grant;
  grant.writer = reader.digest();
  grant.key = reader.bytes(key_bytes);
  if (!reader.finish()) return payload_crooked("grant");
  if (right > static_cast<std::uint8_t>(Right::administer))
    return payload_invalid("grant", "unknown right");
  grant.right = static_cast<Right>(right);
  if (grant.right == Right::revoke) {
    if (algorithm != 0) return payload_invalid("grant", "a revocation names an algorithm");
    if (key_bytes != 0) return payload_invalid("grant", "a revocation has a key");
    return grant;
  }
  GS_TRY_OK(check_algorithm("grant", algorithm));
  grant.algorithm = static_cast<crypto::Algorithm>(algorithm);
  GS_TRY_OK(check_key("grant", grant.algorithm, grant.key));
  const bool is_id = grant.algorithm == crypto::Algorithm::ed25519
                         ? equal(grant.key, grant.writer.bytes)
                         : crypto::sha256(grant.key) == grant.writer;
  if (!is_id) return payload_invalid("grant", "the key is not that of the writer");
  return grant;
}

Buffer encode_schema(const Schema& schema) {
  GS_CHECK(schema.source.size() <= kSourceBytesMax);
  return PayloadWriter(48 + schema.source.size())
      .digest(schema.previous)
      .number(static_cast<std::uint32_t>(schema.source.size()))
      .number(std::uint32_t{0})
      .text(schema.source)
      .take();
}

Result<Schema> parse_schema(Bytes payload) {
  PayloadReader reader(payload);
  Schema schema;
  schema.previous = reader.digest();
  const auto bytes = reader.number<std::uint32_t>();
  reader.zeros(4);
  schema.source = reader.text(bytes);
  if (!reader.finish()) return payload_crooked("schema");
  GS_TRY_OK(check_payload_text("schema", "source", schema.source, kSourceBytesMax));
  return schema;
}

Buffer encode_contract(const Contract& contract) {
  GS_CHECK(contract.name.size() <= kNameBytesMax);
  GS_CHECK(contract.source.size() <= kSourceBytesMax);
  return PayloadWriter(16 + contract.name.size() + contract.source.size())
      .number(static_cast<std::uint16_t>(contract.name.size()))
      .number(std::uint16_t{0})
      .number(static_cast<std::uint32_t>(contract.source.size()))
      .text(contract.name)
      .text(contract.source)
      .take();
}

Result<Contract> parse_contract(Bytes payload) {
  PayloadReader reader(payload);
  const auto name_bytes = reader.number<std::uint16_t>();
  reader.zeros(2);
  const auto source_bytes = reader.number<std::uint32_t>();
  Contract contract;
  contract.name = reader.text(name_bytes);
  contract.source = reader.text(source_bytes);
  if (!reader.finish()) return payload_crooked("contract");
  GS_TRY_OK(check_payload_text("contract", "name", contract.name, kNameBytesMax));
  GS_TRY_OK(check_payload_text("contract", "source", contract.source, kSourceBytesMax));
  return contract;
}

}  // namespace gs::graph
