// Fields whose objects several writers change, by the paths of their members.
#include <algorithm>

#include "gs/core/merge/fields.h"
#include "gs/core/merge/merged_record.h"

namespace gs::merge {

using record::Part;

// The content of a leaf, in memory of its own.
void MergedRecord::put_members(Buffer content, Leaf& leaf) {
  if (leaf.made == kNoField) {
    leaf.made = static_cast<std::uint32_t>(made_.size());
    made_.emplace_back();
  }
  made_[leaf.made] = std::move(content);
  leaf.part = {Part::value, Type::object, Bytes(made_[leaf.made])};
}

// Leaves out what a change that saw it gives or takes away. Whether nothing is left of it: then it
// is gone, as the change says whether the object is there.
bool MergedRecord::take_of(const MembersChange& change, Leaf& leaf) {
  if (!is_object(leaf.part)) return false;
  Buffer rest;
  if (take_members(leaf.part.content, change, rest)) put_members(std::move(rest), leaf);
  return !merge::has_members(leaf.part);
}

// What it has seen is in seen_up_to_.
void MergedRecord::change_members(std::uint32_t index, Leaf leaf) {
  Field& field = fields_[index];
  const MembersChange change = members_change_of(leaf.part).value_or(MembersChange());
  const auto is_gone = [&](Leaf& one) {
    return seen_up_to_.has(one.stamp) && take_of(change, one);
  };
  if (field.has_leaf && is_gone(field.leaf)) field.has_leaf = false;
  // What is asked is changed by it: first take, then leave out.
  const auto take_all = [&](Leaves& leaves, Leaves::Head& head) {
    leaves.each(head, [&](Leaf& one) { is_gone(one); });
    leaves.erase_if(head, [&](const Leaf& one) {
      return is_object(one.part) && !merge::has_members(one.part) && seen_up_to_.has(one.stamp);
    });
  };
  take_all(hidden_, field.hidden);
  take_all(members_of_, field.members);
  if (field.has_hidden()) show_best(index);
  Buffer given(change.given.begin(), change.given.end());
  if (given.empty()) append_members_of({}, given);
  bool is_one_more = false;  // of its transaction
  members_of_.each(field.members, [&](Leaf& one) {
    if (one.stamp != leaf.stamp) return;
    const Bytes both[] = {one.part.content, Bytes(given)};
    Buffer made;
    append_members_of(both, made);
    put_members(std::move(made), one);
    is_one_more = true;
  });
  if (is_one_more) return;
  if (leaf.declared != Type::any) leaf.declared = Type::object;
  leaf.rule = kMembers;
  put_members(std::move(given), leaf);
  members_of_.push(field.members, leaf);
}

// Several writes have members of what is shown. Beside a value that is no object none are.
bool MergedRecord::shows_members(const Field& field) const {
  const bool is_none = !field.has_leaf || field.leaf.part.state == Part::null;
  if (is_none) return field.has_members();
  if (!is_object(field.leaf.part)) return false;
  if (field.has_members()) return true;
  bool has_other = false;
  if (field.leaf.rule != 0) return false;
  hidden_.each(field.hidden,
               [&](const Leaf& one) { has_other = has_other || is_object(one.part); });
  return has_other;
}

// Whether the members of one write are all that there is, so that they stand for themselves.
bool MergedRecord::is_all_members(const Field& field) const noexcept {
  if (field.has_leaf || field.has_added() || field.has_elements()) return false;
  return members_of_.has_one(field.members) && !shows_edits_alone(field);
}

// What a field shows whose value, or what stands in its place, is an object.
Buffer MergedRecord::object_of(const Field& field) const {
  std::vector<const Leaf*> leaves;
  const auto add = [&](const Leaf& one) {
    if (is_object(one.part)) leaves.push_back(&one);
  };
  if (field.has_leaf) add(field.leaf);
  // Where the rule is another one, or null was written last, what is hidden stays so.
  const bool are_values_joined =
      field.has_leaf && field.leaf.rule == 0 && is_object(field.leaf.part);
  if (are_values_joined) hidden_.each(field.hidden, add);
  members_of_.each(field.members, add);
  std::sort(leaves.begin(), leaves.end(),
            [&](const Leaf* a, const Leaf* b) { return less(a->stamp, b->stamp); });
  std::vector<Bytes> objects;
  objects.reserve(leaves.size());
  for (const Leaf* const leaf : leaves) objects.push_back(leaf->part.content);
  Buffer content;
  append_members_of(objects, content);
  return content;
}

// What fields show whose members came from several writes.
void MergedRecord::join_members() {
  if (hidden_.empty() && members_of_.empty()) return;
  for (Field& field : fields_) {
    if (field.sum != kNoField || !shows_members(field)) continue;
    const Leaf& shows = field.has_leaf ? field.leaf : latest_of(members_of_, field.members);
    Shown& made = sums_.emplace_back(Shown{shows, {}});
    if (made.leaf.declared != Type::any) made.leaf.declared = Type::object;
    field.sum = static_cast<std::uint32_t>(sums_.size() - 1);
    if (is_all_members(field)) continue;
    Buffer& content = united_.emplace_back(object_of(field));
    made.leaf.part = {Part::value, Type::object, Bytes(content)};
  }
}

// Where somebody has to decide between an object and something else, a value decides.
bool MergedRecord::may_give(const Field& field, const Part& part) const {
  if (!is_object(part) || field.has_added() || field.has_elements() || field.has_edits()) {
    return false;
  }
  bool has_other = field.has_leaf && !is_object(field.leaf.part);
  hidden_.each(field.hidden,
               [&](const Leaf& one) { has_other = has_other || !is_object(one.part); });
  return !has_other && (field.has_leaf || field.has_members());
}

Result<record::ShapePtr> MergedRecord::place_members(const record::ShapePtr& shape,
                                                     const std::uint8_t* bytes,
                                                     record::ShapeCache* shapes, Buffer& out,
                                                     std::vector<FieldRule>& changes) {
  const record::RecordView change(shape.get(), bytes);
  changes.clear();
  std::vector<Part> parts;
  std::vector<FieldRule> all;
  auto number = first_field(*shape);
  each_field(change, [&](std::string_view name, Type, const Part& part) {
    parts.push_back(part);
    const FieldRule one{number++, kMembers};
    all.push_back(one);
    const std::uint32_t index = field_named(name);
    const bool is_there = index != kNoField && fields_[index].is_there();
    const auto members = members_change_of(part);
    if (is_there && members && !may_give(fields_[index], {Part::value, Type::object, {}})) {
      parts.back() = {Part::value, Type::object, members->given};
    } else {
      changes.push_back(one);
    }
  });
  GS_TRY(record::ShapePtr made, shape_of_changes(shape, all, parts, shapes));
  GS_TRY_OK(rewrite(change, *made, parts, out));
  return made;
}

}  // namespace gs::merge
