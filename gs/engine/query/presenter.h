// A record as the JSON of a row: its selected paths, with the records that it names in their place.
//
// Records are looked up in the context's moment, so a row says the same whenever it is asked. From
// any thread. Errors: damaged (a record that is named cannot be told), too_large (bounds of a row).
#pragma once

#include <string>

#include "gs/engine/query/context.h"

namespace gs::engine {

// The id that a value is or has the text of.
std::optional<Id> named_id(const record::ValueView& value);

// Appends one object; after an error nothing.
Error append_row_json(const QueryContext& context, const record::RecordView& record,
                      std::string& out);

}  // namespace gs::engine
