// JavaScript that cannot harm: runs text that nobody has read, such as schema files and contracts.
//
// A sandbox is one QuickJS runtime. Scripts see the language and nothing else: no clock (there is
// no Date), no randomness, no files, no network, no modules. Memory, stack and steps are bounded; a
// step is a call or a turn of a loop, so its count is the same on every machine. Single operations
// of the language that take long (a search in a long string) are bounded by the memory that they
// may have, and, when a clock is given, by time as well.
//
// Values come out as trees (gs/core/schema/js_value.h). Functions stay inside; a tree names them
// by number, and call() calls them. What a script may ask of its host are functions that add() made
// and that were given to it.
//
// Threads: one at a time. Errors: invalid (file, line, column and the script's own error),
// too_large (steps, time, memory, or a value larger than a tree may be); what a host's function
// returned, when nobody caught it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include "globalstorage/result.h"
#include "gs/core/schema/js_value.h"
#include "gs/platform/environment.h"

namespace gs::engine::script {

struct Limits {
  std::uint64_t memory_bytes = std::uint64_t{32} << 20;
  std::uint64_t stack_bytes = std::uint64_t{256} << 10;
  std::uint64_t steps = 20'000'000;                // of one evaluate() or call()
  std::uint64_t time_ms = 2'000;                   // the same; only with a clock
  std::size_t values = 1'000'000;                  // in one tree, names of members among them
  std::size_t depth = 256;                         // of one tree
  std::size_t text_bytes = std::size_t{16} << 20;  // in one tree
  std::size_t functions = 65'536;                  // that trees of this sandbox name
};

// What a script sees beside the language: nothing, unless it is a person's own, as in a shell.
struct Surroundings {
  bool time_and_chance = false;             // Date and Math.random
  const std::atomic<bool>* stop = nullptr;  // true: what runs is stopped; outlives the sandbox
};

// A function of the host. It must not call the sandbox. Its error is thrown in the script, as an
// Error whose `code` is the code's name; functions in its arguments are not kept.
using HostFunction = std::function<Result<schema::JsValue>(std::span<const schema::JsValue>)>;

class Sandbox final : public schema::Functions {
 public:
  // `clock` may be null, and outlives the sandbox.
  static Result<std::unique_ptr<Sandbox>> create(const Limits& limits = {},
                                                 platform::Clock* clock = nullptr,
                                                 const Surroundings& surroundings = {});
  ~Sandbox() override;
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  // The value of a script in strict mode: that of its last expression, for a schema file its only
  // one. `file`: its name in messages.
  Result<schema::JsValue> evaluate(std::string_view source, std::string_view file);

  // The value of what a person typed: not strict, `await` may stand outside of functions, and of a
  // promise what becomes of it. `finish`: a function of this sandbox; what it makes of the value
  // comes out. Functions in it are not kept.
  Result<schema::JsValue> run(std::string_view source, std::string_view file, std::uint32_t finish);

  // Whether run() would take it as far as its syntax tells.
  bool parses(std::string_view source);

  // A function for scripts, as a value for the arguments of call(). Errors: too_large (so many).
  Result<schema::JsValue> add(std::string_view name, HostFunction function);

  // From here on functions in what calls give are not kept: none can be called.
  void seal() noexcept;

  // Calls a function that a tree of this sandbox named.
  schema::Outcome call(std::uint32_t function,
                       std::span<const schema::JsValue> arguments) override {
    return call(function, arguments, nullptr);
  }
  // `stop`: true stops it.
  schema::Outcome call(std::uint32_t function, std::span<const schema::JsValue> arguments,
                       const std::atomic<bool>* stop);

 private:
  struct Impl;
  explicit Sandbox(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace gs::engine::script
