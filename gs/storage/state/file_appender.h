// Writes a file from front to back through one buffer, with a CRC-32C of each part.
#pragma once

#include <memory>
#include <utility>

#include "gs/base/crc32c.h"
#include "gs/platform/file_system.h"

namespace gs::state {

class FileAppender {
 public:
  FileAppender(std::unique_ptr<platform::File> file, std::size_t buffer_bytes)
      : file_(std::move(file)), buffer_bytes_(buffer_bytes) {}

  Error add(Bytes bytes) {
    crc_ = crc32c(bytes, crc_);
    if (buffer_.size() + bytes.size() > buffer_bytes_) GS_TRY_OK(flush());
    if (bytes.size() > buffer_bytes_) {
      GS_TRY_OK(file_->write(written_, bytes));
      written_ += bytes.size();
      return {};
    }
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
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
  // Of the bytes since the last call.
  std::uint32_t take_crc() noexcept { return std::exchange(crc_, 0); }
  platform::File& file() noexcept { return *file_; }

 private:
  std::unique_ptr<platform::File> file_;
  std::size_t buffer_bytes_;
  Buffer buffer_;
  std::uint64_t written_ = 0;
  std::uint32_t crc_ = 0;
};

}  // namespace gs::state
