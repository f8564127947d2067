// The state of an Encoder, and the steps in which it takes a block apart. Internal to
// gs/core/columns.
#pragma once

#include <optional>

#include "gs/base/interner.h"
#include "gs/core/columns/columns.h"
#include "gs/core/columns/layout.h"
#include "gs/core/columns/minters.h"
#include "gs/core/columns/past.h"

namespace gs::columns {

class Encoder::State {
 public:
  explicit State(const Digest& storage);
  void forget();
  bool encode(std::span<const Bytes> changes, std::vector<Buffer>& streams);

 private:
  struct BlockChange {
    Bytes bytes;
    std::optional<graph::ChangeView> view;  // none: it stays as it is
    std::vector<std::uint32_t> ids;         // names of its ids
    std::vector<std::uint32_t> shapes;      // numbers of its shapes
  };
  // A record that the blocks before did not have.
  struct FreshRecord {
    Id id;
    std::uint32_t name;
    bool seen;  // an operation on it, from which the others are
    std::optional<Minting> said;
    std::optional<graph::Stamp> base;
  };
  // The sizes of a shape's bodies in this block.
  struct ShapeSize {
    std::size_t bytes = 0;
    bool differ = false;
    std::uint32_t table = kNobody;

    void add(std::size_t body_bytes) noexcept {
      if (body_bytes == 0) return;
      differ = differ || (bytes != 0 && bytes != body_bytes);
      bytes = body_bytes;
    }
    bool is_table() const noexcept { return !differ && bytes <= kTableWordsMax * kWordBytes; }
  };

  void begin_names(const graph::ChangeView& first);
  void collect(std::vector<BlockChange>& changes);
  void collect_change(BlockChange& change);
  void collect_operation(const BlockChange& change, const graph::OperationView& operation);
  void put_entries();
  void put_entry(const FreshRecord& fresh, NumberedStamp& last_base);
  void put_change(const BlockChange& change);
  void fetch(const BlockChange& change) const;
  void put_header(const graph::ChangeView& view);
  void put_operation(const BlockChange& change, const graph::OperationView& operation);
  BaseMode put_base(const graph::ChangeView& view, const graph::OperationView& operation,
                    std::uint32_t record, std::uint32_t shape, Bytes body);
  void number_stamps(const graph::ChangeView& change, const graph::OverwrittenView& overwritten,
                     Overwritten& out);
  void put_overwritten(const Overwritten& overwritten);
  IdMode put_record(std::uint32_t record);
  MintMode put_mint(std::uint64_t mint, std::uint32_t record);
  BodyMode put_body(Bytes body, std::uint32_t shape, bool is_row);
  void put_class(const OperationClass& one);
  std::uint32_t writer_number(const Writer& writer);
  void put(NumberColumn column, std::uint64_t number) { sheet_.numbers[column].push_back(number); }
  void put_bytes(ByteColumn column, Bytes bytes);
  void put_digest(const Digest& digest);

  Past past_;
  Sheet sheet_;
  Minters minters_;
  bool named_ = false;  // the names below belong to what past_ knows
  Interner<Writer> writer_names_;
  Interner<Digest> shape_names_;
  Interner<Id> id_names_;
  std::vector<std::uint32_t> record_of_;  // by the name of its id
  std::vector<FreshRecord> fresh_;
  std::vector<ShapeSize> sizes_;  // by the number of the shape
  std::vector<OperationClass> classes_;
  std::size_t last_class_ = 0;
  Overwritten foreseen_;
  Overwritten overwritten_;
  std::uint32_t own_ = 0;  // the writer of the change
  std::uint32_t last_record_ = kNobody;
  std::uint64_t last_ticks_ = 0;
};

}  // namespace gs::columns
