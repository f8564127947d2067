// Memory for tail buffers. One that nobody reads any more is used again: the pages of a fresh one
// cost as much time as copying a change into the file.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>

#include "gs/base/poison.h"
#include "gs/platform/mutex.h"

namespace gs::log {

class TailBuffers {
 public:
  explicit TailBuffers(std::size_t bytes) : bytes_(bytes), spare_(std::make_shared<Spare>(bytes)) {}

  // For the writer. Any thread may hold the buffer, longer than this object lives.
  std::shared_ptr<std::uint8_t[]> take(std::size_t bytes) {
    // Small logs have small buffers. What is left of a segment takes a whole one.
    if (bytes > bytes_ || bytes < bytes_ / 2) {
      return std::shared_ptr<std::uint8_t[]>(new std::uint8_t[bytes]);
    }
    std::uint8_t* buffer = spare_->exchange(nullptr);
    if (buffer == nullptr) buffer = new std::uint8_t[bytes_];
    unpoison(buffer, bytes_);
    return {buffer, [spare = spare_](std::uint8_t* done) { spare->keep(done); }};
  }

 private:
  // One is enough: mostly the buffer before goes soon after a new one was begun.
  struct Spare {
    const std::size_t bytes;
    platform::Mutex mutex;
    std::uint8_t* buffer = nullptr;

    std::uint8_t* exchange(std::uint8_t* other) {
      const std::lock_guard lock(mutex);
      return std::exchange(buffer, other);
    }
    void keep(std::uint8_t* done) {
      poison(done, bytes);
      free(exchange(done));
    }
    void free(std::uint8_t* one) const {
      if (one == nullptr) return;
      unpoison(one, bytes);
      delete[] one;
    }
    explicit Spare(std::size_t size) : bytes(size) {}
    ~Spare() { free(buffer); }
  };

  std::size_t bytes_;
  std::shared_ptr<Spare> spare_;
};

}  // namespace gs::log
