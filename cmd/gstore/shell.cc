// shell: JavaScript with the storage in it, for a person, a script or one text.
#include "cmd/gstore/shell/interpreter.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "cmd/gstore/commands.h"

namespace gs::cli {
namespace {

shell::Interrupt shell_interrupt;
int shell_waker = -1;  // the other end of `wakes`
std::atomic<bool>& shell_stop = shell_interrupt.stop;

// A wait that has not begun yet is ended by the pipe; when that is full it will be.
void on_interrupt(int) {
  const int reason = errno;
  shell_stop = true;
  [[maybe_unused]] const ssize_t told = ::write(shell_waker, "!", 1);
  errno = reason;
}

// Again and again, unlike those of other commands: each stops what runs then.
void catch_shell_interrupts() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0) {
    shell_interrupt.wakes = ends[0];
    shell_waker = ends[1];
  }
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  sigaction(SIGINT, &action, nullptr);
}

// Who cannot write may look.
Error about_lock(Error error) {
  if (error.code() != Code::locked) return error;
  return Error(Code::locked,
               std::string(error.message()) + ", or give --read-only to look beside it");
}

std::string settings_file() {
  const char* const home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return {};
  const std::string path = std::string(home) + "/.gstorerc";
  std::error_code ignored;  // without it there are no settings
  return std::filesystem::is_regular_file(path, ignored) ? path : std::string();
}

Error talk(Session& session, Storage& storage, shell::Interpreter& interpreter) {
  const std::string settings = settings_file();
  if (!settings.empty()) {
    if (const Error error = interpreter.run_file(settings)) session.terminal.error(error);
  }
  session.terminal.note("gstore " + std::string(version()) + ", storage " +
                        session.arguments.directory +
                        (storage.read_only() ? ", for reading only" : "") +
                        ". `.help` tells what there is, Ctrl-D leaves.");
  const auto lines = shell::edit_lines([&] { return interpreter.names(); }, shell_interrupt);
  return interpreter.talk(*lines);
}

Error run_lines(Session& session, Storage& storage, shell::Interpreter& interpreter) {
  const Arguments& arguments = session.arguments;
  if (arguments.code) return interpreter.run(*arguments.code, "code");
  if (::isatty(STDIN_FILENO) == 1) return talk(session, storage, interpreter);
  GS_TRY(const auto lines, shell::read_plain_lines("-", shell_stop));
  return interpreter.run(*lines, "input");
}

}  // namespace

Result<Exit> run_shell(Session& session) {
  const Access access = session.arguments.read_only ? Access::read : Access::bulk;
  session.stop = &shell_stop;
  auto opened = open_storage(session, access);
  if (!opened) return about_lock(std::move(opened).error());
  Storage& storage = *opened;
  GS_TRY(const auto engine, shell::Engine::create(session, storage, shell_stop));
  shell::Interpreter interpreter(session, storage, *engine, shell_interrupt);
  if (session.arguments.json) interpreter.mode = shell::Mode::json;
  catch_shell_interrupts();
  Error failure = run_lines(session, storage, interpreter);
  const bool interrupted = failure && shell_stop;
  Error closing = storage.close();
  if (interrupted) session.terminal.note("gstore: stopped. What was done stays.");
  if (interrupted) return Exit::interrupted;
  if (failure) return failure;
  if (closing) return closing;
  return Exit::ok;
}

}  // namespace gs::cli
