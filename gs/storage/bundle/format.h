// The bytes of a bundle: changes in one file, for somebody who is not there (docs/FORMAT.md,
// "Bundle").
//
//   header    72 bytes and the heads that whoever gets it has already
//   blocks    16 bytes and one zstd frame: changes, each with its length before it; or the same
//             changes in columns, as streams that are compressed one by one (streams.h)
//   end       48 bytes: how many changes there were, and a SHA-256 over everything
//
// What is read here is checked before it is believed; every size has a limit.
#pragma once

#include <array>
#include <vector>

#include "globalstorage/id.h"
#include "globalstorage/result.h"
#include "gs/core/columns/columns.h"
#include "gs/core/graph/change.h"

namespace gs::bundle {

inline constexpr std::uint16_t kVersion = 2;     // of one with a base; else 1
inline constexpr std::size_t kHeaderBytes = 72;  // without the heads
inline constexpr std::size_t kBlockHeadBytes = 16;
inline constexpr std::size_t kEndBytes = 48;
inline constexpr std::size_t kMagicBytes = 4;
inline constexpr std::size_t kLengthBytes = 4;  // before each change

// Raw bytes of a block, unless one change takes more: it has a block of its own then.
inline constexpr std::size_t kBlockBytes = std::size_t{4} << 20;
inline constexpr std::size_t kRawBytesMax = kLengthBytes + graph::kChangeBytesMax;
static_assert(kRawBytesMax > kBlockBytes);
static_assert(kBlockBytes == columns::kBlockBytesMax);
inline constexpr std::size_t kHeadsMax = std::size_t{1} << 16;  // of the frontier in the header

enum class Mark : std::uint8_t { none, header, block, columns, piece, end };

// Which of them begins here, by its magic.
Mark mark_at(Bytes bytes) noexcept;

struct Header {
  Digest storage;
  std::uint64_t changes = 0;
  std::uint64_t change_bytes = 0;  // of the changes together
  std::uint64_t file_bytes = 0;
  std::vector<Digest> since;  // ascending, each once
  bool has_base = false;      // pieces of the three files of a base come before the changes

  std::size_t size() const noexcept { return kHeaderBytes + since.size() * sizeof(Digest); }
  bool operator==(const Header&) const = default;
};

Buffer encode_header(const Header& header);
// How long the header is that begins with these kHeaderBytes bytes. Errors: invalid (no bundle),
// newer_format, damaged.
Result<std::size_t> header_size(Bytes fixed);
// Errors: the same.
Result<Header> parse_header(Bytes bytes);

enum class BlockForm : std::uint8_t { frame, columns, piece };

// A part of a file of a base, in the order of the files and then of their bytes.
enum class BaseFile : std::uint8_t { statement = 0, checkpoint = 1, run = 2 };
struct Piece {
  BaseFile file = BaseFile::statement;
  Bytes bytes{};  // at least one
};
inline constexpr std::size_t kPieceHeadBytes = 1;  // which file, before the bytes
inline constexpr std::size_t kPieceBytesMax = std::size_t{1} << 20;

struct BlockHead {
  BlockForm form = BlockForm::frame;
  std::uint32_t stored_bytes = 0;
  std::uint32_t raw_bytes = 0;
  std::uint32_t crc = 0;
};

using BlockHeadBytes = std::array<std::uint8_t, kBlockHeadBytes>;
BlockHeadBytes encode_block_head(std::uint32_t raw_bytes, Bytes stored,
                                 BlockForm form = BlockForm::frame) noexcept;
// With sizes within their limits. Errors: damaged.
Result<BlockHead> parse_block_head(Bytes bytes);
bool matches(Bytes head, const BlockHead& block, Bytes stored) noexcept;

struct End {
  std::uint64_t changes = 0;
  Digest sha256;  // of all blocks, then of the header

  bool operator==(const End&) const = default;
};

using EndBytes = std::array<std::uint8_t, kEndBytes>;
EndBytes encode_end(const End& end) noexcept;
// Errors: damaged.
Result<End> parse_end(Bytes bytes);

}  // namespace gs::bundle
