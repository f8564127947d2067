// Fields that hold a text which several writers edit at once.
#include <algorithm>

#include "gs/core/crdt/text/difference.h"
#include "gs/core/merge/field_writes.h"
#include "gs/core/merge/fields.h"
#include "gs/core/merge/made_texts.h"
#include "gs/core/merge/merged_record.h"

namespace gs::merge {

using record::Part;
using record::RecordView;

namespace {

// A value to type into. Nothing is in a null.
bool may_be_text(const Part& part) noexcept {
  return part.state == Part::null || (part.state == Part::value && part.type == Type::string);
}

std::string_view text_in(const Part& part) noexcept {
  return part.state == Part::value ? as_text(part.content) : std::string_view();
}

// The operations that these stamps name; nothing: one is not here. `value`: what they stand on. Of
// a transaction that wrote the value and typed into it both have one stamp, and are named by it.
std::optional<std::vector<std::uint32_t>> parents_in(const TextLog& log, const LocalStamp& value,
                                                     std::span<const Seen> seen) {
  std::vector<std::uint32_t> parents;
  for (const Seen& one : seen) {
    const auto found = log.find(one.stamp);
    if (!found) return std::nullopt;
    parents.push_back(*found);
  }
  if (seen.empty() && value.hlc != 0) {
    if (const auto typed = log.find(value)) parents.push_back(*typed);
  }
  std::sort(parents.begin(), parents.end());
  parents.erase(std::unique(parents.begin(), parents.end()), parents.end());
  return parents;
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

MergedRecord::TextLeaf* MergedRecord::text_on(const Field& field, const LocalStamp& value) {
  TextLeaf* found = nullptr;
  texts_.each(field.texts, [&](TextLeaf& one) {
    if (one.leaf.stamp == value) found = &one;
  });
  return found;
}

MergedRecord::TextLeaf* MergedRecord::shown_text(const Field& field) {
  if (!field.has_texts()) return nullptr;
  return text_on(field, field.has_leaf ? field.leaf.stamp : LocalStamp{});
}

// The texts that the record shows need not be made again.
void MergedRecord::know_texts(const Stored& stored, std::size_t first) {
  const RecordView record(stored.shape->get(), stored.record);
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    TextLeaf* const shown = shown_text(fields_[i]);
    if (shown == nullptr) continue;
    const bool is_loose = shape_->self_describing();
    const Part part =
        is_loose ? part_of(record.field(shape_->key_fields()).member(static_cast<std::uint32_t>(i)))
                 : part_of(record, first + i);
    shown->text = text_in(part);
    shown->is_known = true;
  }
}

std::string_view MergedRecord::text_of(const Field& field, TextLeaf& text) {
  if (text.is_known) return text.text;
  const Leaf* const value = value_of(field, text.leaf.stamp);
  const TextLog log(text.leaf.part.content);
  spelled_.push_back(
      typed_->text(value == nullptr ? std::string_view() : text_in(value->part), log));
  text.text = spelled_.back();
  text.is_known = true;
  return text.text;
}

void MergedRecord::write_log(const TextLog& log, Leaf& leaf) {
  if (leaf.made == kNoField) {
    leaf.made = static_cast<std::uint32_t>(made_.size());
    made_.emplace_back();
  }
  log.write(made_[leaf.made]);
  leaf.part.content = made_[leaf.made];
}

// Edits of which this is not the past change nothing, here and everywhere: their past decides.
void MergedRecord::change_text(std::uint32_t index, const Leaf& leaf, std::span<const Seen> seen) {
  Field& field = fields_[index];
  const LocalStamp base = seen.front().stamp;
  const Leaf* const value = value_of(field, base);
  if (base.hlc != 0 && (value == nullptr || !may_be_text(value->part))) return;
  if (leaf.part.state != Part::value || leaf.part.type != Type::bytes) return;
  const auto edits = crdt::parse_edits(leaf.part.content);
  if (!edits.ok() || edits->counts.events == 0) return;

  const std::string_view begins = value == nullptr ? std::string_view() : text_in(value->part);
  TextLeaf* text = text_on(field, base);
  TextLog log(text == nullptr ? Bytes() : text->leaf.part.content);
  const auto parents = parents_in(log, base, seen.subspan(1));
  if (!parents) return;
  std::string made;
  if (*parents == log.heads() && (text == nullptr || text->is_known)) {
    made = text == nullptr ? begins : text->text;
    if (!edit_text(made, *edits)) return;
    log.append(leaf.stamp, *parents, leaf.part.content);
  } else if (!typed_->append(begins, log, leaf.stamp, *parents, leaf.part.content, made)) {
    return;
  }
  if (text == nullptr) {
    const Leaf typed{base, kText, 0, Type::null, kNoField, {Part::value, Type::null, {}}};
    texts_.push(field.texts, {typed, {}, true});
    text = text_on(field, base);
  }
  text->leaf.flags |= leaf.flags & kLoose;
  write_log(log, text->leaf);
  spelled_.push_back(std::move(made));
  text->text = spelled_.back();
  text->is_known = true;
}

// With the values that are seen go their texts; of the one without a value what is seen, and what
// stands on it.
void MergedRecord::replace_texts(Field& field) {
  texts_.erase_if(field.texts, [&](TextLeaf& one) {
    if (one.leaf.stamp.hlc != 0) return seen_.has(one.leaf.stamp);
    TextLog log(one.leaf.part.content);
    const std::uint32_t had = log.size();
    log.leave_out(seen_up_to_);
    if (log.size() == 0) return true;
    if (log.size() == had) return false;
    write_log(log, one.leaf);
    one.is_known = false;
    return false;
  });
}

// What fields show into which was typed.
void MergedRecord::spell() {
  if (texts_.empty()) return;
  for (Field& field : fields_) {
    TextLeaf* const text = shown_text(field);
    if (text == nullptr) continue;
    const TextLog log(text->leaf.part.content);
    const LocalStamp latest = log.latest();
    Leaf leaf{latest, kText, text->leaf.flags, Type::string, kNoField, {}};
    if (field.has_leaf) {
      leaf = field.leaf;
      if (leaf.declared != Type::any) leaf.declared = Type::string;
    } else if (!has_open_writer(text->leaf.part.content)) {
      leaf.flags |= kCovered;
    }
    leaf.part = {Part::value, Type::string, as_bytes(text_of(field, *text))};
    sums_.push_back({leaf, {}});
    field.sum = static_cast<std::uint32_t>(sums_.size() - 1);
  }
}

// --- how edits are written ---

// A whole text is written as the edits that make it of what is shown; where somebody has to decide
// between values, a value decides. One that is taken away is emptied: what others type at the same
// time stays.
bool MergedRecord::may_edit(const Field& field, const Part& part) const noexcept {
  const bool is_text = part.state == Part::value && part.type == Type::string;
  if (!is_text && part.state != Part::absent) return false;
  if (field.has_hidden() || field.has_added() || field.has_elements()) return false;
  if (!field.has_leaf) return field.has_texts();
  const bool is_alone = !field.has_texts() || texts_.has_one(field.texts);
  return is_alone && field.leaf.part.state == Part::value && field.leaf.part.type == Type::string;
}

Buffer MergedRecord::edits_to(std::uint32_t index, const Part& wanted) {
  const Field& field = fields_[index];
  TextLeaf* const text = shown_text(field);
  const std::string_view had = text == nullptr ? text_in(field.leaf.part) : text_of(field, *text);
  const crdt::Difference edits = crdt::difference(had, text_in(wanted));
  return crdt::encode_edits(edits.runs, edits.text);
}

// The value, then what was typed last.
void MergedRecord::see_edits(std::uint32_t index, std::uint32_t number, std::vector<Seen>& out) {
  LocalStamp base;
  TextLeaf* text = nullptr;
  if (index != kNoField) {
    if (fields_[index].has_leaf) base = fields_[index].leaf.stamp;
    text = shown_text(fields_[index]);
  }
  out.push_back({number, kText, base});
  if (text == nullptr) return;
  const auto begin = static_cast<std::ptrdiff_t>(out.size());
  const TextLog log(text->leaf.part.content);
  for (const LocalStamp& stamp : log.head_stamps()) {
    if (stamp != base) out.push_back({number, kText, stamp});
  }
  std::sort(out.begin() + begin, out.end(), [](const Seen& a, const Seen& b) {
    return a.stamp.hlc != b.stamp.hlc ? a.stamp.hlc < b.stamp.hlc : a.stamp.writer < b.stamp.writer;
  });
}

Result<std::vector<Seen>> MergedRecord::see_text(std::string_view name, std::uint32_t number) {
  const std::uint32_t index = field_named(name);
  if (index == kNoField && is_inside_of_field(name)) {
    return only_of_itself("texts of the record itself are edited");
  }
  if (index != kNoField && fields_[index].is_there()) {
    const Field& field = fields_[index];
    const bool is_other = field.has_leaf ? !may_be_text(field.leaf.part) : !field.has_texts();
    if (is_other) return Error(Code::invalid, "it holds no text. Write one first");
  }
  std::vector<Seen> seen;
  see_edits(index, number, seen);
  return seen;
}

Error MergedRecord::check_text(const RecordView& change, std::span<const Seen> seen) {
  const auto moved = [] {
    return Error(Code::conflict, "somebody replaced the text. Read it again and repeat");
  };
  const std::uint32_t number = first_field(change.shape());
  const std::uint32_t index = field_named(name_of_field(change, number));
  const LocalStamp base = seen.front().stamp;
  const Field& field = index == kNoField ? Field{} : fields_[index];
  const Leaf* const value = value_of(field, base);
  if (base.hlc != 0 && (value == nullptr || !may_be_text(value->part))) return moved();
  const TextLeaf* const text = text_on(field, base);
  const TextLog log(text == nullptr ? Bytes() : text->leaf.part.content);
  const auto parents = parents_in(log, base, seen.subspan(1));
  if (!parents) return moved();
  if (*parents != log.heads()) return {};  // they were looked at when it was made
  std::string made(text != nullptr    ? text->text
                   : value != nullptr ? text_in(value->part)
                                      : std::string_view());
  GS_TRY(const crdt::EditsView edits, crdt::parse_edits(value_of_field(change, number)->content));
  if ((text == nullptr || text->is_known) && !edit_text(made, edits)) {
    return Error(Code::invalid, "a position is behind the end of the text");
  }
  return {};
}

}  // namespace gs::merge
