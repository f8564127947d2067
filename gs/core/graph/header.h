// A change's header by itself: where its fields are, and every rule that the header alone can
// break.
//
// Shared by ChangeView, ChangeBuilder and proofs (which carry a header without its change). The
// byte table is in change.h. Pure. Errors: invalid, too_large, newer_format.
#pragma once

#include "gs/base/endian.h"
#include "gs/core/graph/change.h"

namespace gs::graph {

inline constexpr char kHeaderMagic[] = "gsc1";
inline constexpr std::uint16_t kFormatVersion = 1;

// Offsets in the header.
enum HeaderAt : std::size_t {
  kAtVersion = 4,
  kAtAlgorithm = 6,
  kAtZero = 7,
  kAtStorage = 8,
  kAtBranch = 40,
  kAtWriter = 56,
  kAtSequence = 88,
  kAtHlc = 96,
  kAtPrev = 104,
  kAtOperationsRoot = 136,
  kAtTablesDigest = 168,
  kAtOperationCount = 200,
  kAtTransactionCount = 204,
  kAtIdCount = 208,
  kAtShapeCount = 212,
  kAtWriterCount = 214,
  kAtParentCount = 216,
  kAtZeroEnd = 220,
};

// A 16 or 32-byte value (Id, Digest) copied out of bytes, and back.
template <typename T>
inline T read_value(const std::uint8_t* from) noexcept {
  T value;
  std::memcpy(value.bytes.data(), from, value.bytes.size());
  return value;
}
template <typename T>
inline void write_value(std::uint8_t* to, const T& value) noexcept {
  std::memcpy(to, value.bytes.data(), value.bytes.size());
}

// The fields of a header of at least kHeaderFixedBytes; borrows its bytes.
class HeaderView {
 public:
  explicit HeaderView(Bytes header) noexcept : at_(header.data()) {}

  std::uint8_t algorithm() const noexcept { return at_[kAtAlgorithm]; }
  Digest storage() const noexcept { return read_value<Digest>(at_ + kAtStorage); }
  BranchId branch() const noexcept { return read_value<BranchId>(at_ + kAtBranch); }
  Writer writer() const noexcept { return read_value<Writer>(at_ + kAtWriter); }
  Writer chain() const noexcept { return chain_of(writer(), branch()); }
  std::uint64_t sequence() const noexcept { return load_u64(at_ + kAtSequence); }
  Hlc hlc() const noexcept { return load_u64(at_ + kAtHlc); }
  Digest prev() const noexcept { return read_value<Digest>(at_ + kAtPrev); }
  Digest operations_root() const noexcept { return read_value<Digest>(at_ + kAtOperationsRoot); }
  Digest tables_digest() const noexcept { return read_value<Digest>(at_ + kAtTablesDigest); }
  std::uint32_t operation_count() const noexcept { return load_u32(at_ + kAtOperationCount); }
  std::uint32_t transaction_count() const noexcept { return load_u32(at_ + kAtTransactionCount); }
  std::uint32_t id_count() const noexcept { return load_u32(at_ + kAtIdCount); }
  std::uint16_t shape_count() const noexcept { return load_u16(at_ + kAtShapeCount); }
  std::uint16_t writer_count() const noexcept { return load_u16(at_ + kAtWriterCount); }
  std::uint32_t parent_count() const noexcept { return load_u32(at_ + kAtParentCount); }
  Digest parent(std::uint32_t index) const noexcept {
    return read_value<Digest>(at_ + kHeaderFixedBytes + std::size_t{index} * 32);
  }

 private:
  const std::uint8_t* at_;
};

// Checks magic, version, zeros, counts, the order of the parents and the rules of first changes.
Error check_header(Bytes header);

// What the writer signs: "gs change 1\0" | digest.
inline constexpr std::size_t kSignedBytes = 12 + 32;
std::array<std::uint8_t, kSignedBytes> signed_message(const Digest& change) noexcept;

// Verifies a signature over a change's digest; shared by changes and proofs.
Error verify_change_signature(const HeaderView& header, const Digest& digest, Bytes signature,
                              Bytes public_key);

}  // namespace gs::graph
