// The state of a Decoder, and the steps in which it puts changes together. Internal to
// gs/core/columns.
//
// A column that ends too early gives zeros from there on and is told at the end of the operation;
// numbers are compared with what they name before they are used.
#pragma once

#include "gs/core/columns/columns.h"
#include "gs/core/columns/layout.h"
#include "gs/core/columns/past.h"

namespace gs::columns {

class Decoder::State {
 public:
  explicit State(const Digest& storage) : past_(storage) {}
  void forget() { past_.forget(); }
  Error decode(std::span<const Bytes> streams, std::size_t raw_bytes, Buffer& out);

 private:
  // Of the change that is put together.
  struct Opened {
    std::size_t at = 0;  // of its preamble in out_
    std::uint64_t bits = 0;
    std::uint32_t writer = 0;
    std::uint32_t transactions = 0;
    Hlc hlc = 0;
    std::uint64_t ticks = 0;
    std::size_t header_bytes = 0;
    std::size_t signature_bytes = 0;
    std::size_t operations_at = 0;
    std::vector<std::uint32_t> shapes;
    std::vector<std::uint32_t> writers;
    std::vector<std::uint32_t> ids;
  };
  // Of the operation that is put together.
  struct Parts {
    OperationClass what;
    std::uint32_t shape = kNobody;
    std::uint32_t record = kNobody;
    std::uint64_t mint = 0;
    Bytes body{};
  };

  Error begin(std::span<const Bytes> streams);
  Error take_classes();
  Error take_entry(NumberedStamp& last_base);
  Error take_minted(PastRecord& record, std::uint64_t bits);
  Error take_change();
  Error take_whole_change();
  Error begin_header(std::uint64_t operations);
  Error finish_change(std::uint64_t operations);
  void put_counts(std::uint8_t* header, std::uint64_t operations) const;
  Error take_operation();
  Error take_shape(Parts& parts);
  Error take_record(Parts& parts);
  std::uint64_t take_record_number() noexcept;
  Error take_mint(Parts& parts);
  Error take_body(Parts& parts);
  Error take_base(const Parts& parts, Hlc hlc);
  Error take_overwritten(Overwritten& out);
  Error put_operation(const Parts& parts);
  void put_overwritten(std::uint8_t* to);
  std::uint16_t writer_index(std::uint32_t writer);
  std::uint32_t shape_index(std::uint32_t shape);
  std::uint32_t record_index(std::uint32_t record);
  Error finish() const;

  std::uint64_t take(NumberColumn column) noexcept;
  Bytes take_bytes(ByteColumn column, std::uint64_t bytes) noexcept;
  Digest take_digest() noexcept;
  // The writer of a column; a new one is named with it.
  Error take_writer(std::uint64_t number, std::uint32_t& writer);
  Error check_columns() const;
  // Room for so many bytes at the end of out_, zeros.
  Error grow(std::uint64_t bytes);

  Past past_;
  Sheet sheet_;  // but for its bytes
  std::array<Bytes, kByteColumns> bytes_;
  std::array<std::size_t, kNumberColumns> next_{};
  std::array<std::size_t, kByteColumns> next_byte_{};
  bool too_short_ = false;
  std::vector<OperationClass> classes_;
  std::vector<std::uint32_t> table_of_;  // by shape; of this block
  std::uint32_t next_table_ = 0;         // the first one that is not used yet
  std::vector<std::size_t> next_cell_;   // by table
  std::size_t raw_bytes_ = 0;
  Buffer out_;
  Opened change_;
  std::uint64_t ordinal_ = 0;  // of the change, so that used_in needs no clearing
  std::uint32_t last_record_ = kNobody;
  Overwritten overwritten_;
};

}  // namespace gs::columns
