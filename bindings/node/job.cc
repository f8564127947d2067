#include "bindings/node/job.h"

#include <memory>
#include <utility>

namespace gs::node {
namespace {

struct Job {
  napi_async_work work = nullptr;
  napi_deferred deferred = nullptr;
  std::function<Error()> run;
  std::function<napi_value(napi_env env)> value;
  Error error;

  static void execute(napi_env, void* data) {
    auto& job = *static_cast<Job*>(data);
    job.error = job.run();
  }

  static void complete(napi_env env, napi_status status, void* data) {
    const std::unique_ptr<Job> job(static_cast<Job*>(data));
    napi_delete_async_work(env, job->work);
    if (status == napi_cancelled) return;  // the environment ends, and nobody waits
    if (job->error) {
      napi_reject_deferred(env, job->deferred, error_value(env, job->error));
    } else {
      napi_resolve_deferred(env, job->deferred, job->value(env));
    }
  }
};

}  // namespace

napi_value start_job(napi_env env, const char* name, std::function<Error()> run,
                     std::function<napi_value(napi_env env)> value) {
  auto job = std::make_unique<Job>();
  job->run = std::move(run);
  job->value = std::move(value);
  napi_value promise = nullptr;
  if (!ok(napi_create_promise(env, &job->deferred, &promise))) return nullptr;
  const bool started = ok(napi_create_async_work(env, nullptr, text(env, name), Job::execute,
                                                 Job::complete, job.get(), &job->work)) &&
                       ok(napi_queue_async_work(env, job->work));
  if (started) {
    static_cast<void>(job.release());  // complete() has it
  } else {
    napi_reject_deferred(env, job->deferred,
                         error_value(env, Error(Code::failed, "no thread of the pool")));
  }
  return promise;
}

}  // namespace gs::node
