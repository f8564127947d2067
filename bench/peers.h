// npm packages that merge, each in a process of Node.js of its own: bench/peers/main.js.
//
// One that is missing, crashes or does not end in time is told once and left out of the row; one
// whose result is wrong ends the run, like any subject.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bench/bench.h"
#include "bench/numbers.h"

namespace gs::bench {

class Peers {
 public:
  // Nobody, which is told, when the script of Arguments::peers is not there.
  Peers(Bench& bench, std::vector<std::string> names);

  // Lets those that are left do the task, in turn: act(name, numbers) for each that did.
  template <typename Act>
  void each(const std::string& task, const std::vector<std::string>& options, Act act) {
    for (const std::string& name : std::vector<std::string>(names_)) {
      if (const auto numbers = run(name, task, options)) act(name, *numbers);
    }
  }
  // One of them. Nothing when it did not, which is told, and it is left out from there on.
  std::optional<Numbers> run(const std::string& name, const std::string& task,
                             const std::vector<std::string>& options);

 private:
  Bench& bench_;
  std::vector<std::string> names_;
};

}  // namespace gs::bench
