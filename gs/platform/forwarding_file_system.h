// A file and a file system that hand every call on to another one, for those who change one call.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gs/platform/file_system.h"

namespace gs::platform {

class ForwardingFile : public File {
 public:
  explicit ForwardingFile(std::unique_ptr<File> file) : file_(std::move(file)) {}

  Error write(std::uint64_t offset, Bytes bytes) override { return file_->write(offset, bytes); }
  Result<std::size_t> read(std::uint64_t offset, MutableBytes out) override {
    return file_->read(offset, out);
  }
  Error sync() override { return file_->sync(); }
  void start_sync(std::uint64_t offset, std::uint64_t bytes) noexcept override {
    file_->start_sync(offset, bytes);
  }
  Result<std::uint64_t> size() override { return file_->size(); }
  Error resize(std::uint64_t bytes) override { return file_->resize(bytes); }
  Error allocate(std::uint64_t bytes) override { return file_->allocate(bytes); }
  Result<std::unique_ptr<Mapping>> map(std::uint64_t bytes) override { return file_->map(bytes); }

 private:
  std::unique_ptr<File> file_;
};

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
  Answer exists(std::string_view path) override { return files_.exists(path); }
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
