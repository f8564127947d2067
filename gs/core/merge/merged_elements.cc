// Fields whose elements writers change.
#include "gs/base/check.h"
#include "gs/core/merge/fields.h"
#include "gs/core/merge/merged_record.h"
#include "gs/core/merge/tree_nodes.h"
#include "gs/core/record/record_writer.h"

namespace gs::merge {

using record::Part;
using record::RecordView;

namespace {

std::vector<Bytes> all_elements(const Part& part) {
  std::vector<Bytes> all;
  each_element(part, [&](Bytes one) { all.push_back(one); });
  return all;
}

}  // namespace

// The content of a leaf, in memory of its own, which it keeps when it is changed again.
void MergedRecord::put_elements(Type type, std::vector<Bytes> elements, Leaf& leaf) {
  Buffer content;
  append_elements(type, std::move(elements), content);
  if (leaf.made == kNoField) {
    leaf.made = static_cast<std::uint32_t>(made_.size());
    made_.emplace_back();
  }
  made_[leaf.made] = std::move(content);
  leaf.part = {Part::value, type, Bytes(made_[leaf.made])};
}

// Leaves out these elements. What is not touched keeps its bytes.
void MergedRecord::take(const ElementSet& elements, Leaf& leaf) {
  if (elements.empty()) return;
  std::vector<Bytes> rest;
  bool is_less = false;
  each_element(leaf.part, [&](Bytes one) {
    if (elements.has(one)) {
      is_less = true;
    } else {
      rest.push_back(one);
    }
  });
  if (is_less) put_elements(leaf.part.type, std::move(rest), leaf);
}

// The same of a value. Edits stand on an array as it was written, whoever comes first: so it stays,
// and beside it, what was taken.
void MergedRecord::take_of_value(Field& field, const ElementSet& elements, Leaf& value) {
  if (!is_collection(value.part) || value.part.type == Type::set) return take(elements, value);
  const Leaf* const before = taken_of(field, value);
  const ElementSet had(before == nullptr ? std::vector<Bytes>() : all_elements(before->part));
  std::vector<Bytes> all = all_elements(value.part);
  std::erase_if(all, [&](Bytes one) { return !elements.has(one) && !had.has(one); });
  if (all.empty()) return;
  keep_first(all);
  Leaf taken{value.stamp, kExcluded, 0, Type::array, kNoField, {}};
  put_elements(Type::array, std::move(all), taken);
  taken_.erase_if(field.taken, [&](const Leaf& one) { return one.stamp == value.stamp; });
  taken_.push(field.taken, taken);
}

const MergedRecord::Leaf* MergedRecord::taken_of(const Field& field, const Leaf& value) const {
  const Leaf* found = nullptr;
  taken_.each(field.taken, [&](const Leaf& one) {
    if (one.stamp == value.stamp) found = &one;
  });
  return found;
}

// Of a value what changes have left.
std::vector<Bytes> MergedRecord::elements_left(const Field& field, const Leaf& value) const {
  std::vector<Bytes> all = all_elements(value.part);
  const Leaf* const taken = taken_of(field, value);
  if (taken == nullptr) return all;
  const ElementSet gone(all_elements(taken->part));
  std::erase_if(all, [&](Bytes one) { return gone.has(one); });
  return all;
}

void MergedRecord::append(const std::vector<Bytes>& elements, Leaf& leaf) {
  std::vector<Bytes> all;
  each_element(leaf.part, [&](Bytes one) { all.push_back(one); });
  all.insert(all.end(), elements.begin(), elements.end());
  put_elements(leaf.part.type, std::move(all), leaf);
}

// What it has seen is in seen_up_to_. From values only goes what it removes: what it adds again is
// there twice then, and shown once, in its place.
void MergedRecord::change_elements(std::uint32_t index, Leaf leaf) {
  Field& field = fields_[index];
  const ElementChange change = change_of(leaf.rule, leaf.part);
  const ElementSet removed(change.removed);
  std::vector<Bytes> all = change.removed;
  all.insert(all.end(), change.added.begin(), change.added.end());
  const ElementSet replaced(std::move(all));
  const auto take_seen = [&](Leaf& value) {
    if (seen_up_to_.has(value.stamp)) take_of_value(field, removed, value);
  };
  if (field.has_leaf) take_seen(field.leaf);
  hidden_.each(field.hidden, take_seen);
  elements_.each(field.elements, [&](Leaf& one) {
    if (seen_up_to_.has(one.stamp)) take(replaced, one);
  });
  elements_.erase_if(field.elements, [&](const Leaf& one) {
    return !has_elements(one.part) && seen_up_to_.has(one.stamp);
  });
  bool is_one_more = false;  // of its transaction
  elements_.each(field.elements, [&](Leaf& one) {
    if (one.stamp != leaf.stamp) return;
    append(change.added, one);
    is_one_more = true;
  });
  if (is_one_more) return;
  if (!is_collection(leaf.part)) leaf.declared = Type::array;
  leaf.rule = kIncluded;
  put_elements(is_collection(leaf.part) ? leaf.part.type : Type::array, change.added, leaf);
  elements_.push(field.elements, leaf);
}

// Beside a value that has no elements they are not shown.
bool MergedRecord::shows_elements(const Field& field) const noexcept {
  if (!field.has_elements()) return false;
  return !field.has_leaf || field.leaf.part.state == Part::null || is_collection(field.leaf.part);
}

// Whether the elements of one write are all that there is, so that they stand for themselves. Where
// edits are shown in their place they do not.
bool MergedRecord::is_all_elements(const Field& field) const noexcept {
  if (field.has_leaf || field.has_added() || !elements_.has_one(field.elements)) return false;
  return !shows_edits_alone(field);
}

// Whether edits that stand on no value are there to be shown.
bool MergedRecord::shows_edits_alone(const Field& field) const noexcept {
  bool shows_edits = false;
  edited_.each(field.edited, [&](const EditedLeaf& one) {
    shows_edits = shows_edits || one.leaf.stamp == LocalStamp{};
  });
  return shows_edits;
}

// As they are shown: those of the value, then by stamp, each where it is first.
std::vector<Bytes> MergedRecord::elements_of(const Field& field) const {
  std::vector<const Leaf*> leaves;
  elements_.each(field.elements, [&](const Leaf& one) { leaves.push_back(&one); });
  std::sort(leaves.begin(), leaves.end(),
            [&](const Leaf* a, const Leaf* b) { return less(a->stamp, b->stamp); });
  std::vector<Bytes> all;
  if (field.has_leaf) all = elements_left(field, field.leaf);
  for (const Leaf* const leaf : leaves) {
    each_element(leaf->part, [&](Bytes one) { all.push_back(one); });
  }
  keep_first(all);
  return all;
}

// What fields show whose elements were changed. The latest write says whether it is an array or a
// set.
void MergedRecord::unite() {
  united_.clear();
  if (elements_.empty() && taken_.empty()) return;
  united_.reserve(elements_.size() + taken_.size());
  for (Field& field : fields_) {
    const bool is_less = field.has_leaf && taken_of(field, field.leaf) != nullptr;
    if (field.sum != kNoField || (!shows_elements(field) && !is_less)) continue;
    const Leaf& latest = field.has_elements() ? latest_of(elements_, field.elements) : field.leaf;
    const bool is_value_latest =
        field.has_leaf && is_collection(field.leaf.part) && less(latest.stamp, field.leaf.stamp);
    const Leaf& typed = is_value_latest ? field.leaf : latest;
    Shown& made = sums_.emplace_back(Shown{field.has_leaf ? field.leaf : latest, {}});
    made.leaf.declared = typed.declared;
    field.sum = static_cast<std::uint32_t>(sums_.size() - 1);
    if (is_all_elements(field)) continue;
    Buffer& content = united_.emplace_back();
    append_elements(typed.part.type, elements_of(field), content);
    made.leaf.part = {Part::value, typed.part.type, Bytes(content)};
  }
}

// --- how writes become changes ---

// Where somebody has to decide between values, a value decides.
bool MergedRecord::may_change(const Field& field, const Part& part) const noexcept {
  const bool has_value = field.has_leaf && field.leaf.part.state != Part::null;
  return is_collection(part) && !field.has_hidden() && !field.has_added() && !field.has_members() &&
         !field.has_edits() && (!has_value || is_collection(field.leaf.part));
}

// The change that makes these elements of those that are there, and its rule.
std::uint8_t MergedRecord::change_to(const Part& wanted, std::uint32_t index,
                                     Buffer& content) const {
  std::vector<Bytes> had;
  if (index != kNoField) had = elements_of(fields_[index]);
  std::vector<Bytes> wants;
  each_element(wanted, [&](Bytes one) { wants.push_back(one); });
  keep_first(wants);
  const ElementSet has(had);
  const ElementSet stays(wants);
  std::erase_if(wants, [&](Bytes one) { return has.has(one); });
  std::erase_if(had, [&](Bytes one) { return stays.has(one); });
  if (had.empty()) {
    append_elements(wanted.type, std::move(wants), content);
    return kIncluded;
  }
  if (wants.empty()) {
    append_elements(wanted.type, std::move(had), content);
    return kExcluded;
  }
  append_change(wanted.type, {std::move(wants), std::move(had)}, content);
  return kChanged;
}

// With these parts in the place of its own, without the key. Error: the pairs of a change may take
// more than a record holds, in bytes or in depth.
Error MergedRecord::rewrite(const RecordView& write, const record::Shape& shape,
                            std::span<const Part> parts, Buffer& out) {
  std::vector<Part> all;
  for (std::size_t i = 0; i < shape.key_fields(); ++i) all.push_back(part_of(write, i));
  if (shape.self_describing()) {
    members_.clear();
    std::size_t at = 0;
    each_field(write, [&](std::string_view name, Type, const Part&) {
      members_.push_back({name, parts[at++]});
    });
    object_.clear();
    record::Sink sink(object_);
    write_object(members_, sink);
    sink.finish();
    all.push_back({Part::value, Type::object, Bytes(object_)});
  } else {
    all.insert(all.end(), parts.begin(), parts.end());
  }
  out.clear();
  record::Sink sink(out);
  GS_TRY_OK(write_record(shape, all, sink));
  sink.finish();
  return record::validate(shape, out);
}

// Edits are bytes, whatever their field was declared as, and changes of members may be arrays.
Result<record::ShapePtr> MergedRecord::shape_of_changes(const record::ShapePtr& shape,
                                                        std::span<const FieldRule> changes,
                                                        std::span<const Part> parts,
                                                        record::ShapeCache* shapes) {
  if (shape->self_describing()) return shape;
  const auto type_of = [&](const FieldRule& one) {
    return parts[one.field - shape->key_fields()].type;
  };
  const bool is_other = std::any_of(changes.begin(), changes.end(), [&](const FieldRule& one) {
    const Type declared = shape->fields()[one.field].type;
    return declared != Type::any && declared != type_of(one);
  });
  if (!is_other) return shape;
  std::vector<record::FieldKey> keys;
  for (std::size_t i = shape->key_fields(); i < shape->field_count(); ++i) {
    keys.push_back({shape->fields()[i].name, shape->fields()[i].type});
  }
  for (const FieldRule& one : changes) {
    const bool is_stored_as_any =
        !is_edits(one.rule) && shape->fields()[one.field].type == Type::any;
    if (!is_stored_as_any) keys[one.field - shape->key_fields()].type = type_of(one);
  }
  return shapes != nullptr ? shapes->merged(shape->collection(), shape->keyed(), keys)
                           : record::make_shape(shape->collection(), shape->keyed(), keys);
}

record::ShapePtr MergedRecord::as_changes(const record::ShapePtr& shape, const std::uint8_t* bytes,
                                          std::span<const FieldRule> fields,
                                          const LocalStamp& stamp, record::ShapeCache* shapes,
                                          Buffer& out, std::vector<FieldRule>& changes) {
  const RecordView write(shape.get(), bytes);
  changes.clear();
  std::vector<Part> parts;
  std::vector<Buffer> contents;
  contents.reserve(fields.size());  // the parts point into it
  bool is_spelled = false;
  auto next = fields.begin();
  auto at = first_field(*shape);
  each_field(write, [&](std::string_view name, Type, const Part& part) {
    parts.push_back(part);
    const std::uint32_t number = at++;
    if (next == fields.end() || next->field != number) return;
    const std::uint8_t rule = next++->rule;
    const std::uint32_t index = field_named(name);
    const Field& field = index == kNoField ? Field{} : fields_[index];
    if (is_edits(rule)) {
      auto edits = may_edit(field, part, rule) ? edits_to(index, part, rule, stamp)
                                               : Error(Code::invalid, "a value decides");
      if (edits.ok()) {
        contents.push_back(std::move(*edits));
        changes.push_back({number, rule});
        parts.back() = {Part::value, Type::bytes, contents.back()};
      } else if (rule == kTree && is_collection(part) && part.type == Type::array) {
        // The value itself, with the ids that its nodes have from then on.
        const std::string nodes = array_of_nodes(nodes_of_array(as_text(part.content)));
        contents.emplace_back(nodes.begin(), nodes.end());
        parts.back().content = contents.back();
        is_spelled = true;
      }
    } else if (rule == kIncluded && may_change(field, part)) {
      Buffer& content = contents.emplace_back();
      changes.push_back({number, change_to(part, index, content)});
      parts.back().content = content;
    } else if (rule == kMembers && may_give(field, part)) {
      const MembersDifference difference = members_difference(object_of(field), part.content);
      parts.back() = members_part(difference.change(), contents.emplace_back());
      changes.push_back({number, kMembers});
    }
  });
  if (changes.empty() && !is_spelled) return nullptr;
  auto made = shape_of_changes(shape, changes, parts, shapes);
  if (made.ok() && !rewrite(write, **made, parts, out)) return std::move(*made);
  changes.clear();  // the values themselves, then
  return nullptr;
}

Error MergedRecord::check_elements(const RecordView& change, Rule rule) {
  Error wrong;
  each_field(change, [&](std::string_view name, Type, const Part&) {
    if (!wrong) wrong = check_elements(name, rule);
    if (wrong) wrong = std::move(wrong).in("field \"" + std::string(name) + "\"");
  });
  return wrong;
}

Error MergedRecord::check_elements(std::string_view name, Rule rule) {
  const std::uint32_t index = field_named(name);
  const bool is_there = index != kNoField && fields_[index].is_there();
  if (!is_there) {
    if (is_inside_of_field(name))
      return only_of_itself("arrays and sets of the record itself are changed");
    if (rule == Rule::included) return {};
    return Error(Code::invalid, "it is not there, so it has no elements to remove");
  }
  const Field& field = fields_[index];
  const EditedLeaf* const edited = shown_edits(field);
  if (edited != nullptr && edited->leaf.rule == kList) {
    return Error(Code::invalid, "it is edited as a list. Insert into the list, or delete from it");
  }
  if (edited != nullptr && edited->leaf.rule == kTree) {
    return Error(Code::invalid, "it is edited as a tree. Create nodes in it, or delete some");
  }
  const bool holds_number = edited != nullptr || (field.has_added() && !shows_elements(field));
  const bool holds_other =
      field.has_leaf && field.leaf.part.state == Part::value && !is_collection(field.leaf.part);
  if (!holds_number && !holds_other) return {};
  return Error(Code::invalid, "it holds no array or set. Write one first");
}

}  // namespace gs::merge
