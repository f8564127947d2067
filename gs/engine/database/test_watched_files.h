// A file system that tells when a file is made or written, before it does that: for tests of what
// goes on meanwhile. Everything else is another file system's.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "gs/platform/forwarding_file_system.h"

namespace gs::engine::testing {

class WatchedFileSystem final : public platform::ForwardingFileSystem {
 public:
  using Watch = std::function<void(std::string_view path)>;
  using File = platform::File;

  using ForwardingFileSystem::ForwardingFileSystem;

  // Called on the thread that works, without a lock of this object. Set before others use it.
  Watch on_create;
  Watch on_write;

  Result<std::unique_ptr<File>> open(std::string_view path, platform::OpenMode mode) override {
    if (mode == platform::OpenMode::create && on_create) on_create(path);
    GS_TRY(auto file, ForwardingFileSystem::open(path, mode));
    return std::unique_ptr<File>(new WatchedFile(*this, std::string(path), std::move(file)));
  }

 private:
  class WatchedFile final : public File {
   public:
    WatchedFile(const WatchedFileSystem& watched, std::string path, std::unique_ptr<File> file)
        : watched_(watched), path_(std::move(path)), file_(std::move(file)) {}
    Error write(std::uint64_t offset, Bytes bytes) override {
      if (watched_.on_write) watched_.on_write(path_);
      return file_->write(offset, bytes);
    }
    Result<std::size_t> read(std::uint64_t offset, MutableBytes out) override {
      return file_->read(offset, out);
    }
    Error sync() override { return file_->sync(); }
    Result<std::uint64_t> size() override { return file_->size(); }
    Error resize(std::uint64_t bytes) override { return file_->resize(bytes); }
    Error allocate(std::uint64_t bytes) override { return file_->allocate(bytes); }
    Result<std::unique_ptr<platform::Mapping>> map(std::uint64_t bytes) override {
      return file_->map(bytes);
    }

   private:
    const WatchedFileSystem& watched_;
    const std::string path_;
    const std::unique_ptr<File> file_;
  };
};

}  // namespace gs::engine::testing
