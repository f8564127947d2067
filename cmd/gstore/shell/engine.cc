#include "cmd/gstore/shell/engine.h"

#include "cmd/gstore/shell/host_calls.h"
#include "cmd/gstore/shell/library.h"
#include "cmd/gstore/shell/print.h"
#include "cmd/gstore/support/words.h"
#include "gs/api/runtime.h"

namespace gs::cli::shell {
namespace {

using engine::script::Limits;
using engine::script::Sandbox;
using schema::JsValue;

// A person may want all that the machine has for a while, and has Ctrl-C; a script that is left
// alone still ends.
constexpr Limits kLimits{.memory_bytes = std::uint64_t{512} << 20,
                         .stack_bytes = std::uint64_t{1} << 20,
                         .steps = 1'000'000'000'000,
                         .time_ms = 3'600'000,
                         .values = 10'000'000,
                         .text_bytes = std::size_t{256} << 20};

const JsValue* member_of(const JsValue& object, std::string_view name) {
  for (const auto& [key, value] : object.members) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string lines_of(const JsValue& lines) {
  std::string out;
  for (const JsValue& line : lines.items) out += line.text + '\n';
  return out;
}

std::string table_of(const JsValue& rows, const JsValue& count, std::size_t width) {
  std::string out = table_text(to_table(rows.items), width);
  const std::size_t shown = rows.items.size();
  if (count.number < 0) {
    out += "(the first " + with_commas(shown) + " rows; there are more)\n";
  } else if (count.number > static_cast<double>(shown)) {
    out += "(" + with_commas(shown) + " of " +
           with_commas(static_cast<std::uint64_t>(count.number)) + " rows)\n";
  } else {
    out += "(" + count_text(shown, "row", "rows") + ")\n";
  }
  return out;
}

std::string shown_text(const JsValue& shown, std::size_t width) {
  if (const JsValue* const lines = member_of(shown, "lines")) return lines_of(*lines);
  const JsValue* const rows = member_of(shown, "rows");
  const JsValue* const count = member_of(shown, "count");
  if (rows != nullptr && count != nullptr) return table_of(*rows, *count, width);
  const JsValue* const value = member_of(shown, "value");
  if (value == nullptr) return {};
  const JsValue* const more = member_of(shown, "more");
  const bool cut = more != nullptr && more->boolean;
  return pretty(*value, width) + (cut ? "\n(there are more rows)\n" : "\n");
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::create(Session& session, Storage& storage,
                                               const std::atomic<bool>& stop) {
  std::unique_ptr<Engine> made(new Engine);
  GS_TRY(made->sandbox_,
         Sandbox::create(kLimits, api::native_clock(), {.time_and_chance = true, .stop = &stop}));
  GS_TRY(const JsValue library, made->sandbox_->evaluate(kLibrary, "shell.js"));
  GS_TRY(const JsValue host, host_calls(*made->sandbox_, session, storage));
  const schema::Outcome shows = made->sandbox_->call(library.function, {&host, 1});
  if (shows.threw) return Error(Code::failed, "the shell could not start: " + shows.thrown);
  constexpr std::string_view kNames[] = {"table", "js", "json"};  // as in Mode
  for (std::size_t i = 0; i < std::size(kNames); ++i) {
    made->shows_[i] = member_of(shows.value, kNames[i])->function;
  }
  return made;
}

Result<std::string> Engine::evaluate(std::string_view source, std::string_view file, Mode mode,
                                     std::size_t width) {
  GS_TRY(const JsValue shown, sandbox_->run(source, file, shows_[static_cast<std::size_t>(mode)]));
  return shown_text(shown, width);
}

bool Engine::parses(std::string_view source) { return sandbox_->parses(source); }

}  // namespace gs::cli::shell
