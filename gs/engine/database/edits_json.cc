#include "gs/engine/database/edits_json.h"

#include <map>

#include "gs/core/crdt/list/list_edits.h"
#include "gs/core/crdt/text/measure.h"
#include "gs/core/crdt/text/operation.h"
#include "gs/core/merge/edited_tree.h"
#include "gs/core/merge/field_writes.h"
#include "gs/core/merge/members.h"
#include "gs/core/merge/tree_nodes.h"
#include "gs/core/record/json.h"

namespace gs::engine {

namespace {

// Fields, as exceptions count them, that have edits or members, and of what.
using EditedFields = std::map<std::uint32_t, merge::Rule>;

EditedFields edited_fields(const graph::OperationView& operation) {
  EditedFields fields;
  const auto kind = static_cast<graph::Kind>(operation.kind);
  if (kind != graph::Kind::update && kind != graph::Kind::set) return fields;
  Bytes rest;
  const auto overwritten = graph::parse_overwritten(operation.payload, rest);
  for (std::uint32_t i = 0; overwritten.ok() && i < overwritten->exceptions; ++i) {
    const graph::OverwrittenView::Exception one = overwritten->exception(i);
    const auto rule = static_cast<merge::Rule>(one.rule);
    const bool is_told =
        (rule >= merge::Rule::text && rule <= merge::Rule::tree) || rule == merge::Rule::members;
    if (is_told) fields.emplace(one.field, rule);
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

// What they are done behind is left out: positions are those of the text behind all edits but where
// a transaction types behind what it marks.
void append_marks(const crdt::EditsView& edits, std::string& out) {
  if (edits.mark_count == 0) return;
  static constexpr const char* kGrowth[] = {"none", "before", "after", "both"};
  const char* before = ",\"$marks\":[[";
  crdt::MarksReader reader(edits.marks);
  for (crdt::TextMark mark; reader.next(mark);) {
    out += before + std::to_string(mark.from) + ',' + std::to_string(mark.to()) + ',';
    record::append_json_string(mark.key, out);
    out += ',';
    record::append_json({static_cast<Type>(mark.value[0]), mark.value.subspan(1)}, out);
    out += std::string(",\"") +
           kGrowth[(mark.grows_at_begin ? 1 : 0) + (mark.grows_at_end ? 2 : 0)] + "\"]";
    before = ",[";
  }
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
  out += ']';
  append_marks(edits, out);
  out += '}';
}

void append_values(const crdt::ListRun& run, Bytes& values, std::string& out) {
  for (std::uint32_t i = 0; i < run.count; ++i) {
    Bytes value;
    crdt::take_block(values, value);
    out += ',';
    record::append_json(record::ValueView{static_cast<Type>(value[0]), value.subspan(1)}, out);
  }
}

void append_list_run(const crdt::ListRun& run, Bytes& values, std::string& out) {
  const auto numbers = [&](std::uint32_t first, std::uint32_t second) {
    out += std::to_string(first) + ',' + std::to_string(second);
  };
  switch (run.edit) {
    case crdt::ListEdit::insert:
    case crdt::ListEdit::set:
      out += run.edit == crdt::ListEdit::set ? "[\"set\"," : "[\"insert\",";
      out += std::to_string(run.pos);
      append_values(run, values, out);
      break;
    case crdt::ListEdit::move:
      out += "[\"move\",";
      numbers(run.pos, run.to);
      break;
    default:
      out += "[\"delete\",";
      numbers(run.edit == crdt::ListEdit::erase ? run.pos : run.pos - (run.count - 1), run.count);
  }
  out += ']';
}

void append_list_edits(Bytes content, std::string& out) {
  out += "{\"$edits\":[";
  // What are no edits changes nothing.
  if (const auto edits = crdt::ListEditsView::parse(content); edits.ok()) {
    Bytes values = edits->values();
    crdt::ListEditsReader reader = edits->runs();
    for (crdt::ListRun run; reader.next(run);) {
      if (out.back() != '[') out += ',';
      append_list_run(run, values, out);
    }
  }
  out += "]}";
}

// What is given, and what is removed beside it.
void append_patch(Bytes given, Bytes removed, std::string& out) {
  const record::ValueView gives{Type::object, given};
  const record::ValueView removes{Type::object, removed};
  std::map<std::string_view, record::ValueView> left;
  const std::uint32_t removals = removed.empty() ? 0 : removes.count();
  for (std::uint32_t i = 0; i < removals; ++i) {
    left.emplace(removes.member_name(i), removes.member(i));
  }
  const auto append_name = [&](std::string_view name) {
    if (out.back() != '{') out += ',';
    record::append_json_string(name, out);
    out += ':';
  };
  out += '{';
  const std::uint32_t count = given.empty() ? 0 : gives.count();
  for (std::uint32_t i = 0; i < count; ++i) {
    append_name(gives.member_name(i));
    const record::ValueView value = gives.member(i);
    const auto inner = left.find(gives.member_name(i));
    const bool is_both =
        value.type == Type::object && inner != left.end() && inner->second.type == Type::object;
    if (!is_both) {
      record::append_json(value, out);
      continue;
    }
    append_patch(value.content, inner->second.content, out);
    left.erase(inner);
  }
  for (const auto& [name, value] : left) {
    append_name(name);
    if (value.type == Type::object) {
      append_patch({}, value.content, out);
    } else {
      out += "{\"$unset\":true}";
    }
  }
  out += '}';
}

class TreeEditsJson {
 public:
  TreeEditsJson(const merge::TreeContent& content, const tree::OperationView& edits,
                const tree::Stamp& stamp, std::string& out)
      : content_(content), edits_(edits), stamp_(stamp), out_(out) {}

  void append_all() {
    edits_.edits([&](const tree::EditView& edit) {
      if (number_ != 0) out_ += ',';
      append(edit);
      ++number_;
    });
  }

 private:
  void append(const tree::EditView& edit) {
    static constexpr const char* kNames[] = {"create", "move", "set", "delete"};
    out_ += "[\"" + std::string(kNames[static_cast<std::size_t>(edit.kind)]) + "\",";
    if (edit.kind == tree::Kind::create) {
      out_ += "\"+" + std::to_string(number_) + "\"";
    } else {
      append(edit.node);
    }
    if (edit.kind == tree::Kind::create || edit.kind == tree::Kind::move) {
      out_ += ',';
      append(edit.parent);
    }
    if (!edit.value.empty()) {
      out_ += ',';
      record::append_json({static_cast<Type>(edit.value[0]), edit.value.subspan(1)}, out_);
    }
    out_ += ']';
  }

  // A source that cannot be is of edits that change nothing.
  void append(const tree::NodeName& name) {
    if (name.source == tree::NodeName::kOfRoot) {
      out_ += "null";
      return;
    }
    std::string text = "+" + std::to_string(name.number);
    if (name.source != tree::NodeName::kOfThis) {
      const tree::Source& source = edits_.sources()[name.source - tree::NodeName::kFirstSource];
      const bool is_known = source.writer <= content_.table.size();
      const tree::Writer writer =
          source.writer == 0 || !is_known ? stamp_.writer : content_.table[source.writer - 1];
      text = merge::node_text({stamp_.hlc - source.back, writer, name.number});
    }
    record::append_json_string(text, out_);
  }

  const merge::TreeContent& content_;
  const tree::OperationView& edits_;
  const tree::Stamp& stamp_;
  std::string& out_;
  std::uint32_t number_ = 0;
};

void append_tree_edits(Bytes bytes, const tree::Stamp& stamp, std::string& out) {
  out += "{\"$edits\":[";
  const auto content = merge::tree_content(bytes);
  if (content) {
    const auto edits = tree::OperationView::parse(content->operation);
    if (edits.ok()) TreeEditsJson(*content, *edits, stamp, out).append_all();
  }
  out += "]}";
}

void append_field(const std::optional<record::ValueView>& value, std::optional<merge::Rule> edits,
                  const tree::Stamp& stamp, std::string& out) {
  if (!value || value->type == record::kAbsentMember) {
    out += "{\"$unset\":true}";
    return;
  }
  if (edits == merge::Rule::members) {
    const auto members =
        merge::members_change_of({record::Part::value, value->type, value->content});
    if (members) {
      out += "{\"$patch\":";
      append_patch(members->given, members->removed, out);
      out += '}';
      return;
    }
  }
  if (edits == merge::Rule::list && value->type == Type::bytes) {
    return append_list_edits(value->content, out);
  }
  if (edits == merge::Rule::tree && value->type == Type::bytes) {
    return append_tree_edits(value->content, stamp, out);
  }
  if (edits == merge::Rule::text && value->type == Type::bytes) {
    if (const auto typed = crdt::parse_edits(value->content); typed.ok()) {
      return append_edits(*typed, out);
    }
  }
  record::append_json(*value, out);
}

}  // namespace

bool has_edits(const graph::OperationView& operation) { return !edited_fields(operation).empty(); }

void append_written_json(const graph::OperationView& operation, const record::RecordView& written,
                         const tree::Stamp& stamp, std::string& out) {
  const EditedFields edited = edited_fields(operation);
  if (edited.empty()) return record::append_delta_json(written, out);
  const record::Shape& shape = written.shape();
  const auto first = static_cast<std::uint32_t>(shape.self_describing() ? 0 : shape.key_fields());
  out += '{';
  for (std::uint32_t i = first; i < merge::field_numbers_end(written); ++i) {
    if (i != first) out += ',';
    record::append_json_string(merge::name_of_field(written, i), out);
    out += ':';
    const auto found = edited.find(i);
    append_field(merge::value_of_field(written, i),
                 found == edited.end() ? std::nullopt : std::optional(found->second), stamp, out);
  }
  out += '}';
}

}  // namespace gs::engine
