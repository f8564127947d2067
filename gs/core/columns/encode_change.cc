// Takes one change apart: its header, then its operations.
#include <algorithm>

#include "gs/core/columns/encode.h"
#include "gs/core/columns/operation_parts.h"
#include "gs/core/crypto/sha256.h"
#include "gs/core/graph/header.h"

namespace gs::columns {

using graph::ChangeView;
using graph::HeaderView;

void Encoder::State::put_change(const BlockChange& change) {
  if (!change.view) {
    put(kChangeBits, 0);
    put(kBodyBytes, change.bytes.size());
    put_bytes(kBodies, change.bytes);
    return;
  }
  const ChangeView& view = *change.view;
  own_ = writer_number(view.writer());
  put_header(view);
  put(kChangeOperations, view.operation_count());
  last_ticks_ = 0;
  fetch(change);
  auto cursor = view.operations();
  for (OperationView operation; cursor.next(operation);) put_operation(change, operation);
  past_.add_change(own_, view.header());
}

// Records are far from each other in memory: asked for together they come sooner.
void Encoder::State::fetch(const BlockChange& change) const {
  for (const std::uint32_t name : change.ids) past_.fetch_record(record_of_[name]);
  for (const std::uint32_t name : change.ids) past_.fetch_stamps(record_of_[name]);
}

void Encoder::State::put_header(const ChangeView& view) {
  const HeaderView header(view.header());
  const PastWriter& own = past_.writers()[own_];
  std::uint64_t bits = kChangeInColumns;
  const auto given = [&](bool differs, ChangeBits bit) {
    if (differs) bits |= bit;
    return differs;
  };
  put(kChangeWriter, own_);
  if (given(!equal(view.header().first(8), kUsualFirstBytes), kFirstBytesGiven)) {
    put_bytes(kDigests, view.header().first(8));
  }
  if (given(header.storage() != past_.storage(), kStorageGiven)) put_digest(header.storage());
  if (given(header.branch() != past_.branch(), kBranchGiven)) {
    put_bytes(kDigests, header.branch().bytes);
  }
  if (given(header.sequence() != own.next_sequence, kSequenceGiven)) {
    put(kChangeSequence, header.sequence());
  }
  put(kChangeHlc, header.hlc() - own.hlc);
  if (given(header.prev() != own.last, kPrevGiven)) put_digest(header.prev());
  if (given(crypto::sha256(view.tables()) != header.tables_digest(), kTablesGiven)) {
    put_digest(header.tables_digest());
  }
  const bool follows = header.parent_count() == 1 && header.parent(0) == past_.last_change();
  if (given(!follows, kParentsGiven)) {
    put(kChangeParents, header.parent_count());
    put_bytes(kDigests, view.header().subspan(graph::kHeaderFixedBytes));
  }
  given(view.explicit_salts(), kSaltsExplicit);
  put(kChangeBits, bits);
  put(kSignatureBytes, view.signature().size());
  put_bytes(kProofs, header.operations_root().bytes);
  put_bytes(kProofs, view.signature());
  put_bytes(kProofs, view.salts());
}

void Encoder::State::number_stamps(const ChangeView& change,
                                   const graph::OverwrittenView& overwritten, Overwritten& out) {
  const auto stamp = [&](Hlc hlc, std::uint16_t writer) {
    if (writer == graph::kNoWriter) return NumberedStamp{hlc, kNobody};
    if (writer == graph::kThisWriter) return NumberedStamp{hlc, own_};
    return NumberedStamp{hlc, writer_number(change.writer_at(writer))};
  };
  out.base = stamp(overwritten.hlc, overwritten.writer);
  out.removal_rule = overwritten.removal_rule;
  out.exceptions.clear();
  for (std::uint32_t i = 0; i < overwritten.exceptions; ++i) {
    const auto one = overwritten.exception(i);
    out.exceptions.push_back({stamp(one.hlc, one.writer), one.field, one.rule});
  }
}

void Encoder::State::put_overwritten(const Overwritten& overwritten) {
  put(kBaseWriter, code_of_writer(overwritten.base.writer));
  put(kBaseHlc, overwritten.base.hlc);
  put(kBaseRest, overwritten.exceptions.size() << 8 | overwritten.removal_rule);
  for (const NumberedException& one : overwritten.exceptions) {
    put(kExceptionField, one.field);
    put(kExceptionWriter, code_of_writer(one.stamp.writer));
    put(kExceptionRule, one.rule);
    put(kExceptionHlc, one.stamp.hlc);
  }
}

IdMode Encoder::State::put_record(std::uint32_t record) {
  const std::uint32_t last = last_record_;
  last_record_ = record;
  if (record == last) return IdMode::same;
  if (record == last + 1) return IdMode::next;
  put(kRecord, record);
  return IdMode::given;
}

MintMode Encoder::State::put_mint(std::uint64_t mint, std::uint32_t record) {
  if (mint == graph::kNoMint) return MintMode::keyed;
  if (record != kNobody && past_.records()[record].mint == mint) return MintMode::known;
  put(kMint, mint);
  return MintMode::given;
}

BodyMode Encoder::State::put_body(Bytes body, std::uint32_t shape, bool is_row) {
  if (body.empty()) return BodyMode::none;
  if (!is_row) {
    put(kBodyBytes, body.size());
    put_bytes(kBodies, body);
    return BodyMode::bytes;
  }
  ShapeSize& size = sizes_[shape];
  if (size.table == kNobody) {
    size.table = static_cast<std::uint32_t>(sheet_.tables.size());
    sheet_.tables.push_back({shape, body.size() / kWordBytes, {}});
  }
  std::vector<std::uint64_t>& cells = sheet_.tables[size.table].cells;
  for (std::size_t at = 0; at < body.size(); at += kWordBytes) {
    cells.push_back(load_u64(body.data() + at));
  }
  return BodyMode::row;
}

void Encoder::State::put_class(const OperationClass& one) {
  if (classes_.empty() || classes_[last_class_] != one) {
    const auto found = std::find(classes_.begin(), classes_.end(), one);
    last_class_ = static_cast<std::size_t>(found - classes_.begin());
    if (found == classes_.end()) {
      classes_.push_back(one);
      put(kClassDefinition, one.code());
    }
  }
  put(kClass, last_class_);
}

void Encoder::State::put_operation(const BlockChange& change, const OperationView& operation) {
  if (classes_.size() > kClassesMax) return;  // the block will not be in columns
  const ChangeView& view = *change.view;
  OperationClass one{.kind = operation.kind, .flags = operation.flags};
  std::uint32_t shape = kNobody;
  if (operation.shape != graph::kNoShape) {
    one.has_shape = true;
    shape = change.shapes[operation.shape];
    put(kShape, shape);
    if (shape == past_.shapes().size()) {
      past_.shapes().push_back({.id = view.shape(operation.shape)});
      put_digest(view.shape(operation.shape));
    }
  }
  std::uint32_t record = kNobody;
  if (operation.id_index != graph::kNoId) {
    record = record_of_[change.ids[operation.id_index]];
    one.id = put_record(record);
  }
  const std::uint64_t ticks = operation.hlc - view.hlc();
  one.ticks_given = ticks != last_ticks_;
  if (one.ticks_given) put(kTicks, ticks - last_ticks_);
  last_ticks_ = ticks;
  if (has_mint(operation)) one.mint = put_mint(load_u64(operation.payload.data()), record);
  const Bytes body = body_of(operation);
  const bool is_row = shape != kNobody && has_record(operation) && sizes_[shape].is_table();
  one.body = put_body(body, shape, is_row);
  one.base = put_base(view, operation, record, shape, body);
  put_class(one);
}

// The part that says what was overwritten; and what it is from now on.
BaseMode Encoder::State::put_base(const ChangeView& view, const OperationView& operation,
                                  std::uint32_t record, std::uint32_t shape, Bytes body) {
  const NumberedStamp stamp{operation.hlc, own_};
  const bool has_base = has_overwritten(operation);
  if (!has_base) {
    if (record != kNobody && !operation.erased()) {
      past_.note(operation.kind, record, shape, body, stamp, nullptr);
    }
    return BaseMode::none;
  }
  Bytes rest;
  const auto parsed = graph::parse_overwritten(operation.payload, rest);
  number_stamps(view, *parsed, overwritten_);
  bool foreseen = false;
  if (record != kNobody) {
    past_.foresee(operation.kind, record, shape, body, foreseen_);
    foreseen = foreseen_ == overwritten_;
    past_.note(operation.kind, record, shape, body, stamp, &overwritten_);
  }
  if (foreseen) return BaseMode::foreseen;
  put_overwritten(overwritten_);
  return BaseMode::given;
}

}  // namespace gs::columns
