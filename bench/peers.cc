#include "bench/peers.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "bench/process.h"

namespace gs::bench {
namespace {

// The last line, which has the reason of one that failed.
std::string last_line(std::string text) {
  while (!text.empty() && text.back() == '\n') text.pop_back();
  const std::size_t begin = text.rfind('\n');
  return begin == std::string::npos ? text : text.substr(begin + 1);
}

std::string reason_of(const Ended& ended, double limit_s) {
  constexpr std::string_view kFailed = "failed ";
  if (ended.late)
    return "it did not end within " + std::to_string(static_cast<int>(limit_s)) + " s";
  const std::string line = last_line(ended.output);
  if (line.starts_with(kFailed)) return line.substr(kFailed.size());
  return "it cannot be started, or crashed";
}

}  // namespace

Peers::Peers(Bench& bench, std::vector<std::string> names)
    : bench_(bench), names_(std::move(names)) {
  const std::string& script = bench.arguments().peers;
  if (::access(script.c_str(), R_OK) == 0) return;
  bench.report().note("npm packages are left out: " + script + " is not there");
  names_.clear();
}

std::optional<Numbers> Peers::run(const std::string& name, const std::string& task,
                                  const std::vector<std::string>& options) {
  const Arguments& arguments = bench_.arguments();
  const auto limit_s = static_cast<double>(arguments.peer_seconds);
  std::vector<std::string> command = {"node",          "--expose-gc", "--max-old-space-size=12288",
                                      arguments.peers, name,          task};
  command.insert(command.end(), options.begin(), options.end());
  const Ended ended = run_process(std::move(command), limit_s);
  if (ended_well(ended)) return Numbers::parse(ended.output);
  const std::string line = last_line(ended.output);
  if (!ended.late && line.starts_with("wrong ")) fail(name + ": " + line.substr(6));
  bench_.report().note(task + ": " + name + " is left out: " + reason_of(ended, limit_s));
  names_.erase(std::find(names_.begin(), names_.end(), name));
  return {};
}

}  // namespace gs::bench
