// Checksums of the blocks of a file, made while the file is written from front to back.
#pragma once

#include <algorithm>

#include "gs/base/crc32c.h"
#include "gs/storage/state/run_format.h"

namespace gs::state {

class BlockSummer {
 public:
  // Calls `take` with the sum of each block that these bytes end.
  template <typename Take>
  Error add(Bytes bytes, const Take& take) {
    while (!bytes.empty()) {
      const std::size_t part = std::min(bytes.size(), kBlock - filled_);
      sum_ = crc32c(bytes.first(part), sum_);
      filled_ += part;
      bytes = bytes.subspan(part);
      if (filled_ == kBlock) GS_TRY_OK(end(take));
    }
    return {};
  }
  // Ends the last block, if it has begun.
  template <typename Take>
  Error end(const Take& take) {
    if (filled_ == 0) return {};
    const std::uint32_t sum = sum_;
    sum_ = 0;
    filled_ = 0;
    return take(sum);
  }

 private:
  static constexpr std::size_t kBlock = kRunBlockBytes;
  std::uint32_t sum_ = 0;
  std::size_t filled_ = 0;
};

}  // namespace gs::state
