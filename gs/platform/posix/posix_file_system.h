// Files of a POSIX system below one directory.
//
// Paths are checked by text (path.h) before the system sees them, and no symbolic link below the
// root is followed (place.h): nothing leads out of the root. The root itself may be a link. A log
// on another disk needs a mount.
//
// Modes: new files 0666 and directories 0777 less the umask of the process; private ones 0600 and
// 0700.
//
// lock() is flock(2) on a file that stays in place: held by the open file, so it also excludes a
// second handle in the same process, ends with the process however it ends, and leaves at worst a
// file that says who held it last.
//
// identity(), 28 bytes: u64 inode, u64 birth time in seconds, u32 nanoseconds, u64 hash of
// /etc/machine-id. Renaming keeps all four; a copy has another inode or birth time, or lies on
// another machine. The device number is left out: it changes between boots. Empty when the file
// system does not keep birth times.
//
// Safe to call from any thread. Errors: those of file_system.h; each message carries the full path,
// the operation and the words of the system.
#pragma once

#include <set>
#include <string>

#include "gs/platform/file_system.h"
#include "gs/platform/mutex.h"
#include "gs/platform/posix/place.h"

namespace gs::platform {

class PosixFileSystem : public FileSystem {
 public:
  // A relative `root` counts from the current directory of this moment; "" is that directory. It
  // need not exist: make_directory("") makes it.
  explicit PosixFileSystem(std::string root);

  Result<std::unique_ptr<File>> open(std::string_view path, OpenMode mode) override;
  Error remove(std::string_view path) override;
  Result<std::vector<std::string>> list(std::string_view directory) override;
  Answer exists(std::string_view path) override;
  Error make_directory(std::string_view path, bool private_mode = false) override;
  Error sync_directory(std::string_view directory) override;
  Error write_whole(std::string_view path, Bytes bytes, bool private_mode = false) override;
  Result<Buffer> read_whole(std::string_view path, std::uint64_t bytes_max) override;
  Result<std::unique_ptr<FileLock>> lock(std::string_view path) override;
  Result<bool> is_locked(std::string_view path) override;
  Result<Buffer> identity(std::string_view path) override;
  std::string display(std::string_view path) const override;

 private:
  Error make_root(bool private_mode);
  Error make_durable(Place place, bool private_mode);

  std::string root_;  // absolute, without a slash at the end; "" for "/"
  Mutex mutex_;
  std::set<std::string, std::less<>> durable_;  // full paths of directories
};

}  // namespace gs::platform
