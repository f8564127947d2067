#include "bindings/node/environment.h"

#include "bindings/node/storage_handle.h"

namespace gs::node {

Environment* Environment::create(napi_env env) {
  std::unique_ptr<Environment> made(new Environment(env));
  made->mailbox_ = Mailbox::open(env);
  if (made->mailbox_ == nullptr) return nullptr;
  const auto destroy = [](napi_env, void* data, void*) { delete static_cast<Environment*>(data); };
  if (!ok(napi_set_instance_data(env, made.get(), destroy, nullptr))) return nullptr;
  napi_add_env_cleanup_hook(env, end, made.get());
  return made.release();
}

Environment& Environment::of(napi_env env) noexcept {
  void* data = nullptr;
  napi_get_instance_data(env, &data);
  return *static_cast<Environment*>(data);
}

void Environment::end(void* environment) {
  auto& self = *static_cast<Environment*>(environment);
  self.mailbox_->close();
  for (StorageHandle* handle : self.handles_) handle->leave();
  self.handles_.clear();
}

void Environment::keep_class(Class which, napi_value constructor) noexcept {
  napi_create_reference(env_, constructor, 1, &classes_[which]);
}

napi_value Environment::instance(Class which) noexcept {
  napi_value constructor = nullptr;
  napi_value made = nullptr;
  napi_get_reference_value(env_, classes_[which], &constructor);
  napi_new_instance(env_, constructor, 0, nullptr, &made);
  return made;
}

}  // namespace gs::node
