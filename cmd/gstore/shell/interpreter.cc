#include "cmd/gstore/shell/interpreter.h"

#include <unistd.h>

#include <chrono>

#include "cmd/gstore/shell/unfinished.h"
#include "cmd/gstore/support/terminal.h"
#include "gs/api/runtime.h"
#include "gs/engine/catalog/catalog.h"

namespace gs::cli::shell {
namespace {

constexpr std::string_view kPrompt = "input";  // the file of typed lines
constexpr int kFilesMax = 16;                  // that read one another
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

// `.5` is a number.
bool is_command(std::string_view line) {
  return line.size() > 1 && line[0] == '.' && line[1] >= 'a' && line[1] <= 'z';
}

// A name that was declared by a line can be declared again by another one: only `var` allows it.
std::string with_var(std::string source) {
  const std::size_t first = source.find_first_not_of(kBlanks);
  for (const std::string_view word : {std::string_view("const "), std::string_view("let ")}) {
    if (first == std::string::npos || source.compare(first, word.size(), word) != 0) continue;
    std::string var = "var";
    var.resize(word.size(), ' ');  // columns in messages stay right
    source.replace(first, word.size(), var);
    break;
  }
  return source;
}

// What was typed has one line, mostly, and no file.
Error without_place(Error error) {
  const std::string text(error.message());
  const std::string prefix = std::string(kPrompt) + ':';
  if (!text.starts_with(prefix)) return error;
  const std::size_t end = text.find_first_not_of("0123456789:", prefix.size());
  return {error.code(), end == std::string::npos ? text : text.substr(end + (text[end] == ' '))};
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

Error Interpreter::talk(LineSource& lines) {
  const std::string file(kPrompt);
  std::string line;
  while (!exit_ && session_.out.wanted()) {
    session_.out.flush();
    clear_interrupt();
    GS_TRY(const Got got, lines.next(!pending_.empty(), line));
    if (got == Got::end) break;
    if (got == Got::interrupted) {
      pending_.clear();
      continue;
    }
    if (pending_.empty()) line_ = 0;
    const Error error = without_place(take(line, file));
    if (!error) continue;
    session_.out.flush();
    session_.terminal.error(error);
  }
  return {};
}

void Interpreter::clear_interrupt() {
  interrupt_.stop = false;
  char told[16];
  while (::read(interrupt_.wakes, told, sizeof told) > 0) {
  }
}

Error Interpreter::run(LineSource& lines, const std::string& file) {
  std::string line;
  line_ = 0;
  while (!exit_ && session_.out.wanted()) {
    GS_TRY(const Got got, lines.next(!pending_.empty(), line));
    if (got == Got::interrupted) return Error(Code::failed, "stopped. What was done stays");
    if (got == Got::end) return run_pending(file);
    Error error = take(line, file);
    session_.out.flush();
    if (error) return error;
  }
  return {};
}

Error Interpreter::run(std::string_view source, const std::string& file) {
  if (is_command(trim(source))) return run_command(trim(source));
  return evaluate(std::string(source), file);
}

Error Interpreter::run_file(const std::string& path) {
  if (path.empty()) return Error(Code::invalid, ".read needs a file, for example .read setup.js");
  if (files_ >= kFilesMax) {
    return Error(Code::too_large, path + ": files that read one another, more than " +
                                      std::to_string(kFilesMax) + " of them");
  }
  GS_TRY(const auto lines, read_plain_lines(path, interrupt_.stop));
  ++files_;
  const std::size_t line = line_;
  std::string pending = std::exchange(pending_, std::string());
  Error error = run(*lines, path);
  pending_ = std::move(pending);
  line_ = line;
  --files_;
  return error;
}

Error Interpreter::take(const std::string& line, const std::string& file) {
  ++line_;
  if (pending_.empty()) {
    const std::string_view trimmed = trim(line);
    if (trimmed.empty()) return {};
    if (is_command(trimmed)) return run_command(trimmed);
    first_line_ = line_;
  }
  pending_ += line + '\n';
  return is_unfinished(pending_) ? Error() : run_pending(file);
}

Error Interpreter::run_pending(const std::string& file) {
  if (pending_.empty()) return {};
  const std::string source = std::exchange(pending_, std::string());
  return evaluate(std::string(first_line_ - 1, '\n') + source, file);
}

Error Interpreter::evaluate(std::string source, const std::string& file) {
  const std::string_view trimmed = trim(source);
  // An object rather than a block, where it can be one.
  if (trimmed.starts_with('{') && trimmed.ends_with('}')) {
    const std::size_t at = source.find('{');
    std::string object = source.substr(0, at) + '(' + std::string(trimmed) + ')';
    if (engine_.parses(object)) source = std::move(object);
  }
  const auto start = std::chrono::steady_clock::now();
  const std::size_t width = ::isatty(STDOUT_FILENO) == 1 ? terminal_columns(STDOUT_FILENO) : 0;
  const auto shown = engine_.evaluate(with_var(std::move(source)), file, mode, width);
  if (shown) session_.out.write(*shown);
  if (timing_) {
    session_.out.flush();
    const auto us = static_cast<std::uint64_t>(seconds_since(start) * 1e6);
    session_.terminal.note("took " + std::to_string(us / 1000) + '.' +
                           std::to_string(us % 1000 / 100) + " ms");
  }
  return shown.error().copy();
}

KnownNames Interpreter::names() {
  std::string schema = storage_.schema();
  if (schema != schema_) {
    schema_ = std::move(schema);
    fields_.clear();
    const auto catalog = engine::Catalog::compile(schema_, api::native_clock());
    if (catalog) {
      for (const auto& rules : (*catalog)->collections()) {
        std::vector<std::string>& fields = fields_[rules->collection()];
        for (const auto& field : rules->fields()) fields.push_back(field.name);
      }
    }
  }
  KnownNames all = fields_;
  for (const std::string& name : storage_.collections()) all[name];
  return all;
}

}  // namespace gs::cli::shell
