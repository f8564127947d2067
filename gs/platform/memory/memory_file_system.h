// Files in RAM: for tests, for storages that need not outlive the process, and for WebAssembly.
//
// Everything is durable as soon as it is written, for as long as this object, its files, mappings
// or locks live; sync() has nothing to do. Safe to call from any thread.
// Errors: not_found, exists, no_space (out of memory), read_only, invalid, too_large, locked.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gs/platform/file_system.h"

namespace gs::platform {

class MemoryFileSystem final : public FileSystem {
 public:
  MemoryFileSystem();
  ~MemoryFileSystem() override;

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
  struct Node;
  struct Tree;
  class MemoryFile;
  class MemoryLock;

  std::shared_ptr<Tree> tree_;  // locks outlive the file system
};

}  // namespace gs::platform
