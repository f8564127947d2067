// Where the shell's lines come from: a file, standard input, or a person at a terminal.
//
// One thread. Errors: io, too_large (a line of more than 16 MiB).
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "cmd/gstore/shell/complete.h"
#include "globalstorage/result.h"

namespace gs::cli::shell {

enum class Got { line, interrupted, end };

// Ctrl-C, as its handler tells it.
struct Interrupt {
  std::atomic<bool> stop{false};  // what runs or is typed is given up
  int wakes = -1;                 // a descriptor that can be read once that is so
};

class LineSource {
 public:
  virtual ~LineSource() = default;
  // `line`: without its line break. `goes_on`: it continues what was not finished.
  virtual Result<Got> next(bool goes_on, std::string& line) = 0;
};

// A file, or standard input for "-". Errors: those of FileSource::open.
Result<std::unique_ptr<LineSource>> read_plain_lines(const std::string& path,
                                                     const std::atomic<bool>& stop);

// Standard input at a terminal, with editing, history and completion. `names`: asked at each TAB.
std::unique_ptr<LineSource> edit_lines(std::function<KnownNames()> names, const Interrupt& stop);

}  // namespace gs::cli::shell
