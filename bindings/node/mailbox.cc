#include "bindings/node/mailbox.h"

#include <utility>

namespace gs::node {
namespace {

// What a function of the user threw: nobody called it who could be told, and while an exception is
// under way the work behind it, promises of others, could not be done.
void tell_exception(napi_env env) {
  bool is_pending = false;
  if (!ok(napi_is_exception_pending(env, &is_pending)) || !is_pending) return;
  napi_value exception = nullptr;
  if (ok(napi_get_and_clear_last_exception(env, &exception))) napi_fatal_exception(env, exception);
}

}  // namespace

std::shared_ptr<Mailbox> Mailbox::open(napi_env env) {
  std::shared_ptr<Mailbox> mailbox(new Mailbox);
  mailbox->env_ = env;
  // The function keeps the mailbox until Node.js has finished with it.
  auto* const kept = new std::shared_ptr<Mailbox>(mailbox);
  const auto finish = [](napi_env, void* data, void*) {
    delete static_cast<std::shared_ptr<Mailbox>*>(data);
  };
  const napi_status made =
      napi_create_threadsafe_function(env, nullptr, nullptr, text(env, "globalstorage"), 0, 1, kept,
                                      finish, mailbox.get(), deliver, &mailbox->call_);
  if (!ok(made)) {
    delete kept;
    return nullptr;
  }
  napi_unref_threadsafe_function(env, mailbox->call_);
  return mailbox;
}

void Mailbox::post(Work work) {
  const std::lock_guard lock(mutex_);
  if (call_ == nullptr) return;
  work_.push_back(std::move(work));
  if (work_.size() > 1) return;  // a call is on its way
  // Refused only by an environment that ends: then nobody waits for the work.
  napi_call_threadsafe_function(call_, nullptr, napi_tsfn_nonblocking);
}

void Mailbox::deliver(napi_env env, napi_value, void* mailbox, void*) {
  auto& self = *static_cast<Mailbox*>(mailbox);
  std::vector<Work> work;
  {
    const std::lock_guard lock(self.mutex_);
    work.swap(self.work_);
  }
  if (env == nullptr) return;  // it ends
  for (Work& one : work) {
    napi_handle_scope scope = nullptr;
    napi_open_handle_scope(env, &scope);
    one(env);
    tell_exception(env);
    napi_close_handle_scope(env, scope);
  }
}

void Mailbox::deliver_now() { deliver(env_, nullptr, this, nullptr); }

void Mailbox::hold() noexcept {
  if (holders_++ == 0 && call_ != nullptr) napi_ref_threadsafe_function(env_, call_);
}

void Mailbox::release() noexcept {
  if (--holders_ == 0 && call_ != nullptr) napi_unref_threadsafe_function(env_, call_);
}

void Mailbox::close() noexcept {
  napi_threadsafe_function call = nullptr;
  {
    const std::lock_guard lock(mutex_);
    std::swap(call, call_);
    work_.clear();
  }
  if (call != nullptr) napi_release_threadsafe_function(call, napi_tsfn_abort);
}

}  // namespace gs::node
