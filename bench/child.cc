// Processes of our own program: for work that must die, or whose memory is looked at.
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "bench/bench.h"
#include "bench/supervise.h"

namespace gs::bench {
namespace {

std::string own_program() {
  char path[4096];
  const ssize_t size = ::readlink("/proc/self/exe", path, sizeof path);
  if (size <= 0) fail("cannot find this program in /proc/self/exe");
  return {path, static_cast<std::size_t>(size)};
}

std::string read_all(int file) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t size = ::read(file, buffer, sizeof buffer);
    if (size <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(size));
  }
}

}  // namespace

std::string child(const std::vector<std::string>& arguments, bool killed) {
  const std::string program = own_program();
  std::string flag = "--child";
  std::string path = program;
  std::vector<char*> argv = {path.data(), flag.data()};
  for (const std::string& each : arguments)
    argv.push_back(const_cast<char*>(each.c_str()));  // NOLINT: its API knows no const
  argv.push_back(nullptr);
  int pipe[2];
  if (::pipe(pipe) != 0) fail("cannot make a pipe");
  const pid_t self = ::getpid();
  const pid_t process = ::fork();
  if (process < 0) fail("cannot start a process");
  if (process == 0) {
    end_with_parent(self);
    ::dup2(pipe[1], STDOUT_FILENO);
    ::close(pipe[0]);
    ::close(pipe[1]);
    ::execv(program.c_str(), argv.data());
    ::_exit(127);
  }
  ::close(pipe[1]);
  std::string text = read_all(pipe[0]);
  ::close(pipe[0]);
  int status = 0;
  if (::waitpid(process, &status, 0) != process) fail("lost a process");
  const bool right = killed ? WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL
                            : WIFEXITED(status) && WEXITSTATUS(status) == 0;
  if (!right) fail("the part '" + arguments[0] + "' that runs in a process of its own failed");
  return text;
}

}  // namespace gs::bench
