// Other programs, for work that needs a process of its own: what they print and how they end.
#pragma once

#include <string>
#include <vector>

namespace gs::bench {

struct Ended {
  std::string output;
  int status = 0;     // as waitpid has it
  bool late = false;  // it took longer than it may, and was killed
};

// Runs a program, looked for in PATH when it has no slash, with its arguments behind it. It ends
// with us. `limit_s`: how long it may take; 0: as long as it likes.
Ended run_process(std::vector<std::string> command, double limit_s = 0);

// Whether it ended by itself, with status 0.
bool ended_well(const Ended& ended) noexcept;

}  // namespace gs::bench
