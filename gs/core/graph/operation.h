// The kinds of operations and the bytes of their payloads.
//
// Kinds are numbers of the format: append, never renumber. Payloads are multiples of 8 bytes.
//
//   overwritten (in set, update, remove): the stamps that the written fields carried before
//        0     8  hlc of the record's base stamp, 0 when there was none
//        8     2  writer: index into the writer table, 0xfffe this change's writer, 0xffff none
//       10     2  exception count E              12     4  zero
//       16   16E  per exception: u16 field of the operation's record, u16 writer, u32 zero, u64 hlc
//
//   kind       number  payload
//   shape          1   shape definition (record/shape.h); shape = its index; id none
//   insert         2   u64 mint counter (all ones for a keyed record), record
//   set            3   overwritten, record (replaces the whole content)
//   update         4   overwritten, record of the written fields (absent = remove the field)
//   remove         5   overwritten with E = 0 (the record is deleted)
//   expect         6   u8[32] version that the record must have before this transaction; zeros:
//                      must be absent. One that fails makes its transaction void.
//   7..15              reserved for counter, set, list, text, tree and contract call operations
//   genesis       32   u8 algorithm, u8 policy (0 open, 1 closed), u16 key bytes, u32 zero,
//                      u8[32] nonce, owner's public key, zeros to 8
//   grant         33   u8 right (1 write, 2 administer, 0 revoke), u8 algorithm, u16 key bytes,
//                      u32 zero, u8[32] writer, public key, zeros to 8
//   schema        34   u8[32] digest of the previous schema entry or zeros, u32 n, u32 zero, n bytes of
//                      schema source (JSON), zeros to 8
//   contract      35   u16 name bytes, u16 zero, u32 n, name, n bytes of source, zeros to 8
//   seal          36   u64 first position, u32 changes n, u32 voids v, u8[32] state digest, u8[32] log
//                      root, n times u8[32] change digest in final order, v times { u32 change
//                      (index in n), u32 transaction, u32 code, u32 message bytes m, m bytes, zeros
//                      to 8 }
//   erase         37   u8[32] change, u32 operation index, u8 kind, u8 flags, u16 shape,
//                      u32 id index, u32 reason bytes r, u8[32] leaf digest, r bytes UTF-8,
//                      zeros to 8; id = the record it belonged to
//   reference     38   u8 what (1 branch, 2 tag, 0 removed), u8 zero, u16 name bytes, u32 heads n,
//                      n times u8[32], name, zeros to 8
//
// Pure. Errors: invalid, too_large.
#pragma once

#include "gs/core/graph/change.h"
#include "gs/core/record/record.h"

namespace gs::graph {

enum class Kind : std::uint8_t {
  shape = 1,
  insert = 2,
  set = 3,
  update = 4,
  remove = 5,
  expect = 6,
  genesis = 32,
  grant = 33,
  schema = 34,
  contract = 35,
  seal = 36,
  erase = 37,
  reference = 38,
};

const char* kind_name(std::uint8_t kind) noexcept;

inline constexpr std::uint64_t kNoMint = ~std::uint64_t{0};
inline constexpr std::uint16_t kThisWriter = 0xfffe;
inline constexpr std::uint16_t kNoWriter = 0xffff;

// One stamp: when and by whom a field was written.
struct Stamp {
  Hlc hlc = 0;
  Writer writer;
  friend bool operator==(const Stamp&, const Stamp&) = default;
  friend auto operator<=>(const Stamp&, const Stamp&) = default;  // (hlc, writer): who wins
};

struct OverwrittenView {
  Hlc hlc = 0;
  std::uint16_t writer = kNoWriter;
  std::uint16_t exceptions = 0;
  const std::uint8_t* at = nullptr;  // the exceptions, 16 bytes each
};

inline constexpr std::size_t kOverwrittenBytes = 16;
inline constexpr std::size_t kExceptionBytes = 16;

// Splits a payload that begins with an overwritten part; `rest` is what follows it.
Result<OverwrittenView> parse_overwritten(Bytes payload, Bytes& rest);

struct Genesis {
  crypto::Algorithm algorithm = crypto::Algorithm::ed25519;
  std::uint8_t policy = 0;
  Digest nonce;
  Bytes owner;
};
Buffer encode_genesis(const Genesis& genesis);
Result<Genesis> parse_genesis(Bytes payload);

struct Erase {
  Digest change;
  std::uint32_t operation = 0;
  std::uint8_t kind = 0;
  std::uint8_t flags = 0;
  std::uint16_t shape = kNoShape;
  std::uint32_t id_index = kNoId;
  Digest leaf;
  std::string_view reason;
};
Buffer encode_erase(const Erase& erase);
Result<Erase> parse_erase(Bytes payload);

// Checks the payload of every kind (records by record::validate with `shape`, which is null for
// kinds without one). Unknown kinds are `newer_format`.
Error validate_payload(const OperationView& operation, const record::Shape* shape);

}  // namespace gs::graph
