// Numbers of a record that writers add to.
#include <algorithm>

#include "gs/base/check.h"
#include "gs/core/merge/fields.h"
#include "gs/core/merge/merged_record.h"

namespace gs::merge {

using record::Part;

namespace {

// A number of a record, in its copy.
void put_number(const record::RecordView& record, const Part& part,
                const std::array<std::uint8_t, 8>& number, Buffer& copy) {
  const auto offset = static_cast<std::size_t>(part.content.data() - record.start());
  std::memcpy(copy.data() + offset, number.data(), number.size());
}

}  // namespace

const MergedRecord::Leaf* MergedRecord::added_by(std::uint32_t index,
                                                 std::uint32_t writer) const noexcept {
  if (index == kNoField) return nullptr;
  const Leaf* found = nullptr;
  added_.each(fields_[index].added, [&](const Leaf& one) {
    if (one.stamp.writer == writer) found = &one;
  });
  return found;
}

Total MergedRecord::total_of(std::uint32_t index) const noexcept {
  Total total;
  added_.each(fields_[index].added, [&](const Leaf& one) { total.add(one.part); });
  return total;
}

Result<bool> MergedRecord::less_added(const record::RecordView& write, Buffer& out) {
  if (added_.empty()) return false;
  bool is_changed = false;
  Error wrong;
  each_field(write, [&](std::string_view name, Type, const Part& part) {
    const std::uint32_t index = part.state == Part::value ? field_named(name) : kNoField;
    if (wrong || index == kNoField || !fields_[index].has_added()) return;
    const Total total = total_of(index);
    if (!total.concerns(part.type)) return;
    auto rest = total.taken_from(part.type, part.content);
    if (!rest.ok()) {
      wrong = std::move(rest).error().in("field \"" + std::string(name) + "\"");
      return;
    }
    if (!is_changed) out.assign(write.bytes().begin(), write.bytes().end());
    is_changed = true;
    put_number(write, part, rest->content, out);
  });
  GS_TRY_OK(std::move(wrong));
  return is_changed;
}

Error MergedRecord::with_added(const record::RecordView& addition, std::uint32_t writer,
                               Buffer& out) {
  out.assign(addition.bytes().begin(), addition.bytes().end());
  Error wrong;
  each_field(addition, [&](std::string_view name, Type, const Part& part) {
    if (wrong) return;
    auto total = added_more(name, writer, part);
    if (total.ok()) return put_number(addition, part, total->content, out);
    wrong = std::move(total).error().in("field \"" + std::string(name) + "\"");
  });
  return wrong;
}

// Of a name that no field has: whether it is a path into one.
bool MergedRecord::is_inside_of_field(std::string_view name) {
  const std::size_t dot = name.find('.');
  return dot != std::string_view::npos && field_named(name.substr(0, dot)) != kNoField;
}

Error MergedRecord::only_of_itself(const char* what) {
  return Error(Code::invalid, std::string("only ") + what +
                                  ", not what lies inside of them. Update the whole field");
}

Result<Total::Sum> MergedRecord::added_more(std::string_view name, std::uint32_t writer,
                                            const Part& addition) {
  const std::optional<std::int64_t> number = addition_of(addition);
  if (!number) return Error(Code::invalid, "only whole numbers up to 2^53 can be added");
  const std::uint32_t index = field_named(name);
  if (index == kNoField && is_inside_of_field(name))
    return only_of_itself("numbers of the record itself are added to");
  const bool is_there = index != kNoField && fields_[index].has_leaf;
  const bool is_other = is_there && !Total().with(fields_[index].leaf.part);
  const bool shows_more = index != kNoField && (shows_elements(fields_[index]) ||
                                                shown_edits(fields_[index]) != nullptr);
  if (is_other || shows_more) {
    return Error(Code::invalid, "it holds no number to add to. Write one first");
  }
  const Leaf* const own = added_by(index, writer);
  const std::int64_t before = own != nullptr ? addition_of(own->part).value_or(0) : 0;
  return more_added(before, *number);
}

// What fields show to which was added. A value that is no number is shown as it is.
void MergedRecord::add_up() {
  if (added_.empty()) return;
  for (std::uint32_t i = 0; i < fields_.size(); ++i) {
    Field& field = fields_[i];
    if (!field.has_added() || field.sum != kNoField || shows_elements(field)) continue;
    const auto sum = total_of(i).with(field.has_leaf ? field.leaf.part : Part());
    if (!sum) continue;
    const Leaf& shows = field.has_leaf ? field.leaf : latest_of(added_, field.added);
    Shown& made = sums_.emplace_back(Shown{shows, *sum});
    made.leaf.part = {Part::value, made.sum.type, Bytes(made.sum.content)};
    made.leaf.declared = made.sum.type;
    field.sum = static_cast<std::uint32_t>(sums_.size() - 1);
  }
}

const MergedRecord::Leaf& MergedRecord::latest_of(const Leaves& leaves, Leaves::Head head) const {
  const Leaf* latest = nullptr;
  leaves.each(head, [&](const Leaf& one) {
    if (latest == nullptr || less(latest->stamp, one.stamp)) latest = &one;
  });
  GS_CHECK(latest != nullptr);
  return *latest;
}

}  // namespace gs::merge
