#include "bench/report.h"

#include <cinttypes>
#include <cstdio>

#include "bench/subject.h"

namespace gs::bench {
namespace {

std::string format(const char* pattern, double value) {
  char text[64];
  std::snprintf(text, sizeof text, pattern, value);
  return text;
}

// Three significant figures; rates with a thousands letter.
std::string figure(double value) {
  if (value >= 1e6) return format("%.2fM", value / 1e6);
  if (value >= 1e4) return format("%.0fk", value / 1e3);
  if (value >= 1e3) return format("%.1fk", value / 1e3);
  if (value >= 100) return format("%.0f", value);
  return format(value >= 10 ? "%.1f" : "%.3f", value);
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

std::string number(double value) { return format("%.9g", value); }

std::string json_of(const Line& line) {
  std::string out = "{\"row\":" + quoted(line.row) + ",\"unit\":" + quoted(line.unit) +
                    ",\"ours\":" + number(line.ours);
  if (!line.peer_name.empty()) {
    out += ",\"peer\":" + quoted(line.peer_name) + ",\"peer_value\":" + number(line.peer);
  }
  if (line.ratio != 0) out += ",\"ratio\":" + number(line.ratio);
  if (line.cpu_ratio != 0) out += ",\"cpu_ratio\":" + number(line.cpu_ratio);
  if (!line.goal.empty()) out += ",\"goal\":" + quoted(line.goal);
  if (line.ok) out += *line.ok ? ",\"ok\":true" : ",\"ok\":false";
  out += ",\"all\":{";
  for (std::size_t i = 0; i < line.all.size(); ++i) {
    out += (i == 0 ? "" : ",") + quoted(line.all[i].first) + ':' + number(line.all[i].second);
  }
  return out + "}}";
}

}  // namespace

void Report::head() const {
  if (json_) return;
  std::printf("%-18s %12s %24s %8s %8s  %-16s %s\n", "row", "ours", "best peer", "ratio", "cpu",
              "goal", "ok");
  std::fflush(stdout);
}

void Report::add(Line line) {
  if (line.ok && !*line.ok) ++missed_;
  if (json_) {
    lines_.push_back(json_of(line));
    return;
  }
  const std::string ours = figure(line.ours) + ' ' + line.unit;
  const std::string peer =
      line.peer_name.empty() ? "-" : figure(line.peer) + " (" + line.peer_name + ')';
  const std::string ratio = line.ratio == 0 ? "-" : format("%.2fx", line.ratio);
  const std::string cpu = line.cpu_ratio == 0 ? "-" : format("%.2fx", line.cpu_ratio);
  std::printf("%-18s %12s %24s %8s %8s  %-16s %s\n", line.row.c_str(), ours.c_str(), peer.c_str(),
              ratio.c_str(), cpu.c_str(), line.goal.empty() ? "-" : line.goal.c_str(),
              !line.ok   ? ""
              : *line.ok ? "yes"
                         : "NO");
  std::string others;
  for (const auto& [name, value] : line.all) {
    if (name != kOurs && name != line.peer_name) others += "  " + name + ' ' + figure(value);
  }
  if (!others.empty()) std::printf("%-18s  also:%s\n", "", others.c_str());
  std::fflush(stdout);
}

void Report::skip(const std::string& row, const std::string& reason) {
  if (json_) {
    lines_.push_back("{\"row\":" + quoted(row) + ",\"skipped\":" + quoted(reason) + '}');
    return;
  }
  std::printf("%-18s skipped: %s\n", row.c_str(), reason.c_str());
  std::fflush(stdout);
}

void Report::note(const std::string& text) {
  if (json_) {
    lines_.push_back("{\"note\":" + quoted(text) + '}');
  } else {
    std::printf("%s\n", text.c_str());
  }
}

void Report::finish(const std::string& facts) const {
  if (!json_) return;
  std::printf("{%s,\"rows\":[", facts.c_str());
  for (std::size_t i = 0; i < lines_.size(); ++i) {
    std::printf("%s\n  %s", i == 0 ? "" : ",", lines_[i].c_str());
  }
  std::printf("\n]}\n");
}

Line rate_line(const std::string& row, const std::string& ours, const Samples& samples,
               double count, const Goal& goal) {
  Line line;
  line.row = row;
  line.unit = "/s";
  Cost our_cost = samples.median_of(ours);
  line.ours = count / our_cost.wall_s;
  line.all.emplace_back(kOurs, line.ours);
  Cost best;
  for (const std::string& name : samples.subjects()) {
    if (name == ours) continue;
    const Cost cost = samples.median_of(name);
    line.all.emplace_back(name, count / cost.wall_s);
    const bool less = goal.by_cpu ? cost.cpu_s < best.cpu_s : cost.wall_s < best.wall_s;
    const bool better = goal.peer.empty() ? line.peer_name.empty() || less : name == goal.peer;
    if (better) {
      best = cost;
      line.peer_name = name;
    }
  }
  if (!line.peer_name.empty()) {
    line.peer = count / best.wall_s;
    line.ratio = best.wall_s / our_cost.wall_s;
    line.cpu_ratio = best.cpu_s / our_cost.cpu_s;
    const double ratio = goal.by_cpu ? line.cpu_ratio : line.ratio;
    if (goal.at_least != 0) line.ok = ratio >= goal.at_least;
  }
  if (goal.at_least != 0) line.goal = format(">= %.1fx", goal.at_least);
  if (goal.at_least != 0 && goal.by_cpu) line.goal += " cpu";
  if (goal.at_least != 0 && !goal.peer.empty()) line.goal += ' ' + goal.peer;
  return line;
}

}  // namespace gs::bench
