// What a write did, for people: its fields as JSON; some have edits of a text, a list or a tree.
#pragma once

#include "gs/core/crdt/tree/types.h"
#include "gs/core/graph/operation.h"
#include "gs/core/record/record.h"

namespace gs::engine {

// Whether it has edits: of an insert, which has seen nothing, there are none.
bool has_edits(const graph::OperationView& operation);

// Appends the fields of an operation's record, as they were given: one that is removed is
// {"$unset":true}, edits of a text are {"$edits":[[position,deleted,"inserted"],..]}, those of a
// list {"$edits":[["insert",position,value,..],["delete",position,count],["move",from,to],
// ["set",position,value,..]]}, to be done in order. Positions in a list count slots, also
// those that are not shown. Those of a tree are {"$edits":[["create",node,parent,value],
// ["move",node,parent],["set",node,value],["delete",node]]}, the root as a parent is null, and a
// node that the write creates "+" and the number of the edit. `stamp`: of the operation.
void append_written_json(const graph::OperationView& operation, const record::RecordView& written,
                         const tree::Stamp& stamp, std::string& out);

}  // namespace gs::engine
