// Where a record is that the branch which is checked out has not.
#pragma once

#include "cmd/gstore/session.h"

namespace gs::cli {

// "on branch main", when there are others; else "in this storage".
std::string where_looked(const Storage& storage);

// "It is on branch 'draft': ..", with how to look at it. Empty: on none of the first ones of the
// others, or nobody can tell.
std::string where_else(const Session& session, const Storage& storage, const Id& id);

}  // namespace gs::cli
