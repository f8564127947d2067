// Figures of a storage, what verification found, proofs, and what was erased or dropped.
#include "gs/calls/report_json.h"

namespace gs::calls {
namespace {

std::string section_json(const VerifySection& section, Spelling spelling, const StepOf& step_of) {
  ReportObject line(spelling);
  line.text("name", section.name);
  // What was not checked whole is neither well nor damaged.
  if (section.ok && !section.complete) {
    line.raw("ok", "null");
  } else {
    line.boolean("ok", section.ok);
  }
  line.number("checked", section.checked);
  if (!section.complete) line.boolean("complete", false);
  if (!section.ok && step_of) line.text("step", step_of(section));
  if (!section.detail.empty()) {
    line.text(section.ok ? "note" : "detail", valid_utf8(section.detail));
  }
  return line.take();
}

// They quote what is on the disk.
std::string places_json(const std::vector<std::string>& damage) {
  std::vector<std::string> places;
  places.reserve(damage.size());
  for (const std::string& place : damage) places.push_back(valid_utf8(place));
  return texts_json(places);
}

}  // namespace

ReportObject stats_object(const Storage& storage, const Stats& stats, Spelling spelling) {
  JsonObject collections;
  for (const auto& [name, records] : stats.collections) collections.number(name, records);
  ReportObject line(spelling);
  line.text("storage", storage.id().text())
      .number("records", stats.records)
      .number("logBytes", stats.log_bytes)
      .number("stateBytes", stats.state_bytes)
      .number("blobBytes", stats.blob_bytes)
      .number("memoryBytes", stats.memory_bytes)
      .number("segments", stats.segments)
      .number("changes", stats.changes)
      .number("runs", stats.runs)
      .number("writers", stats.writers)
      .number("shapes", stats.shapes)
      .raw("collections", collections.take());
  return line;
}

std::string verify_json(const VerifyReport& report, Spelling spelling, const StepOf& step_of) {
  const auto section = [&](const VerifySection& one) {
    return section_json(one, spelling, step_of);
  };
  ReportObject line(spelling);
  return line.boolean("ok", report.ok)
      .raw("sections", json_list(report.sections, section))
      .number("bytes", report.bytes)
      .number("changes", report.changes)
      .number("operations", report.operations)
      .number("erased", report.erased)
      .number("dropped", report.dropped)
      .raw("frontier", digests_json(report.frontier))
      .raw("damage", places_json(report.damage))
      .take();
}

std::string recovery_json(const RecoveryReport& report, Spelling spelling) {
  ReportObject line(spelling);
  return line.number("changesReplayed", report.changes_replayed)
      .number("bytesReplayed", report.bytes_replayed)
      .boolean("tornTailCut", report.torn_tail_cut)
      .boolean("tornTailLeftOut", report.torn_tail_left_out)
      .boolean("tornTailJudged", report.torn_tail_judged)
      .number("cutSegment", report.cut_segment)
      .number("cutOffset", report.cut_offset)
      .number("cutBytes", report.cut_bytes)
      .raw("damage", places_json(report.damage))
      .take();
}

std::string shallow_json(const ShallowReport& report, bool is_preview, Spelling spelling) {
  ReportObject line(spelling);
  line.raw("version", digests_json(report.version))
      .number("changes", report.changes)
      .number("operations", report.operations)
      .number("logBytes", report.log_bytes);
  if (!is_preview) line.number("baseBytes", report.base_bytes);
  return line.boolean("preview", is_preview).take();
}

std::string digest_json(const StateDigest& state, Spelling spelling) {
  ReportObject line(spelling);
  return line.raw("frontier", digests_json(state.frontier))
      .text("digest", state.digest.text())
      .take();
}

ReportObject proof_object(const ProofReport& report, Spelling spelling) {
  ReportObject line(spelling);
  line.boolean("ok", true)
      .text("storage", report.storage.text())
      .text("change", report.change.text())
      .text("writer", report.writer.text())
      .text("id", report.id.text())
      .time(report.time_ms)
      .text("kind", report.kind)
      .text("collection", report.collection)
      .text("logRoot", report.log_root.text())
      .number("logSize", report.log_size);
  if (!report.json.empty()) line.raw("data", report.json);
  return line;
}

std::string erased_json(const Id& id, std::uint64_t payloads, Spelling spelling) {
  ReportObject line(spelling);
  line.text("id", id.text()).number("erased", payloads);
  if (payloads == 0) line.boolean("alreadyErased", true);
  return line.take();
}

std::string compacted_json(const Stats& before, const Stats& after, Spelling spelling) {
  ReportObject line(spelling);
  return line.number("stateBytesBefore", before.state_bytes)
      .number("stateBytes", after.state_bytes)
      .number("runsBefore", before.runs)
      .number("runs", after.runs)
      .take();
}

}  // namespace gs::calls
