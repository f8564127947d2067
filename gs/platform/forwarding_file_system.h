// For tests: a file system that hands every call on to another one, for those who change one call.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gs/platform/file_system.h"

namespace gs::platform {

class ForwardingFileSystem : public FileSystem {
 public:
  explicit ForwardingFileSystem(FileSystem& files) : files_(files) {}

  Result<std::unique_ptr<File>> open(std::string_view path, OpenMode mode) override {
    return files_.open(path, mode);
  }
  Error remove(std::string_view path) override { return files_.remove(path); }
  Result<std::vector<std::string>> list(std::string_view directory) override {
    return files_.list(directory);
  }
  bool exists(std::string_view path) override { return files_.exists(path); }
  Error make_directory(std::string_view path, bool private_mode) override {
    return files_.make_directory(path, private_mode);
  }
  Error sync_directory(std::string_view directory) override {
    return files_.sync_directory(directory);
  }
  Error write_whole(std::string_view path, Bytes bytes, bool private_mode) override {
    return files_.write_whole(path, bytes, private_mode);
  }
  Result<Buffer> read_whole(std::string_view path, std::uint64_t bytes_max) override {
    return files_.read_whole(path, bytes_max);
  }
  Result<std::unique_ptr<FileLock>> lock(std::string_view path) override {
    return files_.lock(path);
  }
  Result<bool> is_locked(std::string_view path) override { return files_.is_locked(path); }
  Result<Buffer> identity(std::string_view path) override { return files_.identity(path); }
  std::string display(std::string_view path) const override { return files_.display(path); }

 private:
  FileSystem& files_;
};

}  // namespace gs::platform
