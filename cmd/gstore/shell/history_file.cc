#include "cmd/gstore/shell/history_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace gs::cli::shell {
namespace {

constexpr int kOwnerOnly = 0600;

// One write, so that lines of two shells do not mix.
bool write_whole(const std::string& path, int flags, const std::string& text) {
  const int file = ::open(path.c_str(), flags | O_WRONLY | O_CREAT | O_CLOEXEC, kOwnerOnly);
  if (file < 0) return false;
  const bool done = ::fchmod(file, kOwnerOnly) == 0 &&
                    ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  return ::close(file) == 0 && done;
}

void make_directory(const std::string& path) {
  std::error_code ignored;  // without it nothing is kept
  const std::filesystem::path directory = std::filesystem::path(path).parent_path();
  if (std::filesystem::exists(directory, ignored)) return;
  std::filesystem::create_directories(directory, ignored);
  std::filesystem::permissions(directory, std::filesystem::perms::owner_all, ignored);
}

std::vector<std::string> lines_of_file(const std::string& path) {
  std::vector<std::string> lines;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.size() <= kHistoryLineBytesMax) lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

std::string history_path() {
  const auto set = [](const char* name) {
    const char* const value = std::getenv(name);
    return std::string(value == nullptr || *value != '/' ? "" : value);
  };
  if (const std::string state = set("XDG_STATE_HOME"); !state.empty()) {
    return state + "/gstore/history";
  }
  const std::string home = set("HOME");
  return home.empty() ? "" : home + "/.local/state/gstore/history";
}

std::vector<std::string> HistoryFile::load() {
  if (path_.empty()) return {};
  make_directory(path_);
  std::vector<std::string> lines = lines_of_file(path_);
  if (lines.size() <= kHistoryLinesMax) return lines;
  const bool is_long = lines.size() > 2 * kHistoryLinesMax;
  lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kHistoryLinesMax));
  if (is_long) {
    std::string text;
    for (const std::string& line : lines) text += line + '\n';
    const std::string next = path_ + ".new";
    if (write_whole(next, O_TRUNC, text)) std::rename(next.c_str(), path_.c_str());
  }
  return lines;
}

void HistoryFile::add(const std::string& line) {
  const bool fits = !line.empty() && line.size() <= kHistoryLineBytesMax;
  if (path_.empty() || !fits || line.find('\n') != std::string::npos) return;
  write_whole(path_, O_APPEND, line + '\n');
}

}  // namespace gs::cli::shell
