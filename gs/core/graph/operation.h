// The kinds of operations and the bytes of their payloads.
//
// Kinds are numbers of the format: append, never renumber. Payloads are multiples of 8 bytes.
//
//   overwritten (in set, update, remove): the stamps of what it replaces
//        0     8  hlc of the record's base stamp, 0 when there was none
//        8     2  writer: index into the writer table, 0xfffe this change's writer, 0xffff none
//       10     4  exception count E
//       14     1  remove: which rule, see merge::RemovalRule; else zero
//       15     1  zero
//       16   16E  per exception: u16 low bits of the field, u16 writer, u8 high bits of the field,
//                 u8 rule, u16 zero, u64 hlc
//
//   The hlc is 0 exactly where the writer is 0xffff. Exceptions ascend by field, then hlc; one
//   field may have several, all of one rule. A field is one of the operation's record, of one that
//   describes itself a member; 0xffffff stands for the whole record and has rule 0: in set and
//   update a removal that is replaced, in remove whatever is. A field that no exception names
//   carried the base stamp, or was not there.
//
//   kind       number  payload
//   shape          1   shape definition (record/shape.h); shape = its index; id none
//   insert         2   u64 mint counter (all ones for a keyed record), record
//   set            3   overwritten, record (replaces the whole content)
//   update         4   overwritten, record of the written fields (absent = remove the field)
//   remove         5   overwritten (the record is deleted); shape: the record's or none
//   expect         6   u8[32] version that the record must have before this transaction; zeros:
//                      must be absent. One that fails makes its transaction void. Only shapes and
//                      other expectations stand before it in its transaction
//   7..15              reserved for counter, set, list, text, tree and contract call operations
//   genesis       32   u8 algorithm, u8 policy (0 open, 1 closed), u16 key bytes, u32 zero,
//                      u8[32] nonce, owner's public key, zeros to 8
//   grant         33   u8 right (1 write, 2 administer, 0 revoke), u8 algorithm, u16 key bytes,
//                      u32 zero, u8[32] writer, public key, zeros to 8; a revocation has algorithm
//                      0 and no key
//   schema        34   u8[32] digest of the previous schema entry or zeros, u32 n, u32 zero, n
//   bytes of
//                      schema source (JSON), zeros to 8
//   contract      35   u16 name bytes, u16 zero, u32 n, name, n bytes of source, zeros to 8
//   seal          36   u64 first position, u32 changes n, u32 voids v, u8[32] state digest, u8[32]
//   log
//                      root, n times u8[32] change digest in final order, v times { u32 change
//                      (index in n), u32 transaction, u32 code, u32 message bytes m, m bytes, zeros
//                      to 8 }, ascending by change and transaction
//   erase         37   u8[32] change, u32 operation index, u8 kind, u8 flags, u16 shape,
//                      u32 id index, u32 reason bytes r, u8[32] leaf digest, u32 hlc delta, u32
//                      zero,
//                      r bytes UTF-8, zeros to 8; id = the record it belonged to. Kind, flags,
//                      shape, id index and hlc delta are those of the operation before it was
//                      erased
//   reference     38   u8 what (1 branch, 2 tag, 0 removed), u8 form, u16 name bytes, u32 heads n,
//                      n times u8[32] ascending, form 1: u8[16] branch id, name, zeros to 8;
//                      removed: n = 0, else n > 0. Form 1 is for a branch whose id is not that of
//                      its name
//   revert        39   u8[32] change, u64 hlc of one of its transactions or 0, u8 why (0 revert,
//                      1 undo, 2 redo), 7 zeros
//   merge         40   u8[16] branch id, or zeros for main, u32 heads n, u32 zero, n times u8[32]
//                      ascending: what was merged, each an ancestor of this change
//
//   insert, set, update, remove, expect and erase name an id, the others none. expect and 32..40
//   have no shape. Names are 1..255 bytes of UTF-8, sources 1 byte to 1 MiB, reasons and messages
//   at most 1,024 bytes. A key of Ed25519 is the writer's id itself, of others its SHA-256 is.
//
// Parsed payloads borrow the bytes that they were parsed from. parse_x accepts exactly what
// encode_x makes: one meaning, one encoding. encode_x stops on limits that its caller had to check.
// Pure. Errors: invalid, too_large, newer_format (kinds of later versions).
#pragma once

#include <functional>

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
  revert = 39,
  merge = 40,
};

// "unknown" for numbers without a name.
const char* kind_name(std::uint8_t kind) noexcept;
// Kinds 2..15: operations on one record, on which the meaning of no other operation depends.
constexpr bool is_erasable(std::uint8_t kind) noexcept { return kind >= 2 && kind <= 15; }

// What may stand before an expectation in its transaction: definitions, what it is for, and other
// expectations.
constexpr bool comes_first(std::uint8_t kind) noexcept {
  return kind == static_cast<std::uint8_t>(Kind::shape) ||
         kind == static_cast<std::uint8_t>(Kind::expect) ||
         kind == static_cast<std::uint8_t>(Kind::revert);
}

inline constexpr std::size_t kNameBytesMax = 255;
inline constexpr std::size_t kSourceBytesMax = std::size_t{1} << 20;  // of people's writing
inline constexpr std::size_t kReasonBytesMax = 1024;
inline constexpr std::size_t kPublicKeyBytesMax = 2048;  // RSA of 8192 bits takes about 1,060
inline constexpr std::size_t kSealChangesMax = std::size_t{1} << 20;

inline constexpr std::uint64_t kNoMint = ~std::uint64_t{0};
inline constexpr std::uint16_t kThisWriter = 0xfffe;
inline constexpr std::uint16_t kNoWriter = 0xffff;

// One stamp: when and by whom a field was written.
struct Stamp {
  Hlc hlc = 0;
  Writer writer{};
  friend bool operator==(const Stamp&, const Stamp&) = default;
  friend auto operator<=>(const Stamp&, const Stamp&) = default;  // (hlc, writer): who wins
};

inline constexpr std::uint32_t kWholeRecord = 0xffffff;
inline constexpr std::uint8_t kFieldRuleMax = 10;   // merge::Rule
inline constexpr std::uint8_t kRemovalRuleMax = 2;  // merge::RemovalRule

struct OverwrittenView {
  Hlc hlc = 0;
  std::uint16_t writer = kNoWriter;
  std::uint8_t removal_rule = 0;
  std::uint32_t exceptions = 0;
  const std::uint8_t* at = nullptr;  // the exceptions, 16 bytes each

  struct Exception {
    std::uint32_t field = 0;
    std::uint16_t writer = kNoWriter;
    Hlc hlc = 0;
    std::uint8_t rule = 0;
  };
  Exception exception(std::uint32_t index) const noexcept;  // below `exceptions`
};

inline constexpr std::size_t kOverwrittenBytes = 16;
inline constexpr std::size_t kExceptionBytes = 16;
// Write what OverwrittenView reads, into so many bytes.
void put_overwritten(std::uint8_t* at, Hlc hlc, std::uint16_t writer, std::uint32_t exceptions,
                     std::uint8_t removal_rule = 0) noexcept;
void put_exception(std::uint8_t* at, const OverwrittenView::Exception& exception) noexcept;
inline constexpr std::size_t kEraseBytesMin = 88;

// Splits a payload that begins with an overwritten part; `rest` is what follows it. Checks all that
// can be checked without the record.
Result<OverwrittenView> parse_overwritten(Bytes payload, Bytes& rest);

struct Genesis {
  crypto::Algorithm algorithm = crypto::Algorithm::ed25519;
  std::uint8_t policy = 0;
  Digest nonce{};
  Bytes owner{};
};
Buffer encode_genesis(const Genesis& genesis);
Result<Genesis> parse_genesis(Bytes payload);

enum class Right : std::uint8_t { revoke = 0, write = 1, administer = 2 };

struct Grant {
  Right right = Right::write;
  crypto::Algorithm algorithm = crypto::Algorithm::ed25519;  // not used by revoke
  Writer writer{};
  Bytes key{};  // empty for revoke
};
Buffer encode_grant(const Grant& grant);
Result<Grant> parse_grant(Bytes payload);

struct Schema {
  Digest previous{};
  std::string_view source{};
};
Buffer encode_schema(const Schema& schema);
Result<Schema> parse_schema(Bytes payload);

struct Contract {
  std::string_view name{};
  std::string_view source{};
};
Buffer encode_contract(const Contract& contract);
Result<Contract> parse_contract(Bytes payload);

// A transaction that the final order made void, and why.
struct Void {
  std::uint32_t change = 0;  // index among the seal's changes
  std::uint32_t transaction = 0;
  std::uint32_t code = 0;  // of code.def
  std::string_view message{};
};

struct Seal {
  std::uint64_t first_position = 0;
  Digest state{};
  Digest log_root{};
  std::vector<Digest> changes{};
  std::vector<Void> voids{};
};
Buffer encode_seal(const Seal& seal);
Result<Seal> parse_seal(Bytes payload);

struct Erase {
  Digest change{};
  std::uint32_t operation = 0;
  std::uint8_t kind = 0;
  std::uint8_t flags = 0;
  std::uint16_t shape = kNoShape;
  std::uint32_t id_index = kNoId;
  Digest leaf{};
  std::uint32_t hlc_delta = 0;
  std::string_view reason{};  // at most kReasonBytesMax
};
Buffer encode_erase(const Erase& erase);
Result<Erase> parse_erase(Bytes payload);
// What to write about operation `index` of `change`, before erasing it (or after). O(index).
Erase describe_erasure(const ChangeView& change, std::uint32_t index, std::string_view reason);
// The same of `operation`, which `at` has just read.
Erase describe_erasure(const ChangeView& change, const ChangeView::Cursor& at,
                       const OperationView& operation, std::string_view reason);
// That `erase` (whose own id is `id`) says exactly what is left of the erased operation that it
// names in `change`. broken_chain tells what differs.
Error verify_erasure(const Erase& erase, const Id& id, const ChangeView& change);

enum class Refers : std::uint8_t { removed = 0, branch = 1, tag = 2 };

struct Reference {
  Refers what = Refers::branch;
  std::string_view name{};
  std::vector<Digest> heads{};  // ascending, unique
  BranchId branch{};            // of a branch whose id is not that of its name; else zero
};
Buffer encode_reference(const Reference& reference);
Result<Reference> parse_reference(Bytes payload);

enum class Why : std::uint8_t { revert = 0, undo = 1, redo = 2 };

// That its transaction takes back what another one wrote.
struct Revert {
  Digest change{};
  Hlc hlc = 0;  // of one transaction of the change; 0: all of it
  Why why = Why::revert;
};
inline constexpr std::size_t kRevertBytes = 48;
Buffer encode_revert(const Revert& revert);
Result<Revert> parse_revert(Bytes payload);

// That its change joins what these heads have to the branch of the change.
struct Merge {
  BranchId branch{};            // that was merged; zero: main, or no branch
  std::vector<Digest> heads{};  // ascending, unique, at least one
};
Buffer encode_merge(const Merge& merge);
Result<Merge> parse_merge(Bytes payload);

// The cheap part of validate_payload: the kind is known, the head names an id and a shape where its
// kind needs them, and the payload has the bytes that every one of its kind has. Enough to read an
// operation whose payload was validated when it was written. Unknown kinds are `newer_format`.
Error check_outline(const OperationView& operation);

// Checks the payload of every kind (records by record::validate with `shape`, which is null for
// kinds without one) and that the head names an id and a shape where its kind needs them. For an
// operation of kind shape, `shape` may be null. Unknown kinds are `newer_format`.
Error validate_payload(const OperationView& operation, const record::Shape* shape);

// Checks all payloads of a change, and what only shows in the whole change: definitions match the
// shape table, inserted ids follow from their writer or key, and the writer table is exactly what
// overwritten parts name, in order of first use (not checkable, and not checked, once something was
// erased).
// `shape_of`: shapes defined by earlier changes; null when unknown. Must keep them while this runs.
using ShapeOf = std::function<const record::Shape*(const Digest&)>;
Error validate_change(const ChangeView& change, const ShapeOf& shape_of);

// That the record id of an insert was minted by `writer` with the counter in the payload, or, for
// keyed shapes, follows from the key. The payload must be valid.
Error verify_insert_id(Bytes payload, const record::Shape& shape, const Id& id,
                       const Writer& writer);
// The same for the payload of a `set`: a key stays what it is, and whoever has none gets none.
Error verify_set_id(Bytes payload, const record::Shape& shape, const Id& id);

}  // namespace gs::graph
