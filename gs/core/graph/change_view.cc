// Reading a parsed change, and recomputing what it commits to.
#include <string>

#include "gs/base/endian.h"
#include "gs/core/crypto/sha256.h"
#include "gs/core/graph/change.h"
#include "gs/core/graph/commitment.h"
#include "gs/core/graph/header.h"

namespace gs::graph {

Bytes ChangeView::header() const noexcept {
  return bytes_.subspan(kPreambleBytes, load_u32(bytes_.data() + 8));
}

crypto::Algorithm ChangeView::algorithm() const noexcept {
  return static_cast<crypto::Algorithm>(HeaderView(header()).algorithm());
}
Digest ChangeView::storage() const noexcept { return HeaderView(header()).storage(); }
BranchId ChangeView::branch() const noexcept { return HeaderView(header()).branch(); }
Writer ChangeView::writer() const noexcept { return HeaderView(header()).writer(); }
Writer ChangeView::chain() const noexcept { return HeaderView(header()).chain(); }
std::uint64_t ChangeView::sequence() const noexcept { return HeaderView(header()).sequence(); }
Hlc ChangeView::hlc() const noexcept { return HeaderView(header()).hlc(); }
Digest ChangeView::prev() const noexcept { return HeaderView(header()).prev(); }
Digest ChangeView::operations_root() const noexcept {
  return HeaderView(header()).operations_root();
}

Bytes ChangeView::signature() const noexcept {
  return bytes_.subspan(kPreambleBytes + header().size(), load_u16(bytes_.data() + 6));
}
bool ChangeView::explicit_salts() const noexcept { return bytes_[4] == 1; }
Bytes ChangeView::salts() const noexcept {
  return bytes_.subspan(salts_at_, operations_at_ - salts_at_);
}

std::uint32_t ChangeView::parent_count() const noexcept {
  return HeaderView(header()).parent_count();
}
Digest ChangeView::parent(std::uint32_t index) const noexcept {
  return HeaderView(header()).parent(index);
}
std::uint32_t ChangeView::operation_count() const noexcept {
  return HeaderView(header()).operation_count();
}
std::uint32_t ChangeView::transaction_count() const noexcept {
  return HeaderView(header()).transaction_count();
}
std::uint32_t ChangeView::id_count() const noexcept { return HeaderView(header()).id_count(); }
Id ChangeView::id(std::uint32_t index) const noexcept {
  return read_value<Id>(bytes_.data() + ids_at_ + std::size_t{index} * sizeof(Id));
}
std::span<const Id> ChangeView::ids() const noexcept {
  static_assert(sizeof(Id) == 16 && alignof(Id) == 1);
  return {reinterpret_cast<const Id*>(bytes_.data() + ids_at_), id_count()};
}

std::uint32_t ChangeView::find_id(const Id& wanted) const noexcept {
  for (std::uint32_t i = 0; i < id_count(); ++i) {
    if (id(i) == wanted) return i;
  }
  return kNoId;
}
std::uint16_t ChangeView::shape_count() const noexcept {
  return HeaderView(header()).shape_count();
}
Digest ChangeView::shape(std::uint16_t index) const noexcept {
  return read_value<Digest>(bytes_.data() + tables_at_ + std::size_t{index} * sizeof(Digest));
}
std::uint16_t ChangeView::writer_count() const noexcept {
  return HeaderView(header()).writer_count();
}
Writer ChangeView::writer_at(std::uint16_t index) const noexcept {
  const std::size_t writers_at = tables_at_ + std::size_t{shape_count()} * sizeof(Digest);
  return read_value<Writer>(bytes_.data() + writers_at + std::size_t{index} * sizeof(Writer));
}
Bytes ChangeView::tables() const noexcept {
  return bytes_.subspan(tables_at_, ids_at_ - tables_at_);
}

OperationView ChangeView::operation_at(std::size_t offset) const noexcept {
  const std::uint8_t* at = bytes_.data() + offset;
  const std::uint32_t size = load_u32(at);
  OperationView out;
  out.kind = at[4];
  out.flags = at[5];
  out.shape = load_u16(at + 6);
  out.id_index = load_u32(at + 8);
  out.hlc = load_u64(bytes_.data() + kPreambleBytes + kAtHlc) + load_u32(at + 12);
  out.bytes = {at, size};
  out.payload = {at + kOperationHeadBytes, size - kOperationHeadBytes};
  return out;
}

ChangeView::Cursor ChangeView::operations() const noexcept {
  Cursor cursor;
  cursor.view_ = this;
  cursor.next_offset_ = operations_at_;
  return cursor;
}

bool ChangeView::Cursor::next(OperationView& out) noexcept {
  if (next_offset_ >= view_->tables_at_) return false;
  out = view_->operation_at(next_offset_);
  offset_ = next_offset_;
  next_offset_ += out.bytes.size();
  ++index_;
  return true;
}

namespace {

LeafSource source_of(const std::uint8_t* salts, bool explicit_salts, const std::uint8_t* ids) {
  return {.salts = salts, .explicit_salts = explicit_salts, .ids = ids};
}

}  // namespace

std::vector<Digest> ChangeView::leaves() const {
  std::vector<Digest> out(operation_count());
  const LeafSource source =
      source_of(bytes_.data() + salts_at_, explicit_salts(), bytes_.data() + ids_at_);
  leaves_of(source, 0, bytes_.data() + operations_at_, out);
  return out;
}

Digest ChangeView::leaf(std::uint32_t index) const noexcept {
  const std::uint8_t* operation = bytes_.data() + operations_at_;
  for (std::uint32_t i = 0; i < index; ++i) operation += load_u32(operation);
  return leaf_at(index, operation);
}

Digest ChangeView::leaf(const Cursor& at) const noexcept {
  return leaf_at(at.index(), bytes_.data() + at.offset());
}

Digest ChangeView::leaf_at(std::uint32_t index, const std::uint8_t* operation) const noexcept {
  const LeafSource source =
      source_of(bytes_.data() + salts_at_, explicit_salts(), bytes_.data() + ids_at_);
  Digest out;
  leaves_of(source, index, operation, std::span<Digest>(&out, 1));
  return out;
}

std::array<std::uint8_t, kSaltBytes> ChangeView::salt(std::uint32_t index) const noexcept {
  const std::uint8_t* salts = bytes_.data() + salts_at_;
  if (!explicit_salts()) return salt_of(salts, index);
  Salt salt;
  std::memcpy(salt.data(), salts + std::size_t{index} * kExplicitSaltBytes, salt.size());
  return salt;
}

Error ChangeView::verify_commitments() const {
  const HeaderView header(this->header());
  if (crypto::sha256(tables()) != header.tables_digest()) {
    return Error(Code::broken_chain,
                 "change " + digest_.text() + ": its tables do not match its tables digest");
  }
  const std::uint32_t count = header.operation_count();
  const LeafSource source =
      source_of(bytes_.data() + salts_at_, explicit_salts(), bytes_.data() + ids_at_);
  const std::uint8_t* operation = bytes_.data() + operations_at_;
  std::vector<Digest> roots(chunks_of(count));
  for (std::uint32_t chunk = 0; chunk < roots.size(); ++chunk) {
    roots[chunk] = chunk_root(source, chunk * kLeafChunk, chunk_size(chunk, count), operation);
  }
  if (crypto::merkle_root_in_place(roots) != header.operations_root()) {
    return Error(Code::broken_chain,
                 "change " + digest_.text() + ": its operations do not match its operations root");
  }
  return {};
}

Error ChangeView::verify_signature(Bytes public_key) const {
  return verify_change_signature(HeaderView(header()), digest_, signature(), public_key);
}

}  // namespace gs::graph
