#include "gs/engine/script/sandbox.h"

#include "gs/base/check.h"
#include "gs/engine/script/host.h"
#include "gs/engine/script/tree.h"

namespace gs::engine::script {
namespace {

// What an exception that nobody caught means to whoever called.
Error uncaught(const Runtime& runtime, const Runtime::Thrown& thrown) {
  if (Error stopped = runtime.stopped()) return stopped;
  return {thrown.code, thrown.text};
}

Error placed(const Runtime& runtime, const Runtime::Thrown& thrown, const std::string& file) {
  return uncaught(runtime, thrown).in(thrown.place.empty() ? file : thrown.place);
}

// Not strict, so that a name can be assigned before it is declared.
constexpr int kTyped = JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_ASYNC;

}  // namespace

struct Sandbox::Impl {
  Impl(const Limits& limits, platform::Clock* clock, const Surroundings& surroundings)
      : runtime(limits, clock, surroundings) {}
  Runtime runtime;
  bool is_sealed = false;
};

Sandbox::Sandbox(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Sandbox::~Sandbox() = default;

Result<std::unique_ptr<Sandbox>> Sandbox::create(const Limits& limits, platform::Clock* clock,
                                                 const Surroundings& surroundings) {
  auto impl = std::make_unique<Impl>(limits, clock, surroundings);
  GS_TRY_OK(impl->runtime.start());
  return std::unique_ptr<Sandbox>(new Sandbox(std::move(impl)));
}

Result<schema::JsValue> Sandbox::evaluate(std::string_view source, std::string_view file) {
  Runtime& runtime = impl_->runtime;
  runtime.refill();
  const std::string text(source);  // QuickJS wants a zero behind it
  const std::string name(file);
  const Held value = runtime.hold(JS_Eval(runtime.context(), text.data(), text.size(), name.c_str(),
                                          JS_EVAL_TYPE_GLOBAL | JS_EVAL_FLAG_STRICT));
  if (value.is_exception()) return placed(runtime, runtime.take_exception(file), name);
  schema::JsValue tree;
  if (Error error = to_tree(runtime, value.get(), tree)) return std::move(error).in(name);
  return tree;
}

Result<schema::JsValue> Sandbox::run(std::string_view source, std::string_view file,
                                     std::uint32_t finish) {
  Runtime& runtime = impl_->runtime;
  GS_CHECK(finish < runtime.function_count());
  runtime.refill();
  const std::string text(source);
  const std::string name(file);
  const Held typed = settled(runtime, runtime.hold(JS_Eval(runtime.context(), text.data(),
                                                           text.size(), name.c_str(), kTyped)));
  if (typed.is_exception()) return placed(runtime, runtime.take_exception(file), name);
  // QuickJS puts it into an object, so that a promise can be told from what becomes of it.
  const Held value =
      settled(runtime, runtime.hold(JS_GetPropertyStr(runtime.context(), typed.get(), "value")));
  if (value.is_exception()) return placed(runtime, runtime.take_exception(file), name);
  JSValueConst argument = value.get();
  const Held made = runtime.hold(
      JS_Call(runtime.context(), runtime.function(finish), JS_UNDEFINED, 1, &argument));
  if (made.is_exception()) return placed(runtime, runtime.take_exception(file), name);
  const std::size_t functions = runtime.function_count();
  schema::JsValue tree;
  const Error error = to_tree(runtime, made.get(), tree);
  runtime.forget_functions(functions);
  if (error) return error.copy().in(name);
  return tree;
}

bool Sandbox::parses(std::string_view source) {
  Runtime& runtime = impl_->runtime;
  runtime.refill();
  const std::string text(source);
  const Held compiled = runtime.hold(JS_Eval(runtime.context(), text.data(), text.size(), "parse",
                                             kTyped | JS_EVAL_FLAG_COMPILE_ONLY));
  if (compiled.is_exception()) runtime.take_exception({});
  return !compiled.is_exception();
}

Result<schema::JsValue> Sandbox::add(std::string_view name, HostFunction function) {
  return add_host_function(impl_->runtime, name, std::move(function));
}

void Sandbox::seal() noexcept { impl_->is_sealed = true; }

schema::Outcome Sandbox::call(std::uint32_t function, std::span<const schema::JsValue> arguments,
                              const std::atomic<bool>* stop) {
  Runtime& runtime = impl_->runtime;
  GS_CHECK(function < runtime.function_count());
  runtime.refill(stop);
  struct Forget {  // else each call could leave some, up to the limit
    Runtime& runtime;
    std::size_t count;
    ~Forget() { runtime.forget_functions(count); }
  };
  const Forget forget{runtime, impl_->is_sealed ? runtime.function_count() : ~std::size_t{0}};
  const auto threw = [&]() -> schema::Outcome {
    const Error error = uncaught(runtime, runtime.take_exception({}));
    return {true, {}, std::string(error.message()), !runtime.stopped().ok()};
  };
  std::vector<Held> made;
  std::vector<JSValueConst> values;
  made.reserve(arguments.size());
  for (const schema::JsValue& argument : arguments) {
    made.push_back(from_tree(runtime, argument));
    if (made.back().is_exception()) return threw();
    values.push_back(made.back().get());
  }
  const Held value =
      runtime.hold(JS_Call(runtime.context(), runtime.function(function), JS_UNDEFINED,
                           static_cast<int>(values.size()), values.data()));
  if (value.is_exception()) return threw();
  schema::Outcome outcome;
  if (const Error error = to_tree(runtime, value.get(), outcome.value)) {
    outcome.threw = true;
    outcome.thrown = error.message();
  }
  return outcome;
}

}  // namespace gs::engine::script
