// Made by mkdtemp(3), removed whole.
#include "gs/platform/posix/scratch_directory.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "gs/platform/posix/os_error.h"
#include "gs/platform/posix/posix_file_system.h"

namespace gs::platform {
namespace {

class ScratchDirectory final : public PosixFileSystem {
 public:
  explicit ScratchDirectory(std::string path) : PosixFileSystem(path), path_(std::move(path)) {}
  ~ScratchDirectory() override {
    std::error_code ignored;  // files of nobody, in a place that the system empties
    std::filesystem::remove_all(path_, ignored);
  }

 private:
  std::string path_;
};

}  // namespace

Result<std::unique_ptr<FileSystem>> make_scratch_directory(const std::string& parent) {
  const std::vector<std::string> parents =
      parent.empty() ? std::vector<std::string>{"/var/tmp", "/tmp"} : std::vector{parent};
  int number = ENOENT;
  std::string path;
  for (const std::string& each : parents) {
    std::error_code no_current_directory;
    path = std::filesystem::absolute(each, no_current_directory).string() + "/globalstorage.XXXXXX";
    if (::mkdtemp(path.data()) != nullptr) {
      return std::unique_ptr<FileSystem>(std::make_unique<ScratchDirectory>(std::move(path)));
    }
    number = errno;
  }
  return os_error(number, path, "make a directory", Attempt::write);
}

}  // namespace gs::platform
