// ChangeBuilder: the hot path of every write.
//
// append() writes an operation's head where it will stay, and looks its id and shape up in tables
// that cost nothing to empty; the rest happens once a change, in close().
#include <algorithm>

#include "gs/base/check.h"
#include "gs/base/endian.h"
#include "gs/core/crypto/sha256.h"
#include "gs/core/graph/change.h"
#include "gs/core/graph/commitment.h"
#include "gs/core/graph/header.h"
#include "gs/core/graph/operation.h"

namespace gs::graph {
namespace {

constexpr std::size_t signature_offset(std::size_t parents) {
  return kPreambleBytes + kHeaderFixedBytes + parents * sizeof(Digest);
}

// An operation that brings a new id has a payload of at least 16 bytes.
constexpr std::size_t kOperationBytesMin = kOperationHeadBytes + 16 + sizeof(Id);

}  // namespace

std::size_t ChangeBuilder::overhead(std::size_t parents) noexcept {
  return signature_offset(parents) + crypto::kEd25519SignatureBytes + kSeedBytes;
}

void ChangeBuilder::begin(Open open, MutableBytes space) {
  GS_CHECK(!open_);
  GS_CHECK(open.parents.size() <= kParentsMax);
  GS_CHECK(space.size() >= overhead(open.parents.size()));
  GS_CHECK(open.hlc <= ~Hlc{0} - kHlcDeltaMax);
  spec_ = std::move(open);
  std::sort(spec_.parents.begin(), spec_.parents.end());
  chain_ = chain_of(spec_.writer, spec_.branch);
  space_ = space;
  operations_at_ = overhead(spec_.parents.size());
  end_ = operations_at_;
  operation_count_ = 0;
  transaction_count_ = 0;
  ends_transaction_ = false;
  last_hlc_ = spec_.hlc;
  // The seed is fresh randomness that leaves this process only with the closed change.
  shapes_.begin(spec_.seed.data());
  writers_.begin(spec_.seed.data());
  ids_.begin(spec_.seed.data());
  ids_.reserve(space.size() / kOperationBytesMin);
  const std::size_t chunks = space.size() / kOperationHeadBytes / kLeafChunk + 1;
  chunks_at_.clear();
  chunks_at_.reserve(chunks);
  if (roots_.size() < chunks) roots_.resize(chunks);
  open_ = true;
}

std::size_t ChangeBuilder::cost(std::size_t payload_bytes, std::size_t writers) noexcept {
  return kOperationHeadBytes + align_up<std::size_t>(payload_bytes, 8) + sizeof(Id) +
         sizeof(Digest) + writers * sizeof(Writer) + kExplicitSaltBytes;
}

std::size_t ChangeBuilder::tables_bytes() const noexcept {
  return (shapes_.size() + writers_.size()) * sizeof(Digest) + ids_.size() * sizeof(Id);
}

std::size_t ChangeBuilder::bytes() const noexcept { return end_ + tables_bytes(); }

std::size_t ChangeBuilder::room() const noexcept {
  if (!open_) return 0;
  const std::size_t used = bytes();
  const std::size_t erasable = used + std::size_t{operation_count_} * kExplicitSaltBytes;
  if (erasable >= kChangeBytesMax) return 0;
  return std::min(space_.size() - used, kChangeBytesMax - erasable);
}

ChangeBuilder::Appended ChangeBuilder::append(std::uint8_t kind, std::uint8_t flags,
                                              const Digest* shape, const Id* id, Hlc hlc,
                                              std::size_t payload_bytes) {
  const std::size_t padded = align_up<std::size_t>(payload_bytes, 8);
  GS_CHECK(payload_bytes <= kTransactionBytesMax);
  GS_CHECK(room() >= cost(payload_bytes, 0));
  GS_CHECK(hlc >= last_hlc_ && hlc - spec_.hlc <= kHlcDeltaMax);
  last_hlc_ = hlc;

  std::uint16_t shape_index = kNoShape;
  if (shape != nullptr) {
    const std::uint32_t index = shapes_.add(*shape);
    GS_CHECK(index < kShapesMax);
    shape_index = static_cast<std::uint16_t>(index);
  }
  const std::uint32_t id_index = id == nullptr ? kNoId : ids_.add(*id);

  std::uint8_t* at = space_.data() + end_;
  store_u32(at, static_cast<std::uint32_t>(kOperationHeadBytes + padded));
  at[4] = kind;
  at[5] = flags;
  store_u16(at + 6, shape_index);
  store_u32(at + 8, id_index);
  store_u32(at + 12, static_cast<std::uint32_t>(hlc - spec_.hlc));
  if (padded != payload_bytes) store_u64(at + kOperationHeadBytes + padded - 8, 0);

  const Appended appended{at + kOperationHeadBytes, end_};
  if (operation_count_ % kLeafChunk == 0) chunks_at_.push_back(end_);
  end_ += kOperationHeadBytes + padded;
  ++operation_count_;
  ends_transaction_ = (flags & kLastOfTransaction) != 0;
  transaction_count_ += ends_transaction_ ? 1 : 0;
  return appended;
}

std::uint16_t ChangeBuilder::writer_index(const Writer& writer) {
  if (writer == chain_) return kThisWriter;
  const std::uint32_t index = writers_.add(writer);
  GS_CHECK(index < kWritersMax);
  GS_CHECK(bytes() <= space_.size());
  return static_cast<std::uint16_t>(index);
}

void ChangeBuilder::set_links(const Digest& prev, std::span<const Digest> parents) {
  GS_CHECK(open_ && parents.size() == spec_.parents.size());
  spec_.prev = prev;
  spec_.parents.assign(parents.begin(), parents.end());
  std::sort(spec_.parents.begin(), spec_.parents.end());
}

// Behind the operations; returns where the ids begin.
std::size_t ChangeBuilder::write_tables() noexcept {
  std::uint8_t* at = space_.data() + end_;
  const auto put = [&at](const auto& entries) {
    const std::size_t bytes = entries.size() * sizeof(entries[0]);
    if (bytes != 0) std::memcpy(at, entries.data(), bytes);
    at += bytes;
  };
  put(shapes_.entries());
  put(writers_.entries());
  const auto ids_at = static_cast<std::size_t>(at - space_.data());
  put(ids_.entries());
  return ids_at;
}

std::uint32_t ChangeBuilder::chunk_count() const noexcept { return chunks_of(operation_count_); }

std::uint32_t ChangeBuilder::finished_chunks() const noexcept {
  return operation_count_ / kLeafChunk;
}

void ChangeBuilder::hash_chunk(std::uint32_t chunk, std::uint32_t operations) noexcept {
  const LeafSource source{
      .salts = spec_.seed.data(),
      .explicit_salts = false,
      .ids = reinterpret_cast<const std::uint8_t*>(ids_.entries().data()),
  };
  const std::uint8_t* operation = space_.data() + chunks_at_.data()[chunk];
  roots_[chunk] = chunk_root(source, chunk * kLeafChunk, chunk_size(chunk, operations), operation);
}

Digest ChangeBuilder::commit_operations(std::uint32_t hashed) {
  const std::uint32_t chunks = chunk_count();
  GS_CHECK(hashed <= chunks);
  for (std::uint32_t chunk = hashed; chunk < chunks; ++chunk) hash_chunk(chunk, operation_count_);
  return crypto::merkle_root_in_place({roots_.data(), chunks});
}

void ChangeBuilder::write_header(const Digest& root, const Digest& tables) noexcept {
  std::uint8_t* at = space_.data() + kPreambleBytes;
  std::memset(at, 0, kHeaderFixedBytes);
  std::memcpy(at, kHeaderMagic, 4);  // NOLINT(bugprone-not-null-terminated-result): bytes
  store_u16(at + kAtVersion, kFormatVersion);
  at[kAtAlgorithm] = static_cast<std::uint8_t>(crypto::Algorithm::ed25519);
  write_value(at + kAtStorage, spec_.storage);
  write_value(at + kAtBranch, spec_.branch);
  write_value(at + kAtWriter, spec_.writer);
  store_u64(at + kAtSequence, spec_.sequence);
  store_u64(at + kAtHlc, spec_.hlc);
  write_value(at + kAtPrev, spec_.prev);
  write_value(at + kAtOperationsRoot, root);
  write_value(at + kAtTablesDigest, tables);
  store_u32(at + kAtOperationCount, operation_count_);
  store_u32(at + kAtTransactionCount, transaction_count_);
  store_u32(at + kAtIdCount, static_cast<std::uint32_t>(ids_.size()));
  store_u16(at + kAtShapeCount, static_cast<std::uint16_t>(shapes_.size()));
  store_u16(at + kAtWriterCount, static_cast<std::uint16_t>(writers_.size()));
  store_u32(at + kAtParentCount, static_cast<std::uint32_t>(spec_.parents.size()));
  at += kHeaderFixedBytes;
  for (const Digest& parent : spec_.parents) {
    write_value(at, parent);
    at += sizeof(Digest);
  }
}

Bytes ChangeBuilder::close(const crypto::KeyPair& key, std::uint32_t hashed) {
  GS_CHECK(open_);
  GS_CHECK(operation_count_ > 0);
  GS_CHECK(ends_transaction_);
  GS_CHECK(equal(key.public_key(), spec_.writer.bytes));
  const std::size_t size = bytes();
  GS_CHECK(size <= space_.size());

  const std::size_t ids_at = write_tables();
  const Digest tables = crypto::sha256(Bytes(space_.data() + end_, ids_at - end_));
  write_header(commit_operations(hashed), tables);

  std::uint8_t* base = space_.data();
  const std::size_t signature_at = signature_offset(spec_.parents.size());
  const std::size_t header_bytes = signature_at - kPreambleBytes;
  // What we are about to sign must be readable: sequence and links came from our caller.
  GS_CHECK(check_header(Bytes(base + kPreambleBytes, header_bytes)).ok());
  digest_ = change_digest(Bytes(base + kPreambleBytes, header_bytes));
  const crypto::Signature signature = key.sign(signed_message(digest_));
  std::memcpy(base + signature_at, signature.data(), signature.size());
  std::memcpy(base + signature_at + signature.size(), spec_.seed.data(), kSeedBytes);

  store_u32(base, static_cast<std::uint32_t>(size));
  store_u16(base + 4, 0);  // form 0 and the zero byte
  store_u16(base + 6, crypto::kEd25519SignatureBytes);
  store_u32(base + 8, static_cast<std::uint32_t>(header_bytes));
  store_u32(base + 12, static_cast<std::uint32_t>(end_ - operations_at_));
  open_ = false;
  return Bytes(base, size);
}

}  // namespace gs::graph
