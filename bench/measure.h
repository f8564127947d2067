// Time of the wall and of the processor, and medians over interleaved rounds.
//
// Processor time is that of the whole process, so background threads count for who started them; it
// says more than the wall on a machine that has other work.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace gs::bench {

struct Cost {
  double wall_s = 0;
  double cpu_s = 0;
};

inline double cpu_now_s() noexcept {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

inline double wall_now_s() noexcept {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <typename Work>
Cost measure(Work&& work) {
  const double cpu = cpu_now_s();
  const double wall = wall_now_s();
  work();
  const double wall_end = wall_now_s();
  return {std::max(wall_end - wall, 1e-9), std::max(cpu_now_s() - cpu, 1e-9)};
}

inline double median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 != 0 ? values[half] : (values[half - 1] + values[half]) / 2;
}

inline double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? 0 : sum / static_cast<double>(values.size());
}

// What each subject took, round by round.
class Samples {
 public:
  void add(const std::string& subject, const Cost& cost) {
    wall_[subject].push_back(cost.wall_s);
    cpu_[subject].push_back(cost.cpu_s);
  }
  Cost median_of(const std::string& subject) const {
    return {median(wall_.at(subject)), median(cpu_.at(subject))};
  }
  Cost mean_of(const std::string& subject) const {
    return {mean(wall_.at(subject)), mean(cpu_.at(subject))};
  }
  std::vector<std::string> subjects() const {
    std::vector<std::string> names;
    for (const auto& [name, unused] : wall_) names.push_back(name);
    return names;
  }

 private:
  std::map<std::string, std::vector<double>> wall_;
  std::map<std::string, std::vector<double>> cpu_;
};

}  // namespace gs::bench
