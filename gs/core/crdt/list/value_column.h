// All values that a list was ever given, in the order in which this replica learnt of them.
//
// Not thread-safe. Pure. Views are valid until the next value.
#pragma once

#include <vector>

#include "globalstorage/bytes.h"

namespace gs::crdt {

class ValueColumn {
 public:
  std::uint32_t count() const noexcept { return static_cast<std::uint32_t>(ends_.size()); }
  std::size_t bytes() const noexcept { return bytes_.size(); }
  std::size_t memory_bytes() const noexcept {
    return bytes_.capacity() + ends_.capacity() * sizeof(std::uint32_t);
  }

  // The caller keeps bytes() within 32 bits.
  void append(Bytes value) {
    bytes_.insert(bytes_.end(), value.begin(), value.end());
    ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
  }
  Bytes at(std::uint32_t index) const noexcept {
    const std::uint32_t begin = index == 0 ? 0 : ends_[index - 1];
    return Bytes(bytes_).subspan(begin, ends_[index] - begin);
  }

 private:
  Buffer bytes_;
  std::vector<std::uint32_t> ends_;
};

}  // namespace gs::crdt
