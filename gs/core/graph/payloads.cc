// Encoding and parsing the payloads that speak about the storage itself: genesis, grant, schema,
// contract, seal, reference. (erase is in erasure.cc.)
#include <string>

#include "gs/base/check.h"
#include "gs/core/crypto/sha256.h"
#include "gs/core/graph/operation.h"
#include "gs/core/graph/payload_io.h"
#include "gs/core/graph/unique.h"
#include "gs/core/record/utf8.h"

namespace gs::graph {
namespace {

constexpr std::uint8_t kPolicyMax = 1;
constexpr std::size_t kVoidBytesMin = 16;

Error invalid(const char* kind, const char* what) {
  return Error(Code::invalid, std::string(kind) + " payload: " + what);
}

Error crooked(const char* kind) {
  return invalid(kind, "its parts do not add up, or zeros are missing");
}

Error check_text(const char* kind, const char* what, std::string_view text, std::size_t bytes_max) {
  if (text.empty()) return invalid(kind, (std::string("no ") + what).c_str());
  if (text.size() > bytes_max) {
    return Error(Code::too_large, std::string(kind) + " payload: its " + what + " has " +
                                      std::to_string(text.size()) + " bytes, at most " +
                                      std::to_string(bytes_max));
  }
  if (!record::valid_utf8(text)) {
    return invalid(kind, (std::string("its ") + what + " is not UTF-8").c_str());
  }
  return {};
}

Error check_algorithm(const char* kind, std::uint8_t algorithm) {
  if (algorithm == 0) return invalid(kind, "signature algorithm 0");
  if (algorithm > static_cast<std::uint8_t>(crypto::Algorithm::ecdsa_p256_sha256)) {
    return Error(Code::newer_format, std::string(kind) + " payload: unknown signature algorithm " +
                                         std::to_string(algorithm));
  }
  return {};
}

Error check_key(const char* kind, crypto::Algorithm algorithm, Bytes key) {
  if (algorithm == crypto::Algorithm::ed25519) {
    if (key.size() != crypto::kEd25519PublicBytes) return invalid(kind, "the key has not 32 bytes");
    return {};
  }
  if (key.empty()) return invalid(kind, "no key");
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
  if (!reader.finish()) return crooked("genesis");
  GS_TRY_OK(check_algorithm("genesis", algorithm));
  if (policy > kPolicyMax) return invalid("genesis", "unknown policy");
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
  if (!reader.finish()) return crooked("grant");
  if (right > static_cast<std::uint8_t>(Right::administer))
    return invalid("grant", "unknown right");
  grant.right = static_cast<Right>(right);
  if (grant.right == Right::revoke) {
    if (algorithm != 0) return invalid("grant", "a revocation names an algorithm");
    if (key_bytes != 0) return invalid("grant", "a revocation has a key");
    return grant;
  }
  GS_TRY_OK(check_algorithm("grant", algorithm));
  grant.algorithm = static_cast<crypto::Algorithm>(algorithm);
  GS_TRY_OK(check_key("grant", grant.algorithm, grant.key));
  const bool is_id = grant.algorithm == crypto::Algorithm::ed25519
                         ? equal(grant.key, grant.writer.bytes)
                         : crypto::sha256(grant.key) == grant.writer;
  if (!is_id) return invalid("grant", "the key is not that of the writer");
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
  if (!reader.finish()) return crooked("schema");
  GS_TRY_OK(check_text("schema", "source", schema.source, kSourceBytesMax));
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
  if (!reader.finish()) return crooked("contract");
  GS_TRY_OK(check_text("contract", "name", contract.name, kNameBytesMax));
  GS_TRY_OK(check_text("contract", "source", contract.source, kSourceBytesMax));
  return contract;
}

Buffer encode_seal(const Seal& seal) {
  GS_CHECK(seal.changes.size() <= kSealChangesMax);
  PayloadWriter out(80 + seal.changes.size() * sizeof(Digest) + seal.voids.size() * 64);
  out.number(seal.first_position)
      .number(static_cast<std::uint32_t>(seal.changes.size()))
      .number(static_cast<std::uint32_t>(seal.voids.size()))
      .digest(seal.state)
      .digest(seal.log_root);
  for (const Digest& change : seal.changes) out.digest(change);
  for (const Void& entry : seal.voids) {
    GS_CHECK(entry.message.size() <= kReasonBytesMax);
    out.number(entry.change)
        .number(entry.transaction)
        .number(entry.code)
        .number(static_cast<std::uint32_t>(entry.message.size()))
        .text(entry.message)
        .pad();
  }
  return out.take();
}

namespace {

Error read_voids(PayloadReader& reader, std::uint32_t count, Seal& seal) {
  seal.voids.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    Void entry;
    entry.change = reader.number<std::uint32_t>();
    entry.transaction = reader.number<std::uint32_t>();
    entry.code = reader.number<std::uint32_t>();
    entry.message = reader.text(reader.number<std::uint32_t>());
    reader.pad();
    if (entry.change >= seal.changes.size()) return invalid("seal", "a void names no change of it");
    if (entry.code == 0) return invalid("seal", "a void without a code");
    if (entry.message.size() > kReasonBytesMax) {
      return Error(Code::too_large, "seal payload: a message is over 1,024 bytes");
    }
    if (!record::valid_utf8(entry.message)) return invalid("seal", "a message is not UTF-8");
    if (i > 0) {
      const Void& last = seal.voids.back();
      const bool ascends = last.change < entry.change ||
                           (last.change == entry.change && last.transaction < entry.transaction);
      if (!ascends) return invalid("seal", "its voids do not ascend");
    }
    seal.voids.push_back(entry);
  }
  return {};
}

}  // namespace

Result<Seal> parse_seal(Bytes payload) {
  PayloadReader reader(payload);
  Seal seal;
  seal.first_position = reader.number<std::uint64_t>();
  const auto changes = reader.number<std::uint32_t>();
  const auto voids = reader.number<std::uint32_t>();
  seal.state = reader.digest();
  seal.log_root = reader.digest();
  if (changes > kSealChangesMax)
    return Error(Code::too_large, "seal payload: over 1,048,576 changes");
  const Bytes digests = reader.bytes(std::size_t{changes} * sizeof(Digest));
  if (changes == 0 || digests.empty()) return invalid("seal", "no changes, or not all of them");
  if (seal.first_position > ~std::uint64_t{0} - changes)
    return invalid("seal", "positions overflow");
  if (!all_unique(digests, sizeof(Digest))) return invalid("seal", "a change is in it twice");
  seal.changes.resize(changes);
  std::memcpy(seal.changes.data(), digests.data(), digests.size());
  // Each takes at least 16 bytes, so memory stays bounded by the payload.
  if (voids > reader.left() / kVoidBytesMin) return crooked("seal");
  GS_TRY_OK(read_voids(reader, voids, seal));
  if (!reader.finish()) return crooked("seal");
  return seal;
}

Buffer encode_reference(const Reference& reference) {
  GS_CHECK(reference.name.size() <= kNameBytesMax);
  GS_CHECK(reference.heads.size() <= kParentsMax);
  PayloadWriter out(16 + reference.heads.size() * sizeof(Digest) + reference.name.size());
  out.number(static_cast<std::uint8_t>(reference.what))
      .number(std::uint8_t{0})
      .number(static_cast<std::uint16_t>(reference.name.size()))
      .number(static_cast<std::uint32_t>(reference.heads.size()));
  for (const Digest& head : reference.heads) out.digest(head);
  return out.text(reference.name).take();
}

Result<Reference> parse_reference(Bytes payload) {
  PayloadReader reader(payload);
  const auto what = reader.number<std::uint8_t>();
  reader.zeros(1);
  const auto name_bytes = reader.number<std::uint16_t>();
  const auto heads = reader.number<std::uint32_t>();
  if (heads > kParentsMax) return Error(Code::too_large, "reference payload: over 1,024 heads");
  const Bytes digests = reader.bytes(std::size_t{heads} * sizeof(Digest));
  Reference reference;
  reference.name = reader.text(name_bytes);
  if (!reader.finish()) return crooked("reference");
  if (what > static_cast<std::uint8_t>(Refers::tag)) return invalid("reference", "unknown sort");
  reference.what = static_cast<Refers>(what);
  if ((reference.what == Refers::removed) != (heads == 0)) {
    return invalid("reference", "heads belong to branches and tags, and only those have them");
  }
  GS_TRY_OK(check_text("reference", "name", reference.name, kNameBytesMax));
  reference.heads.resize(heads);
  if (heads != 0) std::memcpy(reference.heads.data(), digests.data(), digests.size());
  for (std::size_t i = 1; i < reference.heads.size(); ++i) {
    if (!(reference.heads[i - 1] < reference.heads[i])) {
      return invalid("reference", "its heads do not ascend");
    }
  }
  return reference;
}

}  // namespace gs::graph
