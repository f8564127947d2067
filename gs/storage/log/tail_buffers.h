// Memory for tail buffers. One that nobody reads any more is used again: the pages of a fresh one
// cost as much time as copying a change into the file.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "gs/platform/mutex.h"

namespace gs::log {

class TailBuffers {
 public:
  explicit TailBuffers(std::size_t bytes) : spare_(std::make_shared<Spare>()), bytes_(bytes) {}

  // Any thread may hold it, longer than this object lives.
  std::shared_ptr<std::uint8_t[]> take(std::size_t bytes) {
    // Small logs have small buffers. What is left of a segment takes a whole one.
    if (bytes > bytes_ || bytes < bytes_ / 2) {
      return std::shared_ptr<std::uint8_t[]>(new std::uint8_t[bytes]);
    }
    std::uint8_t* buffer = spare_->exchange(nullptr);
    if (buffer == nullptr) buffer = new std::uint8_t[bytes_];
    return {buffer, [spare = spare_](std::uint8_t* done) { delete[] spare->exchange(done); }};
  }

 private:
  // One is enough: the older of two buffers goes when the newer one is half full.
  struct Spare {
    platform::Mutex mutex;
    std::uint8_t* buffer = nullptr;

    std::uint8_t* exchange(std::uint8_t* other) {
      const std::lock_guard lock(mutex);
      return std::exchange(buffer, other);
    }
    ~Spare() { delete[] buffer; }
  };

  std::shared_ptr<Spare> spare_;
  std::size_t bytes_;
};

}  // namespace gs::log
