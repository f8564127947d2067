// Records and rows as bytes for JavaScript, which reads fields in place (js/lib/values/).
//
// One row, at a multiple of 8:
//
//   offset  size  field
//        0     4  number of the shape by which it is read; kJsonRow: the row is JSON text
//        4     4  bytes of the record or text, n
//        8    16  id; zeros: of no record
//       24     n  the record or text, then zeros up to a multiple of 8
//
// A chunk of them:
//
//   offset  size  field
//        0     4  rows
//        4     4  1: nothing comes behind them, else 0
//        8     4  where definitions of shapes begin, d
//       12     4  how many there are; their numbers follow those of the chunks before
//       16        rows; in a chunk of steps each behind its step
//        d        definitions: u32 bytes, then the definition (docs/FORMAT.md, "Shape")
//
// A step of a live query: u32 kind (0 added, 1 changed, 2 moved, 3 removed), u32 from, u32 at, u32
// zero.
#pragma once

#include "globalstorage/live.h"
#include "globalstorage/storage.h"

namespace gs::bindings {

inline constexpr std::uint32_t kJsonRow = 0xffffffff;
inline constexpr std::size_t kRowHeaderBytes = 24;

inline std::size_t row_bytes(std::size_t content) noexcept {
  return kRowHeaderBytes + (content + 7) / 8 * 8;
}
// Writes a row to memory of row_bytes(content.size()).
void put_row(std::uint8_t* to, std::uint32_t shape, const Id& id, Bytes content) noexcept;

// Collects one chunk after the other.
class Chunks {
 public:
  // `as_json`: rows as the query selects them; else whole records.
  Chunks(const Storage& storage, bool as_json) : shapes_(storage.reader()), as_json_(as_json) {}

  void begin();
  std::size_t bytes() const noexcept { return bytes_.size(); }
  std::size_t rows() const noexcept { return rows_; }
  // Errors: those of Row::json.
  Error add(const Row& row);
  Error add(const LiveChange& step);
  // The chunk.
  Buffer end(bool is_last);

 private:
  Error add_row(const Row& row, const Id& id);
  void append(std::uint32_t shape, const Id& id, Bytes content);
  void append_u32(std::uint32_t number);

  Reader shapes_;
  bool as_json_;
  Buffer bytes_;
  std::string json_;
  std::uint32_t rows_ = 0;
  std::uint32_t shapes_told_ = 0;
};

}  // namespace gs::bindings
