// Writes a file from front to back in whole blocks.
//
// Blocks of 2 MiB at multiples of 2 MiB: file systems that keep what is written at once together in
// the page cache (ext4 and xfs of Linux 6) then give mappings large pages, which makes scans a
// quarter faster.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>

#include "gs/platform/file_system.h"

namespace gs::state {

class FileAppender {
 public:
  static constexpr std::size_t kBlockBytes = std::size_t{2} << 20;

  explicit FileAppender(std::unique_ptr<platform::File> file) : file_(std::move(file)) {}

  Error add(Bytes bytes) {
    while (!bytes.empty()) {
      const std::size_t part = std::min(bytes.size(), kBlockBytes - buffer_.size());
      buffer_.insert(buffer_.end(), bytes.begin(),
                     bytes.begin() + static_cast<std::ptrdiff_t>(part));
      bytes = bytes.subspan(part);
      if (buffer_.size() == kBlockBytes) GS_TRY_OK(flush());
    }
    return {};
  }

  Error flush() {
    if (buffer_.empty()) return {};
    GS_TRY_OK(file_->write(written_, buffer_));
    written_ += buffer_.size();
    buffer_.clear();
    return {};
  }

  // Where the next byte goes.
  std::uint64_t offset() const noexcept { return written_ + buffer_.size(); }
  platform::File& file() noexcept { return *file_; }

 private:
  std::unique_ptr<platform::File> file_;
  Buffer buffer_;
  std::uint64_t written_ = 0;
};

}  // namespace gs::state
