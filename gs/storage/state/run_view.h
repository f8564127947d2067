// What an open run consists of; for run.cc and run_check.cc only.
#pragma once

#include <memory>
#include <string>

#include "gs/storage/state/run.h"
#include "gs/storage/state/run_format.h"

namespace gs::state {

struct Run::Impl {
  // One mapping of the file and where the parts begin in it.
  struct Parts {
    std::unique_ptr<platform::Mapping> mapping;
    const std::uint8_t* images = nullptr;
    const Entry* entries = nullptr;
    const RunCollection* directory = nullptr;
    const std::uint64_t* sparse = nullptr;
    const std::uint64_t* slots = nullptr;
  };

  Parts lookups;  // reads single pages
  Parts walks;    // reads ahead
  RunFooter footer;
  std::uint64_t slot_count = 0;
  std::uint64_t file_bytes = 0;
  std::string name;  // for messages
};

inline Error damaged_run(const std::string& name, const std::string& what) {
  return Error(Code::damaged, name + ": " + what + "; remove it, state is rebuilt from the log");
}

}  // namespace gs::state
