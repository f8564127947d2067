#include "gs/platform/posix/posix_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <utility>

#include "gs/base/hex.h"
#include "gs/platform/path.h"
#include "gs/platform/posix/os_error.h"
#include "gs/platform/posix/place.h"
#include "gs/platform/posix/posix_file.h"
#include "gs/platform/posix/posix_identity.h"
#include "gs/platform/posix/posix_lock.h"
#include "gs/platform/posix/system_random.h"

namespace gs::platform {
namespace {

// A storage has a few thousand files; more names than this are somebody's mistake or trap.
constexpr std::size_t kNamesMax = std::size_t{1} << 20;

// Directories whose names are known to be durable; more are made durable again each time.
constexpr std::size_t kDurableMax = 4096;

struct CloseDirectory {
  void operator()(DIR* stream) const noexcept { ::closedir(stream); }
};

// Without `.` and double slashes, as people write paths. `..` stays: what it leads to is known by
// the system only, as links lie in between.
std::string tidy(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const std::string_view name = path.substr(0, end);
    if (!name.empty() && name != ".") out.append("/").append(name);
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return out;
}

std::string absolute(std::string root) {
  if (root.empty() || root.front() != '/') {
    char current[PATH_MAX];
    // Without a current directory the calls to come fail with not_found, which says it best.
    if (::getcwd(current, sizeof current) != nullptr) {
      root = root.empty() ? std::string(current) : std::string(current) + "/" + root;
    }
  }
  return root.starts_with('/') ? tidy(root) : root;
}

bool is_directory(int in, const char* name, int flags) noexcept {
  struct stat status {};
  return ::fstatat(in, name, &status, flags) == 0 && S_ISDIR(status.st_mode);
}

Error sync_directory_at(const Place& place) {
  const Descriptor descriptor = open_place(place, O_RDONLY | O_DIRECTORY);
  if (!descriptor.open()) return place_error(errno, place, "open the directory", Attempt::read);
  if (::fsync(descriptor.number()) == 0) return {};
  // The file system has no such call for directories; there is nothing more to ask it for.
  if (errno == EINVAL) return {};
  return os_error(errno, place.path, "sync the directory", Attempt::write);
}

// The directory that holds the name.
Error sync_parent(Place place) {
  place.name = ".";
  place.path = parent_path(place.path);
  if (place.path.empty()) place.path = "/";
  return sync_directory_at(place);
}

// One directory; fine when it is there.
Error make_one(const Place& place, bool private_mode) {
  const char* const name = place.name.c_str();
  if (is_directory(place.in(), name, AT_SYMLINK_NOFOLLOW)) return {};
  if (::mkdirat(place.in(), name, private_mode ? 0700 : 0777) == 0) return {};
  const int number = errno;
  if (number == EEXIST && is_directory(place.in(), name, AT_SYMLINK_NOFOLLOW)) {
    return {};  // somebody was faster
  }
  return place_error(number, place, "make the directory", Attempt::write);
}

// Of a name that we may have made. Whoever may not write in the parent did not make it, and perhaps
// may not even open it.
bool may_be_ours(const Place& place) noexcept {
  return ::faccessat(place.in(), ".", R_OK | W_OK, 0) == 0;
}

std::string new_suffix() {
  SystemRandom random;
  std::uint8_t unique[8];
  random.fill(unique);
  return "." + to_hex(unique) + ".new";
}

Error write_and_sync(Descriptor descriptor, const std::string& path, Bytes bytes) {
  PosixFile file(std::move(descriptor), path, true);
  GS_TRY_OK(file.write(0, bytes));
  return file.sync();
}

}  // namespace

PosixFileSystem::PosixFileSystem(std::string root) : root_(absolute(std::move(root))) {}

std::string PosixFileSystem::display(std::string_view path) const {
  return path.empty() && !root_.empty() ? root_ : root_ + "/" + std::string(path);
}

Result<std::unique_ptr<File>> PosixFileSystem::open(std::string_view path, OpenMode mode) {
  GS_TRY_OK(check_path(path));
  const bool writable = mode != OpenMode::read;
  const Attempt attempt = writable ? Attempt::write : Attempt::read;
  GS_TRY(const Place place, find_place(root_, path, "open", attempt));
  int flags = writable ? O_RDWR : O_RDONLY;
  if (mode == OpenMode::create) flags |= O_CREAT | O_EXCL;
  if (mode == OpenMode::open_or_create) flags |= O_CREAT;
  flags |= O_NONBLOCK | O_NOCTTY;  // so that a pipe or a terminal does not hold us up
  Descriptor descriptor = open_place(place, flags, 0666);
  if (!descriptor.open()) return place_error(errno, place, "open", attempt);
  GS_TRY_OK(check_plain(descriptor, place.path));
  return std::unique_ptr<File>(
      std::make_unique<PosixFile>(std::move(descriptor), place.path, writable));
}

Error PosixFileSystem::remove(std::string_view path) {
  GS_TRY_OK(check_path(path));
  GS_TRY(const Place place, find_place(root_, path, "remove", Attempt::write));
  const char* const name = place.name.c_str();
  if (::unlinkat(place.in(), name, 0) == 0) return {};
  int number = errno;
  if (is_directory(place.in(), name, AT_SYMLINK_NOFOLLOW)) {
    if (::unlinkat(place.in(), name, AT_REMOVEDIR) == 0) return {};
    number = errno == EEXIST ? ENOTEMPTY : errno;  // POSIX allows both
  }
  return os_error(number, place.path, "remove", Attempt::write);
}

Result<std::vector<std::string>> PosixFileSystem::list(std::string_view directory) {
  GS_TRY_OK(check_directory_path(directory));
  constexpr const char* kOperation = "list the directory";
  GS_TRY(const Place place, find_place(root_, directory, kOperation, Attempt::read));
  const std::string& full = place.path;
  Descriptor descriptor = open_place(place, O_RDONLY | O_DIRECTORY);
  const std::unique_ptr<DIR, CloseDirectory> stream(
      descriptor.open() ? ::fdopendir(descriptor.number()) : nullptr);
  if (!stream) return place_error(errno, place, kOperation, Attempt::read);
  descriptor.release();  // the stream closes it
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* const entry = ::readdir(stream.get());
    if (entry == nullptr) break;
    const std::string_view name = entry->d_name;
    if (name == "." || name == "..") continue;
    if (names.size() == kNamesMax) {
      return Error(Code::too_large,
                   full + ": has more than a million names; move what is not ours");
    }
    names.emplace_back(name);
  }
  if (errno != 0) return os_error(errno, full, "list the directory", Attempt::read);
  std::sort(names.begin(), names.end());
  return names;
}

Answer PosixFileSystem::exists(std::string_view path) {
  GS_TRY_OK(check_directory_path(path));
  const auto place = find_place(root_, path, "examine", Attempt::read);
  if (place.code() == Code::not_found) return false;
  if (!place.ok()) return place.error().copy();
  struct stat status {};
  if (::fstatat(place->in(), place->name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) return true;
  if (errno == ENOENT) return false;
  return os_error(errno, place->path, "examine", Attempt::read);
}

// A directory that is there may have been made by a process that ended before it was durable. So
// its name is made durable as well, once for all that lie beside each other.
Error PosixFileSystem::make_durable(Place place, bool private_mode) {
  const std::string parent(parent_path(place.path));
  // Until the end: whoever finds a directory that another thread has just made waits for its sync.
  const std::lock_guard lock(mutex_);
  const bool was_there = is_directory(place.in(), place.name.c_str(), AT_SYMLINK_NOFOLLOW);
  if (was_there && durable_.contains(parent)) return {};
  GS_TRY_OK(make_one(place, private_mode));
  if (was_there && !may_be_ours(place)) return {};
  Error error = sync_parent(std::move(place));
  if (error) {
    durable_.erase(parent);
  } else if (durable_.size() < kDurableMax) {
    durable_.insert(parent);
  }
  return error;
}

// The root and what it lies in, where links are the user's own. From above, each durable before the
// next is made: so where the root is, all above it is durable, or was made by others.
Error PosixFileSystem::make_root(bool private_mode) {
  const bool has_root = is_directory(AT_FDCWD, (root_ + "/").c_str(), 0);
  for (std::size_t end = 0; end != std::string::npos;) {
    end = root_.find('/', end + 1);
    const std::string path = root_.substr(0, end);
    if (path.empty() || path.back() == '/') continue;
    if (has_root && end != std::string::npos) continue;
    const std::string parent(parent_path(path));
    GS_TRY(Place place, find_place(parent, last_name(path), "make the directory", Attempt::write));
    const bool was_there = is_directory(AT_FDCWD, (path + "/").c_str(), 0);
    const bool is_link =
        was_there && !is_directory(place.in(), place.name.c_str(), AT_SYMLINK_NOFOLLOW);
    if (is_link) continue;
    GS_TRY_OK(make_durable(std::move(place), private_mode));
  }
  return {};
}

Error PosixFileSystem::make_directory(std::string_view path, bool private_mode) {
  GS_TRY_OK(check_directory_path(path));
  GS_TRY_OK(make_root(private_mode));
  for (std::size_t end = 0; !path.empty() && end != std::string_view::npos;) {
    end = path.find('/', end + 1);
    GS_TRY(Place place,
           find_place(root_, path.substr(0, end), "make the directory", Attempt::write));
    GS_TRY_OK(make_durable(std::move(place), private_mode));
  }
  return {};
}

Error PosixFileSystem::sync_directory(std::string_view directory) {
  GS_TRY_OK(check_directory_path(directory));
  GS_TRY(const Place place, find_place(root_, directory, "open the directory", Attempt::read));
  return sync_directory_at(place);
}

Error PosixFileSystem::write_whole(std::string_view path, Bytes bytes, bool private_mode) {
  GS_TRY_OK(check_whole_path(path));
  GS_TRY(Place place, find_place(root_, path, "create", Attempt::write));
  const std::string suffix = new_suffix();
  const std::string fresh = place.name + suffix;
  // O_EXCL: a name of our own, never a link or a file that somebody has prepared.
  Descriptor descriptor = open_descriptor_at(place.in(), fresh, O_WRONLY | O_CREAT | O_EXCL,
                                             private_mode ? 0600 : 0666);
  if (!descriptor.open()) return os_error(errno, place.path, "create", Attempt::write);
  Error error = write_and_sync(std::move(descriptor), place.path + suffix, bytes);
  if (error.ok() && ::renameat(place.in(), fresh.c_str(), place.in(), place.name.c_str()) != 0) {
    error = os_error(errno, place.path, "replace", Attempt::write);
  }
  if (error) {
    ::unlinkat(place.in(), fresh.c_str(), 0);
    return error;
  }
  return sync_parent(std::move(place));
}

Result<Buffer> PosixFileSystem::read_whole(std::string_view path, std::uint64_t bytes_max) {
  GS_TRY(const std::unique_ptr<File> file, open(path, OpenMode::read));
  GS_TRY(const std::uint64_t size, file->size());
  if (size > bytes_max) {
    return Error(Code::too_large,
                 display(path) + ": has more than " + std::to_string(bytes_max) + " bytes");
  }
  Buffer bytes(static_cast<std::size_t>(size));
  GS_TRY(const std::size_t got, file->read(0, bytes));
  bytes.resize(got);
  return bytes;
}

Result<std::unique_ptr<FileLock>> PosixFileSystem::lock(std::string_view path) {
  GS_TRY_OK(check_path(path));
  GS_TRY(const Place place, find_place(root_, path, "open the lock", Attempt::write));
  return lock_file(place);
}

Result<bool> PosixFileSystem::is_locked(std::string_view path) {
  GS_TRY_OK(check_path(path));
  const auto place = find_place(root_, path, "open the lock", Attempt::read);
  if (place.code() == Code::not_found) return false;
  if (!place.ok()) return place.error().copy();
  return file_is_locked(*place);
}

Result<Buffer> PosixFileSystem::identity(std::string_view path) {
  GS_TRY_OK(check_path(path));
  GS_TRY(const Place place, find_place(root_, path, "examine", Attempt::read));
  return file_identity(place);
}

}  // namespace gs::platform
