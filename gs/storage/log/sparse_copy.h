// A copy of a part of a file in which blocks of zeros take no memory.
//
// For readers beside a writer who may shorten the file: a mapping could end their process. A
// segment may be as long as 4 GiB and hold nothing, which costs whoever sends it a few bytes.
// Errors: io, too_large (no address space).
#pragma once

#include <cstdlib>
#include <memory>

#include "gs/platform/file_system.h"

namespace gs::log {

class SparseCopy {
 public:
  SparseCopy() = default;
  // Of the bytes from `offset` to `end`, or what there is of them.
  static Result<SparseCopy> read(platform::File& file, std::uint64_t offset, std::uint64_t end);

  Bytes bytes() const noexcept { return {bytes_.get(), size_}; }
  bool empty() const noexcept { return size_ == 0; }
  void clear() noexcept { *this = SparseCopy(); }

 private:
  struct Free {
    void operator()(std::uint8_t* bytes) const noexcept { std::free(bytes); }
  };

  std::unique_ptr<std::uint8_t[], Free> bytes_;
  std::size_t size_ = 0;
};

}  // namespace gs::log
