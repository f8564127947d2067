#include "gs/core/merge/taken_text.h"

#include "gs/core/crdt/text/measure.h"
#include "gs/core/merge/field_writes.h"
#include "gs/core/merge/made_values.h"

namespace gs::merge {

using crdt::Change;
using crdt::Changes;
using crdt::EditRun;

namespace {

// Of what is taken out and put back at one place, only what differs. `pos`: of the place.
void append(std::uint32_t pos, std::string_view out, std::string_view in, crdt::Difference& made) {
  const crdt::Difference edits = crdt::difference(out, in);
  for (EditRun run : edits.runs) {
    run.pos += pos;
    made.runs.push_back(run);
  }
  made.text += edits.text;
}

}  // namespace

namespace {

// Whether it shows what was edited upon no value: there may be such edits beside a value, too.
bool shows_edits_alone(const Stored& stored, std::string_view name, HiddenKind kind) {
  Rule rule = Rule::tree;
  if (kind == HiddenKind::text) rule = Rule::text;
  if (kind == HiddenKind::list) rule = Rule::list;
  bool shows = false;
  each_field_write(stored, [&](const FieldWrite& one) {
    shows = shows || (one.field == name && one.rule == rule);
  });
  return shows;
}

std::optional<TypedField> edited_field(const Stored& stored, std::string_view name,
                                       HiddenKind kind) {
  if (stored.image == nullptr) return std::nullopt;
  const record::RecordView record(stored.shape->get(), stored.record);
  const ImageView image(stored.image);
  const Type of = kind == HiddenKind::text ? Type::string : Type::array;
  LocalStamp shown;  // the value, which comes before the texts
  std::string_view value;
  std::optional<TypedField> found;
  HiddenView hidden = image.first_hidden();
  for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
    const bool is_of_field = hidden.kind() == HiddenKind::summand || hidden.kind() == kind;
    if (!is_of_field || name_of_field(record, hidden.field()) != name) continue;
    if (hidden.kind() == kind) {
      if (hidden.stamp() == shown) found = TypedField{shown, value, hidden.content()};
      continue;
    }
    shown = hidden.stamp();
    if (static_cast<Type>(hidden.type()) == of) value = as_text(hidden.content());
  }
  if (found && found->on.hlc == 0 && !shows_edits_alone(stored, name, kind)) return std::nullopt;
  return found;
}

}  // namespace

std::optional<TypedField> typed_field(const Stored& stored, std::string_view name) {
  return edited_field(stored, name, HiddenKind::text);
}

std::optional<TypedField> list_field(const Stored& stored, std::string_view name) {
  if (typed_field(stored, name)) return std::nullopt;  // that is shown
  return edited_field(stored, name, HiddenKind::list);
}

std::optional<TypedField> tree_field(const Stored& stored, std::string_view name) {
  if (typed_field(stored, name) || list_field(stored, name)) return std::nullopt;
  return edited_field(stored, name, HiddenKind::tree);
}

Result<crdt::Difference> take_back_edits(const TypedField& field, const WriterOrder& order,
                                         const std::function<bool(const LocalStamp&)>& is_taken,
                                         const std::function<bool(const LocalStamp&)>& restores) {
  TypedText typed(field.value);
  std::vector<crdt::Text::Chain> taken;
  std::vector<crdt::Text::Chain> restoring;
  const EditsLog log(field.edits);
  EditsLog::Cursor cursor(log);
  EditsLog::Operation operation;
  for (std::uint32_t i = 0; cursor.next(operation); ++i) {
    GS_TRY_OK(typed.add(order.key(operation.stamp.writer), operation.stamp.hlc, operation.parents,
                        operation.edits));
    if (!is_taken(operation.stamp)) continue;
    GS_TRY(const crdt::EditsView edits, crdt::parse_edits(operation.edits));
    const crdt::EventId last = typed.last(i);
    taken.push_back({{last.writer, last.seq - (edits.events() - 1)}, edits.events()});
    if (restores(operation.stamp)) restoring.push_back(taken.back());
  }
  GS_TRY(const Changes changes, typed.text().without(taken, restoring));
  crdt::Difference made;
  const crdt::Rope& rope = typed.text().rope();
  std::uint32_t had = 0;  // what was deleted by now ...
  std::uint32_t got = 0;  // ... and inserted
  for (const Change& one : changes.list) {
    std::string out;
    rope.append_slice(one.pos + had - got, one.deleted, out);
    append(one.pos, out, changes.inserted(one), made);
    had += one.deleted;
    got += one.inserted;
  }
  return made;
}

}  // namespace gs::merge
