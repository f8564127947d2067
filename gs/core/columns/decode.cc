// Puts the changes of a block together: headers, tables and what stands before all changes.
#include "gs/core/columns/decode.h"

#include <algorithm>

#include "gs/base/endian.h"
#include "gs/core/columns/damage.h"
#include "gs/core/columns/minters.h"
#include "gs/core/columns/packing.h"
#include "gs/core/crypto/sha256.h"
#include "gs/core/graph/header.h"

namespace gs::columns {

using graph::kHeaderFixedBytes;
using graph::kPreambleBytes;

namespace {

// Most operations make fewer numbers than they have words; one of 16 bytes may make more. This
// bounds the memory of columns that say little and stand for much.
constexpr std::size_t kBytesOfNumber = 2;
// A record of a block is in an id table of one of its changes, and an operation names it.
constexpr std::size_t kBytesOfRecord = sizeof(Id) + graph::kOperationHeadBytes;

template <std::size_t N>
void copy_to(std::uint8_t* to, const std::array<std::uint8_t, N>& bytes) noexcept {
  std::copy(bytes.begin(), bytes.end(), to);
}

}  // namespace

Error Decoder::State::decode(std::span<const Bytes> streams, std::size_t raw_bytes, Buffer& out) {
  out_.swap(out);
  if (raw_bytes > kBlockBytesMax) return damaged_columns("the block is too large for them");
  raw_bytes_ = raw_bytes;
  GS_TRY_OK(begin(streams));
  if (sheet_.numbers[kEntryBits].size() > raw_bytes / kBytesOfRecord) {
    return damaged_columns("more records than the block has room for");
  }
  NumberedStamp last_base;
  for (std::size_t left = sheet_.numbers[kEntryBits].size(); left > 0; --left) {
    GS_TRY_OK(take_entry(last_base));
  }
  for (std::size_t left = sheet_.numbers[kChangeBits].size(); left > 0; --left) {
    GS_TRY_OK(take_change());
  }
  GS_TRY_OK(finish());
  out_.swap(out);
  return {};
}

Error Decoder::State::begin(std::span<const Bytes> streams) {
  past_.begin_block();
  GS_TRY_OK(unpack(streams, raw_bytes_ / kBytesOfNumber, sheet_));
  std::copy_n(streams.begin() + kFirstBytes, kByteColumns, bytes_.begin());
  next_ = {};
  next_byte_ = {};
  too_short_ = false;
  last_record_ = kNobody;
  out_.clear();
  out_.reserve(raw_bytes_);
  table_of_.assign(past_.shapes().size(), kNobody);
  next_table_ = 0;
  next_cell_.assign(sheet_.tables.size(), 0);
  return take_classes();
}

Error Decoder::State::take_classes() {
  classes_.clear();
  for (const std::uint64_t code : sheet_.numbers[kClassDefinition]) {
    OperationClass one;
    if (classes_.size() == kClassesMax || !OperationClass::parse(code, one)) {
      return damaged_columns("a class of operations is none");
    }
    classes_.push_back(one);
  }
  next_[kClassDefinition] = classes_.size();
  return {};
}

std::uint64_t Decoder::State::take(NumberColumn column) noexcept {
  const std::vector<std::uint64_t>& numbers = sheet_.numbers[column];
  if (next_[column] < numbers.size()) return numbers[next_[column]++];
  too_short_ = true;
  return 0;
}

Bytes Decoder::State::take_bytes(ByteColumn column, std::uint64_t bytes) noexcept {
  const Bytes left = bytes_[column].subspan(next_byte_[column]);
  if (bytes > left.size()) {
    too_short_ = true;
    return {};
  }
  next_byte_[column] += static_cast<std::size_t>(bytes);
  return left.first(static_cast<std::size_t>(bytes));
}

Digest Decoder::State::take_digest() noexcept {
  const Bytes bytes = take_bytes(kDigests, sizeof(Digest));
  return bytes.empty() ? Digest{} : graph::read_value<Digest>(bytes.data());
}

Error Decoder::State::check_columns() const {
  return too_short_ ? damaged_columns("one of them ends too early") : Error();
}

Error Decoder::State::grow(std::uint64_t bytes) {
  if (bytes > raw_bytes_ - out_.size()) {
    return damaged_columns("they make more bytes than the block says");
  }
  out_.resize(out_.size() + static_cast<std::size_t>(bytes));
  return {};
}

Error Decoder::State::take_writer(std::uint64_t number, std::uint32_t& writer) {
  if (number > past_.writers().size()) return damaged_columns("a writer that is not known");
  if (number == past_.writers().size()) past_.writers().push_back({.id = take_digest()});
  writer = static_cast<std::uint32_t>(number);
  return check_columns();
}

Error Decoder::State::take_entry(NumberedStamp& last_base) {
  const std::uint64_t bits = take(kEntryBits);
  const bool same = (bits & kEntryBaseSame) != 0;
  const bool given = (bits & kEntryBaseGiven) != 0;
  const bool no_base = last_base.writer == kNobody;
  if (bits > kEntryBitsAll || (same && (given || no_base)))
    return damaged_columns("a record of no known form");
  PastRecord record;
  if ((bits & kEntryMinted) != 0) {
    GS_TRY_OK(take_minted(record, bits));
  } else {
    const Bytes id = take_bytes(kIds, sizeof(Id));
    if (!id.empty()) record.id = graph::read_value<Id>(id.data());
  }
  if (given) {
    GS_TRY_OK(take_writer(take(kEntryBaseWriter), last_base.writer));
    last_base.hlc = take(kEntryBaseHlc);
  }
  past_.add_record(record, same || given ? last_base : NumberedStamp());
  return check_columns();
}

Error Decoder::State::take_minted(PastRecord& record, std::uint64_t bits) {
  std::uint32_t number = 0;
  GS_TRY_OK(take_writer(take(kEntryMinter), number));
  PastWriter& minter = past_.writers()[number];
  const std::uint64_t gap = take(kEntryGap);
  const bool head_given = (bits & kEntryHeadGiven) != 0;
  const std::uint64_t head = minter.minted_head + (head_given ? take(kEntryHead) : gap + 1);
  if (head > kIdHeadMax) return damaged_columns("an id of no possible time");
  record.mint = minter.next_mint + gap;
  record.id = id_of_head(minter.id, record.mint, head);
  minter.next_mint = record.mint + 1;
  minter.minted_head = head;
  return {};
}

Error Decoder::State::take_change() {
  const std::size_t length_at = out_.size();
  GS_TRY_OK(grow(kLengthBytes));
  change_.bits = take(kChangeBits);
  change_.at = out_.size();
  if (change_.bits == 0) {
    GS_TRY_OK(take_whole_change());
  } else {
    const std::uint64_t operations = take(kChangeOperations);
    GS_TRY_OK(begin_header(operations));
    for (std::uint64_t i = 0; i < operations; ++i) GS_TRY_OK(take_operation());
    GS_TRY_OK(finish_change(operations));
  }
  store_u32(out_.data() + length_at, static_cast<std::uint32_t>(out_.size() - change_.at));
  return check_columns();
}

Error Decoder::State::take_whole_change() {
  const Bytes change = take_bytes(kBodies, take(kBodyBytes));
  GS_TRY_OK(check_columns());
  GS_TRY_OK(grow(change.size()));
  std::copy(change.begin(), change.end(), out_.begin() + static_cast<std::ptrdiff_t>(change_.at));
  return {};
}

// Everything up to the first operation, but for what follows from the operations.
Error Decoder::State::begin_header(std::uint64_t operations) {
  const auto given = [this](ChangeBits bit) { return (change_.bits & bit) != 0; };
  if (change_.bits > kChangeBitsAll || !given(kChangeInColumns)) {
    return damaged_columns("a change of no known form");
  }
  GS_TRY_OK(take_writer(take(kChangeWriter), change_.writer));
  const PastWriter& own = past_.writers()[change_.writer];
  std::array<std::uint8_t, kHeaderFixedBytes> fixed{};
  std::uint8_t* header = fixed.data();
  copy_to(header, kUsualFirstBytes);
  const auto put = [header](std::size_t at, Bytes bytes) {
    std::copy(bytes.begin(), bytes.end(), header + at);
  };
  if (given(kFirstBytesGiven)) put(0, take_bytes(kDigests, kUsualFirstBytes.size()));
  const Digest storage = given(kStorageGiven) ? take_digest() : past_.storage();
  put(graph::kAtStorage, storage.bytes);
  put(graph::kAtBranch, given(kBranchGiven) ? take_bytes(kDigests, sizeof(graph::BranchId))
                                            : Bytes(past_.branch().bytes));
  put(graph::kAtWriter, own.id.bytes);
  store_u64(header + graph::kAtSequence,
            given(kSequenceGiven) ? take(kChangeSequence) : own.next_sequence);
  change_.hlc = own.hlc + take(kChangeHlc);
  store_u64(header + graph::kAtHlc, change_.hlc);
  const Digest prev = given(kPrevGiven) ? take_digest() : own.last;
  put(graph::kAtPrev, prev.bytes);
  if (given(kTablesGiven)) put(graph::kAtTablesDigest, take_digest().bytes);
  const std::uint64_t parents = given(kParentsGiven) ? take(kChangeParents) : 1;
  if (parents > graph::kParentsMax) return damaged_columns("a change of too many parents");
  const Bytes heads = given(kParentsGiven) ? take_bytes(kDigests, parents * sizeof(Digest))
                                           : Bytes(past_.last_change().bytes);
  store_u32(header + graph::kAtParentCount, static_cast<std::uint32_t>(parents));
  const std::uint64_t signature_bytes = take(kSignatureBytes);
  if (signature_bytes > graph::kSignatureBytesMax) {
    return damaged_columns("a signature that is too long");
  }
  change_.signature_bytes = static_cast<std::size_t>(signature_bytes);
  put(graph::kAtOperationsRoot, take_bytes(kProofs, sizeof(Digest)));
  const Bytes signature = take_bytes(kProofs, change_.signature_bytes);
  if (operations > raw_bytes_) return damaged_columns("more operations than the block has bytes");
  const Bytes salts =
      take_bytes(kProofs, given(kSaltsExplicit) ? operations * sizeof(Digest) : graph::kSeedBytes);
  GS_TRY_OK(check_columns());
  change_.header_bytes = kHeaderFixedBytes + heads.size();
  const std::size_t padded = align_up<std::size_t>(change_.signature_bytes, 8);
  GS_TRY_OK(grow(kPreambleBytes + change_.header_bytes + padded + salts.size()));
  std::uint8_t* to =
      std::copy(fixed.begin(), fixed.end(), out_.data() + change_.at + kPreambleBytes);
  to = std::copy(heads.begin(), heads.end(), to);
  std::copy(signature.begin(), signature.end(), to);
  std::copy(salts.begin(), salts.end(), to + padded);
  change_.operations_at = out_.size();
  change_.ticks = 0;
  change_.transactions = 0;
  change_.shapes.clear();
  change_.writers.clear();
  change_.ids.clear();
  ++ordinal_;
  return {};
}

void Decoder::State::put_counts(std::uint8_t* header, std::uint64_t operations) const {
  store_u32(header + graph::kAtOperationCount, static_cast<std::uint32_t>(operations));
  store_u32(header + graph::kAtTransactionCount, change_.transactions);
  store_u32(header + graph::kAtIdCount, static_cast<std::uint32_t>(change_.ids.size()));
  store_u16(header + graph::kAtShapeCount, static_cast<std::uint16_t>(change_.shapes.size()));
  store_u16(header + graph::kAtWriterCount, static_cast<std::uint16_t>(change_.writers.size()));
}

// Tables, and what the header says about them and the operations.
Error Decoder::State::finish_change(std::uint64_t operations) {
  const std::size_t tables_at = out_.size();
  const std::size_t names = change_.shapes.size() + change_.writers.size();
  GS_TRY_OK(grow(names * sizeof(Digest) + change_.ids.size() * sizeof(Id)));
  std::uint8_t* to = out_.data() + tables_at;
  const auto put = [&to](const auto& name) { to = std::copy(name.begin(), name.end(), to); };
  for (const std::uint32_t shape : change_.shapes) put(past_.shapes()[shape].id.bytes);
  for (const std::uint32_t writer : change_.writers) put(past_.writers()[writer].id.bytes);
  for (const std::uint32_t record : change_.ids) put(past_.records()[record].id.bytes);
  std::uint8_t* preamble = out_.data() + change_.at;
  std::uint8_t* header = preamble + kPreambleBytes;
  put_counts(header, operations);
  if ((change_.bits & kTablesGiven) == 0) {
    const Bytes tables = Bytes(out_).subspan(tables_at, names * sizeof(Digest));
    copy_to(header + graph::kAtTablesDigest, crypto::sha256(tables).bytes);
  }
  store_u32(preamble, static_cast<std::uint32_t>(out_.size() - change_.at));
  preamble[4] = (change_.bits & kSaltsExplicit) != 0 ? 1 : 0;
  store_u16(preamble + 6, static_cast<std::uint16_t>(change_.signature_bytes));
  store_u32(preamble + 8, static_cast<std::uint32_t>(change_.header_bytes));
  store_u32(preamble + 12, static_cast<std::uint32_t>(tables_at - change_.operations_at));
  past_.add_change(change_.writer, {header, change_.header_bytes});
  return {};
}

// Nothing is left of any column, so that all bytes of a block mean something.
Error Decoder::State::finish() const {
  for (std::size_t i = 0; i < kNumberColumns; ++i) {
    if (next_[i] != sheet_.numbers[i].size()) return damaged_columns("numbers are left over");
  }
  for (std::size_t i = 0; i < kByteColumns; ++i) {
    if (next_byte_[i] != bytes_[i].size()) return damaged_columns("bytes are left over");
  }
  for (std::size_t i = 0; i < next_cell_.size(); ++i) {
    if (next_cell_[i] != sheet_.tables[i].cells.size()) {
      return damaged_columns("rows of a table are left over");
    }
  }
  if (out_.size() != raw_bytes_)
    return damaged_columns("they make fewer bytes than the block says");
  return {};
}

Decoder::Decoder(const Digest& storage) : state_(std::make_unique<State>(storage)) {}
Decoder::~Decoder() = default;
Decoder::Decoder(Decoder&&) noexcept = default;
Decoder& Decoder::operator=(Decoder&&) noexcept = default;
Error Decoder::decode(std::span<const Bytes> streams, std::size_t raw_bytes, Buffer& out) {
  return state_->decode(streams, raw_bytes, out);
}
void Decoder::forget() { state_->forget(); }

}  // namespace gs::columns
