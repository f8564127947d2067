#include "gs/platform/posix/scratch_directory.h"

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

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

Result<std::unique_ptr<FileSystem>> make_scratch_directory() {
  const char* const named = std::getenv("TMPDIR");
  int number = ENOENT;
  std::string tried;
  for (const char* parent : {named, "/var/tmp", "/tmp"}) {
    if (parent == nullptr || *parent == 0) continue;
    std::string path = std::string(parent) + "/globalstorage.XXXXXX";
    if (::mkdtemp(path.data()) != nullptr) {
      return std::unique_ptr<FileSystem>(std::make_unique<ScratchDirectory>(std::move(path)));
    }
    number = errno;
    tried = std::move(path);
  }
  return os_error(number, tried, "make a directory", Attempt::write);
}

}  // namespace gs::platform
