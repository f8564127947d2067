// Bytes that are made beside a file and belong to its end: in memory first, in a file of their own
// when they become many.
//
// Threads: one at a time. Errors: io, no_space.
#pragma once

#include <memory>
#include <string>

#include "gs/storage/state/file_appender.h"

namespace gs::state {

class SideBytes {
 public:
  // `path`: of the file; one that is in the way is a leftover of a crash and is replaced.
  SideBytes(platform::FileSystem& files, std::string path, std::size_t bytes_in_memory)
      : files_(files), path_(std::move(path)), bytes_in_memory_(bytes_in_memory) {}
  ~SideBytes() { drop(); }
  SideBytes(const SideBytes&) = delete;
  SideBytes& operator=(const SideBytes&) = delete;

  Error add(Bytes bytes) {
    held_.insert(held_.end(), bytes.begin(), bytes.end());
    return held_.size() < bytes_in_memory_ ? Error() : spill();
  }
  std::uint64_t size() const noexcept { return (spilled_ ? spilled_->offset() : 0) + held_.size(); }
  bool is_spilled() const noexcept { return spilled_ != nullptr; }
  // All of them, unless they are spilled.
  Bytes held() const noexcept { return held_; }

  // Gives all of them in order, piece by piece. Those that are only in memory stay there.
  template <typename Take>
  Error give(const Take& take) {
    if (!spilled_) return take(held_);
    GS_TRY_OK(spill());
    GS_TRY_OK(spilled_->flush());
    held_.resize(FileAppender::kBlockBytes);
    for (std::uint64_t at = 0; at < spilled_->offset();) {
      GS_TRY(const std::size_t got, spilled_->file().read(at, held_));
      if (got == 0) return Error(Code::io, files_.display(path_) + ": ends too early");
      GS_TRY_OK(take(Bytes(held_).first(got)));
      at += got;
    }
    drop();
    held_ = Buffer();  // `= {}` would keep the memory
    return {};
  }

 private:
  Error spill() {
    if (!spilled_) {
      GS_TRY_OK(files_.remove_if_there(path_));
      GS_TRY(auto file, files_.open(path_, platform::OpenMode::create));
      spilled_ = std::make_unique<FileAppender>(std::move(file));
    }
    GS_TRY_OK(spilled_->add(held_));
    held_.clear();
    return {};
  }
  void drop() {
    if (!spilled_) return;
    spilled_.reset();
    files_.remove(path_).ignore();  // what stays is removed as a stray file at the next open
  }

  platform::FileSystem& files_;
  const std::string path_;
  const std::size_t bytes_in_memory_;
  Buffer held_;  // not spilled yet
  std::unique_ptr<FileAppender> spilled_;
};

}  // namespace gs::state
