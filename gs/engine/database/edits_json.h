// What a write did, for people: its fields as JSON, of which some have edits of a text or a list.
#pragma once

#include "gs/core/graph/operation.h"
#include "gs/core/record/record.h"

namespace gs::engine {

// Whether it has edits: of an insert, which has seen nothing, there are none.
bool has_edits(const graph::OperationView& operation);

// Appends the fields of an operation's record, as they were given: one that is removed is
// {"$unset":true}, edits of a text are {"$edits":[[position,deleted,"inserted"],..]}, those of a
// list {"$edits":[["insert",position,value,..],["delete",position,count],["move",from,to],
// ["set",position,value,..]]}, to be done in order. Positions in a list count slots, also
// those that are not shown.
void append_written_json(const graph::OperationView& operation, const record::RecordView& written,
                         std::string& out);

}  // namespace gs::engine
