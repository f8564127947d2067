// The outside world of a storage on this machine: files, clock, randomness and threads.
//
// One Runtime belongs to one open storage; the storage keeps it alive. Native builds only.
#pragma once

#include <memory>
#include <string>

#include "gs/engine/database/database.h"

namespace gs::api {

// What engine::DatabaseSetup needs for `directory`. With options.threads = 0 no thread is started.
engine::DatabaseSetup native_setup(const std::string& directory, const Options& options);

// Files below `directory`, for the target of a backup.
std::unique_ptr<platform::FileSystem> native_files(const std::string& directory);

// The machine's clock; for the whole process.
platform::Clock* native_clock() noexcept;

// Syncs lazily committed work about four times a second until stopped; one thread.
class Ticker {
 public:
  explicit Ticker(std::weak_ptr<engine::Database> database);
  ~Ticker();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gs::api
