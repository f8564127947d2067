#include "bindings/node/live_handle.h"

#include <utility>

#include "bindings/node/job.h"
#include "bindings/node/storage_handle.h"

namespace gs::node {

// On a thread of the pool.
Error LiveHandle::Watching::begin(const std::shared_ptr<Watching>& self) {
  // A commit that wakes nobody any more must not keep what it would wake.
  const std::weak_ptr<Watching> waiting = self;
  const auto wake = [waiting, letters = mailbox] {
    letters->post([waiting](napi_env env) {
      const std::shared_ptr<Watching> awake = waiting.lock();
      if (awake == nullptr || awake->is_closed) return;
      napi_value call = nullptr;
      napi_get_reference_value(env, awake->on_commit, &call);
      napi_call_function(env, undefined(env), call, 0, nullptr, nullptr);
    });
  };
  GS_TRY(live, engine->storage().watch(query, wake));
  chunks.emplace(engine->storage(), as_json);
  return {};
}

// The first look: rows that are there come as added.
Error LiveHandle::Watching::add_rows() {
  for (std::size_t i = 0; i < live->size(); ++i) {
    LiveChange step;
    step.kind = LiveChange::Kind::added;
    step.at = i;
    GS_TRY(step.row, live->row(i));
    if (step.row.is_record()) step.id = step.row.record().id();
    GS_TRY_OK(chunks->add(step));
  }
  return {};
}

// On a thread of the pool.
Error LiveHandle::Watching::read(Buffer& chunk) {
  const std::lock_guard lock(mutex);
  if (!live) return {Code::closed, "the live query is closed"};
  chunks->begin();
  if (!has_begun) {
    GS_TRY_OK(add_rows());
    has_begun = true;
  } else {
    GS_TRY(const std::vector<LiveChange> steps, live->changes());
    for (const LiveChange& step : steps) GS_TRY_OK(chunks->add(step));
  }
  chunk = chunks->end(true);
  return {};
}

napi_value LiveHandle::watch(napi_env env, napi_callback_info info) {
  const Arguments<3> arguments(env, info);
  StorageHandle* const storage = StorageHandle::opened(env, arguments.self);
  if (storage == nullptr) return nullptr;
  std::optional<std::string> query = text_of(env, arguments[0]);
  if (!query) return throw_type(env, "watch takes the text of a query");
  const auto watching = std::make_shared<Watching>();
  watching->engine = storage->engine();
  watching->mailbox = Environment::of(env).mailbox();
  watching->query = *std::move(query);
  watching->as_json = truth_of(env, arguments[1]);
  napi_create_reference(env, arguments[2], 1, &watching->on_commit);
  return start_job(
      env, "globalstorage:watch", [watching] { return watching->begin(watching); },
      [watching](napi_env there) {
        watching->mailbox->hold();
        Environment& environment = Environment::of(there);
        return environment.make(Environment::kLive,
                                std::make_unique<LiveHandle>(environment, watching));
      });
}

// changes(): Promise<ArrayBuffer>. Steps since the last call; the first one has all rows as added.
napi_value LiveHandle::changes(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  auto* const self = Environment::self<LiveHandle>(env, arguments.self);
  if (self == nullptr) return nullptr;
  const std::shared_ptr<Watching> watching = self->watching_;
  if (watching->is_closed || watching->is_busy.exchange(true)) {
    return throw_type(env, "the live query is closed, or has not answered yet");
  }
  const auto chunk = std::make_shared<Buffer>();
  return start_job(
      env, "globalstorage:changes",
      [watching, chunk] {
        Error error = watching->read(*chunk);
        watching->is_busy = false;
        return error;
      },
      [chunk](napi_env there) { return array_buffer(there, *chunk); });
}

void LiveHandle::let_go() noexcept {
  if (watching_->is_closed) return;
  watching_->is_closed = true;
  watching_->mailbox->release();
  napi_delete_reference(environment_.env(), std::exchange(watching_->on_commit, nullptr));
}

// close(): Promise<undefined>
napi_value LiveHandle::close(napi_env env, napi_callback_info info) {
  const Arguments<0> arguments(env, info);
  auto* const self = Environment::self<LiveHandle>(env, arguments.self);
  if (self == nullptr) return nullptr;
  self->let_go();
  const std::shared_ptr<Watching> watching = self->watching_;
  return start_job(
      env, "globalstorage:unwatch",
      [watching]() -> Error {
        const std::lock_guard lock(watching->mutex);
        watching->chunks.reset();
        watching->live.reset();
        return {};
      },
      undefined);
}

napi_value LiveHandle::define(napi_env env) {
  return define_class(env, "NativeLive", {{"changes", changes}, {"close", close}});
}

}  // namespace gs::node
