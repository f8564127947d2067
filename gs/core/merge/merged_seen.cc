// What a write that is made upon a record has to say that it saw.
#include <algorithm>

#include "gs/core/merge/fields.h"
#include "gs/core/merge/merged_record.h"

namespace gs::merge {

using record::Part;
using record::RecordView;
using record::Shape;

namespace {

bool before(const Seen& a, const Seen& b) noexcept { return StampSet::before(a.stamp, b.stamp); }
bool is_same(const Seen& a, const Seen& b) noexcept { return a.stamp == b.stamp; }

}  // namespace

void MergedRecord::see(const RecordView& write, std::vector<Seen>& out) { see(write, {}, out); }

void MergedRecord::see(const RecordView& write, std::span<const FieldRule> changes,
                       std::vector<Seen>& out) {
  auto change = changes.begin();
  const Shape& shape = write.shape();
  auto at = first_field(shape);
  each_field(write, [&](std::string_view name, Type, const Part& part) {
    const std::uint32_t written = at++;
    const std::uint32_t index = field_named(name);
    const bool is_there = index != kNoField && fields_[index].is_there();
    if (change != changes.end() && change->field == written && is_edits(change->rule)) {
      return add_edits(index, *change++, out);
    }
    if (change != changes.end() && change->field == written) {
      return see_elements(is_there ? &fields_[index] : nullptr, *change++, out);
    }
    if (!is_there) return;
    const Field& field = fields_[index];
    const bool sees_added = field.has_added() && part.state == Part::absent;
    const bool is_usual = field.has_leaf && field.leaf.stamp == base_;
    if (is_usual && !field.has_hidden() && !sees_added && !field.has_elements() &&
        !field.has_members() && !field.has_edits()) {
      return;
    }
    const auto begin = static_cast<std::ptrdiff_t>(out.size());
    const auto add = [&](const Leaf& one) { out.push_back({written, 0, one.stamp}); };
    if (field.has_leaf) add(field.leaf);
    hidden_.each(field.hidden, add);
    const auto add_stamp = [&](const LocalStamp& stamp) { out.push_back({written, 0, stamp}); };
    add_latest(field, add_stamp);
    add_edited(field, add_stamp);
    if (sees_added) added_.each(field.added, add);
    // One transaction may have written a value and added to it, with one stamp.
    std::sort(out.begin() + begin, out.end(), before);
    out.erase(std::unique(out.begin() + begin, out.end(), is_same), out.end());
  });
  see_record(out);
}

// The latest elements and members of each writer: whoever has seen these, has seen all before.
template <typename Add>
void MergedRecord::add_latest(const Field& field, const Add& add) {
  seen_up_to_.clear();
  elements_.each(field.elements, [&](const Leaf& one) { seen_up_to_.add(one.stamp); });
  members_of_.each(field.members, [&](const Leaf& one) { seen_up_to_.add(one.stamp); });
  for (const LocalStamp& stamp : seen_up_to_.by_writer()) add(stamp);
}

// The same of what was edited where there is no value: else the value stands for it.
template <typename Add>
void MergedRecord::add_edited(const Field& field, const Add& add) {
  edited_.each(field.edited, [&](const EditedLeaf& one) {
    if (one.leaf.stamp.hlc != 0) return;
    const EditsLog log(one.leaf.part.content);
    for (const EditsLog::Writer& writer : log.writers()) add(writer.stamp());
  });
}

// The field is named in each case, for its rule to have a place.
void MergedRecord::see_elements(const Field* field, const FieldRule& change,
                                std::vector<Seen>& out) {
  seen_up_to_.clear();
  if (field != nullptr) {
    each_leaf(*field, [&](const Leaf& one) { seen_up_to_.add(one.stamp); });
  }
  const std::span<const LocalStamp> latest = seen_up_to_.by_writer();
  for (const LocalStamp& stamp : latest) out.push_back({change.field, change.rule, stamp});
  if (latest.empty()) out.push_back({change.field, change.rule, {}});
}

void MergedRecord::see_record(std::vector<Seen>& out) const {
  for (const SeenRemoval& one : removals_) out.push_back({kNoField, 0, one.stamp});
  if (erasure_.hlc != 0) out.push_back({kNoField, 0, erasure_});
}

// Each field is named, for its rule to have a place; and no base stamp counts then.
void MergedRecord::see_added(const RecordView& addition, std::uint32_t writer,
                             std::vector<Seen>& out) {
  const Shape& shape = addition.shape();
  auto at = first_field(shape);
  each_field(addition, [&](std::string_view name, Type, const Part&) {
    const Leaf* const own = added_by(field_named(name), writer);
    out.push_back({at++, kAdded, own != nullptr ? own->stamp : LocalStamp{}});
  });
  see_record(out);
}

void MergedRecord::see_all(std::vector<Seen>& out) const {
  out.clear();
  const auto add = [&](const LocalStamp& stamp) {
    if (stamp != base_) out.push_back({kNoField, 0, stamp});
  };
  for (const Field& field : fields_) {
    if (field.has_leaf) add(field.leaf.stamp);
    hidden_.each(field.hidden, [&](const Leaf& one) { add(one.stamp); });
    added_.each(field.added, [&](const Leaf& one) { add(one.stamp); });
    elements_.each(field.elements, [&](const Leaf& one) { add(one.stamp); });
    members_of_.each(field.members, [&](const Leaf& one) { add(one.stamp); });
    edited_.each(field.edited, [&](const EditedLeaf& one) {
      const EditsLog log(one.leaf.part.content);
      for (const EditsLog::Writer& writer : log.writers()) add(writer.stamp());
    });
  }
  for (const SeenRemoval& one : removals_) add(one.stamp);
  if (erasure_.hlc != 0) add(erasure_);
  std::sort(out.begin(), out.end(), before);
  out.erase(std::unique(out.begin(), out.end(), is_same), out.end());
}

void MergedRecord::fields_beside(const RecordView& write, std::vector<std::string_view>& out) {
  for (Field& field : fields_) field.is_named = false;
  each_field(write, [&](std::string_view name, Type, const Part&) {
    const std::uint32_t index = field_named(name);
    if (index != kNoField) fields_[index].is_named = true;
  });
  for (const Field& field : fields_) {
    if (field.is_there() && !field.is_named) out.push_back(field.name);
  }
}

}  // namespace gs::merge
