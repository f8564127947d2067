// ChangeView::parse: the one gate through which changes from files and peers come in.
#include <string>

#include "gs/base/endian.h"
#include "gs/core/graph/change.h"
#include "gs/core/graph/commitment.h"
#include "gs/core/graph/header.h"
#include "gs/core/graph/operation.h"
#include "gs/core/graph/unique.h"

namespace gs::graph {
namespace {

Error invalid(std::string what) { return Error(Code::invalid, "change: " + std::move(what)); }

Error too_large(std::string what) { return Error(Code::too_large, "change: " + std::move(what)); }

Error bad_operation(std::uint32_t index, const char* what) {
  return invalid("operation " + std::to_string(index) + ": " + what);
}

// The sizes that the preamble tells, in 64 bits so that no sum can overflow.
struct Preamble {
  std::uint8_t form = 0;
  std::uint64_t signature_bytes = 0;
  std::uint64_t header_bytes = 0;
  std::uint64_t operations_bytes = 0;
  std::uint64_t padded_signature() const noexcept {
    return align_up<std::uint64_t>(signature_bytes, 8);
  }
};

Result<Preamble> read_preamble(Bytes change) {
  if (change.size() < kPreambleBytes + kHeaderFixedBytes) return invalid("shorter than a header");
  if (change.size() > kChangeBytesMax) return too_large("over 72 MiB");
  const std::uint8_t* at = change.data();
  if (load_u32(at) != change.size()) return invalid("its size is not the one that it states");
  Preamble preamble;
  preamble.form = at[4];
  preamble.signature_bytes = load_u16(at + 6);
  preamble.header_bytes = load_u32(at + 8);
  preamble.operations_bytes = load_u32(at + 12);
  if (preamble.form > 1) return invalid("form " + std::to_string(preamble.form) + " is unknown");
  if (at[5] != 0) return invalid("byte 5 is not zero");
  if (preamble.header_bytes < kHeaderFixedBytes) return invalid("the header is shorter than 224");
  if (preamble.header_bytes > change.size() - kPreambleBytes)
    return invalid("the header is cut off");
  return preamble;
}

Error check_signature_part(const Preamble& preamble, std::uint8_t algorithm,
                           const std::uint8_t* at) {
  const auto bytes = preamble.signature_bytes;
  if (algorithm == static_cast<std::uint8_t>(crypto::Algorithm::ed25519)) {
    if (bytes != crypto::kEd25519SignatureBytes)
      return invalid("an Ed25519 signature has 64 bytes");
  } else if (bytes == 0 || bytes > kSignatureBytesMax) {
    return invalid("the signature has " + std::to_string(bytes) + " bytes, not 1..1024");
  }
  for (std::uint64_t i = bytes; i < preamble.padded_signature(); ++i) {
    if (at[i] != 0) return invalid("the signature is not padded with zeros");
  }
  return {};
}

// Walks the operations, checking heads, order and the first use of every table entry.
class Walk {
 public:
  Walk(const HeaderView& header, bool explicit_salts, const std::uint8_t* at, std::size_t bytes)
      : header_(header),
        explicit_salts_(explicit_salts),
        genesis_(header.storage().is_zero()),
        operation_count_(header.operation_count()),
        id_count_(header.id_count()),
        shape_count_(header.shape_count()),
        at_(at),
        left_(bytes) {}

  Error run() {
    for (std::uint32_t index = 0; index < operation_count_; ++index) GS_TRY_OK(step(index));
    return finish();
  }

 private:
  Error step(std::uint32_t index) {
    if (left_ < kOperationHeadBytes) return bad_operation(index, "beyond the operations part");
    const std::uint32_t size = load_u32(at_);
    if (size < kOperationHeadBytes) return bad_operation(index, "smaller than its head");
    if (size % 8 != 0) return bad_operation(index, "its size is not a multiple of 8");
    if (size > left_) return bad_operation(index, "longer than the operations part");
    GS_TRY_OK(check_flags(index, size));
    GS_TRY_OK(check_indexes(index));
    const std::uint32_t delta = load_u32(at_ + 12);
    if (delta < last_delta_) return bad_operation(index, "its stamp descends");
    last_delta_ = delta;
    at_ += size;
    left_ -= size;
    return {};
  }

  Error check_flags(std::uint32_t index, std::uint32_t size) {
    const std::uint8_t kind = at_[4];
    const std::uint8_t flags = at_[5];
    if ((flags & ~(kLastOfTransaction | kErased)) != 0)
      return bad_operation(index, "unknown flags");
    const bool starts_storage = kind == static_cast<std::uint8_t>(Kind::genesis);
    if (starts_storage != (genesis_ && index == 0)) {
      return bad_operation(index,
                           "genesis is the first operation of the genesis change, only there");
    }
    if ((flags & kErased) != 0) {
      if (!explicit_salts_) return bad_operation(index, "erased, but the change has a seed");
      if (size != kOperationHeadBytes) return bad_operation(index, "erased, but it has a payload");
      if (!is_erasable(kind))
        return bad_operation(index, "operations of its kind cannot be erased");
      if (load_u32(at_ + 8) == kNoId) return bad_operation(index, "erased, but of no record");
      ++erased_;
    }
    transaction_bytes_ += size;
    if (transaction_bytes_ > kTransactionBytesMax) {
      return too_large("operation " + std::to_string(index) + ": its transaction is over 64 MiB");
    }
    ends_transaction_ = (flags & kLastOfTransaction) != 0;
    if (ends_transaction_) {
      ++transactions_;
      transaction_bytes_ = 0;
    }
    return {};
  }

  Error check_indexes(std::uint32_t index) {
    const std::uint16_t shape = load_u16(at_ + 6);
    const std::uint32_t id = load_u32(at_ + 8);
    if (shape != kNoShape) {
      if (shape > next_shape_) return bad_operation(index, "its shape is not next in order of use");
      if (shape >= shape_count_) return bad_operation(index, "its shape is not in the table");
      if (shape == next_shape_) ++next_shape_;
    }
    if (id != kNoId) {
      if (id > next_id_) return bad_operation(index, "its id is not next in order of use");
      if (id >= id_count_) return bad_operation(index, "its id is not in the table");
      if (id == next_id_) ++next_id_;
    }
    return {};
  }

  Error finish() const {
    if (left_ != 0) return invalid("bytes after the last operation");
    if (!ends_transaction_) return invalid("the last transaction has no end");
    if (transactions_ != header_.transaction_count())
      return invalid("the transaction count is wrong");
    if (next_shape_ != shape_count_) return invalid("a shape of the table is not used");
    if (next_id_ != id_count_) return invalid("an id of the table is not used");
    if (explicit_salts_ && erased_ == 0) return invalid("explicit salts, but nothing was erased");
    if (header_.hlc() > ~std::uint64_t{0} - last_delta_) return invalid("the last stamp overflows");
    return {};
  }

  const HeaderView header_;
  const bool explicit_salts_;
  const bool genesis_;
  const std::uint32_t operation_count_;
  const std::uint32_t id_count_;
  const std::uint32_t shape_count_;
  const std::uint8_t* at_;
  std::size_t left_;
  std::size_t transaction_bytes_ = 0;
  std::uint32_t next_shape_ = 0;
  std::uint32_t next_id_ = 0;
  std::uint32_t last_delta_ = 0;
  std::uint32_t transactions_ = 0;
  std::uint32_t erased_ = 0;
  bool ends_transaction_ = false;
};

// Of explicit salts: 16 zeros follow each, unless the operation is erased.
Error check_salts(const std::uint8_t* salts, const std::uint8_t* operation, std::uint32_t count) {
  for (std::uint32_t index = 0; index < count; ++index) {
    const std::uint8_t* rest = salts + std::size_t{index} * kExplicitSaltBytes + kSaltBytes;
    const bool erased = (operation[5] & kErased) != 0;
    if (!erased && (load_u64(rest) | load_u64(rest + 8)) != 0) {
      return bad_operation(index, "no zeros after its salt");
    }
    operation += load_u32(operation);
  }
  return {};
}

Error check_tables(Bytes shapes, Bytes writers, Bytes ids, const Writer& own) {
  if (!all_unique(shapes, sizeof(Digest))) return invalid("a shape is in the table twice");
  if (!all_unique(writers, sizeof(Writer))) return invalid("a writer is in the table twice");
  if (!all_unique(ids, sizeof(Id))) return invalid("an id is in the table twice");
  for (std::size_t at = 0; at < writers.size(); at += sizeof(Writer)) {
    if (equal(writers.subspan(at, sizeof(Writer)), own.bytes)) {
      return invalid("its own writer is in the writer table");
    }
  }
  return {};
}

}  // namespace

Result<ChangeView> ChangeView::parse(Bytes change) {
  GS_TRY(const Preamble preamble, read_preamble(change));
  const Bytes header_bytes =
      change.subspan(kPreambleBytes, static_cast<std::size_t>(preamble.header_bytes));
  GS_TRY_OK(check_header(header_bytes));
  const HeaderView header(header_bytes);
  const std::uint64_t count = header.operation_count();

  const std::uint64_t signature_at = kPreambleBytes + preamble.header_bytes;
  const std::uint64_t salts_at = signature_at + preamble.padded_signature();
  const std::uint64_t salts_bytes = preamble.form == 0 ? kSeedBytes : count * kExplicitSaltBytes;
  const std::uint64_t operations_at = salts_at + salts_bytes;
  const std::uint64_t tables_at = operations_at + preamble.operations_bytes;
  const std::uint64_t writers_at = tables_at + std::uint64_t{header.shape_count()} * sizeof(Digest);
  const std::uint64_t ids_at = writers_at + std::uint64_t{header.writer_count()} * sizeof(Writer);
  const std::uint64_t end = ids_at + std::uint64_t{header.id_count()} * sizeof(Id);
  if (end != change.size()) return invalid("its parts do not add up to its size");
  if (end - salts_bytes + count * kExplicitSaltBytes > kChangeBytesMax && preamble.form == 0) {
    return too_large("with explicit salts it would be over 72 MiB, so nothing could be erased");
  }

  ChangeView view;
  view.bytes_ = change;
  view.salts_at_ = static_cast<std::size_t>(salts_at);
  view.operations_at_ = static_cast<std::size_t>(operations_at);
  view.tables_at_ = static_cast<std::size_t>(tables_at);
  view.ids_at_ = static_cast<std::size_t>(ids_at);

  const std::uint8_t* base = change.data();
  GS_TRY_OK(check_signature_part(preamble, header.algorithm(), base + signature_at));
  const bool explicit_salts = preamble.form == 1;
  Walk walk(header, explicit_salts, base + operations_at,
            static_cast<std::size_t>(preamble.operations_bytes));
  GS_TRY_OK(walk.run());
  if (explicit_salts) {
    GS_TRY_OK(check_salts(base + salts_at, base + operations_at, header.operation_count()));
  }
  const auto part = [base](std::uint64_t from, std::uint64_t to) {
    return Bytes(base + from, static_cast<std::size_t>(to - from));
  };
  GS_TRY_OK(check_tables(part(tables_at, writers_at), part(writers_at, ids_at), part(ids_at, end),
                         header.chain()));
  view.digest_ = change_digest(header_bytes);
  return view;
}

}  // namespace gs::graph
