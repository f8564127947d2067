// Every feature of a storage that is not urgent, by its name, with arguments and result as JSON, so
// that a binding to another language has one function in place of a hundred (docs/CALLS.md).
//
//   call(storage, "history", R"({"id":"kyiv","collection":"City","limit":10})")
//
// Reading, writing and watching records, which programs do all the time, is not here: bindings call
// the C++ interface for it. Arguments are checked whole before anything is done. Threads: as the
// methods of Storage. Errors: those of the method (docs/CALLS.md), and invalid, which says which
// argument of which method is wrong and what is expected there.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "globalstorage/storage.h"

namespace gs::calls {

// The result as one JSON document. `progress` is for calls that take long.
Result<std::string> call(Storage& storage, std::string_view method, std::string_view arguments_json,
                         const Progress& progress = {});
// Of methods that need no open storage, such as `restore` and `verifyProof`.
Result<std::string> call(std::string_view method, std::string_view arguments_json,
                         const Progress& progress = {});

// Of both, in the order of docs/CALLS.md.
std::span<const std::string_view> names();

}  // namespace gs::calls
