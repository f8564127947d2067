#include "bench/process.h"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>

#include "bench/measure.h"
#include "bench/subject.h"
#include "bench/supervise.h"

namespace gs::bench {
namespace {

constexpr int kNotStarted = 127;

[[noreturn]] void become(std::vector<std::string>& command, const int (&pipe)[2], pid_t parent) {
  end_with_parent(parent);
  std::vector<char*> argv;
  argv.reserve(command.size() + 1);
  for (std::string& word : command) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::dup2(pipe[1], STDOUT_FILENO);
  ::close(pipe[0]);
  ::close(pipe[1]);
  ::execvp(argv[0], argv.data());
  ::_exit(kNotStarted);
}

// Whether there is something to read, or nothing will ever be.
bool wait_for_output(int file, double until_s, bool limited) {
  while (true) {
    int left_ms = -1;
    if (limited) left_ms = static_cast<int>((until_s - wall_now_s()) * 1000);
    if (limited && left_ms <= 0) return false;
    pollfd waited{file, POLLIN, 0};
    const int ready = ::poll(&waited, 1, left_ms);
    if (ready > 0 || (ready < 0 && errno != EINTR)) return true;
  }
}

// All that comes in time; false: it was not all.
bool read_all(int file, double limit_s, std::string& text) {
  const double until_s = wall_now_s() + limit_s;
  char buffer[4096];
  while (wait_for_output(file, until_s, limit_s > 0)) {
    const ssize_t size = ::read(file, buffer, sizeof buffer);
    if (size <= 0) return true;
    text.append(buffer, static_cast<std::size_t>(size));
  }
  return false;
}

}  // namespace

Ended run_process(std::vector<std::string> command, double limit_s) {
  int pipe[2];
  if (::pipe(pipe) != 0) fail("cannot make a pipe");
  const pid_t self = ::getpid();
  const pid_t process = ::fork();
  if (process < 0) fail("cannot start a process");
  if (process == 0) become(command, pipe, self);
  ::close(pipe[1]);
  Ended ended;
  ended.late = !read_all(pipe[0], limit_s, ended.output);
  if (ended.late) ::kill(process, SIGKILL);
  ::close(pipe[0]);
  if (::waitpid(process, &ended.status, 0) != process) fail("lost a process");
  return ended;
}

bool ended_well(const Ended& ended) noexcept {
  return !ended.late && WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == 0;
}

}  // namespace gs::bench
