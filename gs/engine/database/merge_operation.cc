#include "gs/engine/database/merge_operation.h"

namespace gs::engine {

using graph::Kind;

ChangeWriters::ChangeWriters(const graph::ChangeView& change, std::uint32_t writer,
                             const state::Tables& tables)
    : writer_(writer) {
  for (std::uint16_t i = 0; i < change.writer_count(); ++i) {
    others_.push_back(tables.find_writer(change.writer_at(i)));
  }
}

LocalStamp ChangeWriters::stamp(graph::Hlc hlc, std::uint16_t index) const noexcept {
  if (index == graph::kThisWriter) return {hlc, writer_};
  const std::uint32_t number = index < others_.size() ? others_[index] : state::kUnknown;
  return number == state::kUnknown ? LocalStamp{} : LocalStamp{hlc, number};
}

const std::vector<Seen>& ChangeWriters::seen(const graph::OverwrittenView& overwritten) {
  seen_.clear();
  for (std::uint32_t i = 0; i < overwritten.exceptions; ++i) {
    const graph::OverwrittenView::Exception one = overwritten.exception(i);
    const std::uint32_t field = one.field == graph::kWholeRecord ? merge::kNoField : one.field;
    seen_.push_back({field, one.rule, stamp(one.hlc, one.writer)});
  }
  return seen_;
}

merge::Rule rule_of_all(const graph::OperationView& operation, const record::RecordView& delta) {
  Bytes rest;
  const auto overwritten = graph::parse_overwritten(operation.payload, rest);
  if (!overwritten.ok() || overwritten->exceptions == 0) return merge::Rule::latest;
  const std::uint8_t rule = overwritten->exception(0).rule;
  std::uint32_t next =
      delta.shape().self_describing() ? 0 : static_cast<std::uint32_t>(delta.shape().key_fields());
  for (std::uint32_t i = 0; i < overwritten->exceptions; ++i) {
    const graph::OverwrittenView::Exception one = overwritten->exception(i);
    if (one.field == graph::kWholeRecord) break;
    if (one.rule != rule || one.field > next) return merge::Rule::latest;
    if (one.field == next) ++next;  // they ascend, and a field may have several
  }
  const bool is_of_all = next == merge::field_numbers_end(delta);
  return is_of_all ? static_cast<merge::Rule>(rule) : merge::Rule::latest;
}

bool outlives(const graph::OperationView& operation, const LocalStamp& erasure,
              const ChangeWriters& writers) {
  if (erasure.hlc == 0) return true;
  if (operation.kind == static_cast<std::uint8_t>(Kind::insert)) return false;  // it has seen none
  Bytes rest;
  const auto overwritten = graph::parse_overwritten(operation.payload, rest);
  for (std::uint32_t i = 0; overwritten.ok() && i < overwritten->exceptions; ++i) {
    const graph::OverwrittenView::Exception one = overwritten->exception(i);
    if (one.field == graph::kWholeRecord && writers.stamp(one.hlc, one.writer) == erasure) {
      return true;
    }
  }
  return false;
}

Error merge_operation(merge::MergedRecord& record, const graph::OperationView& operation,
                      const record::ShapePtr* shape, ChangeWriters& writers) {
  const auto kind = static_cast<Kind>(operation.kind);
  const LocalStamp stamp = writers.stamp(operation);
  if (kind == Kind::insert) {
    record.write({shape, operation.payload.data() + 8, stamp, true, {}, {}});
    return {};
  }
  Bytes rest;
  GS_TRY(const graph::OverwrittenView overwritten,
         graph::parse_overwritten(operation.payload, rest));
  const LocalStamp base = writers.base(overwritten);
  const std::vector<Seen>& seen = writers.seen(overwritten);
  if (kind == Kind::remove) {
    record.remove({stamp, static_cast<merge::RemovalRule>(overwritten.removal_rule), base, seen});
  } else {
    record.write({shape, rest.data(), stamp, kind == Kind::set, base, seen});
  }
  return {};
}

}  // namespace gs::engine
