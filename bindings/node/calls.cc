#include "bindings/node/calls.h"

#include <chrono>
#include <memory>
#include <utility>

#include "bindings/node/environment.h"
#include "bindings/node/job.h"
#include "bindings/node/storage_handle.h"
#include "gs/calls/calls.h"

namespace gs::node {
namespace {

// A function of JavaScript that is told how far a call is. Made and destroyed on the thread of the
// environment.
class Listener {
 public:
  Listener(napi_env env, napi_value function) : env_(env) {
    napi_create_reference(env, function, 1, &function_);
  }
  ~Listener() { napi_delete_reference(env_, function_); }
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  void tell(std::uint64_t done, std::uint64_t total) const noexcept {
    napi_value function = nullptr;
    napi_get_reference_value(env_, function_, &function);
    const napi_value told[] = {number(env_, static_cast<double>(done)),
                               number(env_, static_cast<double>(total))};
    napi_call_function(env_, undefined(env_), function, 2, told, nullptr);
  }

 private:
  napi_env env_;
  napi_ref function_ = nullptr;
};

struct Call {
  std::string method;
  std::string arguments;
  std::string result;
  std::shared_ptr<Listener> listener;  // null: nobody asked
  std::shared_ptr<Mailbox> mailbox;

  // Of a thread of the pool: about as often as somebody can see it.
  Progress progress() const {
    using Clock = std::chrono::steady_clock;
    if (listener == nullptr) return {};
    return [weak = std::weak_ptr<Listener>(listener), letters = mailbox,
            told = Clock::time_point()](std::uint64_t done, std::uint64_t total) mutable {
      constexpr auto kPause = std::chrono::milliseconds(50);
      const auto now = Clock::now();
      if (now - told < kPause && done != total) return;
      told = now;
      letters->post([weak, done, total](napi_env) {
        if (const auto listening = weak.lock()) listening->tell(done, total);
      });
    };
  }
};

std::shared_ptr<Call> call_of(napi_env env, const Arguments<3>& arguments) {
  std::optional<std::string> method = text_of(env, arguments[0]);
  std::optional<std::string> json = text_of(env, arguments[1]);
  if (!method || !json) {
    throw_type(env, "call takes the name of a method and JSON");
    return nullptr;
  }
  auto call = std::make_shared<Call>(Call{*std::move(method), *std::move(json), {}, {}, {}});
  napi_valuetype type = napi_undefined;
  napi_typeof(env, arguments[2], &type);
  if (type == napi_function) {
    call->listener = std::make_shared<Listener>(env, arguments[2]);
    call->mailbox = Environment::of(env).mailbox();
  }
  return call;
}

napi_value start(napi_env env, const std::shared_ptr<Call>& call,
                 std::function<Result<std::string>()> run) {
  return start_job(
      env, "globalstorage:call",
      [call, run = std::move(run)]() -> Error {
        GS_TRY(call->result, run());
        return {};
      },
      [call](napi_env there) {
        // How far it came is told before what came of it, and also of a call that is over at once.
        if (call->mailbox != nullptr) call->mailbox->deliver_now();
        return text(there, call->result);
      });
}

}  // namespace

napi_value call_method(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  StorageHandle* const self = StorageHandle::opened(env, arguments.self);
  if (self == nullptr) return nullptr;
  const std::shared_ptr<Call> call = call_of(env, arguments);
  if (call == nullptr) return nullptr;
  return start(env, call, [raw = call.get(), engine = self->engine()] {
    const Engine::LongCall under_way(*engine);
    return calls::call(engine->storage(), raw->method, raw->arguments, raw->progress());
  });
}

napi_value call_function(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  const std::shared_ptr<Call> call = call_of(env, arguments);
  if (call == nullptr) return nullptr;
  return start(env, call, [raw = call.get()] {
    return calls::call(raw->method, raw->arguments, raw->progress());
  });
}

}  // namespace gs::node
