// Processes of our own program: for work that must die, or whose memory is looked at.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

#include "bench/bench.h"
#include "bench/child_rows.h"
#include "bench/process.h"

namespace gs::bench {
namespace {

std::string own_program() {
  char path[4096];
  const ssize_t size = ::readlink("/proc/self/exe", path, sizeof path);
  if (size <= 0) fail("cannot find this program in /proc/self/exe");
  return {path, static_cast<std::size_t>(size)};
}

}  // namespace

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all_pages = 0;
  std::uint64_t pages = 0;
  file >> all_pages >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::string child(const std::vector<std::string>& arguments, bool killed) {
  std::vector<std::string> command = {own_program(), "--child"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  const Ended ended = run_process(std::move(command));
  const bool right =
      killed ? WIFSIGNALED(ended.status) && WTERMSIG(ended.status) == SIGKILL : ended_well(ended);
  if (!right) fail("the part '" + arguments[0] + "' that runs in a process of its own failed");
  return ended.output;
}

}  // namespace gs::bench
