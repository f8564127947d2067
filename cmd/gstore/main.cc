// gstore: the command line of GlobalStorage, over the public headers, but for what
// docs/ARCHITECTURE.md names.
#include <fcntl.h>

#include <csignal>
#include <cstdlib>
#include <string_view>

#include "cmd/gstore/commands.h"

namespace {

using gs::Code;
using gs::Error;
using gs::cli::Exit;

// A usage error has to know this before the command line can be parsed.
bool wants_json(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--json") return true;
  }
  return false;
}

// A file opened later must not take the number of a standard stream that the caller closed: results
// would be written into the storage, and its files be read as input. What holds the place refuses
// the use of the stream, as a closed one would.
void hold_closed_streams() {
  for (int descriptor = 0; descriptor <= 2; ++descriptor) {
    if (::fcntl(descriptor, F_GETFD) >= 0) continue;
    // The lowest free number is this one. It stays open to the end.
    if (::open("/dev/null", descriptor == 0 ? O_WRONLY : O_RDONLY) != descriptor) std::_Exit(1);
  }
}

gs::Result<Exit> run(gs::cli::Session& session) {
  for (const gs::cli::Command& command : gs::cli::kCommands) {
    if (session.arguments.command == command.name) return command.run(session);
  }
  return Error(Code::unsupported, "no such command: " + session.arguments.command);
}

}  // namespace

int main(int argc, char** argv) {
  hold_closed_streams();
  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is seen by Output
  gs::cli::Output out(1);
  gs::cli::Terminal terminal(2, gs::cli::style_of(2, wants_json(argc, argv)));
  const gs::cli::Parsed parsed = gs::cli::parse_arguments(argc, argv);
  Exit exit = parsed.exit;
  if (parsed.finished) {
    if (exit == Exit::ok) {
      out.write(parsed.text);
    } else {
      terminal.usage_error(parsed.text);
    }
  } else {
    const bool colours = gs::cli::style_of(1, parsed.arguments.json).colours;
    gs::cli::Session session{parsed.arguments, out, terminal, colours};
    exit = gs::cli::conclude(session, run(session));
  }
  if (const Error error = out.finish()) {
    terminal.error(error);
    if (exit == Exit::ok) exit = gs::cli::exit_of(error.code());
  }
  return static_cast<int>(exit);
}
