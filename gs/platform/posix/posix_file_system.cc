#include "gs/platform/posix/posix_file_system.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <utility>

#include "gs/base/endian.h"
#include "gs/base/hex.h"
#include "gs/platform/path.h"
#include "gs/platform/posix/os_error.h"
#include "gs/platform/posix/posix_file.h"
#include "gs/platform/posix/posix_identity.h"
#include "gs/platform/posix/posix_lock.h"
#include "gs/platform/posix/system_random.h"

namespace gs::platform {
namespace {

// A storage has a few thousand files; more names than this are somebody's mistake or trap.
constexpr std::size_t kNamesMax = std::size_t{1} << 20;

std::string absolute(std::string root) {
  if (root.empty() || root.front() != '/') {
    char current[PATH_MAX];
    // Without a current directory the calls to come fail with not_found, which says it best.
    if (::getcwd(current, sizeof current) != nullptr) {
      root = root.empty() ? std::string(current) : std::string(current) + "/" + root;
    }
  }
  while (!root.empty() && root.back() == '/') root.pop_back();
  return root;
}

bool is_directory(const std::string& path) noexcept {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

// Only plain files: a device or a pipe in our directory would block or lie about its size.
Error check_plain(const Descriptor& descriptor, const std::string& path) {
  struct stat status {};
  if (::fstat(descriptor.number(), &status) != 0) {
    return os_error(errno, path, "examine", Attempt::read);
  }
  if (S_ISREG(status.st_mode)) return {};
  return Error(Code::invalid, path + ": is a directory or a device, not a file");
}

Error sync_directory_at(const std::string& path) {
  const Descriptor descriptor = open_descriptor(path, O_RDONLY | O_DIRECTORY);
  if (!descriptor.open()) return os_error(errno, path, "open the directory", Attempt::read);
  if (::fsync(descriptor.number()) == 0) return {};
  // The file system has no such call for directories; there is nothing more to ask it for.
  if (errno == EINVAL) return {};
  return os_error(errno, path, "sync the directory", Attempt::write);
}

std::string parent_of(const std::string& path) {
  const std::string_view parent = parent_path(path);
  return parent.empty() ? "/" : std::string(parent);
}

// One new directory, durable; fine when it is there.
Error make_one(const std::string& path, bool private_mode) {
  if (is_directory(path)) return {};
  if (::mkdir(path.c_str(), private_mode ? 0700 : 0777) == 0) {
    return sync_directory_at(parent_of(path));
  }
  const int number = errno;
  if (number == EEXIST && is_directory(path)) return {};  // somebody was faster
  return os_error(number, path, "make the directory", Attempt::write);
}

std::string temporary_name(const std::string& path) {
  SystemRandom random;
  std::uint8_t unique[8];
  random.fill(unique);
  return path + "." + to_hex(unique) + ".new";
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
  const std::string full = display(path);
  const bool writable = mode != OpenMode::read;
  int flags = writable ? O_RDWR : O_RDONLY;
  if (mode == OpenMode::create) flags |= O_CREAT | O_EXCL;
  if (mode == OpenMode::open_or_create) flags |= O_CREAT;
  flags |= O_NONBLOCK | O_NOCTTY;  // so that a pipe or a terminal does not hold us up
  Descriptor descriptor = open_descriptor(full, flags, 0666);
  if (!descriptor.open()) {
    return os_error(errno, full, "open", writable ? Attempt::write : Attempt::read);
  }
  GS_TRY_OK(check_plain(descriptor, full));
  return std::unique_ptr<File>(std::make_unique<PosixFile>(std::move(descriptor), full, writable));
}

Error PosixFileSystem::remove(std::string_view path) {
  GS_TRY_OK(check_path(path));
  const std::string full = display(path);
  // std::remove() tells files from directories without a race.
  if (std::remove(full.c_str()) == 0) return {};
  const int number = errno == EEXIST ? ENOTEMPTY : errno;  // POSIX allows both
  return os_error(number, full, "remove", Attempt::write);
}

Result<std::vector<std::string>> PosixFileSystem::list(std::string_view directory) {
  GS_TRY_OK(check_directory_path(directory));
  const std::string full = display(directory);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(full.c_str()), ::closedir);
  if (!stream) return os_error(errno, full, "list the directory", Attempt::read);
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

bool PosixFileSystem::exists(std::string_view path) {
  if (check_directory_path(path)) return false;
  struct stat status {};
  return ::stat(display(path).c_str(), &status) == 0;
}

Error PosixFileSystem::make_directory(std::string_view path, bool private_mode) {
  GS_TRY_OK(check_directory_path(path));
  const std::string full = display(path);
  for (std::size_t end = 0; end != std::string::npos;) {
    end = full.find('/', end + 1);
    GS_TRY_OK(make_one(full.substr(0, end), private_mode));
  }
  return {};
}

Error PosixFileSystem::sync_directory(std::string_view directory) {
  GS_TRY_OK(check_directory_path(directory));
  return sync_directory_at(display(directory));
}

Error PosixFileSystem::write_whole(std::string_view path, Bytes bytes, bool private_mode) {
  GS_TRY_OK(check_whole_path(path));
  const std::string full = display(path);
  const std::string fresh = temporary_name(full);
  // O_EXCL: a name of our own, never a link or a file that somebody has prepared.
  Descriptor descriptor =
      open_descriptor(fresh, O_WRONLY | O_CREAT | O_EXCL, private_mode ? 0600 : 0666);
  if (!descriptor.open()) return os_error(errno, full, "create", Attempt::write);
  Error error = write_and_sync(std::move(descriptor), fresh, bytes);
  if (error.ok() && ::rename(fresh.c_str(), full.c_str()) != 0) {
    error = os_error(errno, full, "replace", Attempt::write);
  }
  if (error) {
    ::unlink(fresh.c_str());
    return error;
  }
  return sync_directory_at(parent_of(full));
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
  return lock_file(display(path));
}

Result<bool> PosixFileSystem::is_locked(std::string_view path) {
  GS_TRY_OK(check_path(path));
  return file_is_locked(display(path));
}

Result<Buffer> PosixFileSystem::identity(std::string_view path) {
  GS_TRY_OK(check_path(path));
  return file_identity(display(path));
}

}  // namespace gs::platform
