// Files as the engine sees them: about a dozen calls, four implementations.
//
//   posix/    the real thing                   memory/   bytes in RAM; also the WebAssembly build
//   sim/      loses, tears, reorders, fills up and fails, from a seed
//
// All calls are synchronous. A File has one owner; pread/map may be called from many threads at
// once, everything else of one File from one thread at a time. A FileSystem serves any thread.
// Paths are '/'-separated, relative to the root that the FileSystem was made with, and have one
// spelling: "..", ".", absolute and empty ones are refused (invalid; path.h has the rules). Where
// a directory is asked for, "" means the root. Nothing below the root leads out of it: where files
// can be symbolic links, those are not followed but refused (invalid); exists() says yes of one,
// remove() and write_whole() take it away. The root may be a link, or lie behind one.
// Errors: not_found, exists, io, no_space, read_only, invalid, too_large, locked.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "globalstorage/bytes.h"
#include "globalstorage/result.h"

namespace gs::platform {

// A read-only view of a file's bytes that stays valid until it is destroyed, also after the file
// was closed or removed. It may be longer than the file: bytes written later below its end appear
// in it, so a growing file is mapped once. Bytes past the end of the file must not be touched.
class Mapping {
 public:
  virtual ~Mapping() = default;
  virtual Bytes bytes() const noexcept = 0;
  // Says that accesses are random (no read-ahead) or sequential. A hint.
  enum class Pattern { random, sequential };
  virtual void advise(Pattern pattern) noexcept = 0;
};

class File {
 public:
  virtual ~File() = default;  // closes quietly; sync() first when the bytes matter

  // Writes all of `bytes` at `offset` or fails; a failure may leave any part of them written.
  virtual Error write(std::uint64_t offset, Bytes bytes) = 0;
  // Reads until `out` is full or the file ends; returns the number of bytes read.
  virtual Result<std::size_t> read(std::uint64_t offset, MutableBytes out) = 0;
  // Returns once data and size are on stable storage. After a failure the file's content is
  // unknown: the caller must stop using it (never retry on the same file).
  virtual Error sync() = 0;
  // Begins to bring these bytes to stable storage and does not wait for that (but perhaps for a
  // place in the queue of a slow disk): the next sync() has less to do. A hint; failures are the
  // next sync()'s to report.
  virtual void start_sync(std::uint64_t offset, std::uint64_t bytes) noexcept {
    static_cast<void>(offset);
    static_cast<void>(bytes);
  }
  virtual Result<std::uint64_t> size() = 0;
  // Makes the file exactly `bytes` long; new bytes are zero.
  virtual Error resize(std::uint64_t bytes) = 0;
  // Reserves disk space so that later writes below `bytes` cannot fail with no_space; grows the
  // file with zeros. Never shrinks, and touches no byte that is there: others may be writing it.
  // Where space cannot be reserved, zeros are written; then holes that the file has stay holes.
  virtual Error allocate(std::uint64_t bytes) = 0;
  // Maps the first `bytes` of the file, which may be more than it has now: address space for what
  // will be written there later. Reading past the end of the file is the caller's mistake (SIGBUS).
  virtual Result<std::unique_ptr<Mapping>> map(std::uint64_t bytes) = 0;
};

enum class OpenMode {
  read,            // must exist
  write,           // must exist; read and write
  create,          // must not exist; read and write
  open_or_create,  // read and write
};

struct LockOwner {
  std::uint64_t pid = 0;
  std::string host;
};

// Held until destroyed (or the process ends).
class FileLock {
 public:
  virtual ~FileLock() = default;
};

// An answer, or why there is none. It is no bool itself, as `if (files.exists(path))` would ask
// whether there is an answer.
class Answer : public Result<bool> {
 public:
  using Result::Result;
  explicit operator bool() const = delete;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  virtual Result<std::unique_ptr<File>> open(std::string_view path, OpenMode mode) = 0;
  // Removes a file or an empty directory. Open handles and mappings of the file stay usable.
  virtual Error remove(std::string_view path) = 0;
  // The same; fine when there is nothing of this name.
  Error remove_if_there(std::string_view path) {
    Error error = remove(path);
    return error.code() == Code::not_found ? Error() : std::move(error);
  }
  // Names (not paths) of files and directories in a directory, sorted; not_found when there is no
  // such directory.
  virtual Result<std::vector<std::string>> list(std::string_view directory) = 0;
  // False only when the name is certain not to be there.
  virtual Answer exists(std::string_view path) = 0;
  // Creates the directory and its parents; fine when it is there. What it created is durable when
  // it returns, also for "", the root. `private_mode`: 0700.
  virtual Error make_directory(std::string_view path, bool private_mode = false) = 0;
  // Makes creations and removals of names in this directory durable.
  virtual Error sync_directory(std::string_view directory) = 0;
  // Whole small file at once, for settings and keys: written to a new name, synced and renamed,
  // so a crash leaves the old or the new content. `private_mode`: 0600. A crash may also leave the
  // unfinished new file behind, "<path>.<16 hex digits>.new"; anybody may remove it.
  virtual Error write_whole(std::string_view path, Bytes bytes, bool private_mode = false) = 0;
  // Fails with too_large when the file is larger than `bytes_max`.
  virtual Result<Buffer> read_whole(std::string_view path, std::uint64_t bytes_max) = 0;
  // Exclusive between processes; `locked` names the owner (pid and host) in its message. The
  // file's content is "pid host\n".
  virtual Result<std::unique_ptr<FileLock>> lock(std::string_view path) = 0;
  // Whether somebody holds the lock at this moment. Changes nothing and needs no right to write.
  virtual Result<bool> is_locked(std::string_view path) = 0;
  // A mark that differs when the file was copied elsewhere and stays when it was only renamed or
  // rewritten by nobody; empty when the platform cannot tell. Used to notice copied directories.
  virtual Result<Buffer> identity(std::string_view path) = 0;
  // For messages: the path as a person would type it.
  virtual std::string display(std::string_view path) const = 0;
};

}  // namespace gs::platform
