// Names of columns and the bits of their codes (docs/FORMAT.md, "Changes in columns"). Internal to
// gs/core/columns. The order of the names is the order of the bytes.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "gs/core/graph/change.h"

namespace gs::columns {

// Columns of numbers.
enum NumberColumn : std::size_t {
  kEntryBits,
  kEntryMinter,
  kEntryGap,
  kEntryHead,
  kEntryBaseWriter,
  kEntryBaseHlc,
  kChangeBits,
  kChangeWriter,
  kChangeSequence,
  kChangeHlc,
  kChangeParents,
  kChangeOperations,
  kSignatureBytes,
  kClassDefinition,
  kClass,
  kShape,
  kRecord,
  kTicks,
  kMint,
  kBodyBytes,
  kBaseWriter,
  kBaseHlc,
  kBaseRest,
  kExceptionField,
  kExceptionWriter,
  kExceptionRule,
  kExceptionHlc,
  kNumberColumns,
};

// Columns of bytes.
enum ByteColumn : std::size_t { kDigests, kProofs, kIds, kBodies, kByteColumns };

// In kEntryBits.
enum EntryBits : std::uint64_t {
  kEntryMinted = 1,     // the id follows from who minted it; else it is in kIds
  kEntryHeadGiven = 2,  // in kEntryHead; else it follows from the entry before
  kEntryBaseSame = 4,   // as that of the entry before
  kEntryBaseGiven = 8,  // in kEntryBaseWriter and kEntryBaseHlc; neither: it has none
  kEntryBitsAll = 15,
};

// In kChangeBits; what is not given follows from the changes before.
enum ChangeBits : std::uint64_t {
  kChangeInColumns = 1,  // else the change is in kBodies, and this is the only bit
  kStorageGiven = 2,
  kBranchGiven = 4,
  kSequenceGiven = 8,
  kPrevGiven = 16,
  kParentsGiven = 32,
  kTablesGiven = 64,
  kFirstBytesGiven = 128,
  kSaltsExplicit = 256,
  kChangeBitsAll = 511,
};

enum class IdMode : std::uint8_t { none, same, next, given };
enum class BaseMode : std::uint8_t { none, foreseen, given };
enum class MintMode : std::uint8_t { none, keyed, known, given };
enum class BodyMode : std::uint8_t { none, row, bytes };

// What many operations have in common.
struct OperationClass {
  std::uint8_t kind = 0;
  std::uint8_t flags = 0;
  bool has_shape = false;
  bool ticks_given = false;
  IdMode id = IdMode::none;
  BaseMode base = BaseMode::none;
  MintMode mint = MintMode::none;
  BodyMode body = BodyMode::none;

  bool operator==(const OperationClass&) const = default;
  std::uint32_t code() const noexcept {
    return kind | flags << 8 | (has_shape ? 1u << 10 : 0) | (ticks_given ? 1u << 11 : 0) |
           static_cast<std::uint32_t>(id) << 12 | static_cast<std::uint32_t>(base) << 14 |
           static_cast<std::uint32_t>(mint) << 16 | static_cast<std::uint32_t>(body) << 18;
  }
  // That `code` is one, which a stranger may have made.
  static bool parse(std::uint64_t code, OperationClass& out) noexcept {
    out.kind = static_cast<std::uint8_t>(code);
    out.flags = static_cast<std::uint8_t>(code >> 8 & 3);
    out.has_shape = (code >> 10 & 1) != 0;
    out.ticks_given = (code >> 11 & 1) != 0;
    out.id = static_cast<IdMode>(code >> 12 & 3);
    out.base = static_cast<BaseMode>(code >> 14 & 3);
    out.mint = static_cast<MintMode>(code >> 16 & 3);
    out.body = static_cast<BodyMode>(code >> 18 & 3);
    return code >> 20 == 0 && out.base <= BaseMode::given && out.body <= BodyMode::bytes;
  }
};

// The first bytes of nearly every header: magic, version, Ed25519, zero.
inline constexpr std::array<std::uint8_t, 8> kUsualFirstBytes = {'g', 's', 'c', '1', 1, 0, 1, 0};

inline constexpr std::size_t kClassesMax = 4096;  // of a block
// Bodies of one shape that are all of one size, at most so many words, are a table.
inline constexpr std::size_t kTableWordsMax = 128;
inline constexpr std::size_t kWordBytes = 8;

// The bodies of one shape: `words` numbers each, row by row.
struct Table {
  std::uint64_t shape = 0;
  std::size_t words = 0;
  std::vector<std::uint64_t> cells;
};

// All columns of a block.
struct Sheet {
  std::array<std::vector<std::uint64_t>, kNumberColumns> numbers;
  std::array<Buffer, kByteColumns> bytes;
  std::vector<Table> tables;
};

}  // namespace gs::columns
