#include "gs/core/merge/hidden_writes.h"

#include <algorithm>

#include "gs/core/merge/elements.h"
#include "gs/core/merge/field_writes.h"
#include "gs/core/merge/fields.h"
#include "gs/core/merge/made_values.h"
#include "gs/core/merge/members.h"

namespace gs::merge {

namespace {

using record::RecordView;
using record::ValueView;

// What stands in the record itself although it is removed: its removal has not seen it.
void each_unseen_field(const Stored& stored, const std::function<void(const HiddenWrite&)>& visit) {
  each_field_write(stored, [&](const FieldWrite& one) {
    if (one.is_covered) return;
    visit({one.field, {}, false, one.value, one.stamp, one.rule, {}, false});
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

// What changes have added to arrays and sets of a record, and taken from arrays.
class Additions {
 public:
  explicit Additions(const ImageView& image) {
    HiddenView hidden = image.first_hidden();
    for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
      if (hidden.kind() == HiddenKind::elements) all_.push_back(hidden);  // they ascend by field
      if (hidden.kind() == HiddenKind::taken) taken_.push_back(hidden);
    }
  }

  // What a value would show, in the place of `content`.
  ValueView with(const HiddenView& hidden, const ValueView& value, Buffer& content) const {
    const std::uint32_t field = hidden.field();
    auto at = std::lower_bound(all_.begin(), all_.end(), field,
                               [](const HiddenView& a, std::uint32_t b) { return a.field() < b; });
    const bool is_shown = value.is_null() || is_collection(value.type);
    if (!is_shown || at == all_.end() || at->field() != field) return value;
    Type type = value.type;
    std::vector<Bytes> elements;
    const auto add = [&](Bytes element) { elements.push_back(element); };
    each_element({record::Part::value, value.type, value.content}, add);
    const ElementSet taken(taken_from(hidden));
    std::erase_if(elements, [&](Bytes one) { return taken.has(one); });
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
  std::vector<Bytes> taken_from(const HiddenView& value) const {
    std::vector<Bytes> elements;
    for (const HiddenView& one : taken_) {
      if (one.field() != value.field() || one.stamp() != value.stamp()) continue;
      each_element({record::Part::value, Type::array, one.content()},
                   [&](Bytes element) { elements.push_back(element); });
    }
    return elements;
  }

  std::vector<HiddenView> all_;
  std::vector<HiddenView> taken_;
};

// How values of a record were edited.
class Edited {
 public:
  Edited(const ImageView& image, const WriterOrder& order) : made_(order) {
    HiddenView hidden = image.first_hidden();
    for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
      if (is_edits(hidden.kind())) all_.push_back(hidden);  // texts first
    }
  }

  // What a value would show that was edited, in the place of `made`; else nothing.
  std::optional<ValueView> with(const HiddenView& value, const ValueView& as_is,
                                std::string& made) {
    for (const HiddenView& one : all_) {
      if (one.field() != value.field() || one.stamp() != value.stamp()) continue;
      return made_of(as_is.is_null() ? std::string_view() : as_text(as_is.content), one, made);
    }
    return std::nullopt;
  }
  // What stands on no value.
  ValueView alone(const HiddenView& edits, std::string& made) { return made_of({}, edits, made); }

 private:
  ValueView made_of(std::string_view value, const HiddenView& edits, std::string& made) {
    const Rule rule = rule_of(edits.kind());
    made = made_.made(rule, value, EditsLog(edits.content()));
    return {type_edited(static_cast<std::uint8_t>(rule)), as_bytes(made)};
  }

  MadeValues made_;
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

// Whether somebody has to be told of edits: while the field shows a value or edits of the other
// kind, or the record is removed by who did not see them.
bool are_hidden_edits(const HiddenView& edits, bool is_live, Rule shown) {
  if (!is_edits(edits.kind())) return false;
  if (!is_live) return has_open_writer(edits.content());
  return edits.stamp().hlc == 0 && shown != static_cast<Rule>(edits.rule());
}

// Whether a field shows one object of all that were written to it, so that what is hidden of them
// are members.
bool is_joined(const ImageView& image, const HiddenView& hidden,
               const std::optional<ValueView>& shown) {
  if (!shown || shown->type != Type::object) return false;
  if (static_cast<Type>(hidden.type()) != Type::object) return false;
  const Rule rule = rule_shown(image, hidden.field());
  if (hidden.kind() == HiddenKind::members || hidden.kind() == HiddenKind::summand) return true;
  return hidden.kind() == HiddenKind::value && (rule == Rule::latest || rule == Rule::members);
}

// Tells of the members of one write that are not shown.
void tell_members(const HiddenView& hidden, std::string_view field, const ValueView& shown,
                  const std::function<void(const HiddenWrite&)>& visit) {
  each_member_not_shown(
      field, hidden.content(), shown.content,
      [&](const MemberPath& path, const ValueView& value, const std::optional<ValueView>& instead) {
        HiddenWrite one;
        one.field = field;
        one.path = path;
        one.value = value;
        one.stamp = hidden.stamp();
        one.rule = static_cast<Rule>(hidden.rule());
        one.is_shown = instead.has_value();
        if (instead) one.shown = *instead;
        visit(one);
      });
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
  Edited edited(image, order);
  Buffer elements;
  std::string made;
  HiddenView hidden = image.first_hidden();
  for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
    HiddenWrite one;
    Total::Sum sum;
    one.stamp = hidden.stamp();
    if (hidden.kind() == HiddenKind::removal && is_live) {
      one.is_removal = true;
      visit(one);
    }
    const bool is_of_members = hidden.kind() == HiddenKind::members;
    const bool stands_beside = hidden.kind() == HiddenKind::total ||
                               hidden.kind() == HiddenKind::elements || is_of_members;
    if (is_live && hidden.field() < field_numbers_end(record)) {
      const auto shown = value_of_field(record, hidden.field());
      if (is_joined(image, hidden, shown)) {
        tell_members(hidden, name_of_field(record, hidden.field()), *shown, visit);
        continue;
      }
    }
    const bool is_lost = stands_beside && (!is_live || is_of_members);
    const bool are_edits = are_hidden_edits(hidden, is_live, rule_shown(image, hidden.field()));
    if (hidden.kind() != HiddenKind::value && !is_lost && !are_edits) continue;
    if (!is_live && !are_edits && (hidden.flags() & kCovered) != 0) continue;
    one.field = name_of_field(record, hidden.field());
    one.value = {static_cast<Type>(hidden.type()), hidden.content()};
    if (!is_lost) {
      const auto spelled = edited.with(hidden, one.value, made);
      one.value = spelled ? *spelled : totals.with(hidden.field(), one.value, sum);
      if (!spelled) one.value = additions.with(hidden, one.value, elements);
    }
    if (are_edits) {
      one.value = edited.alone(hidden, made);
      one.stamp = EditsLog(hidden.content()).latest();
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
