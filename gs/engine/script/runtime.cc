#include "gs/engine/script/runtime.h"

#include <algorithm>

namespace gs::engine::script {
namespace {

// QuickJS asks after so many steps (tools/fetch_quickjs.sh).
constexpr std::uint64_t kStepsBetween = 100;
constexpr std::uint64_t kNsInMs = 1'000'000;

std::string size_text(std::uint64_t bytes) {
  constexpr unsigned kMiBBits = 20;
  const bool whole = bytes != 0 && (bytes & ((std::uint64_t{1} << kMiBBits) - 1)) == 0;
  return whole ? std::to_string(bytes >> kMiBBits) + " MiB" : std::to_string(bytes) + " bytes";
}

Code code_named(std::string_view name) noexcept {
  constexpr Code kAll[] = {
#define GS_CODE(name, number, advice, meaning) Code::name,
#include "globalstorage/code.def"
#undef GS_CODE
  };
  for (const Code code : kAll) {
    if (name == code_name(code)) return code;
  }
  return Code::invalid;
}

}  // namespace

Error Runtime::start() {
  const Error none_left(Code::no_space, "no memory for a JavaScript engine");
  runtime_ = JS_NewRuntime2(&Memory::kFunctions, &memory_);
  if (runtime_ == nullptr) return none_left.copy();
  JS_SetMaxStackSize(runtime_, static_cast<std::size_t>(limits_.stack_bytes));
  JS_SetInterruptHandler(runtime_, &Runtime::interrupt, this);
  JS_SetCanBlock(runtime_, 0);
  context_ = JS_NewContextRaw(runtime_);
  if (context_ == nullptr) return none_left.copy();
  JS_SetContextOpaque(context_, this);
  // Neither Date nor WeakRef, which would show time and memory. Promises are there because the
  // language has async functions; but in run() nothing runs what waits for one.
  JS_AddIntrinsicBaseObjects(context_);
  JS_AddIntrinsicEval(context_);
  JS_AddIntrinsicStringNormalize(context_);
  JS_AddIntrinsicRegExpCompiler(context_);
  JS_AddIntrinsicRegExp(context_);
  JS_AddIntrinsicJSON(context_);
  JS_AddIntrinsicProxy(context_);
  JS_AddIntrinsicMapSet(context_);
  JS_AddIntrinsicTypedArrays(context_);
  JS_AddIntrinsicPromise(context_);
  if (surroundings_.time_and_chance) JS_AddIntrinsicDate(context_);
  refill();
  GS_TRY_OK(learn_classes());
  return remove_impure();
}

Runtime::~Runtime() {
  for (const JSValue function : functions_) JS_FreeValue(context_, function);
  if (context_ != nullptr) JS_FreeContext(context_);
  if (runtime_ != nullptr) JS_FreeRuntime(runtime_);
}

void Runtime::refill(const std::atomic<bool>* stop) noexcept {
  stop_now_ = stop;
  JS_UpdateStackTop(runtime_);
  memory_.forget_refusal();
  steps_left_ = limits_.steps;
  end_ns_ = clock_ == nullptr ? 0 : clock_->monotonic_ns() + limits_.time_ms * kNsInMs;
  stop_ = Stop::none;
}

int Runtime::interrupt(JSRuntime*, void* self) noexcept {
  return static_cast<Runtime*>(self)->spend() ? 0 : 1;
}

bool Runtime::spend() noexcept {
  const auto is_asked = [](const std::atomic<bool>* stop) { return stop != nullptr && *stop; };
  if (is_asked(surroundings_.stop) || is_asked(stop_now_)) {
    stop_ = Stop::asked;
  } else if (steps_left_ < kStepsBetween) {
    stop_ = Stop::steps;
  } else if (clock_ != nullptr && clock_->monotonic_ns() > end_ns_) {
    stop_ = Stop::time;
  } else {
    steps_left_ -= kStepsBetween;
  }
  return stop_ == Stop::none;
}

Error Runtime::stopped() const {
  switch (stop_) {
    case Stop::none:
      break;
    case Stop::steps:
      return {Code::too_large, "it was stopped after " + std::to_string(limits_.steps) +
                                   " steps. Does a loop in it never end?"};
    case Stop::time:
      return {Code::too_large, "it was stopped after " + std::to_string(limits_.time_ms) +
                                   " ms. Does a loop in it never end?"};
    case Stop::asked:
      return {Code::too_large, "it was stopped"};
  }
  if (!memory_.has_refused()) return {};
  return {Code::too_large, "it was stopped because it takes more than " +
                               size_text(limits_.memory_bytes) + " of memory"};
}

std::string Runtime::text(JSValueConst value, std::string_view instead) const {
  std::size_t length = 0;
  const char* const characters = JS_ToCStringLen(context_, &length, value);
  if (characters == nullptr) {
    JS_FreeValue(context_, JS_GetException(context_));
    return std::string(instead);
  }
  std::string copy(characters, length);
  JS_FreeCString(context_, characters);
  return copy;
}

Runtime::Thrown Runtime::take_exception(std::string_view file) {
  const Held exception = hold(JS_GetException(context_));
  return describe(exception.get(), file);
}

Runtime::Thrown Runtime::describe(JSValueConst exception, std::string_view file) const {
  Thrown thrown;
  thrown.text = text(exception);
  if (JS_IsError(context_, exception) == 0) return thrown;
  const Held code = hold(JS_GetPropertyStr(context_, exception, "code"));
  if (JS_IsString(code.get()) != 0) {
    thrown.code = code_named(text(code.get(), ""));
    const Held message = hold(JS_GetPropertyStr(context_, exception, "message"));
    if (JS_IsString(message.get()) != 0) thrown.text = text(message.get(), "");
  }
  const Held stack = hold(JS_GetPropertyStr(context_, exception, "stack"));
  if (JS_IsString(stack.get()) == 0) return thrown;
  // Lines such as "    at <eval> (City.js:3:14)" or "    at City.js:3:14".
  const std::string lines = text(stack.get(), "");
  const std::size_t begin = lines.find(std::string(file) + ":");
  if (begin == std::string::npos) return thrown;
  const std::size_t end = lines.find_first_not_of("0123456789:", begin + file.size());
  thrown.place = lines.substr(begin, end == std::string::npos ? end : end - begin);
  return thrown;
}

Error Runtime::learn_classes() {
  const auto class_of = [&](const char* expression, JSClassID& out) {
    const Held value =
        hold(JS_Eval(context_, expression, std::char_traits<char>::length(expression), "start",
                     JS_EVAL_TYPE_GLOBAL));
    out = value.is_exception() ? 0 : JS_GetClassID(value.get());
    return out != 0;
  };
  const bool all = class_of("new Map", classes_.map) && class_of("new Set", classes_.set) &&
                   class_of("/x/", classes_.regexp) &&
                   (!surroundings_.time_and_chance || class_of("new Date(0)", classes_.date));
  return all ? Error() : Error(Code::no_space, "a JavaScript engine with too little memory");
}

Error Runtime::remove_impure() {
  if (surroundings_.time_and_chance) return {};
  constexpr std::string_view kRemove = "delete Math.random";
  const Held done =
      hold(JS_Eval(context_, kRemove.data(), kRemove.size(), "start", JS_EVAL_TYPE_GLOBAL));
  return done.is_exception() ? Error(Code::no_space, "a JavaScript engine with too little memory")
                             : Error();
}

std::uint32_t Runtime::add_function(JSValueConst function) {
  functions_.push_back(JS_DupValue(context_, function));
  return static_cast<std::uint32_t>(functions_.size() - 1);
}

void Runtime::forget_functions(std::size_t count) noexcept {
  for (std::size_t i = count; i < functions_.size(); ++i) JS_FreeValue(context_, functions_[i]);
  functions_.resize(std::min(count, functions_.size()));
}

}  // namespace gs::engine::script
