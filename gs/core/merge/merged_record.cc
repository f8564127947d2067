#include "gs/core/merge/merged_record.h"

#include <algorithm>

#include "gs/core/merge/fields.h"
#include "gs/core/merge/made_values.h"
#include "gs/core/record/order_key.h"

namespace gs::merge {

using record::Part;
using record::RecordView;
using record::Shape;
using record::ValueView;

namespace {

// Beyond so many fields names are found by a sorted list.
constexpr std::size_t kNamesByEye = 16;
constexpr bool is_of_field(HiddenKind kind) noexcept {
  return kind == HiddenKind::value || kind == HiddenKind::total || kind == HiddenKind::summand ||
         kind == HiddenKind::elements || kind == HiddenKind::members || kind == HiddenKind::taken ||
         is_edits(kind);
}

Buffer order_key_of(const Part& part) {
  Buffer key;
  if (part.state == Part::value) {
    append_order_key(ValueView{part.type, part.content}, key);
  } else {
    record::append_missing_key(key);
  }
  return key;
}

}  // namespace

std::string_view name_of_field(const RecordView& record, std::uint32_t field) noexcept {
  const Shape& shape = record.shape();
  if (!shape.self_describing()) return shape.fields()[field].name;
  return record.field(shape.key_fields()).member_name(field);
}

std::uint32_t field_numbers_end(const RecordView& record) noexcept {
  const Shape& shape = record.shape();
  if (!shape.self_describing()) return static_cast<std::uint32_t>(shape.field_count());
  return record.field(shape.key_fields()).count();
}

bool stands_alone(const RecordView& record) noexcept {
  const Shape& shape = record.shape();
  if (!shape.self_describing()) {
    std::size_t left = shape.field_count();
    for (const std::uint8_t* word = record.start() + 8; left != 0; word += 8) {
      const std::size_t fields = std::min<std::size_t>(left, 32);
      if (load_u32(word) != ~std::uint32_t{0} >> (32 - fields)) return false;
      left -= fields;
    }
    return true;
  }
  const ValueView object = record.field(shape.key_fields());
  const std::uint32_t count = object.count();
  for (std::uint32_t i = 0; i < count; ++i) {
    if (object.member(i).type == record::kAbsentMember) return false;
  }
  return count != 0;
}

MergedRecord::MergedRecord(const WriterOrder& order)
    : order_(order), made_values_(std::make_unique<MadeValues>(order)) {}
MergedRecord::~MergedRecord() = default;

void MergedRecord::clear() {
  shape_.reset();
  key_ = {};
  collection_ = {};
  keyed_ = false;
  base_ = {};
  erasure_ = {};
  fields_.clear();
  hidden_.clear();
  added_.clear();
  elements_.clear();
  members_of_.clear();
  taken_.clear();
  edited_.clear();
  made_.clear();
  spelled_.clear();
  removals_.clear();
  names_.clear();
  is_last_write_ = false;
  fields_by_shape_ = false;
  shape_fields_ = 0;
}

void MergedRecord::begin_after(const LocalStamp& erasure) {
  clear();
  erasure_ = erasure;
}

// --- what is there already ---

void MergedRecord::load(const Stored& stored) {
  clear();
  base_ = stored.base;
  load_fields(stored);
  if (stored.image == nullptr) return;
  load_image(ImageView(stored.image));
  if (!edited_.empty()) know_edited(stored, fields_by_shape_ ? shape_->key_fields() : 0);
}

void MergedRecord::load_fields(const Stored& stored) {
  shape_ = *stored.shape;
  const RecordView record(shape_.get(), stored.record);
  collection_ = shape_->collection();
  keyed_ = shape_->keyed();
  if (keyed_) key_ = part_of(record, 0);
  const std::uint8_t flags = shape_->self_describing() ? kLoose : 0;
  std::uint32_t rank = 0;
  each_field(record, [&](std::string_view name, Type declared, const Part& part) {
    fields_.push_back({.name = name,
                       .leaf = {base_, 0, flags, declared, kNoField, part},
                       .has_leaf = true,
                       .rank = rank++});
  });
  fields_by_shape_ = !shape_->self_describing();
  shape_fields_ = fields_.size();
}

// Which fields lead, and which did.
void MergedRecord::load_places(const ImageView& image) {
  std::vector<HiddenPlace>& places = places_;
  places.clear();
  HiddenView hidden = image.first_hidden();
  for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
    if (hidden.kind() == HiddenKind::place) {
      places.push_back({hidden.field(), as_text(hidden.content())});
    }
  }
  const std::size_t leading = std::min<std::size_t>(image.leading(), fields_.size());
  std::uint32_t rank = 0;
  auto place = places.begin();
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    for (; place != places.end() && place->number == rank; ++place) ++rank;
    fields_[i].rank = i < leading ? rank++ : kTail;
  }
  for (const HiddenPlace& one : places) fields_.push_back({.name = one.name, .rank = one.number});
}

void MergedRecord::load_image(const ImageView& image) {
  const std::size_t first = fields_by_shape_ ? shape_->key_fields() : 0;
  for (Field& field : fields_) field.leaf.flags ^= image.base_flags();
  load_places(image);
  erasure_ = image.erasure();
  const StampException* const exceptions = image.exceptions();
  for (std::uint32_t i = 0; i < image.exception_count(); ++i) {
    Leaf& leaf = fields_[exceptions[i].field() - first].leaf;
    leaf.stamp = exceptions[i].stamp();
    leaf.rule = exceptions[i].rule();
    leaf.flags = exceptions[i].flags();
  }
  HiddenView hidden = image.first_hidden();
  for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
    if (hidden.kind() == HiddenKind::removal) {
      removals_.push_back({hidden.stamp(), static_cast<RemovalRule>(hidden.rule())});
    }
    if (is_of_field(hidden.kind())) load_hidden(hidden, first);
  }
  for (Field& field : fields_) {
    if (!field.has_leaf || !stands_beside(field.leaf.rule)) continue;
    // Else its value came as a summand, and what is shown was made of all.
    if (field.leaf.rule == kIncluded && !field.has_elements()) {
      elements_.push(field.elements, field.leaf);
    }
    if (field.leaf.rule == kMembers && !field.has_members()) {
      members_of_.push(field.members, field.leaf);
    }
    field.has_leaf = false;
  }
}

void MergedRecord::load_hidden(const HiddenView& hidden, std::size_t first) {
  const std::uint32_t index = hidden.field() - static_cast<std::uint32_t>(first);
  Field& field = fields_[index];
  const auto type = static_cast<Type>(hidden.type());
  const Part part{type == Type::null ? Part::null : Part::value, type, hidden.content()};
  const Leaf leaf{hidden.stamp(), hidden.rule(),
                  hidden.flags(), static_cast<Type>(hidden.declared()),
                  kNoField,       part};
  switch (hidden.kind()) {
    case HiddenKind::value:
      hidden_.push(field.hidden, leaf);
      break;
    case HiddenKind::total:
      added_.push(field.added, leaf);
      break;
    case HiddenKind::elements:
      elements_.push(field.elements, leaf);
      break;
    case HiddenKind::members:
      members_of_.push(field.members, leaf);
      break;
    case HiddenKind::taken:
      taken_.push(field.taken, leaf);
      break;
    case HiddenKind::text:
    case HiddenKind::list:
    case HiddenKind::tree:
      edited_.push(field.edited, {leaf, {}, false});
      break;
    default:
      field.leaf = leaf;
  }
}

// --- writes ---

// Sorted names for records with many fields, whose shape does not find them.
void MergedRecord::index_names() {
  const std::size_t from = names_from();
  if (names_.size() == fields_.size() - from) return;
  names_.clear();
  if (fields_.size() - from <= kNamesByEye) return;
  names_.reserve(fields_.size() - from);
  for (std::size_t i = from; i < fields_.size(); ++i) {
    names_.emplace_back(fields_[i].name, static_cast<std::uint32_t>(i));
  }
  std::sort(names_.begin(), names_.end());
}

std::uint32_t MergedRecord::field_named(std::string_view name) {
  index_names();
  return field_indexed(name);
}

// Of those that there were at index_names().
std::uint32_t MergedRecord::field_indexed(std::string_view name) const {
  if (fields_by_shape_) {
    const int found = shape_->find(name);
    if (found >= 0) return static_cast<std::uint32_t>(found - shape_->key_fields());
  }
  if (names_.empty()) {
    for (std::size_t i = names_from(); i < fields_.size(); ++i) {
      if (fields_[i].name == name) return static_cast<std::uint32_t>(i);
    }
    return kNoField;
  }
  const auto at = std::lower_bound(names_.begin(), names_.end(), std::pair(name, 0u));
  return at != names_.end() && at->first == name ? at->second : kNoField;
}

// Whether `a` is shown rather than `b`.
bool MergedRecord::is_better(const Leaf& a, const Leaf& b, Rule rule) const {
  if (rule == Rule::first) return less(a.stamp, b.stamp);
  if (rule == Rule::greatest || rule == Rule::least) {
    const Buffer left = order_key_of(a.part);
    const Buffer right = order_key_of(b.part);
    if (left != right) return (left < right) == (rule == Rule::least);
  }
  return less(b.stamp, a.stamp);
}

// Of a field with hidden writes: the one to show.
void MergedRecord::show_best(std::uint32_t index) {
  Field& field = fields_[index];
  if (!field.has_leaf) {
    field.leaf = hidden_.take_first(field.hidden);
    field.has_leaf = true;
  }
  const Leaf* latest = &field.leaf;
  hidden_.each(field.hidden, [&](const Leaf& one) {
    if (less(latest->stamp, one.stamp)) latest = &one;
  });
  const auto rule = static_cast<Rule>(latest->rule);
  hidden_.each(field.hidden, [&](Leaf& one) {
    if (is_better(one, field.leaf, rule)) std::swap(one, field.leaf);
  });
}

// What a write of a field has seen, in both forms.
void MergedRecord::look(const LocalStamp& stamp, const LocalStamp& base,
                        std::span<const Seen> seen) {
  seen_.clear();
  seen_up_to_.clear();
  const auto add = [&](const LocalStamp& one) {
    seen_.add(one);
    seen_up_to_.add(one);
  };
  add(stamp);  // of one transaction the last write counts
  if (seen.empty() && base.hlc != 0) add(base);
  for (const Seen& one : seen) add(one.stamp);
}

// A value replaces values, elements, members and edits, an addition additions, a removal all.
void MergedRecord::write_field(std::uint32_t index, const Leaf& leaf, const Write& write,
                               std::span<const Seen> seen) {
  Field& field = fields_[index];
  const bool is_removal = leaf.part.state == Part::absent;
  const bool is_addition = leaf.rule == kAdded && !is_removal;
  look(leaf.stamp, write.seen_base, seen);
  if (changes_elements(leaf.rule) && !is_removal) return change_elements(index, leaf);
  if (leaf.rule == kMembers && !is_removal) return change_members(index, leaf);
  if (is_edits(leaf.rule) && !is_removal) return change_edits(index, leaf, seen);
  const auto is_seen = [&](const Leaf& one) { return seen_.has(one.stamp); };
  if (is_addition || is_removal) added_.erase_if(field.added, is_seen);
  if (is_addition) return added_.push(field.added, leaf);
  const auto is_seen_before = [&](const Leaf& one) { return seen_up_to_.has(one.stamp); };
  elements_.erase_if(field.elements, is_seen_before);
  members_of_.erase_if(field.members, is_seen_before);
  if (field.has_edits()) replace_edits(field);
  if (field.has_leaf && is_seen(field.leaf)) field.has_leaf = false;
  hidden_.erase_if(field.hidden, is_seen);
  taken_.erase_if(field.taken, is_seen);
  if (!is_removal && field.has_leaf) {
    hidden_.push(field.hidden, leaf);
  } else if (!is_removal) {
    field.leaf = leaf;
    field.has_leaf = true;
  }
  if (field.has_hidden()) show_best(index);
}

void MergedRecord::write(const Write& write) {
  const RecordView record(write.shape->get(), write.record);
  const Shape& shape = **write.shape;
  if (shape_ == nullptr) {
    shape_ = *write.shape;
    collection_ = shape.collection();
    keyed_ = shape.keyed();
  }
  if (keyed_ && key_.state == Part::absent && shape.keyed()) key_ = part_of(record, 0);
  // Of one transaction, whose writes have one stamp, the last one counts.
  const bool is_base = write.whole && !less(write.stamp, base_);
  if (is_base) {
    base_ = write.stamp;
    for (Field& field : fields_) field.rank = kTail;
  }
  const std::uint8_t flags = shape.self_describing() ? kLoose : 0;
  std::uint32_t at = first_field(shape);
  std::uint32_t rank = 0;
  std::size_t next_seen = 0;
  index_names();  // names of one write differ, so that it does not meet what it has appended
  const auto had = static_cast<std::uint32_t>(fields_.size());
  each_field(record, [&](std::string_view name, Type declared, const Part& part) {
    while (next_seen < write.seen.size() && write.seen[next_seen].field < at) ++next_seen;
    const std::size_t first_seen = next_seen;
    while (next_seen < write.seen.size() && write.seen[next_seen].field == at) ++next_seen;
    const auto seen = write.seen.subspan(first_seen, next_seen - first_seen);
    ++at;
    std::uint32_t index = had == 0 ? kNoField : field_indexed(name);
    if (index == kNoField) {
      if (part.state == Part::absent) return;  // of what is not there
      index = static_cast<std::uint32_t>(fields_.size());
      fields_.push_back({.name = name});
    }
    if (is_base && part.state != Part::absent) fields_[index].rank = rank++;
    const std::uint8_t rule = seen.empty() ? 0 : seen.front().rule;
    write_field(index, {write.stamp, rule, flags, declared, kNoField, part}, write, seen);
  });
  // A write that has seen a removal replaces it.
  if (!removals_.empty()) {
    seen_.clear();
    for (const Seen& one : write.seen) {
      if (one.field == kNoField) seen_.add(one.stamp);
    }
    std::erase_if(removals_, [&](const SeenRemoval& one) { return seen_.has(one.stamp); });
  }
  is_last_write_ = is_base && erasure_.hlc == 0 && removals_.empty() && hidden_.empty() &&
                   added_.empty() && elements_.empty() && members_of_.empty() && taken_.empty() &&
                   edited_.empty() && stands_alone(record) &&
                   std::all_of(fields_.begin(), fields_.end(), [&](const Field& field) {
                     return field.has_leaf ? field.leaf.stamp == write.stamp && field.leaf.rule == 0
                                           : field.rank == kTail;
                   });
}

void MergedRecord::remove(const Removal& removal) {
  is_last_write_ = false;
  seen_.clear();
  seen_up_to_.clear();
  const auto add = [&](const LocalStamp& stamp) {
    seen_.add(stamp);
    seen_up_to_.add(stamp);
  };
  add(removal.seen_base);
  for (const Seen& one : removal.seen) add(one.stamp);
  const auto cover = [&](Leaf& leaf) {
    if (seen_.has(leaf.stamp)) leaf.flags |= kCovered;
  };
  for (Field& field : fields_) {
    if (field.has_leaf) cover(field.leaf);
  }
  hidden_.each_of_all(cover);
  added_.each_of_all(cover);
  elements_.each_of_all(cover);
  members_of_.each_of_all(cover);
  edited_.each_of_all([&](EditedLeaf& one) {
    EditsLog log(one.leaf.part.content);
    log.cover(seen_up_to_);
    write_log(log, one.leaf);
  });
  std::erase_if(removals_, [&](const SeenRemoval& had) {
    return had.stamp == removal.stamp || seen_.has(had.stamp);
  });
  removals_.push_back({removal.stamp, removal.rule});
}

bool MergedRecord::is_live() const noexcept {
  if (removals_.empty()) return true;
  for (const SeenRemoval& one : removals_) {
    if (one.rule != RemovalRule::update_wins) return false;
  }
  const auto is_open = [](const Leaf& leaf) { return (leaf.flags & kCovered) == 0; };
  return std::any_of(fields_.begin(), fields_.end(),
                     [&](const Field& field) { return field.has_leaf && is_open(field.leaf); }) ||
         hidden_.any(is_open) || added_.any(is_open) || elements_.any(is_open) ||
         members_of_.any(is_open) ||
         edited_.any([](const EditedLeaf& one) { return has_open_writer(one.leaf.part.content); });
}

}  // namespace gs::merge
