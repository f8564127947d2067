#include "gs/core/merge/merged_record.h"

#include <algorithm>

#include "gs/core/record/order_key.h"
#include "gs/core/record/record_writer.h"

namespace gs::merge {

using record::Part;
using record::RecordView;
using record::Shape;
using record::ValueView;

namespace {

// Beyond so many fields names are found by a sorted list.
constexpr std::size_t kNamesByEye = 16;
// Memory for an object that is kept between records.
constexpr std::size_t kObjectKept = std::size_t{64} << 10;

Part part_of(const RecordView& record, std::size_t field) {
  if (!record.present(field)) return {};
  const ValueView value = record.field(field);
  if (value.is_null()) return {Part::null, Type::null, {}};
  return {Part::value, value.type, value.content};
}

Part part_of(const ValueView& member) {
  if (member.type == record::kAbsentMember) return {};
  if (member.is_null()) return {Part::null, Type::null, {}};
  return {Part::value, member.type, member.content};
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

// Calls `visit(name, declared type, part)` for all fields or members in order, without the key.
template <typename Visit>
void each_field(const RecordView& record, const Visit& visit) {
  const Shape& shape = record.shape();
  const std::size_t first = shape.key_fields();
  if (!shape.self_describing()) {
    for (std::size_t i = first; i < shape.field_count(); ++i) {
      visit(std::string_view(shape.fields()[i].name), shape.fields()[i].type, part_of(record, i));
    }
    return;
  }
  const ValueView object = record.field(first);
  const std::uint32_t count = object.count();
  for (std::uint32_t i = 0; i < count; ++i) {
    const ValueView member = object.member(i);
    visit(object.member_name(i), member.type == record::kAbsentMember ? Type::null : member.type,
          part_of(member));
  }
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

void MergedRecord::clear() {
  shape_.reset();
  key_ = {};
  collection_ = {};
  keyed_ = false;
  base_ = {};
  erasure_ = {};
  fields_.clear();
  hidden_.clear();
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
  if (stored.image != nullptr) load_image(ImageView(stored.image));
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
    fields_.push_back({name, {base_, 0, flags, declared, part}, true, false, false, rank++});
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
  for (const HiddenPlace& one : places)
    fields_.push_back({one.name, {}, false, false, false, one.number});
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
    if (hidden.kind() != HiddenKind::value) continue;
    const std::uint32_t field = hidden.field() - static_cast<std::uint32_t>(first);
    const auto type = static_cast<Type>(hidden.type());
    const Part part{type == Type::null ? Part::null : Part::value, type, hidden.content()};
    fields_[field].has_hidden = true;
    hidden_.push_back({field,
                       {hidden.stamp(), hidden.rule(), hidden.flags(),
                        static_cast<Type>(hidden.declared()), part}});
  }
}

// --- writes ---

// Sorted names for records with many fields, made when they are first needed.
void MergedRecord::index_names() {
  if (names_.size() == fields_.size()) return;
  names_.clear();
  names_.reserve(fields_.size());
  for (std::uint32_t i = 0; i < fields_.size(); ++i) names_.emplace_back(fields_[i].name, i);
  std::sort(names_.begin(), names_.end());
}

std::uint32_t MergedRecord::field_named(std::string_view name) {
  std::size_t from = 0;
  if (fields_by_shape_) {
    const int found = shape_->find(name);
    if (found >= 0) return static_cast<std::uint32_t>(found - shape_->key_fields());
    from = shape_fields_;
  }
  if (fields_.size() - from <= kNamesByEye) {
    for (std::size_t i = from; i < fields_.size(); ++i) {
      if (fields_[i].name == name) return static_cast<std::uint32_t>(i);
    }
    return kNoField;
  }
  index_names();
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

void MergedRecord::drop_seen(std::uint32_t index, const LocalStamp& stamp) {
  Field& field = fields_[index];
  if (field.has_leaf && field.leaf.stamp == stamp) field.has_leaf = false;
  if (!field.has_hidden) return;
  std::erase_if(hidden_, [&](const HiddenLeaf& one) {
    return one.field == index && one.leaf.stamp == stamp;
  });
}

// Of a field with hidden writes: the one to show.
void MergedRecord::show_best(std::uint32_t index) {
  Field& field = fields_[index];
  const auto mine = [&](const HiddenLeaf& one) { return one.field == index; };
  auto at = std::find_if(hidden_.begin(), hidden_.end(), mine);
  field.has_hidden = at != hidden_.end();
  if (!field.has_hidden) return;
  if (!field.has_leaf) {
    field.leaf = at->leaf;
    field.has_leaf = true;
    hidden_.erase(at);
  }
  const Leaf* latest = &field.leaf;
  for (const HiddenLeaf& one : hidden_) {
    if (mine(one) && less(latest->stamp, one.leaf.stamp)) latest = &one.leaf;
  }
  const auto rule = static_cast<Rule>(latest->rule);
  for (HiddenLeaf& one : hidden_) {
    if (mine(one) && is_better(one.leaf, field.leaf, rule)) std::swap(one.leaf, field.leaf);
  }
  field.has_hidden = std::any_of(hidden_.begin(), hidden_.end(), mine);
}

void MergedRecord::write_field(std::uint32_t index, const Leaf& leaf, const Write& write,
                               std::span<const Seen> seen) {
  if (seen.empty() && write.seen_base.hlc != 0) drop_seen(index, write.seen_base);
  for (const Seen& one : seen) drop_seen(index, one.stamp);
  // Of one transaction the last write counts.
  drop_seen(index, leaf.stamp);
  Field& field = fields_[index];
  if (leaf.part.state != Part::absent) {
    if (field.has_leaf) {
      hidden_.push_back({index, leaf});
      field.has_hidden = true;
    } else {
      field.leaf = leaf;
      field.has_leaf = true;
    }
  }
  if (field.has_hidden) show_best(index);
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
  std::uint32_t at = static_cast<std::uint32_t>(shape.self_describing() ? 0 : shape.key_fields());
  std::uint32_t rank = 0;
  std::size_t next_seen = 0;
  each_field(record, [&](std::string_view name, Type declared, const Part& part) {
    while (next_seen < write.seen.size() && write.seen[next_seen].field < at) ++next_seen;
    const std::size_t first_seen = next_seen;
    while (next_seen < write.seen.size() && write.seen[next_seen].field == at) ++next_seen;
    const auto seen = write.seen.subspan(first_seen, next_seen - first_seen);
    ++at;
    std::uint32_t index = field_named(name);
    if (index == kNoField) {
      if (part.state == Part::absent) return;  // of what is not there
      index = static_cast<std::uint32_t>(fields_.size());
      fields_.push_back({name, {}, false, false, false, kTail});
    }
    if (is_base && part.state != Part::absent) fields_[index].rank = rank++;
    const std::uint8_t rule = seen.empty() ? 0 : seen.front().rule;
    write_field(index, {write.stamp, rule, flags, declared, part}, write, seen);
  });
  // A write that has seen a removal replaces it.
  for (const Seen& one : write.seen) {
    if (one.field != kNoField) continue;
    std::erase_if(removals_, [&](const SeenRemoval& had) { return had.stamp == one.stamp; });
  }
  is_last_write_ = is_base && erasure_.hlc == 0 && removals_.empty() && hidden_.empty() &&
                   stands_alone(record) &&
                   std::all_of(fields_.begin(), fields_.end(), [&](const Field& field) {
                     return field.has_leaf ? field.leaf.stamp == write.stamp && field.leaf.rule == 0
                                           : field.rank == kTail;
                   });
}

void MergedRecord::remove(const Removal& removal) {
  is_last_write_ = false;
  const auto saw = [&](const LocalStamp& stamp) {
    return stamp == removal.seen_base ||
           std::any_of(removal.seen.begin(), removal.seen.end(),
                       [&](const Seen& one) { return one.stamp == stamp; });
  };
  for (Field& field : fields_) {
    if (field.has_leaf && saw(field.leaf.stamp)) field.leaf.flags |= kCovered;
  }
  for (HiddenLeaf& one : hidden_) {
    if (saw(one.leaf.stamp)) one.leaf.flags |= kCovered;
  }
  std::erase_if(removals_, [&](const SeenRemoval& had) {
    return had.stamp == removal.stamp || saw(had.stamp);
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
         std::any_of(hidden_.begin(), hidden_.end(),
                     [&](const HiddenLeaf& one) { return is_open(one.leaf); });
}

// --- what a new write has to say ---

void MergedRecord::see(const RecordView& write, std::vector<Seen>& out) {
  const Shape& shape = write.shape();
  auto at = static_cast<std::uint32_t>(shape.self_describing() ? 0 : shape.key_fields());
  each_field(write, [&](std::string_view name, Type, const Part&) {
    const std::uint32_t written = at++;
    const std::uint32_t index = field_named(name);
    if (index == kNoField || !fields_[index].has_leaf) return;
    const Field& field = fields_[index];
    if (field.leaf.stamp == base_ && !field.has_hidden) return;
    out.push_back({written, 0, field.leaf.stamp});
    if (!field.has_hidden) return;
    for (const HiddenLeaf& one : hidden_) {
      if (one.field == index) out.push_back({written, 0, one.leaf.stamp});
    }
  });
  for (const SeenRemoval& one : removals_) out.push_back({kNoField, 0, one.stamp});
  if (erasure_.hlc != 0) out.push_back({kNoField, 0, erasure_});
}

void MergedRecord::see_all(std::vector<Seen>& out) const {
  out.clear();
  const auto add = [&](const LocalStamp& stamp) {
    if (stamp != base_) out.push_back({kNoField, 0, stamp});
  };
  for (const Field& field : fields_) {
    if (field.has_leaf) add(field.leaf.stamp);
  }
  for (const HiddenLeaf& one : hidden_) add(one.leaf.stamp);
  for (const SeenRemoval& one : removals_) add(one.stamp);
  if (erasure_.hlc != 0) add(erasure_);
  const auto before = [](const Seen& a, const Seen& b) {
    return a.stamp.hlc != b.stamp.hlc ? a.stamp.hlc < b.stamp.hlc : a.stamp.writer < b.stamp.writer;
  };
  const auto same = [](const Seen& a, const Seen& b) { return a.stamp == b.stamp; };
  std::sort(out.begin(), out.end(), before);
  out.erase(std::unique(out.begin(), out.end(), same), out.end());
}

void MergedRecord::fields_beside(const RecordView& write, std::vector<std::string_view>& out) {
  for (Field& field : fields_) field.is_named = false;
  each_field(write, [&](std::string_view name, Type, const Part&) {
    const std::uint32_t index = field_named(name);
    if (index != kNoField) fields_[index].is_named = true;
  });
  for (const Field& field : fields_) {
    if (field.has_leaf && !field.is_named) out.push_back(field.name);
  }
}

Result<record::ShapePtr> MergedRecord::encode_removing(std::span<const std::string_view> names,
                                                       Buffer& out, record::ShapeCache* shapes) {
  auto rank = static_cast<std::uint32_t>(fields_.size());
  for (const std::string_view name : names) {
    fields_.push_back({name, {}, false, false, false, rank++});
  }
  order_of_fields_.clear();
  for (std::uint32_t i = 0; i < fields_.size(); ++i) order_of_fields_.push_back(i);
  const bool has_long_name = std::any_of(names.begin(), names.end(), [](std::string_view name) {
    return name.size() > record::kFieldNameBytesMax;
  });
  return append_record(out, has_long_name || is_loose(), shapes, record::kRecordBytesMax);
}

// --- the result ---

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
    if (!fields_[i].has_leaf && fields_[i].rank == kTail) continue;
    in_order = in_order && (order_of_fields_.empty() || before(order_of_fields_.back(), i));
    has_places = has_places || !fields_[i].has_leaf;
    order_of_fields_.push_back(i);
  }
  if (!in_order) std::sort(order_of_fields_.begin(), order_of_fields_.end(), before);
  if (!has_places) return;
  for (std::uint32_t i = 0; i < order_of_fields_.size(); ++i) {
    const Field& field = fields_[order_of_fields_[i]];
    if (!field.has_leaf) places_.push_back({i, field.name});
  }
  std::erase_if(order_of_fields_, [&](std::uint32_t index) { return !fields_[index].has_leaf; });
}

bool MergedRecord::is_loose() const noexcept {
  const auto is_one = [](const Leaf& leaf) { return (leaf.flags & kLoose) != 0; };
  return order_of_fields_.size() + (keyed_ ? 1 : 0) > record::kFieldsMax ||
         std::any_of(fields_.begin(), fields_.end(),
                     [&](const Field& field) { return field.has_leaf && is_one(field.leaf); }) ||
         std::any_of(hidden_.begin(), hidden_.end(),
                     [&](const HiddenLeaf& one) { return is_one(one.leaf); });
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
  for (const HiddenLeaf& one : hidden_) {
    append(HiddenKind::value, place_[one.field], one.leaf.stamp, one.leaf.rule, &one.leaf,
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
  const bool loose = is_loose();
  // Leaves with the base stamp share flags.
  std::uint8_t base_flags = 0;
  for (const std::uint32_t index : order_of_fields_) {
    const Field& field = fields_[index];
    if (field.leaf.stamp != base_) continue;
    base_flags = field.leaf.flags;
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
    const Leaf& leaf = field.leaf;
    // Exceptions name all fields that do not lead: so a version tells which there are.
    const bool leads = field.rank != kTail;
    if (leads && leaf.stamp == base_ && leaf.rule == 0 && leaf.flags == base_flags) continue;
    exceptions_.push_back(StampException::make(first + i, leaf.rule, leaf.flags, leaf.stamp));
  }
  if (leading == order_of_fields_.size() && places_.empty()) leading = kAllLeading;
  std::sort(hidden_.begin(), hidden_.end(), [&](const HiddenLeaf& a, const HiddenLeaf& b) {
    if (a.field != b.field) return place_[a.field] < place_[b.field];
    return less(a.leaf.stamp, b.leaf.stamp);
  });
  std::sort(removals_.begin(), removals_.end(),
            [&](const SeenRemoval& a, const SeenRemoval& b) { return less(a.stamp, b.stamp); });

  record_at = kImageHeadBytes + exceptions_.size() * sizeof(StampException);
  image.resize(record_at);
  store_u32(image.data(), static_cast<std::uint32_t>(exceptions_.size()));
  store_u32(image.data() + 4,
            static_cast<std::uint32_t>((erasure_.hlc != 0 ? 1 : 0) + hidden_.size() +
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
    const Type declared = field.has_leaf ? field.leaf.declared : Type::null;
    keys_.push_back({field.name, declared});
    parts_.push_back(field.has_leaf ? field.leaf.part : Part());
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
    members_.push_back({field.name, field.has_leaf ? field.leaf.part : Part()});
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
