// A place at the end of a Buffer to write to without clearing or checking every byte.
//
// The buffer is kept larger than what is written; finish() or cut_to() give it the true size.
// Offsets count from the buffer's beginning, because pointers move when it grows.
#pragma once

#include <algorithm>

#include "gs/base/endian.h"

namespace gs::record {

class Sink {
 public:
  // Appends to what is in `bytes`.
  explicit Sink(Buffer& bytes) noexcept : Sink(bytes, bytes.size()) {}
  // Writes over what is in `bytes` from `begin` on; begin <= bytes.size().
  Sink(Buffer& bytes, std::size_t begin) noexcept : bytes_(bytes), begin_(begin), used_(begin) {}

  std::size_t begin() const noexcept { return begin_; }
  std::size_t used() const noexcept { return used_; }
  std::uint8_t* at(std::size_t offset) noexcept { return bytes_.data() + offset; }

  // At least `count` bytes to write to; valid until the next call that can grow.
  std::uint8_t* room(std::size_t count) {
    if (bytes_.size() - used_ < count) [[unlikely]]
      grow(count);
    return bytes_.data() + used_;
  }
  void advance(std::size_t count) noexcept { used_ += count; }
  void cut_to(std::size_t used) noexcept { used_ = used; }

  void append(Bytes content) {
    if (content.empty()) return;
    std::memcpy(room(content.size()), content.data(), content.size());
    used_ += content.size();
  }
  void append_zeros(std::size_t count) {
    if (count == 0) return;
    std::memset(room(count), 0, count);
    used_ += count;
  }
  template <typename T>
  void append_number(T value) {
    store(room(sizeof value), value);
    used_ += sizeof value;
  }
  Bytes from(std::size_t offset) const noexcept { return {bytes_.data() + offset, used_ - offset}; }
  void finish() { bytes_.resize(used_); }

 private:
  void grow(std::size_t count) {
    const std::size_t written = used_ - begin_;
    bytes_.resize(used_ + std::max({count, written, std::size_t{256}}));
  }

  Buffer& bytes_;
  const std::size_t begin_;
  std::size_t used_;
};

}  // namespace gs::record
