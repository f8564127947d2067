// A change: 1..n transactions of one writer, hash-linked and signed together.
//
// The same bytes in the log, on the wire and in RAM. Little-endian, every part a multiple of 8.
//
//   change = preamble 16 | header | signature | salts | operations | tables
//
//   preamble, not hashed:
//        0     4  size of the whole change, at most kChangeBytesMax
//        4     1  form: 0 seed (salts = one 32-byte seed), 1 explicit (something was erased)
//        5     1  zero
//        6     2  signature bytes (64 for Ed25519, else 1..1024); stored padded with zeros to 8
//        8     4  header bytes: 224 + 32 * parents
//       12     4  operations bytes
//
//   header; the change's digest is SHA-256(02 | header):
//        0     4  magic "gsc1"
//        4     2  format version = 1
//        6     1  signature algorithm (crypto::Algorithm)
//        7     1  zero
//        8    32  storage id: digest of the genesis change; zero in the genesis change itself
//       40    16  branch id: zero for main, else as the reference says that named the branch
//       56    32  writer: its Ed25519 public key, or SHA-256 of another algorithm's key
//       88     8  sequence: index of the change in its chain (writer and branch), 0-based
//       96     8  hlc: stamp base; an operation's stamp is hlc + its hlc delta
//      104    32  prev: digest of the chain's previous change; zero when sequence = 0
//      136    32  operations root: RFC 6962 root over the operation leaves
//      168    32  tables digest: SHA-256(shapes | writers)
//      200     4  operation count, at least 1        204     4  transaction count, at least 1
//      208     4  id count                           212     2  shape count    214  2  writer count
//      216     4  parent count                       220     4  zero
//      224   32n  parents: digests of the causal heads on this branch, ascending, unique
//
//   signature of "gs change 1\0" | digest, by the writer's key
//
//   salts: form 0: seed 32; salt_i = SHA-256("gs salt" | seed | i u32)[0..16)
//          form 1: per operation 32 bytes: salt 16 | 16 zeros; or the leaf digest when erased
//
//   operation:
//        0     4  size, a multiple of 8, at least 16     4  1  kind     5  1  flags
//        6     2  shape: index into the shape table, 0xffff none
//        8     4  id: index into the id table, 0xffffffff none
//       12     4  hlc delta: ticks of 1/65536 ms after the header's hlc; never descending
//       16     .  payload by kind; see operation.h
//   leaf_i = SHA-256(00 | salt_i | id 16 (zeros when none) | operation bytes)
//   An erased operation keeps its 16-byte head with size 16 and flag kErased; its kind, flags,
//   shape, hlc delta and id are vouched for by the signed erase operation that names it. Only kinds
//   2..15 (operations on records) can be erased, they have an id, and only form 1 holds erased
//   operations, at least one.
//
//   tables: shapes 32 each (digests, in order of first use), writers 32 each (in order of first
//   use, never the change's own), ids 16 each (in order of first use). Every entry is used; none
//   appears twice.
//
// Every change can be erased from: form 0 leaves room for its explicit salts (32 bytes for each
// operation) within kChangeBytesMax. The operations of one transaction take at most
// kTransactionBytesMax. A change whose storage id is zero is a genesis change: main branch,
// sequence
// 0, no parents, and its first operation, and no other anywhere, is of kind genesis.
//
// Pure; no clock, no files. Bytes from outside go through ChangeView::parse, which leaves nothing
// unchecked but the operation payloads (operation.h), the digests and the signature (verify_*).
// Errors: invalid, too_large, newer_format, broken_chain (root), bad_signature.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "gs/base/interner.h"
#include "gs/core/crypto/merkle.h"
#include "gs/core/crypto/signature.h"
#include "gs/core/id/hlc.h"
#include "gs/core/id/mint.h"

namespace gs::graph {

using id::Hlc;
using id::Writer;

inline constexpr std::size_t kChangeBytesTarget = std::size_t{1} << 20;  // closes when it gets here
inline constexpr std::size_t kTransactionBytesMax = std::size_t{64} << 20;
inline constexpr std::size_t kChangeBytesMax = kTransactionBytesMax + (std::size_t{8} << 20);
inline constexpr std::size_t kParentsMax = 1024;
inline constexpr std::size_t kShapesMax = 65535;         // 0xffff means none
inline constexpr std::size_t kWritersMax = 65534;        // 0xfffe means the change's own
inline constexpr std::size_t kSignatureBytesMax = 1024;  // RSA of 8192 bits
inline constexpr std::size_t kPreambleBytes = 16;
inline constexpr std::size_t kHeaderFixedBytes = 224;
inline constexpr std::size_t kSeedBytes = 32;
inline constexpr std::size_t kSaltBytes = 16;
inline constexpr std::size_t kOperationHeadBytes = 16;
inline constexpr std::uint16_t kNoShape = 0xffff;
inline constexpr std::uint32_t kNoId = 0xffffffff;
inline constexpr Hlc kHlcDeltaMax = 0xffffffff;  // about 65 seconds

enum OperationFlags : std::uint8_t {
  kLastOfTransaction = 1,
  kErased = 2,
};

using BranchId = Id;
// Of the branch that nobody gave this name before; "main" gives zero.
BranchId branch_id(std::string_view name);
// Names what a writer writes on one branch: on main the writer itself, else SHA-256("gs chain" |
// writer | branch). Stamps, minted ids and tables of writers have it where they say "writer".
Writer chain_of(const Writer& writer, const BranchId& branch) noexcept;

// One operation as it lies in a change.
struct OperationView {
  std::uint8_t kind = 0;
  std::uint8_t flags = 0;
  std::uint16_t shape = kNoShape;
  std::uint32_t id_index = kNoId;
  Hlc hlc = 0;
  Bytes bytes;    // head and payload: what the leaf commits to
  Bytes payload;  // after the head
  bool last_of_transaction() const noexcept { return (flags & kLastOfTransaction) != 0; }
  bool erased() const noexcept { return (flags & kErased) != 0; }
};

class ChangeView {
 public:
  // Checks sizes, counts, order and every index. O(operations); hashes only the header.
  static Result<ChangeView> parse(Bytes change);

  Bytes bytes() const noexcept { return bytes_; }
  Bytes header() const noexcept;
  const Digest& digest() const noexcept { return digest_; }  // computed by parse from the header

  crypto::Algorithm algorithm() const noexcept;
  Digest storage() const noexcept;
  BranchId branch() const noexcept;
  Writer writer() const noexcept;  // whose key signs it
  Writer chain() const noexcept;   // in which it stands: chain_of()
  std::uint64_t sequence() const noexcept;
  Hlc hlc() const noexcept;
  Digest prev() const noexcept;
  Digest operations_root() const noexcept;
  Bytes signature() const noexcept;
  bool explicit_salts() const noexcept;
  Bytes salts() const noexcept;  // the seed, or the explicit ones

  std::uint32_t parent_count() const noexcept;
  Digest parent(std::uint32_t index) const noexcept;
  std::uint32_t operation_count() const noexcept;
  std::uint32_t transaction_count() const noexcept;
  std::uint32_t id_count() const noexcept;
  Id id(std::uint32_t index) const noexcept;
  std::span<const Id> ids() const noexcept;
  std::uint32_t find_id(const Id& wanted) const noexcept;  // kNoId: not in the table
  std::uint16_t shape_count() const noexcept;
  Digest shape(std::uint16_t index) const noexcept;
  std::uint16_t writer_count() const noexcept;
  Writer writer_at(std::uint16_t index) const noexcept;
  Bytes tables() const noexcept;  // shapes and writers: what the tables digest covers

  // Walks the operations in order; `next` is false at the end.
  class Cursor {
   public:
    bool next(OperationView& out) noexcept;
    std::uint32_t index() const noexcept { return index_ - 1; }  // of the operation just read
    std::size_t offset() const noexcept { return offset_; }      // of it, from the change's begin

   private:
    friend class ChangeView;
    const ChangeView* view_ = nullptr;
    std::uint32_t index_ = 0;
    std::size_t offset_ = 0;
    std::size_t next_offset_ = 0;
  };
  Cursor operations() const noexcept;

  // The operation whose first byte is at `offset` (from a Cursor); the offset must be right.
  OperationView operation_at(std::size_t offset) const noexcept;

  // Recomputes every leaf (erased ones are taken from the salts part) and compares the root and the
  // tables digest. broken_chain names the part.
  Error verify_commitments() const;
  // `public_key` for algorithms other than Ed25519, whose key is the writer id itself.
  Error verify_signature(Bytes public_key = {}) const;
  std::vector<Digest> leaves() const;
  // Digest of operation `index`, as the root commits to it. O(index).
  Digest leaf(std::uint32_t index) const noexcept;
  // Of the operation that `at` has just read. O(1) but for its bytes.
  Digest leaf(const Cursor& at) const noexcept;
  // The salt of operation `index`; meaningless when that operation is erased.
  std::array<std::uint8_t, kSaltBytes> salt(std::uint32_t index) const noexcept;

 private:
  Digest leaf_at(std::uint32_t index, const std::uint8_t* operation) const noexcept;
  Bytes bytes_;
  Digest digest_;
  std::size_t salts_at_ = 0;
  std::size_t operations_at_ = 0;
  std::size_t tables_at_ = 0;
  std::size_t ids_at_ = 0;
};

Digest change_digest(Bytes header) noexcept;

// Builds one change in memory that it does not own, operations first in their final place, so that
// readers may use an operation's bytes before the change is closed.
class ChangeBuilder {
 public:
  struct Open {
    Digest storage{};
    BranchId branch{};
    Writer writer{};
    std::uint64_t sequence = 0;
    Hlc hlc = 0;
    Digest prev{};                  // may be set later, until close
    std::vector<Digest> parents{};  // sorted by begin; the count is fixed, values until close
    std::array<std::uint8_t, kSeedBytes> seed{};
  };

  // `space` must stay in place until close; it may be larger than needed. At least
  // overhead(parents) bytes, 8-byte aligned.
  void begin(Open open, MutableBytes space);
  bool is_open() const noexcept { return open_; }
  // Forgets the open change; for an engine that failed before it could close it.
  void discard() noexcept { open_ = false; }
  static std::size_t overhead(std::size_t parents) noexcept;  // of a change without operations

  // What appending an operation with `payload_bytes`, at most one new id and shape and at most
  // `writers` new writers may need, up to close and later erasure. A transaction whose summed cost
  // fits room() always fits; keep that sum at or below kTransactionBytesMax.
  static std::size_t cost(std::size_t payload_bytes, std::size_t writers = 1) noexcept;
  std::size_t room() const noexcept;
  std::size_t bytes() const noexcept;  // so far, exactly what close will return
  std::uint32_t operation_count() const noexcept { return operation_count_; }
  std::uint32_t transaction_count() const noexcept { return transaction_count_; }
  // So far; close() does not touch them any more.
  Bytes operations() const noexcept {
    return {space_.data() + operations_at_, end_ - operations_at_};
  }
  // How many shapes and writers the tables can still name, and the last stamp that an operation
  // can carry. Close the change when a transaction needs more.
  std::size_t shape_room() const noexcept { return kShapesMax - shapes_.size(); }
  std::size_t writer_room() const noexcept { return kWritersMax - writers_.size(); }
  Hlc hlc_max() const noexcept { return spec_.hlc + kHlcDeltaMax; }

  // Reserves an operation and returns where its payload goes (filled by the caller at once; the
  // padding to 8 is zeroed here). `shape` null for none, `id` null for none. Preconditions:
  // room() >= cost(payload_bytes), and hlc not below the one before nor above hlc_max().
  struct Appended {
    std::uint8_t* payload;
    std::size_t offset;  // of the operation, from the change's begin
  };
  Appended append(std::uint8_t kind, std::uint8_t flags, const Digest* shape, const Id* id, Hlc hlc,
                  std::size_t payload_bytes);
  // Index of `writer` in this change's writer table (added when new), 0xfffe for its own chain.
  // Ask in the order in which the payloads name them.
  std::uint16_t writer_index(const Writer& writer);
  Hlc hlc() const noexcept { return spec_.hlc; }
  std::span<const Id> ids() const noexcept { return ids_.entries(); }  // so far, and after close

  void set_links(const Digest& prev, std::span<const Digest> parents);

  // Operations are hashed in chunks of 128; the last one may be shorter.
  std::uint32_t chunk_count() const noexcept;
  // How many of them append() will not touch any more. Their payloads must be filled.
  std::uint32_t finished_chunks() const noexcept;
  // Hashes one of them, or any when all operations are there; `operations`: how many there were
  // then, or are now. Different chunks may be hashed by different threads, also while append() goes
  // on; close() must come after them.
  void hash_chunk(std::uint32_t chunk, std::uint32_t operations) noexcept;
  // Writes tables, commitments, header and signature. The change is space[0 .. result.size()).
  // `hashed`: so many first chunks need no hashing any more. Preconditions: at least one operation,
  // the last one ends its transaction, `key` is the writer's.
  Bytes close(const crypto::KeyPair& key, std::uint32_t hashed = 0);
  const Digest& digest() const noexcept { return digest_; }  // after close

 private:
  std::size_t tables_bytes() const noexcept;
  std::size_t write_tables() noexcept;
  Digest commit_operations(std::uint32_t hashed);
  void write_header(const Digest& root, const Digest& tables) noexcept;

  Open spec_;
  bool open_ = false;
  bool ends_transaction_ = false;  // the last operation does
  MutableBytes space_;
  std::size_t operations_at_ = 0;
  std::size_t end_ = 0;
  std::uint32_t operation_count_ = 0;
  std::uint32_t transaction_count_ = 0;
  Hlc last_hlc_ = 0;
  Interner<Digest> shapes_;
  Interner<Writer> writers_;
  Interner<Id> ids_;
  // These have room for all that fits into the space, so that nothing moves while others read.
  std::vector<std::size_t> chunks_at_;  // where every 128th operation begins
  std::vector<Digest> roots_;           // of those chunks
  Writer chain_;
  Digest digest_;
};

// The same change with the payloads of `operations` (ascending indexes) gone: form 1, the seed
// replaced by explicit salts, the leaf digests of the erased operations kept. Digest and signature
// are those of the original. Accepts form 0 and form 1, and operations erased before. The
// commitments are verified first, so that damage is never made permanent.
// Errors: invalid (list, or a kind that cannot be erased), broken_chain.
Result<Buffer> erase_operations(const ChangeView& change,
                                std::span<const std::uint32_t> operations);

}  // namespace gs::graph
