// Changes in columns, and back: the same bytes, in an order that compresses to less.
//
// In a change each operation stands by itself: head, what it overwrites, record. Many of them say
// the same again and again, or what follows from what stands before. Here all changes of a block
// are taken apart: what follows from earlier changes is left out, and the rest is put into columns
// of one kind of number each (docs/FORMAT.md, "Changes in columns"). It makes streams; who stores
// them compresses each by itself.
//
//   foreseen   stamps that a write overwrites, links and counts of headers, ids and mint counters
//              of records, digests of tables
//   columns    kinds, shapes, records by number, values by the word of their record
//   as it is   signatures, seeds, operations roots, bodies of different sizes
//
// Blocks of a file are written and read from first to last by one Encoder and one Decoder, as each
// builds upon what those before told. Where a block between them is not in columns, or cannot be,
// both forget(). Values and stamps are not judged here, and neither is a change: who takes what a
// Decoder gives judges it as anybody's. Pure. One thread at a time. Memory: what past.h bounds, and
// a few times the block. Errors: damaged.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "globalstorage/bytes.h"
#include "globalstorage/id.h"
#include "globalstorage/result.h"

namespace gs::columns {

// Larger blocks are not put into columns, which bounds what a block can make known.
inline constexpr std::size_t kBlockBytesMax = std::size_t{4} << 20;
inline constexpr std::size_t kLengthBytes = 4;  // before each change in the bytes that come back

class Encoder {
 public:
  // `storage`: that of the file, which nearly all changes name.
  explicit Encoder(const Digest& storage);
  ~Encoder();
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;

  // False: these cannot be, or would not become less; then forget() is next.
  bool encode(std::span<const Bytes> changes, std::vector<Buffer>& streams);
  void forget();

 private:
  class State;
  std::unique_ptr<State> state_;
};

class Decoder {
 public:
  explicit Decoder(const Digest& storage);
  ~Decoder();
  Decoder(Decoder&&) noexcept;
  Decoder& operator=(Decoder&&) noexcept;

  // Into `out` the changes, each behind its u32 length: exactly `raw_bytes` (at most
  // kBlockBytesMax), or an error, after which forget() is next.
  Error decode(std::span<const Bytes> streams, std::size_t raw_bytes, Buffer& out);
  void forget();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace gs::columns
