// One QuickJS runtime and context with our limits, and values that are released by themselves.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gs/engine/script/memory.h"
#include "gs/engine/script/sandbox.h"

namespace gs::engine::script {

// A value that this scope owns.
class Held {
 public:
  Held(JSContext* context, JSValue value) noexcept : context_(context), value_(value) {}
  Held(Held&& other) noexcept
      : context_(other.context_), value_(std::exchange(other.value_, JS_UNDEFINED)) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  Held& operator=(Held&&) = delete;
  ~Held() { JS_FreeValue(context_, value_); }

  JSValueConst get() const noexcept { return value_; }
  JSValue release() noexcept { return std::exchange(value_, JS_UNDEFINED); }
  bool is_exception() const noexcept { return JS_IsException(value_) != 0; }

 private:
  JSContext* context_;
  JSValue value_;
};

class Runtime {
 public:
  Runtime(const Limits& limits, platform::Clock* clock, const Surroundings& surroundings)
      : limits_(limits), clock_(clock), surroundings_(surroundings), memory_(limits.memory_bytes) {}
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;
  Error start();

  const Limits& limits() const noexcept { return limits_; }
  JSContext* context() const noexcept { return context_; }
  // Begins to count: before anything of a script runs, on the thread that will run it. `stop`: true
  // stops what runs, until the next call.
  void refill(const std::atomic<bool>* stop = nullptr) noexcept;
  // Why the script was stopped, if it was: `too_large`, or none.
  Error stopped() const;

  Held hold(JSValue value) const noexcept { return {context_, value}; }
  // A value as JavaScript's String() gives it; what cannot be converted gives `instead`.
  std::string text(JSValueConst value, std::string_view instead = "an error without a text") const;
  // Takes the exception that is pending: what it says, and where it was thrown in `file`.
  struct Thrown {
    std::string text;   // String(err)
    std::string place;  // "file:line:column", or empty
    // Of an error that a host's function returned; its text is the message then.
    Code code = Code::invalid;
  };
  Thrown take_exception(std::string_view file);
  Thrown describe(JSValueConst exception, std::string_view file) const;

  // Numbers of the classes that trees tell apart.
  struct Classes {
    JSClassID map = 0, set = 0, regexp = 0;
    JSClassID date = 0;  // 0: there is none
  };
  const Classes& classes() const noexcept { return classes_; }

  std::uint32_t add_function(JSValueConst function);
  JSValueConst function(std::uint32_t number) const noexcept { return functions_[number]; }
  std::size_t function_count() const noexcept { return functions_.size(); }
  // Forgets those that were added since there were `count`.
  void forget_functions(std::size_t count) noexcept;

  std::vector<HostFunction>& host_functions() noexcept { return host_functions_; }

 private:
  enum class Stop : std::uint8_t { none, steps, time, asked };
  static int interrupt(JSRuntime* runtime, void* self) noexcept;
  bool spend() noexcept;
  Error learn_classes();
  Error remove_impure();

  const Limits limits_;
  platform::Clock* const clock_;
  const Surroundings surroundings_;
  Memory memory_;
  JSRuntime* runtime_ = nullptr;
  JSContext* context_ = nullptr;
  Classes classes_;
  std::vector<JSValue> functions_;
  std::vector<HostFunction> host_functions_;
  std::uint64_t steps_left_ = 0;
  std::uint64_t end_ns_ = 0;
  Stop stop_ = Stop::none;
  const std::atomic<bool>* stop_now_ = nullptr;
};

}  // namespace gs::engine::script
