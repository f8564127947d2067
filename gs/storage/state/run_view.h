// What an open run consists of; for run.cc and run_check.cc only.
#pragma once

#include <memory>
#include <string>

#include "gs/storage/state/run.h"
#include "gs/storage/state/run_blocks.h"

namespace gs::state {

struct Run::Impl {
  // One mapping of the file and where the parts begin in it.
  struct Parts {
    std::unique_ptr<platform::Mapping> mapping;
    const std::uint8_t* file = nullptr;
    Images images;
    const Entry* entries = nullptr;
    const RunCollection* directory = nullptr;
    const std::uint64_t* sparse = nullptr;
    const std::uint64_t* slots = nullptr;
  };

  Parts lookups;  // reads single pages
  Parts walks;    // reads ahead
  RunFooter footer;
  mutable RunBlocks blocks;  // of the file, whichever mapping reads it
  std::uint64_t slot_count = 0;
  std::uint64_t file_bytes = 0;
  std::string name;  // for messages

  // Whether `count` things of one of the mappings are as they were written; see RunBlocks.
  template <typename T>
  bool sound(const Parts& parts, const T* begin, std::uint64_t count) const noexcept {
    const auto* const bytes = reinterpret_cast<const std::uint8_t*>(begin);
    return blocks.sound(static_cast<std::uint64_t>(bytes - parts.file), count * sizeof(T));
  }
  const std::uint64_t* first_key(const std::uint64_t* keys, std::uint64_t entries,
                                 std::uint64_t prefix) const noexcept;
};

inline Error damaged_run(const std::string& name, const std::string& what) {
  return Error(Code::damaged, name + ": " + what + "; remove it, state is rebuilt from the log");
}

}  // namespace gs::state
