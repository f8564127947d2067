#include "gs/platform/posix/posix_identity.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "gs/base/endian.h"
#include "gs/platform/posix/os_error.h"
#include "gs/platform/posix/posix_file.h"

namespace gs::platform {
namespace {

constexpr std::size_t kMarkBytes = 28;

// FNV-1a, 64 bit, over a word of our own and the machine's id: enough to tell machines apart, and
// the id itself, which is nobody's business, does not come out of it. 0 when there is none.
std::uint64_t machine_hash() {
  constexpr std::size_t kIdBytesMax = 256;
  // The system's own file, which may well be a link.
  PosixFile file(open_descriptor("/etc/machine-id", O_RDONLY | O_NONBLOCK), "machine-id", false);
  Buffer id(kIdBytesMax + 1);
  const auto got = file.read(0, id);
  if (!got.ok() || got.value() == 0 || got.value() > kIdBytesMax) return 0;
  std::uint64_t hash = 0xcbf29ce484222325u;
  const auto add = [&hash](Bytes bytes) {
    for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001b3u;
  };
  add(as_bytes("globalstorage identity "));
  add(Bytes(id).first(got.value()));
  return hash;
}

Buffer mark(std::uint64_t inode, std::uint64_t birth_seconds, std::uint32_t birth_ns) {
  Buffer bytes(kMarkBytes);
  store_u64(bytes.data(), inode);
  store_u64(bytes.data() + 8, birth_seconds);
  store_u32(bytes.data() + 16, birth_ns);
  store_u64(bytes.data() + 20, machine_hash());
  return bytes;
}

}  // namespace

Result<Buffer> file_identity(const Place& place) {
  GS_TRY_OK(check_no_link(place));
  const char* const name = place.name.c_str();
#if defined(__linux__)
  struct statx status {};
  if (::statx(place.in(), name, AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME, &status) != 0) {
    return os_error(errno, place.path, "examine", Attempt::read);
  }
  if ((status.stx_mask & STATX_BTIME) == 0) return Buffer();
  return mark(status.stx_ino, static_cast<std::uint64_t>(status.stx_btime.tv_sec),
              status.stx_btime.tv_nsec);
#else
  struct stat status {};
  if (::fstatat(place.in(), name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
    return os_error(errno, place.path, "examine", Attempt::read);
  }
#if defined(__APPLE__)
  return mark(status.st_ino, static_cast<std::uint64_t>(status.st_birthtimespec.tv_sec),
              static_cast<std::uint32_t>(status.st_birthtimespec.tv_nsec));
#else
  return Buffer();
#endif
#endif
}

}  // namespace gs::platform
