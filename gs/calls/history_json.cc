// Changes, their operations, and who wrote what.
#include "gs/calls/report_json.h"

namespace gs::calls {

Result<BranchNames> BranchNames::of(const Storage& storage) {
  BranchNames names;
  GS_TRY(const std::vector<NamedVersion> all, storage.named_versions());
  for (const NamedVersion& named : all) {
    if (named.kind == NamedVersion::Kind::branch) names.names_[named.branch] = named.name;
  }
  return names;
}

std::string BranchNames::text(const ChangeInfo& change) const {
  if (change.branch.is_zero()) return "";
  const auto found = names_.find(change.branch);
  return found == names_.end() ? change.branch.text() : found->second;
}

ReportObject change_object(const ChangeInfo& change, const BranchNames& branches,
                           Spelling spelling) {
  ReportObject line(spelling);
  line.text("change", change.digest.text()).text("writer", change.writer.text());
  if (const std::string branch = branches.text(change); !branch.empty()) {
    line.text("branch", branch);
  }
  line.number("sequence", change.sequence)
      .time(change.time_ms)
      .number("transactions", change.transactions)
      .number("bytes", change.bytes)
      .text("prev", change.prev.text())
      .raw("parents", digests_json(change.parents))
      .number("segment", change.segment)
      .number("offset", change.offset);
  return line;
}

std::string operation_json(const OperationInfo& operation, Spelling spelling) {
  ReportObject line(spelling);
  line.text("kind", operation.kind);
  if (operation.id) line.text("id", operation.id->text());
  line.text("collection", operation.collection)
      .boolean("lastOfTransaction", operation.last_of_transaction)
      .boolean("erased", operation.erased)
      .boolean("dropped", operation.dropped);
  if (!operation.json.empty()) line.raw("data", operation.json);
  return line.take();
}

std::string entry_json(const HistoryEntry& entry, Spelling spelling) {
  const OperationInfo& operation = entry.operation;
  ReportObject line(spelling);
  line.text("change", entry.change.digest.text())
      .time(entry.change.time_ms)
      .text("writer", entry.change.writer.text())
      .text("kind", operation.kind)
      .text("collection", operation.collection)
      .boolean("erased", operation.erased)
      .boolean("dropped", operation.dropped);
  if (!operation.json.empty()) line.raw("data", operation.json);
  return line.take();
}

std::string origin_json(const FieldOrigin& origin, Spelling spelling) {
  ReportObject line(spelling);
  line.text("field", origin.field)
      .raw("value", origin.json)
      .text("writer", origin.writer.text())
      .time(origin.time_ms);
  if (origin.change) line.text("change", origin.change->text());
  return line.take();
}

}  // namespace gs::calls
