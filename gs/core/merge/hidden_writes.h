// The writes of a record that concurrent ones keep from being shown, for whoever decides between
// them. Pure; of a record as it is kept.
#pragma once

#include <functional>

#include "gs/core/merge/merged_record.h"

namespace gs::merge {

struct HiddenWrite {
  std::string_view field;  // empty, and no values: a removal of the record
  MemberPath path;         // of a member of an object, from the field on; else empty
  bool is_removal = false;
  record::ValueView value;  // as it would be shown; until `visit` returns
  LocalStamp stamp;
  Rule rule = Rule::latest;
  record::ValueView shown;
  bool is_shown = false;  // `shown` is there; else the record is removed
};

// By field, in their order, then removals. `is_live`: whether the record is there. Of a field that
// shows a value it tells the text that was begun where there was none, too.
void each_hidden_write(const Stored& stored, bool is_live, const WriterOrder& order,
                       const std::function<void(const HiddenWrite&)>& visit);

}  // namespace gs::merge
