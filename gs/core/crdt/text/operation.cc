#include "gs/core/crdt/text/operation.h"

#include <algorithm>

#include "gs/base/check.h"
#include "gs/base/endian.h"
#include "gs/core/crdt/text/measure.h"
#include "gs/core/crdt/text/varint.h"
#include "gs/core/record/utf8.h"

namespace gs::crdt {
namespace {

Error broken_operation(const char* what) {
  return Error(Code::invalid, std::string("text operation: ") + what);
}

// The two numbers of a parent, in the order in which they stand.
std::pair<std::uint32_t, std::uint32_t> wire_of(const Parent& parent, std::uint32_t first_seq) {
  if (parent.own) return {0, first_seq - 1 - parent.seq};
  return {parent.writer + 1, parent.seq};
}

void append_parents(Buffer& out, const OperationParts& parts) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> wire;
  wire.reserve(parts.parents.size());
  for (const Parent& parent : parts.parents) wire.push_back(wire_of(parent, parts.first_seq));
  std::sort(wire.begin(), wire.end());
  append_varint(out, static_cast<std::uint32_t>(wire.size()));
  for (const auto& [writer, seq] : wire) {
    append_varint(out, writer);
    append_varint(out, seq);
  }
}

void append_edits(Buffer& out, std::span<const EditRun> runs, std::string_view text) {
  EditsWriter columns;
  for (const EditRun& run : runs) columns.add(run);
  columns.finish();
  append_block(out, columns.heads());
  append_block(out, columns.positions());
  append_block(out, as_bytes(text));
}

// Behind the text, when there are any.
Error take_marks(Bytes& in, EditsView& edits) {
  if (in.empty()) return {};
  if (!take_block(in, edits.marks)) return broken_operation("a column is longer than the rest");
  if (edits.marks.empty()) return broken_operation("it says that it has marks, and has none");
  GS_TRY(edits.mark_count, check_marks(edits.marks, edits.counts.events));
  return {};
}

// Takes them off the front of `in`.
Result<EditsView> take_edits(Bytes& in) {
  EditsView edits;
  Bytes text;
  if (!take_block(in, edits.heads) || !take_block(in, edits.positions) || !take_block(in, text)) {
    return broken_operation("a column is longer than the rest");
  }
  GS_TRY(edits.counts, check_edits(edits.heads, edits.positions));
  edits.text = as_text(text);
  const bool one_letter = text.size() == 1 && text[0] < 0x80;
  if (!one_letter && !record::valid_utf8(text)) return broken_operation("its text is not UTF-8");
  if (measure(edits.text).points != edits.counts.inserted) {
    return broken_operation("its text has another length than its runs");
  }
  return edits;
}

bool stands_on_edit_before(const OperationParts& parts) {
  return parts.parents.size() == 1 && parts.parents[0].own &&
         parts.parents[0].seq + 1 == parts.first_seq;
}

}  // namespace

bool OperationView::take_parent(Bytes& in, std::uint32_t first_seq, Parent& parent) noexcept {
  std::uint32_t writer = 0;
  std::uint32_t seq = 0;
  if (!take_varint(in, writer) || !take_varint(in, seq)) return false;
  parent.own = writer == 0;
  parent.writer = parent.own ? 0 : writer - 1;
  parent.seq = parent.own ? first_seq - 1 - seq : seq;
  return parent.own ? seq < first_seq : seq <= kSeqMax;
}

Error OperationView::parse_parents(Bytes& in) {
  if (!take_varint(in, parent_count_)) return broken_operation("no count of parents");
  if (parent_count_ > kParentsMax) return broken_operation("too many parents");
  const Bytes all = in;
  std::pair<std::uint32_t, std::uint32_t> before{};
  for (std::uint32_t i = 0; i < parent_count_; ++i) {
    Parent parent;
    if (!take_parent(in, first_seq_, parent)) return broken_operation("a parent has no such form");
    const auto wire = wire_of(parent, first_seq_);
    if (i > 0 && wire <= before) return broken_operation("parents are not in order");
    before = wire;
  }
  parents_ = all.first(all.size() - in.size());
  return {};
}

Error OperationView::take_chain(Bytes& in) {
  GS_TRY(edits_, take_edits(in));
  if (edits_.counts.events == 0) return broken_operation("no edits");
  if (edits_.counts.events > kSeqMax - first_seq_) return broken_operation("a seq is too large");
  return {};
}

Result<EditsView> parse_edits(Bytes bytes) {
  if (bytes.size() > kOperationBytesMax) {
    return Error(Code::too_large, "edits of a text of more than 16 MiB");
  }
  GS_TRY(EditsView edits, take_edits(bytes));
  GS_TRY_OK(take_marks(bytes, edits));
  if (!bytes.empty()) return broken_operation("bytes behind its end");
  return edits;
}

Buffer encode_edits(std::span<const EditRun> runs, std::string_view text,
                    std::span<const TextMark> marks) {
  Buffer out;
  append_edits(out, runs, text);
  if (!marks.empty()) append_block(out, encode_marks(marks));
  return out;
}

ChainReader::ChainReader(const EditsView& edits) noexcept
    : runs_(edits.heads, edits.positions), marks_(edits.marks) {
  has_mark_ = marks_.next(mark_);
}

bool ChainReader::next(EditRun& run, TextMark* mark) noexcept {
  if (has_mark_ && mark_.behind == done_) {
    run = mark_.event();
    if (mark != nullptr) *mark = mark_;
    has_mark_ = marks_.next(mark_);
    return true;
  }
  if (run_.count == 0 && !runs_.next(run_)) return false;
  run = run_;
  const std::uint32_t until = has_mark_ ? mark_.behind - done_ : run_.count;
  if (until >= run_.count) {
    run_.count = 0;
  } else {
    run.count = until;
    if (run.edit == Edit::erase_back && until == 1) run.edit = Edit::erase;
    run_ = run_from(run_, until);
  }
  done_ += run.count;
  return true;
}

Result<OperationView> OperationView::parse(Bytes payload) {
  if (payload.size() > kOperationBytesMax) {
    return Error(Code::too_large, "a text operation of more than 16 MiB");
  }
  if (payload.size() % 8 != 0) return broken_operation("its size is no multiple of 8");
  OperationView view;
  Bytes rest = payload;
  if (!take_varint(rest, view.first_seq_) || view.first_seq_ > kSeqMax)
    return broken_operation("no seq");
  GS_TRY_OK(view.parse_parents(rest));
  GS_TRY_OK(view.take_chain(rest));
  if (rest.size() >= 8) return broken_operation("bytes behind its end");
  for (const std::uint8_t byte : rest) {
    if (byte != 0) return broken_operation("padding is not zero");
  }
  return view;
}

Buffer encode_operation(const OperationParts& parts) {
  Buffer out;
  out.reserve(parts.text.size() + parts.runs.size() * 4 + 32);
  append_varint(out, parts.first_seq);
  append_parents(out, parts);
  append_edits(out, parts.runs, parts.text);
  out.resize(align_up(out.size(), std::size_t{8}));
  return out;
}

std::uint32_t& Session::next_seq(std::uint32_t writer) {
  GS_CHECK(writer < kSessionWritersMax);
  if (writer >= next_.size()) next_.resize(writer + std::size_t{1});
  return next_[writer];
}

Buffer Session::encode(std::uint32_t writer, const OperationParts& parts) {
  Buffer out;
  const bool chained = stands_on_edit_before(parts);
  std::uint32_t& next = next_seq(writer);
  append_varint(out, writer * 2 + (chained ? 0 : 1));
  append_varint(out, fold(parts.first_seq - next));
  if (!chained) append_parents(out, parts);
  append_edits(out, parts.runs, parts.text);
  next = parts.first_seq;
  for (const EditRun& run : parts.runs) next += run.count;
  return out;
}

Result<Session::Live> Session::decode(Bytes bytes) {
  if (bytes.size() > kOperationBytesMax) return Error(Code::too_large, "a live edit above 16 MiB");
  Live live;
  std::uint32_t head = 0;
  std::uint32_t folded = 0;
  if (!take_varint(bytes, head) || !take_varint(bytes, folded))
    return broken_operation("no writer and seq");
  live.writer = head / 2;
  live.on_edit_before = head % 2 == 0;
  if (live.writer >= kSessionWritersMax) return broken_operation("too many writers in a session");
  const std::uint32_t expected = live.writer < next_.size() ? next_[live.writer] : 0;
  OperationView& view = live.operation;
  view.first_seq_ = expected + unfold(folded);
  if (view.first_seq_ > kSeqMax) return broken_operation("a seq is too large");
  if (live.on_edit_before && view.first_seq_ == 0)
    return broken_operation("the first edit has no edit before");
  if (!live.on_edit_before) {
    GS_TRY_OK(view.parse_parents(bytes));
    Parent only;
    view.parents([&](const Parent& parent) { only = parent; });
    if (view.parent_count_ == 1 && only.own && only.seq + 1 == view.first_seq_) {
      return broken_operation("the edit before needs no list of parents");
    }
  }
  GS_TRY_OK(view.take_chain(bytes));
  if (!bytes.empty()) return broken_operation("bytes behind its end");
  next_seq(live.writer) = view.first_seq_ + view.edits_.counts.events;
  return live;
}

}  // namespace gs::crdt
