// What is said of texts that name no version, or no branch (references.cc).
#pragma once

#include <string_view>

#include "globalstorage/error.h"
#include "gs/storage/state/references.h"

namespace gs::engine {

Error unknown_version(std::string_view name, const state::References& references);
// To who wants to go on with it.
Error no_branch(std::string_view text, const state::References& references);

}  // namespace gs::engine
