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
  // Asked before a file is made: an error is its answer.
  std::function<Error(std::string_view path)> refuse;

  Result<std::unique_ptr<File>> open(std::string_view path, platform::OpenMode mode) override {
    if (mode == platform::OpenMode::create && on_create) on_create(path);
    if (mode == platform::OpenMode::create && refuse) GS_TRY_OK(refuse(path));
    GS_TRY(auto file, ForwardingFileSystem::open(path, mode));
    return std::unique_ptr<File>(new WatchedFile(*this, std::string(path), std::move(file)));
  }

 private:
  class WatchedFile final : public platform::ForwardingFile {
   public:
    WatchedFile(const WatchedFileSystem& watched, std::string path, std::unique_ptr<File> file)
        : ForwardingFile(std::move(file)), watched_(watched), path_(std::move(path)) {}
    Error write(std::uint64_t offset, Bytes bytes) override {
      if (watched_.on_write) watched_.on_write(path_);
      return ForwardingFile::write(offset, bytes);
    }

   private:
    const WatchedFileSystem& watched_;
    const std::string path_;
  };
};

}  // namespace gs::engine::testing
