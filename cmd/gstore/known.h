// Names of collections and fields that a command was given: whether anybody knows them.
//
// A name that nothing has would be an empty result, and a typing error look like an answer.
#pragma once

#include "cmd/gstore/session.h"

namespace gs::cli {

// Errors: not_found, with what is there, when records were never in the collection that the command
// names; damaged when they may lie in the damage.
Error check_known_collection(const Session& session, const Storage& storage);

// "Did you mean the collection 'City'? " when records were never in the one that the command names,
// and one that there is has nearly its name; else empty.
std::string meant_collection(const Session& session, const Storage& storage);

// "'a', 'b'", the first ten.
std::string listed(const std::vector<std::string>& names);

}  // namespace gs::cli
