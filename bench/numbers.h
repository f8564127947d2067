// What a part of a row that ran in a process of its own measured: numbers by name.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "bench/measure.h"

namespace gs::bench {

class Numbers {
 public:
  // Of lines with a name and a number each; other lines are left out.
  static Numbers parse(std::string_view lines);

  // Ends the program when there is no such number.
  double at(const std::string& name) const;
  // Of the numbers PREFIXwall_s and PREFIXcpu_s.
  Cost cost(const std::string& prefix = {}) const;

 private:
  std::map<std::string, double> values_;
};

}  // namespace gs::bench
