#include "gs/core/merge/hidden_writes.h"

#include <algorithm>

#include "gs/core/merge/elements.h"
#include "gs/core/merge/field_writes.h"

namespace gs::merge {

namespace {

using record::RecordView;
using record::ValueView;

// What stands in the record itself although it is removed: its removal has not seen it.
void each_unseen_field(const Stored& stored, const std::function<void(const HiddenWrite&)>& visit) {
  each_field_write(stored, [&](const FieldWrite& one) {
    if (one.is_covered) return;
    visit({one.field, false, one.value, one.stamp, one.rule, {}, false});
  });
}

// What was added to the fields of a record.
class Totals {
 public:
  explicit Totals(const ImageView& image) {
    HiddenView hidden = image.first_hidden();
    for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
      if (hidden.kind() != HiddenKind::total) continue;
      // They ascend by field.
      if (all_.empty() || all_.back().field != hidden.field()) all_.push_back({hidden.field(), {}});
      all_.back().total.add(
          {record::Part::value, static_cast<Type>(hidden.type()), hidden.content()});
    }
  }

  // What a value would show, in the place of `sum`.
  ValueView with(std::uint32_t field, const ValueView& value, Total::Sum& sum) const {
    const auto at = std::lower_bound(all_.begin(), all_.end(), field,
                                     [](const One& a, std::uint32_t b) { return a.field < b; });
    if (at == all_.end() || at->field != field || value.is_null()) return value;
    const auto made = at->total.with({record::Part::value, value.type, value.content});
    if (!made) return value;
    sum = *made;
    return {sum.type, Bytes(sum.content)};
  }

 private:
  struct One {
    std::uint32_t field;
    Total total;
  };
  std::vector<One> all_;
};

// What changes have added to arrays and sets of a record.
class Additions {
 public:
  explicit Additions(const ImageView& image) {
    HiddenView hidden = image.first_hidden();
    for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
      if (hidden.kind() == HiddenKind::elements) all_.push_back(hidden);  // they ascend by field
    }
  }

  // What a value would show, in the place of `content`.
  ValueView with(std::uint32_t field, const ValueView& value, Buffer& content) const {
    auto at = std::lower_bound(all_.begin(), all_.end(), field,
                               [](const HiddenView& a, std::uint32_t b) { return a.field() < b; });
    const bool is_shown = value.is_null() || is_collection(value.type);
    if (!is_shown || at == all_.end() || at->field() != field) return value;
    Type type = value.type;
    std::vector<Bytes> elements;
    const auto add = [&](Bytes element) { elements.push_back(element); };
    each_element({record::Part::value, value.type, value.content}, add);
    for (; at != all_.end() && at->field() == field; ++at) {
      const auto added = static_cast<Type>(at->type());
      if (value.is_null()) type = added;
      each_element({record::Part::value, added, at->content()}, add);
    }
    keep_first(elements);
    content.clear();
    append_elements(type, std::move(elements), content);
    return {type, Bytes(content)};
  }

 private:
  std::vector<HiddenView> all_;
};

}  // namespace

void each_hidden_write(const Stored& stored, bool is_live,
                       const std::function<void(const HiddenWrite&)>& visit) {
  if (stored.image == nullptr) return;
  const ImageView image(stored.image);
  const RecordView record(stored.shape->get(), stored.record);
  if (!is_live) each_unseen_field(stored, visit);
  const Totals totals(image);
  const Additions additions(image);
  Buffer elements;
  HiddenView hidden = image.first_hidden();
  for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
    HiddenWrite one;
    Total::Sum sum;
    one.stamp = hidden.stamp();
    if (hidden.kind() == HiddenKind::removal && is_live) {
      one.is_removal = true;
      visit(one);
    }
    const bool stands_beside =
        hidden.kind() == HiddenKind::total || hidden.kind() == HiddenKind::elements;
    const bool is_lost = stands_beside && !is_live;
    if (hidden.kind() != HiddenKind::value && !is_lost) continue;
    if (!is_live && (hidden.flags() & kCovered) != 0) continue;
    one.field = name_of_field(record, hidden.field());
    one.value = {static_cast<Type>(hidden.type()), hidden.content()};
    if (!is_lost) {
      one.value = totals.with(hidden.field(), one.value, sum);
      one.value = additions.with(hidden.field(), one.value, elements);
    }
    one.rule = static_cast<Rule>(hidden.rule());
    if (const auto shown = value_of_field(record, hidden.field()); shown && is_live) {
      one.shown = *shown;
      one.is_shown = true;
    }
    visit(one);
  }
}

}  // namespace gs::merge
