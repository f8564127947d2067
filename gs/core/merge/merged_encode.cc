// From the fields of a merged record to the bytes of its image.
#include <algorithm>

#include "gs/core/merge/fields.h"
#include "gs/core/merge/merged_record.h"
#include "gs/core/record/record_writer.h"

namespace gs::merge {

using record::Part;

namespace {

// Memory for an object that is kept between records.
constexpr std::size_t kObjectKept = std::size_t{64} << 10;

}  // namespace

Result<record::ShapePtr> MergedRecord::encode_removing(std::span<const std::string_view> names,
                                                       Buffer& out, record::ShapeCache* shapes) {
  auto rank = static_cast<std::uint32_t>(fields_.size());
  for (const std::string_view name : names) {
    fields_.push_back({.name = name, .rank = rank++});
  }
  order_of_fields_.clear();
  for (std::uint32_t i = 0; i < fields_.size(); ++i) order_of_fields_.push_back(i);
  const bool has_long_name = std::any_of(names.begin(), names.end(), [](std::string_view name) {
    return name.size() > record::kFieldNameBytesMax;
  });
  return append_record(out, has_long_name || is_loose(), shapes, record::kRecordBytesMax);
}

// Which fields the result has, in which order, and which places it keeps.
void MergedRecord::arrange() {
  order_of_fields_.clear();
  places_.clear();
  bool in_order = true;
  bool has_places = false;
  const auto before = [this](std::uint32_t a, std::uint32_t b) {
    const Field& left = fields_[a];
    const Field& right = fields_[b];
    return left.rank != right.rank ? left.rank < right.rank : left.name < right.name;
  };
  for (std::uint32_t i = 0; i < fields_.size(); ++i) {
    if (!fields_[i].is_there() && fields_[i].rank == kTail) continue;
    in_order = in_order && (order_of_fields_.empty() || before(order_of_fields_.back(), i));
    has_places = has_places || !fields_[i].is_there();
    order_of_fields_.push_back(i);
  }
  if (!in_order) std::sort(order_of_fields_.begin(), order_of_fields_.end(), before);
  if (!has_places) return;
  for (std::uint32_t i = 0; i < order_of_fields_.size(); ++i) {
    const Field& field = fields_[order_of_fields_[i]];
    if (!field.is_there()) places_.push_back({i, field.name});
  }
  std::erase_if(order_of_fields_, [&](std::uint32_t index) { return !fields_[index].is_there(); });
}

bool MergedRecord::is_loose() const noexcept {
  const auto is_one = [](const Leaf& leaf) { return (leaf.flags & kLoose) != 0; };
  return order_of_fields_.size() + (keyed_ ? 1 : 0) > record::kFieldsMax ||
         std::any_of(fields_.begin(), fields_.end(),
                     [&](const Field& field) { return field.has_leaf && is_one(field.leaf); }) ||
         hidden_.any(is_one) || added_.any(is_one) || elements_.any(is_one) ||
         members_of_.any(is_one) ||
         edited_.any([&](const EditedLeaf& one) { return is_one(one.leaf); });
}

void MergedRecord::append_hidden(Buffer& out) const {
  const auto append = [&](HiddenKind kind, std::uint32_t field, const LocalStamp& stamp,
                          std::uint8_t rule, const Leaf* leaf, Bytes content) {
    const std::size_t at = out.size();
    out.resize(at + kHiddenBytes + align_up(content.size(), std::size_t{8}));
    std::uint8_t* const head = out.data() + at;
    head[0] = static_cast<std::uint8_t>(kind);
    head[1] = leaf == nullptr ? 0 : static_cast<std::uint8_t>(leaf->part.type);
    head[2] = leaf == nullptr ? 0 : static_cast<std::uint8_t>(leaf->declared);
    head[3] = rule;
    store_u32(head + 4, field);
    store_u64(head + 8, stamp.hlc);
    store_u32(head + 16, stamp.writer);
    store_u32(head + 20, static_cast<std::uint32_t>(content.size()));
    head[24] = leaf == nullptr ? 0 : leaf->flags;
    if (!content.empty()) std::memcpy(head + kHiddenBytes, content.data(), content.size());
  };
  if (erasure_.hlc != 0) append(HiddenKind::erasure, kNoField, erasure_, 0, nullptr, {});
  for (const Told& one : told_) {
    append(one.kind, place_[one.field], one.leaf.stamp, one.leaf.rule, &one.leaf,
           one.leaf.part.content);
  }
  for (const SeenRemoval& one : removals_) {
    append(HiddenKind::removal, kNoField, one.stamp, static_cast<std::uint8_t>(one.rule), nullptr,
           {});
  }
  for (const HiddenPlace& one : places_) {
    append(HiddenKind::place, one.number, {}, 0, nullptr, as_bytes(one.name));
  }
}

Result<record::ShapePtr> MergedRecord::encode(Buffer& image, std::size_t& record_at,
                                              record::ShapeCache* shapes) {
  arrange();
  sums_.clear();
  sums_.reserve(hidden_.size() + added_.size() + elements_.size() + members_of_.size() +
                taken_.size() + edited_.size());  // the leaves point into it
  for (Field& field : fields_) field.sum = kNoField;
  spell();
  add_up();
  unite();
  join_members();
  const bool loose = is_loose();
  // Leaves with the base stamp share flags.
  std::uint8_t base_flags = 0;
  for (const std::uint32_t index : order_of_fields_) {
    const Field& field = fields_[index];
    if (shown(field).stamp != base_) continue;
    base_flags = shown(field).flags;
    break;
  }
  const unsigned usual_flags = loose ? kLoose : 0;
  const std::uint32_t first = keyed_ && !loose ? 1 : 0;
  exceptions_.clear();
  place_.assign(fields_.size(), kNoField);
  std::uint32_t leading = 0;
  for (std::uint32_t i = 0; i < order_of_fields_.size(); ++i) {
    const Field& field = fields_[order_of_fields_[i]];
    place_[order_of_fields_[i]] = first + i;
    if (field.rank != kTail) ++leading;
    const Leaf& leaf = shown(field);
    // Exceptions name all fields that do not lead: so a version tells which there are.
    const bool leads = field.rank != kTail;
    if (leads && leaf.stamp == base_ && leaf.rule == 0 && leaf.flags == base_flags) continue;
    exceptions_.push_back(StampException::make(first + i, leaf.rule, leaf.flags, leaf.stamp));
  }
  if (leading == order_of_fields_.size() && places_.empty()) leading = kAllLeading;
  tell_hidden();
  std::sort(removals_.begin(), removals_.end(),
            [&](const SeenRemoval& a, const SeenRemoval& b) { return less(a.stamp, b.stamp); });

  record_at = kImageHeadBytes + exceptions_.size() * sizeof(StampException);
  image.resize(record_at);
  store_u32(image.data(), static_cast<std::uint32_t>(exceptions_.size()));
  store_u32(image.data() + 4,
            static_cast<std::uint32_t>((erasure_.hlc != 0 ? 1 : 0) + told_.size() +
                                       removals_.size() + places_.size()));
  store_u32(image.data() + 8,
            leading | std::uint32_t{base_flags ^ usual_flags} << StampException::kFieldBits);
  if (!exceptions_.empty()) {
    std::memcpy(image.data() + kImageHeadBytes, exceptions_.data(),
                exceptions_.size() * sizeof(StampException));
  }

  GS_TRY(record::ShapePtr shape, append_record(image, loose, shapes, kImageBytesMax));
  const std::size_t hidden_at = image.size();
  append_hidden(image);
  const std::size_t hidden_bytes = image.size() - hidden_at;
  if (image.size() > kImageBytesMax) {
    return Error(Code::too_large, "a record with " + std::to_string(hidden_bytes) +
                                      " bytes of concurrent writes takes " +
                                      std::to_string(image.size()) + " bytes; the limit is " +
                                      std::to_string(kImageBytesMax));
  }
  store_u32(image.data() + 12, static_cast<std::uint32_t>(hidden_bytes));
  return shape;
}

// By kind, then by place, then by stamp.
void MergedRecord::tell_hidden() {
  told_.clear();
  for (const std::uint32_t index : order_of_fields_) {
    if (fields_[index].has_hidden()) {
      tell(HiddenKind::value, index, fields_[index].hidden, hidden_);
    }
  }
  if (sums_.empty() && added_.empty() && elements_.empty() && members_of_.empty() &&
      taken_.empty() && edited_.empty()) {
    return;
  }
  for (const std::uint32_t index : order_of_fields_) {
    if (has_summand(fields_[index])) {
      told_.push_back({HiddenKind::summand, index, fields_[index].leaf});
    }
  }
  for (const std::uint32_t index : order_of_fields_) {
    if (fields_[index].has_added()) tell(HiddenKind::total, index, fields_[index].added, added_);
  }
  for (const std::uint32_t index : order_of_fields_) {
    const Field& field = fields_[index];
    if (field.has_elements() && !is_all_elements(field)) {
      tell(HiddenKind::elements, index, field.elements, elements_);
    }
  }
  for (const std::uint32_t index : order_of_fields_) {
    const Field& field = fields_[index];
    if (field.has_members() && !is_all_members(field)) {
      tell(HiddenKind::members, index, field.members, members_of_);
    }
  }
  for (const std::uint32_t index : order_of_fields_) {
    tell(HiddenKind::taken, index, fields_[index].taken, taken_);
  }
  tell_edits(HiddenKind::text);
  tell_edits(HiddenKind::list);
  tell_edits(HiddenKind::tree);
}

void MergedRecord::tell_edits(HiddenKind kind) {
  const auto rule = static_cast<std::uint8_t>(rule_of(kind));
  if (edited_.empty()) return;
  for (const std::uint32_t index : order_of_fields_) {
    const auto begin = static_cast<std::ptrdiff_t>(told_.size());
    edited_.each(fields_[index].edited, [&](const EditedLeaf& one) {
      if (one.leaf.rule == rule) told_.push_back({kind, index, one.leaf});
    });
    std::sort(told_.begin() + begin, told_.end(),
              [&](const Told& a, const Told& b) { return less(a.leaf.stamp, b.leaf.stamp); });
  }
}

void MergedRecord::tell(HiddenKind kind, std::uint32_t field, Leaves::Head head,
                        const Leaves& leaves) {
  const auto begin = static_cast<std::ptrdiff_t>(told_.size());
  leaves.each(head, [&](const Leaf& leaf) { told_.push_back({kind, field, leaf}); });
  std::sort(told_.begin() + begin, told_.end(),
            [&](const Told& a, const Told& b) { return less(a.leaf.stamp, b.leaf.stamp); });
}

// Fields without a write are absent.
Result<record::ShapePtr> MergedRecord::append_record(Buffer& out, bool loose,
                                                     record::ShapeCache* shapes,
                                                     std::size_t bytes_max) {
  parts_.clear();
  if (keyed_) parts_.push_back(key_);
  GS_TRY(record::ShapePtr shape, loose ? describe_itself(shapes) : shape_of_fields(shapes));
  record::Sink sink(out);
  GS_TRY_OK(write_record(*shape, parts_, sink, bytes_max));
  sink.finish();
  if (object_.capacity() > kObjectKept) object_ = Buffer();
  return shape;
}

// Each field as the write that is shown declared it.
Result<record::ShapePtr> MergedRecord::shape_of_fields(record::ShapeCache* shapes) {
  keys_.clear();
  bool same = !shape_->self_describing() &&
              shape_->field_count() == order_of_fields_.size() + shape_->key_fields();
  for (std::size_t i = 0; i < order_of_fields_.size(); ++i) {
    const Field& field = fields_[order_of_fields_[i]];
    const Type declared = field.is_there() ? shown(field).declared : Type::null;
    keys_.push_back({field.name, declared});
    parts_.push_back(field.is_there() ? shown(field).part : Part());
    if (!same) continue;
    const record::Field& had = shape_->fields()[i + shape_->key_fields()];
    same = had.type == declared && had.name == field.name;
  }
  if (same) return shape_;
  return shapes != nullptr ? shapes->merged(collection_, keyed_, keys_)
                           : record::make_shape(collection_, keyed_, keys_);
}

Result<record::ShapePtr> MergedRecord::describe_itself(record::ShapeCache* shapes) {
  members_.clear();
  for (const std::uint32_t index : order_of_fields_) {
    const Field& field = fields_[index];
    members_.push_back({field.name, field.is_there() ? shown(field).part : Part()});
  }
  object_.clear();
  record::Sink sink(object_);
  write_object(members_, sink);
  sink.finish();
  parts_.push_back({Part::value, Type::object, Bytes(object_)});
  if (shape_->self_describing()) return shape_;
  if (shapes == nullptr) return record::make_self_describing(collection_, keyed_);
  GS_TRY(const record::PlanPtr plan, shapes->self_describing(collection_, keyed_));
  return plan->shape;
}

}  // namespace gs::merge
