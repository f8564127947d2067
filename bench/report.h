// The result: a line per promise, printed as soon as it is known, and all of it as JSON at the end.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "bench/measure.h"

namespace gs::bench {

struct Line {
  std::string row;
  std::string unit;  // of `ours` and `peer`
  double ours = 0;
  std::string peer_name;  // empty: there is none
  double peer = 0;
  double ratio = 0;      // how much better ours is, or what the goal says; 0: none
  double cpu_ratio = 0;  // the same by processor time; 0: not measured
  std::string goal;      // empty: told, not promised
  std::optional<bool> ok;
  std::vector<std::pair<std::string, double>> all;  // every subject, in `unit`
};

class Report {
 public:
  explicit Report(bool json) : json_(json) {}

  void head() const;
  void add(Line line);
  void skip(const std::string& row, const std::string& reason);
  // What the rows that follow are about.
  void note(const std::string& text);
  // The JSON document; nothing without --json.
  void finish(const std::string& facts) const;
  // Rows that missed their goal.
  std::size_t missed() const noexcept { return missed_; }

 private:
  bool json_;
  std::size_t missed_ = 0;
  std::vector<std::string> lines_;
};

// Goals as conditions and as words.
struct Goal {
  double at_least = 0;  // of the ratio; 0: no goal
  std::string peer;     // empty: the best one
  bool by_cpu = false;  // by processor time, also which peer is the best
};

// Rates of `count` per round: ours against the goal's peer.
Line rate_line(const std::string& row, const std::string& ours, const Samples& samples,
               double count, const Goal& goal);

}  // namespace gs::bench
