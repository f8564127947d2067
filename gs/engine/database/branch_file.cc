#include "gs/engine/database/branch_file.h"

#include <string>

namespace gs::engine {

namespace {

constexpr std::uint64_t kBranchFileBytesMax = 64;

}  // namespace

Result<graph::BranchId> read_branch(platform::FileSystem& files) {
  const auto bytes = files.read_whole(kBranchFile, kBranchFileBytesMax);
  if (bytes.code() == Code::not_found) return graph::BranchId{};
  if (bytes.ok()) {
    std::string_view text = as_text(*bytes);
    if (text.ends_with('\n')) text.remove_suffix(1);
    const auto id = Id::parse(text);
    if (id && !id->is_zero()) return *id;
  } else if (bytes.code() != Code::too_large) {
    return bytes.error().copy();
  }
  return Error(Code::damaged, files.display(kBranchFile) +
                                  " does not name a branch. Remove the file to go on with main: no "
                                  "data is in it");
}

Error write_branch(platform::FileSystem& files, const graph::BranchId& branch) {
  if (!branch.is_zero()) return files.write_whole(kBranchFile, as_bytes(branch.text() + "\n"));
  GS_TRY_OK(files.remove_if_there(kBranchFile));
  return files.sync_directory("");
}

}  // namespace gs::engine
