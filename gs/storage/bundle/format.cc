// Parts of a bundle as bytes, and back.
#include "gs/storage/bundle/format.h"

#include <zstd.h>

#include <algorithm>

#include "gs/base/crc32c.h"
#include "gs/base/endian.h"

namespace gs::bundle {

namespace {

constexpr std::string_view kHeaderMagic = "gsb1";
constexpr std::string_view kBlockMagic = "gsbb";
constexpr std::string_view kColumnsMagic = "gsbc";
constexpr std::string_view kPieceMagic = "gsbp";
constexpr std::string_view kEndMagic = "gsbe";

constexpr std::size_t kHeaderCrcAt = 68;
constexpr std::size_t kBlockCrcAt = 12;
constexpr std::size_t kEndCrcAt = 4;

void put_magic(std::uint8_t* to, std::string_view magic) noexcept {
  std::memcpy(to, magic.data(), kMagicBytes);
}

std::uint32_t header_crc(Bytes header) noexcept {
  return crc32c(header.subspan(kHeaderBytes), crc32c(header.first(kHeaderCrcAt)));
}

}  // namespace

Mark mark_at(Bytes bytes) noexcept {
  if (bytes.size() < kMagicBytes) return Mark::none;
  const std::string_view magic = as_text(bytes.first(kMagicBytes));
  if (magic == kHeaderMagic) return Mark::header;
  if (magic == kBlockMagic) return Mark::block;
  if (magic == kColumnsMagic) return Mark::columns;
  if (magic == kPieceMagic) return Mark::piece;
  return magic == kEndMagic ? Mark::end : Mark::none;
}

Buffer encode_header(const Header& header) {
  Buffer bytes(header.size());
  put_magic(bytes.data(), kHeaderMagic);
  store_u16(bytes.data() + 4, header.has_base ? kVersion : kVersion - 1);
  store_u64(bytes.data() + 8, header.changes);
  store_u64(bytes.data() + 16, header.change_bytes);
  store_u64(bytes.data() + 24, header.file_bytes);
  std::memcpy(bytes.data() + 32, header.storage.bytes.data(), sizeof(Digest));
  store_u32(bytes.data() + 64, static_cast<std::uint32_t>(header.since.size()));
  std::uint8_t* to = bytes.data() + kHeaderBytes;
  for (const Digest& head : header.since) {
    std::memcpy(to, head.bytes.data(), sizeof(Digest));
    to += sizeof(Digest);
  }
  store_u32(bytes.data() + kHeaderCrcAt, header_crc(bytes));
  return bytes;
}

Result<std::size_t> header_size(Bytes fixed) {
  if (mark_at(fixed) != Mark::header) {
    return Error(Code::invalid, "this is no bundle. Name a file that `gstore bundle create` made");
  }
  if (fixed.size() < kHeaderBytes) return Error(Code::damaged, "the header ends too early");
  const std::uint16_t version = load_u16(fixed.data() + 4);
  if (version > kVersion) {
    return Error(Code::newer_format, "a bundle of format " + std::to_string(version) +
                                         ", and this release reads up to " +
                                         std::to_string(kVersion));
  }
  const std::uint32_t heads = load_u32(fixed.data() + 64);
  if (heads > kHeadsMax) return Error(Code::damaged, "the header names too many heads");
  return kHeaderBytes + std::size_t{heads} * sizeof(Digest);
}

Result<Header> parse_header(Bytes bytes) {
  GS_TRY(const std::size_t size, header_size(bytes));
  if (bytes.size() < size) return Error(Code::damaged, "the header ends too early");
  bytes = bytes.first(size);
  if (load_u32(bytes.data() + kHeaderCrcAt) != header_crc(bytes)) {
    return Error(Code::damaged, "the header does not match its checksum");
  }
  Header header;
  header.changes = load_u64(bytes.data() + 8);
  header.change_bytes = load_u64(bytes.data() + 16);
  header.file_bytes = load_u64(bytes.data() + 24);
  std::memcpy(header.storage.bytes.data(), bytes.data() + 32, sizeof(Digest));
  header.since.resize((size - kHeaderBytes) / sizeof(Digest));
  const std::uint8_t* from = bytes.data() + kHeaderBytes;
  for (Digest& head : header.since) {
    std::memcpy(head.bytes.data(), from, sizeof(Digest));
    from += sizeof(Digest);
  }
  header.has_base = load_u16(bytes.data() + 4) == kVersion;
  // One spelling for each header, so that all of its bytes mean something.
  const bool ordered = std::adjacent_find(header.since.begin(), header.since.end(),
                                          std::greater_equal<>()) == header.since.end();
  const bool is_version = load_u16(bytes.data() + 4) != 0;
  if (!is_version || load_u16(bytes.data() + 6) != 0 || !ordered) {
    return Error(Code::damaged, "the header is not one that any release writes");
  }
  return header;
}

BlockHeadBytes encode_block_head(std::uint32_t raw_bytes, Bytes stored, BlockForm form) noexcept {
  BlockHeadBytes head{};
  put_magic(head.data(), form == BlockForm::columns ? kColumnsMagic
                         : form == BlockForm::piece ? kPieceMagic
                                                    : kBlockMagic);
  store_u32(head.data() + 4, static_cast<std::uint32_t>(stored.size()));
  store_u32(head.data() + 8, raw_bytes);
  store_u32(head.data() + kBlockCrcAt, crc32c(stored, crc32c(Bytes(head).first(kBlockCrcAt))));
  return head;
}

Result<BlockHead> parse_block_head(Bytes bytes) {
  const Mark mark = mark_at(bytes);
  const bool is_block = mark == Mark::block || mark == Mark::columns || mark == Mark::piece;
  if (bytes.size() < kBlockHeadBytes || !is_block) {
    return Error(Code::damaged, "no block begins here");
  }
  const BlockForm form = mark == Mark::columns ? BlockForm::columns
                         : mark == Mark::piece ? BlockForm::piece
                                               : BlockForm::frame;
  const BlockHead head{form, load_u32(bytes.data() + 4), load_u32(bytes.data() + 8),
                       load_u32(bytes.data() + kBlockCrcAt)};
  const std::size_t raw_max = form == BlockForm::columns ? kBlockBytes
                              : form == BlockForm::piece ? kPieceHeadBytes + kPieceBytesMax
                                                         : kRawBytesMax;
  if (head.raw_bytes > raw_max) {
    return Error(Code::damaged, "a block says that it holds " + std::to_string(head.raw_bytes) +
                                    " bytes; the limit is " + std::to_string(raw_max));
  }
  const std::size_t stored_max =
      form == BlockForm::columns ? head.raw_bytes : ZSTD_COMPRESSBOUND(head.raw_bytes);
  if (head.stored_bytes == 0 || head.stored_bytes > stored_max) {
    return Error(Code::damaged, "a block says that it takes " + std::to_string(head.stored_bytes) +
                                    " bytes, which cannot be for " +
                                    std::to_string(head.raw_bytes));
  }
  return head;
}

bool matches(Bytes head, const BlockHead& block, Bytes stored) noexcept {
  return crc32c(stored, crc32c(head.first(kBlockCrcAt))) == block.crc;
}

EndBytes encode_end(const End& end) noexcept {
  EndBytes bytes{};
  put_magic(bytes.data(), kEndMagic);
  store_u64(bytes.data() + 8, end.changes);
  std::memcpy(bytes.data() + 16, end.sha256.bytes.data(), sizeof(Digest));
  store_u32(bytes.data() + kEndCrcAt, crc32c(Bytes(bytes).subspan(8)));
  return bytes;
}

Result<End> parse_end(Bytes bytes) {
  if (bytes.size() != kEndBytes || mark_at(bytes) != Mark::end ||
      load_u32(bytes.data() + kEndCrcAt) != crc32c(bytes.subspan(8))) {
    return Error(Code::damaged, "the end mark does not match its checksum");
  }
  End end;
  end.changes = load_u64(bytes.data() + 8);
  std::memcpy(end.sha256.bytes.data(), bytes.data() + 16, sizeof(Digest));
  return end;
}

}  // namespace gs::bundle
