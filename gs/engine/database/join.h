// A directory made of what somebody gives who wants one to begin with a base: its three files, and
// the changes before its cut as they are left. Nothing of it is believed before Database::open()
// has looked at it as at any directory from elsewhere; what comes behind the cut is for receive().
//
// The directory is new or empty, and holds no storage before finish(). One thread. Memory: one
// statement. Errors: invalid, damaged (what was given does not fit together), those of files.
#pragma once

#include <memory>

#include "gs/engine/database/base.h"
#include "gs/platform/environment.h"
#include "gs/storage/log/log.h"

namespace gs::engine {

inline constexpr std::size_t kBaseStatementBytesMax =
    248 + 32 * BaseStatement::kHeadsMax + crypto::kEd25519SignatureBytes;

class Joining {
 public:
  Joining(platform::Environment& env, const Digest& storage) : env_(env), storage_(storage) {}

  // In the order of the files: statement, checkpoint, run. Each in pieces, from its begin on.
  enum class Part : std::uint8_t { statement, checkpoint, run };
  Error add_piece(Part part, Bytes bytes);
  // Whether all that belongs before the cut is there.
  bool is_complete() const noexcept { return log_ != nullptr && left_ == 0; }
  // Of the changes before the cut the next one. The files have to be there.
  Error add_change(Bytes change);
  Error finish();

 private:
  Error begin_part(Part part);
  Error end_part();
  Error begin_log();

  platform::Environment& env_;
  const Digest storage_;
  Part part_ = Part::statement;
  Buffer stated_;
  BaseStatement statement_;
  std::unique_ptr<platform::File> file_;
  std::uint64_t written_ = 0;  // of the file
  std::uint64_t bytes_max_ = 0;
  std::unique_ptr<log::Log> log_;
  std::uint64_t left_ = 0;  // changes
};

}  // namespace gs::engine
