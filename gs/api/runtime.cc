#include "gs/api/runtime.h"

#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <system_error>

#include "gs/platform/posix/posix_file_system.h"
#include "gs/platform/posix/scratch_directory.h"
#include "gs/platform/posix/system_clock.h"
#include "gs/platform/posix/system_random.h"
#include "gs/platform/posix/thread_executor.h"

namespace gs::api {

namespace {

// How long lazily committed work may stay in memory.
constexpr std::chrono::milliseconds kTick{250};

struct Runtime {
  explicit Runtime(const std::string& directory) : files(directory) {}
  platform::PosixFileSystem files;
  platform::SystemClock clock;
  platform::SystemRandom random;
  std::unique_ptr<platform::ThreadExecutor> background;
};

// Of the machine; what the page cache can be expected to keep of a storage.
std::uint64_t half_of_memory() {
  const long pages = sysconf(_SC_PHYS_PAGES);
  const long page_bytes = sysconf(_SC_PAGESIZE);
  if (pages <= 0 || page_bytes <= 0) return std::uint64_t{1} << 30;  // the system does not tell
  return static_cast<std::uint64_t>(pages) * static_cast<std::uint64_t>(page_bytes) / 2;
}

// The current directory may be another one when it is needed.
std::string absolute_path(const std::string& path) {
  std::error_code no_current_directory;
  return path.empty() ? path : std::filesystem::absolute(path, no_current_directory).string();
}

}  // namespace

engine::DatabaseSetup native_setup(const std::string& directory, const Options& options) {
  auto runtime = std::make_shared<Runtime>(directory);
  if (options.threads > 0 && options.threads <= kThreadsMax)  // more are refused
    runtime->background = std::make_unique<platform::ThreadExecutor>(options.threads);
  engine::DatabaseSetup setup;
  setup.env.files = &runtime->files;
  setup.env.clock = &runtime->clock;
  setup.env.random = &runtime->random;
  setup.env.background = runtime->background.get();
  setup.env.make_scratch = [parent = absolute_path(options.scratch_directory)] {
    return platform::make_scratch_directory(parent);
  };
  setup.options = options;
  if (options.cache_bytes == 0) setup.options.cache_bytes = half_of_memory();
  setup.hold = std::move(runtime);
  return setup;
}

std::unique_ptr<platform::FileSystem> native_files(const std::string& directory) {
  return std::make_unique<platform::PosixFileSystem>(directory);
}

platform::Clock* native_clock() noexcept {
  static platform::SystemClock clock;
  return &clock;
}

struct Ticker::Impl {
  std::weak_ptr<engine::Database> database;
  std::mutex mutex;
  std::condition_variable wake;
  bool stop = false;
  platform::ThreadExecutor thread{1};  // last: joins before the rest goes

  void run() {
    std::unique_lock lock(mutex);
    while (!stop) {
      wake.wait_for(lock, kTick);
      if (stop) return;
      lock.unlock();
      if (const auto alive = database.lock()) alive->tick();
      lock.lock();
    }
  }
};

Ticker::Ticker(std::weak_ptr<engine::Database> database) : impl_(std::make_unique<Impl>()) {
  impl_->database = std::move(database);
  // Where the system gives no thread post() would run it here, for ever. Without it lazy commits
  // are durable after the next sync or close.
  if (impl_->thread.threads() > 0) impl_->thread.post([impl = impl_.get()] { impl->run(); });
}

Ticker::~Ticker() {
  {
    std::lock_guard lock(impl_->mutex);
    impl_->stop = true;
  }
  impl_->wake.notify_all();
}

}  // namespace gs::api
