#include "cmd/gstore/support/change_lanes.h"

#include <algorithm>

namespace gs::cli {

namespace {

constexpr std::size_t kLaneCharacters = 2;

std::string without_end_blanks(std::string line) {
  line.resize(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

// kLanesMax: none is left.
std::size_t ChangeLanes::free_lane() {
  const auto free = std::find(lanes_.begin(), lanes_.end(), std::nullopt);
  if (free == lanes_.end() && lanes_.size() < kLanesMax) {
    lanes_.emplace_back();
    return lanes_.size() - 1;
  }
  return free == lanes_.end() ? kLanesMax : static_cast<std::size_t>(free - lanes_.begin());
}

std::optional<std::size_t> ChangeLanes::lane_of(const Digest& change) const {
  const auto at = std::find(lanes_.begin(), lanes_.end(), Lane(change));
  if (at == lanes_.end()) return std::nullopt;
  return static_cast<std::size_t>(at - lanes_.begin());
}

std::string ChangeLanes::lines() const {
  std::string line(lanes_.size() * kLaneCharacters, ' ');
  for (std::size_t i = 0; i < lanes_.size(); ++i) {
    if (lanes_[i]) line[i * kLaneCharacters] = '|';
  }
  return line;
}

// A line from one lane down to another, over those that lie between them.
std::string ChangeLanes::link(std::size_t from, std::size_t to) const {
  std::string line = lines();
  const std::size_t low = std::min(from, to) * kLaneCharacters;
  const std::size_t high = std::max(from, to) * kLaneCharacters;
  for (std::size_t at = low + 1; at < high; ++at) {
    if (line[at] == ' ') line[at] = '_';
  }
  if (from < to) {
    line[low + 1] = '\\';
  } else {
    line[high - 1] = '/';
  }
  return without_end_blanks(std::move(line));
}

void ChangeLanes::trim() {
  while (!lanes_.empty() && !lanes_.back()) lanes_.pop_back();
}

ChangeLanes::Drawn ChangeLanes::next(const Digest& change, std::span<const Digest> parents) {
  Drawn drawn;
  const auto known = lane_of(change);
  const std::size_t lane = known ? *known : free_lane();
  for (std::size_t i = lanes_.size(); known && i-- > lane + 1;) {
    if (lanes_[i] != Lane(change)) continue;
    lanes_[i].reset();
    drawn.before.push_back(link(i, lane));
  }
  std::string line = lines();
  line.resize(std::max(line.size(), (lane + 1) * kLaneCharacters), ' ');
  line[lane * kLaneCharacters] = '*';
  drawn.at = without_end_blanks(std::move(line));
  if (lane == kLanesMax) {
    drawn.missing = parents.size();
    return drawn;
  }
  lanes_[lane].reset();
  if (!parents.empty()) lanes_[lane] = parents[0];
  for (std::size_t i = 1; i < parents.size(); ++i) {
    const auto waiting = lane_of(parents[i]);
    const std::size_t to = waiting ? *waiting : free_lane();
    if (to == kLanesMax) {
      ++drawn.missing;
      continue;
    }
    // The new lane begins below the line that leads to it.
    if (!waiting) lanes_[to].reset();
    drawn.after.push_back(link(lane, to));
    lanes_[to] = parents[i];
  }
  trim();
  return drawn;
}

}  // namespace gs::cli
