// Lines of the shell: collected until they are whole, then run, as JavaScript or dot commands.
#pragma once

#include <string>

#include "cmd/gstore/shell/complete.h"
#include "cmd/gstore/shell/engine.h"
#include "cmd/gstore/shell/line_source.h"

namespace gs::cli::shell {

class Interpreter {
 public:
  Interpreter(Session& session, Storage& storage, Engine& engine, Interrupt& interrupt)
      : session_(session), storage_(storage), engine_(engine), interrupt_(interrupt) {}

  Mode mode = Mode::table;

  // A person's lines: errors are told, Ctrl-C gives up the line, and it goes on.
  Error talk(LineSource& lines);
  // Those of a file: the first error ends it. `file`: its name in messages.
  Error run(LineSource& lines, const std::string& file);
  // One text as a whole.
  Error run(std::string_view source, const std::string& file);
  Error run_file(const std::string& path);

  // For completion.
  KnownNames names();

 private:
  // Forgets the Ctrl-C that is over.
  void clear_interrupt();
  // What one line is followed by. Lines that are not finished wait in pending_.
  Error take(const std::string& line, const std::string& file);
  Error run_pending(const std::string& file);
  Error evaluate(std::string source, const std::string& file);

  Error run_command(std::string_view line);
  Error show_schema(std::string_view collection);
  Error show_collections();
  Error set_mode(std::string_view word);
  Error set_timing(std::string_view word);

  Session& session_;
  Storage& storage_;
  Engine& engine_;
  Interrupt& interrupt_;
  bool timing_ = false;
  bool exit_ = false;
  std::string pending_;
  std::size_t line_ = 0;        // number of the last one
  std::size_t first_line_ = 1;  // of pending_
  int files_ = 0;               // that are being read, one by another
  std::string schema_;          // what fields_ is made of
  KnownNames fields_;
};

}  // namespace gs::cli::shell
