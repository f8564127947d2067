#include "gs/core/merge/hidden_writes.h"

#include "gs/core/merge/field_writes.h"

namespace gs::merge {

namespace {

using record::RecordView;

// What stands in the record itself although it is removed: its removal has not seen it.
void each_unseen_field(const Stored& stored, const std::function<void(const HiddenWrite&)>& visit) {
  each_field_write(stored, [&](const FieldWrite& one) {
    if (one.is_covered) return;
    visit({one.field, false, one.value, one.stamp, one.rule, {}, false});
  });
}

}  // namespace

void each_hidden_write(const Stored& stored, bool is_live,
                       const std::function<void(const HiddenWrite&)>& visit) {
  if (stored.image == nullptr) return;
  const ImageView image(stored.image);
  const RecordView record(stored.shape->get(), stored.record);
  if (!is_live) each_unseen_field(stored, visit);
  HiddenView hidden = image.first_hidden();
  for (std::uint32_t i = 0; i < image.hidden_count(); ++i, hidden = hidden.next()) {
    HiddenWrite one;
    one.stamp = hidden.stamp();
    if (hidden.kind() == HiddenKind::removal && is_live) {
      one.is_removal = true;
      visit(one);
    }
    if (hidden.kind() != HiddenKind::value) continue;
    if (!is_live && (hidden.flags() & kCovered) != 0) continue;
    one.field = name_of_field(record, hidden.field());
    one.value = {static_cast<Type>(hidden.type()), hidden.content()};
    one.rule = static_cast<Rule>(hidden.rule());
    if (const auto shown = value_of_field(record, hidden.field()); shown && is_live) {
      one.shown = *shown;
      one.is_shown = true;
    }
    visit(one);
  }
}

}  // namespace gs::merge
