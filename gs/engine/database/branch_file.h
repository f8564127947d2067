// Which branch is checked out in a directory: a small file beside storage.json, so that it outlives
// the state, which may be thrown away.
//
//   branch    the branch's id as text (8-4-4-4-12 hexadecimal digits), line feed; absent: main
//
// Errors: damaged, io.
#pragma once

#include "gs/core/graph/change.h"
#include "gs/platform/file_system.h"

namespace gs::engine {

inline constexpr const char* kBranchFile = "branch";

Result<graph::BranchId> read_branch(platform::FileSystem& files);
// Durably, before it returns.
Error write_branch(platform::FileSystem& files, const graph::BranchId& branch);

}  // namespace gs::engine
