#include "gs/platform/posix/posix_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <thread>
#include <utility>

#include "gs/platform/posix/os_error.h"
#include "gs/platform/posix/posix_file.h"

namespace gs::platform {
namespace {

constexpr std::size_t kHostBytesMax = 255;                          // HOST_NAME_MAX and to spare
constexpr std::size_t kOwnerBytesMax = 20 + 1 + kHostBytesMax + 1;  // u64, space, host, line end
// Rounds against somebody who removes the file between our open and our flock.
constexpr int kAttemptsMax = 8;
// Rounds against those who only ask (file_is_locked), a millisecond each. They hold it for some
// microseconds; whoever holds it longer is an owner.
constexpr int kAskersMax = 3;

class PosixLock final : public FileLock {
 public:
  explicit PosixLock(Descriptor descriptor) : descriptor_(std::move(descriptor)) {}

 private:
  Descriptor descriptor_;  // closing it is the unlocking
};

std::string host_name() {
  char name[kHostBytesMax + 1] = {};
  if (::gethostname(name, kHostBytesMax) != 0 || name[0] == '\0') return "unknown";
  return name;
}

std::uint64_t process_id() noexcept { return static_cast<std::uint64_t>(::getpid()); }

Error locked_error(const Descriptor& descriptor, const std::string& path) {
  char text[kOwnerBytesMax];
  const ssize_t got = ::pread(descriptor.number(), text, sizeof text, 0);
  LockOwner owner;
  std::string message = path + ": in use by ";
  if (got <= 0 || !parse_lock_owner({text, static_cast<std::size_t>(got)}, owner)) {
    return Error(Code::locked, message + "another process. Close it and try again");
  }
  message += "process " + std::to_string(owner.pid) + " on " + owner.host;
  const bool here = owner.host == host_name();
  if (here && owner.pid == process_id()) {
    message += ", which is this process. Use the storage that is already open or close it first";
  } else if (here) {
    message += ". Wait until it is done, or close that program";
  } else {
    message += ", another machine or container. Close it there and try again";
  }
  return Error(Code::locked, std::move(message));
}

// Whether the name still means the file that we have locked.
bool still_there(const Descriptor& descriptor, const Place& place) noexcept {
  struct stat ours {};
  struct stat named {};
  return ::fstat(descriptor.number(), &ours) == 0 &&
         ::fstatat(place.in(), place.name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         ours.st_ino == named.st_ino && ours.st_dev == named.st_dev;
}

Error write_owner(const Descriptor& descriptor, const std::string& path) {
  const std::string text = std::to_string(process_id()) + " " + host_name() + "\n";
  if (::ftruncate(descriptor.number(), 0) == 0) {
    const ssize_t written = ::pwrite(descriptor.number(), text.data(), text.size(), 0);
    if (written == static_cast<ssize_t>(text.size())) return {};
    if (written >= 0) errno = ENOSPC;
  }
  return os_error(errno, path, "write the owner of the lock", Attempt::write);
}

// Takes the lock of `descriptor`; 0 or an errno.
int try_lock(const Descriptor& descriptor, int kind) noexcept {
  for (;;) {
    if (::flock(descriptor.number(), kind | LOCK_NB) == 0) return 0;
    if (errno != EINTR) return errno;
  }
}

int lock_exclusively(const Descriptor& descriptor) noexcept {
  int number = try_lock(descriptor, LOCK_EX);
  for (int asker = 0; number == EWOULDBLOCK && asker < kAskersMax; ++asker) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    number = try_lock(descriptor, LOCK_EX);
  }
  return number;
}

}  // namespace

bool parse_lock_owner(std::string_view text, LockOwner& owner) {
  if (text.empty() || text.size() > kOwnerBytesMax || text.back() != '\n') return false;
  text.remove_suffix(1);
  std::uint64_t pid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (text.size() < 2 || text.front() != ' ') return false;
  text.remove_prefix(1);
  // It goes into a message that somebody reads in a terminal: printable characters only.
  for (const char c : text) {
    if (c <= ' ' || c > '~') return false;
  }
  owner.pid = pid;
  owner.host = text;
  return true;
}

Result<std::unique_ptr<FileLock>> lock_file(const Place& place) {
  const std::string& path = place.path;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    Descriptor descriptor = open_place(place, O_RDWR | O_CREAT | O_NONBLOCK | O_NOCTTY, 0666);
    if (!descriptor.open()) return place_error(errno, place, "open the lock", Attempt::write);
    GS_TRY_OK(check_plain(descriptor, path));
    const int number = lock_exclusively(descriptor);
    if (number == EWOULDBLOCK) return locked_error(descriptor, path);
    if (number != 0) return os_error(number, path, "lock", Attempt::write);
    if (!still_there(descriptor, place)) continue;
    GS_TRY_OK(write_owner(descriptor, path));
    return std::unique_ptr<FileLock>(std::make_unique<PosixLock>(std::move(descriptor)));
  }
  return Error(Code::locked, path + ": somebody keeps removing the lock. Stop that and try again");
}

Result<bool> file_is_locked(const Place& place) {
  const Descriptor descriptor = open_place(place, O_RDONLY | O_NONBLOCK | O_NOCTTY);
  if (!descriptor.open()) {
    if (errno == ENOENT) return false;
    return place_error(errno, place, "open the lock", Attempt::read);
  }
  const int number = try_lock(descriptor, LOCK_SH);
  if (number != 0 && number != EWOULDBLOCK) {
    return os_error(number, place.path, "lock", Attempt::read);
  }
  return number == EWOULDBLOCK;
}

}  // namespace gs::platform
