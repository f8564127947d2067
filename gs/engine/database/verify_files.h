// A look at the small files beside the log, for verification: the mark, the keys, the manifest.
//
// All of them can be made again, and the engine goes on without them. So damage of one is not
// damage of the data; but whoever verifies wants to hear of it. What is odd and harms nothing is a
// note: a crash may leave one slot of two unfinished, and a copied directory has keys that are not
// its own. Memory: a piece of a file. Errors: io.
#pragma once

#include <string_view>

#include "gs/platform/file_system.h"

namespace gs::engine {

struct FileCheck {
  std::uint64_t checked = 0;
  std::string failure;  // empty: none
  std::string note;     // empty: nothing odd
};

Result<FileCheck> check_mark_file(platform::FileSystem& files);
Result<FileCheck> check_key_files(platform::FileSystem& files);
Result<FileCheck> check_manifest_file(platform::FileSystem& files);

// What is wrong, without the step that ends the message: "..; remove it, .." or ".. . Do this".
std::string_view without_step(std::string_view message) noexcept;

}  // namespace gs::engine
