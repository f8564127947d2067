// A self-contained proof of one operation on one record: who wrote which bytes when, checkable with
// nothing but this file.
//
//   operation ── leaf ── path ──> operations root ┐
//   shape definition ─> shape table ─> tables digest ┴> header ─> change digest <── signature
//   (writer)
//   change digest ── RFC 6962 leaf ── path ──> log root <── signature (signer)
//
// The log tree has the change digests of one replica's log as its leaves, in log order. Its head is
// signed by the writer of that replica, the signer: the writer of the change itself, or whoever
// received the change. check() says both; whom to believe is the reader's choice. What a proof does
// not say: whether the record changed later, and whether the writer was admitted to the storage.
//
//   log head, signed: "gs log head 1\0" | storage id 32 | size u64 | root 32
//
// JSON form (docs/FORMAT.md, "Proof"): one object, members in this order, bytes and digests in
// lower-case hexadecimal; white space is free, nothing else is.
//
//   {"format":"globalstorage-proof-1",
//    "header":"..","signature":"..","public_key":"..",        public_key empty for Ed25519
//    "operation":{"index":0,"salt":"..","id":"uuid","bytes":"..","path":["..",..]},
//    "tables":"..","shape":"..",
//    "log":{"index":0,"size":1,"path":["..",..],"root":"..","signer":"..","signature":".."}}
//
// Pure. Errors: invalid (not a proof), too_large, newer_format, broken_chain, bad_signature,
// erased.
#pragma once

#include <string>

#include "gs/core/graph/operation.h"

namespace gs::graph {

// A tree of 2^64 leaves has paths of at most 64 digests.
inline constexpr std::size_t kPathMax = 64;
// A record of 16 MiB in hexadecimal, its tables, and room for the rest.
inline constexpr std::size_t kProofTextBytesMax = std::size_t{48} << 20;
// JSON numbers are exact up to here.
inline constexpr std::uint64_t kProofNumberMax = std::uint64_t{1} << 53;

// Where a change is in a log, and what vouches for that log.
struct LogProof {
  std::uint64_t index = 0;
  std::uint64_t size = 0;
  std::vector<Digest> path{};
  Digest root{};
  Writer signer{};
  crypto::Signature signature{};
};

struct Proof {
  Buffer header{};
  Buffer signature{};
  Buffer public_key{};  // empty for Ed25519, whose key is the writer's id
  std::uint32_t operation_index = 0;
  std::array<std::uint8_t, kSaltBytes> salt{};
  Id id{};
  Buffer operation{};
  std::vector<Digest> path{};
  Buffer tables{};
  Buffer shape{};  // its definition; empty for a remove that names none
  LogProof log;
};

// The leaf of the log tree that stands for a change.
Digest log_leaf(const Digest& change) noexcept;
crypto::Signature sign_log_head(const crypto::KeyPair& key, const Digest& storage,
                                std::uint64_t size, const Digest& root) noexcept;
Error verify_log_head(const Writer& signer, const Digest& storage, std::uint64_t size,
                      const Digest& root, Bytes signature);

// The proof of operation `index` (insert, set, update or remove). `shape`: the operation's, null
// when it names none. `public_key` for writers whose algorithm is not Ed25519.
// Errors: invalid (another kind), erased.
Result<Proof> make_proof(const ChangeView& change, std::uint32_t index, const record::Shape* shape,
                         LogProof log, Bytes public_key = {});

// What a valid proof says.
struct Proven {
  Digest storage{};
  Digest change{};
  Writer writer{};
  std::uint64_t sequence = 0;  // of the change in the writer's chain
  std::uint32_t operation = 0;
  Id id{};
  Hlc hlc = 0;
  Kind kind = Kind::insert;
  std::string collection{};
  // Of the record in the operation; of an update what it was given; "null" for remove.
  std::string json{};
  std::uint64_t log_index = 0;
  std::uint64_t log_size = 0;
  Digest log_root{};
  Writer log_signer{};
};
Result<Proven> check(const Proof& proof);

std::string to_json(const Proof& proof);
Result<Proof> parse_proof(std::string_view json);

}  // namespace gs::graph
