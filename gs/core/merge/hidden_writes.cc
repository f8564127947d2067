#include "gs/core/merge/hidden_writes.h"

#include <algorithm>

#include "gs/core/merge/elements.h"
#include "gs/core/merge/field_writes.h"
#include "gs/core/merge/made_texts.h"

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

// What was typed into values of a record.
class Typed {
 public:
  Typed(const ImageView& image, const WriterOrder& order) : texts_(order) {
    HiddenView hidden = image.first_hidden();
    for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
      if (hidden.kind() == HiddenKind::text) all_.push_back(hidden);
    }
  }

  // What a value would show, in the place of `text`.
  ValueView with(const HiddenView& value, const ValueView& as_is, std::string& text) {
    for (const HiddenView& one : all_) {
      if (one.field() != value.field() || one.stamp() != value.stamp()) continue;
      return made(as_is.is_null() ? std::string_view() : as_text(as_is.content), one, text);
    }
    return as_is;
  }
  // The text that stands on no value.
  ValueView alone(const HiddenView& typed, std::string& text) { return made({}, typed, text); }

 private:
  ValueView made(std::string_view value, const HiddenView& typed, std::string& text) {
    text = texts_.text(value, TextLog(typed.content()));
    return {Type::string, as_bytes(text)};
  }

  MadeTexts texts_;
  std::vector<HiddenView> all_;
};

// The rule of what a field shows.
Rule rule_shown(const ImageView& image, std::uint32_t field) {
  for (std::uint32_t i = 0; i < image.exception_count(); ++i) {
    if (image.exceptions()[i].field() == field) {
      return static_cast<Rule>(image.exceptions()[i].rule());
    }
  }
  return Rule::latest;
}

// Whether somebody has to be told of what was typed: while the field shows a value, or the record
// is removed by who did not see it.
bool is_hidden_text(const HiddenView& typed, bool is_live, bool shows_value) {
  if (typed.kind() != HiddenKind::text) return false;
  return is_live ? typed.stamp().hlc == 0 && shows_value : has_open_writer(typed.content());
}

}  // namespace

void each_hidden_write(const Stored& stored, bool is_live, const WriterOrder& order,
                       const std::function<void(const HiddenWrite&)>& visit) {
  if (stored.image == nullptr) return;
  const ImageView image(stored.image);
  const RecordView record(stored.shape->get(), stored.record);
  if (!is_live) each_unseen_field(stored, visit);
  const Totals totals(image);
  const Additions additions(image);
  Typed typed(image, order);
  Buffer elements;
  std::string text;
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
    const bool is_text =
        is_hidden_text(hidden, is_live, rule_shown(image, hidden.field()) != Rule::text);
    if (hidden.kind() != HiddenKind::value && !is_lost && !is_text) continue;
    if (!is_live && !is_text && (hidden.flags() & kCovered) != 0) continue;
    one.field = name_of_field(record, hidden.field());
    one.value = {static_cast<Type>(hidden.type()), hidden.content()};
    if (!is_lost) {
      one.value = totals.with(hidden.field(), one.value, sum);
      one.value = additions.with(hidden.field(), one.value, elements);
      one.value = typed.with(hidden, one.value, text);
    }
    if (is_text) {
      one.value = typed.alone(hidden, text);
      one.stamp = TextLog(hidden.content()).latest();
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
