// The parent of a run, which removes what it leaves.
#include "bench/supervise.h"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "bench/subject.h"

namespace gs::bench {
namespace {

constexpr int kEnding[] = {SIGINT, SIGTERM, SIGHUP};

// Those that somebody had us ignore, as nohup does with SIGHUP, stay ignored.
sigset_t awaited() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGCHLD);
  for (const int signal : kEnding) {
    struct sigaction action {};
    sigaction(signal, nullptr, &action);
    if (action.sa_handler != SIG_IGN) sigaddset(&set, signal);
  }
  return set;
}

// Waits for the end of the run; a signal to us ends it. Returns how it ended.
int wait_for(pid_t run, const sigset_t& set, int& stopped_by) {
  int status = 0;
  while (true) {
    const int signal = ::sigwaitinfo(&set, nullptr);
    if (signal > 0 && signal != SIGCHLD) {
      stopped_by = signal;
      ::kill(run, SIGKILL);
      ::waitpid(run, &status, 0);
      return status;
    }
    if (::waitpid(run, &status, WNOHANG) == run) return status;
  }
}

// Processes that the run had started end with it and are ours then.
void wait_for_orphans() {
  while (::waitpid(-1, nullptr, 0) > 0 || errno == EINTR) {
  }
}

[[noreturn]] void end_by(int signal, const sigset_t& before) {
  ::signal(signal, SIG_DFL);
  ::raise(signal);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  std::_Exit(1);  // for signals that do not end a process
}

}  // namespace

void end_with_parent(int parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it went before it was asked for
}

int supervise(const std::string& directory, const std::function<int()>& work) {
  ::signal(SIGCHLD, SIG_DFL);
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  const sigset_t set = awaited();
  sigset_t before;
  ::sigprocmask(SIG_BLOCK, &set, &before);
  const pid_t self = ::getpid();
  const pid_t run = ::fork();
  if (run < 0) fail("cannot start a process");
  if (run == 0) {
    end_with_parent(self);
    ::sigprocmask(SIG_SETMASK, &before, nullptr);
    std::exit(work());
  }
  int stopped_by = 0;
  const int status = wait_for(run, set, stopped_by);
  wait_for_orphans();
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  if (stopped_by == 0 && WIFSIGNALED(status)) stopped_by = WTERMSIG(status);
  if (stopped_by != 0) end_by(stopped_by, before);
  return WEXITSTATUS(status);
}

}  // namespace gs::bench
