// The lines that a person typed, kept between sessions: one in each line of a file.
//
// Several shells may add to it at once. A file that cannot be read or written keeps nothing, and is
// no failure. For the owner's eyes only (0600): lines may hold what records hold.
#pragma once

#include <string>
#include <vector>

namespace gs::cli::shell {

inline constexpr std::size_t kHistoryLinesMax = 1'000;
inline constexpr std::size_t kHistoryLineBytesMax = 4'096;  // longer ones are not kept

// $XDG_STATE_HOME/gstore/history, else ~/.local/state/gstore/history; empty: nowhere.
std::string history_path();

class HistoryFile {
 public:
  explicit HistoryFile(std::string path) : path_(std::move(path)) {}

  // The newest lines, oldest first. Makes the directory, and shortens a file of twice as many.
  std::vector<std::string> load();
  void add(const std::string& line);

 private:
  std::string path_;
};

}  // namespace gs::cli::shell
