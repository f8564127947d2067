// What a write did, for people: its fields as JSON, of which some have edits of a text.
#pragma once

#include "gs/core/graph/operation.h"
#include "gs/core/record/record.h"

namespace gs::engine {

// Whether it has edits: of an insert, which has seen nothing, there are none.
bool has_edits(const graph::OperationView& operation);

// Appends the fields of an operation's record, as they were given: one that is removed is
// {"$unset":true}, edits are {"$edits":[[position,deleted,"inserted"],..]}, to be done in order.
void append_written_json(const graph::OperationView& operation, const record::RecordView& written,
                         std::string& out);

}  // namespace gs::engine
