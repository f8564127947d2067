// Files that nobody needs after a power cut, in a file system of somebody else: nothing is synced.
#pragma once

#include "gs/platform/forwarding_file_system.h"

namespace gs::platform {

class UnsyncedFiles final : public ForwardingFileSystem {
 public:
  using ForwardingFileSystem::ForwardingFileSystem;

  Result<std::unique_ptr<File>> open(std::string_view path, OpenMode mode) override {
    GS_TRY(auto file, ForwardingFileSystem::open(path, mode));
    return std::unique_ptr<File>(std::make_unique<UnsyncedFile>(std::move(file)));
  }
  Error sync_directory(std::string_view) override { return {}; }

 private:
  class UnsyncedFile final : public ForwardingFile {
   public:
    using ForwardingFile::ForwardingFile;
    Error sync() override { return {}; }
    void start_sync(std::uint64_t, std::uint64_t) noexcept override {}
  };
};

}  // namespace gs::platform
