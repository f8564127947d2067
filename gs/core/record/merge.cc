// A delta put over a record: the rule that every replica follows to the same bytes.
#include <algorithm>

#include "gs/core/record/record_writer.h"
#include "gs/core/record/shape_cache.h"

namespace gs::record {
namespace {

Part part_of(const RecordView& record, std::size_t field) {
  if (!record.present(field)) return {};
  const ValueView value = record.field(field);
  if (value.is_null()) return {Part::null, Type::null, {}};
  return {Part::value, value.type, value.content};
}

Part part_of(const ValueView& member) {
  if (member.type == kAbsentMember) return {};
  if (member.is_null()) return {Part::null, Type::null, {}};
  return {Part::value, member.type, member.content};
}

// All fields or members in order, without the key.
std::vector<NamedPart> members_of(const RecordView& record) {
  const Shape& shape = record.shape();
  const std::size_t first = shape.key_fields();
  std::vector<NamedPart> members;
  if (!shape.self_describing()) {
    members.reserve(shape.field_count());
    for (std::size_t i = first; i < shape.field_count(); ++i) {
      members.push_back({shape.fields()[i].name, part_of(record, i)});
    }
    return members;
  }
  const ValueView object = record.field(first);
  const std::uint32_t count = object.count();
  members.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    members.push_back({object.member_name(i), part_of(object.member(i))});
  }
  return members;
}

// Which parts of the result come from where, when both records have fields.
struct FieldPlan {
  std::vector<FieldKey> fields;        // of the result, without key
  std::vector<int> from_delta;         // per field: index in the delta, or -1
  std::vector<std::uint16_t> changed;  // per field of the delta: index in the result
  bool same_as_base = true;
};

FieldPlan plan_fields(const Shape& base, const Shape& delta) {
  FieldPlan plan;
  const std::size_t first = base.key_fields();
  for (std::size_t i = first; i < base.field_count(); ++i) {
    plan.fields.push_back({base.fields()[i].name, base.fields()[i].type});
  }
  plan.from_delta.assign(plan.fields.size(), -1);
  if (delta.keyed()) plan.changed.push_back(0);
  for (std::size_t i = delta.key_fields(); i < delta.field_count(); ++i) {
    const Field& field = delta.fields()[i];
    const int found = base.find(field.name);
    std::size_t at = plan.fields.size() + first;
    if (found < 0) {
      plan.fields.push_back({field.name, field.type});
      plan.from_delta.push_back(static_cast<int>(i));
      plan.same_as_base = false;
    } else {
      at = static_cast<std::size_t>(found);
      plan.from_delta[at - first] = static_cast<int>(i);
      plan.same_as_base = plan.same_as_base && base.fields()[at].type == field.type;
      plan.fields[at - first].type = field.type;
    }
    plan.changed.push_back(static_cast<std::uint16_t>(at));
  }
  return plan;
}

// Writes the record or leaves `out` as it was.
Error write_or_undo(const Shape& shape, std::span<const Part> parts, Buffer& out) {
  Sink sink(out);
  Error error = write_record(shape, parts, sink);
  if (error) sink.cut_to(sink.begin());
  sink.finish();
  return error;
}

Result<ShapePtr> merge_fields(const RecordView& base, const ShapePtr& base_shape,
                              const RecordView& delta, FieldPlan& plan, Buffer& out,
                              ShapeCache* cache) {
  ShapePtr shape = base_shape;
  if (!plan.same_as_base) {
    const std::string& collection = base_shape->collection();
    const bool keyed = base_shape->keyed();
    auto made = cache ? cache->merged(collection, keyed, plan.fields)
                      : make_shape(collection, keyed, plan.fields);
    if (!made) return made;
    shape = std::move(made).value();
  }
  std::vector<Part> parts;
  parts.reserve(shape->field_count());
  const std::size_t first = shape->key_fields();
  if (first != 0) parts.push_back(part_of(base, 0));
  for (std::size_t i = 0; i < plan.fields.size(); ++i) {
    const int from = plan.from_delta[i];
    parts.push_back(from < 0 ? part_of(base, first + i)
                             : part_of(delta, static_cast<std::size_t>(from)));
  }
  GS_TRY_OK(write_or_undo(*shape, parts, out));
  return shape;
}

// The present members of base, then the new ones of the delta.
std::vector<NamedPart> merge_members(const RecordView& base, const RecordView& delta) {
  const std::vector<NamedPart> over = members_of(delta);
  std::vector<std::pair<std::string_view, std::size_t>> by_name;
  by_name.reserve(over.size());
  for (std::size_t i = 0; i < over.size(); ++i) by_name.emplace_back(over[i].name, i);
  std::sort(by_name.begin(), by_name.end());

  std::vector<NamedPart> members;
  std::vector<bool> used(over.size());
  for (const NamedPart& member : members_of(base)) {
    const auto found =
        std::lower_bound(by_name.begin(), by_name.end(), std::pair(member.name, std::size_t{0}));
    const bool replaced = found != by_name.end() && found->first == member.name;
    // A member that is absent in the base takes its place again when the delta sets it.
    const NamedPart& taken = replaced ? over[found->second] : member;
    if (replaced) used[found->second] = true;
    if (taken.part.state != Part::absent) members.push_back(taken);
  }
  for (std::size_t i = 0; i < over.size(); ++i) {
    if (!used[i] && over[i].part.state != Part::absent) members.push_back(over[i]);
  }
  return members;
}

Result<ShapePtr> merge_objects(const RecordView& base, const RecordView& delta, Buffer& out,
                               const ShapePtr& base_shape, ShapeCache* cache) {
  const std::string& collection = base_shape->collection();
  const bool keyed = base_shape->keyed();
  ShapePtr shape = base_shape;
  if (!shape->self_describing() && cache) {
    GS_TRY(const PlanPtr plan, cache->self_describing(collection, keyed));
    shape = plan->shape;
  } else if (!shape->self_describing()) {
    GS_TRY(shape, make_self_describing(collection, keyed));
  }
  Buffer object;
  Sink sink(object);
  write_object(merge_members(base, delta), sink);
  std::vector<Part> parts;
  if (keyed) parts.push_back(part_of(base, 0));
  parts.push_back({Part::value, Type::object, sink.from(0)});
  GS_TRY_OK(write_or_undo(*shape, parts, out));
  return shape;
}

}  // namespace

Result<ShapePtr> merge(const RecordView& base, const ShapePtr& base_shape, const RecordView& delta,
                       Buffer& out, std::vector<std::uint16_t>* changed, ShapeCache* cache) {
  if (delta.shape().keyed() && (!base_shape->keyed() || delta.key() != base.key())) {
    return Error(Code::invalid, "update: its key is not that of the record; a key never changes");
  }
  const bool objects = base_shape->self_describing() || delta.shape().self_describing();
  FieldPlan plan;
  if (!objects) plan = plan_fields(*base_shape, delta.shape());
  const std::size_t first = base_shape->key_fields();
  if (!objects && plan.fields.size() + first <= kFieldsMax) {
    if (changed) *changed = plan.changed;
    return merge_fields(base, base_shape, delta, plan, out, cache);
  }
  if (changed) {
    changed->assign(delta.shape().field_count(), static_cast<std::uint16_t>(first));
    if (delta.shape().keyed()) changed->front() = 0;
  }
  return merge_objects(base, delta, out, base_shape, cache);
}

}  // namespace gs::record
