// What an open run of an index consists of; for run.cc and run_check.cc only.
#pragma once

#include <memory>
#include <string>

#include "gs/storage/index/run.h"

namespace gs::index {

struct Run::Impl {
  std::unique_ptr<platform::Mapping> mapping;
  const std::uint8_t* file = nullptr;
  RunFooter footer;
  mutable state::RunBlocks sums;
  std::uint64_t file_bytes = 0;
  std::string name;  // for messages

  // Whether a block with a head that can be one begins there; its other bytes are not looked at.
  bool read_head(std::uint64_t at, BlockHead& head) const noexcept {
    const std::uint64_t end = footer.sums.offset;
    if (at < kRunHeaderBytes || at % 8 != 0 || at >= end || end - at < kBlockHeadBytes)
      return false;
    if (!sums.sound(at, kBlockHeadBytes)) return false;
    std::memcpy(&head, file + at, sizeof head);
    return Block::fits(head, end - at) && head.prefix_bytes <= footer.key_bytes_max;
  }
};

inline Error damaged_index_run(const std::string& name, const std::string& what) {
  return Error(Code::damaged,
               name + ": " + what + "; remove it, the index is made again from the records");
}

}  // namespace gs::index
