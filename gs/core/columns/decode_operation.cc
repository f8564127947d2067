// Puts one operation of a change together.
#include <algorithm>

#include "gs/base/endian.h"
#include "gs/core/columns/damage.h"
#include "gs/core/columns/decode.h"

namespace gs::columns {

using graph::kExceptionBytes;
using graph::kOverwrittenBytes;

namespace {

// A part of an operation before its body.
std::size_t overwritten_bytes(const Overwritten& overwritten) noexcept {
  return kOverwrittenBytes + overwritten.exceptions.size() * kExceptionBytes;
}

}  // namespace

Error Decoder::State::take_operation() {
  const std::uint64_t number = take(kClass);
  if (number >= classes_.size()) return damaged_columns("an operation of no class");
  Parts parts{.what = classes_[static_cast<std::size_t>(number)]};
  GS_TRY_OK(take_shape(parts));
  GS_TRY_OK(take_record(parts));
  if (parts.what.ticks_given) change_.ticks += take(kTicks);
  if (change_.ticks > graph::kHlcDeltaMax) return damaged_columns("a stamp that is too late");
  GS_TRY_OK(take_mint(parts));
  GS_TRY_OK(take_body(parts));
  GS_TRY_OK(take_base(parts, change_.hlc + change_.ticks));
  GS_TRY_OK(check_columns());
  return put_operation(parts);
}

Error Decoder::State::take_shape(Parts& parts) {
  if (!parts.what.has_shape) return {};
  const std::uint64_t number = take(kShape);
  if (number > past_.shapes().size()) return damaged_columns("a shape that is not known");
  if (number == past_.shapes().size()) past_.shapes().push_back({.id = take_digest()});
  parts.shape = static_cast<std::uint32_t>(number);
  return {};
}

Error Decoder::State::take_record(Parts& parts) {
  std::uint64_t number = last_record_;
  if (parts.what.id == IdMode::none) return {};
  if (parts.what.id == IdMode::next) number = static_cast<std::uint32_t>(last_record_ + 1);
  if (parts.what.id == IdMode::given) number = take_record_number();
  if (number >= past_.records().size()) return damaged_columns("a record that is not known");
  parts.record = last_record_ = static_cast<std::uint32_t>(number);
  return {};
}

// What comes later is fetched before it is needed: records are far from each other in memory.
std::uint64_t Decoder::State::take_record_number() noexcept {
  constexpr std::size_t kRecordsAhead = 16;
  constexpr std::size_t kStampsAhead = 8;
  const std::vector<std::uint64_t>& numbers = sheet_.numbers[kRecord];
  const std::size_t at = next_[kRecord];
  if (at + kRecordsAhead < numbers.size()) {
    past_.fetch_record(static_cast<std::size_t>(numbers[at + kRecordsAhead]));
    past_.fetch_stamps(static_cast<std::size_t>(numbers[at + kStampsAhead]));
  }
  return take(kRecord);
}

Error Decoder::State::take_mint(Parts& parts) {
  if (parts.what.mint == MintMode::keyed) parts.mint = graph::kNoMint;
  if (parts.what.mint == MintMode::given) parts.mint = take(kMint);
  if (parts.what.mint != MintMode::known) return {};
  if (parts.record == kNobody) return damaged_columns("a mint counter of no record");
  parts.mint = past_.records()[parts.record].mint;
  return {};
}

Error Decoder::State::take_body(Parts& parts) {
  if (parts.what.body == BodyMode::bytes) {
    const std::uint64_t bytes = take(kBodyBytes);
    if (bytes % 8 != 0) return damaged_columns("a body of a crooked size");
    parts.body = take_bytes(kBodies, bytes);
  }
  if (parts.what.body != BodyMode::row) return {};
  if (parts.shape == kNobody) return damaged_columns("a row of no table");
  if (table_of_.size() <= parts.shape) table_of_.resize(past_.shapes().size(), kNobody);
  std::uint32_t& number = table_of_[parts.shape];
  if (number == kNobody) {
    // Tables come in the order in which they are used.
    if (next_table_ == sheet_.tables.size() || sheet_.tables[next_table_].shape != parts.shape) {
      return damaged_columns("a row of no table");
    }
    number = next_table_++;
  }
  const Table& table = sheet_.tables[number];
  std::size_t& next = next_cell_[number];
  if (next == table.cells.size()) return damaged_columns("a table has too few rows");
  parts.body = {reinterpret_cast<const std::uint8_t*>(table.cells.data() + next),
                table.words * kWordBytes};
  next += table.words;
  return {};
}

// Into overwritten_; and notes what the operation does.
Error Decoder::State::take_base(const Parts& parts, Hlc hlc) {
  const BaseMode mode = parts.what.base;
  if (mode == BaseMode::foreseen) {
    if (parts.record == kNobody) return damaged_columns("a base stamp of no record");
    past_.foresee(parts.what.kind, parts.record, parts.shape, parts.body, overwritten_);
  }
  if (mode == BaseMode::given) GS_TRY_OK(take_overwritten(overwritten_));
  const bool erased = (parts.what.flags & graph::kErased) != 0;
  if (parts.record == kNobody || erased) return {};
  past_.note(parts.what.kind, parts.record, parts.shape, parts.body, {hlc, change_.writer},
             mode == BaseMode::none ? nullptr : &overwritten_);
  return {};
}

Error Decoder::State::take_overwritten(Overwritten& out) {
  const auto take_stamp = [this](NumberColumn writer, NumberColumn hlc, NumberedStamp& stamp) {
    const std::uint64_t code = take(writer);
    stamp = {take(hlc), kNobody};
    return code == 0 ? Error() : take_writer(code - 1, stamp.writer);
  };
  GS_TRY_OK(take_stamp(kBaseWriter, kBaseHlc, out.base));
  const std::uint64_t rest = take(kBaseRest);
  out.removal_rule = static_cast<std::uint8_t>(rest);
  const std::uint64_t count = rest >> 8;
  if (count > sheet_.numbers[kExceptionHlc].size() - next_[kExceptionHlc]) {
    return damaged_columns("more exceptions than there are");
  }
  out.exceptions.resize(static_cast<std::size_t>(count));
  for (NumberedException& one : out.exceptions) {
    const std::uint64_t field = take(kExceptionField);
    const std::uint64_t rule = take(kExceptionRule);
    if (field > graph::kWholeRecord || rule > 0xff) return damaged_columns("an exception of none");
    one.field = static_cast<std::uint32_t>(field);
    one.rule = static_cast<std::uint8_t>(rule);
    GS_TRY_OK(take_stamp(kExceptionWriter, kExceptionHlc, one.stamp));
  }
  return {};
}

Error Decoder::State::put_operation(const Parts& parts) {
  const OperationClass& what = parts.what;
  const std::size_t base = what.base == BaseMode::none ? 0 : overwritten_bytes(overwritten_);
  const std::size_t mint = what.mint == MintMode::none ? 0 : kWordBytes;
  const std::size_t size = graph::kOperationHeadBytes + base + mint + parts.body.size();
  const std::size_t at = out_.size();
  GS_TRY_OK(grow(size));
  std::uint8_t* to = out_.data() + at;
  store_u32(to, static_cast<std::uint32_t>(size));
  to[4] = what.kind;
  to[5] = what.flags;
  store_u16(to + 6, what.has_shape ? static_cast<std::uint16_t>(shape_index(parts.shape))
                                   : graph::kNoShape);
  store_u32(to + 8, parts.record == kNobody ? graph::kNoId : record_index(parts.record));
  store_u32(to + 12, static_cast<std::uint32_t>(change_.ticks));
  to += graph::kOperationHeadBytes;
  if (base != 0) put_overwritten(to);
  to += base;
  if (mint != 0) store_u64(to, parts.mint);
  std::copy(parts.body.begin(), parts.body.end(), to + mint);
  if ((what.flags & graph::kLastOfTransaction) != 0) ++change_.transactions;
  return {};
}

void Decoder::State::put_overwritten(std::uint8_t* to) {
  graph::put_overwritten(to, overwritten_.base.hlc, writer_index(overwritten_.base.writer),
                         static_cast<std::uint32_t>(overwritten_.exceptions.size()),
                         overwritten_.removal_rule);
  to += kOverwrittenBytes;
  for (const NumberedException& one : overwritten_.exceptions) {
    graph::put_exception(to, {one.field, writer_index(one.stamp.writer), one.stamp.hlc, one.rule});
    to += kExceptionBytes;
  }
}

namespace {

// The number of `entry` in a table of the change, in order of first use.
template <typename Entry>
std::uint32_t index_in(Entry& entry, std::uint32_t number, std::uint64_t change,
                       std::vector<std::uint32_t>& table) {
  if (entry.used_in != change) {
    entry.used_in = change;
    entry.index = static_cast<std::uint32_t>(table.size());
    table.push_back(number);
  }
  return entry.index;
}

}  // namespace

std::uint16_t Decoder::State::writer_index(std::uint32_t writer) {
  if (writer == kNobody) return graph::kNoWriter;
  if (writer == change_.writer) return graph::kThisWriter;
  return static_cast<std::uint16_t>(
      index_in(past_.writers()[writer], writer, ordinal_, change_.writers));
}

std::uint32_t Decoder::State::shape_index(std::uint32_t shape) {
  return index_in(past_.shapes()[shape], shape, ordinal_, change_.shapes);
}

std::uint32_t Decoder::State::record_index(std::uint32_t record) {
  return index_in(past_.records()[record], record, ordinal_, change_.ids);
}

}  // namespace gs::columns
