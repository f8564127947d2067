#include "bench/numbers.h"

#include <algorithm>
#include <cstdlib>

#include "bench/subject.h"

namespace gs::bench {

Numbers Numbers::parse(std::string_view lines) {
  Numbers numbers;
  while (!lines.empty()) {
    const std::string line(lines.substr(0, lines.find('\n')));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    const std::size_t blank = line.find(' ');
    if (blank == std::string::npos) continue;
    const char* const text = line.c_str() + blank + 1;
    char* end = nullptr;
    const double value = std::strtod(text, &end);
    if (end != text && *end == '\0') numbers.values_[line.substr(0, blank)] = value;
  }
  return numbers;
}

double Numbers::at(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) fail("a part of the row did not print its '" + name + "'");
  return found->second;
}

Cost Numbers::cost(const std::string& prefix) const {
  return {at(prefix + "wall_s"), at(prefix + "cpu_s")};
}

}  // namespace gs::bench
