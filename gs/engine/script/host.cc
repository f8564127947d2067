#include "gs/engine/script/host.h"

#include "gs/engine/script/tree.h"

namespace gs::engine::script {
namespace {

// What nobody waits for goes on for a while after each script; the rest with the next one.
constexpr int kJobsMax = 10'000;

JSValue throw_error(Runtime& runtime, const Error& error) {
  JSContext* const context = runtime.context();
  const auto text_of = [&](std::string_view text) {
    return JS_NewStringLen(context, text.data(), text.size());
  };
  Held made = runtime.hold(JS_NewError(context));
  if (made.is_exception()) return JS_EXCEPTION;
  constexpr int kHidden = JS_PROP_WRITABLE | JS_PROP_CONFIGURABLE;
  const JSValue message = text_of(error.message());
  const JSValue code = text_of(code_name(error.code()));
  if (JS_DefinePropertyValueStr(context, made.get(), "message", message, kHidden) < 0 ||
      JS_DefinePropertyValueStr(context, made.get(), "code", code, JS_PROP_C_W_E) < 0) {
    return JS_EXCEPTION;
  }
  return JS_Throw(context, made.release());
}

Error read_arguments(Runtime& runtime, int count, JSValueConst* values,
                     std::vector<schema::JsValue>& out) {
  out.resize(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    GS_TRY_OK(to_tree(runtime, values[i], out[static_cast<std::size_t>(i)]));
  }
  return {};
}

JSValue call_host(JSContext* context, JSValueConst, int count, JSValueConst* values, int number,
                  JSValue*) {
  Runtime& runtime = *static_cast<Runtime*>(JS_GetContextOpaque(context));
  const std::size_t functions = runtime.function_count();
  std::vector<schema::JsValue> arguments;
  Error unreadable = read_arguments(runtime, count, values, arguments);
  Result<schema::JsValue> made =
      unreadable ? Result<schema::JsValue>(std::move(unreadable))
                 : runtime.host_functions()[static_cast<std::size_t>(number)](arguments);
  const JSValue out =
      made.ok() ? from_tree(runtime, *made).release() : throw_error(runtime, made.error());
  runtime.forget_functions(functions);
  return out;
}

// False when there is nothing to run, or what ran was stopped: that is no rejection.
bool run_job(Runtime& runtime) {
  JSContext* context = nullptr;
  return JS_ExecutePendingJob(JS_GetRuntime(runtime.context()), &context) > 0;
}

Held failed(Runtime& runtime, const char* text) {
  return runtime.hold(JS_ThrowInternalError(runtime.context(), "%s", text));
}

}  // namespace

Result<schema::JsValue> add_host_function(Runtime& runtime, std::string_view name,
                                          HostFunction function) {
  if (runtime.function_count() >= runtime.limits().functions) {
    return Error(Code::too_large, "more functions than a sandbox has room for");
  }
  JSContext* const context = runtime.context();
  auto& functions = runtime.host_functions();
  const Held made = runtime.hold(
      JS_NewCFunctionData(context, call_host, 0, static_cast<int>(functions.size()), 0, nullptr));
  if (made.is_exception() ||
      JS_DefinePropertyValueStr(context, made.get(), "name",
                                JS_NewStringLen(context, name.data(), name.size()),
                                JS_PROP_CONFIGURABLE) < 0) {
    return Error(Code::no_space, "a JavaScript engine with too little memory");
  }
  functions.push_back(std::move(function));
  schema::JsValue value;
  value.kind = schema::JsValue::Kind::function;
  value.text = name;
  value.function = runtime.add_function(made.get());
  return value;
}

Held settled(Runtime& runtime, Held value) {
  JSContext* const context = runtime.context();
  // Of what is no promise the state is none of the three.
  const auto state = [&] { return static_cast<int>(JS_PromiseState(context, value.get())); };
  if (value.is_exception() || state() < 0) return value;
  while (state() == JS_PROMISE_PENDING && run_job(runtime)) {
  }
  if (state() == JS_PROMISE_PENDING) {
    return failed(runtime, "a promise that nothing is going to settle");
  }
  Held result = runtime.hold(JS_PromiseResult(context, value.get()));
  if (state() == JS_PROMISE_REJECTED) return runtime.hold(JS_Throw(context, result.release()));
  for (int jobs = 0; jobs < kJobsMax && run_job(runtime);) ++jobs;
  return result;
}

}  // namespace gs::engine::script
