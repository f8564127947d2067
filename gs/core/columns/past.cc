#include "gs/core/columns/past.h"

#include <algorithm>
#include <bit>

#include "gs/base/endian.h"
#include "gs/core/graph/header.h"

namespace gs::columns {
namespace {

using graph::Kind;

constexpr std::uint32_t kFieldsSeen = 32;  // of a record; stamps of others are not foreseen

// Of a field of a shape; shapes have small numbers, see kNamesKeptMax.
constexpr std::uint32_t field_key(std::uint32_t shape, std::uint32_t field) noexcept {
  return shape * kFieldsSeen + field;
}

constexpr std::size_t kPresenceAt = 8;  // in a record: the fields that it has, by bits

// The first 32 fields that a record has. A guess at what an operation writes, which costs bytes
// when it is wrong, and nothing else.
std::uint32_t fields_of(Bytes body) noexcept {
  return body.size() < kPresenceAt + 8 ? 0 : load_u32(body.data() + kPresenceAt);
}

bool is_later(const NumberedStamp& a, const NumberedStamp& b) noexcept {
  return a.hlc > b.hlc || (a.hlc == b.hlc && a.writer != b.writer);
}

std::uint8_t rule_of(const Overwritten* overwritten, std::uint8_t field) noexcept {
  if (overwritten == nullptr) return 0;
  for (const NumberedException& exception : overwritten->exceptions) {
    if (exception.field == field) return exception.rule;
  }
  return 0;
}

}  // namespace

void Past::forget() {
  last_change_ = {};
  branch_ = {};
  writers_.clear();
  shapes_.clear();
  records_.clear();
  stamps_.clear();
  threes_.clear();
}

bool Past::begin_block() {
  const bool full = records_.size() > kRecordsKeptMax || threes_.size() >= kThreesMax ||
                    writers_.size() > kNamesKeptMax || shapes_.size() > kNamesKeptMax;
  if (full) forget();
  for (PastWriter& writer : writers_) writer.minted_head = 0;
  for (PastWriter& writer : writers_) writer.next_mint = 0;
  return full;
}

Past::ThreeStamps& Past::Threes::add() {
  if (size_ == parts_.size() * kPart) {
    parts_.push_back(std::make_unique<std::array<ThreeStamps, kPart>>());
  }
  return (*this)[size_++];
}

void Past::add_record(const PastRecord& record, const NumberedStamp& base) {
  records_.push_back(record);
  stamps_.push_back({base.hlc, base.writer, kNobody});
}

void Past::add_change(std::uint32_t writer, Bytes header) {
  const graph::HeaderView view(header);
  last_change_ = graph::change_digest(header);
  branch_ = view.branch();
  PastWriter& own = writers_[writer];
  own.next_sequence = view.sequence() + 1;
  own.hlc = view.hlc();
  own.last = last_change_;
}

void Past::foresee(std::uint8_t kind, std::uint32_t record, std::uint32_t shape, Bytes body,
                   Overwritten& out) const {
  out.exceptions.clear();
  out.removal_rule = 0;
  const Stamps& past = stamps_[record];
  out.base = {past.base, past.base_writer};
  if (kind == static_cast<std::uint8_t>(Kind::remove)) return;
  const std::uint32_t fields = fields_of(body);
  for (std::uint32_t at = past.threes; at != kNobody; at = threes_[at].next) {
    const ThreeStamps& three = threes_[at];
    for (std::uint32_t i = 0; i < three.count; ++i) {
      const std::uint32_t field = three.field[i] % kFieldsSeen;
      if (three.field[i] != field_key(shape, field) || (fields >> field & 1) == 0) continue;
      const NumberedStamp stamp{three.hlc[i], three.writer[i]};
      if (is_later(stamp, out.base)) out.exceptions.push_back({stamp, field, three.rule[i]});
    }
  }
  std::sort(out.exceptions.begin(), out.exceptions.end(),
            [](const auto& a, const auto& b) { return a.field < b.field; });
}

void Past::note_field(Stamps& record, std::uint32_t field, std::uint8_t rule,
                      const NumberedStamp& stamp) {
  std::uint32_t last = kNobody;
  std::size_t count = 0;
  for (std::uint32_t at = record.threes; at != kNobody; at = threes_[at].next) {
    ThreeStamps& three = threes_[at];
    last = at;
    ++count;
    for (std::uint32_t i = 0; i < three.count; ++i) {
      if (three.field[i] != field) continue;
      three.hlc[i] = stamp.hlc;
      three.writer[i] = stamp.writer;
      three.rule[i] = rule;
      return;
    }
  }
  ThreeStamps* const three = room_for_stamp(record, last, count);
  if (three == nullptr) return;
  three->hlc[three->count] = stamp.hlc;
  three->writer[three->count] = stamp.writer;
  three->field[three->count] = field;
  three->rule[three->count++] = rule;
}

// Null: no more are noted. `last`: of the `count` threes that the record has.
Past::ThreeStamps* Past::room_for_stamp(Stamps& record, std::uint32_t last, std::size_t count) {
  if (last != kNobody && threes_[last].count < threes_[last].field.size()) return &threes_[last];
  if (count == kThreesOfRecordMax || threes_.size() == kThreesMax) return nullptr;
  const auto number = static_cast<std::uint32_t>(threes_.size());
  (last == kNobody ? record.threes : threes_[last].next) = number;
  return &threes_.add();
}

void Past::note(std::uint8_t kind, std::uint32_t record, std::uint32_t shape, Bytes body,
                const NumberedStamp& stamp, const Overwritten* overwritten) {
  Stamps& past = stamps_[record];
  const auto is = [kind](Kind one) { return kind == static_cast<std::uint8_t>(one); };
  if (is(Kind::insert) || is(Kind::set)) {
    past.base = stamp.hlc;
    past.base_writer = stamp.writer;
    return;
  }
  if (overwritten != nullptr) {
    past.base = overwritten->base.hlc;
    past.base_writer = overwritten->base.writer;
  }
  if (!is(Kind::update)) return;
  for (std::uint32_t fields = fields_of(body); fields != 0; fields &= fields - 1) {
    const auto field = static_cast<std::uint8_t>(std::countr_zero(fields));
    note_field(past, field_key(shape, field), rule_of(overwritten, field), stamp);
  }
}

}  // namespace gs::columns
