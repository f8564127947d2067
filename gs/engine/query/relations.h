// Foreign keys in filters: what a text that is compared with a relation names, also inside of
// structures and lists that are compared as a whole.
//
// A write makes an id of such a text (docs/SCHEMA.md), so a filter has to; else it finds nothing.
#pragma once

#include "gs/engine/query/context.h"

namespace gs::engine {

// For the schema of the context's moment; once more when that is another one.
void relate(QueryContext& context);

}  // namespace gs::engine
