// gstore: the command line of GlobalStorage, over the public headers only.
#include <csignal>
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

gs::Result<Exit> run(gs::cli::Session& session) {
  for (const gs::cli::Command& command : gs::cli::kCommands) {
    if (session.arguments.command == command.name) return command.run(session);
  }
  return Error(Code::unsupported, "no such command: " + session.arguments.command);
}

}  // namespace

int main(int argc, char** argv) {
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
    gs::cli::Session session{parsed.arguments, out, terminal};
    exit = gs::cli::conclude(session, run(session));
  }
  if (const Error error = out.finish()) {
    terminal.error(error);
    if (exit == Exit::ok) exit = gs::cli::exit_of(error.code());
  }
  return static_cast<int>(exit);
}
