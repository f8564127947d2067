// Fields that hold a text, a list or a tree which several writers edit at once.
#include <algorithm>

#include "gs/core/crdt/list/list_difference.h"
#include "gs/core/crdt/text/difference.h"
#include "gs/core/merge/edited_tree.h"
#include "gs/core/merge/field_writes.h"
#include "gs/core/merge/fields.h"
#include "gs/core/merge/made_values.h"
#include "gs/core/merge/merged_record.h"

namespace gs::merge {

using record::Part;
using record::RecordView;

namespace {

// How errors speak of it.
std::string noun_of(Rule rule) {
  return rule == Rule::text ? "text" : rule == Rule::list ? "list" : "tree";
}

// A value to edit. Nothing is in a null.
bool may_stand_on(const Part& part, std::uint8_t rule) noexcept {
  return part.state == Part::null || (part.state == Part::value && part.type == type_edited(rule));
}

std::string_view content_in(const Part& part) noexcept {
  return part.state == Part::value ? as_text(part.content) : std::string_view();
}

// The operations that these stamps name; nothing: one is not here. `value`: what they stand on. Of
// a transaction that wrote the value and edited it both have one stamp, and are named by it.
std::optional<std::vector<std::uint32_t>> parents_in(const EditsLog& log, const LocalStamp& value,
                                                     std::span<const Seen> seen) {
  std::vector<std::uint32_t> parents;
  for (const Seen& one : seen) {
    const auto found = log.find(one.stamp);
    if (!found) return std::nullopt;
    parents.push_back(*found);
  }
  if (seen.empty() && value.hlc != 0) {
    if (const auto edited = log.find(value)) parents.push_back(*edited);
  }
  std::sort(parents.begin(), parents.end());
  parents.erase(std::unique(parents.begin(), parents.end()), parents.end());
  return parents;
}

// Whether an operation does something, as far as its bytes say.
bool has_edits(const Part& part, std::uint8_t rule) {
  if (part.state != Part::value || part.type != Type::bytes) return false;
  if (rule == kList) return crdt::ListEditsView::parse(part.content).ok();
  if (rule == kTree) return is_tree_operation(part.content);
  const auto edits = crdt::parse_edits(part.content);
  return edits.ok() && edits->events() != 0;
}

}  // namespace

const MergedRecord::Leaf* MergedRecord::value_of(const Field& field,
                                                 const LocalStamp& stamp) const {
  if (stamp.hlc == 0) return nullptr;
  const Leaf* found = nullptr;
  if (field.has_leaf && field.leaf.stamp == stamp) found = &field.leaf;
  hidden_.each(field.hidden, [&](const Leaf& one) {
    if (one.stamp == stamp) found = &one;
  });
  return found;
}

MergedRecord::EditedLeaf* MergedRecord::edits_on(const Field& field, const LocalStamp& value,
                                                 std::uint8_t rule) {
  EditedLeaf* found = nullptr;
  edited_.each(field.edited, [&](EditedLeaf& one) {
    if (one.leaf.stamp == value && one.leaf.rule == rule) found = &one;
  });
  return found;
}

// Of what stands on what it shows; a text before a list, and that before a tree.
MergedRecord::EditedLeaf* MergedRecord::shown_edits(const Field& field) {
  if (!field.has_edits()) return nullptr;
  const LocalStamp value = field.has_leaf ? field.leaf.stamp : LocalStamp{};
  for (const std::uint8_t rule : {kText, kList}) {
    if (EditedLeaf* const found = edits_on(field, value, rule)) return found;
  }
  return edits_on(field, value, kTree);
}

// What the record shows need not be made again.
void MergedRecord::know_edited(const Stored& stored, std::size_t first) {
  const RecordView record(stored.shape->get(), stored.record);
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    EditedLeaf* const shown = shown_edits(fields_[i]);
    if (shown == nullptr) continue;
    const bool is_loose = shape_->self_describing();
    const Part part =
        is_loose ? part_of(record.field(shape_->key_fields()).member(static_cast<std::uint32_t>(i)))
                 : part_of(record, first + i);
    shown->shown = content_in(part);
    shown->is_known = true;
  }
}

std::string_view MergedRecord::made_of(const Field& field, EditedLeaf& edited) {
  if (edited.is_known) return edited.shown;
  const Leaf* const value = value_of(field, edited.leaf.stamp);
  const EditsLog log(edited.leaf.part.content);
  spelled_.push_back(
      made_values_->made(static_cast<Rule>(edited.leaf.rule),
                         value == nullptr ? std::string_view() : content_in(value->part), log));
  edited.shown = spelled_.back();
  edited.is_known = true;
  return edited.shown;
}

void MergedRecord::write_log(const EditsLog& log, Leaf& leaf) {
  if (leaf.made == kNoField) {
    leaf.made = static_cast<std::uint32_t>(made_.size());
    made_.emplace_back();
  }
  log.write(made_[leaf.made]);
  leaf.part.content = made_[leaf.made];
}

// Whether it is above the only head, or is of the same transaction.
bool MergedRecord::is_later(const LocalStamp& stamp, const EditsLog& log) const {
  const std::vector<LocalStamp> heads = log.head_stamps();
  return std::all_of(heads.begin(), heads.end(),
                     [&](const LocalStamp& head) { return head == stamp || less(head, stamp); });
}

// Edits upon all that there is, done to what is shown. False: that does not say what they do, or
// they are not in it.
bool MergedRecord::edit_shown(const Leaf& leaf, const EditsLog& log, std::string& made) const {
  if (leaf.rule == kText) {
    const auto edits = crdt::parse_edits(leaf.part.content);
    return edits.ok() && edit_text(made, *edits);
  }
  if (leaf.rule == kTree) return false;  // where new nodes are, their siblings' places say
  // Where nobody edits beside another, each slot is shown.
  if (!log.is_chain() || !is_later(leaf.stamp, log)) return false;
  const auto edits = crdt::ListEditsView::parse(leaf.part.content);
  return edits.ok() && edit_list(made, *edits);
}

// Edits of which this is not the past change nothing, here and everywhere: their past decides.
void MergedRecord::change_edits(std::uint32_t index, const Leaf& leaf, std::span<const Seen> seen) {
  Field& field = fields_[index];
  const LocalStamp base = seen.front().stamp;
  const Leaf* const value = value_of(field, base);
  if (base.hlc != 0 && (value == nullptr || !may_stand_on(value->part, leaf.rule))) return;
  if (!has_edits(leaf.part, leaf.rule)) return;

  const std::string_view begins = value == nullptr ? std::string_view() : content_in(value->part);
  EditedLeaf* edited = edits_on(field, base, leaf.rule);
  EditsLog log(edited == nullptr ? Bytes() : edited->leaf.part.content);
  const auto parents = parents_in(log, base, seen.subspan(1));
  if (!parents) return;
  std::string made(edited == nullptr ? begins : edited->shown);
  bool is_known = *parents == log.heads() && (edited == nullptr || edited->is_known);
  is_known = is_known && edit_shown(leaf, log, made);
  if (is_known) {
    log.append(leaf.stamp, *parents, leaf.part.content);
  } else if (!made_values_->append(static_cast<Rule>(leaf.rule), begins, log, leaf.stamp, *parents,
                                   leaf.part.content)) {
    return;
  }
  if (edited == nullptr) {
    const Leaf log_of{base, leaf.rule, 0, Type::null, kNoField, {Part::value, Type::null, {}}};
    edited_.push(field.edited, {log_of, {}, true});
    edited = edits_on(field, base, leaf.rule);
  }
  edited->leaf.flags |= leaf.flags & kLoose;
  write_log(log, edited->leaf);
  edited->is_known = is_known;  // else it is made when somebody has to know
  if (!is_known) return;
  spelled_.push_back(std::move(made));
  edited->shown = spelled_.back();
}

// With the values that are seen go their edits; of those without a value what is seen, and what
// stands on it.
void MergedRecord::replace_edits(Field& field) {
  edited_.erase_if(field.edited, [&](EditedLeaf& one) {
    if (one.leaf.stamp.hlc != 0) return seen_.has(one.leaf.stamp);
    EditsLog log(one.leaf.part.content);
    const std::uint32_t had = log.size();
    log.leave_out(seen_up_to_);
    if (log.size() == 0) return true;
    if (log.size() == had) return false;
    write_log(log, one.leaf);
    one.is_known = false;
    return false;
  });
}

// What fields show that were edited.
void MergedRecord::spell() {
  if (edited_.empty()) return;
  for (Field& field : fields_) {
    EditedLeaf* const edited = shown_edits(field);
    if (edited == nullptr) continue;
    const EditsLog log(edited->leaf.part.content);
    const Type type = type_edited(edited->leaf.rule);
    const LocalStamp latest =
        log.latest([&](const LocalStamp& a, const LocalStamp& b) { return less(a, b); });
    Leaf leaf{latest, edited->leaf.rule, edited->leaf.flags, type, kNoField, {}};
    if (field.has_leaf) {
      leaf = field.leaf;
      if (leaf.declared != Type::any) leaf.declared = type;
    } else if (!has_open_writer(edited->leaf.part.content)) {
      leaf.flags |= kCovered;
    }
    leaf.part = {Part::value, type, as_bytes(made_of(field, *edited))};
    sums_.push_back({leaf, {}});
    field.sum = static_cast<std::uint32_t>(sums_.size() - 1);
  }
}

// --- how edits are written ---

// A whole value is written as the edits that make it of what is shown; where somebody has to decide
// between values, a value decides. One that is taken away is emptied: what others do to it at the
// same time stays.
bool MergedRecord::may_edit(const Field& field, const Part& part,
                            std::uint8_t rule) const noexcept {
  const Type type = type_edited(rule);
  const bool is_value = part.state == Part::value && part.type == type;
  if (!is_value && part.state != Part::absent) return false;
  if (field.has_hidden() || field.has_added() || field.has_elements()) return false;
  if (field.has_edits()) {
    if (!edited_.has_one(field.edited)) return false;
    bool is_other = false;
    edited_.each(field.edited, [&](const EditedLeaf& one) { is_other = one.leaf.rule != rule; });
    if (is_other) return false;
  }
  if (!field.has_leaf) return field.has_edits();
  return field.leaf.part.state == Part::value && field.leaf.part.type == type;
}

std::string_view MergedRecord::shown_by(std::uint32_t index) {
  const Field& field = fields_[index];
  EditedLeaf* const edited = shown_edits(field);
  if (edited != nullptr) return made_of(field, *edited);
  return field.has_leaf ? content_in(field.leaf.part) : std::string_view();
}

Buffer MergedRecord::text_edits_to(std::uint32_t index, const Part& wanted) {
  const crdt::Difference edits = crdt::difference(shown_by(index), content_in(wanted));
  return crdt::encode_edits(edits.runs, edits.text);
}

Result<Buffer> MergedRecord::list_edits_to(std::uint32_t index, const Part& wanted) {
  const std::vector<Bytes> had = elements_of_array(shown_by(index));
  const std::vector<Bytes> wants = elements_of_array(content_in(wanted));
  crdt::ListOutline outline = list_outline(fields_[index].name);
  GS_TRY_OK(edit_to(outline, had, wants));
  return outline.edits();
}

Result<Buffer> MergedRecord::tree_edits_of(std::uint32_t index, const TreeEdits& edits,
                                           const LocalStamp& stamp) {
  if (index == kNoField) return made_values_->draft({}, EditsLog(), stamp, edits);
  const Field& field = fields_[index];
  const EditedLeaf* const edited = shown_edits(field);
  const EditsLog log(edited == nullptr ? Bytes() : edited->leaf.part.content);
  const Part value = field.has_leaf ? field.leaf.part : Part{};
  return made_values_->draft(content_in(value), log, stamp, edits);
}

Result<Buffer> MergedRecord::tree_edits(std::string_view name, const TreeEdits& edits,
                                        const LocalStamp& stamp) {
  return tree_edits_of(field_named(name), edits, stamp);
}

Result<Buffer> MergedRecord::edits_to(std::uint32_t index, const Part& wanted, std::uint8_t rule,
                                      const LocalStamp& stamp) {
  if (rule == kText) return text_edits_to(index, wanted);
  if (rule == kList) return list_edits_to(index, wanted);
  return tree_edits_of(index, {0, {}, std::string(content_in(wanted))}, stamp);
}

// The value, then the last edits.
void MergedRecord::add_edits(std::uint32_t index, const FieldRule& edits, std::vector<Seen>& out) {
  LocalStamp base;
  EditedLeaf* edited = nullptr;
  if (index != kNoField) {
    if (fields_[index].has_leaf) base = fields_[index].leaf.stamp;
    edited = edits_on(fields_[index], base, edits.rule);
  }
  out.push_back({edits.field, edits.rule, base});
  if (edited == nullptr) return;
  const auto begin = static_cast<std::ptrdiff_t>(out.size());
  const EditsLog log(edited->leaf.part.content);
  for (const LocalStamp& stamp : log.head_stamps()) {
    if (stamp != base) out.push_back({edits.field, edits.rule, stamp});
  }
  std::sort(out.begin() + begin, out.end(), [](const Seen& a, const Seen& b) {
    return a.stamp.hlc != b.stamp.hlc ? a.stamp.hlc < b.stamp.hlc : a.stamp.writer < b.stamp.writer;
  });
}

Result<std::vector<Seen>> MergedRecord::see_edits(std::string_view name, std::uint32_t number,
                                                  Rule rule) {
  const FieldRule edits{number, static_cast<std::uint8_t>(rule)};
  const std::uint32_t index = field_named(name);
  if (index == kNoField && is_inside_of_field(name)) {
    return only_of_itself((noun_of(rule) + "s of the record itself are edited").c_str());
  }
  if (index != kNoField && fields_[index].is_there()) {
    const Field& field = fields_[index];
    const EditedLeaf* const shown = shown_edits(field);
    const bool is_other = shown != nullptr
                              ? shown->leaf.rule != edits.rule
                              : !field.has_leaf || !may_stand_on(field.leaf.part, edits.rule);
    if (is_other || (rule != Rule::text && field.has_elements())) {
      return Error(Code::invalid,
                   "it holds no " + noun_of(rule) +
                       (rule == Rule::text ? ". Write one first" : ". Write an array first"));
    }
  }
  std::vector<Seen> seen;
  add_edits(index, edits, seen);
  return seen;
}

crdt::ListOutline MergedRecord::list_outline(std::string_view name) {
  const std::uint32_t index = field_named(name);
  if (index == kNoField) return crdt::ListOutline(0);
  const Field& field = fields_[index];
  EditedLeaf* const edited = shown_edits(field);
  if (edited != nullptr) {
    const EditsLog log(edited->leaf.part.content);
    const Leaf* const value = value_of(field, edited->leaf.stamp);
    const auto begins = value == nullptr ? std::string_view() : content_in(value->part);
    if (!log.is_chain()) return made_values_->outline(begins, log);
  }
  return crdt::ListOutline(static_cast<std::uint32_t>(elements_of_array(shown_by(index)).size()));
}

Error MergedRecord::place_edits(const RecordView& change, Buffer& out) {
  const std::uint32_t number = first_field(change.shape());
  const Bytes content = value_of_field(change, number)->content;
  GS_TRY(const crdt::ListEditsView edits, crdt::ListEditsView::parse(content));
  crdt::ListOutline outline = list_outline(name_of_field(change, number));
  GS_TRY_OK(outline.add(edits));
  const Buffer placed = outline.edits();
  return with_bytes(change, placed, out);
}

Error MergedRecord::with_bytes(const RecordView& change, Bytes bytes, Buffer& out) {
  const Part part{Part::value, Type::bytes, bytes};
  return rewrite(change, change.shape(), {&part, 1}, out);
}

Error MergedRecord::check_edits(const RecordView& change, std::span<const Seen> seen) {
  const std::uint8_t rule = seen.front().rule;
  const auto moved = [&] {
    return Error(Code::conflict, "somebody replaced the " + noun_of(static_cast<Rule>(rule)) +
                                     ". Read it again and repeat");
  };
  const std::uint32_t number = first_field(change.shape());
  const std::uint32_t index = field_named(name_of_field(change, number));
  const LocalStamp base = seen.front().stamp;
  const Field& field = index == kNoField ? Field{} : fields_[index];
  const Leaf* const value = value_of(field, base);
  if (base.hlc != 0 && (value == nullptr || !may_stand_on(value->part, rule))) return moved();
  const EditedLeaf* const edited = edits_on(field, base, rule);
  const EditsLog log(edited == nullptr ? Bytes() : edited->leaf.part.content);
  const auto parents = parents_in(log, base, seen.subspan(1));
  if (!parents) return moved();
  // Others than of a text were looked at when they were made, as those of another past were.
  if (rule != kText || *parents != log.heads()) return {};
  std::string made(edited != nullptr  ? edited->shown
                   : value != nullptr ? content_in(value->part)
                                      : std::string_view());
  GS_TRY(const crdt::EditsView edits, crdt::parse_edits(value_of_field(change, number)->content));
  if ((edited == nullptr || edited->is_known) && !edit_text(made, edits)) {
    return Error(Code::invalid, "a position is behind the end of the text");
  }
  return {};
}

}  // namespace gs::merge
