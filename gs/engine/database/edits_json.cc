#include "gs/engine/database/edits_json.h"

#include <set>

#include "gs/core/crdt/text/measure.h"
#include "gs/core/crdt/text/operation.h"
#include "gs/core/merge/field_writes.h"
#include "gs/core/record/json.h"

namespace gs::engine {

namespace {

// Fields, as exceptions count them, that have edits.
std::set<std::uint32_t> edited_fields(const graph::OperationView& operation) {
  std::set<std::uint32_t> fields;
  const auto kind = static_cast<graph::Kind>(operation.kind);
  if (kind != graph::Kind::update && kind != graph::Kind::set) return fields;
  Bytes rest;
  const auto overwritten = graph::parse_overwritten(operation.payload, rest);
  for (std::uint32_t i = 0; overwritten.ok() && i < overwritten->exceptions; ++i) {
    const graph::OverwrittenView::Exception one = overwritten->exception(i);
    if (one.rule == static_cast<std::uint8_t>(merge::Rule::text)) fields.insert(one.field);
  }
  return fields;
}

void append_edit(std::uint32_t pos, std::uint32_t deleted, std::string_view inserted,
                 std::string& out) {
  if (out.back() != '[') out += ',';
  out += '[' + std::to_string(pos) + ',' + std::to_string(deleted) + ',';
  record::append_json_string(inserted, out);
  out += ']';
}

// A deletion and the insertion in its place are one edit.
void append_edits(const crdt::EditsView& edits, std::string& out) {
  std::string_view text = edits.text;
  std::uint32_t gone = 0;
  std::uint32_t gone_at = 0;
  out += "{\"$edits\":[";
  crdt::EditsReader reader(edits.heads, edits.positions);
  for (crdt::EditRun run; reader.next(run);) {
    if (run.edit != crdt::Edit::insert) {
      if (gone != 0) append_edit(gone_at, gone, {}, out);
      gone = run.count;
      gone_at = crdt::cursor_after(run);
      continue;
    }
    const bool is_one = gone != 0 && gone_at == run.pos;
    if (gone != 0 && !is_one) append_edit(gone_at, gone, {}, out);
    const std::size_t bytes = crdt::bytes_of_points(text, run.count);
    append_edit(run.pos, is_one ? gone : 0, text.substr(0, bytes), out);
    text.remove_prefix(bytes);
    gone = 0;
  }
  if (gone != 0) append_edit(gone_at, gone, {}, out);
  out += "]}";
}

void append_field(const std::optional<record::ValueView>& value, bool is_edited, std::string& out) {
  if (!value || value->type == record::kAbsentMember) {
    out += "{\"$unset\":true}";
    return;
  }
  if (is_edited && value->type == Type::bytes) {
    if (const auto edits = crdt::parse_edits(value->content); edits.ok()) {
      return append_edits(*edits, out);
    }
  }
  record::append_json(*value, out);
}

}  // namespace

bool has_edits(const graph::OperationView& operation) { return !edited_fields(operation).empty(); }

void append_written_json(const graph::OperationView& operation, const record::RecordView& written,
                         std::string& out) {
  const std::set<std::uint32_t> edited = edited_fields(operation);
  if (edited.empty()) return record::append_delta_json(written, out);
  const record::Shape& shape = written.shape();
  const auto first = static_cast<std::uint32_t>(shape.self_describing() ? 0 : shape.key_fields());
  out += '{';
  for (std::uint32_t i = first; i < merge::field_numbers_end(written); ++i) {
    if (i != first) out += ',';
    record::append_json_string(merge::name_of_field(written, i), out);
    out += ':';
    append_field(merge::value_of_field(written, i), edited.count(i) != 0, out);
  }
  out += '}';
}

}  // namespace gs::engine
