#include "gs/platform/posix/posix_identity.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "gs/base/endian.h"
#include "gs/platform/posix/os_error.h"
#include "gs/platform/posix/posix_file_system.h"

namespace gs::platform {
namespace {

constexpr std::size_t kMarkBytes = 28;

// FNV-1a, 64 bit, over a word of our own and the machine's id: enough to tell machines apart, and
// the id itself, which is nobody's business, does not come out of it. 0 when there is none.
std::uint64_t machine_hash() {
  PosixFileSystem etc("/etc");
  const auto id = etc.read_whole("machine-id", 256);
  if (!id.ok() || id.value().empty()) return 0;
  std::uint64_t hash = 0xcbf29ce484222325u;
  const auto add = [&hash](Bytes bytes) {
    for (const std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001b3u;
  };
  add(as_bytes("globalstorage identity "));
  add(id.value());
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

Result<Buffer> file_identity(const std::string& path) {
#if defined(__linux__)
  struct statx status {};
  if (::statx(AT_FDCWD, path.c_str(), 0, STATX_INO | STATX_BTIME, &status) != 0) {
    return os_error(errno, path, "examine", Attempt::read);
  }
  if ((status.stx_mask & STATX_BTIME) == 0) return Buffer();
  return mark(status.stx_ino, static_cast<std::uint64_t>(status.stx_btime.tv_sec),
              status.stx_btime.tv_nsec);
#else
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return os_error(errno, path, "examine", Attempt::read);
#if defined(__APPLE__)
  return mark(status.st_ino, static_cast<std::uint64_t>(status.st_birthtimespec.tv_sec),
              static_cast<std::uint32_t>(status.st_birthtimespec.tv_nsec));
#else
  return Buffer();
#endif
#endif
}

}  // namespace gs::platform
