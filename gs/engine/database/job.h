// Takes the place of the background job: as long as it lives no other one runs (checkpoint.cc).
#pragma once

#include "gs/engine/database/database.h"

namespace gs::engine {

class Database::Job {
 public:
  explicit Job(Database& db, Waiting waiting = Waiting::yes);
  ~Job();
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;
  // False: the storage is being closed, or another job runs and nobody waits for it.
  bool running() const noexcept { return running_; }

 private:
  Database& db_;
  bool running_ = false;
};

}  // namespace gs::engine
