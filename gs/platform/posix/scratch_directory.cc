// Made by mkdtemp(3), removed whole. Whoever uses one holds a lock (flock(2)) on it, which the
// system frees when the process ends, however that happens: what nobody holds was left by one that
// was killed, and the next that makes one removes it.
#include "gs/platform/posix/scratch_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "gs/platform/posix/os_error.h"
#include "gs/platform/posix/posix_file_system.h"

namespace gs::platform {
namespace {

constexpr std::string_view kPrefix = "globalstorage.";
constexpr std::string_view kEnding = "XXXXXX";  // for mkdtemp
// Others keep files there, too: enough to come by all of them sooner or later, in a moment.
constexpr int kLookedAtMax = 10'000;
constexpr int kRemovedMax = 100;
constexpr int kMakeAttemptsMax =
    16;  // to make one; each fails only when somebody took it for left over

class HeldDirectory {
 public:
  // A link in its place is not followed.
  explicit HeldDirectory(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) {}
  HeldDirectory(HeldDirectory&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)) {}
  HeldDirectory& operator=(HeldDirectory&&) = delete;
  ~HeldDirectory() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }

  bool lock() const { return ::flock(descriptor_, LOCK_EX | LOCK_NB) == 0; }
  bool is_ours() const {
    struct stat status {};
    return ::fstat(descriptor_, &status) == 0 && status.st_uid == ::geteuid();
  }
  bool is_there() const {
    struct stat status {};
    return ::fstat(descriptor_, &status) == 0 && status.st_nlink > 0;
  }

 private:
  int descriptor_;
};

class ScratchDirectory final : public PosixFileSystem {
 public:
  ScratchDirectory(std::string path, HeldDirectory held)
      : PosixFileSystem(path), path_(std::move(path)), held_(std::move(held)) {}
  ~ScratchDirectory() override {
    std::error_code ignored;  // files of nobody, in a place that the system empties
    std::filesystem::remove_all(path_, ignored);
  }

 private:
  std::string path_;
  HeldDirectory held_;
};

bool is_scratch_name(std::string_view name) {
  return name.size() == kPrefix.size() + kEnding.size() && name.starts_with(kPrefix);
}

// What goes wrong here is nobody's failure: it stays for the next one, or for the system.
void remove_left_over(const std::string& parent) {
  DIR* const entries = ::opendir(parent.c_str());
  if (entries == nullptr) return;
  int removed = 0;
  for (int looked_at = 0; looked_at < kLookedAtMax && removed < kRemovedMax; ++looked_at) {
    const dirent* const entry = ::readdir(entries);  // NOLINT(concurrency-mt-unsafe): own stream
    if (entry == nullptr) break;
    if (!is_scratch_name(entry->d_name)) continue;
    const std::string path = parent + '/' + entry->d_name;
    const HeldDirectory held(path);
    if (!held.is_ours() || !held.lock()) continue;
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
    ++removed;
  }
  ::closedir(entries);
}

// Empty when no directory can be made, with the reason in errno.
std::string make_and_hold(const std::string& parent, std::vector<HeldDirectory>& held) {
  for (int attempt = 0; attempt < kMakeAttemptsMax; ++attempt) {
    std::string path = parent + '/';
    path += kPrefix;
    path += kEnding;
    if (::mkdtemp(path.data()) == nullptr) return {};
    held.emplace_back(path);
    // Where there are no locks (some network file systems) nobody can take it for left over.
    const bool taken = !held.back().lock() && errno == EWOULDBLOCK;
    if (!taken && held.back().is_there()) return path;
    held.pop_back();
  }
  errno = EAGAIN;
  return {};
}

}  // namespace

Result<std::unique_ptr<FileSystem>> make_scratch_directory(const std::string& parent) {
  const std::vector<std::string> parents =
      parent.empty() ? std::vector<std::string>{"/var/tmp", "/tmp"} : std::vector{parent};
  int number = ENOENT;
  std::string place;
  for (const std::string& each : parents) {
    std::error_code no_current_directory;
    place = std::filesystem::absolute(each, no_current_directory).string();
    remove_left_over(place);
    std::vector<HeldDirectory> held;
    std::string path = make_and_hold(place, held);
    if (!path.empty()) {
      return std::unique_ptr<FileSystem>(
          std::make_unique<ScratchDirectory>(std::move(path), std::move(held.back())));
    }
    number = errno;
  }
  return os_error(number, place + '/' + std::string(kPrefix) + std::string(kEnding),
                  "make a directory", Attempt::write);
}

}  // namespace gs::platform
